//! Values of lists as people and programs leave them: what is read, what is told, what is refused.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod cli_support;

use cli_support::Desk;
use rust_xlsxwriter::{Format, Workbook};
use serde_json::Value;

const HEADING: &str = "name,dealer_code,timezone,email,phone\n";

fn row(code: &str, phone: &str) -> String {
    format!("Harbor {code},{code},America/New_York,{code}@example.com,\"{phone}\"\n")
}

fn phone(desk: &Desk, code: &str) -> Value {
    desk.run(&["show", code, "--json"]).ends(0).json()["contact"]["phone"].clone()
}

fn reasons(document: &Value) -> String {
    document["refused"].as_array().unwrap().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn phones_that_are_none_are_left_out_and_one_with_a_letter_for_a_digit_is_refused() {
    let desk = Desk::new();
    let rows = [
        row("h1", "0"),
        row("h2", "000-000-0000"),
        row("h3", "1-800-FLOWERS"),
        row("h4", "201-555-010O"),
        row("h5", "12345678901234567890"),
    ];
    desk.write("phones.csv", &format!("{HEADING}{}", rows.concat()));
    let ran = desk.run(&["import", "phones.csv"]).ends(3);
    for words in ["phone: is no phone number and was left out: `0`", "`000-000-0000`", "`12345678901234567890`"] {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
    let all = format!("{}{}", ran.out, ran.err);
    assert!(all.contains("`201-555-010O` has the letter O at character 12, where a digit belongs"), "{all}");
    assert_eq!((phone(&desk, "h1"), phone(&desk, "h5")), (Value::Null, Value::Null));
    assert_eq!(phone(&desk, "h3"), "1-800-FLOWERS");
    desk.run(&["set", "h1", "--phone", "1-8OO-555-0100"]).ends(2).says("the letter O at character 4");
}

#[test]
fn several_numbers_and_several_addresses_of_a_cell_are_kept() {
    let desk = Desk::new();
    let rows = [row("h1", "(201) 555-0100 ::: (201) 555-0101"), row("h2", "(201) 555-0102 or 201.555.0103")].concat();
    let rows = rows.replace("h1@example.com", "h1@example.com ::: ana@example.com");
    desk.write("google.csv", &format!("{HEADING}{rows}"));
    desk.run(&["import", "google.csv"]).ends(0).says("several numbers: all are kept");
    assert_eq!(phone(&desk, "h1"), "(201) 555-0100 / (201) 555-0101");
    assert_eq!(phone(&desk, "h2"), "(201) 555-0102 / 201.555.0103");
    let shown = desk.run(&["show", "h1", "--json"]).json();
    assert_eq!(shown["contact"]["email"], "h1@example.com");
    assert_eq!(shown["further_contacts"][0]["email"], "ana@example.com");
    for (number, code) in [("2015550101", "h1"), ("201-555-0103", "h2")] {
        let found = desk.run(&["list", number, "--json"]).ends(0).json();
        assert_eq!((&found["total"], &found["dealerships"][0]["dealer_code"]), (&1.into(), &code.into()), "{number}");
    }
    // The list as it is comes back unchanged.
    let listed = desk.run(&["list", "--csv"]).ends(0).out;
    desk.run_with(&["import", "-"], &listed).ends(0).prints("0 added, 0 updated, 2 unchanged, 0 refused");
}

#[test]
fn json_lists_of_objects_are_columns() {
    let desk = Desk::new();
    desk.write(
        "crm.json",
        r#"[{"name": "Harbor Ford", "dealer_code": "h1", "timezone": "Eastern", "emails": [{"value": "h1@example.com", "primary": true}],
             "phones": [{"type": "work", "value": "(201) 555-0100"}, {"type": "cell", "value": "(201) 555-0101"}]},
            {"name": "Lake Ford", "dealer_code": "h2", "timezone": "Central", "emails": [{"value": "h2@example.com"}], "phones": []}]"#,
    );
    desk.run(&["import", "crm.json", "--dry-run"]).ends(0).prints("2 added");
    desk.run(&["import", "crm.json", "--map", "phones.value 2=phone"]).ends(0).prints("2 added");
    assert_eq!((phone(&desk, "h1"), phone(&desk, "h2")), ("(201) 555-0101".into(), Value::Null));
}

#[test]
fn of_json_lines_only_the_broken_one_is_refused() {
    let desk = Desk::new();
    let row = |code: &str| {
        format!("{{\"dealer_code\":\"{code}\",\"name\":\"D\",\"email\":\"{code}@example.com\",\"state\":\"MA\"}}\n")
    };
    desk.write("rows.jsonl", &format!("{}{{\"dealer_code\":\"n2\",\"name\":\"B\"\n\n{}", row("n1"), row("n3")));
    let ran = desk.run(&["import", "rows.jsonl"]).ends(3).prints("2 added, 0 updated, 0 unchanged, 1 refused");
    assert!(ran.err.contains("rows.jsonl:2: row: is not JSON: EOF while parsing an object"), "{}", ran.err);
    desk.write("list.json", &format!("[{},", row("n4")));
    desk.run(&["import", "list.json"]).ends(2).says("it looks like JSON, and is not");
}

#[test]
fn a_workbook_is_read_as_it_is_shown_and_a_number_too_long_for_it_is_refused() {
    let desk = Desk::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["name", "dealer_code", "email", "zip", "state"]) {
        sheet.write_string(0, column, name).unwrap();
    }
    let zeros = Format::new().set_num_format("00000");
    for (row, code) in [(1, 42.0), (2, 1_234_567_890_123_450.0)] {
        sheet.write_string(row, 0, "Harbor Ford").unwrap();
        sheet.write_number_with_format(row, 1, code, &zeros).unwrap();
        sheet.write_string(row, 2, "h1@example.com").unwrap();
        sheet.write_number_with_format(row, 3, 1970.0, &zeros).unwrap();
        sheet.write_string(row, 4, "MA").unwrap();
    }
    sheet.write_string(3, 0, "Total").unwrap();
    sheet.write_number(3, 1, 2.0).unwrap();
    std::fs::write(desk.path("dealers.xlsx"), book.save_to_buffer().unwrap()).unwrap();
    let document = desk.run(&["import", "dealers.xlsx", "--json"]).ends(3).json();
    assert_eq!((&document["added"], &document["rows"]), (&1.into(), &2.into()));
    assert!(reasons(&document).contains("a spreadsheet keeps 15 digits of a number"), "{document}");
    assert_eq!(desk.run(&["show", "00042", "--json"]).ends(0).json()["dealer_code"], "00042");
}

#[test]
fn sums_and_notes_are_below_the_list_and_a_name_alone_is_a_row() {
    let desk = Desk::new();
    let rows = row("h1", "");
    for (below, refused, words) in [
        ("Total,6\n", 0, "line 3 is below the list and left out: `Total`, `6`"),
        ("Grand Total,,,6\n6 records\n", 0, "lines 3 to 4 are below the list"),
        ("Generated 11/28/2026\nConfidential\n", 0, "lines 3 to 4 are below the list"),
        ("\nDealer report\nGenerated By: Ana Ruiz\nHarbor Group\n", 0, "lines 4 to 6 are below the list"),
        ("Lake Ford\n", 1, ""),
        ("Lake Ford,,,,\nTotal,6\n", 1, "line 4 is below the list"),
        ("Total,6\nLake Ford\n", 2, ""),
        ("\nLake Ford\n", 1, ""),
    ] {
        desk.write("list.csv", &format!("{HEADING}{rows}{below}"));
        let ran = desk.run(&["import", "list.csv", "--dry-run"]).ends(if refused == 0 { 0 } else { 3 });
        assert!(ran.out.contains(&format!("{refused} refused")), "{below:?} {}\n{}", ran.out, ran.err);
        assert!(ran.err.contains(words), "{below:?} {}", ran.err);
    }
}

#[test]
fn an_address_that_stands_for_none_is_not_invited() {
    let desk = Desk::new();
    desk.write(
        "list.csv",
        &format!("{HEADING}{}{}", row("h1", ""), row("h2", "").replace("h2@example.com", "none@none.example")),
    );
    let document = desk.run(&["import", "list.csv", "--json"]).ends(3).json();
    assert!(reasons(&document).contains("`none@none.example` is an address that stands for none"), "{document}");
    desk.write("known.csv", &format!("{HEADING}{}", row("h1", "").replace("h1@example.com", "noemail@example.com")));
    desk.run(&["import", "known.csv"]).ends(3).prints("1 refused");
    desk.run(&["set", "h1", "--email", "na@na.example"]).ends(2).says("stands for none");
}

#[test]
fn zones_as_hubspot_writes_them_are_read() {
    let desk = Desk::new();
    let rows = [row("h1", ""), row("h2", "")].concat();
    let rows =
        rows.replacen("America/New_York", "us_slash_central", 1).replace("America/New_York", "america_slash_chicago");
    desk.write("list.csv", &format!("{HEADING}{rows}"));
    desk.run(&["import", "list.csv"]).ends(0).prints("2 added");
    assert_eq!(desk.run(&["show", "h2", "--json"]).json()["timezone"], "America/Chicago");
}
