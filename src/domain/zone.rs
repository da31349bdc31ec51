//! Time zones as people write them: Xtime's dealerships are in North America, where each of these names has one reading.

mod agreement;
mod names;
mod place;

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono_tz::{TZ_VARIANTS, Tz as ZoneName};

use super::suggest::suggestion;
use super::text::clean;
use crate::timezone::Tz;
pub use agreement::{read_zone_at, zone_contradiction};
pub use place::{AddressParts, Place, PlacePart, ZoneOfPlace, read_address, zone_of_place, zones_of_state};

use names::{ABBREVIATED, NAMED, NORTH_AMERICA, REGION_FORMS, REGIONS};

/// Finds the zone of a place: by its IANA name, or by what people in North America call it. What was not an IANA name
/// reads otherwise than [`Tz::name`], and whoever asks can say so.
/// Errors say why not, in words. Only a near miss of spelling is answered with a suggestion.
pub fn read_zone(text: &str) -> Result<Tz, String> {
    if let Some(zone) = text.parse().ok().filter(|zone| is_place(*zone)) {
        return Ok(Tz::of(zone));
    }
    let folded = folded(text);
    if let Some(zone) = READINGS.get(&folded).copied().or_else(|| agreed(&folded)) {
        return Ok(Tz::of(zone));
    }
    let shown = clean(text);
    if !zones_of_state(text).is_empty() {
        return Err(format!("`{shown}` is a state, not a time zone; {NEEDED}"));
    }
    if is_no_place(&folded) {
        return Err(format!("`{shown}` is no place: offsets and UTC know no daylight saving; {NEEDED}"));
    }
    match nearest(&folded) {
        Some(zone) => Err(format!("`{shown}` is not a time zone{}", suggestion(zone.name()))),
        None => Err(format!("`{shown}` is not a time zone; {NEEDED}")),
    }
}

const NEEDED: &str = "write its IANA name, or Eastern, Central, Mountain, Pacific, …";

/// The zone in which clocks show an abbreviation; two letters stand for it in every season.
pub fn abbreviated_zone(word: &str) -> Option<Tz> {
    ABBREVIATED
        .iter()
        .find(|(_, words)| words.iter().any(|known| known.eq_ignore_ascii_case(word)))
        .map(|(zone, _)| Tz::of(*zone))
}

/// Abbreviations and fixed offsets know no daylight saving, so they are no zone of a dealership.
fn is_place(zone: ZoneName) -> bool {
    zone.name().contains('/') && !zone.name().starts_with("Etc/")
}

/// Everything that can be written, folded.
static READINGS: LazyLock<HashMap<String, ZoneName>> = LazyLock::new(|| {
    // What comes later wins: the most ordinary reading.
    let zones = TZ_VARIANTS.iter().filter(|zone| is_place(**zone)).map(|zone| (folded(zone.name()), *zone));
    let cities = NORTH_AMERICA.iter().map(|zone| (folded(zone.name().rsplit('/').next().unwrap_or_default()), *zone));
    let named = NAMED.iter().flat_map(|(zone, names)| names.iter().map(|name| (folded(name), *zone)));
    let in_america =
        NAMED.iter().flat_map(|(zone, names)| names.iter().map(|name| (folded(&format!("America/{name}")), *zone)));
    let abbreviated = ABBREVIATED.iter().flat_map(|(zone, words)| words.iter().map(|word| (folded(word), *zone)));
    let regions = REGIONS
        .iter()
        .flat_map(|(zone, word)| REGION_FORMS.iter().map(|form| (folded(&form.replace("{}", word)), *zone)));
    in_america.chain(zones).chain(cities).chain(named).chain(abbreviated).chain(regions).collect()
});

/// A name without what people write this way or that: case, `_`, `.`, `&`, runs of spaces, the offset of Windows.
fn folded(text: &str) -> String {
    let text = text.trim();
    let bare = text.strip_prefix('(').and_then(|rest| rest.split_once(')')).filter(|(offset, rest)| {
        let offset = offset.to_ascii_uppercase();
        (offset.starts_with("UTC") || offset.starts_with("GMT")) && !rest.trim().is_empty()
    });
    let text = bare.map_or(text, |(_, rest)| rest);
    // HubSpot writes `america_slash_port_minus_au_minus_prince`.
    let plain = text.to_lowercase().replace("_slash_", "/").replace("_minus_", "-");
    let plain = plain.replace(['_', '\u{a0}'], " ").replace('.', "").replace('&', " and ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Several names of one zone: `eastern time (et)`, `pst/pdt`.
fn agreed(folded: &str) -> Option<ZoneName> {
    let mut parts = folded.split(['(', ')', '/', '-']).map(str::trim).filter(|part| !part.is_empty());
    let zone = *READINGS.get(parts.next()?)?;
    parts.all(|part| READINGS.get(part) == Some(&zone)).then_some(zone)
}

/// `utc-5`, `gmt`, `-05:00`, `etc/gmt+5`.
fn is_no_place(folded: &str) -> bool {
    let text = folded.strip_prefix("etc/").unwrap_or(folded);
    let offset = ["utc", "gmt", "ut", "zulu", "z"].into_iter().find_map(|word| text.strip_prefix(word)).unwrap_or(text);
    offset.is_empty() || offset.starts_with(['+', '-', '−']) || offset.bytes().all(|byte| byte.is_ascii_digit())
}

/// A reading that may be suggested.
struct Likely {
    name: String,
    letters: u64,
    /// The fewer, the more people live there.
    rank: usize,
    zone: ZoneName,
}

static LIKELY: LazyLock<Vec<Likely>> = LazyLock::new(|| {
    let rank = |zone: ZoneName| NORTH_AMERICA.iter().position(|known| *known == zone);
    let likely = |(name, zone): (&String, &ZoneName)| {
        Some(Likely { name: name.clone(), letters: letters(name), rank: rank(*zone)?, zone: *zone })
    };
    READINGS.iter().filter_map(likely).collect()
});

/// Which letters a name has. One slip changes at most two of them, so most names need not be compared.
fn letters(name: &str) -> u64 {
    name.chars().fold(0, |set, letter| set | 1 << (u32::from(letter) % 64))
}

/// The zone of a name that differs by a slip of the finger, of North America only; the most populous first.
fn nearest(folded: &str) -> Option<ZoneName> {
    let length = folded.chars().count();
    let most = match length {
        0..5 | 65.. => return None,
        5..9 => 1,
        _ => 2,
    };
    let own = letters(folded);
    let near = |one: &&Likely| {
        one.name.chars().count().abs_diff(length) <= most && (one.letters ^ own).count_ones() as usize <= 2 * most
    };
    LIKELY
        .iter()
        .filter(near)
        .map(|one| (strsim::osa_distance(folded, &one.name), one))
        .filter(|(slips, _)| *slips <= most)
        .min_by_key(|(slips, one)| (*slips, one.rank))
        .map(|(_, one)| one.zone)
}

#[cfg(test)]
mod tests;
