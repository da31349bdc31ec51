//! The dialogs: what they are about, their fields with mistakes inline, what would come of it, and the buttons.

use ratatui::layout::Position;
use ratatui::style::Style;

use super::pen::{Pen, width, wrap};
use super::{popup, tabs};
use crate::domain::{Ask, InvitationState};
use crate::tui::action::Action;
use crate::tui::clocks::{Clocks, in_zone};
use crate::tui::dialog::{Button, Dialog, Field, Input, Item, Kind, Role, Spot, Wish, expiry_of};
use crate::tui::msg::WorkId;
use crate::tui::state::State;
use crate::tui::theme::{Theme, Tone, stage_look};

/// The cells for the names of fields.
const LABELS: u16 = 13;

/// A line of the upper, scrolled part.
struct Line(String, Style);

struct Ground<'a> {
    state: &'a State,
    theme: &'a Theme,
    clocks: &'a Clocks,
    room: u16,
}

pub(super) fn draw(
    dialog: &Dialog,
    state: &State,
    theme: &Theme,
    clocks: &Clocks,
    pen: &mut Pen<'_>,
) -> Option<Position> {
    let wide = pen.area().width.min(92);
    let ground = Ground { state, theme, clocks, room: wide.saturating_sub(4) };
    let (title, body) = match dialog.kind {
        Kind::Ask(action) => (heading(action, dialog), ground.about(action, dialog)),
        Kind::Kinds => ("Which events are shown".to_owned(), Vec::new()),
        Kind::Results(work) => ground.results(work),
    };
    let problems = ground.problems(dialog);
    let roomy = pen.area().height >= 24;
    let here = |place| dialog.focus == Spot::Field(place);
    let rows: Vec<u16> =
        dialog.fields.iter().enumerate().map(|(place, field)| rows_of(field, dialog, here(place), roomy)).collect();
    let field_rows: u16 = rows.iter().sum();
    // A line apart from what is above, where there is room, and the buttons.
    let lower = field_rows + problems.len() as u16 + if roomy { 2 } else { 1 };
    let all = pen.area().height.saturating_sub(1);
    let height = (body.len() as u16 + lower + 3).clamp(7, all.max(7));
    let mut pen = popup(pen, wide, height);
    let inside = pen.frame(&title, theme.line_focus, theme.title);
    let mut pen = pen.within(inside);

    let body_rows = inside.height.saturating_sub(lower.min(inside.height.saturating_sub(2)));
    let top = dialog.scroll.min(body.len().saturating_sub(usize::from(body_rows)));
    for (y, Line(text, style)) in (0..body_rows).zip(body.iter().skip(top)) {
        pen.text(1, y, ground.room, text, *style);
    }
    let more = body.len().saturating_sub(top + usize::from(body_rows));
    if more > 0 {
        pen.right(1, body_rows.saturating_sub(1), ground.room, &format!(" {more} more: pgdn "), theme.chosen);
    }
    let mut y = body_rows;
    let mut caret = None;
    for ((place, field), rows) in dialog.fields.iter().enumerate().zip(&rows) {
        caret = ground.field(field, dialog, here(place), y, &mut pen).or(caret);
        if *rows > 1 {
            ground.under(field, dialog, y + 1, &mut pen);
        }
        y += rows;
    }
    for (line, style) in &problems {
        pen.text(1, y, ground.room, line, *style);
        y += 1;
    }
    ground.buttons(dialog, inside.height.saturating_sub(1), &mut pen);
    caret
}

fn heading(action: Action, dialog: &Dialog) -> String {
    let archived = dialog.items.iter().all(|item| item.stage == crate::domain::Stage::Archived);
    let verb = match action {
        Action::Invite => "Invite",
        Action::Reissue => "Reissue",
        Action::Revoke => "Revoke the code of",
        Action::ConfirmWord => "The dealer is done:",
        Action::Note => "Note on",
        Action::Assign => "Assign",
        Action::Snooze => "Snooze",
        Action::Archive if archived => "Take back from the archive:",
        Action::Archive => "Archive",
        Action::ChooseOpcode => "Opcode of",
        _ => action.info().title,
    };
    match dialog.items.as_slice() {
        [item] => format!("{verb} {}", item.name),
        items => format!("{verb} {} dealerships", items.len()),
    }
}

/// The lines that a field takes. Where room is short, what may be entered is said of the field with the keyboard only.
fn rows_of(field: &Field, dialog: &Dialog, here: bool, roomy: bool) -> u16 {
    let wrong = dialog.problem(field.role).is_some_and(|problem| dialog.tried || !problem.missing);
    match field.input {
        Input::Block(_) | Input::Check(_) | Input::Choice { .. } => 1,
        Input::Line(_) => 1 + u16::from(wrong || (!field.hint.is_empty() && (here || roomy))),
    }
}

impl Ground<'_> {
    fn about(&self, action: Action, dialog: &Dialog) -> Vec<Line> {
        let mut lines = Vec::new();
        match dialog.items.as_slice() {
            [item] => self.one(action, item, dialog, &mut lines),
            items => {
                for (place, item) in items.iter().enumerate() {
                    lines.push(self.listed(place, item, dialog));
                }
            }
        }
        if dialog.hidden > 0 && dialog.items.len() > 1 {
            let words = format!("{} of these are not shown in the table now (filter or tab).", dialog.hidden);
            lines.push(Line(words, self.theme.tone(Tone::Warn)));
        }
        for (name, why) in &dialog.left_out {
            lines.push(Line(format!("left out: {name}: {why}"), self.theme.dim));
        }
        if matches!(action, Action::Revoke) {
            lines.push(Line(
                "The code stays on record; whether Xtime refuses it then is not known.".to_owned(),
                self.theme.dim,
            ));
        }
        lines
    }

    fn one(&self, action: Action, item: &Item, dialog: &Dialog, lines: &mut Vec<Line>) {
        let theme = self.theme;
        let (glyph, word, tone) = stage_look(item.stage);
        let mut pair = |name: &str, value: String, style: Style| {
            if !value.is_empty() {
                for (place, line) in wrap(&value, self.room.saturating_sub(13)).into_iter().enumerate() {
                    let name = if place == 0 { name } else { "" };
                    lines.push(Line(format!("{name:<12} {line}"), style));
                }
            }
        };
        pair("dealerCode", item.dealer_code.clone(), theme.text);
        pair("contact", item.contact.clone(), theme.text);
        pair("stage", format!("{glyph} {word}"), theme.tone(tone));
        if let Some((generation, masked, ends, state)) = &item.code {
            let how = match state {
                InvitationState::Live => format!("ends in {}", self.clocks.left(*ends)),
                InvitationState::Expired => format!("ended {} ago", self.clocks.since(*ends)),
                InvitationState::Used => "used".to_owned(),
                InvitationState::Superseded => "superseded".to_owned(),
                InvitationState::Revoked => "revoked".to_owned(),
            };
            let words = format!("{generation}: {masked}, {how}, {}", in_zone(*ends, item.zone));
            pair("old code", words, theme.text);
        }
        if matches!(action, Action::Invite | Action::Reissue) {
            let policy = &self.state.setup.policy;
            if let Some(ends) = expiry_of(dialog, self.clocks.now(), item.zone, policy) {
                let about = if self.state.setup.source.is_some() { "about " } else { "" };
                let there = in_zone(ends, item.zone);
                let here = self.state.setup.zone.show(ends);
                pair("new code", format!("ends {about}{there}, in {}", self.clocks.left(ends)), theme.title);
                pair("", format!("which is {here} here"), theme.text);
            }
        }
        if let Some(what) = &item.changed {
            pair("changed", what.clone(), theme.tone(Tone::Bad));
        }
    }

    /// A dealership in a list, with the code that found it.
    fn listed(&self, place: usize, item: &Item, dialog: &Dialog) -> Line {
        let number = place + 1;
        let name_room = usize::from(self.room).saturating_sub(54).clamp(12, 40);
        let name: String = clip(&item.name, name_room);
        if let Some(what) = &item.changed {
            return Line(format!("{number:>4} {name} {what}"), self.theme.tone(Tone::Bad));
        }
        let wrong = dialog.verdict.as_ref().err().into_iter().flatten().find(|problem| problem.id == Some(item.id));
        if let Some(problem) = wrong.filter(|problem| !problem.missing) {
            let words = problem.text.strip_prefix(&format!("{}: ", item.name)).unwrap_or(&problem.text);
            let code = clip(&item.dealer_code, 11);
            return Line(format!("{number:>4} {name} {code} ✗ {words}"), self.theme.tone(Tone::Bad));
        }
        let code = item.code.as_ref();
        let old = code.map_or_else(
            || "no code".to_owned(),
            |(generation, masked, ends, state)| match state {
                InvitationState::Live => format!("{generation}: {masked} ends in {}", self.clocks.left(*ends)),
                InvitationState::Expired => format!("{generation}: {masked} ended {} ago", self.clocks.since(*ends)),
                _ => format!("{generation}: {masked}"),
            },
        );
        let new = match &dialog.verdict {
            Ok(Wish::Paste(codes)) => codes.get(place).map(|code| {
                let ends = code.generated_at.checked_add_signed(self.state.setup.policy.valid_for);
                let ends = ends.map_or_else(String::new, |ends| format!(" ends {}", in_zone(ends, item.zone)));
                (format!("→ {}{ends}", code.code.masked()), Tone::Good)
            }),
            _ => None,
        };
        let waiting = if item.awaits_xtime() { " (awaits Xtime)" } else { "" };
        let (text, tone) = new.unwrap_or_else(|| (format!("{old}{waiting}"), Tone::Plain));
        Line(format!("{number:>4} {name} {:<11} {text}", clip(&item.dealer_code, 11)), self.theme.tone(tone))
    }

    fn results(&self, id: WorkId) -> (String, Vec<Line>) {
        let Some(work) = self.state.work(id) else { return ("Results".to_owned(), Vec::new()) };
        let (open, well, failed) = work.counts();
        let title = match open {
            0 => format!("{}: {well} done, {failed} failed", work.action.info().title),
            _ => format!("{}: {well} done, {failed} failed, {open} under way", work.action.info().title),
        };
        // What failed comes first: it needs somebody.
        let mut items: Vec<_> = work.items.iter().collect();
        items.sort_by_key(|item| match item.outcome {
            Some(Err(_)) => 0,
            None => 1,
            Some(Ok(_)) => 2,
        });
        let lines = items.into_iter().map(|item| {
            let name = clip(&item.name, 30);
            match &item.outcome {
                None => Line(format!("… {name}"), self.theme.dim),
                Some(Ok(words)) => Line(format!("✓ {name} {words}"), self.theme.tone(Tone::Good)),
                Some(Err(why)) => Line(format!("✗ {name} {why}"), self.theme.tone(Tone::Bad)),
            }
        });
        (title, lines.collect())
    }

    fn field(&self, field: &Field, dialog: &Dialog, here: bool, y: u16, pen: &mut Pen<'_>) -> Option<Position> {
        let theme = self.theme;
        let label = if here { theme.key } else { theme.dim };
        let room = self.room.saturating_sub(LABELS);
        match &field.input {
            Input::Line(edit) => {
                let label_room = self.label_room(field);
                pen.text(1, y, label_room, &field.label, label);
                let room = self.room.saturating_sub(label_room);
                pen.fill(1 + label_room, y, room, " ", theme.cursor_away);
                let mut caret = None;
                if here {
                    caret = tabs::draw_edit(edit, 1 + label_room, y, room, theme, pen).0;
                } else if field.role == Role::Code && !edit.text().is_empty() {
                    // A code is only shown while it is written.
                    let masked = edit.text().trim().parse::<crate::domain::InvitationCode>();
                    let shown = masked.map_or_else(|_| edit.text().to_owned(), |code| code.masked());
                    pen.text(1 + label_room, y, room, &shown, theme.input);
                } else {
                    pen.text(1 + label_room, y, room, edit.text(), theme.input);
                }
                caret
            }
            Input::Block(text) => {
                pen.text(1, y, LABELS, &field.label, label);
                let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
                let words = match lines {
                    0 => field.hint.clone(),
                    1 => "1 line".to_owned(),
                    _ => format!("{lines} lines"),
                };
                let style = if lines == 0 { theme.dim } else { theme.input };
                pen.text(1 + LABELS, y, room, &words, style);
                let area = pen.area();
                here.then_some(Position { x: area.x + 1 + LABELS, y: area.y + y })
            }
            Input::Check(on) => {
                let glyph = if *on { "[x]" } else { "[ ]" };
                let style = if here { theme.chosen } else { theme.text };
                pen.text(1, y, 3, glyph, style);
                let missing = dialog.tried && dialog.problem(field.role).is_some();
                let tone = if missing { theme.tone(Tone::Bad) } else { theme.text };
                pen.text(5, y, self.room.saturating_sub(4), &field.label, tone);
                None
            }
            Input::Choice { options, chosen } => {
                pen.text(1, y, LABELS, &field.label, label);
                let text = options.get(*chosen).copied().unwrap_or_default();
                pen.text(1 + LABELS, y, room, &format!("‹ {text} ›"), if here { theme.chosen } else { theme.text });
                None
            }
        }
    }

    /// The line below a field: its mistake, or what may be entered.
    fn under(&self, field: &Field, dialog: &Dialog, y: u16, pen: &mut Pen<'_>) {
        let label_room = self.label_room(field);
        let (x, room) = (1 + label_room, self.room.saturating_sub(label_room));
        match dialog.problem(field.role) {
            Some(problem) if dialog.tried || !problem.missing => {
                pen.text(x, y, room, &format!("^ {}", problem.text), self.theme.tone(Tone::Bad));
            }
            _ => {
                pen.text(x, y, room, &field.hint, self.theme.dim);
            }
        }
    }

    fn label_room(&self, field: &Field) -> u16 {
        LABELS.max(width(&field.label) as u16 + 1).min(self.room / 2)
    }

    /// What is wrong that belongs to no field with a line of its own.
    fn problems(&self, dialog: &Dialog) -> Vec<(String, Style)> {
        const MOST: usize = 6;
        let Err(problems) = &dialog.verdict else { return Vec::new() };
        let inline = |role: Option<Role>| {
            let field = role.and_then(|role| dialog.field(role));
            field.is_some_and(|field| matches!(field.input, Input::Line(_)))
        };
        let shown = problems.iter().filter(|problem| !inline(problem.role) && (dialog.tried || !problem.missing));
        let mut lines: Vec<(String, Style)> = Vec::new();
        for problem in shown {
            lines.extend(wrap(&problem.text, self.room).into_iter().map(|line| (line, self.theme.tone(Tone::Bad))));
        }
        if lines.len() > MOST {
            let more = lines.len() - MOST + 1;
            lines.truncate(MOST - 1);
            lines.push((format!("… and {more} more lines"), self.theme.tone(Tone::Bad)));
        }
        if dialog.is_stale() {
            lines.push(("This changed while you were looking: nothing is done.".to_owned(), self.theme.title));
        }
        lines
    }

    fn buttons(&self, dialog: &Dialog, y: u16, pen: &mut Pen<'_>) {
        let failed = match dialog.kind {
            Kind::Results(id) => self.state.work(id).filter(|work| work.is_over()).map_or(0, |work| work.counts().2),
            _ => 0,
        };
        let mut x = 1;
        for (place, button) in dialog.buttons(failed).into_iter().enumerate() {
            let words = match button {
                Button::Cancel => "Cancel".to_owned(),
                Button::Close => "Close".to_owned(),
                Button::LookAgain => "Look again".to_owned(),
                Button::Retry => format!("Try the {failed} failed again"),
                Button::Accept => accept_words(dialog),
            };
            let here = dialog.focus == Spot::Button(place);
            let ready = button != Button::Accept || dialog.verdict.is_ok();
            let style = match (here, ready) {
                (true, _) => self.theme.chosen,
                (false, true) => self.theme.text,
                (false, false) => self.theme.dim,
            };
            x += pen.text(x, y, self.room.saturating_sub(x), &format!("[ {words} ]"), style) + 2;
        }
    }
}

fn accept_words(dialog: &Dialog) -> String {
    let Kind::Ask(action) = dialog.kind else { return "Show".to_owned() };
    let count = dialog.items.len();
    let title = match (action, &dialog.verdict) {
        (Action::Reissue, Ok(Wish::Obtain(asks)))
            if asks.iter().any(|(_, ask)| matches!(ask, Ask::Reissue { despite_word: true, .. })) =>
        {
            "reissue all the same"
        }
        (Action::ConfirmWord, _) => "record it",
        (Action::Note, _) => "write it down",
        (Action::ChooseOpcode, _) => "record it",
        _ => action.info().title,
    };
    let mut words: String = title.chars().take(1).flat_map(char::to_uppercase).chain(title.chars().skip(1)).collect();
    if count > 1 {
        words = format!("{words} {count}");
    }
    words
}

/// A text in exactly so many cells.
fn clip(text: &str, room: usize) -> String {
    use unicode_segmentation::UnicodeSegmentation;
    let mut out = String::new();
    let mut used = 0;
    let cut = width(text) > room;
    let end = if cut { room.saturating_sub(1) } else { room };
    for grapheme in text.graphemes(true) {
        let cells = width(grapheme);
        if used + cells > end {
            break;
        }
        out.push_str(grapheme);
        used += cells;
    }
    if cut {
        out.push('…');
        used += 1;
    }
    out.push_str(&" ".repeat(room.saturating_sub(used)));
    out
}
