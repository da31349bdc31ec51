//! Whatever was pressed, Esc leads back to the table, and the table goes on taking keys.

use std::collections::BTreeSet;

use cloverwatch::tui::Effect;
use cloverwatch::tui::action::REGISTRY;
use cloverwatch::tui::keymap::{Key, Keymap};
use cloverwatch::tui::state::{Focus, Mode};
use proptest::prelude::*;

use crate::desk::Desk;

/// More than there can be layers over each other, each with a word about what is thrown away.
const MOST: usize = 16;

/// Every key that means something anywhere, and some text.
fn keys() -> Vec<String> {
    let mut keys: BTreeSet<String> = "1 7 - x T o : / , a@b is:expired".split(' ').map(str::to_owned).collect();
    let keymap = Keymap::default();
    for row in REGISTRY {
        keys.extend(keymap.chords(row.action).flatten().map(Key::to_string));
    }
    keys.into_iter().filter(|key| !["ctrl-z", "q", "ctrl-c"].contains(&key.as_str())).collect()
}

fn is_home(desk: &Desk) -> bool {
    let state = &desk.state;
    matches!(state.mode, Mode::Desk)
        && state.focus == Focus::Table
        && state.queue.is_none()
        && state.reading.is_none()
        && state.past.is_none()
        && !state.panes.zoom
        && state.chord.is_empty()
        && state.rows.query().is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn no_keys_lead_to_where_esc_does_not_lead_home(
        size in prop::sample::select(vec![(40, 10), (80, 24), (120, 40), (200, 50)]),
        pressed in prop::collection::vec(prop::sample::select(keys()), 0..60),
    ) {
        let mut desk = Desk::open(size);
        for word in &pressed {
            match Key::parse(word) {
                Ok(_) => desk.press(word),
                Err(_) => desk.write(word),
            };
            desk.picture();
        }
        let mut left = 0;
        while !is_home(&desk) {
            prop_assert!(left < MOST, "{size:?} {}\n{}", pressed.join(" "), desk.picture());
            desk.wait(1).press("esc");
            left += 1;
        }
        let quit = desk.effects.iter().any(|effect| matches!(effect, Effect::Quit));
        prop_assert!(!quit, "{}", pressed.join(" "));
        // And the table has the keys.
        desk.press("1 g g");
        let first = desk.selected();
        desk.press("j");
        prop_assert_ne!(desk.selected(), first, "{}\n{}", pressed.join(" "), desk.picture());
    }
}
