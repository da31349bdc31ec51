//! What each message changes, and what follows from any of them.

use super::{burst, keys, lists, mouse};
use crate::tui::msg::{ArrivalTime, Effect, Msg};
use crate::tui::state::{Mode, ScreenState, UNSEEN};
use crate::tui::theme::Tone;
use crate::tui::update::{
    answer, cursor, cut_off, dialog, due, estimate, input, jobs, notify, own_files, past, practice, presence,
    read_model, reading, rule, suggestions, tail,
};

pub(super) fn take(state: &mut ScreenState, msg: Msg, now: ArrivalTime) -> Vec<Effect> {
    let back = now.at < state.now.at;
    state.now = now;
    if matches!(msg, Msg::Key(_) | Msg::Burst(_) | Msg::Paste(_) | Msg::Click(_) | Msg::Wheel(..)) {
        state.presence.touched_at = now.face;
        state.dirty = true;
    }
    if back {
        // The wall clock was set back: what counted as past may lie ahead again.
        state.rows.derive_again(now.at);
        state.filtered_at = now.at;
        state.dirty = true;
    }
    if let Some(held) = &state.held
        && keys::waits(state, held, &msg)
    {
        state.cursor.touched = true;
        state.held.get_or_insert_default().push((msg, now.face));
        return Vec::new();
    }
    practice::count(state, pressed(&msg));
    let mut effects = Vec::new();
    match msg {
        Msg::Key(key) => {
            state.cursor.touched = true;
            if !burst::takes(state, key) {
                effects = keys::key(state, key);
            }
        }
        Msg::Burst(keys) => {
            state.cursor.touched = true;
            effects = burst::burst(state, &keys);
        }
        Msg::Paste(text) => {
            if !state.plan().too_small && !input::paste(state, &text) {
                burst::tell(state);
            }
        }
        Msg::Click(target) => {
            state.cursor.touched = true;
            effects = mouse::click(state, target);
        }
        Msg::Wheel(target, forward) => {
            state.cursor.touched = true;
            mouse::wheel(state, target, forward);
        }
        Msg::Resize(columns, rows) => {
            state.dirty = true;
            state.size = (columns, rows);
            state.settle();
        }
        Msg::Focus(has_focus) => state.notifier.focus_changed(has_focus),
        Msg::FirstPage(rows) => read_model::first_page(state, *rows),
        Msg::Loaded(rows) => {
            let is_first = read_model::loaded(state, *rows);
            effects = press_held(state, now);
            if is_first {
                cut_off::show(state);
            }
        }
        Msg::Committed(committed) => read_model::committed(state, &committed),
        Msg::Tail(events) => {
            state.dirty = true;
            state.tail.take_newest(&events);
        }
        Msg::EventPage(query, events) => effects = tail::page(state, &query, events),
        Msg::SeekOn => effects = tail::seek_on(state),
        Msg::Saved(saved) => {
            state.dirty = true;
            match saved {
                Ok(words) => state.toast(Tone::Good, words),
                Err(why) => state.toast(Tone::Bad, why),
            }
        }
        Msg::Timeline(id, events) if state.detail.asked == Some(id) => {
            state.dirty = true;
            state.tail.set_history(id, events);
            // It may have waited for them.
            dialog::revalidate(state, |_| ());
        }
        Msg::Timeline(..) => {}
        Msg::Probe(id, probe) => {
            let probe = Some((id, probe));
            if state.detail.asked == Some(id) && state.detail.probe != probe {
                state.dirty = true;
                state.detail.probe = probe;
            }
        }
        Msg::Status(status) => {
            state.dirty |= state.status != *status;
            state.status = *status;
        }
        Msg::Answer(work, response) => effects = answer::take(state, work, response),
        Msg::Outcome(work, id, outcome) => jobs::ended(state, work, id, outcome),
        Msg::Over(work) => jobs::over(state, work),
        Msg::Mailbox(ticket, letters) => reading::mailbox(state, ticket, letters),
        Msg::CutOff(list) => {
            state.cut_off = list;
            cut_off::show(state);
        }
        Msg::Owner(owner) => {
            state.dirty |= state.owner != owner;
            state.owner = owner;
        }
        Msg::Past(work, news) => effects = past::news(state, work, news),
        Msg::OwnFiles(files) => own_files::read(state, *files),
        Msg::Notice(text) => {
            state.dirty = true;
            state.toast(Tone::Warn, text);
        }
        Msg::Tick => {}
    }
    lists::follow(state);
    past::enter_when_quiet(state);
    due::pass_time(state);
    practice::follow(state);
    effects.extend(cursor::follow(state));
    effects.extend(tail::follow(state));
    effects.extend(suggestions::follow_time(state));
    effects.extend(rule::follow_meaning(state));
    effects.extend(presence::tell(state));
    effects.extend(estimate::ask(state));
    effects.extend(notify::notify(state));
    effects
}

/// Does what was pressed while only the first page was there, as when it was pressed. Nobody has seen a dialog that one
/// of the keys opens, so the others are not pressed in it.
fn press_held(state: &mut ScreenState, now: ArrivalTime) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (msg, face) in state.held.take().into_iter().flatten() {
        if !matches!(state.mode, Mode::Desk | Mode::Filter(_)) {
            state.tell_of_key("keys that came before it could be seen do nothing here; press them again");
            break;
        }
        effects.extend(take(state, msg, ArrivalTime { face, ..now }));
    }
    state.now = now;
    if !matches!(state.mode, Mode::Desk) {
        state.unseen_until = now.face + UNSEEN;
    }
    effects
}

/// How many keys a message is.
fn pressed(msg: &Msg) -> usize {
    match msg {
        Msg::Key(_) | Msg::Paste(_) | Msg::Click(_) => 1,
        Msg::Burst(keys) => keys.len(),
        _ => 0,
    }
}
