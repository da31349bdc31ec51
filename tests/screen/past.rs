//! The past: the whole board as of another moment, in its colour, and the present going on underneath.

use chrono::TimeDelta;
use cloverwatch::domain::{Command, DealershipId, Onboarding, Policy, Timestamp, fold};
use cloverwatch::protocol::Request;
use cloverwatch::tui::rows::{DealershipRows, Tab};
use cloverwatch::tui::state::Mode;
use cloverwatch::tui::{Effect, Msg};

use crate::desk::Desk;
use crate::pictures::at_every_size;
use crate::population::{World, ago, at, crowd, now, sample};

fn past(size: (u16, u16)) -> Desk {
    let mut desk = present(size);
    desk.press("T").read_past();
    desk
}

fn present(size: (u16, u16)) -> Desk {
    Desk::with(sample().in_order(), size, |_| {})
}

fn shown(desk: &Desk) -> (usize, Timestamp) {
    let shown = desk.state.past.as_ref().unwrap().shown;
    (shown.position, shown.at)
}

/// What the table would show if nothing had been recorded after so many events.
fn told_by(world: &World, count: usize, at: Timestamp) -> DealershipRows {
    let then = |id: &DealershipId| {
        let events = world.events[..count].iter().filter(|event| event.dealership == Some(*id));
        fold(events.map(AsRef::as_ref)).map(std::sync::Arc::new)
    };
    DealershipRows::new(world.states.keys().filter_map(then).collect(), Some("ana".to_owned()), Policy::default(), at)
}

#[track_caller]
fn is_as_told(desk: &Desk) {
    let (position, at) = shown(desk);
    let expected = told_by(&desk.world.lock(), position, at);
    let rows = |rows: &DealershipRows| -> Vec<Onboarding> { rows.from(0).map(|row| (*row.state).clone()).collect() };
    let facts = |rows: &DealershipRows| -> Vec<_> { rows.from(0).map(|row| (row.state.id, row.facts)).collect() };
    assert_eq!(rows(&desk.state.rows), rows(&expected), "after {position} events");
    assert_eq!(facts(&desk.state.rows), facts(&expected), "after {position} events, at {at}");
    let counts = |rows: &DealershipRows| Tab::ALL.map(|tab| rows.count(tab));
    assert_eq!(counts(&desk.state.rows), counts(&expected), "after {position} events");
    assert_eq!((desk.state.rows.len(), desk.state.rows.iter().count()), (expected.len(), expected.len()));
}

#[test]
fn the_past_at_every_size() {
    at_every_size("past", |size| {
        let mut desk = past(size);
        desk.press("{ h h");
        desk
    });
}

#[test]
fn every_event_back_and_on_again_the_board_is_what_was_recorded_until_then() {
    let mut desk = past((120, 30));
    let count = desk.world.lock().events.len();
    assert_eq!(shown(&desk), (count, now()));
    is_as_told(&desk);
    // From now it goes to the last event first.
    for position in (0..=count).rev() {
        desk.press("h");
        assert_eq!(shown(&desk).0, position);
        is_as_told(&desk);
    }
    desk.sees("No dealership was in the store then").press("h").sees("nothing was recorded before");
    for position in 1..=count {
        desk.press("l");
        assert_eq!(shown(&desk).0, position);
        is_as_told(&desk);
    }
    assert!(shown(&desk).1 < now());
    desk.press("L L L L L").sees("what came later was not read");
    assert_eq!(shown(&desk), (count, now()));
}

#[test]
fn hours_and_days_pass_and_clocks_with_them() {
    let mut desk = past((200, 60));
    for keys in ["H", "H", "{", "{", "}", "L", "{ { {", "} }", "H H H", "{ { { { { { { {", "}"] {
        desk.press(keys);
        is_as_told(&desk);
    }
    let mut desk = past((200, 60));
    desk.press("{").sees("PAST Sun 29 Mar 10:00 CDT").sees("-1 d, ").sees("1d 00h ago");
    assert_eq!(shown(&desk).1, now() - TimeDelta::days(1));
}

#[test]
fn the_log_is_read_beside_and_no_key_waits_for_it() {
    let mut desk = present((120, 30));
    desk.press("T").sees("the past: the log is being read").press("j j").sees_no("PAST");
    let Some(Effect::ReadPast(work)) = desk.effects.last().cloned() else { panic!("it is asked for") };
    desk.tell(Msg::Past(work, cloverwatch::tui::past::PastNews::Read { read: 30, of: 90 }));
    desk.sees("the past: 33 % of the log is read");
    // Whoever began something meanwhile ends it first.
    desk.press("n").read_past();
    assert!(desk.state.past.is_none() && matches!(desk.state.mode, Mode::Dialog(_)));
    desk.press("esc").sees("PAST");
    // It is given up by the same key, and what is told of it then is for nobody.
    desk.press("T").sees_no("PAST").press("T T").sees_no("the past:");
    assert!(matches!(desk.effects.last(), Some(Effect::Stop(_))));
    desk.read_past().sees_no("PAST");
    let failed = cloverwatch::tui::past::PastNews::Failed("the journal cannot be read".to_owned());
    desk.press("T");
    let Some(Effect::ReadPast(work)) = desk.effects.last().cloned() else { panic!("it is asked for") };
    desk.tell(Msg::Past(work, failed));
    desk.sees("the past cannot be read: the journal cannot be read");
}

#[test]
fn nothing_is_recorded_in_the_past() {
    let mut desk = past((160, 40));
    desk.press("h h h");
    for keys in ["r", "i", "d", "c", "n", "a", "z", "A", "o", "b", "x", "v", "y y", "C", "M", "U", "e e", "O"] {
        desk.take_effects();
        let picture = desk.press(keys).picture();
        assert!(picture.contains("this is the past; esc returns"), "{keys}\n{picture}");
        assert!(matches!(desk.state.mode, Mode::Desk), "{keys}");
        assert_eq!(desk.take_effects(), [], "{keys}");
        desk.wait(20);
    }
    desk.press("? /").write("is the past").sees("this is the past;").press("esc esc");
}

#[test]
fn esc_returns_to_the_present_as_it_was_left() {
    let mut desk = present((120, 30));
    desk.go_to(6).press("space / m o t o r s enter j");
    let before = desk.picture();
    desk.press("T").read_past();
    desk.press("{ { h [ 1 j j G enter tab s n r").press("esc esc esc");
    assert!(desk.state.past.is_none());
    desk.wait(20);
    let lines = |picture: &str| picture.lines().take(20).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&desk.picture()), lines(&before));
    for key in ["esc", "q", "T"] {
        desk.press("T").read_past();
        desk.press(key);
        assert!(desk.state.past.is_none(), "{key}");
    }
}

#[test]
fn what_is_recorded_meanwhile_waits_underneath_and_disturbs_nothing() {
    let mut desk = past((120, 30));
    desk.press("{ h");
    let (before, place) = (desk.picture(), shown(&desk));
    let id = DealershipId::from_bits(4);
    desk.happens(|world| world.person(id, now(), &Command::Archive));
    desk.happens(|world| world.person(id, now(), &Command::Unarchive));
    desk.happens(|world| world.person(DealershipId::from_bits(1), now(), &Command::Archive));
    desk.wait(60);
    assert_eq!((desk.picture(), shown(&desk)), (before, place));
    desk.press("esc");
    let rows = &desk.state.rows;
    assert_eq!(rows.get(id).unwrap().state.version, desk.world.lock().get(id).version);
    assert!(!rows.is_shown(DealershipId::from_bits(1)));
    assert_eq!(desk.state.now.at, now() + TimeDelta::seconds(60));
    assert_eq!(desk.state.tail.newest().unwrap().seq, desk.world.lock().events.len() as u64);
}

#[test]
fn a_moment_is_typed_as_elsewhere() {
    let mut desk = past((120, 30));
    desk.press("g").write("sometime").press("enter").sees("The past: to a moment");
    desk.press("ctrl-u").write("2026-03-28 09:30").press("enter").sees("PAST Sat 28 Mar 09:30 CDT");
    assert_eq!(shown(&desk).1, at("2026-03-28T14:30:00Z"));
    is_as_told(&desk);
    // A length of time counts from now, wherever one is.
    desk.press("g").write("-2h").press("enter");
    assert_eq!(shown(&desk).1, ago(2.0));
    desk.press("g").write("2019-01-01 10:00").press("enter").sees("No dealership was in the store then");
    desk.press("g").write("2030-01-01 10:00").press("enter");
    assert_eq!(shown(&desk).1, now());
}

#[test]
fn detail_timeline_and_events_end_with_the_moment() {
    let mut desk = present((200, 60));
    desk.go_to(2).press("T").read_past();
    desk.press("g").write("2026-03-27 15:00").press("enter").go_to(2);
    let (position, _) = shown(&desk);
    assert_eq!(desk.state.tail.newest().unwrap().seq, position as u64);
    let history = desk.state.tail.history(DealershipId::from_bits(2)).unwrap();
    assert_eq!(history.count() as u64, desk.state.rows.get(DealershipId::from_bits(2)).unwrap().state.version);
    desk.sees_no("code 2 issued");
}

#[test]
fn filters_tabs_and_reports_are_of_then() {
    let mut desk = past((160, 40));
    desk.press("g").write("2026-03-29 12:00").press("enter");
    desk.press("/").write("is:expired").press("enter");
    let (_, at) = shown(&desk);
    let expired = desk.state.rows.from(0).map(|row| row.state.stage(at).as_str()).collect::<Vec<_>>();
    assert!(!expired.is_empty() && expired.iter().all(|stage| *stage == "expired"), "{expired:?}");
    // A filter that compares clocks is asked again at each step.
    for _ in 0..30 {
        desk.press("H");
        let (_, at) = shown(&desk);
        let count = desk.state.rows.iter().filter(|row| row.state.stage(at).as_str() == "expired").count();
        assert_eq!(desk.state.rows.shown(), count, "at {at}");
    }
    let (_, at) = shown(&desk);
    desk.press("I");
    let asked = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::Ask(_, Request::Report(query)) => Some(query.at),
        _ => None,
    });
    assert_eq!(asked, Some(Some(at)));
}

#[test]
fn a_far_jump_is_folded_beside_and_keys_meanwhile_go_on_from_there() {
    let mut desk = Desk::with(crowd(3_000).in_order(), (120, 30), |_| {});
    desk.press("T").read_past().press("h");
    desk.take_effects();
    desk.press("{ { {").sees(" → ");
    let folds = desk.effects.iter().filter(|effect| matches!(effect, Effect::FoldPast(..))).count();
    assert_eq!(folds, 1, "one at a time");
    let wanted = desk.state.past.as_ref().unwrap().wanted;
    desk.fold_past();
    while desk.state.past.as_ref().unwrap().is_on_the_way() {
        desk.fold_past();
    }
    assert_eq!(desk.state.past.as_ref().unwrap().shown, wanted);
    is_as_told(&desk);
}

#[test]
fn the_board_of_the_next_step_is_folded_before_it_is_asked_for() {
    let mut desk = Desk::with(crowd(3_000).in_order(), (120, 30), |_| {});
    desk.press("T").read_past();
    while !desk.press("{").state.past.as_ref().unwrap().is_on_the_way() {}
    let folds = |desk: &Desk| desk.effects.iter().filter(|effect| matches!(effect, Effect::FoldPast(..))).count();
    let arrives_at_once = |desk: &mut Desk, keys: &str| {
        desk.press(keys);
        assert!(!desk.state.past.as_ref().unwrap().is_on_the_way(), "{keys}");
        is_as_told(desk);
    };
    // The first one is folded when it is asked for, and the one behind it at once.
    assert_eq!(folds(&desk), 1);
    desk.fold_past();
    is_as_told(&desk);
    assert_eq!(folds(&desk), 2, "it is asked for before anybody presses a key");
    let there = shown(&desk);
    desk.fold_past();
    assert_eq!(shown(&desk), there, "and not shown before");
    arrives_at_once(&mut desk, "{");
    assert_eq!(folds(&desk), 3);
    // A key that comes while it is folded waits for that, and what was filtered meanwhile is.
    desk.press("/").write("is:new").press("enter {");
    assert!(desk.state.past.as_ref().unwrap().is_on_the_way());
    desk.fold_past();
    let (_, at) = shown(&desk);
    assert!(!desk.state.past.as_ref().unwrap().is_on_the_way());
    assert!(desk.state.rows.from(0).all(|row| row.state.stage(at).as_str() == "new"));
    let count = desk.state.rows.iter().filter(|row| row.state.stage(at).as_str() == "new").count();
    assert_eq!(desk.state.rows.shown(), count);
    desk.press("/ ctrl-u enter");
    is_as_told(&desk);
    // Whoever turns round gets there as well.
    desk.press("}");
    while desk.state.past.as_ref().unwrap().is_on_the_way() {
        desk.fold_past();
    }
    is_as_told(&desk);
    // A step by an event waits for no board that nobody asked for, and has none folded.
    let before = folds(&desk);
    arrives_at_once(&mut desk, "h");
    arrives_at_once(&mut desk, "l");
    assert_eq!(folds(&desk), before);
    desk.fold_past();
    is_as_told(&desk);
    desk.press("esc").sees_no("PAST");
}

#[test]
fn it_looks_otherwise_and_draws_nothing_by_itself() {
    let mut desk = past((120, 30));
    desk.press("h");
    let (_, drawn, bytes) = desk.draw();
    assert_eq!((drawn.next_change, desk.state.next_desk_change()), (None, None));
    let colour = "48;5;54";
    assert!(String::from_utf8(bytes).unwrap().contains(colour));
    desk.press("esc");
    assert!(!String::from_utf8(desk.draw().2).unwrap().contains(colour));
    assert_ne!(desk.state.next_desk_change(), None);
}

#[test]
fn every_size_can_be_drawn_in_the_past() {
    for width in (40..=210).step_by(17) {
        for height in (10..=60).step_by(7) {
            let mut desk = past((width, height));
            for keys in ["h", "{", "enter", "f", "g", "esc esc t", "?", "esc ["] {
                desk.press(keys);
                desk.draw();
            }
        }
    }
}
