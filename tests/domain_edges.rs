//! Where small rules of the domain turn. Each holds a change of them that cargo-mutants made and that no other test of the
//! domain saw.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod domain_rules_support;

use std::time::Duration;

use cloverwatch::domain::address::{Address, check, is_reserved};
use cloverwatch::domain::budget::Budget;
use cloverwatch::domain::bulk::{Bulk, BulkKind};
use cloverwatch::domain::full_names::{FullNames, Named};
use cloverwatch::domain::{
    Actor, Ask, Attention, Command, Contact, DealershipId, Event, Fact, InvitationCode, LetterKind, Onboarding,
    Outcome, evolve,
};
use domain_rules_support::{Case, id};

fn address(text: &str) -> Address {
    check(text).unwrap()
}

#[test]
fn an_address_is_what_was_written_and_reaches_somebody_unless_its_domain_is_reserved() {
    assert_eq!(address(" Tom@Dealer.example.com ").as_str(), "Tom@dealer.example.com");
    assert!(is_reserved("tom@example.com") && is_reserved("tom@dealer.test"));
    assert!(!is_reserved("tom@example.com.au") && !is_reserved("no address"));
}

#[test]
fn a_mailbox_has_64_bytes_and_an_address_254() {
    let mailbox = |length: usize| format!("{}@example.com", "m".repeat(length));
    assert!(check(&mailbox(64)).is_ok());
    assert!(check(&mailbox(65)).is_err());
    let with = |last: usize| {
        let label = "d".repeat(63);
        format!("{}@{label}.{label}.{}", "m".repeat(64), "d".repeat(last))
    };
    let whole = |last: usize| with(last).len();
    assert_eq!((whole(61), check(&with(61)).is_ok()), (254, true));
    assert_eq!((whole(62), check(&with(62)).is_ok()), (255, false));
}

#[test]
fn of_a_code_no_more_than_a_quarter_is_shown() {
    let masked = |code: &str| code.parse::<InvitationCode>().unwrap().masked();
    assert_eq!((masked("AB-1"), masked("AB-1234")), ("••••1".into(), "••••4".into()));
    assert_eq!((masked("AB-12345"), masked("AB-12345678901234")), ("••••45".into(), "••••34".into()));
}

#[test]
fn a_person_is_known_by_the_address_and_without_one_by_name_and_number() {
    let contact =
        |name: &str, email: &str, phone: &str| Contact { name: name.into(), email: email.into(), phone: phone.into() };
    let tom = contact("Tom", "tom@example.com", "201-555-0101");
    for (other, same) in [
        (contact("TOM", "Tom@Example.com", "201-555-0199"), true),
        (contact("", "tom@example.com", ""), true),
        (contact("Ann", "tom@example.com", "201-555-0101"), false),
        (contact("Tom", "ann@example.com", "201-555-0101"), false),
        (contact("Tom", "", "201-555-0101"), true),
        (contact("Tom", "", "201-555-0102"), false),
        (contact("Ann", "", "201-555-0101"), false),
    ] {
        assert_eq!((tom.is_same_person(&other), other.is_same_person(&tom)), (same, same), "{other:?}");
    }
}

#[test]
fn requests_of_a_second_are_as_far_apart_as_its_rate_says_and_a_margin() {
    let mut budget = Budget::per_second(10, Duration::ZERO);
    let began = Duration::from_secs(10);
    budget.spend(began);
    // A hundredth more than the rate needs, and half of that again, which late timers make up for.
    assert_eq!(budget.ready_in(began), Duration::from_micros(151_500));
}

#[test]
fn what_is_done_for_many_counts_only_letters_with_codes_and_is_left_while_it_can_be_done() {
    let mut case = Case { letters: Some(0), ..Case::new() };
    let at = case.now;
    let (one, other) = (id(), DealershipId::from_bits(2));
    let queue = |kind| vec![(one, Command::QueueLetter { kind }), (other, Command::QueueLetter { kind })];
    assert!(Bulk::of_commands(&queue(LetterKind::Invitation), at, "ana").is_some());
    assert_eq!(Bulk::of_commands(&queue(LetterKind::Live), at, "ana"), None);
    let mixed = vec![(one, Command::QueueLetter { kind: LetterKind::Reissue }), (other, Command::Archive)];
    assert_eq!(Bulk::of_commands(&mixed, at, "ana"), None);

    let bulk = Bulk::of_asks(&[(one, Ask::Invite), (other, Ask::Invite)], false, at, "ana").unwrap();
    assert_eq!(bulk.what, BulkKind::Invite);
    let left = |case: &Case| bulk.left(case.now, |asked| Some(case.state()).filter(|_| asked == one));
    assert_eq!(left(&case), [one], "what is not there is not left");
    let live = {
        let mut live = case.clone();
        live.observe(Outcome::Connected);
        live
    };
    assert_eq!(left(&live), [], "whoever is connected needs no code");
    case.tell(case.paste("CODE-1", Ask::Invite));
    assert_eq!(left(&case), [], "it is done");
}

#[test]
fn whoever_is_connected_needs_no_letter_with_a_code() {
    let mut case = Case { letters: Some(0), ..Case::new() };
    case.tell(case.paste("CODE-1", Ask::Invite));
    let letter = case.state().newest_letter().unwrap().id;
    let reason = "550 5.1.1 no such user".into();
    let fact = Fact::EmailFailed { letter, reason, retry_at: None, address: None, server: false };
    let event = Event { seq: 1_000, at: case.now, actor: Actor::person("ana"), dealership: Some(id()), fact };
    case.state = evolve(case.state.take(), &event);
    let attention = |case: &Case| case.state().attention(case.now, &case.policy);
    assert_eq!(attention(&case), Some(Attention::LetterFailed));
    let mut connected = case.clone();
    connected.observe(Outcome::Connected);
    assert_ne!(attention(&connected), Some(Attention::LetterFailed));
}

#[test]
fn a_dealership_is_found_by_its_code_its_name_and_its_id() {
    let state = |number: u64, name: &str, code: &str| -> Onboarding {
        let mut state = Case::new().state.unwrap();
        (state.id, state.profile.name, state.profile.dealer_code) =
            (DealershipId::from_bits(number), name.into(), code.into());
        state
    };
    let all = [state(1, "Harbor Ford", "h1"), state(2, "Harbor Ford", "h2"), state(3, "Peña Kia", "p-3")];
    let names = FullNames::of(&all);
    assert!(matches!(names.find("h2"), Named::One(found) if found == all[1].id));
    assert!(matches!(names.find("pena kia"), Named::One(found) if found == all[2].id));
    assert!(matches!(names.find(&all[0].id.to_string()), Named::One(found) if found == all[0].id));
    assert!(!matches!(names.find("Harbor Ford"), Named::One(_)), "two have it");
    assert!(!matches!(names.find("Lakeside"), Named::One(_)));
}
