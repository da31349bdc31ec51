//! What keeps a dialog from being accepted, and who else has one open for the same dealerships.

use std::collections::BTreeMap;

use super::super::canvas::wrap;
use super::{DialogView, Line};
use crate::domain::text::clean;
use crate::tui::action::Action;
use crate::tui::dialog::{Dialog, FieldRole, Input};
use crate::tui::theme::Tone;

impl DialogView<'_> {
    /// What is wrong that belongs to no field with a line of its own: what is too long for its place goes above, where it
    /// can be read to its end.
    pub(super) fn problems(&self, dialog: &Dialog, room: usize) -> (Vec<Line>, Vec<Line>) {
        const MOST: usize = 6;
        let said = [dialog.is_stale().then(|| self.stale(dialog)), dialog.question.clone()];
        let said: Vec<String> = said.into_iter().flatten().flat_map(|words| wrap(&words, self.room)).collect();
        let most = room.saturating_sub(said.len() + usize::from(dialog.leaving)).clamp(1, MOST);
        let problems = dialog.validation.as_ref().err().map_or(&[][..], Vec::as_slice);
        let inline = |role: Option<FieldRole>| {
            let field = role.and_then(|role| dialog.field(role));
            field.is_some_and(|field| matches!(field.input, Input::Line(_)))
        };
        let shown = problems.iter().filter(|problem| !inline(problem.role) && (dialog.tried || !problem.missing));
        let mut lines: Vec<Line> = Vec::new();
        for problem in shown {
            lines.extend(wrap(&problem.text, self.room).into_iter().map(|line| Line(line, self.theme.tone(Tone::Bad))));
        }
        let above = if lines.len() > most { std::mem::take(&mut lines) } else { Vec::new() };
        lines.extend(said.into_iter().map(|line| Line(line, self.theme.title)));
        if dialog.leaving {
            let key = self.state.setup.keymap.first_key(Action::DialogCancel).unwrap_or_default();
            lines.push(Line(format!("{key} again discards what was typed"), self.theme.tone(Tone::Warn)));
        }
        (above, lines)
    }

    /// That it changed: of many, how many of them and by whom.
    fn stale(&self, dialog: &Dialog) -> String {
        let changed: Vec<_> = dialog.items.iter().filter(|item| item.changed.is_some()).collect();
        let mut by: BTreeMap<&str, usize> = BTreeMap::new();
        for who in changed.iter().filter_map(|item| item.changed_by.as_ref()) {
            *by.entry(who.as_str()).or_default() += 1;
        }
        let by: Vec<String> = by.into_iter().map(|(who, count)| format!("{count} by {}", clean(who))).collect();
        let what = match (dialog.items.len(), by.is_empty()) {
            (1, _) => "This changed".to_owned(),
            (all, true) => format!("{} of these {all} changed", changed.len()),
            (all, false) => format!("{} of these {all} changed ({})", changed.len(), by.join(", ")),
        };
        let key = self.state.setup.keymap.first_key(Action::DialogLookAgain);
        let again = key.map_or_else(String::new, |key| format!(" {key} looks again."));
        format!("{what} while you were looking: nothing is done.{again}")
    }

    /// Who else has a dialog open for any of its dealerships.
    pub(super) fn others(&self, dialog: &Dialog) -> Vec<Line> {
        let ids = dialog.items.iter().map(|item| item.id);
        let others = self.state.others_acting(ids).into_iter().flat_map(|(other, count)| {
            let what = if dialog.items.len() > 1 { format!("{count} of these") } else { "this".to_owned() };
            wrap(&format!("» {}", self.state.does(other, &what)), self.room)
        });
        others.map(|line| Line(line, self.theme.tone(Tone::Warn))).collect()
    }
}
