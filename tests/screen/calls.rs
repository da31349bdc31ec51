//! The view of a call: what it shows, and what its keys record.

use chrono::TimeDelta;
use cloverwatch::domain::{Call, CallOutcome, Command, Outcome, Untrusted};
use cloverwatch::protocol::Request;
use cloverwatch::tui::msg::{Clip, Effect};
use cloverwatch::tui::state::Mode;

use super::desk::Desk;
use super::keys::{id, nothing, only};
use super::population::{ago, now};

#[track_caller]
fn recorded(desk: &mut Desk, n: u64) -> Command {
    match only(desk) {
        Effect::Ask(_, Request::Execute(items)) if items[0].0 == id(n) => items[0].1.clone(),
        effect => panic!("{effect:?}"),
    }
}

#[track_caller]
fn call(command: Command) -> Call {
    let Command::LogCall { call, .. } = command else { panic!("{command:?}") };
    call
}

#[test]
fn one_key_shows_whom_to_call_and_another_records_what_came_of_it() {
    let mut desk = Desk::open((120, 40));
    desk.go_to(1).press("C").sees("Call: ").sees("Steps to connect").sees("What came of it").sees_no("CLOVER-1A");
    desk.press("v").sees("CLOVER-1A").sees("C CHARLIE").sees("dash").sees("1 one").press("v").sees_no("CHARLIE");
    desk.press("space").sees("[x] 1.").sees("[>] 2.");
    desk.press("a").sees("call back").press("ctrl-s");
    let call = call(recorded(&mut desk, 1));
    assert_eq!((call.outcome, call.call_back_at), (CallOutcome::NoAnswer, Some(now() + TimeDelta::hours(2))));
    assert!(matches!(desk.state.mode, Mode::Desk));
}

#[test]
fn an_outcome_takes_who_said_it_and_when_to_call_back() {
    let mut desk = Desk::open((100, 30));
    desk.go_to(1).press("C w ctrl-u").write("3h").press("tab ctrl-u").write("Carla").press("tab").write("after lunch");
    let call = call(recorded(desk.press("enter"), 1));
    assert_eq!((call.outcome, call.call_back_at), (CallOutcome::WillDo, Some(now() + TimeDelta::hours(3))));
    let text = |text: &Option<Untrusted>| text.as_ref().map(|text| text.raw().to_owned());
    assert_eq!((text(&call.with), text(&call.note)), (Some("Carla".to_owned()), Some("after lunch".to_owned())));
    desk.go_to(1).press("C w ctrl-u").write("yesterday 9:00").sees("that moment is past").press("esc esc");
    desk.press("esc").go_to(1).press("C o ctrl-s").sees("write the opcode").write("17").press("ctrl-s");
    assert_eq!(self::call(recorded(&mut desk, 1)).opcode.unwrap().code, Untrusted::from("17"));
    desk.go_to(1).press("C t ctrl-s");
    assert!(matches!(recorded(&mut desk, 1), Command::TellCode { seen: 1, .. }));
}

#[test]
fn what_a_call_cannot_record_says_why_and_esc_leads_home() {
    let mut desk = Desk::open((80, 24));
    // Never invited: there is nothing to read out, and nothing can be done.
    desk.go_to(9).press("C").sees("never invited").sees("more below").press("t").sees("never invited; invite it first");
    desk.press("esc esc");
    assert!(matches!(desk.state.mode, Mode::Desk));
    // What a call needs besides leads back to it; what came of it ends it.
    desk.go_to(1).press("C r").sees("Reissue").press("esc").sees("Call: ");
    desk.press("n").write("loud there").press("ctrl-s");
    only(&mut desk);
    desk.sees("Call: ").press("a").sees("call back").press("esc").sees("Call: ").press("esc");
    assert!(matches!(desk.state.mode, Mode::Desk));
}

#[test]
fn a_promised_call_comes_back_at_its_minute() {
    let mut desk = Desk::open((200, 50));
    desk.go_to(1).happens(|world| {
        let call_back_at = Some(now() + TimeDelta::minutes(30));
        let call = Call {
            outcome: CallOutcome::WillDo,
            at: ago(0.1),
            call_back_at,
            with: None,
            note: None,
            finished_at: None,
            opcode: None,
        };
        world.person(id(1), now(), &Command::LogCall { call, mail: false })
    });
    desk.sees("call back then, as agreed").sees_no("call back now");
    desk.wait(30 * 60).sees("call back, as agreed").sees("call back now");
}

#[test]
fn a_call_is_about_its_dealership_whatever_is_under_the_cursor() {
    let mut desk = Desk::open((120, 40));
    desk.go_to(1).press("C");
    desk.state.cursor.id = Some(id(4));
    desk.press("v").sees("CLOVER-1A").press("y c").sees("copy code 1 of");
    assert!(matches!(only(&mut desk), Effect::Copy(Clip(text)) if text == "CLOVER-1A"));
    // What must not be handed on is not copied from here either.
    desk.happens(|world| world.person(id(1), now(), &Command::Revoke { reason: "".into() }));
    desk.press("y c").sees("not to be read out");
    nothing(&mut desk);
}

#[test]
fn ticks_of_the_steps_to_connect_are_none_of_the_steps_to_an_opcode() {
    let mut desk = Desk::open((120, 40));
    desk.go_to(1).press("C space space").sees("[x] 2.");
    desk.happens(|world| world.look(id(1), now(), Outcome::Connected, &[]));
    desk.sees("Steps to a visible opcode").sees_no("[x]");
}
