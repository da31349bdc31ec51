//! Invitations, what dealerships do with them, and the control interface.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Desk, body};

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
            "new-not-all",
            "new-not-standard",
            "new-unpublished",
            "other-existing",
            "own-house",
            "too-late",
            "wrong-rooftop",
        ]
    );
    for act in
        ["Enter", "Connect", "Disconnect", "Draft", "Publish", "Unpublish", "Rename", "Capacity(Web", "Reservable"]
    {
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
    for kind in ["done", "code-refused", "needs-code", "opcode", "question", "fixed"] {
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
