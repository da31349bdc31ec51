//! The shortest way, for people: its keys, and the words of actions that have none.

use super::{Practice, WayStep};
use crate::tui::keymap::Keymap;

impl Practice {
    /// The keys of the shortest way, as they are written in the keymap.
    pub fn written_way(&self, keymap: &Keymap) -> String {
        let step = |step: &WayStep| match step {
            WayStep::Press(action, times) => {
                let key = keymap.first_key(*action).unwrap_or_else(|| format!("({})", action.info().title));
                if *times > 1 { format!("{key} ×{times}") } else { key }
            }
            WayStep::Write(text) => text.clone(),
        };
        self.way.iter().map(step).collect::<Vec<_>>().join(" ")
    }
}
