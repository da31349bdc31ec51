//! Undo by its key: a kind of record after the other, and what forbids it.

use chrono::TimeDelta;
use cloverwatch::domain::{
    Actor, Call, CallOutcome, Command, Onboarding, OpcodeChoice, OpcodeOption, Outcome, ProfileEdit, ProfileField,
};
use cloverwatch::protocol::Request;
use cloverwatch::tui::Effect;

use crate::desk::Desk;
use crate::keys::{id, nothing, only};
use crate::population::now;

/// Somebody does something, a minute after whatever was before.
fn by(desk: &mut Desk, who: &str, n: u64, command: &Command) {
    let who = Actor::person(who);
    let at = desk.wait(60).now.at;
    desk.happens(|world| world.run(id(n), at, &who, command).unwrap());
}

/// Does what the desk asks for.
#[track_caller]
fn carry_out(desk: &mut Desk, n: u64) {
    let Effect::Ask(_, Request::Execute(items)) = only(desk) else { panic!("something is executed") };
    let [(of, command)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(*of, id(n));
    by(desk, "ana", n, command);
}

fn state(desk: &Desk, n: u64) -> Onboarding {
    (*desk.world.lock().get(id(n))).clone()
}

fn called(desk: &Desk, hours: i64) -> Command {
    let (at, call_back_at) = (desk.now.at, Some(now() + TimeDelta::hours(hours)));
    let (outcome, with, note, finished_at, opcode) = (CallOutcome::NoAnswer, None, None, None, None);
    Command::LogCall { call: Call { outcome, at, call_back_at, with, note, finished_at, opcode }, mail: false }
}

#[test]
fn the_key_puts_back_what_was_before_of_each_kind() {
    let opcode = |code: &str| Command::ChooseOpcode {
        choice: OpcodeChoice { code: code.into(), option: OpcodeOption::Existing },
        word: None,
    };
    let edits = vec![ProfileEdit { field: ProfileField::Email, text: "wrong@example.com".to_owned() }];
    let snooze = |until| Command::Snooze { until };
    for (command, takes_back, records) in [
        (Command::Note { text: "call Carla".into() }, "note: call Carla", "note: taken back: the note of 2026-"),
        (Command::Assign { owner: Some("ben".into()) }, "assigned to ben", "assigned to ana"),
        (snooze(Some(now() + TimeDelta::hours(5))), "snoozed until", "snooze ended"),
        (Command::Archive, "archived", "taken back from the archive"),
        (opcode("18"), "opcode `18`", "opcode `17`"),
        (Command::Correct { edits }, "profile corrected", "profile corrected"),
    ] {
        let mut desk = Desk::open((120, 40));
        by(&mut desk, "ana", 1, &opcode("17"));
        let before = state(&desk, 1);
        by(&mut desk, "ana", 1, &command);
        if command == Command::Archive {
            desk.press("/").write("is:archived").press("enter");
        }
        desk.go_to(1).press("u").sees("Undo at McAllister").sees(takes_back).sees(records).press("ctrl-s");
        carry_out(&mut desk, 1);
        let after = state(&desk, 1);
        let seen = |state: &Onboarding| {
            let opcode = state.opcode.as_deref().map(|chosen| chosen.choice.clone());
            (state.profile.clone(), opcode, state.snoozed_until, state.archived_at)
        };
        assert_eq!(seen(&after), seen(&before), "{command:?}");
    }
}

#[test]
fn a_call_back_goes_back_to_the_one_before_it() {
    let mut desk = Desk::open((120, 40));
    let first = called(&desk, 5);
    by(&mut desk, "ana", 1, &first);
    let second = called(&desk, 9);
    by(&mut desk, "ana", 1, &second);
    desk.go_to(1).press("u").sees("call back Mon 30 Mar 18:00").sees("call back Mon 30 Mar 14:00").press("ctrl-s");
    carry_out(&mut desk, 1);
    assert_eq!(state(&desk, 1).call_back_at(), Some(now() + TimeDelta::hours(5)));
}

#[test]
fn what_cannot_be_undone_says_why_and_asks_for_nothing() {
    let mut desk = Desk::open((120, 40));
    // Its events are read when it is asked for: until then nobody knows.
    desk.go_to(16).press("u").sees("cannot be undone: code 1 revoked").press("ctrl-s").sees("[ Undo it ]").press("esc");
    // With the detail they are there already.
    let mut desk = Desk::open((200, 50));
    desk.go_to(16).press("u").sees("undo: cannot be undone: code 1 revoked").sees_no("[ Undo it ]").go_to(1);
    by(&mut desk, "ana", 1, &Command::Assign { owner: None });
    by(&mut desk, "ben", 1, &Command::Note { text: "mine now".into() });
    desk.press("u").sees("ben acted since: note: mine now").press("esc");
    desk.press("space u").sees("clear the marks first");
    nothing(&mut desk);
}

#[test]
fn whatever_happens_while_it_is_asked_forbids_it_until_it_is_looked_at_again() {
    let mut desk = Desk::open((120, 40));
    by(&mut desk, "ana", 1, &Command::Assign { owner: None });
    desk.go_to(1).press("u").sees("assigned to ana");
    let at = desk.now.at;
    desk.happens(|world| world.look(id(1), at, Outcome::Connected, &[]));
    desk.sees("something was recorded meanwhile").press("ctrl-s");
    nothing(&mut desk);
    desk.press("ctrl-r").sees("assigned to ana").press("tab enter");
    carry_out(&mut desk, 1);
    assert_eq!(state(&desk, 1).profile.owner, Some("ana".into()));
    desk.press("u").sees("assigned to nobody");
    by(&mut desk, "ben", 1, &Command::Note { text: "mine now".into() });
    desk.sees("by ben: note: mine now").press("ctrl-r").sees("ben acted since").press("tab enter");
    nothing(&mut desk);
}

#[test]
fn where_no_events_are_shown_they_are_read_for_it() {
    for size in [(80, 24), (40, 10)] {
        let mut desk = Desk::open(size);
        desk.go_to(1).press("u").sees("taken back: the note").press("ctrl-s");
        carry_out(&mut desk, 1);
        assert_eq!(state(&desk, 1).notes, 2);
    }
}

#[test]
fn the_dialog_looks_so() {
    let mut desk = Desk::open((120, 30));
    by(&mut desk, "ana", 1, &Command::Assign { owner: Some("ben".into()) });
    insta::assert_snapshot!(desk.go_to(1).press("u").picture());
}

#[test]
fn what_was_just_done_is_undone_although_the_cursor_went_on() {
    for (keys, takes_back) in [("z", "snoozed until"), ("A", "archived")] {
        let mut desk = Desk::open((120, 40));
        desk.go_to(11).press(keys).press("ctrl-s");
        let effect = only(&mut desk);
        let Effect::Ask(_, Request::Execute(items)) = &effect else { panic!("{effect:?}") };
        let command = items[0].1.clone();
        desk.happens(|world| world.person(id(11), now(), &command));
        crate::keys::answer(&mut desk, &effect, &[]);
        let next = desk.selected();
        assert_ne!(next, 11, "it went on");
        desk.press("u").sees("Undo at Evil").sees(takes_back).press("esc");
        // Whoever moves means where they are.
        desk.press("k j");
        assert_eq!(desk.selected(), next);
        desk.press("u").sees_no("Undo at Evil");
    }
}

#[test]
fn whatever_was_done_since_is_what_is_undone() {
    let mut desk = Desk::open((120, 40));
    desk.go_to(11).press("z ctrl-s");
    let effect = only(&mut desk);
    let Effect::Ask(_, Request::Execute(items)) = &effect else { panic!("{effect:?}") };
    let command = items[0].1.clone();
    desk.happens(|world| world.person(id(11), now(), &command));
    crate::keys::answer(&mut desk, &effect, &[]);
    let next = desk.selected();
    desk.wait(1).press("n").write("called").press("ctrl-s");
    let effect = only(&mut desk);
    desk.happens(|world| world.person(id(next), now(), &Command::Note { text: "called".into() }));
    crate::keys::answer(&mut desk, &effect, &[]);
    desk.press("u").sees_no("Undo at Evil").sees("note: called");
}
