//! Moments that people type and read, and a clock that cannot be trusted.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use chrono::{SubsecRound, TimeDelta};
use chrono_tz::America;
use cli_support::Desk;
use cli_support::history::{added, recorded};
use cloverwatch::clock::{Clock, WallClock};
use cloverwatch::domain::{CodeOrigin, Fact, IntentId, Timestamp};
use cloverwatch::present::time::Zone;
use cloverwatch::timezone::Tz;

fn now() -> Timestamp {
    WallClock::real().now().trunc_subsecs(0)
}

fn hours(hours: i64) -> TimeDelta {
    TimeDelta::hours(hours)
}

fn issued(generated_at: Timestamp) -> Fact {
    Fact::InvitationIssued {
        generation: 1,
        code: "AAAA-1111".parse().unwrap(),
        generated_at,
        expires_at: generated_at + hours(72),
        source: CodeOrigin::Paste,
        intent: IntentId::from_bits(1),
    }
}

#[test]
fn every_form_that_is_proposed_is_taken() {
    let desk = Desk::filled();
    let at = now() - hours(3);
    let (day, time) = (at.format("%Y-%m-%d"), at.format("%H:%M"));
    // As the first refusal tells people to write it, as Xtime writes it, and as a spreadsheet does.
    for text in [
        format!("{day}T{time}-00:00"),
        format!("{day}T{time}Z"),
        format!("{day}T{time}:00+0000"),
        format!("{day} {time}+00:00"),
        format!("{} {time} UTC", at.format("%m/%d/%Y")),
        "-3.0h".to_owned(),
        "3 hours ago".to_owned(),
    ] {
        let planned =
            desk.run(&["invite", "xts1", "--code", "AAAA-1111", "--generated-at", &text, "--dry-run"]).ends(0);
        assert!(planned.out.contains("new one dies"), "{text}: {}", planned.out);
    }
    let day = day.to_string();
    let refused = desk.run(&["invite", "xts1", "--code", "AAAA-1111", "--generated-at", &day, "--dry-run"]).ends(2);
    refused.says("is a day: add the time");
    desk.run(&["events", "--since", &day]).ends(0);
    desk.run(&["events", "--since", "noon"]).ends(2).says("is not a moment");
}

#[tokio::test]
async fn a_log_is_in_one_zone_and_says_what_happened_when() {
    let desk = Desk::new();
    let at = now();
    let died = at - hours(3);
    let code = issued(died - hours(72));
    let facts = vec![
        (at - hours(80), added("One")),
        (at - hours(75), code),
        (at, Fact::InvitationExpired { generation: 1, expires_at: died, looked_at: None }),
    ];
    recorded(&desk, 1, facts).await;
    recorded(&desk, 2, vec![(at - hours(70), added("Two"))]).await;
    let log = desk.run(&["events"]).ends(0).out;
    let first = |line: &str| line.split("  ").next().unwrap().to_owned();
    let told: Vec<String> = log.lines().map(first).collect();
    let utc = |at| Zone::from(Tz::UTC).line(at);
    assert_eq!(told, [utc(at - hours(80)), utc(at - hours(75)), utc(died), utc(at - hours(70))]);
    assert!(log.contains(&format!("code 1 expired unused (noticed {})", utc(at))), "{log}");
    let page = desk.run(&["show", "tstOne"]).ends(0).out;
    let there = |at| Zone::Named(America::Chicago.into()).line(at);
    let line = page.lines().find(|line| line.contains("expired unused")).unwrap();
    assert!(line.trim_start().starts_with(&there(died)), "{page}");
    assert!(line.ends_with(&format!("(noticed {})", there(at))), "{page}");
    let json = desk.run(&["events", "--kind", "invitation.expired", "--json"]).ends(0).json();
    assert_eq!(json["happened_at"], cloverwatch::domain::rfc3339(died));
    assert_eq!(json["at"], cloverwatch::domain::rfc3339(at));
    // Columns of many dealerships are in one zone too.
    let table = desk.run(&["list", "--columns", "name,added_at", "--sort", "name"]).ends(0).out;
    assert!(table.lines().skip(1).all(|line| line.ends_with("UTC")), "{table}");
}

#[tokio::test]
async fn events_are_exported_for_a_spreadsheet() {
    let desk = Desk::new();
    let note = Fact::NoteAdded { text: "=1+1, \"so\"".into() };
    recorded(&desk, 1, vec![(now() - hours(2), added("One")), (now() - hours(1), note)]).await;
    let sheet = desk.run(&["events", "--csv"]).ends(0).out;
    let mut reader = csv::Reader::from_reader(sheet.as_bytes());
    let heading: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(heading[..3], ["seq", "at", "happened_at"]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!((rows.len(), &rows[1][4], &rows[1][6], &rows[1][8]), (2, "note.added", "tstOne", "note: =1+1, \"so\""));
    desk.run(&["events", "--csv", "--json"]).ends(2);
    let unknown = desk.run(&["events", "--kind", "foo"]).ends(2);
    assert!(unknown.err.contains("note.added") && unknown.err.contains("invitation"), "{}", unknown.err);
    desk.run(&["events", "--kind", "invitations"]).ends(2).says("did you mean `invitation`?");
}

#[tokio::test]
async fn a_clock_behind_the_store_is_told_and_asked_about_before_a_code_is_issued() {
    let desk = Desk::new();
    recorded(&desk, 1, vec![(now() + hours(72), added("One"))]).await;
    let behind = "clock is 2d 23h behind the newest event";
    desk.run(&["list"]).ends(0).says(behind);
    desk.run(&["list", "--read-only", "--json"]).ends(0).says(behind);
    let doctor = desk.run(&["doctor"]).ends(1).out;
    assert!(doctor.lines().any(|line| line.starts_with("problem") && line.contains(behind)), "{doctor}");
    let issue = ["invite", "tstOne", "--code", "AAAA-2222", "--no-email"];
    desk.run(&issue).ends(4).says(behind).says("add --yes");
    assert!(!desk.run(&["events", "--json"]).ends(0).out.contains("invitation.issued"));
    desk.run(&[&issue[..], &["--yes"]].concat()).ends(0).says(behind);
    // What is recorded now comes after it, and is no newer.
    for again in [&["list"][..], &["list", "--read-only"], &["note", "tstOne", "hello"]] {
        desk.run(again).ends(0).says(behind);
    }
    assert!(desk.run(&["doctor"]).ends(1).out.contains(behind));
}

#[tokio::test]
async fn doctor_believes_a_platform_that_agrees_with_our_clock_over_the_store() {
    let (desk, _sandbox) = Desk::connected("none");
    std::fs::remove_dir_all(desk.path("store")).unwrap();
    recorded(&desk, 1, vec![(now() + hours(72), added("One"))]).await;
    let doctor = desk.run(&["doctor"]).out;
    let clocks: Vec<&str> = doctor.lines().filter(|line| line.contains("clock")).collect();
    assert!(matches!(clocks.as_slice(), [one] if one.starts_with("ok") && one.contains("Xtime's agrees")), "{doctor}");
}

#[tokio::test]
async fn a_code_from_a_clock_that_ran_ahead_needs_somebody() {
    let desk = Desk::new();
    let ahead = now() + hours(9 * 24);
    recorded(&desk, 1, vec![(ahead, added("One")), (ahead, issued(ahead))]).await;
    let list = desk.run(&["list", "is:attention", "--json"]).ends(0).json();
    assert_eq!(list["dealerships"][0]["attention"], "code dated in the future");
    let page = desk.run(&["show", "tstOne"]).ends(0).out;
    assert!(page.contains("that is at least 8d 23h too late: it was entered under a clock that ran ahead"), "{page}");
}

#[test]
fn who_holds_the_store_is_told_without_a_raw_timestamp() {
    let desk = Desk::filled();
    let _owner = desk.owner();
    let held = desk.run(&["--no-attach", "note", "xts1", "hello"]).ends(75).err;
    assert!(held.contains(" UTC\n"), "{held}");
}

#[test]
fn the_actor_is_the_login_name_unless_configured() {
    let desk = Desk::filled();
    let login = nix::unistd::User::from_uid(nix::unistd::getuid()).unwrap().unwrap().name;
    let actor = |variables: &[(&str, &str)]| {
        let mut command = desk.command(&["note", "xts1", "hello"]);
        command.env_remove("CLOVERWATCH_UI_OPERATOR").env("USER", "somebody-else");
        command.envs(variables.iter().copied());
        assert!(command.output().unwrap().status.success());
        let last = desk.run(&["events", "--json", "-n", "1"]).ends(0).json();
        last["actor"].as_str().unwrap().to_owned()
    };
    assert_eq!(actor(&[]), login);
    assert_eq!(actor(&[("CLOVERWATCH_UI_OPERATOR", "carla")]), "carla");
}
