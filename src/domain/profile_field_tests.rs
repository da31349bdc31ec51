use super::tests::{edit, profile};
use super::*;

#[test]
fn a_field_takes_so_many_characters_and_none_more() {
    let label = "d".repeat(63);
    let address = |last: usize| format!("{}@{label}.{label}.{}", "m".repeat(64), "d".repeat(last));
    for (field, longest, text) in [
        (ProfileField::DealerCode, 64, "x".repeat(64)),
        (ProfileField::Timezone, 64, "x".repeat(64)),
        (ProfileField::Email, 254, address(61)),
        (ProfileField::Name, 200, "é".repeat(200)),
        (ProfileField::City, 200, "x".repeat(200)),
    ] {
        assert_eq!(check_text(&text, field.longest()), Ok(()), "{field:?}");
        for more in ["x", "xy"] {
            let problem = field.check(&format!("{text}{more}")).unwrap_err();
            let words = format!("has {} characters; at most {longest} are taken", longest + more.len());
            assert_eq!(problem, words, "{field:?}");
        }
    }
    assert_eq!(ProfileField::Email.check(&address(61)), Ok(()));
    assert!(ProfileField::Timezone.check("America/Chicago").is_ok());
    assert!(ProfileField::Timezone.check("America/Gotham").is_err());
}

#[test]
fn a_dealer_code_has_nothing_that_is_not_seen_and_no_quotation_marks_around_it() {
    for (code, words) in [
        ("xts\u{200b}1", "has a character that cannot be seen (U+200B), at character 4"),
        ("xts\u{2003}1", "has an odd space (U+2003), at character 4"),
        ("\"xts1\"", "has quotation marks that are a part of it"),
        ("'xts1", "has quotation marks that are a part of it"),
        ("xts1»", "has quotation marks that are a part of it"),
        ("“xts1”", "has quotation marks that are a part of it"),
    ] {
        let problem = ProfileField::DealerCode.check(code).unwrap_err();
        assert!(problem.contains(words), "{code:?}: {problem}");
    }
    for code in ["xts 1", "D'1", "Ä-1"] {
        assert_eq!(ProfileField::DealerCode.check(code), Ok(()));
    }
}

#[test]
fn a_dealership_is_for_who_looks_after_it_and_without_anybody_for_all() {
    let owned = profile();
    assert!(owned.is_for("ana") && !owned.is_for("ben"));
    assert!(Profile { owner: None, ..owned }.is_for("ben"));
}

#[test]
fn a_name_that_many_zones_share_is_read_by_the_place_of_the_profile() {
    for (city, state, zone) in [
        ("", "", "America/Denver"),
        ("", "AZ", "America/Phoenix"),
        ("Window Rock", "AZ", "America/Denver"),
        ("Window Rock", "", "America/Denver"),
    ] {
        let new = Profile::read(|field| match field {
            ProfileField::Name => "Nakamura Ford",
            ProfileField::DealerCode => "xts1",
            ProfileField::Email => "service@example.com",
            ProfileField::Timezone => "Mountain",
            ProfileField::City => city,
            ProfileField::State => state,
            _ => "",
        });
        assert_eq!(new.unwrap().timezone.name(), zone, "new in {city} {state}");
        let known = Profile { city: city.into(), state: state.into(), ..profile() };
        let corrected = known.corrected(&[edit(ProfileField::Timezone, "Mountain")]).unwrap();
        assert_eq!(corrected.timezone.name(), zone, "known in {city} {state}");
    }
}

#[test]
fn a_zone_of_another_place_is_told_where_place_or_zone_is_new() {
    let now = "2026-11-28T12:00:00Z".parse().unwrap();
    let at = |state: &str| Profile { state: state.into(), ..profile() };
    let words = "America/Chicago is no zone of California (America/Los_Angeles)";
    assert_eq!(at("California").zone_contradiction(now).as_deref(), Some(words));
    assert_eq!(at("Illinois").zone_contradiction(now), None);
    assert_eq!(at("").zone_contradiction(now), None);

    let wrong = at("California");
    let told = |newer: &Profile, before: &Profile| newer.new_zone_contradiction(before, now);
    assert_eq!(told(&wrong, &at("Illinois")).as_deref(), Some(words), "it moved");
    let renamed = Profile { name: "Nakamura Kia".into(), ..wrong.clone() };
    assert_eq!(told(&renamed, &wrong), None, "it was so before");
    let in_town = Profile { city: "Fresno".into(), ..wrong.clone() };
    assert_eq!(told(&in_town, &wrong).as_deref(), Some(words), "its town is new");
    let right = Profile { timezone: chrono_tz::America::Los_Angeles.into(), ..wrong.clone() };
    assert_eq!(told(&wrong, &right).as_deref(), Some(words), "its zone is new");
    assert_eq!(told(&right, &wrong), None);
}
