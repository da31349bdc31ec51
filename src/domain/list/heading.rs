//! Finding the heading: titles, comments and rows of separators may stand above it, and some lists have none.

use std::collections::BTreeSet;

use super::{ListField, Mapping, guess};
use crate::domain::ProfileField;

/// Among how many rows the heading is looked for.
pub const HEADING_ROWS: usize = 20;

/// How many fields a row must name to be a heading.
const FEWEST: usize = 2;

/// The row among the first ones that names most fields; of several the first.
pub fn find_heading(rows: &[Vec<String>], mapping: &Mapping) -> Option<usize> {
    best(rows, mapping).map(|(row, _)| row)
}

/// How well the heading among the first rows suits: how many fields it names, those counted twice that are certain.
pub fn heading_score(rows: &[Vec<String>], mapping: &Mapping) -> usize {
    best(rows, mapping).map_or(0, |(_, score)| score)
}

fn best(rows: &[Vec<String>], mapping: &Mapping) -> Option<(usize, usize)> {
    let scored = rows.iter().take(HEADING_ROWS).enumerate();
    let scored = scored.filter_map(|(row, cells)| Some((row, score(cells, mapping)?)));
    // The first of the best: `max_by_key` takes the last.
    scored.reduce(|best, other| if other.1 > best.1 { other } else { best })
}

fn score(cells: &[String], mapping: &Mapping) -> Option<usize> {
    let mut fields: BTreeSet<ListField> = BTreeSet::new();
    let mut certain = 0;
    for guess in cells.iter().filter_map(|cell| guess(cell)) {
        if fields.insert(guess.field) && guess.certain {
            certain += 1;
        }
    }
    let said = mapping.found_in(cells);
    (fields.len() + said >= FEWEST || is_keyed(cells, mapping)).then_some(fields.len() + certain + 2 * said)
}

/// Whether a row names the dealerCode for certain beside words that nobody knows, as a list of one new value for each
/// dealership does: `Dealer Code,New E-mail`. The rows of such a list have digits in them, or addresses.
fn is_keyed(cells: &[String], mapping: &Mapping) -> bool {
    let key = ListField::Profile(ProfileField::DealerCode);
    let is_key = |cell: &String| guess(cell).is_some_and(|guess| guess.certain && guess.field == key);
    let is_named = mapping.found_in(cells) > 0 || cells.iter().any(is_key);
    let others = cells.iter().filter(|cell| !cell.trim().is_empty()).count();
    is_named && others >= 2 && !cells.iter().any(|cell| cell.contains(|c: char| c == '@' || c.is_numeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(rows: &[&[&str]], mapping: &Mapping) -> Option<usize> {
        let rows: Vec<Vec<String>> =
            rows.iter().map(|cells| cells.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        find_heading(&rows, mapping)
    }

    fn row(rows: &[&[&str]]) -> Option<usize> {
        find(rows, &Mapping::default())
    }

    #[test]
    fn the_heading_is_found_below_what_stands_above_it() {
        let heading: &[&str] = &["name", "dealer_code", "timezone", "email"];
        let data: &[&str] = &["Harbor Ford", "h1", "America/New_York", "h1@example.com"];
        assert_eq!(row(&[heading, data]), Some(0));
        for above in [&["Dealers Q4", "", "", ""][..], &["# exported"], &["", "", "", ""], &["Generated", "11/28/2026"]]
        {
            assert_eq!(row(&[above, heading, data]), Some(1), "{above:?}");
        }
        assert_eq!(row(&[data, data]), None);
        assert_eq!(row(&[&["Dealer report"], &["Name", "City"], heading]), Some(2), "the one that names most");
        assert_eq!(row(&[&["Name", "City"], data]), Some(0), "two fields are enough");
        assert_eq!(row(&[heading, heading, data]), Some(0), "the first of those that name as many");
        let far = vec![&["x"][..]; HEADING_ROWS];
        assert_eq!(row(&[&far[..], &[heading]].concat()), None);
    }

    #[test]
    fn the_dealer_code_beside_unknown_words_is_a_heading() {
        let data: &[&str] = &["h1", "new@example.com"];
        for heading in [&["Dealer Code", "New E-mail"][..], &["Neue Adresse", "dealer_code"], &["Xtime Code", "x", ""]]
        {
            assert_eq!(row(&[heading, data]), Some(0), "{heading:?}");
            assert_eq!(row(&[&["New addresses"], heading, data]), Some(1), "{heading:?}");
        }
        for other in [
            &["Dealer Code"][..],
            &["Dealer Code", ""],
            &["Dealer Code", "h1@example.com"],
            &["Dealer Code", "xts1234"],
            // These are only offered.
            &["Code", "New value"],
            &["Dealer ID", "New value"],
            &["Harbor Ford", "New value"],
        ] {
            assert_eq!(row(&[other, data]), None, "{other:?}");
        }
        let titled: [&[&str]; 3] = [&["Dealer Code", "and more"], &["Dealer Code", "Name", "City"], data];
        assert_eq!(row(&titled), Some(1), "the one that names most");
    }

    #[test]
    fn columns_that_were_named_make_a_heading_of_their_row() {
        let mapping = Mapping::parse(&["Händler=name".to_owned(), "Kennung=dealer_code".to_owned()]).unwrap();
        let rows: [&[&str]; 2] = [&["Liste"], &["Händler", "Kennung"]];
        assert_eq!(find(&rows, &mapping), Some(1));
    }

    #[test]
    fn a_heading_suits_by_the_fields_it_names_and_better_by_those_that_are_certain_or_said() {
        let said = Mapping::parse(&["Kennung=dealer_code".to_owned()]).unwrap();
        let none = Mapping::default();
        for (cells, mapping, score) in [
            (&["name", "dealer_code", "timezone", "email"][..], &none, 8),
            // An id is only offered.
            (&["Dealer Name", "Dealer ID"], &none, 3),
            // A field counts once.
            (&["name", "email", "E-mail", "Notes"], &none, 4),
            (&["Kennung", "Neuer Wert"], &said, 2),
            (&["Kennung", "name"], &said, 4),
            (&["Notes", "More notes"], &none, 0),
        ] {
            let rows = [cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>()];
            assert_eq!(heading_score(&rows, mapping), score, "{cells:?}");
        }
    }
}
