//! The rules of the test appointment: who may have one, what becomes of it, and until when it stands.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod domain_rules_support;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta, TimeZone};
use cloverwatch::domain::{
    AppointmentId, Ask, Attention, BookingEnd, Command, Contact, Customer, IntentId, Label, Outcome, Profile, Refusal,
    Stage, TestBooking, Vehicle,
};
use domain_rules_support::{Case, hours, profile, start};

const OPCODE: &str = "Tell Us More";

/// A wall clock of the dealership, some days after everything else.
fn wall(hour: u32, minute: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2025, 6, 20).unwrap().and_hms_opt(hour, minute, 0).unwrap()
}

fn request(intent: u64, moves: bool) -> Command {
    let (intent, vin) = (IntentId::from_bits(intent), "1HGCM82633A004352".into());
    Command::RequestBooking { intent, opcode: OPCODE.into(), local: wall(9, 0), vin, moves }
}

fn end(intent: u64, end: BookingEnd) -> Command {
    Command::EndBooking { intent: IntentId::from_bits(intent), end }
}

fn appointment(name: &str) -> AppointmentId {
    AppointmentId::new(name).unwrap()
}

fn made(name: &str, read_back: bool) -> BookingEnd {
    BookingEnd::Booked { id: appointment(name), read_back }
}

/// A dealership where a customer could book.
fn live() -> Case {
    let mut case = Case::new();
    case.shows(&[OPCODE]);
    case.slots(9);
    case
}

fn booked(local: NaiveDateTime) -> Case {
    let mut case = live();
    let Command::RequestBooking { intent, opcode, vin, moves, .. } = request(1, false) else { panic!("a request") };
    case.tell(Command::RequestBooking { intent, opcode, local, vin, moves });
    case.tell(end(1, made("one", false)));
    case
}

#[test]
fn one_is_booked_only_where_the_chosen_opcode_is_visible() {
    let mut case = Case::new();
    assert_eq!(case.refused(request(1, false)), Refusal::NotConnected(Stage::New));
    case.observe(Outcome::Connected);
    assert_eq!(case.refused(request(1, false)), Refusal::OpcodeNotVisible("opcode not looked for yet".into()));
    case.shows(&["000200"]);
    assert_eq!(case.refused(request(1, false)), Refusal::OpcodeNotVisible("opcode not visible".into()));
    case.shows(&[OPCODE]);
    case.policy.default_opcode = "000200".to_owned();
    assert_eq!(case.tell(request(1, false)), ["appointment.requested"], "what was seen counts, not the new default");
    let mut other = live();
    let Command::RequestBooking { intent, local, vin, moves, .. } = request(1, false) else { panic!("a request") };
    let opcode = "000200".into();
    assert_eq!(
        other.refused(Command::RequestBooking { intent, opcode, local, vin, moves }),
        Refusal::OtherOpcode,
        "an appointment carries the chosen one and no other"
    );
}

#[test]
fn while_one_has_no_answer_there_is_no_other() {
    let mut case = live();
    assert_eq!(case.tell(request(1, false)), ["appointment.requested"]);
    case.now += TimeDelta::seconds(5);
    for moves in [false, true] {
        let ago = TimeDelta::seconds(5);
        assert_eq!(case.refused(request(2, moves)), Refusal::BookingOpen { local: wall(9, 0), by: "ana".into(), ago });
    }
    assert_eq!(case.refused(end(2, made("one", false))), Refusal::BookingClosed, "that was another attempt");
    assert_eq!(case.tell(end(1, made("one", false))), ["appointment.booked"]);
    assert_eq!(case.refused(end(1, made("one", false))), Refusal::BookingClosed, "it has its end");
}

#[test]
fn the_one_that_stands_is_moved_and_there_is_no_second_one() {
    let mut case = live();
    assert_eq!(case.refused(request(1, true)), Refusal::NothingToMove);
    assert_eq!(case.state().appointment_to_move(false), Ok(None));
    case.tell(request(1, false));
    case.tell(end(1, made("one\u{1b}", false)));
    let stands = Refusal::AppointmentStands { id: "one\u{fffd}".to_owned(), local: wall(9, 0) };
    assert_eq!(case.refused(request(2, false)), stands);
    let moved = case.state().appointment_to_move(true).unwrap().unwrap();
    assert_eq!(moved.id, appointment("one\u{1b}"));
    assert_eq!(case.tell(request(2, true)), ["appointment.requested"]);
    case.tell(end(2, made("one\u{1b}", false)));
    case.now = start() + hours(24 * 30);
    assert_eq!(case.tell(request(3, false)), ["appointment.requested"], "that one is over");
}

#[test]
fn that_nobody_knows_what_became_of_it_is_recorded_once_for_each_reason() {
    let mut case = live();
    let unknown = |reason: &str| end(1, BookingEnd::Unknown { reason: reason.to_owned() });
    assert_eq!(case.refused(unknown("no answer")), Refusal::BookingClosed);
    case.tell(request(1, false));
    assert_eq!(case.tell(unknown("no answer")), ["appointment.unknown"]);
    assert!(case.tell(unknown("no answer")).is_empty(), "that is known");
    assert_eq!(case.tell(unknown("the program ended")), ["appointment.unknown"]);
    assert_eq!(case.state().booking.as_ref().unwrap().unknown.as_deref(), Some("the program ended"));
    let refused = BookingEnd::Refused { reason: "taken".to_owned(), slot_taken: true };
    assert_eq!(case.tell(end(1, refused)), ["appointment.refused"]);
    assert_eq!((&case.state().booking, &case.state().appointment), (&None, &None));
}

#[test]
fn that_it_is_not_there_counts_when_it_had_two_minutes_to_arrive() {
    let settles = TimeDelta::minutes(2);
    let ask = |case: &Case, given_up: bool| match given_up {
        true => end(1, BookingEnd::GivenUp),
        false => end(1, BookingEnd::Absent { asked_at: case.now }),
    };
    for given_up in [false, true] {
        let mut case = live();
        case.tell(request(1, false));
        case.now += TimeDelta::seconds(30);
        let left = TimeDelta::seconds(90);
        assert_eq!(case.refused(ask(&case, given_up)), Refusal::BookingUnsettled(left));
        case.now = start() + settles - TimeDelta::milliseconds(1);
        let left = TimeDelta::milliseconds(1);
        assert_eq!(case.refused(ask(&case, given_up)), Refusal::BookingUnsettled(left));
        case.now = start() + settles;
        assert_eq!(case.tell(ask(&case, given_up)), ["appointment.refused"]);
    }
    // What was asked early is no answer, however late it comes.
    let mut slow = live();
    slow.tell(request(1, false));
    slow.now += hours(1);
    let asked_at = start() + TimeDelta::minutes(1);
    let left = TimeDelta::minutes(1);
    assert_eq!(slow.refused(end(1, BookingEnd::Absent { asked_at })), Refusal::BookingUnsettled(left));
}

#[test]
fn reading_it_back_is_recorded_once() {
    let see = |name: &str| Command::SeeAppointment { id: appointment(name) };
    let mut case = live();
    assert!(case.tell(see("one")).is_empty(), "there is none");
    case.tell(request(1, false));
    case.tell(end(1, made("one", false)));
    assert!(case.tell(see("other")).is_empty(), "that is somebody else's");
    assert_eq!(case.tell(see("one")), ["appointment.verified"]);
    assert!(case.tell(see("one")).is_empty() && case.tell(see("other")).is_empty());
    let mut found = live();
    found.tell(request(1, false));
    found.tell(end(1, made("one", true)));
    assert!(found.tell(see("one")).is_empty(), "it was read back when it was booked");
}

#[test]
fn one_stands_until_its_moment_by_the_wall_clock_of_the_dealership() {
    let moment = |text: &str| text.parse::<cloverwatch::domain::Timestamp>().unwrap();
    for (local, last) in [
        ("2026-06-10T09:00:00", moment("2026-06-10T15:00:00Z")),
        // Half past one comes twice: it stands until the second one.
        ("2026-11-01T01:30:00", moment("2026-11-01T08:30:00Z")),
        // Half past two does not come at all: then a day is allowed for, whatever the zone.
        ("2026-03-08T02:30:00", moment("2026-03-09T02:30:00Z")),
    ] {
        let case = booked(local.parse().unwrap());
        let stands = |at| case.state().standing_appointment(at).map(|stands| stands.id.raw());
        let just = TimeDelta::milliseconds(1);
        assert_eq!((stands(last), stands(last + just)), (Some("one"), None), "{local}");
        assert_eq!((stands(last - hours(24 * 60)), stands(last + hours(24 * 60))), (Some("one"), None), "{local}");
    }
    let zone = live().state().profile.timezone;
    assert!(zone.from_local_datetime(&"2026-03-08T02:30:00".parse().unwrap()).latest().is_none());
    assert_eq!(live().state().standing_appointment(start()), None);
}

#[test]
fn a_booking_without_an_answer_needs_somebody_at_once_or_after_two_minutes() {
    let attention = |case: &Case| case.state().attention(case.now, &case.policy);
    let mut case = live();
    case.tell(request(1, false));
    assert_eq!(attention(&case), None, "it was just sent");
    let mut unknown = case.clone();
    unknown.tell(end(1, BookingEnd::Unknown { reason: "no answer".to_owned() }));
    assert_eq!(attention(&unknown), Some(Attention::BookingUnknown));
    case.now += TimeDelta::minutes(2);
    assert_eq!(attention(&case), None);
    case.now += TimeDelta::milliseconds(1);
    assert_eq!(attention(&case), Some(Attention::BookingUnknown));
    case.tell(Command::Archive);
    assert_eq!(attention(&case), None, "whoever is archived needs nobody");
}

#[test]
fn what_the_settings_leave_open_of_the_customer_is_the_dealerships_own_contact() {
    let mut case = Case::new();
    let contact = Contact { name: "Bea".into(), email: "bea@example.com".into(), phone: "201-555-0101".into() };
    case.tell(Command::Update { profile: Profile { contact, ..profile() } });
    let label = |value: &str| Label { value: value.to_owned(), context: "source".to_owned() };
    let said = Customer { first_name: "Test".into(), last_name: "Booking".into(), ..Customer::default() };
    let settings = |customer: Customer| TestBooking {
        customer,
        comment: "a test".to_owned(),
        label: label("A"),
        reporting_label: label("B"),
        vehicle: Vehicle { year: None, make: "OTHER".to_owned(), model: "OTHER".to_owned(), vin: None },
    };
    let intent = IntentId::from_bits(7);
    let of = |customer| settings(customer).booking(case.state(), wall(9, 0), intent, None, &case.policy);
    let theirs = of(said.clone());
    assert_eq!(
        theirs.customer,
        Customer { email: "bea@example.com".into(), phone: "201-555-0101".into(), ..said.clone() },
        "the name is that of the settings"
    );
    assert_eq!((theirs.opcode.raw(), theirs.comment), (OPCODE, format!("a test [{intent}]")));
    let ours = Customer { email: "desk@example.com".into(), phone: "201-555-0199".into(), ..said };
    assert_eq!(of(ours.clone()).customer, ours);
}

#[test]
fn nothing_is_booked_for_whoever_is_archived_but_what_was_sent_ends_properly() {
    let mut case = live();
    case.tell(request(1, false));
    case.tell(Command::Archive);
    assert_eq!(case.refused(request(2, false)), Refusal::Archived);
    assert_eq!(case.refused(case.paste("CODE-1", Ask::Invite)), Refusal::Archived);
    assert_eq!(case.tell(end(1, made("one", false))), ["appointment.booked"]);
}
