//! Reasons of failures: one short clean line, free of secrets and of whatever would differ from one attempt to the next.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use regex::Regex;
use secrecy::{ExposeSecret, SecretString};

use crate::domain::text::one_line;

/// The longest reason, in characters.
pub(super) const REASON_CHARS: usize = 200;

/// A secret shorter than this is not looked for: hiding every `a` would hide the reason itself.
const SHORTEST_SECRET: usize = 4;

/// What is hidden wherever it stands, and what stands there instead. The last two keep a repeated answer the same text,
/// so that it is not recorded anew each time.
const HIDDEN: &[(&str, &str)] = &[
    (r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{6,}", "$1 [hidden]"),
    (r"\beyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){0,2}", "[hidden]"),
    (r"(?i)\b(access_token|client_secret|api[_-]?key|password|secret)(\W{1,4})[a-z0-9._~+/=-]{6,}", "$1$2[hidden]"),
    (r"(?i)\b(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,})\b", "[id]"),
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.]*(?:Z|[+-]\d\d:?\d\d)?", "[time]"),
];

/// Turns text from outside into a reason that may be shown, kept and compared.
#[derive(Debug)]
pub struct Redactor {
    secrets: Vec<SecretString>,
    patterns: Vec<(Regex, &'static str)>,
}

impl Redactor {
    /// Knows the secrets that are never to be repeated.
    pub fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        let mut secrets: Vec<SecretString> =
            secrets.into_iter().filter(|secret| secret.expose_secret().len() >= SHORTEST_SECRET).collect();
        // Of `Bearer abc…` the second word is a secret by itself.
        let words: Vec<SecretString> = secrets
            .iter()
            .flat_map(|secret| secret.expose_secret().split_whitespace().skip(1))
            .filter(|word| word.len() >= 2 * SHORTEST_SECRET)
            .map(SecretString::from)
            .collect();
        secrets.extend(words);
        // The longest first, so that no part of it is left when another is inside it.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose_secret().len()));
        let patterns = HIDDEN.iter().filter_map(|(text, instead)| Some((Regex::new(text).ok()?, *instead))).collect();
        Self { secrets, patterns }
    }

    /// One line of at most `REASON_CHARS` characters without any secret.
    pub fn line(&self, text: &str) -> String {
        self.line_hiding(text, &[])
    }

    /// The same, hiding some more.
    pub(super) fn line_hiding(&self, text: &str, also: &[&str]) -> String {
        one_line(&self.hide(text, also), REASON_CHARS)
    }

    /// A text without any secret, whole.
    pub(super) fn hide(&self, text: &str, also: &[&str]) -> String {
        let mut text = text.to_owned();
        let known = self.secrets.iter().map(ExposeSecret::expose_secret);
        for secret in known.chain(also.iter().copied()).filter(|secret| secret.len() >= SHORTEST_SECRET) {
            if text.contains(secret) {
                text = text.replace(secret, "[hidden]");
            }
        }
        for (pattern, instead) in &self.patterns {
            if let std::borrow::Cow::Owned(changed) = pattern.replace_all(&text, *instead) {
                text = changed;
            }
        }
        text
    }
}

/// Everything but the unreserved characters (RFC 3986, 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes a text, so that a value is only ever a value (a space is `%20`, which every server reads alike).
pub(super) fn percent(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        Redactor::new(["hunter2-hunter2", "hunter2", "abc"].map(SecretString::from))
    }

    #[test]
    fn all_patterns_compile() {
        assert_eq!(redactor().patterns.len(), HIDDEN.len());
    }

    #[test]
    fn secrets_are_hidden_before_anything_is_cut() {
        let redactor = redactor();
        assert_eq!(redactor.line("key hunter2-hunter2 and hunter2"), "key [hidden] and [hidden]");
        assert_eq!(redactor.line("abc stays: too short to hide"), "abc stays: too short to hide");
        let long = format!("{} hunter2-hunter2 tail", "x".repeat(REASON_CHARS - 9));
        assert!(!redactor.line(&long).contains("hunter"));
        for (text, shown) in [
            ("Authorization: Bearer abcdef.ghi-jkl", "Authorization: Bearer [hidden]"),
            ("bad eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln!", "bad [hidden]!"),
            ("client_secret=zzzzzzzz&x", "client_secret=[hidden]&x"),
            ("no 123e4567-e89b-12d3-a456-426614174000 at 2024-03-30T14:00:01.5Z", "no [id] at [time]"),
        ] {
            assert_eq!(redactor.line(text), shown);
        }
        let header = Redactor::new([SecretString::from("Token wxyz-9876")]);
        assert_eq!(header.line("wxyz-9876 is no Token"), "[hidden] is no Token");
        assert_eq!(redactor.line_hiding("token tok-1", &["tok-1"]), "token [hidden]");
        assert!(!format!("{redactor:?}").contains("hunter"));
    }

    #[test]
    fn values_stay_values() {
        assert_eq!(percent("Tell Us More"), "Tell%20Us%20More");
        assert_eq!(percent("a/b?c=d&e#f%\r\né+"), "a%2Fb%3Fc%3Dd%26e%23f%25%0D%0A%C3%A9%2B");
    }
}
