//! What is refused before it is sent, and how times and numbers are written.

use chrono::NaiveDate;
use chrono_tz::America::{Chicago, New_York, Phoenix};
use proptest::prelude::*;

use super::*;

fn at(day: (i32, u32, u32), hour: u32, minute: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(day.0, day.1, day.2).unwrap().and_hms_opt(hour, minute, 0).unwrap()
}

fn booking() -> Booking {
    Booking {
        appointment_id: None,
        local: at((2024, 3, 30), 14, 0),
        zone: Chicago.into(),
        customer: Customer {
            first_name: "Test".into(),
            last_name: "Appointment".into(),
            email: "test@example.com".into(),
            phone: "(797) 555-0950".into(),
        },
        comment: "A test\nof the integration".to_owned(),
        opcode: "Tell Us More".into(),
        label: Label { value: "DataClover".to_owned(), context: "source".to_owned() },
        reporting_label: Label { value: "DataClover".to_owned(), context: "partner".to_owned() },
        vehicle: Vehicle {
            year: Some(2022),
            make: "OTHER".to_owned(),
            model: "OTHER".to_owned(),
            vin: Some("1FTEW1EP5NFA00000".to_owned()),
        },
    }
}

fn slot(hour: u32, minute: u32) -> Slot {
    Slot { local: at((2024, 3, 30), hour, minute), minutes: 15 }
}

#[test]
fn only_an_offered_time_is_booked() {
    assert_eq!(booking().check(&[slot(9, 0), slot(14, 0)]), Ok(()));
    let problem = booking().check(&[slot(9, 0), slot(14, 15), slot(13, 45), slot(16, 0), slot(14, 15)]).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "2024-03-30 14:00 was not offered: choose an offered time, the nearest are 2024-03-30 13:45, 2024-03-30 14:15, \
         2024-03-30 16:00"
    );
    assert!(booking().check(&[]).unwrap_err().to_string().contains("look for slots again"));
}

#[test]
fn what_is_incomplete_is_refused_with_words() {
    type Spoil = fn(&mut Booking);
    let rows: [(Spoil, &str); 16] = [
        (|b| b.customer.phone = "".into(), "phone number cannot be sent: it is missing"),
        (|b| b.customer.phone = "555-0950".into(), "7 digits are too few"),
        (|b| b.customer.phone = "(797) 555-0950 ext. 7".into(), "leave out letters and extensions"),
        (|b| b.customer.email = " ".into(), "the customer's e-mail is missing"),
        (|b| b.customer.email = "test@".into(), "e-mail is not usable: `test@`"),
        (|b| b.customer.email = "Test <test@example.com>".into(), "e-mail is not usable"),
        (|b| b.customer.first_name = "".into(), "first name is missing"),
        (|b| b.customer.last_name = "\t".into(), "last name is missing"),
        (|b| b.customer.last_name = "a\u{202e}b".into(), "invisible character"),
        (|b| b.opcode = " ".into(), "the opcode is missing: record the dealership's choice"),
        (|b| b.comment = "x".repeat(1_001), "longer than 1000 characters"),
        (|b| b.vehicle.make = String::new(), "make is missing: write OTHER"),
        (|b| b.vehicle.vin = Some("1FTEW1EP5NFA0000O".to_owned()), "VIN cannot be sent"),
        (|b| b.vehicle.vin = Some(String::new()), "VIN cannot be sent"),
        (|b| b.local = at((2024, 3, 10), 2, 30), "2024-03-10 02:30 does not exist in America/Chicago"),
        (|b| b.local = b.local.with_second(7).unwrap(), "full minute"),
    ];
    for (spoil, words) in rows {
        let mut spoiled = booking();
        spoil(&mut spoiled);
        // Whatever is offered: the time itself is.
        let problem = spoiled.check(&[Slot { local: spoiled.local, minutes: 15 }]).unwrap_err().to_string();
        assert!(problem.contains(words), "{words}: {problem}");
        assert!(!problem.chars().any(is_invisible), "{problem:?}");
    }
}

#[test]
fn wall_clocks_carry_their_offset_without_a_colon() {
    for (local, zone, written) in [
        (at((2024, 3, 30), 14, 0), Chicago.into(), "2024-03-30T14:00-0500"),
        (at((2024, 1, 5), 9, 15), New_York.into(), "2024-01-05T09:15-0500"),
        (at((2024, 7, 5), 9, 15), Phoenix.into(), "2024-07-05T09:15-0700"),
        // Twice on that day: the first one, still in summer time.
        (at((2024, 11, 3), 1, 30), New_York.into(), "2024-11-03T01:30-0400"),
        (at((2024, 11, 3), 2, 0), New_York.into(), "2024-11-03T02:00-0500"),
        (at((2024, 7, 1), 0, 0), chrono_tz::Asia::Kolkata.into(), "2024-07-01T00:00+0530"),
    ] {
        assert_eq!(wall_with_offset(local, zone).as_deref(), Ok(written));
    }
    let skipped = at((2024, 3, 10), 2, 0);
    assert_eq!(
        wall_with_offset(skipped, New_York.into()),
        Err(BookingProblem::NoSuchTime { local: skipped, zone: New_York.into() })
    );
    assert!(
        wall_with_offset(NaiveDateTime::MAX, Chicago.into()).is_err()
            && wall_with_offset(NaiveDateTime::MIN, Chicago.into()).is_err()
    );
}

#[test]
fn numbers_become_digits() {
    for (text, digits) in [
        ("(797) 555-0950", "7975550950"),
        (" +1 797.555.0950 ", "17975550950"),
        ("797\u{a0}555\u{2011}0950", "7975550950"),
        ("+49 30 901820/123", "4930901820123"),
    ] {
        assert_eq!(phone_digits(text).as_deref(), Ok(digits));
    }
    assert_eq!(phone_digits(""), Err(PhoneProblem::Missing));
    assert_eq!(phone_digits("()-"), Err(PhoneProblem::TooFew(0)));
    assert_eq!(phone_digits("797555095"), Err(PhoneProblem::TooFew(9)));
    assert_eq!(phone_digits(&"7".repeat(16)), Err(PhoneProblem::TooMany(16)));
    assert_eq!(phone_digits("\u{0667}975550950"), Err(PhoneProblem::NotADigit));
}

#[test]
fn identifiers_are_opaque_bounded_and_clean_when_shown() {
    assert_eq!(AppointmentId::new(" 007\u{1b}[2J").unwrap().raw(), " 007\u{1b}[2J");
    assert_eq!(AppointmentId::new("a\u{1b}b").unwrap().plain(), "a\u{fffd}b");
    for bad in ["", " \t", &"x".repeat(201)] {
        assert!(AppointmentId::new(bad).is_none());
        assert!(serde_json::from_value::<AppointmentId>(bad.into()).is_err());
    }
    assert_eq!(serde_json::to_string(&AppointmentId::new("a\"b").unwrap()).unwrap(), r#""a\"b""#);
    assert_eq!(format!("{:?}", AppointmentId::new("a\u{1b}b").unwrap()), "\"a\u{fffd}b\"");
}

#[test]
fn an_opcode_has_512_bytes_at_most() {
    let with = |opcode: String| Booking { opcode: opcode.into(), ..booking() }.complete();
    assert_eq!((with("x".repeat(512)), with("é".repeat(256))), (Ok(()), Ok(())));
    for long in ["x".repeat(513), "é".repeat(257)] {
        let problem = with(long).unwrap_err();
        assert!(matches!(problem, BookingProblem::Unsendable { field: BookingField::Opcode, .. }), "{problem:?}");
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_digits_are_digits(text in "\\PC{0,40}|[-+()./ 0-9]{0,30}") {
        if let Ok(digits) = phone_digits(&text) {
            prop_assert!((FEWEST_DIGITS..=MOST_DIGITS).contains(&digits.len()));
            prop_assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
        }
        let mut spoiled = booking();
        spoiled.customer.email = text.as_str().into();
        spoiled.opcode = text.into();
        let problem = spoiled.check(&[]).unwrap_err().to_string();
        prop_assert!(!problem.chars().any(is_invisible), "{problem:?}");
    }

    #[test]
    fn a_written_time_is_the_same_wall_clock(minute in 0i64..4_000_000, zone in 0..chrono_tz::TZ_VARIANTS.len()) {
        let local = at((2023, 1, 1), 0, 0) + chrono::TimeDelta::minutes(minute);
        let zone = Tz::of(chrono_tz::TZ_VARIANTS[zone]);
        match wall_with_offset(local, zone) {
            Ok(written) => {
                let read = chrono::DateTime::parse_from_str(&written, "%Y-%m-%dT%H:%M%z").unwrap();
                prop_assert_eq!(read.naive_local(), local);
                prop_assert_eq!(read.with_timezone(&zone).naive_local(), local, "it is that moment there");
            }
            Err(problem) => prop_assert_eq!(problem, BookingProblem::NoSuchTime { local, zone }),
        }
    }
}
