//! Local times follow the time zone database that is chosen: commands, letters, quiet hours, the screen, and what `doctor` says.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "../cli_support/mod.rs"]
mod cli_support;
mod database;
mod process;

use std::path::Path;
use std::sync::LazyLock;

use chrono::{FixedOffset, NaiveTime, TimeDelta, Timelike};
use cli_support::Desk;
use cloverwatch::domain::{QuietHours, Timestamp};
use cloverwatch::present::time::Zone;
use cloverwatch::timezone::{self, Database, DatabaseChoice, Tz};
use database::Zones;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The database of this process: no test here may ask for a local time before.
static DIRECTORY: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let directory = tempfile::tempdir().unwrap();
    Zones::in_force().write(directory.path());
    let choice = DatabaseChoice::Directory(directory.path().to_owned());
    timezone::use_database(Database::choose(&choice, None));
    directory
});

fn zone(name: &str) -> Tz {
    LazyLock::force(&DIRECTORY);
    name.parse().unwrap()
}

#[test]
fn the_screen_and_quiet_hours_follow_it() {
    // As in 2026f: no winter time after the last summer time.
    let vancouver = zone("America/Vancouver");
    let moment = at("2026-12-01T14:23:00Z");
    assert_eq!(Zone::from(vancouver).show(moment), "Tue 01 Dec 07:23 PPT");
    assert_eq!(Zone::from(vancouver).line(at("2026-07-01T14:23:00Z")), "2026-07-01 07:23 PDT");
    assert_eq!(Zone::from(vancouver).read("2026-12-01 07:23", moment), Ok(moment));
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let night = QuietHours { from: hour(21), until: hour(8) };
    assert_eq!(night.end(moment, vancouver), Some(at("2026-12-01T15:00:00Z")));
    // By the rules at the end of the file, which hold for ever.
    let chicago = Zone::from(zone("America/Chicago"));
    assert_eq!(chicago.line(at("2026-01-01T12:00:00Z")), "2026-01-01 10:00 CHT");
    assert_eq!(chicago.line(at("2026-07-01T12:00:00Z")), "2026-07-01 11:00 CHS");
    assert_eq!(chicago.line(at("2400-07-01T12:00:00Z")), "2400-07-01 11:00 CHS");
}

#[test]
fn a_zone_that_it_lacks_has_the_built_in_rules_and_that_is_known() {
    let denver = zone("America/Denver");
    assert_eq!(Zone::from(denver).line(at("2026-12-01T14:23:00Z")), "2026-12-01 07:23 MST");
    assert!(denver.trouble().unwrap().contains("America/Denver"), "{:?}", denver.trouble());
    let phoenix = zone("America/Phoenix");
    assert_eq!(Zone::from(phoenix).line(at("2026-12-01T14:23:00Z")), "2026-12-01 07:23 MST");
    assert!(phoenix.trouble().unwrap().contains("damaged"));
    // A link that is only in the list.
    let old = zone("US/Central");
    assert_eq!(Zone::from(old).line(at("2026-01-01T12:00:00Z")), "2026-01-01 10:00 CHT");
    assert_eq!(old.trouble(), None);
}

/// What a wall clock at UTC-2 shows in 72 hours, in winter of the imagined Chicago, else an hour more.
fn chicago(moment: Timestamp) -> String {
    let winter = FixedOffset::west_opt(2 * 3_600).unwrap();
    let local = moment.with_timezone(&winter);
    let summer = (4..10).contains(&chrono::Datelike::month(&local));
    let local = if summer { local + TimeDelta::hours(1) } else { local };
    let abbreviation = if summer { "CHS" } else { "CHT" };
    format!("{} {abbreviation}", local.with_second(0).unwrap().format("%Y-%m-%d %H:%M"))
}

/// A desk with a dealership in Chicago and one in Denver, whose program follows a database.
fn desk(settings: &str) -> Desk {
    let desk = Desk::with_config(&format!("[mail]\ntransport = \"dir:letters\"\n{settings}"));
    for (name, code, zone) in [("One", "xts1", "America/Chicago"), ("Two", "xts2", "America/Denver")] {
        desk.run(&["add", name, "--dealer-code", code, "--email", "a@example.com", "--timezone", zone]).ends(0);
    }
    desk
}

/// A database in a directory.
fn written(zones: &Zones) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    zones.write(directory.path());
    directory
}

fn toml(path: &Path) -> String {
    format!("[time]\nzone_database = {:?}\n", path.to_str().unwrap())
}
