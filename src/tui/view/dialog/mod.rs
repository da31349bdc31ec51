//! The dialogs: what they are about, their fields with mistakes inline, what would come of it, and the buttons.

mod body;
mod button;
mod field;
mod frame;
mod listed;
mod offered;
mod problem;
mod result;
mod undo;

use ratatui::layout::Position;
use ratatui::style::Style;

use super::canvas::Canvas;
use super::tabs;
use crate::domain::Environment;
use crate::present::clocks::Clocks;
use crate::tui::dialog::{Dialog, DialogFocus, DialogKind, FieldRole};
use crate::tui::state::ScreenState;
use crate::tui::theme::Theme;
use body::DialogBody;
use field::Fields;
use frame::{heading, of_many_in_production};

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
    let mut canvas = canvas.popup(wide, height);
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
