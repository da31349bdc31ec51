//! How it stands with a dealership, in a sentence.

use super::clocks::Clocks;
use super::time::Zone;
use crate::domain::text::clean;
use crate::domain::{Onboarding, OpcodeState, Stage, Timestamp};

/// How it stands, in the zone of the dealership.
pub fn situation(state: &Onboarding, default_opcode: &str, clocks: &Clocks) -> String {
    let zone = Zone::from(state.profile.timezone);
    let at = |at: Timestamp| zone.show(at);
    let confirmation = &state.confirmation;
    let code_end = state.invitation.as_ref().map(|code| code.expires_at);
    let since = |words: &str, moment: Option<Timestamp>| match moment {
        Some(moment) => format!("{words} {}, {} ago.", at(moment), clocks.since(moment)),
        None => format!("{words}."),
    };
    match state.stage(clocks.now()) {
        Stage::New => "Never invited.".to_owned(),
        Stage::Invited => match code_end {
            Some(end) => format!("The code ends in {}, {}.", clocks.left(end), at(end)),
            None => "Invited.".to_owned(),
        },
        Stage::Expired => since("The code died unused", code_end),
        Stage::AwaitingXtime => match confirmation.due_at {
            Some(due) => format!("The dealer is done; Xtime has {} to show it, until {}.", clocks.left(due), at(due)),
            None => "The dealer is done; Xtime has to show it.".to_owned(),
        },
        Stage::Overdue => match confirmation.due_at {
            Some(due) => format!("Xtime is {} late: it was due {}.", clocks.since(due), at(due)),
            None => "Xtime is late.".to_owned(),
        },
        Stage::Confirmed => {
            let lacks = state.lacks().unwrap_or("the next look tells");
            since(&format!("Not live: {lacks}. Connected since"), confirmation.confirmed_at)
        }
        Stage::OpcodeMissing => missing(state, default_opcode, since),
        Stage::NoSlots => {
            since("Connected and the opcode is visible, but no slot is offered", state.in_stage_since(Stage::NoSlots))
        }
        Stage::Live => since("Live: customers can book. Connected since", confirmation.confirmed_at),
        Stage::Lost => since("The connection is lost", confirmation.lost_at),
        Stage::Revoked => "The code is revoked.".to_owned(),
        Stage::Archived => since("Archived", state.archived_at),
    }
}

fn missing(state: &Onboarding, default_opcode: &str, since: impl Fn(&str, Option<Timestamp>) -> String) -> String {
    let code = clean(state.opcode_code(default_opcode));
    let moment = state.in_stage_since(Stage::OpcodeMissing);
    match (state.opcode_state, state.opcode_was_visible) {
        (OpcodeState::NearMiss, _) => {
            since(&format!("Connected, but only something like the opcode \"{code}\" is visible, since"), moment)
        }
        (_, Some(_)) => since(&format!("The opcode \"{code}\" is gone since"), moment),
        (_, None) => since(&format!("Connected, but the opcode \"{code}\" is not visible since"), moment),
    }
}
