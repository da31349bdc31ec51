//! The zone of a place: by its state where that has one, else by its postal code, else by its town.

mod address;
mod postal;
mod states;

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use crate::timezone::Tz;
pub use address::{AddressParts, read_address};
use postal::{PostalCode, Says};
use states::{COUNTRIES, Country, STATES, StateOrProvince};

/// Where something is, as people wrote it; what is not known is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place<'a> {
    pub city: &'a str,
    /// State, province or territory: its code, its name or a usual abbreviation.
    pub state: &'a str,
    /// ZIP code, or that of Canada or Mexico.
    pub postal_code: &'a str,
    pub country: &'a str,
}

/// A part of an address that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlacePart {
    State,
    PostalCode,
    City,
}

impl PlacePart {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::PostalCode => "postal code",
            Self::City => "city",
        }
    }
}

/// What an address says of the zone. In words: what is lacking or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ZoneOfPlace {
    Decided {
        zone: Tz,
        by: PlacePart,
    },
    Undecided {
        state: &'static str,
        candidates: Vec<Tz>,
        /// Whether the address has a postal code that does not decide it.
        despite_code: bool,
    },
    /// There is nothing to go by.
    Unknown {
        why: &'static str,
    },
    /// The postal code belongs to another state.
    Contradictory {
        /// The name of the state that is written.
        state: &'static str,
        /// The name of the state that the code belongs to.
        code_of: &'static str,
    },
}

impl fmt::Display for ZoneOfPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decided { zone, by } => write!(f, "{zone}, from the {}", by.as_str()),
            Self::Undecided { state, candidates, despite_code } => {
                let names: Vec<&str> = candidates.iter().map(|zone| zone.name()).collect();
                let names = names.join(" or ");
                match despite_code {
                    true => write!(f, "the time zone there, in {state}, is {names}: write which"),
                    false => write!(f, "{state} has several time zones, {names}: write which, or the postal code"),
                }
            }
            Self::Unknown { why } => f.write_str(why),
            Self::Contradictory { state, code_of } => {
                write!(
                    f,
                    "the postal code is of {code_of}, not of {state}: correct one of them, or write the time zone"
                )
            }
        }
    }
}

/// Finds the zone of a place.
pub fn zone_of_place(place: &Place<'_>) -> ZoneOfPlace {
    let country = match country(place.country) {
        Ok(country) => country,
        // A territory may stand where countries do.
        Err(name) => match find_state(&name, Some(Country::UnitedStates), None) {
            Some(territory) => return by_state(territory, place.city, false),
            None => return ZoneOfPlace::Unknown { why: "the country is none of the United States, Canada and Mexico" },
        },
    };
    let code = PostalCode::read(place.postal_code);
    let state = find_state(&folded(place.state), country, code);
    let says = match (code, state.map(|state| state.country).or(country)) {
        (Some(PostalCode::Digits(code)), Some(Country::Mexico)) => postal::mexican(code, state),
        (Some(PostalCode::Digits(code)), Some(Country::UnitedStates)) => postal::zip(code, state),
        // Five digits beside the name of some other state may be of any country.
        (Some(PostalCode::Digits(code)), None) if place.state.trim().is_empty() => postal::zip(code, state),
        (Some(PostalCode::Canadian(code)), Some(Country::Canada) | None) => postal::canadian(code, state),
        _ => Says::Nothing,
    };
    match (says, state) {
        (Says::Elsewhere(other), Some(state)) => {
            ZoneOfPlace::Contradictory { state: state.name(), code_of: other.name() }
        }
        (Says::Zones(state, zones), _) => match (zones.as_slice(), state.only_zone()) {
            ([zone], Some(only)) if *zone == only => ZoneOfPlace::Decided { zone: only, by: written(place) },
            ([zone], _) => ZoneOfPlace::Decided { zone: *zone, by: PlacePart::PostalCode },
            _ => by_town(state, place.city, zones, true),
        },
        (_, Some(state)) => by_state(state, place.city, code.is_some()),
        (_, None) => ZoneOfPlace::Unknown { why: nothing(place) },
    }
}

/// The zones that are possible in a state; none: nobody knows such a state.
pub fn zones_of_state(state: &str) -> &'static [Tz] {
    find_state(&folded(state), None, None).map_or(&[], |state| state.zones)
}

/// The zones that are possible in the state of a place, of every country whose state it may be.
pub(super) fn possible_zones(place: &Place<'_>) -> Vec<Tz> {
    let Ok(country) = country(place.country) else { return Vec::new() };
    let name = folded(place.state);
    let states = states_called(&name, country, PostalCode::read(place.postal_code));
    states.flat_map(|state| state.zones).copied().collect()
}

fn written(place: &Place<'_>) -> PlacePart {
    if place.state.trim().is_empty() { PlacePart::PostalCode } else { PlacePart::State }
}

fn nothing(place: &Place<'_>) -> &'static str {
    match (place.state.trim(), place.postal_code.trim()) {
        ("", "") => "neither a state nor a postal code is written",
        ("AA" | "AE" | "AP", _) => "a military address does not say where it is",
        ("", _) => "nobody knows this postal code",
        _ => "no state of the United States, Canada or Mexico is called that",
    }
}

fn by_state(state: &'static StateOrProvince, city: &str, has_code: bool) -> ZoneOfPlace {
    match state.only_zone() {
        Some(only) => match zone_of_town(state, city) {
            Some(zone) if zone != only => ZoneOfPlace::Decided { zone, by: PlacePart::City },
            _ => ZoneOfPlace::Decided { zone: only, by: PlacePart::State },
        },
        None => by_town(state, city, state.zones.to_vec(), has_code),
    }
}

fn by_town(state: &'static StateOrProvince, city: &str, candidates: Vec<Tz>, despite_code: bool) -> ZoneOfPlace {
    match zone_of_town(state, city) {
        Some(zone) if candidates.contains(&zone) => ZoneOfPlace::Decided { zone, by: PlacePart::City },
        _ => ZoneOfPlace::Undecided { state: state.name(), candidates, despite_code },
    }
}

fn zone_of_town(state: &StateOrProvince, city: &str) -> Option<Tz> {
    TOWNS.get(state.code)?.get(folded_town(city).as_str()).copied()
}

/// By the code of the state. No two of them that have towns here have the same code.
static TOWNS: LazyLock<HashMap<&'static str, HashMap<String, Tz>>> = LazyLock::new(|| {
    let mut towns: HashMap<&str, HashMap<String, Tz>> = HashMap::new();
    for line in include_str!("place/cities.txt").lines() {
        let mut words = line.splitn(3, ' ');
        let (Some(state), Some(Ok(zone)), Some(names)) = (words.next(), words.next().map(str::parse), words.next())
        else {
            continue;
        };
        towns.entry(state).or_default().extend(names.split('|').map(|name| (folded_town(name), zone)));
    }
    towns
});

/// States by everything they are called, folded.
static NAMES: LazyLock<HashMap<String, Vec<&'static StateOrProvince>>> = LazyLock::new(|| {
    let mut names: HashMap<String, Vec<&StateOrProvince>> = HashMap::new();
    for state in STATES {
        for name in state.names.iter().chain([&state.code]) {
            names.entry(folded(name)).or_default().push(state);
        }
    }
    names
});

fn state_of_code(country: Country, code: &str) -> Option<&'static StateOrProvince> {
    STATES.iter().find(|state| state.country == country && state.code == code)
}

/// The state with a folded name. Where two countries have one, the country decides or the form of the postal code, else the
/// order in which the countries stand here.
fn find_state(name: &str, country: Option<Country>, code: Option<PostalCode>) -> Option<&'static StateOrProvince> {
    states_called(name, country, code).next()
}

fn states_called(
    name: &str,
    country: Option<Country>,
    code: Option<PostalCode>,
) -> impl Iterator<Item = &'static StateOrProvince> {
    // `US-TX`
    let bare = name.split_once(' ').filter(|(front, _)| matches!(*front, "us" | "ca" | "mx")).map(|(_, rest)| rest);
    let found = NAMES.get(name).or_else(|| NAMES.get(bare?)).map(Vec::as_slice).unwrap_or_default();
    found.iter().copied().filter(move |state| match (country, code) {
        (Some(country), _) => state.country == country,
        (None, Some(PostalCode::Digits(_))) => state.country != Country::Canada,
        (None, Some(PostalCode::Canadian(_))) => state.country == Country::Canada,
        (None, None) => true,
    })
}

/// A country; `Err`: another one, folded.
fn country(text: &str) -> Result<Option<Country>, String> {
    let name = folded(text);
    if name.is_empty() {
        return Ok(None);
    }
    let known = COUNTRIES.iter().find(|(_, names)| names.contains(&name.as_str()));
    known.map(|(country, _)| Some(*country)).ok_or(name)
}

/// A name without case, accents, dots and dashes.
fn folded(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for letter in text.chars() {
        let plain = match letter {
            '.' => continue,
            'á' | 'à' | 'â' | 'ä' | 'ã' | 'Á' | 'À' | 'Â' | 'Ä' | 'Ã' => 'a',
            'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => 'e',
            'í' | 'ì' | 'î' | 'ï' | 'Í' | 'Ì' | 'Î' | 'Ï' => 'i',
            'ó' | 'ò' | 'ô' | 'ö' | 'Ó' | 'Ò' | 'Ô' | 'Ö' => 'o',
            'ú' | 'ù' | 'û' | 'ü' | 'Ú' | 'Ù' | 'Û' | 'Ü' => 'u',
            'ñ' | 'Ñ' => 'n',
            'ç' | 'Ç' => 'c',
            letter if letter.is_ascii_alphanumeric() => letter.to_ascii_lowercase(),
            // An accent that stands alone belongs to the letter before it.
            '\u{300}'..='\u{36f}' => continue,
            letter if letter.is_alphanumeric() || letter == '&' => letter,
            _ => ' ',
        };
        if plain != ' ' || !(name.is_empty() || name.ends_with(' ')) {
            name.push(plain);
        }
    }
    name.truncate(name.trim_end().len());
    name
}

/// A town's name, of which people write the first word in two ways.
fn folded_town(text: &str) -> String {
    let name = folded(text);
    let long = [("st ", "saint "), ("ste ", "sainte "), ("ft ", "fort "), ("mt ", "mount ")];
    let front = long.iter().find_map(|(short, long)| Some(format!("{long}{}", name.strip_prefix(short)?)));
    front.unwrap_or(name)
}

#[cfg(test)]
mod tests;
