//! How fast requests leave, and what becomes of them when the platform asks us to wait: the real engine, time moved by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod simulation_support;

use std::time::Duration;

use chrono::TimeDelta;
use cloverwatch::clock::Clock;
use cloverwatch::domain::Outcome;
use cloverwatch::protocol::{Checked, PlatformState, RequestError};
use futures::future::join_all;
use simulation_support::desk::{Desk, hours};
use simulation_support::{run, start};

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

/// Probes all of them that a person asked for, all at once.
fn check_all(desk: &Desk) -> impl Future<Output = Vec<Result<Checked, RequestError>>> + Send + use<> {
    let (engine, ids) = (desk.engine.clone(), desk.ids.clone());
    join_all(ids.into_iter().map(move |id| {
        let engine = engine.clone();
        async move { engine.check(id).await }
    }))
}

/// The most requests that arrived within any second.
fn most_in_a_second(desk: &Desk) -> usize {
    let state = desk.world.state.lock();
    let sent: Vec<Duration> = state.requests.iter().map(|(at, _)| *at).collect();
    let from = |place: usize| sent.partition_point(|at| *at + Duration::from_secs(1) <= sent[place]);
    (0..sent.len()).map(|place| place + 1 - from(place)).max().unwrap_or_default()
}

#[test]
fn a_limiter_by_arrival_refuses_nothing_of_a_backlog() {
    run(async |idle| {
        let desk = Desk::open(idle, 300, |_| ()).await;
        for place in 0..300 {
            // Probes, and slots over a fortnight in requests of six days.
            desk.world.live(&format!("xts{place:05}"));
            desk.invite(place, start() - hours(71)).await;
        }
        desk.pass(minutes(5)).await;
        let answers = desk.wait(check_all(&desk)).await;
        assert!(answers.iter().all(Result::is_ok));
        assert!((0..300).all(|place| desk.stage(place) == "live"));
        assert!(desk.world.requests() >= 300 * 4);
        let limited = desk.world.state.lock().limited;
        assert_eq!((limited, most_in_a_second(&desk)), (0, 10));
    });
}

#[test]
fn a_restart_costs_one_request_more_in_a_second() {
    run(async |idle| {
        let mut desk = Desk::open(idle, 60, |_| ()).await;
        for place in 0..60 {
            desk.invite(place, start() - hours(71)).await;
        }
        desk.pass(TimeDelta::seconds(2)).await;
        desk.engine.shutdown().await.unwrap();
        let Desk { clock, world, store, idle, .. } = desk;
        desk = Desk::again(idle, clock, world, store.log(), |_| ());
        desk.pass(minutes(1)).await;
        assert!(most_in_a_second(&desk) <= 11, "{}", most_in_a_second(&desk));
    });
}

#[test]
fn looks_that_a_person_asked_for_wait_when_the_platform_asks_and_go_on() {
    run(async |idle| {
        let desk = Desk::open(idle, 40, |parts| parts.background = false).await;
        let all = tokio::spawn(check_all(&desk));
        desk.pass(TimeDelta::seconds(1)).await;
        desk.world.mood(|mood| mood.busy = Some(Duration::from_secs(120)));
        desk.pass(TimeDelta::seconds(2)).await;
        let PlatformState::RateLimited { until, since, .. } = desk.platform() else { panic!("{:?}", desk.platform()) };
        assert!(until >= since + TimeDelta::seconds(119) && until <= desk.clock.now() + TimeDelta::seconds(120));
        let requests = desk.world.requests();
        desk.world.mood(|mood| mood.busy = None);
        desk.pass(until - desk.clock.now() - TimeDelta::seconds(1)).await;
        assert_eq!(desk.world.requests(), requests, "nobody is asked before the time is over");
        let answers = desk.wait(async move { all.await.unwrap() }).await;
        assert_eq!(answers.len(), 40);
        assert!(answers.into_iter().all(|answer| answer.unwrap().result.outcome == Outcome::NotConnected));
        assert_eq!(desk.platform(), PlatformState::Ok);
    });
}

#[test]
fn a_platform_that_always_asks_to_wait_is_given_up_in_the_end() {
    run(async |idle| {
        let desk = Desk::open(idle, 40, |parts| parts.background = false).await;
        desk.world.mood(|mood| mood.busy = Some(Duration::MAX));
        let began = desk.clock.elapsed();
        let answers = desk.wait(check_all(&desk)).await;
        let took = desk.clock.elapsed().saturating_sub(began);
        assert!(took >= Duration::from_secs(900) && took < Duration::from_secs(1_900), "{took:?}");
        let told = |answer: &Result<Checked, RequestError>| match answer {
            Ok(checked) => checked.result.outcome == Outcome::Unknown,
            Err(error) => matches!(error, RequestError::RateLimited(_)),
        };
        assert!(answers.iter().all(told), "{answers:?}");
        assert!(desk.world.requests() < 40, "{} requests", desk.world.requests());
    });
}

#[test]
fn whoever_was_turned_away_is_looked_at_again_in_turn() {
    run(async |idle| {
        let desk = Desk::open(idle, 30, |_| ()).await;
        for place in 0..30 {
            desk.invite(place, start() - hours(1)).await;
        }
        desk.pass(minutes(5)).await;
        desk.world.mood(|mood| mood.busy = Some(Duration::MAX));
        let answers = desk.wait(check_all(&desk)).await;
        assert!(answers.iter().any(|answer| matches!(answer, Err(RequestError::RateLimited(_)))), "{answers:?}");
        desk.world.mood(|mood| mood.busy = None);
        for id in &desk.ids {
            assert!(desk.engine.probe_status(*id).next_at.is_some(), "never probed again");
        }
    });
}

#[test]
fn one_huge_retry_after_stops_nobody_for_longer_than_the_cap() {
    run(async |idle| {
        let desk = Desk::open(idle, 5, |_| ()).await;
        for place in 0..5 {
            desk.invite(place, start() - hours(71)).await;
        }
        desk.pass(minutes(5)).await;
        desk.world.mood(|mood| mood.busy = Some(Duration::from_secs(86_400)));
        let mut asked = desk.world.requests();
        desk.pass(minutes(10)).await;
        desk.world.mood(|mood| mood.busy = None);
        assert!(desk.platform().is_alarm(), "{:?}", desk.platform());
        assert!(desk.world.requests() - asked <= 4, "those that were under way");
        asked = desk.world.requests();
        desk.pass(minutes(25)).await;
        assert_eq!(desk.platform(), PlatformState::Ok);
        assert!(desk.world.requests() > asked + 5);
    });
}

#[test]
fn a_platform_that_asks_for_no_time_at_all_is_not_asked_again_and_again() {
    run(async |idle| {
        let desk = Desk::open(idle, 5, |parts| parts.background = false).await;
        desk.world.mood(|mood| mood.busy = Some(Duration::ZERO));
        let all = tokio::spawn(check_all(&desk));
        desk.pass(minutes(1)).await;
        let requests = desk.world.requests();
        assert!((6..=25).contains(&requests), "{requests} requests");
        desk.world.mood(|mood| mood.busy = None);
        let answers = desk.wait(async move { all.await.unwrap() }).await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    });
}
