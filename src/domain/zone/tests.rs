//! Names of zones, right, wrong and nearly right.

use proptest::prelude::*;

use super::*;

#[test]
fn every_name_in_use_has_its_one_reading() {
    for (zone, names) in [
        (
            "America/New_York",
            "ET|Eastern|EST|EDT|Eastern Standard Time|Eastern Time (US & Canada)|New York|America/Boston|America/Philadelphia|EST5EDT|eastern daylight savings time|E.T.|Eastern Time (ET)|EST/EDT|US Eastern Time|america/new york|(GMT-05:00) Eastern Time (US and Canada)",
        ),
        (
            "America/Chicago",
            "CT|CST|CDT|Central|Central Daylight Time|America/Dallas|America/Houston|CST6CDT|(UTC-06:00) Central Time (US & Canada)|america/chicago|AMERICA/CHICAGO",
        ),
        ("America/Denver", "MT|MST|Mountain|Mountain Standard Time|Navajo|MST7MDT|Salt Lake City"),
        (
            "America/Los_Angeles",
            "PT|PST|Pacific|PST8|PST8PDT|Pacific Standard Time|Pacific Time (US & Canada)|America/Seattle|America/Las_Vegas|PST/PDT| pacific ",
        ),
        ("America/Phoenix", "US Mountain Standard Time|(UTC-07:00) Arizona|Arizona|AZ"),
        ("America/Anchorage", "Alaskan Standard Time|Alaska|AKST"),
        ("Pacific/Honolulu", "HST|Hawaii|Hawaiian Standard Time|Hawaii-Aleutian Standard Time"),
        ("America/Indiana/Indianapolis", "Indiana (East)|US Eastern Standard Time"),
        ("America/Regina", "Canada Central Standard Time|Saskatchewan"),
        ("America/Puerto_Rico", "Puerto Rico|(UTC-04:00) Puerto Rico"),
        ("America/Halifax", "Atlantic Time (Canada)|Atlantic Standard Time|Atlantic"),
        ("America/St_Johns", "Newfoundland|Newfoundland Standard Time"),
        ("America/Tijuana", "Tijuana|Pacific Standard Time (Mexico)"),
        ("America/Mexico_City", "Mexico City|Guadalajara|Central Standard Time (Mexico)"),
        ("US/Pacific", "US/Pacific|us/pacific"),
        ("America/Indianapolis", "America/Indianapolis"),
        ("Europe/Berlin", "Europe/Berlin"),
    ] {
        for name in names.split('|') {
            assert_eq!(read_zone(name).map(Tz::name), Ok(zone), "{name}");
        }
    }
}

#[test]
fn the_tables_name_nothing_twice_and_every_iana_name_of_a_place_means_itself() {
    let named = NAMED.iter().flat_map(|(zone, names)| names.iter().map(move |name| (folded(name), *zone)));
    let abbreviated = ABBREVIATED.iter().flat_map(|(zone, names)| names.iter().map(move |name| (folded(name), *zone)));
    for (name, zone) in named.chain(abbreviated) {
        assert_eq!(READINGS.get(&name), Some(&zone), "{name}");
    }
    for zone in TZ_VARIANTS.iter().filter(|zone| is_place(**zone)) {
        assert_eq!(read_zone(zone.name()), Ok(Tz::of(*zone)));
    }
}

#[test]
fn what_is_refused_names_no_zone_that_is_not_meant() {
    for text in [
        "",
        "UT",
        "UTC",
        "GMT",
        "Z",
        "UTC-5",
        "-05:00",
        "Etc/GMT+5",
        "GMT-0500",
        "AMC Contact",
        "CA",
        "America/Gotham",
        "Pacifica Motors",
        "MST/PST",
        "5",
        "N/A",
    ] {
        let why = read_zone(text).unwrap_err();
        assert!(!why.contains("did you mean"), "{text}: {why}");
        assert!(!why.replace(&format!("`{text}`"), "").contains('/'), "{text}: {why}");
    }
    for (text, zone) in [
        ("America/Chcago", "America/Chicago"),
        ("America/Chicaqo", "America/Chicago"),
        ("Amerika/Chicaqo", "America/Chicago"),
        ("Pacfic Time", "America/Los_Angeles"),
        ("America/Los_Angles", "America/Los_Angeles"),
        ("Easterm", "America/New_York"),
        ("Çentral", "America/Chicago"),
        ("America/Pheonix", "America/Phoenix"),
        ("Americas/Denver", "America/Denver"),
    ] {
        let why = read_zone(text).unwrap_err();
        assert!(why.contains(&format!("did you mean `{zone}`?")), "{text}: {why}");
    }
    // Two slips are too many in a short name.
    assert!(!read_zone("Easturm").unwrap_err().contains("did you mean"));
    // What is set before another zone in brackets is no offset of Windows.
    assert!(read_zone("(PST) Eastern").is_err());
}

#[test]
fn offsets_and_utc_are_no_place() {
    for text in ["UTC", "gmt", "Z", "Zulu", "UTC-5", "UTC+05:00", "GMT-0500", "-05:00", "Etc/GMT+5", "UTC5", "5"] {
        let why = read_zone(text).unwrap_err();
        assert!(why.starts_with(&format!("`{text}` is no place: offsets and UTC know no daylight saving")), "{why}");
    }
    for text in ["America/Gotham", "Zebra", "Utica Ford", "N/A"] {
        let why = read_zone(text).unwrap_err();
        assert!(why.starts_with(&format!("`{text}` is not a time zone")), "{why}");
    }
}

proptest! {
    #[test]
    fn whatever_is_suggested_lies_in_north_america(text in "\\PC{0,30}|(Pacific|America|Asia|Europe)/[A-Za-z_]{3,8}|[A-Z][a-z]{4,9}( Time)?") {
        if let Err(why) = read_zone(&text) {
            prop_assert!(!why.chars().any(super::super::text::is_invisible));
            if let Some((_, suggested)) = why.split_once("did you mean `") {
                let name = suggested.trim_end_matches("`?");
                prop_assert!(NORTH_AMERICA.iter().any(|zone| zone.name() == name), "{}", why);
            }
        }
    }
}
