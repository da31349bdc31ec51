//! The status bar: the platform, the budget, the clocks, how old the picture is, where codes come from. And alarms.

use chrono::TimeDelta;
use ratatui::style::Style;

use super::canvas::{Canvas, width};
use crate::domain::text::clean;
use crate::domain::{ClockDoubt, CodeOrigin, Environment, clock_doubt, humanize};
use crate::present::clocks::Clocks;
use crate::present::letters::ONLY_FILES;
use crate::protocol::{LeaderState, MailState, OwnerState, PlatformState};
use crate::tui::past::PastReading;
use crate::tui::state::{LEADERLESS, ScreenState};
use crate::tui::theme::{Theme, Tone};

/// From how much difference on the platform's clock is shown as wrong.
const SKEW_MATTERS: TimeDelta = TimeDelta::seconds(30);

/// From which age on it is said how old what the leader told is.
const OLD_NEWS: TimeDelta = TimeDelta::seconds(30);

/// From which wait on it is said how long the longest is.
const WAIT_MATTERS: TimeDelta = TimeDelta::minutes(1);

/// What is not configured, for as long as it is so: in full where there is room.
fn unconfigured(state: &ScreenState, room: u16) -> String {
    let probing = state.status.platform == PlatformState::Unconfigured;
    let (long, short): (Vec<_>, Vec<_>) = [
        (
            probing,
            "Probing is off, clocks alone decide: set client_id, client_secret and api_key under [xtime] in config.toml.",
            "Probing is off: see [xtime] in config.toml.",
        ),
        (state.setup.only_files(), ONLY_FILES, "Letters are only files: see [mail]."),
    ]
    .into_iter()
    .filter(|(holds, ..)| *holds)
    .map(|(_, long, short)| (long, short))
    .unzip();
    let long = long.join(" ");
    if width(&long) <= usize::from(room) { long } else { short.join(" ") }
}

/// The alarms in a line: that of the platform, then each cause that hit many dealerships.
fn alarms(state: &ScreenState, clocks: &Clocks) -> Vec<String> {
    let platform = match &state.status.platform {
        quiet if !quiet.is_alarm() => None,
        PlatformState::Down { why, since, retry_at } => {
            let (since, retry) = (clocks.humanize_since(*since), clocks.left(*retry_at));
            Some(format!("Xtime fails for {since}, next try in {retry}: {why}. No dealership changes state."))
        }
        PlatformState::RateLimited { why, until, .. } => {
            let until = state.setup.zone.stamp(*until, clocks.now());
            Some(format!("Xtime asked us to wait until {until}: {}. Looks go on then by themselves.", clean(why)))
        }
        PlatformState::OurCredentials { why, since, retry_at } => {
            let (since, retry) = (clocks.humanize_since(*since), clocks.left(*retry_at));
            Some(format!(
                "Our credentials are refused for {since}, next try in {retry}: {why}. No dealership changes state."
            ))
        }
        PlatformState::MassDisconnect { turned, since } => {
            let since = clocks.humanize_since(*since);
            Some(format!(
                "{turned} of the last looks turned \"not connected\" together, for {since}: it is about us or Xtime; \
                 nobody is recorded as lost."
            ))
        }
        PlatformState::Unconfigured | PlatformState::Starting | PlatformState::Ok => None,
    };
    let clock = state.clock_doubt().map(|doubt| {
        if let (ClockDoubt::BehindStore(_), Some(newest)) = (doubt, state.rows.newest_event()) {
            clocks.counts_down_to(newest);
        }
        doubt.to_string()
    });
    let causes: Vec<String> =
        state.status.alarms.iter().map(|alarm| format!("{alarm} for {}", clocks.humanize_since(alarm.since))).collect();
    let causes = (!causes.is_empty()).then(|| format!("{}: one cause, at Xtime or with us", causes.join(", ")));
    owner_alarm(state)
        .into_iter()
        .chain(store_alarm(state, clocks))
        .chain(leader_alarm(state, clocks))
        .chain(clock)
        .chain(platform)
        .chain(mail_alarm(state, clocks))
        .chain(causes)
        .collect()
}

/// Whoever owns the store is not there, so that nothing can be recorded.
fn owner_alarm(state: &ScreenState) -> Option<String> {
    let words = match state.owner {
        OwnerState::Answers => return None,
        OwnerState::Silent => {
            "The owner of the store does not answer: what you see may be old, what you ask for waits."
        }
        OwnerState::Gone => "The owner of the store has ended: what you see may be old; looking for another …",
    };
    Some(words.to_owned())
}

/// The database of a team is away: what is shown is as old as that.
fn store_alarm(state: &ScreenState, clocks: &Clocks) -> Option<String> {
    let away = state.status.store_away.as_ref()?;
    let since = clocks.humanize_since(away.since);
    Some(format!("The database has not answered for {since}, nothing can be recorded: {}", clean(&away.why)))
}

fn leader_alarm(state: &ScreenState, clocks: &Clocks) -> Option<String> {
    let since = clocks.humanize_since(state.leaderless()?);
    Some(format!("Nobody has led the team for {since}: no looks, no letters, no deadlines. Start `watch`."))
}

/// The mail server fails: one alarm, however many letters wait.
pub(super) fn mail_alarm(state: &ScreenState, clocks: &Clocks) -> Option<String> {
    let MailState::Down { why, since, retry_at } = &state.status.mail.state else { return None };
    let (since, retry) = (clocks.humanize_since(*since), clocks.left(*retry_at));
    let wait = match state.status.mail.waiting {
        1 => "1 letter waits".to_owned(),
        waiting => format!("{} letters wait", thousands(waiting)),
    };
    Some(format!("The mail server fails for {since}, next try in {retry}, {wait}: {}", clean(why)))
}

pub(super) fn draw_banner(state: &ScreenState, theme: &Theme, clocks: &Clocks, canvas: &mut Canvas<'_>) {
    let room = canvas.area().width;
    let alarms = alarms(state, clocks);
    if alarms.is_empty() {
        let room = room.saturating_sub(1);
        canvas.text(1, 0, room, &unconfigured(state, room), theme.tone(Tone::Warn));
        return;
    }
    canvas.fill(0, 0, room, " ", theme.alarm);
    canvas.text(1, 0, room.saturating_sub(1), &format!("▲ {}", alarms.join("  ▲ ")), theme.alarm);
}

pub(super) fn draw(state: &ScreenState, theme: &Theme, clocks: &Clocks, canvas: &mut Canvas<'_>) {
    let status = &state.status;
    let mut parts: Vec<(String, Style)> = Vec::new();
    if let Some(environment) = state.setup.environment {
        parts.push((environment.as_str().to_uppercase(), theme.environment(environment)));
    }
    if let Some(reading) = &state.past_reading {
        parts.push((reading_words(reading), theme.tone(Tone::Busy)));
    }
    if state.setup.read_only {
        parts.push(("READ-ONLY".to_owned(), theme.tone(Tone::Warn)));
    }
    if state.opening {
        // Of everything else nothing is known yet.
        parts.push(("◌ opening the store".to_owned(), theme.tone(Tone::Busy)));
        put(&parts, theme, canvas);
        return;
    }
    // Only who leads knows how the platform is, and tells the others.
    let known = !matches!(status.leader, LeaderState::Nobody { .. } | LeaderState::Elsewhere { told_at: None, .. });
    parts.extend(known.then(|| platform(state, theme)));
    parts.extend((status.desks > 1).then(|| (format!("{} desks", status.desks), theme.dim)));
    parts.extend(leader(state, theme, clocks));
    if !state.loaded {
        parts.push(("loading…".to_owned(), theme.tone(Tone::Busy)));
    }
    parts.extend(under_way(state).map(|words| (words, theme.tone(Tone::Busy))));
    if known {
        budget(state, theme, clocks, &mut parts);
    }
    if let Some(skew) = status.clock_skew.filter(|skew| skew.abs() >= TimeDelta::seconds(2)) {
        let tone = if skew.abs() >= SKEW_MATTERS { Tone::Bad } else { Tone::Faint };
        let side = clock_doubt::side(skew);
        parts.push((format!("clock {} {side} Xtime's", humanize(skew.abs())), theme.tone(tone)));
    }
    let source = match state.setup.source {
        None => "codes by paste",
        Some(CodeOrigin::Http) => "codes by http",
        Some(CodeOrigin::Command) => "codes by command",
        Some(CodeOrigin::Paste) => "codes by paste",
    };
    parts.push((source.to_owned(), theme.dim));
    parts.extend(mail(state, theme));
    if let Some(newest) = state.tail.newest() {
        parts.push((format!("last change {}", clocks.humanize_ago(newest.at)), theme.dim));
    }
    if !state.setup.store.is_empty() {
        parts.push((state.setup.store.clone(), theme.dim));
    }
    put(&parts, theme, canvas);
}

/// How far the log is read.
fn reading_words(reading: &PastReading) -> String {
    match (reading.read as u64 * 100).checked_div(reading.of) {
        Some(share) => format!("◌ the past: {} % of the log is read", share.min(100)),
        None => "◌ the past: the log is being read".to_owned(),
    }
}

/// How busy the way to the platform is.
fn budget(state: &ScreenState, theme: &Theme, clocks: &Clocks, parts: &mut Vec<(String, Style)>) {
    let status = &state.status;
    if status.platform == PlatformState::Unconfigured {
        return;
    }
    let full = status.requests_per_second > 0 && status.requests_last_second >= status.requests_per_second;
    let budget = format!("{}/{} req/s", status.requests_last_second, status.requests_per_second);
    parts.push((budget, if full { theme.tone(Tone::Warn) } else { theme.dim }));
    if let Some(backlog) = &status.backlog {
        let end = backlog.expected_end.map_or_else(String::new, |at| format!(", {} more", clocks.until(at)));
        let words = format!("backlog {}/{}{end}", thousands(backlog.done), thousands(backlog.total));
        parts.push((words, theme.tone(Tone::Busy)));
    }
    if status.waiting > 0 {
        let longest = status.longest_wait.filter(|wait| *wait >= WAIT_MATTERS);
        let longest = longest.map_or_else(String::new, |wait| format!(", longest wait {}", humanize(wait)));
        parts.push((format!("{} due{longest}", thousands(status.waiting)), theme.dim));
    }
    if let Some(at) = status.last_answer_at {
        parts.push((format!("answered {}", clocks.humanize_ago(at)), theme.dim));
    }
}

/// How far the newest is that was asked for many: `check now 12/300`.
fn under_way(state: &ScreenState) -> Option<String> {
    let work = state.jobs.iter().rev().find(|work| work.is_bulk() && !work.is_over())?;
    let (open, all) = (work.counts().0, work.items.len());
    Some(format!("{} {}/{}", work.action.title, thousands(all - open), thousands(all)))
}

/// How many cells at the left of the status nothing may cover: nobody forgets that it is production.
pub(super) fn always_told(state: &ScreenState) -> u16 {
    let environment = state.setup.environment.filter(|_| state.past.is_none());
    match environment {
        Some(environment @ Environment::Production) => environment.as_str().len() as u16 + 1,
        _ => 0,
    }
}

pub(super) fn put(parts: &[(String, Style)], theme: &Theme, canvas: &mut Canvas<'_>) {
    let room = canvas.area().width;
    let mut x = 1;
    for (place, (text, style)) in parts.iter().enumerate() {
        let separator = if place == 0 { 0 } else { 3 };
        // A part that does not fit whole is left out with all that follow; the first ones matter most.
        if x + separator + width(text) as u16 > room && place > 0 {
            break;
        }
        if place > 0 {
            canvas.text(x, 0, separator, " · ", theme.line);
        }
        x += separator;
        x += canvas.text(x, 0, room.saturating_sub(x), text, *style);
    }
}

/// `9870` as `9,870`.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// How letters are doing, when there is anything to say.
fn mail(state: &ScreenState, theme: &Theme) -> Option<(String, Style)> {
    let mail = &state.status.mail;
    let waiting = thousands(mail.waiting);
    let (words, tone) = match (&mail.state, &state.setup.mail_name) {
        (MailState::Down { .. }, _) => (format!("▲ mail fails, {waiting} due"), Tone::Bad),
        (MailState::Limited { .. }, _) => (format!("mail at its hourly limit, {waiting} due"), Tone::Warn),
        (_, None) => ("mail: off".to_owned(), Tone::Faint),
        (_, Some(_)) if state.setup.only_files() && mail.waiting > 0 => {
            (format!("mail: files, {waiting} due"), Tone::Warn)
        }
        (_, Some(_)) if state.setup.only_files() => ("mail: files".to_owned(), Tone::Warn),
        (_, Some(_)) if mail.waiting > 0 => (format!("{waiting} letters due"), Tone::Busy),
        (_, Some(_)) => return None,
    };
    Some((words, theme.tone(tone)))
}

/// Who does the background work, where several could.
fn leader(state: &ScreenState, theme: &Theme, clocks: &Clocks) -> Option<(String, Style)> {
    let (words, style) = match &state.status.leader {
        LeaderState::Alone | LeaderState::Here { .. } if state.status.desks <= 1 => return None,
        LeaderState::Alone => match &state.setup.owner {
            Some(owner) => (format!("{} leads", clean(&owner.to_string())), theme.dim),
            None => ("this desk leads".to_owned(), theme.dim),
        },
        LeaderState::Nobody { since } => {
            clocks.changes_at(*since + LEADERLESS);
            ("nobody leads".to_owned(), theme.tone(Tone::Warn))
        }
        LeaderState::Here { since } => (format!("this desk leads for {}", clocks.humanize_since(*since)), theme.dim),
        LeaderState::Elsewhere { name, since, told_at } => {
            clocks.changes_at(told_at.map_or(clocks.now(), |at| at + OLD_NEWS));
            let old = told_at.filter(|at| clocks.now() - *at >= OLD_NEWS);
            let old = old.map_or_else(String::new, |at| format!(", not heard of for {}", clocks.humanize_since(at)));
            (format!("{} leads for {}{old}", clean(name), clocks.humanize_since(*since)), theme.dim)
        }
    };
    Some((words, style))
}

fn platform(state: &ScreenState, theme: &Theme) -> (String, Style) {
    let (words, tone) = match &state.status.platform {
        PlatformState::Unconfigured => ("○ probing off", Tone::Warn),
        PlatformState::Starting if state.setup.read_only => ("○ read-only: no looks", Tone::Faint),
        PlatformState::Starting => ("◌ Xtime: first look", Tone::Busy),
        PlatformState::Ok => ("● Xtime answers", Tone::Good),
        PlatformState::Down { .. } => ("▲ Xtime fails", Tone::Bad),
        PlatformState::RateLimited { .. } if state.status.platform.is_alarm() => ("▲ Xtime: wait", Tone::Bad),
        PlatformState::RateLimited { .. } => ("◌ Xtime: wait", Tone::Warn),
        PlatformState::OurCredentials { .. } => ("▲ our credentials", Tone::Bad),
        PlatformState::MassDisconnect { .. } => ("▲ mass disconnect", Tone::Bad),
    };
    (words.to_owned(), theme.tone(tone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_grouped() {
        let words = [0, 12, 999, 1_000, 9_870, 100_000, 1_234_567].map(thousands);
        assert_eq!(words, ["0", "12", "999", "1,000", "9,870", "100,000", "1,234,567"]);
    }
}
