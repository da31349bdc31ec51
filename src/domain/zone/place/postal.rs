//! What postal codes say: in the United States the state and the zone, in Canada and Mexico too where a province has several.

use std::sync::LazyLock;

use chrono_tz::America;

use super::state_of_code;
use super::states::{Country, StateOrProvince};
use crate::timezone::Tz;

/// A postal code as far as its form tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PostalCode {
    /// Of five digits: United States or Mexico.
    Digits(u32),
    /// `M5V 2T6`, or only its first half, which is then padded with blanks.
    Canadian([u8; 6]),
}

impl PostalCode {
    /// Reads one. Spreadsheets take the zeros off the beginning, and some write nine digits in a row.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let head = text.split_once('-').map_or(text, |(head, _)| head).trim_end();
        if !head.is_empty() && head.bytes().all(|byte| byte.is_ascii_digit()) {
            let number: u32 = head.parse().ok()?;
            return match head.len() {
                3..=5 => Some(Self::Digits(number)),
                8..=9 => Some(Self::Digits(number / 10_000)),
                _ => None,
            };
        }
        let mut code = [b' '; 6];
        let mut length = 0;
        for byte in text.bytes().filter(|byte| !matches!(byte, b' ' | b'-')) {
            let fits = if length % 2 == 0 { byte.is_ascii_alphabetic() } else { byte.is_ascii_digit() };
            *code.get_mut(length).filter(|_| fits)? = byte.to_ascii_uppercase();
            length += 1;
        }
        matches!(length, 3 | 6).then_some(Self::Canadian(code))
    }
}

/// What a postal code says of a place.
pub(super) enum Says {
    /// The state, and its zones that are possible there.
    Zones(&'static StateOrProvince, Vec<Tz>),
    /// It belongs to another state.
    Elsewhere(&'static StateOrProvince),
    /// No such code is known.
    Nothing,
}

/// ZIP codes in a row that are alike.
struct Run {
    first: u32,
    last: u32,
    state: &'static StateOrProvince,
    zone: Option<Tz>,
}

static RUNS: LazyLock<Vec<Run>> = LazyLock::new(|| {
    let run = |line: &'static str| {
        let mut words = line.split(' ');
        let (first, last) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let state = state_of_code(Country::UnitedStates, words.next()?)?;
        Some(Run { first, last, state, zone: words.next()?.parse().ok() })
    };
    include_str!("zips.txt").lines().filter_map(run).collect()
});

/// What a ZIP code says; a code that is not in the table is like its neighbours with the same first three digits.
pub(super) fn zip(zip: u32, wanted: Option<&'static StateOrProvince>) -> Says {
    let after = RUNS.partition_point(|run| run.last < zip);
    let near = match RUNS.get(after) {
        Some(run) if run.first <= zip => [Some(run), None],
        right => [after.checked_sub(1).and_then(|left| RUNS.get(left)), right],
    };
    let exact = near[1].is_none() && near[0].is_some_and(|run| run.first <= zip && zip <= run.last);
    let prefix = zip / 100;
    let mut zones: Vec<Tz> = Vec::new();
    let (mut own, mut other) = (None, None);
    for run in near.into_iter().flatten().filter(|run| run.first / 100 <= prefix && prefix <= run.last / 100) {
        if wanted.is_some_and(|wanted| wanted.code != run.state.code) {
            other = Some(run.state);
            continue;
        }
        own = own.or(Some(run.state));
        let found = run.zone.as_slice();
        for zone in if found.is_empty() { run.state.zones } else { found } {
            if !zones.contains(zone) {
                zones.push(*zone);
            }
        }
    }
    let in_prefix = |state: &StateOrProvince| {
        let from = RUNS.partition_point(|run| run.last < prefix * 100);
        RUNS.iter().skip(from).take_while(|run| run.first < prefix * 100 + 100).any(|run| run.state.code == state.code)
    };
    match (own, other) {
        (Some(state), _) => Says::Zones(state, zones),
        (None, Some(_)) if !exact && wanted.is_some_and(in_prefix) => Says::Nothing,
        (None, Some(other)) => Says::Elsewhere(other),
        (None, None) => Says::Nothing,
    }
}

/// What a Canadian code says. By Canada Post's forward sortation areas; the zones of tzdata 2026f.
pub(super) fn canadian(code: [u8; 6], wanted: Option<&'static StateOrProvince>) -> Says {
    let province = match code[0] {
        b'A' => "NL",
        b'B' => "NS",
        b'C' => "PE",
        b'E' => "NB",
        b'G' | b'H' | b'J' => "QC",
        b'K' | b'L' | b'M' | b'N' | b'P' => "ON",
        b'R' => "MB",
        b'S' => "SK",
        b'T' => "AB",
        b'V' => "BC",
        b'X' if matches!(&code[1..3], b"0A" | b"0B" | b"0C") => "NU",
        b'X' => "NT",
        b'Y' => "YT",
        _ => return Says::Nothing,
    };
    let written = wanted.filter(|wanted| wanted.code == province);
    let Some(province) = written.or_else(|| state_of_code(Country::Canada, province)) else { return Says::Nothing };
    if wanted.is_some_and(|wanted| wanted.code != province.code) {
        return Says::Elsewhere(province);
    }
    let zones: &[chrono_tz::Tz] = match &code[..3] {
        // The coast of Labrador that keeps Newfoundland's time has codes with the island.
        b"A0P" | b"A0R" | b"A2V" => &[America::Goose_Bay],
        b"G0B" | b"G4T" => &[America::Halifax],
        // The lower north shore, of which only the east keeps Atlantic time.
        b"G0G" => &[America::Toronto, America::BlancSablon],
        b"P8N" | b"P8T" | b"P9A" | b"P9N" | b"P0V" | b"P0W" | b"P0X" | b"P0Y" => &[America::Winnipeg],
        b"P0T" => &[America::Toronto, America::Winnipeg],
        b"S9V" => &[America::Edmonton],
        // The East Kootenay keeps Alberta's time, Creston does not.
        b"V1A" | b"V1C" | b"V0A" => &[America::Edmonton],
        b"V0B" => &[America::Vancouver, America::Edmonton],
        b"X0B" => &[America::Cambridge_Bay],
        b"X0C" => &[America::Rankin_Inlet],
        _ => return Says::Zones(province, province.zones.first().copied().into_iter().collect()),
    };
    Says::Zones(province, zones.iter().map(|zone| Tz::of(*zone)).collect())
}

/// The first two digits of the codes of Mexico's states.
const MEXICO: &[(u32, u32, &str)] = &[
    (1, 16, "CMX"),
    (20, 20, "AGU"),
    (21, 22, "BCN"),
    (23, 23, "BCS"),
    (24, 24, "CAM"),
    (25, 27, "COA"),
    (28, 28, "COL"),
    (29, 30, "CHP"),
    (31, 33, "CHH"),
    (34, 35, "DUR"),
    (36, 38, "GUA"),
    (39, 41, "GRO"),
    (42, 43, "HID"),
    (44, 49, "JAL"),
    (50, 57, "MEX"),
    (58, 61, "MIC"),
    (62, 62, "MOR"),
    (63, 63, "NAY"),
    (64, 67, "NLE"),
    (68, 71, "OAX"),
    (72, 75, "PUE"),
    (76, 76, "QUE"),
    (77, 77, "ROO"),
    (78, 79, "SLP"),
    (80, 82, "SIN"),
    (83, 85, "SON"),
    (86, 86, "TAB"),
    (87, 89, "TAM"),
    (90, 90, "TLA"),
    (91, 96, "VER"),
    (97, 97, "YUC"),
    (98, 99, "ZAC"),
];

/// What a Mexican code says. By the catalogue of SEPOMEX; the border municipalities are those of the law of 2022.
pub(super) fn mexican(code: u32, wanted: Option<&'static StateOrProvince>) -> Says {
    let of = MEXICO.iter().find(|(first, last, _)| (*first..=*last).contains(&(code / 1_000)));
    let Some((_, _, of)) = of else { return Says::Nothing };
    let written = wanted.filter(|wanted| wanted.code == *of);
    let Some(state) = written.or_else(|| state_of_code(Country::Mexico, of)) else { return Says::Nothing };
    if wanted.is_some_and(|wanted| wanted.code != state.code) {
        return Says::Elsewhere(state);
    }
    let zones: &[chrono_tz::Tz] = match code {
        26_000..=26_299 | 26_400..=26_599 => &[America::Matamoros],
        26_600..=26_699 | 27_600..=27_699 => &[America::Monterrey, America::Matamoros],
        32_000..=32_799 => &[America::Ciudad_Juarez],
        31_800..=31_899 => &[America::Chihuahua, America::Ciudad_Juarez],
        32_880..=32_889 => &[America::Ojinaga],
        32_800..=32_899 => &[America::Chihuahua, America::Ojinaga],
        63_730..=63_739 => &[America::Bahia_Banderas],
        63_720..=63_729 => &[America::Mazatlan, America::Bahia_Banderas],
        65_000..=65_099 => &[America::Monterrey, America::Matamoros],
        87_300..=87_599 | 88_000..=88_999 => &[America::Matamoros],
        _ => return Says::Zones(state, state.zones.first().copied().into_iter().collect()),
    };
    Says::Zones(state, zones.iter().map(|zone| Tz::of(*zone)).collect())
}

#[cfg(test)]
#[path = "postal_tests.rs"]
mod tests;
