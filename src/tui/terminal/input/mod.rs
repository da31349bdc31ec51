//! What a terminal sends: bytes, taken apart into keys and pastes.
//!
//! Bytes from a terminal are a language (ECMA-48, with the dialects of the terminals). Whatever is not understood is
//! swallowed whole: never are the letters of a sequence taken for keys.

mod burst;
mod decoder;
mod reader;
mod sequence;

use crossterm::event::KeyEvent;

pub use burst::Bursts;
pub use decoder::{Decoder, LONE_ESCAPE};
pub use reader::InputReader;

/// What the mouse did, at a column and a line from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseInput {
    /// The left button was pressed.
    Click(u16, u16),
    /// The wheel was turned by a notch: forward is down.
    Wheel(u16, u16, bool),
}

/// Something that a terminal sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputEvent {
    Key(KeyEvent),
    /// Keys of text that arrived at once: a paste of a terminal without bracketed paste, or what was typed ahead.
    Burst(Vec<KeyEvent>),
    Paste(String),
    /// The terminal got the focus, or lost it.
    Focus(bool),
    Mouse(MouseInput),
    /// The terminal told its background colour: red, green and blue.
    Background([u8; 3]),
    /// The terminal told what it is: what it was asked before that it has answered, or never will.
    Attributes,
}
