//! The time zone of a row: as it is written, else by its place, else what holds for the whole list.

use crate::domain::text::clean;
use crate::domain::zone::{Place, PlacePart, ZoneOfPlace, read_zone_at, zone_contradiction, zone_of_place};
use crate::domain::{Profile, ProfileEdit, ProfileField, ProfilePatch, Timestamp};
use crate::timezone::Tz;

/// What a row and its list say of where a dealership is, besides its city and state.
#[derive(Debug, Clone, Copy, Default)]
pub struct ZoneSources<'a> {
    /// The postal code, as it is written.
    pub postal_code: &'a str,
    pub country: &'a str,
    /// The zone of the whole list.
    pub fixed: Option<&'a str>,
    pub now: Timestamp,
}

impl ZoneSources<'_> {
    /// Settles the zone of a row; `known` is its dealership, which keeps its own where the row writes none. `Ok`: how it was
    /// found, and what contradicts it. `Err`: why a new dealership has none.
    pub fn settle(&self, row: &mut ProfilePatch, known: Option<&Profile>) -> Result<Vec<String>, String> {
        let Self { postal_code, country, .. } = *self;
        let place = Place {
            city: row.text_of(ProfileField::City),
            state: match row.text_of(ProfileField::State) {
                "" => known.map_or("", |known| known.text_of(ProfileField::State)),
                state => state,
            },
            postal_code,
            country,
        };
        let written = row.edits.iter().position(|edit| edit.field == ProfileField::Timezone && !edit.text.is_empty());
        let remarks = match (written, known) {
            (Some(at), _) => {
                let text = row.edits.get(at).map_or("", |edit| edit.text.as_str());
                let (zone, remarks) = self.written(text, &place);
                if let (Some(zone), Some(edit)) = (zone, row.edits.get_mut(at)) {
                    zone.name().clone_into(&mut edit.text);
                }
                remarks
            }
            (None, Some(known)) => self.of_known(known, &place),
            (None, None) => {
                let (text, remarks) = self.concluded(&place)?;
                row.defaults.push(ProfileEdit { field: ProfileField::Timezone, text });
                remarks
            }
        };
        Ok(remarks)
    }

    /// A zone that is written is taken, by the name that it has.
    fn written(&self, text: &str, place: &Place<'_>) -> (Option<Tz>, Vec<String>) {
        let Ok(zone) = read_zone_at(text, place) else { return (None, Vec::new()) };
        let read = (zone.name() != text).then(|| format!("`{}` was read as {}", clean(text), zone.name()));
        (Some(zone), told(read.into_iter().chain(zone_contradiction(zone, place, self.now))))
    }

    fn of_known(&self, known: &Profile, place: &Place<'_>) -> Vec<String> {
        let moves = place.state != known.text_of(ProfileField::State);
        let contradiction = moves.then(|| zone_contradiction(known.timezone, place, self.now)).flatten();
        let stays =
            contradiction.map(|why| format!("the dealership moves and keeps its zone, but {why}: write the new one"));
        let fixed = self.fixed.and_then(|text| read_zone_at(text, place).ok());
        let ignored = fixed.filter(|zone| *zone != known.timezone);
        let ignored =
            ignored.map(|_| "a known dealership keeps its own: a zone for the whole list is for new ones".to_owned());
        told(stays.into_iter().chain(ignored))
    }

    /// What is concluded for a row that writes none. A zone for the whole list was written with no row in mind, so it is
    /// none of a row whose place contradicts it.
    fn concluded(&self, place: &Place<'_>) -> Result<(String, Vec<String>), String> {
        match (zone_of_place(place), self.fixed) {
            (ZoneOfPlace::Decided { zone, by }, _) => {
                let assumed = if by == PlacePart::PostalCode && is_bare(place) {
                    ", as one of the United States: no state or country is written"
                } else {
                    ""
                };
                Ok((zone.name().to_owned(), told([format!("taken from the {}{assumed}", by.as_str())])))
            }
            (_, Some(fixed)) => {
                let zone = read_zone_at(fixed, place)?;
                let from = format!("{}, by `{}` for the whole list", zone.name(), clean(fixed));
                match zone_contradiction(zone, place, self.now) {
                    Some(why) => Err(format!("{from}, is none of this row: {why}")),
                    None => Ok((zone.name().to_owned(), told([from]))),
                }
            }
            (undecided, None) => Err(undecided.to_string()),
        }
    }
}

/// Whether a postal code of digits alone says where a place is: other countries have such codes too.
fn is_bare(place: &Place<'_>) -> bool {
    let is_empty = |text: &str| text.trim().is_empty();
    is_empty(place.state)
        && is_empty(place.country)
        && place.postal_code.trim().starts_with(|c: char| c.is_ascii_digit())
}

fn told(remarks: impl IntoIterator<Item = String>) -> Vec<String> {
    remarks.into_iter().map(|words| format!("{}: {words}", ProfileField::Timezone.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProfileField::{City, Contact, DealerCode, Email, Name, State, Timezone};

    fn patch(of: &[(ProfileField, &str)]) -> ProfilePatch {
        let edit = |(field, text): &(ProfileField, &str)| ProfileEdit { field: *field, text: (*text).to_owned() };
        ProfilePatch { edits: of.iter().map(edit).collect(), defaults: Vec::new() }
    }

    fn known(state: &str, zone: &str) -> Profile {
        let of = [(Name, "Harbor"), (DealerCode, "h1"), (Email, "h1@example.com"), (Contact, "Ana")];
        patch(&[&of[..], &[(State, state), (Timezone, zone)]].concat()).new_profile().unwrap()
    }

    fn settle(
        sources: &ZoneSources<'_>,
        of: &[(ProfileField, &str)],
        known: Option<&Profile>,
    ) -> (String, Result<Vec<String>, String>) {
        let mut row = patch(of);
        let now = "2026-11-28T12:00:00Z".parse().unwrap();
        let settled = ZoneSources { now, ..*sources }.settle(&mut row, known);
        (row.text_of(Timezone).to_owned(), settled)
    }

    #[test]
    fn a_dealership_that_moves_keeps_its_zone_and_it_is_told() {
        let salem = known("MA", "America/New_York");
        let (zone, settled) = settle(&ZoneSources::default(), &[(State, "AZ")], Some(&salem));
        assert_eq!(zone, "");
        assert_eq!(
            settled.unwrap(),
            [
                "timezone: the dealership moves and keeps its zone, but America/New_York is no zone of AZ (America/Phoenix, \
              America/Denver): write the new one"
            ]
        );
        for of in [&[(State, "VT")][..], &[(City, "Lynn")], &[(State, "Massachusetts")]] {
            assert_eq!(settle(&ZoneSources::default(), of, Some(&salem)).1, Ok(Vec::new()), "{of:?}");
        }
    }

    #[test]
    fn a_written_zone_is_read_by_the_place_and_compared_with_it() {
        let (zone, settled) = settle(&ZoneSources::default(), &[(State, "AZ"), (Timezone, "MST")], None);
        assert_eq!(
            (zone.as_str(), settled.unwrap()[0].as_str()),
            ("America/Phoenix", "timezone: `MST` was read as America/Phoenix")
        );
        let mesa = known("AZ", "America/Phoenix");
        assert_eq!(settle(&ZoneSources::default(), &[(Timezone, "Mountain")], Some(&mesa)).0, "America/Phoenix");
        let miami = ZoneSources { postal_code: "90210", ..ZoneSources::default() };
        let (zone, settled) = settle(&miami, &[(State, "FL"), (Timezone, "Eastern")], None);
        assert_eq!(zone, "America/New_York");
        assert_eq!(settled.unwrap()[1], "timezone: the postal code is of California, not of Florida");
        let pensacola = ZoneSources { postal_code: "32501", ..ZoneSources::default() };
        let (_, settled) = settle(&pensacola, &[(State, "FL"), (Timezone, "America/New_York")], None);
        assert_eq!(settled.unwrap(), ["timezone: America/New_York is not that of the postal code (America/Chicago)"]);
    }

    #[test]
    fn a_postal_code_alone_is_told_to_be_taken_for_one_of_the_united_states() {
        let of = |postal_code, country, state: &str| {
            let sources = ZoneSources { postal_code, country, ..ZoneSources::default() };
            let (zone, settled) = settle(&sources, &[(City, "Tijuana"), (State, state)], None);
            (zone, settled.unwrap().join("; "))
        };
        let remark =
            "timezone: taken from the postal code, as one of the United States: no state or country is written";
        assert_eq!(of("22000", "", ""), ("America/New_York".to_owned(), remark.to_owned()));
        let plain = "timezone: taken from the postal code".to_owned();
        assert_eq!(of("22000", "MX", ""), ("America/Tijuana".to_owned(), plain.clone()));
        assert_eq!(of("22000", "USA", ""), ("America/New_York".to_owned(), plain.clone()));
        assert_eq!(of("V1C 1A1", "", ""), ("America/Edmonton".to_owned(), plain.clone()));
        assert_eq!(of("79901", "", "TX"), ("America/Denver".to_owned(), plain));
    }

    #[test]
    fn what_holds_for_the_whole_list_is_told_and_refused_where_the_place_contradicts_it() {
        let fixed = ZoneSources { fixed: Some("Central"), ..ZoneSources::default() };
        let (zone, settled) = settle(&fixed, &[(City, "Salem")], None);
        assert_eq!(
            (zone.as_str(), settled.unwrap().as_slice()),
            ("America/Chicago", &["timezone: America/Chicago, by `Central` for the whole list".to_owned()][..])
        );
        let refused = |sources: &ZoneSources<'_>, state: &str, why: &str| {
            let (zone, settled) = settle(sources, &[(State, state)], None);
            let missing = format!("America/Chicago, by `Central` for the whole list, is none of this row: {why}");
            assert_eq!((zone.as_str(), settled), ("", Err(missing)));
        };
        refused(&fixed, "OR", "America/Chicago is no zone of OR (America/Los_Angeles, America/Boise)");
        let salem = ZoneSources { postal_code: "90210", ..fixed };
        refused(&salem, "MA", "America/Chicago is no zone of MA (America/New_York)");
        refused(&salem, "FL", "the postal code is of California, not of Florida");
        // What the place itself says comes first.
        let (zone, settled) = settle(&fixed, &[(State, "MA")], None);
        assert_eq!((zone.as_str(), settled.err()), ("America/New_York", None));
        let (_, settled) = settle(&fixed, &[(Name, "Harbor")], Some(&known("MA", "America/New_York")));
        assert_eq!(
            settled.unwrap(),
            ["timezone: a known dealership keeps its own: a zone for the whole list is for new ones"]
        );
        let (_, settled) = settle(&ZoneSources::default(), &[(State, "OR")], None);
        assert!(settled.unwrap_err().contains("several time zones"));
    }
}
