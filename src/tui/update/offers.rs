//! What is offered in a dialog arrives: opcodes, times, the request for a test appointment, and what became of one.

use std::sync::Arc;

use chrono::NaiveDateTime;

use crate::domain::{DealershipId, NO_SLOTS_CAUSES, Service, Slot};
use crate::engine::Booked;
use crate::tui::action::Action;
use crate::tui::dialog::{Dialog, Glance, Kind, Known, Offer, Role, Spot, Step, Wish, meaning};
use crate::tui::msg::{Effect, Planned};
use crate::tui::state::{Mode, State};

/// What a dialog that was just opened needs to know.
pub(super) fn wanted(dialog: &Dialog) -> Option<Effect> {
    let id = dialog.items.first()?.id;
    match (dialog.kind, &dialog.offer.as_ref()?.known) {
        (Kind::Ask(Action::ChooseOpcode), Known::Awaited) => Some(Effect::ShowServices(id)),
        (Kind::Ask(Action::Appointment), Known::Awaited) => Some(Effect::ShowSlots(id)),
        _ => None,
    }
}

/// Changes the open dialog if it is that of an action on this one dealership. Whether it was.
fn with(state: &mut State, action: Action, id: DealershipId, change: impl FnOnce(&mut Dialog)) -> bool {
    let Some(mut dialog) = state.take_dialog() else { return false };
    let meant = dialog.kind == Kind::Ask(action) && matches!(dialog.items.as_slice(), [item] if item.id == id);
    if meant {
        change(&mut dialog);
        dialog.judge(&Glance::of(state));
        state.dirty = true;
    }
    state.mode = Mode::Dialog(dialog);
    meant
}

/// The opcodes that Xtime shows. What is typed stays as it is.
pub(super) fn services(state: &mut State, id: DealershipId, services: Result<Arc<[Service]>, String>) {
    let default = state.setup.policy.default_opcode.clone();
    with(state, Action::ChooseOpcode, id, |dialog| {
        let present = dialog.items.first().and_then(|item| item.opcode()).map(|choice| choice.code.raw().to_owned());
        let Some(offer) = &mut dialog.offer else { return };
        match services {
            Ok(list) if list.is_empty() => {
                offer.known = Known::Not("could not tell: Xtime answered with an empty list".to_owned());
            }
            Ok(list) => offer.opcodes(present.as_deref().unwrap_or(&default), &list),
            Err(why) => offer.known = Known::Not(why),
        }
    });
}

/// The times that are offered; the first one is put into an empty field.
pub(super) fn slots(state: &mut State, id: DealershipId, slots: Result<Vec<Slot>, String>) {
    with(state, Action::Appointment, id, |dialog| {
        if dialog.appointment.as_ref().is_some_and(|appointment| appointment.step == Step::Choosing) {
            offer_times(dialog, slots);
        }
    });
}

fn offer_times(dialog: &mut Dialog, slots: Result<Vec<Slot>, String>) {
    let Some(zone) = dialog.items.first().map(|item| item.zone) else { return };
    let mut offer = Offer::of(Known::Awaited);
    match slots {
        Ok(slots) if slots.is_empty() => {
            let causes = NO_SLOTS_CAUSES.join("; ");
            offer.known = Known::Not(format!("no time is offered. Usual causes, the likeliest first: {causes}"));
        }
        Ok(slots) => offer.times(&slots, zone),
        Err(why) => offer.known = Known::Not(why),
    }
    let text = dialog.text(Role::Text).to_owned();
    if text.is_empty() {
        if let Some(first) = offer.first() {
            dialog.put(Role::Text, &first, true);
        }
    } else {
        offer.retyped(&text);
    }
    dialog.offer = Some(offer);
}

/// Asks for the request of the time that is in the field, when it is another one.
pub(super) fn follow_time(state: &mut State) -> Option<Effect> {
    let Mode::Dialog(dialog) = &state.mode else { return None };
    let appointment = dialog.appointment.as_ref().filter(|appointment| appointment.step == Step::Choosing)?;
    let (time, id) = (dialog.time(), dialog.items.first()?.id);
    if appointment.asked == time {
        return None;
    }
    let mut moves = false;
    with(state, Action::Appointment, id, |dialog| {
        if let Some(appointment) = &mut dialog.appointment {
            (appointment.asked, appointment.planned) = (time, None);
            moves = appointment.moves;
        }
    });
    time.map(|local| Effect::Plan(id, local, moves))
}

/// The request for a time.
pub(super) fn planned(state: &mut State, id: DealershipId, local: NaiveDateTime, planned: Result<Planned, String>) {
    with(state, Action::Appointment, id, |dialog| {
        let appointment = dialog.appointment.as_mut().filter(|appointment| appointment.asked == Some(local));
        if let Some(appointment) = appointment {
            appointment.planned = Some(planned);
        }
    });
}

/// Sends what the dialog asks for; it stays open until there is an answer.
pub(super) fn send(state: &mut State, wish: Wish) -> Vec<Effect> {
    let Mode::Dialog(dialog) = &mut state.mode else { return Vec::new() };
    let (Some(id), Some(appointment)) = (dialog.items.first().map(|item| item.id), &mut dialog.appointment) else {
        return Vec::new();
    };
    appointment.step = Step::Sending;
    dialog.focus = Spot::Button(0);
    dialog.fields.clear();
    dialog.offer = None;
    state.acts_on(std::iter::once(id));
    match wish {
        Wish::Book(planned) => vec![Effect::Book(id, planned)],
        _ => vec![Effect::ReadBack(id)],
    }
}

/// What became of a test appointment. A time that somebody else took is asked for again, with what is offered now.
pub(super) fn booked(state: &mut State, id: DealershipId, answer: &Result<Option<Booked>, String>) -> Vec<Effect> {
    state.has_acted_on(id);
    let Some(row) = state.rows.get(id) else { return Vec::new() };
    let (name, zone) = (row.state.profile.name.screen().into_owned(), row.state.profile.timezone);
    let (tone, words) = meaning(answer, row.state.booking.is_some(), zone);
    let again = match answer {
        Ok(Some(Booked::SlotTaken { slots })) => Some(Some(slots.clone())),
        // Nothing was sent: mostly because the time is not offered any more.
        Err(_) => Some(None),
        Ok(_) => None,
    };
    let waits = matches!(&state.mode, Mode::Dialog(dialog) if dialog.items.first().is_some_and(|item| item.id == id)
        && dialog.appointment.as_ref().is_some_and(|appointment| appointment.step == Step::Sending));
    state.dirty = true;
    match again {
        _ if !waits => {
            state.toast(tone, format!("{name}: {}", words.join(" ")));
            Vec::new()
        }
        None => {
            with(state, Action::Appointment, id, |dialog| {
                if let Some(appointment) = &mut dialog.appointment {
                    appointment.step = Step::Ended(tone, words);
                }
            });
            Vec::new()
        }
        Some(slots) => {
            let effects = super::act::ask(state, Action::Appointment, &[id]);
            with(state, Action::Appointment, id, |dialog| {
                if let Some(appointment) = &mut dialog.appointment {
                    appointment.note = Some(words.join(" "));
                }
                if let Some(slots) = &slots {
                    offer_times(dialog, slots.clone());
                }
            });
            // Fresh times came with the answer.
            if slots.is_some() { Vec::new() } else { effects }
        }
    }
}
