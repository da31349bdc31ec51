//! Every public answer shape, and hostile ones.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::Outcome;
use crate::domain::classification::{ClassificationRule, classify, default_rules};

static TABLE: LazyLock<Vec<ClassificationRule>> = LazyLock::new(default_rules);

fn services(status: u16, body: &str) -> PlatformReply {
    PlatformReply::read(status, body.as_bytes(), RequestedList::Services, 100)
}

fn outcome(reply: &PlatformReply) -> Outcome {
    classify(&TABLE, &reply.details()).outcome
}

fn opcodes(body: &str) -> Option<Vec<String>> {
    let rows = services(200, body).services?;
    Some(rows.iter().map(|row| row.opcode.raw().to_owned()).collect())
}

#[test]
fn the_list_of_services() {
    let body = r#"{"success":true,"services":[{"opcode":"Tell Us More","serviceName":"General","x":[1]},
        {"opcode":123,"serviceName":null},{"opcode":1.10},{"serviceName":"A","opcode":" 01HYZLOF1.6"}],"more":{}}"#;
    assert_eq!(outcome(&services(200, body)), Outcome::Connected);
    assert_eq!(opcodes(body).unwrap(), ["Tell Us More", "123", "1.10", " 01HYZLOF1.6"]);
    let empty = "\u{feff} {\"success\":true,\"services\":[]}\n";
    assert_eq!((outcome(&services(200, empty)), opcodes(empty)), (Outcome::Connected, Some(vec![])));
    let null = r#"{"success":true,"services":null}"#;
    assert_eq!((outcome(&services(200, null)), opcodes(null)), (Outcome::Connected, Some(vec![])));
}

#[test]
fn a_list_of_something_else_says_nothing_of_services() {
    for (wanted, name) in
        [(RequestedList::Slots, "availableAppointments"), (RequestedList::Appointments, "appointments")]
    {
        for list in ["null", "[]"] {
            let body = format!(r#"{{"success":true,"{name}":{list}}}"#);
            assert_eq!(PlatformReply::read(200, body.as_bytes(), wanted, 10).services, None, "{body}");
        }
    }
}

#[test]
fn services_are_read_wholly_or_not_at_all() {
    for row in [
        r#"{"opcode":null}"#,
        r#"{"opcode":{}}"#,
        "{}",
        "7",
        "null",
        "[]",
        r#"{"opcode":" "}"#,
        r#"{"opcode":"a","opcode":"b"}"#,
    ] {
        for rows in [row.to_owned(), format!(r#"{{"opcode":"ok"}},{row}"#), format!(r#"{row},{{"opcode":7}}"#)] {
            let body = format!(r#"{{"success":true,"services":[{rows}]}}"#);
            assert_eq!((outcome(&services(200, &body)), opcodes(&body)), (Outcome::Unknown, None), "{body}");
        }
    }
}

#[test]
fn a_success_that_is_contradicted_says_nothing() {
    for beside in [
        r#""message":"dealer not connected""#,
        r#""code":"x-000001""#,
        r#""code":0"#,
        r#""error":"dealer not connected""#,
        r#""error":{"message":"dealer not connected"}"#,
        r#""errors":[{"code":7}]"#,
    ] {
        let body = format!(r#"{{"success":true,"services":[{{"opcode":"a"}}],{beside}}}"#);
        assert_eq!(outcome(&services(200, &body)), Outcome::Unknown, "{body}");
    }
    for beside in [r#""message":null,"code":null"#, r#""message":"","code":" ""#, r#""error":null,"errors":[]"#] {
        let body = format!(r#"{{"success":true,"services":[{{"opcode":"a"}}],{beside}}}"#);
        assert_eq!(outcome(&services(200, &body)), Outcome::Connected, "{body}");
    }
}

#[test]
fn what_could_not_be_told() {
    for body in [
        "",
        "null",
        "true",
        "[]",
        "[{\"opcode\":\"x\"}]",
        "<html>",
        "OK",
        "{",
        "{}{}",
        r#"{"success":true"#,
        r#"{"success":true}"#,
        r#"{"services":[]}"#,
        r#"{"services":[{"opcode":"a"}]}"#,
        r#"{"success":true,"services":{}}"#,
        r#"{"success":true,"services":"none"}"#,
        r#"{"success":"true","services":[]}"#,
        r#"{"success":null,"services":[]}"#,
        r#"{"success":1,"services":[]}"#,
        r#"{"services":null}"#,
        r#"{"success":false,"success":true,"services":[]}"#,
        r#"{"success":true,"services":[],"services":[]}"#,
        r#"{"Success":true,"Services":[]}"#,
        r#"{"success":false,"code":"x-000001","message":"?","services":[]}"#,
        "{\"success\":true,\"services\":[{\"opcode\":\"\u{0}\"",
    ] {
        assert_eq!(outcome(&services(200, body)), Outcome::Unknown, "{body}");
    }
    assert_eq!(
        outcome(&PlatformReply::read(200, b"{\"success\":true,\"services\":[\"\xff\"]}", RequestedList::Services, 9)),
        Outcome::Unknown
    );
    let long = json!({ "success": true, "services": vec![json!({ "opcode": 1 }); 101] }).to_string();
    assert_eq!(services(200, &long).list, ReplyList::TooLong(101));
    assert_eq!(outcome(&services(200, &long)), Outcome::Unknown);
    let deep = format!("{{\"success\":false,\"x\":{}", "[".repeat(200_000));
    assert_eq!(outcome(&services(200, &deep)), Outcome::Unknown);
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    for body in [
        format!(r#"{{"success":false,"x":{deep}}}"#),
        format!(r#"{{"success":true,"services":[],"x":{deep}}}"#),
        format!(r#"{{"success":true,"services":{deep}}}"#),
    ] {
        assert_eq!((outcome(&services(200, &body)), opcodes(&body)), (Outcome::Unknown, None));
    }
    // Brackets inside a text are only text.
    let texts = format!(r#"{{"success":true,"services":[{{"opcode":"\\\"{}"}}]}}"#, "[".repeat(50));
    assert_eq!(outcome(&services(200, &texts)), Outcome::Connected);
}

#[test]
fn failures_say_code_and_message() {
    let reply = services(200, r#"{"success":false,"code":"x-001009","message":"slot \u001b[2J\nnot available"}"#);
    assert_eq!(reply.code.as_deref(), Some("x-001009"));
    assert_eq!(reply.message.as_deref(), Some("slot \u{fffd}[2J not available"));
    for (body, message) in [
        (r#"{"message":"Forbidden"}"#, "Forbidden"),
        (r#"{"Message":"denied"}"#, "denied"),
        (r#"{"error":"access_denied","error_description":"no policy"}"#, "no policy"),
        (r#"{"error":"access_denied"}"#, "access_denied"),
        (r#"{"errors":[{"code":7,"message":"no"}]}"#, "no"),
        (r#"{"fault":{"faultstring":"spike","detail":{"errorcode":"policies.x"}}}"#, "spike"),
    ] {
        assert_eq!(services(403, body).message.as_deref(), Some(message));
    }
    assert_eq!(services(403, r#"{"errors":[{"code":7}]}"#).code.as_deref(), Some("7"));
    assert_eq!(services(403, r#"{"message":{"a":1},"code":[]}"#).message, None);
    let long = services(403, &json!({ "message": "é".repeat(100_000) }).to_string());
    assert_eq!(long.message.unwrap().chars().count(), MESSAGE_CHARS);
}

#[test]
fn the_list_of_slots() {
    let read = |body: &str| PlatformReply::read(200, body.as_bytes(), RequestedList::Slots, 100).slots(15);
    let found = read(
        r#"{"success":true,"availableAppointments":[
            {"appointmentDateTimeLocal":"2024-03-30T15:00-0500","durationMinutes":"30"},
            {"appointmentDateTimeLocal":"2024-03-30T14:00Z"},
            {"appointmentDateTimeLocal":"2024-03-30T14:00","durationMinutes":null},
            {"appointmentDateTimeLocal":"2024-03-30T16:00","durationMinutes":-5},
            {"appointmentDateTimeLocal":"2024-03-30T16:00","durationMinutes":99999999999},
            {"appointmentDateTimeLocal":"2024-02-30T16:00"},{"durationMinutes":15},{}]}"#,
    )
    .unwrap();
    let shown: Vec<_> = found.iter().map(|slot| (slot.local.to_string(), slot.minutes)).collect();
    assert_eq!(shown, [("2024-03-30 14:00:00".to_owned(), 15), ("2024-03-30 15:00:00".to_owned(), 30)]);
    assert_eq!(read(r#"{"success":true,"availableAppointments":null}"#), Some(vec![]));
    assert_eq!(read(r#"{"success":true,"availableAppointments":[]}"#), Some(vec![]));
    assert_eq!(read(r#"{"success":true}"#), None);
    assert_eq!(read(r#"{"success":true,"availableAppointments":[{}]}"#), None);
}

#[test]
fn local_times_keep_their_wall_clock() {
    for text in [
        "2024-03-30T14:00-0500",
        "2024-03-30T14:00-05:00",
        "2024-03-30T14:00Z",
        "2024-03-30T14:00",
        "2024-03-30T14:00:00",
        "2024-03-30T14:00:00Z",
        "2024-03-30T14:00:00.000-0500",
        "2024-03-30T14:00:00+13:45",
        "2024-03-30 14:00:00",
        " 2024-03-30T14:00-05 ",
    ] {
        assert_eq!(local_time(text).map(|time| time.to_string()).as_deref(), Some("2024-03-30 14:00:00"), "{text}");
    }
    for text in ["", "Z", "2024-03-30", "2024-13-30T14:00", "2024-03-30T25:00", "soon", "2024-03-30T14:00-0500[X]"] {
        assert_eq!(local_time(text), None, "{text}");
    }
    // The end of what a time can hold: whatever comes out, nothing breaks.
    for text in ["+262142-12-31T23:59:59-2359", "-262143-01-01T00:00:00+2359"] {
        assert!(local_time(text).is_none_or(|time| time.to_string().contains("26214")));
    }
}

fn appointments(body: &str) -> Option<Vec<Appointment>> {
    PlatformReply::read(200, body.as_bytes(), RequestedList::Appointments, 100).appointments()
}

#[test]
fn appointments_are_read_with_whatever_they_say() {
    let found = appointments(
        r#"{"appointments":[
            {"appointmentId":17,"vin":"1FTEW1EP5NFA00000","appointmentDateTimeLocal":"2024-03-30T14:00Z","comment":null,
             "firstName":"Test","lastName":7,"emailAddress":"test@example.com","phoneNumber":7975550950,"x":{"y":[null]},
             "services":[{"opcode":"Tell Us More","serviceName":null},null,{"serviceName":"?"},{"opcode":12}]},
            {"appointmentId":" b ","appointmentDateTimeLocal":"2024-03-30T09:15-0500","services":null,"vin":{}}],"success":true}"#,
    )
    .unwrap();
    let [one, other] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((one.id.raw(), one.local.to_string().as_str()), ("17", "2024-03-30 14:00:00"), "a Z is not UTC");
    let Customer { first_name, last_name, email, phone } = &one.customer;
    assert_eq!(
        [first_name, last_name, email, phone].map(Untrusted::raw),
        ["Test", "7", "test@example.com", "7975550950"]
    );
    let opcodes: Vec<_> = one.services.iter().map(|service| service.opcode.raw()).collect();
    assert_eq!((opcodes, one.comment.raw()), (vec!["Tell Us More", "12"], ""));
    assert_eq!((other.id.raw(), other.vin.raw(), other.services.len()), (" b ", "", 0));
    assert_eq!(appointments(r#"{"success":true,"appointments":[]}"#), Some(vec![]));
}

#[test]
fn a_list_of_appointments_is_read_wholly_or_not_at_all() {
    let good = r#"{"appointmentId":"a","appointmentDateTimeLocal":"2024-03-30T14:00"}"#;
    let list = |rows: &str| appointments(&format!(r#"{{"success":true,"appointments":{rows}}}"#));
    assert_eq!(list(&format!("[{good}]")).unwrap().len(), 1);
    for bad in [
        "null",
        "{}",
        "7",
        "[]",
        r#"{"appointmentId":"a"}"#,
        r#"{"appointmentDateTimeLocal":"2024-03-30T14:00"}"#,
        r#"{"appointmentId":"","appointmentDateTimeLocal":"2024-03-30T14:00"}"#,
        r#"{"appointmentId":{},"appointmentDateTimeLocal":"2024-03-30T14:00"}"#,
        r#"{"appointmentId":"a","appointmentDateTimeLocal":"soon"}"#,
        r#"{"appointmentId":"a","appointmentId":"b","appointmentDateTimeLocal":"2024-03-30T14:00"}"#,
        r#"{"appointmentId":"a","appointmentDateTimeLocal":"2024-03-30T14:00","services":{}}"#,
    ] {
        assert_eq!(list(&format!("[{good},{bad}]")), None, "{bad}");
    }
    assert_eq!(list(&format!("[{}]", vec![good; 101].join(","))), None, "more than were allowed");
    assert_eq!((list("{}"), list("\"none\"")), (None, None));
    for unsure in [
        r#"{"success":true,"appointments":null}"#,
        r#"{"appointments":[]}"#,
        r#"{"success":"true","appointments":[]}"#,
        r#"{"success":false,"appointments":[]}"#,
        r#"{"success":true}"#,
        r#"{"success":true,"appointments":[],"appointments":[]}"#,
        "[]",
        "",
    ] {
        assert_eq!(appointments(unsure), None, "{unsure}: no proof that there is none");
    }
}

/// JSON of any kind, with the platform's own field names thrown in.
fn hostile() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("2024-03-30T14:00-0500")),
        Just(json!("Dealer is not connected")),
        Just(json!("Forbidden")),
    ];
    let key = prop_oneof![
        Just("success".to_owned()),
        Just("services".to_owned()),
        Just("availableAppointments".to_owned()),
        Just("opcode".to_owned()),
        Just("serviceName".to_owned()),
        Just("message".to_owned()),
        Just("code".to_owned()),
        Just("error".to_owned()),
        Just("appointmentDateTimeLocal".to_owned()),
        Just("durationMinutes".to_owned()),
        Just("appointments".to_owned()),
        Just("appointmentId".to_owned()),
        "[a-z]{0,4}",
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn hostile_json_is_never_a_yes_or_no_by_accident(value in hostile(), status in 100u16..600) {
        let reply = services(status, &value.to_string());
        match outcome(&reply) {
            Outcome::Connected => {
                let list = value.get("services");
                prop_assert!(status == 200 && value.get("success") == Some(&json!(true)));
                prop_assert!(list.is_some_and(|list| list.is_array() || list.is_null()));
                prop_assert_eq!(reply.services.as_ref().map(Vec::len), list.map(|list| list.as_array().map_or(0, Vec::len)));
            }
            Outcome::NotConnected => prop_assert!(status == 403 && value.to_string().contains("Forbidden")),
            Outcome::OurCredentials | Outcome::Unknown => {}
        }
        let _ = PlatformReply::read(status, value.to_string().as_bytes(), RequestedList::Slots, 3).slots(15);
    }

    /// What is read of a list is all of it, and every identifier is one.
    #[test]
    fn hostile_appointments_are_never_overlooked(rows in prop::collection::vec(hostile(), 0..4), good in 0usize..4) {
        let mut rows = rows;
        rows.insert(good.min(rows.len()), json!({"appointmentId": "a", "appointmentDateTimeLocal": "2024-03-30T14:00"}));
        if let Some(found) = appointments(&json!({"success": true, "appointments": rows}).to_string()) {
            prop_assert_eq!(found.len(), rows.len());
            prop_assert!(found.iter().all(|one| !one.id.raw().trim().is_empty()));
        }
    }

    #[test]
    fn reordered_fields_mean_the_same(order in Just(vec![0, 1, 2, 3]).prop_shuffle()) {
        let fields = [r#""success":true"#, r#""services":[{"serviceName":"n","opcode":"a"}]"#, r#""code":null"#, r#""z":{"y":[]}"#];
        let body = order.iter().map(|at: &usize| fields[*at]).collect::<Vec<_>>().join(",");
        prop_assert_eq!(opcodes(&format!("{{{body}}}")).unwrap(), ["a"]);
    }

    #[test]
    fn a_cut_answer_is_never_read(cut in 1usize..79, status in prop_oneof![Just(200u16), Just(403)]) {
        let body = r#"{"success":true,"services":[{"opcode":"a"}],"message":"Dealer is not connected"}"#;
        prop_assert_eq!(outcome(&services(status, &body[..cut])), Outcome::Unknown);
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,45}") {
        let reply = PlatformReply::read(200, &bytes, RequestedList::Slots, 10);
        prop_assert_ne!(outcome(&reply), Outcome::Connected);
        let _ = local_time(&text);
    }

    #[test]
    fn times_are_read_back(seconds in -60_000_000_000i64..250_000_000_000, offset in -1439i32..1439) {
        let wall = chrono::DateTime::from_timestamp(seconds, 0).unwrap().naive_utc();
        let sign = if offset < 0 { '-' } else { '+' };
        let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
        let text = format!("{}{sign}{hours:02}{minutes:02}", wall.format("%Y-%m-%dT%H:%M:%S"));
        if (0..=9999).contains(&chrono::Datelike::year(&wall)) {
            prop_assert_eq!(local_time(&text), Some(wall));
        }
    }
}
