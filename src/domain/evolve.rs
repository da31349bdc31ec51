//! The fold: how an event changes the state. Never refuses, never looks at a clock or at configuration.

use super::mail;
use super::{
    Actor, BookedAppointment, ChosenOpcode, Confirmation, DealershipId, Ended, Event, Fact, Invitation, LastCall,
    LastEvent, Onboarding, OpcodeState, OpenBooking, Outcome, PastInvitation, PendingCode, ProbeRecord, Slots,
    Timestamp, ToldCode, Untrusted, WasVisible,
};

/// Folds one event into the state. The first event of a dealership is `dealership.added`; an event of a dealership that
/// was never added changes nothing (the store refuses such a log before it comes here), and neither does one of the platform.
pub fn evolve(state: Option<Onboarding>, event: &Event) -> Option<Onboarding> {
    let Some(id) = event.dealership else { return state };
    let last_event = LastEvent { seq: event.seq, at: event.at, kind: event.fact.index() };
    let mut state = match (state, &event.fact) {
        (Some(state), _) => state,
        (None, Fact::DealershipAdded { profile }) => {
            return Some(Onboarding {
                id,
                version: 1,
                profile: profile.clone(),
                further_contacts: Box::default(),
                added_at: event.at,
                invitation: None,
                earlier: Vec::new(),
                pending: None,
                confirmation: Confirmation::default(),
                opcode: None,
                opcode_state: OpcodeState::Unchecked,
                opcode_looked_for: None,
                opcode_findings: Box::default(),
                opcode_since: None,
                opcode_was_visible: None,
                slots: None,
                left_live_at: None,
                appointment: None,
                booking: None,
                mail: None,
                probe: None,
                snoozed_until: None,
                archived_at: None,
                calls: None,
                notes: 0,
                last_event,
                newest_at: event.at,
            });
        }
        (None, _) => return None,
    };
    state.version += 1;
    state.last_event = last_event;
    state.newest_at = state.newest_at.max(event.at);
    let was_live = state.is_live();
    apply(&mut state, event);
    forget_call_back(&mut state, &event.fact);
    if let Some(newest) = &mut state.invitation {
        newest.known_at = newest.known_at.min(event.at);
    }
    mail::apply(&mut state.mail, &state.profile.contact.email, event);
    match (was_live, state.is_live()) {
        (true, false) => state.left_live_at = Some(event.at),
        (_, true) => state.left_live_at = None,
        (false, false) => {}
    }
    Some(state)
}

/// What facts make of a state that are not recorded, or not yet.
pub fn evolve_all<'a>(
    state: Option<Onboarding>,
    dealership: DealershipId,
    facts: impl IntoIterator<Item = &'a Fact>,
    actor: &Actor,
    at: Timestamp,
) -> Option<Onboarding> {
    facts.into_iter().fold(state, |state, fact| {
        let fact = fact.clone();
        evolve(state, &Event { seq: 0, at, actor: actor.clone(), dealership: Some(dealership), fact })
    })
}

pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> Option<Onboarding> {
    events.into_iter().fold(None, evolve)
}

fn apply(state: &mut Onboarding, event: &Event) {
    let at = event.at;
    match &event.fact {
        Fact::DealershipAdded { profile } | Fact::DealershipUpdated { profile } => {
            state.profile = profile.clone();
            let others = std::mem::take(&mut state.further_contacts).into_iter();
            state.further_contacts = others.filter(|further| !further.is_same_person(&profile.contact)).collect();
        }
        Fact::InvitationRequested { intent, source, generation, mail } => {
            state.pending = Some(Box::new(PendingCode {
                intent: *intent,
                source: *source,
                generation: *generation,
                at,
                by: event.actor.as_str().into(),
                mail: *mail,
                failed: None,
            }));
        }
        Fact::InvitationRequestFailed { refused: true, .. } => state.pending = None,
        Fact::InvitationRequestFailed { reason, .. } => {
            if let Some(pending) = &mut state.pending {
                pending.failed = Some(reason.clone());
            }
        }
        Fact::InvitationIssued { generation, code, generated_at, expires_at, source, intent } => {
            if let Some(old) = state.invitation.take() {
                let (ended, ended_at) = old.ended.unwrap_or((Ended::Superseded, at));
                let digest = old.code.digest();
                state.earlier.push(PastInvitation { generation: old.generation, digest, ended, at: ended_at });
            }
            state.invitation = Some(Invitation {
                generation: *generation,
                code: code.clone(),
                generated_at: *generated_at,
                expires_at: *expires_at,
                issued_at: at,
                known_at: at,
                issued_by: event.actor.as_str().into(),
                source: *source,
                intent: *intent,
                ended: None,
            });
            state.pending = None;
            mail::keep_to_generation(&mut state.mail, *generation);
            // The dealer's word was about the code before this one.
            if !state.is_confirmed() {
                forget_word(state);
            }
        }
        Fact::InvitationSuperseded { .. } => end_invitation(state, Ended::Superseded, event),
        Fact::InvitationExpired { .. } => end_invitation(state, Ended::Expired, event),
        Fact::InvitationRevoked { .. } => {
            end_invitation(state, Ended::Revoked, event);
            // Nobody waits for a code that we took back.
            if !state.is_confirmed() {
                forget_word(state);
            }
        }
        Fact::DealerConfirmed { said_at, due_at } => {
            state.confirmation.dealer_confirmed_at = Some(*said_at);
            state.confirmation.due_at = Some(*due_at);
            state.confirmation.overdue_recorded_at = None;
        }
        Fact::IntegrationConfirmed { observed_at } => {
            state.confirmation.confirmed_at = Some(*observed_at);
            state.confirmation.lost_at = None;
            // A request that failed is over: nobody needs that code any more.
            state.pending = state.pending.take().filter(|pending| pending.failed.is_none());
            // Without a recorded change of words, the confirmation itself is the change.
            let reason = "Xtime let us in".into();
            if state.probe.as_ref().is_none_or(|probe| probe.outcome != Outcome::Connected) {
                state.probe = Some(Box::new(ProbeRecord { at: *observed_at, outcome: Outcome::Connected, reason }));
            }
            // The platform's answer wins over the clock: a code that counted as expired was used after all.
            if let Some(newest) = &mut state.invitation
                && !matches!(newest.ended, Some((Ended::Revoked | Ended::Superseded, _)))
            {
                newest.ended = Some((Ended::Used, *observed_at));
            }
        }
        Fact::ConfirmationOverdue { .. } => state.confirmation.overdue_recorded_at = Some(at),
        Fact::IntegrationLost { first_look, .. } => {
            forget_word(state);
            state.confirmation.lost_at = Some(*first_look);
            state.slots = None;
            set_opcode(state, OpcodeState::Unchecked, None, Vec::new(), event);
        }
        Fact::ProbeChanged { outcome, reason, at, .. } => {
            state.probe = Some(Box::new(ProbeRecord { at: *at, outcome: *outcome, reason: reason.clone() }));
        }
        Fact::OpcodeChosen { choice, word } => {
            let same = state.opcode.as_deref().is_some_and(|chosen| chosen.choice.code == choice.code);
            let by = event.actor.as_str().into();
            state.opcode = Some(Box::new(ChosenOpcode { choice: choice.clone(), at, by, word: word.clone() }));
            // What was found out about a code stays true when only the way or the word changes.
            if !same {
                state.slots = None;
                set_opcode(state, OpcodeState::Unchecked, None, Vec::new(), event);
            }
        }
        Fact::OpcodeVerified { opcode } => set_opcode(state, OpcodeState::Ok, Some(opcode), Vec::new(), event),
        Fact::OpcodeNearMiss { opcode, findings, .. } => {
            set_opcode(state, OpcodeState::NearMiss, Some(opcode), findings.clone(), event);
        }
        Fact::OpcodeMissing { opcode, findings, .. } => {
            set_opcode(state, OpcodeState::Missing, Some(opcode), findings.clone(), event);
        }
        Fact::OpcodeUnknown { opcode } => set_opcode(state, OpcodeState::Unknown, Some(opcode), Vec::new(), event),
        Fact::SlotsSeen { count, days, next, by_day } => {
            let (count, days, next, by_day) = (*count, *days, *next, by_day.clone());
            state.slots = Some(Box::new(Slots { checked_at: at, count, days, next, by_day }));
        }
        Fact::SlotsMissing { .. } => {
            let by_day = Vec::new();
            state.slots = Some(Box::new(Slots { checked_at: at, count: 0, days: 0, next: None, by_day }));
        }
        Fact::AppointmentRequested { intent, opcode, local, vin, moves } => {
            state.booking = Some(Box::new(OpenBooking {
                intent: *intent,
                local: *local,
                opcode: opcode.clone(),
                vin: vin.clone(),
                moves: *moves,
                at,
                by: event.actor.as_str().into(),
                unknown: None,
            }));
        }
        Fact::AppointmentUnknown { reason, .. } => {
            if let Some(open) = &mut state.booking {
                open.unknown = Some(reason.clone());
            }
        }
        Fact::AppointmentRefused { .. } => state.booking = None,
        Fact::AppointmentBooked { id, opcode, local, read_back, .. } => {
            let vin = state.booking.take().map(|open| open.vin).unwrap_or_default();
            let (id, opcode, local) = (id.clone(), opcode.clone(), *local);
            state.appointment =
                Some(Box::new(BookedAppointment { id, local, opcode, vin, at, seen_at: read_back.then_some(at) }));
        }
        Fact::AppointmentVerified { .. } => {
            if let Some(stands) = &mut state.appointment {
                stands.seen_at = Some(at);
            }
        }
        // Letters: see `mail::apply`.
        Fact::EmailQueued { .. }
        | Fact::EmailBegun { .. }
        | Fact::EmailSent { .. }
        | Fact::EmailWritten { .. }
        | Fact::EmailFailed { .. }
        | Fact::EmailUncertain { .. }
        | Fact::EmailSuppressed { .. }
        | Fact::EmailBounced { .. }
        | Fact::EmailDelayed { .. }
        | Fact::EmailRetried { .. }
        | Fact::RemindersSet { .. }
        // That it happened then is all: see `known_at`.
        | Fact::InvitationMisdated { .. }
        | Fact::PlatformFailing { .. }
        | Fact::PlatformAnswers { .. } => {}
        Fact::ContactsAdded { contacts } => {
            let known = std::mem::take(&mut state.further_contacts).into_iter();
            state.further_contacts = known.chain(contacts.iter().cloned()).collect();
        }
        Fact::NoteAdded { .. } => state.notes += 1,
        Fact::CallLogged { outcome, at, with, note, call_back_at } => {
            // It may be recorded when there is a newer code than the one that was spoken of.
            let newest = state.invitation.as_ref();
            let is_newer = |code: &Invitation| *at < code.generated_at.min(code.issued_at);
            let generation = newest.map_or(0, |code| code.generation.saturating_sub(is_newer(code).into()));
            let (outcome, at, with, note) = (*outcome, *at, with.clone(), note.clone());
            let call = LastCall { outcome, at, by: event.actor.as_str().into(), with, note, generation };
            let calls = state.calls.get_or_insert_default();
            if outcome.is_about_code() {
                calls.about_code = Some(call.clone());
            }
            calls.last = Some(call);
            calls.call_back_at = *call_back_at;
        }
        Fact::CallBackSet { at } => state.calls.get_or_insert_default().call_back_at = *at,
        Fact::CodeTold { generation, to, at } => {
            let (by, to) = (event.actor.as_str().into(), to.clone());
            let told = ToldCode { generation: *generation, at: *at, by, to };
            state.calls.get_or_insert_default().told = Some(told);
        }
        Fact::OwnerAssigned { owner } => state.profile.owner.clone_from(owner),
        Fact::Snoozed { until } => state.snoozed_until = *until,
        Fact::Archived {} => state.archived_at = Some(at),
        Fact::Unarchived {} => state.archived_at = None,
    }
}

/// What somebody wanted to call back about is over: the dealer went on by themselves, or is out of the desk's way.
fn forget_call_back(state: &mut Onboarding, fact: &Fact) {
    let over = matches!(
        fact,
        Fact::DealerConfirmed { .. }
            | Fact::IntegrationConfirmed { .. }
            | Fact::IntegrationLost { .. }
            | Fact::OpcodeVerified { .. }
            | Fact::SlotsSeen { .. }
            | Fact::Archived {}
    );
    if let Some(calls) = state.calls.as_mut().filter(|_| over) {
        calls.call_back_at = None;
    }
}

fn end_invitation(state: &mut Onboarding, how: Ended, event: &Event) {
    if let Some(newest) = &mut state.invitation {
        newest.ended = Some((how, event.happened_at()));
    }
}

/// Ends the second clock: the dealer's word was about something that is over.
fn forget_word(state: &mut Onboarding) {
    let word = &mut state.confirmation;
    (word.dealer_confirmed_at, word.due_at, word.overdue_recorded_at) = (None, None, None);
}

fn set_opcode(
    state: &mut Onboarding,
    to: OpcodeState,
    looked_for: Option<&Untrusted>,
    findings: Vec<String>,
    event: &Event,
) {
    let gone = matches!(to, OpcodeState::Missing | OpcodeState::NearMiss);
    let same = state.opcode_looked_for.as_deref() == looked_for.map(Untrusted::raw);
    state.opcode_was_visible = match state.opcode_state {
        OpcodeState::Ok if gone && same => state.opcode_since.map(|from| WasVisible { from, until: event.at }),
        _ if gone && same => state.opcode_was_visible,
        _ => None,
    };
    // What was offered for a code that is not visible says nothing of the day on which it is again.
    if to != OpcodeState::Ok || !same {
        state.slots = None;
    }
    state.opcode_state = to;
    state.opcode_looked_for = looked_for.map(|opcode| opcode.raw().into());
    state.opcode_findings = findings.into();
    state.opcode_since = Some(event.at);
}
