//! Pictures of the screen as a terminal shows them, at six sizes.

use cloverwatch::domain::text::is_invisible;
use cloverwatch::protocol::{PlatformState, Status};
use cloverwatch::tui::Msg;

use crate::desk::Desk;
use crate::population::{World, ago};

pub const SIZES: [(u16, u16); 6] = [(200, 60), (160, 40), (120, 30), (80, 24), (60, 16), (40, 10)];

/// Keeps a picture of the same thing at every size.
pub fn at_every_size(name: &str, play: impl Fn((u16, u16)) -> Desk) {
    for size in SIZES {
        let desk = play(size);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), desk.picture());
    }
}

#[test]
fn the_desk() {
    at_every_size("desk", Desk::open);
}

#[test]
fn the_detail() {
    at_every_size("detail", |size| {
        let mut desk = Desk::open(size);
        desk.go_to(2).press("enter");
        desk
    });
}

/// In the whole screen, so in two columns where it is wide.
#[test]
fn the_detail_of_one_that_is_stuck() {
    at_every_size("detail_overdue", |size| {
        let mut desk = Desk::open(size);
        desk.go_to(7).press("enter f");
        desk
    });
}

#[test]
fn a_reissue_by_paste() {
    at_every_size("reissue_paste", |size| {
        let mut desk = Desk::open(size);
        desk.go_to(4).press("r").paste("NEWCODE-77\n").press("tab").press("ctrl-u").write("-2h");
        desk
    });
}

#[test]
fn a_bulk_reissue_with_mistakes() {
    at_every_size("bulk_mistakes", |size| {
        let mut desk = Desk::open(size);
        desk.go_to(4).press("space").go_to(11).press("space").go_to(2).press("space").press("r");
        desk.paste("xts000004,GOODCODE-1\nxts000011,CLOVER-1A\nxts000099,OTHER-3\n");
        desk
    });
}

#[test]
fn the_filter_with_a_mistake() {
    at_every_size("filter_mistake", |size| {
        let mut desk = Desk::open(size);
        desk.press("/").write("owner:ana is:expird");
        desk
    });
}

#[test]
fn the_palette() {
    at_every_size("palette", |size| {
        let mut desk = Desk::open(size);
        desk.go_to(8).press(":").write("iss");
        desk
    });
}

#[test]
fn the_help() {
    at_every_size("help", |size| {
        let mut desk = Desk::open(size);
        desk.press("?");
        desk
    });
}

#[test]
fn the_help_that_is_searched() {
    at_every_size("help_searched", |size| {
        let mut desk = Desk::open(size);
        desk.press("? /").write("code").press("enter n n");
        desk
    });
}

#[test]
fn an_empty_store() {
    at_every_size("empty", |size| Desk::with(World::default(), size, |_| {}));
}

#[test]
fn the_store_is_being_opened() {
    for size in [(80, 24), (40, 10)] {
        let store = "sled:/home/ana/.local/share/cloverwatch";
        let mut desk = Desk::with(World::default(), size, |setup| setup.store = store.to_owned());
        (desk.state.opening, desk.state.loaded, desk.state.status) = (true, false, Status::default());
        insta::assert_snapshot!(format!("opening_{}x{}", size.0, size.1), desk.picture());
    }
}

#[test]
fn an_alarm_read_only() {
    at_every_size("alarm", |size| {
        let mut desk = Desk::with(crate::population::sample(), size, |setup| setup.read_only = true);
        let platform = PlatformState::OurCredentials {
            why: "401 access_denied".to_owned(),
            since: ago(0.2),
            retry_at: ago(-0.01),
        };
        desk.tell(Msg::Status(Box::new(Status { platform, requests_per_second: 10, ..Status::default() })));
        desk.press("r");
        desk
    });
}

#[test]
fn nothing_is_configured() {
    let mut desk = Desk::open((120, 30));
    desk.tell(Msg::Status(Box::default()));
    insta::assert_snapshot!(desk.picture());
}

#[test]
fn the_keys_that_can_follow_a_chord() {
    let mut desk = Desk::open((80, 24));
    desk.press("s");
    insta::assert_snapshot!(desk.picture().lines().rev().nth(1).unwrap_or_default());
}

#[test]
fn too_small_a_terminal_says_what_is_needed() {
    for size in [(39, 10), (40, 9), (10, 3), (1, 1)] {
        let desk = Desk::open(size);
        let words = format!("needs 40x10, this is {}x{}", size.0, size.1);
        let seen = desk.picture();
        assert!(words.starts_with(seen.trim_end_matches('…')), "{seen}");
    }
}

#[test]
fn hostile_text_reaches_the_terminal_nowhere() {
    for size in SIZES {
        let mut desk = Desk::open(size);
        desk.go_to(11);
        let dialogs = ["", "enter", "esc r", "esc i", "esc n", "esc : ", "esc ?", "esc t", "esc x", "esc o"];
        for keys in dialogs {
            desk.press(keys);
            let (picture, _, bytes) = desk.draw();
            assert!(!picture.chars().any(|c| c != '\n' && is_invisible(c)), "{keys} {picture:?}");
            let text = String::from_utf8(bytes).unwrap();
            // Colours and cursor moves are ours; nothing else that acts on a terminal is.
            assert!(!text.contains("\u{1b}]") && !text.contains('\u{7}') && !text.contains("\u{1b}[2J"), "{keys}");
            assert!(!text.contains('\u{202e}') && !text.contains('\u{200b}') && !text.contains('\u{9b}'), "{keys}");
        }
    }
}

#[test]
fn no_full_code_is_shown_unasked() {
    for size in SIZES {
        let mut desk = Desk::open(size);
        for keys in ["g g", "enter", "esc", "t", "g g r", "esc", "m a r", "esc", "?", "esc"] {
            desk.press(keys);
            desk.sees_no("CLOVER-");
        }
    }
}

#[test]
fn every_size_can_be_drawn_in_every_mode() {
    for width in (1..=210).step_by(7) {
        for height in (1..=12).chain((14..=62).step_by(6)) {
            let mut desk = Desk::open((width, height));
            for keys in ["", "enter", "esc t", "f", "esc r", "esc m a r", "esc :", "esc ?", "esc /"] {
                desk.press(keys);
                desk.draw();
            }
        }
    }
}
