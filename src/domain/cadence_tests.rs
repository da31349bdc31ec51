use chrono::{DateTime, TimeDelta};

use super::*;
use crate::domain::event::CodeOrigin;
use crate::domain::{
    Actor, Confirmation, Contact, Ended, Event, Fact, IntentId, Invitation, OpcodeState, ProbeRecord, ProbeResult,
    Profile, Slots, fold,
};

fn start() -> Timestamp {
    DateTime::from_timestamp(1_750_000_000, 0).unwrap()
}

fn hours(count: i64) -> TimeDelta {
    TimeDelta::hours(count)
}

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

fn added(id: u64) -> Onboarding {
    let profile = Profile {
        name: "Some Motors".into(),
        dealer_code: format!("xts{id}").into(),
        group: "".into(),
        brand: "".into(),
        city: "".into(),
        state: "".into(),
        timezone: crate::timezone::Tz::UTC,
        contact: Contact::default(),
        owner: None,
    };
    let fact = Fact::DealershipAdded { profile };
    let event =
        Event { seq: 1, at: start(), actor: Actor::person("ana"), dealership: Some(DealershipId::from_bits(id)), fact };
    fold([&event]).unwrap()
}

fn invited(id: u64, generated_at: Timestamp) -> Onboarding {
    let mut state = added(id);
    state.invitation = Some(Invitation {
        generation: 1,
        code: "CODE-1".parse().unwrap(),
        generated_at,
        expires_at: generated_at + hours(72),
        issued_at: generated_at,
        known_at: generated_at,
        issued_by: "ana".into(),
        source: CodeOrigin::Paste,
        intent: IntentId::from_bits(1),
        ended: None,
    });
    state
}

fn confirmed(id: u64, at: Timestamp) -> Onboarding {
    let mut state = invited(id, at - hours(10));
    state.confirmation = Confirmation { confirmed_at: Some(at), ..Confirmation::default() };
    state.invitation.as_mut().unwrap().ended = Some((Ended::Used, at));
    state.probe = Some(Box::new(ProbeRecord { at, outcome: Outcome::Connected, reason: "".into() }));
    state
}

fn live(id: u64, at: Timestamp) -> Onboarding {
    let mut state = confirmed(id, at);
    state.opcode_state = OpcodeState::Ok;
    state.slots = Some(Box::new(Slots { checked_at: at, count: 3, days: 1, next: None, by_day: Vec::new() }));
    state
}

fn next(state: &Onboarding, now: Timestamp, last_look: Option<Timestamp>) -> Option<Timestamp> {
    // Nothing is recorded of a code that was never used but "not connected".
    let outcome = state.probe.as_ref().map_or(Outcome::NotConnected, |probe| probe.outcome);
    next_after(state, now, last_look.map(|at| looked(state, at, outcome)).as_ref())
}

fn next_after(state: &Onboarding, now: Timestamp, last: Option<&ProbeState>) -> Option<Timestamp> {
    cadence(state, now, &Policy::default(), &ProbeSchedule::default(), last)
}

fn looked(state: &Onboarding, at: Timestamp, outcome: Outcome) -> ProbeState {
    let result = ProbeResult {
        began_at: at,
        ended_at: at,
        outcome,
        reason: String::new(),
        unrecognised: false,
        answer: None,
        services: None,
    };
    ProbeState::after(&result, state, None)
}

/// Every probe of a span of time, when each is made at the moment it is due.
fn looks(state: &Onboarding, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    probes_after(state, None, from, to)
}

/// The same when there was a probe before.
fn probes_after(state: &Onboarding, mut last: Option<Timestamp>, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let mut looks = Vec::new();
    let mut now = from;
    while let Some(due) = next(state, now, last).filter(|due| *due < to) {
        assert!(last.is_none_or(|last| due > last), "time goes on: {due} after {last:?}");
        now = due.max(now);
        last = Some(now);
        looks.push(now);
    }
    looks
}

#[test]
fn nothing_to_look_for() {
    assert_eq!(next(&added(1), start(), None), None);
    let mut revoked = invited(1, start());
    revoked.invitation.as_mut().unwrap().ended = Some((Ended::Revoked, start()));
    assert_eq!(next(&revoked, start(), None), None);
    let mut archived = live(1, start());
    archived.archived_at = Some(start());
    assert_eq!(next(&archived, start(), None), None);
}

#[test]
fn slow_first_every_minute_around_the_end_and_silent_at_last() {
    for id in 0..50 {
        let state = invited(id, start());
        let end = start() + hours(72);
        let all = looks(&state, start(), start() + hours(24 * 30));
        let within = |from: Timestamp, to: Timestamp| all.iter().filter(|at| (from..to).contains(at)).count();
        assert_eq!(all.first(), Some(&start()), "at once");
        assert_eq!(within(start(), end - hours(24)), 1 + 24, "two-hourly for 48 hours");
        assert!(all.contains(&end), "exactly at the end");
        assert!((29..=31).contains(&within(end - minutes(30), end)));
        assert!((10..=11).contains(&within(end, end + minutes(10))));
        assert!((46..=48).contains(&within(end + minutes(10), end + hours(24))));
        assert!((6..=7).contains(&within(end + hours(24), end + hours(24 * 8))));
        assert_eq!(within(end + hours(24 * 8), end + hours(24 * 27)), 0, "nothing is reflected so late");
    }
}

#[test]
fn an_end_that_nobody_looked_at_is_due_at_once() {
    let state = invited(7, start());
    let end = start() + hours(72);
    let now = end + hours(50);
    assert_eq!(next(&state, now, None), Some(end), "after a restart");
    assert_eq!(next(&state, now, Some(end - minutes(1))), Some(end), "after a suspend");
    assert!(next(&state, now, Some(now)).is_some_and(|due| due > now), "once looked at, the ordinary pace");
}

#[test]
fn dense_after_the_dealers_word() {
    let mut state = invited(3, start());
    let said_at = start() + hours(30);
    state.confirmation.dealer_confirmed_at = Some(said_at);
    state.confirmation.due_at = Some(said_at + hours(24));
    let all = looks(&state, said_at, said_at + hours(48));
    let within =
        |from: TimeDelta, to: TimeDelta| all.iter().filter(|at| (said_at + from..said_at + to).contains(*at)).count();
    assert_eq!(within(hours(0), hours(1)), 1 + 12, "at once, then every five minutes");
    assert!((91..=93).contains(&within(hours(1), hours(24))));
    assert!((47..=48).contains(&within(hours(24), hours(48))));
}

#[test]
fn a_doubted_dealership_gets_its_second_look_after_the_gap() {
    let mut state = live(3, start());
    let doubted_at = start() + hours(5);
    state.probe = Some(Box::new(ProbeRecord { at: doubted_at, outcome: Outcome::NotConnected, reason: "".into() }));
    let gap = TimeDelta::seconds(61);
    assert_eq!(next(&state, doubted_at, Some(doubted_at)), Some(doubted_at + gap));
    assert_eq!(next(&state, doubted_at + hours(9), None), Some(doubted_at + gap), "after a restart: overdue");
    let again = doubted_at + minutes(3);
    assert_eq!(next(&state, again, Some(again)), Some(again + gap), "too soon after the first");
    let told_nothing = looked(&state, again, Outcome::Unknown);
    assert_eq!(
        next_after(&state, again, Some(&told_nothing)),
        Some(doubted_at + gap),
        "it told nothing: still overdue"
    );
}

#[test]
fn live_daily_lost_hourly() {
    let state = live(9, start());
    assert_eq!(looks(&state, start(), start() + hours(24 * 10)).len(), 1 + 10);
    let mut state = live(9, start());
    state.confirmation.lost_at = Some(start());
    assert_eq!(looks(&state, start(), start() + hours(24)).len(), 1 + 24);
    let fresh = confirmed(9, start());
    assert_eq!(looks(&fresh, start(), start() + hours(24)).len(), 1 + 96);
}

#[test]
fn a_clock_that_was_set_back_silences_nobody() {
    let state = live(9, start());
    let due = next(&state, start(), Some(start() + hours(24 * 365))).unwrap();
    assert!(due <= start() + hours(24));
}

#[test]
fn times_at_the_ends_of_the_calendar_do_not_panic() {
    for moment in [Timestamp::MIN_UTC, Timestamp::MAX_UTC] {
        let mut state = invited(1, start());
        state.invitation.as_mut().unwrap().expires_at = moment;
        state.confirmation.lost_at = Some(moment);
        for now in [start(), moment] {
            next(&state, now, None);
            next(&state, now, Some(moment));
            pressing(&state, now);
        }
        let mut state = live(1, start());
        state.probe = Some(Box::new(ProbeRecord { at: moment, outcome: Outcome::NotConnected, reason: "".into() }));
        next(&state, start(), Some(moment));
    }
}

/// Ten thousand that were invited over three days, ten thousand live ones, and a restart: under the budget of ten
/// requests a second in every minute.
#[test]
fn ten_thousand_stay_within_the_budget() {
    let window = hours(1);
    let now = start() + hours(72);
    let mut per_minute = [0_u32; 60];
    let mut count = |state: &Onboarding, rhythm: TimeDelta| {
        let last = looks(state, now - rhythm, now).last().copied();
        for probe in probes_after(state, last, now, now + window) {
            per_minute[usize::try_from((probe - now).num_minutes()).unwrap()] += 1;
        }
    };
    for number in 0..10_000_u64 {
        let age = TimeDelta::milliseconds(25_920 * i64::try_from(number).unwrap());
        count(&invited(number, now - age), hours(2));
        count(&live(100_000 + number, start()), hours(24));
    }
    let most = per_minute.iter().max().unwrap();
    assert!(*most < 5 * 60, "{most} looks in one minute");
}

#[test]
fn a_restart_with_a_hundred_thousand_live_ones_is_no_burst() {
    let now = start() + hours(500);
    let mut per_hour = [0_u32; 24];
    for number in 0..100_000 {
        let state = live(number, start());
        let last = next(&state, now - hours(24), Some(now - hours(24)));
        let due = next(&state, now, last).unwrap();
        per_hour[usize::try_from((due - now).num_minutes() / 60).unwrap().min(23)] += 1;
    }
    assert!(per_hour.iter().all(|looks| (3_800..4_600).contains(looks)), "{per_hour:?}");
}

#[test]
fn what_is_older_than_its_rhythm_and_what_was_never_looked_at_is_due_at_once() {
    let monday = start() + hours(500);
    for number in 0..200 {
        for (state, rhythm) in [
            (live(number, start()), hours(24)),
            (confirmed(number, monday - hours(70)), minutes(30)),
            (invited(number, monday - hours(70)), hours(2)),
        ] {
            let now = monday;
            assert!(next(&state, now, None).is_some_and(|due| due <= now), "never looked at");
            for ago in [minutes(10), hours(1), hours(9), hours(25), hours(63)] {
                let last = now - ago;
                let due = next(&state, now, Some(last)).unwrap();
                assert!(due > last && due <= last + rhythm, "{due} after {last}");
            }
            let due = next(&state, now, Some(now - hours(63))).unwrap();
            assert!(due <= now, "after a weekend");
        }
    }
}

#[test]
fn a_look_that_settles_nothing_does_not_count() {
    let now = start() + hours(500);
    let state = live(9, start());
    let at = now - minutes(5);
    let due_now = |last: &ProbeState| next_after(&state, now, Some(last)).unwrap() <= now;
    assert!(!due_now(&looked(&state, at, Outcome::Connected)));
    for outcome in [Outcome::Unknown, Outcome::OurCredentials] {
        assert!(due_now(&looked(&state, at, outcome)), "{outcome} told nothing");
    }
    assert!(due_now(&looked(&state, at, Outcome::NotConnected)), "it was suppressed: connected is recorded");
    let elsewhere = ProbeState { dealer_code: "xts10".into(), ..looked(&state, at, Outcome::Connected) };
    assert!(due_now(&elsewhere), "another rooftop");
}

#[test]
fn the_most_pressing_moment() {
    let state = invited(1, start());
    assert_eq!(pressing(&state, start()), Some(start() + hours(72)));
    assert_eq!(pressing(&state, start() + hours(80)), Some(start() + hours(72)), "unrecorded");
    assert_eq!(pressing(&live(1, start()), start()), None);
}

#[test]
fn what_a_tick_would_record() {
    let mut state = invited(1, start());
    assert_eq!(next_tick(&state, true), None, "a look decides about the code");
    assert_eq!(next_tick(&state, false), Some(start() + hours(72)));
    state.confirmation.dealer_confirmed_at = Some(start());
    state.confirmation.due_at = Some(start() + hours(24));
    assert_eq!(next_tick(&state, false), Some(start() + hours(24)));
    state.confirmation.overdue_recorded_at = Some(start() + hours(24));
    assert_eq!(next_tick(&state, false), None);
    assert_eq!(next_tick(&confirmed(1, start()), false), None);
}

#[test]
fn a_chosen_opcode_of_which_nothing_is_known_is_looked_for_at_once() {
    let chosen_at = start() + hours(2);
    let mut state = confirmed(9, start());
    state.opcode_since = Some(chosen_at);
    let now = chosen_at + minutes(3);
    assert_eq!(next(&state, now, None), Some(chosen_at));
    assert_eq!(next(&state, now, Some(chosen_at - minutes(1))), Some(chosen_at));
    for last in [chosen_at, chosen_at + minutes(1)] {
        assert!(next(&state, now, Some(last)).is_some_and(|due| due > last), "looked for at {last}");
    }
    let ordinary = |state: &Onboarding| {
        let last = chosen_at - minutes(1);
        next(state, now, Some(last)).is_some_and(|due| due > last && due != chosen_at)
    };
    assert!(ordinary(&Onboarding { opcode_state: OpcodeState::Unknown, ..state.clone() }), "it was looked for");
    let mut waiting = invited(9, start());
    waiting.opcode_since = Some(chosen_at);
    assert!(ordinary(&waiting), "there is nothing to see yet");
}

#[test]
fn the_status_tells_of_the_last_probe_and_of_the_next_one_that_is_due() {
    let state = live(9, start());
    let now = start() + hours(30);
    let kept = looked(&state, start() + hours(29), Outcome::Connected);
    let (policy, schedule) = (Policy::default(), ProbeSchedule::default());
    let status = ProbeStatus::of(&state, Some(&kept), now, &policy, Some(&schedule));
    assert_eq!(status.last.as_ref(), Some(&kept));
    assert_eq!(status.next_at, cadence(&state, now, &policy, &schedule, Some(&kept)));
    assert!(status.next_at.is_some_and(|due| due > kept.at));
    let unscheduled = ProbeStatus::of(&state, Some(&kept), now, &policy, None);
    assert_eq!((unscheduled.last, unscheduled.next_at), (Some(kept), None));
    let never = ProbeStatus::of(&added(1), None, now, &policy, Some(&schedule));
    assert_eq!(never, ProbeStatus::default());
}

#[test]
fn each_dealership_has_a_grid_of_its_own_and_the_next_probe_is_the_first_moment_on_it() {
    for number in 0..200_u64 {
        let id = DealershipId::from_bits(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        for every in [minutes(1), minutes(15), hours(24)] {
            let length = every.num_milliseconds();
            let after = start() + TimeDelta::milliseconds(i64::try_from(number).unwrap() * 7_919);
            let due = on_grid(id, every, after).unwrap();
            assert!(due > after && due <= after + every, "{due} after {after}");
            let phase = spread(id.bits()) % length.unsigned_abs();
            assert_eq!(due.timestamp_millis().rem_euclid(length).unsigned_abs(), phase, "{id} every {every}");
        }
    }
}

/// As published with splitmix64: the first numbers that follow from the seeds 0 and 1234567.
#[test]
fn ids_are_spread_as_they_always_were() {
    let step = 0x9e37_79b9_7f4a_7c15_u64;
    for (seed, steps, expected) in [
        (0, 1, 0xe220_a839_7b1d_cdaf),
        (1_234_567, 1, 6_457_827_717_110_365_317),
        (1_234_567, 2, 3_203_168_211_198_807_973),
        (1_234_567, 3, 9_817_491_932_198_370_423),
    ] {
        assert_eq!(spread(step.wrapping_mul(steps).wrapping_add(seed)), expected, "{seed} after {steps}");
    }
}
