//! The filter language against a small desk.

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;

use super::*;
use crate::domain::event::CodeOrigin;
use crate::domain::{
    Confirmation, Contact, DealershipId, Fact, IntentId, Invitation, LastEvent, Mover, OpcodeState, Profile, Untrusted,
};

mod answer_tests;
mod language_tests;
mod writings;

fn now() -> Timestamp {
    DateTime::parse_from_rfc3339("2026-03-30T12:00:00Z").unwrap().to_utc()
}

fn dealership(n: u64, name: &str, city: &str, owner: &str) -> Onboarding {
    Onboarding {
        id: DealershipId::from_bits(n),
        version: 1,
        profile: Profile {
            name: name.into(),
            dealer_code: format!("xts{n:06}").into(),
            group: "Harbor Auto Group".into(),
            brand: "Ford".into(),
            city: city.into(),
            state: "TX".into(),
            timezone: chrono_tz::America::Chicago.into(),
            contact: Contact { name: "Ximena Ödegård".into(), email: "x@example.com".into(), phone: "".into() },
            owner: (!owner.is_empty()).then(|| owner.into()),
        },
        further_contacts: Box::default(),
        added_at: now() - TimeDelta::days(9),
        invitation: None,
        earlier: Vec::new(),
        pending: None,
        confirmation: Confirmation::default(),
        opcode: None,
        opcode_state: OpcodeState::Unchecked,
        opcode_findings: Box::default(),
        opcode_since: None,
        opcode_looked_for: None,
        opcode_was_visible: None,
        slots: None,
        left_live_at: None,
        appointment: None,
        booking: None,
        mail: None,
        probe: None,
        snoozed_until: None,
        archived_at: None,
        calls: None,
        notes: 0,
        last_event: LastEvent { seq: n, at: now() - TimeDelta::days(1), kind: 4 },
        newest_at: now() - TimeDelta::days(1),
    }
}

fn invited(mut state: Onboarding, hours_ago: i64) -> Onboarding {
    let generated_at = now() - TimeDelta::hours(hours_ago);
    state.invitation = Some(Invitation {
        generation: 1,
        code: format!("CODE-{hours_ago}").parse().unwrap(),
        generated_at,
        expires_at: generated_at + TimeDelta::hours(72),
        issued_at: generated_at,
        known_at: generated_at,
        issued_by: "ana".into(),
        source: CodeOrigin::Paste,
        intent: IntentId::from_bits(1),
        ended: None,
    });
    state
}

fn desk() -> Vec<Onboarding> {
    let mut overdue = invited(dealership(4, "Lindqvist Acura", "Détroit", "BEN"), 40);
    overdue.confirmation.dealer_confirmed_at = Some(now() - TimeDelta::hours(30));
    overdue.confirmation.due_at = Some(now() - TimeDelta::hours(6));
    let mut live = dealership(5, "Straße Toyota", "Boise", "");
    live.confirmation.confirmed_at = Some(now() - TimeDelta::days(3));
    live.opcode_state = OpcodeState::NearMiss;
    live.last_event.kind = 20;
    let mut archived = dealership(6, "Old Ford", "Boise", "esi");
    archived.archived_at = Some(now());
    vec![
        dealership(1, "McAllister & Sons BMW, Inc.", "Boise", "ana"),
        invited(dealership(2, "Nakamura Ford", "Chicago", "ben"), 70),
        invited(dealership(3, "Jeep of Portland", "Portland", "dmitri"), 125),
        overdue,
        live,
        archived,
    ]
}

/// The numbers of the dealerships that a query finds.
fn found(text: &str) -> Vec<u64> {
    let query = Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let policy = Policy::default();
    let ctx = QueryContext { now: now(), policy: &policy, me: Some("Ben"), twins: None };
    let matching = |state: &Onboarding| {
        let found = query.matches(state, &Searchable::new(state.id, &state.profile), &ctx);
        let read = Searchable::read_by(&query, state.id, &state.profile);
        assert_eq!(query.matches(state, &read, &ctx), found, "{text}: it reads more than it says");
        found
    };
    desk().into_iter().filter(matching).map(|state| state.id.bits()).collect()
}

fn mistake(text: &str) -> (String, String) {
    let error = Query::parse(text).expect_err(text);
    (text.get(error.span.clone()).expect("a span on character borders").to_owned(), error.message)
}

#[test]
fn words_search_eight_fields_and_fold_case() {
    assert_eq!(found(""), [1, 2, 3, 4, 5, 6]);
    assert_eq!(found("FORD"), [2, 6]);
    assert_eq!(found("boise mcall"), [1]);
    assert_eq!(found("xts000003"), [3]);
    assert_eq!(found("détroit"), [4]);
    assert_eq!(found("DÉTROIT"), [4]);
    assert_eq!(found("ödegård harbor"), [1, 2, 3, 4, 5, 6]);
    assert_eq!(found("\"& Sons bmw\""), [1]);
    assert_eq!(found("\"jeep portland\""), Vec::<u64>::new());
    assert_eq!(found("x@example.com"), [1, 2, 3, 4, 5, 6]);
    assert_eq!(found("tx"), Vec::<u64>::new(), "the state is not among what words search");
}

#[test]
fn a_phone_number_is_found_by_its_digits_however_it_is_written() {
    let mut states = desk();
    for (state, phone) in states.iter_mut().zip(["797-555-0950", "+1 (797) 555.0951", "555-0950 ext. 4", "", "n/a"]) {
        state.profile.contact.phone = phone.into();
    }
    let mut texts = Texts::default();
    states.iter().for_each(|state| texts.push(state.id, &state.profile));
    let policy = Policy::default();
    let ctx = QueryContext { now: now(), policy: &policy, me: None, twins: None };
    for (text, expected) in [
        ("phone:7975550950", &[1][..]),
        ("phone:797-555-0950", &[1]),
        ("phone:555-0950", &[1, 3]),
        ("phone:\"(797) 555\"", &[1, 2]),
        ("phone:17975550951", &[2]),
        ("+17975550951", &[2]),
        ("phone:ext", &[3]),
        ("phone:\"\"", &[4, 6]),
        ("7975550950", &[1]),
        ("555-0950", &[1, 3]),
        ("(797)", &[1, 2]),
        ("\"797 555 0951\"", &[2]),
        ("!797-555", &[3, 4, 5, 6]),
        // Digits of another field are no phone number.
        ("xts-000001", &[]),
        ("000-001", &[]),
        ("000001", &[1]),
    ] {
        let query = Query::parse(text).unwrap();
        let matching =
            states.iter().filter(|state| query.matches(state, &Searchable::new(state.id, &state.profile), &ctx));
        let alone: Vec<u64> = matching.map(|state| state.id.bits()).collect();
        assert_eq!(alone, expected, "{text}");
        let bits = query.matches_among(0b11_1111, &texts.blocks()[0], |row| Some((states.get(row)?, None)), &ctx);
        let together: Vec<u64> = (1..=6).filter(|n| bits >> (n - 1) & 1 == 1).collect();
        assert_eq!(together, expected, "{text}");
    }
}

#[test]
fn twins_are_those_that_the_context_knows() {
    let states = desk();
    let policy = Policy::default();
    let twins = HashSet::from([states[1].id]);
    let found = |twins| {
        let ctx = QueryContext { now: now(), policy: &policy, me: None, twins };
        let query = Query::parse("is:twin").unwrap();
        assert!(query.asks_for_twins());
        let matching = |state: &&Onboarding| query.matches(state, &Searchable::new(state.id, &state.profile), &ctx);
        states.iter().filter(matching).map(|state| state.id.bits()).collect::<Vec<_>>()
    };
    assert_eq!(found(Some(&twins)), [2]);
    assert_eq!(found(None), Vec::<u64>::new());
    assert!(!Query::parse("is:mine twin").unwrap().asks_for_twins());
}

#[test]
fn fields_lists_and_negation() {
    assert_eq!(found("city:boise"), [1, 5, 6]);
    assert_eq!(found("city:boise,chicago"), [1, 2, 5, 6]);
    assert_eq!(found("city:boise !name:ford"), [1, 5]);
    assert_eq!(found("name:\"sons bmw, inc\",jeep"), [1, 3]);
    assert_eq!(found("owner:\"\""), [5]);
    assert_eq!(found("!owner:\"\" !ford"), [1, 3, 4]);
    assert_eq!(found("dealer:xts000001 zone:chicago state:tx brand:ford email:example.com"), [1]);
    assert_eq!(found("id:d0000000002"), [2]);
    assert_eq!(found("!!ford"), [2, 6]);
}

#[test]
fn fuzzy_and_regular_expressions() {
    assert_eq!(found("~mcalbmw"), [1]);
    assert_eq!(found("~\"lnd acra\""), [4]);
    assert_eq!(found("!~ford"), [1, 4, 5], "jeep oF pORtlanD has the letters in this order");
    assert_eq!(found("/^(jeep|nak).*/"), [2, 3]);
    assert_eq!(found("/FORD$/"), [2, 6]);
    assert_eq!(found("/ of \\w+$/"), [3]);
    assert_eq!(found("/xts0+[12]$/ city:boise"), [1]);
}

#[test]
fn clocks_states_and_stages() {
    assert_eq!(found("expires<6h"), [2]);
    assert_eq!(found("expires<=2h"), [2]);
    assert_eq!(found("expires<2h"), Vec::<u64>::new());
    assert_eq!(found("expires>1h59m"), [2, 4]);
    assert_eq!(found("expired>2d"), [3]);
    assert_eq!(found("waiting>24h"), [4]);
    assert_eq!(found("confirmed<4d"), [5]);
    assert_eq!(found("added>=9d quiet>=1d"), [1, 2, 3, 4, 5, 6]);
    assert_eq!(found("is:pending"), [2]);
    assert_eq!(found("is:expired,overdue"), [3, 4]);
    assert_eq!(found("is:confirmed"), [5]);
    assert_eq!(found("is:mine"), [2, 4]);
    assert_eq!(found("is:attention"), [2, 3, 4, 5]);
    assert_eq!(found("stage:new,archived"), [1, 6]);
    assert_eq!(found("STAGE:Opcode-Missing"), [5]);
    assert_eq!(found("opcode:near-miss"), [5]);
    assert_eq!(found("!opcode:unchecked"), [5]);
    assert_eq!(found("kind:note.added"), [5]);
    assert_eq!(found("kind:invitation"), [1, 2, 3, 4, 6]);
    assert!(Query::parse("is:archived").unwrap().names_archived());
    assert!(!Query::parse("archived").unwrap().names_archived());
}

#[test]
fn an_event_is_asked_for_its_own_kind() {
    let state = desk().remove(4);
    let text = Searchable::new(state.id, &state.profile);
    let policy = Policy::default();
    let ctx = QueryContext { now: now(), policy: &policy, me: None, twins: None };
    let query = Query::parse("kind:opcode toyota").unwrap();
    assert!(query.matches_event(14, &state, &text, &ctx));
    assert!(!query.matches_event(4, &state, &text, &ctx));
    assert!(!Query::parse("is:mine").unwrap().matches(&state, &text, &ctx));
}

#[test]
fn mistakes_say_where_and_what_would_be_right() {
    for (text, at, words) in [
        ("boise ownr:ana", "ownr", "did you mean `owner`?"),
        ("is:expird", "expird", "did you mean `expired`?"),
        ("stage:foo", "foo", "one of new, invited"),
        ("kind:invitation.isued", "invitation.isued", "did you mean `invitation.issued`?"),
        ("opcode:no", "no", "one of missing"),
        ("mail:faild", "faild", "did you mean `failed`?"),
        ("expires:6h", "expires", "compare it"),
        ("expires<6", "6", "no unit"),
        ("expires<", "expires<", "missing"),
        ("expirs<6h", "expirs", "did you mean `expires`?"),
        ("a \"open", "\"open", "does not end"),
        ("/open", "/open", "does not end"),
        ("/a(/", "/a(/", "unclosed group"),
        ("/(\\w{900}){900}/", "/(\\w{900}){900}/", "too large"),
        ("city:", "city:", "needs a value"),
        ("city:a,", "city:a,", "beside the comma"),
        ("! ford", "!", "without a space"),
        ("a !", "!", "needs a term"),
        ("~", "~", "needs a word"),
        ("\"a\"b", "b", "a space is missing"),
        (":x", ":", "needs a field"),
        ("\"\"", "\"\"", "empty"),
    ] {
        let (place, message) = mistake(text);
        assert_eq!(place, at, "{text}: {message}");
        assert!(message.contains(words), "{text}: {message}");
    }
    assert!(Query::parse(&"a".repeat(2_001)).is_err());
}

#[test]
fn the_caret_stands_under_the_mistake_and_nothing_invisible_is_printed() {
    let text = "东京 \u{1b}[2J is:expird";
    let error = Query::parse(text).unwrap_err();
    assert_eq!(error.caret(text), "东京 \u{fffd}[2J is:expird\n             ^^^^^^");
    let empty = QueryError::new(0..0, "x");
    assert_eq!(empty.caret(""), "\n^");
}

#[test]
fn a_field_never_reaches_into_the_next_one() {
    let mut state = dealership(1, "Evil\nName\u{2028}", "Boise", "ana");
    state.profile.group = Untrusted::from("");
    let text = Searchable::new(state.id, &state.profile);
    let text = SearchText::from(&text);
    assert_eq!(text.field(QueryField::Name), "evil name");
    assert_eq!(text.field(QueryField::Group), "");
    assert_eq!(text.field(QueryField::City), "boise");
    assert_eq!(text.words().split('\n').count(), 8);
}

/// Every word that may begin a term or follow a field: `is:expired`, `stage:new`, `kind:note.added`.
fn vocabulary() -> Vec<String> {
    let fields = QueryField::ALL.into_iter().map(|field| format!("{}:", field.as_str()));
    let is = term::Is::WORDS.iter().map(|(word, _)| format!("is:{word}"));
    let stages = Stage::ALL.into_iter().map(|stage| format!("stage:{}", stage.as_str()));
    let moves = Mover::ALL.into_iter().map(|mover| format!("move:{}", mover.as_str()));
    let opcodes = term::OPCODE_WORDS.iter().map(|(word, _)| format!("opcode:{word}"));
    let mail = mail_is::MailIs::WORDS.iter().map(|(word, _)| format!("mail:{word}"));
    let clocks = term::ClockField::WORDS.iter().map(|(word, _)| format!("{word}<"));
    let kinds = Fact::KINDS.iter().map(|kind| format!("kind:{kind}"));
    fields.chain(is).chain(stages).chain(moves).chain(opcodes).chain(mail).chain(clocks).chain(kinds).collect()
}

#[test]
fn the_vocabulary_can_be_typed() {
    for word in vocabulary() {
        let text = match word.chars().last() {
            Some(':') => format!("{word}x"),
            Some('<') => format!("{word}6h"),
            _ => word.clone(),
        };
        Query::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

/// Few letters, so that much is found.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[ab é]{0,6}", 1 => "[ab\n東\u{301}]{0,9}", 1 => Just(String::new())]
}

/// A word, a fuzzy word, or a regular expression of pieces that are apt to look beyond their line.
fn query() -> impl Strategy<Value = String> {
    const PIECES: [&str; 27] = [
        "aba", "a", "b", "é", "ab", ".", "^", "$", "\\s", "\\S", "\\w", "\\b", "\\B", "\\A", "\\z", "[^a]", "[ab]",
        "(a|b|)", "\\n", "(?s:.)", "(?-m:^)", "(?-m:$)", "(?R:$)", "*", "+?", "{2}", "|",
    ];
    let regex = prop::collection::vec(prop::sample::select(&PIECES[..]), 1..6);
    let plain = "!?~?[abé]{1,3}|city:[aé]|!?[0-5]-?[0-5]|\"[ab ]{2}\"|is:new";
    prop_oneof![
        plain,
        regex.prop_map(|pieces| format!("/{}/", pieces.concat())),
        "[ab]".prop_map(|a| format!("{a} !/{a}$/"))
    ]
}

proptest! {
    #[test]
    fn no_text_panics_and_every_caret_can_be_drawn(text in "\\PC{0,30}|[!~/\":,<>=a-z0-9\\\\ é]{0,30}") {
        match Query::parse(&text) {
            Ok(query) => {
                let state = dealership(1, &text, "x", "y");
                let policy = Policy::default();
                let ctx = QueryContext { now: now(), policy: &policy, me: None, twins: None };
                query.matches(&state, &Searchable::new(state.id, &state.profile), &ctx);
            }
            Err(error) => {
                prop_assert!(text.get(error.span.clone()).is_some(), "{:?} of {:?}", error.span, text);
                error.caret(&text);
            }
        }
    }

    #[test]
    fn rows_asked_together_answer_as_each_would(
        names in prop::collection::vec(name(), 1..150),
        renamed in prop::collection::vec((any::<prop::sample::Index>(), name()), 0..20),
        queries in prop::collection::vec(query(), 1..12),
        asked in prop_oneof![Just(u64::MAX), any::<u64>(), Just(1 << 63 | 2)],
    ) {
        let mut states: Vec<Onboarding> =
            (1..).zip(&names).map(|(n, name)| dealership(n, name, name.get(..1).unwrap_or("é"), "")).collect();
        for (n, state) in (0..).zip(&mut states) {
            state.profile.contact.phone = format!("5{}-{}", n % 3, n % 5).as_str().into();
        }
        let mut texts = Texts::default();
        states.iter().for_each(|state| texts.push(state.id, &state.profile));
        for (row, name) in &renamed {
            let row = row.index(states.len());
            states[row].profile.name = name.as_str().into();
            states[row].profile.contact.email = name.as_str().into();
            texts.set(row, states[row].id, &states[row].profile);
        }
        let policy = Policy::default();
        let ctx = QueryContext { now: now(), policy: &policy, me: None, twins: None };
        for (row, state) in states.iter().enumerate() {
            let (alone, kept) = (Searchable::new(state.id, &state.profile), texts.get(row).unwrap());
            prop_assert_eq!(SearchText::from(&alone).words(), kept.words());
            for field in QueryField::ALL {
                prop_assert_eq!(SearchText::from(&alone).field(field), kept.field(field));
            }
        }
        prop_assert!(texts.get(states.len()).is_none());
        // What is generated is not always a query.
        for query in queries.iter().filter_map(|text| Query::parse(text).ok()) {
            for (block, states) in texts.blocks().iter().zip(states.chunks(BLOCK)) {
                let asked = if states.len() < BLOCK { asked & ((1 << states.len()) - 1) } else { asked };
                let found = query.matches_among(asked, block, |row| Some((states.get(row)?, None)), &ctx);
                for (row, state) in states.iter().enumerate() {
                    let alone = Searchable::new(state.id, &state.profile);
                    let expected = asked >> row & 1 == 1 && query.matches(state, &alone, &ctx);
                    prop_assert_eq!(found >> row & 1 == 1, expected, "{:?} of {:?}", query.text(), state.profile.name);
                    let read = Searchable::read_by(&query, state.id, &state.profile);
                    prop_assert_eq!(query.matches(state, &read, &ctx), query.matches(state, &alone, &ctx));
                }
            }
        }
    }

    #[test]
    fn a_name_is_found_by_any_part_of_it(name in "[A-Za-zÀ-ž]{3,20}", from in 0usize..2) {
        let part: String = name.chars().skip(from).collect();
        let state = dealership(1, &name, "x", "y");
        let policy = Policy::default();
        let ctx = QueryContext { now: now(), policy: &policy, me: None, twins: None };
        let query = Query::parse(&format!("name:\"{part}\"")).unwrap();
        prop_assert!(query.matches(&state, &Searchable::new(state.id, &state.profile), &ctx));
    }
}
