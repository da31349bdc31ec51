//! Names and numbers are found however they are written.

use super::*;

/// What is typed, and whom it finds.
const SEARCHES: &[(&str, &[u64])] = &[
    ("d'amico", &[1, 2]),
    ("d’amico", &[1, 2]),
    ("DAMICO", &[1, 2]),
    ("name:d´amico", &[1, 2]),
    ("\"ford & sons\"", &[1, 2]),
    ("\"ford and sons\"", &[1, 2]),
    ("amico &", &[1, 2]),
    ("nunez", &[3, 4]),
    ("núñez", &[3, 4]),
    ("nun\u{303}ez", &[3, 4]),
    ("\"nunez kia\"", &[3, 4]),
    ("\"nunez \u{a0} kia\"", &[3, 4]),
    ("~nñzk", &[3, 4]),
    ("gross-auto", &[5]),
    ("groß\u{2011}auto", &[5]),
    ("smorrebrod", &[6]),
    ("/^d'amico/", &[1, 2]),
    ("/D’AMICO.*& sons/", &[1, 2]),
    ("/n[úu][ñx]ez +kia/", &[3, 4]),
    ("/d['’]?amico/", &[1, 2]),
    ("/groß[-–]auto/", &[5]),
    ("/[^n]unez/", &[]),
    ("5035550110", &[1, 2]),
    ("(503) 555-0110", &[1, 2]),
    ("503 555 0110", &[1, 2]),
    ("+1 503 555 0110", &[1, 2]),
    ("1-503-555-0110", &[1, 2]),
    ("(503) 555-0110 x12", &[1, 2]),
    ("503-555-0110 ext. 12 ford", &[1, 2]),
    ("0015035550111", &[3]),
    ("+1 503 555 01", &[1, 2, 3, 4, 6]),
    ("555-0113", &[4]),
    ("555 0113", &[4]),
    ("phone:503-555-0113", &[4]),
    ("phone:ana", &[5]),
    ("!555-0110 kia", &[3, 4]),
    ("is:mine", &[1, 2, 3, 4, 5, 6]),
    ("owner:JOSE", &[1, 2, 3, 4, 5, 6]),
];

#[test]
fn what_is_written_in_several_ways_is_found_in_each() {
    let named = [
        ("D’Amico Ford & Sons, Inc.", "(503) 555-0110 x12"),
        ("D'Amico Ford and Sons Inc", "503.555.0110 ext. 12"),
        ("Núñez   Kia", "001 503 555 0111"),
        ("Nun\u{303}ez Kia LLC", "503-555-0112 / 503-555-0113"),
        ("Groß–Auto Haus", "call Ana"),
        ("Smørrebrød Volvo", "+1 (503) 555-0114"),
    ];
    let states: Vec<Onboarding> = (1..)
        .zip(named)
        .map(|(n, (name, phone))| {
            let mut state = dealership(n, name, "Salem", "José");
            state.profile.contact.phone = phone.into();
            state
        })
        .collect();
    let policy = Policy::default();
    let ctx = QueryContext { now: now(), policy: &policy, me: Some("jose"), twins: None };
    for (text, expected) in SEARCHES {
        let query = Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let matching =
            states.iter().filter(|state| query.matches(state, &Searchable::new(state.id, &state.profile), &ctx));
        let found: Vec<u64> = matching.map(|state| state.id.bits()).collect();
        assert_eq!(found, *expected, "{text}");
    }
}
