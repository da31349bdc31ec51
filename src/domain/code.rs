//! The invitation code: opaque text that must reach exactly one dealership.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// Shortest and longest code that is accepted, in characters.
pub const CODE_LENGTH: std::ops::RangeInclusive<usize> = 4..=64;

/// Why a text is not an invitation code. Never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Nothing but white space.
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

impl FromStr for InvitationCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
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
        text.parse().map_err(serde::de::Error::custom)
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
        assert_eq!("a".repeat(65).parse::<InvitationCode>(), Err(CodeError::Long(65)));
        assert_eq!("AB 12".parse::<InvitationCode>(), Err(CodeError::Space(3)));
        assert_eq!("AB\u{202e}12".parse::<InvitationCode>(), Err(CodeError::Invisible(3)));
        assert_eq!("AB12\u{1b}".parse::<InvitationCode>(), Err(CodeError::Invisible(5)));
    }

    #[test]
    fn prints_masked() {
        let code: InvitationCode = "SECRET-7Q".parse().unwrap();
        assert_eq!(format!("{code:?}"), "••••7Q");
        assert_eq!(code.masked(), "••••7Q");
        assert_ne!(code.digest(), "SECRET-7R".parse::<InvitationCode>().unwrap().digest());
    }
}
