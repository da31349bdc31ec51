//! Tells somebody who looks elsewhere that something new needs them.

use std::collections::HashSet;

use crate::domain::DealershipId;
use crate::domain::text::clip;
use crate::tui::msg::Effect;
use crate::tui::rows::DealershipRow;
use crate::tui::state::ScreenState;

/// How many dealerships are named.
const NAMED: usize = 3;

/// The cells of a name; a notification is a line or two on most desktops.
const LONGEST_NAME: usize = 40;

/// Tells of what needs the person since they looked away, where that is anything new.
pub(in crate::tui) fn notify(state: &mut ScreenState) -> Option<Effect> {
    let face = state.now.face;
    state.next_notification().filter(|at| *at <= face)?;
    let needing: HashSet<DealershipId> =
        state.rows.iter().filter(|row| state.needs_me(row)).map(|row| row.state.id).collect();
    let new = state.notifier.look(needing, face)?;
    let new = state.rows.in_order(new.into_iter());
    if new.is_empty() {
        return None;
    }
    state.notifier.told(face);
    Some(Effect::Notify(humanize_news(state, &new)))
}

fn humanize_news(state: &ScreenState, new: &[DealershipId]) -> String {
    let rows: Vec<&DealershipRow> = new.iter().take(NAMED).filter_map(|id| state.rows.get(*id)).collect();
    let name = |row: &DealershipRow| clip(&row.state.profile.name.screen(), LONGEST_NAME).into_owned();
    if let ([_], [row]) = (new, rows.as_slice()) {
        let why = row.facts.attention.map_or("needs somebody", |attention| attention.message());
        return format!("{}: {why}", name(row));
    }
    let names: Vec<String> = rows.into_iter().map(name).collect();
    let more = if new.len() > NAMED { ", …" } else { "" };
    format!("{} dealerships need you: {}{more}", new.len(), names.join(", "))
}
