//! The test appointment, in words.

use chrono::NaiveDateTime;

use crate::domain::text::clean;
use crate::domain::{BookedAppointment, OpenBooking, Timestamp};
use crate::protocol::{Booked, ReadBack};

use super::Tone;

/// Whether the appointment that stands was seen at the platform.
pub fn seen(stands: &BookedAppointment, ago: impl Fn(Timestamp) -> String) -> String {
    stands.seen_at.map_or_else(|| "not read back yet".to_owned(), |at| format!("read back {}", ago(at)))
}

/// Why nobody knows the end of a booking.
pub fn open_reason(open: &OpenBooking) -> String {
    clean(open.unknown.as_deref().unwrap_or("no answer was recorded")).into_owned()
}

pub fn read_back(read_back: &ReadBack) -> String {
    match read_back {
        ReadBack::Seen => "Xtime shows it as booked".to_owned(),
        ReadBack::NotThere => "Xtime does not show it: not yet, or not any more".to_owned(),
        ReadBack::CouldNotTell(why) => format!("could not tell whether Xtime shows it: {}", clean(why)),
    }
}

/// What became of a booking, in sentences. `when`: the time of one that stands.
pub fn end(booked: &Booked, when: impl Fn(NaiveDateTime) -> String) -> (Tone, Vec<String>) {
    match booked {
        Booked::Stands { id, local, earlier, read_back: seen } => {
            let mut words = vec![format!("It stands: {}, {}.", when(*local), id.plain())];
            if *earlier {
                words.push("An earlier attempt without an answer had made it; nothing was sent now.".to_owned());
            }
            words.push(format!("Read back: {}.", read_back(seen)));
            words.push("There is no cancel; it can be moved.".to_owned());
            (Tone::Good, words)
        }
        Booked::SlotTaken { .. } => {
            (Tone::Warn, vec!["Somebody else took that time meanwhile: nothing was booked.".to_owned()])
        }
        Booked::Not { reason } => (Tone::Bad, vec![format!("Nothing was booked: {}", clean(reason))]),
        Booked::Unknown { reason } => {
            let unknown = format!("Nobody knows whether it was booked: {}", clean(reason));
            let kept_out = "It may stand in the calendar. No other booking is sent before this one was read back.";
            (Tone::Bad, vec![unknown, kept_out.to_owned()])
        }
    }
}
