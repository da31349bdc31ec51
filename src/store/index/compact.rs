//! An onboarding as the index keeps it: moments and ids as numbers. As text, which is how the domain writes them, they
//! are most of the time that opening takes.

use chrono::{DateTime, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::domain::{
    AddressRefused, AppointmentId, BookedAppointment, ChosenOpcode, CodeDigest, CodeOrigin, Confirmation, Contact,
    DaySlots, DealershipId, Ended, IntentId, Invitation, InvitationCode, LastEvent, Letter, LetterId, LetterKind,
    LetterState, Mail, Onboarding, OpcodeChoice, OpcodeState, OpenBooking, Outcome, PastInvitation, PendingCode,
    ProbeRecord, Profile, Slots, Timestamp, Untrusted, WasVisible,
};

/// Written as seconds and nanoseconds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "(i64, u32)", into = "(i64, u32)")]
struct Moment(Timestamp);

impl TryFrom<(i64, u32)> for Moment {
    type Error = &'static str;

    fn try_from((seconds, nanoseconds): (i64, u32)) -> Result<Self, Self::Error> {
        DateTime::from_timestamp(seconds, nanoseconds).map(Self).ok_or("no moment")
    }
}

impl From<Moment> for (i64, u32) {
    fn from(Moment(at): Moment) -> Self {
        (at.timestamp(), at.timestamp_subsec_nanos())
    }
}

/// See the fields of [`Onboarding`].
#[derive(Serialize, Deserialize)]
pub(super) struct Compact {
    id: u64,
    version: u64,
    profile: Profile,
    further_contacts: Vec<Contact>,
    added_at: Moment,
    invitation: Option<CompactInvitation>,
    earlier: Vec<(u32, CodeDigest, Ended, Moment)>,
    pending: Option<CompactPending>,
    confirmation: [Option<Moment>; 5],
    opcode: Option<(OpcodeChoice, Moment, Box<str>, Option<Untrusted>)>,
    opcode_state: OpcodeState,
    opcode_looked_for: Option<Box<str>>,
    opcode_findings: Vec<String>,
    opcode_since: Option<Moment>,
    opcode_was_visible: Option<(Moment, Moment)>,
    slots: Option<CompactSlots>,
    left_live_at: Option<Moment>,
    appointment: Option<CompactAppointment>,
    booking: Option<CompactBooking>,
    mail: Option<CompactMail>,
    probe: Option<(Moment, Outcome, Box<str>)>,
    snoozed_until: Option<Moment>,
    archived_at: Option<Moment>,
    notes: u32,
    last_event: (u64, Moment, u8),
    newest_at: Moment,
}

#[derive(Serialize, Deserialize)]
struct CompactInvitation {
    generation: u32,
    code: InvitationCode,
    generated_at: Moment,
    expires_at: Moment,
    issued_at: Moment,
    known_at: Moment,
    issued_by: Box<str>,
    source: CodeOrigin,
    intent: u64,
    ended: Option<(Ended, Moment)>,
}

#[derive(Serialize, Deserialize)]
struct CompactSlots {
    checked_at: Moment,
    count: u32,
    days: u32,
    next: Option<NaiveDateTime>,
    by_day: Vec<DaySlots>,
}

#[derive(Serialize, Deserialize)]
struct CompactAppointment {
    id: AppointmentId,
    local: NaiveDateTime,
    opcode: Untrusted,
    vin: Untrusted,
    at: Moment,
    seen_at: Option<Moment>,
}

#[derive(Serialize, Deserialize)]
struct CompactBooking {
    intent: u64,
    local: NaiveDateTime,
    opcode: Untrusted,
    vin: Untrusted,
    moves: bool,
    at: Moment,
    by: Box<str>,
    unknown: Option<Box<str>>,
}

#[derive(Serialize, Deserialize)]
struct CompactPending {
    intent: u64,
    source: CodeOrigin,
    generation: u32,
    at: Moment,
    by: Box<str>,
    mail: bool,
    failed: Option<Box<str>>,
}

#[derive(Serialize, Deserialize)]
struct CompactMail {
    letters: Vec<CompactLetter>,
    refused: Option<(Untrusted, Box<str>, Moment)>,
    reminders_off: bool,
    begun_at: Option<Moment>,
}

#[derive(Serialize, Deserialize)]
struct CompactLetter {
    id: u64,
    kind: LetterKind,
    generation: u32,
    before: Option<u32>,
    again: bool,
    to: Untrusted,
    queued_at: Moment,
    by: Box<str>,
    state: LetterState,
    at: Moment,
    due_at: Option<Moment>,
    refused: u16,
    deferred: u16,
    handed: u16,
    words: Option<Box<str>>,
    delayed_at: Option<Moment>,
    went_wrong: bool,
    retried_at: Option<Moment>,
    settled: u16,
}

// Everything is taken apart by name, so that a new field of the domain cannot be forgotten here.

impl From<Onboarding> for Compact {
    fn from(state: Onboarding) -> Self {
        let Onboarding {
            id,
            version,
            profile,
            further_contacts,
            added_at,
            invitation,
            earlier,
            pending,
            confirmation,
            opcode,
            opcode_state,
            opcode_looked_for,
            opcode_findings,
            opcode_since,
            opcode_was_visible,
            slots,
            left_live_at,
            appointment,
            booking,
            mail,
            probe,
            snoozed_until,
            archived_at,
            notes,
            last_event,
            newest_at,
        } = state;
        let Confirmation { dealer_confirmed_at, due_at, confirmed_at, overdue_recorded_at, lost_at } = confirmation;
        let LastEvent { seq, at, kind } = last_event;
        let past = |PastInvitation { generation, digest, ended, at }| (generation, digest, ended, Moment(at));
        let confirmation = [dealer_confirmed_at, due_at, confirmed_at, overdue_recorded_at, lost_at];
        Self {
            id: id.bits(),
            version,
            profile,
            further_contacts,
            added_at: Moment(added_at),
            invitation: invitation.map(CompactInvitation::from),
            earlier: earlier.into_iter().map(past).collect(),
            pending: pending.map(CompactPending::from),
            confirmation: confirmation.map(|at| at.map(Moment)),
            opcode: opcode.map(|chosen| {
                let ChosenOpcode { choice, at, by, word } = *chosen;
                (choice, Moment(at), by, word)
            }),
            opcode_state,
            opcode_looked_for,
            opcode_findings,
            opcode_since: opcode_since.map(Moment),
            opcode_was_visible: opcode_was_visible.map(|WasVisible { from, until }| (Moment(from), Moment(until))),
            slots: slots.map(CompactSlots::from),
            left_live_at: left_live_at.map(Moment),
            appointment: appointment.map(|stands| (*stands).into()),
            booking: booking.map(|open| (*open).into()),
            mail: mail.map(|mail| (*mail).into()),
            probe: probe.map(|ProbeRecord { at, outcome, reason }| (Moment(at), outcome, reason)),
            snoozed_until: snoozed_until.map(Moment),
            archived_at: archived_at.map(Moment),
            notes,
            last_event: (seq, Moment(at), kind),
            newest_at: Moment(newest_at),
        }
    }
}

impl From<Invitation> for CompactInvitation {
    fn from(invitation: Invitation) -> Self {
        let Invitation {
            generation,
            code,
            generated_at,
            expires_at,
            issued_at,
            known_at,
            issued_by,
            source,
            intent,
            ended,
        } = invitation;
        Self {
            generation,
            code,
            generated_at: Moment(generated_at),
            expires_at: Moment(expires_at),
            issued_at: Moment(issued_at),
            known_at: Moment(known_at),
            issued_by,
            source,
            intent: intent.bits(),
            ended: ended.map(|(how, at)| (how, Moment(at))),
        }
    }
}

impl From<PendingCode> for CompactPending {
    fn from(PendingCode { intent, source, generation, at, by, mail, failed }: PendingCode) -> Self {
        Self { intent: intent.bits(), source, generation, at: Moment(at), by, mail, failed }
    }
}

impl From<Compact> for Onboarding {
    fn from(state: Compact) -> Self {
        let moment = |Moment(at)| at;
        let [dealer_confirmed_at, due_at, confirmed_at, overdue_recorded_at, lost_at] =
            state.confirmation.map(|at| at.map(moment));
        let past = |(generation, digest, ended, Moment(at))| PastInvitation { generation, digest, ended, at };
        let (seq, Moment(at), kind) = state.last_event;
        Self {
            id: DealershipId::from_bits(state.id),
            version: state.version,
            profile: state.profile,
            further_contacts: state.further_contacts,
            added_at: state.added_at.0,
            invitation: state.invitation.map(Invitation::from),
            earlier: state.earlier.into_iter().map(past).collect(),
            pending: state.pending.map(PendingCode::from),
            confirmation: Confirmation { dealer_confirmed_at, due_at, confirmed_at, overdue_recorded_at, lost_at },
            opcode: state.opcode.map(|(choice, Moment(at), by, word)| Box::new(ChosenOpcode { choice, at, by, word })),
            opcode_state: state.opcode_state,
            opcode_looked_for: state.opcode_looked_for,
            opcode_findings: state.opcode_findings,
            opcode_since: state.opcode_since.map(moment),
            opcode_was_visible: state
                .opcode_was_visible
                .map(|(Moment(from), Moment(until))| WasVisible { from, until }),
            slots: state.slots.map(Slots::from),
            left_live_at: state.left_live_at.map(moment),
            appointment: state.appointment.map(|stands| Box::new(stands.into())),
            booking: state.booking.map(|open| Box::new(open.into())),
            mail: state.mail.map(|mail| Box::new(mail.into())),
            probe: state.probe.map(|(Moment(at), outcome, reason)| ProbeRecord { at, outcome, reason }),
            snoozed_until: state.snoozed_until.map(moment),
            archived_at: state.archived_at.map(moment),
            notes: state.notes,
            last_event: LastEvent { seq, at, kind },
            newest_at: state.newest_at.0,
        }
    }
}

impl From<CompactInvitation> for Invitation {
    fn from(invitation: CompactInvitation) -> Self {
        Self {
            generation: invitation.generation,
            code: invitation.code,
            generated_at: invitation.generated_at.0,
            expires_at: invitation.expires_at.0,
            issued_at: invitation.issued_at.0,
            known_at: invitation.known_at.0,
            issued_by: invitation.issued_by,
            source: invitation.source,
            intent: IntentId::from_bits(invitation.intent),
            ended: invitation.ended.map(|(how, Moment(at))| (how, at)),
        }
    }
}

impl From<CompactPending> for PendingCode {
    fn from(pending: CompactPending) -> Self {
        let CompactPending { intent, source, generation, at: Moment(at), by, mail, failed } = pending;
        Self { intent: IntentId::from_bits(intent), source, generation, at, by, mail, failed }
    }
}

impl From<Slots> for CompactSlots {
    fn from(Slots { checked_at, count, days, next, by_day }: Slots) -> Self {
        Self { checked_at: Moment(checked_at), count, days, next, by_day }
    }
}

impl From<CompactSlots> for Slots {
    fn from(CompactSlots { checked_at: Moment(checked_at), count, days, next, by_day }: CompactSlots) -> Self {
        Self { checked_at, count, days, next, by_day }
    }
}

impl From<BookedAppointment> for CompactAppointment {
    fn from(BookedAppointment { id, local, opcode, vin, at, seen_at }: BookedAppointment) -> Self {
        Self { id, local, opcode, vin, at: Moment(at), seen_at: seen_at.map(Moment) }
    }
}

impl From<CompactAppointment> for BookedAppointment {
    fn from(CompactAppointment { id, local, opcode, vin, at: Moment(at), seen_at }: CompactAppointment) -> Self {
        Self { id, local, opcode, vin, at, seen_at: seen_at.map(|Moment(at)| at) }
    }
}

impl From<OpenBooking> for CompactBooking {
    fn from(OpenBooking { intent, local, opcode, vin, moves, at, by, unknown }: OpenBooking) -> Self {
        Self { intent: intent.bits(), local, opcode, vin, moves, at: Moment(at), by, unknown }
    }
}

impl From<CompactBooking> for OpenBooking {
    fn from(booking: CompactBooking) -> Self {
        let CompactBooking { intent, local, opcode, vin, moves, at: Moment(at), by, unknown } = booking;
        Self { intent: IntentId::from_bits(intent), local, opcode, vin, moves, at, by, unknown }
    }
}

impl From<Mail> for CompactMail {
    fn from(Mail { letters, refused, reminders_off, begun_at }: Mail) -> Self {
        let refused = refused.map(|AddressRefused { address, status, at }| (address, status, Moment(at)));
        let letters = letters.into_iter().map(CompactLetter::from).collect();
        Self { letters, refused, reminders_off, begun_at: begun_at.map(Moment) }
    }
}

impl From<CompactMail> for Mail {
    fn from(CompactMail { letters, refused, reminders_off, begun_at }: CompactMail) -> Self {
        let refused = refused.map(|(address, status, Moment(at))| AddressRefused { address, status, at });
        let letters = letters.into_iter().map(Letter::from).collect();
        Self { letters, refused, reminders_off, begun_at: begun_at.map(|Moment(at)| at) }
    }
}

impl From<Letter> for CompactLetter {
    fn from(letter: Letter) -> Self {
        let Letter { id, kind, generation, before, again, to, queued_at, by, state, .. } = letter;
        let Letter { at, due_at, refused, deferred, handed, words, delayed_at, .. } = letter;
        let Letter { went_wrong, retried_at, settled, .. } = letter;
        let (id, queued_at, at, due_at) = (id.bits(), Moment(queued_at), Moment(at), due_at.map(Moment));
        let (delayed_at, retried_at) = (delayed_at.map(Moment), retried_at.map(Moment));
        Self {
            id,
            kind,
            generation,
            before,
            again,
            to,
            queued_at,
            by,
            state,
            at,
            due_at,
            refused,
            deferred,
            handed,
            words,
            delayed_at,
            went_wrong,
            retried_at,
            settled,
        }
    }
}

impl From<CompactLetter> for Letter {
    fn from(letter: CompactLetter) -> Self {
        let CompactLetter { id, kind, generation, before, again, to, queued_at, by, state, .. } = letter;
        let CompactLetter { at, due_at, refused, deferred, handed, words, delayed_at, .. } = letter;
        let CompactLetter { went_wrong, retried_at, settled, .. } = letter;
        let (id, due_at) = (LetterId::from_bits(id), due_at.map(|Moment(at)| at));
        let (queued_at, at) = (queued_at.0, at.0);
        let (delayed_at, retried_at) = (delayed_at.map(|Moment(at)| at), retried_at.map(|Moment(at)| at));
        Self {
            id,
            kind,
            generation,
            before,
            again,
            to,
            queued_at,
            by,
            state,
            at,
            due_at,
            refused,
            deferred,
            handed,
            words,
            delayed_at,
            went_wrong,
            retried_at,
            settled,
        }
    }
}
