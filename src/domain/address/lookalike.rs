//! Characters of an address that people take for Latin letters: it would be another address than the one that is read.

use unicode_security::confusable_detection::skeleton;

pub(super) struct Lookalike {
    pub(super) c: char,
    /// In the address, counted from 1.
    pub(super) place: usize,
    pub(super) like: char,
}

/// The first one, in the mailbox or in a part of the domain.
pub(super) fn in_address(mailbox: &str, domain: &str) -> Option<Lookalike> {
    if mailbox.is_ascii() && domain.is_ascii() {
        return None;
    }
    let mut start = 1;
    for part in std::iter::once(mailbox).chain(domain.split('.')) {
        if let Some((place, c, like)) = in_part(part) {
            return Some(Lookalike { c, place: start + place, like });
        }
        start += part.chars().count() + 1;
    }
    None
}

/// Among Latin letters it is a look-alike; a part of another script is what its owner wrote, unless it reads as a Latin
/// one from end to end.
fn in_part(part: &str) -> Option<(usize, char, char)> {
    let found = part.chars().enumerate().find_map(|(place, c)| Some((place, c, like(c)?)))?;
    let is_mixed = part.contains(|c: char| c.is_ascii_alphabetic());
    (is_mixed || part.chars().all(|c| c.is_ascii() || like(c).is_some())).then_some(found)
}

/// The Latin letter or digit that a character of another alphabet looks like.
fn like(c: char) -> Option<char> {
    if c.is_ascii() {
        return None;
    }
    let text = c.to_string();
    let mut plain = skeleton(&text);
    plain.next().filter(|like| like.is_ascii_alphanumeric() && plain.next().is_none())
}
