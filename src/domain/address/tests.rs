//! Single addresses, right and wrong.

use super::*;

fn why_not(text: &str) -> String {
    check(text).unwrap_err().to_string()
}

fn address(text: &str) -> Address {
    check(text).unwrap_or_else(|why| panic!("{text}: {why}"))
}

#[test]
fn an_address_is_shown_as_it_was_written_and_with_its_name_in_front() {
    let ana = address("Ana@Example.com");
    assert_eq!((ana.to_string(), format!("{ana:?}")), ("Ana@example.com".to_owned(), "`Ana@example.com`".to_owned()));
    for text in ["Ana Ruiz <ana@example.com>", "ana@example.com"] {
        assert_eq!(Mailbox::read(text).unwrap().to_string(), text);
    }
}

#[test]
fn a_mailbox_called_like_its_domain_stands_for_none_only_by_a_name_that_nobody_has() {
    for (text, expected) in [
        ("na@na.example", true),
        ("TEST@test.example", true),
        ("harbor@harbor.example", false),
        ("ana@na.example", false),
        ("na@ana.example", false),
    ] {
        assert_eq!(address(text).stands_for_none(), expected, "{text}");
    }
}

#[test]
fn what_is_wrong_with_an_address_is_told_with_its_place() {
    for (text, words) in [
        ("an\u{200b}a@example.com", "has a character that cannot be seen (U+200B), at character 3: take it out"),
        ("\u{7}ana@example.com", "has a control character (U+0007), at character 1"),
        ("an\u{a0}a@example.com", "has a space in it, at character 3"),
        ("Ana <ana@example.com>", "has more in it than an address (`<` at character 5)"),
        ("ana@example.com/", "with `/` at character 16"),
    ] {
        assert!(why_not(text).contains(words), "{text:?}: {}", why_not(text));
    }
}

#[test]
fn a_mailbox_is_of_letters_and_the_signs_that_servers_take() {
    for (text, words) in [
        ("=?utf-8?x?=@example.com", "it looks like an encoded word"),
        (".ana@example.com", "it begins or ends with a dot"),
        ("ana.@example.com", "it begins or ends with a dot"),
        ("é..b@example.com", "it has two dots in a row"),
        ("a€b@example.com", "no mailbox has `€` (U+20AC), at character 2"),
        // Full-width and half-width forms are other characters to whoever folds them.
        ("ana\u{ff71}@example.com", "no mailbox has"),
    ] {
        assert!(why_not(text).contains(words), "{text}: {}", why_not(text));
    }
    for text in ["josé@example.com", "山田@example.com", "o'rourke+x_1@example.com"] {
        assert_eq!(address(text).as_str(), text);
    }
    // Servers take doubled dots between quotation marks, and so they are written, however they came.
    for text in ["a..b@example.com", "\"a..b\"@example.com"] {
        assert_eq!(address(text).as_str(), "\"a..b\"@example.com");
    }
    assert!(check("\"a.b\"@example.com").is_err());
}

#[test]
fn a_domain_has_a_dot_and_hyphens_only_inside_its_parts() {
    for domain in ["-example.com", "example-.com", "mail.-example.com"] {
        let why = why_not(&format!("ana@{domain}"));
        assert!(why.contains("other characters than letters, digits and hyphens inside"), "{why}");
    }
    assert!(why_not("ana@example").contains("it has no dot"));
    for (text, domain) in [
        ("ana@localhost", "localhost"),
        ("ana@my-dealer.EXAMPLE", "my-dealer.example"),
        ("ana@bücher.example", "xn--bcher-kva.example"),
    ] {
        assert_eq!(address(text).domain(), domain);
    }
}

#[test]
fn two_addresses_are_of_one_mailbox_in_whatever_form_they_are_written() {
    for (one, other, same) in [
        ("Ana@example.com", "ana@EXAMPLE.com ", true),
        ("ana@example.com", "ben@example.com", false),
        ("a..b@example.com", "\"A..b\"@example.com", true),
        ("a..b@example.com", "\"a..c\"@example.com", false),
        ("ana@bücher.example", "ana@xn--bcher-kva.example", true),
        ("ana@BÜCHER.example", "ana@bücher.example", true),
        ("ana@bücher.example", "ben@bücher.example", false),
        // A full stop of East Asia.
        ("ana@example.com", "ana@example。com", true),
        ("ana@example.com", "ana@example。net", false),
        ("call Ana", "call ANA", true),
        ("call Ana", "call Bén", false),
    ] {
        assert_eq!(same_address(&one.into(), &other.into()), same, "{one} {other}");
        assert_eq!(same_address(&other.into(), &one.into()), same, "{other} {one}");
    }
}

#[test]
fn a_letter_of_another_alphabet_among_latin_ones_is_told_and_a_whole_word_of_it_is_not() {
    // Cyrillic: а, е, с, о and р look like Latin letters, и and д do not.
    for (text, words) in [
        ("\u{430}na@example.com", "has `а` (U+0430, Cyrillic) at character 1, which looks like a"),
        ("an\u{430}@example.com", "at character 3, which looks like a"),
        ("ana@ex\u{430}mple.com", "at character 7, which looks like a"),
        ("ana@mail.ex\u{430}mple.com", "at character 12, which looks like a"),
        ("\u{430}n\u{434}@example.com", "at character 1, which looks like a"),
        // It reads as a Latin word from end to end.
        ("\u{441}\u{43e}\u{441}\u{430}@example.com", "at character 1, which looks like c"),
    ] {
        assert!(why_not(text).contains(words), "{text}: {}", why_not(text));
    }
    for text in ["\u{438}\u{432}\u{430}\u{43d}@example.com", "jos\u{e9}@example.com", "b\u{e6}r@example.com"] {
        assert_eq!(address(text).as_str(), text);
    }
}
