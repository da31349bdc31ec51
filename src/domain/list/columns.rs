//! Which column of a list fills which field: said, named, or guessed.

use std::borrow::Cow;

use crate::domain::ProfileField;
use crate::domain::text::clean;

use super::mapping::places_of;
use super::person::one_person;
use super::{Guess, ListField, Mapping, MappingError, content, guess, guess_by_content};

/// Why a column fills a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Said,
    /// It has the name of the field.
    Named,
    /// Its name is another program's for it.
    Guessed,
    /// It may be; it is not used before somebody says so.
    Offered,
}

impl Origin {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Said => "said",
            Self::Named => "named",
            Self::Guessed => "guessed",
            Self::Offered => "offered",
        }
    }
}

/// A field and the columns that fill it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    pub field: ListField,
    /// The places of its columns, from 0; of several the first that is filled counts.
    pub columns: Vec<usize>,
    pub origin: Origin,
}

/// The columns of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// Their names, as they stand; none where the list has no heading.
    pub headings: Vec<String>,
    /// The fields that are filled, and those that are only offered.
    pub assigned: Vec<Assigned>,
    /// What each column may hold, whatever was said of it.
    guesses: Vec<(usize, Guess)>,
    /// What the cells tell of addresses.
    addresses: AddressColumns,
}

/// The columns whose addresses have a state, so that they tell the time zone (`true`), and those only called addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct AddressColumns(Vec<(usize, bool)>);

impl Columns {
    /// Assigns the columns of a heading.
    pub fn assign(headings: Vec<String>, mapping: &Mapping) -> Result<Self, MappingError> {
        let said = mapping.places(&headings)?;
        let guesses =
            headings.iter().enumerate().filter_map(|(place, heading)| Some((place, guess(heading)?))).collect();
        Ok(Self { headings, guesses, ..Self::default() }.with_said(&said))
    }

    /// Assigns the columns of a list without a heading, by their numbers. What its first rows suggest is only offered.
    pub fn numbered(rows: &[Vec<String>], mapping: &Mapping) -> Result<Self, MappingError> {
        let said = mapping.places(&[])?;
        let offer = |(place, field)| (place, Guess::by_content(field));
        let guesses = guess_by_content(rows).into_iter().map(offer).collect();
        Ok(Self { guesses, ..Self::default() }.with_said(&said))
    }

    /// The same columns when this alone was said of them. A column said for one field is guessed for no other.
    #[must_use]
    pub fn with_said(mut self, said: &[(ListField, Vec<usize>)]) -> Self {
        let taken = |place: usize| said.iter().any(|(_, places)| places.contains(&place));
        let is_said = |field: ListField| said.iter().any(|(known, _)| *known == field);
        let is_free = |(place, guess): &(usize, Guess)| !taken(*place) && !is_said(guess.field);
        // What is said as it would be guessed changes nothing else.
        let is_as_guessed = |(place, guess): &(usize, Guess)| {
            said.iter().any(|(field, at)| *field == guess.field && at.contains(place))
        };
        let mut guesses = self.guesses.clone();
        guesses.retain(|guess| !taken(guess.0) || is_as_guessed(guess));
        name_of_person(&self.headings, &mut guesses);
        own_form(&self.headings, &mut guesses);
        guesses.retain(is_free);
        one_person(said, &mut guesses);
        self.addresses.settle(said, &mut guesses);
        self.assigned = said
            .iter()
            .map(|(field, columns)| Assigned { field: *field, columns: columns.clone(), origin: Origin::Said })
            .collect();
        self.assigned.extend(ListField::all().filter_map(|field| nearest(field, &guesses)));
        self
    }

    /// What was said of the columns.
    pub fn said(&self) -> Vec<(ListField, Vec<usize>)> {
        let said = self.assigned.iter().filter(|assigned| assigned.origin == Origin::Said);
        said.map(|assigned| (assigned.field, assigned.columns.clone())).collect()
    }

    /// The same columns when the cells are known: where nothing else tells the time zone, a column whose cells end in state or
    /// postal code is offered as the address, and one of streets alone is none. `cells` gives some of a column.
    #[must_use]
    pub fn with_cells<'a, I: Iterator<Item = Cow<'a, str>>>(
        mut self,
        first: &[Vec<String>],
        cells: impl Fn(usize) -> I,
    ) -> Self {
        let tells_zone = tells_zone_better().any(|field| self.of(field).is_some());
        let has_state = |place: usize| {
            content::has_address(first, place)
                // A whole list is looked through only where the zones of all its rows depend on it.
                || !tells_zone && cells(place).any(|cell| content::is_place(&cell))
        };
        let named = self.guesses.iter().filter(|(_, guess)| guess.field == ListField::Address).map(|(place, _)| *place);
        let streets = named.filter(|place| !has_state(*place)).map(|place| (place, false));
        let addresses = (0..self.headings.len()).filter(|place| content::is_address(first, *place));
        self.addresses = AddressColumns(streets.chain(addresses.map(|place| (place, true))).collect());
        let said = self.said();
        self.with_said(&said)
    }

    /// The columns of a field that is filled.
    pub fn of(&self, field: ListField) -> Option<&Assigned> {
        let fills = |assigned: &&Assigned| assigned.origin != Origin::Offered && !assigned.columns.is_empty();
        self.assigned.iter().find(|assigned| assigned.field == field && fills(assigned))
    }

    /// What may be a field, and is not used before somebody says so.
    pub fn offers(&self) -> impl Iterator<Item = &Assigned> {
        self.assigned.iter().filter(|assigned| assigned.origin == Origin::Offered)
    }

    /// The fields without which no dealership can be taken in, and that no column fills.
    pub fn missing(&self) -> Vec<ListField> {
        ListField::all().filter(|field| field.is_needed() && self.of(*field).is_none()).collect()
    }

    /// The places of columns with a name that fill nothing.
    pub fn unused(&self) -> impl Iterator<Item = usize> {
        let used = |place: &usize| {
            self.assigned.iter().any(|assigned| assigned.origin != Origin::Offered && assigned.columns.contains(place))
        };
        (0..self.headings.len()).filter(move |place| !used(place) && !self.headings[*place].trim().is_empty())
    }

    /// A column for people: its heading, with its number where others have the same.
    pub fn shown(&self, place: usize) -> String {
        let heading = clean(self.headings.get(place).map(|heading| heading.trim()).unwrap_or_default());
        match self.name_of(place).parse::<usize>() {
            Ok(number) if heading.is_empty() => format!("column {number}"),
            Ok(number) if number == place + 1 => format!("`{heading}` ({number})"),
            _ => format!("`{heading}`"),
        }
    }

    /// How a column is named on the command line and in the settings: by its heading; where that is another's too, by its
    /// number; where that is a heading, by which of its name it is.
    pub fn name_of(&self, place: usize) -> String {
        let heading = clean(self.headings.get(place).map(|heading| heading.trim()).unwrap_or_default()).into_owned();
        let number = (place + 1).to_string();
        let is_plain = |name: &String| !name.is_empty() && places_of(name, &self.headings) == [place];
        if is_plain(&heading) {
            return heading;
        }
        let nth = |nth: usize| format!("{nth}:{heading}");
        let by_turn = || (1..=self.headings.len()).map(nth).find(is_plain);
        if is_plain(&number) { number } else { by_turn().unwrap_or(number) }
    }
}

impl AddressColumns {
    /// Takes out of the guesses what is no address, and offers what is one; where nothing else tells the time zone.
    fn settle(&self, said: &[(ListField, Vec<usize>)], guesses: &mut Vec<(usize, Guess)>) {
        let is_filled = |field: ListField| {
            said.iter().any(|(known, places)| *known == field && !places.is_empty())
                || guesses.iter().any(|(_, guess)| guess.field == field && guess.certain)
        };
        let is_said = said.iter().any(|(field, _)| *field == ListField::Address);
        if is_said || tells_zone_better().any(is_filled) {
            return;
        }
        guesses.retain(|(place, guess)| guess.field != ListField::Address || !self.0.contains(&(*place, false)));
        if guesses.iter().any(|(_, guess)| guess.field == ListField::Address) {
            return;
        }
        let is_used = |place: &usize| {
            said.iter().any(|(_, places)| places.contains(place))
                || guesses.iter().any(|(known, guess)| known == place && guess.certain)
        };
        let free = self.0.iter().find(|(place, has_state)| *has_state && !is_used(place));
        guesses.extend(free.map(|(place, _)| (*place, Guess::by_content(ListField::Address))));
    }
}

/// What tells the time zone better than an address does.
fn tells_zone_better() -> impl Iterator<Item = ListField> {
    ListField::TELLS_ZONE.into_iter().filter(|field| *field != ListField::Address)
}

/// The columns that are nearest to a field; those that are certain before those that are not.
fn nearest(field: ListField, guesses: &[(usize, Guess)]) -> Option<Assigned> {
    let of = |certain: bool| guesses.iter().filter(move |(_, guess)| guess.field == field && guess.certain == certain);
    let some = |certain: bool| {
        let distance = of(certain).map(|(_, guess)| guess.distance).min()?;
        let columns = of(certain).filter(|(_, guess)| guess.distance == distance).map(|(place, _)| *place).collect();
        let origin = match (certain, distance) {
            (false, _) => Origin::Offered,
            (true, 0) => Origin::Named,
            (true, _) => Origin::Guessed,
        };
        Some(Assigned { field, columns, origin })
    };
    some(true).or_else(|| some(false))
}

/// In an address book `Name` is the person's, and the company's stands beside it.
fn name_of_person(headings: &[String], guesses: &mut [(usize, Guess)]) {
    let name = ListField::Profile(ProfileField::Name);
    let company = |guess: &Guess| guess.field == name && guess.distance > 0;
    if !guesses.iter().any(|(_, guess)| company(guess)) {
        return;
    }
    let bare = |place: usize| headings.get(place).is_some_and(|heading| heading.trim().eq_ignore_ascii_case("name"));
    for (_, guess) in guesses.iter_mut().filter(|(place, guess)| guess.field == name && bare(*place)) {
        *guess = Guess { field: ListField::Profile(ProfileField::Contact), certain: true, distance: 1, ..*guess };
    }
}

/// In a list that this program wrote, `owner` is who of us looks after the dealership.
fn own_form(headings: &[String], guesses: &mut [(usize, Guess)]) {
    let is = |place: usize, field: ProfileField| headings.get(place).is_some_and(|heading| heading == field.as_str());
    if !(0..headings.len()).any(|place| is(place, ProfileField::DealerCode)) {
        return;
    }
    for (_, guess) in guesses.iter_mut().filter(|(place, _)| is(*place, ProfileField::Owner)) {
        *guess = Guess { certain: true, distance: 0, ..*guess };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn columns(headings: &[&str], pairs: &[&str]) -> Columns {
        let mapping = Mapping::parse(&pairs.iter().map(|pair| (*pair).to_owned()).collect::<Vec<_>>()).unwrap();
        Columns::assign(headings.iter().map(|heading| (*heading).to_owned()).collect(), &mapping).unwrap()
    }

    pub(super) fn told(columns: &Columns) -> Vec<(&'static str, Vec<usize>, &'static str)> {
        let one = |assigned: &Assigned| (assigned.field.as_str(), assigned.columns.clone(), assigned.origin.as_str());
        columns.assigned.iter().map(one).collect()
    }

    #[test]
    fn said_before_named_before_guessed_and_an_id_is_offered() {
        let headings = ["Dealer Name", "Dealer ID", "email", "Mail Address", "Phone", "Phone", "Notes"];
        assert_eq!(
            told(&columns(&headings, &[])),
            [
                ("name", vec![0], "guessed"),
                ("dealer_code", vec![1], "offered"),
                ("email", vec![2], "named"),
                ("phone", vec![4, 5], "named"),
            ]
        );
        let said = columns(&headings, &["Dealer ID=dealer_code", "Mail Address=email", "6=phone"]);
        let of = |word: &str| told(&said).into_iter().find(|(field, ..)| *field == word).unwrap();
        assert_eq!(of("dealer_code"), ("dealer_code", vec![1], "said"));
        assert_eq!(of("email"), ("email", vec![3], "said"));
        assert_eq!(of("phone"), ("phone", vec![5], "said"));
        assert_eq!(said.unused().map(|place| said.name_of(place)).collect::<Vec<_>>(), ["email", "5", "Notes"]);
        assert_eq!(said.missing().iter().map(|field| field.as_str()).collect::<Vec<_>>(), ["timezone"]);
    }

    #[test]
    fn what_is_said_as_it_would_be_guessed_changes_nothing_else() {
        let headings = ["Name", "Company", "Code", "State", "Email"];
        let guessed = columns(&headings, &["Code=dealer_code"]);
        let said = columns(&headings, &["Code=dealer_code", "Company=name"]);
        let of = |columns: &Columns, field| columns.of(ListField::Profile(field)).map(|known| known.columns.clone());
        for field in [ProfileField::Contact, ProfileField::Name, ProfileField::Email] {
            assert_eq!(of(&guessed, field), of(&said, field), "{field:?}");
        }
        let group = columns(&headings, &["Code=dealer_code", "Company=group"]);
        assert_eq!(of(&group, ProfileField::Name), Some(vec![0]), "there is no other");
    }

    #[test]
    fn in_an_address_book_the_name_is_the_persons() {
        let book = columns(&["Name", "Given Name", "Organization 1 - Name", "E-mail 1 - Value"], &[]);
        let contact = book.of(ListField::Profile(ProfileField::Contact)).unwrap();
        assert_eq!(contact.origin, Origin::Guessed);
        let plain = columns(&["Name", "Company", "contact_name"], &[]);
        let contact_name = plain.of(ListField::Profile(ProfileField::Contact)).unwrap();
        assert_eq!(contact_name.columns, [2], "a column of that name is nearer");
        assert_eq!(
            (contact.columns.as_slice(), book.of(ListField::Profile(ProfileField::Name)).unwrap().columns[0]),
            (&[0][..], 2)
        );
    }

    #[test]
    fn who_owns_the_dealership_is_not_who_of_us_looks_after_it() {
        let owner = ListField::Profile(ProfileField::Owner);
        let foreign = columns(&["Dealership", "Dealer Code", "Owner"], &[]);
        assert!(foreign.of(owner).is_none() && foreign.offers().any(|offer| offer.field == owner));
        let own = columns(&["name", "dealer_code", "owner"], &[]);
        assert_eq!(own.of(owner).map(|owner| owner.origin), Some(Origin::Named), "it was written here");
        assert!(columns(&["Dealership", "Owner"], &["Owner=owner"]).of(owner).is_some());
    }
}

#[cfg(test)]
#[path = "columns_cells_tests.rs"]
mod cells_tests;
