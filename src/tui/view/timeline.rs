//! What happened at a dealership, by day, the newest first.

use super::canvas::{width, wrap};
use super::page::Page;
use crate::present::clocks::Clocks;
use crate::present::event::{EventLine, timeline};
use crate::present::time::Zone;
use crate::tui::rows::DealershipRow;
use crate::tui::state::ScreenState;

/// How many events are shown: all of them are laid out for every frame. Older ones are in the tail of this dealership alone.
const NEWEST: usize = 200;
/// Cells of who did it; longer names are cut.
const ACTOR: usize = 13;

pub(super) fn section(page: &mut Page<'_>, row: &DealershipRow, screen: &ScreenState, clocks: &Clocks) {
    let theme = page.theme;
    let zone = Zone::from(row.state.profile.timezone);
    page.heading(&format!("What happened ({})", zone.name()));
    let Some(events) = screen.tail.history(row.state.id) else {
        page.text("…", theme.dim);
        return;
    };
    let moment = |at| zone.stamp(at, clocks.now());
    let mut day = String::new();
    for event in timeline(events.rev().take(NEWEST).map(AsRef::as_ref)).into_iter().rev() {
        let of_event = zone.day(event.happened_at(), clocks.now());
        if of_event != day {
            page.lines.push(vec![(of_event.clone(), theme.dim)]);
            day = of_event;
        }
        let EventLine { actor, words, tone, .. } = EventLine::of(event, moment);
        let actor = crate::domain::text::fit(&actor, ACTOR);
        let before = format!("  {} {actor} ", zone.time(event.happened_at()));
        let indent = width(&before);
        let lines = wrap(&words, page.room.saturating_sub(indent as u16));
        for (place, line) in lines.into_iter().enumerate() {
            let before = if place == 0 { before.clone() } else { " ".repeat(indent) };
            page.lines.push(vec![(before, theme.dim), (line, theme.tone(tone))]);
        }
    }
}
