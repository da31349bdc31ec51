//! The page of what the log says: opened at once, filled when the log was read.

use crate::domain::report::{Report, ReportQuery};
use crate::protocol::Request;
use crate::tui::insight::InsightPage;
use crate::tui::msg::{Effect, WorkId};
use crate::tui::state::{Mode, ScreenState};

pub(in crate::tui) fn can_open(state: &ScreenState) -> Result<(), String> {
    if state.opening { Err("the store is not open yet".to_owned()) } else { Ok(()) }
}

/// Shows the page, or goes back.
pub(in crate::tui) fn toggle(state: &mut ScreenState) -> Vec<Effect> {
    if matches!(state.mode, Mode::Insight(_)) {
        state.close_page();
        return Vec::new();
    }
    let (ticket, at) = (state.new_work(), state.past.as_ref().map(|past| past.shown.at));
    state.mode = Mode::Insight(InsightPage::new(ticket));
    vec![state.ask_as(ticket, Request::Report(ReportQuery { at, ..ReportQuery::default() }))]
}

/// The log was read, or cannot be.
pub(super) fn reported(state: &mut ScreenState, ticket: WorkId, report: Result<Box<Report>, String>) {
    if let Mode::Insight(page) = &mut state.mode
        && page.ticket == ticket
    {
        page.report = Some(report);
        state.dirty = true;
    }
}
