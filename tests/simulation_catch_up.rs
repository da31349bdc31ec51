//! A desk that is not always open: what was missed is made up for at the start, nearest deadlines first.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod simulation_support;

use chrono::TimeDelta;
use cloverwatch::clock::Clock;
use cloverwatch::domain::{Outcome, ProbeState, Stage, Timestamp};
use cloverwatch::protocol::PlatformState;
use cloverwatch::store::Store;
use simulation_support::desk::{Desk, hours};
use simulation_support::{run, start};

fn seconds(count: i64) -> TimeDelta {
    TimeDelta::seconds(count)
}

/// When a dealership was probed, as the platform saw it.
fn probes(desk: &Desk, place: usize) -> Vec<Timestamp> {
    let code = format!("xts{place:05}");
    let world = desk.world.state.lock();
    world.answers.get(&code).map(|answers| answers.iter().map(|answer| answer.ended_at).collect()).unwrap_or_default()
}

fn looked_at_since(desk: &Desk, place: usize, since: Timestamp) -> bool {
    probes(desk, place).last().is_some_and(|at| *at >= since)
}

/// Five hundred, most of them live. It opens at 8 and closes at 17, on Monday to Friday, for two weeks.
#[test]
fn a_desk_that_is_open_from_8_to_17_looks_at_each_live_one_each_day_and_catches_up_after_the_weekend() {
    const DEALERSHIPS: usize = 500;
    const LIVE: usize = 400;
    run(async |idle| {
        let mut desk = Desk::open(idle, DEALERSHIPS, |_| ()).await;
        for place in 0..LIVE {
            desk.go_live(place).await;
        }
        for day in 0..10 {
            let opened = if day == 0 { start() } else { desk.clock.now() };
            assert_eq!(opened.format("%H").to_string(), "08");
            if day == 5 {
                // Monday. Three of four probes go to the nearest deadlines, ten a second.
                let share = i64::try_from(DEALERSHIPS - LIVE).unwrap() * 4 / 3 / 10 + 3;
                desk.pass(seconds(share)).await;
                let missed: Vec<_> =
                    (LIVE..DEALERSHIPS).filter(|place| !looked_at_since(&desk, *place, opened)).collect();
                assert_eq!(missed, Vec::<usize>::new(), "pending, and not probed within {share} s");
                let backlog = desk.engine.status().borrow().backlog.clone();
                assert!(
                    backlog.as_ref().is_some_and(|progress| progress.total > DEALERSHIPS - 10),
                    "told as progress: {backlog:?}"
                );
            }
            desk.pass(opened + hours(4) - desk.clock.now()).await;
            if day == 4 {
                // On Friday at noon: their codes die on Monday at noon.
                for place in LIVE..DEALERSHIPS {
                    desk.invite(place, desk.clock.now()).await;
                }
            }
            desk.pass(opened + hours(9) - desk.clock.now()).await;
            let missed: Vec<_> = (0..LIVE).filter(|place| !looked_at_since(&desk, *place, opened)).collect();
            assert_eq!(missed, Vec::<usize>::new(), "day {day}");
            desk = desk.reopen(hours(if day == 4 { 15 + 48 } else { 15 })).await;
        }
    });
}

#[test]
fn after_three_days_off_sixty_live_ones_are_looked_at_within_25_seconds() {
    run(async |idle| {
        let desk = Desk::open(idle, 60, |_| ()).await;
        for place in 0..60 {
            desk.go_live(place).await;
        }
        let desk = desk.reopen(hours(72)).await;
        let opened = desk.clock.now();
        let before = desk.engine.probe_status(desk.ids[0]);
        assert_eq!(before.last.as_ref().map(|last| last.outcome), Some(Outcome::Connected), "as it was before");
        desk.pass(seconds(25)).await;
        let done = (0..60).filter(|place| looked_at_since(&desk, *place, opened)).count();
        assert_eq!(done, 60);
        desk.pass(TimeDelta::minutes(1)).await;
        let after = desk.engine.probe_status(desk.ids[0]);
        let (before, last) = (before.last.unwrap(), after.last.unwrap());
        assert_eq!((last.since, last.outcome), (before.since, Outcome::Connected), "it has said so all the time");
        assert!(last.at >= opened && after.next_at.is_some_and(|next| next > desk.clock.now()));
        desk.pass(hours(1)).await;
        let requests = desk.world.requests();
        let desk = desk.reopen(TimeDelta::minutes(1)).await;
        desk.pass(TimeDelta::minutes(5)).await;
        assert!(desk.world.requests() - requests < 60, "a restart after that makes nobody due");
    });
}

#[test]
fn a_look_of_before_the_restart_that_was_not_recorded_is_not_the_first_of_two() {
    run(async |idle| {
        let desk = Desk::open(idle, 4, |_| ()).await;
        for place in 0..4 {
            desk.go_live(place).await;
        }
        // Suppressed three days ago, as while many turn together.
        let store = desk.store.clone();
        let kept = store.probes().get(desk.ids[2]).unwrap();
        store.probes().put(desk.ids[2], ProbeState { outcome: Outcome::NotConnected, ..ProbeState::clone(&kept) });
        let desk = desk.reopen(hours(72)).await;
        desk.world.dealer("xts00002", |dealer| dealer.connected = false);
        desk.pass(seconds(20)).await;
        assert_eq!(desk.kinds(2).last(), Some(&"probe.changed"), "doubted");
        assert!(desk.state(2).is_confirmed());
        desk.pass(TimeDelta::minutes(3)).await;
        assert_eq!(desk.state(2).stage(desk.clock.now()), Stage::Lost);
    });
}

#[test]
fn many_that_turn_while_the_desk_is_closed_are_one_alarm_and_nobody_is_lost() {
    run(async |idle| {
        let desk = Desk::open(idle, 12, |_| ()).await;
        for place in 0..12 {
            desk.go_live(place).await;
        }
        desk.world.mood(|mood| mood.nobody = true);
        let mut desk = desk;
        for _ in 0..3 {
            desk = desk.reopen(hours(72)).await;
            desk.pass(hours(9)).await;
            assert!(matches!(desk.platform(), PlatformState::MassDisconnect { .. }), "{:?}", desk.platform());
            assert!((0..12).all(|place| desk.state(place).is_confirmed()), "nobody is lost");
        }
        desk.world.mood(|mood| mood.nobody = false);
        let desk = desk.reopen(hours(15)).await;
        desk.pass(seconds(30)).await;
        assert!((0..12).all(|place| desk.stage(place) == "live"));
    });
}
