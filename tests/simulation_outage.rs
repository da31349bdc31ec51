//! Outages of the platform in the log: the real engine, a simulated world, time moved by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod simulation_support;

use std::sync::Arc;

use chrono::TimeDelta;
use cloverwatch::clock::Clock;
use cloverwatch::domain::{Event, Fact, Timestamp};
use cloverwatch::protocol::PlatformState;
use simulation_support::desk::{Desk, hours};
use simulation_support::store::Doom;
use simulation_support::{run, start};

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

/// The events of the platform, which name no dealership.
fn outages(desk: &Desk) -> Vec<Event> {
    let log = desk.store.log();
    let of_platform: Vec<Event> = log.into_iter().filter(|event| event.dealership.is_none()).collect();
    assert!(of_platform.iter().all(|event| event.fact.kind().starts_with("platform.")));
    of_platform
}

fn kinds(desk: &Desk) -> Vec<&'static str> {
    outages(desk).iter().map(|event| event.fact.kind()).collect()
}

fn failing_since(event: &Event) -> Timestamp {
    let Fact::PlatformFailing { since, .. } = &event.fact else { panic!("{:?}", event.fact) };
    *since
}

/// Thirty dealerships that are probed every minute.
async fn busy(idle: Arc<simulation_support::Idle>) -> Desk {
    let desk = Desk::open(idle, 30, |_| ()).await;
    for place in 0..30 {
        desk.invite(place, start() - hours(71)).await;
    }
    desk.pass(minutes(5)).await;
    desk
}

#[test]
fn one_outage_is_one_pair_of_events_without_a_dealership() {
    run(async |idle| {
        let desk = busy(idle).await;
        assert_eq!(kinds(&desk), [""; 0], "what never failed is no event");
        let began = desk.clock.now();
        desk.world.mood(|mood| mood.down = true);
        desk.pass(hours(3)).await;
        let events = outages(&desk);
        assert_eq!(events.len(), 1, "one beginning, however long it lasts");
        let since = failing_since(&events[0]);
        assert!(since >= began && since <= began + minutes(2), "{since}");
        assert_eq!(events[0].actor.as_str(), "system:probe");
        desk.world.mood(|mood| mood.down = false);
        desk.pass(hours(1)).await;
        assert_eq!(kinds(&desk), ["platform.failing", "platform.answers"]);
        let Fact::PlatformAnswers { since: answers, failing_since, last_failed } = outages(&desk)[1].fact else {
            panic!()
        };
        assert_eq!(failing_since, since);
        assert!(last_failed.is_some_and(|last| last < answers && last + minutes(6) > answers), "{last_failed:?}");
        assert!(!outages(&desk)[1].summary().contains("at most"), "it was seen from end to end");
        assert!(answers >= began + hours(3) && answers <= began + hours(3) + minutes(6), "{answers}");
        desk.pass(hours(24)).await;
        assert_eq!(kinds(&desk).len(), 2);
    });
}

#[test]
fn refused_credentials_are_an_outage_too() {
    run(async |idle| {
        let desk = busy(idle).await;
        desk.world.mood(|mood| mood.refused = true);
        desk.pass(hours(1)).await;
        assert!(matches!(outages(&desk)[..], [Event { fact: Fact::PlatformFailing { credentials: true, .. }, .. }]));
        // It turns into the other kind: still the same outage.
        desk.world.mood(|mood| (mood.refused, mood.down) = (false, true));
        desk.pass(hours(1)).await;
        assert_eq!(kinds(&desk).len(), 1);
        desk.world.mood(|mood| mood.down = false);
        desk.pass(hours(1)).await;
        assert_eq!(kinds(&desk), ["platform.failing", "platform.answers"]);
    });
}

#[test]
fn an_outage_goes_on_over_a_restart_and_ends_once() {
    run(async |idle| {
        let mut desk = busy(idle).await;
        desk.world.mood(|mood| mood.down = true);
        desk.pass(minutes(30)).await;
        let since = failing_since(&outages(&desk)[0]);
        for _ in 0..2 {
            desk.engine.shutdown().await.unwrap();
            let Desk { clock, world, store, idle, .. } = desk;
            desk = Desk::again(idle, clock, world, store.log(), |_| ());
            desk.pass(minutes(30)).await;
            assert!(matches!(desk.platform(), PlatformState::Down { .. }));
            assert_eq!(kinds(&desk), ["platform.failing"], "a restart begins no second outage");
        }
        desk.engine.shutdown().await.unwrap();
        let Desk { clock, world, store, idle, .. } = desk;
        // It is over while nobody probes: the first answer closes it.
        world.mood(|mood| mood.down = false);
        clock.advance(hours(8).to_std().unwrap());
        let desk = Desk::again(idle, clock, world, store.log(), |_| ());
        desk.pass(minutes(5)).await;
        let end = &outages(&desk)[1];
        let Fact::PlatformAnswers { failing_since, last_failed, .. } = end.fact else { panic!() };
        assert_eq!((kinds(&desk).len(), failing_since), (2, since));
        assert_eq!(last_failed, Some(since), "this run did not see it fail");
        let words = end.summary();
        assert!(
            words.starts_with("Xtime answers again, after at most 9h ") && words.ends_with("nobody saw it end"),
            "{words}"
        );
    });
}

#[test]
fn a_platform_that_fails_again_within_seconds_has_one_outage() {
    run(async |idle| {
        let desk = busy(idle).await;
        desk.world.mood(|mood| mood.down = true);
        desk.pass(minutes(10)).await;
        for _ in 0..20 {
            // A person's probe goes through, and at once it fails again.
            desk.world.mood(|mood| mood.down = false);
            desk.check(0).await.unwrap();
            desk.world.mood(|mood| mood.down = true);
            for place in 1..6 {
                desk.check(place).await.unwrap();
            }
            assert!(matches!(desk.platform(), PlatformState::Down { .. }));
        }
        assert_eq!(kinds(&desk), ["platform.failing"]);
    });
}

#[test]
fn an_outage_with_a_full_disk_is_recorded_when_there_is_room_or_not_at_all() {
    run(async |idle| {
        let desk = busy(idle).await;
        for recorded in [false, true] {
            desk.store.set(Some(Doom::Full));
            desk.world.mood(|mood| mood.down = true);
            desk.pass(minutes(20)).await;
            assert_eq!(kinds(&desk), [""; 0]);
            assert!(matches!(desk.platform(), PlatformState::Down { .. }), "the desk goes on");
            if recorded {
                desk.store.set(None);
                desk.pass(minutes(2)).await;
                assert_eq!(kinds(&desk), ["platform.failing"]);
            }
            desk.world.mood(|mood| mood.down = false);
            desk.pass(minutes(20)).await;
            assert_eq!(desk.platform(), PlatformState::Ok);
            desk.store.set(None);
        }
        desk.pass(minutes(2)).await;
        assert_eq!(kinds(&desk), ["platform.failing", "platform.answers"]);
    });
}

#[test]
fn only_who_does_the_background_work_records_an_outage() {
    run(async |idle| {
        let desk = Desk::open(idle, 8, |parts| parts.background = false).await;
        desk.world.mood(|mood| mood.down = true);
        for place in 0..8 {
            desk.check(place).await.unwrap();
        }
        assert!(matches!(desk.platform(), PlatformState::Down { .. }));
        assert_eq!(desk.store.log().len(), 8, "nothing but the eight that were added");
    });
}
