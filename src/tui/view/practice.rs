//! The practice above everything else: what to do, in how many keys it was done, and the shortest way.

use super::canvas::{Canvas, width, wrap};
use crate::tui::action::Action;
use crate::tui::practice::{Practice, TASKS, TaskResult};
use crate::tui::state::{PRACTICE_LINES, ScreenState};
use crate::tui::theme::{Theme, Tone};

pub(super) fn draw(practice: &Practice, state: &ScreenState, theme: &Theme, canvas: &mut Canvas<'_>) {
    let room = canvas.area().width;
    let key = |action| state.setup.keymap.first_key(action).unwrap_or_default();
    let (toggle, next) = (key(Action::Practice), key(Action::PracticeNext));
    for y in 0..canvas.area().height {
        canvas.fill(0, y, room, " ", theme.text);
        canvas.paint(y, theme.cursor_away);
    }
    let mut head = |title: &str, aside: &[(&str, &str)]| {
        let cells = |(key, words): &(&str, &str)| width(key) + width(words) + 3;
        let mut x = room.saturating_sub(aside.iter().map(cells).sum::<usize>() as u16);
        let used = canvas.text(1, 0, room.saturating_sub(1), title, theme.title);
        if used + 2 > x {
            return;
        }
        for (key, words) in aside {
            x += canvas.text(x, 0, room.saturating_sub(x), key, theme.key) + 1;
            x += canvas.text(x, 0, room.saturating_sub(x), words, theme.text) + 2;
        }
    };
    let Some(place) = practice.place else {
        head("New here? Ten small tasks show the desk.", &[(&toggle, "practise"), (&next, "not now")]);
        return;
    };
    let Some(task) = practice.task() else {
        head(&total(practice), &[(&next, "once more"), (&toggle, "end")]);
        let each = TASKS.iter().zip(&practice.results).map(|(task, result)| match result {
            TaskResult::Done { keys, shortest } => format!("{} {keys}/{shortest}", task.title),
            TaskResult::Open | TaskResult::Skipped => format!("{} –", task.title),
        });
        body(&each.collect::<Vec<_>>().join(" · "), Tone::Plain, theme, canvas);
        return;
    };
    let keys = practice.keys;
    let title = format!("Practice {} of {}: {}", place + 1, TASKS.len(), task.title);
    let (words, tone) = match practice.result() {
        TaskResult::Done { keys, shortest } if keys <= shortest => (
            format!("✓ Done in {keys} keys, which is the shortest way: {}", practice.written_way(&state.setup.keymap)),
            Tone::Good,
        ),
        TaskResult::Done { keys, shortest } => (
            format!(
                "✓ Done in {keys} keys; the shortest way has {shortest}: {}",
                practice.written_way(&state.setup.keymap)
            ),
            Tone::Good,
        ),
        _ if practice.target().is_none() => {
            ("There is no dealership here for this task at the moment.".to_owned(), Tone::Warn)
        }
        _ => (practice.about.clone(), Tone::Plain),
    };
    let go_on = if practice.result() == TaskResult::Open { "skip" } else { "next" };
    let counted = if keys == 1 { "1 key".to_owned() } else { format!("{keys} keys") };
    head(&format!("{title} · {counted}"), &[(&next, go_on), (&toggle, "put away")]);
    body(&words, tone, theme, canvas);
}

fn body(text: &str, tone: Tone, theme: &Theme, canvas: &mut Canvas<'_>) {
    let room = canvas.area().width.saturating_sub(2);
    let mut lines = wrap(text, room);
    // What does not fit stands in the last line, cut there.
    if lines.len() >= usize::from(PRACTICE_LINES) {
        let rest = lines.split_off(usize::from(PRACTICE_LINES) - 2).join(" ");
        lines.push(rest);
    }
    for (y, line) in (1..).zip(&lines) {
        canvas.text(1, y, room, line, theme.tone(tone));
    }
}

fn total(practice: &Practice) -> String {
    let done = practice.results.iter().filter_map(|result| match result {
        TaskResult::Done { keys, shortest } => Some((*keys, *shortest)),
        TaskResult::Open | TaskResult::Skipped => None,
    });
    let (count, keys, shortest) =
        done.fold((0, 0, 0), |(count, all, least), (keys, shortest)| (count + 1, all + keys, least + shortest));
    format!("Practice: {count} of {} done in {keys} keys; the shortest ways have {shortest}", TASKS.len())
}
