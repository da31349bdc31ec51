//! How events change the letters of a dealership.

use super::{AddressRefused, Letter, LetterState, Mail, WRITTEN_TO, file_of_reply, refuses_address};
use crate::domain::address::same_address;
use crate::domain::text::clean;
use crate::domain::{Event, Fact, LetterId, Timestamp, Untrusted};

/// How many letters about earlier codes are kept.
const EARLIER_KEPT: usize = 4;

/// Folds an event about letters; every other one changes nothing.
///
/// `present` is the dealership's address after the event: a report about another one says nothing of it.
pub(crate) fn apply(mail: &mut Option<Box<Mail>>, present: &Untrusted, event: &Event) {
    match &event.fact {
        Fact::EmailQueued { .. } | Fact::EmailBounced { .. } | Fact::RemindersSet { .. } => {
            fold(mail.get_or_insert_default(), present, event);
        }
        _ => {
            if let Some(mail) = mail {
                fold(mail, present, event);
            }
        }
    }
}

/// Drops the ended letters about codes before this one, except the latest of them.
pub(crate) fn keep_to_generation(mail: &mut Option<Box<Mail>>, generation: u32) {
    let Some(mail) = mail else { return };
    let past = |letter: &Letter| letter.generation < generation && !letter.is_open();
    let mut surplus = mail.letters.iter().filter(|letter| past(letter)).count().saturating_sub(EARLIER_KEPT);
    mail.letters.retain(|letter| {
        let drop = surplus > 0 && past(letter);
        surplus -= usize::from(drop);
        !drop
    });
}

fn fold(mail: &mut Mail, present: &Untrusted, event: &Event) {
    let at = event.at;
    match &event.fact {
        Fact::EmailQueued { letter, what, generation, to, before, again } => mail.letters.push(Letter {
            id: *letter,
            kind: *what,
            generation: *generation,
            before: *before,
            again: *again,
            to: to.clone(),
            queued_at: at,
            by: event.actor.as_str().into(),
            state: LetterState::Queued,
            at,
            due_at: Some(at),
            refused: 0,
            deferred: 0,
            handed: 0,
            words: None,
            delayed_at: None,
            went_wrong: false,
            retried_at: None,
            settled: 0,
        }),
        Fact::EmailBegun { letter, to } => {
            mail.begun_at = Some(at);
            turn(mail, *letter, LetterState::Sending, at, |letter| {
                letter.to = to.clone();
                letter.due_at = None;
                letter.handed = letter.handed.saturating_add(1);
            });
        }
        Fact::EmailSent { letter, reply } => match file_of_reply(reply) {
            Some(path) => written(mail, *letter, path, at),
            None => turn(mail, *letter, LetterState::Sent, at, |letter| {
                letter.due_at = None;
                letter.went_wrong = false;
                letter.words = Some(reply.clone());
            }),
        },
        Fact::EmailWritten { letter, path } => written(mail, *letter, path, at),
        Fact::EmailFailed { letter, reason, retry_at, address, server } => {
            turn(mail, *letter, LetterState::Failed, at, |letter| {
                not_taken(letter, *server);
                letter.due_at = *retry_at;
                letter.words = Some(reason.clone());
            });
            let to = mail.letter(*letter).map(|letter| letter.to.clone());
            if let (Some(status), Some(to)) = (address, to) {
                refuse(mail, present, &to, status, at);
            }
        }
        Fact::EmailUncertain { letter, reason, retry_at, refused, server } => {
            turn(mail, *letter, LetterState::Uncertain, at, |letter| {
                if *refused {
                    not_taken(letter, *server);
                }
                letter.due_at = *retry_at;
                letter.words = Some(reason.clone());
            });
        }
        Fact::EmailSuppressed { letter, reason } => turn(mail, *letter, LetterState::Suppressed, at, |letter| {
            letter.due_at = None;
            letter.words = Some(reason.clone());
        }),
        Fact::EmailBounced { letter, address, status, reason } => {
            if let Some(letter) = letter {
                came_back(mail, *letter, address, reason, at);
            }
            // A full mailbox, or a letter that was taken for spam, says nothing against the address.
            if refuses_address(status) {
                refuse(mail, present, address, status, at);
            }
        }
        Fact::EmailDelayed { letter, address, status, reason } => {
            if let Some(letter) = mail.letters.iter_mut().find(|one| one.id == *letter) {
                let to = if address.is_empty() { &letter.to } else { address };
                let words = format!("held up on its way to {}: {} ({})", to.plain(), clean(status), clean(reason));
                (letter.delayed_at, letter.words) = (Some(at), Some(words.into()));
            }
        }
        Fact::EmailRetried { letter } => {
            // Whoever wants it tried again says that the address is right.
            mail.refused = None;
            turn(mail, *letter, LetterState::Queued, at, |letter| {
                letter.went_wrong |= letter.is_trouble();
                letter.due_at = Some(at);
                (letter.refused, letter.deferred) = (0, 0);
                letter.delayed_at = None;
                (letter.retried_at, letter.settled) = (Some(at), letter.handed);
            });
        }
        Fact::RemindersSet { on } => mail.reminders_off = !on,
        // Another address may work.
        Fact::DealershipUpdated { profile } => {
            mail.refused.take_if(|refused| !same_address(&refused.address, &profile.contact.email));
        }
        _ => {}
    }
}

/// A letter came back from its own address, or from one to which somebody sent it on: then nobody knows whether it was read before.
fn came_back(mail: &mut Mail, letter: LetterId, address: &Untrusted, reason: &str, at: Timestamp) {
    let own = mail.letter(letter).is_some_and(|letter| same_address(&letter.to, address));
    let (state, words) = match own {
        true => (LetterState::Bounced, reason.to_owned()),
        false if address.is_empty() => (LetterState::Uncertain, reason.to_owned()),
        false => (LetterState::Uncertain, format!("it came back from {}: {reason}", address.plain())),
    };
    turn(mail, letter, state, at, |letter| {
        letter.due_at = None;
        letter.words = Some(words.into());
    });
}

/// It is a file, and no server had it: a later try is no second copy.
fn written(mail: &mut Mail, letter: LetterId, path: &str, at: Timestamp) {
    turn(mail, letter, LetterState::Written, at, |letter| {
        letter.due_at = None;
        letter.handed = letter.handed.saturating_sub(1);
        letter.words = Some(format!("{WRITTEN_TO}{path}").into());
    });
}

/// A try was refused: the letter was not taken. `server`: it is not the letter's fault.
fn not_taken(letter: &mut Letter, server: bool) {
    if letter.state == LetterState::Sending {
        letter.handed = letter.handed.saturating_sub(1);
    }
    let count = if server { &mut letter.deferred } else { &mut letter.refused };
    *count = count.saturating_add(1);
}

fn refuse(mail: &mut Mail, present: &Untrusted, address: &Untrusted, status: &str, at: Timestamp) {
    if same_address(present, address) {
        mail.refused = Some(AddressRefused { address: address.clone(), status: status.into(), at });
    }
}

fn turn(mail: &mut Mail, id: LetterId, to: LetterState, at: Timestamp, change: impl FnOnce(&mut Letter)) {
    if let Some(letter) = mail.letters.iter_mut().find(|letter| letter.id == id) {
        change(letter);
        letter.state = to;
        letter.at = at;
    }
}
