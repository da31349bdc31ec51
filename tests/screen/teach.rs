//! An answer that no row of the meanings knows is told once, and taught from its event.

use std::sync::Arc;

use cloverwatch::config::teach::printed;
use cloverwatch::domain::classification::row_for;
use cloverwatch::domain::{DealershipId, Outcome, ResponseFacts};
use cloverwatch::tui::Effect;
use cloverwatch::tui::msg::Msg;
use cloverwatch::tui::state::Focus;
use cloverwatch::tui::tail::EventTail;
use cloverwatch::tui::teach::{Lesson, Lessons, RuleDraft, Unrecognised};
use cloverwatch::xtime::PlatformSettings;

use crate::desk::Desk;
use crate::population::{now, sample};

/// The default rows, and a file that nobody writes.
struct Defaults(PlatformSettings);

impl Lessons for Defaults {
    fn draft(&self, about: &Unrecognised, means: Outcome) -> Result<RuleDraft, String> {
        let dealer_code = format!("xts{:06}", about.dealership.bits());
        let row = row_for(&self.0.meanings, &about.answer, &dealer_code, means).map_err(|why| why.to_string())?;
        Ok(RuleDraft { text: printed(&row), place: "It is written into config.toml.".to_owned(), row })
    }

    fn teach(&self, _: &Lesson) -> Result<(), String> {
        panic!("the screen writes nothing itself")
    }
}

fn id(n: u64) -> DealershipId {
    DealershipId::from_bits(n)
}

fn desk() -> Desk {
    Desk::with(sample(), (120, 44), |setup| setup.lessons = Some(Arc::new(Defaults(PlatformSettings::default()))))
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
    desk.press("space space").sees("not-connected: this dealership").sees("[[xtime.meaning]]");
    desk.sees(r"^Dealer .+ is not linked to this partner$").sees("It is written into config.toml.");
    insta::assert_snapshot!(desk.picture());
    desk.press("ctrl-s");
    let effects = desk.take_effects();
    let [Effect::Teach(work, lesson)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(lesson.about.dealership, id(7));
    assert_eq!(
        lesson.draft.text,
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
    desk.press("w").sees("What does this answer mean").press("space ctrl-s");
    let effects = desk.take_effects();
    let [Effect::Teach(_, lesson)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((lesson.about.dealership, lesson.draft.row.means), (id(4), Outcome::Connected));
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
    desk.press("m space").sees("reads this answer already: not-connected").press("ctrl-s");
    assert_eq!(desk.take_effects(), []);
    desk.press("esc");
    desk.state.setup.read_only = true;
    desk.press("m").sees("read-only");
}
