//! Hours of a week: from when to when on which weekday, and how that is written down.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const WHOLE_DAY: u32 = 24 * 60;

/// From one minute of the day to another, the end not included.
pub(super) type Hours = (u32, u32);

/// Hours for each weekday, from Monday; a day without any has `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Week([Option<Hours>; 7]);

impl Week {
    pub(super) fn new(days: [Option<Hours>; 7]) -> Self {
        Self(days)
    }

    /// Every day from midnight to midnight.
    pub(super) fn always() -> Self {
        Self([Some((0, WHOLE_DAY)); 7])
    }

    /// The hours on a day.
    pub(super) fn on(&self, day: NaiveDate) -> Option<Hours> {
        self.0.get(day.weekday().num_days_from_monday() as usize).copied().flatten()
    }

    /// Whether there are no hours at all.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Sets the hours of some weekdays.
    pub(super) fn set(&mut self, changed: &SomeDays) {
        for (place, hours) in &changed.0 {
            if let Some(day) = self.0.get_mut(*place) {
                *day = *hours;
            }
        }
    }
}

/// Hours of those weekdays that somebody named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SomeDays(BTreeMap<usize, Option<Hours>>);

impl SomeDays {
    /// A week with nothing but these hours.
    pub(super) fn alone(&self) -> Week {
        let mut week = Week::default();
        week.set(self);
        week
    }
}

impl<'de> Deserialize<'de> for SomeDays {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let days = BTreeMap::<String, Option<String>>::deserialize(from)?;
        days.into_iter()
            .map(|(day, hours)| read_day(&day, hours.as_deref()))
            .collect::<Result<_, _>>()
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

/// Days that are not named have no hours.
impl<'de> Deserialize<'de> for Week {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        SomeDays::deserialize(from).map(|days| days.alone())
    }
}

fn read_day(day: &str, hours: Option<&str>) -> Result<(usize, Option<Hours>), String> {
    let place = DAYS.iter().position(|known| *known == day);
    let place = place.ok_or_else(|| format!("\"{day}\" is no weekday; they are {}", DAYS.join(", ")))?;
    let hours = hours.map(|text| {
        read_hours(text)
            .ok_or_else(|| format!("{day}: \"{text}\" is not of the form \"08:00-18:00\" (or null for none)"))
    });
    Ok((place, hours.transpose()?))
}

fn read_hours(text: &str) -> Option<Hours> {
    let (from, to) = text.split_once('-')?;
    let (from, to) = (read_minute(from)?, read_minute(to)?);
    (from < to).then_some((from, to))
}

fn read_minute(text: &str) -> Option<u32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |digits: &str| {
        (digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| digits.parse::<u32>().ok())
            .flatten()
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let whole = hour * 60 + minute;
    (minute < 60 && whole <= WHOLE_DAY).then_some(whole)
}

impl Serialize for Week {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(DAYS.iter().zip(&self.0).map(|(day, hours)| {
            let written =
                hours.map(|(from, to)| format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60));
            (day, written)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_survive_a_round_trip() {
        let days: SomeDays =
            serde_json::from_str(r#"{"mon": "08:00-18:15", "sat": "00:00-24:00", "sun": null}"#).unwrap();
        let mut week = Week::always();
        week.set(&days);
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        assert_eq!((week.on(day(2)), week.on(day(7)), week.on(day(8))), (Some((480, 1_095)), Some((0, 1_440)), None));
        let written = serde_json::to_value(days.alone()).unwrap();
        assert_eq!((&written["mon"], &written["tue"]), (&"08:00-18:15".into(), &serde_json::Value::Null));
        assert!(Week::default().is_empty() && !days.alone().is_empty());
    }

    #[test]
    fn nonsense_is_refused_with_the_reason() {
        for (text, reason) in [
            (r#"{"monday": null}"#, "no weekday; they are mon, tue"),
            (r#"{"mon": "8-18"}"#, "mon: \"8-18\" is not of the form"),
            (r#"{"mon": "18:00-08:00"}"#, "not of the form"),
            (r#"{"mon": "00:00-24:15"}"#, "not of the form"),
            (r#"{"mon": "00:60-02:00"}"#, "not of the form"),
            (r#"{"mon": 8}"#, "invalid type"),
        ] {
            let error = serde_json::from_str::<SomeDays>(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
