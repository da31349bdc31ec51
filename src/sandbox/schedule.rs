//! When a simulated dealership takes appointments: hours, closed days, capacity by type, advisors, horizon, lead time.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use super::holidays;
use super::week::{Hours, SomeDays, Week};

/// How many advisors a dealership may have.
pub(super) const ADVISORS: usize = 50;
/// How many days ahead customers may book unless the dealership says otherwise; today is the first.
pub(super) const USUAL_HORIZON: u16 = 60;

/// How an appointment comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Channel {
    /// From the outside over the web, partners included.
    Web,
    Phone,
    WalkIn,
}

/// How many appointments of a type a day takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Limit {
    #[serde(rename = "NL")]
    NoLimit,
    #[serde(untagged)]
    PerDay(u32),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advisor {
    pub(super) id: String,
    /// Whether customers may book time with this one.
    #[serde(default = "yes")]
    pub(super) reservable: bool,
    /// Working times; `None` is whenever the dealership is open.
    pub(super) hours: Option<Week>,
}

fn yes() -> bool {
    true
}

impl Advisor {
    fn works(&self, day: NaiveDate, (from, to): Hours) -> bool {
        match &self.hours {
            None => true,
            Some(week) => week.on(day).is_some_and(|(start, end)| start <= from && to <= end),
        }
    }
}

/// Something that people do to a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Adjust {
    Capacity(Channel, Limit),
    Advisors(Vec<Advisor>),
    Reservable(bool),
    /// All advisors at once: whenever it is open, or never.
    AtWork(bool),
    Horizon {
        days: Option<u16>,
        lead_minutes: Option<u32>,
    },
    Hours(SomeDays),
    /// Closed (`true`) or open (`false`, even on a holiday) from one day to another; `None` is back to the rule.
    Days {
        from: NaiveDate,
        until: NaiveDate,
        closed: Option<bool>,
    },
    Holidays(bool),
    /// Everything that keeps customers from being offered a time is put right, the opening hours excepted.
    Open,
}

/// When a dealership takes appointments.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Schedule {
    pub(super) hours: Week,
    pub(super) capacity: BTreeMap<Channel, Limit>,
    pub(super) advisors: Vec<Advisor>,
    pub(super) horizon_days: u16,
    pub(super) lead_minutes: u32,
    /// Whether it keeps the holidays.
    pub(super) holidays: bool,
    /// Days on which it is closed, or open in spite of a holiday.
    #[serde(serialize_with = "days_written")]
    days: BTreeMap<NaiveDate, bool>,
}

fn days_written<S: serde::Serializer>(days: &BTreeMap<NaiveDate, bool>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(days.iter().map(|(day, closed)| (day.to_string(), if *closed { "closed" } else { "open" })))
}

impl Schedule {
    /// One in which nothing keeps customers from being offered a time.
    pub(super) fn new(hours: Week, advisors: usize, lead_minutes: u32) -> Self {
        let advisor = |number| Advisor { id: format!("advisor-{number}"), reservable: true, hours: None };
        let capacity =
            [(Channel::Web, Limit::NoLimit), (Channel::Phone, Limit::NoLimit), (Channel::WalkIn, Limit::PerDay(20))];
        Self {
            hours,
            capacity: BTreeMap::from(capacity),
            advisors: (1..=advisors).map(advisor).collect(),
            horizon_days: USUAL_HORIZON,
            lead_minutes,
            holidays: true,
            days: BTreeMap::new(),
        }
    }

    pub(super) fn adjust(&mut self, adjust: &Adjust) {
        match adjust {
            Adjust::Capacity(channel, limit) => {
                self.capacity.insert(*channel, *limit);
            }
            Adjust::Advisors(advisors) => self.advisors.clone_from(advisors),
            Adjust::Reservable(reservable) => {
                self.advisors.iter_mut().for_each(|advisor| advisor.reservable = *reservable);
            }
            Adjust::AtWork(at_work) => {
                let hours = if *at_work { None } else { Some(Week::default()) };
                self.advisors.iter_mut().for_each(|advisor| advisor.hours.clone_from(&hours));
            }
            Adjust::Horizon { days, lead_minutes } => {
                self.horizon_days = days.unwrap_or(self.horizon_days);
                self.lead_minutes = lead_minutes.unwrap_or(self.lead_minutes);
            }
            Adjust::Hours(days) => self.hours.set(days),
            Adjust::Days { from, until, closed } => {
                for day in from.iter_days().take_while(|day| day <= until) {
                    match closed {
                        Some(closed) => self.days.insert(day, *closed),
                        None => self.days.remove(&day),
                    };
                }
            }
            Adjust::Holidays(kept) => self.holidays = *kept,
            Adjust::Open => self.open(),
        }
    }

    fn open(&mut self) {
        self.capacity.insert(Channel::Web, Limit::NoLimit);
        if self.advisors.is_empty() {
            self.advisors.push(Advisor { id: "advisor-1".to_owned(), reservable: true, hours: None });
        }
        self.adjust(&Adjust::Reservable(true));
        self.adjust(&Adjust::AtWork(true));
        self.horizon_days = self.horizon_days.max(USUAL_HORIZON);
        self.lead_minutes = self.lead_minutes.min(24 * 60);
        self.days.retain(|_, closed| !*closed);
    }

    /// From when to when it is open on a day.
    pub(super) fn open_on(&self, day: NaiveDate) -> Option<Hours> {
        let closed = self.days.get(&day).copied();
        let closed = closed.unwrap_or_else(|| self.holidays && holidays::holiday(day).is_some());
        if closed { None } else { self.hours.on(day) }
    }

    /// Whether somebody who can be booked is at work for the whole of a slot.
    pub(super) fn attended(&self, day: NaiveDate, slot: Hours) -> bool {
        self.advisors.iter().any(|advisor| advisor.reservable && advisor.works(day, slot))
    }

    /// How many appointments from the web a day takes; `None` is without a limit.
    pub(super) fn web_per_day(&self) -> Option<u32> {
        match self.capacity.get(&Channel::Web) {
            Some(Limit::PerDay(number)) => Some(*number),
            Some(Limit::NoLimit) => None,
            None => Some(0),
        }
    }

    /// How long before a slot it must be booked.
    pub(super) fn lead(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.lead_minutes))
    }

    /// Why no customer is offered anything on any day, in the order of looking for it; closed days alone are no reason.
    pub(super) fn obstacles(&self) -> Vec<&'static str> {
        let reservable = || self.advisors.iter().filter(|advisor| advisor.reservable);
        let idle = |advisor: &Advisor| advisor.hours.as_ref().is_some_and(Week::is_empty);
        let lead_days = self.lead_minutes / (24 * 60);
        [
            (self.web_per_day() == Some(0), "capacity of type Web is 0, not NL"),
            (reservable().next().is_none(), "no advisor is reservable"),
            (reservable().next().is_some() && reservable().all(idle), "no reservable advisor has working times"),
            (self.horizon_days == 0, "the web horizon is 0 days"),
            (
                self.horizon_days > 0 && lead_days >= u32::from(self.horizon_days),
                "the lead time is as long as the web horizon",
            ),
            (self.hours.is_empty(), "it is never open"),
        ]
        .into_iter()
        .filter_map(|(holds, words)| holds.then_some(words))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).unwrap()
    }

    #[test]
    fn closed_days_go_before_holidays_and_those_before_hours() {
        let mut schedule = Schedule::new(Week::always(), 1, 0);
        assert_eq!((schedule.open_on(day(12, 24)), schedule.open_on(day(12, 25))), (Some((0, 1_440)), None));
        schedule.adjust(&Adjust::Days { from: day(12, 24), until: day(12, 25), closed: Some(false) });
        assert_eq!(schedule.open_on(day(12, 25)), Some((0, 1_440)));
        schedule.adjust(&Adjust::Days { from: day(12, 24), until: day(12, 24), closed: Some(true) });
        assert_eq!(schedule.open_on(day(12, 24)), None);
        schedule.adjust(&Adjust::Days { from: day(12, 1), until: day(12, 31), closed: None });
        assert_eq!((schedule.open_on(day(12, 24)), schedule.open_on(day(12, 25))), (Some((0, 1_440)), None));
        schedule.adjust(&Adjust::Holidays(false));
        assert!(schedule.open_on(day(12, 25)).is_some());
    }

    #[test]
    fn every_obstacle_is_named_and_opening_removes_it() {
        let good = Schedule::new(Week::always(), 2, 60);
        assert!(good.obstacles().is_empty());
        for (spoil, words) in [
            (Adjust::Capacity(Channel::Web, Limit::PerDay(0)), "Web is 0"),
            (Adjust::Reservable(false), "no advisor is reservable"),
            (Adjust::Advisors(Vec::new()), "no advisor is reservable"),
            (Adjust::AtWork(false), "working times"),
            (Adjust::Horizon { days: Some(0), lead_minutes: None }, "horizon is 0"),
            (Adjust::Horizon { days: Some(1), lead_minutes: Some(2_880) }, "lead time"),
        ] {
            let mut schedule = good.clone();
            schedule.adjust(&spoil);
            assert_eq!(schedule.obstacles().len(), 1, "{spoil:?}");
            assert!(schedule.obstacles()[0].contains(words), "{spoil:?}: {:?}", schedule.obstacles());
            schedule.adjust(&Adjust::Open);
            assert!(schedule.obstacles().is_empty(), "{spoil:?}");
        }
    }

    #[test]
    fn an_advisor_attends_within_working_times_only() {
        let mut schedule = Schedule::new(Week::always(), 0, 0);
        let hours: SomeDays = serde_json::from_str(r#"{"mon": "09:00-12:00"}"#).unwrap();
        let advisor = Advisor { id: "a".to_owned(), reservable: true, hours: Some(hours.alone()) };
        schedule.adjust(&Adjust::Advisors(vec![advisor]));
        let monday = day(3, 2);
        assert!(schedule.attended(monday, (540, 555)) && schedule.attended(monday, (705, 720)));
        assert!(!schedule.attended(monday, (525, 540)) && !schedule.attended(monday, (710, 725)));
        assert!(!schedule.attended(day(3, 3), (540, 555)));
        assert_eq!(serde_json::from_str::<Limit>("\"NL\"").unwrap(), Limit::NoLimit);
        assert_eq!(serde_json::from_str::<Limit>("3").unwrap(), Limit::PerDay(3));
    }
}
