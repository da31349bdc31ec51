//! What Xtime shows of a dealership, in a document: the opcode, the slots, the test appointment.

use chrono::{NaiveDate, NaiveDateTime};

use super::document::time;
use crate::domain::{
    AppointmentId, BookedAppointment, DaySlots, Onboarding, OpenBooking, Policy, SlotCounts, Slots, Untrusted, rfc3339,
};

documents! {
    pub(super) OpcodeDocument<'a> of (state: &'a Onboarding, policy: &'a Policy)
    where chosen = state.opcode.as_deref();
    {
        choice: &'a str = state.opcode_code(&policy.default_opcode),
        chosen: bool = chosen.is_some(),
        chosen_at: Option<String> = time(chosen.map(|chosen| chosen.at)),
        chosen_by: Option<&'a str> = chosen.map(|chosen| &*chosen.by),
        findings: &'a [String] = &state.opcode_findings,
        gone_since: Option<String> = time(state.opcode_was_visible.map(|was| was.until)),
        option: Option<&'static str> = chosen.map(|chosen| chosen.choice.option.as_str()),
        since: Option<String> = time(state.opcode_since),
        state: &'static str = state.opcode_state.as_str(),
        visible_before_since: Option<String> = time(state.opcode_was_visible.map(|was| was.from)),
        word: Option<&'a str> = chosen.and_then(|chosen| chosen.word.as_ref()).map(Untrusted::raw),
    }

    /// The slots as they are recorded.
    pub(super) SlotsDocument of (slots: &Slots) {
        by_day: Vec<DayDocument> = slots.by_day.iter().map(DayDocument::of).collect(),
        checked_at: String = rfc3339(slots.checked_at),
        count: u32 = slots.count,
        days: u32 = slots.days,
        next: Option<NaiveDateTime> = slots.next,
    }

    /// Slots that were seen just now.
    pub SlotsSeenDocument of (counts: &SlotCounts) {
        by_day: Vec<DayDocument> = counts.by_day.iter().map(DayDocument::of).collect(),
        count: u32 = counts.count,
        days: u32 = counts.days(),
        next: Option<NaiveDateTime> = counts.next,
    }

    DayDocument of (day: &DaySlots) {
        count: u32 = day.count,
        date: NaiveDate = day.date,
    }

    /// The test appointment that stands.
    pub AppointmentDocument<'a> of (stands: &'a BookedAppointment) {
        at_local: NaiveDateTime = stands.local,
        booked_at: String = rfc3339(stands.at),
        id: &'a AppointmentId = &stands.id,
        opcode: &'a Untrusted = &stands.opcode,
        seen_at: Option<String> = time(stands.seen_at),
    }

    /// A booking whose end is not known.
    pub BookingDocument<'a> of (open: &'a OpenBooking) {
        at_local: NaiveDateTime = open.local,
        by: &'a str = &open.by,
        moves: bool = open.moves,
        opcode: &'a Untrusted = &open.opcode,
        sent_at: String = rfc3339(open.at),
        unknown: Option<&'a str> = open.unknown.as_deref(),
    }
}
