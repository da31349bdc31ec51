//! Text that was encoded once more than it was decoded.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

/// How often a text is decoded at most: exports of exports.
const MOST_LAYERS: usize = 3;

/// The text with its HTML entities decoded; `None` where there is none. Only what is well formed is one: `A&B;C` stays.
pub(super) fn without_entities(text: &str) -> Option<String> {
    layers(text, |text| {
        let (_, behind) = text.split_once('&')?;
        behind.contains(';').then(|| html_escape::decode_html_entities(text)).and_then(|decoded| match decoded {
            Cow::Owned(decoded) if decoded != text => Some(decoded.chars().map(of_windows).collect()),
            _ => None,
        })
    })
}

/// What a number below 160 stands for in HTML: `&#146;` is an apostrophe.
fn of_windows(c: char) -> char {
    match u8::try_from(u32::from(c)) {
        Ok(byte @ 0x80..=0x9f) => char_of(byte),
        _ => c,
    }
}

/// A text that seems to be UTF-8 that was read as Windows-1252 or Latin-1: `PeÃ±a`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ReadTwice {
    /// This is what was meant: the whole text goes back, to letters and signs of Western languages.
    Certain(String),
    /// It looks like it, but no way leads back.
    Likely,
}

/// Reads a text that was read twice; `None`: it does not look like it.
pub(super) fn read_twice(text: &str) -> Option<ReadTwice> {
    if text.is_ascii() || !looks_read_twice(text) {
        return None;
    }
    Some(layers(text, back).map_or(ReadTwice::Likely, ReadTwice::Certain))
}

/// Whether what begins a character in UTF-8 and what goes on with it stand together. Capital letters before a quotation
/// mark or a dash (`CAFÉ’S`) do too, so only those beginnings count that lead to letters and signs of Western languages.
fn looks_read_twice(text: &str) -> bool {
    let goes_on = |c| byte_of(c).is_some_and(|byte| (0x80..=0xbf).contains(&byte));
    text.chars().zip(text.chars().skip(1)).any(|(c, next)| matches!(c, 'Â'..='Å' | 'â') && goes_on(next))
}

fn back(text: &str) -> Option<String> {
    if !looks_read_twice(text) {
        return None;
    }
    let bytes = text.chars().map(byte_of).collect::<Option<Vec<u8>>>()?;
    let read = String::from_utf8(bytes).ok().filter(|read| read != text)?;
    let is_western = |c: char| {
        c.is_ascii()
            || matches!(c, '\u{a0}'..='\u{17f}')
            || byte_of(c).is_some_and(|byte| byte < 0xa0) && !c.is_control()
    };
    read.chars().all(is_western).then_some(read)
}

/// Undoes something as often as it was done.
fn layers(text: &str, undo: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut plain = undo(text)?;
    for _ in 1..MOST_LAYERS {
        let Some(next) = undo(&plain) else { break };
        plain = next;
    }
    Some(plain)
}

/// The byte of a character in Windows-1252, or in Latin-1 where that has another.
fn byte_of(c: char) -> Option<u8> {
    u8::try_from(u32::from(c)).ok().or_else(|| (0x80..=0x9f).find(|byte| char_of(*byte) == c))
}

fn char_of(byte: u8) -> char {
    let bytes = [byte];
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(&bytes);
    text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER)
}
