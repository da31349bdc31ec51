//! Words about failures: one short clean line, free of secrets and of whatever would differ from one try to the next.

use regex::Regex;
use secrecy::{ExposeSecret, SecretString};

use crate::domain::text::is_invisible;

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
pub(super) struct Redactor {
    secrets: Vec<SecretString>,
    patterns: Vec<(Regex, &'static str)>,
}

impl Redactor {
    /// Knows the secrets that are never to be repeated.
    pub(super) fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
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

    /// One line of at most [`REASON_CHARS`] characters without any secret.
    pub(super) fn line(&self, text: &str) -> String {
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

/// One line: runs of white space become one space, whatever is invisible becomes `�`, the end is cut at `most` characters.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        let gap = usize::from(count > 0);
        for c in std::iter::repeat_n(' ', gap).chain(word.chars()) {
            if count + 1 == most {
                out.push('…');
                return out;
            }
            out.push(if is_invisible(c) { '\u{fffd}' } else { c });
            count += 1;
        }
    }
    out
}

/// Percent-encodes everything but the unreserved characters, so that a value is only ever a value (a space is `%20`,
/// which every server reads alike).
pub(super) fn percent(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubber() -> Redactor {
        Redactor::new(["hunter2-hunter2", "hunter2", "abc"].map(SecretString::from))
    }

    #[test]
    fn all_patterns_compile() {
        assert_eq!(scrubber().patterns.len(), HIDDEN.len());
    }

    #[test]
    fn secrets_are_hidden_before_anything_is_cut() {
        let scrubber = scrubber();
        assert_eq!(scrubber.line("key hunter2-hunter2 and hunter2"), "key [hidden] and [hidden]");
        assert_eq!(scrubber.line("abc stays: too short to hide"), "abc stays: too short to hide");
        let long = format!("{} hunter2-hunter2 tail", "x".repeat(REASON_CHARS - 9));
        assert!(!scrubber.line(&long).contains("hunter"));
        for (text, shown) in [
            ("Authorization: Bearer abcdef.ghi-jkl", "Authorization: Bearer [hidden]"),
            ("bad eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln!", "bad [hidden]!"),
            ("client_secret=zzzzzzzz&x", "client_secret=[hidden]&x"),
            ("no 123e4567-e89b-12d3-a456-426614174000 at 2024-03-30T14:00:01.5Z", "no [id] at [time]"),
        ] {
            assert_eq!(scrubber.line(text), shown);
        }
        let header = Redactor::new([SecretString::from("Token wxyz-9876")]);
        assert_eq!(header.line("wxyz-9876 is no Token"), "[hidden] is no Token");
        assert_eq!(scrubber.line_hiding("token tok-1", &["tok-1"]), "token [hidden]");
        assert!(!format!("{scrubber:?}").contains("hunter"));
    }

    #[test]
    fn reasons_are_one_short_line() {
        assert_eq!(one_line("  a\r\n\tb \u{1b}[2J\u{202e}c\u{2028}d", 200), "a b \u{fffd}[2J\u{fffd}c d");
        let cut = one_line(&"é ".repeat(500), 200);
        assert_eq!(cut.chars().count(), 200);
        assert!(cut.ends_with('…'));
        assert_eq!(one_line("abc", 3).chars().count(), 3);
        assert_eq!(one_line("\u{0}\u{7f}", 9), "\u{fffd}\u{fffd}");
    }

    #[test]
    fn values_stay_values() {
        assert_eq!(percent("Tell Us More"), "Tell%20Us%20More");
        assert_eq!(percent("a/b?c=d&e#f%\r\né+"), "a%2Fb%3Fc%3Dd%26e%23f%25%0D%0A%C3%A9%2B");
    }
}
