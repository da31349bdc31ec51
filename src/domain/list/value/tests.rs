//! Cells as people, spreadsheets and other programs leave them.

use super::*;
use crate::domain::ProfileField;

/// What a cell becomes, and what was done to it.
fn read(field: ProfileField, cell: &str) -> (String, Vec<Mended>) {
    read_value(field, cell).unwrap_or_else(|why| panic!("{cell:?}: {why}"))
}

fn becomes(field: ProfileField, rows: &[(&str, &str, &[Mended])]) {
    for (cell, text, mended) in rows {
        assert_eq!(read(field, cell), ((*text).to_owned(), mended.to_vec()), "{field:?} {cell:?}");
        // Read once more it stays.
        assert_eq!(read(field, text).0, *text, "{field:?} {text:?}");
    }
}

const PLACEHOLDERS: &[&str] = &[
    "N/A",
    "n/a",
    "NA",
    "NULL",
    "null",
    "None",
    "none",
    "none listed",
    "nil",
    "-",
    "--",
    "—",
    ".",
    "?",
    "TBD",
    "Unknown",
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
    "#NULL!",
    "#NUM!",
    "########",
    "(null)",
    "[NULL]",
    "<none>",
    "(blank)",
    "NaN",
    "\\N",
    " n/a ",
    "&mdash;",
    "n/a\n",
    "s/o",
    "N.A.",
];

#[test]
fn what_stands_for_no_value_is_none() {
    let optional = ProfileField::ALL.into_iter().filter(|field| !field.is_needed());
    for field in optional {
        for cell in PLACEHOLDERS {
            assert_eq!(read(field, cell), (String::new(), vec![Mended::Placeholder]), "{field:?} {cell}");
        }
        assert_eq!(read(field, "  "), (String::new(), vec![]));
    }
    for field in [ProfileField::Name, ProfileField::DealerCode, ProfileField::Email, ProfileField::Timezone] {
        for cell in PLACEHOLDERS.iter().filter(|cell| !cell.contains('&')) {
            let why = read_value(field, cell).unwrap_err();
            assert_eq!(why, format!("`{}` stands for no value, and one is needed", cell.trim()), "{field:?}");
        }
    }
}

#[test]
fn what_only_begins_like_a_placeholder_is_a_value() {
    for text in [
        "Nil's Auto",
        "None Such Motors",
        "Nan",
        "Nash",
        "N/A Motors",
        "Unknown Road Ford",
        "A-",
        "3",
        "NAPA",
        "Blank",
        "#1 Ford",
        "?x",
    ] {
        for field in [ProfileField::Name, ProfileField::City, ProfileField::Contact, ProfileField::DealerCode] {
            assert_eq!(read(field, text), (text.to_owned(), vec![]), "{field:?}");
        }
    }
}

#[test]
fn strokes_are_a_placeholder_up_to_24_of_them() {
    for (length, expected) in [(0, false), (1, true), (24, true), (25, false), (30, false)] {
        assert_eq!(is_placeholder(&"-".repeat(length)), expected, "{length}");
    }
}

#[test]
fn what_was_left_out_or_read_otherwise_is_shown_with_the_text_where_it_may_be_wrong() {
    let shown =
        [Mended::NoPhone, Mended::SeveralNumbers, Mended::ReadTwice, Mended::LooksReadTwice, Mended::AroundAddress];
    let plain =
        [Mended::Placeholder, Mended::LineBreak, Mended::Invisible, Mended::Entity, Mended::Formula, Mended::Extension];
    assert!(shown.iter().all(|mended| mended.needs_text()) && !plain.iter().any(|mended| mended.needs_text()));
}

#[test]
fn nobody_is_an_owner_and_no_name_of_anything_else() {
    for text in ["No Owner", "(Unassigned)", "unassigned", "NON ASSIGNÉ", "Not assigned", "n/a"] {
        assert_eq!(read(ProfileField::Owner, text), (String::new(), vec![Mended::Placeholder]), "{text}");
    }
    assert_eq!(read(ProfileField::Owner, "Nobody Jones"), ("Nobody Jones".to_owned(), vec![]));
    assert_eq!(read(ProfileField::Group, "Unassigned"), ("Unassigned".to_owned(), vec![]));
}

#[test]
fn entities_are_decoded_when_they_are_well_formed() {
    becomes(
        ProfileField::Name,
        &[
            ("D&amp;R Motors", "D&R Motors", &[Mended::Entity]),
            ("O&#39;Hara &quot;North&quot;", "O'Hara \"North\"", &[Mended::Entity]),
            ("Caf&eacute; &#xE9;", "Café é", &[Mended::Entity]),
            ("O&#146;Hara", "O’Hara", &[Mended::Entity]),
            ("D&amp;amp;R", "D&R", &[Mended::Entity]),
            ("Lake&nbsp;Ford", "Lake Ford", &[Mended::Entity, Mended::Invisible]),
            ("Harbor&#10;Ford", "Harbor Ford", &[Mended::Entity, Mended::LineBreak]),
            ("A&B;C", "A&B;C", &[]),
            ("AT&T; D&R", "AT&T; D&R", &[]),
            ("B & B &amp", "B & B &amp", &[]),
            ("&#1114112; &nosuch;", "&#1114112; &nosuch;", &[]),
        ],
    );
    becomes(ProfileField::Email, &[("d&amp;r@example.com", "d&r@example.com", &[Mended::Entity])]);
    let why = read_value(ProfileField::DealerCode, "A&amp;B").unwrap_err();
    assert_eq!(why, "`A&amp;B` has HTML entities in it; if it is `A&B`, write that");
}

#[test]
fn utf_8_that_was_read_as_another_encoding_is_read_back_where_that_is_certain() {
    becomes(
        ProfileField::Name,
        &[
            ("PeÃ±a Kia", "Peña Kia", &[Mended::ReadTwice]),
            ("MontrÃ©al", "Montréal", &[Mended::ReadTwice]),
            ("Oâ€™Hara", "O’Hara", &[Mended::ReadTwice]),
            ("Oâ\u{80}\u{99}Hara", "O’Hara", &[Mended::ReadTwice]),
            ("PEÃ‘A CORAZÃ“N", "PEÑA CORAZÓN", &[Mended::ReadTwice]),
            ("voilÃ\u{a0}", "voilà", &[Mended::ReadTwice]),
            ("PeÃƒÂ±a", "Peña", &[Mended::ReadTwice]),
            ("WaÅ‚Ä™sa", "Wałęsa", &[Mended::ReadTwice]),
            ("Pe&Atilde;&plusmn;a", "Peña", &[Mended::Entity, Mended::ReadTwice]),
            // One letter of it is right already, so there is no way back for the whole.
            ("PeÃ±a é", "PeÃ±a é", &[Mended::LooksReadTwice]),
            ("PeÃ±a 中", "PeÃ±a 中", &[Mended::LooksReadTwice]),
            // It would lead to a star, which no name has.
            ("â˜… Ford", "â˜… Ford", &[Mended::LooksReadTwice]),
            // Nothing of this was read twice.
            ("CAFÉ’S", "CAFÉ’S", &[]),
            ("RENÉ–AUTO", "RENÉ–AUTO", &[]),
            ("SÃO PAULO", "SÃO PAULO", &[]),
            ("Ångström Âge", "Ångström Âge", &[]),
            ("Château", "Château", &[]),
            ("Peña", "Peña", &[]),
        ],
    );
    assert!(read_value(ProfileField::DealerCode, "PeÃ±a").unwrap_err().contains("if it is `Peña`, write that"));
}

#[test]
fn line_breaks_and_tabs_are_spaces_and_other_controls_stay_to_be_refused() {
    let line_break: &[Mended] = &[Mended::LineBreak];
    becomes(
        ProfileField::Name,
        &[
            ("Harbor Ford\nof Salem", "Harbor Ford of Salem", line_break),
            ("Harbor Ford \r\n  of\tSalem", "Harbor Ford of Salem", line_break),
            ("Harbor\u{b}Ford", "Harbor Ford", line_break),
            ("Harbor\u{2028}Ford", "Harbor Ford", line_break),
            ("\nHarbor Ford\n", "Harbor Ford", &[]),
            ("Harbor\u{200b} Ford", "Harbor Ford", &[Mended::Invisible]),
            ("Harbor\u{1b}[2J", "Harbor\u{1b}[2J", &[]),
        ],
    );
    let several_lines: &[Mended] = &[Mended::LineBreak, Mended::SeveralNumbers];
    becomes(
        ProfileField::Phone,
        &[
            ("(201) 555-0102\n(201) 555-0103", "(201) 555-0102 / (201) 555-0103", several_lines),
            ("(201) 555-0102\nor\n(201) 555-0103", "(201) 555-0102 / (201) 555-0103", several_lines),
            ("(201) 555-0104\text. 5", "(201) 555-0104 ext. 5", line_break),
            ("(201) 555-0104\next. 5", "(201) 555-0104 ext. 5", line_break),
        ],
    );
}

#[test]
fn phones_keep_their_extension_apart_and_words_are_none() {
    let apart: &[Mended] = &[Mended::Extension];
    becomes(
        ProfileField::Phone,
        &[
            ("201.555.0100 x12", "(201) 555-0100 ext. 12", apart),
            ("+1 201 555 0100, Extension 12", "(201) 555-0100 ext. 12", apart),
            ("1-201-555-0100#12", "(201) 555-0100 ext. 12", apart),
            ("(201) 555-0100 ext. 12", "(201) 555-0100 ext. 12", &[]),
            (
                "201-555-0100 x1\n201-555-0101 x2",
                "(201) 555-0100 ext. 1 / (201) 555-0101 ext. 2",
                &[Mended::LineBreak, Mended::SeveralNumbers, Mended::Extension],
            ),
            // Without an extension, and abroad, a number stays as people wrote it.
            ("+1 201 555 0101", "+1 201 555 0101", &[]),
            ("201.555.0100", "201.555.0100", &[]),
            ("+44 20 7946 0958 x12", "+44 20 7946 0958 x12", &[]),
            ("1-800-FORD-NOW", "1-800-FORD-NOW", &[]),
            ("call Ana 201-555-0100 x12", "call Ana 201-555-0100 x12", &[]),
            ("call Ana", "", &[Mended::NoPhone]),
            ("by mail only", "", &[Mended::NoPhone]),
            ("-", "", &[Mended::Placeholder]),
        ],
    );
}

#[test]
fn several_numbers_are_all_kept_in_one_form() {
    let several: &[Mended] = &[Mended::SeveralNumbers];
    let both = "(201) 555-0100 / (201) 555-0101";
    becomes(
        ProfileField::Phone,
        &[
            (both, both, several),
            ("(201) 555-0100/(201) 555-0101", both, several),
            ("(201) 555-0100; (201) 555-0101;", both, several),
            ("(201) 555-0100 ::: (201) 555-0101", both, several),
            ("(201) 555-0100 or (201) 555-0101", both, several),
            ("(201) 555-0100 AND (201) 555-0101", both, several),
            ("(201) 555-0100 | (201) 555-0101", both, several),
            ("office 201-555-0100, cell 201-555-0101", "office 201-555-0100 / cell 201-555-0101", several),
            ("office, 201-555-0100; 201-555-0101", "office, 201-555-0100 / 201-555-0101", several),
            // A stroke within a number is none between two.
            ("201/555-0100; 201/555-0101", "201/555-0100; 201/555-0101", several),
            ("201-555-0100; 201-555-0101 (Ana)", "201-555-0100 / 201-555-0101 (Ana)", several),
            // Nobody can tell where the first of these ends but by its digits.
            ("201-555-0100 201-555-0101", "201-555-0100 201-555-0101", several),
            (
                "201-555-0100, ext. 5; 201-555-0101",
                "(201) 555-0100 ext. 5 / 201-555-0101",
                &[Mended::SeveralNumbers, Mended::Extension],
            ),
        ],
    );
    for number in ["2015550100", "2015550101"] {
        assert!(crate::domain::phone::same_phone(both, number));
    }
}

#[test]
fn what_is_no_number_is_left_out_and_a_number_of_letters_is_kept() {
    for cell in [
        "0",
        "1",
        "123",
        "12-34",
        "000-000-0000",
        "(000) 000-0000",
        "111-111-1111",
        "999-999-9999",
        "123-456-7890",
        "0000000",
        "call 123",
        "ext. 12",
        "12345678901234567890",
        "1.23456789012345E+15",
        "456 Main Street, Salem",
    ] {
        assert_eq!(read(ProfileField::Phone, cell), (String::new(), vec![Mended::NoPhone]), "{cell}");
    }
    for cell in ["1-800-FLOWERS", "800 GO FEDEX", "1-800-CAR-4YOU", "555-0100", "+44 20 7946 0958", "00 49 30 5550100"]
    {
        assert_eq!(read(ProfileField::Phone, cell), (cell.to_owned(), vec![]), "{cell}");
    }
    for (cell, words) in [
        ("555-010O", "`555-010O` has the letter O at character 8, where a digit belongs"),
        ("1-8OO-555-0100", "has the letter O at character 4"),
        ("2o1 555 0l00", "has the letter o at character 2"),
        ("201-555-0100 / 201-555-0I01", "has the letter I at character 25"),
    ] {
        assert_eq!(read(ProfileField::Phone, cell).0, cell);
        let why = ProfileField::Phone.check(cell).unwrap_err();
        assert!(why.contains(words), "{why}");
        assert_eq!(crate::domain::phone::numbers(cell), [], "{cell}");
    }
    for cell in ["1-800-FLOWERS", "201-555-0100 office", "201-555-0100office", "O2 Auto 201-555-0100", "call Ana", ""] {
        assert_eq!(ProfileField::Phone.check(cell), Ok(()), "{cell}");
    }
}

#[test]
fn an_address_that_stands_for_none_is_refused() {
    for cell in [
        "none@none.example",
        "NoEmail@harborford.example",
        "no-email@x.example",
        "na@na.example",
        "n/a@dealer.example",
        "test@test.example",
        "no@no.example",
        "x@x.x",
    ] {
        let why = ProfileField::Email.check(&read(ProfileField::Email, cell).0).unwrap_err();
        assert_eq!(why, format!("`{cell}` is an address that stands for none"));
    }
    for cell in [
        "na@harborford.example",
        "test@harborford.example",
        "no@example.com",
        "nonel@example.com",
        "x@example.com",
        "test@mail.test.example",
    ] {
        assert_eq!(ProfileField::Email.check(cell), Ok(()), "{cell}");
    }
}

#[test]
fn a_zone_as_hubspot_writes_it_is_read() {
    for (cell, zone) in [
        ("america_slash_chicago", "America/Chicago"),
        ("us_slash_central", "US/Central"),
        ("america_slash_north_dakota_slash_new_salem", "America/North_Dakota/New_Salem"),
        ("america_slash_port_minus_au_minus_prince", "America/Port-au-Prince"),
    ] {
        let text = read(ProfileField::Timezone, cell).0;
        assert_eq!(crate::domain::read_zone(&text).unwrap().name(), zone, "{cell}");
    }
}

#[test]
fn an_address_loses_what_stands_around_it_and_several_are_left_to_be_told_apart() {
    let around: &[Mended] = &[Mended::AroundAddress];
    becomes(
        ProfileField::Email,
        &[
            ("mailto:Ana@Example.com", "Ana@Example.com", around),
            ("Ana Ruiz <ana@example.com>", "ana@example.com", around),
            ("ana@example.com.", "ana@example.com", around),
            ("carla diaz@example.com", "carla diaz@example.com", &[]),
            ("do not use joe@example.com", "do not use joe@example.com", &[]),
            ("ana@example.com\n", "ana@example.com", &[]),
            ("a@example.com; b@example.com", "a@example.com; b@example.com", &[]),
            ("ana@example.com?subject=x", "ana@example.com?subject=x", &[]),
        ],
    );
    assert!(ProfileField::Email.check("a@example.com; b@example.com").unwrap_err().contains("more than one address"));
}

#[test]
fn a_key_is_compared_as_it_is() {
    becomes(ProfileField::DealerCode, &[("=\"00123\"", "00123", &[Mended::Formula]), (" xts1 ", "xts1", &[])]);
    for (cell, words) in [
        ("1.23E+11", "`1.23E+11`: the spreadsheet shortened the number"),
        ("14-Mar", "`14-Mar`: the spreadsheet made a date of it"),
        ("=A1", "`=A1`: is a formula"),
        ("TRUE", "`TRUE`: the spreadsheet made a truth value of it"),
        ("123.0", "`123.0`: the spreadsheet wrote it as a number"),
        ("1,234", "`1,234`: the spreadsheet wrote it as a number"),
        ("=\"100.5\"", "`100.5`: is a number with a fraction"),
    ] {
        assert!(read_value(ProfileField::DealerCode, cell).unwrap_err().starts_with(words), "{cell}");
    }
    // What cannot be seen in it stays, and is refused.
    let (text, mended) = read(ProfileField::DealerCode, "xts\u{200b}1");
    assert!(mended.is_empty() && ProfileField::DealerCode.check(&text).is_err());
}

proptest::proptest! {
    #[test]
    fn whatever_stands_in_a_cell_reads_as_itself_when_it_is_read_again(
        place in 0..ProfileField::ALL.len(), cell in "(?s).{0,24}|[-&;#a-z0-9x@<> \n\t/.ÃÂâ€™±©]{0,24}"
    ) {
        let field = ProfileField::ALL[place];
        if let Ok((text, mended)) = read_value(field, &cell) {
            let again = read_value(field, &text);
            proptest::prop_assert_eq!(again.as_ref().map(|(again, _)| again.as_str()), Ok(text.as_str()));
            proptest::prop_assert!(mended.iter().all(|mended| !mended.message().is_empty()));
        }
    }
}
