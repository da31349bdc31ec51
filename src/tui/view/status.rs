//! The status bar: the platform, the budget, the clocks, how old the picture is, where codes come from. And alarms.

use chrono::TimeDelta;
use ratatui::style::Style;

use super::pen::{Pen, width};
use crate::domain::{CodeOrigin, in_words};
use crate::engine::PlatformState;
use crate::tui::clocks::Clocks;
use crate::tui::state::State;
use crate::tui::theme::{Theme, Tone};

/// From how much difference on the platform's clock is shown as wrong.
const SKEW_MATTERS: TimeDelta = TimeDelta::seconds(30);

/// Whether there is something to say above the table.
pub(super) fn has_banner(state: &State) -> bool {
    let platform = &state.status.platform;
    let room = state.size.1 >= 20;
    platform.is_alarm() || (room && *platform == PlatformState::Unconfigured && !state.rows.is_empty())
}

pub(super) fn draw_banner(state: &State, theme: &Theme, clocks: &Clocks, pen: &mut Pen<'_>) {
    let room = pen.area().width;
    let words = match &state.status.platform {
        PlatformState::Down { why, since, retry_at } => {
            let (since, retry) = (clocks.since(*since), clocks.left(*retry_at));
            format!("▲ Xtime fails for {since}, next try in {retry}: {why}. No dealership changes state.")
        }
        PlatformState::OurCredentials { why, since, retry_at } => {
            let (since, retry) = (clocks.since(*since), clocks.left(*retry_at));
            format!(
                "▲ Our credentials are refused for {since}, next try in {retry}: {why}. No dealership changes state."
            )
        }
        PlatformState::MassDisconnect { turned, since } => {
            let since = clocks.since(*since);
            format!(
                "▲ {turned} of the last looks turned \"not connected\" together, for {since}: it is about us or Xtime; \
                 nobody is recorded as lost."
            )
        }
        PlatformState::Unconfigured => {
            let words = "Probing is off, clocks alone decide: set client_id, client_secret and api_key under [xtime] in config.toml.";
            pen.text(1, 0, room.saturating_sub(1), words, theme.tone(Tone::Warn));
            return;
        }
        PlatformState::Starting | PlatformState::Ok => return,
    };
    pen.fill(0, 0, room, " ", theme.alarm);
    pen.text(1, 0, room.saturating_sub(1), &words, theme.alarm);
}

pub(super) fn draw(state: &State, theme: &Theme, clocks: &Clocks, pen: &mut Pen<'_>) {
    let status = &state.status;
    let mut parts: Vec<(String, Style)> = Vec::new();
    if state.setup.demo {
        parts.push(("DEMO".to_owned(), theme.chosen));
    }
    if state.setup.read_only {
        parts.push(("READ-ONLY".to_owned(), theme.tone(Tone::Warn)));
    }
    if state.opening {
        // Of everything else nothing is known yet.
        parts.push(("◌ opening the store".to_owned(), theme.tone(Tone::Busy)));
        put(&parts, theme, pen);
        return;
    }
    parts.push(platform(state, theme));
    if !state.loaded {
        parts.push(("loading…".to_owned(), theme.tone(Tone::Busy)));
    }
    if status.platform != PlatformState::Unconfigured {
        let full = status.requests_per_second > 0 && status.requests_last_second >= status.requests_per_second;
        let budget = format!("{}/{} req/s", status.requests_last_second, status.requests_per_second);
        parts.push((budget, if full { theme.tone(Tone::Warn) } else { theme.dim }));
        if status.waiting > 0 {
            parts.push((format!("{} due", status.waiting), theme.dim));
        }
        if let Some(at) = status.last_answer_at {
            parts.push((format!("answered {}", ago(clocks, at)), theme.dim));
        }
    }
    if let Some(skew) = status.clock_skew.filter(|skew| skew.abs() >= TimeDelta::seconds(2)) {
        let tone = if skew.abs() >= SKEW_MATTERS { Tone::Bad } else { Tone::Faint };
        let side = if skew > TimeDelta::zero() { "behind" } else { "ahead of" };
        parts.push((format!("clock {} {side} Xtime's", in_words(skew.abs())), theme.tone(tone)));
    }
    let source = match state.setup.source {
        None => "codes by paste",
        Some(CodeOrigin::Http) => "codes by http",
        Some(CodeOrigin::Command) => "codes by command",
        Some(CodeOrigin::Paste) => "codes by paste",
    };
    parts.push((source.to_owned(), theme.dim));
    if let Some(newest) = state.tail.newest() {
        parts.push((format!("last change {}", ago(clocks, newest.at)), theme.dim));
    }
    if !state.setup.store.is_empty() {
        parts.push((state.setup.store.clone(), theme.dim));
    }
    put(&parts, theme, pen);
}

fn put(parts: &[(String, Style)], theme: &Theme, pen: &mut Pen<'_>) {
    let room = pen.area().width;
    let mut x = 1;
    for (place, (text, style)) in parts.iter().enumerate() {
        let separator = if place == 0 { 0 } else { 3 };
        // A part that does not fit whole is left out with all that follow; the first ones matter most.
        if x + separator + width(text) as u16 > room && place > 0 {
            break;
        }
        if place > 0 {
            pen.text(x, 0, separator, " · ", theme.line);
        }
        x += separator;
        x += pen.text(x, 0, room.saturating_sub(x), text, *style);
    }
}

fn ago(clocks: &Clocks, at: crate::domain::Timestamp) -> String {
    match clocks.ago(at).as_str() {
        "now" => "just now".to_owned(),
        text => format!("{text} ago"),
    }
}

fn platform(state: &State, theme: &Theme) -> (String, Style) {
    let (words, tone) = match &state.status.platform {
        PlatformState::Unconfigured => ("○ probing off", Tone::Warn),
        PlatformState::Starting => ("◌ Xtime: first look", Tone::Busy),
        PlatformState::Ok => ("● Xtime answers", Tone::Good),
        PlatformState::Down { .. } => ("▲ Xtime fails", Tone::Bad),
        PlatformState::OurCredentials { .. } => ("▲ our credentials", Tone::Bad),
        PlatformState::MassDisconnect { .. } => ("▲ mass disconnect", Tone::Bad),
    };
    (words.to_owned(), theme.tone(tone))
}
