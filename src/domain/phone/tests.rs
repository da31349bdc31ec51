//! Numbers as people write them, and what is none.

use super::*;

fn all(text: &str) -> Vec<String> {
    let one = |number: PhoneNumber| match number.extension {
        Some(extension) => format!("{}x{extension}", number.digits),
        None => number.digits,
    };
    numbers(text).into_iter().map(one).collect()
}

#[test]
fn a_number_is_read_however_it_is_written() {
    for text in [
        "(797) 555-0950",
        "797.555.0950",
        "+1 797 555 0950",
        "1-797-555-0950",
        "001 797 555 0950",
        "011 1 797 555 0950",
        "7975550950",
        " 797/555-0950 ",
        "797\u{a0}555\u{2011}0950",
        "７９７ ５５５ ０９５０",
    ] {
        assert_eq!(all(text), ["7975550950"], "{text}");
        assert_eq!(digits(text).as_deref(), Some("7975550950"), "{text}");
        assert_eq!(read(text).map(|number| written(&number)).as_deref(), Some("(797) 555-0950"), "{text}");
    }
    assert_eq!(all("555-0950"), ["5550950"]);
    assert_eq!(all("+44 20 7946 0958"), ["442079460958"]);
    assert_eq!(all("011 44 20 7946 0958"), ["442079460958"]);
    // Ten digits have nothing before them that leads abroad.
    assert_eq!([all("011-555-0100"), all("001 555 0100")], [["0115550100"], ["0015550100"]]);
}

#[test]
fn an_extension_is_kept_apart() {
    for text in [
        "(201) 555-0100 x12",
        "201.555.0100 ext. 12",
        "201-555-0100 EXT 12",
        "201-555-0100, ext: 12",
        "201-555-0100 Extension 12",
        "201-555-0100 #12",
        "201-555-0100x12",
        "514-555-0100 poste 12".replace("514", "201").as_str(),
        "+1-201-555-0100;ext=12",
        "(201) 555-0100 (ext. 12)",
    ] {
        assert_eq!(all(text), ["2015550100x12"], "{text}");
        assert_eq!(read(text).map(|number| written(&number)).as_deref(), Some("(201) 555-0100 ext. 12"), "{text}");
    }
    assert_eq!(all("ext. 12"), [""; 0]);
    assert_eq!(all("201-555-0100 x12a"), ["2015550100"]);
}

#[test]
fn several_numbers_in_one_text_are_told_apart() {
    for text in [
        "201-555-0103 / 201-555-0104",
        "201-555-0103/201-555-0104",
        "201-555-0103 or 201-555-0104",
        "201-555-0103, +1 201-555-0104",
        "201-555-0103 201-555-0104",
        "(201) 555-0103 - (201) 555-0104",
        "office 201-555-0103; cell 201-555-0104",
    ] {
        assert_eq!(all(text), ["2015550103", "2015550104"], "{text}");
        assert_eq!(read(text), None, "{text}");
    }
    assert_eq!(all("201-555-0103 x1 / 201-555-0104 x2"), ["2015550103x1", "2015550104x2"]);
    assert_eq!(all("555-0103 / 555-0104"), ["5550103", "5550104"]);
    // An extension is of the number before it, with whatever between them.
    assert_eq!(all("201-555-0103 201-555-0104 x2"), ["2015550103", "2015550104x2"]);
    assert_eq!(all("201-555-0103 / 201-555-0104 / x2"), ["2015550103", "2015550104x2"]);
}

#[test]
fn words_are_no_number_and_a_text_with_more_than_a_number_is_not_rewritten() {
    for text in ["", "-", "call Ana", "ext 3", "1-800-FORD-NOW", "12", "+", "/", "12345678901234567890"] {
        assert_eq!(all(text), [""; 0], "{text}");
        assert_eq!(read(text), None, "{text}");
    }
    for text in ["call Ana 201-555-0100", "201-555-0103/04", "(201) 555-0100 office", "201-555-0100, 12"] {
        assert_eq!(numbers(text).len(), 1, "{text}");
        assert_eq!(read(text), None, "{text}");
    }
    assert_eq!(read("555-0100"), None, "its area code is not known");
    assert_eq!(written(&numbers("555-0100").remove(0)), "555-0100");
}

#[test]
fn one_number_in_common_makes_the_same_phone() {
    for (one, other, same) in [
        ("(201) 555-0100 x12", "+1 201.555.0100 ext. 12", true),
        ("(201) 555-0100 x12", "201-555-0100", true),
        ("(201) 555-0100 x12", "(201) 555-0100 x13", false),
        ("201-555-0103 / 201-555-0104", "2015550104", true),
        ("2015550103", "2015550104", false),
        ("call Ana", "call Ana", false),
        ("", "", false),
    ] {
        assert_eq!(same_phone(one, other), same, "{one} {other}");
        assert_eq!(same_phone(other, one), same, "{other} {one}");
    }
}

#[test]
fn a_number_at_the_beginning_of_a_text_ends_where_it_is_whole() {
    for (text, digits, taken) in [
        ("(201) 555-0100 ford", "2015550100", "(201) 555-0100"),
        ("201 555 0100", "2015550100", "201 555 0100"),
        ("+1 201 555 0101", "2015550101", "+1 201 555 0101"),
        ("+1 201 555", "201555", "+1 201 555"),
        ("1 (201) 555-0101", "2015550101", "1 (201) 555-0101"),
        ("001 201 555 0108 x", "2015550108", "001 201 555 0108"),
        ("555 0104", "5550104", "555 0104"),
        ("201-555-0100 ext. 12 ford", "2015550100", "201-555-0100 ext. 12"),
        ("201-555-0100x12", "2015550100", "201-555-0100x12"),
    ] {
        let end = taken.len();
        assert_eq!(leading(text), Some((digits.to_owned(), end)), "{text}");
    }
    for text in ["02042 2042 1", "12", "ford 201 555 0100", "201 555 0100a", "", "2020 2021", "2 201 555 0100"] {
        assert_eq!(leading(text), None, "{text}");
    }
}

#[test]
fn a_number_alone_is_searched_by_its_digits_and_any_other_text_as_it_stands_too() {
    for (text, expected) in [
        ("(201) 555-0100", "2015550100"),
        ("555", "555"),
        ("+44 20 7946 0958 123", "442079460958123"),
        ("12345678901234567890", "12345678901234567890"),
        ("201 555 0100 201 555 0101", "2015550100 2015550101 201 555 0100 201 555 0101"),
        ("201-555-0100 ext. 12", "2015550100 201-555-0100 ext. 12"),
        ("call Ana", "call Ana"),
    ] {
        assert_eq!(searched(text), expected);
    }
}

proptest::proptest! {
    #[test]
    fn anything_is_read_and_a_written_number_reads_as_itself(text in "[0-9+()./ x#-]{0,40}|\\PC{0,30}") {
        for number in numbers(&text) {
            let again = numbers(&written(&number));
            if number.digits.len() == NATIONAL && !number.digits.starts_with('1') || number.digits.len() == 7 {
                proptest::prop_assert_eq!(again, vec![number]);
            }
        }
        if let Some((_, end)) = leading(&text) {
            proptest::prop_assert!(text.is_char_boundary(end));
        }
        proptest::prop_assert!(same_phone(&text, &text) || numbers(&text).is_empty());
    }
}
