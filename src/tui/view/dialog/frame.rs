//! The frame of a dialog: its title, and what stands on its lower line.

use ratatui::layout::Rect;

use super::super::canvas::{Canvas, width};
use super::DialogView;
use super::field::Fields;
use crate::domain::Environment;
use crate::tui::action::{Action, Danger};
use crate::tui::dialog::{Dialog, RecordingAction};
use crate::tui::hit_map::ClickTarget;
use crate::tui::state::ScreenState;

/// Whether it does what reaches several real dealerships, or cannot be taken back.
pub(super) fn of_many_in_production(dialog: &Dialog, state: &ScreenState) -> bool {
    state.setup.environment == Some(Environment::Production)
        && dialog.items.len() > 1
        && dialog.recording().is_some_and(|action| action.danger == Danger::Asks)
}

pub(super) fn heading(action: &RecordingAction, dialog: &Dialog, state: &ScreenState) -> String {
    let verb = (action.heading)(dialog);
    let place = if of_many_in_production(dialog, state) { " in production" } else { "" };
    match dialog.items.as_slice() {
        [item] => format!("{verb} {}", item.name),
        items if items.iter().all(|item| item.about.is_some()) => format!("{verb} {} letters{place}", items.len()),
        items => format!("{verb} {} dealerships{place}", items.len()),
    }
}

impl DialogView<'_> {
    /// What stands on the lower line of the frame, where it hides nothing, and is seen where there is no footer: how much more there
    /// is, the key that accepts, and which fields are in view.
    pub(super) fn on_frame(
        &self,
        dialog: &Dialog,
        fields: &Fields,
        more: usize,
        inside: Rect,
        canvas: &mut Canvas<'_>,
    ) {
        let more = if more > 0 { format!(" {more} more: pgdn ") } else { String::new() };
        canvas.right(2, inside.height + 1, inside.width.saturating_sub(2), &more, self.theme.chosen);
        let mut x = 2;
        if let Some(key) = self.state.setup.keymap.first_key(Action::DialogSubmit).filter(|_| dialog.has_accept()) {
            let words = format!(" {key} {} ", Action::DialogSubmit.info().title);
            canvas.hit(x, inside.height + 1, width(&words) as u16, ClickTarget::Action(Action::DialogSubmit));
            x += canvas.text(x, inside.height + 1, inside.width, &words, self.theme.dim);
        }
        if let Some(words) = fields.range_in_view() {
            let used = if more.is_empty() { 0 } else { width(&more) as u16 + 2 };
            canvas.text(x, inside.height + 1, inside.width.saturating_sub(x + used), &words, self.theme.dim);
        }
    }
}
