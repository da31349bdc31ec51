//! The slots that a simulated dealership offers: its schedule, what others have booked, and its local time.

use std::collections::BTreeSet;

use crate::timezone::Tz;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};

use super::profile::DealerProfile;
use super::schedule::Schedule;
use super::seeded_rng::SeededRng;

/// The length of a slot in minutes.
pub(super) const SLOT_MINUTES: u32 = 15;

/// One slot that is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OfferedSlot {
    /// The wall clock of the dealership.
    pub(super) local: NaiveDateTime,
    pub(super) at: DateTime<Tz>,
}

/// Everything the slots depend on.
pub(super) struct Calendar<'a> {
    pub(super) seed: u64,
    pub(super) dealer: &'a str,
    pub(super) profile: &'a DealerProfile,
    pub(super) schedule: &'a Schedule,
    /// Wall-clock times that were booked through us or taken on command.
    pub(super) taken: &'a BTreeSet<NaiveDateTime>,
}

impl Calendar<'_> {
    /// What is offered on a day, in order. Slots before the lead time, those beyond the horizon and those that the change
    /// to summer time skips are not; of the hour that the change back repeats, the first is meant.
    pub(super) fn day(&self, day: NaiveDate, now: DateTime<Utc>) -> Vec<OfferedSlot> {
        let today = now.with_timezone(&self.profile.zone).date_naive();
        if day < today || day.signed_duration_since(today) >= TimeDelta::days(i64::from(self.schedule.horizon_days)) {
            return Vec::new();
        }
        let Some((open, close)) = self.schedule.open_on(day) else { return Vec::new() };
        if self.schedule.web_per_day().is_some_and(|limit| self.taken_on(day) >= limit as usize) {
            return Vec::new();
        }
        let Some(earliest) = now.checked_add_signed(self.schedule.lead()) else { return Vec::new() };
        (open..close)
            .step_by(SLOT_MINUTES as usize)
            .filter(|minute| minute + SLOT_MINUTES <= close)
            .filter(|minute| self.schedule.attended(day, (*minute, minute + SLOT_MINUTES)))
            .filter_map(|minute| day.and_hms_opt(minute / 60, minute % 60, 0))
            .filter(|local| !self.taken.contains(local) && !self.occupied(*local))
            .filter_map(|local| {
                let at = self.profile.zone.from_local_datetime(&local).earliest()?;
                (at.to_utc() > earliest).then_some(OfferedSlot { local, at })
            })
            .collect()
    }

    fn taken_on(&self, day: NaiveDate) -> usize {
        let (start, end) =
            (day.and_time(chrono::NaiveTime::MIN), day.succ_opt().map(|next| next.and_time(chrono::NaiveTime::MIN)));
        self.taken.range(start..end.unwrap_or(NaiveDateTime::MAX)).count()
    }

    /// What is offered from one day to another, both included.
    pub(super) fn days(&self, start: NaiveDate, end: NaiveDate, now: DateTime<Utc>) -> Vec<OfferedSlot> {
        start.iter_days().take_while(|day| *day <= end).take(7).flat_map(|day| self.day(day, now)).collect()
    }

    /// Whether a slot can be booked.
    pub(super) fn offers(&self, local: NaiveDateTime, now: DateTime<Utc>) -> bool {
        self.day(local.date(), now).iter().any(|offer| offer.local == local)
    }

    /// The first slot that is free.
    pub(super) fn first(&self, now: DateTime<Utc>) -> Option<OfferedSlot> {
        if !self.schedule.obstacles().is_empty() {
            return None;
        }
        let today = now.with_timezone(&self.profile.zone).date_naive();
        let days = usize::from(self.schedule.horizon_days);
        today.iter_days().take(days).find_map(|day| self.day(day, now).into_iter().next())
    }

    fn occupied(&self, local: NaiveDateTime) -> bool {
        let words = ["slot", self.dealer, &local.and_utc().timestamp().to_string()];
        SeededRng::of(self.seed, &words).likely(self.profile.occupancy)
    }
}

/// A slot as the platform writes it: the wall clock and an offset without a colon, or a `Z` that means nothing.
pub(super) fn written(offer: &OfferedSlot, zulu: bool) -> String {
    if zulu {
        offer.local.format("%Y-%m-%dT%H:%MZ").to_string()
    } else {
        offer.at.format("%Y-%m-%dT%H:%M%z").to_string()
    }
}

/// A wall clock as a dealership writes it.
pub(super) fn written_at(local: NaiveDateTime, profile: &DealerProfile) -> String {
    match profile.zone.from_local_datetime(&local).earliest() {
        Some(at) => written(&OfferedSlot { local, at }, profile.zulu),
        None => local.format("%Y-%m-%dT%H:%M").to_string(),
    }
}

/// Reads the wall clock of a time as callers send it, whatever offset follows; `None` when there is none.
pub(super) fn wall_clock(text: &str) -> Option<NaiveDateTime> {
    let local = NaiveDateTime::parse_from_str(text.get(..16)?, "%Y-%m-%dT%H:%M").ok()?;
    let rest = text.get(16..)?;
    let rest = rest.strip_prefix(":00").unwrap_or(rest);
    let rest = rest.strip_prefix(".000").unwrap_or(rest);
    let offset = rest.is_empty()
        || rest == "Z"
        || rest.strip_prefix(['+', '-']).is_some_and(|digits| {
            matches!(digits.len(), 4 | 5) && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
        });
    offset.then_some(local)
}

#[cfg(test)]
mod tests {
    use super::super::schedule::{Adjust, Channel, Limit};
    use super::super::week::Week;
    use super::*;

    fn quiet(zone: Tz) -> (DealerProfile, Schedule) {
        let mut profile = DealerProfile::of(1, "xts1", Some(zone));
        profile.occupancy = 0.0;
        (profile, Schedule::new(Week::always(), 1, 0))
    }

    fn date(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn a_skipped_hour_is_not_offered_and_a_repeated_one_is_offered_once() {
        let (profile, schedule) = quiet(chrono_tz::America::Chicago.into());
        let taken = BTreeSet::new();
        let calendar = Calendar { seed: 1, dealer: "xts1", profile: &profile, schedule: &schedule, taken: &taken };
        let now = Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap();
        let spring = calendar.day(date(2026, 3, 8), now);
        assert_eq!(spring.len(), 92);
        assert_eq!(written(&spring[7], false), "2026-03-08T01:45-0600");
        assert_eq!(written(&spring[8], false), "2026-03-08T03:00-0500");
        assert_eq!(written(&spring[8], true), "2026-03-08T03:00Z");
        let now = Utc.with_ymd_and_hms(2026, 10, 20, 12, 0, 0).unwrap();
        let autumn = calendar.day(date(2026, 11, 1), now);
        assert_eq!(autumn.len(), 96);
        assert_eq!(written(&autumn[4], false), "2026-11-01T01:00-0500");
        assert!(calendar.day(date(2026, 10, 19), now).is_empty());
        assert!(calendar.day(date(2026, 12, 18), now).len() == 96 && calendar.day(date(2026, 12, 19), now).is_empty());
    }

    #[test]
    fn lead_time_horizon_and_daily_capacity_bound_what_is_offered() {
        let (profile, mut schedule) = quiet(chrono_tz::America::Phoenix.into());
        let mut taken = BTreeSet::new();
        let now = Utc.with_ymd_and_hms(2026, 3, 2, 19, 0, 0).unwrap();
        let count = |schedule: &Schedule, taken: &BTreeSet<NaiveDateTime>, day| {
            let calendar = Calendar { seed: 1, dealer: "xts1", profile: &profile, schedule, taken };
            calendar.day(date(2026, 3, day), now).len()
        };
        assert_eq!(count(&schedule, &taken, 2), 47, "noon itself is over");
        schedule.adjust(&Adjust::Horizon { days: Some(2), lead_minutes: Some(60) });
        assert_eq!([2, 3, 4].map(|day| count(&schedule, &taken, day)), [43, 96, 0]);
        schedule.adjust(&Adjust::Capacity(Channel::Web, Limit::PerDay(1)));
        assert_eq!(count(&schedule, &taken, 3), 96);
        taken.insert(date(2026, 3, 3).and_hms_opt(0, 0, 0).unwrap());
        assert_eq!([2, 3].map(|day| count(&schedule, &taken, day)), [43, 0]);
        schedule.adjust(&Adjust::Capacity(Channel::Web, Limit::NoLimit));
        assert_eq!(count(&schedule, &taken, 3), 95);
    }

    #[test]
    fn wall_clocks_are_read_whatever_the_offset() {
        let expected = NaiveDate::from_ymd_opt(2024, 3, 30).unwrap().and_hms_opt(14, 0, 0);
        for text in ["2024-03-30T14:00-0500", "2024-03-30T14:00Z", "2024-03-30T14:00:00-05:00", "2024-03-30T14:00"] {
            assert_eq!(wall_clock(text), expected, "{text}");
        }
        for text in ["", "2024-03-30", "2024-03-30T14:00 now", "2024-03-30T14:0é", "2024-13-30T14:00Z"] {
            assert_eq!(wall_clock(text), None, "{text}");
        }
    }
}
