//! What is offered in a dialog arrives: opcodes, times, the request for a test appointment, and what became of one.

use std::sync::Arc;

use chrono::NaiveDateTime;

use super::{ask, cursor};
use crate::domain::{DealershipId, NO_SLOTS_CAUSES, Service, Slot, Timestamp};
use crate::protocol::{Booked, PlannedBooking, Request};
use crate::tui::actions::{appointment, opcode};
use crate::tui::dialog::{
    AppointmentStep, Dialog, DialogFocus, FieldRole, LoadState, RecordingAction, Suggestions, Target, meaning,
};
use crate::tui::msg::Effect;
use crate::tui::state::{Mode, ScreenState};

/// Changes the open dialog if it is that of an action on this one dealership. Whether it was.
fn with(state: &mut ScreenState, action: &RecordingAction, id: DealershipId, change: impl FnOnce(&mut Dialog)) -> bool {
    let Some(mut dialog) = state.take_dialog() else { return false };
    let meant = dialog.recording().is_some_and(|this| *this == *action)
        && matches!(dialog.items.as_slice(), [item] if item.id == id);
    if meant {
        change(&mut dialog);
        dialog.validate(&state.context());
        state.dirty = true;
    }
    state.mode = Mode::Dialog(dialog);
    meant
}

/// The opcodes that Xtime shows. What is typed stays as it is.
pub(super) fn services(state: &mut ScreenState, id: DealershipId, services: Result<Arc<[Service]>, String>) {
    let default = state.setup.policy.default_opcode.clone();
    with(state, &opcode::ACTION, id, |dialog| {
        let present = dialog.items.first().and_then(|item| item.opcode()).map(|choice| choice.code.raw().to_owned());
        let Some(suggestions) = &mut dialog.suggestions else { return };
        match services {
            Ok(list) if list.is_empty() => {
                suggestions.known = LoadState::Not("could not tell: Xtime answered with an empty list".to_owned());
            }
            Ok(list) => suggestions.opcodes(present.as_deref().unwrap_or(&default), &list),
            Err(why) => suggestions.known = LoadState::Not(why),
        }
    });
}

/// The times that are offered; the first one is put into an empty field.
pub(super) fn slots(state: &mut ScreenState, id: DealershipId, slots: Result<Vec<Slot>, String>) {
    let now = state.now.at;
    with(state, &appointment::ACTION, id, |dialog| {
        if dialog.appointment.as_ref().is_some_and(|appointment| appointment.step == AppointmentStep::Choosing) {
            offer_times(dialog, slots, now);
        }
    });
}

fn offer_times(dialog: &mut Dialog, slots: Result<Vec<Slot>, String>, now: Timestamp) {
    let Some(zone) = dialog.items.first().map(|item| item.zone) else { return };
    let mut suggestions = Suggestions::of(LoadState::Awaited);
    match slots {
        Ok(slots) if slots.is_empty() => {
            let causes = NO_SLOTS_CAUSES.join("; ");
            suggestions.known =
                LoadState::Not(format!("no time is offered. Usual causes, the likeliest first: {causes}"));
        }
        Ok(slots) => suggestions.times(&slots, zone),
        Err(why) => suggestions.known = LoadState::Not(why),
    }
    let text = dialog.text(FieldRole::Text).to_owned();
    if text.is_empty() {
        let today = now.with_timezone(&zone).date_naive();
        if let Some(time) = suggestions.next_working_day(today) {
            dialog.put(FieldRole::Text, &time, true);
        }
    } else {
        suggestions.retyped(&text);
    }
    dialog.suggestions = Some(suggestions);
}

/// Asks for the request of the time that is in the field, when it is another one.
pub(in crate::tui) fn follow_time(state: &mut ScreenState) -> Option<Effect> {
    let Mode::Dialog(dialog) = &state.mode else { return None };
    let appointment =
        dialog.appointment.as_ref().filter(|appointment| appointment.step == AppointmentStep::Choosing)?;
    let (time, id) = (dialog.time(), dialog.items.first()?.id);
    if appointment.asked == time {
        return None;
    }
    let mut moves = false;
    with(state, &appointment::ACTION, id, |dialog| {
        if let Some(appointment) = &mut dialog.appointment {
            (appointment.asked, appointment.planned) = (time, None);
            moves = appointment.moves;
        }
    });
    let plan = state.setup.appointment.clone();
    time.map(|local| state.ask(Request::PlanBooking { dealership: id, local, moves, plan: Box::new(plan) }))
}

/// The request for a time.
pub(super) fn planned(
    state: &mut ScreenState,
    id: DealershipId,
    local: NaiveDateTime,
    planned: Result<Box<PlannedBooking>, String>,
) {
    with(state, &appointment::ACTION, id, |dialog| {
        let appointment = dialog.appointment.as_mut().filter(|appointment| appointment.asked == Some(local));
        if let Some(appointment) = appointment {
            appointment.planned = Some(planned);
        }
    });
}

/// Sends what the dialog asks for; it stays open until there is an answer.
pub(super) fn send(state: &mut ScreenState) -> Vec<Effect> {
    let Mode::Dialog(dialog) = &mut state.mode else { return Vec::new() };
    let (Some(id), Some(request)) = (dialog.items.first().map(|item| item.id), dialog.request().cloned()) else {
        return Vec::new();
    };
    let Some(appointment) = &mut dialog.appointment else { return Vec::new() };
    appointment.step = AppointmentStep::Sending;
    dialog.focus = DialogFocus::Button(0);
    dialog.fields.clear();
    dialog.suggestions = None;
    cursor::acts_on(state, std::iter::once(id));
    vec![state.ask(request)]
}

/// What became of a test appointment. A time that somebody else took is asked for again, with what is offered now.
pub(super) fn booked(
    state: &mut ScreenState,
    id: DealershipId,
    answer: &Result<Option<Booked>, String>,
) -> Vec<Effect> {
    cursor::has_acted_on(state, id, answer.is_ok());
    let Some(row) = state.rows.get(id) else { return Vec::new() };
    let (name, zone) = (row.state.profile.name.screen().into_owned(), row.state.profile.timezone);
    let settles = state.setup.policy.booking_settles;
    let (tone, words) = meaning(answer, row.state.booking.is_some(), zone, settles);
    let again = match answer {
        Ok(Some(Booked::SlotTaken { slots })) => Some(Some(slots.clone())),
        // Nothing was sent: mostly because the time is not offered any more.
        Err(_) => Some(None),
        Ok(_) => None,
    };
    let waits = matches!(&state.mode, Mode::Dialog(dialog) if dialog.items.first().is_some_and(|item| item.id == id)
        && dialog.appointment.as_ref().is_some_and(|appointment| appointment.step == AppointmentStep::Sending));
    state.dirty = true;
    match again {
        _ if !waits => {
            state.toast(tone, format!("{name}: {}", words.join(" ")));
            Vec::new()
        }
        None => {
            with(state, &appointment::ACTION, id, |dialog| {
                if let Some(appointment) = &mut dialog.appointment {
                    appointment.step = AppointmentStep::Ended(tone, words);
                }
            });
            Vec::new()
        }
        Some(slots) => {
            let now = state.now.at;
            let effects = ask::ask(state, &appointment::ACTION, &[Target::from(id)]);
            with(state, &appointment::ACTION, id, |dialog| {
                if let Some(appointment) = &mut dialog.appointment {
                    appointment.note = Some(words.join(" "));
                }
                if let Some(slots) = &slots {
                    offer_times(dialog, slots.clone(), now);
                }
            });
            // Fresh times came with the answer.
            if slots.is_some() { Vec::new() } else { effects }
        }
    }
}
