//! The answer to what was asked of the engine.

use super::{estimate, insight, reading, rule, suggestions};
use crate::protocol::{Request, RequestError, Response};
use crate::tui::msg::{Effect, WorkId};
use crate::tui::state::ScreenState;
use crate::tui::theme::Tone;

/// Takes in the answer to what was asked for.
pub(in crate::tui) fn take(state: &mut ScreenState, work: WorkId, response: Response) -> Vec<Effect> {
    match state.answered(work) {
        Some(Request::Services(id)) => suggestions::services(state, id, told(response)),
        Some(Request::Slots { dealership, .. }) => suggestions::slots(state, dealership, told(response)),
        Some(Request::PlanBooking { dealership, local, .. }) => {
            suggestions::planned(state, dealership, local, told(response));
        }
        Some(Request::Book { dealership: id, .. } | Request::SettleBooking(id)) => {
            return suggestions::booked(state, id, &told(response));
        }
        Some(Request::ReadLetter { .. } | Request::PreviewLetter { .. }) => {
            reading::letter(state, work, told(response));
        }
        Some(Request::Survival) => estimate::answered(state, told(response)),
        Some(Request::Report(_)) => insight::reported(state, work, told(response)),
        Some(Request::DraftRule { dealership, means, .. }) => rule::drafted(state, dealership, means, told(response)),
        // Nobody waits for it.
        Some(Request::Present(_)) => {}
        Some(_) | None => {
            if let Response::Failed(why) = response {
                state.dirty = true;
                state.toast(Tone::Warn, why.to_string());
            }
        }
    }
    Vec::new()
}

/// What was answered; or why not, in words.
fn told<T: TryFrom<Response, Error = RequestError>>(response: Response) -> Result<T, String> {
    response.try_into().map_err(|why: RequestError| why.to_string())
}
