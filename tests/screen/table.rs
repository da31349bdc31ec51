//! The table: its sections, its columns, what a filter found, and who is meant.

use cloverwatch::domain::ProfileField;
use cloverwatch::tui::rows::{Sort, TableColumn};
use cloverwatch::tui::state::Mode;
use ratatui::style::Modifier;

use crate::desk::Desk;
use crate::keys::id;
use crate::pictures::at_every_size;
use crate::population::crowd;
use crate::twins::correct;

fn line_with(desk: &Desk, text: &str) -> String {
    let picture = desk.picture();
    picture.lines().find(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}\n{picture}")).to_owned()
}

/// The texts that are marked as found.
fn hits(desk: &Desk) -> Vec<String> {
    let theme = cloverwatch::tui::theme::Theme::choose(
        cloverwatch::tui::theme::ThemeChoice::Dark,
        cloverwatch::tui::theme::TerminalEnv::default(),
    );
    let (buffer, _) = desk.cells(&theme);
    let mut hits = vec![String::new()];
    for cell in buffer.content() {
        match cell.modifier.contains(Modifier::UNDERLINED) {
            true => hits.last_mut().unwrap().push_str(cell.symbol()),
            false if hits.last().is_some_and(|hit| !hit.is_empty()) => hits.push(String::new()),
            false => {}
        }
    }
    hits.pop();
    hits
}

#[test]
fn rules_with_counts_stand_between_the_reasons_and_the_cursor_steps_over_them() {
    let mut desk = Desk::open((120, 30));
    desk.sees("── 1 integration lost ──").sees("── 2 code expired ──").sees("── 7 need nobody now ──");
    desk.press("g g j j j");
    assert_eq!(desk.selected(), 4, "rules are no rows");
    desk.press("s n").sees_no("──  1 integration lost").sees_no("need nobody now");
    desk.press("s a").sees("── 2 code expired ──").press("4").sees_no("── 1 Xtime overdue");
}

#[test]
fn pages_are_as_long_as_the_screen_with_the_rules_among_the_rows() {
    for size in [(80, 24), (40, 10), (120, 12)] {
        let mut desk = Desk::with(crowd(300), size, |_| {});
        let lines = desk.state.plan().table_rows();
        desk.press("g g");
        let mut steps = 0;
        while desk.state.cursor.list.place + 1 < desk.state.rows.shown() {
            let line = desk.state.cursor.line;
            desk.press("pgdn");
            assert!(desk.state.cursor.line > line && desk.state.cursor.line <= line + lines, "{size:?}");
            desk.sees("›");
            steps += 1;
        }
        assert!(steps <= desk.state.rows.lines() / (lines - 2).max(1) + 2);
        while desk.state.cursor.list.place > 0 {
            let line = desk.state.cursor.line;
            desk.press("pgup");
            assert!(desk.state.cursor.line < line, "{size:?}");
        }
        assert_eq!(desk.state.cursor.list.top, 0, "the rule above the first row is seen");
    }
}

#[test]
fn one_clock_runs() {
    let mut desk = Desk::open((200, 60));
    desk.press("D");
    for (n, clock) in [(15, "lost 1h 30m"), (7, "Xtime 3h 00m late"), (11, "dead 1d 04h"), (2, "code 5h 06m")] {
        desk.go_to(n);
        let line = line_with(&desk, "›");
        assert!(line.contains(clock), "{line}");
    }
    desk.sees("Xtime 20h 48m").sees("no opcode 12h").sees("back in 1d");
}

#[test]
fn what_matched_is_marked_and_another_field_is_named() {
    let mut desk = Desk::open((120, 30));
    correct(&mut desk, 3, ProfileField::Contact, "Lincoln Reyes");
    desk.press("/").write("lincoln").press("enter");
    desk.sees("── 1 by name ──").sees("── 1 by another field ──").sees("contact: Lincoln Reyes");
    assert_eq!(desk.state.rows.at(0).unwrap().state.id, id(16));
    assert_eq!(hits(&desk), ["Lincoln", "Lincoln"]);
    // What a column shows needs no words.
    desk.press("/ ctrl-u").write("xts000003").press("enter").sees_no("dealer: ");
    assert_eq!(hits(&desk), ["xts000003"]);
    desk.press("/ ctrl-u").write("citroen").press("enter");
    assert_eq!(hits(&desk), ["Citroën"]);
}

#[test]
fn two_of_one_name_are_told_apart_where_no_column_does() {
    let mut desk = Desk::open((80, 24));
    desk.sees_no("xts0000");
    correct(&mut desk, 3, ProfileField::Name, "Nakamura Ford");
    let picture = desk.picture();
    assert!(picture.contains("xts000003") && picture.contains("xts000002"), "{picture}");
    correct(&mut desk, 3, ProfileField::Name, "Nakamura Ford North");
    desk.sees_no("xts0000");
}

#[test]
fn a_revealed_code_is_seen_without_its_column() {
    let mut desk = Desk::open((80, 24));
    desk.go_to(2).press("v").sees("CLOVER-2C");
}

#[test]
fn the_columns_page() {
    at_every_size("columns", |size| {
        let mut desk = Desk::open(size);
        desk.press("s c j j");
        desk
    });
}

#[test]
fn columns_are_chosen_ordered_and_widened() {
    let mut desk = Desk::open((120, 30));
    desk.press("s c").sees("Columns of the table").press("space esc").sees("! dealership");
    // dealerCode and city, moved behind the stage, which is made wider.
    desk.press("s c j J esc");
    let heading = line_with(&desk, "! dealership");
    assert!(heading.find("dealerCode") > heading.find("stage"), "{heading}");
    desk.press("s c j space + + + esc");
    let heading = line_with(&desk, "! dealership");
    assert!(!heading.contains("stage"), "{heading}");
    desk.press("s c = esc");
    assert_eq!(desk.state.columns, cloverwatch::tui::table_columns::TableColumns::default());
    let width = |desk: &Desk| desk.state.columns.fit(120, false)[0].width;
    let before = width(&desk);
    desk.press("s c + + esc");
    assert_eq!(width(&desk), before + 2);
    desk.press("s c - - - esc");
    assert_eq!(width(&desk), before - 1);
}

#[test]
fn the_table_is_sorted_by_columns_by_name() {
    let mut desk = Desk::open((120, 30));
    desk.press("s s").sees("Sort by").write("ow").press("tab").write(", name:desc").press("enter");
    assert!(matches!(desk.state.mode, Mode::Desk));
    let sort = Sort { then: Some((TableColumn::Name, true)), ..Sort::by(TableColumn::Owner, false) };
    assert_eq!(desk.state.rows.sort(), sort);
    desk.sees("owner▲").sees("dealership▽");
    desk.press("s c").sees("sort by owner, name:desc").press("s").write("nmae").press("enter");
    desk.sees("there is no column `nmae`; did you mean `name`?").press("esc").sees("sort by owner, name:desc");
    desk.press("s").write("clock, name, stage").press("enter").sees("two columns at most").press("esc esc");
    assert_eq!(desk.state.rows.sort(), sort);
    // The beginning of a name is enough, and nothing is the order of the desk.
    desk.press("s s").write("clo").press("enter");
    assert_eq!(desk.state.rows.sort(), Sort::by(TableColumn::Clock, false));
    desk.press("s s enter");
    assert_eq!(desk.state.rows.sort(), Sort::default());
}
