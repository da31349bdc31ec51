//! The rows that are seen before all dealerships are read: the same as afterwards, uncounted, and nothing is done to them.

use std::sync::{Arc, LazyLock};

use chrono_tz::Tz;
use cloverwatch::domain::{Command, DealershipId, Onboarding, Outcome, Stage};
use cloverwatch::tui::kept_desk::KeptDesk;
use cloverwatch::tui::rows::Tab;
use cloverwatch::tui::state::Mode;
use cloverwatch::tui::{DeskStart, Effect};

use crate::desk::Desk;
use crate::population::{World, crowd, now, profile, sample};

/// So many that a page of its own is worth it.
const MANY: u64 = 4_200;

static CROWD: LazyLock<World> = LazyLock::new(|| crowd(MANY));

fn desk(start: DeskStart) -> Desk {
    Desk::unread(CROWD.clone(), (120, 40), |setup| setup.start = start)
}

fn left_after(keys: &str) -> KeptDesk {
    let mut desk = Desk::with(CROWD.clone(), (120, 40), |_| {});
    desk.press(keys);
    desk.state.kept()
}

fn top(desk: &Desk) -> Vec<DealershipId> {
    around(desk, 0)
}

/// Those from so many before the cursor on.
fn around(desk: &Desk, before: usize) -> Vec<DealershipId> {
    let from = desk.state.cursor.list.place.saturating_sub(before);
    desk.state.rows.from(from).map(|row| row.state.id).take(before + 60).collect()
}

#[test]
fn the_first_page_is_what_is_there_when_all_are_read() {
    let left = |keys| DeskStart::AsLeft(Box::new(left_after(keys)));
    let starts = [DeskStart::All, DeskStart::Mine, left("j"), left("4"), left("> > > > g g"), left("> > > > s r g g")];
    for start in starts {
        let mut desk = desk(start.clone());
        assert!(desk.load_first_page(), "{start:?}");
        let (first, selected, sort, tab) = (top(&desk), desk.selected(), desk.state.rows.sort(), desk.state.rows.tab());
        assert!(desk.state.rows.shown() >= 100, "{start:?}");
        desk.load();
        assert_eq!(desk.state.rows.sort(), sort, "{start:?}");
        assert_eq!(desk.state.rows.tab(), tab, "{start:?}");
        assert!(desk.state.rows.len() as u64 >= MANY, "{start:?}");
        assert_eq!(top(&desk), first, "{start:?}");
        assert_eq!(desk.selected(), selected, "{start:?}");
        // As if there had been no such page.
        let mut without = self::desk(start.clone());
        without.load();
        assert_eq!(without.picture(), desk.picture(), "{start:?}");
    }
}

/// As after an import: each as new as the others, and added in no order.
fn imported() -> World {
    let mut world = World::default();
    for n in 1..=MANY {
        let n = n * 1_103 % (MANY + 1);
        world.add(n, profile(n, &format!("Élan Motors of Ward {n}"), "Boise", Tz::America__Boise, None), now());
    }
    world
}

#[test]
fn names_decide_among_the_many_that_are_equal() {
    let mut left = Desk::with(imported(), (120, 40), |_| {});
    left.press(&"pgdn ".repeat(40));
    let starts = [DeskStart::All, DeskStart::AsLeft(Box::new(left.state.kept()))];
    for start in starts {
        let mut desk = Desk::unread(imported(), (120, 40), |setup| setup.start = start.clone());
        assert!(desk.load_first_page(), "{start:?}");
        assert!(desk.state.rows.shown() < 600, "{}", desk.state.rows.shown());
        let (first, selected) = (top(&desk), desk.selected());
        assert!(first.len() >= 60, "{start:?}");
        desk.load();
        assert_eq!(desk.state.rows.len() as u64, MANY);
        assert_eq!((top(&desk), desk.selected()), (first, selected), "{start:?}");
    }
}

#[test]
fn where_the_cursor_was_left_is_seen_first() {
    for keys in ["pgdn pgdn pgdn pgdn pgdn pgdn", "> > > > pgdn pgdn k"] {
        let mut desk = desk(DeskStart::AsLeft(Box::new(left_after(keys))));
        assert!(desk.load_first_page(), "{keys}");
        let (first, selected) = (around(&desk, 40), desk.selected());
        assert!(first.len() > 40, "{keys}");
        let picture = desk.picture();
        let rows = |picture: &str| picture.lines().skip(2).filter(|line| line.contains("CODE")).count();
        desk.load();
        assert_eq!((around(&desk, 40), desk.selected()), (first, selected), "{keys}");
        assert_eq!(rows(&desk.picture()), rows(&picture), "{keys}");
    }
}

#[test]
fn few_dealerships_and_a_search_have_no_first_page() {
    let mut few = Desk::unread(sample(), (120, 40), |_| {});
    assert!(!few.load_first_page());
    let mut searched = desk(DeskStart::AsLeft(Box::new(left_after("/ b o i s e Enter"))));
    assert!(!searched.load_first_page());
}

#[test]
fn nothing_of_it_is_counted() {
    let mut desk = desk(DeskStart::All);
    assert!(desk.load_first_page());
    let picture = desk.picture();
    let lines: Vec<&str> = picture.lines().collect();
    let rules: Vec<&&str> = lines.iter().filter(|line| line.contains("── ")).collect();
    assert!(picture.contains("loading…"), "{picture}");
    assert!(!lines[0].contains(char::is_numeric) || lines[0].contains("1 All  "), "{}", lines[0]);
    assert!(rules.iter().all(|line| !line.contains(char::is_numeric)), "{rules:?}");
}

#[test]
fn what_is_pressed_meanwhile_is_done_with_all_of_them() {
    let mut desk = desk(DeskStart::All);
    assert!(desk.load_first_page());
    desk.press("j j");
    desk.press("m a");
    assert_eq!(desk.state.marks.len(), 0);
    let third = top(&desk)[2];
    desk.load();
    assert_eq!(desk.state.cursor.id, Some(third));
    assert_eq!(desk.state.marks.len(), desk.state.rows.count(Tab::All));
    desk.press("q");
    assert!(desk.take_effects().contains(&Effect::Quit));
}

#[test]
fn leaving_does_not_wait_for_them() {
    let mut desk = desk(DeskStart::All);
    assert!(desk.load_first_page());
    desk.press("j q");
    assert!(desk.take_effects().contains(&Effect::Quit));
}

#[test]
fn what_is_typed_meanwhile_keeps_its_order_and_its_meaning() {
    let mut desk = desk(DeskStart::All);
    assert!(desk.load_first_page());
    desk.press("/").write("quick");
    assert!(!desk.take_effects().contains(&Effect::Quit));
    desk.load();
    assert_eq!(desk.state.rows.query().text(), "quick");
}

#[test]
fn no_key_goes_into_a_dialog_that_nobody_has_seen() {
    let mut desk = desk(DeskStart::All);
    assert!(desk.load_first_page());
    desk.press("n").write("hello").press("ctrl-s");
    desk.load().sees("could be seen");
    let Mode::Dialog(dialog) = &desk.state.mode else { panic!("it is open") };
    assert_eq!(dialog.typed(), "");
}

#[test]
fn a_key_is_about_the_row_that_was_there_when_it_was_pressed() {
    let mut desk = desk(DeskStart::All);
    assert!(desk.load_first_page());
    let first = desk.selected();
    let is_late = |state: &&Arc<Onboarding>| state.stage(now()) == Stage::Expired;
    let late = CROWD.states.values().find(is_late).unwrap().id;
    desk.press("space");
    // It was lost, which is more urgent than anything else.
    desk.happens(|world| {
        world.look(late, now(), Outcome::Connected, &[]);
        world.look(late, now(), Outcome::NotConnected, &[]);
        world.look(late, now(), Outcome::NotConnected, &[])
    });
    desk.load();
    assert_eq!(desk.state.marks.len(), 1);
    assert!(desk.state.marks.contains(DealershipId::from_bits(first)));
}

#[test]
fn what_is_recorded_before_it_is_no_first_page() {
    let mut desk = desk(DeskStart::All);
    let some = *CROWD.states.keys().next().unwrap();
    desk.happens(|world| world.person(some, now(), &Command::Note { text: "called".into() }));
    desk.press("?").sees("This desk").press("esc");
    let mut desk = self::desk(DeskStart::All);
    desk.happens(|world| world.person(some, now(), &Command::Note { text: "called".into() }));
    assert!(desk.load_first_page());
    assert!(desk.state.rows.len() > 100);
    assert_eq!(desk.state.rows.get(some).map(|row| row.state.notes), Some(1));
}

#[test]
fn what_happens_meanwhile_is_in_it_and_stays() {
    let mut desk = desk(DeskStart::All);
    assert!(desk.load_first_page());
    let first = top(&desk)[0];
    let before = desk.state.rows.get(first).map(|row| row.state.version);
    desk.happens(|world| world.person(first, now(), &Command::Note { text: "called".into() }));
    let after = desk.state.rows.get(first).map(|row| row.state.version);
    assert!(after > before);
    desk.load();
    assert_eq!(desk.state.rows.get(first).map(|row| row.state.version), after);
}
