//! The fields of a dialog.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::layout::Position;

use super::super::canvas::{Canvas, width, wrap};
use super::{DialogView, HINTS_FROM, LABELS, ROOMY_FROM, tabs};
use crate::domain::{InvitationCode, ProfileField};
use crate::tui::action::Action;
use crate::tui::dialog::{Dialog, DialogFocus, FieldRole, FormField, Input};
use crate::tui::hit_map::ClickTarget;
use crate::tui::line_edit::LineEdit;
use crate::tui::theme::Tone;

/// What the fields of a dialog take of its lines.
pub(super) struct Fields {
    under: Vec<Vec<(String, Tone)>>,
    /// How many lines each takes; 0: it is not in view, or has none of its own.
    rows: Vec<u16>,
    view: Range<usize>,
    /// How many lines they take together.
    pub(super) height: u16,
}

impl Fields {
    /// Divides the lines of a screen among them. Where room is short, what may be entered is said of the field with the keyboard
    /// only, then of none; then only those around it are in view.
    pub(super) fn lay_out(view: &DialogView<'_>, dialog: &Dialog, screen: u16, least_body: u16) -> Self {
        let here = |place| dialog.focus == DialogFocus::Field(place);
        let hint = |place| screen >= ROOMY_FROM || (screen >= HINTS_FROM && here(place));
        let fields = dialog.fields.iter().enumerate();
        let mut under: Vec<Vec<(String, Tone)>> =
            fields.clone().map(|(place, field)| view.under(field, dialog, hint(place))).collect();
        let mut rows: Vec<u16> = fields
            .zip(&under)
            .map(|((_, field), under)| match field.role {
                // It stands beside the buttons there.
                FieldRole::Mail if screen < HINTS_FROM => 0,
                _ => 1 + under.len() as u16,
            })
            .collect();
        // Not more of them than leave room for the frame, the buttons and the beginning of what it is about.
        let most = screen.saturating_sub(1).saturating_sub(3 + least_body);
        if rows.iter().sum::<u16>() > most {
            // What is said below the others waits until the keyboard is there.
            for (_, (rows, under)) in rows.iter_mut().zip(&mut under).enumerate().filter(|(place, _)| !here(*place)) {
                *rows = (*rows).min(1);
                under.clear();
            }
        }
        let view = match dialog.focus {
            _ if rows.iter().sum::<u16>() <= most => 0..rows.len(),
            DialogFocus::Field(place) => in_view(&rows, place, most),
            DialogFocus::Button(_) => in_view(&rows, rows.len().saturating_sub(1), most),
        };
        for (_, rows) in rows.iter_mut().enumerate().filter(|(place, _)| !view.contains(place)) {
            *rows = 0;
        }
        let height = rows.iter().sum::<u16>().min(most);
        Self { under, rows, view, height }
    }

    /// Which are in view, when not all are.
    pub(super) fn range_in_view(&self) -> Option<String> {
        let Self { view, rows, .. } = self;
        (view.len() < rows.len()).then(|| format!(" fields {} to {} of {} ", view.start + 1, view.end, rows.len()))
    }

    /// Draws those in view from a line on, above the last one. The place of the caret, and the line below them.
    pub(super) fn draw(
        &self,
        view: &DialogView<'_>,
        dialog: &Dialog,
        mut y: u16,
        last: u16,
        canvas: &mut Canvas<'_>,
    ) -> (Option<Position>, u16) {
        let mut caret = None;
        let fields = dialog.fields.iter().enumerate().zip(self.rows.iter().zip(&self.under));
        for ((place, field), (rows, under)) in fields.filter(|(_, (rows, _))| **rows > 0) {
            canvas.hit(1, y, view.room, ClickTarget::Field(field.role));
            caret = view.field(field, dialog, dialog.focus == DialogFocus::Field(place), y, canvas).or(caret);
            let indent = view.indent(field);
            for (y, (line, tone)) in (y + 1..last).zip(under) {
                canvas.text(1 + indent, y, view.room.saturating_sub(indent), line, view.theme.tone(*tone));
            }
            y += rows;
        }
        (caret, y)
    }
}

/// The fields that are in view when not all are: those around the one with the keyboard.
fn in_view(rows: &[u16], here: usize, room: u16) -> Range<usize> {
    let used = |range: &Range<usize>| rows.get(range.clone()).map_or(0, |rows| rows.iter().sum::<u16>());
    let mut view = here..here + 1;
    loop {
        let longer = [view.start..view.end + 1, view.start.saturating_sub(1)..view.end];
        let fits = |range: &Range<usize>| *range != view && range.end <= rows.len() && used(range) <= room;
        match longer.into_iter().find(fits) {
            Some(longer) => view = longer,
            None => return view,
        }
    }
}

impl DialogView<'_> {
    /// Draws a field; the place of the caret if the keyboard is in it.
    pub(super) fn field(
        &self,
        field: &FormField,
        dialog: &Dialog,
        here: bool,
        y: u16,
        canvas: &mut Canvas<'_>,
    ) -> Option<Position> {
        let theme = self.theme;
        let label = if here { theme.key } else { theme.dim };
        let room = self.room.saturating_sub(LABELS);
        match &field.input {
            Input::Line(edit) => {
                let label_room = self.label_room(field);
                canvas.text(1, y, label_room, &field.label, label);
                self.line_field(field, edit, here, (1 + label_room, y), canvas)
            }
            Input::Block(text) => {
                canvas.text(1, y, LABELS, &field.label, label);
                let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
                let words = match lines {
                    0 => field.hint.clone(),
                    1 => "1 line".to_owned(),
                    _ => format!("{lines} lines"),
                };
                let style = if lines == 0 { theme.dim } else { theme.input };
                canvas.text(1 + LABELS, y, room, &words, style);
                let area = canvas.area();
                here.then_some(Position { x: area.x + 1 + LABELS, y: area.y + y })
            }
            Input::Check(on) => {
                self.check_field(field, *on, dialog, here, y, canvas);
                None
            }
            Input::Choice { options, chosen } => {
                canvas.text(1, y, LABELS, &field.label, label);
                let text = options.get(*chosen).copied().unwrap_or_default();
                canvas.text(1 + LABELS, y, room, &format!("‹ {text} ›"), if here { theme.chosen } else { theme.text });
                None
            }
        }
    }

    fn line_field(
        &self,
        field: &FormField,
        edit: &LineEdit,
        here: bool,
        (x, y): (u16, u16),
        canvas: &mut Canvas<'_>,
    ) -> Option<Position> {
        let theme = self.theme;
        let room = (self.room + 1).saturating_sub(x);
        canvas.fill(x, y, room, " ", theme.cursor_away.over(theme.input));
        if here {
            return tabs::draw_edit(edit, x, y, room, theme, canvas).0;
        }
        let text = edit.text();
        let shown = match field.role {
            // A code is only shown while it is written. Of what is none, possibly a good one with something around it,
            // only the length.
            FieldRole::Code if !text.is_empty() => match text.trim().parse::<InvitationCode>() {
                Ok(code) => Cow::Owned(code.masked()),
                Err(_) => Cow::Owned(format!("•••• ({} characters)", text.trim().chars().count())),
            },
            _ => Cow::Borrowed(text),
        };
        canvas.text(x, y, room, &shown, theme.input);
        None
    }

    fn check_field(&self, field: &FormField, on: bool, dialog: &Dialog, here: bool, y: u16, canvas: &mut Canvas<'_>) {
        let theme = self.theme;
        canvas.text(1, y, 3, if on { "[x]" } else { "[ ]" }, if here { theme.chosen } else { theme.text });
        let missing = dialog.tried && dialog.problem(field.role).is_some();
        let style = if missing { theme.tone(Tone::Bad) } else { theme.text };
        let used = canvas.text(5, y, self.room.saturating_sub(4), &field.label, style);
        if field.role == FieldRole::Mail {
            self.letter_keys(6 + used, y, canvas);
        }
    }

    /// The lines below a field: its whole mistake, or what may be entered.
    pub(super) fn under(&self, field: &FormField, dialog: &Dialog, hint: bool) -> Vec<(String, Tone)> {
        if !matches!(field.input, Input::Line(_)) {
            return Vec::new();
        }
        match dialog.problem(field.role) {
            Some(problem) if dialog.tried || !problem.missing => {
                let lines = wrap(&format!("^ {}", problem.text), self.room.saturating_sub(self.indent(field)));
                lines.into_iter().map(|line| (line, Tone::Bad)).collect()
            }
            _ => {
                let offered = match field.role {
                    FieldRole::Text => dialog.recording().and_then(|action| (action.under_text)(dialog)),
                    FieldRole::Profile(ProfileField::Owner) => Self::of_owner(field, dialog),
                    _ => None,
                };
                if !hint && offered.as_ref().is_none_or(|(_, tone)| *tone != Tone::Warn) {
                    return Vec::new();
                }
                let line = offered.unwrap_or_else(|| (field.hint.clone(), Tone::Faint));
                match line {
                    (words, _) if words.is_empty() => Vec::new(),
                    (words, Tone::Warn) => {
                        let lines = wrap(&words, self.room.saturating_sub(self.indent(field)));
                        lines.into_iter().map(|line| (line, Tone::Warn)).collect()
                    }
                    line => vec![line],
                }
            }
        }
    }

    /// What is said below the owner who is typed.
    fn of_owner(field: &FormField, dialog: &Dialog) -> Option<(String, Tone)> {
        let owner = field.text().trim();
        let present = dialog.items.first()?.owner().is_some_and(|present| present.screen() == owner);
        Some((dialog.suggestions.as_ref()?.new_owner(owner).filter(|_| !present)?, Tone::Warn))
    }

    /// How far what stands below a field is moved in: below its text, where there is room for that.
    pub(super) fn indent(&self, field: &FormField) -> u16 {
        if self.is_narrow() { 0 } else { self.label_room(field) }
    }

    /// The letter in few cells, where it has no line of its own.
    pub(super) fn short_letter(&self, on: bool, here: bool, x: u16, y: u16, canvas: &mut Canvas<'_>) {
        let words = if on { "[x] letter" } else { "[ ] letter" };
        let room = (self.room + 1).saturating_sub(x);
        canvas.right(x, y, room, words, if here { self.theme.chosen } else { self.theme.text });
    }

    /// The keys of a letter, behind it where there is room.
    fn letter_keys(&self, x: u16, y: u16, canvas: &mut Canvas<'_>) {
        let key = |action| self.state.setup.keymap.first_key(action);
        let Some((switch, preview)) = key(Action::LetterSwitch).zip(key(Action::LetterPreview)) else { return };
        let words = format!("{switch} off/on, {preview} preview");
        if usize::from(self.room.saturating_sub(x)) >= width(&words) {
            canvas.right(x, y, self.room.saturating_sub(x) + 1, &words, self.theme.dim);
        }
    }

    fn label_room(&self, field: &FormField) -> u16 {
        LABELS.max(width(&field.label) as u16 + 1).min(self.room / 2)
    }
}
