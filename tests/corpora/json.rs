//! The suite of cases for parsers of JSON: what must be taken (`y_`), what must not (`n_`), and what may be either (`i_`).

use std::collections::BTreeSet;

use cloverwatch::cli::import::read_list;
use cloverwatch::domain::Event;
use cloverwatch::xtime::booking_response::BookingResponse;
use cloverwatch::xtime::reply::{PlatformReply, RequestedList};
use cloverwatch::xtime::{BookingOutcome, PlatformSettings};
use serde_json::Value;

/// A case is its name and its text: a character for each byte. What is long is a text that is repeated, and an end.
pub fn suite() -> Vec<(String, Vec<u8>)> {
    let cases: Vec<Vec<Value>> = serde_json::from_str(include_str!("json-suite.json")).unwrap();
    let bytes =
        |value: &Value| -> Vec<u8> { value.as_str().unwrap().chars().map(|c| u8::try_from(c).unwrap()).collect() };
    let case = |case: &Vec<Value>| {
        let times = case.get(2).map_or(1, |times| usize::try_from(times.as_u64().unwrap()).unwrap());
        let end = case.get(3).map(|end| bytes(end).repeat(times)).unwrap_or_default();
        (case[0].as_str().unwrap().to_owned(), [bytes(&case[1]).repeat(times), end].concat())
    };
    cases.iter().map(case).collect()
}

#[test]
fn the_suite_is_whole() {
    let names: BTreeSet<_> = suite().into_iter().map(|(name, _)| name).collect();
    let count = |of: &str| names.iter().filter(|name| name.starts_with(of)).count();
    assert_eq!((count("y_"), count("n_"), count("i_"), names.len()), (95, 188, 35, 318));
}

fn within(before: &str, value: &[u8], after: &str) -> Vec<u8> {
    [before.as_bytes(), value, after.as_bytes()].concat()
}

/// Whether a case can be tried as a value inside a document: its text does not close what is around it.
fn is_one_value(name: &str) -> bool {
    !name.starts_with("n_structure_") && !name.starts_with("n_multidigit") && !name.contains("with_BOM")
}

#[test]
fn an_answer_of_the_platform_counts_only_when_all_of_it_is_json() {
    let settings = PlatformSettings::default();
    for (name, text) in suite() {
        let body = within("{\"success\":true,\"appointmentId\":\"a1\",\"services\":[],\"x\":", &text, "}");
        let booked = BookingResponse::read(200, &body, &settings.meanings, &settings).outcome;
        let booked = matches!(booked, BookingOutcome::Booked { .. });
        let listed = PlatformReply::read(200, &body, RequestedList::Services, 9).services.is_some();
        match name.split('_').next() {
            Some("y") => assert!(booked && listed, "{name}"),
            Some("n") if is_one_value(&name) => assert!(!booked && !listed, "{name}"),
            _ => {}
        }
        // By itself it is an answer of another form.
        let alone = PlatformReply::read(200, &text, RequestedList::Services, 9);
        assert!(!name.starts_with("n_") || alone.services.is_none(), "{name}");
    }
}

#[test]
fn a_row_of_a_list_is_taken_or_refused_with_its_line() {
    let row = "\"name\":\"Sample Motors\",\"dealer_code\":\"xts1\",\"timezone\":\"America/Chicago\",\"email\":\"a@example.com\"";
    for (name, text) in suite() {
        let taken = read_list(within(&format!("[{{{row},\"note\":"), &text, "}]"));
        let taken = taken.is_ok_and(|rows| rows.iter().all(|(_, row)| row.is_ok()));
        match name.split('_').next() {
            // Which of two values is meant nobody can know.
            Some("y") => assert_eq!(taken, !name.contains("duplicated_key"), "{name}"),
            Some("n") if is_one_value(&name) => assert!(!taken, "{name}"),
            _ => {}
        }
    }
}

#[test]
fn an_event_is_read_only_when_all_of_it_is_json() {
    for (name, text) in suite() {
        let line = within(
            "{\"seq\":1,\"at\":\"2026-11-24T06:20:00Z\",\"actor\":\"ana\",\"dealership\":\"d0000000001\",\"kind\":\"note.added\",\"data\":{\"text\":\"x\",\"more\":",
            &text,
            "}}",
        );
        let read = serde_json::from_slice::<Event>(&line).is_ok();
        match name.split('_').next() {
            Some("y") => assert!(read, "{name}: what a later version adds is passed over"),
            Some("n") if is_one_value(&name) => assert!(!read, "{name}"),
            _ => {}
        }
    }
}
