//! Whatever was pressed, Esc leads back to the table, and the table goes on taking keys.

use std::collections::BTreeSet;

use cloverwatch::tui::keymap::{Key, Keymap};
use cloverwatch::tui::registry::REGISTRY;
use cloverwatch::tui::state::{Focus, Mode};
use cloverwatch::tui::{Effect, Msg};
use proptest::prelude::*;

use crate::desk::Desk;

/// More than there can be layers over each other, each with a word about what is thrown away.
const MOST: usize = 16;

/// Every key that means something anywhere, some text, and places to click at.
fn pressed() -> Vec<String> {
    let mut keys: BTreeSet<String> = "1 7 - x T o : / , a@b is:expired".split(' ').map(str::to_owned).collect();
    let keymap = Keymap::default();
    for row in REGISTRY {
        keys.extend(keymap.chords(row.action).flatten().map(Key::to_string));
    }
    let places = (0..10).flat_map(|x| (0..10).map(move |y| format!("click-{}-{}", x * 10, y * 10)));
    keys.into_iter().chain(places).filter(|key| !["ctrl-z", "q", "ctrl-c"].contains(&key.as_str())).collect()
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
    // Each has up to sixty keys, and a picture after each; `PROPTEST_CASES` asks for more.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.div_ceil(4), ..ProptestConfig::default() })]

    #[test]
    fn no_keys_and_clicks_lead_to_where_esc_does_not_lead_home(
        size in prop::sample::select(vec![(40, 10), (80, 24), (120, 40), (200, 50)]),
        pressed in prop::collection::vec(prop::sample::select(pressed()), 0..60),
    ) {
        let mut desk = Desk::open(size);
        for word in &pressed {
            let drawn = desk.draw().1;
            match (word.strip_prefix("click-"), Key::parse(word)) {
                (Some(place), _) => {
                    // A place in hundredths of the screen, whatever is there.
                    let (x, y) = place.split_once('-').unwrap();
                    let part = |part: &str, of: u16| (part.parse::<u32>().unwrap() * u32::from(of) / 100) as u16;
                    if let Some(target) = drawn.hits.at(part(x, size.0), part(y, size.1)) {
                        desk.tell(Msg::Click(target));
                    }
                }
                (None, Ok(_)) => _ = desk.press(word),
                (None, Err(_)) => _ = desk.write(word),
            }
        }
        // Who has chosen to leave in the palette has left.
        if desk.effects.iter().any(|effect| matches!(effect, Effect::Quit)) {
            return Ok(());
        }
        let mut left = 0;
        while !is_home(&desk) {
            prop_assert!(left < MOST, "{size:?} {}\n{}", pressed.join(" "), desk.picture());
            desk.wait(1).press("esc");
            left += 1;
        }
        prop_assert!(!desk.effects.iter().any(|effect| matches!(effect, Effect::Quit)), "{}", pressed.join(" "));
        // And the table has the keys.
        desk.press("1 g g");
        let first = desk.selected();
        desk.press("j");
        prop_assert_ne!(desk.selected(), first, "{}\n{}", pressed.join(" "), desk.picture());
    }
}
