//! What the actions of the event tail do.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::Event;
use crate::protocol::EventQuery;
use crate::tui::dialog::Dialog;
use crate::tui::line_edit::LineEdit;
use crate::tui::line_search::LineSearch;
use crate::tui::list_cursor::Motion;
use crate::tui::msg::{Clip, Effect};
use crate::tui::state::{Mode, ScreenState};
use crate::tui::tail::{Adjacent, Seek, TailInput, TailInputKind, TailText};
use crate::tui::theme::Tone;

/// How many lines are searched at once; then keys and frames have their turn.
const SEARCHED: usize = 300;
/// How many events are saved at most, the newest ones.
const SAVED: usize = 100_000;

/// Reads what the tail is about to show.
pub(in crate::tui) fn follow(state: &mut ScreenState) -> Option<Effect> {
    let height = state.plan().tail_rows();
    if height == 0 {
        return None;
    }
    let scope = state.tail_scope();
    state.tail.wanted(height, scope).map(Effect::LoadEvents)
}

fn height(state: &ScreenState) -> usize {
    state.plan().tail_rows().max(1)
}

pub(super) fn go(state: &mut ScreenState, motion: Motion) {
    if motion == Motion::Bottom && state.tail.follows() {
        state.tell_of_key("the newest events are followed already");
    }
    let (height, scope) = (height(state), state.tail_scope());
    state.tail.go(motion, height, scope);
    seek_on(state);
}

pub(in crate::tui) fn pause(state: &mut ScreenState) {
    if state.tail.follows() {
        let scope = state.tail_scope();
        state.tail.hold(scope);
    } else {
        state.tail.follow();
    }
}

pub(in crate::tui) fn kinds(state: &mut ScreenState) {
    let dialog = Dialog::kinds(&state.tail);
    state.show_dialog(dialog);
}

pub(in crate::tui) fn any(state: &ScreenState) -> Result<(), String> {
    state.tail.chosen(state.tail_scope()).map(drop).ok_or_else(|| "there is no event".to_owned())
}

/// The next length of time that is looked back.
pub(in crate::tui) fn next_span(state: &mut ScreenState) {
    state.tail.span = state.tail.span.next();
}

pub(super) fn search(state: &mut ScreenState) {
    state.mode = Mode::TailLine(TailInput {
        kind: TailInputKind::Search { before: state.tail.search.clone() },
        edit: LineEdit::default(),
    });
}

/// Whether there is something that could be saved: what is empty on the screen is no file of everything.
pub(in crate::tui) fn can_save(state: &ScreenState) -> Result<(), String> {
    match state.tail.hides_all() || state.tail.only_selected && state.cursor.id.is_none() {
        true => Err("no event is shown".to_owned()),
        false => Ok(()),
    }
}

pub(in crate::tui) fn save(state: &mut ScreenState) {
    let name = format!("events-{}.txt", state.setup.zone.date(state.now.at));
    state.mode = Mode::TailLine(TailInput { kind: TailInputKind::Save, edit: LineEdit::suggesting(&name) });
}

/// Hits are marked while they are typed.
pub(super) fn retyped(state: &mut ScreenState) {
    if let Mode::TailLine(TailInput { kind: TailInputKind::Search { .. }, edit }) = &state.mode {
        state.tail.search = LineSearch::new(edit.text());
    }
}

pub(super) fn accept(state: &mut ScreenState) -> Vec<Effect> {
    let Mode::TailLine(TailInput { kind, edit }) = std::mem::take(&mut state.mode) else { return Vec::new() };
    match kind {
        TailInputKind::Search { .. } if state.tail.search.is_empty() => Vec::new(),
        TailInputKind::Search { .. } => {
            let scope = state.tail_scope();
            // The line under the cursor may be the hit.
            let from = state.tail.chosen(scope).map_or(u64::MAX, |line| line.newest.seq + 1);
            state.tail.hold(scope);
            state.tail.seek = Some(Seek::Hit { forward: false, from });
            seek_on(state)
        }
        TailInputKind::Save => {
            let name = edit.text().trim();
            if name.is_empty() {
                state.toast(Tone::Warn, "nothing is saved without a name");
                return Vec::new();
            }
            let query = EventQuery { limit: Some(SAVED), newest: true, ..state.tail.query(state.tail_scope()) };
            vec![Effect::SaveEvents(PathBuf::from(name), query)]
        }
    }
}

pub(super) fn cancel(state: &mut ScreenState) {
    let mode = std::mem::take(&mut state.mode);
    if let Mode::TailLine(TailInput { kind: TailInputKind::Search { before }, .. }) = mode {
        state.tail.search = before;
    }
}

/// Goes to the next line with what was searched for.
pub(in crate::tui) fn next_hit(state: &mut ScreenState, forward: bool) -> Vec<Effect> {
    let scope = state.tail_scope();
    let Some(from) = state.tail.chosen(scope).map(|line| line.newest.seq) else { return Vec::new() };
    state.tail.hold(scope);
    state.tail.seek = Some(Seek::Hit { forward, from });
    seek_on(state)
}

pub(in crate::tui) fn has_search(state: &ScreenState) -> Result<(), String> {
    if state.tail.search.is_empty() { Err("search first".to_owned()) } else { Ok(()) }
}

/// Goes on with what is sought as far as the log is held.
pub(in crate::tui) fn seek_on(state: &mut ScreenState) -> Vec<Effect> {
    let (height, scope) = (height(state), state.tail_scope());
    let (forward, mut from) = match state.tail.seek {
        None => return Vec::new(),
        Some(Seek::Top) => {
            if state.tail.seek_top(height, scope) {
                state.tail.seek = None;
            }
            return Vec::new();
        }
        Some(Seek::Hit { forward, from }) => (forward, from),
    };
    state.dirty = true;
    for _ in 0..SEARCHED {
        match state.tail.next_line(from, forward, scope) {
            Adjacent::Here(line) => {
                from = line.newest.seq;
                let text = TailText::of(&line, usize::MAX, &state.rows, scope.zone, state.now.at);
                if state.tail.search.is_in(&text.whole()) {
                    state.tail.seek = None;
                    state.tail.stand_at(from, height, scope);
                    return Vec::new();
                }
            }
            Adjacent::Unread(_) => {
                state.tail.seek = Some(Seek::Hit { forward, from });
                return Vec::new();
            }
            Adjacent::End => {
                state.tail.seek = None;
                let place = if forward { "newer" } else { "older" };
                state.tell_of_key(format!("no {place} event has what you search for"));
                return Vec::new();
            }
        }
    }
    state.tail.seek = Some(Seek::Hit { forward, from });
    vec![Effect::SeekOn]
}

pub(in crate::tui) fn page(
    state: &mut ScreenState,
    query: &EventQuery,
    events: Result<Vec<Arc<Event>>, String>,
) -> Vec<Effect> {
    state.dirty = true;
    match events {
        Ok(events) => state.tail.take_page(query, Some(&events)),
        Err(why) => {
            state.tail.take_page(query, None);
            state.toast(Tone::Warn, format!("the events could not be read: {why}"));
        }
    }
    seek_on(state)
}

/// Begins a selection at the line under the cursor, or ends it.
pub(in crate::tui) fn select(state: &mut ScreenState) {
    let scope = state.tail_scope();
    state.tail.selected_from = match state.tail.selected_from {
        Some(_) => None,
        None => state.tail.chosen(scope).map(|line| line.newest.seq),
    };
    state.tail.hold(scope);
}

/// Copies the lines that are selected, else the one under the cursor.
pub(in crate::tui) fn copy(state: &mut ScreenState) -> Vec<Effect> {
    let scope = state.tail_scope();
    let Some(lines) = state.tail.selected_lines(scope) else {
        state.toast(Tone::Warn, "a part of the selection is not held any more: nothing was copied; w saves it all");
        return Vec::new();
    };
    let lines: Vec<String> = lines
        .iter()
        .map(|line| line.plain(line.newest.dealership.and_then(|id| Some(&*state.rows.get(id)?.state)), scope.zone))
        .collect();
    let message = match lines.len() {
        1 => "asked the terminal to copy the event".to_owned(),
        count => format!("asked the terminal to copy {count} events"),
    };
    state.tail.selected_from = None;
    state.toast(Tone::Plain, message);
    vec![Effect::Copy(Clip(lines.join("\n")))]
}

/// Forgets what was searched for and selected.
pub(super) fn clear(state: &mut ScreenState) {
    (state.tail.search, state.tail.selected_from) = (LineSearch::default(), None);
}
