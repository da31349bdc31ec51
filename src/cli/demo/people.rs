//! Invented dealerships for the demo: names by combination, addresses in reserved domains, 555 numbers.

use std::collections::HashSet;

use chrono_tz::Tz as ZoneName;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use crate::domain::{Contact, Profile};

const BRANDS: &[&str] = &[
    "Toyota",
    "Honda",
    "Ford",
    "Chevrolet",
    "Nissan",
    "Hyundai",
    "Kia",
    "Subaru",
    "Mazda",
    "Volkswagen",
    "BMW",
    "Audi",
    "Lexus",
    "Acura",
    "Volvo",
    "Jeep",
    "GMC",
    "Cadillac",
    "Buick",
    "Lincoln",
    "MINI",
    "Citroën",
];
const FAMILIES: &[&str] = &[
    "Ashdown",
    "Brightwater",
    "Calder",
    "D'Arcy",
    "Eastlake",
    "Fernley",
    "Greaves",
    "Hollis",
    "Iverson",
    "Juniper",
    "Kestrel",
    "Larkspur",
    "Marlowe",
    "Núñez",
    "O'Shea",
    "Peña",
    "Quill",
    "Redfern",
    "Santoro",
    "Thackeray",
    "Umber",
    "Vantongeren",
    "Wilder",
    "Yarrow",
    "Zoltan",
];
const GIVEN: &[&str] = &[
    "Ada", "Bo", "Cleo", "Dara", "Eli", "Fay", "Gus", "Hana", "Ivo", "Joss", "Kai", "Lena", "Milo", "Nia", "Otto",
    "Zoë",
];
const GROUPS: &[&str] = &["", "", "", "Harborline Auto Group", "Northfield Motors", "Bluestem Automotive"];
const STYLES: &[&str] = &["Classic", "Premier", "Metro", "Team", "Capitol", "Coastal", "Summit"];
const OWNERS: &[&str] = &["ana", "ben", "chloe", "dmitri", "esi"];
const PLACES: &[(&str, &str, ZoneName)] = &[
    ("San Mateo", "CA", ZoneName::America__Los_Angeles),
    ("Portland", "OR", ZoneName::America__Los_Angeles),
    ("Spokane", "WA", ZoneName::America__Los_Angeles),
    ("Boise", "ID", ZoneName::America__Boise),
    ("Denver", "CO", ZoneName::America__Denver),
    ("Phoenix", "AZ", ZoneName::America__Phoenix),
    ("Dallas", "TX", ZoneName::America__Chicago),
    ("Omaha", "NE", ZoneName::America__Chicago),
    ("Chicago", "IL", ZoneName::America__Chicago),
    ("Nashville", "TN", ZoneName::America__Chicago),
    ("Tell City", "IN", ZoneName::America__Indiana__Tell_City),
    ("Louisville", "KY", ZoneName::America__Kentucky__Louisville),
    ("Detroit", "MI", ZoneName::America__Detroit),
    ("Atlanta", "GA", ZoneName::America__New_York),
    ("Boston", "MA", ZoneName::America__New_York),
    ("Richmond", "VA", ZoneName::America__New_York),
    ("Bismarck", "ND", ZoneName::America__North_Dakota__Center),
    ("Honolulu", "HI", ZoneName::Pacific__Honolulu),
    ("Anchorage", "AK", ZoneName::America__Anchorage),
    ("San Juan", "PR", ZoneName::America__Puerto_Rico),
];

/// So many invented dealerships; the same for the same seed. `dealerCode`s are unique, names need not be.
pub fn invent(count: usize, seed: u64) -> Vec<Profile> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut codes = HashSet::with_capacity(count);
    (0..count).map(|_| one(&mut rng, &mut codes)).collect()
}

fn pick<T: Copy>(rng: &mut StdRng, from: &[T], otherwise: T) -> T {
    from.choose(rng).copied().unwrap_or(otherwise)
}

fn one(rng: &mut StdRng, codes: &mut HashSet<u32>) -> Profile {
    let brand = pick(rng, BRANDS, "Toyota");
    let family = pick(rng, FAMILIES, "Hollis");
    let (city, state, timezone) = pick(rng, PLACES, ("Boston", "MA", ZoneName::America__New_York));
    let name = match rng.random_range(0..20) {
        0..=6 => format!("{family} {brand}"),
        7..=11 => format!("{brand} of {city}"),
        12..=14 => format!("{family} & Sons {brand}, Inc."),
        15..=16 => format!("{} {brand}", pick(rng, STYLES, "Metro")),
        17..=18 => format!("{family} {brand} {city}"),
        _ => format!("{family}-{} {brand} Service Center (North)", pick(rng, FAMILIES, "Quill")),
    };
    let code = loop {
        let code = rng.random_range(10_000..10_000_000);
        if codes.insert(code) {
            break code;
        }
    };
    let person = format!("{} {}", pick(rng, GIVEN, "Ada"), pick(rng, FAMILIES, "Hollis"));
    let mailbox: String =
        person.to_lowercase().replace(' ', ".").chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
    let domain = pick(rng, &["example.com", "example.net", "example.org"], "example.com");
    let contact = Contact {
        name: person.into(),
        email: format!("{mailbox}.{code}@{domain}").into(),
        phone: format!("({}) 555-{:04}", rng.random_range(201..990), rng.random_range(0..10_000)).into(),
    };
    Profile {
        name: name.into(),
        dealer_code: format!("xts{code}").into(),
        group: pick(rng, GROUPS, "").into(),
        brand: brand.into(),
        city: city.into(),
        state: state.into(),
        timezone: timezone.into(),
        contact,
        owner: Some(pick(rng, OWNERS, "ana").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_invents_the_same() {
        let some = invent(300, 7);
        assert_eq!(some, invent(300, 7));
        assert_ne!(some, invent(300, 8));
        let codes: HashSet<_> = some.iter().map(|profile| profile.dealer_code.raw().to_owned()).collect();
        assert_eq!(codes.len(), 300);
        assert!(some.iter().all(|profile| profile.contact.email.raw().contains("@example.")));
    }
}
