//! What the rules about letters may be told by configuration.

use crate::timezone::Tz;
use chrono::{NaiveTime, TimeDelta, TimeZone};
use serde::{Deserialize, Serialize};

use super::LetterKind;
use crate::domain::{Timestamp, Untrusted};

/// The hours in which nobody is reminded, by the dealership's wall clock. They may go over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    pub from: NaiveTime,
    pub until: NaiveTime,
}

impl QuietHours {
    /// Reads `21:00-08:00`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let time = |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").ok();
        let (from, until) = text
            .split_once('-')
            .and_then(|(from, until)| time(from).zip(time(until)))
            .ok_or("two times of the day are needed, \"21:00-08:00\", or \"none\"")?;
        if from == until {
            return Err("it begins when it ends; write \"none\" for no quiet hours".to_owned());
        }
        Ok(Self { from, until })
    }

    /// The end of the quiet hours that a moment lies in; `None`: it lies in none.
    pub fn end(self, at: Timestamp, zone: Tz) -> Option<Timestamp> {
        let local = at.with_timezone(&zone).naive_local();
        let (from, until, time) = (self.from, self.until, local.time());
        let over_midnight = from > until;
        let quiet = if over_midnight { time >= from || time < until } else { time >= from && time < until };
        if !quiet || from == until {
            return None;
        }
        let day = if over_midnight && time >= from { local.date().succ_opt()? } else { local.date() };
        let wall = day.and_time(until);
        // An hour that daylight saving leaves out ends with the next one.
        let found = zone.from_local_datetime(&wall).earliest();
        let found = found.or_else(|| zone.from_local_datetime(&(wall + TimeDelta::hours(1))).earliest())?;
        // In an hour that comes twice, the end may be the earlier one of both and past.
        Some(found.to_utc()).filter(|end| *end > at)
    }
}

impl std::fmt::Display for QuietHours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.from.format("%H:%M"), self.until.format("%H:%M"))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailPolicy {
    /// How long before a code's end its dealership is reminded (24 h and 6 h; our assumption).
    pub remind_before: Vec<TimeDelta>,
    /// When nobody is reminded (21:00 to 08:00; our assumption).
    pub quiet: Option<QuietHours>,
    /// Which letters go out by themselves when something is seen.
    pub automatic: Vec<LetterKind>,
    /// How long a letter that was refused for the time being rests, try by try; then it has failed.
    pub retry: Vec<TimeDelta>,
    /// How long an uncertain letter rests before its one more try.
    pub retry_uncertain: TimeDelta,
    /// A code that dies within this is not sent: nobody would get to enter it (1 min; our assumption).
    pub least_life: TimeDelta,
    /// How far apart two letters to one dealership are.
    pub per_dealership: TimeDelta,
    /// Who gets a copy of every letter: what becomes of it there says nothing of the letter.
    pub bcc: Option<Untrusted>,
}

impl Default for MailPolicy {
    fn default() -> Self {
        Self {
            remind_before: vec![TimeDelta::hours(24), TimeDelta::hours(6)],
            quiet: NaiveTime::from_hms_opt(21, 0, 0)
                .zip(NaiveTime::from_hms_opt(8, 0, 0))
                .map(|(from, until)| QuietHours { from, until }),
            automatic: LetterKind::AUTOMATIC.to_vec(),
            retry: [1, 5, 15, 60, 120].map(TimeDelta::minutes).to_vec(),
            retry_uncertain: TimeDelta::minutes(15),
            least_life: TimeDelta::minutes(1),
            per_dealership: TimeDelta::minutes(1),
            bcc: None,
        }
    }
}
