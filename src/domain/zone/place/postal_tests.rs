//! What postal codes say alone, beside a state, and where nobody has them.

use super::super::{Place, PlacePart, ZoneOfPlace, zone_of_place};

fn zone(state: &str, postal_code: &str) -> String {
    match zone_of_place(&Place { state, postal_code, ..Place::default() }) {
        ZoneOfPlace::Decided { zone, by: PlacePart::PostalCode } => zone.name().to_owned(),
        ZoneOfPlace::Decided { zone, by } => format!("{} by {}", zone.name(), by.as_str()),
        other => other.to_string(),
    }
}

#[test]
fn a_zip_code_of_nine_digits_is_read_by_its_first_five() {
    for (code, expected) in [
        ("79901-1234", "America/Denver"),
        ("799011234", "America/Denver"),
        // A spreadsheet took the zero off its beginning.
        ("19701234", "America/New_York"),
        ("1970", "America/New_York"),
    ] {
        assert_eq!(zone("", code), expected, "{code}");
    }
    for code in ["12", "799012", "7990112", "7990112345"] {
        assert_eq!(zone("", code), "nobody knows this postal code", "{code}");
    }
}

#[test]
fn a_zip_code_that_nobody_has_is_like_those_with_its_first_three_digits() {
    // 00544 is the last with 005, and 00601 the next one.
    assert_eq!(zone("", "00545"), "America/New_York");
    // Before 00501 there is none.
    assert_eq!(zone("", "00100"), "nobody knows this postal code");
    for (state, code, expected) in [
        // It may be of another state that has codes with these three digits; then the state decides.
        ("CT", "06391", "America/New_York by state"),
        ("VA", "20587", "America/New_York by state"),
        ("WY", "83470", "America/Denver by state"),
        // A code that somebody has is of one state.
        ("NY", "06301", "Connecticut, not of New York"),
        // No code of the state begins so.
        ("PR", "00500", "New York, not of Puerto Rico"),
        ("NY", "00600", "Puerto Rico, not of New York"),
        ("ME", "00545", "New York, not of Maine"),
    ] {
        let found = zone(state, code);
        assert!(found == expected || found.contains(&format!("is of {expected}")), "{state} {code}: {found}");
    }
}

#[test]
fn a_code_of_canada_tells_its_province_by_the_first_letter() {
    for (code, expected) in [
        ("A1C 5M3", "America/St_Johns"),
        ("B3H 1A1", "America/Halifax"),
        ("C1A 1A1", "America/Halifax"),
        ("E1A 1A1", "America/Moncton"),
        ("H2X 1Y4", "America/Toronto"),
        ("M5V 2T6", "America/Toronto"),
        ("R3C 1A1", "America/Winnipeg"),
        ("S4P 3Y2", "America/Regina"),
        ("T2P 1A1", "America/Edmonton"),
        ("V5K 0A1", "America/Vancouver"),
        ("X0A 0H0", "America/Iqaluit"),
        ("X0B 0C0", "America/Cambridge_Bay"),
        ("X0C 0G0", "America/Rankin_Inlet"),
        ("X1A 1A1", "America/Edmonton"),
        ("Y1A 1A1", "America/Whitehorse"),
        ("W1A 1A1", "nobody knows this postal code"),
    ] {
        assert_eq!(zone("", code), expected, "{code}");
    }
}

#[test]
fn a_code_with_two_zones_leaves_both_to_choose_from() {
    let which = |state: &str, zones: &str| format!("the time zone there, in {state}, is {zones}: write which");
    for (state, code, name, zones) in [
        ("QC", "G0G 1A0", "Quebec", "America/Toronto or America/Blanc-Sablon"),
        ("ON", "P0T 1A0", "Ontario", "America/Toronto or America/Winnipeg"),
        ("BC", "V0B 1A0", "British Columbia", "America/Vancouver or America/Edmonton"),
        ("Coahuila", "26600", "Coahuila", "America/Monterrey or America/Matamoros"),
        ("Coahuila", "27650", "Coahuila", "America/Monterrey or America/Matamoros"),
        ("Chihuahua", "31850", "Chihuahua", "America/Chihuahua or America/Ciudad_Juarez"),
        ("Chihuahua", "32850", "Chihuahua", "America/Chihuahua or America/Ojinaga"),
        ("Nayarit", "63725", "Nayarit", "America/Mazatlan or America/Bahia_Banderas"),
        ("Nuevo León", "65050", "Nuevo Leon", "America/Monterrey or America/Matamoros"),
    ] {
        assert_eq!(zone(state, code), which(name, zones), "{code}");
    }
}

#[test]
fn a_code_of_mexico_is_of_one_state_and_the_towns_at_the_border_have_their_own_zone() {
    for (state, code, expected) in [
        ("Chihuahua", "32885", "America/Ojinaga"),
        ("Nayarit", "63735", "America/Bahia_Banderas"),
        ("Nayarit", "63000", "America/Mazatlan"),
        ("Nuevo León", "64000", "America/Monterrey"),
    ] {
        assert_eq!(zone(state, code), expected, "{state} {code}");
    }
    let why = zone("Sonora", "64000");
    assert!(why.starts_with("the postal code is of Nuevo Leon, not of Sonora"), "{why}");
}
