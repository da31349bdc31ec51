//! The invitation code: opaque text that must reach exactly one dealership.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::table::damage;

/// Shortest and longest code that is accepted, in characters.
pub const CODE_LENGTH: std::ops::RangeInclusive<usize> = 4..=64;

/// Why a text is not an invitation code. Never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    #[error("the code is empty")]
    Empty,
    /// Fewer characters than any code has.
    #[error("the code has {0} characters; at least 4 are needed")]
    Short(usize),
    /// More characters than any code has.
    #[error("the code has {0} characters; at most 64 are allowed")]
    Long(usize),
    /// White space between the first and the last character.
    #[error("the code has white space inside, at character {0}; was more than the code copied?")]
    Space(usize),
    /// A control, formatting or otherwise invisible character.
    #[error("the code has an invisible character, at character {0}")]
    Invisible(usize),
    /// What is shown of a code.
    #[error("this is the masked form of a code; `show --reveal`, or v on the screen, show all of it")]
    Masked,
    /// Copied with its quotation marks.
    #[error("there is a quotation mark at an end of the code; take it off")]
    Quoted,
    /// Copied with the end of its sentence.
    #[error("the code ends with `{0}`; take it off")]
    Ending(char),
    /// Copied with the words before it.
    #[error("there are words before the code; leave the code alone")]
    Labelled,
    /// What programs say when there is nothing.
    #[error("`{0}` is what a program says when it has no code")]
    Nothing(&'static str),
    /// A spreadsheet put something else in its place.
    #[error("the code cannot be told: {0}")]
    Damaged(&'static str),
    /// What carries a code, and is none.
    #[error("this is {0}, not a code")]
    Other(&'static str),
    /// A letter or dash that looks like another one, which the code surely has.
    #[error("character {place} of the code is `{found}` (U+{:04X}), which only looks like `{}`; type it anew", u32::from(*.found), .like)]
    Lookalike { place: usize, found: char, like: char },
}

/// Words of programs for nothing.
const NOTHING: [&str; 4] = ["null", "undefined", "none", "error"];

/// Cyrillic and Greek letters, and the Latin ones that they look like.
const LOOKALIKES: [(&str, &str); 2] = [
    ("АВЕЅІЈКМНОРСТХУаеѕіјорсхуһԁԛԝ", "ABESIJKMHOPCTXYaesijopcxyhdqw"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαικνρτυχ", "ABEZHIKMNOPTYXoaikvptux"),
];

/// The ASCII character that one from elsewhere looks like.
fn looks_like(c: char) -> Option<char> {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => Some('-'),
        // Those of full width.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        _ => LOOKALIKES
            .iter()
            .find_map(|(from, to)| from.chars().zip(to.chars()).find(|(one, _)| *one == c))
            .map(|pair| pair.1),
    }
}

/// Why a text is surely no code, although it has the shape of one. What could be one is none of this.
fn no_code(text: &str) -> Option<CodeError> {
    const QUOTES: [char; 11] = ['"', '\'', '`', '´', '“', '”', '„', '‘', '’', '«', '»'];
    if let Some(nothing) = NOTHING.into_iter().find(|word| text.eq_ignore_ascii_case(word)) {
        return Some(CodeError::Nothing(nothing));
    }
    if text.contains(['•', '●']) || text.contains("***") {
        return Some(CodeError::Masked);
    }
    if text.starts_with(['{', '[']) && (text.contains('"') || text.len() == 1) {
        return Some(CodeError::Other("JSON"));
    }
    if text.starts_with('<') {
        return Some(CodeError::Other("a piece of a page or of XML"));
    }
    if text.contains("://") || text.starts_with("www.") || text.starts_with("mailto:") {
        return Some(CodeError::Other("the address of a page"));
    }
    if text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.')) {
        return Some(CodeError::Other("a mail address"));
    }
    if text.starts_with(QUOTES) || text.ends_with(QUOTES) {
        return Some(CodeError::Quoted);
    }
    if let Some(end) = text.chars().last().filter(|c| matches!(c, ',' | '.' | ';' | ':')) {
        return Some(CodeError::Ending(end));
    }
    let label = text.split_once(':').map(|(label, _)| label.to_ascii_lowercase().replace(['-', '_'], ""));
    if label.is_some_and(|label| {
        matches!(label.trim_start_matches("your"), "code" | "codeis" | "invitationcode" | "invitationcodeis")
    }) {
        return Some(CodeError::Labelled);
    }
    if let Some(why) = damage(text, true) {
        return Some(CodeError::Damaged(why));
    }
    // In a script of its own it may be what it is.
    text.chars().any(|c| c.is_ascii_alphanumeric()).then_some(())?;
    let (place, (found, like)) =
        text.chars().map(|c| (c, looks_like(c))).enumerate().find(|(_, (_, like))| like.is_some())?;
    Some(CodeError::Lookalike { place: place + 1, found, like: like? })
}

/// A code as it came from its source: trimmed, 4 to 64 printable characters without white space.
///
/// It prints masked, in `Debug` too; [`InvitationCode::reveal`] is the one way to the text. Serialized in full, because
/// the journal must keep it; whatever is printed goes through [`crate::domain::Event::public`].
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationCode(Box<str>);

impl InvitationCode {
    /// The full code. Only for the dealership's eyes: an explicit reveal, the clipboard, a letter.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The code with all but its last two characters hidden, `••••7Q`; of a short one, only its last is shown.
    pub fn masked(&self) -> String {
        let count = self.0.chars().count();
        let shown = (count / 4).min(2);
        let tail: String = self.0.chars().skip(count - shown).collect();
        format!("••••{tail}")
    }

    /// The fingerprint by which a second use is recognised.
    pub fn digest(&self) -> CodeDigest {
        let hash = Sha256::digest(self.0.as_bytes());
        let mut short = [0; 16];
        short.copy_from_slice(&hash[..16]);
        CodeDigest(u128::from_be_bytes(short))
    }
}

impl InvitationCode {
    /// A code that was recorded: earlier versions took whatever has the shape of one.
    pub fn recorded(text: &str) -> Result<Self, CodeError> {
        let text = text.trim();
        for (index, c) in text.chars().enumerate() {
            if c.is_whitespace() {
                return Err(CodeError::Space(index + 1));
            }
            if super::text::is_invisible(c) {
                return Err(CodeError::Invisible(index + 1));
            }
        }
        match text.chars().count() {
            0 => Err(CodeError::Empty),
            n if n < *CODE_LENGTH.start() => Err(CodeError::Short(n)),
            n if n > *CODE_LENGTH.end() => Err(CodeError::Long(n)),
            _ => Ok(Self(text.into())),
        }
    }
}

impl FromStr for InvitationCode {
    type Err = CodeError;

    /// A code that comes in, by whatever way.
    fn from_str(text: &str) -> Result<Self, CodeError> {
        if let Some(why) = no_code(text.trim()) {
            return Err(why);
        }
        Self::recorded(text)
    }
}

impl fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl Serialize for InvitationCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for InvitationCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::recorded(&text).map_err(serde::de::Error::custom)
    }
}

/// A fingerprint of a code: 128 bits of its SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CodeDigest(pub u128);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_any_printable_text_and_refuses_the_rest_with_the_reason() {
        assert_eq!("  AB-12 \n".parse::<InvitationCode>().unwrap().reveal(), "AB-12");
        assert_eq!("été4".parse::<InvitationCode>().unwrap().reveal(), "été4");
        assert_eq!(" ".parse::<InvitationCode>(), Err(CodeError::Empty));
        assert_eq!("abc".parse::<InvitationCode>(), Err(CodeError::Short(3)));
        assert!("a".repeat(64).parse::<InvitationCode>().is_ok());
        assert_eq!("a".repeat(65).parse::<InvitationCode>(), Err(CodeError::Long(65)));
        assert_eq!("AB 12".parse::<InvitationCode>(), Err(CodeError::Space(3)));
        assert_eq!("AB\u{202e}12".parse::<InvitationCode>(), Err(CodeError::Invisible(3)));
        assert_eq!("AB12\u{1b}".parse::<InvitationCode>(), Err(CodeError::Invisible(5)));
    }

    #[test]
    fn what_is_surely_no_code_is_refused_with_the_reason() {
        for (text, why) in [
            ("••••9X", "masked form"),
            ("********", "masked form"),
            ("null", "a program says"),
            ("ERROR", "a program says"),
            ("#N/A", "error value of the spreadsheet"),
            ("1.23E+11", "shortened the number"),
            ("=K7QF", "formula"),
            ("14-Mar", "made a date"),
            ("TRUE", "made a truth value"),
            ("48213377.0", "wrote it as a number"),
            ("48,213,377", "wrote it as a number"),
            ("<html>", "XML"),
            ("<!DOCTYPE", "XML"),
            ("https://example.com/K7QF", "address of a page"),
            ("www.example.com/K7QF", "address of a page"),
            ("mailto:a@example.com?K7QF", "address of a page"),
            ("ana@example.com", "a mail address"),
            ("\"K7QF-2M9X\"", "quotation mark"),
            ("'K7QF", "quotation mark"),
            ("“K7QF”", "quotation mark"),
            ("K7QF-2M9X,", "ends with `,`"),
            ("K7QF-2M9X.", "ends with `.`"),
            ("Your-code-is:K7QF-2M9X", "words before"),
            ("{\"code\":\"K7QF-2M7Z\"}", "JSON"),
            ("[\"K7QF-2M7Z\"]", "JSON"),
            ("К7QF-2M9X", "character 1 of the code is `К` (U+041A), which only looks like `K`"),
            ("K7QF–2M9X", "character 5 of the code is `–` (U+2013), which only looks like `-`"),
            ("K7QF-2M9Ｘ", "character 9 of the code is `Ｘ` (U+FF38), which only looks like `X`"),
        ] {
            let error = text.parse::<InvitationCode>().unwrap_err().to_string();
            assert!(error.contains(why) && !error.contains("7QF"), "{text}: {error}");
        }
        // Before this was known such codes were recorded; they are read for ever.
        assert_eq!(serde_json::from_str::<InvitationCode>("\"K7QF.\"").unwrap().reveal(), "K7QF.");
    }

    #[test]
    fn what_could_be_a_code_is_one() {
        for text in [
            "K7QF-2M9X",
            "12345678",
            "12E34",
            "a.b.c",
            "A:B:C",
            "K7*F",
            "née4",
            "КОД-ДЛЯ",
            "ＡＢＣＤ",
            "{0-9}x",
            "A@B1",
            "x'y'z",
            "NULL7",
            "errors",
            "K7QF=",
            "#1234",
            "9f86d081884c7d65",
            "日本東京",
            "promo:K7QF",
            "encode:K7",
            "a/b/c",
        ] {
            assert!(text.parse::<InvitationCode>().is_ok(), "{text}: {:?}", text.parse::<InvitationCode>());
        }
    }

    #[test]
    fn the_lookalikes_stand_beside_what_they_look_like() {
        for (from, to) in LOOKALIKES {
            assert_eq!(from.chars().count(), to.chars().count());
            assert!(to.is_ascii() && from.chars().all(|c| !c.is_ascii()));
        }
    }

    #[test]
    fn prints_masked() {
        let code: InvitationCode = "SECRET-7Q".parse().unwrap();
        assert_eq!(format!("{code:?}"), "••••7Q");
        assert_eq!(code.masked(), "••••7Q");
        assert_ne!(code.digest(), "SECRET-7R".parse::<InvitationCode>().unwrap().digest());
    }
}
