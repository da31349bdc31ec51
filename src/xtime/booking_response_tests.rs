//! Booked, not booked, or not known: every shape of answer, and that nothing hostile turns one into another.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const TAKEN: &str = r#"{"success":false,"code":"x-001009","message":"Appointment slot is not available"}"#;
const BOOKED: &str = r#"{"success":true,"appointmentId":"a-1"}"#;

/// Made once: its rules are compiled.
static SETTINGS: LazyLock<PlatformSettings> = LazyLock::new(PlatformSettings::default);

fn response(status: u16, body: &str) -> BookingResponse {
    BookingResponse::read(status, body.as_bytes(), &SETTINGS.meanings, &SETTINGS)
}

fn outcome(status: u16, body: &str) -> &'static str {
    short(&response(status, body).outcome)
}

fn short(outcome: &BookingOutcome) -> &'static str {
    match outcome {
        BookingOutcome::Booked { .. } => "booked",
        BookingOutcome::SlotTaken { .. } => "taken",
        BookingOutcome::Refused { .. } => "refused",
        BookingOutcome::NotSent { .. } => "not sent",
        BookingOutcome::Unknown { .. } => "unknown",
    }
}

fn reason(outcome: &BookingOutcome) -> &str {
    match outcome {
        BookingOutcome::Booked { .. } => "",
        BookingOutcome::SlotTaken { reason }
        | BookingOutcome::Refused { reason }
        | BookingOutcome::NotSent { reason }
        | BookingOutcome::Unknown { reason } => reason,
    }
}

#[test]
fn an_identifier_is_text_or_a_number_as_it_was_written() {
    for (written, id) in [
        (r#""a-1""#, Some("a-1")),
        (r#""  x y ""#, Some("  x y ")),
        ("12345678901234567890123", Some("12345678901234567890123")),
        ("1.10", Some("1.10")),
        ("0", Some("0")),
        (r#""""#, None),
        (r#"" ""#, None),
        ("null", None),
        ("true", None),
        ("{}", None),
        (r#"["a"]"#, None),
        (r#"{"appointmentId":"a"}"#, None),
    ] {
        let found = response(200, &format!(r#"{{"success":true,"appointmentId":{written}}}"#));
        match id {
            Some(id) => assert_eq!(found.outcome, BookingOutcome::Booked { id: AppointmentId::new(id).unwrap() }),
            None => assert_eq!(short(&found.outcome), "unknown", "{written}"),
        }
        assert!(found.healthy, "{written}");
    }
    let long = format!(r#"{{"success":true,"appointmentId":"{}"}}"#, "x".repeat(201));
    assert_eq!(outcome(200, &long), "unknown");
}

#[test]
fn only_an_explicit_success_with_an_identifier_is_booked() {
    for body in [
        r#"{"appointmentId":"a"}"#,
        r#"{"success":"true","appointmentId":"a"}"#,
        r#"{"success":1,"appointmentId":"a"}"#,
        r#"{"success":null,"appointmentId":"a"}"#,
        r#"{"success":false,"appointmentId":"a"}"#,
        r#"{"success":false,"appointmentId":"a","code":"x-001009"}"#,
        r#"{"success":true,"appointmentId":"a","code":"x-001009"}"#,
        r#"{"success":true,"appointmentId":"a","appointmentId":"a"}"#,
        r#"{"success":true,"success":true,"appointmentId":"a"}"#,
        r#"{"success":true}"#,
        r#"{"success":true,"appointment":{"appointmentId":"a"}}"#,
        r#"{"Success":true,"appointmentId":"a"}"#,
        r#"[{"success":true,"appointmentId":"a"}]"#,
        r#"{"success":true,"appointmentId":"a"} {}"#,
        "{}",
        "null",
        "\"a\"",
        "<html>booked</html>",
        "",
    ] {
        assert_eq!(outcome(200, body), "unknown", "{body}");
        assert_ne!(outcome(403, body), "booked", "{body}");
    }
    for (status, body) in [(200, BOOKED), (201, BOOKED), (202, " \u{feff}".trim_start())] {
        let expected = if body == BOOKED { "booked" } else { "unknown" };
        assert_eq!(outcome(status, body), expected, "{status}");
    }
    assert_eq!(outcome(200, &format!("\u{feff}\r\n{BOOKED}\n")), "booked");
    // Fields that nobody asked for, in any order.
    assert_eq!(
        outcome(200, r#"{"x":{"y":[null]},"appointmentId":7,"code":null,"message":"ok","success":true}"#),
        "booked"
    );
    for status in [300, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503] {
        assert_eq!(outcome(status, BOOKED), "unknown", "{status}: a status and a body that contradict each other");
    }
}

#[test]
fn what_is_surely_not_booked() {
    for (status, body, expected) in [
        (200, TAKEN, "taken"),
        (200, r#"{"success":false,"code":"X-001009"}"#, "taken"),
        (200, r#"{"success":false,"code":"x-001009","appointmentId":null}"#, "taken"),
        (200, r#"{"success":false,"code":"x-001009","appointmentId":""}"#, "taken"),
        (400, TAKEN, "taken"),
        (409, TAKEN, "taken"),
        (200, r#"{"success":false,"code":"x-000123","message":"odd"}"#, "refused"),
        (200, r#"{"success":false,"message":"Dealer is not connected"}"#, "refused"),
        (200, r#"{"success":false,"code":"x-0010091"}"#, "refused"),
        (400, r#"{"message":"phoneNumber must be digits"}"#, "refused"),
        (400, "", "refused"),
        (404, r#"{"message":"no such dealer"}"#, "refused"),
        (422, r#"{"errors":[{"message":"bad"}]}"#, "refused"),
        (401, "", "not sent"),
        (401, "<html>", "not sent"),
        (401, r#"{"message":"Unauthorized"}"#, "not sent"),
        (403, r#"{"message":"Forbidden"}"#, "not sent"),
        (403, "", "not sent"),
        (407, "<html>", "not sent"),
        (429, "<html>slow down", "not sent"),
    ] {
        assert_eq!(outcome(status, body), expected, "{status} {body}");
    }
}

#[test]
fn what_may_have_been_booked() {
    for (status, body) in [
        (200, r#"{"success":false}"#),
        (200, r#"{"success":"false","code":"x-1"}"#),
        (200, r#"{"success":false,"message":"Internal server error"}"#),
        (200, r#"{"success":false,"code":"x-9","message":"The request timed out"}"#),
        (200, r#"{"success":false,"code":"x-000999","message":"An unexpected error has occurred"}"#),
        (200, r#"{"success":false,"code":"ALREADY_BOOKED"}"#),
        (422, r#"{"message":"Duplicate appointment"}"#),
        (200, r#"{"message":"Forbidden"}"#),
        (200, r#"{"success":fal"#),
        (204, ""),
        (301, ""),
        (303, "{}"),
        (400, "<html>Bad Request"),
        (400, r#"{"message":"try again later"}"#),
        (403, "<html>Forbidden"),
        (408, "{}"),
        (409, r#"{"message":"duplicate"}"#),
        (418, "{}"),
        (424, r#"{"message":"failed dependency"}"#),
        (499, ""),
        (500, TAKEN),
        (502, "<html>"),
        (503, r#"{"message":"Dealer is not connected"}"#),
        (504, ""),
        (100, ""),
        (599, "{}"),
    ] {
        assert_eq!(outcome(status, body), "unknown", "{status} {body}");
    }
}

#[test]
fn a_body_that_did_not_come_says_little() {
    for (status, expected) in
        [(200, "unknown"), (400, "unknown"), (401, "not sent"), (403, "unknown"), (429, "not sent"), (500, "unknown")]
    {
        let found = BookingResponse::without_body(status, "cut");
        assert_eq!((short(&found.outcome), found.healthy, found.token_refused), (expected, false, false));
    }
}

#[test]
fn only_a_plain_401_asks_for_another_token() {
    assert!(response(401, r#"{"message":"Unauthorized"}"#).token_refused);
    assert!(response(401, "").token_refused);
    for (status, body) in [
        (401, BOOKED),
        (401, r#"{"success":true}"#),
        (403, r#"{"message":"Invalid token"}"#),
        (200, r#"{"success":false,"message":"Invalid token"}"#),
    ] {
        assert!(!response(status, body).token_refused, "{status} {body}");
    }
    // Words that a person taught are about the dealership, not about the token.
    let body = r#"{"message":"Dealer xts1 is not connected"}"#;
    assert!(response(401, body).token_refused);
    let row =
        serde_json::from_str(r#"{"status": 401, "message": "is not connected$", "means": "not-connected"}"#).unwrap();
    let settings = PlatformSettings { meanings: vec![row], ..PlatformSettings::default() };
    assert!(!BookingResponse::read(401, body.as_bytes(), &settings.meanings, &settings).token_refused);
}

#[test]
fn the_codes_of_a_taken_slot_are_configuration() {
    let settings = PlatformSettings {
        slot_taken_codes: vec![" gone ".to_owned(), "x-7".to_owned()],
        ..PlatformSettings::default()
    };
    let read = |body: &str| short(&BookingResponse::read(200, body.as_bytes(), &settings.meanings, &settings).outcome);
    assert_eq!(read(r#"{"success":false,"code":"GONE"}"#), "taken");
    assert_eq!(read(r#"{"success":false,"code":"x-7"}"#), "taken");
    assert_eq!(read(TAKEN), "refused");
    // A row of the operator's that says "cannot tell" makes a failure uncertain.
    let row: super::super::ClassificationRule = serde_json::from_str(r#"{"code": "x-9", "means": "unknown"}"#).unwrap();
    let settings = PlatformSettings { meanings: vec![row], ..PlatformSettings::default() };
    let read = |body: &str| short(&BookingResponse::read(200, body.as_bytes(), &settings.meanings, &settings).outcome);
    assert_eq!(
        (read(r#"{"success":false,"code":"x-9"}"#), read(r#"{"success":false,"code":"x-8"}"#)),
        ("unknown", "refused")
    );
}

/// JSON of any kind, with the platform's own names and values thrown in.
fn hostile() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("x-001009")),
        Just(json!("x".repeat(300))),
    ];
    let name = || {
        prop_oneof![
            3 => Just("success".to_owned()),
            3 => Just("appointmentId".to_owned()),
            1 => Just("code".to_owned()),
            1 => Just("message".to_owned()),
            1 => Just("error".to_owned()),
            1 => "[a-z]{0,4}",
        ]
    };
    let inner = leaf.prop_recursive(3, 20, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..4).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    });
    prop::collection::vec((name(), inner), 0..6).prop_map(|fields| Value::Object(fields.into_iter().collect()))
}

fn any_status() -> impl Strategy<Value = u16> {
    prop_oneof![4 => Just(200u16), 1 => Just(400), 1 => Just(401), 1 => Just(403), 3 => 100u16..600]
}

proptest! {
    #[test]
    fn hostile_json_is_never_booked_nor_not_booked_by_accident(value in hostile(), status in any_status()) {
        let found = response(status, &value.to_string());
        let success = value.get("success") == Some(&json!(true));
        let id = match value.get("appointmentId") {
            Some(Value::String(text)) => !text.trim().is_empty() && text.chars().count() <= AppointmentId::MOST_CHARS,
            Some(Value::Number(_)) => true,
            _ => false,
        };
        match found.outcome {
            BookingOutcome::Booked { .. } => prop_assert!((200..300).contains(&status) && success && id),
            BookingOutcome::SlotTaken { .. } | BookingOutcome::Refused { .. } | BookingOutcome::NotSent { .. } => {
                prop_assert!(!success && !id && status < 500 && !(300..400).contains(&status));
                prop_assert!(status >= 300 || value.get("success") == Some(&json!(false)));
            }
            BookingOutcome::Unknown { .. } => {}
        }
        prop_assert!(!found.token_refused || status == 401 && !success && !id);
    }

    #[test]
    fn a_cut_answer_is_unknown(cut in 1usize..78, body in prop_oneof![Just(BOOKED), Just(TAKEN)], status in prop_oneof![Just(200u16), Just(400), Just(409)]) {
        prop_assume!(cut < body.len());
        prop_assert_eq!(outcome(status, &body[..cut]), "unknown");
    }

    #[test]
    fn reordered_fields_mean_the_same(order in Just(vec![0, 1, 2, 3]).prop_shuffle()) {
        let fields = [r#""success":true"#, r#""appointmentId":12"#, r#""code":null"#, r#""z":{"success":false}"#];
        let body = order.iter().map(|at: &usize| fields[*at]).collect::<Vec<_>>().join(",");
        prop_assert_eq!(outcome(200, &format!("{{{body}}}")), "booked");
    }

    #[test]
    fn bytes_never_panic_nor_book(bytes in prop::collection::vec(any::<u8>(), 0..200), status in 100u16..600) {
        let found = BookingResponse::read(status, &bytes, &SETTINGS.meanings, &SETTINGS);
        prop_assert!(!matches!(short(&found.outcome), "booked" | "taken"));
        prop_assert!(reason(&found.outcome).chars().count() < 3_000);
    }
}

#[test]
fn huge_and_deep_answers_are_bounded() {
    let deep = format!(r#"{{"success":true,"x":{}1{},"appointmentId":"a"}}"#, "[".repeat(200_000), "]".repeat(200_000));
    assert_eq!(outcome(200, &deep), "booked", "what nobody asked for is passed over without a stack");
    let deep = format!(r#"{{"success":false,"code":{}1{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
    assert_eq!(outcome(200, &deep), "unknown");
    let talk = format!(r#"{{"success":false,"code":"{0}","message":"{0}"}}"#, "é ".repeat(200_000));
    let found = response(200, &talk);
    assert_eq!(short(&found.outcome), "refused");
    assert!(reason(&found.outcome).chars().count() < 2_200);
}
