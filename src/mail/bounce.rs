//! What comes back to our sender: which letter it is about, which address, and what became of it there. Delivery reports (RFC 3464, and RFC
//! 6533 for addresses beyond ASCII), the older forms of Exim and qmail, and what only a person can read.

mod fields;
mod forms;

use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

use crate::domain::text::clean;
use crate::domain::{LetterId, Untrusted, enhanced_status, refused_address};
use fields::{addresses, fields, uncommented};

/// The most of a report that is read; what follows is the returned letter.
pub const LONGEST_REPORT: usize = 1 << 20;

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 200;

/// Messages inside messages that are looked into.
const DEEPEST: usize = 4;

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The letter, when what was returned names it.
    pub letter: Option<LetterId>,
    /// What became of it at each address where something became of it that somebody should know. Empty: it tells of a delivery.
    pub returned: Vec<Returned>,
}

/// What became of a letter at one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// The address that it was for, in each form that the report gives; the one at which it failed comes last. None: the report is
    /// in a form that only a person can read.
    pub addresses: Vec<Untrusted>,
    /// What became of it.
    pub action: ReportAction,
    /// The status (RFC 3463), such as `5.1.1`: the one that the server itself gave, where the report is less exact.
    pub status: String,
    /// What the mail server said, in a line.
    pub reason: String,
}

/// What a report says of a letter (the `Action` of RFC 3464).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportAction {
    /// Nobody tries any more.
    Failed,
    /// It was not delivered yet. With some servers (OpenSMTPD) this is the last word.
    Delayed,
}

/// Why a message is not taken for a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// It is no message at all.
    #[error("this is not an e-mail message")]
    NoMessage,
    /// It is a message of another kind.
    #[error("this is not a delivery report")]
    NoReport,
}

/// Reads a report.
///
/// # Errors
/// When it is none.
pub fn read_report(message: &[u8]) -> Result<Report, ReportError> {
    let message = &message[..message.len().min(LONGEST_REPORT)];
    let message = MessageParser::default().parse(message).ok_or(ReportError::NoMessage)?;
    let mut found = Found::default();
    found.look(&message, 0);
    let text = message.body_text(0).unwrap_or_default();
    if found.status.is_empty() {
        return forms::read(&message, &text, found.letter).ok_or(ReportError::NoReport);
    }
    let blocks = found.status.iter().flat_map(|status| status.split("\n\n"));
    let returned = blocks.filter_map(|block| recipient(block, &text)).collect();
    Ok(Report { letter: found.letter, returned })
}

#[derive(Default)]
struct Found {
    /// The parts that say what became of it, with LF line ends.
    status: Vec<String>,
    letter: Option<LetterId>,
}

impl Found {
    fn look(&mut self, message: &Message<'_>, depth: usize) {
        for part in &message.parts {
            let kind = part.content_type().map(|kind| {
                let minor = kind.subtype().unwrap_or_default().to_ascii_lowercase();
                (kind.ctype().to_ascii_lowercase(), minor)
            });
            let kind = kind.as_ref().map(|(major, minor)| (major.as_str(), minor.as_str()));
            match (&part.body, kind) {
                (PartType::Message(inner), _) => {
                    self.letter = self.letter.or_else(|| inner.message_id().and_then(letter_of));
                    if depth < DEEPEST {
                        self.look(inner, depth + 1);
                    }
                }
                (_, Some(("message", "delivery-status" | "global-delivery-status"))) => {
                    self.status.push(String::from_utf8_lossy(part.contents()).replace("\r\n", "\n"));
                }
                (_, Some((_, "rfc822-headers" | "global-headers"))) => {
                    self.letter = self.letter.or_else(|| letter_in(&String::from_utf8_lossy(part.contents())));
                }
                _ => {}
            }
        }
    }
}

/// The letter that a Message-ID names: ours begin with the letter's id.
fn letter_of(message_id: &str) -> Option<LetterId> {
    message_id.trim().trim_start_matches('<').split('@').next()?.parse().ok()
}

/// The letter whose headers stand in a text.
fn letter_in(headers: &str) -> Option<LetterId> {
    let mut ids = fields(headers).into_iter().filter(|(name, _)| name == "message-id");
    ids.find_map(|(_, value)| letter_of(&value))
}

/// A recipient of a status part, when something became of it that somebody should know. The first block, about the message as a whole, has no
/// action.
fn recipient(block: &str, text: &str) -> Option<Returned> {
    let fields = fields(block);
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    // Relayed, expanded and delivered are nobody's trouble.
    let action = match uncommented(field("action")?).trim().to_ascii_lowercase().as_str() {
        "failed" => ReportAction::Failed,
        "delayed" => ReportAction::Delayed,
        _ => return None,
    };
    let addresses = addresses([field("original-recipient"), field("final-recipient")]);
    let named = addresses.last()?.raw().to_owned();
    let status = field("status").and_then(enhanced_status).unwrap_or("5.0.0");
    let said = match field("diagnostic-code") {
        Some(said) => said.split_once(';').map_or(said, |(_, text)| text).trim().to_owned(),
        None => forms::said_of(text, &named),
    };
    let (status, reason) = (judged(action, status, &said), words(&said));
    Some(Returned { addresses, action, status, reason })
}

/// The status that counts. Where the report has an undefined one (Exim always does), the server's own reply is more exact.
fn judged(action: ReportAction, status: &str, said: &str) -> String {
    let (code, quoted) = forms::reply_within(said);
    let status = if status.ends_with(".0.0") { quoted.unwrap_or(status) } else { status };
    let refused = (action == ReportAction::Failed).then(|| refused_address(code, Some(status), said)).flatten();
    refused.unwrap_or_else(|| status.to_owned())
}

/// What was said, in a line.
fn words(said: &str) -> String {
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    match said.as_str() {
        "" => "no reason given".to_owned(),
        said => clean(said).chars().take(LONGEST_REASON).collect(),
    }
}

#[cfg(test)]
#[path = "bounce_tests.rs"]
mod tests;
