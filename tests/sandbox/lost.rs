//! Bookings whose answer is lost: they are done, and whoever asks again must read back first.

use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use super::{Desk, body, booking};

const BOOK: &str = "appointments-bookings?dealerCode=xts1&vin=VIN00000000000001";
const READ: &str = "appointments?dealerCode=xts1&vin=VIN00000000000001";

#[tokio::test]
async fn a_booking_whose_answer_is_lost_can_be_read_back() {
    let mut desk = Desk::with("none").await;
    let token = desk.token().await;
    desk.open_dealer("xts1").await;
    let slots = desk.slots("xts1", "Tell Us More", "2026-03-02", "2026-03-06", &token).await;
    let at = |index: usize| slots["availableAppointments"][index]["appointmentDateTimeLocal"].as_str().unwrap();
    let patient = desk.http.clone();
    for (index, fault) in ["booked-cut", "booked-hang", "booked-503"].into_iter().enumerate() {
        let picture = body(desk.act("dealers/xts1/next", json!({"fault": fault})).await).await;
        assert_eq!(picture["next"], json!([fault]));
        // Reading is not what the fault waits for.
        assert_eq!(desk.services("xts1", &token).await.status(), StatusCode::OK);
        if fault == "booked-hang" {
            desk.http = Client::builder().timeout(Duration::from_millis(300)).build().unwrap();
        }
        let answer = desk.call(Method::POST, BOOK, &token).json(&booking(at(index))).send().await;
        match fault {
            "booked-503" => assert_eq!(answer.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE),
            "booked-hang" => assert!(answer.unwrap_err().is_timeout()),
            _ => assert!(!answer.unwrap_err().is_timeout(), "the connection was cut"),
        }
        desk.http = patient.clone();
        let read = body(desk.get(READ, &token).await).await;
        let found = read["appointments"].as_array().unwrap();
        assert_eq!(found.len(), index + 1, "{fault}");
        assert!(found.iter().any(|one| one["appointmentDateTimeLocal"] == at(index)), "{fault}");
        // The slot is gone: who books blindly again is refused, who reads back knows the identifier.
        let again = body(desk.call(Method::POST, BOOK, &token).json(&booking(at(index))).send().await.unwrap()).await;
        assert_eq!(again["code"], "x-001009");
        let picture = desk.control("dealers/xts1").await;
        assert_eq!((&picture["appointments"], &picture["next"]), (&json!(index + 1), &json!([])));
    }
    let counted = desk.control("stats").await["faults"].clone();
    assert_eq!(counted, json!({"booked-cut": 1, "booked-hang": 1, "booked-503": 1}));
    desk.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_refused_booking_is_refused_also_when_nobody_hears_it() {
    let desk = Desk::with("booked-503=100%").await;
    let token = desk.token().await;
    desk.open_dealer("xts1").await;
    let answer = desk.call(Method::POST, BOOK, &token).json(&booking("2026-03-02T03:00")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let read = body(desk.get(READ, &token).await).await;
    assert!(read["appointments"].as_array().is_none_or(Vec::is_empty), "{read}");
}

#[tokio::test]
async fn ordered_faults_meet_the_next_calls_of_their_dealership_in_order() {
    let desk = Desk::with("none").await;
    let token = desk.token().await;
    desk.open_dealer("xts1").await;
    desk.open_dealer("xts2").await;
    desk.act("dealers/xts1/next", json!({"fault": "503", "calls": 2})).await;
    desk.act("dealers/xts1/next", json!({"fault": "null-lists"})).await;
    assert_eq!(desk.services("xts2", &token).await.status(), StatusCode::OK);
    for status in [503, 503, 200, 200] {
        assert_eq!(desk.services("xts1", &token).await.status().as_u16(), status);
    }
    desk.act("dealers/xts1/next", json!({"fault": "forbidden", "calls": 100})).await;
    assert_eq!(desk.act("dealers/xts1/next", json!({"fault": "503"})).await.status(), StatusCode::BAD_REQUEST);
    let picture: Value = body(desk.act("dealers/xts1/next", json!({"fault": "none"})).await).await;
    assert_eq!(picture["next"], json!([]));
    assert_eq!(desk.services("xts1", &token).await.status(), StatusCode::OK);
}
