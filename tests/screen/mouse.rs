//! The mouse: what was drawn last is what a click is about.

use std::time::Duration;

use cloverwatch::domain::DealershipId;
use cloverwatch::tui::Msg;
use cloverwatch::tui::action::Action;
use cloverwatch::tui::dialog::Button;
use cloverwatch::tui::dispatch::perform;
use cloverwatch::tui::hit_map::{ClickTarget, HitMap};
use cloverwatch::tui::rows::{Tab, TableColumn};
use cloverwatch::tui::state::{Focus, Mode};

use crate::desk::Desk;

fn hits(desk: &Desk) -> HitMap {
    desk.draw().1.hits
}

/// Clicks where this was drawn.
#[track_caller]
fn click(desk: &mut Desk, target: ClickTarget) {
    let hits = hits(desk);
    let place = hits.place_of(target).unwrap_or_else(|| panic!("{target:?} is not there:\n{}", desk.picture()));
    desk.tell(Msg::Click(hits.at(place.x, place.y).unwrap()));
}

fn at(desk: &Desk, text: &str) -> Option<ClickTarget> {
    let picture = desk.picture();
    let (y, line) = picture.lines().enumerate().find(|(_, line)| line.contains(text)).expect(text);
    let x = line.chars().count() - line[line.find(text).unwrap()..].chars().count();
    hits(desk).at(x as u16, y as u16)
}

fn row(bits: u64) -> ClickTarget {
    ClickTarget::Row(DealershipId::from_bits(bits))
}

#[test]
fn a_row_takes_the_cursor_and_twice_its_detail() {
    let mut desk = Desk::open((120, 30));
    let there = desk.state.rows.at(3).unwrap().state.id;
    click(&mut desk, ClickTarget::Row(there));
    assert_eq!((desk.state.cursor.id, desk.state.focus), (Some(there), Focus::Table));
    click(&mut desk, ClickTarget::Row(there));
    assert_eq!(desk.state.focus, Focus::Detail);
    // Slowly, or on two rows, it is two clicks.
    let other = desk.state.rows.at(1).unwrap().state.id;
    click(&mut desk, ClickTarget::Row(other));
    desk.now.face += Duration::from_secs(1);
    click(&mut desk, ClickTarget::Row(other));
    assert_eq!((desk.state.cursor.id, desk.state.focus), (Some(other), Focus::Table));
}

#[test]
fn a_click_is_about_the_row_that_was_drawn_there() {
    let mut desk = Desk::open((120, 30));
    let (first, last) = (desk.state.rows.at(0).unwrap().state.id, desk.state.rows.at(5).unwrap().state.id);
    let drawn = hits(&desk);
    let place = drawn.place_of(ClickTarget::Row(first)).unwrap();
    // The rows turn round before the next frame.
    perform(&mut desk.state, Action::SortReverse);
    desk.state.cursor.id = Some(last);
    desk.tell(Msg::Click(drawn.at(place.x, place.y).unwrap()));
    assert_eq!(desk.state.cursor.id, Some(first));
}

#[test]
fn tabs_and_headings_are_pressed() {
    let mut desk = Desk::open((120, 30));
    click(&mut desk, ClickTarget::Tab(Tab::Overdue));
    assert_eq!(desk.state.rows.tab(), Tab::Overdue);
    click(&mut desk, ClickTarget::Tab(Tab::All));
    click(&mut desk, ClickTarget::Heading(TableColumn::Name));
    let sort = desk.state.rows.sort();
    assert_eq!((sort.column, sort.descending), (TableColumn::Name, false));
    click(&mut desk, ClickTarget::Heading(TableColumn::Name));
    assert!(desk.state.rows.sort().descending);
    click(&mut desk, ClickTarget::Heading(TableColumn::Attention));
    assert_eq!(desk.state.rows.sort().column, TableColumn::Attention);
}

#[test]
fn the_keys_of_the_footer_do_what_they_say() {
    let mut desk = Desk::open((120, 30));
    click(&mut desk, ClickTarget::Action(Action::Help));
    assert!(matches!(desk.state.mode, Mode::Help(_)));
    click(&mut desk, ClickTarget::Action(Action::DialogCancel));
    assert!(matches!(desk.state.mode, Mode::Desk));
    click(&mut desk, ClickTarget::Action(Action::Palette));
    let Mode::Palette(palette) = &desk.state.mode else { panic!("no palette") };
    let choice = palette.found.iter().find(|found| found.title == "help").unwrap().choice;
    desk.tell(Msg::Click(ClickTarget::Choice(choice)));
    assert!(matches!(desk.state.mode, Mode::Help(_)));
}

#[test]
fn a_button_is_pressed_when_it_could_be_read() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(4).press("n").write("called");
    let accept = ClickTarget::Button(Button::Accept);
    // As soon as this nobody has seen the dialog.
    click(&mut desk, accept);
    assert!(matches!(desk.state.mode, Mode::Dialog(_)) && desk.take_effects().is_empty());
    desk.sees("press it again");
    desk.now.face += Duration::from_millis(400);
    click(&mut desk, accept);
    assert!(matches!(desk.state.mode, Mode::Desk) && desk.take_effects().len() == 1);
    // It is gone: a click that was meant for it does nothing.
    desk.tell(Msg::Click(accept));
    assert!(desk.take_effects().is_empty());
}

#[test]
fn what_a_dialog_lies_over_takes_no_click() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(4);
    let here = desk.state.cursor.id;
    desk.press("n");
    desk.now.face += Duration::from_millis(400);
    let other = desk.state.rows.at(0).unwrap().state.id;
    desk.tell(Msg::Click(ClickTarget::Row(other)));
    assert!(matches!(desk.state.mode, Mode::Dialog(_)));
    assert_eq!(desk.state.cursor.id, here);
    assert_eq!(at(&desk, "Note"), Some(ClickTarget::Cover));
    click(&mut desk, ClickTarget::Button(Button::Cancel));
    assert!(matches!(desk.state.mode, Mode::Desk));
}

#[test]
fn the_line_of_the_filter_takes_no_dialog_away() {
    let mut desk = Desk::open((120, 30));
    desk.press("/").write("ford").press("enter").press("n").write("half a note");
    click(&mut desk, ClickTarget::Action(Action::Filter));
    desk.sees("half a note").press("esc esc").sees_no("half a note");
    // A call that a dialog was opened from comes back after that dialog alone.
    desk.press("C n").write("x").press("esc esc").sees("Call: ").press("esc").sees_no("Call: ");
    desk.press("n esc").sees_no("Call: ");
}

#[test]
fn the_wheel_turns_what_is_under_it() {
    let mut desk = Desk::open((160, 40));
    let before = desk.state.cursor.list.place;
    desk.tell(Msg::Wheel(row(1), true));
    assert_eq!(desk.state.cursor.list.place, before + 3);
    desk.tell(Msg::Wheel(ClickTarget::Pane(Focus::Tail), false));
    assert!(!desk.state.tail.follows());
    assert_eq!((desk.state.focus, desk.state.cursor.list.place), (Focus::Table, before + 3));
    desk.press("?");
    let seen = desk.picture();
    desk.tell(Msg::Wheel(ClickTarget::Cover, true));
    assert_ne!(desk.picture(), seen);
}

#[test]
fn what_is_covered_is_not_hit() {
    let mut desk = Desk::open((120, 30));
    assert!(matches!(at(&desk, " Events "), Some(ClickTarget::Pane(Focus::Tail))));
    desk.press("?");
    assert_eq!(hits(&desk).at(60, 10), Some(ClickTarget::Cover));
}
