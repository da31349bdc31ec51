//! An address in one cell: `123 Main St, El Paso, TX 79901-1234`, `Toronto ON M5V 2T6`.

use super::postal::PostalCode;
use super::{country, find_state, folded};

/// The parts of an address, as they are written; what is not there is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AddressParts<'a> {
    /// What stands before the town.
    pub street: &'a str,
    /// The town; empty where no comma tells it from the street.
    pub city: &'a str,
    pub state: &'a str,
    pub postal_code: &'a str,
    pub country: &'a str,
}

/// The most words that a state's or country's name has.
const MOST_WORDS: usize = 5;

/// Reads an address that ends in a state, perhaps with a postal code and a country behind it. `None`: it is none, or only
/// the name of a state.
pub fn read_address(text: &str) -> Option<AddressParts<'_>> {
    let text = trimmed(text);
    // `Toronto, ON, CA` is not in California: a country is a country where a town and a state stand before it.
    let (before, parts) = with_country(text).or_else(|| with_state(text))?;
    let (street, city) = match before.rsplit_once([',', '\n']) {
        Some((street, city)) => (trimmed(street), trimmed(city)),
        None if before.starts_with(|c: char| c.is_ascii_digit()) => (before, ""),
        None => ("", before),
    };
    Some(AddressParts { street, city, ..parts })
}

fn with_country(text: &str) -> Option<(&str, AddressParts<'_>)> {
    if text.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (before, name) = ending(text, |name| matches!(country(name), Ok(Some(_))))?;
    let (before, parts) = with_state(before)?;
    Some((before, AddressParts { country: name, ..parts }))
}

fn with_state(text: &str) -> Option<(&str, AddressParts<'_>)> {
    let (before, postal_code) = postal_code(text);
    let (before, state) = ending(before, |name| find_state(&folded(name), None, None).is_some())?;
    let enough = !before.is_empty() || !postal_code.is_empty();
    enough.then(|| (before, AddressParts { state, postal_code, ..AddressParts::default() }))
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == ',')
}

/// What stands before a postal code at the end, and the code. One of Mexico may have `C.P.` before it.
fn postal_code(text: &str) -> (&str, &str) {
    // Of two words, as in Canada, or of one.
    for words in [2, 1] {
        let Some((before, code)) = last_words(text, words) else { continue };
        let joined = match PostalCode::read(code) {
            Some(PostalCode::Canadian(code)) => code[5] != b' ',
            // Some write a blank beside the dash.
            Some(PostalCode::Digits(_)) => match code.split_once('-') {
                Some((digits, _)) => digits.trim_end().len() == 5,
                None => words == 1 && code.len() == 5,
            },
            None => false,
        };
        if joined {
            let before = trimmed(before);
            let bare = ["C.P.", "CP", "c.p."].iter().find_map(|mark| before.strip_suffix(mark));
            return (bare.map_or(before, trimmed), code);
        }
    }
    (text, "")
}

/// The longest name of a kind that a text ends in, and what stands before it; something should.
fn ending(text: &str, is_one: impl Fn(&str) -> bool) -> Option<(&str, &str)> {
    let names = (1..=MOST_WORDS).rev().filter_map(|words| last_words(text, words));
    let mut names = names.filter(|(_, name)| !name.contains([',', '\n']) && is_one(name)).peekable();
    let longest = names.peek().copied();
    names.find(|(before, _)| !before.is_empty()).or(longest)
}

/// What stands before the last words, and these; `None`: there are fewer.
fn last_words(text: &str, words: usize) -> Option<(&str, &str)> {
    let mut start = text.len();
    for _ in 0..words {
        let before = text[..start].trim_end_matches(separates);
        let last = before.split(separates).next_back().filter(|word| !word.is_empty())?;
        start = before.len() - last.len();
    }
    Some((trimmed(&text[..start]), &text[start..]))
}

fn separates(c: char) -> bool {
    c.is_whitespace() || c == ','
}
