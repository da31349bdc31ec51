//! Text that arrives at once from a terminal that does not mark a paste, and a screen that shows too little to act on.

use std::time::Duration;

use cloverwatch::tui::state::Mode;
use cloverwatch::tui::{Effect, Msg};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::desk::Desk;
use crate::keys::nothing;

fn desk() -> Desk {
    Desk::open((120, 30))
}

/// The keys that a terminal makes of a text that is pasted without marks.
fn keys(text: &str) -> Vec<KeyEvent> {
    let code = |c| match c {
        '\r' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        c => KeyCode::Char(c),
    };
    text.chars().map(|c| KeyEvent::new(code(c), KeyModifiers::NONE)).collect()
}

/// Everything that would show that keys acted.
fn seen(desk: &Desk) -> String {
    let state = &desk.state;
    format!(
        "{:?} {:?} {} {:?} {}",
        state.cursor.id,
        state.rows.tab(),
        state.marks.len(),
        state.focus,
        matches!(state.mode, Mode::Desk)
    )
}

#[test]
fn a_paste_without_marks_over_the_table_does_nothing_and_says_so() {
    for text in ["plain000 K7QF-2M0X\rplain001 K7QF-2M1X\r", "K7QF-2M9X", "xq\r", "q A\r", "xts1\tservice@example.com"]
    {
        let mut desk = desk();
        let before = seen(&desk);
        desk.tell(Msg::Burst(keys(text)));
        nothing(&mut desk);
        assert_eq!(seen(&desk), before, "{text:?}");
        desk.sees("pasted text is not taken for keys");
    }
}

#[test]
fn the_next_part_of_a_paste_does_nothing_either() {
    let mut desk = desk();
    desk.tell(Msg::Burst(keys("plain000 K7QF-2M0X\r")));
    let before = seen(&desk);
    for part in ["A", "jjj", "q"] {
        desk.now.face += Duration::from_millis(50);
        match keys(part).as_slice() {
            [key] => desk.tell(Msg::Key(*key)),
            several => desk.tell(Msg::Burst(several.to_vec())),
        }
        nothing(&mut desk);
        assert_eq!(seen(&desk), before, "{part}");
    }
    // What a person presses after it is a key.
    desk.now.face += Duration::from_secs(1);
    desk.press("j");
    assert_ne!(seen(&desk), before);
}

#[test]
fn keys_that_were_pressed_ahead_are_keys() {
    let (mut ahead, mut by_hand) = (desk(), desk());
    ahead.tell(Msg::Burst(keys("jjjjjjkkj")));
    by_hand.press("j j j j j j k k j");
    assert_eq!(seen(&ahead), seen(&by_hand));
    let mut desk = desk();
    desk.tell(Msg::Burst(keys(&("jk".repeat(1_500) + "/"))));
    assert!(matches!(desk.state.mode, Mode::Filter(_)));
}

#[test]
fn a_filter_that_was_typed_ahead_is_one() {
    let mut desk = desk();
    desk.tell(Msg::Burst(keys("/is:live\r")));
    assert_eq!(desk.state.rows.query().text(), "is:live");
    assert!(matches!(desk.state.mode, Mode::Desk));
    // A path of several lines is not taken, but written.
    desk.now.face += Duration::from_secs(1);
    desk.tell(Msg::Burst(keys("/home/ana\r/home/bob\r")));
    assert!(matches!(desk.state.mode, Mode::Filter(_)));
    nothing(&mut desk);
}

#[test]
fn in_a_field_it_is_text_and_never_accepts_it() {
    let mut desk = desk();
    desk.press("n");
    let keys_of = |text: &str| Msg::Burst(keys(text));
    desk.tell(keys_of("called the \r"));
    desk.tell(keys_of("service desk\r"));
    nothing(&mut desk);
    desk.sees("called the service desk");
    desk.sees("accepts nothing");
    // Into a filter a few letters with their Enter were typed, at most a line is slow.
    let mut desk = self::desk();
    desk.press("/");
    desk.tell(keys_of("ab\r"));
    assert_eq!(desk.state.rows.query().text(), "ab");
    assert!(matches!(desk.state.mode, Mode::Desk));
    // So was what follows the Enter at once.
    let mut desk = self::desk();
    desk.press("/").write("o");
    desk.tell(keys_of("\rj"));
    assert_eq!((desk.state.rows.query().text(), desk.state.cursor.list.place), ("o", 1));
}

#[test]
fn a_few_letters_at_once_do_not_accept_a_dialog_either() {
    for text in ["K7Q\r", "K\r", "\r\r", "kk\r"] {
        let mut desk = desk();
        desk.press("n").write("x");
        desk.now.face += Duration::from_secs(1);
        desk.tell(Msg::Burst(keys(text)));
        nothing(&mut desk);
        assert!(matches!(desk.state.mode, Mode::Dialog(_)), "{text:?}");
        desk.press("enter");
        assert_eq!(desk.take_effects().len(), 1, "{text:?}");
    }
}

#[test]
fn a_paste_in_parts_does_not_accept_a_dialog() {
    for end in ["9X\r", "\r", "\t", "X"] {
        let mut desk = desk();
        desk.press("n");
        desk.now.face += Duration::from_secs(1);
        desk.tell(Msg::Burst(keys("K7QF-2M")));
        for part in [end, "\r"] {
            desk.now.face += Duration::from_millis(20);
            match keys(part).as_slice() {
                [key] => desk.tell(Msg::Key(*key)),
                several => desk.tell(Msg::Burst(several.to_vec())),
            }
        }
        nothing(&mut desk);
        let Mode::Dialog(dialog) = &desk.state.mode else { panic!("{end:?}") };
        assert!(dialog.focused().is_some_and(|field| field.text().starts_with("K7QF-2M")), "{end:?}");
    }
}

#[test]
fn a_burst_goes_into_no_dialog_that_it_opened() {
    for text in ["nn\r", "nnn\r", "A\r\r\r", "d\r\r\r", "AA", "AAA", "::\r"] {
        let mut desk = desk();
        let before = desk.state.rows.len();
        desk.tell(Msg::Burst(keys(text)));
        nothing(&mut desk);
        assert!(matches!(desk.state.mode, Mode::Dialog(_) | Mode::Palette(_)), "{text:?}");
        desk.sees("press them again");
        assert_eq!(desk.state.rows.len(), before);
        if let Mode::Dialog(dialog) = &desk.state.mode {
            assert!(!dialog.is_typed());
        }
    }
    // In a dialog that was there before no Enter of a burst presses a button.
    let mut desk = desk();
    desk.press("A");
    desk.now.face += Duration::from_secs(1);
    desk.tell(Msg::Burst(keys("\t\r")));
    nothing(&mut desk);
    assert!(matches!(desk.state.mode, Mode::Dialog(_)));
}

#[test]
fn an_enter_that_was_typed_before_the_dialog_was_seen_presses_nothing() {
    for opens in ["d", "A", "n", "c"] {
        let mut desk = desk();
        desk.press("m a").press(opens);
        if opens == "n" {
            desk.write("a note");
        }
        let enter = keys("\r")[0];
        // One after the other, and a key that is held.
        for _ in 0..30 {
            desk.now.face += Duration::from_millis(30);
            desk.tell(Msg::Key(enter));
        }
        nothing(&mut desk);
        assert!(matches!(desk.state.mode, Mode::Dialog(_)), "{opens}");
        desk.sees("before this could be read");
    }
}

#[test]
fn a_marked_paste_over_the_table_is_told_as_any_other() {
    let mut desk = desk();
    let before = seen(&desk);
    desk.paste("xq\nA");
    nothing(&mut desk);
    assert_eq!(seen(&desk), before);
    desk.sees("pasted text is not taken for keys");
    // It has an end: what is typed behind it is.
    desk.press("/");
    assert!(matches!(desk.state.mode, Mode::Filter(_)));
}

#[test]
fn on_a_screen_that_is_too_small_nothing_acts_unseen() {
    for size in [(20, 5), (39, 30), (120, 9)] {
        let mut desk = desk();
        desk.tell(Msg::Resize(size.0, size.1));
        let before = seen(&desk);
        desk.press("n A enter j ] x shift-tab enter m a esc");
        desk.paste("text").tell(Msg::Burst(keys("blind\r")));
        nothing(&mut desk);
        assert_eq!(seen(&desk), before);
        desk.press("ctrl-l ctrl-z q");
        assert_eq!(desk.take_effects(), [Effect::Redraw, Effect::Suspend, Effect::Quit]);
        desk.tell(Msg::Resize(120, 30));
        assert_eq!(seen(&desk), before);
    }
}

#[test]
fn a_dialog_that_became_too_small_to_see_accepts_nothing() {
    let mut desk = desk();
    desk.press("n").write("hello").tell(Msg::Resize(20, 5));
    desk.press("x enter tab enter ctrl-s esc");
    nothing(&mut desk);
    desk.tell(Msg::Resize(120, 30));
    desk.sees("hello");
    desk.press("ctrl-s");
    assert_eq!(desk.take_effects().len(), 1);
}

#[test]
fn the_screen_is_drawn_anew_from_everywhere() {
    for keys in ["/", ":", "n", "?", "i tab", "M", "O"] {
        let mut desk = desk();
        desk.press(keys).take_effects();
        desk.press("ctrl-l");
        assert_eq!(desk.take_effects(), [Effect::Redraw], "after {keys}");
    }
}
