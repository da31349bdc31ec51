//! One set of motions, for whatever has the keyboard.

use super::{columns, dialog, queue, table, tail};
use crate::tui::call_view::CallView;
use crate::tui::insight::InsightPage;
use crate::tui::list_cursor::{Motion, Scroll};
use crate::tui::state::{Focus, Mode, ScreenState};

pub(in crate::tui) fn go(state: &mut ScreenState, motion: Motion) {
    let page = usize::from(state.size.1.saturating_sub(4).max(1));
    if let Some(scroll) = page_scroll(state) {
        return scroll.go(motion, page);
    }
    match state.mode {
        Mode::Dialog(_) => dialog::scroll(state, motion),
        Mode::Columns(_) => columns::go(state, motion),
        Mode::Desk if state.queue.is_some() => queue::go(state, motion),
        Mode::Desk => match state.focus {
            Focus::Table => table::go(state, motion),
            Focus::Detail => {
                let page = state.plan().detail.map_or(1, |area| area.height.saturating_sub(2).max(1).into());
                state.detail.scroll.go(motion, page);
            }
            Focus::Tail => tail::go(state, motion),
        },
        // They are written in.
        Mode::Filter(_)
        | Mode::Palette(_)
        | Mode::Help(_)
        | Mode::Guide(..)
        | Mode::Call(_)
        | Mode::Insight(_)
        | Mode::TailLine(_) => {}
    }
}

/// The text that is read, over everything else.
fn page_scroll(state: &mut ScreenState) -> Option<&mut Scroll> {
    if let Some(reading) = &mut state.reading {
        return Some(&mut reading.scroll);
    }
    match &mut state.mode {
        Mode::Help(help) => Some(&mut help.scroll),
        Mode::Guide(_, scroll) | Mode::Call(CallView { scroll, .. }) | Mode::Insight(InsightPage { scroll, .. }) => {
            Some(scroll)
        }
        Mode::Desk | Mode::Filter(_) | Mode::Palette(_) | Mode::Columns(_) | Mode::Dialog(_) | Mode::TailLine(_) => {
            None
        }
    }
}

fn scrolls(state: &ScreenState) -> bool {
    state.reading.is_some()
        || matches!(state.mode, Mode::Help(_) | Mode::Guide(..) | Mode::Call(_) | Mode::Insight(_) | Mode::Dialog(_))
}

pub(in crate::tui) fn down_title(state: &ScreenState) -> Option<&'static str> {
    scrolls(state).then_some("scroll down")
}

pub(in crate::tui) fn up_title(state: &ScreenState) -> Option<&'static str> {
    scrolls(state).then_some("scroll up")
}

pub(in crate::tui) fn bottom_title(state: &ScreenState) -> Option<&'static str> {
    (state.focus == Focus::Tail).then_some("follow")
}
