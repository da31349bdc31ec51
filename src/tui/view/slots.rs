//! Slots by day as a small chart: every day of the window in its own cell, so that those without any are seen as gaps.

use chrono::{Days, NaiveDate};
use ratatui::style::Style;

use super::page::Page;
use crate::domain::DaySlots;
use crate::present::bar::bar;
use crate::tui::theme::Tone;

/// From so many cells on two columns stand beside each other.
const TWO_COLUMNS: u16 = 50;
/// The cells of a date: `Mon 30 Mar `.
const DATE: usize = 11;
/// The cells of a count behind its bar.
const COUNT: usize = 5;
const GAP: usize = 2;
const LONGEST: usize = 24;

/// The days that are drawn: so many from a first one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    /// The first day of the window.
    pub(super) first: NaiveDate,
    pub(super) days: u16,
    /// The day at the dealership now: those before it are over.
    pub(super) today: NaiveDate,
    /// How they look: what could not be booked now is faint.
    pub(super) tone: Tone,
}

impl Shown {
    /// Every day of the window, and days behind it that have slots all the same.
    fn all(&self, by_day: &[DaySlots]) -> Vec<(NaiveDate, u32)> {
        let mut days: Vec<(NaiveDate, u32)> = (0..u64::from(self.days))
            .map_while(|after| self.first.checked_add_days(Days::new(after)))
            .map(|day| (day, by_day.iter().find(|slots| slots.date == day).map_or(0, |slots| slots.count)))
            .collect();
        let known = days.len();
        for slots in by_day {
            if days.iter().take(known).all(|(day, _)| *day != slots.date) {
                days.push((slots.date, slots.count));
            }
        }
        days.sort_unstable();
        days
    }
}

/// Draws the chart below what is there.
pub(super) fn chart(page: &mut Page<'_>, by_day: &[DaySlots], window: &Shown) {
    let days = window.all(by_day);
    let columns = if page.room >= TWO_COLUMNS { 2 } else { 1 };
    let rows = days.len().div_ceil(columns);
    let each = usize::from(page.room).saturating_sub(GAP * (columns - 1)) / columns;
    let longest = each.saturating_sub(DATE + COUNT).clamp(4, LONGEST);
    let most = days.iter().map(|(_, count)| *count).max().unwrap_or(0);
    for row in 0..rows {
        let mut line = Vec::new();
        for (place, (day, count)) in days.iter().skip(row).step_by(rows.max(1)).enumerate() {
            if place > 0 {
                line.push((" ".repeat(GAP), page.theme.text));
            }
            line.extend(cell((*day, *count), most, longest, window, page));
        }
        page.lines.push(line);
    }
}

fn cell(
    (day, count): (NaiveDate, u32),
    most: u32,
    longest: usize,
    window: &Shown,
    page: &Page<'_>,
) -> [(String, Style); 2] {
    let theme = page.theme;
    let date = (format!("{} ", day.format("%a %d %b")), theme.dim);
    if count == 0 {
        return [date, (format!("{:<1$}", "–", longest + COUNT), theme.dim)];
    }
    let bar = bar(count, most, longest);
    let tone = if day < window.today { Tone::Faint } else { window.tone };
    let room = longest + COUNT;
    let words = format!("{bar} {count}");
    let cells = super::canvas::width(&words);
    [date, (format!("{words}{}", " ".repeat(room.saturating_sub(cells))), theme.tone(tone))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_without_slots_are_there_and_days_behind_the_window_too() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let window = Shown { first: day("2026-03-30"), days: 3, today: day("2026-03-30"), tone: Tone::Good };
        let slots = |text: &str, count| DaySlots { date: day(text), count };
        let all = window.all(&[slots("2026-03-31", 4), slots("2026-04-09", 2)]);
        let counts: Vec<u32> = all.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, [0, 4, 0, 2]);
    }
}
