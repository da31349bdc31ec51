//! The lists of what can be done, palette and help: found anew once something else is looked for in them. What looks for it
//! only says so, because it is itself one of the things that are listed.

use crate::tui::help::HelpPage;
use crate::tui::palette;
use crate::tui::state::{Mode, ScreenState};

pub(super) fn follow(state: &mut ScreenState) {
    match &state.mode {
        Mode::Palette(palette) if palette.is_behind() => {
            let Mode::Palette(mut palette) = std::mem::take(&mut state.mode) else { return };
            palette::search(&mut palette, state);
            state.mode = Mode::Palette(palette);
        }
        Mode::Help(help) if help.wanted.is_some() => {
            let page = HelpPage::of(help, state);
            if let Mode::Help(help) = &mut state.mode {
                page.show_hit(help);
            }
        }
        _ => {}
    }
}
