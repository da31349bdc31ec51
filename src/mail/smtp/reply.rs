//! What a server answers: a code, an enhanced status, and words that are cleaned and shortened before anybody sees them.

use super::super::delivery::{Delivery, RefusedBy};
use crate::domain::text::one_line;
use crate::domain::{enhanced_status, is_server_trouble, is_too_large, refused_address};

/// The most characters of a server's words that are ever repeated.
const QUOTED: usize = 200;

/// A whole reply, of one line or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SmtpReply {
    pub(super) code: u16,
    /// The texts after them, as they came; what was no UTF-8 is replaced.
    pub(super) lines: Vec<String>,
}

/// The code of a line without its end, whether more lines follow, and its text; `None` when it is no line of a reply.
pub(super) fn read_line(line: &[u8]) -> Option<(u16, bool, String)> {
    let (digits, rest) = line.split_at_checked(3)?;
    if !matches!(digits, [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9']) {
        return None;
    }
    let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    let (more, text) = match rest {
        [] => (false, rest),
        [b' ', text @ ..] => (false, text),
        [b'-', text @ ..] => (true, text),
        _ => return None,
    };
    Some((code, more, String::from_utf8_lossy(text).into_owned()))
}

impl SmtpReply {
    pub(super) fn is_good(&self) -> bool {
        self.code / 100 == 2
    }

    pub(super) fn is_permanent(&self) -> bool {
        self.code / 100 == 5
    }

    /// Refused, for the time being or for good.
    pub(super) fn is_refusal(&self) -> bool {
        self.code >= 400
    }

    /// Refused for good for the letter's size.
    pub(super) fn is_too_large(&self) -> bool {
        self.is_permanent() && is_too_large(self.code, self.status())
    }

    /// The server closes the connection: about itself, whatever it was asked.
    pub(super) fn is_closing(&self) -> bool {
        self.code == 421
    }

    /// The enhanced status (RFC 2034) at the beginning of its text, when its class agrees with the code.
    pub(super) fn status(&self) -> Option<&str> {
        let status = enhanced_status(self.lines.first()?.split_whitespace().next()?)?;
        status.starts_with(&(self.code / 100).to_string()).then_some(status)
    }

    /// What a refusal of the recipient, or of the content, means: `secrets` are not repeated.
    pub(super) fn refused(&self, secrets: &[&str]) -> Delivery {
        let (reason, words) = (self.quoted(secrets), self.lines.join(" "));
        let permanent = self.is_permanent();
        let of_server = is_server_trouble(self.status(), &words);
        if !permanent && of_server {
            return Delivery::Deferred { reason };
        }
        let address = if permanent { refused_address(Some(self.code), self.status(), &words) } else { None };
        let by = match permanent && of_server && address.is_none() && !self.is_too_large() {
            true => RefusedBy::ServerForAll,
            false => RefusedBy::Server,
        };
        Delivery::Refused { reason, permanent, address, by }
    }

    /// Its lines as one; a status that each of them repeats is said once.
    fn joined(&self) -> String {
        let status = self.status().unwrap_or_default();
        let rest = self.lines.iter().skip(1).map(|line| line.trim().strip_prefix(status).unwrap_or(line));
        self.lines.first().map(String::as_str).into_iter().chain(rest).collect::<Vec<_>>().join(" ")
    }

    /// Code and words on one line, for people: cleaned and shortened. `secrets` are never repeated, whoever sends them back.
    pub(super) fn quoted(&self, secrets: &[&str]) -> String {
        let words = self.joined();
        if secrets.iter().any(|secret| !secret.is_empty() && repeats(&words, secret)) {
            let status = self.status().map(|status| format!(" {status}")).unwrap_or_default();
            return format!("{}{status} (its words repeat a secret, and are left out)", self.code);
        }
        shortened(&format!("{} {words}", self.code))
    }
}

/// Whether a text repeats a secret, in whatever case and with whatever in between that only looks like a space.
fn repeats(words: &str, secret: &str) -> bool {
    let folded = |text: &str| -> String {
        text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).flat_map(char::to_lowercase).collect()
    };
    folded(words).contains(&folded(secret))
}

/// What a server, or the library below, says: one clean line of at most [`QUOTED`] characters.
pub(super) fn shortened(text: &str) -> String {
    one_line(text, QUOTED)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::text::is_invisible;

    fn reply(code: u16, text: &str) -> SmtpReply {
        SmtpReply { code, lines: vec![text.to_owned()] }
    }

    #[test]
    fn lines_are_read() {
        let read = |line: &[u8]| read_line(line);
        assert_eq!(read(b"250 fine"), Some((250, false, "fine".to_owned())));
        assert_eq!(read(b"250-SIZE 1"), Some((250, true, "SIZE 1".to_owned())));
        assert_eq!(read(b"354"), Some((354, false, String::new())));
        assert_eq!(read(b"550 Empf\xe4nger").unwrap().2, "Empf\u{fffd}nger");
        for wrong in [&b""[..], b"25", b"150 x", b"650 x", b"25x y", b"250x", b"HTTP/1.1 400"] {
            assert!(read(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn a_status_counts_only_with_its_code() {
        for (code, text, status) in [
            (550, "5.1.1 no such user", Some("5.1.1")),
            (550, "#5.1.0 Address rejected.", Some("5.1.0")),
            (550, "4.1.1 no such user", None),
            (450, "4.1.1 not now", Some("4.1.1")),
            (550, "No such user", None),
        ] {
            assert_eq!(reply(code, text).status(), status, "{code} {text}");
        }
        let refused = reply(550, "4.1.1 classes that do not agree: no such user").refused(&[]);
        assert!(matches!(refused, Delivery::Refused { address: Some(code), .. } if code == "550"));
    }

    #[test]
    fn a_refusal_is_about_all_letters_only_where_it_speaks_of_the_server() {
        for (code, text, by) in [
            (550, "5.7.1 relaying denied", RefusedBy::ServerForAll),
            (550, "5.0.0 no", RefusedBy::ServerForAll),
            (554, "5.3.0 no", RefusedBy::ServerForAll),
            (554, "no", RefusedBy::ServerForAll),
            (550, "5.1.1 no such user", RefusedBy::Server),
            (550, "5.1.0 address rejected", RefusedBy::Server),
            (552, "5.2.2 mailbox full", RefusedBy::Server),
            (550, "5.4.1 access denied", RefusedBy::Server),
            (554, "5.6.0 content", RefusedBy::Server),
            (552, "5.3.4 too large", RefusedBy::Server),
            (552, "too large", RefusedBy::Server),
            (450, "4.2.1 busy", RefusedBy::Server),
        ] {
            let Delivery::Refused { by: told, .. } = reply(code, text).refused(&[]) else { panic!("{text}") };
            assert_eq!(told, by, "{code} {text}");
        }
    }

    #[test]
    fn secrets_are_not_repeated() {
        let reply = reply(554, "5.6.0 your body says: code xy 7Q-secret");
        assert!(!reply.quoted(&["XY7Q-secret"]).contains("7Q"));
        assert!(reply.quoted(&["XY7Q-secret"]).starts_with("554 5.6.0 ("));
        assert!(reply.quoted(&["other", ""]).contains("7Q-secret"));
    }

    proptest! {
        #[test]
        fn what_is_quoted_is_one_short_clean_line(lines in proptest::collection::vec(any::<String>(), 0..5)) {
            let quoted = SmtpReply { code: 550, lines }.quoted(&[]);
            prop_assert!(quoted.chars().count() <= QUOTED);
            prop_assert!(!quoted.chars().any(is_invisible));
        }
    }
}
