//! Whatever is asked of the control interface and the platform, the answer is one of theirs, and the same for the same seed.

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use super::{Desk, body};

const ACTIONS: [&str; 21] = [
    "connect",
    "disconnect",
    "draft",
    "publish-catalog",
    "remove",
    "publish",
    "unpublish",
    "rename",
    "capacity",
    "advisors",
    "horizon",
    "hours",
    "holiday",
    "open-slots",
    "close-slots",
    "take-slot",
    "answers",
    "next",
    "say-done",
    "explode",
    "%00",
];

fn opcode() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => Just(json!("A")), 2 => Just(json!("Tell Us More")), 1 => ".{0,12}".prop_map(Value::from),
        1 => Just(json!("x".repeat(200))), 1 => Just(Value::Null),
    ]
}

fn nonsense() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([{"id": "a", "hours": {"mon": "9"}}])),
    ]
}

fn date() -> impl Strategy<Value = Value> {
    prop_oneof![
        8 => (0_i32..400).prop_map(|day| json!((chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()
            + chrono::TimeDelta::days(day.into())).to_string())),
        1 => Just(json!("262142-12-31")), 1 => Just(json!("-262143-01-01")), 1 => nonsense(),
    ]
}

/// Details that are right more often than not.
fn details() -> impl Strategy<Value = Value> {
    let hours = prop_oneof![
        Just(json!("00:00-24:00")),
        Just(json!("08:07-08:08")),
        Just(Value::Null),
        Just(json!("24:00-25:00")),
    ];
    let week = proptest::collection::btree_map(proptest::sample::select(vec!["mon", "wed", "sun"]), hours, 0..3)
        .prop_map(|week| json!(week));
    prop_oneof![
        4 => Just(json!({})),
        4 => opcode().prop_map(|opcode| json!({ "opcode": opcode })),
        3 => (opcode(), opcode()).prop_map(|(opcode, name)| json!({"opcode": opcode, "name": name})),
        2 => Just(json!({"all": true})),
        2 => (opcode(), nonsense(), nonsense()).prop_map(|(opcode, scope, apps)| json!({"opcode": opcode, "scope": scope, "apps": apps})),
        2 => opcode().prop_map(|opcode| json!({"opcode": opcode, "apps": ["partner-api"], "scope": {"makes": ["Kia"]}})),
        3 => prop_oneof![Just(json!(0)), Just(json!("NL")), Just(json!(4_294_967_295_u32)), nonsense()]
            .prop_map(|value| json!({"type": "Web", "value": value})),
        2 => (any::<u16>(), any::<u32>()).prop_map(|(days, lead)| json!({"days": days % 400, "leadMinutes": lead % 600_000})),
        2 => week.clone(),
        2 => week.prop_map(|week| json!({"advisors": [{"id": "a", "hours": week}]})),
        2 => (any::<bool>(), any::<bool>()).prop_map(|(one, other)| json!({"reservable": one, "workingTimes": other})),
        3 => (date(), date(), nonsense()).prop_map(|(date, until, closed)| json!({"date": date, "until": until, "closed": closed})),
        2 => (0_u8..24, 0_u8..60).prop_map(|(hour, minute)| json!({"appointmentDateTimeLocal": format!("2026-03-08T{hour:02}:{minute:02}")})),
        1 => proptest::sample::select(vec!["503", "slow", "booked-503", "null-lists", "rain"]).prop_map(|fault| json!({"fault": fault})),
        1 => any::<bool>().prop_map(|nulls| json!({"nullLists": nulls, "zulu": nulls})),
        1 => nonsense(),
    ]
}

#[derive(Debug, Clone)]
enum Step {
    Act(usize, &'static str, Value),
    Make(Value),
    Look(usize, String),
    Book(usize, String),
    Invite(usize, i64),
    Wait(u64),
}

fn one() -> impl Strategy<Value = Value> {
    let code = prop_oneof![3 => Just(json!("xts0")), 1 => ".{0,70}".prop_map(Value::from), 1 => nonsense()];
    (code, nonsense(), any::<bool>(), opcode()).prop_map(|(code, zone, connected, opcode)| {
        json!({"dealerCode": code, "timezone": zone, "connected": connected, "opcode": opcode, "slots": connected})
    })
}

fn step() -> impl Strategy<Value = Step> {
    let dealer = 0_usize..3;
    prop_oneof![
        12 => (dealer.clone(), proptest::sample::select(ACTIONS.to_vec()), details())
            .prop_map(|(dealer, action, details)| Step::Act(dealer, action, details)),
        1 => one().prop_map(Step::Make),
        1 => proptest::collection::vec(one(), 0..4).prop_map(|many| Step::Make(json!(many))),
        3 => (dealer.clone(), "[a-zA-Z0-9=&%]{0,20}").prop_map(|(dealer, rest)| Step::Look(dealer, rest)),
        3 => (dealer.clone(), ".{0,20}").prop_map(|(dealer, at)| Step::Book(dealer, at)),
        2 => (dealer, -1_i64..800).prop_map(|(dealer, hours)| Step::Invite(dealer, hours)),
        2 => (0_u64..90_000).prop_map(Step::Wait),
    ]
}

/// Does everything; answers what was answered.
async fn run(steps: &[Step]) -> Vec<(u16, Value)> {
    let desk = Desk::with("none").await;
    let token = desk.token().await;
    for dealer in 0..3 {
        desk.open_dealer(&format!("xts{dealer}")).await;
    }
    let mut answers = Vec::new();
    for step in steps {
        let answer = match step {
            Step::Act(dealer, action, details) => {
                desk.act(&format!("dealers/xts{dealer}/{action}"), details.clone()).await
            }
            Step::Make(what) => desk.act("dealers", what.clone()).await,
            Step::Look(dealer, rest) => desk.services(&format!("xts{dealer}&{rest}"), &token).await,
            Step::Book(dealer, at) => {
                let path = format!("appointments-bookings?dealerCode=xts{dealer}&make=OTHER&model=OTHER");
                desk.call(reqwest::Method::POST, &path, &token).json(&super::booking(at)).send().await.unwrap()
            }
            Step::Invite(dealer, hours) => {
                let at = desk.now() - chrono::TimeDelta::hours(*hours);
                desk.invite(json!({"dealerCode": format!("xts{dealer}"), "generatedAt": at.to_rfc3339()}), None).await
            }
            Step::Wait(seconds) => {
                desk.clock.advance(std::time::Duration::from_secs(*seconds));
                continue;
            }
        };
        let status = answer.status().as_u16();
        // A 503 that was ordered is one of ours; a 500 is not, nor is a connection that ends.
        assert!(matches!(status, 200 | 400 | 401 | 403 | 404 | 409 | 422 | 503), "{step:?}: {status}");
        answers.push((status, answer.json().await.unwrap_or(Value::Null)));
    }
    for dealer in 0..3 {
        let code = format!("xts{dealer}");
        // A fault that still waits would meet the questions below.
        desk.act(&format!("dealers/{code}/next"), json!({"fault": "none"})).await;
        answers.push((200, desk.control(&format!("dealers/{code}")).await));
        let slots = desk.slots(&code, "Tell Us More", "2026-03-05", "2026-03-11", &token).await;
        answers.push((200, slots));
    }
    answers.push((200, desk.control("calls").await));
    desk.sandbox.shutdown().await;
    answers
}

#[test]
fn nothing_that_is_asked_breaks_it_and_the_same_questions_have_the_same_answers() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    let steps = proptest::collection::vec(step(), 1..60);
    let (done, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    TestRunner::new(config)
        .run(&steps, |steps| {
            let (one, other) = runtime.block_on(async { (run(&steps).await, run(&steps).await) });
            done.fetch_add(one.iter().filter(|(status, _)| *status == 200).count(), Ordering::Relaxed);
            refused.fetch_add(one.iter().filter(|(status, _)| *status == 400).count(), Ordering::Relaxed);
            prop_assert_eq!(one, other);
            Ok(())
        })
        .unwrap();
    let (done, refused) = (done.into_inner(), refused.into_inner());
    assert!(done > 100 && refused > 100, "only {done} were done and {refused} refused: that tells nothing");
}

#[tokio::test]
async fn many_are_made_at_once_or_none() {
    let desk = Desk::with("none").await;
    let token = desk.token().await;
    let many: Vec<Value> = (0..2_000)
        .map(|number| {
            json!({
                "dealerCode": format!("xts{number}"), "timezone": "America/Denver", "connected": true,
                "opcode": "DataClover Appt", "slots": true,
            })
        })
        .collect();
    let made = desk.act("dealers", json!(many)).await;
    assert_eq!(body(made).await, json!({"made": 2_000, "dealers": 2_000}));
    for code in ["xts0", "xts1999"] {
        let answer = body(desk.services(code, &token).await).await;
        assert!(answer["services"].as_array().unwrap().iter().any(|one| one["opcode"] == "DataClover Appt"));
        let slots = desk.slots(code, "DataClover Appt", "2026-03-02", "2026-03-06", &token).await;
        assert!(!slots["availableAppointments"].as_array().unwrap().is_empty());
    }
    for wrong in [
        json!([{"dealerCode": "new1"}, {"dealerCode": ""}]),
        json!([{"dealerCode": "new1"}, {"dealerCode": "new2"}, {"dealerCode": "new1"}]),
        json!([{"dealerCode": "new1"}, {"dealerCode": "new2", "timezone": "Mars/Base"}]),
        json!([{"dealerCode": "new1"}, {"dealerCode": "new2", "opcode": ""}]),
        json!([{"dealerCode": "new1"}, {"dealerCode": "new2", "colour": "red"}]),
    ] {
        assert_eq!(desk.act("dealers", wrong.clone()).await.status().as_u16(), 400, "{wrong}");
        assert_eq!(desk.control("dealers").await["dealers"].as_array().unwrap().len(), 2_000, "{wrong}");
    }
}
