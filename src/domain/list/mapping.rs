//! Which column holds which field, by the operator's word.

use crate::domain::ProfileField;
use crate::domain::profile::check_text;
use crate::domain::suggest::did_you_mean;
use crate::domain::text::clean;

use super::ListField;

/// Says that no column holds a field, whatever a heading reads.
const NO_COLUMN: &str = "-";

/// What was said of columns, in order. A column may fill several fields; of several the first filled one counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping(Vec<(String, ListField)>);

/// Why what was said does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    #[error("--map needs COLUMN=FIELD, not `{0}`")]
    NoPair(String),
    #[error("{0}")]
    NoField(String),
    #[error("the file has no column `{name}`{near} (columns: {list})")]
    NoColumn {
        name: String,
        /// `; did you mean …?`, or nothing.
        near: String,
        list: String,
    },
}

impl Mapping {
    /// Reads every `column=field`. The field has no `=` in its name, a column may.
    pub fn parse(pairs: &[String]) -> Result<Self, MappingError> {
        let one = |pair: &String| {
            let (column, field) =
                pair.rsplit_once('=').ok_or_else(|| MappingError::NoPair(clean(pair).into_owned()))?;
            Ok((column.trim().to_owned(), ListField::parse(field.trim()).map_err(MappingError::NoField)?))
        };
        pairs.iter().map(one).collect::<Result<_, _>>().map(Self)
    }

    /// What was said here, and what another mapping says of fields that are not said here.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        let said: Vec<ListField> = self.0.iter().map(|(_, field)| *field).collect();
        self.0.extend(other.0.iter().filter(|(_, field)| !said.contains(field)).cloned());
        self
    }

    /// Every column as it was named, with its field.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, ListField)> {
        self.0.iter().map(|(column, field)| (column.as_str(), *field))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every column was named by its number, so that no heading is needed.
    pub fn is_by_number(&self) -> bool {
        let mut named = self.0.iter().filter(|(column, _)| column != NO_COLUMN).peekable();
        named.peek().is_some() && named.all(|(column, _)| number(column).is_some())
    }

    /// Without the columns that were named by a heading.
    #[must_use]
    pub fn by_number_only(mut self) -> Self {
        self.0.retain(|(column, _)| column == NO_COLUMN || number(column).is_some());
        self
    }

    /// How many of the columns that were named are there.
    pub(super) fn found_in(&self, headings: &[String]) -> usize {
        self.0.iter().filter(|(column, _)| !by_name(column, headings).is_empty()).count()
    }

    /// The places of the columns of every field, from 0.
    pub(super) fn places(&self, headings: &[String]) -> Result<Vec<(ListField, Vec<usize>)>, MappingError> {
        let mut all: Vec<(ListField, Vec<usize>)> = Vec::new();
        for (column, field) in &self.0 {
            let places = places_of(column, headings);
            if places.is_empty() && column != NO_COLUMN {
                return Err(no_column(column, headings));
            }
            match all.iter_mut().find(|(known, _)| known == field) {
                Some((_, known)) => {
                    let new: Vec<usize> = places.into_iter().filter(|place| !known.contains(place)).collect();
                    known.extend(new);
                }
                None => all.push((*field, places)),
            }
        }
        Ok(all)
    }
}

/// What a field reads in a whole list.
/// Fails when there is no such field, when it is another one for each dealership, or when it cannot read so.
pub fn fixed_value(field: &str, value: &str) -> Result<(ListField, String), String> {
    let (field, value) = (ListField::parse(field.trim())?, value.trim());
    match field {
        ListField::Profile(ProfileField::Name | ProfileField::DealerCode | ProfileField::Email) => {
            return Err(format!("{} is another one for each dealership", field.as_str()));
        }
        ListField::Profile(field) => field.check(value)?,
        _ => check_text(value, LONGEST_FIXED)?,
    }
    Ok((field, value.to_owned()))
}

/// The most characters of what a whole list reads in a field that is none of the profile.
const LONGEST_FIXED: usize = 200;

/// By its name; else by its number, `7`; else by which of several of its name it is, `2:Phone Number`.
pub(super) fn places_of(column: &str, headings: &[String]) -> Vec<usize> {
    if column == NO_COLUMN {
        return Vec::new();
    }
    let named = by_name(column, headings);
    if !named.is_empty() {
        return named;
    }
    if let Some(place) = number(column) {
        // Without a heading nobody knows how many there are.
        return (headings.is_empty() || place < headings.len()).then_some(place).into_iter().collect();
    }
    let nth = column.split_once(':').and_then(|(nth, name)| Some((number(nth)?, name.trim())));
    nth.and_then(|(nth, name)| by_name(name, headings).get(nth).copied()).into_iter().collect()
}

/// A heading is compared as it is shown: a line break in it is a space.
fn by_name(column: &str, headings: &[String]) -> Vec<usize> {
    let column = clean(column);
    let all = |same: &dyn Fn(&str) -> bool| -> Vec<usize> {
        let places = headings.iter().enumerate().filter(|(_, heading)| same(&clean(heading.trim())));
        places.map(|(place, _)| place).collect()
    };
    let exact = all(&|heading| heading == column);
    if exact.is_empty() { all(&|heading| heading.eq_ignore_ascii_case(&column)) } else { exact }
}

/// A number from 1, as a place from 0.
fn number(text: &str) -> Option<usize> {
    text.parse::<usize>().ok()?.checked_sub(1)
}

fn no_column(column: &str, headings: &[String]) -> MappingError {
    let near = did_you_mean(column, headings.iter().map(String::as_str));
    let list: Vec<String> = headings.iter().map(|heading| format!("`{}`", clean(heading))).collect();
    MappingError::NoColumn { name: clean(column).into_owned(), near, list: list.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ProfileField;

    fn mapping(pairs: &[&str]) -> Result<Mapping, MappingError> {
        Mapping::parse(&pairs.iter().map(|pair| (*pair).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_column_is_named_by_its_heading_its_number_or_its_place_among_twins() {
        let headings = ["Name", "Phone", "Code=X", "Phone", "phone", "7"].map(str::to_owned);
        let phone = ListField::Profile(ProfileField::Phone);
        for (column, places) in
            [("Phone", vec![1, 3]), ("4", vec![3]), ("2:Phone", vec![3]), ("PHONE", vec![1, 3, 4]), ("7", vec![5])]
        {
            let found = mapping(&[&format!("{column}=phone")]).unwrap().places(&headings).unwrap();
            assert_eq!(found, [(phone, places)], "{column}");
        }
        let both = mapping(&["4=phone", "Phone=phone"]).unwrap().places(&headings).unwrap();
        assert_eq!(both, [(phone, vec![3, 1])], "a column that was said twice counts once, where it was said first");
        let code = mapping(&["Code=X=dealer_code", "Code=X=email"]).unwrap().places(&headings).unwrap();
        assert_eq!(code.len(), 2, "one column fills two fields");
        for column in ["Phones", "3:Phone", "0", "8"] {
            let error = mapping(&[&format!("{column}=phone")]).unwrap().places(&headings).unwrap_err();
            assert!(error.to_string().contains("columns: `Name`, `Phone`"), "{error}");
        }
        assert!(mapping(&["3=phone"]).unwrap().places(&["Name".to_owned(), "Phone".to_owned()]).is_err());
        assert!(
            mapping(&["Phones=phone"]).unwrap().places(&headings).unwrap_err().to_string().contains("did you mean")
        );
        assert!(mapping(&["a=nmae"]).unwrap_err().to_string().contains("did you mean `name`?"));
        assert!(mapping(&["a"]).unwrap_err().to_string().contains("COLUMN=FIELD"));
    }

    #[test]
    fn what_is_said_here_wins_over_what_was_kept() {
        let kept = mapping(&["Dealer=name", "Code=dealer_code"]).unwrap();
        let both = mapping(&["Store=name"]).unwrap().or(&kept);
        assert_eq!(both, mapping(&["Store=name", "Code=dealer_code"]).unwrap());
        assert!(mapping(&["1=name", "2=email"]).unwrap().is_by_number());
        assert!(mapping(&["1=name", "-=email"]).unwrap().is_by_number());
        assert!(!mapping(&["-=email"]).unwrap().is_by_number());
        assert!(!both.is_by_number() && !Mapping::default().is_by_number());
    }

    #[test]
    fn what_was_said_by_number_holds_without_a_heading() {
        let said = mapping(&["1=name", "Store=city", "-=phone"]).unwrap();
        assert_eq!(said.clone().by_number_only(), mapping(&["1=name", "-=phone"]).unwrap());
        assert!(!said.is_empty());
        assert!(Mapping::default().is_empty() && mapping(&["Store=city"]).unwrap().by_number_only().is_empty());
    }

    #[test]
    fn a_whole_list_reads_the_same_only_in_a_field_that_dealerships_share() {
        for (field, value, words) in [
            ("name", "Harbor Ford", "name is another one for each dealership"),
            ("dealer_code", "hb1", "dealer_code is another one for each dealership"),
            ("email", "ana@example.com", "email is another one for each dealership"),
            ("timezone", "Eastrn", "is not a time zone"),
            ("phone", "555-010O", "has the letter O"),
            ("country", "U\nS", "has a line break"),
            ("nmae", "x", "there is no field"),
        ] {
            let why = fixed_value(field, value).unwrap_err();
            assert!(why.contains(words), "{field}: {why}");
        }
        for (field, value) in [("timezone", "Eastern"), ("country", "US"), ("phone", "(201) 555-0100")] {
            let fixed = fixed_value(field, &format!(" {value} ")).unwrap();
            assert_eq!((fixed.0.as_str(), fixed.1.as_str()), (field, value));
        }
    }
}
