//! The test appointment while its dialog is open: which time, the exact request for it, and how far it is. It is never sent before the
//! dealerCode was typed, and nothing but an answer ends the waiting for one.

use crate::timezone::Tz;
use chrono::NaiveDateTime;

use super::{Dialog, FieldRole};
use crate::domain::text::clean;
use crate::domain::when::with_abbreviation;
use crate::protocol::{Booked, PlannedBooking, ReadBack};
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
    /// The request for that time; or why there is none.
    pub planned: Option<Result<Box<PlannedBooking>, String>>,
}

impl AppointmentForm {
    pub fn new(moves: bool, open: Option<Vec<String>>) -> Self {
        let step = open.map_or(AppointmentStep::Choosing, AppointmentStep::Open);
        Self { step, moves, note: None, asked: None, planned: None }
    }

    /// Whether something can still be decided.
    pub fn is_open(&self) -> bool {
        matches!(self.step, AppointmentStep::Choosing | AppointmentStep::Open(_))
    }
}

impl Dialog {
    /// The offered time that is in the field.
    pub fn time(&self) -> Option<NaiveDateTime> {
        self.suggestions.as_ref()?.time(self.text(FieldRole::Text))
    }
}

/// What the end of a booking, or of reading one back, means.
///
/// `open`: whether our books have a booking without an answer now; then nobody can say that nothing was sent.
pub fn meaning(answer: &Result<Option<Booked>, String>, open: bool, zone: Tz) -> (Tone, Vec<String>) {
    let wall = |local: NaiveDateTime| with_abbreviation(local, zone, "%a %d %b %H:%M");
    match answer {
        Ok(Some(Booked::Stands { id, local, earlier, read_back })) => {
            let mut words = vec![format!("It stands: {}, {}.", wall(*local), id.plain())];
            if *earlier {
                words.push("An earlier attempt without an answer had made it; nothing was sent now.".to_owned());
            }
            words.push(match read_back {
                ReadBack::Seen => "Xtime shows it when it is read back.".to_owned(),
                ReadBack::NotThere => "Xtime does not show it yet when it is read back.".to_owned(),
                ReadBack::CouldNotTell(why) => format!("Whether Xtime shows it could not be told: {}.", clean(why)),
            });
            words.push("There is no cancel; it can be moved.".to_owned());
            (Tone::Good, words)
        }
        Ok(Some(Booked::SlotTaken { .. })) => {
            (Tone::Warn, vec!["Somebody else took that time meanwhile: nothing was booked.".to_owned()])
        }
        Ok(Some(Booked::Not { reason })) => (Tone::Bad, vec![format!("Nothing was booked: {}", clean(reason))]),
        Ok(Some(Booked::Unknown { reason })) => (
            Tone::Bad,
            vec![
                format!("Nobody knows what became of it: {}", clean(reason)),
                "It may stand in the calendar. Nothing else is booked before it was read back.".to_owned(),
                "Wait two minutes, then open this again: it reads the booking back.".to_owned(),
            ],
        ),
        Ok(None) => {
            (Tone::Good, vec!["Xtime has no such appointment: nothing was booked. It can be tried again.".to_owned()])
        }
        Err(why) if open => (Tone::Bad, vec![format!("What became of it is not known: {}", clean(why))]),
        Err(why) => (Tone::Bad, vec![format!("Nothing was sent: {}", clean(why))]),
    }
}
