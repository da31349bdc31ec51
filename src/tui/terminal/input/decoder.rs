//! A state machine from bytes to events. Pure: time comes in with the bytes.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::InputEvent;
use super::sequence::{self, EscapeTail, SequenceMeaning};

/// How long an ESC waits for what may follow it before it is the key. Longer than the pauses between the bytes of one
/// sequence on a link that passes them on one by one; together with a frame still below what a person notices.
pub const LONE_ESCAPE: Duration = Duration::from_millis(40);

/// How long after an ESC that was taken for the key a byte that may begin the rest of its sequence is held as an ESC is.
const LATE_SEQUENCE: Duration = Duration::from_secs(1);

/// How old a sequence that was begun may be: far beyond any stall of a link. What comes later is no part of it.
const ABANDONED: Duration = Duration::from_secs(5);

/// Between two bytes that somebody types there is more time than this, between two of one sequence less.
const TYPED: Duration = Duration::from_millis(50);

/// How long nothing may come before a paste whose end is missing is taken as it is.
const PASTE_STALLED: Duration = Duration::from_secs(1);

/// The most bytes of a paste that are kept; no field takes nearly as many.
const MOST_PASTED: usize = 1024 * 1024;

/// The most bytes of a string (OSC) that are kept.
const MOST_STRING: usize = 128;

const ESC: u8 = 0x1b;
const BEL: u8 = 0x07;
const END_OF_PASTE: [&[u8]; 2] = [b"\x1b[201~", b"\x9b201~"];

/// Takes bytes apart, however they are split and whenever they come.
#[derive(Debug, Default)]
pub struct Decoder {
    state: State,
    /// When the last byte came.
    last: Duration,
    /// When the sequence began that is read.
    begun: Duration,
    /// When an ESC was taken for the key because nothing followed it.
    escaped: Option<Duration>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Ground,
    /// A character of more than one byte.
    Utf8 { alt: bool, bytes: Vec<u8>, length: usize },
    /// ESC, or two of them.
    Escape { twice: bool },
    /// What may be the rest of a sequence whose ESC was taken for the key.
    Late(Vec<u8>),
    /// CSI with what came of it; what is longer than any sequence that means something is not kept.
    Csi { alt: bool, bytes: Vec<u8> },
    /// `ESC [ [` of the Linux console, before its letter.
    LinuxKey { alt: bool },
    /// `ESC O` (SS3), before the letter of a function key.
    Ss3 { alt: bool, bytes: Vec<u8> },
    /// A mouse report of three bytes that follow `ESC [ M`.
    Mouse { left: u8 },
    /// OSC, DCS, APC, PM or SOS, up to its terminator.
    Text { osc: bool, bytes: Vec<u8>, escape: bool, continuation: usize },
    /// A bracketed paste, with its end as far as it came.
    Paste(Vec<u8>),
}

impl Decoder {
    /// Takes in bytes that arrived at a moment.
    pub fn feed(&mut self, bytes: &[u8], now: Duration, events: &mut Vec<InputEvent>) {
        let (age, pause) = (now.saturating_sub(self.begun), now.saturating_sub(self.last));
        if age >= ABANDONED && pause >= TYPED && self.can_be_abandoned() {
            self.state = State::Ground;
        }
        self.last = now;
        let escaped = self.escaped.take();
        match (std::mem::take(&mut self.state), escaped) {
            (State::Late(mut held), _) => {
                held.extend_from_slice(bytes);
                self.after_escape(&held, true, events);
            }
            (State::Ground, Some(at)) => {
                self.after_escape(bytes, now.saturating_sub(at) <= LATE_SEQUENCE, events);
            }
            (state, _) => {
                self.state = state;
                self.take_in(bytes, events);
            }
        }
    }

    /// Bytes behind an ESC that was taken for the key: the rest of its sequence, or what somebody types.
    fn after_escape(&mut self, bytes: &[u8], may_wait: bool, events: &mut Vec<InputEvent>) {
        match sequence::tail(bytes) {
            Some(EscapeTail::Certain) => self.state = State::Escape { twice: false },
            Some(EscapeTail::Possible) if may_wait => {
                self.state = State::Late(bytes.to_vec());
                return;
            }
            _ => {}
        }
        self.take_in(bytes, events);
    }

    fn take_in(&mut self, bytes: &[u8], events: &mut Vec<InputEvent>) {
        let mut rest = bytes;
        while let [byte, after @ ..] = rest {
            if let State::Paste(text) = &mut self.state {
                let taken = take_paste(text, rest);
                rest = rest.get(taken..).unwrap_or_default();
                if let Some(text) = without_end(text) {
                    events.push(InputEvent::Paste(String::from_utf8_lossy(text).into_owned()));
                    self.state = State::Ground;
                }
                continue;
            }
            if matches!(self.state, State::Ground | State::Escape { .. }) {
                self.begun = self.last;
            }
            // A byte that ends what it does not belong to is looked at again.
            if self.step(*byte, events) {
                rest = after;
            }
        }
    }

    /// When [`Decoder::expire`] wants to be called if no byte comes before.
    pub fn deadline(&self) -> Option<Duration> {
        match self.state {
            State::Escape { .. } | State::Late(_) => Some(self.last + LONE_ESCAPE),
            State::Paste(_) => Some(self.last + PASTE_STALLED),
            _ => None,
        }
    }

    /// Nothing came until a moment: what was waiting is the keys, a paste without an end is over.
    pub fn expire(&mut self, now: Duration, events: &mut Vec<InputEvent>) {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        match std::mem::take(&mut self.state) {
            State::Escape { twice } => {
                events.extend((0..=usize::from(twice)).map(|_| plain(KeyCode::Esc)));
                self.escaped = Some(now);
            }
            State::Late(held) => self.take_in(&held, events),
            State::Paste(text) => events.push(InputEvent::Paste(String::from_utf8_lossy(&text).into_owned())),
            other => self.state = other,
        }
    }

    /// Forgets what was begun: the terminal was somebody else's meanwhile.
    pub fn reset(&mut self) {
        (self.state, self.escaped) = (State::Ground, None);
    }

    fn can_be_abandoned(&self) -> bool {
        !matches!(self.state, State::Ground | State::Paste(_) | State::Escape { .. } | State::Late(_))
    }

    /// Takes one byte, and whether that used it up.
    fn step(&mut self, byte: u8, events: &mut Vec<InputEvent>) -> bool {
        match std::mem::take(&mut self.state) {
            State::Ground => {
                self.begin(byte, false, events);
                true
            }
            State::Escape { twice } => {
                self.escape(byte, twice, events);
                true
            }
            State::Utf8 { alt, bytes, length } => self.utf8(byte, alt, bytes, length, events),
            State::Csi { alt, bytes } => self.csi(byte, alt, bytes, events),
            State::LinuxKey { alt } => {
                events.extend(sequence::linux_key(byte).map(|code| key(code, alt)));
                (0x20..0x7f).contains(&byte)
            }
            State::Ss3 { alt, mut bytes } => match byte {
                b'0'..=b'9' | b';' => {
                    keep(&mut bytes, byte);
                    self.state = State::Ss3 { alt, bytes };
                    true
                }
                0x20..=0x7e => {
                    events.extend(sequence::ss3(&bytes, byte, alt).map(InputEvent::Key));
                    true
                }
                _ => false,
            },
            State::Mouse { left } => {
                if left > 1 && byte >= 0x20 {
                    self.state = State::Mouse { left: left - 1 };
                }
                byte >= 0x20
            }
            State::Text { osc, bytes, escape, continuation } => {
                self.text(byte, Text { osc, bytes, escape, continuation }, events)
            }
            // Taken in pieces, not byte by byte.
            state @ (State::Paste(_) | State::Late(_)) => {
                self.state = state;
                true
            }
        }
    }

    /// The first byte of something, after ESC or not.
    fn begin(&mut self, byte: u8, alt: bool, events: &mut Vec<InputEvent>) {
        match byte {
            ESC => self.state = State::Escape { twice: alt },
            0x00..=0x7f => events.push(InputEvent::Key(sequence::character(char::from(byte), alt))),
            0x80..=0x9f => self.control(byte, alt),
            0xc2..=0xf4 => {
                let length = match byte {
                    0xc2..=0xdf => 2,
                    0xe0..=0xef => 3,
                    _ => 4,
                };
                self.state = State::Utf8 { alt, bytes: vec![byte], length };
            }
            // Nothing begins so.
            _ => {}
        }
    }

    /// A control of C1, in whichever form it came. Those that begin nothing are swallowed.
    fn control(&mut self, byte: u8, alt: bool) {
        self.state = match byte {
            0x8f => State::Ss3 { alt, bytes: Vec::new() },
            0x9b => State::Csi { alt, bytes: Vec::new() },
            0x9d => State::Text { osc: true, bytes: Vec::new(), escape: false, continuation: 0 },
            0x90 | 0x98 | 0x9e | 0x9f => State::Text { osc: false, bytes: Vec::new(), escape: false, continuation: 0 },
            _ => State::Ground,
        };
    }

    fn escape(&mut self, byte: u8, twice: bool, events: &mut Vec<InputEvent>) {
        match byte {
            ESC if twice => {
                events.push(plain(KeyCode::Esc));
                self.state = State::Escape { twice };
            }
            // With one more ESC before it a sequence is that key with alt.
            b'[' | b'O' => self.control(byte + 0x40, twice),
            b'P' | b'X' | b'\\' | b']' | b'^' | b'_' => self.control(byte + 0x40, false),
            ESC => self.state = State::Escape { twice: true },
            _ => {
                events.extend(twice.then(|| plain(KeyCode::Esc)));
                self.begin(byte, true, events);
            }
        }
    }

    fn utf8(&mut self, byte: u8, alt: bool, mut bytes: Vec<u8>, length: usize, events: &mut Vec<InputEvent>) -> bool {
        if !is_continuation(byte) {
            return false;
        }
        bytes.push(byte);
        if bytes.len() < length {
            self.state = State::Utf8 { alt, bytes, length };
            return true;
        }
        match std::str::from_utf8(&bytes).ok().and_then(|text| text.chars().next()) {
            Some(c @ '\u{80}'..='\u{9f}') => self.control(c as u8, alt),
            Some(c) => events.push(InputEvent::Key(sequence::character(c, alt))),
            None => {}
        }
        true
    }

    fn csi(&mut self, byte: u8, alt: bool, mut bytes: Vec<u8>, events: &mut Vec<InputEvent>) -> bool {
        match byte {
            b'[' if bytes.is_empty() => self.state = State::LinuxKey { alt },
            b'M' if bytes.is_empty() => self.state = State::Mouse { left: 3 },
            0x20..=0x3f if !(byte == b'$' && sequence::ends_with_dollar(&bytes)) => {
                keep(&mut bytes, byte);
                self.state = State::Csi { alt, bytes };
            }
            0x20..=0x7e => match sequence::csi(&bytes, byte, alt) {
                SequenceMeaning::Key(key) => events.push(InputEvent::Key(key)),
                SequenceMeaning::Mouse(mouse) => events.push(InputEvent::Mouse(mouse)),
                SequenceMeaning::Paste => self.state = State::Paste(Vec::new()),
                SequenceMeaning::Focus(has_focus) => events.push(InputEvent::Focus(has_focus)),
                SequenceMeaning::Attributes => events.push(InputEvent::Attributes),
                SequenceMeaning::Nothing => {}
            },
            // A control or a character: the sequence was cut off.
            _ => return false,
        }
        true
    }

    fn text(&mut self, byte: u8, text: Text, events: &mut Vec<InputEvent>) -> bool {
        let Text { osc, mut bytes, escape, continuation } = text;
        let in_character = continuation > 0 && is_continuation(byte);
        match byte {
            b'\\' if escape => finish(osc, &bytes, events),
            // ESC and something else: the string was cut off.
            _ if escape => {
                self.state = State::Escape { twice: false };
                return false;
            }
            ESC => self.state = State::Text { osc, bytes, escape: true, continuation: 0 },
            BEL => finish(osc, &bytes, events),
            0x9c if !in_character => finish(osc, &bytes, events),
            // Answers consist of printable characters; these are keys of somebody who does not want to wait.
            0x00..=0x07 | 0x0e..=0x1f => return false,
            // ST as a character; a lead byte of two before it.
            0x9c if bytes.last() == Some(&0xc2) => finish(osc, &bytes, events),
            _ => {
                let continuation = match byte {
                    0xc2..=0xdf => 1,
                    0xe0..=0xef => 2,
                    0xf0..=0xf4 => 3,
                    _ if in_character => continuation - 1,
                    _ => 0,
                };
                if bytes.len() < MOST_STRING {
                    bytes.push(byte);
                } else if let Some(last) = bytes.last_mut() {
                    *last = byte;
                }
                self.state = State::Text { osc, bytes, escape: false, continuation };
            }
        }
        true
    }
}

/// A string as far as it came.
struct Text {
    osc: bool,
    bytes: Vec<u8>,
    /// Its last byte was ESC.
    escape: bool,
    /// How many bytes its last character still wants.
    continuation: usize,
}

fn finish(osc: bool, bytes: &[u8], events: &mut Vec<InputEvent>) {
    if osc && bytes.len() < MOST_STRING {
        events.extend(sequence::background(bytes).map(InputEvent::Background));
    }
}

/// Keeps a byte of a sequence. What is too long means nothing any more, but still ends where it ends.
fn keep(bytes: &mut Vec<u8>, byte: u8) {
    if bytes.len() < sequence::MOST_BYTES {
        bytes.push(byte);
    }
}

/// Moves bytes into a paste, up to where it may end; how many.
fn take_paste(text: &mut Vec<u8>, bytes: &[u8]) -> usize {
    let taken = bytes.iter().position(|byte| *byte == b'~').map_or(bytes.len(), |at| at + 1);
    text.extend_from_slice(bytes.get(..taken).unwrap_or_default());
    let longest = END_OF_PASTE[0].len();
    if text.len() > MOST_PASTED + longest {
        // The middle goes: an end that is split must be found in one piece.
        text.drain(MOST_PASTED..text.len() - longest);
    }
    taken
}

fn without_end(text: &[u8]) -> Option<&[u8]> {
    END_OF_PASTE.iter().find_map(|end| text.strip_suffix(*end))
}

const fn is_continuation(byte: u8) -> bool {
    matches!(byte, 0x80..=0xbf)
}

fn plain(code: KeyCode) -> InputEvent {
    key(code, false)
}

fn key(code: KeyCode, alt: bool) -> InputEvent {
    let modifiers = if alt { KeyModifiers::ALT } else { KeyModifiers::NONE };
    InputEvent::Key(KeyEvent::new(code, modifiers))
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
