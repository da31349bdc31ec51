//! Looks that somebody asks for: at one, coloured and worded by what was found; at many, asked about, followed and stopped.

use cloverwatch::domain::{CodeOrigin, DealershipId, Severity};
use cloverwatch::protocol::{MailStatus, Request, Status};
use cloverwatch::tui::msg::{ItemResult, WorkId};
use cloverwatch::tui::state::Mode;
use cloverwatch::tui::theme::Tone;
use cloverwatch::tui::{Effect, Msg};

use crate::desk::Desk;
use crate::keys::{nothing, only};
use crate::population::crowd;

fn id(n: u64) -> DealershipId {
    DealershipId::from_bits(n)
}

#[test]
fn a_look_that_found_trouble_is_not_green() {
    for (severity, tone, words) in [
        (Severity::Good, Tone::Good, "connected, 12 slots on 3 days"),
        (Severity::Doubtful, Tone::Warn, "not-connected: status 403: Forbidden"),
        (Severity::Bad, Tone::Bad, "connected, opcode gone"),
    ] {
        let mut desk = Desk::open((120, 30));
        desk.go_to(4).press("c");
        let effects = desk.take_effects();
        let [Effect::Ask(work, Request::Probe(ids))] = effects.as_slice() else { panic!("{effects:?}") };
        assert_eq!(ids, &[id(4)]);
        desk.tell(Msg::Outcome(*work, id(4), Ok(ItemResult { severity, words: words.to_owned() })));
        desk.sees(words);
        let toast = desk.state.toasts.iter().next_back().cloned().unwrap();
        assert_eq!((toast.tone, toast.text.contains(words)), (tone, true));
    }
}

/// A desk on many dealerships, all of them marked.
fn crowded(count: u64) -> Desk {
    let mut desk = Desk::with(crowd(count), (120, 30), |setup| setup.source = Some(CodeOrigin::Http));
    desk.press("ctrl-a");
    desk
}

/// A look at many, as it was asked for.
fn asked(desk: &mut Desk) -> (WorkId, Vec<DealershipId>) {
    let effect = only(desk);
    let Effect::Ask(work, Request::Probe(ids)) = effect else { panic!("{effect:?}\n{}", desk.picture()) };
    (work, ids)
}

fn look(desk: &mut Desk, work: WorkId, id: DealershipId) {
    desk.tell(Msg::Outcome(work, id, Ok("connected".to_owned().into())));
}

#[test]
fn a_few_are_looked_at_at_once_and_many_after_a_question_that_tells_how_long_it_takes() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(4).press("space").go_to(1).press("space c");
    assert_eq!(asked(&mut desk).1.len(), 2);

    let mut desk = crowded(120);
    let count = desk.state.marks.len();
    desk.press("c").sees(&format!("Check {count} dealerships")).sees("Takes about 12s at 10 requests a second");
    nothing(&mut desk);
    desk.press("esc");
    nothing(&mut desk);
    desk.press("c enter");
    assert_eq!(asked(&mut desk).1.len(), count);
}

#[test]
fn looks_at_many_go_on_when_their_results_are_closed_and_the_status_tells_how_far_they_are() {
    let mut desk = crowded(120);
    desk.press("c enter");
    let (work, ids) = asked(&mut desk);
    desk.sees("It goes on when these results are closed: V shows them again.").sees("esc close");
    desk.press("esc").sees(&format!("check now goes on, {} to do; V shows it and stops it", ids.len()));
    look(&mut desk, work, ids[0]);
    desk.press("esc").sees(&format!("check now 1/{}", ids.len())).sees("V results");
    nothing(&mut desk);
    for id in &ids[1..] {
        look(&mut desk, work, *id);
    }
    desk.sees(&format!("check now: {} done; V shows each", ids.len())).sees_no("check now 1");
    desk.press("V").sees(&format!("check now: {} done, 0 failed", ids.len()));
}

#[test]
fn looks_at_many_can_be_stopped_and_those_left_are_marked_and_done_on_request() {
    let mut desk = crowded(120);
    desk.press("c enter");
    let (work, ids) = asked(&mut desk);
    look(&mut desk, work, ids[0]);
    desk.sees("[ Stop ]").press("tab enter");
    assert_eq!(only(&mut desk), Effect::Stop(work));
    desk.sees(", 119 left, stopping").sees_no("[ Stop ]");
    // What was under way ends.
    look(&mut desk, work, ids[1]);
    desk.tell(Msg::Over(work));
    desk.sees("check now: 2 done, 0 failed, 118 not begun").sees("not begun");
    assert_eq!(desk.state.marks.len(), 118);
    desk.press("tab").sees("[ Do the other 118 ]").press("enter").sees("Check 118 dealerships").press("enter");
    assert_eq!(asked(&mut desk).1, ids[2..]);
}

#[test]
fn closing_what_was_stopped_does_not_say_that_it_goes_on() {
    let mut desk = crowded(120);
    desk.press("c enter");
    let (work, ids) = asked(&mut desk);
    look(&mut desk, work, ids[0]);
    desk.sees("It goes on when").press("tab enter").sees_no("It goes on when");
    desk.press("esc").sees("check now stops, 119 not done; V shows each").sees_no("goes on");
}

#[test]
fn what_is_stopped_behind_the_desk_tells_what_is_left() {
    let mut desk = crowded(120);
    desk.press("c enter");
    let (work, ids) = asked(&mut desk);
    desk.press("tab enter esc");
    look(&mut desk, work, ids[0]);
    desk.tell(Msg::Over(work));
    desk.sees("check now: 1 done, 119 not begun and still marked; V shows each");
}

#[test]
fn the_results_of_the_last_bulks_can_be_shown_again() {
    let mut desk = Desk::open((120, 30));
    desk.press("V").sees("nothing was asked for many yet").go_to(4).press("c");
    let (work, ids) = asked(&mut desk);
    look(&mut desk, work, ids[0]);
    desk.press("esc V").sees("nothing was asked for many yet");
    for n in 0..7 {
        desk.press("m c").go_to(4).press("space").go_to(1).press("space n").write(&format!("ring {n}")).press("ctrl-s");
        let effect = only(&mut desk);
        let Effect::Ask(work, Request::Execute(items)) = effect else { panic!("{effect:?}") };
        for (id, _) in items {
            desk.tell(Msg::Outcome(work, id, Ok(format!("ring {n}").into())));
        }
        desk.press("enter");
    }
    desk.press("V");
    for n in (2..7).rev() {
        desk.sees(&format!("ring {n}")).press("tab enter");
    }
    // The oldest that is kept has none before it: the keyboard went round to its only button.
    desk.sees_no("ring ").press("V").sees("ring 6");
}

#[test]
fn whatever_is_done_to_many_asks_first() {
    let mut desk = crowded(120);
    for keys in ["i", "r", "x", "d", "c", "n", "a", "z", "A", "o", "e e", "e g", "e w", "e b", "e r"] {
        desk.press(keys);
        assert!(!matches!(desk.state.mode, Mode::Dialog(_)) || desk.picture().contains("Cancel"), "{keys}");
        nothing(&mut desk);
        desk.press("esc esc");
    }
}

#[test]
fn more_letters_than_an_hour_allows_are_told_of_before() {
    let mut desk = crowded(120);
    let mail = MailStatus { last_hour: 10, per_hour: 30, ..MailStatus::default() };
    desk.tell(Msg::Status(Box::new(Status { mail, ..desk.state.status.clone() })));
    desk.press("e e").sees("At most 30 letters go out in an hour: the last of these in about ");
}
