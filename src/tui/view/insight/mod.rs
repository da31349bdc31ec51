//! The page of what the log says of the work: its words, and pictures of them where there is room.

mod picture;
mod strip;

use super::canvas::{Canvas, width, wrap};
use crate::domain::report::Report;
use crate::domain::text::clean;
use crate::present::insight::{self, InsightSection};
use crate::tui::insight::InsightPage;
use crate::tui::state::ScreenState;
use crate::tui::theme::{Theme, Tone};
use picture::Picture;
use strip::Strip;

/// In fewer cells there are no pictures, and in fewer than the other no two columns.
const PICTURES_FROM: u16 = 60;
const COLUMNS_FROM: u16 = 130;

/// The most rows of the last table.
const ROWS: usize = 200;

/// The strips beside each other, and the one below them.
fn strips(page: &InsightPage, report: &Report, room: u16) -> (Vec<Strip>, Strip) {
    let pictures = room >= PICTURES_FROM;
    let two = room >= COLUMNS_FROM;
    let each = if two { (room - 3) / 2 } else { room };
    let mut upper = vec![Strip::new(1, each)];
    upper.extend(two.then(|| Strip::new(1 + each + 3, each)));
    let words = usize::from(each);
    // Where there is a picture its numbers need no bars beside them.
    let ending = match pictures {
        true => InsightSection { title: insight::codes_ending_title(report), lines: Vec::new() },
        false => insight::codes_ending(report, words),
    };
    let chart = Some(Picture::Curve).filter(|_| !report.estimate.curve.is_empty());
    let estimate = match chart {
        Some(_) if pictures => {
            let title = insight::estimate(report, words).title;
            InsightSection { title, lines: vec![vec![(insight::expected(report), Tone::Plain)]] }
        }
        _ => insight::estimate(report, words),
    };
    let some_end = report.codes_ending.iter().any(|count| *count > 0);
    let funnel = match pictures {
        true => {
            InsightSection { lines: insight::sticks(report).into_iter().collect(), ..insight::funnel(report, words) }
        }
        false => insight::funnel(report, words),
    };
    let left = [
        (ending, Some(Picture::CodesEnding).filter(|_| some_end)),
        (funnel, Some(Picture::Funnel)),
        (insight::stages(report, words), None),
        (insight::calls(report, words), None),
    ];
    let right = [
        (estimate, chart),
        (insight::connect(report, words), Some(Picture::Connect)),
        (insight::confirm(report, words), Some(Picture::Confirm)),
    ];
    for (place, sections) in [(0, left.into_iter().collect::<Vec<_>>()), (usize::from(two), right.into())] {
        for (section, picture) in sections {
            if let Some(strip) = upper.get_mut(place) {
                strip.add(section, picture);
            }
        }
    }
    let mut lower = Strip::new(1, room);
    lower.add(insight::by_table(report, page.by, room.into(), ROWS), None);
    (upper, lower)
}

pub(super) fn draw(page: &InsightPage, state: &ScreenState, theme: &Theme, canvas: &mut Canvas<'_>) {
    let area = canvas.area();
    let mut canvas = canvas.popup(area.width, area.height);
    let title = match &page.report {
        Some(Ok(report)) => format!("Insight, {}", insight::heading(report, |at| state.setup.zone.show(at))),
        _ => "Insight".to_owned(),
    };
    let inside = canvas.frame(&title, theme.line_focus, theme.title);
    let room = inside.width.saturating_sub(2);
    let report = match &page.report {
        Some(Ok(report)) => report,
        Some(Err(why)) => {
            let mut canvas = canvas.within(inside);
            for (y, line) in (0..).zip(wrap(&clean(why), room)) {
                canvas.text(1, y, room, &line, theme.tone(Tone::Bad));
            }
            return;
        }
        None => {
            canvas.within(inside).text(1, 0, room, "the log is being read …", theme.dim);
            return;
        }
    };
    let (upper, lower) = strips(page, report, room);
    let above = upper.iter().map(Strip::height).max().unwrap_or(0) + 1;
    let all = above + lower.height();
    let rows = usize::from(inside.height);
    let top = page.scroll.top(all, rows);
    let more = all.saturating_sub(top + rows);
    if more > 0 {
        let words = format!(" {more} more below ");
        let x = inside.width.saturating_sub(width(&words) as u16);
        canvas.text(x, inside.height + 1, inside.width, &words, theme.chosen);
    }
    let mut canvas = canvas.within(inside);
    let from = -top.cast_signed();
    upper.iter().for_each(|strip| strip.draw(from, report, theme, &mut canvas));
    lower.draw(from + above.cast_signed(), report, theme, &mut canvas);
}
