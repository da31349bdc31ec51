//! What a filter tells of itself, and what of its words is where.

use super::*;

fn query(text: &str) -> Query {
    Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// `McAllister & Sons BMW, Inc.` in Boise, with a phone number.
fn mcallister() -> Searchable {
    let mut state = desk().remove(0);
    state.profile.contact.phone = "797-555-0950".into();
    Searchable::new(state.id, &state.profile)
}

#[test]
fn a_query_keeps_its_text_and_is_empty_without_a_term() {
    for (text, empty) in [("", true), ("  ", true), ("Boise  !ford", false)] {
        assert_eq!((query(text).text(), query(text).is_empty()), (text, empty));
    }
}

#[test]
fn words_are_what_is_looked_for_as_words_are_and_not_what_must_be_missing() {
    for (text, has, words) in [
        ("", false, &[][..]),
        ("Boise", true, &["boise"]),
        ("Núñez \"Ford  & Sons\"", true, &["nunez", "ford and sons"]),
        ("797 555-0950", true, &["797 555-0950"]),
        ("~mcal", true, &[]),
        ("/bmw/", true, &[]),
        ("!boise", false, &[]),
        ("!~mcal !/bmw/", false, &[]),
        ("city:boise is:live expires<6h", false, &[]),
        ("city:boise kia", true, &["kia"]),
    ] {
        let query = query(text);
        assert_eq!((query.has_words(), query.words().collect::<Vec<_>>()), (has, words.to_vec()), "{text}");
    }
}

#[test]
fn words_that_are_all_in_the_name_are_told_from_those_that_are_not() {
    let text = mcallister();
    for (words, is_in) in [
        ("bmw", true),
        ("bmw mcall", true),
        ("~mcbmw", true),
        ("/^mcall.*bmw/", true),
        ("bmw harbor", false),
        ("~hrbr", false),
        ("/harbor/", false),
        ("797-555-0950", false),
        // What is no word may be anywhere.
        ("city:boise bmw", true),
        ("!harbor bmw", true),
    ] {
        assert_eq!(query(words).is_in_name(&text), is_in, "{words}");
    }
}

#[test]
fn a_word_that_is_not_in_the_name_is_shown_in_the_first_field_that_has_it() {
    use QueryField::{City, Contact, Dealer, Email, Group, Phone};
    let text = mcallister();
    for (words, seen, expected) in [
        ("bmw", &[][..], &[][..]),
        ("harbor", &[], &[Group]),
        ("~hrbr", &[], &[Group]),
        ("/^boise$/", &[], &[City]),
        ("boise ximena", &[], &[City, Contact]),
        ("bmw boise", &[], &[City]),
        ("797 555 0950", &[], &[Phone]),
        // It is also in the contact and the mail address.
        ("x", &[], &[Dealer]),
        ("x", &[Email], &[]),
        ("x", &[City], &[Dealer]),
        ("harbor boise", &[City], &[Group]),
        // What must be missing, what is asked of one field, and what is nowhere.
        ("!harbor", &[], &[]),
        ("!kia city:boise", &[], &[]),
        ("lakeside", &[], &[]),
    ] {
        let query = query(words);
        let fields: Vec<_> = query.other_fields((&text).into(), |field| seen.contains(&field)).collect();
        assert_eq!(fields, expected, "{words} where {seen:?} are seen");
    }
}

#[test]
fn a_phone_number_is_in_the_phone_alone_and_only_where_it_is_the_same() {
    let shown = |phone: &str, code: &str| {
        let mut state = desk().remove(0);
        (state.profile.contact.phone, state.profile.dealer_code) = (phone.into(), code.into());
        let text = Searchable::new(state.id, &state.profile);
        let query = query("797 555 0950");
        query.other_fields((&text).into(), |_| false).collect::<Vec<_>>()
    };
    assert_eq!(shown("797.555.0950", "xts1"), [QueryField::Phone]);
    assert_eq!(shown("797.555.0951", "xts1"), [], "another number");
    assert_eq!(shown("", "7975550950"), [], "these digits of a dealerCode are no number");
    assert_eq!(shown("", "code 797 555 0950"), [QueryField::Dealer], "as it is written");
}

#[test]
fn an_event_of_the_platform_has_a_kind_and_nothing_else() {
    let kind = |name: &str| Fact::places(|kind| kind.starts_with(name))[0];
    let (platform, note) = (kind("platform."), kind("note."));
    for (text, of_platform, of_note) in [
        ("", true, true),
        ("kind:platform", true, false),
        ("!kind:platform", false, true),
        ("kind:platform boise", false, false),
        ("!boise", true, true),
        ("kind:platform !boise", true, false),
        ("is:live", false, false),
    ] {
        let query = query(text);
        let found = (query.matches_event_of_platform(platform), query.matches_event_of_platform(note));
        assert_eq!(found, (of_platform, of_note), "{text}");
    }
}

#[test]
fn a_query_reads_the_fields_that_it_asks_and_its_text_has_no_others() {
    use QueryField::{City, Name, Owner};
    for (text, fields) in [
        ("", &[][..]),
        ("is:expired stage:new move:us opcode:ok kind:note expires<6h next:code mail:none", &[]),
        ("city:boise", &[City]),
        ("is:mine", &[Owner]),
        ("is:expired,mine city:boise", &[City, Owner]),
        ("boise", &[Name, City, Owner]),
        ("!~ford", &[Name, City, Owner]),
    ] {
        let query = query(text);
        let read: Vec<_> = [Name, City, Owner].into_iter().filter(|field| query.reads(*field)).collect();
        assert_eq!(read, fields, "{text}");
        let state = desk().remove(0);
        let kept = Searchable::read_by(&query, state.id, &state.profile);
        for field in [Name, City, Owner] {
            assert_eq!(
                SearchText::from(&kept).field(field).is_empty(),
                !fields.contains(&field),
                "{field:?} of {text}"
            );
        }
    }
}

#[test]
fn the_archived_are_asked_for_by_their_stage_however_it_is_named() {
    for (text, names) in [
        ("stage:archived", true),
        ("stage:new,archived", true),
        ("is:archived", true),
        ("is:new,archived", true),
        ("boise stage:archived", true),
        ("stage:new", false),
        ("stage:new,revoked", false),
        ("city:archived", false),
        ("", false),
    ] {
        assert_eq!(query(text).names_archived(), names, "{text}");
    }
}

#[test]
fn who_is_put_aside_is_found_until_the_moment_comes() {
    let mut state = desk().remove(0);
    let policy = Policy::default();
    let ctx = QueryContext { now: now(), policy: &policy, me: None, twins: None };
    for (until, snoozed) in [(None, false), (Some(now() + TimeDelta::hours(1)), true), (Some(now()), false)] {
        state.snoozed_until = until;
        let text = Searchable::new(state.id, &state.profile);
        assert_eq!(query("is:snoozed").matches(&state, &text, &ctx), snoozed, "{until:?}");
        assert_eq!(query("!is:snoozed").matches(&state, &text, &ctx), !snoozed, "{until:?}");
    }
}

#[test]
fn the_clock_of_a_confirmation_stops_when_it_is_lost() {
    let mut state = desk().remove(4);
    let policy = Policy::default();
    let ctx = QueryContext { now: now(), policy: &policy, me: None, twins: None };
    let text = Searchable::new(state.id, &state.profile);
    assert!(query("confirmed<4d").matches(&state, &text, &ctx));
    state.confirmation.lost_at = Some(now() - TimeDelta::hours(5));
    assert!(!query("confirmed<4d").matches(&state, &text, &ctx));
    assert!(query("lost>4h").matches(&state, &text, &ctx));
}

#[test]
fn a_number_is_found_among_many_rows_wherever_it_is_written() {
    // In the phone, in the name, in both; the others have neither.
    let written = |n: u64| match n % 4 {
        0 => ("Harbor Ford", "(797) 555-0950"),
        1 => ("Motors 797-555-0950", "201-555-0199"),
        2 => ("Motors 797-555-0950", "797.555.0950"),
        _ => ("Harbor Kia", "201-555-0199"),
    };
    let states: Vec<Onboarding> = (0..20)
        .map(|n| {
            let (name, phone) = written(n);
            let mut state = dealership(n, name, "Boise", "");
            state.profile.contact.phone = phone.into();
            state
        })
        .collect();
    let mut texts = Texts::default();
    states.iter().for_each(|state| texts.push(state.id, &state.profile));
    let policy = Policy::default();
    let ctx = QueryContext { now: now(), policy: &policy, me: None, twins: None };
    let among = |text: &str| {
        query(text).matches_among((1 << 20) - 1, &texts.blocks()[0], |row| Some((states.get(row)?, None)), &ctx)
    };
    let with_number = (0..20).filter(|n| n % 4 != 3).fold(0, |rows, n| rows | 1 << n);
    assert_eq!(among("797-555-0950"), with_number);
    assert_eq!(among("!kia 797-555-0950"), with_number);
}
