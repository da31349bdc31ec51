//! The page of what the log says of the work.

use cloverwatch::domain::report::{CaseLog, Report, ReportQuery};
use cloverwatch::protocol::{Request, RequestError, Response};
use cloverwatch::tui::state::Mode;
use cloverwatch::tui::{Effect, Msg};

use crate::desk::Desk;
use crate::population::{World, crowd, now, sample};

const SIZES: [(u16, u16); 6] = [(200, 50), (120, 40), (100, 30), (80, 24), (60, 20), (40, 10)];

fn report(world: &World) -> Box<Report> {
    let mut cases = CaseLog::default();
    world.events.iter().for_each(|event| cases.take(event));
    let states = world.all();
    let query = ReportQuery::default();
    Box::new(Report::of(&cases, states.iter().map(AsRef::as_ref), &query, now(), &world.policy))
}

fn answer(desk: &mut Desk) {
    let report = report(&desk.world.lock());
    desk.answer(|request| matches!(request, Request::Report(_)), Response::Reported(report));
}

fn open(world: World, size: (u16, u16)) -> Desk {
    let mut desk = Desk::with(world, size, |_| {});
    desk.press("I");
    answer(&mut desk);
    desk
}

#[test]
fn the_page_at_every_size() {
    for size in SIZES {
        let mut desk = open(crowd(200), size);
        insta::assert_snapshot!(format!("insight_{}x{}", size.0, size.1), desk.picture());
        desk.press("pgdn");
        insta::assert_snapshot!(format!("insight_below_{}x{}", size.0, size.1), desk.picture());
    }
}

#[test]
fn it_opens_at_once_and_no_key_waits_for_the_log() {
    let mut desk = Desk::open((100, 30));
    desk.press("I").sees("the log is being read").press("j G tab").sees("the log is being read");
    assert!(desk.effects.iter().any(|effect| matches!(effect, Effect::Ask(_, Request::Report(_)))));
    answer(&mut desk);
    desk.press("g g").sees("How far they are").sees_no("being read");
    // An answer to what was closed meanwhile is for nobody.
    desk.press("esc I esc");
    assert!(matches!(desk.state.mode, Mode::Desk));
    answer(&mut desk);
    assert!(matches!(desk.state.mode, Mode::Desk));
    desk.press("I").sees("the log is being read").press("I");
    assert!(matches!(desk.state.mode, Mode::Desk), "the same key leads back");
}

#[test]
fn the_last_table_is_by_owner_group_or_week() {
    let mut desk = open(sample(), (120, 60));
    desk.press("G").sees("By owner").sees("chloe").press("tab").sees("By group");
    desk.press("tab").sees("By week").sees("2026-W13").press("tab").sees("By owner").press("shift-tab").sees("By week");
}

#[test]
fn what_cannot_be_read_is_said() {
    let mut desk = Desk::open((80, 24));
    desk.press("I");
    let failed = Response::Failed(RequestError::Store("the journal cannot be read".to_owned()));
    desk.answer(|request| matches!(request, Request::Report(_)), failed);
    desk.sees("the journal cannot be read").press("q");
    assert!(matches!(desk.state.mode, Mode::Desk));
    desk.state.opening = true;
    desk.press("I").sees("the store is not open yet");
}

#[test]
fn few_codes_make_no_estimate_and_none_an_empty_page() {
    let mut desk = open(sample(), (120, 60));
    desk.sees("estimated from 50 codes on that were used or ran out; there are ");
    desk = open(World::default(), (120, 60));
    desk.sees("0 codes end in the next 72 hours").sees("no dealerships").sees("No calls").sees("none yet");
}

#[test]
fn every_size_can_be_drawn_and_scrolled() {
    for width in (40..=210).step_by(34) {
        for height in (10..=60).step_by(10) {
            let mut desk = open(crowd(120), (width, height));
            for keys in ["", "j", "pgdn", "G", "k", "tab"] {
                desk.press(keys);
                desk.draw();
            }
        }
    }
    let mut desk = open(crowd(120), (200, 50));
    desk.tell(Msg::Resize(40, 10));
    desk.sees("Insight");
}

#[test]
fn how_likely_a_code_is_used_is_a_column_that_reads_the_log_once_it_is_shown() {
    let mut desk = Desk::with(crowd(200), (200, 50), |_| {});
    let asks = |desk: &Desk| desk.effects.iter().any(|effect| matches!(effect, Effect::Ask(_, Request::Survival)));
    assert!(!asks(&desk));
    desk.press("s c G").sees("used in time").press("space esc");
    assert!(asks(&desk));
    let survival = {
        let world = desk.world.lock();
        let mut cases = CaseLog::default();
        world.events.iter().for_each(|event| cases.take(event));
        cloverwatch::domain::report::survival(&cases, &ReportQuery::default(), now())
    };
    assert!(survival.is_enough());
    desk.answer(|request| matches!(request, Request::Survival), Response::Survival(survival));
    desk.press("8 D").sees(" % (");
    // A key later nothing is asked anew.
    desk.take_effects();
    desk.press("j");
    assert!(!asks(&desk));
}
