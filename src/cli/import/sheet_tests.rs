//! Files as people and programs write them.

use super::*;

const HEADING: &str = "name,dealer_code,timezone,email\n";

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

#[test]
fn other_separators_and_bytes_that_are_no_text() {
    let sheet = sheet("name;dealer_code;timezone;email\nA, Inc.;xts1;America/Denver;a@example.com\n");
    assert_eq!(sheet.rows[0].profile.name.raw(), "A, Inc.");
    let mut bytes = HEADING.as_bytes().to_vec();
    bytes.extend(b"A\xff,xts1,America/Denver,a@example.com\n");
    let sheet = read(&bytes, &Mapping::default()).unwrap();
    assert_eq!(refusals(&sheet), [(2, 2, "name")]);
}

#[test]
fn columns_of_other_people() {
    let mapping = |pairs: &[&str]| Mapping::parse(&pairs.iter().map(|pair| (*pair).to_owned()).collect::<Vec<_>>());
    let text = "Store,Code=X,TZ,Mail,email\nA,xts1,America/Denver,a@example.com,other\n";
    let mapped = mapping(&["store=name", "Code=X=dealer_code", "Mail=email"]).unwrap();
    let sheet = read(text.as_bytes(), &mapped).unwrap();
    assert_eq!(sheet.rows[0].profile.contact.email.raw(), "a@example.com");
    assert_eq!(sheet.ignored, ["email"]);
    assert!(mapping(&["a=nmae"]).unwrap_err().contains("did you mean `name`?"));
    assert!(mapping(&["a"]).unwrap_err().contains("column=field"));
    let missing = read(text.as_bytes(), &mapping(&["Stoer=name"]).unwrap()).unwrap_err();
    assert!(missing.contains("did you mean `Store`?"), "{missing}");
    let needed = read(b"Name,City\nA,B\n", &Mapping::default()).unwrap_err();
    assert!(needed.contains("no column holds dealer_code, timezone, email"), "{needed}");
    let twice = read(b"name,rooftop,dealer_code,timezone,email\n", &Mapping::default()).unwrap_err();
    assert!(twice.contains("`name` and `rooftop`"), "{twice}");
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
    let nested = sheet(r#"[{"name": ["A"], "dealer_code": "x1"}]"#);
    assert_eq!(refusals(&nested), [(1, 1, "name")]);
}

#[test]
fn what_is_no_file_of_ours() {
    for bytes in [&b""[..], b"  \n", b"[1, 2", b"\xff\xfea\0", b"{\"a\": }"] {
        assert!(read(bytes, &Mapping::default()).is_err(), "{bytes:?}");
    }
}
