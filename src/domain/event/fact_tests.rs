//! What follows from a fact by itself.

use chrono::TimeDelta;

use super::*;
use crate::domain::{Actor, CodeOrigin, IntentId, LetterKind};

fn now() -> Timestamp {
    "2026-11-24T06:20:00Z".parse().unwrap()
}

fn id(number: u64) -> LetterId {
    LetterId::from_bits(number)
}

fn queued(number: u64) -> Fact {
    let (letter, what, to) = (id(number), LetterKind::Invitation, "ana@example.com".into());
    Fact::EmailQueued { letter, what, generation: 1, to, before: None, again: false }
}

fn suppressed(number: u64) -> Fact {
    Fact::EmailSuppressed { letter: id(number), reason: "code 1 is superseded".into() }
}

fn kinds(pattern: &str) -> Vec<&'static str> {
    let places = Fact::places_of(pattern).unwrap_or_else(|problem| panic!("{pattern}: {problem}"));
    places.into_iter().map(|place| Fact::KINDS[usize::from(place)]).collect()
}

#[test]
fn a_pattern_names_one_kind_a_group_or_all() {
    let opcodes = ["opcode.chosen", "opcode.verified", "opcode.near-miss", "opcode.missing", "opcode.unknown"];
    for (pattern, named) in [
        ("note.added", &["note.added"][..]),
        (" Note.Added\n", &["note.added"][..]),
        ("note", &["note.added"][..]),
        ("note.*", &["note.added"][..]),
        ("opcode", &opcodes[..]),
        ("OPCODE.*", &opcodes[..]),
        ("platform", &["platform.failing", "platform.answers"][..]),
        ("*", Fact::KINDS),
    ] {
        assert_eq!(kinds(pattern), named, "{pattern:?}");
    }
}

#[test]
fn a_pattern_that_names_nothing_is_told_what_there_is() {
    for pattern in ["", "not", "note.", "note.added.*", "note.*.*", "added"] {
        assert!(Fact::places_of(pattern).is_err(), "{pattern:?}");
    }
    let problem = Fact::places_of("note.addd").unwrap_err();
    assert!(problem.starts_with("there is no kind of event `note.addd`"), "{problem}");
    assert!(problem.contains("did you mean `note.added`"), "{problem}");
    assert!(problem.contains("appointment, call, code,") && problem.contains("slots"), "{problem}");
    let hostile = Fact::places_of("a\u{1b}[2J").unwrap_err();
    assert!(!hostile.contains('\u{1b}'), "{hostile:?}");
}

#[test]
fn a_fact_is_of_the_group_before_the_dot_and_only_that_of_the_platform_names_no_dealership() {
    for kind in Fact::KINDS {
        assert!(kind.contains('.'), "{kind}");
    }
    let failing = Fact::PlatformFailing { why: "status 503".into(), since: now(), credentials: false };
    for (fact, group, is_of_platform) in [
        (Fact::Archived {}, "dealership", false),
        (queued(1), "email", false),
        (Fact::NoteAdded { text: "x".into() }, "note", false),
        (failing, "platform", true),
    ] {
        assert_eq!((fact.group(), fact.is_of_platform()), (group, is_of_platform), "{}", fact.kind());
    }
}

#[test]
fn an_outage_is_watched_when_it_failed_within_half_an_hour_of_its_end() {
    let failing_since = now() - TimeDelta::hours(5);
    for (last_failed, watched) in [
        (None, true),
        (Some(now() - TimeDelta::minutes(1)), true),
        (Some(now() - TimeDelta::minutes(30)), true),
        (Some(now() - TimeDelta::minutes(30) - TimeDelta::milliseconds(1)), false),
    ] {
        let fact = Fact::PlatformAnswers { since: now(), failing_since, last_failed };
        assert_eq!(fact.outage(), Some((failing_since, now(), watched)), "{last_failed:?}");
        assert_eq!(fact.summary().contains("nobody saw it end"), !watched, "{last_failed:?}");
    }
    let begins = Fact::PlatformFailing { why: "status 503".into(), since: now(), credentials: false };
    assert_eq!((begins.outage(), Fact::Archived {}.outage()), (None, None), "it is over or it is none");
}

#[test]
fn only_an_answer_that_nobody_knows_can_be_taught() {
    let changed = |outcome, status, code: Option<&str>, message: Option<&str>, reason: &str| Fact::ProbeChanged {
        outcome,
        reason: reason.into(),
        at: now(),
        status,
        code: code.map(Into::into),
        message: message.map(Into::into),
    };
    let odd = changed(Outcome::Unknown, Some(418), Some("x-1"), Some("a teapot"), "unrecognised answer: short");
    let answer = ResponseFacts { status: 418, code: Some("x-1".into()), message: Some("a teapot".into()) };
    assert_eq!(odd.unrecognised(), Some(answer));
    assert_eq!(odd.humanize_unrecognised().as_deref(), Some("status 418, code x-1: a teapot"));
    let wordless = changed(Outcome::Unknown, Some(418), None, None, "unrecognised answer: no object");
    assert_eq!(wordless.humanize_unrecognised().as_deref(), Some("no object"), "then what was odd about it");
    for known in [
        changed(Outcome::Unknown, None, None, None, "unrecognised answer: x"),
        changed(Outcome::NotConnected, Some(403), None, Some("Forbidden"), "status 403"),
        changed(Outcome::Connected, None, None, None, "let in"),
        Fact::Archived {},
    ] {
        assert_eq!((known.unrecognised(), known.humanize_unrecognised()), (None, None), "{known:?}");
    }
}

#[test]
fn a_fact_about_a_letter_names_it_and_only_two_make_it_wait_for_its_turn() {
    let (letter, words) = (id(7), || "said so".into());
    let bounced = |letter| Fact::EmailBounced { letter, address: "".into(), status: "5.2.2".into(), reason: words() };
    for (fact, about, queues) in [
        (queued(7), true, true),
        (Fact::EmailRetried { letter }, true, true),
        (Fact::EmailBegun { letter, to: "ana@example.com".into() }, true, false),
        (Fact::EmailSent { letter, reply: "250".into() }, true, false),
        (Fact::EmailWritten { letter, path: "/m7.eml".into() }, true, false),
        (Fact::EmailFailed { letter, reason: words(), retry_at: None, address: None, server: false }, true, false),
        (Fact::EmailUncertain { letter, reason: words(), retry_at: None, refused: false, server: false }, true, false),
        (suppressed(7), true, false),
        (Fact::EmailDelayed { letter, address: "".into(), status: "4.4.7".into(), reason: words() }, true, false),
        (bounced(Some(letter)), true, false),
        (bounced(None), false, false),
        (Fact::RemindersSet { on: true }, false, false),
    ] {
        let expected = (about.then_some(letter), queues.then_some(letter));
        assert_eq!((fact.letter(), fact.queues()), expected, "{}", fact.kind());
    }
}

#[test]
fn besides_a_letter_what_happened_to_others_is_told() {
    let (code, intent) = ("ABCD-1234".parse().unwrap(), IntentId::from_bits(1));
    let (source, expires_at) = (CodeOrigin::Paste, now() + TimeDelta::hours(72));
    let issued = Fact::InvitationIssued { generation: 2, code, generated_at: now(), expires_at, source, intent };
    let events = |facts: Vec<Fact>| -> Vec<Arc<Event>> {
        let event = |fact| Event { seq: 1, at: now(), actor: Actor::person("ana"), dealership: None, fact };
        facts.into_iter().map(event).map(Arc::new).collect()
    };
    let told = |facts| besides_the_letter(&events(facts), |event| event.fact.kind().to_owned());
    let superseded = Fact::InvitationSuperseded { generation: 1, by: 2 };
    assert_eq!(
        told(vec![superseded.clone(), issued.clone(), queued(2), suppressed(1)]),
        "invitation.superseded; invitation.issued; email.suppressed"
    );
    assert_eq!(told(vec![issued, queued(2), suppressed(2)]), "invitation.issued", "that letter tells it itself");
    assert_eq!(told(vec![Fact::EmailRetried { letter: id(3) }]), "");
    assert_eq!(told(vec![suppressed(3), superseded]), "email.suppressed; invitation.superseded", "none was queued");
}

#[test]
fn whoever_caused_an_event_prints_clean_for_programmers_too() {
    for (actor, shown) in [(Actor::person(" ana "), "ana"), (Actor::recorded("ana\u{1b}[2J"), "ana\u{fffd}[2J")] {
        assert_eq!((format!("{actor:?}"), actor.to_string()), (shown.to_owned(), shown.to_owned()));
    }
}
