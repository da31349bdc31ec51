//! Files as programs and people write them, in every form but workbooks.

use proptest::prelude::*;

use super::*;

/// A list suits by how many of these names stand in one of its rows.
pub(super) fn suits(rows: &mut dyn Iterator<Item = SourceRow<'_>>) -> usize {
    let known = |cell: &&Option<Cow<'_, str>>| matches!(cell.as_deref(), Some("name" | "code" | "mail"));
    rows.map(|row| row.cells.iter().filter(known).count()).max().unwrap_or_default()
}

pub(super) fn open(bytes: impl Into<Vec<u8>>) -> Result<Source, String> {
    Source::open(bytes.into(), None, suits)
}

fn opened(text: &str) -> Source {
    open(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The rows with their lines; what is not there is `-`.
pub(super) fn rows(source: &Source) -> Vec<(u64, String)> {
    let text = |row: SourceRow<'_>| {
        let cells: Vec<&str> = row.cells.iter().map(|cell| cell.as_deref().unwrap_or("-")).collect();
        (row.line, cells.join("/"))
    };
    source.rows().map(text).collect()
}

fn texts(source: &Source) -> Vec<String> {
    rows(source).into_iter().map(|(_, cells)| cells).collect()
}

fn columns(source: &Source) -> String {
    source.columns().map_or("none".to_owned(), |columns| columns.join(" "))
}

#[test]
fn the_separator_is_found_wherever_the_heading_stands() {
    for above in ["", "# exported\n", "#TYPE System.Object\r\n", ";;\n", "Dealers, of Q4\nGenerated, 11/28/2026\n\n"] {
        let source = opened(&format!("{above}name;code\nHarbor, Ford;h1\n"));
        assert_eq!(texts(&source)[texts(&source).len() - 2..], ["name/code", "Harbor, Ford/h1"], "{above}");
        assert_eq!(source.remarks(), ["its columns are separated by semicolons"]);
    }
    let far = format!("{}name;code\nHarbor Ford;h1\n", "A title, and more\n".repeat(19));
    assert_eq!(texts(&opened(&far)).last().unwrap(), "Harbor Ford/h1");
}

#[test]
fn cells_come_as_they_stand_with_their_line_breaks() {
    let source = opened("name,code\n\"Harbor\nFord\t2\",h1\n\"'Til Dawn\",\"=1\"\n");
    assert_eq!(rows(&source)[1..], [(2, "Harbor\nFord\t2/h1".to_owned()), (4, "'Til Dawn/=1".to_owned())]);
    let swallowed: Vec<_> = opened("name,code\n\"Harbor\n1,2\n\",h1\n").rows().map(|row| row.swallowed).collect();
    assert_eq!(swallowed, [None, Some((3, 4))]);
    let fault = opened("name,code\n\"Harbor\" Ford,h1\n").rows().nth(1).unwrap().fault.unwrap();
    assert!(fault.contains("closing quotation mark"), "{fault}");
    let backslash = opened("name,code\n\"Lake \\\"The\\\" Honda\",h1\n");
    assert_eq!(texts(&backslash)[1], "Lake \"The\" Honda/h1");
    assert_eq!(backslash.remarks(), ["its quotation marks inside cells are written with a backslash"]);
    assert!(open("name,code\n'Lake, Honda',h1\n").unwrap_err().starts_with("the quotes are not plain ones"));
}

#[test]
fn encodings_are_told() {
    let source = open(b"name,code\nPe\xf1a Ford,h1\n".as_slice()).unwrap();
    assert_eq!(texts(&source)[1], "Peña Ford/h1");
    assert!(source.remarks()[0].contains("Windows-1252"), "{:?}", source.remarks());
}

#[test]
fn json_in_every_shape_of_a_list() {
    let one = r#"{"name": "Harbor", "code": "h1"}"#;
    let two = r#"{"name": "Lake", "code": 2}"#;
    for (text, remark) in [
        (format!("[{one}, {two}]"), ""),
        (format!("{one}\n{two}\n"), ""),
        (format!(r#"{{"total": 2, "dealers": [{one}, {two}]}}"#), "the list under its key `dealers` was read"),
        (format!(r#"{{"response": {{"items": [{one}, {two}]}}}}"#), "the list under its key `response.items` was read"),
        (format!(r#"{{"tags": [{{"x": 1}}], "data": [{one}, {two}]}}"#), "the list under its key `data` was read"),
        (format!(r#"{{"h1": {one}, "h2": {two}}}"#), "the values of its keys were read, each as a row"),
        (
            format!(
                r#"{{"type": "FeatureCollection", "features": [{{"type": "Feature", "geometry": {{"type": "Point", "coordinates": [1, 2]}}, "properties": {one}}}, {{"type": "Feature", "properties": {two}}}]}}"#
            ),
            "the properties of its places were read (GeoJSON)",
        ),
    ] {
        let source = opened(&text);
        assert_eq!(
            (columns(&source).as_str(), texts(&source)),
            ("name code", vec!["Harbor/h1".into(), "Lake/2".into()]),
            "{text}"
        );
        assert_eq!(source.remarks().join(";"), remark);
    }
    let lines: Vec<u64> = rows(&opened(&format!("[\n{one},\n\n{two}]"))).into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [2, 4]);
}

#[test]
fn json_lists_of_lists_are_a_table() {
    for text in [
        r#"[["name","code"],["Harbor",null,1.50],[]]"#,
        "[\"name\",\"code\"]\n[\"Harbor\",null,1.50]\n",
        r#"{"values": [["name","code"],["Harbor",null,1.50]]}"#,
    ] {
        let source = opened(text);
        assert_eq!(
            (columns(&source).as_str(), texts(&source)[..2].to_vec()),
            ("none", vec!["name/code".into(), "Harbor/-/1.50".into()])
        );
    }
}

#[test]
fn a_json_object_is_a_row_when_it_suits_better_than_what_is_in_it() {
    let one = r#"{"name": "Harbor", "code": "h1", "mail": "a@example.com", "people": [{"name": "Ana", "mail": "b@example.com"}]}"#;
    assert_eq!(columns(&opened(one)), "name code mail people.name people.mail");
    let two = format!("[{one}]");
    let source = opened(&two);
    assert_eq!(texts(&source), ["Harbor/h1/a@example.com/Ana/b@example.com"]);
}

#[test]
fn json_lists_of_objects_have_numbered_columns() {
    let source = opened(
        r#"[{"name": "A", "phones": [{"type": "work", "number": "1"}, null, {"number": 2}], "at": {"x": [{"y": [{"z": 1}]}]}},
            {"name": "B", "phones": [], "at": null, "mixed": [{"a": 1}, "b"]}, {"name": "C", "phones": null, "lone": null}]"#,
    );
    assert_eq!(columns(&source), "name phones.type phones.number phones.number 2 at.x.y mixed lone");
    assert_eq!(texts(&source), ["A/work/1/2/-/-/-", "B/-/-/-/-/-/-", "C/-/-/-/-/-/-"]);
    assert_eq!(source.rows().map(|row| row.not_text).collect::<Vec<_>>(), [vec![4], vec![5], vec![]]);
    let many = format!(r#"[{{"phones": [{}{{"n": 1}}]}}]"#, r#"{"n": 1},"#.repeat(9));
    let source = opened(&many);
    assert_eq!((source.columns().unwrap().len(), source.columns().unwrap()[8].as_str()), (9, "phones.n 9"));
    assert_eq!(source.remarks(), ["a list in it has more than 9 objects of a kind; those beyond were left out"]);
}

#[test]
fn json_values_are_texts_where_they_can_be() {
    let source = opened(
        r#"[{"a": {"b": {"c": "x"}}, "n": null, "l": ["one"], "m": ["one", 2, null], "t": true, "e": [], "u": "\u00e9\"", "x": 1e5, "h": "\ud800"},
            {"a": {"b": {"c": ""}}, "d": -0.50}]"#,
    );
    assert_eq!(columns(&source), "a.b.c n l m t e u x h d");
    assert_eq!(texts(&source), ["x/-/one/one, 2/-/-/é\"/1e5/-/-", "/-/-/-/-/-/-/-/-/-0.50"]);
    assert_eq!(source.rows().map(|row| row.not_text).collect::<Vec<_>>(), [vec![4, 8], vec![]]);
    let faults: Vec<_> = opened(r#"[{"a": 1}, 7, {"a": 1, "a": 2}]"#).rows().map(|row| row.fault).collect();
    assert_eq!(faults, [None, Some("is not a JSON object".to_owned()), Some("has the key `a` twice".to_owned())]);
    let wide = (0..1_200).map(|n| format!("\"k{n}\": {n}")).collect::<Vec<_>>().join(",");
    let source = opened(&format!("[{{{wide}}}]"));
    assert_eq!((source.columns().unwrap().len(), source.remarks()[0].contains("more than 1000 keys")), (1_000, true));
}

#[test]
fn our_own_list_keeps_only_an_opcode_that_was_chosen() {
    let text = r#"{"schema": 1, "dealerships": [
        {"name": "A", "contact": {"name": "X", "email": "a@example.com"}, "opcode": {"choice": "01", "option": null, "word": null}},
        {"name": "B", "contact": {"name": null}, "opcode": {"choice": "02", "option": "new", "word": "Y"}}]}"#;
    let source = opened(text);
    assert_eq!(columns(&source), "name contact.name contact.email opcode.choice opcode.option opcode.word");
    assert_eq!(texts(&source), ["A/X/a@example.com/-/-/-", "B/-/-/02/new/Y"]);
}

#[test]
fn json_that_is_no_list_says_what_it_is() {
    for (text, words) in [
        ("[1, 2]", "a list of numbers"),
        ("[\"a\"]", "a list of texts"),
        ("{}", "an empty object"),
        (r#"{"name": ["A", "B"], "code": ["1", "2"]}"#, "an object with the keys `name`, `code`"),
        ("[]", "an empty JSON list"),
        ("[{\"a\": 1}", "it looks like JSON, and is not: EOF while parsing a list at line 1"),
        ("{\"a\": 1\n{\"a\": 2}\n", "it looks like JSON, and is not: expected `,` or `}` at line 2"),
    ] {
        let error = open(text).unwrap_err();
        assert!(error.contains(words), "{text}: {error}");
    }
}

#[test]
fn of_json_lines_the_broken_ones_are_faults() {
    let source = opened("{\"a\": 1}\n\n{\"a\"\n{\"a\": 3}\n");
    let rows: Vec<(u64, bool)> = source.rows().map(|row| (row.line, row.fault.is_some())).collect();
    assert_eq!(rows, [(1, false), (3, true), (4, false)]);
}

#[test]
fn more_rows_than_any_list_has_are_refused() {
    for text in [format!("[{}[1]]", "[1],".repeat(250_001)), "{\"a\": 1}\n".repeat(250_002)] {
        assert!(open(text).unwrap_err().contains("more than 250000 rows"));
    }
}

#[test]
fn of_several_of_a_kind_on_a_card_that_for_work_comes_first() {
    let read = |lines: &str| {
        let source = opened(&format!("BEGIN:VCARD\nFN:A\n{lines}END:VCARD\n"));
        rows(&source)[0].1.clone()
    };
    for (lines, expected) in [
        ("EMAIL;TYPE=HOME:h@x.example\nEMAIL;TYPE=WORK:w@x.example\n", "w@x.example/h@x.example"),
        (
            "EMAIL;TYPE=INTERNET,HOME:h@x.example\nEMAIL;TYPE=internet:n@x.example\nEMAIL;TYPE=INTERNET;TYPE=work:w@x.example\n",
            "w@x.example/n@x.example/h@x.example",
        ),
        ("EMAIL;TYPE=WORK:w@x.example\nEMAIL;TYPE=HOME,PREF:p@x.example\n", "p@x.example/w@x.example"),
        ("EMAIL;PREF=2:b@x.example\nEMAIL;TYPE=work;PREF=1:a@x.example\n", "a@x.example/b@x.example"),
        (
            "EMAIL;HOME:h@x.example\nEMAIL;WORK:w@x.example\nEMAIL;PREF;HOME:p@x.example\n",
            "p@x.example/w@x.example/h@x.example",
        ),
        ("EMAIL:a@x.example\nEMAIL:b@x.example\n", "a@x.example/b@x.example"),
        ("TEL;TYPE=HOME:1\nEMAIL:a@x.example\nTEL;TYPE=WORK:2\n", "2/a@x.example/1"),
        ("ADR;TYPE=HOME:;;;Lynn;;;\nADR;TYPE=WORK:;;;Salem;;;\n", "Salem/Lynn"),
    ] {
        assert_eq!(read(lines), format!("A/{expected}"), "{lines}");
    }
    let mixed = "ADR;TYPE=HOME:;;;Lynn;MA;01901;\nADR;TYPE=WORK:;;;Salem;;01970;\nADR:;;;;;;\n";
    assert_eq!(read(mixed), "A/Salem//01970/Lynn/MA/01901", "no address is made of two");
}

#[test]
fn cards_of_every_version() {
    let source = opened(concat!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Ruiz\r\nN:Ruiz;Ana;;;\r\nORG:Harbor Ford;Service\r\nTEL;TYPE=FAX:(201) 555-0100\r\n",
        "TEL;TYPE=WORK:(201) 555-0101\r\nTEL:(201) 555-0102\r\nEMAIL:h1@example.com\r\nADR;TYPE=WORK:;;12 Main St\\, Rear;Salem;MA;01970;USA\r\n",
        "TZ:-05:00\r\nPHOTO;ENCODING=b:AAAA\r\nEND:VCARD\r\n\r\n",
        "begin:vcard\nVERSION:4.0\nORG:Lake\n  Honda\nTEL;VALUE=uri:tel:+1-201-555-0103\nTZ:America/Chicago\nEMAIL:\nEND:VCARD\n",
        "BEGIN:VCARD\nVERSION:2.1\nORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Pe=C3=B1a=\n Kia\nEND:VCARD\n",
    ));
    assert_eq!(
        columns(&source),
        "FN N.family N.given ORG ORG.unit FAX TEL TEL 2 EMAIL ADR.street ADR.city ADR.state ADR.postal_code ADR.country TZ"
    );
    let found = rows(&source);
    let lines: Vec<u64> = found.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [1, 15, 23]);
    assert_eq!(
        found[0].1,
        "Ana Ruiz/Ruiz/Ana/Harbor Ford/Service/(201) 555-0100/(201) 555-0101/(201) 555-0102/h1@example.com/12 Main St, Rear/Salem/MA/01970/USA/-05:00"
    );
    assert_eq!(found[1].1, "-/-/-/Lake Honda/-/-/+1-201-555-0103/-/-/-/-/-/-/-/America/Chicago");
    assert!(found[2].1.starts_with("-/-/-/Peña"), "{found:?}");
    assert_eq!(source.remarks(), ["it holds address cards (vCard): 3"]);
    let many = |count| format!("BEGIN:VCARD\nFN:A\n{}END:VCARD\n", "TEL:1\n".repeat(count));
    let two = format!("{}{}", many(9), many(10));
    let source = opened(&two);
    assert_eq!((source.columns().unwrap().len(), source.columns().unwrap()[9].as_str()), (10, "TEL 9"));
    assert_eq!(source.remarks().len(), 2);
    assert!(source.remarks()[1].starts_with("the card on line 13 has more than 9 of a kind"), "{:?}", source.remarks());
    assert_eq!(opened(&many(9)).remarks(), ["it holds address cards (vCard): 1"]);
    let cut = opened("BEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nEND:VCARD\nmore\nBEGIN:VCARD\nFN:C\n");
    let faults: Vec<_> = cut.rows().map(|row| (row.line, row.fault.is_some())).collect();
    assert_eq!(faults, [(1, true), (3, false), (7, true)]);
    assert!(cut.remarks()[1].contains("outside of the cards"));
}

#[test]
fn what_is_no_list_is_named() {
    for (bytes, what) in [
        (&b"%PDF-1.4\n1 0 obj\n"[..], "a PDF"),
        (b"\x1f\x8b\x08\0\0\0", "packed (gzip)"),
        (b"\x89PNG\r\n\x1a\n", "a picture (PNG)"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a picture (WebP)"),
        (b"SQLite format 3\0", "a database (SQLite)"),
        (b"{\\rtf1\\ansi x}", "a text document (RTF)"),
        (b"<html><table><tr><th>name</th></tr></table></html>", "a web page (HTML)"),
        (b"\xef\xbb\xbf<!DOCTYPE html>\n<p>x</p>", "a web page (HTML)"),
        (b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook/>", "an XML spreadsheet of 2003"),
        (b"<?xml version=\"1.0\"?><dealers/>", "XML"),
        (b"PK\x03\x04 cut", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut", "damaged"),
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf\n \n", "the file is empty"),
    ] {
        let error = open(bytes).unwrap_err();
        assert!(error.contains(what) && !error.contains('\u{fffd}'), "{bytes:?}: {error}");
    }
    assert!(open("<Harbor>,code\n1,2\n").is_ok());
    assert!(Source::open(b"name,code\n".to_vec(), Some("Dealers"), suits).unwrap_err().contains("--sheet"));
}

proptest! {
    #[test]
    fn no_bytes_panic(
        sample in prop::sample::select(vec![
            "name,code\n\"Lake \\\"The\\\" Honda\",h1\n'a, b',“c”\n",
            "sep=;\nname;code\nA;1\n",
            r#"{"total": 1, "data": [{"name": "A", "at": {"b": [1, "x"]}, "u": "\u00e9"}, null, [1]]}"#,
            "[[\"name\", \"code\"], [\"A\", null]]\n{\"a\": 1}",
            "BEGIN:VCARD\nVERSION:2.1\nN;ENCODING=QUOTED-PRINTABLE:=C3=B1;;\nTZ:-0500\nADR:;;a;b;c;d;e\nEND:VCARD\n",
            "<html><p>x",
        ]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = sample.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len() + 1).max(1));
        if let Ok(source) = open(bytes) {
            let width = source.columns().map(<[String]>::len);
            for row in source.rows() {
                prop_assert!(width.is_none_or(|width| row.cells.len() == width));
            }
        }
    }
}
