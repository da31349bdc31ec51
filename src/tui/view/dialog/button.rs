//! The buttons of a dialog, and what stands beside them.

use super::super::canvas::{Canvas, width};
use super::DialogView;
use crate::tui::bulk_job::{self, BulkJob};
use crate::tui::dialog::{Button, Dialog, DialogFocus, DialogKind};
use crate::tui::hit_map::ClickTarget;

impl DialogView<'_> {
    pub(super) fn buttons(&self, dialog: &Dialog, y: u16, canvas: &mut Canvas<'_>) -> u16 {
        let mut x = 1;
        for (place, button) in bulk_job::buttons(dialog, &self.state.jobs).into_iter().enumerate() {
            let words = match button {
                Button::Cancel => "Cancel".to_owned(),
                Button::Close if matches!(dialog.kind, DialogKind::CutOff(_)) => "Later".to_owned(),
                Button::Close => "Close".to_owned(),
                Button::Resume => "Resume".to_owned(),
                Button::PutAway => "Put away".to_owned(),
                Button::LookAgain => "Look again".to_owned(),
                Button::Retry => self.retry_words(dialog),
                Button::Stop => "Stop".to_owned(),
                Button::Earlier => "Earlier results".to_owned(),
                Button::Accept => accept_label(dialog),
            };
            let here = dialog.focus == DialogFocus::Button(place);
            let ready = button != Button::Accept || dialog.validation.is_ok();
            let style = match (here, ready) {
                (true, _) => self.theme.chosen,
                (false, true) => self.theme.text,
                (false, false) => self.theme.dim,
            };
            let used = canvas.text(x, y, self.room.saturating_sub(x), &format!("[ {words} ]"), style);
            canvas.hit(x, y, used, ClickTarget::Button(button));
            x += used + 2;
        }
        x
    }

    /// What cannot be undone, beside the buttons, where there is room.
    pub(super) fn no_undo(&self, dialog: &Dialog, used: u16, y: u16, canvas: &mut Canvas<'_>) {
        let words = dialog.recording().filter(|_| dialog.has_accept()).map_or("", |action| action.no_undo);
        if used + width(words) as u16 <= self.room {
            canvas.right(1, y, self.room, words, self.theme.dim);
        }
    }

    fn retry_words(&self, dialog: &Dialog) -> String {
        let DialogKind::Results(id) = dialog.kind else { return String::new() };
        match self.state.job(id).map(BulkJob::counts) {
            Some((open, _, failed)) if open > 0 => format!("Do the other {}", open + failed),
            Some((_, _, failed)) => format!("Try the {failed} failed again"),
            None => String::new(),
        }
    }
}

fn accept_label(dialog: &Dialog) -> String {
    let Some(action) = dialog.recording() else { return "Show".to_owned() };
    let title = (action.button)(dialog);
    let first = title.chars().take(1).flat_map(char::to_uppercase);
    let label: String = first.chain(title.chars().skip(1)).collect();
    match dialog.items.len() {
        count if count > 1 => format!("{label} {count}"),
        _ => label,
    }
}
