//! The dialogs: what they are about, their fields with mistakes inline, what would come of it, and the buttons.

mod body;
mod field;
mod listed;
mod offered;
mod result;
mod undo;

use std::collections::BTreeMap;

use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::canvas::{Canvas, width, wrap};
use super::{popup, tabs};
use crate::domain::Environment;
use crate::domain::text::clean;
use crate::present::clocks::Clocks;
use crate::tui::action::{Action, Danger};
use crate::tui::actions::RecordingAction;
use crate::tui::bulk_job::BulkJob;
use crate::tui::dialog::{Button, Dialog, DialogFocus, DialogKind, FieldRole, Input};
use crate::tui::hit_map::ClickTarget;
use crate::tui::state::ScreenState;
use crate::tui::theme::{Theme, Tone};
use body::DialogBody;
use field::Fields;

/// The cells for the names of fields.
const LABELS: u16 = 13;

/// From which height on it is said what may be entered.
const HINTS_FROM: u16 = 14;

/// From which height on that is said of every field, and the parts stand apart.
const ROOMY_FROM: u16 = 24;

/// The lines of what it is about that mistakes leave in view.
const LEAST_BODY: usize = 3;

/// A line of the upper, scrolled part.
struct Line(String, Style);

struct DialogView<'a> {
    state: &'a ScreenState,
    theme: &'a Theme,
    clocks: &'a Clocks,
    room: u16,
}

pub(super) fn draw(
    dialog: &Dialog,
    state: &ScreenState,
    theme: &Theme,
    clocks: &Clocks,
    canvas: &mut Canvas<'_>,
) -> Option<Position> {
    let screen = canvas.area();
    let wide = screen.width.min(92);
    let view = DialogView { state, theme, clocks, room: wide.saturating_sub(4) };
    let (title, body) = match dialog.kind {
        DialogKind::Ask(action) => (heading(action, dialog, state), DialogBody::about(&view, action, dialog)),
        DialogKind::Kinds => ("Which events are shown".to_owned(), DialogBody::default()),
        DialogKind::Moment => ("The past: to a moment".to_owned(), DialogBody::default()),
        DialogKind::Results(work) => DialogBody::results(&view, work),
        DialogKind::CutOff(id) => DialogBody::cut_off(&view, id),
    };
    let least_body = body.len().min(2) as u16;
    let fields = Fields::lay_out(&view, dialog, screen.height, least_body);
    // The frame, the status, the buttons, and some of what it is about.
    let kept = 4 + body.len().min(LEAST_BODY) as u16;
    let (mistakes, problems) = view.problems(dialog, usize::from(screen.height.saturating_sub(kept + fields.height)));
    let body = body.after(mistakes).after(view.others(dialog));
    // A line apart from what is above, where there is room, and the buttons.
    let lower = fields.height + problems.len() as u16 + if screen.height >= ROOMY_FROM { 2 } else { 1 };
    let all = screen.height.saturating_sub(1).max(7);
    let height = u16::try_from(body.len()).unwrap_or(u16::MAX).saturating_add(lower + 3).clamp(7, all);
    let mut canvas = popup(canvas, wide, height);
    let heading =
        if of_many_in_production(dialog, state) { theme.environment(Environment::Production) } else { theme.title };
    let inside = canvas.frame(&title, theme.line_focus, heading);

    let body_rows = inside.height.saturating_sub(lower.min(inside.height.saturating_sub(least_body)));
    let top = body.top(&dialog.scroll, body_rows.into());
    let more = body.len().saturating_sub(top + usize::from(body_rows));
    view.on_frame(dialog, &fields, more, inside, &mut canvas);
    let mut canvas = canvas.within(inside);
    let last = inside.height.saturating_sub(1);
    for (y, place) in (0..body_rows).zip(top..body.len()) {
        let Line(text, style) = body.line(&view, place);
        canvas.text(1, y, view.room, &text, style);
    }
    let (caret, y) = fields.draw(&view, dialog, body_rows, last, &mut canvas);
    for (Line(line, style), y) in problems.iter().zip(y..last) {
        canvas.text(1, y, view.room, line, *style);
    }
    let used = view.buttons(dialog, last, &mut canvas);
    let letter = dialog.fields.iter().position(|field| field.role == FieldRole::Mail);
    if let Some(place) = letter.filter(|_| screen.height < HINTS_FROM) {
        view.short_letter(dialog.mails(), dialog.focus == DialogFocus::Field(place), used, last, &mut canvas);
    } else {
        view.no_undo(dialog, used, last, &mut canvas);
    }
    caret
}

/// Whether it does what reaches several real dealerships, or cannot be taken back.
fn of_many_in_production(dialog: &Dialog, state: &ScreenState) -> bool {
    state.setup.environment == Some(Environment::Production)
        && dialog.items.len() > 1
        && dialog.recording().is_some_and(|action| action.danger == Danger::Asks)
}

fn heading(action: &RecordingAction, dialog: &Dialog, state: &ScreenState) -> String {
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
    fn on_frame(&self, dialog: &Dialog, fields: &Fields, more: usize, inside: Rect, canvas: &mut Canvas<'_>) {
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

    /// What is wrong that belongs to no field with a line of its own: what is too long for its place goes above, where it
    /// can be read to its end.
    fn problems(&self, dialog: &Dialog, room: usize) -> (Vec<Line>, Vec<Line>) {
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
    fn others(&self, dialog: &Dialog) -> Vec<Line> {
        let ids = dialog.items.iter().map(|item| item.id);
        let others = self.state.others_acting(ids).into_iter().flat_map(|(other, count)| {
            let what = if dialog.items.len() > 1 { format!("{count} of these") } else { "this".to_owned() };
            wrap(&format!("» {}", self.state.does(other, &what)), self.room)
        });
        others.map(|line| Line(line, self.theme.tone(Tone::Warn))).collect()
    }

    fn buttons(&self, dialog: &Dialog, y: u16, canvas: &mut Canvas<'_>) -> u16 {
        let mut x = 1;
        for (place, button) in dialog.buttons(&self.state.jobs).into_iter().enumerate() {
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
    fn no_undo(&self, dialog: &Dialog, used: u16, y: u16, canvas: &mut Canvas<'_>) {
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
