//! The simulated Xtime over real HTTP: shapes, tokens, faults, invitations, behaviours, calendar, control.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail as tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use cloverwatch::clock::{Clock, ManualClock};
use cloverwatch::sandbox::{self, Faults, Sandbox, Settings};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

/// A Wednesday, ten days before the clocks of the United States go forward.
const NOW: &str = "2026-02-25T15:00:00Z";

struct Desk {
    sandbox: Sandbox,
    clock: ManualClock,
    http: Client,
}

impl Desk {
    async fn with(faults: &str) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let clock = ManualClock::at(NOW.parse().unwrap());
        let mut settings = Settings::new(Arc::new(clock.clone()));
        settings.faults = Faults::parse(faults).unwrap();
        let sandbox = sandbox::start(settings).await.unwrap();
        Self { sandbox, clock, http: Client::builder().timeout(Duration::from_secs(20)).build().unwrap() }
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn token_call(&self, secret: &str) -> reqwest::RequestBuilder {
        let form = [("grant_type", "client_credentials"), ("scope", "cai.scheduling.appointments.read")];
        self.http.post(self.sandbox.token_url()).basic_auth("sandbox-client", Some(secret)).form(&form)
    }

    async fn token(&self) -> String {
        let answer = body(self.token_call("sandbox-secret").send().await.unwrap()).await;
        answer["access_token"].as_str().unwrap().to_owned()
    }

    fn call(&self, method: Method, path: &str, token: &str) -> reqwest::RequestBuilder {
        let url = format!("{}/{path}", self.sandbox.base_url());
        self.http.request(method, url).header("x-api-key", "sandbox-key").bearer_auth(token)
    }

    async fn get(&self, path: &str, token: &str) -> Response {
        self.call(Method::GET, path, token).send().await.unwrap()
    }

    async fn services(&self, dealer: &str, token: &str) -> Response {
        self.get(&format!("services?dealerCode={dealer}&make=OTHER&model=OTHER"), token).await
    }

    async fn slots(&self, dealer: &str, opcode: &str, from: &str, to: &str, token: &str) -> Value {
        let query = [("dealerCode", dealer), ("opcode", opcode), ("start", from), ("end", to)];
        let call = self.call(Method::GET, "appointments-availabilities?make=OTHER&model=OTHER", token).query(&query);
        body(call.send().await.unwrap()).await
    }

    async fn invite(&self, ask: Value, key: Option<&str>) -> Response {
        let call = self.http.post(self.sandbox.invitations_url()).json(&ask);
        let call = if let Some(key) = key { call.header("Idempotency-Key", key) } else { call };
        call.send().await.unwrap()
    }

    async fn control(&self, path: &str) -> Value {
        body(self.http.get(format!("{}/{path}", self.sandbox.control_url())).send().await.unwrap()).await
    }

    async fn act(&self, path: &str, details: Value) -> Response {
        self.http.post(format!("{}/{path}", self.sandbox.control_url())).json(&details).send().await.unwrap()
    }

    /// A connected dealership with the usual opcode and slots, in Chicago.
    async fn open_dealer(&self, dealer: &str) -> Value {
        let made =
            self.act("dealers", json!({"dealerCode": dealer, "timezone": "America/Chicago", "connected": true})).await;
        assert_eq!(made.status(), StatusCode::OK);
        self.act(&format!("dealers/{dealer}/open-slots"), json!({})).await;
        let publish = json!({"opcode": "Tell Us More", "name": "Tell Us More"});
        body(self.act(&format!("dealers/{dealer}/publish"), publish).await).await
    }
}

async fn body(answer: Response) -> Value {
    answer.json().await.unwrap()
}

fn booking(at: &str) -> Value {
    json!({
        "appointmentDateTimeLocal": at, "firstName": "Ann", "lastName": "Sample", "emailAddress": "ann@example.com",
        "phoneNumber": "5550100", "comment": "a noise", "services": [{"opcode": "Tell Us More"}],
        "label": {"value": "DataClover", "context": "x"}, "reportingLabel": {"value": "DataClover", "context": "x"},
    })
}

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
async fn services_have_the_real_shape_and_both_refusals_occur() {
    let desk = Desk::with("none").await;
    let token = desk.token().await;
    desk.open_dealer("xts1").await;
    let answer = body(desk.services("xts1", &token).await).await;
    assert_eq!(answer["success"], true);
    let services = answer["services"].as_array().unwrap();
    assert!((6..=22).contains(&services.len()), "{}", services.len());
    assert!(services.contains(&json!({"opcode": "Tell Us More", "serviceName": "Tell Us More"})));
    let mut refusals = BTreeSet::new();
    for number in 0..20 {
        let refused = desk.services(&format!("nobody{number}"), &token).await;
        let status = refused.status().as_u16();
        refusals.insert((status, body(refused).await.to_string()));
    }
    let envelope = json!({"success": false, "code": "x-000403", "message": "Dealer is not connected to this partner"});
    let bare = json!({"message": "Forbidden"});
    assert_eq!(refusals, BTreeSet::from([(200, envelope.to_string()), (403, bare.to_string())]));
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
async fn invitations_are_idempotent_unique_and_checked() {
    let desk = Desk::with("none").await;
    let first = body(desk.invite(json!({"dealerCode": "xts1"}), Some("intent-1")).await).await;
    assert_eq!(first["data"]["generated"], "2026-02-25T15:00:00.000Z");
    assert_eq!(first["data"]["expires"], "2026-02-28T15:00:00.000Z");
    let code = first["data"]["code"].as_str().unwrap();
    assert!(code.len() == 9 && &code[4..5] == "-", "{code}");
    assert_eq!(body(desk.invite(json!({"dealerCode": "xts1"}), Some("intent-1")).await).await, first);
    let second = body(desk.invite(json!({"dealerCode": "xts1"}), Some("intent-2")).await).await;
    assert_ne!(second["data"]["code"], first["data"]["code"]);
    let other = desk.invite(json!({"dealerCode": "xts2"}), Some("intent-1")).await;
    assert_eq!(other.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let long = "x".repeat(65);
    for ask in [
        json!({}),
        json!([1]),
        json!({"dealerCode": ""}),
        json!({"dealerCode": long}),
        json!({"dealerCode": "a\nb"}),
        json!({"dealerCode": "a", "timezone": "Mars/Base"}),
        json!({"dealerCode": "a", "generatedAt": "2026-02-25T15:00:01Z"}),
        json!({"dealerCode": "a", "generatedAt": "-262143-01-01T00:00:00Z"}),
        json!({"dealerCode": "a", "generatedAt": "yesterday"}),
    ] {
        let status = desk.invite(ask.clone(), None).await.status();
        assert_eq!(status, StatusCode::BAD_REQUEST, "{ask}");
    }
    let huge = desk.invite(json!({"dealerCode": "x".repeat(100_000)}), None).await;
    assert_eq!(huge.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

/// Invites many dealerships now and lets twelve days pass, a quarter of an hour at a time.
#[tokio::test]
async fn what_dealerships_do_follows_from_the_state_of_their_codes() {
    let desk = Desk::with("none").await;
    let count = 500;
    for number in 0..count {
        desk.invite(json!({"dealerCode": format!("xts{number}")}), None).await;
    }
    let mut plans: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut acts = String::new();
    for number in 0..count {
        let dealer = desk.control(&format!("dealers/xts{number}")).await;
        assert_eq!(dealer["connected"], false);
        assert_eq!(dealer["invitations"][0]["alive"], true);
        let behaviour = dealer["invitations"][0]["behaviour"].as_str().unwrap();
        plans.entry(behaviour.to_owned()).or_default().insert(format!("xts{number}"));
        plans.entry(dealer["opcodePlan"].as_str().unwrap().to_owned()).or_default();
        acts += &dealer["ahead"].to_string();
    }
    let kinds: Vec<&str> = plans.keys().map(String::as_str).collect();
    assert_eq!(
        kinds,
        [
            "cancel",
            "early",
            "existing",
            "late",
            "midway",
            "mistyped",
            "mistyped-gives-up",
            "near-miss",
            "never",
            "new-at-once",
            "new-later",
            "new-never",
            "other-existing",
            "too-late",
            "wrong-rooftop",
        ]
    );
    for act in ["Enter", "Connect", "Disconnect", "Publish", "Unpublish", "Rename", "Capacity(true)"] {
        assert!(acts.contains(act), "nobody will {act}");
    }
    let mut calls: Vec<Value> = Vec::new();
    let mut after = 0;
    for _ in 0..12 * 24 {
        desk.clock.advance(Duration::from_secs(3_600));
        let answer = desk.control(&format!("calls?after={after}")).await;
        for call in answer["calls"].as_array().unwrap() {
            assert!(call["at"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap() <= desk.now());
            assert_eq!(call["seq"].as_u64().unwrap(), after + 1);
            after += 1;
            calls.push(call.clone());
        }
    }
    let all = desk.control("calls?after=0").await;
    assert_eq!(all["calls"].as_array().unwrap()[..], calls[..500.min(calls.len())], "stable");
    let said = |kind: &str| -> BTreeSet<String> {
        let of_kind = calls.iter().filter(|call| call["kind"] == kind);
        of_kind.map(|call| call["dealerCode"].as_str().unwrap().to_owned()).collect()
    };
    for kind in ["done", "code-refused", "needs-code", "opcode", "question"] {
        assert!(said(kind).len() > 5, "{kind}");
    }
    assert!(plans["too-late"].is_subset(&said("code-refused")), "a dead code is refused");
    assert!(!plans["never"].is_disjoint(&said("done")), "some say done untruly");
    assert!(said("opcode").is_disjoint(&plans["never"]));
    assert!(
        calls
            .iter()
            .filter(|call| call["kind"] == "opcode")
            .all(|call| { call["option"] == if call["opcode"] == "DataClover Appt" { "new" } else { "existing" } })
    );
    let mut connected = BTreeSet::new();
    for number in 0..count {
        let code = format!("xts{number}");
        if desk.control(&format!("dealers/{code}")).await["connected"] == true {
            connected.insert(code);
        }
    }
    for kind in ["too-late", "never", "wrong-rooftop", "cancel", "mistyped-gives-up"] {
        assert!(plans[kind].is_disjoint(&connected), "{kind}");
    }
    for kind in ["early", "midway", "late", "mistyped"] {
        let (all, some) = (plans[kind].len(), plans[kind].intersection(&connected).count());
        assert!(some * 10 > all * 8, "{kind}: {some} of {all}");
    }
}

#[tokio::test]
async fn a_superseded_code_is_refused() {
    let desk = Desk::with("none").await;
    let mut refused = 0;
    let dealers = 60;
    for number in 0..dealers {
        let dealer = format!("xts{number}");
        desk.invite(json!({"dealerCode": dealer}), None).await;
        let before = desk.control(&format!("dealers/{dealer}")).await;
        desk.clock.advance(Duration::from_secs(1));
        desk.invite(json!({"dealerCode": dealer}), None).await;
        let after = desk.control(&format!("dealers/{dealer}")).await;
        assert_eq!(after["invitations"][0]["alive"], false);
        assert_eq!(after["invitations"][1]["alive"], true);
        refused += usize::from(before["ahead"].to_string().contains("Enter"));
    }
    desk.clock.advance(Duration::from_secs(100 * 3_600));
    let calls = desk.control("calls").await;
    let newer = calls["calls"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|call| call["kind"] == "code-refused" && call["text"].as_str().unwrap().contains("newer"));
    assert_eq!(newer.count(), refused);
    assert!(refused > dealers / 2);
}

#[tokio::test]
async fn an_old_invitation_has_had_its_consequences() {
    let desk = Desk::with("none").await;
    let at = (desk.now() - TimeDelta::hours(200)).to_rfc3339();
    let mut connected = 0;
    for number in 0..50 {
        let ask = json!({"dealerCode": format!("xts{number}"), "generatedAt": at, "timezone": "America/Denver"});
        assert_eq!(desk.invite(ask, None).await.status(), StatusCode::OK);
        let dealer = desk.control(&format!("dealers/xts{number}")).await;
        assert_eq!(
            (&dealer["timezone"], &dealer["invitations"][0]["alive"]),
            (&json!("America/Denver"), &json!(false))
        );
        connected += usize::from(dealer["connected"] == true);
    }
    assert!((20..50).contains(&connected), "{connected}");
}

#[tokio::test]
async fn control_acts_at_once_and_is_seen_by_the_platform() {
    let desk = Desk::with("none").await;
    let token = desk.token().await;
    desk.open_dealer("xts1").await;
    let has = async |opcode: &str| {
        let answer = body(desk.services("xts1", &token).await).await;
        answer["services"].as_array().unwrap().iter().any(|service| service["opcode"] == opcode)
    };
    assert!(has("Tell Us More").await);
    desk.act("dealers/xts1/rename", json!({"opcode": "Tell Us More", "name": "Tell Us"})).await;
    assert!(!has("Tell Us More").await && has("Tell Us").await);
    desk.act("dealers/xts1/unpublish", json!({"opcode": "Tell Us"})).await;
    assert!(!has("Tell Us").await);
    desk.act("dealers/xts1/publish", json!({"opcode": "DataClover Appt"})).await;
    assert!(has("DataClover Appt").await);
    desk.act("dealers/xts1/disconnect", json!({})).await;
    let gone = desk.services("xts1", &token).await;
    assert!(gone.status() == StatusCode::FORBIDDEN || body(gone).await["success"] == false);
    desk.act("dealers/xts1/connect", json!({})).await;
    assert!(has("DataClover Appt").await);
    desk.act("dealers/xts1/say-done", json!({})).await;
    let calls = desk.control("calls").await;
    assert_eq!((&calls["calls"][0]["kind"], &calls["calls"][0]["seq"]), (&json!("done"), &json!(1)));
    assert_eq!(desk.control("calls?after=1").await, json!({"calls": []}));
    assert_eq!(desk.control("dealers").await, json!({"dealers": ["xts1"]}));
    for (path, status) in [
        ("dealers/nobody/connect", 404),
        ("dealers/xts1/explode", 404),
        ("dealers/xts1/publish", 400),
        ("dealers/xts1/rename", 400),
        ("faults", 400),
    ] {
        assert_eq!(desk.act(path, json!({})).await.status().as_u16(), status, "{path}");
    }
    let stats = desk.control("stats").await;
    assert_eq!(stats["requests"]["/token"]["200"], 1);
    assert_eq!((&stats["inFlight"], &stats["peakInFlight"]), (&json!(0), &json!(1)));
    assert_eq!(stats["peakPerSecond"], stats["total"], "the clock stood still");
}

#[tokio::test]
async fn every_fault_shows_in_its_way() {
    let desk = Desk::with("none").await;
    let token = desk.token().await;
    desk.open_dealer("xts1").await;
    let url = format!("{}/faults", desk.sandbox.control_url());
    let set = async |spec: &'static str| {
        let answer = desk.http.post(&url).body(spec).send().await.unwrap();
        assert_eq!(body(answer).await, json!({"faults": spec}));
    };
    set("503=100%").await;
    assert_eq!(desk.services("xts1", &token).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    set("429=100%").await;
    let retry = async || {
        let answer = desk.services("xts1", &token).await;
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        answer.headers()["retry-after"].to_str().unwrap().to_owned()
    };
    assert_eq!(retry().await, "2");
    assert_eq!(retry().await, "Wed, 25 Feb 2026 15:00:02 GMT");
    set("slow=100%:20ms").await;
    assert_eq!(desk.services("xts1", &token).await.status(), StatusCode::OK);
    set("truncated=100%").await;
    let (one, other) = (desk.services("xts1", &token).await, desk.services("xts1", &token).await);
    let (one, other) = (one.bytes().await, other.bytes().await);
    assert!(one.is_err() != other.is_err(), "one breaks the connection, one ends cleanly");
    let cleanly = one.or(other).unwrap();
    assert!(cleanly.starts_with(b"{") && serde_json::from_slice::<Value>(&cleanly).is_err());
    set("oversized=100%").await;
    assert_eq!(desk.services("xts1", &token).await.bytes().await.unwrap().len(), 16 << 20);
    set("success-false=100%").await;
    assert_eq!(body(desk.services("xts1", &token).await).await["code"], "x-000999");
    set("null-lists=100%").await;
    assert_eq!(body(desk.services("xts1", &token).await).await, json!({"success": true, "services": null}));
    set("forbidden=100%").await;
    assert_eq!(desk.services("xts1", &token).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(desk.token_call("sandbox-secret").send().await.unwrap().status(), StatusCode::OK, "not at this door");
    set("token-refused=100%").await;
    let refused = desk.token_call("sandbox-secret").send().await.unwrap();
    assert_eq!((refused.status(), body(refused).await), (StatusCode::UNAUTHORIZED, json!({"error": "access_denied"})));
    set("expired-token=100%").await;
    assert_eq!(desk.services("xts1", &token).await.status(), StatusCode::UNAUTHORIZED);
    set("none").await;
    assert_eq!(desk.services("xts1", &token).await.status(), StatusCode::UNAUTHORIZED, "it stays forgotten");
    set("hang=100%").await;
    let impatient = Client::builder().timeout(Duration::from_millis(200)).build().unwrap();
    assert!(impatient.post(desk.sandbox.invitations_url()).json(&json!({})).send().await.unwrap_err().is_timeout());
    let faults = desk.control("stats").await["faults"].clone();
    assert_eq!(faults.as_object().unwrap().len(), 11, "{faults}");
    desk.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_lost_answer_costs_no_second_code() {
    let desk = Desk::with("503=50%").await;
    let mut codes = BTreeSet::new();
    let mut lost = 0;
    for number in 0..40 {
        let dealer = format!("xts{number}");
        loop {
            let answer = desk.invite(json!({"dealerCode": dealer}), Some(&dealer)).await;
            if answer.status() == StatusCode::OK {
                codes.insert(body(answer).await["data"]["code"].as_str().unwrap().to_owned());
                break;
            }
            lost += 1;
        }
        let invitations = desk.control(&format!("dealers/{dealer}")).await["invitations"].clone();
        assert_eq!(invitations.as_array().unwrap().len(), 1);
    }
    assert!(codes.len() == 40 && lost > 10, "{lost}");
}

#[tokio::test]
async fn it_listens_on_loopback_only_and_ends_when_told() {
    let desk = Desk::with("hang=100%").await;
    let mut settings = Settings::new(Arc::new(desk.clock.clone()));
    settings.listen = "0.0.0.0:0".parse().unwrap();
    assert!(sandbox::start(settings).await.is_err_and(|error| error.to_string().contains("loopback")));
    let hanging = tokio::spawn(desk.token_call("sandbox-secret").send());
    while desk.control("stats").await["inFlight"] != 1 {
        tokio::task::yield_now().await;
    }
    let addr = desk.sandbox.addr();
    desk.sandbox.shutdown().await;
    assert_eq!(hanging.await.unwrap().unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}
