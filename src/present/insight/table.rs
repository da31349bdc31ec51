//! The measures of a report by owner, group or week.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::{InsightLine, InsightSection, length, percent};
use crate::domain::report::{CaseMeasures, Report, ReportBy, ReportRow};
use crate::domain::text::fit;
use crate::present::Tone;

/// The cells of the key.
const KEY: usize = 18;

/// The title of a measure, its cells, and its words.
type MeasureColumn = (&'static str, usize, fn(&CaseMeasures) -> String);

/// Where there is no room the last ones are left out.
const COLUMNS: [MeasureColumn; 10] = [
    ("codes", 6, |of| of.codes.to_string()),
    ("used", 6, |of| of.connected.to_string()),
    ("ran out", 8, |of| of.expired_share.map_or_else(String::new, percent)),
    ("to use", 8, |of| length(of.connect.median_seconds)),
    ("p90", 8, |of| length(of.connect.p90_seconds)),
    ("to show", 8, |of| length(of.confirm.median_seconds)),
    ("in time", 8, |of| of.confirm.in_time_share.map_or_else(String::new, percent)),
    ("reissues", 9, |of| of.reissues.to_string()),
    ("live", 6, |of| of.live.to_string()),
    ("calls", 6, |of| of.calls.to_string()),
];

pub const fn title_of(by: ReportBy) -> &'static str {
    match by {
        ReportBy::Owner => "By owner",
        ReportBy::Group => "By group",
        ReportBy::Week => "By week in which the code was generated",
    }
}

/// Weeks the newest first, others those with the most codes.
fn rows(report: &Report, by: ReportBy) -> Vec<&ReportRow> {
    let mut rows: Vec<&ReportRow> = report.rows(by).iter().collect();
    match by {
        ReportBy::Week => rows.reverse(),
        ReportBy::Owner | ReportBy::Group => rows.sort_by_key(|row| Reverse(row.measures.codes)),
    }
    rows
}

fn key(row: &ReportRow, by: ReportBy) -> Cow<'_, str> {
    row.key.as_ref().map_or_else(|| nobody(by).into(), |key| key.plain())
}

/// The same as it is read out: each number with what it is.
pub fn by_sentences(report: &Report, by: ReportBy) -> InsightSection {
    let sentence = |row: &ReportRow| {
        let cells = COLUMNS.iter().map(|(title, _, value)| (title, value(&row.measures)));
        let told = cells.filter(|(_, value)| !value.is_empty()).map(|(title, value)| format!("{title} {value}"));
        format!("{}: {}", key(row, by), told.collect::<Vec<_>>().join(", "))
    };
    let lines = rows(report, by).into_iter().map(|row| vec![(sentence(row), Tone::Plain)]).collect();
    InsightSection { title: title_of(by).to_owned(), lines }
}

/// At most so many rows.
pub fn by_table(report: &Report, by: ReportBy, room: usize, most: usize) -> InsightSection {
    let rows = rows(report, by);
    let mut left = room.saturating_sub(KEY);
    let columns: Vec<_> = COLUMNS
        .iter()
        .take_while(|(_, width, _)| {
            let fits = *width <= left;
            left = left.saturating_sub(*width);
            fits
        })
        .collect();
    let heading = columns.iter().map(|(title, width, _)| format!("{title:>width$}")).collect::<Vec<_>>().concat();
    let mut lines: Vec<InsightLine> = vec![vec![(format!("{:KEY$}{heading}", ""), Tone::Faint)]];
    for row in rows.iter().take(most) {
        let cells = columns.iter().map(|(_, width, value)| format!("{:>width$}", value(&row.measures)));
        let tone = if row.key.is_some() { Tone::Strong } else { Tone::Faint };
        lines.push(vec![(fit(&key(row, by), KEY), tone), (cells.collect::<Vec<_>>().concat(), Tone::Plain)]);
    }
    if rows.len() > most {
        lines.push(vec![(format!("and {} more", rows.len() - most), Tone::Faint)]);
    }
    if rows.is_empty() {
        lines = vec![vec![("no codes".to_owned(), Tone::Faint)]];
    }
    InsightSection { title: title_of(by).to_owned(), lines }
}

const fn nobody(by: ReportBy) -> &'static str {
    match by {
        ReportBy::Owner => "nobody",
        ReportBy::Group => "no group",
        ReportBy::Week => "no week",
    }
}
