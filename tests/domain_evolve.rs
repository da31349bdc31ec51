//! What the events make of a dealership, where no command alone shows it. Each holds a change of the rules that cargo-mutants
//! made and that no other test saw.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod domain_rules_support;

use cloverwatch::domain::{
    Actor, Ask, CallOutcome, Event, Fact, Onboarding, OpcodeChoice, OpcodeOption, OpcodeState, evolve,
};
use domain_rules_support::{Case, hours, id, slot_counts};

/// What an event makes of it, so many hours after the beginning.
fn after(case: &mut Case, hour: i64, fact: Fact) -> &Onboarding {
    case.seq += 1;
    let at = domain_rules_support::start() + hours(hour);
    let event = Event { seq: case.seq, at, actor: Actor::person("ana"), dealership: Some(id()), fact };
    case.state = evolve(case.state.take(), &event);
    case.state()
}

fn chosen(code: &str, word: &str) -> Fact {
    let choice = OpcodeChoice { code: code.into(), option: OpcodeOption::Existing };
    Fact::OpcodeChosen { choice, word: Some(word.into()) }
}

fn seen() -> Fact {
    let counts = slot_counts(3);
    Fact::SlotsSeen { count: counts.count, days: 1, next: counts.next, by_day: counts.by_day }
}

fn gone(code: &str) -> Fact {
    Fact::OpcodeMissing { opcode: code.into(), findings: Vec::new(), drifted: false }
}

fn visible(code: &str) -> Fact {
    Fact::OpcodeVerified { opcode: code.into() }
}

#[test]
fn what_was_found_out_about_an_opcode_is_forgotten_only_with_its_code() {
    let mut case = Case::new();
    case.shows(&["17"]);
    after(&mut case, 1, chosen("17", "Carla"));
    after(&mut case, 2, visible("17"));
    let same = after(&mut case, 3, chosen("17", "Ben"));
    assert_eq!((same.opcode_state, same.opcode_looked_for.as_deref()), (OpcodeState::Ok, Some("17")));
    let other = after(&mut case, 4, chosen("18", "Ben"));
    assert_eq!((other.opcode_state, other.opcode_looked_for.as_deref()), (OpcodeState::Unchecked, None));
}

#[test]
fn an_opcode_was_visible_until_it_is_another_one() {
    let mut case = Case::new();
    let start = domain_rules_support::start();
    after(&mut case, 1, visible("17"));
    let was = after(&mut case, 5, gone("17")).opcode_was_visible.expect("it was");
    assert_eq!((was.from, was.until), (start + hours(1), start + hours(5)));
    let near = Fact::OpcodeNearMiss { opcode: "17".into(), findings: vec!["I7".into()], drifted: true };
    assert_eq!(after(&mut case, 6, near).opcode_was_visible, Some(was), "it is gone still");
    assert_eq!(after(&mut case, 7, gone("18")).opcode_was_visible, None, "of another one nothing is known");
    after(&mut case, 8, visible("17"));
    assert_eq!(after(&mut case, 9, gone("18")).opcode_was_visible, None, "the other one never was");
    after(&mut case, 10, visible("17"));
    assert_eq!(after(&mut case, 11, visible("17")).opcode_was_visible, None, "it is");
    after(&mut case, 12, gone("17"));
    let unknown = Fact::OpcodeUnknown { opcode: "17".into() };
    assert_eq!(after(&mut case, 13, unknown).opcode_was_visible, None, "nobody can tell");
}

#[test]
fn slots_stand_only_for_the_opcode_that_is_visible_still() {
    let mut case = Case::new();
    after(&mut case, 1, visible("17"));
    assert!(after(&mut case, 2, seen()).slots.is_some());
    assert!(after(&mut case, 3, visible("17")).slots.is_some(), "the same one, and visible");
    assert!(after(&mut case, 4, visible("18")).slots.is_none(), "another one");
    after(&mut case, 5, seen());
    assert!(after(&mut case, 6, gone("18")).slots.is_none(), "not visible any more");
}

#[test]
fn notes_are_counted() {
    let mut case = Case::new();
    for count in 1..=3 {
        assert_eq!(after(&mut case, count, Fact::NoteAdded { text: "called".into() }).notes, count as u32);
    }
}

#[test]
fn a_call_is_about_the_code_that_was_the_newest_then() {
    let mut case = Case::new();
    let start = domain_rules_support::start();
    let call = |at| Fact::CallLogged { outcome: CallOutcome::NoAnswer, at, with: None, note: None, call_back_at: None };
    let generation =
        |state: &Onboarding| state.calls.as_ref().and_then(|calls| calls.last.as_ref()).unwrap().generation;
    assert_eq!(generation(after(&mut case, 0, call(start))), 0, "there is none");
    case.now = start + hours(1);
    case.tell(case.paste("CODE-1", Ask::Invite));
    let minute = chrono::TimeDelta::minutes(1);
    assert_eq!(generation(after(&mut case, 2, call(start + hours(1) - minute))), 0, "before it was made");
    assert_eq!(generation(after(&mut case, 2, call(start + hours(1)))), 1, "in the moment in which it was");
}
