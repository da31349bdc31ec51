//! A report in words and bars of text: what `report` prints, and what the screen shows beside its pictures.

mod script;
mod table;

use chrono::TimeDelta;

pub use script::{CSV_HEADING, csv_rows, document};
pub use table::{by_sentences, by_table, title_of};

use crate::domain::report::{FunnelStep, Milestone, Report, StageMeasure, TimeMeasure};
use crate::domain::survival::Probability;
use crate::domain::text::{fit, width};
use crate::domain::{Timestamp, humanize};

use super::Tone;
use super::bar::{bar, sparkline};

/// Pieces of text with their tones.
pub type InsightLine = Vec<(String, Tone)>;

/// One part of a report.
pub struct InsightSection {
    pub title: String,
    pub lines: Vec<InsightLine>,
}

impl InsightSection {
    fn new(title: impl Into<String>, lines: Vec<InsightLine>) -> Self {
        Self { title: title.into(), lines }
    }
}

/// The cells of a label and of a number, and the most of a bar.
const LABEL: usize = 16;
const NUMBER: usize = 7;
const LONGEST: usize = 40;

/// How many hours of codes that end are in one line of text.
const HOURS_AT_ONCE: usize = 6;

pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A probability with its interval: `73 % (61–82)`.
pub fn humanize_chance(at: &Probability) -> String {
    format!("{} ({:.0}–{:.0})", percent(at.estimate), at.low * 100.0, at.high * 100.0)
}

/// Seconds in words; a line where nothing is known.
pub fn length(seconds: Option<u64>) -> String {
    let known = seconds.and_then(|seconds| TimeDelta::try_seconds(i64::try_from(seconds).ok()?));
    known.map_or_else(|| "–".to_owned(), humanize)
}

/// Hours as codes have them: 72 hours are no days.
pub fn hours(seconds: i64) -> String {
    format!("{} h", seconds / 3_600)
}

fn plain(text: impl Into<String>) -> InsightLine {
    vec![(text.into(), Tone::Plain)]
}

/// A number with its label, its tone, and what is to be said of it.
struct Counted {
    label: String,
    count: u32,
    tone: Tone,
    words: String,
}

fn counted(label: impl Into<String>, count: u32, tone: Tone, words: impl Into<String>) -> Counted {
    Counted { label: label.into(), count, tone, words: words.into() }
}

/// Bars of one scale below each other, with what is to be said of each behind them.
fn bars(all: impl IntoIterator<Item = Counted>, most: u32, room: usize) -> Vec<InsightLine> {
    let all: Vec<Counted> = all.into_iter().collect();
    let said = all.iter().map(|one| width(&one.words)).max().unwrap_or(0);
    let longest = room.saturating_sub(LABEL + NUMBER + 1 + if said > 0 { said + 2 } else { 0 }).clamp(4, LONGEST);
    let line = |Counted { label, count, tone, words }: Counted| {
        let drawn = if count == 0 { String::new() } else { bar(count, most, longest) };
        vec![
            (format!("{} {count:>NUMBER$} ", fit(&label, LABEL - 1)), Tone::Plain),
            (fit(&drawn, longest), tone),
            (format!("  {words}"), Tone::Faint),
        ]
    };
    all.into_iter().map(line).collect()
}

/// Of which moment it is, and what is counted.
pub fn heading(report: &Report, moment: impl Fn(Timestamp) -> String) -> String {
    let counted = match (report.since, report.until) {
        (None, None) => "every code and call".to_owned(),
        (Some(since), None) => format!("codes and calls since {}", moment(since)),
        (None, Some(until)) => format!("codes and calls before {}", moment(until)),
        (Some(since), Some(until)) => format!("codes and calls from {} to {}", moment(since), moment(until)),
    };
    format!("{}: {counted}", moment(report.at))
}

/// How far dealerships have come, and where they stick.
pub fn funnel(report: &Report, room: usize) -> InsightSection {
    let most = report.funnel.first().map_or(0, |step| step.dealerships);
    let mut before = most;
    let step = |step: &FunnelStep| {
        let sticks = report.sticks_at == Some(step.step);
        let lost = before.saturating_sub(step.dealerships);
        before = step.dealerships;
        let words = match lost {
            _ if sticks => format!("sticks here: {lost} not yet"),
            0 => String::new(),
            lost => format!("{lost} not yet"),
        };
        let tone = if sticks { Tone::Warn } else { Tone::Good };
        counted(milestone(step.step), step.dealerships, tone, words)
    };
    let steps: Vec<Counted> = report.funnel.iter().map(step).collect();
    InsightSection::new("How far they are", bars(steps, most, room))
}

/// Where most of them stick.
pub fn sticks(report: &Report) -> Option<InsightLine> {
    let place = report.funnel.iter().position(|step| Some(step.step) == report.sticks_at)?;
    let (before, at) = (report.funnel.get(place.checked_sub(1)?)?, report.funnel.get(place)?);
    let lost = before.dealerships.saturating_sub(at.dealerships);
    Some(vec![(format!("it sticks before {}: {lost} have not come yet", milestone(at.step)), Tone::Warn)])
}

pub fn milestone(step: Milestone) -> String {
    step.as_str().replace('-', " ")
}

/// Where they stand now, and since when.
pub fn stages(report: &Report, room: usize) -> InsightSection {
    let some = || report.stages.iter().filter(|stage| stage.dealerships > 0);
    let most = some().map(|stage| stage.dealerships).max().unwrap_or(0);
    let stage = |stage: &StageMeasure| {
        let words = match (stage.median_age_seconds, stage.oldest_age_seconds) {
            (Some(median), Some(oldest)) => {
                format!("half for {}, at most {}", length(Some(median)), length(Some(oldest)))
            }
            _ => String::new(),
        };
        counted(stage.stage.as_str(), stage.dealerships, super::stage_glyph(stage.stage).1, words)
    };
    let mut lines = bars(some().map(stage), most, room);
    if lines.is_empty() {
        lines.push(plain("no dealerships"));
    }
    InsightSection::new("Where they stand, and for how long", lines)
}

pub fn codes_ending_title(report: &Report) -> String {
    let count: u32 = report.codes_ending.iter().sum();
    let codes = if count == 1 { "1 code ends".to_owned() } else { format!("{count} codes end") };
    format!("{codes} in the next {} hours", report.codes_ending.len())
}

pub fn codes_ending(report: &Report, room: usize) -> InsightSection {
    let sums: Vec<u32> = report.codes_ending.chunks(HOURS_AT_ONCE).map(|hours| hours.iter().sum()).collect();
    let most = sums.iter().copied().max().unwrap_or(0);
    let mut lines: Vec<InsightLine> = Vec::new();
    if most > 0 {
        lines.extend(report.codes_ending.chunks(room.max(1)).map(|hours| plain(sparkline(hours))));
    }
    let some = sums.iter().enumerate().filter(|(_, count)| **count > 0);
    let hours = some.map(|(place, count)| {
        let from = place * HOURS_AT_ONCE;
        let tone = if from < 24 { Tone::Warn } else { Tone::Busy };
        counted(format!("in {from} to {} h", from + HOURS_AT_ONCE), *count, tone, "")
    });
    lines.extend(bars(hours, most, room));
    InsightSection::new(codes_ending_title(report), lines)
}

/// The words of a measure of time: `half within 5h 04m, nine of ten within 20h 10m`.
pub fn times(measure: &TimeMeasure) -> String {
    match measure.count {
        0 => "none yet".to_owned(),
        1 => format!("one, in {}", length(measure.median_seconds)),
        count => {
            let (median, p90) = (length(measure.median_seconds), length(measure.p90_seconds));
            format!("half of {count} within {median}, nine of ten within {p90}")
        }
    }
}

fn in_time(measure: &TimeMeasure, limit: i64, room: usize) -> Vec<InsightLine> {
    let words = measure.in_time_share.map_or_else(
        || "nothing is decided yet".to_owned(),
        |share| format!("{} of {}", percent(share), measure.decided),
    );
    let label = format!("within {}", hours(limit));
    bars([counted(label, measure.in_time, Tone::Good, words)], measure.decided, room)
}

/// What became of codes, and how long it took to use them.
pub fn connect(report: &Report, room: usize) -> InsightSection {
    let total = &report.total;
    let mut lines = vec![plain(times(&total.connect))];
    lines.extend(in_time(&total.connect, report.valid_for_seconds, room));
    let ends = [
        ("used", total.connected, Tone::Good),
        ("ran out", total.expired, Tone::Bad),
        ("superseded", total.superseded, Tone::Faint),
        ("revoked", total.revoked, Tone::Faint),
        ("still open", total.open, Tone::Busy),
    ];
    lines.extend(bars(ends.map(|(label, count, tone)| counted(label, count, tone, "")), total.codes, room));
    let again =
        total.reissues_per_dealership.map(|each| format!(", {each:.2} for each dealership")).unwrap_or_default();
    let codes = if total.reissues == 1 { "code" } else { "codes" };
    lines.push(plain(format!("{} {codes} after the first one{again}", total.reissues)));
    InsightSection::new("From a code to its use", lines)
}

pub fn confirm(report: &Report, room: usize) -> InsightSection {
    let confirm = &report.total.confirm;
    let mut lines = vec![plain(times(confirm))];
    lines.extend(in_time(confirm, report.confirm_within_seconds, room));
    InsightSection::new("From the dealer's word until Xtime shows it", lines)
}

/// What the estimate says in a sentence.
pub fn expected(report: &Report) -> String {
    let estimate = &report.estimate;
    match estimate.expected {
        None => format!(
            "estimated from {} codes on that were used or ran out; there are {}",
            estimate.needed, estimate.ended
        ),
        Some(_) if estimate.pending == 0 => format!("by {} codes that ended; nobody waits for one", estimate.ended),
        Some(expected) => format!(
            "by {} codes that ended; of {} that are waited for about {expected:.0} will be used",
            estimate.ended, estimate.pending
        ),
    }
}

pub fn estimate(report: &Report, room: usize) -> InsightSection {
    let mut lines = vec![plain(expected(report))];
    let step = (report.estimate.curve.len() / 6).max(1);
    let some = report.estimate.curve.iter().filter(|point| (point.hours as usize).is_multiple_of(step));
    let points = some.map(|point| {
        let share = (point.connected.estimate * 100.0).round() as u32;
        counted(format!("by {} h", point.hours), share, Tone::Good, humanize_chance(&point.connected))
    });
    lines.extend(bars(points, 100, room));
    InsightSection::new("How likely a code is used before it ends (Kaplan–Meier)", lines)
}

pub fn calls(report: &Report, room: usize) -> InsightSection {
    let all: u32 = report.calls.iter().map(|count| count.calls).sum();
    let some = report.calls.iter().filter(|count| count.calls > 0);
    let lines = bars(some.map(|count| counted(count.outcome.as_str(), count.calls, Tone::Busy, "")), all, room);
    let title = match all {
        0 => "No calls".to_owned(),
        1 => "1 call".to_owned(),
        all => format!("{all} calls"),
    };
    InsightSection::new(title, lines)
}

/// Every part but the tables by owner, group and week.
pub fn sections(report: &Report, room: usize) -> Vec<InsightSection> {
    [codes_ending, funnel, stages, connect, estimate, confirm, calls].map(|section| section(report, room)).into()
}
