//! Files as people and programs write them, read and planned at a desk that knows nobody.

use super::*;
use crate::cli::import::plan::{ImportPlan, PlanContext};
use crate::cli::import::problem::RowProblem;
use crate::domain::Profile;

const HEADING: &str = "name,dealer_code,timezone,email\n";

/// A row that was taken.
#[derive(Debug)]
struct Row {
    line: u64,
    place: u64,
    profile: Profile,
}

/// A row that was refused, with its first reason.
#[derive(Debug, PartialEq)]
struct Refused {
    line: u64,
    row: u64,
    problem: RowProblem,
}

#[derive(Debug)]
struct Sheet {
    rows: Vec<Row>,
    refused: Vec<Refused>,
    ignored: Vec<String>,
    remarks: Remarks,
}

/// Reads bytes as the command does.
fn read(bytes: &[u8], mapping: &Mapping) -> Result<Sheet, String> {
    let options = ImportOptions { mapping: mapping.clone(), ..ImportOptions::default() };
    let mut list = super::read(bytes.to_vec(), &options).map_err(|why| format!("{why:?}"))?;
    let plan = ImportPlan::of(&mut list, &PlanContext { states: &[], options: &options, choice: &|_| None });
    let row = |row: &crate::cli::import::plan::PlannedRow| Row {
        line: row.line,
        place: row.row,
        profile: row.incoming.profile.new_profile().unwrap(),
    };
    let refused = |refused: crate::cli::import::plan::Refused| Refused {
        line: refused.line,
        row: refused.row,
        problem: refused.problems[0].clone(),
    };
    Ok(Sheet {
        rows: plan.rows.iter().map(row).collect(),
        refused: plan.refused.into_iter().map(refused).collect(),
        ignored: list.columns.unused().map(|place| list.columns.headings[place].clone()).collect(),
        remarks: list.remarks,
    })
}

fn sheet(text: &str) -> Sheet {
    read(text.as_bytes(), &Mapping::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn refusals(sheet: &Sheet) -> Vec<(u64, u64, &'static str)> {
    sheet.refused.iter().map(|refused| (refused.line, refused.row, refused.problem.field)).collect()
}

#[test]
fn a_mark_at_the_start_line_ends_of_windows_and_quotes() {
    let sheet = sheet(concat!(
        "\u{feff}Name,Dealer Code,group,Time-Zone,E-mail,note\r\n",
        "\"Núñez \"\"North\"\", Inc.\",xts1,Harbor,America/Denver,a@example.com,x\r\n",
        "\r\n",
        "B,xts2,,America/Denver,b@example.com,\r\n",
    ));
    assert_eq!(sheet.refused, []);
    let names: Vec<&str> = sheet.rows.iter().map(|row| row.profile.name.raw()).collect();
    assert_eq!(names, ["Núñez \"North\", Inc.", "B"]);
    assert_eq!((sheet.rows[1].line, sheet.rows[1].place), (4, 3));
    assert_eq!(sheet.ignored, ["note"]);
}

#[test]
fn the_line_is_where_the_row_begins_even_after_a_line_end_inside_quotes() {
    let sheet = sheet(&format!(
        "{HEADING}A,xts1,America/Denver,\"a\r\nBcc: all@example.com\"\nB,xts2,America/Denver,\nC,xts3\nD,xts4,America/Denver,d@example.com,more\nE,xts5,America/Denver,e@example.com\nF,xts5,America/Denver,f@example.com\nG,xts2,America/Denver,g@example.com\n"
    ));
    let expected =
        [(2, 2, "email"), (4, 3, "email"), (5, 4, "row"), (6, 5, "row"), (8, 7, "dealer_code"), (9, 8, "dealer_code")];
    assert_eq!(refusals(&sheet), expected);
    assert_eq!(sheet.rows.len(), 1);
    assert!(sheet.refused[4].problem.reason.contains("line 7"), "{:?}", sheet.refused[4]);
}

/// The remarks on a file, each in a line.
fn remarks(sheet: &Sheet) -> Vec<String> {
    sheet.remarks.lines("f")
}

const ROW: &str = "A,xts1,America/Denver,a@example.com";

#[test]
fn another_separator_is_found_by_the_columns_and_told() {
    let semicolons = sheet(
        "name;dealer_code;timezone;email;notes (a, b, c, d, e, f)\nA, Inc.;xts1;America/Denver;a@example.com;x\n",
    );
    assert_eq!(semicolons.rows[0].profile.name.raw(), "A, Inc.");
    assert_eq!(remarks(&semicolons), ["f: its columns are separated by semicolons"]);
    let announced = sheet(&format!("sep=;\r\n{}\r\n{}\r\n", HEADING.trim().replace(',', ";"), ROW.replace(',', ";")));
    assert_eq!((announced.rows[0].line, announced.rows.len(), remarks(&announced)), (3, 1, vec![]));
}

#[test]
fn empty_cells_and_rows_that_a_spreadsheet_leaves_change_nothing() {
    let text = "name,dealer_code,timezone,email,phone,owner,,\nA,xts1,America/Denver,a@example.com,,,,,,\nB,xts2,America/Denver,b@example.com\n,,,,,\n , , \n\u{1a}";
    let sheet = sheet(text);
    assert_eq!((sheet.refused.as_slice(), sheet.rows.len(), &sheet.ignored), (&[][..], 2, &vec![]));
}

#[test]
fn lines_that_end_with_cr_have_their_numbers() {
    let text = "name,dealer_code,timezone,email\rA,xts1,America/Denver,a@example.com\rB,xts2,Nowhere,b@example.com\rC,xts3,America/Denver,c@example.com\rD,xts3,America/Denver,c@example.com\r";
    let sheet = sheet(text);
    assert_eq!(refusals(&sheet), [(3, 3, "timezone"), (5, 5, "dealer_code")]);
    assert!(sheet.refused[1].problem.reason.contains("stands already on line 4"));
}

#[test]
fn a_dealer_code_that_looks_like_another_is_refused_with_its_place() {
    let rows = [
        "xts1",
        "xts1\u{200b}",
        "\u{feff}xts1",
        "xts\u{a0}1",
        "xts1\u{2060}",
        "xt\u{ad}s1",
        "\u{201c}xts1\u{201d}",
        "'xts1",
        "xts1\u{e0041}",
    ]
    .map(|code| format!("A,{code},America/Denver,a@example.com\n"))
    .concat();
    let sheet = sheet(&format!("{HEADING}{rows}"));
    assert_eq!(sheet.rows.len(), 1);
    assert_eq!(sheet.refused.len(), 8);
    assert!(sheet.refused.iter().all(|refused| refused.problem.field == "dealer_code"));
    assert_eq!(sheet.refused[0].problem.reason, "has a character that cannot be seen (U+200B), at character 5");
    assert!(sheet.refused[5].problem.reason.contains("quotation marks"));
}

#[test]
fn a_name_loses_what_cannot_be_seen_in_it_and_that_is_told() {
    let text = format!(
        "{HEADING}Rooftop\u{200b} One,xts1,America/Denver,a@example.com\nRooftop\u{a0}Two,xts2,Pacific,b@example.com\nC,xts3,Pacific,c@example.com\n"
    );
    let sheet = sheet(&text);
    let names: Vec<&str> = sheet.rows.iter().map(|row| row.profile.name.raw()).collect();
    assert_eq!(names, ["Rooftop One", "Rooftop Two", "C"]);
    assert_eq!(
        remarks(&sheet),
        [
            "f:2: name: characters that cannot be seen were taken out (and 1 more row)",
            "f:3: timezone: `Pacific` was read as America/Los_Angeles (and 1 more row)",
        ]
    );
}

#[test]
fn what_a_spreadsheet_put_in_the_place_of_a_value_is_refused_and_is_no_duplicate() {
    let rows = ["1.23E+11", "1.23E+11", "4.56789E+15", "#N/A", "#REF!", "14-Mar"]
        .map(|code| format!("A,{code},America/Denver,a@example.com\n"))
        .concat();
    let sheet = sheet(&format!(
        "{HEADING}{rows}#NAME?,xts7,America/Denver,a@example.com\nA,\"=\"\"00123\"\"\",America/Denver,a@example.com\n"
    ));
    let reasons: Vec<&str> = sheet.refused.iter().map(|refused| refused.problem.reason.as_str()).collect();
    assert_eq!(reasons.len(), 7, "{reasons:?}");
    assert!(reasons[..3].iter().all(|reason| reason.contains("the spreadsheet shortened the number")), "{reasons:?}");
    assert_eq!(reasons[3], "`#N/A` stands for no value, and one is needed");
    assert_eq!(sheet.refused[6].problem.field, "name");
    assert_eq!(sheet.rows[0].profile.dealer_code.raw(), "00123");
    assert_eq!(remarks(&sheet), ["f:9: dealer_code: it was read without the formula around it"]);
}

#[test]
fn a_quotation_mark_that_is_not_closed_costs_its_row_and_is_told() {
    let row = |n| format!("R {n},xts{n},America/Denver,d{n}@example.com\n");
    let many = |from: u32| (from..30).map(row).collect::<Vec<_>>().concat();
    let open = sheet(&format!(
        "{HEADING}A,xts1,America/Denver,a@example.com\n\"B,xts2,America/Denver,b@example.com\n{}",
        many(3)
    ));
    assert_eq!((refusals(&open), open.rows.len()), (vec![(3, 3, "row")], 28));
    assert_eq!(
        open.refused[0].problem.reason,
        "a quotation mark on line 3 is not closed; what follows was read line by line"
    );
    let later = sheet(&format!(
        "{HEADING}\"B,xts2,America/Denver,b@example.com\n{}Big\" Store,xts40,America/Denver,a@example.com\n",
        many(3)
    ));
    assert_eq!((refusals(&later), later.rows.len()), (vec![(2, 2, "row")], 28));
    assert!(
        later.refused[0].problem.reason.contains("opens on line 2")
            || later.refused[0].problem.reason.contains("on line 2 is closed only on line 30"),
        "{:?}",
        later.refused
    );
    // Closed where a cell may end: the lines are inside it, and that is told.
    let inside = sheet(&format!(
        "{HEADING}\"B,xts2,America/Denver,b@example.com\n{}Big\",xts40,America/Denver,a@example.com\n",
        many(3)
    ));
    assert_eq!((refusals(&inside), inside.rows.len()), (vec![(2, 2, "name")], 0));
    assert!(remarks(&inside)[0].contains("lines 3 to 30 stand inside a cell of line 2"), "{:?}", remarks(&inside));
}

#[test]
fn another_encoding_is_read_for_the_whole_file_and_told() {
    let mut bytes = HEADING.as_bytes().to_vec();
    bytes.extend(b"Pe\xf1a Ford,xts1,America/Denver,a@example.com\n");
    let sheet = read(&bytes, &Mapping::default()).unwrap();
    assert_eq!(sheet.rows[0].profile.name.raw(), "Peña Ford");
    assert_eq!(remarks(&sheet), ["f: the file is not UTF-8: it was read as Windows-1252; a word of it: `Peña`"]);
    let utf16: Vec<u8> = format!("{}{}", HEADING.replace(',', "\t"), ROW.replace(',', "\t"))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let sheet = read(&utf16, &Mapping::default()).unwrap();
    assert_eq!(sheet.rows.len(), 1);
    assert_eq!(
        remarks(&sheet),
        ["f: the file is not UTF-8: it was read as UTF-16", "f: its columns are separated by tabs"]
    );
}

#[test]
fn more_rows_than_any_list_has_are_refused_as_a_whole() {
    for text in [
        format!("{HEADING}{}", "x\n".repeat(MOST_ROWS + 1)),
        format!("[{}{{}}]", "{\"dealer_code\": \"x\"},".repeat(MOST_ROWS)),
        "{\"dealer_code\": \"x\"}\n".repeat(MOST_ROWS + 1),
    ] {
        let why = read(text.as_bytes(), &Mapping::default()).map(|sheet| sheet.rows.len()).unwrap_err();
        assert!(why.contains("more than 250000 rows"), "{why}");
    }
}

#[test]
fn json_as_an_array_as_a_list_and_as_lines() {
    let one = |code: &str| {
        format!(
            r#"{{"name": "A", "dealer_code": "{code}", "timezone": "America/Denver", "contact": {{"name": "X", "email": "a@example.com"}}}}"#
        )
    };
    let array = sheet(&format!("[\n  {},\n  {{\"name\": 5}},\n 7,\n{}]", one("x1"), one("x2")));
    assert_eq!(array.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 5]);
    assert_eq!(refusals(&array), [(3, 2, "dealer_code"), (4, 3, "row")]);
    let listed = sheet(&format!("{{\"schema\": 1, \"dealerships\": [{}]}}", one("x1")));
    assert_eq!(listed.rows[0].profile.contact.name.raw(), "X");
    let lines = sheet(&format!("{}\n{}\n", one("x1"), one("x2")));
    assert_eq!(lines.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 2]);
    let nested = sheet(r#"[{"name": [{"a": 1}], "dealer_code": "x1"}]"#);
    assert_eq!(refusals(&nested), [(1, 1, "name")]);
}

#[test]
fn what_is_no_file_of_ours() {
    for bytes in [&b""[..], b"  \n", b"[1, 2", b"\xff\xfea\0", b"{\"a\": }", b"PK\x03\x04\0\0"] {
        assert!(read(bytes, &Mapping::default()).is_err(), "{bytes:?}");
    }
}

#[test]
fn people_of_a_refused_dealership_are_refused_with_its_code() {
    let options = ImportOptions::default();
    let text = "name,dealer_code,timezone,email,contact_name\n\
                Harbor,xts1,nowhere,a@example.com,Ana\n\
                Harbor,xts1,nowhere,b@example.com,Ben\n";
    let mut list = super::read(text.as_bytes().to_vec(), &options).unwrap();
    let plan = ImportPlan::of(&mut list, &PlanContext { states: &[], options: &options, choice: &|_| None });
    let refused =
        plan.refused.iter().map(|refused| (refused.line, refused.dealer_code.as_str(), refused.problems[0].field));
    assert_eq!(refused.collect::<Vec<_>>(), [(2, "xts1", "timezone"), (3, "xts1", "row")]);
    assert!(!list.remarks.lines("").iter().any(|remark| remark.contains("further contact")));
}
