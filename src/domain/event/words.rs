//! Events in a line for people.

use std::fmt;
use std::sync::Arc;

use chrono::{NaiveDateTime, TimeDelta};

use super::{Event, Fact};
use crate::domain::mail::file_of_reply;
use crate::domain::text::clean;
use crate::domain::{Contact, LetterId, in_words, refuses_address};

/// A desk that runs tries more often: between two looks so far apart it was closed, or its machine slept.
const UNWATCHED: TimeDelta = TimeDelta::minutes(30);

impl Event {
    /// What happened, in one line for people, without the dealership's name and without moments: whoever shows it knows the
    /// zone. Codes are masked, outside text is cleaned.
    pub fn summary(&self) -> String {
        match &self.fact {
            Fact::DealershipAdded { profile } => format!("added with dealerCode {}", profile.dealer_code.plain()),
            Fact::DealershipUpdated { .. } => "profile corrected".to_owned(),
            Fact::InvitationRequested { generation, .. } => format!("code {generation} requested"),
            Fact::InvitationRequestFailed { reason, refused, .. } => {
                let what = if *refused { "refused by the source" } else { "not obtained yet" };
                format!("code {what}: {}", clean(reason))
            }
            Fact::InvitationIssued { generation, code, .. } => format!("code {generation} issued, {}", code.masked()),
            Fact::InvitationSuperseded { generation, by } => format!("code {generation} superseded by code {by}"),
            Fact::InvitationExpired { generation, .. } => format!("code {generation} expired unused"),
            Fact::InvitationMisdated { generation, .. } => {
                format!("code {generation} is dated in the future: it dies before the end that is shown")
            }
            Fact::InvitationRevoked { generation, reason } if reason.is_empty() => format!("code {generation} revoked"),
            Fact::InvitationRevoked { generation, reason } => {
                format!("code {generation} revoked: {}", reason.plain())
            }
            Fact::DealerConfirmed { .. } => "the dealer says it is done".to_owned(),
            Fact::IntegrationConfirmed { .. } => "Xtime shows the integration".to_owned(),
            Fact::ConfirmationOverdue { .. } => "Xtime has not confirmed in time".to_owned(),
            Fact::IntegrationLost { .. } => "the integration is lost".to_owned(),
            Fact::ProbeChanged { outcome, reason, .. } => match self.fact.unrecognised_in_words() {
                Some(answer) => format!("Xtime gave an unrecognised answer: {answer}"),
                None => format!("Xtime now says {outcome}: {}", clean(reason)),
            },
            Fact::OpcodeChosen { choice, word: Some(word) } => {
                format!("opcode `{}` chosen, says {}", choice.code.plain(), word.plain())
            }
            Fact::OpcodeChosen { choice, word: None } => format!("opcode `{}` chosen", choice.code.plain()),
            Fact::OpcodeVerified { opcode } => format!("opcode `{}` is visible", opcode.plain()),
            Fact::OpcodeNearMiss { opcode, findings, drifted } => {
                let words = findings.first().map(String::as_str).unwrap_or_default();
                let what = if *drifted { "is gone" } else { "not visible" };
                format!("opcode `{}` {what}, {}", opcode.plain(), clean(words))
            }
            Fact::OpcodeMissing { opcode, drifted: true, .. } => {
                format!("opcode `{}` is gone; it was visible before", opcode.plain())
            }
            Fact::OpcodeMissing { opcode, .. } => format!("opcode `{}` is not visible", opcode.plain()),
            Fact::OpcodeUnknown { .. } => "opcode list empty: could not tell".to_owned(),
            Fact::SlotsSeen { count, days, .. } => format!("{count} slots on {days} days"),
            Fact::SlotsMissing { window: 0 } => "no slot would be offered".to_owned(),
            Fact::SlotsMissing { window } => format!("no slot would be offered in {window} days"),
            Fact::AppointmentRequested { opcode, local, moves, .. } => {
                let what = if *moves { "move of the test appointment" } else { "test appointment" };
                format!("{what} to {}, opcode `{}`, is being sent", wall(*local), opcode.plain())
            }
            Fact::AppointmentBooked { id, local, read_back, .. } => {
                let how = if *read_back { "found booked" } else { "booked" };
                format!("test appointment {} {how} for {}", id.plain(), wall(*local))
            }
            Fact::AppointmentRefused { slot_taken: true, .. } => "test appointment: the slot was taken".to_owned(),
            Fact::AppointmentRefused { reason, .. } => format!("nothing was booked: {}", clean(reason)),
            Fact::AppointmentUnknown { reason, .. } => {
                format!("nobody knows whether it was booked: {}", clean(reason))
            }
            Fact::AppointmentVerified { id } => format!("test appointment {} read back", id.plain()),
            Fact::EmailQueued { what, again: true, to, .. } => format!("letter: {what} to {} once more", to.plain()),
            Fact::EmailQueued { what, to, .. } => format!("letter: {what} to {} queued", to.plain()),
            Fact::EmailBegun { to, .. } => format!("letter is being handed over, to {}", to.plain()),
            Fact::EmailSent { reply, .. } => match file_of_reply(reply) {
                Some(path) => written(path),
                None => format!("letter sent: {}", clean(reply)),
            },
            Fact::EmailWritten { path, .. } => written(path),
            Fact::EmailFailed { reason, retry_at: None, .. } => format!("letter not sent: {}", clean(reason)),
            Fact::EmailFailed { reason, .. } => format!("letter not sent yet: {}", clean(reason)),
            Fact::EmailUncertain { reason, .. } => format!("letter uncertain: {}", clean(reason)),
            Fact::EmailSuppressed { reason, .. } => format!("letter not sent, on purpose: {}", clean(reason)),
            Fact::EmailBounced { address, reason, .. } if address.is_empty() => format!("letter: {}", clean(reason)),
            Fact::EmailBounced { address, status, .. } if refuses_address(status) => {
                format!("letter came back: {} refused, {}", address.plain(), clean(status))
            }
            Fact::EmailBounced { address, status, reason, .. } => {
                format!("letter came back from {}, {}: {}", address.plain(), clean(status), clean(reason))
            }
            Fact::EmailDelayed { address, status, .. } if address.is_empty() => {
                format!("letter held up on its way, {}", clean(status))
            }
            Fact::EmailDelayed { address, status, .. } => {
                format!("letter held up on its way to {}, {}", address.plain(), clean(status))
            }
            Fact::EmailRetried { .. } => "letter to be tried again now".to_owned(),
            Fact::PlatformFailing { why, credentials: true, .. } => {
                format!("our credentials are refused: {}", clean(why))
            }
            Fact::PlatformFailing { why, .. } => format!("Xtime fails: {}", clean(why)),
            Fact::PlatformAnswers { since, failing_since, last_failed } => {
                let length = in_words(*since - *failing_since);
                match last_failed.is_some_and(|last| *since - last > UNWATCHED) {
                    true => format!("Xtime answers again, after at most {length}: nobody saw it end"),
                    false => format!("Xtime answers again, after {length}"),
                }
            }
            Fact::RemindersSet { on: true } => "reminders on".to_owned(),
            Fact::RemindersSet { on: false } => "reminders off".to_owned(),
            Fact::ContactsAdded { contacts } => {
                let who: Vec<String> = contacts.iter().map(Contact::in_words).collect();
                format!("further contacts: {}", who.join("; "))
            }
            Fact::NoteAdded { text } => format!("note: {}", text.plain()),
            Fact::OwnerAssigned { owner: Some(owner) } => format!("assigned to {}", owner.plain()),
            Fact::OwnerAssigned { owner: None } => "assigned to nobody".to_owned(),
            Fact::Snoozed { until: Some(_) } => "snoozed".to_owned(),
            Fact::Snoozed { until: None } => "snooze ended".to_owned(),
            Fact::Archived {} => "archived".to_owned(),
            Fact::Unarchived {} => "taken back from the archive".to_owned(),
        }
    }
}

/// What events tell besides the letter that they queued, each in the words of `say`: what becomes of that one is told of the
/// letter itself, once.
pub fn besides_the_letter(events: &[Arc<Event>], say: impl Fn(&Event) -> String) -> String {
    let queued: Vec<_> = events.iter().filter_map(|event| event.fact.queues()).collect();
    let of_it = |event: &Event| {
        let suppressed = match event.fact {
            Fact::EmailSuppressed { letter, .. } => Some(letter),
            _ => None,
        };
        event.fact.queues().or(suppressed).is_some_and(|letter| queued.contains(&letter))
    };
    let words: Vec<String> = events.iter().filter(|event| !of_it(event)).map(|event| say(event)).collect();
    words.join("; ")
}

impl Fact {
    /// The unrecognised answer for people: what it said, else what was odd about it.
    pub fn unrecognised_in_words(&self) -> Option<String> {
        match (self.unrecognised()?, self) {
            (answer, Self::ProbeChanged { reason, .. }) if !answer.has_words() => {
                Some(clean(reason.strip_prefix("unrecognised answer: ").unwrap_or(reason)).into_owned())
            }
            (answer, _) => Some(answer.to_string()),
        }
    }

    /// The letter that it makes wait for its turn.
    pub fn queues(&self) -> Option<LetterId> {
        match self {
            Self::EmailQueued { letter, .. } | Self::EmailRetried { letter } => Some(*letter),
            _ => None,
        }
    }
}

/// A letter that is only a file.
fn written(path: &str) -> String {
    format!("letter written to a file, not mailed: {}", clean(path))
}

/// A dealership's wall clock in a line for people.
fn wall(local: NaiveDateTime) -> impl fmt::Display {
    local.format("%a %d %b %H:%M")
}
