//! The rules about letters.

use chrono::TimeDelta;

use crate::domain::address::same_address;
use crate::domain::command::{Context, LetterEnd};
use crate::domain::mail::{due_letter, rest};
use crate::domain::refusal::Refusal;
use crate::domain::{
    Actor, Fact, Letter, LetterCopy, LetterId, LetterKind, LetterState, Obstacle, Onboarding, Untrusted, evolve_all,
    refuses_address,
};

/// How often an uncertain letter may be handed over before nobody tries it again unasked.
const MOST_COPIES: u16 = 2;

/// How long a letter without a code waits for a server that takes nothing (RFC 5321, 4.5.4.1: at least four to five days).
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::days(5);

/// How long it rests between two tries where the settings name no steps.
const DEFERRED_REST: TimeDelta = TimeDelta::minutes(15);

/// The fact that a letter waits for its turn.
pub(super) fn queued(state: &Onboarding, letter: LetterId, what: LetterKind, generation: u32) -> Fact {
    let to = state.profile.contact.email.clone();
    Fact::EmailQueued { letter, what, generation, to, before: None, again: false }
}

/// Ends every waiting letter that these facts make needless, in the same commit: a dead code is never on its way.
pub(super) fn suppress_needless(state: &Onboarding, facts: &mut Vec<Fact>, ctx: &Context<'_>) {
    let new = facts.iter().any(|fact| matches!(fact, Fact::EmailQueued { .. }));
    if facts.is_empty() || !(new || state.letters().iter().any(|letter| letter.due_at.is_some())) {
        return;
    }
    let actor = Actor::system("rules");
    let Some(after) = evolve_all(Some(state.clone()), state.id, &*facts, &actor, ctx.now) else { return };
    let needless = after.letters().iter().filter(|letter| letter.due_at.is_some()).filter_map(|letter| {
        let obstacle = after.letter_obstacle(letter, ctx.now).filter(|obstacle| !obstacle.holds())?;
        let reason = obstacle.to_string().into();
        Some(Fact::EmailSuppressed { letter: letter.id, reason })
    });
    facts.extend(needless.collect::<Vec<_>>());
}

pub(super) fn found(state: &Onboarding, id: LetterId) -> Result<&Letter, Refusal> {
    state.letters().iter().find(|letter| letter.id == id).ok_or(Refusal::NoLetter(id))
}

pub(super) fn queue(state: &Onboarding, kind: LetterKind, ctx: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    let letter = ctx.letter.ok_or(Refusal::NoMail)?;
    let generation = state.generation();
    // Of a code there is one letter: what it is called follows from which code it is.
    let what = match kind {
        LetterKind::Reminder => return Err(Refusal::ReminderByHand),
        LetterKind::Invitation | LetterKind::Reissue => LetterKind::of_code(generation),
        other => other,
    };
    let same = |letter: &&Letter| letter.kind == what && letter.generation == generation;
    if state.letters().iter().filter(same).any(Letter::is_open) {
        return Err(Refusal::LetterOpen(what));
    }
    if let Some(obstacle) = state.obstacle(what, generation, ctx.now) {
        return Err(Refusal::Letter(obstacle));
    }
    let again = state.letters().iter().any(|letter| same(&letter));
    let to = state.profile.contact.email.clone();
    Ok(vec![Fact::EmailQueued { letter, what, generation, to, before: None, again }])
}

pub(super) fn queue_due(state: &Onboarding, ctx: &Context<'_>) -> Vec<Fact> {
    let due = ctx.letter.zip(due_letter(state, &ctx.policy.mail, ctx.now));
    let fact = due.map(|(letter, due)| Fact::EmailQueued {
        letter,
        what: due.kind,
        generation: state.generation(),
        to: state.profile.contact.email.clone(),
        before: due.before,
        again: false,
    });
    fact.into_iter().collect()
}

/// The last look before anything leaves: either it is durable that the letter is being handed over, or it does not go.
pub(super) fn begin(state: &Onboarding, letter: &Letter, ctx: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    let Some(due_at) = letter.due_at else { return Err(Refusal::LetterState(letter.state)) };
    // What is on its way for longer than its code lives is of no use.
    let soon = ctx.now + ctx.policy.mail.least_life;
    let dying = letter.kind.carries_code() && state.invitation.as_ref().is_some_and(|code| code.expires_at <= soon);
    let obstacle = state.letter_obstacle(letter, ctx.now);
    match obstacle.or(dying.then_some(Obstacle::Dying(letter.generation))) {
        Some(obstacle) if obstacle.holds() => return Err(Refusal::Letter(obstacle)),
        Some(obstacle) => {
            return Ok(vec![Fact::EmailSuppressed { letter: letter.id, reason: obstacle.to_string().into() }]);
        }
        None => {}
    }
    if !letter.is_due(ctx.now) {
        return Err(Refusal::NotDue(due_at - ctx.now));
    }
    if let Some(wait) = state.letter_pause(ctx.policy.mail.per_dealership, ctx.now) {
        return Err(Refusal::TooSoon(wait));
    }
    Ok(vec![Fact::EmailBegun { letter: letter.id, to: state.profile.contact.email.clone() }])
}

pub(super) fn ended(letter: &Letter, end: &LetterEnd, jitter: u16, ctx: &Context<'_>) -> Vec<Fact> {
    let (id, policy) = (letter.id, &ctx.policy.mail);
    let sending = letter.state == LetterState::Sending;
    // Whoever said meanwhile that it came back, or that it must not go, knows more.
    if !letter.is_open() {
        return vec![];
    }
    let next = |step: Option<&TimeDelta>| step.map(|step| ctx.now + rest(*step, jitter));
    // An earlier copy may have arrived, whatever becomes of this one.
    let doubtful = letter.handed > u16::from(sending);
    let not_taken = |reason: &str, retry_at, address: Option<&str>, server| {
        let reason = reason.into();
        match doubtful && address.is_none() {
            true => Fact::EmailUncertain { letter: id, reason, retry_at, refused: true, server },
            false => Fact::EmailFailed { letter: id, reason, retry_at, address: address.map(Into::into), server },
        }
    };
    let fact = match end {
        LetterEnd::Sent { reply } => Fact::EmailSent { letter: id, reply: reply.as_str().into() },
        LetterEnd::Written { path } => Fact::EmailWritten { letter: id, path: path.as_str().into() },
        LetterEnd::Refused { reason, permanent, address } => {
            let step = policy.retry.get(usize::from(letter.refused)).filter(|_| !permanent);
            not_taken(reason, next(step), address.as_deref(), false)
        }
        LetterEnd::Deferred { reason } => {
            let step = policy.retry.get(usize::from(letter.deferred)).or(policy.retry.last()).unwrap_or(&DEFERRED_REST);
            // A code's end is the end of its letters too.
            let waited = ctx.now - letter.retried_at.unwrap_or(letter.queued_at);
            let waits = letter.kind.carries_code() || waited < GIVEN_UP_AFTER;
            not_taken(reason, next(waits.then_some(step)), None, true)
        }
        LetterEnd::Uncertain { reason } => {
            let again = letter.handed < MOST_COPIES;
            let retry_at = next(again.then_some(&policy.retry_uncertain));
            Fact::EmailUncertain { letter: id, reason: reason.as_str().into(), retry_at, refused: false, server: false }
        }
    };
    vec![fact]
}

/// Whether an address is the one that keeps copies.
pub(super) fn keeps_copies(address: &Untrusted, ctx: &Context<'_>) -> bool {
    ctx.policy.mail.bcc.as_ref().is_some_and(|bcc| same_address(bcc, address))
}

pub(super) fn bounced(
    state: &Onboarding,
    copy: Option<LetterCopy>,
    address: &Untrusted,
    status: &str,
    reason: &str,
) -> Vec<Fact> {
    let letter = copy.and_then(|copy| state.letter(copy.letter).map(|letter| (copy, letter)));
    let news = match letter {
        Some((copy, letter)) if !letter.is_reported_by(copy) => false,
        // It did arrive, and somebody sent it on: that says nothing of the letter unless it counts as sent.
        Some((_, letter)) if !same_address(&letter.to, address) => {
            matches!(letter.state, LetterState::Sent | LetterState::Written)
        }
        Some((_, letter)) => letter.state != LetterState::Bounced,
        None => condemned(state, address, status),
    };
    let letter = letter.map(|(_, letter)| letter.id);
    let (address, status, reason) = (address.clone(), status.into(), reason.into());
    if news { vec![Fact::EmailBounced { letter, address, status, reason }] } else { vec![] }
}

/// Whether a report of somebody else's mail says that the dealership's address leads nowhere. Not against whoever had a letter tried again
/// there, and waits for what becomes of it.
fn condemned(state: &Onboarding, address: &Untrusted, status: &str) -> bool {
    refuses_address(status)
        && same_address(&state.profile.contact.email, address)
        && state.address_refused().is_none()
        && state.latest_letter_to(address).is_some_and(Letter::is_out)
}

pub(super) fn delayed(
    state: &Onboarding,
    copy: LetterCopy,
    address: &Untrusted,
    status: &str,
    reason: &str,
) -> Vec<Fact> {
    // Once is enough: mail servers say it again every few hours.
    let fresh = |letter: &&Letter| {
        letter.is_reported_by(copy) && letter.state == LetterState::Sent && letter.delayed_at.is_none()
    };
    let fact = state.letter(copy.letter).filter(fresh).map(|letter| Fact::EmailDelayed {
        letter: letter.id,
        address: address.clone(),
        status: status.into(),
        reason: reason.into(),
    });
    fact.into_iter().collect()
}

pub(super) fn retry(state: &Onboarding, letter: &Letter, ctx: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    if ctx.letter.is_none() {
        return Err(Refusal::NoMail);
    }
    match letter.state {
        LetterState::Sending => return Err(Refusal::LetterState(letter.state)),
        LetterState::Sent if !letter.is_held_up() => return Err(Refusal::LetterState(letter.state)),
        _ if letter.is_due(ctx.now) && state.address_refused().is_none() => return Ok(vec![]),
        _ => {}
    }
    let same = |one: &&Letter| one.id != letter.id && one.kind == letter.kind && one.generation == letter.generation;
    if state.letters().iter().filter(same).any(Letter::is_open) {
        return Err(Refusal::LetterOpen(letter.kind));
    }
    if state.is_made_good(letter) {
        return Err(Refusal::LetterMadeGood);
    }
    match state.letter_obstacle(letter, ctx.now) {
        // Whoever asks for it says that the address is right.
        None | Some(Obstacle::AddressRefused(_)) => Ok(vec![Fact::EmailRetried { letter: letter.id }]),
        Some(obstacle) => Err(Refusal::Letter(obstacle)),
    }
}

pub(super) fn suppress(letter: &Letter, reason: &str) -> Result<Vec<Fact>, Refusal> {
    // One that went wrong is put away so.
    match letter.due_at.is_some() || letter.is_trouble() {
        true => Ok(vec![Fact::EmailSuppressed { letter: letter.id, reason: reason.into() }]),
        false => Err(Refusal::LetterState(letter.state)),
    }
}

pub(super) fn set_reminders(state: &Onboarding, on: bool) -> Vec<Fact> {
    let are_on = !state.mail.as_ref().is_some_and(|mail| mail.reminders_off);
    if on == are_on { vec![] } else { vec![Fact::RemindersSet { on }] }
}
