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
    OpcodeChoice, OpcodeOption, Outcome, ProfileEdit, ProfileField, ProfilePatch, ProfileUpdate, Query, QueryContext,
    ResponseFacts, Searchable, evolve,
};
use domain_rules_support::{Case, id, profile};

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

#[test]
fn of_those_that_could_be_meant_five_are_named() {
    let states: Vec<Onboarding> = (1..=8)
        .map(|number| {
            let mut state = Case::new().state.unwrap();
            (state.id, state.profile.name) = (DealershipId::from_bits(number), "Harbor Ford".into());
            state.profile.dealer_code = format!("h{number}").into();
            state
        })
        .collect();
    let five = "h1 (Harbor Ford), h2 (Harbor Ford), h3 (Harbor Ford), h4 (Harbor Ford), h5 (Harbor Ford)";
    for (count, words) in [
        (2, "h1 (Harbor Ford), h2 (Harbor Ford)".to_owned()),
        (5, five.to_owned()),
        (6, format!("{five}, 1 more")),
        (8, format!("{five}, 3 more")),
    ] {
        let named = FullNames::of(&states[..count]).find("Harbor Ford");
        assert_eq!((named.one(), named), (None, Named::Several(words)), "{count}");
    }
    let names = FullNames::of(&states);
    assert_eq!((names.find("h3").one(), names.find("Lakeside").one()), (Some(states[2].id), None));
}

#[test]
fn an_answer_with_a_code_or_a_message_can_be_told_from_others() {
    for (code, message, has_words) in
        [(None, None, false), (Some("E1"), None, true), (None, Some("no"), true), (Some("E1"), Some("no"), true)]
    {
        let facts = ResponseFacts { status: 403, code: code.map(Into::into), message: message.map(Into::into) };
        assert_eq!(facts.has_words(), has_words, "{facts}");
    }
}

#[test]
fn a_filter_asks_for_what_became_of_the_letter_that_tells_how_things_stand() {
    let mut case = Case { letters: Some(0), ..Case::new() };
    let holds = |case: &Case, text: &str| {
        let (query, state) = (Query::parse(text).unwrap(), case.state());
        let ctx = QueryContext { now: case.now, policy: &case.policy, me: None, twins: None };
        query.matches(state, &Searchable::new(state.id, &state.profile), &ctx)
    };
    assert!(holds(&case, "mail:none") && !holds(&case, "mail:queued"));
    case.tell(case.paste("CODE-1", Ask::Invite));
    for (text, expected) in [
        ("mail:queued", true),
        ("mail:sent", false),
        ("mail:sent,queued", true),
        ("!mail:queued", false),
        ("mail:none", false),
        ("mail:refused", false),
    ] {
        assert_eq!(holds(&case, text), expected, "{text}");
    }
}

#[test]
fn a_row_that_changes_nothing_is_no_update_and_each_kind_of_change_is_one() {
    let mut case = Case::new();
    let row = |field: ProfileField, text: &str| ProfilePatch {
        edits: vec![ProfileEdit { field, text: text.to_owned() }],
        defaults: Vec::new(),
    };
    let person = || vec![Contact { name: "Pat".into(), email: "pat@example.com".into(), phone: "".into() }];
    let choice = OpcodeChoice { code: "17".into(), option: OpcodeOption::Existing };
    let same = row(ProfileField::Name, profile().name.raw());
    let update = |case: &Case, row: &ProfilePatch, people: &[Contact], choice: Option<&OpcodeChoice>| {
        ProfileUpdate::of(case.state(), row, people, choice)
    };
    assert_eq!(update(&case, &same, &[], None), None);
    assert_eq!(update(&case, &row(ProfileField::Timezone, "America/Gotham"), &[], None), None, "it is refused");
    let renamed = update(&case, &row(ProfileField::Name, "Harbor Ford"), &[], None).unwrap();
    assert_eq!((renamed.changes.len(), renamed.contacts.len(), renamed.opcode), (1, 0, None));
    let known = update(&case, &same, &person(), None).unwrap();
    assert_eq!((known.changes, known.contacts, known.opcode), (Vec::new(), person(), None));
    let first = update(&case, &same, &[], Some(&choice)).unwrap();
    assert_eq!((first.dealer_code, first.opcode), (profile().dealer_code, Some("17".into())));
    case.tell(Command::ChooseOpcode { choice: choice.clone(), word: None });
    assert_eq!(update(&case, &same, &[], Some(&choice)), None, "one is recorded");
}
