//! The operator's own files, changed while the desk runs.

use cloverwatch::present::view::SavedView;
use cloverwatch::tui::Msg;
use cloverwatch::tui::keymap::Keymap;
use cloverwatch::tui::own_files::OwnFiles;
use cloverwatch::tui::state::Mode;

use crate::desk::Desk;

fn tell(desk: &mut Desk, files: OwnFiles) {
    desk.tell(Msg::OwnFiles(Box::new(files)));
}

#[test]
fn new_keys_hold_at_once_and_are_shown() {
    let mut desk = Desk::open((120, 30));
    let (keymap, _) = Keymap::load(Some(("keymap.toml", "[global]\nhelp = \"f2\"")));
    // What was begun under the old ones does not go on.
    desk.press("g");
    tell(&mut desk, OwnFiles { keymap: Some(keymap), read: vec!["keymap.toml".to_owned()], ..OwnFiles::default() });
    desk.sees("keymap.toml read again").sees("f2 help").press("f2");
    assert!(matches!(desk.state.mode, Mode::Help(_)));
}

#[test]
fn what_is_wrong_is_told_and_changes_nothing() {
    let mut desk = Desk::open((120, 30));
    let wrong = vec!["keymap.toml:3:1: error: there is no action `hlep`".to_owned(), "another".to_owned()];
    tell(&mut desk, OwnFiles { wrong, ..OwnFiles::default() });
    desk.sees("keymap.toml:3:1: error: there is no action `hlep` (and 1 more); what was read before is kept");
    desk.press("?");
    assert!(matches!(desk.state.mode, Mode::Help(_)));
}

#[test]
fn views_that_are_offered_are_those_that_are_there() {
    let mut desk = Desk::open((120, 30));
    desk.press(":").write("south").sees("no action has such a name");
    let mut views = SavedView::given();
    views.push(SavedView { name: "south".to_owned(), query: "stage:new".to_owned(), ..SavedView::default() });
    tell(&mut desk, OwnFiles { views: Some(views), ..OwnFiles::default() });
    desk.sees_no("no action has such a name").press("enter");
    assert_eq!(desk.state.view.as_ref().map(|view| view.name.as_str()), Some("south"));
}
