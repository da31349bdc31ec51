//! What can be written in a filter, and how it is read.

use super::*;

#[test]
fn a_query_of_2000_bytes_is_the_longest() {
    assert!(Query::parse(&"a".repeat(2_000)).is_ok());
    assert!(Query::parse(&"a".repeat(2_001)).is_err());
}

#[test]
fn a_quote_inside_a_word_is_a_mistake_of_its_own() {
    let (place, message) = mistake("boise 5\"lift");
    assert_eq!(place, "\"");
    assert!(message.contains("a quote inside a word"), "{message}");
}

#[test]
fn in_quotes_a_backslash_stands_before_a_quote_or_another_one_and_is_itself_elsewhere() {
    for (text, word) in [
        (r#""two \"rivers\" kia""#, "two rivers kia"),
        (r#""ford\\kia""#, r"ford\kia"),
        (r#""ford\kia""#, r"ford\kia"),
        (r#""ford \" kia""#, "ford kia"),
    ] {
        let query = Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(query.words().collect::<Vec<_>>(), [word], "{text}");
    }
}

#[test]
fn me_is_who_asks_among_owners_only_and_without_quotes() {
    for (text, expected) in [
        ("owner:me", &[2, 4][..]),
        ("!owner:me", &[1, 3, 5, 6]),
        ("owner:me,ana", &[1, 2, 4]),
        ("owner:ana", &[1]),
        ("owner:\"me\"", &[]),
        ("name:me", &[]),
    ] {
        assert_eq!(found(text), expected, "{text}");
    }
}

#[test]
fn figures_with_dashes_are_a_phone_number_in_the_phone_alone() {
    let mut state = dealership(1, "Route 555-0110 Kia", "Boise", "");
    state.profile.contact.phone = "(201) 555-0199".into();
    let policy = Policy::default();
    let ctx = QueryContext { now: now(), policy: &policy, me: None, twins: None };
    let text = Searchable::new(state.id, &state.profile);
    for (query, holds) in
        [("name:555-0110", true), ("name:5550110", false), ("phone:555-0199", true), ("phone:5550199", true)]
    {
        assert_eq!(Query::parse(query).unwrap().matches(&state, &text, &ctx), holds, "{query}");
    }
}

#[test]
fn what_is_named_twice_counts_once() {
    let kinds = found("kind:invitation");
    let newest = Fact::KINDS[usize::from(desk()[0].last_event.kind)];
    assert_eq!(found(&format!("kind:invitation,{newest}")), kinds);
    assert_eq!(found("stage:new,new"), [1]);
    assert_eq!(found("stage:new,live,new,archived"), [1, 6]);
}

#[test]
fn whose_move_it_is_and_the_words_of_the_next_step_can_be_asked_for() {
    let of = |whose: Mover| -> Vec<u64> {
        let moved = desk().into_iter().filter(|state| state.next_step(now()).whose == whose);
        moved.map(|state| state.id.bits()).collect()
    };
    for whose in Mover::ALL {
        assert_eq!(found(&format!("move:{}", whose.as_str())), of(whose), "{whose:?}");
    }
    assert!(!of(Mover::Us).is_empty() && !of(Mover::Nobody).is_empty());
    assert_eq!(found("next:\"get a code\""), [1]);
    assert_eq!(found("next:\"get a code\",\"right rooftop\""), [1, 4]);
    assert_eq!(found("next:nonsense"), Vec::<u64>::new());
}

#[test]
fn a_clock_that_shows_just_what_it_is_compared_with_is_not_greater() {
    assert_eq!(found("expires>2h"), [4]);
    assert_eq!(found("expires>=2h"), [2, 4]);
}

#[test]
fn the_cheap_terms_are_asked_first_in_whatever_order_they_are_written() {
    use term::Test;
    let query = Query::parse("~mcal /bmw/ ford city:boise is:live opcode:ok").unwrap();
    let tests: Vec<&Test> = query.terms.iter().map(|term| &term.test).collect();
    assert!(
        matches!(
            tests.as_slice(),
            [Test::Opcode(_), Test::Is(_), Test::Field(..), Test::Word(_), Test::Regex(_), Test::Fuzzy(_)]
        ),
        "{tests:?}"
    );
}

#[test]
fn a_regular_expression_may_spell_out_accents_wherever_it_has_letters() {
    let mut state = dealership(1, "Ñuñu Kia", "Boise", "");
    state.profile.contact.name = "Pat Núñez".into();
    let policy = Policy::default();
    let ctx = QueryContext { now: now(), policy: &policy, me: None, twins: None };
    let text = Searchable::new(state.id, &state.profile);
    for (query, holds) in [
        ("/^(?:ñu){2} kia/", true),
        ("/(núñez)$/", true),
        ("/^(ñu)+ kia/", true),
        ("/^(ñu){3}/", false),
        // Of a class of 256 characters each is spelled out, and what it is without its accent; of a larger one none.
        ("/^[\\x{100}-\\x{1ff}]unu/", true),
        ("/^[\\x{100}-\\x{200}]unu/", false),
    ] {
        assert_eq!(Query::parse(query).unwrap().matches(&state, &text, &ctx), holds, "{query}");
    }
}

#[test]
fn the_caret_is_as_wide_as_the_mistake_when_more_stands_behind_it() {
    let text = "is:expird boise";
    assert_eq!(Query::parse(text).unwrap_err().caret(text), "is:expird boise\n   ^^^^^^");
}
