//! How a message changes the screen, and what it asks for. Pure: no I/O, no clock, no channel.

mod act;
mod answer;
mod burst;
pub(super) mod call;
pub(super) mod columns;
pub(super) mod copy;
mod cursor;
pub(super) mod cut_off;
pub(super) mod desk;
pub(super) mod dialog;
mod due;
mod estimate;
mod expired;
pub(super) mod input;
pub(super) mod insight;
pub(super) mod jobs;
mod keys;
mod message;
pub(super) mod motion;
mod mouse;
mod notify;
mod own_files;
pub(super) mod page;
pub(super) mod past;
mod past_board;
pub(super) mod practice;
mod presence;
pub(super) mod queue;
mod read_model;
pub(super) mod reading;
mod rule;
mod suggestions;
pub(super) mod table;
pub(super) mod tail;
pub(super) mod teach;
pub(super) mod views;

use super::msg::{ArrivalTime, Effect, Msg};
use super::state::ScreenState;
use message::take;

pub use act::perform;
pub use past_board::leave as leave_past;
pub use views::table_starts;

/// Takes in a message. What is to be done comes back as data; whether a frame is needed is in [`ScreenState::dirty`].
pub fn update(state: &mut ScreenState, msg: Msg, now: ArrivalTime) -> Vec<Effect> {
    let Some(past) = &mut state.past else { return take(state, msg, now) };
    past.now = now.at;
    let shown = ArrivalTime { at: past.shown.at, ..now };
    match &msg {
        of_present if past::is_of_present(of_present) => past_board::underneath(state, |state| take(state, msg, now)),
        Msg::EventPage(query, _) if !state.tail.awaits(query) => {
            past_board::underneath(state, |state| take(state, msg, now))
        }
        Msg::Answer(work, _) if !state.asks_of_past(*work) => {
            past_board::underneath(state, |state| take(state, msg, now))
        }
        _ => take(state, msg, shown),
    }
}
