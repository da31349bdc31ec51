//! One letter as it was taken.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use mail_parser::{Message, MessageParser, PartType};

use super::super::reader::CodeStanding;
use super::code;

/// The longest text of a header that is kept apart.
const HEADER: usize = 998;

/// A letter in a mailbox. Its texts come from outside: whoever shows them cleans them first.
#[derive(Debug)]
pub struct ReceivedLetter {
    /// Grows by one with each letter.
    pub id: u64,
    /// The sender of the envelope; empty for reports.
    pub sender: String,
    /// The recipient of the envelope.
    pub to: String,
    /// Who wrote it, as the letter says.
    pub from: String,
    pub subject: String,
    /// When it was written, as the letter says.
    pub date: Option<DateTime<Utc>>,
    /// Its own identity, without the angle brackets.
    pub message_id: Option<String>,
    /// When it was taken, by the sandbox's clock.
    pub received_at: DateTime<Utc>,
    /// What the code in it was worth at that moment.
    pub standing: CodeStanding,
    /// When the people of a simulated dealership open it, if they do.
    pub opened_at: Option<DateTime<Utc>>,
    pub raw: Arc<[u8]>,
    pub(super) seen: AtomicBool,
}

impl ReceivedLetter {
    /// How long it is, in bytes.
    pub fn size(&self) -> usize {
        self.raw.len()
    }

    /// Whether its people have opened it by now, or somebody else has looked at it.
    pub fn is_read(&self, now: DateTime<Utc>) -> bool {
        self.seen.load(Ordering::Relaxed) || self.opened_at.is_some_and(|at| at <= now)
    }

    /// Somebody has looked at it.
    pub fn mark_read(&self) {
        self.seen.store(true, Ordering::Relaxed);
    }

    /// What a mail program that shows plain text shows.
    pub fn text(&self) -> String {
        text_of(&self.raw)
    }

    /// What a mail program that shows HTML shows, if the letter has such a part.
    pub fn html(&self) -> Option<String> {
        let message = parse(&self.raw)?;
        message.html_bodies().find_map(|part| match &part.body {
            PartType::Html(html) => Some(html.to_string()),
            _ => None,
        })
    }
}

/// What is known about a letter from its own words.
pub(super) struct LetterSummary {
    pub(super) from: String,
    pub(super) subject: String,
    pub(super) date: Option<DateTime<Utc>>,
    pub(super) message_id: Option<String>,
    pub(super) code: Option<String>,
}

impl LetterSummary {
    pub(super) fn of(raw: &[u8]) -> Self {
        let message = parse(raw);
        let message = message.as_ref();
        let from =
            message.and_then(Message::from).and_then(|from| from.first()).map(|one| match (&one.name, &one.address) {
                (Some(name), Some(address)) => format!("{name} <{address}>"),
                (one, other) => one.as_ref().or(other.as_ref()).map(ToString::to_string).unwrap_or_default(),
            });
        let date = message.and_then(Message::date).and_then(|date| DateTime::from_timestamp(date.to_timestamp(), 0));
        let text = message.and_then(|message| message.body_text(0));
        Self {
            from: short(&from.unwrap_or_default()),
            subject: short(message.and_then(Message::subject).unwrap_or_default()),
            date,
            message_id: message.and_then(Message::message_id).map(short),
            code: text.as_deref().and_then(code::find).map(ToOwned::to_owned),
        }
    }
}

fn parse(raw: &[u8]) -> Option<Message<'_>> {
    MessageParser::default().parse(raw)
}

fn text_of(raw: &[u8]) -> String {
    parse(raw).as_ref().and_then(|message| message.body_text(0)).map(Cow::into_owned).unwrap_or_default()
}

fn short(text: &str) -> String {
    text.chars().take(HEADER).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LETTER: &str = "From: =?utf-8?q?Data=C3=A9?= <desk@example.com>\r\nTo: ann@example.com\r\nSubject: DataClover\r\n\
        Date: Wed, 25 Feb 2026 09:00:00 -0600\r\nMessage-ID: <1.a@example.com>\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\r\nYour invitation code:=20\r\n\r\n    K7QF=2D2M9X\r\n\r\n\
        --b\r\nContent-Type: text/html\r\n\r\n<p>Your code: <b>OTHER-1</b></p>\r\n--b--\r\n";

    #[test]
    fn the_plain_part_counts() {
        let head = LetterSummary::of(LETTER.as_bytes());
        assert_eq!((head.from.as_str(), head.subject.as_str()), ("Dataé <desk@example.com>", "DataClover"));
        assert_eq!(head.message_id.as_deref(), Some("1.a@example.com"));
        assert_eq!(head.date.map(|date| date.to_rfc3339()), Some("2026-02-25T15:00:00+00:00".to_owned()));
        assert_eq!(head.code.as_deref(), Some("K7QF-2M9X"));
        assert!(text_of(LETTER.as_bytes()).contains("    K7QF-2M9X"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

        /// Whole letters of chance, and the good one with a piece of it replaced: something comes out, and no panic.
        #[test]
        fn any_bytes_are_a_letter(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0_usize..600, long in 0_usize..60) {
            LetterSummary::of(&bytes);
            let mut broken = LETTER.as_bytes().to_vec();
            let at = at.min(broken.len());
            let end = (at + long).min(broken.len());
            broken.splice(at..end, bytes.into_iter().take(20));
            LetterSummary::of(&broken);
            text_of(&broken);
        }
    }
}
