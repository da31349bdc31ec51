//! Facts and events: everything that ever happened. What is shown is folded from these.

mod actor;
mod happened;
mod kinds;
mod words;
#[cfg(test)]
mod tests;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    AppointmentId, Contact, DaySlots, DealershipId, IntentId, InvitationCode, LetterId, LetterKind, OpcodeChoice,
    Outcome, Profile, ResponseFacts, Timestamp, Untrusted,
};

pub use actor::Actor;
pub use words::besides_the_letter;

/// Where a code came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeOrigin {
    /// Taken by hand from the partner's own screen.
    Paste,
    /// An HTTP interface of the partner.
    Http,
    /// A program of the partner.
    Command,
}

/// One thing that happened, to one dealership or to the platform. The serialized `kind` is dotted and in the past tense.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum Fact {
    /// The dealership entered our books.
    #[serde(rename = "dealership.added")]
    DealershipAdded { profile: Profile },
    #[serde(rename = "dealership.updated")]
    DealershipUpdated { profile: Profile },
    /// A code was asked of its source; open until issued, failed or abandoned.
    #[serde(rename = "invitation.requested")]
    InvitationRequested {
        /// The idempotency key of the call.
        intent: IntentId,
        /// The source that is asked.
        source: CodeOrigin,
        /// The generation that the code will have.
        generation: u32,
        /// Whether a letter takes it to the dealership.
        #[serde(default)]
        mail: bool,
    },
    /// The source did not give a code. A retry goes on with the same intent, unless it was refused for good.
    #[serde(rename = "invitation.request-failed")]
    InvitationRequestFailed {
        intent: IntentId,
        reason: Box<str>,
        /// The source said no for good: the intent is closed.
        refused: bool,
    },
    /// The dealership has a new code.
    #[serde(rename = "invitation.issued")]
    InvitationIssued {
        /// Which issue it is, counted from 1.
        generation: u32,
        /// The code itself; masked whenever the event is shown.
        code: InvitationCode,
        /// When it was generated: the 72 hours run from here.
        generated_at: Timestamp,
        expires_at: Timestamp,
        source: CodeOrigin,
        intent: IntentId,
    },
    /// A newer code replaced it in our books; it stays on record.
    #[serde(rename = "invitation.superseded")]
    InvitationSuperseded {
        generation: u32,
        /// The issue that replaced it.
        by: u32,
    },
    /// The code's time ran out, and a look that began afterwards still said "not connected" (or probing is off).
    #[serde(rename = "invitation.expired")]
    InvitationExpired {
        generation: u32,
        expires_at: Timestamp,
        /// When the look began that found it unused; `None` when probing is off.
        looked_at: Option<Timestamp>,
    },
    /// We took the code back.
    #[serde(rename = "invitation.revoked")]
    InvitationRevoked {
        /// The issue that was revoked.
        generation: u32,
        /// Why, in the operator's words.
        reason: Untrusted,
    },
    /// The code was there before the moment at which it is said to have been generated, by a clock that agrees with the
    /// platform's: its end is wrong.
    #[serde(rename = "invitation.misdated")]
    InvitationMisdated {
        /// The issue that is meant.
        generation: u32,
        generated_at: Timestamp,
    },
    /// The dealer says that the code was entered; the second clock starts.
    #[serde(rename = "dealer.confirmed")]
    DealerConfirmed {
        /// When the dealer finished, by their word.
        said_at: Timestamp,
        /// When Xtime should have reflected it at the latest.
        due_at: Timestamp,
    },
    /// A look found us let in.
    #[serde(rename = "integration.confirmed")]
    IntegrationConfirmed { observed_at: Timestamp },
    /// The second clock ran out without a confirmation.
    #[serde(rename = "integration.overdue")]
    ConfirmationOverdue { due_at: Timestamp },
    /// Two looks, at least a minute apart, found a confirmed dealership not connected.
    #[serde(rename = "integration.lost")]
    IntegrationLost {
        /// The first of the two looks.
        first_look: Timestamp,
        /// The second.
        second_look: Timestamp,
    },
    /// A look said something else than the one before it.
    #[serde(rename = "probe.changed")]
    ProbeChanged {
        outcome: Outcome,
        reason: Box<str>,
        at: Timestamp,
        /// The HTTP status of the answer, when one was read that was no plain yes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// The code that it gave.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<Box<str>>,
        /// The message that it gave, cleaned and whole.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<Box<str>>,
    },
    /// The dealership chose its service opcode.
    #[serde(rename = "opcode.chosen")]
    OpcodeChosen {
        choice: OpcodeChoice,
        /// Who at the dealership said so, and how, in the operator's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        word: Option<Untrusted>,
    },
    /// The chosen opcode is visible to us.
    #[serde(rename = "opcode.verified")]
    OpcodeVerified {
        /// The code that was found.
        opcode: Untrusted,
    },
    /// The chosen opcode is not visible, but something like it is.
    #[serde(rename = "opcode.near-miss")]
    OpcodeNearMiss {
        /// The code that was looked for.
        opcode: Untrusted,
        findings: Vec<String>,
        /// It had been visible before.
        #[serde(default)]
        drifted: bool,
    },
    /// The chosen opcode is not visible to us.
    #[serde(rename = "opcode.missing")]
    OpcodeMissing {
        /// The code that was looked for.
        opcode: Untrusted,
        findings: Vec<String>,
        /// It had been visible before.
        drifted: bool,
    },
    /// The list was empty: could not tell.
    #[serde(rename = "opcode.unknown")]
    OpcodeUnknown {
        /// The code that was looked for.
        opcode: Untrusted,
    },
    /// A customer would be offered a time.
    #[serde(rename = "slots.seen")]
    SlotsSeen {
        count: u32,
        /// On how many days.
        days: u32,
        /// The earliest one, by the dealership's wall clock.
        #[serde(default)]
        next: Option<NaiveDateTime>,
        /// The days that have any, in order.
        #[serde(default)]
        by_day: Vec<DaySlots>,
    },
    /// A customer would be offered no time.
    #[serde(rename = "slots.missing")]
    SlotsMissing {
        /// Over how many days it was looked; 0: an older event, which did not say.
        #[serde(default)]
        window: u16,
    },
    /// A test booking is about to be sent. Open until booked or refused.
    #[serde(rename = "appointment.requested")]
    AppointmentRequested {
        /// Which attempt it is; its mark is in the appointment's comment.
        intent: IntentId,
        /// The one opcode that it carries.
        opcode: Untrusted,
        /// For when, by the dealership's wall clock.
        local: NaiveDateTime,
        /// The vehicle that it is booked for.
        vin: Untrusted,
        /// It moves the appointment that stands, rather than making one.
        moves: bool,
    },
    /// The platform has the test appointment.
    #[serde(rename = "appointment.booked")]
    AppointmentBooked {
        intent: IntentId,
        /// The platform's name for it.
        id: AppointmentId,
        /// The opcode that it carries.
        opcode: Untrusted,
        /// For when, by the dealership's wall clock.
        local: NaiveDateTime,
        /// The booking itself had no answer; it was found when it was read back.
        read_back: bool,
    },
    /// Nothing was booked; the attempt is over.
    #[serde(rename = "appointment.refused")]
    AppointmentRefused {
        intent: IntentId,
        reason: Box<str>,
        /// The slot was taken meanwhile (`x-001009`).
        slot_taken: bool,
    },
    /// Nobody knows whether it was booked: it must be read back before any second try.
    #[serde(rename = "appointment.unknown")]
    AppointmentUnknown { intent: IntentId, reason: Box<str> },
    /// The test appointment was read back from the platform.
    #[serde(rename = "appointment.verified")]
    AppointmentVerified {
        /// The platform's name for it.
        id: AppointmentId,
    },
    /// More people of the dealership became known, besides its contact.
    #[serde(rename = "contacts.added")]
    ContactsAdded { contacts: Vec<Contact> },
    #[serde(rename = "note.added")]
    NoteAdded { text: Untrusted },
    /// Somebody else looks after the dealership now (or nobody does).
    #[serde(rename = "owner.assigned")]
    OwnerAssigned { owner: Option<Untrusted> },
    /// Out of sight until then (or back at once).
    #[serde(rename = "dealership.snoozed")]
    Snoozed {
        /// Until when; `None` ends a snooze.
        until: Option<Timestamp>,
    },
    /// Put aside; it is not probed any more.
    #[serde(rename = "dealership.archived")]
    Archived {},
    /// Taken back from the archive.
    #[serde(rename = "dealership.unarchived")]
    Unarchived {},
    /// A letter is to go out; open until sent, failed for good, suppressed, or uncertain for good.
    #[serde(rename = "email.queued")]
    EmailQueued {
        /// Which letter; the same for every try.
        letter: LetterId,
        what: LetterKind,
        /// The code that it carries or is about; 0: none.
        generation: u32,
        to: Untrusted,
        /// A reminder: so many seconds before the end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<u32>,
        /// The same letter as one before, because somebody wanted it.
        #[serde(default)]
        again: bool,
    },
    /// The letter is being handed over: from here on only the server's answer says whether it went out.
    #[serde(rename = "email.begun")]
    EmailBegun { letter: LetterId, to: Untrusted },
    /// The mail server took it.
    #[serde(rename = "email.sent")]
    EmailSent { letter: LetterId, reply: Box<str> },
    /// It became a file, because that is what is configured: nobody mailed it.
    #[serde(rename = "email.written")]
    EmailWritten { letter: LetterId, path: Box<str> },
    /// It was not taken, for certain.
    #[serde(rename = "email.failed")]
    EmailFailed {
        letter: LetterId,
        reason: Box<str>,
        /// When it is tried again; `None`: it is not.
        retry_at: Option<Timestamp>,
        /// The server refused the address, with this status (RFC 3463).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<Box<str>>,
        /// The server takes nothing at the moment: that costs the letter no try.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        server: bool,
    },
    /// Nobody knows whether it was taken: the connection or the program ended meanwhile.
    #[serde(rename = "email.uncertain")]
    EmailUncertain {
        letter: LetterId,
        reason: Box<str>,
        /// When it is tried once more, with the same Message-ID; `None`: it is not.
        retry_at: Option<Timestamp>,
        /// This try was refused, for certain; it is an earlier copy that may have arrived.
        #[serde(default)]
        refused: bool,
        /// The server takes nothing at the moment: that costs the letter no try.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        server: bool,
    },
    /// It does not go out: nobody needs it any more, or somebody said so.
    #[serde(rename = "email.suppressed")]
    EmailSuppressed { letter: LetterId, reason: Box<str> },
    /// It came back (RFC 3464).
    #[serde(rename = "email.bounced")]
    EmailBounced {
        /// The letter, when it is known.
        letter: Option<LetterId>,
        /// The address at which it failed: another one than the letter's where somebody sent it on; empty in a report that only a person
        /// can read.
        address: Untrusted,
        /// The status (RFC 3463).
        status: Box<str>,
        reason: Box<str>,
    },
    /// It is held up on its way: its mail server goes on trying, or has given up without saying so.
    #[serde(rename = "email.delayed")]
    EmailDelayed {
        letter: LetterId,
        /// Where it goes; empty where the report has no address.
        address: Untrusted,
        /// The status (RFC 3463).
        status: Box<str>,
        reason: Box<str>,
    },
    /// Somebody wants a letter tried again, now.
    #[serde(rename = "email.retried")]
    EmailRetried { letter: LetterId },
    /// Whether this dealership is reminded of a code's end.
    #[serde(rename = "reminders.set")]
    RemindersSet { on: bool },
    /// An outage began: the platform fails, or refuses our credentials. Of no dealership.
    #[serde(rename = "platform.failing")]
    PlatformFailing {
        why: Box<str>,
        since: Timestamp,
        #[serde(default)]
        credentials: bool,
    },
    /// An outage is over. Of no dealership.
    #[serde(rename = "platform.answers")]
    PlatformAnswers {
        since: Timestamp,
        /// Since when it had failed.
        failing_since: Timestamp,
        /// When it was last seen to fail: what lies between is unknown. Missing in old journals.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_failed: Option<Timestamp>,
    },
}

impl Fact {
    /// The answer that no row of the meanings recognised, where this is one: a person may teach what it means.
    pub fn unrecognised(&self) -> Option<ResponseFacts> {
        match self {
            Self::ProbeChanged { outcome: Outcome::Unknown, status: Some(status), code, message, .. } => {
                Some(ResponseFacts { status: *status, code: code.clone(), message: message.clone() })
            }
            _ => None,
        }
    }
}

/// A recorded fact. `seq` is gap-free and in commit order over the whole store, counted from 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub seq: u64,
    pub at: Timestamp,
    pub actor: Actor,
    /// Whose it is; `None` for what is of the platform as a whole.
    pub dealership: Option<DealershipId>,
    #[serde(flatten)]
    pub fact: Fact,
}

impl Event {
    /// The event as scripts and people may see it: codes masked, the dealership with its name.
    pub fn public(&self, name: Option<&Untrusted>) -> Value {
        let mut fact = serde_json::to_value(&self.fact).unwrap_or_default();
        let mut data = fact.get_mut("data").map(Value::take).unwrap_or_default();
        if let (Fact::InvitationIssued { code, .. }, Some(fields)) = (&self.fact, data.as_object_mut()) {
            fields.remove("code");
            fields.insert("code_masked".to_owned(), code.masked().into());
        }
        serde_json::json!({
            "schema": 1,
            "seq": self.seq,
            "at": rfc3339(self.at),
            "happened_at": rfc3339(self.happened_at()),
            "actor": self.actor,
            "dealership": self.dealership.map(|id| serde_json::json!({ "id": id, "name": name.map(Untrusted::raw) })),
            "kind": self.fact.kind(),
            "data": data,
        })
    }
}

/// RFC 3339 in UTC with milliseconds only when there are any: the form of every time in JSON.
pub fn rfc3339(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}
