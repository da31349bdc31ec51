//! A dealership in a document.

use serde_json::Value;

use super::call::CallsDocument;
use super::document::{SCHEMA, text_or_null, time};
use super::letter::MailDocument;
use super::service::{AppointmentDocument, BookingDocument, OpcodeDocument, SlotsDocument};
use crate::domain::{
    Attention, Contact, DealershipId, Invitation, NextStep, Onboarding, PendingCode, ProbeState, Profile, Timestamp,
    Twin, Untrusted, rfc3339,
};
use crate::present::column::DealershipView;

documents! {
    /// One dealership as it stands at a moment. The full code only with `reveal`.
    pub DealershipDocument<'a> of (view: &DealershipView<'a>, reveal: bool)
    where DealershipView { state, facts, probe, now, policy, .. } = *view;
    {
        added_at: String = rfc3339(state.added_at),
        #[serde(skip_serializing_if = "Vec::is_empty")]
        alike: Vec<AlikeDocument<'a>> = Vec::new(),
        appointment: Option<AppointmentDocument<'a>> = state.appointment.as_deref().map(AppointmentDocument::of),
        archived_at: Option<String> = time(state.archived_at),
        attention: Option<&'static str> = facts.attention.map(Attention::message),
        booking: Option<BookingDocument<'a>> = state.booking.as_deref().map(BookingDocument::of),
        brand: Option<&'a str> = text_or_null(&state.profile.brand),
        calls: Option<CallsDocument<'a>> = state.calls.as_deref().map(CallsDocument::of),
        city: Option<&'a str> = text_or_null(&state.profile.city),
        confirmation: ConfirmationDocument = ConfirmationDocument::of(state, now),
        contact: ContactDocument<'a> = ContactDocument::of(&state.profile.contact),
        dealer_code: &'a str = state.profile.dealer_code.raw(),
        further_contacts: Vec<ContactDocument<'a>> = state.further_contacts.iter().map(ContactDocument::of).collect(),
        group: Option<&'a str> = text_or_null(&state.profile.group),
        id: DealershipId = state.id,
        invitation: Option<InvitationDocument<'a>> = InvitationDocument::newest(state, now, reveal),
        lacks: Option<&'static str> = state.lacks(),
        last_probe: Option<ProbeDocument<'a>> = probe.and_then(|probe| probe.last.as_ref()).map(ProbeDocument::of),
        mail: Option<MailDocument<'a>> = MailDocument::of_dealership(state),
        name: &'a str = state.profile.name.raw(),
        next: NextStepDocument = NextStepDocument::of(state.next_step(now)),
        next_probe_at: Option<String> = time(probe.and_then(|probe| probe.next_at)),
        opcode: OpcodeDocument<'a> = OpcodeDocument::of(state, policy),
        owner: Option<&'a str> = state.profile.owner.as_ref().map(Untrusted::raw),
        pending_code: Option<PendingDocument<'a>> = state.pending.as_deref().map(PendingDocument::of),
        #[serde(skip_serializing_if = "Option::is_none")]
        schema: Option<u32> = None,
        slots: Option<SlotsDocument> = state.slots.as_deref().map(SlotsDocument::of),
        snoozed_until: Option<String> = time(state.snoozed_until),
        stage: &'static str = facts.stage.as_str(),
        state: Option<&'a str> = text_or_null(&state.profile.state),
        #[serde(skip_serializing_if = "Option::is_none")]
        timeline: Option<Vec<Value>> = None,
        timezone: &'static str = state.profile.timezone.name(),
        version: u64 = state.version,
    }

    /// Who may be the same as a dealership, and why.
    pub AlikeDocument<'a> of (profile: &'a Profile, twin: &Twin) {
        dealer_code: &'a str = profile.dealer_code.raw(),
        dealership: DealershipId = twin.id,
        reasons: Vec<&'static str> = twin.reasons.iter().map(|field| field.as_str()).collect(),
    }

    ConfirmationDocument of (state: &Onboarding, now: Timestamp) where clock = &state.confirmation; {
        confirmed_at: Option<String> = time(clock.confirmed_at),
        dealer_confirmed_at: Option<String> = time(clock.dealer_confirmed_at),
        due_at: Option<String> = time(clock.due_at),
        lost_at: Option<String> = time(clock.lost_at),
        overdue: bool = state.xtime_due_at().is_some_and(|due| now >= due),
    }

    ContactDocument<'a> of (contact: &'a Contact) {
        email: &'a str = contact.email.raw(),
        name: Option<&'a str> = text_or_null(&contact.name),
        phone: Option<&'a str> = text_or_null(&contact.phone),
    }

    pub InvitationDocument<'a> of (state: &Onboarding, newest: &'a Invitation, now: Timestamp, reveal: bool) {
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<&'a str> = reveal.then(|| newest.code.reveal()),
        code_masked: String = newest.code.masked(),
        expires_at: String = rfc3339(newest.expires_at),
        generated_at: String = rfc3339(newest.generated_at),
        generation: u32 = newest.generation,
        id: String = newest.id(state.id),
        seconds_left: i64 = state.time_left(now).map_or(0, |left| left.num_seconds().max(0)),
        state: &'static str = newest.state(now).as_str(),
    }

    ProbeDocument<'a> of (last: &'a ProbeState) {
        at: String = rfc3339(last.at),
        outcome: String = last.outcome.to_string(),
        reason: &'a str = &last.reason,
        since: String = rfc3339(last.since),
    }

    NextStepDocument of (step: NextStep) {
        r#move: &'static str = step.whose.as_str(),
        since: Option<String> = time(step.since),
        until: Option<String> = time(step.until),
        what: &'static str = step.what,
    }

    /// A code that was asked for.
    PendingDocument<'a> of (pending: &'a PendingCode) {
        by: &'a str = &pending.by,
        failed: Option<&'a str> = pending.failed.as_deref(),
        generation: u32 = pending.generation,
        requested_at: String = rfc3339(pending.at),
    }
}

impl<'a> InvitationDocument<'a> {
    /// The newest code of a dealership; `None`: it never had one. The full code only with `reveal`.
    pub fn newest(state: &'a Onboarding, now: Timestamp, reveal: bool) -> Option<Self> {
        state.invitation.as_ref().map(|newest| Self::of(state, newest, now, reveal))
    }
}

impl<'a> DealershipDocument<'a> {
    #[must_use]
    pub fn with_alike(self, alike: Vec<AlikeDocument<'a>>) -> Self {
        Self { alike, ..self }
    }

    #[must_use]
    pub fn with_timeline(self, timeline: Vec<Value>) -> Self {
        Self { timeline: Some(timeline), ..self }
    }

    /// The same as a document by itself.
    #[must_use]
    pub fn with_schema(self) -> Self {
        Self { schema: Some(SCHEMA), ..self }
    }
}
