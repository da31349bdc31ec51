//! Classifies answers by a table of rules (`[[xtime.meaning]]`): status, code, message, and what they mean. Pure.
//!
//! An answer that no row recognises is "unknown, unrecognised": kept and shown, never read as yes or no.

mod default_rules;
mod teach;

use std::fmt;
use std::str::FromStr;

use regex::{Regex, RegexBuilder};
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};

use super::Outcome;

pub use default_rules::{DEFAULT_RULES, default_rules, with_defaults};
pub use teach::{TeachError, row_for};

/// Which statuses a row is about: `403`, `4xx` or `400-404`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusMatch {
    first: u16,
    last: u16,
}

impl StatusMatch {
    pub const fn exactly(status: u16) -> Self {
        Self { first: status, last: status }
    }

    /// Whether a status is among them.
    pub const fn matches(self, status: u16) -> bool {
        self.first <= status && status <= self.last
    }
}

impl FromStr for StatusMatch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wrong = || format!("`{}` is no status: write 403, 4xx or 400-404", text.escape_debug());
        let number = |text: &str| text.trim().parse().ok().filter(|n| (100..=599).contains(n));
        if let [digit @ b'1'..=b'5', b'x' | b'X', b'x' | b'X'] = text.as_bytes() {
            let first = u16::from(digit - b'0') * 100;
            return Ok(Self { first, last: first + 99 });
        }
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => Ok(Self { first, last }),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for StatusMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first, self.last) {
            (first, last) if first == last => write!(f, "{first}"),
            (first, last) if first.is_multiple_of(100) && last == first + 99 => write!(f, "{}xx", first / 100),
            (first, last) => write!(f, "{first}-{last}"),
        }
    }
}

impl Serialize for StatusMatch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.first == self.last { serializer.serialize_u16(self.first) } else { serializer.collect_str(self) }
    }
}

impl<'de> Deserialize<'de> for StatusMatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrText;
        impl de::Visitor<'_> for NumberOrText {
            type Value = StatusMatch;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a status: 403, \"4xx\" or \"400-404\"")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<StatusMatch, E> {
                number.to_string().parse().map_err(E::custom)
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<StatusMatch, E> {
                number.to_string().parse().map_err(E::custom)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<StatusMatch, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(NumberOrText)
    }
}

/// A regular expression of the table: case does not count, and its size is bounded.
#[derive(Debug, Clone)]
pub struct RulePattern {
    text: Box<str>,
    anywhere: Regex,
    whole: Regex,
}

impl RulePattern {
    pub fn new(text: &str) -> Result<Self, regex::Error> {
        let build = |text: &str| RegexBuilder::new(text).case_insensitive(true).size_limit(1 << 20).build();
        Ok(Self { text: text.into(), anywhere: build(text)?, whole: build(&format!("^(?:{text})$"))? })
    }

    /// Whether it is found anywhere in a text: how messages are compared.
    pub fn found_in(&self, text: &str) -> bool {
        self.anywhere.is_match(text)
    }

    /// Whether it covers a text from end to end: how codes are compared.
    pub fn covers(&self, text: &str) -> bool {
        self.whole.is_match(text)
    }

    /// The text that it was read from.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl PartialEq for RulePattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Serialize for RulePattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for RulePattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).map_err(de::Error::custom)
    }
}

/// One row of the table (`[[xtime.meaning]]`). What is `None` does not matter; a row that says nothing matches nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct ClassificationRule {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusMatch>,
    /// The envelope's `code`, from end to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<RulePattern>,
    /// Something in the envelope's `message`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<RulePattern>,
    /// What such an answer means.
    pub means: Outcome,
}

/// A row as somebody wrote it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    status: Option<StatusMatch>,
    code: Option<RulePattern>,
    message: Option<RulePattern>,
    means: Outcome,
}

impl TryFrom<Unchecked> for ClassificationRule {
    type Error = &'static str;

    fn try_from(row: Unchecked) -> Result<Self, &'static str> {
        let Unchecked { status, code, message, means } = row;
        if status.is_none() && code.is_none() && message.is_none() {
            return Err("a row needs a status, a code or a message; it would match every answer");
        }
        Ok(Self { status, code, message, means })
    }
}

impl ClassificationRule {
    fn matches(&self, response: &ResponseDetails<'_>) -> bool {
        let says_something = self.status.is_some() || self.code.is_some() || self.message.is_some();
        says_something
            && self.status.is_none_or(|status| status.matches(response.status))
            && self.code.as_ref().is_none_or(|code| response.code.is_some_and(|said| code.covers(said)))
            && self.message.as_ref().is_none_or(|pattern| response.message.is_some_and(|said| pattern.found_in(said)))
    }
}

/// What the body of an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyShape {
    /// A JSON object: the platform's envelope, or its gateway's.
    Object,
    Empty,
    /// A page for people: somebody between us and the platform answered.
    Html,
    /// Anything else: broken or foreign.
    Other,
}

impl BodyShape {
    /// What a body begins like, and the body without the marks and blanks around it. An object may still turn out to be broken.
    pub fn of(body: &[u8]) -> (Self, &[u8]) {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
        let shape = match body.first() {
            None => Self::Empty,
            Some(b'<') => Self::Html,
            Some(b'{') => Self::Object,
            Some(_) => Self::Other,
        };
        (shape, body)
    }
}

/// What of an answer counts for its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResponseDetails<'a> {
    pub status: u16,
    pub shape: BodyShape,
    /// The envelope's `success`, when it is a boolean.
    pub success: Option<bool>,
    /// The list that was asked for is there: an array, or `null`, the platform's other way to say "empty".
    pub listed: bool,
    pub code: Option<&'a str>,
    /// The envelope's or gateway's message.
    pub message: Option<&'a str>,
}

impl ResponseDetails<'_> {
    fn is_a_clear_yes(&self) -> bool {
        let accused = self.code.is_some() || self.message.is_some();
        self.status == 200 && self.success == Some(true) && self.listed && !accused
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Classification {
    pub outcome: Outcome,
    /// The row of the table that said so, from 0; `None` when no row was needed or none matched.
    pub row: Option<usize>,
    /// That row matched by more than the status.
    pub by_words: bool,
    /// The platform answered, and nothing knows what that means.
    pub unrecognised: bool,
    /// The platform answered sensibly, whatever it said.
    pub healthy: bool,
}

impl Classification {
    pub const fn unknown(unrecognised: bool) -> Self {
        Self { outcome: Outcome::Unknown, row: None, by_words: false, unrecognised, healthy: unrecognised }
    }
}

/// Whether a status says that the platform (or what stands before it) is in no state to answer.
const fn is_failing(status: u16) -> bool {
    matches!(status, 300..=399 | 407 | 408 | 425 | 429 | 500..)
}

/// Reads an answer. "Connected" by itself is only what is wholly a yes: status 200, an object with `success: true`, the list that was asked
/// for, and no code or message, which belong to failures. A body that is no JSON object is never a yes or a no about a dealership.
/// Everything else is for the table, first match wins.
pub fn classify(table: &[ClassificationRule], response: &ResponseDetails<'_>) -> Classification {
    match response.shape {
        BodyShape::Html => return Classification::unknown(false),
        // A refusal of our token needs no body to be understood, and changes no dealership.
        BodyShape::Other if response.status == 401 => {
            return Classification { outcome: Outcome::OurCredentials, ..Classification::unknown(false) };
        }
        BodyShape::Other => return Classification::unknown(false),
        BodyShape::Empty if (200..=299).contains(&response.status) => return Classification::unknown(false),
        BodyShape::Object if response.is_a_clear_yes() => {
            return Classification { outcome: Outcome::Connected, healthy: true, ..Classification::unknown(false) };
        }
        BodyShape::Empty | BodyShape::Object => {}
    }
    let Some((row, rule)) = table.iter().enumerate().find(|(_, rule)| rule.matches(response)) else {
        return Classification::unknown(!is_failing(response.status));
    };
    let healthy = match rule.means {
        Outcome::Connected | Outcome::NotConnected => true,
        Outcome::OurCredentials => false,
        // A 4xx that is known to say nothing is about this request; a quota (403) is about everybody's.
        Outcome::Unknown => {
            (400..=499).contains(&response.status) && response.status != 403 && !is_failing(response.status)
        }
    };
    let by_words = rule.code.is_some() || rule.message.is_some();
    Classification { outcome: rule.means, row: Some(row), by_words, unrecognised: false, healthy }
}

#[cfg(test)]
mod tests;
