//! Reports that are not of RFC 3464, where their form is known; and what only a person can read.

use mail_parser::{Message, MimeHeaders};

use super::diagnostic::{became, said_of};
use super::fields::addresses;
use super::returned_mail::in_text;
use super::{DeliveryReport, MOST_RECIPIENTS, for_a_person, kind};
use crate::domain::{ReportAction, Returned, ReturnedMail};

/// How a report of qmail begins (QSBMF).
const QMAIL: &str = "Hi. This is the ";

/// Words in the subject of a report.
const FAILURE: [&str; 4] = ["deliver", "ndn", "returned", "fail"];

/// Headers of what answers by itself. The last one is Exchange's, and stands on whatever it sends by itself.
const ANSWERS: [&str; 4] = ["X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "X-Auto-Response-Suppress"];

/// Reads a message without a status part. `None`: it is no report.
pub(super) fn read(message: &Message<'_>, text: &str, returned: ReturnedMail) -> Option<DeliveryReport> {
    // Both have the returned message, or its beginning, in the text itself.
    let mail = if returned == ReturnedMail::Nothing { in_text(text) } else { returned };
    let failed = match exim(message, text) {
        failed if failed.is_empty() => qmail(text),
        failed => failed,
    };
    if !failed.is_empty() {
        return Some(DeliveryReport { mail, returned: failed });
    }
    // Nobody but a mail server returns the headers of our letters; whatever it says of them, somebody should read it.
    mail.letter().filter(|_| is_of_a_mail_server(message))?;
    Some(DeliveryReport { mail, returned: vec![for_a_person(message)] })
}

/// Exim names them in a header, and says why in the text.
fn exim(message: &Message<'_>, text: &str) -> Vec<Returned> {
    let named = message.header_raw("X-Failed-Recipients").unwrap_or_default();
    let failed = named.split(',').map(str::trim).filter(|address| address.contains('@'));
    failed.take(MOST_RECIPIENTS).map(|address| failed_at(address, &said_of(text, address))).collect()
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
    paragraphs.filter_map(recipient).take(MOST_RECIPIENTS).collect()
}

fn failed_at(address: &str, said: &str) -> Returned {
    became(addresses([Some(address)]), ReportAction::Failed, "5.0.0", said)
}

/// Whether a mail server wrote it, by who it says it is from.
pub(super) fn is_of_a_mail_server(message: &Message<'_>) -> bool {
    // Complaints, and proofs that a letter was read.
    let told = |part| matches!(kind(part).1.as_str(), "feedback-report" | "disposition-notification");
    let of = message.content_type().and_then(|kind| kind.attribute("report-type")).unwrap_or("delivery-status");
    if !of.eq_ignore_ascii_case("delivery-status") || message.parts.iter().any(told) {
        return false;
    }
    let from = message.from().and_then(|from| from.first()).and_then(|from| from.address()).unwrap_or_default();
    match from.split('@').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "mailer-daemon" => true,
        _ if is_answer(message) => false,
        "postmaster" => true,
        // Vacation programs write without a sender too.
        _ => {
            let subject = message.subject().unwrap_or_default().to_lowercase();
            let nobody = message.header_raw("Return-Path").is_some_and(|path| path.trim() == "<>");
            nobody && FAILURE.iter().any(|word| subject.contains(word))
        }
    }
}

/// Whether it answers by itself, for somebody who is away.
fn is_answer(message: &Message<'_>) -> bool {
    let header = |name| message.header_raw(name).unwrap_or_default().trim().to_ascii_lowercase();
    header("Auto-Submitted").starts_with("auto-replied")
        || matches!(header("Precedence").as_str(), "auto_reply" | "auto-reply" | "bulk" | "junk")
        || ANSWERS.iter().any(|name| message.header_raw(*name).is_some())
}
