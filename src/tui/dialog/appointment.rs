//! The test appointment while its dialog is open: which time, the exact request for it, and how far it is. It is never sent before the
//! dealerCode was typed, and nothing but an answer ends the waiting for one.

use crate::timezone::Tz;
use chrono::{NaiveDateTime, TimeDelta};

use super::{Dialog, FieldRole};
use crate::domain::text::clean;
use crate::domain::when::{in_full, with_abbreviation};
use crate::present::booking::end;
use crate::protocol::{Booked, PlannedBooking};
use crate::tui::theme::Tone;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppointmentStep {
    /// A time is chosen, and the dealerCode typed.
    Choosing,
    /// There is a booking without an answer: it can only be read back.
    Open(Vec<String>),
    Sending,
    /// It has ended: what that means.
    Ended(Tone, Vec<String>),
}

/// The test appointment of one dealership.
#[derive(Debug)]
pub struct AppointmentForm {
    pub step: AppointmentStep,
    /// Whether one stands that is moved.
    pub moves: bool,
    /// What became of the try before.
    pub note: Option<String>,
    /// For which time the request was asked for last.
    pub asked: Option<NaiveDateTime>,
    /// Whether the exact request is unfolded.
    pub shows_request: bool,
    /// The request for that time; or why there is none.
    pub planned: Option<Result<Box<PlannedBooking>, String>>,
}

impl AppointmentForm {
    pub fn new(moves: bool, open: Option<Vec<String>>) -> Self {
        let step = open.map_or(AppointmentStep::Choosing, AppointmentStep::Open);
        Self { step, moves, note: None, asked: None, shows_request: false, planned: None }
    }

    /// Whether something can still be decided.
    pub fn is_open(&self) -> bool {
        matches!(self.step, AppointmentStep::Choosing | AppointmentStep::Open(_))
    }
}

impl Dialog {
    /// Whether there is something to be read before it is sent.
    pub fn has_preview(&self) -> bool {
        self.appointment.is_some() || self.has_letters()
    }

    /// The offered time that is in the field.
    pub fn time(&self) -> Option<NaiveDateTime> {
        self.suggestions.as_ref()?.time(self.text(FieldRole::Text))
    }
}

/// What the end of a booking, or of reading one back, means.
///
/// `open`: whether there is a booking without an answer now; then nobody can say that nothing was sent.
pub fn meaning(
    answer: &Result<Option<Booked>, String>,
    open: bool,
    zone: Tz,
    settles: TimeDelta,
) -> (Tone, Vec<String>) {
    match answer {
        Ok(Some(booked)) => {
            let (tone, mut words) = end(booked, |local| with_abbreviation(local, zone, "%a %d %b %H:%M"));
            if matches!(booked, Booked::Unknown { .. }) {
                words.push(format!("Wait {}, then open this again: it reads the booking back.", in_full(settles)));
            }
            (tone, words)
        }
        Ok(None) => {
            (Tone::Good, vec!["Xtime has no such appointment: nothing was booked. It can be tried again.".to_owned()])
        }
        Err(why) if open => (Tone::Bad, vec![format!("What became of it is not known: {}", clean(why))]),
        Err(why) => (Tone::Bad, vec![format!("Nothing was sent: {}", clean(why))]),
    }
}
