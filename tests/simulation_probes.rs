//! Scenarios of the probe task and of the clock task: the real engine, a simulated world, time moved by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod simulation_support;

use std::sync::Arc;

use chrono::TimeDelta;
use cloverwatch::clock::Clock;
use cloverwatch::domain::{Command, Outcome, Refusal};
use cloverwatch::protocol::{PlatformState, RequestError};
use simulation_support::desk::{Desk, hours};
use simulation_support::store::Doom;
use simulation_support::{run, start};

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

#[test]
fn a_person_s_look_finds_everything_out_at_once() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        desk.world.live("xts00000");
        let checked = desk.check(0).await.unwrap();
        assert_eq!(checked.result.outcome, Outcome::Connected);
        let slots = checked.slots.unwrap().unwrap();
        assert_eq!((slots.count, slots.days()), (5 * 14, 14), "the whole window, in requests of six days");
        let kinds: Vec<_> = checked.events.iter().map(|event| event.fact.kind()).collect();
        assert_eq!(kinds, ["integration.confirmed", "opcode.verified", "slots.seen"]);
        assert_eq!(desk.stage(0), "live");
        let probe = desk.engine.probe_status(desk.ids[0]);
        let last = probe.last.unwrap();
        assert_eq!((last.at, last.outcome), (checked.result.ended_at, Outcome::Connected));
        assert!(probe.next_at.is_some_and(|at| at > last.at && at <= last.at + hours(24)));
        assert_eq!(desk.platform(), PlatformState::Ok);
        assert!(desk.check(0).await.unwrap().events.is_empty(), "an unchanged probe records nothing");
    });
}

#[test]
fn a_person_s_look_comes_before_those_that_are_due() {
    run(async |idle| {
        let desk = Desk::open(idle, 60, |_| ()).await;
        for place in 0..59 {
            desk.invite(place, start() - hours(72) + minutes(1)).await;
        }
        desk.pass(TimeDelta::seconds(30)).await;
        let looked = desk.world.requests();
        assert!(looked >= 59, "{looked}: whoever was never probed is due at once");
        // All of them die in the same moment; then one more is asked for.
        desk.clock.advance(TimeDelta::seconds(30).to_std().unwrap());
        desk.idle.settle().await;
        let before = desk.world.requests();
        let waiting = desk.engine.status().borrow().waiting;
        assert!(before <= looked + 4 && waiting > 0, "{before} {waiting}");
        desk.check(59).await.unwrap();
        let place = desk.world.asked_for().iter().position(|code| code == "xts00059").unwrap();
        assert!(place <= before + 4, "it came {place}th");
        desk.pass(minutes(2)).await;
        assert!((0..59).all(|place| desk.kinds(place).contains(&"invitation.expired")), "nobody is forgotten");
    });
}

#[test]
fn live_ones_are_looked_at_daily_and_nothing_is_written() {
    run(async |idle| {
        let desk = Desk::open(idle, 3, |_| ()).await;
        for place in 0..3 {
            desk.go_live(place).await;
        }
        let (events, requests) = (desk.store.log().len(), desk.world.requests());
        desk.pass(hours(24 * 10)).await;
        assert_eq!(desk.store.log().len(), events);
        assert_eq!(desk.world.requests() - requests, 3 * 10 * (1 + 3), "one probe and three at the slots a day");
        let mut status = desk.engine.status();
        status.mark_unchanged();
        let probe = desk.engine.probe_status(desk.ids[0]);
        let quiet = probe.next_at.unwrap() - desk.clock.now() > minutes(10);
        desk.pass(minutes(if quiet { 5 } else { 0 })).await;
        assert!(!status.has_changed().unwrap(), "idle is silent");
    });
}

#[test]
fn a_code_used_in_hour_71_and_seen_in_hour_73_is_connected() {
    run(async |idle| {
        let desk = Desk::open(idle, 2, |_| ()).await;
        desk.invite(0, start()).await;
        desk.invite(1, start()).await;
        desk.world.mood(|mood| mood.down = true);
        desk.pass(hours(73)).await;
        assert_eq!(desk.stage(0), "expired", "by the clock");
        assert!(!desk.kinds(0).contains(&"invitation.expired"), "but nobody could probe");
        desk.world.mood(|mood| mood.down = false);
        desk.world.live("xts00000");
        desk.pass(hours(1)).await;
        assert_eq!((desk.stage(0), desk.stage(1)), ("live", "expired"));
        assert_eq!(desk.kinds(0).iter().filter(|kind| **kind == "invitation.expired").count(), 0);
        desk.pass(hours(200)).await;
        assert_eq!(desk.kinds(1).iter().filter(|kind| **kind == "invitation.expired").count(), 1);
        desk.world.live("xts00001");
        desk.check(1).await.unwrap();
        assert_eq!(desk.stage(1), "live", "the platform's answer wins also later");
    });
}

#[test]
fn without_a_platform_clocks_alone_decide_once() {
    run(async |idle| {
        let desk = Desk::open(idle, 2, |parts| parts.platform = None).await;
        assert!(matches!(desk.check(0).await, Err(RequestError::NoPlatform)));
        assert_eq!(desk.platform(), PlatformState::Unconfigured);
        desk.invite(0, start()).await;
        desk.invite(1, start()).await;
        desk.pass(hours(50)).await;
        let said_at = desk.clock.now();
        desk.execute(1, Command::ConfirmByDealer { said_at, mail: true }).await.unwrap();
        desk.pass(hours(22) - TimeDelta::seconds(1)).await;
        assert_eq!(desk.kinds(0), ["dealership.added", "invitation.issued"]);
        desk.pass(TimeDelta::seconds(1)).await;
        assert_eq!(desk.kinds(0), ["dealership.added", "invitation.issued", "invitation.expired"]);
        desk.pass(hours(100)).await;
        assert_eq!(desk.kinds(0).len(), 3);
        assert_eq!(desk.kinds(1).last(), Some(&"integration.overdue"));
        assert_eq!(desk.kinds(1).len(), 4);
        assert_eq!(desk.world.requests(), 0);
    });
}

#[test]
fn a_suspended_machine_notices_within_half_a_minute() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |parts| parts.platform = None).await;
        desk.invite(0, start()).await;
        desk.clock.step_to(start() + hours(80));
        desk.pass(TimeDelta::seconds(30)).await;
        assert_eq!(desk.kinds(0).last(), Some(&"invitation.expired"));
    });
}

#[test]
fn a_platform_that_is_down_is_one_alarm_and_gets_single_trials() {
    run(async |idle| {
        let desk = Desk::open(idle, 30, |_| ()).await;
        for place in 0..30 {
            desk.invite(place, start() - hours(71)).await;
        }
        desk.pass(minutes(10)).await;
        desk.world.mood(|mood| mood.down = true);
        desk.pass(minutes(5)).await;
        let PlatformState::Down { since, .. } = desk.platform() else { panic!("{:?}", desk.platform()) };
        let (events, requests) = (desk.store.log().len(), desk.world.requests());
        desk.pass(hours(2)).await;
        let trials = desk.world.requests() - requests;
        assert!((20..200).contains(&trials), "{trials} trials in two hours; 30 dealerships were due every minute");
        assert_eq!(desk.store.log().len(), events, "no dealership changes state");
        assert!(matches!(desk.platform(), PlatformState::Down { since: now, .. } if now == since), "one alarm");
        assert!(desk.check(0).await.is_ok(), "a person may try all the same");
        desk.world.mood(|mood| mood.down = false);
        desk.check(0).await.unwrap();
        assert_eq!(desk.platform(), PlatformState::Ok, "and their answer closes the breaker");
        // Those of the last trials rest a while longer.
        desk.pass(minutes(16)).await;
        assert!((0..30).all(|place| desk.kinds(place).contains(&"invitation.expired")));
    });
}

#[test]
fn refused_credentials_are_one_alarm_and_nobody_changes() {
    run(async |idle| {
        let desk = Desk::open(idle, 6, |_| ()).await;
        for place in 0..5 {
            desk.go_live(place).await;
        }
        desk.invite(5, start() - hours(71)).await;
        desk.pass(minutes(5)).await;
        desk.world.mood(|mood| mood.refused = true);
        let events = desk.store.log().len();
        desk.pass(hours(30)).await;
        assert!(matches!(desk.platform(), PlatformState::OurCredentials { .. }));
        assert_eq!(desk.store.log().len(), events + 1, "nothing but the beginning of the outage");
        desk.world.mood(|mood| mood.refused = false);
        desk.pass(minutes(20)).await;
        assert_eq!((desk.platform(), desk.stage(0)), (PlatformState::Ok, "live"));
        assert_eq!(desk.kinds(5).last(), Some(&"invitation.expired"));
    });
}

#[test]
fn a_mass_disconnect_loses_nobody_and_ends_by_itself() {
    run(async |idle| {
        let desk = Desk::open(idle, 12, |_| ()).await;
        for place in 0..12 {
            desk.go_live(place).await;
        }
        desk.world.mood(|mood| mood.nobody = true);
        desk.pass(hours(60)).await;
        assert!(matches!(desk.platform(), PlatformState::MassDisconnect { turned, .. } if turned >= 5));
        assert!((0..12).all(|place| desk.state(place).is_confirmed()), "nobody is lost");
        let doubted = (0..12).filter(|place| desk.kinds(*place).contains(&"probe.changed")).count();
        assert!(doubted <= 6, "once it is an alarm nothing more is recorded ({doubted})");
        desk.world.mood(|mood| mood.nobody = false);
        desk.pass(hours(30)).await;
        assert_eq!(desk.platform(), PlatformState::Ok);
        assert!((0..12).all(|place| desk.stage(place) == "live"));
    });
}

#[test]
fn a_real_loss_takes_two_probes_and_a_quorum() {
    run(async |idle| {
        let desk = Desk::open(idle, 4, |_| ()).await;
        for place in 0..4 {
            desk.go_live(place).await;
        }
        desk.pass(hours(1)).await;
        desk.world.dealer("xts00002", |dealer| dealer.connected = false);
        let first = desk.check(2).await.unwrap();
        assert_eq!(first.events.len(), 1, "doubted");
        assert!(desk.check(2).await.unwrap().events.is_empty(), "a second probe too soon");
        assert!(desk.state(2).is_confirmed());
        let requests = desk.world.requests();
        desk.pass(minutes(3)).await;
        assert_eq!(desk.stage(2), "lost");
        let asked = desk.world.asked_for().split_off(requests);
        assert!(
            ["xts00000", "xts00001", "xts00003"].iter().all(|code| asked.contains(&(*code).to_owned())),
            "{asked:?}"
        );
        assert_eq!(desk.platform(), PlatformState::Ok);
        desk.world.live("xts00002");
        desk.check(2).await.unwrap();
        assert_eq!(desk.stage(2), "live");
    });
}

#[test]
fn a_person_alone_can_find_a_loss() {
    run(async |idle| {
        let desk = Desk::open(idle, 4, |parts| parts.background = false).await;
        for place in 0..4 {
            desk.go_live(place).await;
        }
        desk.world.dealer("xts00002", |dealer| dealer.connected = false);
        desk.check(2).await.unwrap();
        desk.pass(minutes(2)).await;
        let checked = desk.check(2).await.unwrap();
        assert_eq!(checked.events.iter().map(|event| event.fact.kind()).collect::<Vec<_>>(), ["integration.lost"]);
    });
}

#[test]
fn a_one_shot_command_does_no_background_work() {
    run(async |idle| {
        let desk = Desk::open(idle, 2, |parts| parts.background = false).await;
        desk.invite(0, start()).await;
        desk.leave_open(1, 99).await;
        desk.pass(hours(100)).await;
        assert_eq!((desk.world.requests(), desk.world.state.lock().made.len()), (0, 0));
        assert_eq!(desk.kinds(0), ["dealership.added", "invitation.issued"]);
        assert_eq!(desk.check(0).await.unwrap().events.len(), 2, "probe.changed and invitation.expired");
    });
}

#[test]
fn a_probe_that_panics_harms_nobody_else() {
    run(async |idle| {
        let desk = Desk::open(idle, 3, |_| ()).await;
        for place in 0..3 {
            desk.invite(place, start() - hours(71)).await;
        }
        desk.world.mood(|mood| mood.panics_for = Some("xts00001".to_owned()));
        desk.pass(hours(2)).await;
        assert_eq!(
            (desk.kinds(0).last(), desk.kinds(2).last()),
            (Some(&"invitation.expired"), Some(&"invitation.expired"))
        );
        let faults = desk.engine.status().borrow().faults.clone();
        assert_eq!(faults.len(), 1, "the same fault is reported once: {faults:?}");
        assert!(matches!(desk.check(1).await, Err(RequestError::Fault(_))));
        desk.world.mood(|mood| mood.panics_for = None);
        desk.pass(minutes(16)).await;
        assert_eq!(desk.kinds(1).last(), Some(&"invitation.expired"));
    });
}

#[test]
fn a_full_disk_is_reported_and_made_up_for_later() {
    run(async |idle| {
        let desk = Desk::open(idle, 2, |_| ()).await;
        desk.invite(0, start() - hours(71)).await;
        desk.invite(1, start()).await;
        let said_at = start() - TimeDelta::hours(0);
        desk.execute(1, Command::ConfirmByDealer { said_at, mail: true }).await.unwrap();
        desk.world.live("xts00000");
        desk.store.set(Some(Doom::Full));
        assert!(matches!(desk.check(0).await, Err(RequestError::Store(_))));
        desk.pass(hours(25)).await;
        assert!(!desk.state(0).is_confirmed() && desk.kinds(1).last() == Some(&"dealer.confirmed"));
        let faults = desk.engine.status().borrow().faults.clone();
        assert!(!faults.is_empty() && faults.len() <= 10 && faults.iter().all(|fault| fault.contains("no space")));
        desk.store.set(None);
        desk.pass(minutes(20)).await;
        assert_eq!((desk.stage(0), desk.kinds(1).contains(&"integration.overdue")), ("live", true));
    });
}

#[test]
fn followers_that_lag_catch_up() {
    for probing in [true, false] {
        run(async |idle| {
            let desk = Desk::open(idle, 2, |parts| parts.platform = parts.platform.take().filter(|_| probing)).await;
            // All in one go, so that no task runs in between; the notes are far more than any follower keeps.
            desk.invite(0, start()).await;
            for number in 0..5_000 {
                desk.execute(1, Command::Note { text: format!("note {number}").into() }).await.unwrap();
            }
            desk.pass(hours(73)).await;
            assert_eq!(desk.kinds(0).last(), Some(&"invitation.expired"), "probing: {probing}");
        });
    }
}

#[test]
fn unknown_archived_and_read_only() {
    run(async |idle| {
        let desk = Desk::open(idle, 2, |_| ()).await;
        let engine = desk.engine.clone();
        let stranger = cloverwatch::domain::DealershipId::from_bits(999);
        let answer = desk.wait(async move { engine.check(stranger).await }).await;
        assert!(matches!(answer, Err(RequestError::Refused(Refusal::Unknown))));
        desk.world.live("xts00000");
        desk.execute(0, Command::Archive).await.unwrap();
        assert!(desk.check(0).await.unwrap().events.is_empty(), "an archived one is probed, and nothing recorded");
    });
    run(async |idle| {
        let desk = Desk::open(idle, 1, |parts| parts.read_only = true).await;
        assert!(matches!(desk.check(0).await, Err(RequestError::ReadOnly)));
        assert!(matches!(desk.execute(0, Command::Archive).await, Err(RequestError::ReadOnly)));
        let events = desk.store.log().len();
        desk.pass(hours(100)).await;
        assert_eq!((desk.world.requests(), desk.store.log().len()), (0, events));
    });
}

#[test]
fn shutdown_and_the_last_drop_end_every_task() {
    run(async |idle| {
        let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
        let desk = Desk::open(idle, 1, |_| ()).await;
        assert!(tasks() >= 2);
        desk.engine.shutdown().await.unwrap();
        assert_eq!(tasks(), 0);
        assert!(matches!(desk.execute(0, Command::Archive).await, Err(RequestError::Store(_))));
        assert!(matches!(desk.check(0).await, Err(RequestError::Ending)));
        let Desk { idle, clock, world, .. } = desk;
        let desk = Desk::again(Arc::clone(&idle), clock, world, vec![], |_| ());
        idle.settle().await;
        assert!(tasks() >= 2);
        drop(desk.engine);
        idle.settle().await;
        assert_eq!(tasks(), 0);
    });
}
