//! Addresses: what is one, what is not, and what nobody can own.

use cloverwatch::domain::address::{AddressProblem, Mailbox, check, is_reserved};
use cloverwatch::domain::{LetterKind, ProfileField, same_address};
use mail_parser::MessageParser;
use proptest::prelude::*;

use crate::world::{dealership, write};

/// What is taken, and how it is written.
const GOOD: &[(&str, &str)] = &[
    ("carla@example.com", "carla@example.com"),
    ("  carla@example.com ", "carla@example.com"),
    ("Carla.Moreno@Example.COM", "Carla.Moreno@example.com"),
    ("c@a.test", "c@a.test"),
    ("service+xtime@mail.example.org", "service+xtime@mail.example.org"),
    ("o'rourke@example.net", "o'rourke@example.net"),
    ("a_b-c.d@example.com", "a_b-c.d@example.com"),
    ("!#$%&'*+/=^?_`{|}~-@example.com", "!#$%&'*+/=^?_`{|}~-@example.com"),
    ("0@1.example", "0@1.example"),
    ("carla@xn--mller-kva.example", "carla@xn--mller-kva.example"),
    ("carla@müller.example", "carla@xn--mller-kva.example"),
    ("carla@MÜLLER.example", "carla@xn--mller-kva.example"),
    ("carla@例え.test", "carla@xn--r8jz45g.test"),
    ("josé@example.com", "josé@example.com"),
    ("用户@例え.test", "用户@xn--r8jz45g.test"),
    ("root@localhost", "root@localhost"),
    ("pat.st..clair.1@example.net", "\"pat.st..clair.1\"@example.net"),
    ("\"pat.st..clair.1\"@example.net", "\"pat.st..clair.1\"@example.net"),
];

const BAD: &[&str] = &[
    "",
    "   ",
    "carla",
    "carla@",
    "@example.com",
    "@",
    "carla at example.com",
    "carla@example",
    "carla@.example.com",
    "carla@example..com",
    "carla@example.com.",
    "carla@-example.com",
    "carla@example-.com",
    "carla@exa_mple.com",
    "carla@exa mple.com",
    "carla moreno@example.com",
    "carla@example.com carla",
    "a@b@example.com",
    "a@example.com@example.org",
    "a@example.com,b@example.com",
    "a@example.com, b@example.com",
    "a@example.com;b@example.com",
    "a,b@example.com",
    "a;b@example.com",
    "Carla <carla@example.com>",
    "<carla@example.com>",
    "carla@example.com>",
    "<carla@example.com",
    "carla(home)@example.com",
    "carla@example.com (Carla)",
    "(x)carla@example.com",
    "friends: a@example.com;",
    "friends:;",
    "mailto:carla@example.com",
    "\"carla moreno\"@example.com",
    "\"carla\"@example.com",
    "\"a@evil.example, b\"@example.com",
    "\"a..b@example.com",
    "a..b\"@example.com",
    "\"a..\"b\"@example.com",
    "\"a.. b\"@example.com",
    "\"a..b\\\"@example.com",
    "car\"la@example.com",
    "car\\la@example.com",
    ".carla@example.com",
    "carla.@example.com",
    "..@example.com",
    "carla@127.0.0.1",
    "carla@[127.0.0.1]",
    "carla@[::1]",
    "carla@[IPv6:::1]",
    "carla@2130706433",
    "carla@0x7f.1",
    "carla@example.123",
    "carla@example.com:25",
    "carla@example.com/path",
    "carla@example.com?subject=x",
    "carla@example.com#x",
    "carla@%65xample.com",
    "carla@example%2ecom",
    "carla@example.com\nBcc: x@example.org",
    "carla@example.com\r\nBcc: x@example.org",
    "carla\r@example.com",
    "carla\n@example.com",
    "carla\t@example.com",
    "carla\0@example.com",
    "carla\u{1b}[2J@example.com",
    "carla\u{7f}@example.com",
    "carla\u{85}@example.com",
    "carla\u{a0}@example.com",
    "carla\u{200b}@example.com",
    "carla\u{200d}@example.com",
    "carla\u{202e}@example.com",
    "carla\u{2028}@example.com",
    "carla\u{ad}@example.com",
    "carla\u{feff}@example.com",
    "carla@exam\u{200b}ple.com",
    "carla@example\u{202e}.com",
    "=?utf-8?q?x?=@example.com",
    "carla\u{ff20}example.com",
    "carla\u{ff20}x@example.com",
    "carla\u{ff0c}x@example.com",
    "carla@xn--.example",
    "carla@xn--a.example",
    "josé..x@example.com",
    "carla\u{1fa60}@example.com",
];

#[test]
fn what_is_one_address() {
    for (text, written) in GOOD {
        let address = check(text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
        assert_eq!(address.as_str(), *written);
        assert_eq!(check(address.as_str()).as_ref(), Ok(&address), "{text}: its own form is taken");
        let mut state = dealership();
        state.profile.contact.email = (*text).into();
        let outgoing = write(&state, LetterKind::Invitation).unwrap().outgoing().unwrap();
        assert_eq!(outgoing.to, *written);
        let message = MessageParser::default().parse(&outgoing.message).unwrap();
        let to = message.to().unwrap().as_list().unwrap();
        assert_eq!(to.len(), 1, "{text}");
        assert_eq!(to[0].address().map(|address| address.replace('"', "")), Some(written.replace('"', "")), "{text}");
    }
}

#[test]
fn what_is_none() {
    for text in BAD {
        let problem = check(text).err().unwrap_or_else(|| panic!("{text:?} was taken")).to_string();
        assert!(!problem.contains(cloverwatch::domain::text::is_invisible) && problem.len() < 250, "{problem:?}");
        assert!(!is_reserved(text), "{text:?}");
    }
    for (long, part) in [
        (format!("{}@example.com", "a".repeat(65)), "before the @: it is too long"),
        (format!("{}..@example.com", "a".repeat(61)), "before the @"),
        (format!("{}..b@example.com", "a".repeat(60)), "before the @: it is too long"),
        (format!("{}@{}example.com", "a".repeat(64), "bcdefghijk.".repeat(17)), "it is too long"),
        (format!("a@{}.com", "b".repeat(64)), "too long"),
        (format!("a@{}example.com", "b.".repeat(130)), "too long"),
        ("x".repeat(5_000), "not a mail address"),
        ("a@".repeat(5_000), "more than one"),
    ] {
        let problem = check(&long).unwrap_err().to_string();
        assert!(problem.contains(part) && problem.chars().count() < 700, "{problem}");
    }
    assert!(matches!(check("a@example.com;b@example.com"), Err(AddressProblem::Several(_))));
    assert!(matches!(check("Ana <a@example.com>"), Err(AddressProblem::MoreThanAddress(..))));
}

/// A reason says which character it is, and where.
#[test]
fn a_refusal_names_the_character_and_its_place() {
    for (text, words) in [
        ("аna@example.com", "`аna@example.com` has `а` (U+0430, Cyrillic) at character 1, which looks like a"),
        ("ana@exаmple.com", "`а` (U+0430, Cyrillic) at character 7, which looks like a"),
        ("ana@mail.examplе.com", "`е` (U+0435, Cyrillic) at character 16, which looks like e"),
        ("jοe@example.com", "`ο` (U+03BF, Greek) at character 2, which looks like o"),
        ("ana@сосо.com", "`с` (U+0441, Cyrillic) at character 5, which looks like c"),
        ("carla@example.com?subject=x", "goes on behind the domain, with `?` at character 18"),
        ("carla@example.com/path", "with `/` at character 18"),
        ("carla\u{200b}@example.com", "a character that cannot be seen (U+200B), at character 6: take it out"),
        ("carla\n@example.com", "a space in it, at character 6"),
        ("carla\u{1b}@example.com", "an escape character, at character 6"),
        ("carla moreno@example.com", "a space in it, at character 6"),
        ("Carla <carla@example.com>", "more in it than an address (`<` at character 7)"),
        ("carla@example.com,", "more in it than an address (`,` at character 18)"),
        ("mailto:carla@example.com", "more in it than an address (`:` at character 7)"),
        ("carla\u{ff20}x@example.com", "no mailbox has `＠` (U+FF20), at character 6"),
        ("desk@exam_ple.com", "letters, digits and hyphens inside: `_`, at character 5"),
    ] {
        let problem = check(text).unwrap_err().to_string();
        assert!(problem.contains(words), "{text:?}: {problem}");
    }
    // A part in another script is what its owner wrote.
    for text in ["иван@example.com", "νίκος@example.com", "ana@пример.test", "müller@example.com", "ana@œuvre.test"]
    {
        assert!(check(text).is_ok(), "{text}: {:?}", check(text));
    }
}

#[test]
fn what_nobody_can_own() {
    for reserved in [
        "a@example.com",
        "a@EXAMPLE.NET",
        "a@mail.example.org",
        "a@dealer.test",
        "a@deep.down.example",
        "a@x.invalid",
        "a@localhost",
        "a@mail.localhost",
        "pat..x@example.com",
        "\"pat..x\"@example.com",
        "a@例え.test",
    ] {
        assert!(is_reserved(reserved), "{reserved}");
    }
    for owned in [
        "a@notexample.com",
        "a@example.com.internal",
        "a@example.internal",
        "a@test.internal",
        "a@mail.mytest",
        "a@xn--r8jz45g.internal",
        "a@example.com,b@mail.internal",
        "example.com",
        "",
    ] {
        assert!(!is_reserved(owned), "{owned}");
    }
}

#[test]
fn names_before_addresses() {
    for (text, shown) in [
        ("DataClover Onboarding <onboarding@example.com>", "DataClover Onboarding <onboarding@example.com>"),
        ("\"DataClover, Onboarding\" <onboarding@example.com>", "DataClover, Onboarding <onboarding@example.com>"),
        ("onboarding@example.com", "onboarding@example.com"),
        ("<onboarding@example.com>", "onboarding@example.com"),
        ("Evil <a@example.org> <onboarding@example.com>", "onboarding@example.com"),
        ("x\r\nBcc: y <onboarding@example.com>", "x Bcc: y <onboarding@example.com>"),
    ] {
        assert_eq!(Mailbox::read(text).unwrap().to_string(), shown);
    }
    for bad in
        ["", "Name", "Name <>", "Name <a@example.com", "Name <a@example.com>, B <b@example.com", "a@example.com, <b@x>"]
    {
        assert!(Mailbox::read(bad).is_err(), "{bad}");
    }
}

#[test]
fn what_an_import_takes_a_letter_can_be_sent_to_and_what_no_letter_can_it_refuses() {
    let longest = format!("{}@example.com", "a".repeat(64));
    for (text, words) in [
        (longest.as_str(), None),
        ("pat.st..clair.1@example.net", None),
        ("=?utf-8?q?desk?=@example.com", Some("it looks like an encoded word")),
        ("desk@exam_ple.com", Some("other characters than letters, digits and hyphens")),
        ("service at example.com", Some("is not a mail address")),
        ("a@example.com,b@example.com", Some("more than one address")),
        ("carla moreno@example.com", Some("has a space in it")),
    ] {
        let taken = ProfileField::Email.check(text);
        assert_eq!(taken.is_ok(), words.is_none(), "{text}: {taken:?}");
        assert_eq!(goes_out(text), words.is_none(), "{text}");
        if let Err(reason) = taken {
            assert!(reason.contains(words.unwrap()), "{text}: {reason}");
        }
    }
}

#[test]
fn one_mailbox_is_the_same_however_it_is_written() {
    let same = |one: &str, other: &str| same_address(&one.into(), &other.into());
    assert!(same("Carla@Example.com ", "carla@example.COM"));
    assert!(same("carla@müller.example", "carla@xn--mller-kva.example"));
    assert!(same("pat..x@example.com", "\"pat..x\"@example.com"));
    assert!(!same("carla@example.com", "carla@example.net"));
    assert!(!same("", "carla@example.com"));
}

/// Whether a letter to an address can be put together, down to the bytes that go over the wire.
fn goes_out(text: &str) -> bool {
    let mut state = dealership();
    state.profile.contact.email = text.into();
    write(&state, LetterKind::Invitation).is_ok_and(|letter| letter.outgoing().is_ok())
}

proptest! {
    /// The two ends are the same rule: nothing that was imported waits for ever, nothing that could be sent is refused.
    #[test]
    fn whatever_an_import_takes_the_builder_can_send(
        text in "[-a-zA-Z0-9.!#$%&'*+/=?^_`{|}~é用\"]{1,64}@[-a-z0-9._é]{1,20}\\.(com|test|example)|\\PC{0,30}@\\PC{1,12}\\.com|\\PC{0,20}"
    ) {
        prop_assume!(!text.trim_matches(' ').is_empty());
        prop_assert_eq!(ProfileField::Email.check(&text).is_ok(), goes_out(&text), "{}", text);
    }

    #[test]
    fn whatever_is_taken_is_one_recipient(text in "[-a-z.@,;:<>()\"\\\\ é=?%\\[\\]\r\n]{1,24}@?[a-z.%é-]{0,12}|\\PC{0,30}@example.com") {
        if let Ok(address) = check(&text) {
            let mut state = dealership();
            state.profile.contact.email = text.as_str().into();
            let outgoing = write(&state, LetterKind::OpcodeGuide).unwrap().outgoing().unwrap();
            prop_assert_eq!(&outgoing.to, address.as_str());
            let message = MessageParser::default().parse(&outgoing.message).unwrap();
            prop_assert_eq!(message.to().unwrap().as_list().unwrap().len(), 1);
        }
    }
}
