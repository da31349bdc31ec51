//! `report`: what the log says, as text, JSON and CSV; of now and of a moment; beside an owner.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use chrono::{DateTime, TimeDelta};
use cli_support::{Desk, history};
use cloverwatch::clock::{Clock, WallClock};
use cloverwatch::domain::{Actor, CallOutcome, CodeOrigin, DealershipId, Fact, IntentId, Timestamp};
use cloverwatch::store::Append;
use serde_json::Value;

fn at(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn issued(generation: u32, code: &str, generated_at: Timestamp) -> Fact {
    let (source, intent) = (CodeOrigin::Paste, IntentId::from_bits(generation.into()));
    let expires_at = generated_at + TimeDelta::hours(72);
    Fact::InvitationIssued { generation, code: code.parse().unwrap(), generated_at, expires_at, source, intent }
}

/// One whose first code ran out and whose second one was used, and one that waits.
async fn desk() -> Desk {
    let desk = Desk::new();
    let (first, second) = (at("2026-03-02T15:00:00Z"), at("2026-03-09T15:00:00Z"));
    let (ran_out, said_at) = (first + TimeDelta::hours(72), second + TimeDelta::hours(20));
    let seen = said_at + TimeDelta::hours(5);
    let call = Fact::CallLogged { outcome: CallOutcome::Done, at: said_at, with: None, note: None, call_back_at: None };
    let facts = vec![
        (first, history::added("One")),
        (first, issued(1, "SECRET-1A", first)),
        (ran_out, Fact::InvitationExpired { generation: 1, expires_at: ran_out, looked_at: None }),
        (second, Fact::InvitationSuperseded { generation: 1, by: 2 }),
        (second, issued(2, "SECRET-1B", second)),
        (said_at, Fact::DealerConfirmed { said_at, due_at: said_at + TimeDelta::hours(24) }),
        (said_at, call),
        (seen, Fact::IntegrationConfirmed { observed_at: seen }),
        (seen, Fact::OpcodeVerified { opcode: "Tell Us More".into() }),
        (seen, Fact::SlotsSeen { count: 12, days: 3, next: None, by_day: Vec::new() }),
    ];
    history::recorded(&desk, 1, facts).await;
    history::recorded(&desk, 2, vec![(first, history::added("Two"))]).await;
    desk
}

/// The value of a row of the long table.
#[track_caller]
fn value<'a>(csv: &'a str, row: &str) -> &'a str {
    let start = format!("{row},");
    csv.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_else(|| panic!("no {row} in\n{csv}"))
}

#[tokio::test]
async fn the_document_has_every_number() {
    let desk = desk().await;
    let report = desk.run(&["report", "--json"]).ends(0).json();
    assert_eq!(
        (&report["schema"], &report["since"], &report["valid_for_seconds"]),
        (&1.into(), &Value::Null, &259_200.into())
    );
    let total = &report["total"];
    for (field, wanted) in [("codes", 2), ("connected", 1), ("expired", 1), ("reissues", 1), ("live", 1), ("calls", 1)]
    {
        assert_eq!(total[field], wanted, "{field}");
    }
    assert_eq!((&total["connect"]["median_seconds"], &total["expired_share"]), (&72_000.into(), &0.5.into()));
    assert_eq!((&total["confirm"]["p90_seconds"], &total["confirm"]["in_time_share"]), (&18_000.into(), &1.0.into()));
    assert_eq!(report["codes_ending"].as_array().unwrap().len(), 72);
    assert_eq!((&report["funnel"][5]["step"], &report["funnel"][5]["dealerships"]), (&"live".into(), &1.into()));
    assert_eq!(report["sticks_at"], "invited");
    assert_eq!((&report["weeks"][0]["key"], &report["weeks"][1]["key"]), (&"2026-W10".into(), &"2026-W11".into()));
    assert_eq!((&report["owners"][0]["key"], &report["estimate"]["curve"]), (&Value::Null, &Value::Array(Vec::new())));
    assert!(!report.to_string().contains("SECRET"));
}

#[tokio::test]
async fn a_window_and_a_moment_are_told_apart() {
    let desk = desk().await;
    let since = desk.run(&["report", "--json", "--since", "2026-03-05", "--until", "2026-03-20"]).ends(0).json();
    assert_eq!(
        (&since["total"]["codes"], &since["total"]["expired"], &since["total"]["calls"]),
        (&1.into(), &0.into(), &1.into())
    );
    // The first code lives, and nobody knows of a second.
    let then = desk.run(&["report", "--json", "--at", "2026-03-03T15:30:00Z"]).ends(0).json();
    assert_eq!(
        (&then["at"], &then["total"]["open"], &then["total"]["codes"]),
        (&"2026-03-03T15:30:00Z".into(), &1.into(), &1.into())
    );
    assert_eq!((&then["codes_ending"][47], &then["total"]["live"]), (&1.into(), &0.into()));
    let before = desk.run(&["report", "--json", "--at", "2026-03-01T00:00:00Z"]).ends(0).json();
    assert_eq!((&before["total"]["codes"], &before["funnel"][0]["dealerships"]), (&0.into(), &0.into()));
    desk.run(&["report", "--at", "whenever"]).ends(2);
    desk.run(&["report", "--by", "city"]).ends(2).says("week");
}

#[tokio::test]
async fn people_read_bars_and_spreadsheets_one_measure_a_row() {
    let desk = desk().await;
    let text = desk.run(&["report", "--by", "week"]).ends(0).out;
    for words in [
        "every code and call",
        "0 codes end in the next 72 hours",
        "sticks here: 1 not yet",
        "one, in 20h 00m",
        "within 72 h",
        "within 24 h",
        "1 code after the first one, 1.00 for each dealership",
        "estimated from 50 codes on that were used or ran out; there are 2",
        "By week in which the code was generated",
        "2026-W11",
        "1 call",
    ] {
        assert!(text.contains(words), "`{words}` is not in\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100 && line == line.trim_end()), "{text}");
    let csv = desk.run(&["report", "--csv"]).ends(0).out;
    assert!(csv.starts_with("section,key,measure,value\n"), "{csv}");
    for (row, wanted) in [
        ("total,,codes", "2"),
        ("total,,connect.median_seconds", "72000"),
        ("funnel,confirmed,dealerships", "1"),
        ("stages,new,dealerships", "1"),
        ("calls,done,calls", "1"),
        ("codes_ending,71,codes", "0"),
        ("weeks,2026-W10,expired", "1"),
        ("estimate,,needed", "50"),
        ("report,,sticks_at", "invited"),
    ] {
        assert_eq!(value(&csv, row), wanted, "{row}");
    }
    desk.run(&["report", "--csv", "--json"]).ends(2);
}

#[tokio::test]
async fn fifty_codes_that_ended_tell_how_likely_a_living_one_is_used() {
    let desk = Desk::new();
    let now = WallClock::real().now();
    let store = history::store(&desk).await;
    for number in 1..=51 {
        let added = history::added(&format!("{number:02}"));
        // The last one lives, and is 20 hours old; of the others 30 were used at hour 30, and 20 never.
        let generated_at = now - TimeDelta::hours(if number == 51 { 20 } else { 200 });
        let mut facts = vec![added, issued(1, &format!("SECRET-{number}"), generated_at)];
        if number <= 30 {
            facts.push(Fact::IntegrationConfirmed { observed_at: generated_at + TimeDelta::hours(30) });
        }
        let (dealership, actor) = (Some(DealershipId::from_bits(number)), Actor::person("ana"));
        let append = Append { dealership, expected_version: 0, actor, at: generated_at, facts };
        store.append(vec![append]).await.unwrap();
    }
    store.close().await.unwrap();
    drop(store);
    let csv = desk
        .run(&["list", "is:pending", "--csv", "--columns", "dealer_code,chance,chance_low,chance_high"])
        .ends(0)
        .out;
    // 51 are at risk: the living one is not 30 hours old, so 50 of them are at hour 30.
    assert_eq!(csv.lines().last().unwrap(), "tst51,0.6000,0.4688,0.7348", "{csv}");
    desk.run(&["list", "is:pending", "--columns", "name,chance"]).ends(0).prints("60 % (47–73)");
    let report = desk.run(&["report", "--json"]).ends(0).json();
    assert_eq!((&report["estimate"]["ended"], &report["estimate"]["pending"]), (&50.into(), &1.into()));
    assert_eq!(report["estimate"]["curve"][71]["estimate"], 0.6);
    desk.run(&["report"]).ends(0).prints("by 50 codes that ended; of 1 that are waited for about 1 will be used");
}

#[test]
fn an_empty_store_and_one_that_an_owner_holds() {
    let desk = Desk::new();
    let report = desk.run(&["report", "--json"]).ends(0).json();
    assert_eq!((&report["total"]["codes"], &report["sticks_at"]), (&0.into(), &Value::Null));
    desk.run(&["report"]).ends(0).prints("no dealerships");
    desk.fill();
    let owner = desk.owner();
    desk.run(&["invite", "xts1", "--code", "SECRET-7Q", "--yes"]).ends(0);
    let report = desk.run(&["report", "--json", "--read-only"]).ends(0).json();
    assert_eq!((&report["total"]["open"], &report["funnel"][1]["dealerships"]), (&1.into(), &1.into()));
    drop(owner);
}
