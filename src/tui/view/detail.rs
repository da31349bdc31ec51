//! The detail pane: who it is, both clocks, the codes, what Xtime shows, and everything that happened.

use chrono::TimeDelta;

use super::canvas::{Canvas, wrap};
use super::page::{NAMES, Page};
use super::{mail, xtime};
use crate::domain::clock_doubt::humanize_code_ahead;
use crate::domain::when::in_full;
use crate::domain::{DealershipId, Ended, InvitationState, NextStep, Onboarding, Policy, Timestamp, Untrusted};
use crate::present::call;
use crate::present::clocks::Clocks;
use crate::present::column::{code_clock, confirm_clock};
use crate::present::event::{EventLine, timeline as timeline_of};
use crate::present::stage_glyph;
use crate::present::time::Zone;
use crate::tui::presence::glyph;
use crate::tui::rows::DealershipRow;
use crate::tui::state::{Focus, ScreenState};
use crate::tui::theme::{Theme, Tone};

pub(super) fn draw(state: &ScreenState, theme: &Theme, clocks: &Clocks, canvas: &mut Canvas<'_>) {
    let (width, height) = (canvas.area().width, canvas.area().height);
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
    let mut page = Page { lines: Vec::new(), theme, room };
    profile(&mut page, row, state, clocks);
    codes(&mut page, row, state, clocks);
    mail::section(&mut page, row, state, clocks);
    xtime::section(&mut page, row, state, clocks);
    timeline(&mut page, row, state, clocks);
    let rows = usize::from(height);
    let top = state.detail.scroll.top(page.lines.len(), rows);
    for (y, line) in (0..).zip(page.lines.iter().skip(top).take(rows)) {
        canvas.pieces(2, y, room, line.iter().map(|(text, style)| (text.as_str(), *style)));
    }
    let more = page.lines.len().saturating_sub(top + rows);
    if more > 0 || top > 0 {
        let words = format!(" {}/{} ", (top + rows).min(page.lines.len()), page.lines.len());
        canvas.right(width.saturating_sub(12), 0, 12, &words, theme.dim);
    }
}

fn profile(page: &mut Page<'_>, row: &DealershipRow, screen: &ScreenState, clocks: &Clocks) {
    let theme = page.theme;
    let state = &*row.state;
    let profile = &state.profile;
    let there = Zone::from(profile.timezone).show(clocks.now());
    page.text(&profile.name.screen(), theme.title);
    let (glyph, tone) = stage_glyph(row.facts.stage);
    let mut line = vec![(format!("{glyph} {}", row.facts.stage), theme.tone(tone))];
    if let Some(attention) = row.facts.attention {
        line.push((format!("  ! {}", attention.message()), theme.tone(attention.into())));
    }
    page.lines.push(line);
    others(page, state.id, screen);
    let NextStep { whose, what, until, .. } = state.next_step(clocks.now());
    if !what.is_empty() {
        let left = until.map(|until| format!(" ({} left)", clocks.left(until))).unwrap_or_default();
        page.pair("next", &format!("{}: {what}{left}", whose.as_str()), theme.tone(whose.into()));
    }
    calls(page, state);
    if let Some(until) = state.snoozed_until.filter(|_| row.facts.snoozed) {
        page.pair("snoozed", &format!("for {} more", clocks.left(until)), theme.dim);
    }
    page.pair("dealerCode", &profile.dealer_code.screen(), theme.text);
    let place = [&profile.city, &profile.state].map(Untrusted::screen);
    let place: Vec<&str> = place.iter().map(AsRef::as_ref).filter(|part| !part.is_empty()).collect();
    page.pair("where", &place.join(", "), theme.text);
    page.pair("zone", &format!("{}, {there}", profile.timezone.name()), theme.text);
    if let Some(words) = profile.zone_contradiction(clocks.now()) {
        page.pair("", &words, theme.tone(Tone::Warn));
    }
    clocks.changes_at(next_minute(clocks.now()));
    page.pair("group", &profile.group.screen(), theme.text);
    page.pair("brand", &profile.brand.screen(), theme.text);
    page.pair("contact", &profile.contact.name.screen(), theme.text);
    page.pair("", &profile.contact.email.screen(), theme.text);
    page.pair("", &profile.contact.phone.screen(), theme.text);
    for further in &state.further_contacts {
        page.pair("also", &further.humanize(), theme.text);
    }
    page.pair("owner", &profile.owner.as_ref().map_or("nobody".into(), |owner| owner.screen()), theme.text);
    for (twin, other) in screen.rows.twins_of(state) {
        page.pair("twin", &twin.hint(&other.state.profile), theme.tone(Tone::Warn));
    }
}

/// Who else has it in front of them.
pub(super) fn others(page: &mut Page<'_>, id: DealershipId, screen: &ScreenState) {
    for other in screen.others_at(id) {
        page.pair("now", &screen.does(other, "this"), page.theme.tone(glyph(other).1));
    }
}

/// What came of the last call, and whether the code was read out.
pub(super) fn calls(page: &mut Page<'_>, state: &Onboarding) {
    let moment = |at| Zone::from(state.profile.timezone).show(at);
    let style = page.theme.text;
    page.pair("called", &call::last_call(state, moment).unwrap_or_default(), style);
    page.pair("told", &call::told_code(state, moment).unwrap_or_default(), style);
}

pub(super) fn next_minute(now: Timestamp) -> Timestamp {
    let rest = 60_000 - now.timestamp_millis().rem_euclid(60_000);
    now.checked_add_signed(TimeDelta::milliseconds(rest)).unwrap_or(now)
}

/// A bar of how much of a span has passed, and words behind it, in so many cells.
fn bar(from: Timestamp, until: Timestamp, now: Timestamp, words: &str, room: u16) -> String {
    let cells = usize::from(room).saturating_sub(NAMES + 2 + super::canvas::width(words)).clamp(4, 36);
    let whole = (until - from).num_milliseconds().max(1) as f64;
    let passed = (now - from).num_milliseconds().max(0) as f64;
    let full = ((passed / whole).min(1.0) * cells as f64).floor() as usize;
    format!("{}{} {words}", "█".repeat(full), "░".repeat(cells.saturating_sub(full)))
}

fn codes(page: &mut Page<'_>, row: &DealershipRow, screen: &ScreenState, clocks: &Clocks) {
    let theme = page.theme;
    let state = &*row.state;
    let zone = Zone::from(state.profile.timezone);
    page.heading(&format!("Code, {}", in_full(screen.setup.policy.valid_for)));
    if let Some(pending) = &state.pending {
        let words = match &pending.failed {
            Some(why) => format!("code {} not obtained yet: {}", pending.generation, crate::domain::text::clean(why)),
            None => format!("code {} asked for by {}", pending.generation, crate::domain::text::clean(&pending.by)),
        };
        page.text(&words, theme.tone(Tone::Warn));
    }
    let Some(newest) = &state.invitation else {
        page.text("never invited", theme.dim);
        second_clock(page, row, &screen.setup.policy, clocks);
        return;
    };
    let (text, tone) = code_clock(state, row.facts, clocks);
    let code = if screen.revealed(state.id, newest.generation) {
        newest.code.reveal().to_owned()
    } else {
        newest.code.masked()
    };
    page.pair("code", &format!("{code}  (number {})", newest.generation), theme.text);
    if newest.state(clocks.now()) == InvitationState::Live {
        let words = format!("{text} left");
        let words = bar(newest.generated_at, newest.expires_at, clocks.now(), &words, page.room);
        page.pair("clock", &words, theme.tone(tone));
    } else {
        let words = match newest.state(clocks.now()) {
            InvitationState::Expired => format!("expired {} ago", clocks.since(newest.expires_at)),
            InvitationState::Used => "used".to_owned(),
            InvitationState::Superseded => "superseded".to_owned(),
            InvitationState::Revoked => "revoked".to_owned(),
            InvitationState::Live => text,
        };
        page.pair("clock", &words, theme.tone(tone));
    }
    page.pair("generated", &zone.show(newest.generated_at), theme.text);
    if let Some(ahead) = state.code_ahead(clocks.now(), &screen.setup.policy) {
        page.pair("", &humanize_code_ahead(ahead), theme.tone(Tone::Bad));
    }
    page.pair("ends", &zone.show(newest.expires_at), theme.text);
    page.pair("", &format!("{} here", screen.setup.zone.show(newest.expires_at)), theme.dim);
    page.pair("issued by", &crate::domain::text::clean(&newest.issued_by), theme.text);
    for past in state.earlier.iter().rev() {
        let how = match past.ended {
            Ended::Expired => "expired",
            Ended::Used => "used",
            Ended::Superseded => "superseded",
            Ended::Revoked => "revoked",
        };
        let words = format!("{} {how}, {}", past.generation, zone.show(past.at));
        page.pair("earlier", &words, theme.dim);
    }
    second_clock(page, row, &screen.setup.policy, clocks);
}

fn second_clock(page: &mut Page<'_>, row: &DealershipRow, policy: &Policy, clocks: &Clocks) {
    let theme = page.theme;
    let state: &Onboarding = &row.state;
    let confirmation = &state.confirmation;
    page.heading(&format!("Xtime, {} after the dealer's word", in_full(policy.confirm_within)));
    let zone = Zone::from(state.profile.timezone);
    if let Some(at) = confirmation.dealer_confirmed_at {
        page.pair("their word", &zone.show(at), theme.text);
    }
    match (confirmation.dealer_confirmed_at, state.xtime_due_at()) {
        (Some(said), Some(due)) => {
            let (text, tone) = confirm_clock(state, row.facts, clocks);
            let words = match text.strip_prefix('-') {
                Some(over) => format!("overdue for {over}"),
                None => format!("{text} left"),
            };
            let words = bar(said, due, clocks.now(), &words, page.room);
            page.pair("clock", &words, theme.tone(tone));
            page.pair("due", &zone.show(due), theme.text);
        }
        _ if !state.is_confirmed() && confirmation.lost_at.is_none() => {
            page.text("the dealer has not said that it is done", theme.dim);
        }
        _ => {}
    }
    if let Some(at) = confirmation.confirmed_at {
        page.pair("confirmed", &zone.show(at), theme.tone(Tone::Good));
    }
    if let Some(at) = confirmation.lost_at {
        page.pair("lost", &zone.show(at), theme.tone(Tone::Bad));
    }
}

/// How many events are shown: all of them are laid out for every frame. Older ones are in the tail of this dealership alone.
const NEWEST: usize = 200;

fn timeline(page: &mut Page<'_>, row: &DealershipRow, screen: &ScreenState, clocks: &Clocks) {
    let theme = page.theme;
    page.heading("What happened");
    let Some(events) = screen.tail.history(row.state.id) else {
        page.text("…", theme.dim);
        return;
    };
    let zone = Zone::from(row.state.profile.timezone);
    let moment = |at| zone.stamp(at, clocks.now());
    for event in timeline_of(events.iter().rev().take(NEWEST).map(AsRef::as_ref)).into_iter().rev() {
        let EventLine { when, actor, words, tone } = EventLine::of(event, moment);
        let when = format!("{when} {actor:<10} ");
        let indent = super::canvas::width(&when);
        let lines = wrap(&words, page.room.saturating_sub(indent as u16));
        for (place, line) in lines.into_iter().enumerate() {
            let when = if place == 0 { when.clone() } else { " ".repeat(indent) };
            page.lines.push(vec![(when, theme.dim), (line, theme.tone(tone))]);
        }
    }
}
