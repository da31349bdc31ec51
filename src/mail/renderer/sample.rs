//! Dealerships that do not exist, to try templates on: between them they have, and lack, whatever a letter can speak of.

use chrono::{DateTime, TimeDelta};

use super::RenderContext;
use crate::domain::{
    Actor, ChosenOpcode, CodeOrigin, Contact, DealershipId, Event, Fact, IntentId, Invitation, LetterId, LetterKind,
    Onboarding, OpcodeChoice, OpcodeOption, OpcodeState, Profile, Slots, Timestamp, evolve,
};

/// The context in which templates are tried: always the same one, so that they fail always or never.
pub(super) fn context(kind: LetterKind) -> RenderContext {
    let written_at = DateTime::UNIX_EPOCH + TimeDelta::minutes(27_746_645);
    RenderContext { letter: LetterId::from_bits(0), kind, written_at, automatic: false, settled: 0 }
}

/// Samples for a context: the first has everything, the others lack what may be lacking.
pub(super) fn states(context: &RenderContext) -> Vec<Onboarding> {
    let RenderContext { kind, written_at: at, .. } = *context;
    let bare = |sparse| bare(sparse, at);
    let complete = |state| complete(state, at);
    let full = bare(false).map(complete);
    let sparse = bare(true).map(|mut state| {
        state.opcode = None;
        complete(state)
    });
    let mut states: Vec<Onboarding> = full.into_iter().chain(sparse).collect();
    if kind == LetterKind::OpcodeGuide {
        for (option, seen) in [
            (OpcodeOption::New, OpcodeState::NearMiss),
            (OpcodeOption::New, OpcodeState::Missing),
            (OpcodeOption::Existing, OpcodeState::Unchecked),
        ] {
            states.extend(bare(false).map(complete).map(|mut state| {
                choose(&mut state, option, at);
                state.opcode_state = seen;
                state.opcode_findings = Box::new(["did you mean `OTHER`?".to_owned()]);
                state
            }));
        }
        states.extend(bare(false));
    }
    states
}

fn bare(sparse: bool, at: Timestamp) -> Option<Onboarding> {
    let or = |text: &str| if sparse { "" } else { text }.into();
    let profile = Profile {
        name: "Sample Motors".into(),
        dealer_code: "xts0000".into(),
        group: or("Sample Group"),
        brand: or(""),
        city: or("Dayton"),
        state: or("OH"),
        timezone: chrono_tz::America::New_York.into(),
        contact: Contact { name: or("Carla Sample"), email: "carla@example.com".into(), phone: or("555-0100") },
        owner: None,
    };
    let event = Event {
        seq: 1,
        at,
        actor: Actor::system("sample"),
        dealership: Some(DealershipId::from_bits(0)),
        fact: Fact::DealershipAdded { profile },
    };
    evolve(None, &event)
}

/// Invited, at their word, and live, all at once: each letter finds what it speaks of.
fn complete(mut state: Onboarding, at: Timestamp) -> Onboarding {
    let generated_at = at - TimeDelta::hours(48);
    state.invitation = "SAMPLE-7Q".parse().ok().map(|code| Invitation {
        generation: 2,
        code,
        generated_at,
        expires_at: generated_at + TimeDelta::hours(72),
        issued_at: generated_at,
        known_at: generated_at,
        issued_by: "sample".into(),
        source: CodeOrigin::Paste,
        intent: IntentId::from_bits(0),
        ended: None,
    });
    state.confirmation.dealer_confirmed_at = Some(at);
    state.confirmation.due_at = Some(at + TimeDelta::hours(24));
    state.confirmation.confirmed_at = Some(at);
    if !state.profile.contact.name.is_empty() {
        choose(&mut state, OpcodeOption::Existing, at);
    }
    state.opcode_state = OpcodeState::Ok;
    state.slots = Some(Box::new(Slots { checked_at: at, count: 40, days: 5, next: None, by_day: Vec::new() }));
    state
}

fn choose(state: &mut Onboarding, option: OpcodeOption, at: Timestamp) {
    let choice = OpcodeChoice { code: "Tell Us More".into(), option };
    state.opcode = Some(Box::new(ChosenOpcode { choice, at, by: "sample".into(), word: None }));
}
