//! Which column of a list fills which field: said, named, or guessed.

use crate::domain::ProfileField;
use crate::domain::text::clean;

use super::{Guess, ListField, Mapping, MappingError, guess};

/// Why a column fills a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Somebody said so.
    Said,
    /// It has the name of the field.
    Named,
    /// Its name is another program's for it.
    Guessed,
    /// It may be; it is not used before somebody says so.
    Offered,
}

impl Origin {
    /// Its word in JSON.
    pub const fn word(self) -> &'static str {
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
    /// The field.
    pub field: ListField,
    /// The places of its columns, from 0; of several the first that is filled counts.
    pub columns: Vec<usize>,
    /// Why.
    pub origin: Origin,
}

/// The columns of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// Their names, as they stand.
    pub headings: Vec<String>,
    /// The fields that are filled, and those that are only offered.
    pub assigned: Vec<Assigned>,
}

impl Columns {
    /// Assigns the columns of a heading. Without one (`headings` empty) only numbers count.
    ///
    /// # Errors
    /// When a column that was named is not there.
    pub fn assign(headings: Vec<String>, mapping: &Mapping) -> Result<Self, MappingError> {
        let said = mapping.places(&headings)?;
        let taken = |place: usize| said.iter().any(|(_, places)| places.contains(&place));
        let is_said = |field: ListField| said.iter().any(|(known, _)| *known == field);
        let mut guesses: Vec<(usize, Guess)> = Vec::new();
        for (place, heading) in headings.iter().enumerate().filter(|(place, _)| !taken(*place)) {
            guesses.extend(guess(heading).filter(|guess| !is_said(guess.field)).map(|guess| (place, guess)));
        }
        name_of_person(&headings, &mut guesses);
        own_form(&headings, &mut guesses);
        let mut assigned: Vec<Assigned> = said
            .iter()
            .map(|(field, columns)| Assigned { field: *field, columns: columns.clone(), origin: Origin::Said })
            .collect();
        for field in ListField::all() {
            assigned.extend(nearest(field, &guesses));
        }
        Ok(Self { headings, assigned })
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

    /// How a column is named on the command line: by its heading, and where that is not enough by its number.
    pub fn name_of(&self, place: usize) -> String {
        let heading = self.headings.get(place).map(|heading| heading.trim()).unwrap_or_default();
        let same = self.headings.iter().filter(|other| other.trim().eq_ignore_ascii_case(heading)).count();
        if heading.is_empty() || same > 1 { (place + 1).to_string() } else { heading.to_owned() }
    }
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
        *guess = Guess { field: ListField::Profile(ProfileField::Contact), certain: true, distance: 1 };
    }
}

/// In a list that this program wrote, `owner` is who of us looks after the dealership.
fn own_form(headings: &[String], guesses: &mut [(usize, Guess)]) {
    let is = |place: usize, field: ProfileField| headings.get(place).is_some_and(|heading| heading == field.word());
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

    fn columns(headings: &[&str], pairs: &[&str]) -> Columns {
        let mapping = Mapping::parse(&pairs.iter().map(|pair| (*pair).to_owned()).collect::<Vec<_>>()).unwrap();
        Columns::assign(headings.iter().map(|heading| (*heading).to_owned()).collect(), &mapping).unwrap()
    }

    fn told(columns: &Columns) -> Vec<(&'static str, Vec<usize>, &'static str)> {
        let one = |assigned: &Assigned| (assigned.field.word(), assigned.columns.clone(), assigned.origin.word());
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
        assert_eq!(said.missing().iter().map(|field| field.word()).collect::<Vec<_>>(), ["timezone"]);
    }

    #[test]
    fn in_an_address_book_the_name_is_the_persons() {
        let book = columns(&["Name", "Given Name", "Organization 1 - Name", "E-mail 1 - Value"], &[]);
        let contact = book.of(ListField::Profile(ProfileField::Contact)).unwrap();
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
        assert!(columns(&["name", "dealer_code", "owner"], &[]).of(owner).is_some(), "it was written here");
        assert!(columns(&["Dealership", "Owner"], &["Owner=owner"]).of(owner).is_some());
    }
}
