//! The detail pane: what to do and why, both clocks, whom to call, what is known, and everything that happened. In two columns where
//! it is wide.

use super::canvas::Canvas;
use super::guide::hang;
use super::page::{Line, Page, beside};
use super::{clock_tracks, mail, person, timeline, xtime};
use crate::domain::{Fact, LikelyCause, NextStep, Onboarding, Untrusted};
use crate::present::clocks::Clocks;
use crate::present::time::Zone;
use crate::present::{situation, stage_glyph};
use crate::tui::hit_map::ClickTarget;
use crate::tui::rows::DealershipRow;
use crate::tui::state::{Focus, ScreenState};
use crate::tui::theme::{Theme, Tone};

/// From this width on there are two columns.
const TWO_COLUMNS: u16 = 100;

pub(super) fn draw(state: &ScreenState, theme: &Theme, clocks: &Clocks, canvas: &mut Canvas<'_>) {
    let (width, height) = (canvas.area().width, canvas.area().height);
    canvas.hit_all(ClickTarget::Pane(Focus::Detail));
    let focused = state.focus == Focus::Detail;
    let line = if focused { theme.line_focus } else { theme.line };
    // Beside the table a line on the left is enough; cells are dear.
    for y in 0..height {
        canvas.fill(0, y, 1, "│", line);
    }
    let Some(row) = state.selected() else {
        canvas.text(2, 0, width.saturating_sub(2), "no dealership is chosen", theme.dim);
        return;
    };
    let room = width.saturating_sub(3);
    let lines = lines(row, state, theme, clocks, room);
    let rows = usize::from(height);
    let top = state.detail.scroll.top(lines.len(), rows);
    for (y, line) in (0..).zip(lines.iter().skip(top).take(rows)) {
        canvas.pieces(2, y, room, line.iter().map(|(text, style)| (text.as_str(), *style)));
    }
    let more = lines.len().saturating_sub(top + rows);
    if more > 0 || top > 0 {
        let words = format!(" {}/{} ", (top + rows).min(lines.len()), lines.len());
        canvas.right(width.saturating_sub(12), 0, 12, &words, theme.dim);
    }
}

fn lines(row: &DealershipRow, screen: &ScreenState, theme: &Theme, clocks: &Clocks, room: u16) -> Vec<Line> {
    let page = |room| Page { lines: Vec::new(), theme, room };
    let column = if room >= TWO_COLUMNS { room / 2 - 1 } else { room };
    let (mut head, mut left, mut right) = (page(room), page(column), page(column));
    let likely = row.state.likely_causes(clocks.now(), &screen.setup.policy.default_opcode);
    what_to_do(&mut head, row, screen, likely.first(), clocks);
    clock_tracks::code(&mut left, row, screen, clocks);
    let other = if column < room { &mut right } else { &mut left };
    clock_tracks::xtime(other, row, &screen.setup.policy, clocks);
    left.heading("Whom to call");
    person::contact(&mut left, &row.state, clocks);
    left.pair("mail", &row.state.profile.contact.email.screen(), theme.text);
    person::calls(&mut left, &row.state);
    last_note(&mut left, row, screen);
    xtime::last_look(&mut left, row, screen, clocks);
    causes(&mut left, &likely);
    mail::section(&mut left, row, screen, clocks);
    xtime::section(&mut right, row, screen, clocks);
    profile(&mut right, row, clocks);
    timeline::section(&mut right, row, screen, clocks);
    if column < room {
        head.lines.extend(beside(left.lines, right.lines, column));
    } else {
        head.lines.extend(left.lines.into_iter().chain(right.lines));
    }
    head.lines
}

/// How it stands, what comes next, and why it is stuck.
fn what_to_do(
    page: &mut Page<'_>,
    row: &DealershipRow,
    screen: &ScreenState,
    likeliest: Option<&LikelyCause>,
    clocks: &Clocks,
) {
    let theme = page.theme;
    let state = &*row.state;
    page.text(&state.profile.name.screen(), theme.title);
    person::place(page, state);
    for (twin, other) in screen.rows.twins_of(state) {
        page.text(&twin.hint(&other.state.profile), theme.tone(Tone::Warn));
    }
    let (glyph, tone) = stage_glyph(row.facts.stage);
    let mut line = vec![(format!("{glyph} {}", row.facts.stage), theme.tone(tone))];
    if let Some(attention) = row.facts.attention {
        line.push((format!("  ! {}", attention.message()), theme.tone(attention.into())));
    }
    page.lines.push(line);
    person::others(page, state.id, screen);
    if let Some(words) = screen.pending(state.id) {
        page.text(&words, theme.tone(Tone::Busy));
    }
    page.text(&situation(state, &screen.setup.policy.default_opcode, clocks), theme.text);
    let NextStep { whose, what, until, .. } = state.next_step(clocks.now());
    if !what.is_empty() {
        let left = until.map(|until| format!(" ({} left)", clocks.left(until))).unwrap_or_default();
        page.text(&format!("{}: {what}{left}", whose.as_str()), theme.tone(whose.into()));
    }
    if let Some(until) = state.snoozed_until.filter(|_| row.facts.snoozed) {
        page.text(&format!("snoozed for {} more", clocks.left(until)), theme.dim);
    }
    if let Some(LikelyCause { cause, tell }) = likeliest {
        let words = if tell.is_empty() { cause } else { tell.as_str() };
        page.text(&format!("→ first: {words}"), theme.text);
    }
}

fn causes(page: &mut Page<'_>, causes: &[LikelyCause]) {
    if causes.is_empty() {
        return;
    }
    let theme = page.theme;
    page.heading("Likely causes, and what to tell");
    let mut lines = Vec::with_capacity(2 * causes.len());
    for (number, LikelyCause { cause, tell }) in (1..).zip(causes) {
        let style = if number == 1 { theme.title } else { theme.text };
        hang(&mut lines, &format!("{number}."), cause, 3, page.room, style);
        if !tell.is_empty() {
            hang(&mut lines, "", &format!("→ {tell}"), 3, page.room, theme.dim);
        }
    }
    page.lines.extend(lines.into_iter().map(|line| vec![line]));
}

fn last_note(page: &mut Page<'_>, row: &DealershipRow, screen: &ScreenState) {
    let Some(mut events) = screen.tail.history(row.state.id).map(Iterator::rev) else { return };
    let note = events.find_map(|event| match &event.fact {
        Fact::NoteAdded { text } => Some((event, text)),
        _ => None,
    });
    let Some((event, text)) = note else { return };
    let when = Zone::from(row.state.profile.timezone).show(event.at);
    page.pair("note", &format!("{} ({}, {when})", text.screen(), event.actor), page.theme.text);
}

fn profile(page: &mut Page<'_>, row: &DealershipRow, clocks: &Clocks) {
    let theme = page.theme;
    let state: &Onboarding = &row.state;
    let profile = &state.profile;
    page.heading("Profile");
    page.pair("zone", profile.timezone.name(), theme.text);
    if let Some(words) = profile.zone_contradiction(clocks.now()) {
        page.pair("", &words, theme.tone(Tone::Warn));
    }
    page.pair("group", &profile.group.screen(), theme.text);
    page.pair("brand", &profile.brand.screen(), theme.text);
    page.pair("owner", &profile.owner.as_ref().map_or("nobody".into(), Untrusted::screen), theme.text);
}
