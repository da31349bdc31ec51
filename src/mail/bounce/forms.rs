//! Reports that are not of RFC 3464, where their form is known; and what only a person can read.

use mail_parser::{Message, MimeHeaders};

use super::fields::addresses;
use super::{Report, ReportAction, Returned, judged, letter_in, words};
use crate::domain::{LetterId, quoted_reply};

/// How a report of qmail begins (QSBMF).
const QMAIL: &str = "Hi. This is the ";

/// Reads a message without a status part. `None`: it is no report.
pub(super) fn read(message: &Message<'_>, text: &str, returned: Option<LetterId>) -> Option<Report> {
    let text = text.replace("\r\n", "\n");
    // Both have the returned message, or its beginning, in the text itself.
    let letter = returned.or_else(|| letter_in(&text));
    let failed = match exim(message, &text) {
        failed if failed.is_empty() => qmail(&text),
        failed => failed,
    };
    if !failed.is_empty() {
        return Some(Report { letter, returned: failed });
    }
    // Nobody but a mail server returns the headers of our letters; whatever it says of them, somebody should read it.
    let letter = letter.filter(|_| is_of_a_mail_server(message))?;
    let subject = message.subject().unwrap_or_default();
    let reason = words(&format!("a report that only a person can read: {subject}"));
    let unread = Returned { addresses: Vec::new(), action: ReportAction::Failed, status: "5.0.0".to_owned(), reason };
    Some(Report { letter: Some(letter), returned: vec![unread] })
}

/// Exim names them in a header, and says why in the text.
fn exim(message: &Message<'_>, text: &str) -> Vec<Returned> {
    let named = message.header_raw("X-Failed-Recipients").unwrap_or_default();
    let failed = named.split(',').map(str::trim).filter(|address| address.contains('@'));
    failed.map(|address| failed_at(address, &said_of(text, address))).collect()
}

/// A paragraph each: `<ana@example.com>:`, and why. What follows a line that begins with a dash is the returned letter.
fn qmail(text: &str) -> Vec<Returned> {
    if !text.trim_start().starts_with(QMAIL) {
        return Vec::new();
    }
    let paragraphs = text.split("\n\n").map(str::trim).take_while(|paragraph| !paragraph.starts_with('-'));
    let recipient = |paragraph: &str| {
        let (address, said) = paragraph.strip_prefix('<')?.split_once(">:")?;
        Some(failed_at(address, said))
    };
    paragraphs.filter_map(recipient).collect()
}

fn failed_at(address: &str, said: &str) -> Returned {
    let (status, reason) = (judged(ReportAction::Failed, "5.0.0", said), words(said));
    Returned { addresses: addresses([Some(address)]), action: ReportAction::Failed, status, reason }
}

fn is_of_a_mail_server(message: &Message<'_>) -> bool {
    let kind = message.content_type().and_then(|kind| kind.attribute("report-type")).unwrap_or("delivery-status");
    let answers = message.header_raw("Auto-Submitted").unwrap_or_default().trim().to_ascii_lowercase();
    let from = message.from().and_then(|from| from.first()).and_then(|from| from.address()).unwrap_or_default();
    let mailbox = from.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let nobody = message.header_raw("Return-Path").is_some_and(|path| path.trim() == "<>");
    kind.eq_ignore_ascii_case("delivery-status")
        && !answers.starts_with("auto-replied")
        && (nobody || matches!(mailbox.as_str(), "mailer-daemon" | "postmaster"))
}

/// What the text of a report says of an address: on its own line behind a colon, and on the lines that are indented under it.
pub(super) fn said_of(text: &str, address: &str) -> String {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text.lines();
    let behind = |line: &str| -> Option<String> {
        let (head, rest) = line.trim().split_at_checked(address.len())?;
        let rest = rest.trim_start_matches('>').trim_start();
        let named = head.eq_ignore_ascii_case(address) && (rest.is_empty() || rest.starts_with(':'));
        named.then(|| rest.trim_start_matches(':').trim().to_owned())
    };
    let found = lines.find_map(|line| Some((depth(line), behind(line.trim().trim_start_matches('<'))?)));
    let Some((indent, said)) = found else { return String::new() };
    let under = lines.take_while(|line| !line.trim().is_empty() && depth(line) > indent).map(str::trim);
    [said.as_str()].into_iter().chain(under).filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The code and the status of a reply that stands somewhere in these words.
pub(super) fn reply_within(said: &str) -> (Option<u16>, Option<&str>) {
    let starts = said.match_indices(['4', '5']).map(|(at, _)| at);
    let begins =
        |at: &usize| said.get(..*at).is_none_or(|before| !before.ends_with(|c: char| c.is_alphanumeric() || c == '.'));
    let replies = starts.filter(begins).filter_map(|at| said.get(at..)).map(quoted_reply);
    replies.into_iter().find(|(code, _)| code.is_some()).unwrap_or_else(|| quoted_reply(said))
}
