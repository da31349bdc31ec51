//! What the program itself makes of the databases it finds.

use std::path::Path;
use std::process::Command;

use chrono::TimeDelta;
use cloverwatch::clock::{Clock, WallClock};
use serde_json::Value;

use super::cli_support::{Desk, Ran};
use super::database::Zones;
use super::{chicago, desk, toml, written};

fn output(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// Without the setting that holds tests to the built-in rules.
fn run(desk: &Desk, tzdir: Option<&Path>, args: &[&str]) -> Ran {
    let mut command = desk.command(args);
    command.env_remove("CLOVERWATCH_TIME_ZONE_DATABASE");
    if let Some(tzdir) = tzdir {
        command.env("TZDIR", tzdir);
    }
    output(&mut command)
}

/// What doctor says of the rules.
fn rules(ran: &Ran) -> Vec<(String, String)> {
    let found = ran.json();
    let findings = found["findings"].as_array().unwrap().iter().filter(|one| one["name"] == "zone rules");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings.map(|one| (text(&one["state"]), text(&one["detail"]))).collect()
}

#[test]
fn a_code_and_its_letter_are_told_by_the_database_that_is_named() {
    let zones = written(&Zones::in_force());
    let desk = desk(&toml(zones.path()));
    let generated = WallClock::real().now() - TimeDelta::minutes(5);
    let text = generated.to_rfc3339();
    let invite = ["invite", "xts1", "--code", "AAAA-1111", "--yes", "--generated-at", &text];
    let ran = run(&desk, None, &invite);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let dies = chicago(generated + TimeDelta::hours(72));
    let shown = run(&desk, None, &["show", "xts1"]);
    assert!(shown.out.contains(&dies), "{dies} is not in {}", shown.out);
    let letter = run(&desk, None, &["mail", "preview", "xts1", "invitation"]).out;
    let (time, abbreviation) = dies.split_once(' ').unwrap().1.split_once(' ').unwrap();
    assert!(letter.contains(&format!("{time} {abbreviation}")), "{dies} is not in {letter}");
    // A wall clock that somebody types is one of that zone too.
    let typed = chicago(generated).rsplit_once(' ').unwrap().0.to_owned();
    let planned = run(&desk, None, &["reissue", "xts1", "--code", "AAAA-2222", "--generated-at", &typed, "--dry-run"]);
    assert!(planned.out.contains(&dies), "{dies} is not in {} {}", planned.out, planned.err);

    let said = rules(&run(&desk, None, &["doctor", "--json"]));
    let path = zones.path().display();
    assert_eq!(said[0], ("ok".to_owned(), format!("2099c, {path}")));
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[1].0 == "warning" && said[1].1.starts_with("America/Denver, of 1 dealership: "), "{said:?}");
}

#[test]
fn the_newest_database_of_the_machine_is_used_and_an_older_or_broken_one_is_not() {
    let desk = desk("");
    for (zones, used) in [
        (Zones::in_force(), true),
        (Zones::of_release("# version 2019a"), false),
        (Zones::of_release("# version unknown"), false),
        (Zones::of_release(""), false),
        (Zones::broken(), false),
    ] {
        let directory = written(&zones);
        let said = rules(&run(&desk, Some(directory.path()), &["doctor", "--json"]));
        let uses = said[0].1.contains(directory.path().to_str().unwrap());
        assert_eq!((uses, said[0].0.as_str()), (used, "ok"), "{}: {said:?}", zones.release);
    }
    // Whoever wants always the same says so.
    let directory = written(&Zones::in_force());
    let ran = output(desk.command(&["doctor", "--json"]).env("TZDIR", directory.path()));
    assert!(rules(&ran)[0].1.contains(", built in; "), "{:?}", rules(&ran));
}

#[test]
fn a_named_database_that_cannot_be_used_is_told() {
    for (zones, why) in [
        (Zones::of_release("# version 2019a"), "has release 2019a, older than the built-in one"),
        (Zones::broken(), "is no zone database: cannot read"),
    ] {
        let directory = written(&zones);
        let desk = desk("");
        desk.configure(&toml(directory.path()));
        let ran = run(&desk, None, &["list"]);
        assert!(ran.code == 0 && ran.err.contains(why), "{}", ran.err);
        let said = rules(&run(&desk, None, &["doctor", "--json"]));
        assert!(said[0].0 == "warning" && said[0].1.contains(why) && said[0].1.contains(", built in"), "{said:?}");
    }
    // One without a release is believed where it was named.
    let directory = written(&Zones::of_release(""));
    let desk = desk(&toml(directory.path()));
    let said = rules(&run(&desk, None, &["doctor", "--json"]));
    assert_eq!(said[0].1, format!("of an unknown release, {}", directory.path().display()));
}
