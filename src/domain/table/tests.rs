//! Tables right and wrong in every way that people write them.

use proptest::prelude::*;

use super::*;

fn table(text: &str) -> TextTable<'_> {
    // A heading suits by how many of its cells are `a` or `b`.
    let known = |cell: &&std::borrow::Cow<'_, str>| matches!(cell.as_ref(), "a" | "b");
    let suits = |mut rows: TextRows<'_>| rows.next().map_or(0, |row| row.cells.iter().filter(known).count());
    TextTable::open(text, suits).unwrap()
}

fn rows(text: &str) -> Vec<(u64, String)> {
    table(text).rows().map(|row| (row.line, row.cells.join("/"))).collect()
}

fn written(rows: &[(u64, &str)]) -> Vec<(u64, String)> {
    rows.iter().map(|(line, cells)| (*line, (*cells).to_owned())).collect()
}

#[test]
fn a_sep_line_names_the_separator_and_lines_keep_their_numbers() {
    for text in ["sep=;\r\na;b\r\n1,5;2", "\u{feff}SEP=;\na;b\n1,5;2", "\"sep=;\"\ra;b\r1,5;2", "sep=;;;\na;b\n1,5;2"] {
        assert_eq!(rows(text), written(&[(2, "a/b"), (3, "1,5/2")]), "{text:?}");
        assert_eq!(table(text).separator_words(), None);
    }
    assert_eq!(rows("sep=\t\na\tb"), written(&[(2, "a/b")]));
    for text in ["sep=\na,b", "sep=ab\na,b", "sep=x\naxb"] {
        assert_eq!(TextTable::open(text, |_| 0).unwrap_err(), TableError::Announced, "{text:?}");
    }
    assert_eq!(rows("separator,b\n"), written(&[(1, "separator/b")]));
}

#[test]
fn the_separator_is_the_one_that_suits_and_is_told_when_it_is_no_comma() {
    for (text, first, words) in [
        ("a;b;c (1, 2, 3, 4, 5)\n", "a/b/c (1, 2, 3, 4, 5)", Some("semicolons")),
        ("a|b\n", "a/b", Some("vertical bars")),
        ("a\tb, c", "a/b, c", Some("tabs")),
        ("alpha,beta;x", "alpha/beta;x", None),
        ("alpha;beta;x,y", "alpha/beta/x,y", Some("semicolons")),
        ("alpha|beta", "alpha|beta", None),
        ("Liste, 2026\n\nalpha;beta;gamma\n1;2;3\n", "Liste, 2026", Some("semicolons")),
        ("Title\nalpha;beta\n1;2\n", "Title", Some("semicolons")),
    ] {
        assert_eq!(rows(text)[0].1, first, "{text:?}");
        assert_eq!(table(text).separator_words(), words);
        let separator = match words {
            Some("semicolons") => ';',
            Some("tabs") => '\t',
            Some(_) => '|',
            None => ',',
        };
        assert_eq!(table(text).separator(), separator);
    }
}

#[test]
fn every_line_end_is_one_and_rows_without_text_are_none() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["a,b", "", " , ,", "\"\",", "1,\"x", "y\"", "2,", "\u{1a}"].join(end);
        let found: Vec<(u64, u64, usize)> =
            table(&text).rows().map(|row| (row.line, row.last_line, row.cells.len())).collect();
        assert_eq!(found, [(1, 1, 2), (5, 6, 2), (7, 7, 2)], "{end:?}");
    }
    assert_eq!(rows("a,b\n1,2\n\u{1a}").len(), 2);
}

#[test]
fn quotation_marks_as_programs_write_them() {
    for (text, first) in [
        ("\"a\"\"b\",c", "a\"b/c"),
        ("x, \"y, z\" ,w", "x/y, z/w"),
        ("5\" pipe,c", "5\" pipe/c"),
        ("\"\",c", "/c"),
        ("'=1,'+1 201,'-,D'Amico", "=1/+1 201/-/D'Amico"),
    ] {
        assert_eq!(rows(text)[0].1, first, "{text:?}");
    }
}

#[test]
fn a_quotation_mark_that_is_not_closed_costs_its_own_line_only() {
    let text = "a,b\n1,\"2\n3,4\n5,6\n";
    let found: Vec<_> = table(text).rows().map(|row| (row.line, row.fault)).collect();
    assert_eq!(found, [(1, None), (2, Some(RowFault::Unclosed(2))), (3, None), (4, None)]);
    let text = "a,b\n\"1,2\n3,4\nBig\" Store,6\n7,8\n";
    let found: Vec<_> = table(text).rows().map(|row| (row.line, row.cells.join("/"), row.fault)).collect();
    assert_eq!(found[1].2, Some(RowFault::ClosedLater { opened: 2, closed: 4 }));
    assert_eq!((found[3].0, found[3].1.as_str()), (4, "Big\" Store/6"));
    assert_eq!(found.len(), 5);
    let text = "a,b\n\"Lake \"The\" Honda\",2\n3,4\n";
    let found: Vec<_> = table(text).rows().map(|row| row.fault).collect();
    assert_eq!(found, [None, Some(RowFault::TextBehind), None]);
    // The line is that of the mark, not of the row.
    let text = "a,b\n\"1\n1\",\"2\n3,4\n";
    assert_eq!(table(text).rows().nth(1).unwrap().fault, Some(RowFault::Unclosed(3)));
}

#[test]
fn backslashes_before_quotation_marks_are_read_where_a_file_writes_them_so() {
    for (text, first) in [
        (r#""Lake \"The\" Honda",b"#, "Lake \"The\" Honda/b"),
        (r#""Lake \"",b"#, "Lake \"/b"),
        (r#""\"The\" Lake \\ x","C:\new\\""#, "\"The\" Lake \\ x/C:\\new\\"),
        ("\"a \\\"b\\\"\r\nc\",2", "a \"b\"\r\nc/2"),
        // A cell that ends with a backslash.
        (r#""C:\dir\",b"#, "C:\\dir\\/b"),
        (r#"5\" pipe,b"#, "5\\\" pipe/b"),
    ] {
        assert_eq!(rows(text)[0].1, first, "{text}");
    }
    let both = "a,b\n\"Lake \\\"The\\\" Honda\",2\n\"Big \"\"B\"\" Ford\",2\n\"5\\\" x\",3\n";
    assert!(table(both).layout().has_backslashes());
    let faults: Vec<_> = table(both).rows().filter_map(|row| Some((row.line, row.fault?))).collect();
    assert_eq!(faults, [(3, RowFault::TextBehind)]);
    // Where a row is at fault either way, or more are with backslashes, the marks are doubled.
    for text in ["5\\\" pipe,b\n\"x\" y,2\n\"C:\\\\x\",3\n", "\"C:\\dir\\\",b\n\"x\" y,2\n", "a,b\n1,2\n"] {
        assert!(!table(text).layout().has_backslashes(), "{text}");
    }
}

#[test]
fn quotation_marks_that_are_not_plain_are_refused_and_apostrophes_are_letters() {
    let mark = |text: &str| match TextTable::open(text, |_| 0) {
        Err(TableError::Quotes { line, mark }) => Some((line, mark)),
        _ => None,
    };
    for (text, found) in [
        ("a,b\n\u{201c}Lake, Honda\u{201d},2\n", Some((2, '\u{201c}'))),
        ("a,b\n'Lake, Honda',2\n", Some((2, '\''))),
        ("'a','b'\n'1','2'\n", Some((1, '\''))),
        ("a,b\n«Lake Honda»,2\n«Lake Ford»,2\n", Some((2, '«'))),
        ("a,b\n'Til Dawn Motors,2\n", None),
        ("a,b\n'Til Dawn Motors,Dealers'\n", None),
        ("a,b\n\u{201c}Big\u{201d} Lake,2\n3,4\n5,6\n", None),
        ("a,b\n1,\u{201c}call first\u{201d}\n3,4\n5,6\n", None),
        ("a,b\n1,\u{201c}call first\u{201d}\n3,4\n", None),
        ("a,b\n\u{2018}Lake Honda\u{2019},2\n\u{201a}Lake Ford\u{2018},2\n", Some((2, '\u{2018}'))),
        // A mark alone in its cell opens what a later one closes.
        ("a,b\n', Lake',2\n", Some((2, '\''))),
    ] {
        assert_eq!(mark(text), found, "{text}");
    }
    let why = TextTable::open("a,b\n'Lake, Honda',2\n", |_| 0).unwrap_err().to_string();
    assert_eq!(why, "the quotes are not plain ones: line 2 has a cell between '; write \" instead, in the whole file");
    // Far below, it costs its own row.
    let text = format!("a,b\n{}'Lake, Honda',2\n\"'x\",\"y'\"\n", "1,2\n".repeat(30));
    let faults: Vec<_> = table(&text).rows().filter_map(|row| Some((row.line, row.fault?))).collect();
    assert_eq!(faults, [(32, RowFault::OtherQuotes)]);
    // What guards a formula in our own lists opens nothing.
    assert!(table("a,b\n'=1,2'\n").rows().all(|row| row.fault.is_none()));
}

#[test]
fn lines_inside_a_cell_are_told_when_they_look_like_rows() {
    let swallowed = |text: &str| table(text).rows().nth(1).unwrap().swallowed(2, ',');
    assert_eq!(swallowed("a,b\n\"1,2\n3,4\n5\",6\n"), Some((3, 4)));
    assert_eq!(swallowed("a,b\n\"1\n2\",6\n"), None);
    assert_eq!(swallowed("a,b\n1,2\n"), None);
    // Another fault of the row is told instead.
    assert_eq!(swallowed("a,b\n\"1\n3,4\",\"2\n5,6\n"), None);
    let one_column = table("a\n\"1\n2\"\n").rows().nth(1).unwrap();
    assert_eq!(one_column.swallowed(1, ','), None, "any line looks like a row of one column");
}

#[test]
fn a_row_that_is_wider_than_any_list_is_a_fault_and_its_cells_are_bounded() {
    let text = format!("a,b\n{}1\n{}\n3,4\n", ",".repeat(5_000), "1,".repeat(2) + &",".repeat(5_000));
    let found: Vec<_> = table(&text).rows().map(|row| (row.cells.len(), row.fault)).collect();
    assert_eq!(found, [(2, None), (MOST_COLUMNS, Some(RowFault::Wide)), (MOST_COLUMNS, None), (2, None)]);
}

#[test]
fn what_spreadsheets_do_to_keys() {
    for (text, plain) in [("=\"00123\"", "00123"), ("00123", "00123"), ("=\"a\"\"b\"", "a\"b"), ("=A1", "=A1")] {
        assert_eq!(plain_key(text), plain);
    }
    for text in [
        "1.23E+11",
        "4,56789e+15",
        "1E+12",
        "#N/A",
        "#ref!",
        "#####",
        "=A1",
        "3/14/2026",
        "14-Mar",
        "Mar-14",
        "2026-03-14",
        "2026-03-14 00:00:00",
        "2026-03-14T00:00:00Z",
        "2026/03/14",
        "3/14/2026 0:00",
        "3/14/2026 12:00 AM",
        "3/14/26",
        "March-14",
        "14 March",
        "Mar 14",
        "March 14, 2026",
        "TRUE",
        "FALSE",
        "123.0",
        "00123.00",
        "1,234",
        "12,345,678",
    ] {
        assert!(damage(text, true).is_some(), "{text}");
    }
    for text in [
        "xts1234",
        "00123",
        "12E34",
        "1-2",
        "123-456-789",
        "1234-56-78",
        "4821-11-03",
        "E+5",
        "#1 Ford",
        "A/B",
        "may",
        "2026",
        "1/2",
        "12-11-10",
        "Marble 14",
        "Mar",
        "March Ford",
        "1 2026-03",
        "0:00",
        "xts 0:00",
        "true",
        "True",
        "100.5",
        "1.2.0",
        "1,23",
        "1234,567",
        "0,123",
        ",123",
        "1,234,",
        "A1.0",
        "123.",
        ".0",
    ] {
        assert_eq!(damage(text, true), None, "{text}");
    }
    for (text, damaged) in [("#NAME?", true), ("14-Mar", false), ("=A1", false), ("#1", false)] {
        assert_eq!(damage(text, false).is_some(), damaged, "{text}");
    }
}

#[test]
fn a_date_has_a_day_a_month_and_a_year_in_an_order_that_people_write() {
    for text in ["3/14/2026", "14/3/2026", "14-Mar-2026", "Mar-14-2026", "2026/3/14", "3/14/26"] {
        assert!(damage(text, true).is_some(), "{text}");
    }
    for text in ["14/15/2026", "12/45/2026", "45/14/2026", "Mar/45/2026", "3/14/5", "3/14/ab", "2026/14/3"] {
        assert_eq!(damage(text, true), None, "{text}");
    }
}

#[test]
fn a_number_of_all_the_digits_that_a_spreadsheet_keeps_may_have_had_more() {
    for (text, words) in [("1.23456789012345E+14", "keeps 15 digits"), ("1.2345678901234E+13", "shortened")] {
        assert!(damage(text, true).unwrap().contains(words), "{text}");
    }
    // A column that is too narrow shows at least three.
    assert_eq!([is_error_value("###"), is_error_value("##"), is_error_value("#")], [true, false, false]);
}

#[test]
fn a_number_with_a_fraction_is_no_key() {
    for (text, expected) in [
        ("100.5", true),
        ("1.234", true),
        ("100,5", true),
        ("100", false),
        ("1.2.3", false),
        ("A1.5", false),
        ("5.", false),
        (".5", false),
        ("1-5", false),
    ] {
        assert_eq!(fraction(text).is_some(), expected, "{text}");
    }
}

proptest! {
    #[test]
    fn what_csv_writes_is_read_as_it_was(table in prop::collection::vec(prop::collection::vec("[a,;\"\n\r é]{0,6}", 3), 1..6)) {
        let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
        for row in &table {
            writer.write_record(row).unwrap();
        }
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let read: Vec<Vec<String>> = TextTable::open(&text, |_| 0).unwrap().rows()
            .inspect(|row| assert_eq!(row.fault, None))
            .map(|row| row.cells.iter().map(|cell| cell.clone().into_owned()).collect())
            .collect();
        let trimmed = table.iter().map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect::<Vec<_>>());
        prop_assert_eq!(read, trimmed.filter(|row| row.iter().any(|cell| !cell.is_empty())).collect::<Vec<_>>());
    }

    #[test]
    fn no_text_panics_and_no_line_is_lost(text in "[a\",;\n\r\t|= ]{0,60}|\\PC{0,40}") {
        let rows: Vec<_> = table(&text).rows().collect();
        let lines = text.replace("\r\n", "\n").split(['\n', '\r']).count() as u64;
        for (one, next) in rows.iter().zip(rows.iter().skip(1)) {
            prop_assert!(one.line <= one.last_line && one.last_line < next.line, "{:?}", rows);
        }
        prop_assert!(rows.iter().all(|row| row.last_line <= lines));
    }
}
