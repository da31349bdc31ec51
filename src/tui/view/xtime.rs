//! The detail's part about the platform: the opcode and whose word it is, what was found, what is lacking to be live, the slots by
//! day, the test appointment, and the last look.

use crate::present::clocks::Clocks;
use crate::present::opcode_glyph;
use crate::timezone::Tz;
use chrono::NaiveDateTime;
use std::borrow::Cow;

use super::page::Page;
use super::slots::{Shown, chart};
use crate::domain::text::clean;
use crate::domain::when::with_abbreviation;
use crate::domain::{DaySlots, Onboarding, ProbeState, ProbeStatus, SlotCounts, Timestamp, humanize_slots, slot_ahead};
use crate::present::booking::{open_reason, seen};
use crate::present::opcode::{drift, option, recorded};
use crate::present::time::Zone;
use crate::tui::action::Action;
use crate::tui::rows::DealershipRow;
use crate::tui::state::ScreenState;
use crate::tui::theme::Tone;

pub(super) fn section(page: &mut Page<'_>, row: &DealershipRow, screen: &ScreenState, clocks: &Clocks) {
    let state = &*row.state;
    let last = probe_of(row, screen).and_then(|probe| probe.last.as_ref());
    page.heading("What Xtime shows");
    if let Some(lacks) = state.lacks() {
        page.pair("not live", lacks, page.theme.tone(Tone::Warn));
    }
    if let Some(at) = state.left_live_at.filter(|_| !state.is_live()) {
        let words = format!("until {}, {} ago", Zone::from(state.profile.timezone).show(at), clocks.since(at));
        page.pair("was live", &words, page.theme.tone(Tone::Bad));
    }
    opcode(page, state, screen);
    slots(page, state, last, screen, clocks);
    appointment(page, state, screen, clocks);
}

/// What the last look said, and when the next one is due.
pub(super) fn last_look(page: &mut Page<'_>, row: &DealershipRow, screen: &ScreenState, clocks: &Clocks) {
    last_probe(page, &row.state, probe_of(row, screen), clocks);
}

/// What the engine knows of the looks at a dealership; `None` until it was asked.
fn probe_of<'a>(row: &DealershipRow, screen: &'a ScreenState) -> Option<&'a ProbeStatus> {
    screen.detail.probe.as_ref().filter(|(id, _)| *id == row.state.id).map(|(_, probe)| probe)
}

/// A key that does something about what stands there; empty when there is none.
fn key(screen: &ScreenState, action: Action) -> String {
    screen.setup.keymap.first_key(action).unwrap_or_else(|| action.info().title.to_owned())
}

fn opcode(page: &mut Page<'_>, state: &Onboarding, screen: &ScreenState) {
    let theme = page.theme;
    let zone = Zone::from(state.profile.timezone);
    let (glyph, tone) = opcode_glyph(state.opcode_state);
    let code = clean(state.opcode_code(&screen.setup.policy.default_opcode));
    page.pair("opcode", &format!("{glyph} {code} ({})", option(state)), theme.tone(tone));
    for finding in &state.opcode_findings {
        page.pair("", &clean(finding), theme.tone(tone));
    }
    if let Some(words) = drift(state, |at| zone.show(at)) {
        page.pair("drift", &words, theme.tone(Tone::Bad));
    }
    if let Some(words) = recorded(state, |at| zone.show(at)) {
        page.pair("recorded", &words, theme.text);
    }
    if !state.is_live() {
        let key = key(screen, Action::Guide);
        page.pair("", &format!("{key}: the steps, and a letter for the dealer"), theme.dim);
    }
}

/// The slots of a look, or as they are recorded.
struct Found<'a> {
    count: u32,
    days: u32,
    next: Option<NaiveDateTime>,
    by_day: &'a [DaySlots],
    at: Timestamp,
    fresh: bool,
}

impl<'a> Found<'a> {
    fn newest(state: &'a Onboarding, last: Option<&'a ProbeState>) -> Option<Self> {
        if let Some((at, counts)) = last.and_then(|last| last.slots_of(state)) {
            let SlotCounts { count, next, by_day } = counts;
            return Some(Self { count: *count, days: counts.days(), next: *next, by_day, at: *at, fresh: true });
        }
        let slots = state.slots.as_ref()?;
        let (count, days, next, at) = (slots.count, slots.days, slots.next, slots.checked_at);
        Some(Self { count, days, next, by_day: &slots.by_day, at, fresh: false })
    }
}

fn slots(page: &mut Page<'_>, state: &Onboarding, last: Option<&ProbeState>, screen: &ScreenState, clocks: &Clocks) {
    let theme = page.theme;
    let Some(found) = Found::newest(state, last) else { return };
    let zone = state.profile.timezone;
    let next = slot_ahead(found.next, clocks.now(), zone);
    let words = humanize_slots(found.count, found.days, next, zone);
    // What is recorded is as it was when it changed last: an unchanged look records nothing.
    let how = if found.fresh { "seen" } else { "recorded" };
    let tone = match found.count {
        _ if !state.shows_opcode() => Tone::Faint,
        0 => Tone::Warn,
        _ => Tone::Good,
    };
    page.pair("slots", &words, theme.tone(tone));
    page.pair("", &format!("{how} {}", clocks.humanize_ago(found.at)), theme.dim);
    if found.count == 0 {
        return;
    }
    let day = |at: Timestamp| at.with_timezone(&zone).date_naive();
    let days = screen.setup.policy.slot_window;
    let window = Shown { first: day(found.at), days, today: day(clocks.now()), tone };
    chart(page, found.by_day, &window);
}

fn appointment(page: &mut Page<'_>, state: &Onboarding, screen: &ScreenState, clocks: &Clocks) {
    let theme = page.theme;
    let zone = state.profile.timezone;
    let key = key(screen, Action::Appointment);
    if let Some(stands) = &state.appointment {
        let words = format!("{}, with `{}`", wall(stands.local, zone), stands.opcode.screen());
        page.pair("test appt", &words, theme.tone(Tone::Good));
        let seen = seen(stands, |at| clocks.humanize_ago(at));
        page.pair("", &format!("{}, booked {}; {seen}", stands.id.plain(), clocks.humanize_ago(stands.at)), theme.dim);
        page.pair("", &format!("{key} moves it; there is no cancel"), theme.dim);
    }
    if let Some(open) = &state.booking {
        let what = if open.moves { "move" } else { "booking" };
        let words = format!("{what} for {}, asked for by {}", wall(open.local, zone), clean(&open.by));
        page.pair("open", &format!("{words} {}", clocks.humanize_ago(open.at)), theme.tone(Tone::Warn));
        let words = format!("nobody knows what became of it: {}", open_reason(open));
        page.pair("", &words, theme.tone(Tone::Warn));
        page.pair("", &format!("{key} reads it back; nothing else is booked before that"), theme.text);
    }
}

/// A wall clock of the dealership.
pub(super) fn wall(local: NaiveDateTime, zone: Tz) -> String {
    with_abbreviation(local, zone, "%a %d %b %H:%M")
}

fn last_probe(page: &mut Page<'_>, state: &Onboarding, probe: Option<&ProbeStatus>, clocks: &Clocks) {
    let theme = page.theme;
    let zone = Zone::from(state.profile.timezone);
    // Until the engine was asked, what is recorded tells.
    let recorded = || ProbeState::last(state, None, clocks.now());
    let Some(last) = probe.map_or_else(recorded, |probe| probe.last.as_ref().map(Cow::Borrowed)) else {
        page.pair("last look", "none yet", theme.dim);
        return next_probe(page, probe, clocks);
    };
    let style = if last.outcome.tells() { theme.text } else { theme.tone(Tone::Warn) };
    page.pair("last look", &format!("{}: {}", clocks.humanize_ago(last.at), last.message()), style);
    if last.since < last.at {
        page.pair("", &format!("so since {}", zone.show(last.since)), theme.dim);
    }
    next_probe(page, probe, clocks);
}

fn next_probe(page: &mut Page<'_>, probe: Option<&ProbeStatus>, clocks: &Clocks) {
    let Some(next) = probe.and_then(|probe| probe.next_at) else { return };
    let words = if next <= clocks.now() { "due now".to_owned() } else { format!("in {}", clocks.left(next)) };
    page.pair("next look", &words, page.theme.dim);
}
