//! What is put on the clipboard of the terminal.

use crate::domain::guide as guide_of;
use crate::tui::msg::{Clip, Effect};
use crate::tui::state::ScreenState;
use crate::tui::theme::Tone;

pub(in crate::tui) fn can_copy_code(state: &ScreenState) -> Result<(), String> {
    let row = state.shown_row().ok_or("there is no dealership here")?;
    // What is copied is sent to somebody.
    row.state.code_obstacle(state.now.at).map_or(Ok(()), |obstacle| Err(obstacle.to_string()))
}

pub(in crate::tui) fn code(state: &mut ScreenState) -> Vec<Effect> {
    let Some(row) = state.shown_row() else { return Vec::new() };
    let Some(newest) = &row.state.invitation else { return Vec::new() };
    let name = row.state.profile.name.screen();
    let message = format!("asked the terminal to copy code {} of {name}", newest.generation);
    let text = newest.code.reveal().to_owned();
    copy(state, text, message)
}

pub(in crate::tui) fn dealer_code(state: &mut ScreenState) -> Vec<Effect> {
    let Some(row) = state.shown_row() else { return Vec::new() };
    let text = row.state.profile.dealer_code.raw().to_owned();
    copy(state, text, "asked the terminal to copy the dealerCode".to_owned())
}

/// The steps to a visible opcode as a text for the dealer.
pub(in crate::tui) fn letter(state: &mut ScreenState) -> Vec<Effect> {
    let Some(row) = state.shown_row() else { return Vec::new() };
    let letter = guide_of(&row.state, &state.setup.policy, &state.setup.partner).letter();
    let name = row.state.profile.name.screen().into_owned();
    copy(state, letter, format!("asked the terminal to copy the letter for {name}"))
}

fn copy(state: &mut ScreenState, text: String, message: String) -> Vec<Effect> {
    state.toast(Tone::Plain, message);
    vec![Effect::Copy(Clip(text))]
}
