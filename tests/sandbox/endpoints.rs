//! Shapes, tokens, slots and bookings at the platform's endpoints.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Desk, body, booking};

#[tokio::test]
async fn tokens_live_for_a_day_and_the_gateway_checks_them_and_the_key() {
    let desk = Desk::with("none").await;
    let answer = body(desk.token_call("sandbox-secret").send().await.unwrap()).await;
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(86_400)));
    let wrong = desk.token_call("guess").send().await.unwrap();
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(body(wrong).await, json!({"error": "invalid_client"}));
    let grant = desk.http.post(desk.sandbox.token_url()).basic_auth("sandbox-client", Some("sandbox-secret"));
    let grant = grant.form(&[("grant_type", "password")]).send().await.unwrap();
    assert_eq!(grant.status(), StatusCode::BAD_REQUEST);

    desk.open_dealer("xts1").await;
    let token = answer["access_token"].as_str().unwrap();
    let good = desk.services("xts1", token).await;
    assert_eq!(good.status(), StatusCode::OK);
    assert_eq!(good.headers()["date"], "Wed, 25 Feb 2026 15:00:00 GMT");
    assert_eq!(desk.services("xts1", "unknown").await.status(), StatusCode::UNAUTHORIZED);
    let url = format!("{}/services?dealerCode=xts1&make=OTHER&model=OTHER", desk.sandbox.base_url());
    let keyless = desk.http.get(url).bearer_auth(token).send().await.unwrap();
    assert_eq!((keyless.status(), body(keyless).await), (StatusCode::FORBIDDEN, json!({"message": "Forbidden"})));

    desk.clock.advance(Duration::from_secs(86_399));
    assert_eq!(desk.services("xts1", token).await.status(), StatusCode::OK);
    desk.clock.advance(Duration::from_secs(1));
    assert_eq!(desk.services("xts1", token).await.status(), StatusCode::UNAUTHORIZED);
    desk.sandbox.shutdown().await;
}

#[tokio::test]
async fn services_have_the_real_shape_and_a_refusal_is_the_public_one() {
    let desk = Desk::with("none").await;
    let token = desk.token().await;
    desk.open_dealer("xts1").await;
    let answer = body(desk.services("xts1", &token).await).await;
    assert_eq!(answer["success"], true);
    let services = answer["services"].as_array().unwrap();
    assert!((6..=22).contains(&services.len()), "{}", services.len());
    assert!(services.contains(&json!({"opcode": "Tell Us More", "serviceName": "Tell Us More"})));
    for number in 0..20 {
        let refused = desk.services(&format!("nobody{number}"), &token).await;
        assert_eq!((refused.status(), body(refused).await), (StatusCode::FORBIDDEN, json!({"message": "Forbidden"})));
    }
}

#[tokio::test]
async fn slots_are_dealer_local_at_most_six_days_and_only_for_a_published_opcode() {
    let desk = Desk::with("none").await;
    let token = desk.token().await;
    let (mut zulu, mut offset, mut nulls, mut empty) = (0, 0, 0, 0);
    for number in 0..30 {
        let dealer = format!("xts{number}");
        desk.open_dealer(&dealer).await;
        let answer = desk.slots(&dealer, "Tell Us More", "2026-03-02", "2026-03-08", &token).await;
        let slots = answer["availableAppointments"].as_array().unwrap();
        assert!(slots.len() > 30 && slots.iter().all(|slot| slot["durationMinutes"] == 15), "{answer}");
        let first = slots[0]["appointmentDateTimeLocal"].as_str().unwrap();
        assert_eq!(&first[..11], "2026-03-02T");
        match &first[16..] {
            "Z" => zulu += 1,
            "-0600" => offset += 1,
            other => panic!("{other}"),
        }
        let answer = desk.slots(&dealer, "tell us more", "2026-03-02", "2026-03-08", &token).await;
        match &answer["availableAppointments"] {
            Value::Null => nulls += 1,
            list if list.as_array().unwrap().is_empty() => empty += 1,
            other => panic!("{other}"),
        }
    }
    assert!(zulu > 0 && offset > 0 && nulls > 0 && empty > 0, "{zulu} {offset} {nulls} {empty}");
    for (from, to) in [("2026-03-02", "2026-03-09"), ("2026-03-02", "2026-03-01"), ("2026-3", "x"), ("", "")] {
        let path = format!("appointments-availabilities?dealerCode=xts1&make=A&model=B&opcode=x&start={from}&end={to}");
        assert_eq!(desk.get(&path, &token).await.status(), StatusCode::BAD_REQUEST, "{from} {to}");
    }
    desk.act("dealers/xts1/close-slots", json!({})).await;
    let answer = desk.slots("xts1", "Tell Us More", "2026-03-02", "2026-03-08", &token).await;
    assert!(answer["availableAppointments"].as_array().is_none_or(Vec::is_empty));
}

#[tokio::test]
async fn the_hour_that_does_not_exist_is_not_offered() {
    let desk = Desk::with("none").await;
    let token = desk.token().await;
    let mut seen = BTreeSet::new();
    for number in 0..120 {
        let dealer = format!("night{number}");
        desk.open_dealer(&dealer).await;
        let answer = desk.slots(&dealer, "Tell Us More", "2026-03-08", "2026-03-08", &token).await;
        for slot in answer["availableAppointments"].as_array().into_iter().flatten() {
            seen.insert(slot["appointmentDateTimeLocal"].as_str().unwrap().to_owned());
        }
    }
    assert!(seen.contains("2026-03-08T01:45-0600") && seen.contains("2026-03-08T03:00-0500"), "{seen:?}");
    assert!(!seen.iter().any(|time| time[11..13] == *"02"), "{seen:?}");
}

#[tokio::test]
async fn bookings_take_their_slot_and_move_and_are_listed() {
    let desk = Desk::with("none").await;
    let token = desk.token().await;
    desk.open_dealer("xts1").await;
    let answer = desk.slots("xts1", "Tell Us More", "2026-03-02", "2026-03-06", &token).await;
    let at = |index: usize| answer["availableAppointments"][index]["appointmentDateTimeLocal"].as_str().unwrap();
    let book = async |details: Value| {
        let path = "appointments-bookings?dealerCode=xts1&vin=VIN00000000000001";
        desk.call(Method::POST, path, &token).json(&details).send().await.unwrap()
    };
    let booked = body(book(booking(at(0))).await).await;
    assert_eq!(booked["success"], true);
    let taken = book(booking(at(0))).await;
    assert_eq!(taken.status(), StatusCode::OK);
    assert_eq!(body(taken).await["code"], "x-001009");

    let listed = body(desk.get("appointments?dealerCode=xts1&vin=VIN00000000000001", &token).await).await;
    let expected = json!({
        "appointmentId": booked["appointmentId"], "vin": "VIN00000000000001", "appointmentDateTimeLocal": at(0),
        "comment": "a noise", "firstName": "Ann", "lastName": "Sample", "emailAddress": "ann@example.com",
        "phoneNumber": "5550100", "services": [{"opcode": "Tell Us More", "serviceName": "Tell Us More"}],
    });
    assert_eq!(listed, json!({"success": true, "appointments": [expected]}));

    let mut moved = booking(at(3));
    moved["appointmentId"] = booked["appointmentId"].clone();
    assert_eq!(body(book(moved).await).await, booked);
    assert_eq!(body(book(booking(at(0))).await).await["success"], true, "the old slot is free again");
    let mut unknown = booking(at(5));
    unknown["appointmentId"] = json!("nope");
    assert_eq!(body(book(unknown).await).await["code"], "x-001010");

    let took = body(desk.act("dealers/xts1/take-slot", json!({"appointmentDateTimeLocal": at(6)})).await).await;
    assert_eq!(took["appointmentDateTimeLocal"], at(6));
    assert_eq!(body(book(booking(at(6))).await).await["code"], "x-001009");
    for (field, value) in [
        ("services", json!([])),
        ("phoneNumber", json!("+1 555")),
        ("appointmentDateTimeLocal", json!("tomorrow")),
        ("firstName", Value::Null),
    ] {
        let mut wrong = booking(at(7));
        wrong[field] = value;
        assert_eq!(book(wrong).await.status(), StatusCode::BAD_REQUEST, "{field}");
    }
}

#[tokio::test]
async fn every_action_is_described_and_its_example_works() {
    let desk = Desk::with("none").await;
    desk.open_dealer("xts1").await;
    let page = include_str!("../../docs/sandbox.md");
    let listed = desk.control("").await;
    let actions = listed["actions"].as_array().unwrap();
    assert!(actions.len() > 15);
    for action in actions {
        let name = action["action"].as_str().unwrap().rsplit('/').next().unwrap();
        assert!(page.contains(&format!("/{name} -d ")), "docs/sandbox.md shows no {name}");
        let example: Value = serde_json::from_str(action["example"].as_str().unwrap()).unwrap();
        let answer = desk.act(&format!("dealers/xts1/{name}"), example).await;
        assert_eq!(answer.status(), StatusCode::OK, "{name}");
    }
}
