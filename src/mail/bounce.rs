//! Delivery reports (RFC 3464): which letter came back, from which address, and why.

use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

use crate::domain::text::clean;
use crate::domain::{LetterId, Untrusted};

/// The most of a report that is read; what follows is the returned letter.
pub const LONGEST_REPORT: usize = 1 << 20;

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 200;

/// Messages inside messages that are looked into.
const DEEPEST: usize = 4;

/// One recipient that a letter did not reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// The letter, when what was returned names it.
    pub letter: Option<LetterId>,
    /// The address that it was for.
    pub address: Untrusted,
    /// The status (RFC 3463), such as `5.1.1`.
    pub status: String,
    /// What the mail server said, in a line.
    pub reason: String,
}

/// Why a message is not taken for a delivery report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// It is no message at all.
    #[error("this is not an e-mail message")]
    NoMessage,
    /// It is a message of another kind.
    #[error("this is not a delivery report (RFC 3464): it has no message/delivery-status part")]
    NoReport,
}

/// Reads a delivery report. An empty answer: it tells of a delay or a delivery, not of a failure.
///
/// # Errors
/// When it is no delivery report.
pub fn read_report(message: &[u8]) -> Result<Vec<Returned>, ReportError> {
    let message = &message[..message.len().min(LONGEST_REPORT)];
    let message = MessageParser::default().parse(message).ok_or(ReportError::NoMessage)?;
    let mut found = Found::default();
    found.look(&message, 0);
    if !found.report {
        return Err(ReportError::NoReport);
    }
    let letter = found.letter;
    Ok(found.returned.into_iter().map(|returned| Returned { letter, ..returned }).collect())
}

#[derive(Default)]
struct Found {
    report: bool,
    letter: Option<LetterId>,
    returned: Vec<Returned>,
}

impl Found {
    fn look(&mut self, message: &Message<'_>, depth: usize) {
        for part in &message.parts {
            let kind = part.content_type().map(|kind| (kind.ctype(), kind.subtype().unwrap_or_default()));
            match (&part.body, kind) {
                (PartType::Message(inner), _) => {
                    self.letter = self.letter.or_else(|| inner.message_id().and_then(letter_of));
                    if depth < DEEPEST {
                        self.look(inner, depth + 1);
                    }
                }
                (_, Some((major, minor))) if major.eq_ignore_ascii_case("message") && is_status(minor) => {
                    self.report = true;
                    self.returned.extend(recipients(&String::from_utf8_lossy(part.contents())));
                }
                (_, Some((_, minor))) if minor.eq_ignore_ascii_case("rfc822-headers") => {
                    let headers = String::from_utf8_lossy(part.contents());
                    let id = fields(&headers).into_iter().find(|(name, _)| name == "message-id");
                    self.letter = self.letter.or_else(|| id.and_then(|(_, value)| letter_of(&value)));
                }
                _ => {}
            }
        }
    }
}

fn is_status(subtype: &str) -> bool {
    subtype.eq_ignore_ascii_case("delivery-status") || subtype.eq_ignore_ascii_case("global-delivery-status")
}

/// The letter that a Message-ID names: ours begin with the letter's id.
fn letter_of(message_id: &str) -> Option<LetterId> {
    message_id.trim().trim_start_matches('<').split('@').next()?.parse().ok()
}

/// The fields of a block: names in lower case, folded lines joined.
fn fields(block: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = found.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            found.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    found
}

/// The recipients of a status part that failed for good. Its first block is about the message as a whole.
fn recipients(status: &str) -> Vec<Returned> {
    let unfolded = status.replace("\r\n", "\n");
    unfolded.split("\n\n").filter_map(recipient).collect()
}

fn recipient(block: &str) -> Option<Returned> {
    let fields = fields(block);
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    // `failed` is the one action that means that nobody tries any more.
    if !field("action")?.eq_ignore_ascii_case("failed") {
        return None;
    }
    let address =
        field("original-recipient").and_then(address).or_else(|| field("final-recipient").and_then(address))?;
    let status = field("status").and_then(status).unwrap_or_else(|| "5.0.0".to_owned());
    let said = field("diagnostic-code").map(|said| said.split_once(';').map_or(said, |(_, text)| text));
    let reason: String = clean(said.unwrap_or("no reason given").trim()).chars().take(LONGEST_REASON).collect();
    Some(Returned { letter: None, address, status, reason })
}

/// `rfc822; ana@example.com`
fn address(value: &str) -> Option<Untrusted> {
    let text = value.split_once(';').map_or(value, |(_, address)| address).trim().trim_matches(['<', '>']);
    (text.contains('@') && text.len() <= 320).then(|| text.into())
}

/// `5.1.1 (bad destination)`
fn status(value: &str) -> Option<String> {
    let status = value.split_whitespace().next()?;
    let parts: Vec<_> = status.split('.').collect();
    let number = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    (parts.len() == 3 && parts.iter().all(number)).then(|| status.to_owned())
}

#[cfg(test)]
#[path = "bounce_tests.rs"]
mod tests;
