use chrono::{DateTime, TimeDelta};

use super::*;
use crate::domain::{
    Actor, Call, CodeOrigin, Command, Confirmation, Contact, Context, DealershipId, Ended, Event, IntentId, Invitation,
    InvitationCode, Letter, LetterId, LetterKind, Mail, NoClaims, OpenBooking, Policy, Profile, Slots, WasVisible,
    decide, evolve, evolve_all,
};

pub(in crate::domain) fn now() -> Timestamp {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

pub(in crate::domain) fn hours(hours: i64) -> Timestamp {
    now() + TimeDelta::hours(hours)
}

fn new() -> Onboarding {
    let profile = Profile {
        name: "Nakamura Ford".into(),
        dealer_code: "xts1".into(),
        group: "".into(),
        brand: "".into(),
        city: "".into(),
        state: "".into(),
        timezone: chrono_tz::America::Chicago.into(),
        contact: Contact { email: "ana@example.com".into(), ..Contact::default() },
        owner: None,
    };
    let policy = Policy::default();
    let context = Context { now: now(), policy: &policy, claims: &NoClaims, letter: None };
    let fact = decide(None, &Command::Add { profile }, &context).unwrap().remove(0);
    let dealership = Some(DealershipId::from_bits(1));
    evolve(None, &Event { seq: 1, at: now(), actor: Actor::person("ana"), dealership, fact }).unwrap()
}

/// With a code that ends in so many hours.
pub(in crate::domain) fn invited(left: i64) -> Onboarding {
    let invitation = Invitation {
        generation: 1,
        code: InvitationCode::recorded("ABCD-1234").unwrap(),
        generated_at: hours(left - 72),
        expires_at: hours(left),
        issued_at: hours(left - 72),
        known_at: hours(left - 72),
        issued_by: "ana".into(),
        source: CodeOrigin::Paste,
        intent: IntentId::from_bits(1),
        ended: None,
    };
    Onboarding { invitation: Some(invitation), ..new() }
}

fn with_letter(state: LetterState, handed: u16) -> Onboarding {
    let letter = Letter {
        id: LetterId::from_bits(1),
        kind: LetterKind::Invitation,
        generation: 1,
        before: None,
        again: false,
        to: "ana@example.com".into(),
        queued_at: now(),
        by: "ana".into(),
        state,
        at: now(),
        due_at: None,
        refused: 0,
        deferred: 0,
        handed,
        words: None,
        delayed_at: None,
        went_wrong: false,
        retried_at: None,
        settled: 0,
    };
    let mail = Mail { letters: vec![letter], ..Mail::default() };
    Onboarding { mail: Some(Box::new(mail)), ..invited(60) }
}

pub(in crate::domain) fn said(hours_ago: i64) -> Onboarding {
    let mut state = invited(10);
    state.confirmation.dealer_confirmed_at = Some(hours(-hours_ago));
    state.confirmation.due_at = Some(hours(24 - hours_ago));
    state
}

pub(in crate::domain) fn confirmed(opcode_state: OpcodeState, slots: Option<u32>) -> Onboarding {
    let mut state = said(3);
    state.confirmation.confirmed_at = Some(hours(-1));
    state.opcode_state = opcode_state;
    state.opcode_since = Some(hours(-1));
    state.slots =
        slots.map(|count| Box::new(Slots { checked_at: now(), count, days: 1, next: None, by_day: Vec::new() }));
    state
}

#[track_caller]
fn step(state: &Onboarding, whose: Mover, words: &str) -> NextStep {
    let step = state.next_step(now());
    assert!(step.whose == whose && step.what.starts_with(words), "{step:?}");
    step
}

#[test]
fn before_a_code_it_is_ours_and_while_it_lives_the_dealers_until_the_last_day() {
    step(&new(), Mover::Us, "get a code and invite");
    let wait = step(&invited(25), Mover::Dealer, "wait for the dealer");
    assert_eq!(wait.until, Some(hours(25)));
    assert_eq!(step(&invited(24), Mover::Us, "call: the code ends soon").until, Some(hours(24)));
    assert_eq!(step(&invited(-1), Mover::Us, "ask whether it is still wanted").since, Some(hours(-1)));
}

#[test]
fn a_letter_that_nobody_reads_is_ours() {
    for (state, handed) in
        [(LetterState::Failed, 0), (LetterState::Bounced, 1), (LetterState::Uncertain, 2), (LetterState::Written, 0)]
    {
        step(&with_letter(state, handed), Mover::Us, "correct the address, or read the code by phone");
    }
    for (state, handed) in [(LetterState::Sent, 1), (LetterState::Uncertain, 1), (LetterState::Queued, 0)] {
        step(&with_letter(state, handed), Mover::Dealer, "wait for the dealer");
    }
}

#[test]
fn the_dealers_word_is_xtimes_for_24_hours_and_then_ours() {
    let wait = step(&said(23), Mover::Xtime, "wait");
    assert_eq!((wait.since, wait.until), (Some(hours(-23)), Some(hours(1))));
    assert_eq!(step(&said(24), Mover::Us, "call: right rooftop?").since, Some(now()));
}

#[test]
fn once_connected_the_opcode_and_the_slots_are_the_dealers() {
    step(&confirmed(OpcodeState::Unchecked, None), Mover::Us, "the next look");
    step(&confirmed(OpcodeState::Unknown, None), Mover::Us, "the next look");
    step(&confirmed(OpcodeState::Missing, None), Mover::Dealer, "create or publish the opcode");
    step(&confirmed(OpcodeState::NearMiss, None), Mover::Dealer, "rename the opcode");
    let gone = Onboarding {
        opcode_was_visible: Some(WasVisible { from: hours(-9), until: hours(-2) }),
        ..confirmed(OpcodeState::Missing, None)
    };
    assert_eq!(step(&gone, Mover::Dealer, "publish the opcode again").since, Some(hours(-2)));
    step(&confirmed(OpcodeState::Ok, Some(0)), Mover::Dealer, "offer slots");
    assert_eq!(step(&confirmed(OpcodeState::Ok, Some(3)), Mover::Nobody, "").what, "");
    let mut lost = said(3);
    lost.confirmation = Confirmation::default();
    lost.confirmation.lost_at = Some(hours(-5));
    lost.invitation = None;
    assert_eq!(step(&lost, Mover::Us, "call: was it disconnected").since, Some(hours(-5)));
}

#[test]
fn a_booking_without_an_answer_comes_first_and_what_is_put_aside_is_nobodys() {
    let booking = OpenBooking {
        intent: IntentId::from_bits(2),
        local: now().naive_utc(),
        opcode: "TELLUS".into(),
        vin: "".into(),
        moves: false,
        at: hours(-1),
        by: "ana".into(),
        unknown: Some("no answer".into()),
    };
    let open = Onboarding { booking: Some(Box::new(booking)), ..confirmed(OpcodeState::Ok, Some(3)) };
    step(&open, Mover::Us, "read the booking back");
    let snoozed = Onboarding { snoozed_until: Some(hours(5)), ..open };
    assert_eq!(step(&snoozed, Mover::Nobody, "put aside").until, Some(hours(5)));
    assert_eq!(
        step(&Onboarding { snoozed_until: None, archived_at: Some(now()), ..snoozed }, Mover::Nobody, "").what,
        ""
    );
    let mut revoked = invited(60);
    if let Some(code) = &mut revoked.invitation {
        code.ended = Some((Ended::Revoked, now()));
    }
    assert_eq!(step(&revoked, Mover::Nobody, "").what, "");
}

#[track_caller]
fn tell(state: &Onboarding, command: &Command) -> Onboarding {
    let policy = Policy::default();
    let context = Context { now: now(), policy: &policy, claims: &NoClaims, letter: None };
    let facts = decide(Some(state), command, &context).unwrap();
    evolve_all(Some(state.clone()), state.id, &facts, &Actor::person("ana"), now()).unwrap()
}

pub(in crate::domain) fn called(
    state: &Onboarding,
    outcome: CallOutcome,
    call_back_at: Option<Timestamp>,
) -> Onboarding {
    let call = Call { outcome, at: now(), call_back_at, with: None, note: None, finished_at: None, opcode: None };
    tell(state, &Command::LogCall { call, mail: false })
}

#[test]
fn a_promised_call_is_nobodys_until_its_minute_and_then_ours() {
    let promised = called(&invited(60), CallOutcome::WillDo, Some(hours(2)));
    assert_eq!(step(&promised, Mover::Nobody, "call back then").until, Some(hours(2)));
    let due = promised.next_step(hours(2));
    assert_eq!((due.whose, due.what, due.since), (Mover::Us, "call back, as agreed", Some(hours(2))));
    assert_eq!(promised.attention(hours(2), &Policy::default()), Some(Attention::CallBackDue));
    // The code does not wait for it.
    let ends = called(&invited(1), CallOutcome::WillDo, Some(hours(2)));
    assert_eq!(ends.next_step(hours(1)).what, "ask whether it is still wanted; then a new code");
    // The next call says anew when, or that nobody calls again.
    step(&called(&promised, CallOutcome::NoAnswer, Some(hours(3))), Mover::Nobody, "call back then");
    step(&called(&promised, CallOutcome::NoAnswer, None), Mover::Dealer, "wait for the dealer");
}

#[test]
fn what_the_dealer_said_of_the_code_decides_whose_move_it_is() {
    let refused = called(&invited(60), CallOutcome::CodeRefused, None);
    step(&refused, Mover::Us, "new code, or the right rooftop");
    assert_eq!(refused.attention(now(), &Policy::default()), Some(Attention::CodeWanted));
    step(&called(&invited(60), CallOutcome::WantsCode, None), Mover::Us, "new code: the dealer wants one");
    step(&called(&invited(60), CallOutcome::PageNotFound, None), Mover::Dealer, "their Xtime admin");
    step(&called(&invited(-1), CallOutcome::WantsCode, None), Mover::Us, "new code: the dealer wants one");
    // A new code is another matter.
    let mut newer = refused;
    newer.invitation.as_mut().unwrap().generation = 2;
    step(&newer, Mover::Dealer, "wait for the dealer");
}

#[test]
fn a_done_call_starts_the_second_clock_and_a_code_read_out_needs_no_letter() {
    step(&called(&invited(60), CallOutcome::Done, None), Mover::Xtime, "wait");
    let failed = with_letter(LetterState::Failed, 0);
    step(&failed, Mover::Us, "correct the address, or read the code by phone");
    let told = tell(&failed, &Command::TellCode { seen: 1, to: Some("Carla".into()), at: now() });
    step(&told, Mover::Dealer, "wait for the dealer");
    assert_eq!(told.attention(now(), &Policy::default()), None);
}

#[test]
fn what_the_dealer_said_stands_until_it_is_settled() {
    let refused = called(&invited(60), CallOutcome::CodeRefused, Some(hours(2)));
    step(&refused, Mover::Us, "new code, or the right rooftop");
    // Nobody answered when it was tried again: that takes nothing back.
    step(&called(&refused, CallOutcome::NoAnswer, None), Mover::Us, "new code, or the right rooftop");
    step(&called(&refused, CallOutcome::WillDo, None), Mover::Dealer, "wait for the dealer");
    // Whoever said done, and then that it was refused, waits for a code and not for Xtime.
    step(&called(&said(1), CallOutcome::CodeRefused, None), Mover::Us, "new code, or the right rooftop");
    step(&called(&said(30), CallOutcome::WantsCode, None), Mover::Us, "new code: the dealer wants one");
    step(&called(&invited(-1), CallOutcome::CodeRefused, None), Mover::Us, "new code: Xtime refused the last one");
    // It was said of the code before this one, and recorded later.
    let at = hours(-20);
    let call = Call {
        outcome: CallOutcome::CodeRefused,
        at,
        call_back_at: None,
        with: None,
        note: None,
        finished_at: None,
        opcode: None,
    };
    step(&tell(&invited(60), &Command::LogCall { call, mail: false }), Mover::Dealer, "wait for the dealer");
}

#[test]
fn a_promised_call_waits_for_no_code_that_ends_and_no_reason_that_is_gone() {
    // The code would end before anybody calls again.
    step(&called(&invited(20), CallOutcome::WillDo, Some(hours(30))), Mover::Us, "call: the code ends soon");
    step(&called(&invited(60), CallOutcome::WillDo, Some(hours(50))), Mover::Dealer, "wait for the dealer");
    let promised = called(&invited(60), CallOutcome::WillDo, Some(hours(2)));
    let done = tell(&promised, &Command::ConfirmByDealer { said_at: now(), mail: false });
    assert_eq!((done.call_back_at(), done.attention(hours(2), &Policy::default())), (None, None));
    let agreed = called(&invited(60), CallOutcome::Done, Some(hours(26)));
    assert_eq!(agreed.call_back_at(), Some(hours(26)), "what was agreed in the same call stands");
}

#[test]
fn a_new_code_is_wanted_before_the_present_one_ends_if_it_lives() {
    let wants = |left| called(&invited(left), CallOutcome::WantsCode, None).next_step(now()).until;
    assert_eq!((wants(60), wants(-1)), (Some(hours(60)), None));
}

#[test]
fn a_promised_call_waits_where_a_day_of_the_code_is_left_or_no_code_runs() {
    let promised = |state: &Onboarding| called(state, CallOutcome::WillDo, Some(hours(10)));
    let waits = |state: &Onboarding| step(&promised(state), Mover::Nobody, "call back then").until == Some(hours(10));
    assert!(waits(&invited(35)));
    step(&promised(&invited(34)), Mover::Dealer, "wait for the dealer");
    let mut lost = said(3);
    lost.confirmation = Confirmation { lost_at: Some(hours(-5)), ..Confirmation::default() };
    lost.invitation = None;
    let mut revoked = invited(60);
    revoked.invitation.as_mut().unwrap().ended = Some((Ended::Revoked, now()));
    for state in [
        said(30),
        lost,
        revoked,
        confirmed(OpcodeState::Missing, None),
        confirmed(OpcodeState::NearMiss, None),
        confirmed(OpcodeState::Ok, Some(0)),
    ] {
        assert!(waits(&state), "{:?}", state.stage(now()));
    }
    step(&promised(&new()), Mover::Us, "get a code and invite");
    step(&promised(&said(3)), Mover::Xtime, "wait for Xtime");
}

#[test]
fn the_next_change_is_later_than_now_and_the_last_one_is_not() {
    let around = |state: &Onboarding, at| state.changes_around(at, &Policy::default());
    let state = invited(60);
    let just = TimeDelta::milliseconds(1);
    let soon = hours(54) + just;
    assert_eq!(around(&state, hours(36) - just).1, Some(hours(36)), "a day before its end somebody calls");
    assert_eq!(around(&state, hours(36)), (Some(hours(36)), Some(soon)));
    assert_eq!(around(&state, soon), (Some(soon), Some(hours(60))));
    assert_eq!(around(&state, hours(60)), (Some(hours(60)), None));
    assert_eq!(around(&new(), now()), (None, None), "no clock runs");
}
