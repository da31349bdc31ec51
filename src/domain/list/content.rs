//! Which field a column likely holds by what stands in it: for lists without a heading. Nothing of it is used unasked.

use crate::domain::ProfileField::{DealerCode, Email, Name, Phone, State, Timezone};
use crate::domain::zone::zones_of_state;
use crate::domain::{address, phone, read_zone};

use super::ListField;
use ListField::{PostalCode, Profile};

/// Whether a text may stand in a field.
type Test = fn(&str) -> bool;

/// The fields of columns by their content: each field once, by the first column that suits.
pub fn guess_by_content(rows: &[Vec<String>]) -> Vec<(usize, ListField)> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let tests: [(ListField, Test); 7] = [
        (Profile(Email), |text| address::check(text).is_ok()),
        (Profile(Timezone), |text| text.contains('/') && read_zone(text).is_ok()),
        (PostalCode, is_postal_code),
        (Profile(Phone), |text| !text.contains(char::is_alphabetic) && !phone::numbers(text).is_empty()),
        (Profile(State), |text| text.len() == 2 && !zones_of_state(text).is_empty()),
        (Profile(Name), |text| text.contains(' ') && text.contains(char::is_alphabetic)),
        (Profile(DealerCode), |text| !text.contains(' ') && text.contains(|c: char| c.is_ascii_digit())),
    ];
    let mut found: Vec<(usize, ListField)> = Vec::new();
    for (field, suits) in tests {
        let free = |column: &usize| !found.iter().any(|(taken, _)| taken == column);
        let column = (0..columns).filter(free).find(|column| {
            let mut cells = rows.iter().filter_map(|row| row.get(*column)).filter(|cell| !cell.is_empty()).peekable();
            cells.peek().is_some() && cells.all(|cell| suits(cell))
        });
        found.extend(column.map(|column| (column, field)));
    }
    found.sort_by_key(|(column, _)| *column);
    found
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
        let words: Vec<&str> = guess_by_content(&rows).iter().map(|(_, field)| field.word()).collect();
        assert_eq!(words, ["name", "dealer_code", "timezone", "email", "phone", "state", "postal_code"]);
        assert_eq!(guess_by_content(&[]), []);
    }
}
