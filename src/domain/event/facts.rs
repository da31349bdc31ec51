//! The table of the kinds of facts. A row is everything that is known of a kind by itself: what it means, its name in the
//! journal and in JSON, what it says, how it looks among others, its own moment, what of it is secret, and its words.
//! New rows go to the end: the store's index keeps their places.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::EventSeverity::{self, Bad, Good, Neutral, Progress, Routine, Warning};
use super::kinds::facts;
use super::{CodeOrigin, words};
use crate::domain::text::clean;
use crate::domain::{
    AppointmentId, CallOutcome, Contact, DaySlots, IntentId, InvitationCode, LetterId, LetterKind, OpcodeChoice,
    Outcome, Profile, Timestamp, Untrusted,
};

facts! {
    /// The dealership was added.
    "dealership.added" DealershipAdded { profile: Profile }
        Neutral => format!("added with dealerCode {}", profile.dealer_code.plain());
    /// Its profile was corrected.
    "dealership.updated" DealershipUpdated { profile: Profile }
        Neutral => "profile corrected";
    /// A code was asked of its source; open until issued, failed or abandoned.
    "invitation.requested" InvitationRequested {
        /// The idempotency key of the call.
        intent: IntentId,
        source: CodeOrigin,
        /// The generation that the code will have.
        generation: u32,
        /// Whether a letter takes it to the dealership.
        #[serde(default)]
        mail: bool,
    } Routine => format!("code {generation} requested");
    /// The source did not give a code. A retry goes on with the same intent, unless it was refused for good.
    "invitation.request-failed" InvitationRequestFailed {
        intent: IntentId,
        reason: Box<str>,
        /// The source said no for good: the intent is closed.
        refused: bool,
    } Bad => words::not_obtained(reason, *refused);
    /// The dealership has a new code.
    "invitation.issued" InvitationIssued {
        /// Counted from 1.
        generation: u32,
        code: InvitationCode,
        /// When it was generated: the 72 hours run from here.
        generated_at: Timestamp,
        expires_at: Timestamp,
        source: CodeOrigin,
        intent: IntentId,
    } Progress, told generated_at, masked code => format!("code {generation} issued, {}", code.masked());
    /// A newer code replaced it; it stays on record.
    "invitation.superseded" InvitationSuperseded {
        generation: u32,
        /// The issue that replaced it.
        by: u32,
    } Routine => format!("code {generation} superseded by code {by}");
    /// The code's time ran out, and a probe that began afterwards still said "not connected" (or probing is off).
    "invitation.expired" InvitationExpired {
        generation: u32,
        expires_at: Timestamp,
        /// When the probe began that found it unused; `None` when probing is off.
        looked_at: Option<Timestamp>,
    } Bad, noticed expires_at => format!("code {generation} expired unused");
    /// We took the code back.
    "invitation.revoked" InvitationRevoked {
        generation: u32,
        /// Why, in the operator's words.
        reason: Untrusted,
    } Routine => words::revoked(*generation, reason);
    /// The dealer says that the code was entered; the second clock starts.
    "dealer.confirmed" DealerConfirmed {
        /// When the dealer finished, by their word.
        said_at: Timestamp,
        /// When Xtime should have reflected it at the latest.
        due_at: Timestamp,
    } Progress, told said_at => "the dealer says it is done";
    /// A probe found us let in.
    "integration.confirmed" IntegrationConfirmed { observed_at: Timestamp }
        Good, noticed observed_at => "Xtime shows the integration";
    /// The second clock ran out without a confirmation.
    "integration.overdue" ConfirmationOverdue { due_at: Timestamp }
        Bad, noticed due_at => "Xtime has not confirmed in time";
    /// Two probes, at least a minute apart, found a confirmed dealership not connected.
    "integration.lost" IntegrationLost {
        first_look: Timestamp,
        second_look: Timestamp,
    } Bad, noticed first_look => "the integration is lost";
    /// A probe said something else than the one before it.
    "probe.changed" ProbeChanged {
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
    } Warning, noticed at => words::now_says(*outcome, reason, *status, code.as_deref(), message.as_deref());
    /// The dealership chose its service opcode.
    "opcode.chosen" OpcodeChosen {
        choice: OpcodeChoice,
        /// Who at the dealership said so, and how, in the operator's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        word: Option<Untrusted>,
    } Neutral => words::chosen(choice, word.as_ref());
    /// The chosen opcode is visible to us.
    "opcode.verified" OpcodeVerified {
        /// The code that was found.
        opcode: Untrusted,
    } Good => format!("opcode `{}` is visible", opcode.plain());
    /// The chosen opcode is not visible, but something like it is.
    "opcode.near-miss" OpcodeNearMiss {
        /// The code that was looked for.
        opcode: Untrusted,
        findings: Vec<String>,
        /// It had been visible before.
        #[serde(default)]
        drifted: bool,
    } Warning => words::near_miss(opcode, findings, *drifted);
    /// The chosen opcode is not visible to us.
    "opcode.missing" OpcodeMissing {
        /// The code that was looked for.
        opcode: Untrusted,
        findings: Vec<String>,
        /// It had been visible before.
        drifted: bool,
    } Warning => words::missing(opcode, *drifted);
    /// The list was empty: could not tell.
    "opcode.unknown" OpcodeUnknown {
        /// The code that was looked for.
        opcode: Untrusted,
    } Neutral => "opcode list empty: could not tell";
    /// A customer would be offered a time.
    "slots.seen" SlotsSeen {
        count: u32,
        /// On how many days.
        days: u32,
        /// The earliest one, by the dealership's wall clock.
        #[serde(default)]
        next: Option<NaiveDateTime>,
        /// The days that have any, in order.
        #[serde(default)]
        by_day: Vec<DaySlots>,
    } Good => format!("{count} slots on {days} days");
    /// A customer would be offered no time.
    "slots.missing" SlotsMissing {
        /// Over how many days it was looked; 0: an older event, which did not say.
        #[serde(default)]
        window: u16,
    } Warning => words::no_slot(*window);
    /// Somebody noted something.
    "note.added" NoteAdded { text: Untrusted }
        Neutral => format!("note: {}", text.plain());
    /// Somebody else looks after the dealership now (or nobody does).
    "owner.assigned" OwnerAssigned { owner: Option<Untrusted> }
        Neutral => words::assigned(owner.as_ref());
    /// Out of sight until then (or back at once).
    "dealership.snoozed" Snoozed {
        /// Until when; `None` ends a snooze.
        until: Option<Timestamp>,
    } Neutral => if until.is_some() { "snoozed" } else { "snooze ended" };
    /// Put aside; it is not probed any more.
    "dealership.archived" Archived {}
        Neutral => "archived";
    /// Taken back from the archive.
    "dealership.unarchived" Unarchived {}
        Neutral => "taken back from the archive";
    /// A test booking is about to be sent. Open until booked or refused.
    "appointment.requested" AppointmentRequested {
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
    } Progress => words::being_sent(opcode, *local, *moves);
    /// The platform has the test appointment.
    "appointment.booked" AppointmentBooked {
        intent: IntentId,
        /// The platform's name for it.
        id: AppointmentId,
        /// The opcode that it carries.
        opcode: Untrusted,
        /// For when, by the dealership's wall clock.
        local: NaiveDateTime,
        /// The booking itself had no answer; it was found when it was read back.
        read_back: bool,
    } Good => words::booked(id, *local, *read_back);
    /// Nothing was booked; the attempt is over.
    "appointment.refused" AppointmentRefused {
        intent: IntentId,
        reason: Box<str>,
        /// The slot was taken meanwhile (`x-001009`).
        slot_taken: bool,
    } Warning => words::not_booked(reason, *slot_taken);
    /// Nobody knows whether it was booked: it must be read back before any second try.
    "appointment.unknown" AppointmentUnknown { intent: IntentId, reason: Box<str> }
        Bad => format!("nobody knows whether it was booked: {}", clean(reason));
    /// The test appointment was read back from the platform.
    "appointment.verified" AppointmentVerified {
        /// The platform's name for it.
        id: AppointmentId,
    } Good => format!("test appointment {} read back", id.plain());
    /// A letter is to go out; open until sent, failed for good, suppressed, or uncertain for good.
    "email.queued" EmailQueued {
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
    } Routine => words::queued(*what, to, *again);
    /// The letter is being handed over: from here on only the server's answer says whether it went out.
    "email.begun" EmailBegun { letter: LetterId, to: Untrusted }
        Routine => format!("letter is being handed over, to {}", to.plain());
    /// The mail server took it.
    "email.sent" EmailSent { letter: LetterId, reply: Box<str> }
        Good => words::sent(reply);
    /// It was not taken, for certain.
    "email.failed" EmailFailed {
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
    } if retry_at.is_some() { Warning } else { Bad } => words::not_sent(reason, *retry_at);
    /// Nobody knows whether it was taken: the connection or the program ended meanwhile.
    "email.uncertain" EmailUncertain {
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
    } Warning => format!("letter uncertain: {}", clean(reason));
    /// It does not go out: nobody needs it any more, or somebody said so.
    "email.suppressed" EmailSuppressed { letter: LetterId, reason: Box<str> }
        Neutral => format!("letter not sent, on purpose: {}", clean(reason));
    /// It came back (RFC 3464).
    "email.bounced" EmailBounced {
        /// The letter, when it is known.
        letter: Option<LetterId>,
        /// The address at which it failed: another one than the letter's where somebody sent it on; empty in a report that only a person
        /// can read.
        address: Untrusted,
        /// The enhanced status of RFC 3463, such as `5.1.1`.
        status: Box<str>,
        reason: Box<str>,
    } Bad => words::bounced(address, status, reason);
    /// Somebody wants a letter tried again, now.
    "email.retried" EmailRetried { letter: LetterId }
        Routine => "letter to be tried again now";
    /// Whether this dealership is reminded of a code's end.
    "reminders.set" RemindersSet { on: bool }
        Neutral => if *on { "reminders on" } else { "reminders off" };
    /// An outage began: the platform fails, or refuses our credentials. Of no dealership.
    "platform.failing" PlatformFailing {
        why: Box<str>,
        since: Timestamp,
        #[serde(default)]
        credentials: bool,
    } Bad, noticed since => words::failing(why, *credentials);
    /// An outage is over. Of no dealership.
    "platform.answers" PlatformAnswers {
        since: Timestamp,
        /// Since when it had failed.
        failing_since: Timestamp,
        /// When it was last seen to fail: what lies between is unknown. Missing in old journals.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_failed: Option<Timestamp>,
    } Good, noticed since => words::answers_again(*since, *failing_since, *last_failed);
    /// It became a file, because that is what is configured: nobody mailed it.
    "email.written" EmailWritten { letter: LetterId, path: Box<str> }
        Neutral => words::written(path);
    /// It is held up on its way: its mail server goes on trying, or has given up without saying so.
    "email.delayed" EmailDelayed {
        letter: LetterId,
        /// Where it goes; empty where the report has no address.
        address: Untrusted,
        /// The enhanced status of RFC 3463, such as `4.4.1`.
        status: Box<str>,
        reason: Box<str>,
    } Warning => words::held_up(address, status);
    /// The code was there before the moment at which it is said to have been generated, by a clock that agrees with the
    /// platform's: its end is wrong.
    "invitation.misdated" InvitationMisdated {
        generation: u32,
        generated_at: Timestamp,
    } Bad => format!("code {generation} is dated in the future: it dies before the end that is shown");
    /// More people of the dealership became known, besides its contact.
    "contacts.added" ContactsAdded { contacts: Vec<Contact> }
        Neutral => words::people(contacts);
    /// Somebody called the dealership, or was called.
    "call.logged" CallLogged {
        outcome: CallOutcome,
        at: Timestamp,
        /// Who was spoken to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        with: Option<Untrusted>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Untrusted>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call_back_at: Option<Timestamp>,
    } Neutral, told at => words::called(*outcome, with.as_ref(), note.as_ref());
    /// The code was read out by phone.
    "code.told" CodeTold {
        generation: u32,
        /// To whom.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Untrusted>,
        at: Timestamp,
    } Progress, told at => words::told(*generation, to.as_ref());
    /// The moment to call back, agreed in the last call, was set to another one, or taken away.
    "call.back-set" CallBackSet {
        /// `None`: nobody is to be called back.
        at: Option<Timestamp>,
    } Neutral => if at.is_some() { "call back at another moment" } else { "no call back" };
}
