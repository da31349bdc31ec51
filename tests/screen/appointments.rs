//! The test appointment on the screen: the exact request before anything is sent, the dealerCode typed, and what every end means.

use chrono::NaiveDateTime;
use cloverwatch::domain::{
    AppointmentId, BookingEnd, Command, Customer, IntentId, Label, OpcodeOption, Slot, TestBooking, Vehicle,
};
use cloverwatch::protocol::{Booked, PlannedBooking, ReadBack, Request, RequestPreview, Response};
use cloverwatch::tui::{Effect, Msg};

use crate::desk::Desk;
use crate::opcodes::{choose, id, opcodes};
use crate::pictures::at_every_size;
use crate::population::{ago, now};

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

fn slots(times: &[&str]) -> Vec<Slot> {
    times.iter().map(|text| Slot { local: local(text), minutes: 60 }).collect()
}

const OFFERED: [&str; 3] = ["2026-03-31 09:15", "2026-03-31 09:30", "2026-04-02 14:00"];

fn test_booking() -> TestBooking {
    let label = |value: &str| Label { value: value.to_owned(), context: "partner".to_owned() };
    TestBooking {
        customer: Customer { first_name: "Test".into(), last_name: "Appointment".into(), ..Customer::default() },
        comment: "A test by DataClover".to_owned(),
        label: label("DataClover"),
        reporting_label: label("DataClover"),
        vehicle: Vehicle {
            year: Some(2020),
            make: "OTHER".to_owned(),
            model: "OTHER".to_owned(),
            vin: Some("1HGCM82633A004352".to_owned()),
        },
    }
}

/// What the engine would answer to [`Request::PlanBooking`].
fn plan(desk: &Desk, n: u64, at: NaiveDateTime) -> Box<PlannedBooking> {
    let state = desk.world.lock().get(id(n));
    let intent = IntentId::from_bits(77);
    let booking = test_booking().booking(&state, at, intent, None, &desk.state.setup.policy);
    let preview = RequestPreview {
        method: "POST".to_owned(),
        url: "https://api.example.com/appointments-bookings?dealerCode=xts000008".to_owned(),
        headers: vec![("authorization".to_owned(), "Bearer ••••".to_owned())],
        body: serde_json::json!({
            "appointmentDateTimeLocal": at.format("%Y-%m-%dT%H:%M-0700").to_string(),
            "services": [{ "opcode": "Tell Us More" }],
        }),
    };
    Box::new(PlannedBooking { intent, booking, preview })
}

/// Answers what the desk asked of the engine, but for sending; what is left.
fn answer(desk: &mut Desk) -> Vec<Effect> {
    let mut left = Vec::new();
    loop {
        let effects = desk.take_effects();
        if effects.is_empty() {
            return left;
        }
        for effect in effects {
            match effect {
                Effect::Ask(work, Request::Slots { window: None, .. }) => {
                    desk.tell(Msg::Answer(work, Response::Slots(slots(&OFFERED))));
                }
                Effect::Ask(work, Request::PlanBooking { dealership, local, moves: false, .. }) => {
                    let planned = plan(desk, dealership.bits(), local);
                    desk.tell(Msg::Answer(work, Response::Planned(planned)));
                }
                other => left.push(other),
            }
        }
    }
}

fn is_sent(request: &Request) -> bool {
    matches!(request, Request::Book { .. } | Request::SettleBooking(_))
}

fn opened(size: (u16, u16)) -> Desk {
    let mut desk = Desk::with(opcodes(), size, |_| {});
    desk.go_to(8).press("b");
    assert_eq!(answer(&mut desk), []);
    desk
}

/// Types the dealerCode and presses the button.
fn book(desk: &mut Desk) -> Box<PlannedBooking> {
    desk.press("tab").write("xts000008").press("tab tab enter");
    let effects = desk.take_effects();
    let [Effect::Ask(_, Request::Book { dealership: of, planned })] = effects.as_slice() else {
        panic!("{effects:?}\n{}", desk.picture())
    };
    assert_eq!(*of, id(8));
    planned.clone()
}

#[test]
fn the_exact_request_is_shown_before_anything_is_sent() {
    at_every_size("appointment", opened);
    let mut desk = opened((120, 40));
    desk.sees("Books a test appointment on Tuesday 31 Mar at 09:15 PDT");
    desk.sees("Tue 31 Mar  09:15 09:30").sees_no("POST").press("f3");
    desk.sees("There is no cancel").sees("POST https://api.example.com/appointments-bookings?dealerCode=xts000008");
    desk.sees("authorization: Bearer ••••").sees("\"opcode\": \"Tell Us More\"").sees("2026-03-31T09:15-0700");
    desk.sees("Tue 31 Mar 09:15 PDT, 1 of 3 offered");
}

#[test]
fn nothing_is_sent_before_the_dealer_code_is_typed() {
    let mut desk = opened((120, 40));
    desk.press("enter enter enter").sees("^ type xts000008");
    for wrong in ["XTS000008", "xts00000", "xts0000088"] {
        desk.press("esc").press("b");
        assert_eq!(answer(&mut desk), []);
        desk.press("tab").write(wrong).press("tab tab enter").sees("^ type xts000008");
        assert_eq!(desk.take_effects(), [], "{wrong}");
    }
    desk.press("esc b");
    assert_eq!(answer(&mut desk), []);
    assert_eq!(book(&mut desk).booking.local, local(OFFERED[0]));
}

#[test]
fn another_offered_time_has_its_own_request_and_no_other_time_is_taken() {
    let mut desk = opened((120, 40));
    desk.press("down");
    assert!(
        matches!(desk.effects.as_slice(), [Effect::Ask(_, Request::PlanBooking { local: at, .. })] if *at == local(OFFERED[1]))
    );
    assert_eq!(answer(&mut desk), []);
    desk.sees("on Tuesday 31 Mar at 09:30 PDT").press("ctrl-u").write("2026-04-02").sees("^ this time is not offered");
    desk.sees_no("Books a test appointment").press("down");
    assert_eq!(answer(&mut desk), []);
    desk.sees("Thu 02 Apr 14:00 PDT, 1 of 1 offered").press("ctrl-u").write("2026-04-02 14:01");
    assert_eq!(desk.take_effects(), [], "nothing is asked about a time that is not offered");
    desk.press("tab").write("xts000008").press("tab tab enter");
    assert_eq!(desk.take_effects(), []);
    // A request that was made for another time meanwhile is not this one's.
    let stale = plan(&desk, 8, local(OFFERED[0]));
    let first =
        |request: &Request| matches!(request, Request::PlanBooking { local: at, .. } if *at == local(OFFERED[0]));
    desk.answer(first, Response::Planned(stale));
    desk.sees_no("09:15-0700");
}

#[test]
fn what_became_of_it_is_told_and_nothing_is_sent_twice() {
    let mut desk = opened((120, 40));
    book(&mut desk);
    desk.sees("its answer is awaited").press("enter");
    assert_eq!(desk.take_effects(), [], "the only button closes it");
    let stands = |read_back| Booked::Stands {
        id: AppointmentId::new("appt-1").unwrap(),
        local: local(OFFERED[0]),
        earlier: false,
        read_back,
    };
    // It was closed: a message tells it.
    desk.answer(is_sent, Response::Booked(Some(stands(ReadBack::Seen))));
    desk.sees("Vandermeer Lexus: It stands: Tue 31 Mar 09:15 PDT, appt-1.");
    let mut desk = opened((120, 40));
    book(&mut desk);
    desk.answer(is_sent, Response::Booked(Some(stands(ReadBack::NotThere))));
    desk.sees("It stands: Tue 31 Mar 09:15 PDT").sees("does not show it: not yet").press("enter").sees_no("It stands");
    let mut desk = opened((120, 40));
    book(&mut desk);
    desk.answer(is_sent, Response::Booked(Some(Booked::Unknown { reason: "no answer in 15 s".to_owned() })));
    desk.sees("Nobody knows whether it was booked: no answer in 15 s").sees("It may stand in the calendar");
}

#[test]
fn a_taken_slot_asks_again_with_fresh_times() {
    let mut desk = opened((120, 40));
    book(&mut desk);
    desk.answer(is_sent, Response::Booked(Some(Booked::SlotTaken { slots: Ok(slots(&OFFERED[1..])) })));
    assert_eq!(answer(&mut desk), []);
    desk.sees("Somebody else took that time meanwhile: nothing was booked.");
    desk.sees("Tue 31 Mar 09:30 PDT, 1 of 2 offered").sees("on Tuesday 31 Mar at 09:30 PDT");
    // The dealerCode is asked for again.
    desk.press("tab tab tab enter").sees("^ type xts000008");
    assert_eq!(desk.take_effects(), []);
}

#[test]
fn an_open_booking_is_read_back_before_anything_else() {
    let mut desk = Desk::with(opcodes(), (120, 40), |_| {});
    let request = Command::RequestBooking {
        intent: IntentId::from_bits(5),
        opcode: "Tell Us More".into(),
        local: local(OFFERED[0]),
        vin: "1HGCM82633A004352".into(),
        moves: false,
    };
    let end = Command::EndBooking {
        intent: IntentId::from_bits(5),
        end: BookingEnd::Unknown { reason: "no answer in 15 s".to_owned() },
    };
    desk.happens(|world| world.person(id(8), ago(0.3), &request)).happens(|world| world.person(id(8), ago(0.2), &end));
    desk.go_to(8).press("b").sees("has no answer: no answer in 15 s").sees("[ Read it back ]");
    desk.press("tab enter");
    assert!(matches!(desk.take_effects()[..], [Effect::Ask(_, Request::SettleBooking(of))] if of == id(8)));
    let absent = Command::EndBooking { intent: IntentId::from_bits(5), end: BookingEnd::Absent { asked_at: now() } };
    desk.happens(|world| world.person(id(8), now(), &absent));
    desk.answer(is_sent, Response::Booked(None));
    desk.sees("Xtime has no such appointment: nothing was booked");
}

#[test]
fn it_is_refused_with_the_reason() {
    let mut desk = Desk::with(opcodes(), (120, 40), |_| {});
    desk.go_to(4).press("b").sees("test appointment: not connected (stage expired): nothing can");
    desk.go_to(12).press("b").sees("the opcode is not visible to us (opcode not");
    desk.go_to(8).press("space g g space b").sees("one dealership at a time: clear the marks first");
    assert_eq!(desk.take_effects(), []);
    let mut desk = Desk::with(opcodes(), (120, 40), |setup| setup.read_only = true);
    desk.go_to(8).press("b").sees("read-only: nothing is recorded");
    assert_eq!(desk.take_effects(), []);
}

#[test]
fn a_dealership_that_changes_under_the_dialog_refuses() {
    let mut desk = opened((120, 40));
    let other = choose("OIL10", OpcodeOption::Existing, None);
    desk.happens(|world| world.person(id(8), now(), &other)).sees("another opcode was chosen meanwhile");
    desk.press("tab").write("xts000008").press("tab tab enter");
    assert!(!desk.take_effects().iter().any(|effect| matches!(effect, Effect::Ask(_, Request::Book { .. }))));
}
