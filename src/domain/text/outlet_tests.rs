//! Text on its way out: what each place that it goes to takes.

use std::path::Path;

use super::*;

#[test]
fn a_cell_of_csv_is_cleaned_and_no_formula() {
    for (text, cell) in
        [("Harbor Ford", "Harbor Ford"), ("=1+1", "'=1+1"), ("a\u{1b}b", "a\u{fffd}b"), ("\t=1", "' =1"), ("", "")]
    {
        assert_eq!(Untrusted::from(text).csv(), cell, "{text:?}");
    }
}

#[test]
fn a_header_has_at_most_200_characters_and_none_of_the_spaces_around_it() {
    for (text, header) in [
        (" Harbor Ford ".to_owned(), "Harbor Ford".to_owned()),
        (" Núñez\n".to_owned(), "Núñez".to_owned()),
        ("x".repeat(200), "x".repeat(200)),
        ("x".repeat(201), "x".repeat(200)),
        ("é".repeat(150), "é".repeat(150)),
        ("é".repeat(201), "é".repeat(200)),
    ] {
        assert_eq!(Untrusted::from(text.as_str()).header(), header);
    }
}

#[test]
fn that_there_is_nothing_is_said_in_words() {
    for (text, shown) in [("", "(nothing)"), ("Harbor Ford", "Harbor Ford"), ("a\u{202e}b", "a\u{fffd}b")] {
        assert_eq!(or_nothing(text), shown);
    }
}

#[test]
fn what_has_nothing_odd_in_it_is_left_as_it_is() {
    for text in [" Núñez ", " Nunez ", "", "  é"] {
        assert_eq!(tidy(text), text);
    }
    assert_eq!(tidy(" Núñez\u{200b} "), "Núñez");
}

#[test]
fn a_long_text_is_cut_whatever_it_is_made_of() {
    for letter in ["x", "é"] {
        let cut = letter.repeat(SHOWN_CHARS) + "…";
        assert_eq!(clean(&letter.repeat(SHOWN_CHARS)), letter.repeat(SHOWN_CHARS));
        assert_eq!(clean(&letter.repeat(SHOWN_CHARS + 1)), cut);
    }
}

#[test]
fn what_keeps_letters_apart_stands_between_two_of_a_script_that_joins_them() {
    for (text, shown) in [
        ("می\u{200c}خ", "میخ"),
        ("می\u{200c}", "می\u{fffd}"),
        ("می\u{200c} a", "می\u{fffd} a"),
        ("a\u{200c}می", "a\u{fffd}می"),
    ] {
        assert_eq!(clean(text), shown, "{text:?}");
    }
}

#[test]
fn nothing_of_a_text_is_markup() {
    assert_eq!(
        escape_html("<a href=\"x\">D'Amico & Sons</a>"),
        "&lt;a href=&quot;x&quot;&gt;D&#39;Amico &amp; Sons&lt;/a&gt;"
    );
    assert_eq!(escape_html("Núñez Kia"), "Núñez Kia");
}

#[test]
fn what_cannot_be_seen_is_escaped_in_json_and_reads_back_the_same() {
    for (json, shown) in [
        ("{\"name\":\"Ford\"}", "{\"name\":\"Ford\"}"),
        ("\"\u{7f}\"", "\"\\u007f\""),
        ("\"a\u{202e}é\"", "\"a\\u202eé\""),
        ("\"\u{e0041}\"", "\"\\udb40\\udc41\""),
        ("[\n  \"é\"\n]", "[\n  \"é\"\n]"),
    ] {
        let found = escaped(json);
        assert_eq!(found, shown);
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&found), read(json));
    }
}

#[test]
fn a_query_of_an_address_shows_what_is_filled_in_and_what_is_empty() {
    for (address, shown) in [
        ("https://example.com/a?{{ dealer_code }}", "https://example.com/a?{{ dealer_code }}"),
        ("https://example.com/a?{{ dealer_code }}&S3CRET", "https://example.com/a?{{ dealer_code }}&********"),
        ("https://example.com/a?", "https://example.com/a?"),
        ("https://example.com/a?&x=", "https://example.com/a?&x="),
    ] {
        assert_eq!(masked_address(address), shown);
    }
}

#[test]
fn what_is_logged_or_named_by_its_path_is_cleaned() {
    assert_eq!(format!("{:?}", Untrusted::from("a\u{1b}[2Jb")), "\"a\u{fffd}[2Jb\"");
    assert_eq!(shown_path(Path::new("lists/a\u{202e}b.csv")), "lists/a\u{fffd}b.csv");
}
