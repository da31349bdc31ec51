//! How a message changes the screen, and what it asks for: from keys, clicks and answers to what the state does, by the
//! registry of actions. Pure: no I/O, no clock, no channel.

mod act;
mod burst;
mod keys;
mod lists;
mod message;
mod mouse;

use super::msg::{ArrivalTime, Effect, Msg};
use super::state::ScreenState;
use super::update::{past, past_board};
use message::take;

pub use act::perform;

/// Takes in a message. What is to be done comes back as data; whether a frame is needed is in [`ScreenState::dirty`].
pub fn update(state: &mut ScreenState, msg: Msg, now: ArrivalTime) -> Vec<Effect> {
    let Some(past) = &mut state.past else { return take(state, msg, now) };
    past.now = now.at;
    let shown = ArrivalTime { at: past.shown.at, ..now };
    let is_of_present = match &msg {
        Msg::EventPage(query, _) => !state.tail.awaits(query),
        Msg::Answer(work, _) => !state.asks_of_past(*work),
        msg => past::is_of_present(msg),
    };
    if is_of_present { past_board::underneath(state, |state| take(state, msg, now)) } else { take(state, msg, shown) }
}
