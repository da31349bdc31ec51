//! What a whole sequence means: the dialects of xterm, urxvt, st, mlterm, kitty, screen and the Linux console.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::MouseInput;

/// The bytes at which a sequence is too long to mean anything.
pub(super) const MOST_BYTES: usize = 64;

/// What a sequence asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SequenceMeaning {
    Key(KeyEvent),
    Paste,
    Focus(bool),
    Mouse(MouseInput),
    /// What kind of terminal it is.
    Attributes,
    /// An answer, a report, a release, or what nobody knows.
    Nothing,
}

impl From<Option<KeyEvent>> for SequenceMeaning {
    fn from(key: Option<KeyEvent>) -> Self {
        key.map_or(Self::Nothing, Self::Key)
    }
}

/// A character as its key: controls are the letters that they are typed with.
pub(super) fn character(c: char, alt: bool) -> KeyEvent {
    let mut modifiers = if alt { KeyModifiers::ALT } else { KeyModifiers::NONE };
    let code = match c {
        '\r' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        '\u{7f}' => KeyCode::Backspace,
        '\0' => control(&mut modifiers, b' '),
        '\u{1}'..='\u{1a}' => control(&mut modifiers, c as u8 - 1 + b'a'),
        '\u{1c}'..='\u{1f}' => control(&mut modifiers, c as u8 - 0x1c + b'4'),
        c => {
            modifiers.set(KeyModifiers::SHIFT, c.is_uppercase());
            KeyCode::Char(c)
        }
    };
    KeyEvent::new(code, modifiers)
}

fn control(modifiers: &mut KeyModifiers, letter: u8) -> KeyCode {
    *modifiers |= KeyModifiers::CONTROL;
    KeyCode::Char(char::from(letter))
}

/// `ESC [ [` and a letter: the Linux console's first function keys.
pub(super) fn linux_key(last: u8) -> Option<KeyCode> {
    matches!(last, b'A'..=b'E').then(|| KeyCode::F(last - b'A' + 1))
}

/// SS3: cursor and function keys, the keypad in application mode, urxvt's arrows with control.
pub(super) fn ss3(parameters: &[u8], last: u8, alt: bool) -> Option<KeyEvent> {
    let parameters = Parameters::of(parameters)?;
    let held = parameters.held(parameters.count().saturating_sub(1))?.with_alt(alt);
    let code = match last {
        b'a'..=b'd' => return held.and(KeyModifiers::CONTROL).key(arrow(last.to_ascii_uppercase())?),
        b'M' => KeyCode::Enter,
        b'I' => KeyCode::Tab,
        b' ' => KeyCode::Char(' '),
        b'X' => KeyCode::Char('='),
        b'j'..=b'o' => KeyCode::Char(char::from(last - b'j' + b'*')),
        b'p'..=b'y' => KeyCode::Char(char::from(last - b'p' + b'0')),
        b'P'..=b'S' => KeyCode::F(last - b'P' + 1),
        _ => arrow(last)?,
    };
    held.key(code)
}

/// CSI, from what stands between it and its last byte.
pub(super) fn csi(bytes: &[u8], last: u8, alt: bool) -> SequenceMeaning {
    if last == b'c' && bytes.starts_with(b"?") {
        return SequenceMeaning::Attributes;
    }
    if let (Some(report), b'M') = (bytes.strip_prefix(b"<"), last) {
        return mouse(report).map_or(SequenceMeaning::Nothing, SequenceMeaning::Mouse);
    }
    // Marked parameters (`?`, `>`, `<`, `=`) are answers; so is whatever has intermediates.
    let Some(parameters) = Parameters::of(bytes) else { return SequenceMeaning::Nothing };
    if let (b'I' | b'O', []) = (last, bytes) {
        return SequenceMeaning::Focus(last == b'I');
    }
    if (last, parameters.first()) == (b'~', 200) {
        return SequenceMeaning::Paste;
    }
    csi_key(&parameters, last, alt).into()
}

/// A press in the form of SGR: what was pressed, column and line from 1. With something held it is the terminal's.
fn mouse(report: &[u8]) -> Option<MouseInput> {
    let parameters = Parameters::of(report).filter(|parameters| parameters.count() == 3)?;
    let place = |at| u16::try_from(parameters.number(at).checked_sub(1)?).ok();
    let (x, y) = (place(1)?, place(2)?);
    match parameters.part(0, 0)? {
        0 => Some(MouseInput::Click(x, y)),
        button @ (64 | 65) => Some(MouseInput::Wheel(x, y, button == 65)),
        _ => None,
    }
}

fn csi_key(parameters: &Parameters, last: u8, alt: bool) -> Option<KeyEvent> {
    let first = parameters.first();
    // `CSI 1 ; 5 A`, and without the 1 by a few.
    let held = match parameters.count() {
        1 if arrow(last).is_some() || last == b'Z' => parameters.held(0)?,
        0 | 1 => Held::default(),
        _ => parameters.held(1)?,
    };
    let held = held.with_alt(alt);
    match last {
        b'u' => unicode_key(first, parameters.shifted(), held),
        b'~' if first == 27 => unicode_key(parameters.number(2), None, held),
        b'~' => held.key(numbered(first)?),
        // urxvt says modifiers by the last byte.
        b'^' => held.and(KeyModifiers::CONTROL).key(numbered(first)?),
        b'$' => held.and(KeyModifiers::SHIFT).key(numbered(first)?),
        b'@' => held.and(KeyModifiers::CONTROL | KeyModifiers::SHIFT).key(numbered(first)?),
        b'a'..=b'd' if parameters.count() == 0 => held.and(KeyModifiers::SHIFT).key(arrow(last.to_ascii_uppercase())?),
        b'Z' => held.and(KeyModifiers::SHIFT).key(KeyCode::BackTab),
        // st's Delete and Insert where nobody asked for its application mode.
        b'P' if parameters.count() == 0 => held.key(KeyCode::Delete),
        b'h' if first == 4 => Held::default().with_alt(alt).key(KeyCode::Insert),
        // With other numbers these are an answer: where the cursor is, how large a window.
        b'P'..=b'S' if parameters.count() == 2 && first == 1 && (2..=16).contains(&parameters.number(1)) => {
            held.key(KeyCode::F(last - b'P' + 1))
        }
        b'A'..=b'D' | b'F' | b'H' if parameters.count() < 3 => held.key(arrow(last)?),
        _ => None,
    }
}

/// The keys of the cursor by their letter.
fn arrow(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        _ => return None,
    })
}

/// The keys with a number.
fn numbered(number: u32) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number as u8 - 10),
        17..=21 => KeyCode::F(number as u8 - 11),
        23..=24 => KeyCode::F(number as u8 - 12),
        _ => return None,
    })
}

/// A key that is told by the character that is printed on it; kitty tells the keypad by numbers of private use.
fn unicode_key(number: u32, shifted: Option<u32>, held: Held) -> Option<KeyEvent> {
    let code = match number {
        27 => KeyCode::Esc,
        13 | 57414 => KeyCode::Enter,
        9 if held.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        9 => KeyCode::Tab,
        8 | 127 => KeyCode::Backspace,
        57399..=57408 => KeyCode::Char(char::from(b'0' + (number - 57399) as u8)),
        57409..=57413 => KeyCode::Char(*['.', '/', '*', '-', '+'].get(number as usize - 57409)?),
        57415 => KeyCode::Char('='),
        57416 => KeyCode::Char(','),
        57417 => KeyCode::Left,
        57418 => KeyCode::Right,
        57419 => KeyCode::Up,
        57420 => KeyCode::Down,
        57421 => KeyCode::PageUp,
        57422 => KeyCode::PageDown,
        57423 => KeyCode::Home,
        57424 => KeyCode::End,
        57425 => KeyCode::Insert,
        57426 => KeyCode::Delete,
        0xe000..=0xf8ff => return None,
        number => {
            let number = shifted.filter(|_| held.modifiers.contains(KeyModifiers::SHIFT)).unwrap_or(number);
            KeyCode::Char(char::from_u32(number).filter(|c| !c.is_control())?)
        }
    };
    held.key(code)
}

/// What is held with a key, and what happens to it.
#[derive(Debug, Clone, Copy)]
struct Held {
    modifiers: KeyModifiers,
    kind: KeyEventKind,
}

impl Default for Held {
    fn default() -> Self {
        Self { modifiers: KeyModifiers::NONE, kind: KeyEventKind::Press }
    }
}

impl Held {
    fn with_alt(self, alt: bool) -> Self {
        if alt { self.and(KeyModifiers::ALT) } else { self }
    }

    fn and(self, modifiers: KeyModifiers) -> Self {
        Self { modifiers: self.modifiers | modifiers, ..self }
    }

    /// The key with it; none for a release.
    fn key(self, code: KeyCode) -> Option<KeyEvent> {
        (self.kind != KeyEventKind::Release).then(|| KeyEvent::new_with_kind(code, self.modifiers, self.kind))
    }
}

/// Numbers with `;` between them, each perhaps with more after `:`.
struct Parameters(Vec<Vec<Option<u32>>>);

impl Parameters {
    fn of(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() < MOST_BYTES)?;
        if text.is_empty() {
            return Some(Self(Vec::new()));
        }
        let number = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
        let parameter = |text: &str| text.split(':').map(number).collect::<Option<Vec<_>>>();
        Some(Self(text.split(';').map(parameter).collect::<Option<Vec<_>>>()?))
    }

    fn count(&self) -> usize {
        self.0.len()
    }

    fn part(&self, place: usize, part: usize) -> Option<u32> {
        self.0.get(place)?.get(part).copied().flatten()
    }

    fn number(&self, place: usize) -> u32 {
        self.part(place, 0).unwrap_or(1)
    }

    fn first(&self) -> u32 {
        self.number(0)
    }

    /// The character that the key types with shift, where the terminal says it.
    fn shifted(&self) -> Option<u32> {
        self.part(0, 1)
    }

    /// What is held, by the parameter in a place. Nothing is bound to the keys of the desktop (super, hyper): they must
    /// not be taken for the letter that is pressed with them.
    fn held(&self, place: usize) -> Option<Held> {
        let bits = self.number(place).checked_sub(1)?;
        if bits & 0b1_1000 != 0 || bits > 0xff {
            return None;
        }
        let mut modifiers = KeyModifiers::NONE;
        modifiers.set(KeyModifiers::SHIFT, bits & 1 != 0);
        modifiers.set(KeyModifiers::ALT, bits & 0b10_0010 != 0);
        modifiers.set(KeyModifiers::CONTROL, bits & 4 != 0);
        let kind = match self.part(place, 1) {
            None | Some(1) => KeyEventKind::Press,
            Some(2) => KeyEventKind::Repeat,
            _ => KeyEventKind::Release,
        };
        Some(Held { modifiers, kind })
    }
}

/// Whether `$` after these parameters is urxvt's key with shift: an answer that has it has two of them, or a mark.
pub(super) fn ends_with_dollar(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit)
}

/// What bytes are that come after an ESC which was taken for the key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum EscapeTail {
    /// The rest of its sequence: nobody types that.
    Certain,
    /// The beginning of one, or what somebody types.
    Possible,
}

/// Whether bytes look like what follows the ESC of a sequence, and not like what is typed after the key.
pub(super) fn tail(bytes: &[u8]) -> Option<EscapeTail> {
    match bytes {
        [b'[' | b'O'] | [b'[', b'['] => Some(EscapeTail::Possible),
        [b'[', b'[', b'A'..=b'E', ..] => Some(EscapeTail::Certain),
        [b'[', rest @ ..] => match without_parameters(rest) {
            [] | [0x40..=0x5a | 0x5c..=0x7e, ..] => Some(EscapeTail::Certain),
            _ => None,
        },
        [b'O', rest @ ..] => match without_parameters(rest) {
            [] => Some(EscapeTail::Certain),
            [last, after @ ..] if is_end_of_ss3(*last) && matches!(after, [] | [0x1b, ..]) => Some(EscapeTail::Certain),
            _ => None,
        },
        [b']', b'0'..=b'9', _, ..] | [b'_', b'G', _, ..] | [b'P', b'0'..=b'9' | b'!' | b'>' | b'=', _, ..] => {
            Some(EscapeTail::Certain)
        }
        [b']' | b'P' | b'X' | b'^' | b'_', text @ ..] => {
            let end = text.iter().position(u8::is_ascii_control);
            match text.get(end.unwrap_or(text.len())..) {
                Some([] | [0x1b]) if text.len() < MOST_BYTES => Some(EscapeTail::Possible),
                Some([0x1b, b'\\', ..] | [0x07, ..]) => Some(EscapeTail::Certain),
                _ => None,
            }
        }
        _ => None,
    }
}

const fn is_end_of_ss3(byte: u8) -> bool {
    matches!(byte, b'A'..=b'D' | b'F' | b'H' | b'M' | b'P'..=b'S' | b'a'..=b'd' | b'j'..=b'y')
}

fn without_parameters(bytes: &[u8]) -> &[u8] {
    let parameters = bytes.iter().take_while(|byte| matches!(byte, 0x20..=0x3f)).count();
    bytes.get(parameters..).unwrap_or_default()
}

/// The background colour in `11;rgb:RRRR/GGGG/BBBB`, the answer of a terminal that was asked for it.
pub(super) fn background(text: &[u8]) -> Option<[u8; 3]> {
    let text = std::str::from_utf8(text).ok()?.strip_prefix("11;rgb")?;
    let digits = text.strip_prefix(':').or_else(|| text.strip_prefix("a:"))?;
    let mut levels = digits.split('/').map(|level| {
        let most = 16_u32.checked_pow(level.len().try_into().ok()?)?.checked_sub(1).filter(|most| *most > 0)?;
        (level.len() <= 4).then_some(())?;
        u8::try_from(u32::from_str_radix(level, 16).ok()? * 255 / most).ok()
    });
    Some([levels.next()??, levels.next()??, levels.next()??])
}
