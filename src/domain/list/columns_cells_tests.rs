//! Columns by their cells and by their numbers, and what they are called.

use super::tests::{columns, told};
use super::*;

fn rows(of: &[&[&str]]) -> Vec<Vec<String>> {
    of.iter().map(|cells| cells.iter().map(|cell| (*cell).to_owned()).collect()).collect()
}

/// The columns of a list whose last column has these cells, the first of them among the first rows.
fn with_last(headings: &[&str], pairs: &[&str], first: &str, later: &'static str) -> Columns {
    let mut row = vec!["x"; headings.len()];
    *row.last_mut().unwrap() = first;
    let last = headings.len() - 1;
    let cells = |place: usize| std::iter::once(Cow::Borrowed(if place == last { later } else { "x" }));
    columns(headings, pairs).with_cells(&rows(&[&row]), cells)
}

/// Where the address is: `used`, `offered` or `none`.
fn address(columns: &Columns) -> &'static str {
    let is_offered = columns.offers().any(|offer| offer.field == ListField::Address);
    match (columns.of(ListField::Address).is_some(), is_offered) {
        (true, false) => "used",
        (false, true) => "offered",
        (false, false) => "none",
        (true, true) => panic!("{columns:?}"),
    }
}

#[test]
fn a_column_of_streets_alone_is_no_address_unless_something_else_tells_the_zone() {
    let headings = ["Dealer Name", "Email", "Kennung", "Address"];
    let code = "Kennung=dealer_code";
    for (pairs, first, later, expected) in [
        (&[code][..], "12 Elm St", "14 Elm St", "none"),
        (&[], "12 Elm St", "14 Elm St", "none"),
        // One address with its state is enough, wherever it stands.
        (&[code], "12 Elm St", "14 Elm St, Salem, MA", "used"),
        (&[code], "12 Elm St, Salem, MA", "14 Elm St", "used"),
        (&[code, "Address=address"], "12 Elm St", "14 Elm St", "used"),
        (&[code, "-=timezone"], "12 Elm St", "14 Elm St", "none"),
        (&["Kennung=timezone"], "12 Elm St", "14 Elm St", "used"),
        (&["Kennung=state"], "12 Elm St", "14 Elm St", "used"),
    ] {
        let found = with_last(&headings, pairs, first, later);
        assert_eq!(address(&found), expected, "{pairs:?} {first} {later}");
        assert!(found.of(ListField::Profile(ProfileField::Email)).is_some(), "the others stay");
    }
    for zone in ["timezone", "State", "Zip"] {
        let found = with_last(&["Dealer Name", zone, "Address"], &[], "12 Elm St", "14 Elm St");
        assert_eq!(address(&found), "used", "{zone}");
    }
}

#[test]
fn a_list_is_looked_through_only_where_the_zones_depend_on_its_addresses() {
    let unread = |_| -> std::iter::Empty<Cow<'static, str>> { panic!("its zones are told by another column") };
    let first = rows(&[&["Harbor Ford", "Eastern", "12 Elm St"]]);
    let found = columns(&["Dealer Name", "timezone", "Address"], &[]).with_cells(&first, unread);
    assert_eq!(address(&found), "used");
}

#[test]
fn a_column_of_addresses_is_offered_as_the_address_where_it_is_free_and_needed() {
    for (headings, pairs, expected) in [
        (&["Dealer Name", "Email", "Where"][..], &[][..], "offered"),
        (&["Dealer Name", "Email", "Where"], &["Email=email"], "offered"),
        (&["Dealer Name", "Email", "Where"], &["Where=city"], "none"),
        (&["Dealer Name", "Email", "City"], &[], "none"),
        (&["Dealer Name", "timezone", "Where"], &[], "none"),
        (&["Dealer Name", "Email", "Where"], &["Email=address"], "used"),
    ] {
        let found = with_last(headings, pairs, "Salem, MA", "Toledo, OH");
        assert_eq!(address(&found), expected, "{headings:?} {pairs:?}");
    }
}

#[test]
fn without_a_heading_what_the_rows_suggest_is_only_offered_beside_what_was_said() {
    let rows = rows(&[&["Harbor Ford", "h1", "h1@example.com"], &["Lake Ford", "h2", "h2@example.com"]]);
    let mapping = Mapping::parse(&["2=dealer_code".to_owned()]).unwrap();
    let found = Columns::numbered(&rows, &mapping).unwrap();
    assert_eq!(
        told(&found),
        [("dealer_code", vec![1], "said"), ("name", vec![0], "offered"), ("email", vec![2], "offered")]
    );
    assert_eq!(found.said(), [(ListField::Profile(ProfileField::DealerCode), vec![1])]);
    assert_eq!(Columns::numbered(&rows, &Mapping::default()).unwrap().said(), []);
    assert!(Columns::numbered(&rows, &Mapping::parse(&["Name=name".to_owned()]).unwrap()).is_err());
}

#[test]
fn a_column_is_shown_by_its_heading_and_by_its_number_where_others_have_the_same() {
    let columns = columns(&["7", "Phone", "Phone", "", " Notes "], &[]);
    let shown: Vec<String> = (0..6).map(|place| columns.shown(place)).collect();
    assert_eq!(shown, ["`7`", "`Phone` (2)", "`Phone` (3)", "column 4", "`Notes`", "column 6"]);
}
