//! Whether the rules would let an action through: a dry run of `decide` on what the screen holds, with a stand-in for what
//! a person has yet to type. No rule is written here.

use crate::domain::{
    Ask, BookingEnd, CodeOrigin, Command, Context, Fact, IntentId, InvitationCode, Letter, LetterId, Obstacle,
    Onboarding, OpcodeChoice, OpcodeOption, PendingCode, ProfileEdit, ProfileField, Refusal, Timestamp, decide_in_turn,
    needs_no_code,
};
use crate::tui::action::Action;
use crate::tui::keymap::Keymap;
use crate::tui::state::Setup;

use super::letter_of;

/// What stands for a code that is not known yet.
const STAND_IN: &str = "CODE-NOT-KNOWN-YET";

/// What stands for a text that is typed later.
const SOME_TEXT: &str = "-";

/// No request has this key.
const FRESH: IntentId = IntentId::from_bits(u64::MAX);

/// Whether an action is possible for a dealership.
///
/// # Errors
/// Why not, in the words of the rule that forbids it.
pub fn allowed(action: Action, state: &Onboarding, setup: &Setup, now: Timestamp) -> Result<(), String> {
    let words = |refusal: Refusal| message(&refusal, &setup.keymap);
    if matches!(action, Action::Invite | Action::Reissue)
        && let Some(refusal) = needs_no_code(state)
    {
        return Err(words(refusal));
    }
    if let Some(commands) = commands(action, state, setup, now) {
        return decided(&commands, state, setup, now).map(drop).map_err(words);
    }
    match action {
        Action::Check if state.archived_at.is_some() => Err(words(Refusal::Archived)),
        Action::Reveal if state.invitation.is_none() => Err(words(Refusal::NeverInvited)),
        // What is copied is sent to somebody.
        Action::CopyCode => state.code_obstacle(now).map_or(Ok(()), |obstacle| Err(obstacle.to_string())),
        Action::ReadLetter if state.letters().is_empty() => Err("it never had a letter".to_owned()),
        Action::Mailbox if state.profile.contact.email.is_empty() => Err(Obstacle::NoAddress.to_string()),
        _ => Ok(()),
    }
}

/// Whether an action is possible for a letter.
///
/// # Errors
/// Why not, in the words of the rule that forbids it.
pub fn letter_allowed(
    action: Action,
    state: &Onboarding,
    letter: &Letter,
    setup: &Setup,
    now: Timestamp,
) -> Result<(), String> {
    let letter = letter.id;
    let command = match action {
        Action::QueueSuppress => Command::SuppressLetter { letter, reason: SOME_TEXT.to_owned() },
        _ => Command::RetryLetter { letter },
    };
    decided(&[command], state, setup, now).map(drop).map_err(|refusal| message(&refusal, &setup.keymap))
}

/// A refusal in words; one that says what to do first names the present key of that.
fn message(refusal: &Refusal, keymap: &Keymap) -> String {
    let first = match refusal {
        Refusal::Archived => Some(Action::Archive),
        Refusal::NeverInvited => Some(Action::Invite),
        Refusal::AlreadyInvited(_) => Some(Action::Reissue),
        _ => None,
    };
    match first.and_then(|action| keymap.first_key(action)) {
        Some(key) => format!("{refusal} ({key})"),
        None => refusal.to_string(),
    }
}

/// What would be recorded of commands, one after the other.
pub(super) fn decided(
    commands: &[Command],
    state: &Onboarding,
    setup: &Setup,
    now: Timestamp,
) -> Result<Vec<Fact>, Refusal> {
    let letter = setup.post.as_ref().map(|_| LetterId::from_bits(0));
    let context = Context { now, policy: &setup.policy, claims: setup.claims.as_ref(), letter };
    decide_in_turn(Some(state), state.id, commands, &crate::domain::Actor::system("dry run"), &context)
}

/// A code where none is known yet.
pub(super) fn stand_in() -> Option<InvitationCode> {
    STAND_IN.parse().ok()
}

/// What an action asks of the rules for a dealership; `None`: it records nothing.
fn commands(action: Action, state: &Onboarding, setup: &Setup, now: Timestamp) -> Option<Vec<Command>> {
    if let Some(kind) = letter_of(action, state.generation()) {
        return Some(vec![Command::QueueLetter { kind }]);
    }
    Some(vec![match action {
        Action::Invite => return code(Ask::Invite, state, setup, now),
        // That it is meant although the dealer gave their word is asked in the dialog.
        Action::Reissue => {
            return code(Ask::Reissue { seen: state.generation(), despite_word: true }, state, setup, now);
        }
        Action::Revoke => Command::Revoke { reason: SOME_TEXT.into() },
        Action::ConfirmWord => Command::ConfirmByDealer { said_at: likely_word(state, now), mail: true },
        Action::Note => Command::Note { text: SOME_TEXT.into() },
        Action::EditProfile => {
            let city = ProfileEdit { field: ProfileField::City, text: SOME_TEXT.to_owned() };
            Command::Correct { edits: vec![city] }
        }
        Action::Assign => Command::Assign { owner: Some(SOME_TEXT.into()) },
        Action::Snooze => Command::Snooze { until: None },
        Action::Archive if state.archived_at.is_some() => Command::Unarchive,
        Action::Archive => Command::Archive,
        Action::ChooseOpcode => {
            let choice = OpcodeChoice { code: SOME_TEXT.into(), option: OpcodeOption::Existing };
            Command::ChooseOpcode { choice, word: None }
        }
        Action::Reminders => {
            let off = state.mail.as_ref().is_some_and(|mail| mail.reminders_off);
            Command::SetReminders { on: off }
        }
        Action::Appointment => booking(state, setup, now),
        _ => return None,
    }])
}

/// The steps to a code, as the engine takes them.
fn code(ask: Ask, state: &Onboarding, setup: &Setup, now: Timestamp) -> Option<Vec<Command>> {
    let give_up =
        |open: &PendingCode, refused| Command::FailCode { intent: open.intent, reason: SOME_TEXT.to_owned(), refused };
    let request = |source, intent| Command::RequestCode { intent, source, ask, mail: true };
    let open = state.pending.as_ref();
    let Some(source) = setup.source else {
        let issue = Command::IssueCode {
            code: stand_in()?,
            generated_at: now,
            expires_at: None,
            source: CodeOrigin::Paste,
            intent: FRESH,
            ask,
            mail: true,
        };
        // Where codes are pasted nobody goes on with a request.
        let orphan = open.filter(|open| open.failed.is_none()).map(|open| give_up(open, false));
        return Some(orphan.into_iter().chain([issue]).collect());
    };
    Some(match open {
        // One that failed is gone on with; one that did not is being asked for.
        Some(open) if open.source == source && open.failed.is_some() => vec![request(source, open.intent)],
        Some(open) if open.source != source => vec![give_up(open, true), request(source, FRESH)],
        _ => vec![request(source, FRESH)],
    })
}

/// When the dealer can have entered the code, if they can at all.
fn likely_word(state: &Onboarding, now: Timestamp) -> Timestamp {
    state.invitation.as_ref().map_or(now, |newest| newest.expires_at.min(now).max(newest.generated_at))
}

/// Reading back what has no answer, else booking, else moving what stands.
fn booking(state: &Onboarding, setup: &Setup, now: Timestamp) -> Command {
    match &state.booking {
        Some(open) => {
            let end = BookingEnd::Unknown { reason: SOME_TEXT.to_owned() };
            Command::EndBooking { intent: open.intent, end }
        }
        None => Command::RequestBooking {
            intent: FRESH,
            opcode: state.opcode_code(&setup.policy.default_opcode).into(),
            local: now.naive_utc(),
            vin: SOME_TEXT.into(),
            moves: state.standing_appointment(now).is_some(),
        },
    }
}
