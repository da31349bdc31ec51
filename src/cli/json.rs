//! What scripts see: the stable JSON forms. Every document has `"schema": 1`.

use serde_json::{Value, json};

use crate::domain::{
    Attention, BookedAppointment, Contact, InvitationState, Letter, NextStep, Onboarding, OpcodeOption, OpcodeState,
    OpenBooking, Policy, SlotCounts, Timestamp, Untrusted, rfc3339,
};
use crate::protocol::ProbeStatus;

/// The form of every document.
pub const SCHEMA: u32 = 1;

fn next_step(state: &Onboarding, now: Timestamp) -> Value {
    let NextStep { whose, what, until, since } = state.next_step(now);
    json!({ "move": whose.word(), "what": what, "until": until.map(rfc3339), "since": since.map(rfc3339) })
}

/// One dealership as it stands at a moment. The full code only with `reveal`.
pub fn dealership(state: &Onboarding, probe: &ProbeStatus, now: Timestamp, policy: &Policy, reveal: bool) -> Value {
    let profile = &state.profile;
    let time = |at: Option<Timestamp>| at.map(rfc3339);
    let confirmation = &state.confirmation;
    let overdue = confirmation.due_at.is_some_and(|due| now >= due) && !state.is_confirmed();
    json!({
        "id": state.id,
        "name": profile.name.raw(),
        "group": text_or_null(&profile.group),
        "brand": text_or_null(&profile.brand),
        "city": text_or_null(&profile.city),
        "state": text_or_null(&profile.state),
        "dealer_code": profile.dealer_code.raw(),
        "timezone": profile.timezone.name(),
        "owner": profile.owner.as_ref().map(Untrusted::raw),
        "contact": contact(&profile.contact),
        "further_contacts": state.further_contacts.iter().map(contact).collect::<Vec<_>>(),
        "stage": state.stage(now).word(),
        "attention": state.attention(now, policy).map(Attention::words),
        "next_step": next_step(state, now),
        "invitation": invitation(state, now, reveal),
        "pending_code": state.pending.as_ref().map(|pending| json!({
            "generation": pending.generation,
            "requested_at": rfc3339(pending.at),
            "by": pending.by,
            "failed": pending.failed,
        })),
        "confirmation": {
            "dealer_confirmed_at": time(confirmation.dealer_confirmed_at),
            "due_at": time(confirmation.due_at),
            "confirmed_at": time(confirmation.confirmed_at),
            "lost_at": time(confirmation.lost_at),
            "overdue": overdue,
        },
        "opcode": {
            "choice": state.opcode_code(&policy.default_opcode),
            "chosen": state.opcode.is_some(),
            "option": state.opcode.as_deref().map(|chosen| option_word(chosen.choice.option)),
            "state": opcode_word(state.opcode_state),
            "findings": state.opcode_findings,
            "chosen_at": time(state.opcode.as_deref().map(|chosen| chosen.at)),
            "chosen_by": state.opcode.as_deref().map(|chosen| &chosen.by),
            "word": state.opcode.as_deref().and_then(|chosen| chosen.word.as_ref()),
            "since": time(state.opcode_since),
            "visible_before_since": time(state.opcode_was_visible.map(|was| was.from)),
            "gone_since": time(state.opcode_was_visible.map(|was| was.until)),
        },
        "lacks": state.lacks(),
        "slots": state.slots.as_ref().map(|slots| json!({
            "checked_at": rfc3339(slots.checked_at),
            "days": slots.days,
            "count": slots.count,
            "next": slots.next,
            "by_day": slots.by_day,
        })),
        "appointment": state.appointment.as_deref().map(appointment),
        "booking": state.booking.as_deref().map(open_booking),
        "mail": mail(state),
        "last_probe": probe.last.as_ref().map(|last| json!({
            "at": rfc3339(last.at),
            "outcome": last.outcome.to_string(),
            "reason": last.reason,
            "since": rfc3339(last.since),
        })),
        "next_probe_at": time(probe.next_at),
        "snoozed_until": time(state.snoozed_until),
        "archived_at": time(state.archived_at),
        "added_at": rfc3339(state.added_at),
        "version": state.version,
    })
}

fn contact(contact: &Contact) -> Value {
    json!({
        "name": text_or_null(&contact.name),
        "email": contact.email.raw(),
        "phone": text_or_null(&contact.phone),
    })
}

/// The letters of a dealership; `None`: it never had one.
fn mail(state: &Onboarding) -> Option<Value> {
    let mail = state.mail.as_deref()?;
    let telling = state.telling_letter();
    Some(json!({
        "state": telling.map(|letter| letter.state.word()),
        "last_at": telling.map(|letter| rfc3339(letter.at)),
        "next_try_at": telling.and_then(|letter| letter.due_at).map(rfc3339),
        "address_refused": mail.refused.as_ref().map(|refused| json!({
            "address": refused.address.raw(),
            "status": refused.status,
            "at": rfc3339(refused.at),
        })),
        "reminders": !mail.reminders_off,
        "letters": mail.letters.iter().map(letter).collect::<Vec<_>>(),
    }))
}

pub fn letter(letter: &Letter) -> Value {
    json!({
        "id": letter.id,
        "kind": letter.kind.word(),
        "generation": letter.generation,
        "before_expiry_seconds": letter.before,
        "again": letter.again,
        "to": letter.to.raw(),
        "state": letter.state.word(),
        "at": rfc3339(letter.at),
        "queued_at": rfc3339(letter.queued_at),
        "by": letter.by,
        "next_try_at": letter.due_at.map(rfc3339),
        "handed_over": letter.handed,
        "reason": letter.words,
        "delayed_at": letter.delayed_at.map(rfc3339),
    })
}

/// The test appointment that stands.
pub fn appointment(stands: &BookedAppointment) -> Value {
    json!({
        "id": stands.id,
        "at_local": stands.local,
        "opcode": stands.opcode,
        "booked_at": rfc3339(stands.at),
        "seen_at": stands.seen_at.map(rfc3339),
    })
}

/// A booking whose end is not known.
pub fn open_booking(open: &OpenBooking) -> Value {
    json!({
        "at_local": open.local,
        "opcode": open.opcode,
        "moves": open.moves,
        "sent_at": rfc3339(open.at),
        "by": open.by,
        "unknown": open.unknown,
    })
}

/// Slots that were seen just now.
pub fn slots(counts: &SlotCounts) -> Value {
    json!({ "count": counts.count, "days": counts.days(), "next": counts.next, "by_day": counts.by_day })
}

/// The newest code of a dealership; `None`: it never had one.
pub fn invitation(state: &Onboarding, now: Timestamp, reveal: bool) -> Option<Value> {
    let newest = state.invitation.as_ref()?;
    let mut value = json!({
        "id": newest.id(state.id),
        "generation": newest.generation,
        "code_masked": newest.code.masked(),
        "generated_at": rfc3339(newest.generated_at),
        "expires_at": rfc3339(newest.expires_at),
        "seconds_left": state.time_left(now).map_or(0, |left| left.num_seconds().max(0)),
        "state": state_word(newest.state(now)),
    });
    if let (true, Some(fields)) = (reveal, value.as_object_mut()) {
        fields.insert("code".to_owned(), newest.code.reveal().into());
    }
    Some(value)
}

/// Puts the schema in front of a document.
pub fn with_schema(mut document: Value) -> Value {
    if let Some(fields) = document.as_object_mut() {
        fields.insert("schema".to_owned(), SCHEMA.into());
    }
    document
}

fn text_or_null(text: &Untrusted) -> Option<&str> {
    (!text.is_empty()).then(|| text.raw())
}

/// The word of an invitation's state.
pub const fn state_word(state: InvitationState) -> &'static str {
    match state {
        InvitationState::Live => "live",
        InvitationState::Expired => "expired",
        InvitationState::Used => "used",
        InvitationState::Superseded => "superseded",
        InvitationState::Revoked => "revoked",
    }
}

/// The word of an opcode's state.
pub const fn opcode_word(state: OpcodeState) -> &'static str {
    match state {
        OpcodeState::Unchecked => "unchecked",
        OpcodeState::Ok => "ok",
        OpcodeState::NearMiss => "near-miss",
        OpcodeState::Missing => "missing",
        OpcodeState::Unknown => "unknown",
    }
}

/// The word of the dealership's option.
pub const fn option_word(option: OpcodeOption) -> &'static str {
    match option {
        OpcodeOption::Existing => "existing",
        OpcodeOption::New => "new",
    }
}
