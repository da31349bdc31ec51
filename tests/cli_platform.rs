//! Commands that ask the platform and the code source, against the sandbox over HTTP.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;

use cli_support::{Desk, is_clean};
use serde_json::json;

#[test]
fn codes_come_from_the_source_and_looks_tell_what_was_observed() {
    let (desk, _sandbox) = Desk::connected("none");
    desk.run(&["config", "check"]).ends(0);
    let invited = desk.run(&["invite", "--query", "is:new", "--yes", "--json"]).ends(0).json();
    assert_eq!(invited["items"].as_array().unwrap().len(), 4);
    let one = desk.run(&["show", "xts1", "--json", "--reveal"]).json();
    assert_eq!((&one["stage"], &one["invitation"]["generation"]), (&json!("invited"), &json!(1)));
    let ran = desk.run(&["check", "xts1", "xts2", "--json"]).ends(0);
    let items = ran.json();
    for item in items["items"].as_array().unwrap() {
        assert_eq!(item["outcome"], "done");
        let outcome = item["probe"]["outcome"].as_str().unwrap();
        assert!(["connected", "not-connected"].contains(&outcome), "{item}");
    }
    let said = desk.run(&["check", "--query", "is:pending"]).ends(0);
    assert!(said.out.lines().count() >= 3 && is_clean(&said.out), "{}", said.out);
    let again = desk.run(&["reissue", "xts1", "--yes"]).ends(0);
    assert!(again.out.contains("code 2 issued"), "{}", again.out);
    desk.run(&["check", "nobody"]).ends(2);
}

#[test]
fn our_own_credentials_failing_changes_no_dealership() {
    let (desk, _sandbox) = Desk::connected("none");
    let settings = std::fs::read_to_string(desk.path("config.toml")).unwrap();
    let secret = settings.lines().find(|line| line.starts_with("client_secret")).unwrap();
    desk.write("config.toml", &settings.replace(secret, "client_secret = \"wrong\""));
    let before = desk.run(&["events", "--json"]).out;
    let item = desk.run(&["check", "xts1", "--json"]).ends(1).json()["items"][0].clone();
    assert_eq!(item["probe"]["outcome"], "our-credentials", "{item}");
    assert_eq!(desk.run(&["events", "--json"]).out, before);
    desk.run(&["opcode", "list", "xts1"]).ends(1).says("our-credentials");
    let ran = desk.run(&["doctor"]).ends(1);
    assert!(ran.out.contains("token") && !ran.out.contains("wrong"), "{}", ran.out);
}

#[test]
fn a_sandbox_with_a_post_office_says_where_letters_are_taken() {
    let desk = Desk::filled();
    let args = ["sandbox", "--listen", "127.0.0.1:0", "--smtp", "127.0.0.1:0", "--maildir", "reports"];
    let mut running = desk.start(&args);
    let address = loop {
        let line = running.line();
        if let Some(rest) = line.strip_prefix("transport = \"smtp://") {
            break rest.trim_end_matches('"').to_owned();
        }
    };
    let mut greeting = String::new();
    BufReader::new(TcpStream::connect(address).unwrap()).read_line(&mut greeting).unwrap();
    assert!(greeting.starts_with("220 "), "{greeting}");
    assert!(desk.path("reports/new").is_dir());
    desk.run(&["sandbox", "--maildir", "reports"]).ends(2);
    desk.run(&["sandbox", "--listen", "127.0.0.1:0", "--smtp", "0.0.0.0:0"]).ends(1).says("loopback");
}

#[test]
fn a_check_of_many_says_before_how_long_it_takes() {
    let (desk, _sandbox) = Desk::connected("none");
    let rows: Vec<_> =
        (5..=15).map(|n| format!("Dealership {n},xts{n},service@example.com,America/Chicago\n")).collect();
    let rows = rows.concat();
    desk.write("more.csv", &format!("name,dealer_code,email,timezone\n{rows}"));
    desk.run(&["import", "more.csv"]).ends(0);
    let mut command = desk.command(&["check", "--query", "is:new"]);
    command.env("CLOVERWATCH_XTIME_REQUESTS_PER_SECOND", "1").stderr(std::process::Stdio::piped());
    let mut running = command.spawn().unwrap();
    let mut lines = BufReader::new(running.stderr.take().unwrap()).lines().map(Result::unwrap);
    let told = lines.find(|line| line.contains("looked at")).unwrap();
    running.kill().unwrap();
    running.wait().unwrap();
    assert_eq!(told, "15 dealerships are looked at: that takes at least 15s at 1 request a second");
    let few = desk.run(&["check", "xts1", "xts2"]).ends(0);
    assert!(!few.err.contains("looked at"), "{}", few.err);
}
