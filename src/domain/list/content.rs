//! Which field a column likely holds by what stands in it: for lists without a heading. Nothing of it is used unasked.

use crate::domain::ProfileField::{DealerCode, Email, Name, Phone, State, Timezone};
use crate::domain::zone::{read_address, zones_of_state};
use crate::domain::{address, phone, read_zone};

use super::ListField;
use ListField::{Address, PostalCode, Profile};

/// Whether a text may stand in a field.
type Test = fn(&str) -> bool;

/// The fields of columns by their content: each field once, by the first column that suits.
pub fn guess_by_content(rows: &[Vec<String>]) -> Vec<(usize, ListField)> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let tests: [(ListField, Test); 8] = [
        (Profile(Email), |text| address::check(text).is_ok()),
        (Profile(Timezone), |text| text.contains('/') && read_zone(text).is_ok()),
        (PostalCode, is_postal_code),
        (Profile(Phone), |text| !text.contains(char::is_alphabetic) && !phone::numbers(text).is_empty()),
        (Profile(State), |text| text.len() == 2 && !zones_of_state(text).is_empty()),
        (Address, is_place),
        (Profile(Name), |text| text.contains(' ') && text.contains(char::is_alphabetic)),
        (Profile(DealerCode), |text| !text.contains(' ') && text.contains(|c: char| c.is_ascii_digit())),
    ];
    let mut found: Vec<(usize, ListField)> = Vec::new();
    for (field, suits) in tests {
        let free = |column: &usize| !found.iter().any(|(taken, _)| taken == column);
        let column = (0..columns).filter(free).find(|column| {
            let mut cells = cells(rows, *column).peekable();
            cells.peek().is_some() && cells.all(suits)
        });
        found.extend(column.map(|column| (column, field)));
    }
    found.sort_by_key(|(column, _)| *column);
    found
}

/// Whether a column has an address with its state in it.
pub(super) fn has_address(rows: &[Vec<String>], column: usize) -> bool {
    cells(rows, column).any(is_place)
}

/// Whether most cells of a column are addresses with their state.
pub(super) fn is_address(rows: &[Vec<String>], column: usize) -> bool {
    let (mut all, mut places) = (0_usize, 0_usize);
    for cell in cells(rows, column) {
        all += 1;
        places += usize::from(is_place(cell));
    }
    all > 0 && 2 * places > all
}

fn cells(rows: &[Vec<String>], column: usize) -> impl Iterator<Item = &str> {
    rows.iter().filter_map(move |row| row.get(column)).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
}

/// `12 Elm St, Salem, MA 01970`, `Salem, MA`. A lone state is none, nor is a name that ends in one.
pub(super) fn is_place(text: &str) -> bool {
    text.contains(',') && read_address(text).is_some()
}

/// `01970`, `01970-1234`, `M5V 2T6`.
fn is_postal_code(text: &str) -> bool {
    let shape: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_digit() {
                '9'
            } else if c.is_ascii_alphabetic() {
                'A'
            } else {
                c
            }
        })
        .collect();
    matches!(shape.as_str(), "99999" | "99999-9999" | "A9A 9A9" | "A9A9A9")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_without_a_heading_are_known_by_what_stands_in_them() {
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let rows = [
            row(&["Harbor Ford", "h1", "America/New_York", "h1@example.com", "(201) 555-0101", "MA", "01970"]),
            row(&["Lake Ford", "h2", "America/Chicago", "h2@example.com", "", "IL", "60601"]),
        ];
        let words: Vec<&str> = guess_by_content(&rows).iter().map(|(_, field)| field.as_str()).collect();
        assert_eq!(words, ["name", "dealer_code", "timezone", "email", "phone", "state", "postal_code"]);
        assert_eq!(guess_by_content(&[]), []);
        let rows = [row(&["12 Elm St, Salem, MA 01970", "Harbor Ford"]), row(&["Toledo, OH", "Lake Ford"])];
        let words: Vec<&str> = guess_by_content(&rows).iter().map(|(_, field)| field.as_str()).collect();
        assert_eq!(words, ["address", "name"]);
    }

    fn column(cells: &[&str]) -> Vec<Vec<String>> {
        cells.iter().map(|cell| vec![(*cell).to_owned()]).collect()
    }

    #[test]
    fn a_column_is_known_only_by_cells_that_are_like_its_field_in_every_way() {
        let guessed = |cell: &str| guess_by_content(&column(&[cell])).first().map(|(_, field)| field.as_str());
        for (cell, expected) in [
            ("Ford", None),
            ("Eastern", None),
            ("h/1", Some("dealer_code")),
            ("12", Some("dealer_code")),
            ("h1", Some("dealer_code")),
            ("12 34", None),
            ("Harbor Ford 2", Some("name")),
            ("555-0100", Some("phone")),
        ] {
            assert_eq!(guessed(cell), expected, "{cell}");
        }
    }

    #[test]
    fn an_address_has_a_comma_and_its_state_and_most_cells_make_the_column() {
        assert!(is_place("12 Elm St, Salem, MA 01970") && is_place("Salem, MA"));
        assert!(!is_place("Salem MA") && !is_place("Lake, Honda") && !is_place("MA"));
        for (cells, some, most) in [
            (&["Salem, MA", "Toledo, OH", "closed"][..], true, true),
            (&["Salem, MA", "closed", ""], true, false),
            (&["Salem, MA", "closed", "closed"], true, false),
            (&["Salem, MA", ""], true, true),
            (&["closed"], false, false),
            (&["", " "], false, false),
        ] {
            let rows = column(cells);
            assert_eq!((has_address(&rows, 0), is_address(&rows, 0)), (some, most), "{cells:?}");
            assert!(!is_address(&rows, 1), "there is no such column");
        }
    }
}
