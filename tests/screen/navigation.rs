//! Where the keys go: the cursor, the layers over the table, tabs and what is found in others, and that no key is
//! swallowed.

use cloverwatch::domain::{Command, Outcome};
use cloverwatch::protocol::Request;
use cloverwatch::tui::rows::{Tab, TableColumn};
use cloverwatch::tui::state::{Focus, Mode};
use cloverwatch::tui::tail::TailRow;
use cloverwatch::tui::theme::{TerminalEnv, Theme, ThemeChoice};
use cloverwatch::tui::view::draw_into;
use cloverwatch::tui::{Effect, Msg, update};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::desk::Desk;
use crate::keys::{id, nothing, only};
use crate::population::now;

fn desk() -> Desk {
    Desk::open((120, 30))
}

fn mine(desk: &mut Desk, n: u64) {
    desk.happens(|world| world.person(id(n), now(), &Command::Assign { owner: Some("ana".into()) }));
}

#[test]
fn the_cursor_stays_at_its_place_when_what_was_done_takes_its_dealership_away() {
    let mut desk = Desk::with_source((120, 30));
    mine(&mut desk, 4);
    desk.go_to(11);
    let place = desk.state.cursor.list.place;
    desk.press("r tab enter");
    let effect = only(&mut desk);
    assert!(matches!(&effect, Effect::Ask(_, Request::Obtain(asks)) if asks[0].dealership == id(11)));
    desk.happens(|world| world.issue(id(11), now(), "FRESH-11"));
    // The next one has its place, and the next act is for that one.
    assert_eq!((desk.selected(), desk.state.cursor.list.place, desk.state.cursor.list.top), (4, place, 0));
    desk.wait(1).press("r").sees("Reissue Chevrolet of Louisville").press("esc");
    // What others do takes nothing from under the cursor.
    desk.happens(|world| world.issue(id(4), now(), "FRESH-4"));
    assert_eq!(desk.selected(), 4);
    assert!(desk.state.cursor.list.place > place);
}

#[test]
fn what_was_done_moves_no_cursor_when_it_is_another_dealership_that_moves() {
    let mut desk = desk();
    desk.go_to(4).press("n").write("call back").press("enter");
    let effect = only(&mut desk);
    assert!(matches!(effect, Effect::Ask(_, Request::Execute(_))));
    desk.happens(|world| world.person(id(4), now(), &Command::Note { text: "call back".into() }));
    let place = desk.state.cursor.list.place;
    desk.happens(|world| world.issue(id(11), now(), "FRESH-11"));
    assert_eq!((desk.selected(), desk.state.cursor.list.place), (4, place - 1));
}

#[test]
fn when_what_was_done_has_ended_the_cursor_goes_with_its_dealership_again() {
    let mut desk = desk();
    desk.go_to(4).press("n").write("call back").press("enter");
    let Effect::Ask(work, Request::Execute(_)) = only(&mut desk) else { panic!("a note is recorded") };
    desk.happens(|world| world.person(id(4), now(), &Command::Note { text: "call back".into() }));
    desk.tell(Msg::Outcome(work, id(4), Ok(String::new().into())));
    desk.wait(600);
    let (place, later) = (desk.state.cursor.list.place, desk.now.at);
    desk.happens(|world| world.look(id(4), later, Outcome::Connected, &["DataClover Appt"]));
    assert_eq!(desk.selected(), 4, "whoever presses a key now means the one that they chose");
    assert_ne!(desk.state.cursor.list.place, place);
}

#[test]
fn the_cursor_stays_at_its_place_although_the_outcome_is_told_before_the_record() {
    let mut desk = Desk::with_source((120, 30));
    mine(&mut desk, 4);
    desk.go_to(11).press("r tab enter");
    let Effect::Ask(work, Request::Obtain(_)) = only(&mut desk) else { panic!("a code is asked for") };
    let place = desk.state.cursor.list.place;
    desk.tell(Msg::Outcome(work, id(11), Ok("code 2 issued".to_owned().into())));
    desk.happens(|world| world.issue(id(11), now(), "FRESH-11"));
    assert_eq!((desk.selected(), desk.state.cursor.list.place), (4, place));
}

#[test]
fn before_the_first_key_the_cursor_is_on_the_first_row_whichever_that_is() {
    let mut desk = desk();
    assert_eq!((desk.selected(), desk.state.cursor.list.place), (15, 0));
    desk.happens(|world| world.person(id(15), now(), &Command::Archive));
    assert_eq!((desk.selected(), desk.state.cursor.list.place, desk.state.cursor.list.top), (7, 0, 0));
    desk.wait(36 * 60);
    assert_eq!(desk.state.cursor.list.place, 0);
    // From then on it is with its dealership.
    desk.press("j k");
    desk.happens(|world| world.look(id(7), now(), Outcome::Connected, &["DataClover Appt"]));
    assert_eq!(desk.selected(), 7);
    assert!(desk.state.cursor.list.place > 0);
}

#[test]
fn escape_takes_one_thing_away_at_a_time_and_the_line_of_keys_says_what() {
    let mut desk = desk();
    desk.press("8 /").write("ford").press("enter M t esc");
    desk.press("tab Y").sees("Y is not bound").sees("esc dismiss");
    desk.press("esc").sees("esc back").sees_no("Y is not bound");
    assert_eq!(desk.state.focus, Focus::Tail);
    desk.press("esc").sees("esc clear filter").sees("q quit");
    assert_eq!((desk.state.focus, desk.state.rows.query().text()), (Focus::Table, "ford"));
    desk.press("esc").sees("esc all tabs");
    assert_eq!((desk.state.rows.query().text(), desk.state.rows.tab()), ("", Tab::Invited));
    desk.press("esc");
    assert_eq!(desk.state.rows.tab(), Tab::All);
    desk.press("esc").sees("there is nothing to go back from; q leaves the desk");
    nothing(&mut desk);
}

#[test]
fn on_a_small_screen_the_detail_has_a_way_back_by_both_keys() {
    let mut desk = Desk::open((80, 24));
    for back in ["esc", "q"] {
        desk.go_to(2)
            .press("enter")
            .sees("xts000002, Chicago")
            .sees("esc back")
            .sees_no("q quit")
            .sees_no("! dealership");
        desk.press(back).sees("! dealership").sees("q quit");
        assert_eq!(desk.selected(), 2);
        nothing(&mut desk);
    }
    // What is filtered from there is seen, and Enter opens what was chosen there.
    desk.press("enter /")
        .sees("! dealership")
        .write("is:expired")
        .sees("3 of 18")
        .press("enter g g")
        .sees("! dealership");
    assert_eq!((desk.state.focus, desk.selected()), (Focus::Table, 11));
    // A filter that is not taken gives the detail back.
    desk.press("enter / esc").sees("xts000011, ");
    desk.press("/ ctrl-u esc").sees("xts000011, ");
}

#[test]
fn the_key_that_leaves_the_desk_goes_back_from_every_pane_first() {
    for (pane, focus) in [
        ("tab", Focus::Tail),
        ("tab f", Focus::Tail),
        ("f", Focus::Table),
        ("enter f", Focus::Detail),
        ("M", Focus::Table),
    ] {
        let mut desk = desk();
        desk.press(pane);
        assert_eq!(desk.state.focus, focus, "{pane}");
        desk.press("q");
        nothing(&mut desk);
        assert!(desk.state.focus == Focus::Table && !desk.state.panes.zoom && desk.state.queue.is_none(), "{pane}");
        desk.press("q");
        assert_eq!(desk.take_effects(), [Effect::Quit], "{pane}");
    }
    // Named, it is meant.
    let mut desk = desk();
    desk.press("tab f :").write("quit").press("enter");
    assert_eq!(desk.take_effects(), [Effect::Quit]);
}

#[test]
fn a_pane_that_has_no_room_any_more_has_no_keys() {
    let mut desk = Desk::open((160, 40));
    desk.press("tab");
    assert_eq!(desk.state.focus, Focus::Detail);
    desk.tell(Msg::Resize(120, 30));
    assert_eq!(desk.state.focus, Focus::Table);
    desk.press("tab");
    assert_eq!(desk.state.focus, Focus::Tail);
    desk.tell(Msg::Resize(60, 12));
    assert_eq!(desk.state.focus, Focus::Table);
}

#[test]
fn a_search_tells_of_hits_in_other_tabs_and_a_key_shows_them() {
    let mut desk = desk();
    desk.press("5 /").write("mcallister").sees("0 here, 1 in other tabs: tab").press("tab");
    assert_eq!((desk.state.rows.tab(), desk.selected()), (Tab::All, 1));
    assert!(matches!(desk.state.mode, Mode::Filter(_)));
    desk.sees("1 of 18").press("enter esc");
    // With nothing here, taking the filter goes there too.
    desk.press("5 /").write("mcallister").press("enter");
    assert_eq!((desk.state.rows.tab(), desk.selected()), (Tab::All, 1));
    // With something here it stays, and says which key shows the rest.
    desk.press("esc 8 /").write("portland").press("esc /").write("o").press("enter");
    assert_eq!(desk.state.rows.tab(), Tab::Invited);
    desk.sees(" in other tabs: 1").press("1");
    assert_eq!(desk.state.rows.tab(), Tab::All);
    // What is put aside is told of in the tab of all dealerships.
    desk.press("esc /").write("bismarck").sees("0 here, 1 put aside: tab").press("enter");
    assert_eq!((desk.state.rows.tab(), desk.selected()), (Tab::Aside, 17));
    // Among those put aside it tells of the others, however few they are.
    desk.happens(|world| world.person(id(3), now(), &Command::Archive));
    desk.press("/ ctrl-u").write("portland").sees("1 here, 1 in other tabs: tab").press("tab");
    assert_eq!((desk.state.rows.tab(), desk.selected()), (Tab::All, 8));
}

#[test]
fn leaving_a_search_goes_back_to_the_tab_that_it_began_in() {
    let mut desk = desk();
    desk.press("5 /").write("mcallister").press("tab");
    assert_eq!(desk.state.rows.tab(), Tab::All);
    desk.press("esc");
    assert_eq!((desk.state.rows.tab(), desk.state.rows.query().text()), (Tab::Expired, ""));
}

#[test]
fn digits_choose_tabs_and_the_urgent_ones_are_seen_on_a_small_screen() {
    let mut desk = Desk::open((80, 24));
    for tab in ["1 All 17", "2 Attention", "3 Lost 1", "4 Overdue 1", "5 Expired 2"] {
        desk.sees(tab);
    }
    for (key, tab) in [
        ("2", Tab::Attention),
        ("3", Tab::Lost),
        ("4", Tab::Overdue),
        ("5", Tab::Expired),
        ("6", Tab::Opcode),
        ("7", Tab::Awaiting),
        ("8", Tab::Invited),
        ("9", Tab::New),
        ("1", Tab::All),
        ("9", Tab::New),
        ("0", Tab::All),
    ] {
        desk.press(key);
        assert_eq!(desk.state.rows.tab(), tab);
    }
    desk.press("0").sees("All is shown");
}

#[test]
fn the_tab_that_is_shown_is_always_in_view() {
    for width in [40, 60, 80, 100, 200] {
        let mut desk = Desk::open((width, 24));
        for _ in Tab::ALL {
            desk.press("]");
            let (tab, picture) = (desk.state.rows.tab(), desk.picture());
            let first = picture.lines().next().unwrap();
            assert!(first.contains(&format!("{} {}", tab.title(), desk.state.rows.count(tab))), "{width}: {first}");
        }
        assert_eq!(desk.state.rows.tab(), Tab::All);
    }
}

#[test]
fn keys_of_the_table_say_in_other_panes_why_they_do_nothing() {
    let mut desk = desk();
    desk.go_to(4).press("tab r").sees("r is for the table, the events have the keys: esc goes back");
    desk.press("c").sees("c is for the table").press("esc esc M d").sees("d is for the table: esc goes back to it");
    nothing(&mut desk);
    assert!(matches!(desk.state.mode, Mode::Desk));
    // In the detail they are about what it shows; what is seen in the table only waits for it.
    let mut desk = Desk::open((80, 24));
    desk.go_to(4).press("enter r").sees("Reissue Chevrolet of Louisville").press("esc s n");
    desk.sees("sort by next: the table is not shown: esc").press("space").sees("mark: the table is not shown");
    assert!(desk.state.marks.is_empty());
}

#[test]
fn after_a_filter_the_keys_are_the_tables() {
    let mut desk = desk();
    desk.press("enter /").write("louisville").press("enter");
    assert_eq!(desk.state.focus, Focus::Table);
    desk.press("r").sees("Reissue Chevrolet of Louisville");
}

fn cells(desk: &Desk) -> Buffer {
    let (width, height) = desk.state.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    draw_into(&desk.state, &Theme::choose(ThemeChoice::Dark, TerminalEnv::default()), &mut buffer);
    buffer
}

/// Whatever is pressed, wherever: something is to be seen of it, or something is asked of the engine.
#[test]
fn no_key_is_swallowed() {
    let printable = (33..127u8).map(|byte| char::from(byte).to_string());
    let others = ["space", "esc", "tab", "shift-tab", "enter", "backspace", "delete", "f2", "f5", "ctrl-x", "alt-k"];
    let keys: Vec<String> = printable.chain(others.map(str::to_owned)).collect();
    for (focus, go) in [(Focus::Table, ""), (Focus::Detail, "j j"), (Focus::Tail, "k k")] {
        for key in &keys {
            let mut desk = Desk::open((160, 40));
            desk.press("2 j j j");
            desk.state.focus = focus;
            desk.press(go);
            let before = cells(&desk);
            if key.len() == 1 {
                desk.write(key)
            } else {
                desk.press(key)
            };
            let asked = !desk.take_effects().is_empty();
            assert!(asked || cells(&desk) != before, "in {focus:?} {key} is swallowed\n{}", desk.picture());
        }
    }
}

#[test]
fn the_detail_is_not_scrolled_beyond_its_end() {
    let mut desk = desk();
    desk.go_to(2).press("enter ctrl-d").draw();
    for _ in 0..20 {
        desk.press("ctrl-d").draw();
    }
    let end = desk.picture();
    desk.press("k");
    assert_ne!(desk.picture(), end);
}

#[test]
fn a_column_has_one_meaning_and_one_form() {
    let mut desk = Desk::open((200, 60));
    desk.press("D").shows(TableColumn::CodeClock).shows(TableColumn::ConfirmClock);
    let picture = desk.picture();
    let lines: Vec<Vec<char>> = picture.lines().map(|line| line.chars().collect()).collect();
    for title in ["code ends", "Xtime due"] {
        let heading = lines.iter().position(|line| line.iter().collect::<String>().contains(title)).unwrap();
        let text: String = lines[heading].iter().collect();
        let from = text[..text.find(title).unwrap()].chars().count();
        // A name of wide characters has fewer of them than cells.
        let narrow = lines[heading + 1..].iter().take(17).filter(|line| !line.contains(&'東'));
        let cells = narrow.map(|line| line.iter().skip(from).take(9).collect::<String>().trim().to_owned());
        let cells: Vec<String> = cells.collect();
        let units =
            |cell: &str| cell.trim_start_matches('-').chars().all(|c| c.is_ascii_digit() || "dhms ".contains(c));
        assert!(cells.iter().all(|cell| units(cell)), "{title}: {cells:?}\n{picture}");
        assert!(cells.iter().any(|cell| cell.starts_with('-')) && cells.iter().any(String::is_empty), "{cells:?}");
    }
}

#[test]
fn only_the_chosen_dealerships_events_are_its_whole_history() {
    let mut desk = desk();
    // Far more has happened elsewhere than the tail keeps.
    desk.state.tail = cloverwatch::tui::tail::EventTail::default();
    desk.go_to(11).press("tab o").sees("only ").sees_no("nothing yet");
    let first = desk.world.lock().events.iter().find(|event| event.dealership == Some(id(11))).cloned().unwrap();
    let scope = desk.state.tail_scope();
    assert_eq!(desk.state.tail.rows(1_000, scope).iter().find_map(TailRow::seq), Some(first.seq));
    desk.press("esc j").sees_no("nothing yet");
}

#[test]
fn what_is_recorded_while_the_log_is_read_is_in_the_history_and_in_the_detail() {
    let mut desk = Desk::open((200, 60));
    desk.go_to(11).state.tail.only_selected = true;
    let next = desk.state.rows.at(desk.state.cursor.list.place + 1).unwrap().state.id;
    let read: Vec<_> =
        desk.world.lock().events.iter().filter(|event| event.dealership == Some(next)).cloned().collect();
    // The cursor goes on, and the log is being read while somebody notes something.
    let down = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE);
    assert_eq!(update(&mut desk.state, Msg::Key(down), desk.now), [Effect::LoadTimeline(next)]);
    desk.happens(|world| world.person(next, now(), &Command::Note { text: "call back".into() }));
    let noted = desk.world.lock().events.last().cloned().unwrap();
    desk.tell(Msg::Timeline(next, read.clone()));
    let whole: Vec<u64> = read.iter().chain([&noted]).map(|event| event.seq).collect();
    desk.press("enter").sees("call back");
    let timeline = desk.state.tail.history(next).unwrap();
    assert_eq!(timeline.map(|event| event.seq).collect::<Vec<_>>(), whole);
    // What is read with it is there once.
    let all: Vec<_> = read.into_iter().chain([noted]).collect();
    desk.tell(Msg::Timeline(next, all));
    assert_eq!(desk.state.tail.history(next).unwrap().count(), whole.len());
}

#[test]
fn back_in_the_tab_of_all_the_selected_dealership_is_in_view() {
    for size in [(80, 24), (120, 30), (200, 60), (40, 10)] {
        let mut desk = Desk::with(crate::population::crowd(300), size, |_| {});
        for keys in ["9", "5 G", "8 j j", "7 /", "6 enter", "8 t G", "9 f", "5 G f", "9 enter f"] {
            desk.press(keys);
            if keys.ends_with('/') {
                desk.write("honda").press("enter");
            }
            for _ in 0..6 {
                if desk.state.rows.tab() != Tab::All || desk.state.focus != Focus::Table {
                    desk.press("esc");
                }
            }
            let (cursor, rows) = (&desk.state.cursor, desk.state.plan().table_rows());
            assert_eq!(desk.state.rows.tab(), Tab::All, "{keys}");
            assert!((cursor.list.top..cursor.list.top + rows).contains(&cursor.line), "{size:?} {keys}: {cursor:?}");
            assert!(desk.picture().contains('›'), "{size:?} {keys}\n{}", desk.picture());
        }
    }
}
