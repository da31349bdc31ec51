//! Opcodes that drift, slots that vanish, and test appointments, with the real engine on a manual clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod simulation_support;

use chrono::{NaiveDateTime, TimeDelta};
use cloverwatch::clock::Clock;
use cloverwatch::domain::SlotWindow;
use cloverwatch::domain::{Attention, Command, Fact, OpcodeChoice, OpcodeOption, Policy, Refusal};
use cloverwatch::protocol::{Booked, Cause, PlannedBooking, ReadBack, RequestError};
use simulation_support::bookings::plan;
use simulation_support::desk::{Desk, ana, hours};
use simulation_support::run;

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

#[test]
fn an_opcode_that_drifts_is_an_event_once_and_ends_being_live() {
    run(async |idle| {
        let desk = Desk::open(idle, 12, |_| ()).await;
        for place in 0..12 {
            desk.go_live(place).await;
        }
        desk.world.dealer("xts00003", |dealer| dealer.opcode = false);
        desk.pass(hours(25)).await;
        let state = desk.state(3);
        assert_eq!((desk.stage(3), state.lacks()), ("opcode-missing", Some("opcode gone")));
        assert!(state.opcode_was_visible.is_some_and(|was| was.from < was.until));
        assert_eq!(state.attention(desk.clock.now(), &Policy::default()), Some(Attention::LeftLive));
        assert!(desk.engine.status().borrow().alarms.is_empty(), "one alone is no alarm about all");
        desk.pass(hours(72)).await;
        assert_eq!(desk.kinds(3).iter().filter(|kind| **kind == "opcode.missing").count(), 1);
        desk.world.dealer("xts00003", |dealer| dealer.opcode = true);
        desk.pass(hours(25)).await;
        assert_eq!((desk.stage(3), desk.state(3).left_live_at), ("live", None));
    });
}

#[test]
fn opcodes_that_vanish_together_are_one_alarm_and_each_is_recorded() {
    run(async |idle| {
        let desk = Desk::open(idle, 12, |_| ()).await;
        for place in 0..12 {
            desk.go_live(place).await;
        }
        for place in 0..12 {
            desk.world.dealer(&format!("xts{place:05}"), |dealer| dealer.opcode = false);
        }
        desk.pass(hours(25)).await;
        let alarms = desk.engine.status().borrow().alarms.clone();
        assert_eq!(alarms.len(), 1, "{alarms:?}");
        assert_eq!(alarms[0].cause, Cause::OpcodesGone);
        assert!(alarms[0].turned * 2 >= alarms[0].of && alarms[0].turned >= 5, "{alarms:?}");
        assert!((0..12).all(|place| desk.stage(place) == "opcode-missing"), "what is seen is recorded");
        for place in 0..12 {
            desk.world.live(&format!("xts{place:05}"));
        }
        desk.pass(hours(26)).await;
        assert!(desk.engine.status().borrow().alarms.is_empty());
        assert!((0..12).all(|place| desk.stage(place) == "live"));
    });
}

#[test]
fn slots_that_vanish_together_are_one_alarm_of_their_own() {
    run(async |idle| {
        let desk = Desk::open(idle, 6, |_| ()).await;
        for place in 0..6 {
            desk.go_live(place).await;
        }
        for place in 0..6 {
            desk.world.dealer(&format!("xts{place:05}"), |dealer| dealer.slots = 0);
        }
        desk.pass(hours(25)).await;
        let alarms = desk.engine.status().borrow().alarms.clone();
        assert_eq!(alarms.iter().map(|alarm| alarm.cause).collect::<Vec<_>>(), [Cause::SlotsGone]);
        assert!((0..6).all(|place| desk.stage(place) == "no-slots"));
        assert!((0..6).all(
            |place| desk.state(place).attention(desk.clock.now(), &Policy::default()) == Some(Attention::LeftLive)
        ));
        // Settled after a day: what is known for long is no alarm any more, but it still needs somebody.
        desk.pass(hours(49)).await;
        assert!(desk.engine.status().borrow().alarms.is_empty());
    });
}

#[test]
fn another_choice_is_looked_for_at_once_and_slots_belong_to_it() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        desk.go_live(0).await;
        let choice = OpcodeChoice { code: "DataClover Appt".into(), option: OpcodeOption::New };
        desk.execute(0, Command::ChooseOpcode { choice, word: Some("Carla".into()) }).await.unwrap();
        assert_eq!((desk.stage(0), desk.state(0).lacks()), ("confirmed", Some("opcode not looked for yet")));
        desk.pass(minutes(20)).await;
        assert_eq!(desk.stage(0), "opcode-missing");
    });
}

/// Three in the morning, so many days from now.
fn three(desk: &Desk, days: i64) -> NaiveDateTime {
    (desk.clock.now().date_naive() + TimeDelta::days(days)).and_hms_opt(3, 0, 0).unwrap()
}

fn planned(desk: &Desk, local: NaiveDateTime, moves: bool) -> PlannedBooking {
    desk.engine.plan_booking(desk.ids[0], local, moves, &plan()).unwrap()
}

async fn book(desk: &Desk, planned: &PlannedBooking) -> Result<Booked, RequestError> {
    let (engine, id, planned) = (desk.engine.clone(), desk.ids[0], planned.clone());
    desk.wait(async move { engine.book_appointment(id, &planned, &ana()).await }).await
}

fn at_the_platform(desk: &Desk) -> usize {
    desk.world.state.lock().booked.len()
}

#[test]
fn a_test_appointment_is_booked_read_back_and_moved() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        desk.go_live(0).await;
        let (engine, id) = (desk.engine.clone(), desk.ids[0]);
        let window = SlotWindow::from_today(desk.clock.now(), desk.state(0).profile.timezone, 14);
        let offered = desk.wait(async move { engine.slots(id, Some(window)).await }).await.unwrap();
        assert_eq!(offered.len(), 14 * 5);
        let one = planned(&desk, three(&desk, 3), false);
        let Ok(Booked::Stands { local, earlier: false, read_back: ReadBack::Seen, .. }) = book(&desk, &one).await
        else {
            panic!("it stands")
        };
        assert_eq!(local, three(&desk, 3));
        let kinds = desk.kinds(0);
        assert_eq!(kinds[kinds.len() - 3..], ["appointment.requested", "appointment.booked", "appointment.verified"]);
        // A second one is refused; the same one can be moved.
        let again = planned(&desk, three(&desk, 4), false);
        let refused = book(&desk, &again).await;
        assert!(matches!(refused, Err(RequestError::Refused(Refusal::AppointmentStands { .. }))), "{refused:?}");
        let moved = planned(&desk, three(&desk, 5), true);
        assert!(matches!(book(&desk, &moved).await, Ok(Booked::Stands { .. })));
        assert_eq!((at_the_platform(&desk), desk.state(0).appointment.as_ref().unwrap().local), (1, three(&desk, 5)));
    });
}

#[test]
fn what_was_not_offered_or_is_taken_is_not_booked() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        desk.go_live(0).await;
        let odd = planned(&desk, three(&desk, 3) + minutes(7), false);
        assert!(matches!(book(&desk, &odd).await, Err(RequestError::Booking(_))));
        assert!(!desk.kinds(0).contains(&"appointment.requested"), "nothing was even begun");
        desk.world.dealer("xts00000", |dealer| dealer.opcode = false);
        desk.check(0).await.unwrap();
        let refused = book(&desk, &planned(&desk, three(&desk, 3), false)).await;
        assert!(matches!(refused, Err(RequestError::Refused(Refusal::OpcodeNotVisible(_)))), "{refused:?}");
        assert_eq!(at_the_platform(&desk), 0);
    });
}

#[test]
fn a_lost_answer_is_read_back_before_anything_else() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        desk.go_live(0).await;
        desk.world.mood(|mood| mood.silent_bookings = Some(true));
        let first = book(&desk, &planned(&desk, three(&desk, 3), false)).await;
        assert!(matches!(first, Ok(Booked::Stands { earlier: false, .. })), "it had been heard: {first:?}");
        assert!(desk.state(0).appointment.as_ref().unwrap().seen_at.is_some(), "it was read back");
        assert_eq!(at_the_platform(&desk), 1);
        let Fact::AppointmentBooked { read_back, .. } = desk.store.log().last().unwrap().fact.clone() else {
            panic!("{:?}", desk.store.log().last())
        };
        assert!(read_back);
    });
}

#[test]
fn a_booking_that_nobody_heard_is_free_again_only_after_it_has_settled() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        desk.go_live(0).await;
        desk.world.mood(|mood| mood.silent_bookings = Some(false));
        let one = planned(&desk, three(&desk, 3), false);
        assert!(matches!(book(&desk, &one).await, Ok(Booked::Unknown { .. })));
        let attention = desk.state(0).attention(desk.clock.now(), &Policy::default());
        assert_eq!(attention, Some(Attention::BookingUnknown));
        desk.world.mood(|mood| mood.silent_bookings = None);
        let too_soon = book(&desk, &planned(&desk, three(&desk, 4), false)).await;
        assert!(
            matches!(&too_soon, Ok(Booked::Unknown { reason }) if reason.contains("may still arrive")),
            "{too_soon:?}"
        );
        assert_eq!(at_the_platform(&desk), 0, "no second try");
        desk.pass(minutes(3)).await;
        let third = book(&desk, &planned(&desk, three(&desk, 4), false)).await;
        assert!(matches!(third, Ok(Booked::Stands { earlier: false, .. })), "{third:?}");
        assert_eq!((at_the_platform(&desk), desk.state(0).attention(desk.clock.now(), &Policy::default())), (1, None));
    });
}

#[test]
fn a_crash_between_sending_and_recording_makes_no_second_appointment() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        desk.go_live(0).await;
        let one = planned(&desk, three(&desk, 3), false);
        let (engine, id, sent) = (desk.engine.clone(), desk.ids[0], one.clone());
        let booking = tokio::spawn(async move { engine.book_appointment(id, &sent, &ana()).await });
        // Until the platform has it; the answer is still on its way.
        while at_the_platform(&desk) == 0 {
            desk.idle.settle().await;
            desk.clock.advance(desk.clock.next_wake().unwrap());
            tokio::task::yield_now().await;
        }
        booking.abort();
        let log = desk.store.log();
        let log: Vec<_> = log.into_iter().take_while(|event| event.fact.kind() != "appointment.booked").collect();
        assert_eq!(log.last().unwrap().fact.kind(), "appointment.requested");
        let (idle, clock, world) = (desk.idle.clone(), desk.clock.clone(), desk.world.clone());
        drop(desk);
        let desk = Desk::again(idle, clock, world, log, |_| ());
        desk.pass(minutes(30)).await;
        let again = book(&desk, &planned(&desk, three(&desk, 4), false)).await;
        assert!(matches!(again, Ok(Booked::Stands { earlier: true, .. })), "{again:?}");
        assert_eq!(at_the_platform(&desk), 1);
    });
}

#[test]
fn who_looked_into_the_calendar_counts_less_than_the_platform_and_needs_time() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        desk.go_live(0).await;
        let give_up = async || {
            let (engine, id) = (desk.engine.clone(), desk.ids[0]);
            desk.wait(async move { engine.give_up_booking(id, &ana()).await }).await
        };
        assert!(matches!(give_up().await, Err(RequestError::Refused(Refusal::BookingClosed))));
        // It was heard, but neither the answer nor the read-back comes through.
        desk.world.mood(|mood| (mood.silent_bookings, mood.silent_appointments) = (Some(true), true));
        assert!(matches!(book(&desk, &planned(&desk, three(&desk, 3), false)).await, Ok(Booked::Unknown { .. })));
        let too_soon = give_up().await;
        assert!(matches!(too_soon, Err(RequestError::Refused(Refusal::BookingUnsettled(_)))), "{too_soon:?}");
        // The platform can be asked again: what it shows counts more than a word.
        desk.world.mood(|mood| mood.silent_appointments = false);
        assert!(matches!(give_up().await, Ok(Some(Booked::Stands { .. }))));
        assert_eq!(at_the_platform(&desk), 1);
    });
}

#[test]
fn a_booking_that_never_arrived_is_given_up_after_it_had_time() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        desk.go_live(0).await;
        desk.world.mood(|mood| (mood.silent_bookings, mood.silent_appointments) = (Some(false), true));
        assert!(matches!(book(&desk, &planned(&desk, three(&desk, 3), false)).await, Ok(Booked::Unknown { .. })));
        desk.pass(minutes(3)).await;
        let (engine, id) = (desk.engine.clone(), desk.ids[0]);
        assert!(matches!(desk.wait(async move { engine.give_up_booking(id, &ana()).await }).await, Ok(None)));
        assert_eq!((desk.state(0).booking.clone(), at_the_platform(&desk)), (None, 0));
    });
}

#[test]
fn an_empty_list_is_no_reason_to_ask_for_slots() {
    run(async |idle| {
        let desk = Desk::open(idle, 1, |_| ()).await;
        desk.go_live(0).await;
        desk.world.mood(|mood| mood.empty_lists = 1.0);
        desk.world.dealer("xts00000", |dealer| dealer.slots = 0);
        let checked = desk.check(0).await.unwrap();
        assert!(checked.slots.is_none() && checked.events.is_empty(), "could not tell: {checked:?}");
        assert_eq!(desk.stage(0), "live", "what was known stays");
    });
}

#[test]
fn what_was_gone_before_a_restart_raises_no_alarm_after_it() {
    run(async |idle| {
        let desk = Desk::open(idle, 12, |_| ()).await;
        for place in 0..12 {
            desk.go_live(place).await;
        }
        for place in 0..3 {
            desk.world.dealer(&format!("xts{place:05}"), |dealer| dealer.opcode = false);
            desk.check(place).await.unwrap();
            for other in 3..12 {
                desk.check(other).await.unwrap();
            }
        }
        assert!(desk.engine.status().borrow().alarms.is_empty(), "three of twelve, one after the other");
        let (idle, clock, world, log) = (desk.idle.clone(), desk.clock.clone(), desk.world.clone(), desk.store.log());
        drop(desk);
        let desk = Desk::again(idle, clock, world, log, |_| ());
        desk.pass(hours(3)).await;
        assert!(desk.engine.status().borrow().alarms.is_empty(), "{:?}", desk.engine.status().borrow().alarms);
    });
}
