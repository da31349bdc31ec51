//! The rules of the service opcode and of the slots for it.

use crate::domain::opcode::{self, OpcodeChoice, OpcodeState, Service};
use crate::domain::text::is_invisible;
use crate::domain::{Context, Fact, Onboarding, Refusal, SlotsResult, Untrusted};

/// The longest opcode that is taken, in characters (our assumption; phrases like "Tell Us More" are common).
const LONGEST_OPCODE: usize = 100;

pub(super) fn choose(
    state: &Onboarding,
    choice: &OpcodeChoice,
    word: Option<&Untrusted>,
) -> Result<Vec<Fact>, Refusal> {
    if choice.code.raw().trim().is_empty() {
        return Err(Refusal::EmptyOpcode);
    }
    if choice.code.raw().chars().any(is_invisible) || choice.code.raw().chars().nth(LONGEST_OPCODE).is_some() {
        return Err(Refusal::OddOpcode);
    }
    let word = word.filter(|word| !word.raw().trim().is_empty());
    let same = |chosen: &crate::domain::ChosenOpcode| {
        chosen.choice == *choice && (word.is_none() || chosen.word.as_ref() == word)
    };
    if state.opcode.as_deref().is_some_and(same) {
        return Ok(vec![]);
    }
    Ok(vec![Fact::OpcodeChosen { choice: choice.clone(), word: word.cloned() }])
}

/// What a list of services says about the chosen opcode; nothing when that is what we know already.
pub(super) fn opcode_seen(state: &Onboarding, services: &[Service], ctx: &Context<'_>) -> Option<Fact> {
    let wanted = state.opcode_code(&ctx.policy.default_opcode);
    let found = opcode::find(wanted, services);
    let opcode = Untrusted::from(wanted);
    // What is known of another code (the configured default was changed) says nothing of this one.
    let about_it = state.opcode_looked_for.as_deref() == Some(wanted);
    let known = if about_it { state.opcode_state } else { OpcodeState::Unchecked };
    let same = found.state == known;
    // Gone, whatever is there instead; and it stays "gone" when one kind of absence follows another.
    let drifted = known == OpcodeState::Ok || (about_it && state.opcode_was_visible.is_some());
    match found.state {
        OpcodeState::Unchecked => None,
        // What was known stays: an empty list is no news about an opcode.
        OpcodeState::Unknown if known != OpcodeState::Unchecked => None,
        OpcodeState::Unknown => Some(Fact::OpcodeUnknown { opcode }),
        OpcodeState::Ok if same => None,
        OpcodeState::Ok => Some(Fact::OpcodeVerified { opcode }),
        OpcodeState::NearMiss if same && *found.words == *state.opcode_findings => None,
        OpcodeState::NearMiss => Some(Fact::OpcodeNearMiss { opcode, findings: found.words, drifted }),
        // How many others there are is worth no event.
        OpcodeState::Missing if same => None,
        OpcodeState::Missing => Some(Fact::OpcodeMissing { opcode, findings: found.words, drifted }),
    }
}

/// Whether a customer would be offered a time: worth an event only when that changes.
pub(super) fn slots_seen(state: &Onboarding, result: &SlotsResult) -> Vec<Fact> {
    let had = state.slots.as_ref().map(|slots| slots.count > 0);
    let found = &result.slots;
    match found.count {
        // The question was about a choice that is not the present one, or is not visible any more.
        _ if !state.shows_opcode() => vec![],
        0 if had == Some(false) => vec![],
        0 => vec![Fact::SlotsMissing { window: result.window }],
        _ if had == Some(true) => vec![],
        count => {
            vec![Fact::SlotsSeen { count, days: found.days(), next: found.next, by_day: found.by_day.clone() }]
        }
    }
}
