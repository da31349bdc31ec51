//! The words of facts that have more than one way to be told.

use std::fmt;

use chrono::{NaiveDateTime, TimeDelta};

use crate::domain::mail::file_of_reply;
use crate::domain::text::clean;
use crate::domain::{
    AppointmentId, CallOutcome, Contact, LetterKind, OpcodeChoice, Outcome, ResponseFacts, Timestamp, Untrusted,
    humanize, refuses_address,
};

/// A desk that runs tries more often: between two looks so far apart it was closed, or its machine slept.
const UNWATCHED: TimeDelta = TimeDelta::minutes(30);

pub(super) fn not_obtained(reason: &str, refused: bool) -> String {
    let what = if refused { "refused by the source" } else { "not obtained yet" };
    format!("code {what}: {}", clean(reason))
}

pub(super) fn revoked(generation: u32, reason: &Untrusted) -> String {
    match reason.is_empty() {
        true => format!("code {generation} revoked"),
        false => format!("code {generation} revoked: {}", reason.plain()),
    }
}

pub(super) fn now_says(
    outcome: Outcome,
    reason: &str,
    status: Option<u16>,
    code: Option<&str>,
    message: Option<&str>,
) -> String {
    match (outcome, status) {
        (Outcome::Unknown, Some(status)) => {
            let answer = ResponseFacts { status, code: code.map(Into::into), message: message.map(Into::into) };
            format!("Xtime gave an unrecognised answer: {}", unrecognised(&answer, reason))
        }
        _ => format!("Xtime now says {outcome}: {}", clean(reason)),
    }
}

/// An unrecognised answer for people: what it said, else what was odd about it.
pub(super) fn unrecognised(answer: &ResponseFacts, reason: &str) -> String {
    match answer.has_words() {
        true => answer.to_string(),
        false => clean(reason.strip_prefix("unrecognised answer: ").unwrap_or(reason)).into_owned(),
    }
}

pub(super) fn chosen(choice: &OpcodeChoice, word: Option<&Untrusted>) -> String {
    let says = word.map_or_else(String::new, |word| format!(", says {}", word.plain()));
    format!("opcode `{}` chosen{says}", choice.code.plain())
}

pub(super) fn near_miss(opcode: &Untrusted, findings: &[String], drifted: bool) -> String {
    let words = findings.first().map(String::as_str).unwrap_or_default();
    let what = if drifted { "is gone" } else { "not visible" };
    format!("opcode `{}` {what}, {}", opcode.plain(), clean(words))
}

pub(super) fn missing(opcode: &Untrusted, drifted: bool) -> String {
    let what = if drifted { "is gone; it was visible before" } else { "is not visible" };
    format!("opcode `{}` {what}", opcode.plain())
}

pub(super) fn no_slot(window: u16) -> String {
    let days = if window == 0 { String::new() } else { format!(" in {window} days") };
    format!("no slot would be offered{days}")
}

pub(super) fn assigned(owner: Option<&Untrusted>) -> String {
    format!("assigned to {}", owner.map_or("nobody".into(), Untrusted::plain))
}

pub(super) fn being_sent(opcode: &Untrusted, local: NaiveDateTime, moves: bool) -> String {
    let what = if moves { "move of the test appointment" } else { "test appointment" };
    format!("{what} to {}, opcode `{}`, is being sent", wall(local), opcode.plain())
}

pub(super) fn booked(id: &AppointmentId, local: NaiveDateTime, read_back: bool) -> String {
    let how = if read_back { "found booked" } else { "booked" };
    format!("test appointment {} {how} for {}", id.plain(), wall(local))
}

pub(super) fn not_booked(reason: &str, slot_taken: bool) -> String {
    match slot_taken {
        true => "test appointment: the slot was taken".to_owned(),
        false => format!("nothing was booked: {}", clean(reason)),
    }
}

pub(super) fn queued(what: LetterKind, to: &Untrusted, again: bool) -> String {
    format!("letter: {what} to {} {}", to.plain(), if again { "once more" } else { "queued" })
}

pub(super) fn sent(reply: &str) -> String {
    match file_of_reply(reply) {
        Some(path) => written(path),
        None => format!("letter sent: {}", clean(reply)),
    }
}

/// A letter that is only a file.
pub(super) fn written(path: &str) -> String {
    format!("letter written to a file, not mailed: {}", clean(path))
}

pub(super) fn not_sent(reason: &str, retry_at: Option<Timestamp>) -> String {
    let yet = if retry_at.is_some() { " yet" } else { "" };
    format!("letter not sent{yet}: {}", clean(reason))
}

pub(super) fn bounced(address: &Untrusted, status: &str, reason: &str) -> String {
    if address.is_empty() {
        return format!("letter: {}", clean(reason));
    }
    match refuses_address(status) {
        true => format!("letter came back: {} refused, {}", address.plain(), clean(status)),
        false => format!("letter came back from {}, {}: {}", address.plain(), clean(status), clean(reason)),
    }
}

pub(super) fn held_up(address: &Untrusted, status: &str) -> String {
    let to = if address.is_empty() { String::new() } else { format!(" to {}", address.plain()) };
    format!("letter held up on its way{to}, {}", clean(status))
}

pub(super) fn failing(why: &str, credentials: bool) -> String {
    let what = if credentials { "our credentials are refused" } else { "Xtime fails" };
    format!("{what}: {}", clean(why))
}

pub(super) fn answers_again(since: Timestamp, failing_since: Timestamp, last_failed: Option<Timestamp>) -> String {
    let length = humanize(since - failing_since);
    match is_unwatched(since, last_failed) {
        true => format!("Xtime answers again, after at most {length}: nobody saw it end"),
        false => format!("Xtime answers again, after {length}"),
    }
}

/// Whether nobody saw an outage end.
pub(super) fn is_unwatched(since: Timestamp, last_failed: Option<Timestamp>) -> bool {
    last_failed.is_some_and(|last| since - last > UNWATCHED)
}

pub(super) fn people(contacts: &[Contact]) -> String {
    let who: Vec<String> = contacts.iter().map(Contact::humanize).collect();
    format!("further contacts: {}", who.join("; "))
}

pub(super) fn called(outcome: CallOutcome, with: Option<&Untrusted>, note: Option<&Untrusted>) -> String {
    let with = with.map(|with| format!(" with {}", with.plain())).unwrap_or_default();
    let note = note.map(|note| format!(": {}", note.plain())).unwrap_or_default();
    format!("call{with}, {}{note}", outcome.message())
}

pub(super) fn told(generation: u32, to: Option<&Untrusted>) -> String {
    let to = to.map(|to| format!(" to {}", to.plain())).unwrap_or_default();
    format!("code {generation} read out by phone{to}")
}

/// A dealership's wall clock in a line for people.
fn wall(local: NaiveDateTime) -> impl fmt::Display {
    local.format("%a %d %b %H:%M")
}
