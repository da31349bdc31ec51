//! Scenarios of invitation codes: the real engine, a simulated source, crashes in between.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod simulation_support;

use std::sync::Arc;

use chrono::TimeDelta;
use cloverwatch::clock::Clock;
use cloverwatch::domain::{Ask, Attention, Command, Policy, Refusal};
use cloverwatch::protocol::RequestError;
use simulation_support::desk::{Desk, ana, hours, pasted};
use simulation_support::requests::paste;
use simulation_support::store::Doom;
use simulation_support::{run, start};

const REISSUE: Ask = Ask::Reissue { seen: 1, despite_word: false };

/// How many codes the source made, and for how many intents it was asked more than once.
fn made(desk: &Desk) -> (usize, usize) {
    let state = desk.world.state.lock();
    (state.made.len(), state.made.values().filter(|made| made.asked > 1).count())
}

#[test]
fn a_code_is_obtained_and_reissued() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        assert_eq!(desk.obtain(0, Ask::Invite).await.unwrap(), 1);
        assert_eq!(desk.kinds(0), ["dealership.added", "invitation.requested", "invitation.issued"]);
        assert_eq!(desk.obtain(0, REISSUE).await.unwrap(), 2);
        // Whoever was never probed is probed meanwhile.
        let mut kinds = desk.kinds(0).split_off(3);
        kinds.retain(|kind| *kind != "probe.changed");
        assert_eq!(kinds, ["invitation.requested", "invitation.superseded", "invitation.issued"]);
        let again = desk.obtain(0, REISSUE).await;
        assert!(
            matches!(again, Err(RequestError::Refused(Refusal::AlreadyReissued { generation: 2, .. }))),
            "{again:?}"
        );
        let code = desk.state(0).invitation.clone().unwrap();
        assert_eq!(&*code.issued_by, "ana");
        assert_eq!(code.expires_at - code.generated_at, hours(72));
    });
}

#[test]
fn a_code_of_a_clock_that_ran_ahead_is_recorded_as_such_once_the_platform_bears_it_out() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        // What Xtime says does not change any more, so that no other event tells when the second code was there.
        desk.obtain(0, Ask::Invite).await.unwrap();
        desk.pass(hours(1)).await;
        let (right, ahead) = (desk.clock.now(), desk.clock.now() + hours(216));
        desk.clock.step_to(ahead);
        desk.obtain(0, REISSUE).await.unwrap();
        desk.clock.step_to(right + hours(1));
        desk.pass(hours(24)).await;
        let told = desk.kinds(0).iter().filter(|kind| **kind == "invitation.misdated").count();
        assert_eq!(told, 1, "{:?}", desk.kinds(0));
        desk.clock.step_to(ahead + hours(1));
        let attention = desk.state(0).attention(desk.clock.now(), &Policy::default());
        assert_eq!(attention, Some(Attention::CodeFromFuture));
    });
}

#[test]
fn lost_answers_are_asked_for_again_with_the_same_key() {
    run(async |idle| {
        let desk = Desk::open(idle, 40, |_| ()).await;
        desk.world.mood(|mood| mood.lost_codes = 0.4);
        for place in 0..40 {
            match desk.obtain(place, Ask::Invite).await {
                Ok(generation) => assert_eq!(generation, 1),
                Err(error) => {
                    assert!(matches!(error, RequestError::StillOpen(_)), "{error}");
                    assert_eq!(desk.kinds(place).last(), Some(&"invitation.request-failed"));
                    assert!(desk.state(place).pending.is_some(), "it stays open");
                }
            }
        }
        let (before, repeated) = made(&desk);
        assert!(before <= 40 && repeated > 3, "{before} codes, {repeated} asked for again");
        desk.world.mood(|mood| mood.lost_codes = 0.0);
        for place in (0..40).filter(|place| desk.state(*place).pending.is_some()).collect::<Vec<_>>() {
            assert_eq!(desk.obtain(place, Ask::Invite).await.unwrap(), 1, "the same request goes on");
        }
        assert_eq!(made(&desk).0, 40, "never a second code");
    });
}

#[test]
fn a_source_that_is_silent_is_given_up_within_a_minute_and_a_refusal_at_once() {
    run(async |idle| {
        let desk = Desk::open(idle, 2, |_| ()).await;
        desk.world.mood(|mood| mood.lost_codes = 1.0);
        assert!(matches!(desk.obtain(0, Ask::Invite).await, Err(RequestError::StillOpen(_))));
        assert!(desk.clock.now() - start() < TimeDelta::seconds(70));
        let pending = desk.state(0).pending.clone().unwrap();
        assert_eq!(pending.failed.as_deref(), Some("connection refused"));
        desk.world.mood(|mood| mood.no_codes = true);
        assert!(matches!(desk.obtain(1, Ask::Invite).await, Err(RequestError::Source(_))));
        assert!(desk.state(1).pending.is_none(), "closed");
        desk.world.mood(|mood| (mood.no_codes, mood.lost_codes) = (false, 0.0));
        assert_eq!(desk.obtain(1, Ask::Invite).await.unwrap(), 1, "a new request may be made");
    });
}

#[test]
fn a_code_without_a_time_counts_from_the_first_moment_possible() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        desk.world.mood(|mood| (mood.lost_codes, mood.no_times) = (1.0, true));
        desk.obtain(0, Ask::Invite).await.unwrap_err();
        desk.pass(hours(5)).await;
        desk.world.mood(|mood| mood.lost_codes = 0.0);
        desk.obtain(0, Ask::Invite).await.unwrap();
        // One of the tries whose answer was lost may have made it.
        assert_eq!(desk.state(0).invitation.as_ref().unwrap().expires_at, start() + hours(72));
    });
}

#[test]
fn two_who_ask_at_once_get_one_code() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        let ask =
            |engine: cloverwatch::engine::Engine, id| async move { engine.obtain(id, Ask::Invite, true, &ana()).await };
        let first = tokio::spawn(ask(desk.engine.clone(), desk.ids[0]));
        let second = desk.wait(ask(desk.engine.clone(), desk.ids[0])).await;
        assert!(matches!(second, Err(RequestError::Refused(Refusal::InFlight { .. }))), "{second:?}");
        assert_eq!(desk.wait(first).await.unwrap().unwrap(), 1);
        assert_eq!(made(&desk), (1, 0));
    });
}

#[test]
fn many_requests_reach_the_source_four_at_a_time() {
    run(async |idle| {
        let desk = Desk::open(idle, 50, |_| ()).await;
        let all = desk.ids.iter().map(|id| {
            let (engine, id) = (desk.engine.clone(), *id);
            async move { engine.obtain(id, Ask::Invite, true, &ana()).await }
        });
        let answers = desk.wait(futures::future::join_all(all.collect::<Vec<_>>())).await;
        assert!(answers.iter().all(|answer| matches!(answer, Ok(1))));
        assert_eq!(desk.world.state.lock().most_source_in_flight, 4);
    });
}

/// The program dies at every possible moment of the saga, and goes on with the same key.
#[test]
fn a_crash_at_any_point_never_makes_a_second_code() {
    for millis in (0..2_000).step_by(25) {
        for doom in [None, Some(Doom::Before), Some(Doom::After)] {
            let (clock, world, log) = run(async |idle| {
                let desk = Desk::open(idle, 1, |parts| parts.platform = None).await;
                let (engine, id) = (desk.engine.clone(), desk.ids[0]);
                let store = Arc::clone(&desk.store);
                // A doom from the start strikes the request; a later one strikes what comes of the answer.
                store.set(doom.filter(|_| millis == 0));
                drop(tokio::spawn(async move { engine.obtain(id, Ask::Invite, true, &ana()).await }));
                desk.pass(TimeDelta::milliseconds(millis / 2)).await;
                store.set(if store.is_dead() { Some(Doom::Dead) } else { doom });
                desk.pass(TimeDelta::milliseconds(millis - millis / 2)).await;
                (desk.clock.clone(), Arc::clone(&desk.world), store.log())
            });
            let was_requested = log.len() > 1;
            run(async |idle| {
                let desk = Desk::again(idle, clock, Arc::clone(&world), log, |parts| parts.seed = 8);
                desk.pass(TimeDelta::seconds(5)).await;
                assert_eq!(desk.state(0).generation(), u32::from(was_requested), "after {millis} ms, {doom:?}");
                assert!(desk.state(0).pending.is_none());
                assert_eq!(made(&desk).0, usize::from(was_requested), "one code, after {millis} ms, {doom:?}");
            });
        }
    }
}

/// Asks for a code whose answer arrives on a full disk.
async fn obtain_in_vain(desk: &Desk, place: usize, ask: Ask) {
    let (engine, id) = (desk.engine.clone(), desk.ids[place]);
    let answer = tokio::spawn(async move { engine.obtain(id, ask, true, &ana()).await });
    desk.idle.settle().await;
    desk.store.set(Some(Doom::Full));
    let answer = desk.wait(answer).await.unwrap();
    assert!(matches!(answer, Err(RequestError::Store(_))), "{answer:?}");
}

#[test]
fn a_code_that_could_not_be_recorded_is_recorded_later_without_asking_for_it_again() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        obtain_in_vain(&desk, 0, Ask::Invite).await;
        desk.pass(hours(1)).await;
        assert_eq!((made(&desk), desk.state(0).generation()), ((1, 0), 0));
        desk.store.set(None);
        desk.pass(TimeDelta::minutes(1)).await;
        assert_eq!((made(&desk), desk.state(0).generation()), ((1, 0), 1));
        assert_eq!(&*desk.state(0).invitation.as_ref().unwrap().issued_by, "ana");
    });
}

#[test]
fn so_is_that_of_a_request_that_failed_before() {
    run(async |idle| {
        let desk = Desk::open(idle, 2, |_| ()).await;
        desk.world.mood(|mood| mood.lost_codes = 1.0);
        for place in [0, 1] {
            desk.obtain(place, Ask::Invite).await.unwrap_err();
        }
        desk.world.mood(|mood| mood.lost_codes = 0.0);
        obtain_in_vain(&desk, 0, Ask::Invite).await;
        desk.store.set(None);
        desk.pass(TimeDelta::minutes(1)).await;
        assert_eq!(desk.state(0).generation(), 1);
        assert!(desk.state(1).pending.is_some(), "nobody asked for the other one again");
    });
}

#[test]
fn what_somebody_asked_for_again_meanwhile_is_recorded_once() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        obtain_in_vain(&desk, 0, Ask::Invite).await;
        desk.store.set(None);
        assert_eq!(desk.obtain(0, Ask::Invite).await.unwrap(), 1);
        desk.pass(TimeDelta::minutes(1)).await;
        assert_eq!((made(&desk).0, desk.state(0).generation()), (1, 1));
    });
}

#[test]
fn a_code_that_cannot_be_used_closes_the_request_with_the_reason() {
    run(async |idle| {
        let desk = Desk::open(idle, 2, |_| ()).await;
        desk.obtain(0, Ask::Invite).await.unwrap();
        let used = desk.state(0).invitation.as_ref().unwrap().code.reveal().to_owned();
        // The source has the same code for somebody else.
        desk.leave_open(1, 77).await;
        let made =
            simulation_support::world::Made { code: used, dealer_code: "xts00001".into(), at: start(), asked: 0 };
        desk.world.state.lock().made.insert(cloverwatch::domain::IntentId::from_bits(77), made);
        let answer = desk.obtain(1, Ask::Invite).await;
        assert!(matches!(answer, Err(RequestError::Refused(Refusal::CodeUsedBefore { here: false }))), "{answer:?}");
        assert!(desk.state(1).pending.is_none());
        assert_eq!(desk.obtain(1, Ask::Invite).await.unwrap(), 1);
    });
}

#[test]
fn pasted_codes_fare_each_on_its_own() {
    run(async |idle| {
        let desk = Desk::open(idle, 5, |parts| parts.source = None).await;
        assert!(matches!(desk.obtain(0, Ask::Invite).await, Err(RequestError::NoSource)));
        let (now, id) = (desk.clock.now(), desk.ids.clone());
        let block = vec![
            pasted(id[0], "AAAA-0", now, Ask::Invite),
            pasted(id[1], "AAAA-0", now, Ask::Invite),
            pasted(id[2], "AAAA-2", now - hours(72), Ask::Invite),
            pasted(id[3], "AAAA-3", now, REISSUE),
            pasted(id[4], "AAAA-4", now - hours(71), Ask::Invite),
        ];
        let answers = paste(&desk.engine, block).await;
        let refusal = |place: usize| match &answers[place] {
            Err(RequestError::Refused(refusal)) => refusal.clone(),
            other => panic!("{place}: {other:?}"),
        };
        assert!(matches!(answers[0], Ok(1)) && matches!(answers[4], Ok(1)));
        assert_eq!(refusal(1), Refusal::CodeUsedBefore { here: false });
        assert!(matches!(refusal(2), Refusal::CodeDead(_)));
        assert_eq!(refusal(3), Refusal::NeverInvited);
        assert_eq!(desk.state(4).invitation.as_ref().unwrap().expires_at, now + hours(1));
    });
}

#[test]
fn a_code_can_be_pasted_when_the_source_fails_or_is_gone() {
    run(async |idle| {
        let desk = Desk::open(idle, 2, |_| ()).await;
        desk.world.mood(|mood| mood.lost_codes = 1.0);
        desk.obtain(0, Ask::Invite).await.unwrap_err();
        desk.invite(0, desk.clock.now()).await;
        assert!(desk.state(0).pending.is_none());
        desk.leave_open(1, 5).await;
        let log = desk.store.log();
        let desk = Desk::again(Arc::clone(&desk.idle), desk.clock.clone(), Arc::clone(&desk.world), log, |parts| {
            (parts.source, parts.background) = (None, false);
        });
        desk.invite(1, desk.clock.now()).await;
        assert_eq!(
            desk.kinds(1).last(),
            Some(&"invitation.issued"),
            "a request that a crash left behind blocks nobody"
        );
    });
}

#[test]
fn an_open_request_of_another_source_stays_and_says_why() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        desk.leave_open(0, 5).await;
        let log = desk.store.log();
        let desk = Desk::again(Arc::clone(&desk.idle), desk.clock.clone(), Arc::clone(&desk.world), log, |parts| {
            parts.source = None;
        });
        desk.pass(TimeDelta::seconds(1)).await;
        let pending = desk.state(0).pending.clone().unwrap();
        assert!(pending.failed.unwrap().contains("not configured"));
        let attention = desk.state(0).attention(desk.clock.now(), desk.engine.policy());
        assert_eq!(attention.map(cloverwatch::domain::Attention::message), Some("code not obtained"));
    });
}

#[test]
fn the_saga_outlives_its_caller_and_an_archive() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        let (engine, id) = (desk.engine.clone(), desk.ids[0]);
        let dialog = tokio::spawn(async move { engine.obtain(id, Ask::Invite, true, &ana()).await });
        desk.idle.settle().await;
        dialog.abort();
        desk.execute(0, Command::Archive).await.unwrap();
        desk.pass(TimeDelta::seconds(5)).await;
        assert_eq!((desk.state(0).generation(), desk.stage(0)), (1, "archived"), "the code exists at the partner");
    });
}
