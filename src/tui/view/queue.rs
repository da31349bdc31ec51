//! All letters that are on their way or went wrong, in the place of the panes. Only the visible lines are made.

use ratatui::style::Style;

use super::canvas::{Canvas, wrap};
use super::status;
use crate::domain::text::clean;
use crate::domain::{Letter, Onboarding};
use crate::present::clocks::Clocks;
use crate::present::letters::{Fate, NO_MAIL, ONLY_FILES};
use crate::present::time::Zone;
use crate::protocol::MailState;
use crate::tui::hit_map::ClickTarget;
use crate::tui::queue::{Queue, QueueRow};
use crate::tui::state::{QUEUE_FOOT, QUEUE_FOOT_FROM, QUEUE_HEAD, ScreenState, letters_in};
use crate::tui::theme::{Theme, Tone};

/// How wide the columns are; 0: there is no room for it.
#[derive(Debug, Clone, Copy)]
struct Columns {
    name: u16,
    kind: u16,
    since: u16,
    to: u16,
    tries: u16,
    words: u16,
}

const GUTTER: u16 = 3;
const FATE: u16 = 12;
const NEXT: u16 = 8;

impl Columns {
    fn of(room: u16) -> Self {
        let left = room.saturating_sub(GUTTER + FATE + NEXT + 2);
        let none = Self { name: left, kind: 0, since: 0, to: 0, tries: 0, words: 0 };
        match room {
            0..60 => none,
            60..90 => Self { name: left.saturating_sub(20), kind: 13, tries: 5, ..none },
            90..130 => {
                let left = left.saturating_sub(27);
                let name = (left / 2).min(34);
                Self { name, kind: 13, since: 5, tries: 5, words: left - name, ..none }
            }
            _ => {
                let left = left.saturating_sub(28);
                let (name, to) = ((left / 3).min(34), (left / 3).min(40));
                Self { name, kind: 13, since: 5, to, tries: 5, words: left - name - to }
            }
        }
    }
}

pub(super) fn draw(state: &ScreenState, theme: &Theme, clocks: &Clocks, canvas: &mut Canvas<'_>) {
    let Some(queue) = &state.queue else { return };
    canvas.hit_all(ClickTarget::Cover);
    let area = canvas.area();
    title(queue, state, theme, canvas);
    server(state, theme, clocks, canvas);
    let columns = Columns::of(area.width);
    heading(columns, theme, canvas);
    let height = letters_in(area);
    if queue.shown() == 0 {
        let words = match queue.counts() {
            (0, _) => "No letter is on its way, and none went wrong.",
            _ => "No letter went wrong.",
        };
        canvas.text(GUTTER, QUEUE_HEAD + 1, area.width.saturating_sub(GUTTER), words, theme.dim);
    }
    for (line, row) in (0..height).zip(queue.visible()) {
        draw_row(row, queue, state, theme, clocks, columns, QUEUE_HEAD + line, canvas);
    }
    let below = queue.below(height.into());
    if below > 0 {
        let words = format!(" {} more below ", status::thousands(below));
        canvas.right(0, QUEUE_HEAD + height.saturating_sub(1), area.width, &words, theme.chosen);
    }
    let here = queue.cursor().and_then(|here| here.find(&state.rows));
    if area.height >= QUEUE_FOOT_FROM {
        foot(here, state, theme, clocks, QUEUE_HEAD + height, canvas);
    } else if let Some((_, letter)) = here {
        let words = letter
            .words
            .as_deref()
            .map_or_else(|| format!("to {}", letter.to.screen()), |words| clean(words).into_owned());
        let (_, _, tone) = Fate::of(letter).label();
        canvas.text(1, QUEUE_HEAD + height, area.width.saturating_sub(1), &words, theme.tone(tone));
    }
}

fn title(queue: &Queue, state: &ScreenState, theme: &Theme, canvas: &mut Canvas<'_>) {
    let mail = &state.status.mail;
    let (all, troubled) = queue.counts();
    let mut parts: Vec<(String, Style)> = vec![("Letters".to_owned(), theme.title)];
    if queue.shows_only_trouble() {
        parts.push((
            format!("only trouble: {} of {}", status::thousands(troubled), status::thousands(all)),
            theme.chosen,
        ));
    } else {
        let tone = if troubled > 0 { Tone::Warn } else { Tone::Plain };
        let words =
            format!("{} on their way, {} went wrong", status::thousands(all - troubled), status::thousands(troubled));
        parts.push((words, theme.tone(tone)));
    }
    if queue.marked() > 0 {
        parts.push((format!("{} marked", status::thousands(queue.marked())), theme.mark));
    }
    parts.push((format!("{} due", status::thousands(mail.waiting)), theme.text));
    let done = if state.setup.only_files() { "written" } else { "sent" };
    parts.push((format!("{} {done} in the last hour", status::thousands(mail.last_hour as usize)), theme.text));
    if let Some(name) = &state.setup.mail_name {
        parts.push((clean(name).into_owned(), theme.dim));
    }
    status::put(&parts, theme, canvas);
}

fn server(state: &ScreenState, theme: &Theme, clocks: &Clocks, canvas: &mut Canvas<'_>) {
    let room = canvas.area().width.saturating_sub(1);
    let (words, style) = match (&state.status.mail.state, &state.setup.mail_name) {
        (MailState::Down { .. }, _) => {
            canvas.fill(0, 1, room + 1, " ", theme.alarm);
            let words = status::mail_alarm(state, clocks).unwrap_or_default();
            (format!("▲ {words}"), theme.alarm)
        }
        (MailState::Limited { until }, _) => {
            let words =
                format!("As many letters went out as an hour may see: the next one goes in {}.", clocks.left(*until));
            (words, theme.tone(Tone::Warn))
        }
        (_, None) => (NO_MAIL.to_owned(), theme.tone(Tone::Warn)),
        (MailState::Ok, Some(_)) if state.setup.only_files() => (format!("✎ {ONLY_FILES}"), theme.tone(Tone::Warn)),
        (MailState::Ok, Some(_)) => match state.status.mail.in_flight {
            0 => ("● Letters go out as they are due.".to_owned(), theme.tone(Tone::Good)),
            busy => (format!("● {busy} being handed over."), theme.tone(Tone::Good)),
        },
        (MailState::Off, Some(_)) => ("○ Nobody hands letters over here.".to_owned(), theme.dim),
    };
    canvas.text(1, 1, room, &words, style);
}

fn heading(columns: Columns, theme: &Theme, canvas: &mut Canvas<'_>) {
    let mut x = GUTTER;
    for (title, room) in cells(columns, ["mail", "kind", "dealership", "since", "to", "tries", "next try", "why"]) {
        canvas.text(x, 2, room, title, theme.dim);
        x += room + 1;
    }
}

/// What stands in the columns, with the room of each; those without room are left out.
fn cells<T>(columns: Columns, contents: [T; 8]) -> impl Iterator<Item = (T, u16)> {
    let rooms = [FATE, columns.kind, columns.name, columns.since, columns.to, columns.tries, NEXT, columns.words];
    contents.into_iter().zip(rooms).filter(|(_, room)| *room > 0)
}

#[expect(clippy::too_many_arguments, reason = "a line of a list is drawn from all that is known")]
fn draw_row(
    QueueRow { of, alike }: QueueRow,
    queue: &Queue,
    state: &ScreenState,
    theme: &Theme,
    clocks: &Clocks,
    columns: Columns,
    y: u16,
    canvas: &mut Canvas<'_>,
) {
    let Some((onboarding, letter)) = of.find(&state.rows) else { return };
    let (glyph, word, tone) = Fate::of(letter).label();
    let words = match (letter.words.as_deref(), alike) {
        (None, _) => String::new(),
        (Some(_), None) => "″".to_owned(),
        (Some(words), Some(alike)) if alike > 1 => format!("{} × {}", status::thousands(alike), clean(words)),
        (Some(words), Some(_)) => clean(words).into_owned(),
    };
    let contents = [
        (format!("{glyph} {word}"), theme.tone(tone)),
        (letter.kind.as_str().to_owned(), theme.text),
        (onboarding.profile.name.screen().into_owned(), theme.text),
        (clocks.ago(letter.at), theme.dim),
        (letter.to.screen().into_owned(), theme.dim),
        (tries(letter), theme.dim),
        next(letter, state, clocks, theme),
        (words, theme.dim),
    ];
    canvas.hit(0, y, canvas.area().width, ClickTarget::Letter(of));
    if queue.is_marked(of) {
        canvas.text(1, y, 1, "◆", theme.mark);
    }
    let mut x = GUTTER;
    for ((text, style), room) in cells(columns, contents) {
        canvas.text(x, y, room, &text, style);
        x += room + 1;
    }
    if queue.cursor() == Some(of) {
        canvas.text(0, y, 1, "›", theme.key);
        canvas.paint(y, theme.cursor);
    }
}

fn tries(letter: &Letter) -> String {
    match u32::from(letter.refused) + u32::from(letter.handed) {
        0 => "–".to_owned(),
        tries => tries.to_string(),
    }
}

fn next(letter: &Letter, state: &ScreenState, clocks: &Clocks, theme: &Theme) -> (String, Style) {
    match letter.due_at {
        None if Fate::of(letter) == Fate::Failed => ("gave up".to_owned(), theme.dim),
        None => ("–".to_owned(), theme.dim),
        Some(due) if due > clocks.now() => (clocks.left(due), theme.text),
        Some(_) if matches!(state.status.mail.state, MailState::Down { .. }) => {
            ("waits".to_owned(), theme.tone(Tone::Warn))
        }
        Some(_) => ("now".to_owned(), theme.text),
    }
}

/// More of the letter under the cursor.
fn foot(
    here: Option<(&Onboarding, &Letter)>,
    state: &ScreenState,
    theme: &Theme,
    clocks: &Clocks,
    y: u16,
    canvas: &mut Canvas<'_>,
) {
    let room = canvas.area().width.saturating_sub(2);
    canvas.fill(0, y, room + 2, "─", theme.line);
    let Some((onboarding, letter)) = here else { return };
    let name = onboarding.profile.name.screen();
    let used = canvas.text(1, y + 1, room, &name, theme.title);
    let queued = Zone::from(onboarding.profile.timezone).stamp(letter.queued_at, clocks.now());
    let words = format!("  {} to {}, {queued} by {}", letter.kind, letter.to.screen(), clean(&letter.by));
    canvas.text(1 + used, y + 1, room.saturating_sub(used), &words, theme.text);
    if let Some(code) = onboarding.invitation.as_ref().filter(|_| letter.kind.carries_code()) {
        let there = Zone::from(onboarding.profile.timezone).show(code.expires_at);
        let here = state.setup.zone.show(code.expires_at);
        let words = if code.expires_at > clocks.now() {
            format!("its code ends in {}: {there}, {here} here", clocks.left(code.expires_at))
        } else {
            format!("its code ended {there}")
        };
        canvas.text(1, y + 2, room, &words, theme.dim);
    }
    // Why it waits, where nothing is known of the letter itself: the whole of what the banner may have no room for.
    let server = match &state.status.mail.state {
        MailState::Down { why, .. } if letter.due_at.is_some() => Some(why.as_str()),
        _ => None,
    };
    let words = letter.words.as_deref().or(server).map(clean).unwrap_or_default();
    let (_, _, tone) = Fate::of(letter).label();
    for (place, line) in (0..QUEUE_FOOT - 3).zip(wrap(&words, room)) {
        canvas.text(1, y + 3 + place, room, &line, theme.tone(tone));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fit_every_width() {
        for room in 40..=400 {
            let columns = Columns::of(room);
            let rooms: Vec<u16> = cells(columns, [0; 8]).map(|(_, room)| room).collect();
            let used = GUTTER + rooms.iter().sum::<u16>() + rooms.len() as u16 - 1;
            assert!(used <= room, "{room}: {used} {columns:?}");
            assert!(columns.name >= 14, "{room}: {columns:?}");
            assert!(super::super::canvas::width("word-received") <= usize::from(columns.kind) || columns.kind == 0);
        }
    }
}
