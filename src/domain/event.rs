//! Facts and events: everything that ever happened. What is shown is folded from these.

mod words;

use std::fmt;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    AppointmentId, DaySlots, DealershipId, IntentId, InvitationCode, OpcodeChoice, Outcome, Profile, Timestamp,
    Untrusted,
};

/// Who caused an event: a person's name, or `system:<task>`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(Box<str>);

impl Actor {
    /// A person at the desk.
    pub fn person(name: &str) -> Self {
        Self(super::text::clean(name.trim()).into())
    }

    /// A task of the program.
    pub fn system(task: &str) -> Self {
        Self(format!("system:{task}").into())
    }

    /// The name as recorded.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether no person did it.
    pub fn is_system(&self) -> bool {
        self.0.starts_with("system:")
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&super::text::clean(&self.0))
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

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

/// One thing that happened to one dealership. The serialized `kind` is dotted and in the past tense.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum Fact {
    /// The dealership entered our books.
    #[serde(rename = "dealership.added")]
    DealershipAdded {
        /// Who it is.
        profile: Profile,
    },
    /// Its profile was corrected.
    #[serde(rename = "dealership.updated")]
    DealershipUpdated {
        /// Who it is now.
        profile: Profile,
    },
    /// A code was asked of its source; open until issued, failed or abandoned.
    #[serde(rename = "invitation.requested")]
    InvitationRequested {
        /// The idempotency key of the call.
        intent: IntentId,
        /// The source that is asked.
        source: CodeOrigin,
        /// The generation that the code will have.
        generation: u32,
    },
    /// The source did not give a code. A retry goes on with the same intent, unless it was refused for good.
    #[serde(rename = "invitation.request-failed")]
    InvitationRequestFailed {
        /// The intent that failed.
        intent: IntentId,
        /// Why, in words.
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
        /// When it dies.
        expires_at: Timestamp,
        /// Where it came from.
        source: CodeOrigin,
        /// The intent it fulfils.
        intent: IntentId,
    },
    /// A newer code replaced it in our books; it stays on record.
    #[serde(rename = "invitation.superseded")]
    InvitationSuperseded {
        /// The replaced issue.
        generation: u32,
        /// The issue that replaced it.
        by: u32,
    },
    /// The code's time ran out, and a look that began afterwards still said "not connected" (or probing is off).
    #[serde(rename = "invitation.expired")]
    InvitationExpired {
        /// The issue that died.
        generation: u32,
        /// Its deadline.
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
    IntegrationConfirmed {
        /// When the look ended.
        observed_at: Timestamp,
    },
    /// The second clock ran out without a confirmation.
    #[serde(rename = "integration.overdue")]
    ConfirmationOverdue {
        /// Its deadline.
        due_at: Timestamp,
    },
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
        /// What it means.
        outcome: Outcome,
        /// Why, in words.
        reason: Box<str>,
        /// When the look ended.
        at: Timestamp,
    },
    /// The dealership chose its service opcode.
    #[serde(rename = "opcode.chosen")]
    OpcodeChosen {
        /// The choice.
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
        /// The finding in words.
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
        /// The finding in words.
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
        /// How many.
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
        /// The attempt.
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
        /// The attempt.
        intent: IntentId,
        /// Why, in words.
        reason: Box<str>,
        /// The slot was taken meanwhile (`x-001009`).
        slot_taken: bool,
    },
    /// Nobody knows whether it was booked: it must be read back before any second try.
    #[serde(rename = "appointment.unknown")]
    AppointmentUnknown {
        /// The attempt.
        intent: IntentId,
        /// Why, in words.
        reason: Box<str>,
    },
    /// The test appointment was read back from the platform.
    #[serde(rename = "appointment.verified")]
    AppointmentVerified {
        /// The platform's name for it.
        id: AppointmentId,
    },
    /// Somebody wrote something down.
    #[serde(rename = "note.added")]
    NoteAdded {
        /// What.
        text: Untrusted,
    },
    /// Somebody else looks after the dealership now (or nobody does).
    #[serde(rename = "owner.assigned")]
    OwnerAssigned {
        /// Who.
        owner: Option<Untrusted>,
    },
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
}

impl Fact {
    /// Every kind there is, for filters and completions.
    pub const KINDS: &'static [&'static str] = &[
        "dealership.added",
        "dealership.updated",
        "invitation.requested",
        "invitation.request-failed",
        "invitation.issued",
        "invitation.superseded",
        "invitation.expired",
        "invitation.revoked",
        "dealer.confirmed",
        "integration.confirmed",
        "integration.overdue",
        "integration.lost",
        "probe.changed",
        "opcode.chosen",
        "opcode.verified",
        "opcode.near-miss",
        "opcode.missing",
        "opcode.unknown",
        "slots.seen",
        "slots.missing",
        "note.added",
        "owner.assigned",
        "dealership.snoozed",
        "dealership.archived",
        "dealership.unarchived",
        "appointment.requested",
        "appointment.booked",
        "appointment.refused",
        "appointment.unknown",
        "appointment.verified",
    ];

    /// The dotted kind, as serialized.
    pub fn kind(&self) -> &'static str {
        Self::KINDS[self.index() as usize]
    }

    /// The place of the kind in [`Fact::KINDS`]. The index keeps it: new kinds go to the end.
    pub fn index(&self) -> u8 {
        match self {
            Self::DealershipAdded { .. } => 0,
            Self::DealershipUpdated { .. } => 1,
            Self::InvitationRequested { .. } => 2,
            Self::InvitationRequestFailed { .. } => 3,
            Self::InvitationIssued { .. } => 4,
            Self::InvitationSuperseded { .. } => 5,
            Self::InvitationExpired { .. } => 6,
            Self::InvitationRevoked { .. } => 7,
            Self::DealerConfirmed { .. } => 8,
            Self::IntegrationConfirmed { .. } => 9,
            Self::ConfirmationOverdue { .. } => 10,
            Self::IntegrationLost { .. } => 11,
            Self::ProbeChanged { .. } => 12,
            Self::OpcodeChosen { .. } => 13,
            Self::OpcodeVerified { .. } => 14,
            Self::OpcodeNearMiss { .. } => 15,
            Self::OpcodeMissing { .. } => 16,
            Self::OpcodeUnknown { .. } => 17,
            Self::SlotsSeen { .. } => 18,
            Self::SlotsMissing { .. } => 19,
            Self::NoteAdded { .. } => 20,
            Self::OwnerAssigned { .. } => 21,
            Self::Snoozed { .. } => 22,
            Self::Archived {} => 23,
            Self::Unarchived {} => 24,
            Self::AppointmentRequested { .. } => 25,
            Self::AppointmentBooked { .. } => 26,
            Self::AppointmentRefused { .. } => 27,
            Self::AppointmentUnknown { .. } => 28,
            Self::AppointmentVerified { .. } => 29,
        }
    }
}

/// A recorded fact. `seq` is gap-free and in commit order over the whole store, counted from 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Place in the log.
    pub seq: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// Who caused it.
    pub actor: Actor,
    /// Whose it is.
    pub dealership: DealershipId,
    /// What happened.
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
            "actor": self.actor,
            "dealership": { "id": self.dealership, "name": name.map(Untrusted::raw) },
            "kind": self.fact.kind(),
            "data": data,
        })
    }
}

/// RFC 3339 in UTC with milliseconds only when there are any: the form of every time in JSON.
pub fn rfc3339(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}
