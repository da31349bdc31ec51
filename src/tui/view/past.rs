//! The bars of the past: which moment is shown, and what happened there.

use ratatui::style::{Modifier, Style};

use super::canvas::{Canvas, width};
use super::status::thousands;
use crate::domain::Timestamp;
use crate::present::clocks::Clocks;
use crate::present::event::summary;
use crate::present::time::Zone;
use crate::tui::past::{PastDesk, PastMoment};
use crate::tui::state::ScreenState;
use crate::tui::theme::Theme;

/// The line of the tabs in the colour of the past.
pub(super) fn draw_tabs(theme: &Theme, canvas: &mut Canvas<'_>) {
    let room = canvas.area().width;
    canvas.restyle(0, 0, room, Style { add_modifier: Modifier::empty(), ..theme.past });
}

pub(super) fn draw(past: &PastDesk, state: &ScreenState, theme: &Theme, canvas: &mut Canvas<'_>) {
    let room = canvas.area().width;
    let PastMoment { position, at } = past.shown;
    let zone = state.setup.zone;
    canvas.fill(0, 0, room, " ", theme.past);
    let mut words = format!("PAST {}", moment(zone, at, past.now));
    if past.is_on_the_way() {
        words.push_str(&format!(" → {} …", moment(zone, past.wanted.at, past.now)));
    } else {
        words.push_str(&happened(past, state));
    }
    let count = format!("{} of {}", thousands(position), thousands(past.log.len()));
    let right = format!("{} ago  {count} ", Clocks::at(past.now).since(at));
    // What happened is worth more than how long ago it was.
    let side = [right, format!("{count} ")].into_iter().find(|side| width(&words) + width(side) + 3 <= room.into());
    let side = side.unwrap_or_default();
    let used = (width(&side) as u16).min(room);
    canvas.text(1, 0, room.saturating_sub(used + 1), &words, theme.past);
    canvas.right(room - used, 0, used, &side, theme.past);
}

/// By which step it came here, and the event that stands last there.
fn happened(past: &PastDesk, state: &ScreenState) -> String {
    let step = if past.step.is_empty() { String::new() } else { format!(" · {}", past.step) };
    let Some(event) = past.log.event(past.shown.position) else { return step };
    let name = state.rows.name_of(event.dealership);
    let words = summary(event, |at| state.setup.zone.short(at, past.shown.at));
    let between = if step.is_empty() { " · " } else { ": " };
    format!("{step}{between}{name}: {words}")
}

/// `Thu 26 Mar 14:05 CDT`, with the year when that is another one.
fn moment(zone: Zone, at: Timestamp, now: Timestamp) -> String {
    let shown = zone.show(at);
    let abbreviation = shown.rsplit(' ').next().unwrap_or_default();
    format!("{} {} {abbreviation}", zone.day(at, now), zone.time(at))
}
