//! Ten thousand dealerships within ten requests a second: nearest deadlines first, nobody starves, and the backlog says how
//! far it is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod simulation_support;

use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeDelta;
use cloverwatch::clock::{Clock, ManualClock};
use cloverwatch::domain::{CodeOrigin, DealershipId, Event, Fact, IntentId, Timestamp};
use cloverwatch::protocol::BacklogProgress;
use simulation_support::desk::{Desk, ana};
use simulation_support::world::World;
use simulation_support::{profile, run, start};

const DEALERSHIPS: usize = 10_000;

/// A log in which everybody was added and invited; the codes die in one minute, the first dealership's first.
fn log(now: Timestamp) -> Vec<Event> {
    let mut log = Vec::new();
    let mut record = |place: usize, fact| {
        let (seq, dealership) = (log.len() as u64 + 1, DealershipId::from_bits(place as u64 + 1));
        log.push(Event { seq, at: now - TimeDelta::hours(72), actor: ana(), dealership: Some(dealership), fact });
    };
    for place in 0..DEALERSHIPS {
        record(place, Fact::DealershipAdded { profile: profile(place) });
        let expires_at = dies_at(place);
        record(
            place,
            Fact::InvitationIssued {
                generation: 1,
                code: format!("CODE-{place:05}").parse().unwrap(),
                generated_at: expires_at - TimeDelta::hours(72),
                expires_at,
                source: CodeOrigin::Paste,
                intent: IntentId::from_bits(place as u64 + 1),
            },
        );
    }
    log
}

fn dies_at(place: usize) -> Timestamp {
    start() + TimeDelta::seconds(1) + TimeDelta::milliseconds(i64::try_from(place).unwrap() * 6)
}

#[test]
fn a_backlog_of_ten_thousand_keeps_its_budget_and_starves_nobody() {
    run(async |idle| {
        let clock = ManualClock::at(start());
        let world = World::new(&clock, 1);
        let desk = Desk::again(idle, clock.clone(), world, log(start()), |_| ());
        let began = clock.elapsed();
        let mut told: Vec<(Timestamp, BacklogProgress)> = Vec::new();
        let mut longest = TimeDelta::zero();
        // Until everybody was probed once; those that are due again by then are the next backlog's.
        loop {
            desk.pass(TimeDelta::seconds(10)).await;
            let status = desk.engine.status().borrow().clone();
            longest = longest.max(status.longest_wait.unwrap_or_default());
            let done = told.last().map_or(0, |(_, progress)| progress.done);
            match status.backlog {
                Some(progress) if progress.done >= done => told.push((clock.now(), progress)),
                _ if done > 0 => break,
                _ => {}
            }
            assert!(
                clock.elapsed().saturating_sub(began) < Duration::from_secs(6_000),
                "it never ends: {:?}",
                told.last()
            );
        }
        let took = clock.elapsed().saturating_sub(began);
        let world = desk.world.state.lock();

        // The budget: ten in any second, four at once, and most of it is used.
        for (place, (at, _)) in world.requests.iter().enumerate().skip(10) {
            assert!(
                at.saturating_sub(world.requests[place - 10].0) >= Duration::from_secs(1),
                "the eleventh within a second"
            );
        }
        assert!(world.most_in_flight <= 4);
        let rate = world.requests.len() as f64 / took.as_secs_f64();
        assert!(rate > 8.5, "{rate:.1} requests a second of ten");

        // Everybody's code is recorded as expired, once, by a probe that began after it died; the nearest deadlines first. Every
        // fourth probe goes to whoever waits longest, so that the order is not quite strict.
        let log = desk.store.log();
        let expired = log.iter().filter(|event| event.fact.kind() == "invitation.expired");
        let places: Vec<usize> = expired.map(|event| event.dealership.unwrap().bits() as usize - 1).collect();
        assert_eq!(places.iter().collect::<HashSet<_>>().len(), DEALERSHIPS);
        assert_eq!(places.len(), DEALERSHIPS);
        let moved: Vec<usize> = places.iter().enumerate().map(|(at, place)| at.abs_diff(*place)).collect();
        let (mean, most) = (moved.iter().sum::<usize>() / moved.len(), moved.iter().max().unwrap());
        eprintln!("{took:?}, {rate:.1} requests/s, longest wait {longest}, moved by {mean} on average, {most} at most");
        assert!(longest < TimeDelta::from_std(took).unwrap() && longest > TimeDelta::seconds(300), "{longest}");

        assert!(mean < DEALERSHIPS / 5, "moved by {mean} on average");

        // The backlog has everybody in it once, and half way it knows when it ends.
        let (ended, last) = told.last().unwrap();
        assert_eq!(last.total, DEALERSHIPS);
        let half = told.iter().find(|(_, progress)| progress.done > DEALERSHIPS / 2).unwrap();
        let error = (half.1.expected_end.unwrap() - *ended).abs();
        assert!(error < TimeDelta::from_std(took / 4).unwrap(), "half way it was wrong by {error}");
    });
}
