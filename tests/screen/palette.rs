//! The palette: what applies now and its keys, then the rest with the reason.

use cloverwatch::tui::palette::Palette;
use cloverwatch::tui::rows::Tab;
use cloverwatch::tui::state::Mode;

use crate::desk::Desk;

#[track_caller]
fn open(desk: &Desk) -> &Palette {
    match &desk.state.mode {
        Mode::Palette(palette) => palette,
        mode => panic!("{mode:?}"),
    }
}

fn titles(desk: &Desk) -> Vec<String> {
    open(desk).found.iter().map(|entry| entry.title.clone()).collect()
}

#[test]
fn what_applies_now_is_first_with_its_key_then_the_rest_with_the_reason() {
    let mut desk = Desk::open((120, 40));
    // Connected: it needs no code, and has one that nobody needs any more.
    desk.go_to(8).press(":").sees(" now, ").sees("enter");
    let possible: Vec<bool> = open(&desk).found.iter().map(|entry| entry.why_not.is_none()).collect();
    assert!(possible.contains(&false));
    assert!(possible.is_sorted_by(|one, next| one >= next), "{possible:?}");
    assert_eq!(titles(&desk)[..3], ["open", "filter", "check now"], "the most used first");
    let last = open(&desk).found.len() - 1;
    desk.press(&"down ".repeat(last)).sees_no("filter  ");
}

#[test]
fn what_belongs_to_a_view_that_is_not_open_is_not_offered() {
    let mut desk = Desk::open((120, 40));
    let has = |desk: &Desk, title: &str| titles(desk).contains(&title.to_owned());
    desk.press(":");
    assert!(!has(&desk, "only trouble") && has(&desk, "only selected"));
    desk.press("esc M :");
    assert!(has(&desk, "only trouble") && !has(&desk, "only selected"));
    desk.press("esc esc t :");
    assert!(!has(&desk, "only selected"));
}

#[test]
fn a_name_that_is_written_out_is_meant_even_where_it_is_not_possible() {
    let mut desk = Desk::open((120, 40));
    desk.go_to(8).press(":").write("reissue");
    assert_eq!(titles(&desk)[0], "reissue");
    desk.press("enter").sees("reissue: already connected");
    // What only says so in its sentence is behind what has such a name.
    desk.press("esc :").write("tab exp").press("enter");
    assert_eq!(desk.state.rows.tab(), Tab::Expired);
}
