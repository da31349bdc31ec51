//! An answer that no row of the meanings knows is told once, and taught from its event.

use cloverwatch::config::teach::printed;
use cloverwatch::domain::classification::{default_rules, row_for};
use cloverwatch::domain::{DealershipId, Outcome, ResponseFacts};
use cloverwatch::protocol::{Request, RequestError, Response, RuleDraft};
use cloverwatch::tui::Effect;
use cloverwatch::tui::msg::Msg;
use cloverwatch::tui::state::Focus;
use cloverwatch::tui::tail::EventTail;

use crate::desk::Desk;
use crate::population::now;

/// What the engine would answer with the default rows, for as long as it is asked for a row.
fn drafted(desk: &mut Desk) -> Vec<Effect> {
    let mut left = Vec::new();
    for effect in desk.take_effects() {
        let Effect::Ask(work, Request::DraftRule { dealership, answer, means }) = effect else {
            left.push(effect);
            continue;
        };
        let dealer_code = format!("xts{:06}", dealership.bits());
        let place = "It is written into config.toml.".to_owned();
        let response = match row_for(&default_rules(), &answer, &dealer_code, means) {
            Ok(rule) => Response::Rule(Box::new(RuleDraft { text: printed(&rule), place, rule })),
            Err(why) => Response::Failed(RequestError::Rule(why.to_string())),
        };
        desk.tell(Msg::Answer(work, response));
    }
    left
}

/// Presses keys, and has the row made that they ask for.
fn press(desk: &mut Desk, keys: &str) {
    for key in keys.split_whitespace() {
        desk.press(key);
        let left = drafted(desk);
        desk.effects.extend(left);
    }
}

fn id(n: u64) -> DealershipId {
    DealershipId::from_bits(n)
}

fn desk() -> Desk {
    Desk::open((120, 44))
}

/// An answer in the words that name their dealership.
fn puzzle(desk: &mut Desk, n: u64) {
    desk.happens(|world| {
        world.puzzle(id(n), now(), answer(418, &format!("Dealer xts{n:06} is not linked to this partner")))
    });
}

fn answer(status: u16, message: &str) -> ResponseFacts {
    ResponseFacts { status, code: None, message: Some(message.into()) }
}

fn to_tail(desk: &mut Desk) {
    while desk.state.focus != Focus::Tail {
        desk.press("tab");
    }
}

#[test]
fn an_answer_that_no_row_knows_is_told_once_and_taught_from_the_tail() {
    let mut desk = desk();
    let told = |desk: &Desk| {
        let toasts = desk.state.toasts.iter().filter(|toast| toast.text.contains("no row knows"));
        toasts.map(|toast| (toast.count, toast.text.clone())).collect::<Vec<_>>()
    };
    puzzle(&mut desk, 4);
    let first = told(&desk);
    let [(1, words)] = first.as_slice() else { panic!("{first:?}") };
    assert!(words.contains("m in the tail") && words.contains("status 418: Dealer xts000004 is not linked"), "{words}");
    puzzle(&mut desk, 5);
    assert_eq!(told(&desk), first, "once, for whomever it is given");
    desk.happens(|world| world.puzzle(id(6), now(), answer(418, "what else")));
    assert_eq!(told(&desk).len(), 2, "another answer");

    puzzle(&mut desk, 7);
    to_tail(&mut desk);
    desk.press("m").sees("What does this answer mean").sees("status 418: Dealer xts000007 is not linked");
    desk.press("ctrl-s").sees("say what the answer means");
    assert_eq!(desk.take_effects(), []);
    press(&mut desk, "space space");
    desk.sees("not-connected: this dealership").sees("[[xtime.meaning]]");
    desk.sees(r"^Dealer .+ is not linked to this partner$").sees("It is written into config.toml.");
    insta::assert_snapshot!(desk.picture());
    desk.press("ctrl-s");
    let effects = desk.take_effects();
    let [Effect::Ask(work, Request::TeachRule { dealership, rule, .. })] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(*dealership, id(7));
    assert_eq!(
        printed(rule),
        "[[xtime.meaning]]\nstatus = 418\nmessage = \"^Dealer .+ is not linked to this partner$\"\nmeans = \"not-connected\""
    );
    let failed = "config.toml: line 1: not TOML; correct it first, nothing was written";
    desk.tell(Msg::Outcome(*work, id(7), Err(failed.to_owned())));
    desk.sees("correct it first");
}

#[test]
fn the_newest_answer_about_a_dealership_is_taught_from_the_table() {
    let mut desk = desk();
    desk.go_to(4).press("w").sees("no unrecognised");
    puzzle(&mut desk, 4);
    desk.press("w").sees("What does this answer mean");
    press(&mut desk, "space ctrl-s");
    let effects = desk.take_effects();
    let [Effect::Ask(_, Request::TeachRule { dealership, rule, .. })] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!((*dealership, rule.means), (id(4), Outcome::Connected));
}

#[test]
fn an_answer_whose_event_is_not_read_yet_is_taught_once_it_is_opened() {
    let mut desk = desk();
    puzzle(&mut desk, 4);
    // Far more has happened elsewhere since than the tail keeps.
    desk.state.tail = EventTail::default();
    desk.go_to(4).press("w").sees("its events are not read yet: enter shows them").press("enter w");
    desk.sees("What does this answer mean");
}

#[test]
fn what_is_known_or_no_such_answer_or_read_only_teaches_nothing() {
    let mut desk = desk();
    to_tail(&mut desk);
    desk.press("m").sees("holds no unrecognised answer");
    assert_eq!(desk.take_effects(), []);
    // It was recorded before a row knew it.
    desk.happens(|world| world.puzzle(id(4), now(), answer(403, "Forbidden")));
    press(&mut desk, "m space");
    desk.sees("reads this answer already: not-connected").press("ctrl-s");
    assert_eq!(desk.take_effects(), []);
    desk.press("esc");
    desk.state.setup.read_only = true;
    desk.press("m").sees("read-only");
}
