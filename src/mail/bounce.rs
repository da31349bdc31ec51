//! What comes back to our sender: which letter it is about, which address, and what became of it there. Delivery reports (RFC 3464, and RFC
//! 6533 for addresses beyond ASCII), the older forms of Exim and qmail, and what only a person can read.

mod diagnostic;
mod fields;
mod forms;
mod recipients;
mod returned_mail;

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::domain::text::one_line;
use crate::domain::{LONGEST_REPORT, ReportAction, ReportError, Returned, ReturnedMail};

/// The most of its text, and of what a server said of one recipient, that is searched, in bytes.
const LONGEST_TEXT: usize = 64 << 10;
const LONGEST_SAID: usize = 4 << 10;

/// The most recipients that are read: a letter of ours has two.
const MOST_RECIPIENTS: usize = 100;

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReport {
    pub mail: ReturnedMail,
    /// What became of it at each address where something became of it that somebody should know. Empty: it tells of a delivery.
    pub returned: Vec<Returned>,
}

pub fn read_report(message: &[u8]) -> Result<DeliveryReport, ReportError> {
    let message = &message[..message.len().min(LONGEST_REPORT)];
    let message = MessageParser::default().parse(message).ok_or(ReportError::NoMessage)?;
    let text = message.body_text(0).unwrap_or_default();
    let text = beginning(&text, LONGEST_TEXT).replace("\r\n", "\n");
    // OpenSMTPD calls its reports mixed.
    let of_a_server = || message.parts.first().filter(|_| forms::is_of_a_mail_server(&message));
    let report = outermost_report(&message).or_else(of_a_server);
    let parts: Vec<_> = children(&message, report.or_else(|| message.parts.first())).collect();
    let mail = parts.iter().find_map(|part| returned_mail::of_part(part)).unwrap_or(ReturnedMail::Nothing);
    let status = parts.iter().filter(|part| report.is_some() && is_status(part)).map(|part| part.contents());
    let status: Vec<_> = status.map(|status| String::from_utf8_lossy(status)).collect();
    if status.is_empty() {
        return forms::read(&message, &text, mail).ok_or(ReportError::NoReport);
    }
    let lines = status.iter().flat_map(|status| status.lines().chain([""]));
    let (mut returned, understood) = recipients::read(lines, &text);
    if !understood {
        returned.push(for_a_person(&message));
    }
    Ok(DeliveryReport { mail, returned })
}

/// The report that this message is, perhaps with a part of somebody's beside it. One in an attached message was sent on
/// by a person, and was taken in before.
fn outermost_report<'a, 'm>(message: &'a Message<'m>) -> Option<&'a MessagePart<'m>> {
    message.parts.iter().find(|part| kind(part) == ("multipart".to_owned(), "report".to_owned()))
}

/// The parts of a part.
fn children<'a, 'm>(
    message: &'a Message<'m>,
    part: Option<&'a MessagePart<'m>>,
) -> impl Iterator<Item = &'a MessagePart<'m>> {
    let ids = match part.map(|part| &part.body) {
        Some(PartType::Multipart(ids)) => ids.as_slice(),
        _ => &[],
    };
    ids.iter().filter_map(|id| message.parts.get(*id as usize))
}

fn kind(part: &MessagePart<'_>) -> (String, String) {
    let kind = part.content_type();
    kind.map_or_else(Default::default, |kind| {
        (kind.ctype().to_ascii_lowercase(), kind.subtype().unwrap_or_default().to_ascii_lowercase())
    })
}

fn is_status(part: &MessagePart<'_>) -> bool {
    let (major, minor) = kind(part);
    major == "message" && matches!(minor.as_str(), "delivery-status" | "global-delivery-status")
}

/// What nobody but a person can read.
fn for_a_person(message: &Message<'_>) -> Returned {
    let reason = reason(&format!("a report that only a person can read: {}", message.subject().unwrap_or_default()));
    let (action, status) = (ReportAction::Failed, "5.0.0".to_owned());
    Returned { addresses: Vec::new(), original: Vec::new(), action, status, reason }
}

/// The beginning of a text, of at most so many bytes.
fn beginning(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

/// What was said, as a reason.
fn reason(said: &str) -> String {
    match one_line(said, LONGEST_REASON) {
        said if said.is_empty() => "no reason given".to_owned(),
        said => said,
    }
}

#[cfg(test)]
#[path = "bounce_tests.rs"]
mod tests;
