//! When the next probe of a dealership is due, and when a clock has something to record: pure, from state and moment.
//!
//! The next probe is due on a grid that a stable hash of the id shifts, so that probes spread by themselves: the first
//! moment on it after the last one. What was missed while no program ran is therefore due at once, and so is who was
//! never probed; how many of them are probed in a second is up to the budget.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta};

use super::{DealershipId, Onboarding, OpcodeState, Outcome, Policy, ProbeState, ProbeStatus, Stage, Timestamp};

/// How often is probed what. All of it is our assumption; the sum stays under 5 requests/s for 10,000 dealerships
/// that were invited over three days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProbeSchedule {
    /// More than a day before the code dies.
    pub far: TimeDelta,
    /// In the last day of the code.
    pub day: TimeDelta,
    /// In its last six hours.
    pub hours: TimeDelta,
    /// In its last half hour, and in the first ten minutes after it died.
    pub close: TimeDelta,
    /// After that, for as long as a used code may be reflected late.
    pub late: TimeDelta,
    /// In the first hour after the dealer's word.
    pub word: TimeDelta,
    /// From then until the second clock ends.
    pub waiting: TimeDelta,
    pub overdue: TimeDelta,
    /// Confirmed but not live, in the first day.
    pub fresh: TimeDelta,
    /// Confirmed but not live, later.
    pub confirmed: TimeDelta,
    pub lost: TimeDelta,
    /// Live, and everything that nothing happened to for a week.
    pub recheck: TimeDelta,
}

impl Default for ProbeSchedule {
    fn default() -> Self {
        Self {
            far: TimeDelta::hours(2),
            day: TimeDelta::hours(1),
            hours: TimeDelta::minutes(15),
            close: TimeDelta::minutes(1),
            late: TimeDelta::minutes(30),
            word: TimeDelta::minutes(5),
            waiting: TimeDelta::minutes(15),
            overdue: TimeDelta::minutes(30),
            fresh: TimeDelta::minutes(15),
            confirmed: TimeDelta::minutes(30),
            lost: TimeDelta::hours(1),
            recheck: TimeDelta::hours(24),
        }
    }
}

/// After so long without anything new, the daily probe is enough.
const WEEK: TimeDelta = TimeDelta::days(7);

/// When the next probe is due; `None`: nothing to look for. A moment that is past means: now.
///
/// `last` is the last probe, of this run of the program or of one before.
pub fn cadence(
    state: &Onboarding,
    now: Timestamp,
    policy: &Policy,
    schedule: &ProbeSchedule,
    last: Option<&ProbeState>,
) -> Option<Timestamp> {
    let stage = state.stage(now);
    if stage == Stage::Archived {
        return None;
    }
    // One that lies ahead is from before the clock was set back: it must not silence a dealership.
    let last_probe = last.filter(|last| last.at <= now && last.settles(state)).map(|last| last.at);
    if let Some(died_at) = unrecorded_expiry(state, now)
        && last_probe.is_none_or(|at| at < died_at)
    {
        return Some(died_at);
    }
    if let Some(doubted_at) = doubted_since(state) {
        return later(last_probe.map_or(doubted_at, |at| at.max(doubted_at)), second_probe_after(policy));
    }
    // Nothing is known of the code that was chosen: that is found out at once.
    if stage == Stage::Confirmed
        && state.opcode_state == OpcodeState::Unchecked
        && let Some(since) = state.opcode_since
        && last_probe.is_none_or(|at| at < since)
    {
        return Some(since);
    }
    let spans = spans_of(state, stage, policy, schedule)?;
    match last_probe {
        Some(after) => first_in(&spans, state.id, after),
        None => Some(state.invitation.as_ref().map_or(state.added_at, |newest| newest.issued_at).min(now)),
    }
}

impl ProbeStatus {
    /// `kept` is the last probe that is kept beside the events; without a schedule nothing is probed.
    pub fn of(
        state: &Onboarding,
        kept: Option<&ProbeState>,
        now: Timestamp,
        policy: &Policy,
        schedule: Option<&ProbeSchedule>,
    ) -> Self {
        let last = ProbeState::last(state, kept, now);
        let next_at = schedule.and_then(|schedule| cadence(state, now, policy, schedule, last.as_deref()));
        Self { last: last.map(Cow::into_owned), next_at }
    }
}

/// How often a dealership is probed, and until when; `None`: not at all.
fn spans_of(state: &Onboarding, stage: Stage, policy: &Policy, schedule: &ProbeSchedule) -> Option<Vec<Span>> {
    Some(match stage {
        Stage::New | Stage::Revoked | Stage::Archived => return None,
        Stage::Invited | Stage::Expired => around_expiry(state.invitation.as_ref()?.expires_at, policy, schedule),
        Stage::AwaitingXtime | Stage::Overdue => {
            let (said_at, due_at) = (state.confirmation.dealer_confirmed_at?, state.confirmation.due_at?);
            vec![
                Span::until(later(said_at, TimeDelta::hours(1)), schedule.word),
                Span::until(Some(due_at), schedule.waiting),
                Span::until(later(due_at, WEEK), schedule.overdue),
                Span::ever(schedule.recheck),
            ]
        }
        Stage::Confirmed | Stage::OpcodeMissing | Stage::NoSlots => {
            let since = newest_finding(state)?;
            vec![
                Span::until(later(since, TimeDelta::days(1)), schedule.fresh),
                Span::until(later(since, WEEK), schedule.confirmed),
                Span::until(later(since, WEEK * 4), schedule.lost),
                Span::ever(schedule.recheck),
            ]
        }
        Stage::Live => vec![Span::ever(schedule.recheck)],
        Stage::Lost => {
            let lost_at = state.confirmation.lost_at?;
            vec![Span::until(later(lost_at, WEEK), schedule.lost), Span::ever(schedule.recheck)]
        }
    })
}

/// The moment whose nearness decides which of the probes that are due comes first; `None`: no clock presses.
pub fn pressing(state: &Onboarding, now: Timestamp) -> Option<Timestamp> {
    unrecorded_expiry(state, now).or_else(|| doubted_since(state)).or_else(|| state.next_deadline(now))
}

/// When a clock will have something to record ([`super::Command::Tick`]); `None`: no clock runs, or all is recorded.
pub fn next_tick(state: &Onboarding, probing: bool) -> Option<Timestamp> {
    if state.archived_at.is_some() || state.is_confirmed() {
        return None;
    }
    let overdue = state.confirmation.due_at.filter(|_| state.confirmation.overdue_recorded_at.is_none());
    let expiry = open_code_end(state).filter(|_| !probing);
    [overdue, expiry].into_iter().flatten().min()
}

/// A probe may be the second one only if it began a minute after the first had ended.
pub fn second_probe_after(policy: &Policy) -> TimeDelta {
    policy.lost_gap + TimeDelta::seconds(1)
}

/// When the code dies whose end has not been recorded and still matters.
fn open_code_end(state: &Onboarding) -> Option<Timestamp> {
    let newest = state.invitation.as_ref().filter(|newest| newest.ended.is_none())?;
    let open = !state.is_confirmed() && state.confirmation.dealer_confirmed_at.is_none();
    open.then_some(newest.expires_at)
}

fn unrecorded_expiry(state: &Onboarding, now: Timestamp) -> Option<Timestamp> {
    open_code_end(state).filter(|end| *end <= now)
}

/// When a confirmed dealership first answered "not connected".
fn doubted_since(state: &Onboarding) -> Option<Timestamp> {
    let probe = state.probe.as_ref().filter(|probe| probe.outcome == Outcome::NotConnected)?;
    state.is_confirmed().then_some(probe.at)
}

/// When something was last found out about a confirmed dealership.
fn newest_finding(state: &Onboarding) -> Option<Timestamp> {
    let slots = state.slots.as_ref().map(|slots| slots.checked_at);
    [state.confirmation.confirmed_at, state.opcode_since, slots].into_iter().flatten().max()
}

/// A span of time with one interval between probes.
struct Span {
    /// Its end; `None`: it never ends.
    until: Option<Timestamp>,
    every: TimeDelta,
    /// Its end is a deadline: the probe belongs exactly there.
    deadline: bool,
}

impl Span {
    fn until(end: Option<Timestamp>, every: TimeDelta) -> Self {
        Self { until: end, every, deadline: false }
    }

    fn ever(every: TimeDelta) -> Self {
        Self { until: None, every, deadline: false }
    }
}

/// Slow while much time is left, every minute close to the end, slower while a used code may still be reflected.
fn around_expiry(end: Timestamp, policy: &Policy, schedule: &ProbeSchedule) -> Vec<Span> {
    let reflected = policy.confirm_within;
    vec![
        Span::until(later(end, -TimeDelta::days(1)), schedule.far),
        Span::until(later(end, -TimeDelta::hours(6)), schedule.day),
        Span::until(later(end, -TimeDelta::minutes(30)), schedule.hours),
        Span { deadline: true, ..Span::until(Some(end), schedule.close) },
        Span::until(later(end, TimeDelta::minutes(10)), schedule.close),
        Span::until(later(end, reflected), schedule.late),
        Span::until(later(end, reflected + WEEK), schedule.recheck),
    ]
}

/// The first probe after a moment; `None` when the last span ends before one would be due.
fn first_in(spans: &[Span], id: DealershipId, after: Timestamp) -> Option<Timestamp> {
    let mut from = after;
    for span in spans {
        if span.until.is_some_and(|end| end <= from) {
            continue;
        }
        let next = on_grid(id, span.every, from)?;
        match span.until {
            Some(end) if next >= end && span.deadline => return Some(end),
            Some(end) if next >= end => from = end,
            _ => return Some(next),
        }
    }
    None
}

/// The first moment after `after` that is on the dealership's own grid.
fn on_grid(id: DealershipId, every: TimeDelta, after: Timestamp) -> Option<Timestamp> {
    let every = every.num_milliseconds().max(1_000);
    let phase = (spread(id.bits()) % every.unsigned_abs()).cast_signed();
    let after = after.timestamp_millis();
    DateTime::from_timestamp_millis(after + every - (after - phase).rem_euclid(every))
}

/// Spreads the bits of an id evenly (the finalizer of splitmix64); stable for ever, unlike the standard hasher.
fn spread(bits: u64) -> u64 {
    let mixed = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

/// A moment moved by a length; `None` beyond the calendar's ends.
fn later(at: Timestamp, by: TimeDelta) -> Option<Timestamp> {
    at.checked_add_signed(by)
}

#[cfg(test)]
#[path = "cadence_tests.rs"]
mod tests;
