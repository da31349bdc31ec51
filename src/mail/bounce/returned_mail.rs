//! Whose mail a report returns: by its own header alone, because a message in it may be anybody's.

use mail_parser::{MessagePart, PartType};

use super::fields::fields;
use super::kind;
use crate::domain::{LetterCopy, ReturnedMail};
use crate::mail::LETTER_HEADER;

/// What a part returns; `None`: it returns nothing.
pub(super) fn of_part(part: &MessagePart<'_>) -> Option<ReturnedMail> {
    match (&part.body, kind(part).1.as_str()) {
        (PartType::Message(inner), _) => Some(told_apart(inner.header_raw(LETTER_HEADER), inner.message_id())),
        (_, "rfc822-headers" | "global-headers") => Some(in_text(&String::from_utf8_lossy(part.contents()))),
        _ => None,
    }
}

/// What is returned in a text: the first of its paragraphs that is a header.
pub(super) fn in_text(text: &str) -> ReturnedMail {
    let lines: Vec<&str> = text.lines().collect();
    let mut headers = lines.split(|line| line.trim().is_empty()).map(|lines| {
        let fields = fields(lines.iter().copied());
        let field = |name: &str| {
            fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
        };
        told_apart(field(LETTER_HEADER), field("message-id"))
    });
    headers.find(|mail| *mail != ReturnedMail::Nothing).unwrap_or(ReturnedMail::Nothing)
}

/// Our own header counts more than the Message-ID, which some services replace. That begins with the letter's id.
fn told_apart(own: Option<&str>, message_id: Option<&str>) -> ReturnedMail {
    let own = own.and_then(|own| own.parse().ok());
    let Some(id) = message_id.filter(|_| own.is_none()) else {
        return own.map_or(ReturnedMail::Nothing, ReturnedMail::Letter);
    };
    let letter = id.trim().trim_start_matches('<').split('@').next().and_then(|letter| letter.parse().ok());
    letter.map_or(ReturnedMail::Another, |letter| ReturnedMail::Letter(LetterCopy { letter, settled: None }))
}
