use super::super::next_step::tests::{called, confirmed, hours, invited, now, said};
use super::*;
use crate::domain::{Confirmation, WasVisible};

#[track_caller]
fn causes(state: &Onboarding) -> Vec<&'static str> {
    state.likely_causes(now(), "Tell Us More").into_iter().map(|likely| likely.cause).collect()
}

#[test]
fn whoever_is_not_stuck_has_no_causes() {
    for state in [invited(60), invited(-1), said(3), confirmed(OpcodeState::Ok, Some(3))] {
        assert_eq!(causes(&state), [""; 0]);
    }
}

#[test]
fn overdue_is_the_rooftop_then_cancel_unless_the_dealer_could_not_find_the_page() {
    let overdue = said(30);
    let all = overdue.likely_causes(now(), "");
    assert_eq!(all[0].cause, "it was entered at another rooftop");
    assert!(all[0].tell.contains("open Nakamura Ford itself"), "{:?}", all[0]);
    assert_eq!(
        causes(&overdue)[1..],
        ["Cancel was pressed at the last step", "their role lacks Configure Application", "Xtime is late"]
    );
    assert!(all[3].tell.ends_with("dealerCode xts1"));
    let told = called(&overdue, CallOutcome::PageNotFound, None);
    assert_eq!(causes(&told)[..2], ["their role lacks Configure Application", "it was entered at another rooftop"]);
}

#[test]
fn a_lost_one_is_asked_whether_it_was_on_purpose() {
    let mut lost = said(3);
    lost.confirmation = Confirmation { lost_at: Some(hours(-5)), ..Confirmation::default() };
    lost.invitation = None;
    assert_eq!(causes(&lost)[0], "it was disconnected on purpose");
}

#[test]
fn an_opcode_that_was_never_seen_is_spelled_otherwise_and_one_that_is_gone_was_changed() {
    let missing = confirmed(OpcodeState::Missing, None);
    let first = missing.likely_causes(now(), "Tell Us More").remove(0);
    assert_eq!(first.cause, "it is spelled otherwise");
    assert!(first.tell.ends_with("exactly \"Tell Us More\""), "{first:?}");
    let gone = Onboarding {
        opcode_was_visible: Some(WasVisible { from: hours(-9), until: hours(-2) }),
        ..confirmed(OpcodeState::Missing, None)
    };
    assert_eq!(
        causes(&gone),
        ["it was changed and not published again", "not every app may display it", "it was renamed", "it was deleted"]
    );
    assert_eq!(causes(&confirmed(OpcodeState::NearMiss, None)).len(), 2);
    assert_eq!(causes(&confirmed(OpcodeState::Ok, Some(0))), NO_SLOTS_CAUSES);
}
