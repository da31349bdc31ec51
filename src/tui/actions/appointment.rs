use super::codes::FRESH;
use crate::domain::text::clean;
use crate::domain::when::with_abbreviation;
use crate::domain::{BookingEnd, Command, Onboarding};
use crate::protocol::{PlannedBooking, PlatformState, Request};
use crate::tui::action::Danger;
use crate::tui::dialog::{
    AppointmentForm, AppointmentStep, Dialog, DialogHead, FieldRole, FormField, FormProblem, LoadState, NO_UNDO,
    Problems, RecordingAction, SOME_TEXT, Subject, Suggestions, ValidationContext, Watch,
};
use crate::tui::setup::NO_PLATFORM;
use crate::tui::theme::Tone;

pub const ACTION: RecordingAction = RecordingAction {
    id: "appointment",
    title: "test appointment",
    doc: "Book, move or read back the test appointment of one dealership; there is no cancel.",
    danger: Danger::Asks,
    subject: Subject::OneDealership,
    possible: |context| match context.status.platform {
        PlatformState::Unconfigured => Err(NO_PLATFORM.to_owned()),
        _ => Ok(()),
    },
    commands: |dry_run| {
        Ok(vec![match &dry_run.state.booking {
            Some(open) => {
                let end = BookingEnd::Unknown { reason: SOME_TEXT.to_owned() };
                Command::EndBooking { intent: open.intent, end }
            }
            None => Command::RequestBooking {
                intent: FRESH,
                opcode: dry_run.state.opcode_code(&dry_run.setup.policy.default_opcode).into(),
                local: dry_run.now.naive_utc(),
                vin: SOME_TEXT.into(),
                moves: dry_run.state.standing_appointment(dry_run.now).is_some(),
            },
        }])
    },
    fields: |items, context| {
        let row = items.first().and_then(|item| context.rows.get(item.id));
        if row.is_none_or(|row| row.state.booking.is_some()) {
            return Vec::new();
        }
        vec![
            FormField::line(FieldRole::Text, "time", "an offered one: the arrows choose, typing narrows", ""),
            FormField::line(FieldRole::DealerCode, "dealerCode", "typed, to book it", ""),
        ]
    },
    prepare,
    loads: Some(|dealership| Request::Slots { dealership, window: None }),
    request: |dialog, _| request(dialog),
    watches: &[Watch::Archived, Watch::Appointment],
    head: DialogHead::Appointment,
    heading: |_| "Test appointment at",
    button: |dialog| match &dialog.appointment {
        Some(form) if matches!(form.step, AppointmentStep::Open(_)) => "read it back",
        Some(form) if form.moves => "move it",
        Some(_) | None => "book it",
    },
    under_text,
    ..RecordingAction::with(NO_UNDO)
};

fn prepare(dialog: &mut Dialog, context: &ValidationContext<'_>) {
    let Some(row) = dialog.items.first().and_then(|item| context.rows.get(item.id)) else { return };
    let onboarding = &row.state;
    match &onboarding.booking {
        Some(open) => dialog.appointment = Some(AppointmentForm::new(open.moves, Some(about_open(onboarding)))),
        None => {
            dialog.suggestions = Some(Suggestions::of(LoadState::Awaited));
            let moves = onboarding.standing_appointment(context.now).is_some();
            dialog.appointment = Some(AppointmentForm::new(moves, None));
        }
    }
}

/// What is said of a booking without an answer.
fn about_open(onboarding: &Onboarding) -> Vec<String> {
    let Some(open) = &onboarding.booking else { return Vec::new() };
    let at = with_abbreviation(open.local, onboarding.profile.timezone, "%a %d %b %H:%M");
    let why = open.unknown.as_ref().map_or("its answer is awaited".into(), |why| clean(why));
    vec![
        format!("A booking for {at}, asked for by {}, has no answer: {why}.", clean(&open.by)),
        "It may stand in the calendar. It is read back before anything else is booked.".to_owned(),
    ]
}

fn request(dialog: &Dialog) -> Result<Request, Problems> {
    let (Some(form), Some(item)) = (&dialog.appointment, dialog.items.first()) else { return Err(Problems::new()) };
    match form.step {
        AppointmentStep::Choosing => {}
        AppointmentStep::Open(_) => return Ok(Request::SettleBooking(item.id)),
        AppointmentStep::Sending | AppointmentStep::Ended(..) => return Err(Problems::new()),
    }
    let mut problems = Problems::new();
    let planned = chosen(dialog, form).map_err(|problem| problems.push(problem)).ok().flatten();
    let typed = dialog.text(FieldRole::DealerCode).trim();
    let code = item.dealer_code.as_str();
    if typed != code {
        problems.push(problem(Some(FieldRole::DealerCode), format!("type {code}"), typed.is_empty()));
    }
    match planned {
        Some(planned) if problems.is_empty() => {
            Ok(Request::Book { dealership: item.id, planned: Box::new(planned.clone()) })
        }
        Some(_) | None => Err(problems),
    }
}

fn problem(role: Option<FieldRole>, text: impl Into<String>, missing: bool) -> FormProblem {
    FormProblem { role, id: None, text: text.into(), missing }
}

/// The exact request for the offered time that is in the field.
fn chosen<'a>(dialog: &Dialog, form: &'a AppointmentForm) -> Result<Option<&'a PlannedBooking>, FormProblem> {
    let text = Some(FieldRole::Text);
    let Some(local) = dialog.time() else {
        return Err(match dialog.typed() {
            "" => problem(text, "choose an offered time", true),
            _ => problem(text, "this time is not offered", false),
        });
    };
    match &form.planned {
        None => Err(problem(None, "the request is being made", true)),
        Some(Err(why)) => Err(problem(None, clean(why), false)),
        Some(Ok(planned)) => Ok(Some(&**planned).filter(|planned| planned.booking.local == local)),
    }
}

fn under_text(dialog: &Dialog) -> Option<(String, Tone)> {
    let suggestions = dialog.suggestions.as_ref()?;
    let fits = suggestions.fitting();
    let words = match (&suggestions.known, suggestions.place(), suggestions.chosen()) {
        (LoadState::Awaited, ..) => "asking Xtime which times it offers …".to_owned(),
        (LoadState::Not(_), ..) => String::new(),
        (LoadState::Here, Some(place), Some(one)) => {
            format!("{}, {} of {fits} offered; down and up choose", one.aside, place + 1)
        }
        (LoadState::Here, ..) => format!("{fits} of {} offered times fit; down chooses", suggestions.len()),
    };
    Some((words, Tone::Faint))
}
