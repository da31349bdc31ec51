//! What follows from the operator's own files when they were changed.

use std::sync::Arc;

use crate::tui::own_files::OwnFiles;
use crate::tui::state::{Mode, ScreenState};
use crate::tui::theme::Tone;

pub(in crate::tui) fn read(state: &mut ScreenState, files: OwnFiles) {
    state.dirty = true;
    if let Some(keymap) = files.keymap {
        state.setup.keymap = Arc::new(keymap);
        // What was pressed of one may begin another now.
        state.chord.clear();
    }
    if let Some(views) = files.views {
        state.setup.views = views;
        if let Mode::Palette(palette) = &mut state.mode {
            palette.forget();
        }
    }
    for words in files.read {
        state.toast(Tone::Good, format!("{words} read again"));
    }
    if let [first, more @ ..] = files.wrong.as_slice() {
        let more = if more.is_empty() { String::new() } else { format!(" (and {} more)", more.len()) };
        state.toast(Tone::Bad, format!("{first}{more}; what was read before is kept"));
    }
}
