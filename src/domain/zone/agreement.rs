//! Whether a zone that is written agrees with the place it is written for.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{DateTime, Offset, TimeDelta, TimeZone, Utc};

use super::names::{ABBREVIATED, REGION_FORMS, REGIONS};
use super::place::possible_zones;
use super::{Place, PlacePart, ZoneOfPlace, folded, read_zone, zone_of_place};
use crate::domain::Timestamp;
use crate::domain::text::{clean, first_few};
use crate::timezone::Tz;

/// The names that many places share, folded: `mst`, `mountain`, `mountain time (us and canada)`. With each a moment in its
/// season, before the provinces of Canada that changed their clocks in 2026: the names are older. A name that says no
/// season is that of the standard time.
static SHARED: LazyLock<HashMap<String, Timestamp>> = LazyLock::new(|| {
    let regions = REGIONS.iter().flat_map(|(_, word)| REGION_FORMS.iter().map(|form| form.replace("{}", word)));
    let words = ABBREVIATED.iter().flat_map(|(_, words)| words.iter().map(|word| (*word).to_owned()));
    let moment = |name: &str| {
        let is_daylight = name.ends_with("dt") || name.contains("daylight");
        let seconds = if is_daylight {
            1_752_580_800 /* 2025-07-15 */
        } else {
            1_736_942_400 /* 2025-01-15 */
        };
        DateTime::from_timestamp(seconds, 0).unwrap_or_default()
    };
    regions.chain(words).map(|name| folded(&name)).map(|name| (name.clone(), moment(&name))).collect()
});

/// Reads a zone that is written for a place. Arizona is in Mountain time and knows no daylight saving, so that `MST` is
/// another zone there than in Colorado, and among the Navajo, who know it, the same.
pub fn read_zone_at(text: &str, place: &Place<'_>) -> Result<Tz, String> {
    let zone = read_zone(text)?;
    // Most lists have IANA names.
    if zone.name() == text {
        return Ok(zone);
    }
    let Some(at) = SHARED.get(&folded(text)).copied() else { return Ok(zone) };
    let same = |other: &Tz| offset(*other, at) == offset(zone, at);
    match zone_of_place(place) {
        ZoneOfPlace::Decided { zone: other, .. } if same(&other) => Ok(other),
        _ => Ok(possible_zones(place).into_iter().find(same).unwrap_or(zone)),
    }
}

/// Why a zone is none of a place; `None`: its clocks agree for half a year on, or nobody knows the place.
pub fn zone_contradiction(zone: Tz, place: &Place<'_>, now: Timestamp) -> Option<String> {
    let moments = [now, now + TimeDelta::days(182)];
    let agrees = |other: &Tz| moments.map(|at| offset(*other, at)) == moments.map(|at| offset(zone, at));
    let possible = possible_zones(place);
    if !possible.is_empty() && !possible.iter().any(agrees) {
        let names = first_few(possible.iter().map(|zone| zone.name().to_owned()), 4);
        return Some(format!("{} is no zone of {} ({names})", zone.name(), clean(place.state.trim())));
    }
    if place.postal_code.trim().is_empty() {
        return None;
    }
    match zone_of_place(place) {
        ZoneOfPlace::Decided { zone: other, by: PlacePart::PostalCode } if !agrees(&other) => {
            Some(format!("{} is not that of the postal code ({})", zone.name(), other.name()))
        }
        ZoneOfPlace::Contradictory { state, code_of } => {
            Some(format!("the postal code is of {code_of}, not of {state}"))
        }
        _ => None,
    }
}

fn offset(zone: Tz, at: DateTime<Utc>) -> i32 {
    zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(state: &str) -> Place<'_> {
        Place { state, ..Place::default() }
    }

    #[test]
    fn a_name_that_many_places_share_is_read_by_the_place() {
        for (text, state, expected) in [
            ("MST", "AZ", "America/Phoenix"),
            ("Mountain", "Arizona", "America/Phoenix"),
            ("MDT", "AZ", "America/Denver"),
            ("MST", "CO", "America/Denver"),
            ("Mountain Time (US & Canada)", "TX", "America/Denver"),
            ("CST", "SK", "America/Regina"),
            ("Pacific", "BC", "America/Vancouver"),
            ("Mountain", "British Columbia", "America/Edmonton"),
            ("EST", "Quintana Roo", "America/Cancun"),
            ("Central", "CDMX", "America/Mexico_City"),
            ("EST", "nowhere", "America/New_York"),
            ("EST", "CA", "America/New_York"),
            ("America/Denver", "AZ", "America/Denver"),
        ] {
            assert_eq!(read_zone_at(text, &at(state)).unwrap().name(), expected, "{text} in {state}");
        }
        assert!(read_zone_at("5", &at("AZ")).is_err());
    }

    #[test]
    fn a_name_that_many_places_share_is_that_of_the_postal_code_or_the_city() {
        let navajo = Place { postal_code: "86515", ..at("AZ") };
        for (text, place, expected) in [
            ("MST", navajo, "America/Denver"),
            ("Mountain Time (US & Canada)", navajo, "America/Denver"),
            ("MDT", navajo, "America/Denver"),
            ("MST", Place { postal_code: "86515", ..Place::default() }, "America/Denver"),
            ("Mountain", Place { city: "Window Rock", ..at("AZ") }, "America/Denver"),
            ("MST", Place { postal_code: "85001", ..at("AZ") }, "America/Phoenix"),
            ("MST", Place { postal_code: "85001", ..Place::default() }, "America/Phoenix"),
            ("Mountain", Place { postal_code: "97914", ..at("OR") }, "America/Boise"),
            // What is written is another clock than that of the code.
            ("Pacific", navajo, "America/Los_Angeles"),
            ("MST", Place { postal_code: "90210", ..at("AZ") }, "America/Phoenix"),
        ] {
            assert_eq!(read_zone_at(text, &place).unwrap().name(), expected, "{text} in {place:?}");
        }
    }

    #[test]
    fn clocks_in_a_zone_agree_with_those_of_its_state() {
        let now = "2026-11-28T12:00:00Z".parse().unwrap();
        let wrong = |zone: &str, place: &Place<'_>| zone_contradiction(zone.parse().unwrap(), place, now);
        for (zone, state) in [
            ("America/Kentucky/Louisville", "KY"),
            ("US/Eastern", "Ind."),
            ("Asia/Tokyo", "nowhere"),
            ("Asia/Tokyo", ""),
        ] {
            assert_eq!(wrong(zone, &at(state)), None, "{zone} in {state}");
        }
        assert_eq!(
            wrong("America/Denver", &at("California")).unwrap(),
            "America/Denver is no zone of California (America/Los_Angeles)"
        );
        assert!(wrong("America/Chicago", &at("NY")).is_some() && wrong("America/Phoenix", &at("CO")).is_some());
        // Two countries have a state of this name.
        assert!(wrong("America/Tijuana", &at("BC")).is_none() && wrong("America/Vancouver", &at("BC")).is_none());
        assert!(wrong("America/Tijuana", &Place { country: "Canada", ..at("BC") }).is_some());
        assert!(wrong("America/Vancouver", &Place { postal_code: "21000", ..at("BC") }).is_some());
    }

    #[test]
    fn a_zone_is_held_to_the_postal_code_where_one_is_written() {
        let now = "2026-11-28T12:00:00Z".parse().unwrap();
        let wrong = |zone: &str, state, postal_code| {
            zone_contradiction(zone.parse().unwrap(), &Place { postal_code, ..at(state) }, now)
        };
        assert_eq!(wrong("America/Denver", "TX", "79901"), None);
        assert_eq!(wrong("America/Chicago", "TX", "77002"), None);
        assert_eq!(
            wrong("America/Chicago", "TX", "79901").unwrap(),
            "America/Chicago is not that of the postal code (America/Denver)"
        );
        assert_eq!(
            wrong("America/Los_Angeles", "OR", "01970").unwrap(),
            "the postal code is of Massachusetts, not of Oregon"
        );
    }

    #[test]
    fn clocks_are_compared_for_the_half_year_that_comes() {
        // British Columbia put its clocks forward for good in 2026; Arizona never changes them.
        let canada = Place { country: "Canada", ..at("BC") };
        let wrong = |now: &str| zone_contradiction("America/Phoenix".parse().unwrap(), &canada, now.parse().unwrap());
        assert_eq!(wrong("2026-06-15T12:00:00Z"), None);
        assert!(wrong("2025-06-15T12:00:00Z").is_some());
    }
}
