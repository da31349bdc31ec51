use chrono::{DateTime, TimeDelta};

use super::*;
use crate::domain::next_step::tests::{hours, invited, now};
use crate::domain::{
    Calls, Confirmation, Ended, IntentId, OpcodeState, OpenBooking, Outcome, ProbeRecord, Slots, WasVisible,
};

fn calm(stage: Stage) -> Derived {
    Derived { stage, attention: None, snoozed: false }
}

fn urgent(attention: Attention) -> Derived {
    Derived { attention: Some(attention), ..calm(Stage::Invited) }
}

/// A dealership whose urgency of this kind is of a moment.
fn urgent_at(attention: Attention, at: Timestamp) -> Onboarding {
    let mut state = invited(60);
    let clock = |confirmation| Onboarding { confirmation, ..invited(60) };
    match attention {
        Attention::Lost => clock(Confirmation { lost_at: Some(at), ..Confirmation::default() }),
        Attention::Overdue | Attention::WaitingLong => {
            clock(Confirmation { due_at: Some(at), ..Confirmation::default() })
        }
        Attention::CallBackDue => {
            state.calls = Some(Box::new(Calls { call_back_at: Some(at), ..Calls::default() }));
            state
        }
        Attention::OpcodeMissing => {
            state.opcode_was_visible = Some(WasVisible { from: at - TimeDelta::days(9), until: at });
            state
        }
        Attention::LeftLive => Onboarding { left_live_at: Some(at), ..state },
        Attention::BookingUnknown => {
            state.booking = Some(Box::new(OpenBooking {
                intent: IntentId::from_bits(1),
                local: at.naive_utc(),
                opcode: "17".into(),
                vin: "".into(),
                moves: false,
                at,
                by: "ana".into(),
                unknown: None,
            }));
            state
        }
        Attention::NoSlots => {
            state.slots = Some(Box::new(Slots { checked_at: at, count: 0, days: 0, next: None, by_day: Vec::new() }));
            state
        }
        Attention::Doubted | Attention::Unrecognised => {
            state.probe = Some(Box::new(ProbeRecord { at, outcome: Outcome::Unknown, reason: "".into() }));
            state
        }
        _ => {
            state.invitation.as_mut().unwrap().expires_at = at;
            state
        }
    }
}

#[test]
fn within_a_reason_for_attention_what_waits_longest_or_ends_soonest_comes_first() {
    for attention in Attention::ALL {
        let order = |hour| attention_order(&urgent_at(attention, hours(hour)), urgent(attention));
        assert!(order(-2) < order(-1) && order(-1) < order(3), "{attention:?}");
    }
}

#[test]
fn the_more_urgent_reason_comes_first_however_long_the_other_has_waited() {
    for pair in Attention::ALL.windows(2) {
        let [first, second] = pair else { unreachable!("windows of two") };
        let late = attention_order(&urgent_at(*first, hours(900)), urgent(*first));
        let early = attention_order(&urgent_at(*second, hours(-900)), urgent(*second));
        assert!(late < early, "{first:?} before {second:?}");
    }
}

#[test]
fn behind_all_reasons_come_the_calm_then_those_put_aside_then_the_archived() {
    let state = invited(60);
    let last = urgent(*Attention::ALL.last().unwrap());
    let aside = Derived { snoozed: true, ..urgent(Attention::Lost) };
    let archived = Derived { stage: Stage::Archived, ..urgent(Attention::Lost) };
    let archived_aside = Derived { snoozed: true, ..archived };
    let order = |facts| attention_order(&state, facts);
    assert!(order(last) < order(calm(Stage::Invited)));
    assert!(order(calm(Stage::Invited)) < order(aside));
    assert!(order(aside) < order(archived));
    assert_eq!(OrderGroup::of(order(archived_aside)), OrderGroup::Archived);
}

#[test]
fn what_stands_beside_each_other_is_in_one_group() {
    for at in [hours(-900), hours(900), DateTime::UNIX_EPOCH - TimeDelta::days(1)] {
        for attention in Attention::ALL {
            let order = attention_order(&urgent_at(attention, at), urgent(attention));
            assert_eq!(OrderGroup::of(order), OrderGroup::Attention(attention));
        }
    }
    // With a deadline, and without one.
    let confirmation = Confirmation { confirmed_at: Some(now()), ..Confirmation::default() };
    for state in [invited(60), Onboarding { confirmation, ..invited(60) }] {
        for (facts, group) in [
            (calm(Stage::Invited), OrderGroup::Calm),
            (Derived { snoozed: true, ..calm(Stage::Invited) }, OrderGroup::Snoozed),
            (calm(Stage::Archived), OrderGroup::Archived),
        ] {
            assert_eq!(OrderGroup::of(attention_order(&state, facts)), group);
        }
    }
}

#[test]
fn of_the_calm_the_next_deadline_comes_first_and_who_has_none_last() {
    let order = |state: &Onboarding| attention_order(state, calm(state.stage(now())));
    let waiting = |due: i64| {
        let confirmation =
            Confirmation { dealer_confirmed_at: Some(now()), due_at: Some(hours(due)), ..Confirmation::default() };
        Onboarding { confirmation, ..invited(60) }
    };
    let mut taken_back = invited(1);
    taken_back.invitation.as_mut().unwrap().ended = Some((Ended::Revoked, now()));
    let mut never_lived = invited(1);
    let code = never_lived.invitation.as_mut().unwrap();
    code.expires_at = code.generated_at;
    let never_invited = Onboarding { invitation: None, ..invited(1) };
    let mut connected = waiting(1);
    connected.confirmation.confirmed_at = Some(now());
    connected.opcode_state = OpcodeState::Ok;
    assert!(order(&invited(5)) < order(&waiting(6)) && order(&waiting(6)) < order(&invited(7)));
    for state in [taken_back, never_lived, never_invited, connected] {
        assert!(order(&invited(900)) < order(&state));
        assert_eq!(order(&state) & (u64::MAX >> 8), u64::MAX >> 8, "no clock of it runs");
    }
}

#[test]
fn a_moment_as_a_number_orders_as_it_does_and_leaves_room_for_the_reason() {
    let epoch = DateTime::UNIX_EPOCH;
    let milli = TimeDelta::milliseconds(1);
    let moments =
        [Timestamp::MIN_UTC, epoch - TimeDelta::days(700_000), epoch - milli, epoch, epoch + milli, now(), hours(1)];
    let numbers: Vec<u64> = moments.into_iter().chain([Timestamp::MAX_UTC]).map(sortable).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    assert!(numbers.iter().all(|number| *number < 1 << 55), "{numbers:?}");
}
