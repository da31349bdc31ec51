//! The pictures of a report. Each is drawn by itself, and what of it is in view is copied.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::symbols::Marker;
use ratatui::text::Line;
use ratatui::widgets::canvas::{Canvas as Drawing, Line as Stroke};
use ratatui::widgets::{Axis, Bar, BarChart, Chart, Dataset, GraphType, Sparkline, Widget};

use crate::domain::report::{Report, TimeMeasure};
use crate::present::insight::{hours, milestone, percent};
use crate::tui::theme::{Theme, Tone};
use crate::tui::view::canvas::Canvas;

#[derive(Debug, Clone, Copy)]
pub(super) enum Picture {
    /// How many codes end in each of the next hours.
    CodesEnding,
    Funnel,
    /// How likely a code is used by an age.
    Curve,
    /// How long codes took to be used, with the line at which they end.
    Connect,
    /// How long Xtime took to show it, with the line of its 24 hours.
    Confirm,
}

impl Picture {
    pub const fn height(self) -> u16 {
        match self {
            Self::CodesEnding => 5,
            Self::Funnel => 6,
            Self::Curve => 12,
            Self::Connect | Self::Confirm => 3,
        }
    }

    /// Draws the lines of it that are in view: `y` is where its first one is, or would be.
    pub fn draw(self, report: &Report, theme: &Theme, (x, y, room): (u16, isize, u16), canvas: &mut Canvas<'_>) {
        let area = Rect::new(0, 0, room, self.height());
        let mut buffer = Buffer::empty(area);
        match self {
            Self::CodesEnding => codes_ending(report, theme, area, &mut buffer),
            Self::Funnel => funnel(report, theme, area, &mut buffer),
            Self::Curve => curve(report, theme, area, &mut buffer),
            Self::Connect => {
                track(&report.total.connect, report.valid_for_seconds, theme, area, &mut buffer);
            }
            Self::Confirm => {
                track(&report.total.confirm, report.confirm_within_seconds, theme, area, &mut buffer);
            }
        }
        for line in 0..area.height {
            let Ok(to) = u16::try_from(y + isize::from(line.cast_signed())) else { continue };
            for column in 0..room {
                if let Some(cell) = buffer.cell((column, line)).filter(|cell| cell.symbol() != " ") {
                    canvas.text(x + column, to, 1, cell.symbol(), cell.style());
                }
            }
        }
    }
}

/// Of hours that have no cells of their own several share one.
fn codes_ending(report: &Report, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let counts = &report.codes_ending;
    let (cells, room) = (counts.len().max(1), usize::from(area.width));
    let (share, wide) = (cells.div_ceil(room.max(1)), (room / cells).max(1));
    let data = counts
        .chunks(share)
        .flat_map(|hours| std::iter::repeat_n(hours.iter().map(|count| u64::from(*count)).sum(), wide));
    let data: Vec<u64> = data.collect();
    let (drawn, most) = (data.len() as u16, data.iter().copied().max().unwrap_or(0));
    let chart = Rect { height: area.height - 1, width: drawn.min(area.width), ..area };
    Sparkline::default().data(&data).style(theme.tone(Tone::Warn)).render(chart, buffer);
    let mut axis = Canvas::new(buffer, area);
    axis.text(0, area.height - 1, area.width, "now", theme.dim);
    for hour in (24..=counts.len()).step_by(24) {
        let words = format!("{hour} h");
        let x = (hour * wide / share).saturating_sub(words.len()) as u16;
        axis.text(x, area.height - 1, area.width.saturating_sub(x), &words, theme.dim);
    }
    let words =
        if share == 1 { format!("at most {most} in an hour") } else { format!("at most {most} in {share} hours") };
    axis.right(0, 0, area.width, &words, theme.dim);
}

fn funnel(report: &Report, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let most = report.funnel.first().map_or(0, |step| step.dealerships);
    let bar = |step: &crate::domain::report::FunnelStep| {
        let share = if most == 0 { 0.0 } else { f64::from(step.dealerships) / f64::from(most) };
        let tone = if report.sticks_at == Some(step.step) { Tone::Warn } else { Tone::Good };
        Bar::with_label(milestone(step.step), step.dealerships.into())
            .text_value(format!("{} ({})", step.dealerships, percent(share)))
            .style(theme.tone(tone))
    };
    let bars: Vec<Bar<'_>> = report.funnel.iter().map(bar).collect();
    BarChart::horizontal(bars)
        .bar_width(1)
        .bar_gap(0)
        .max(most.max(1).into())
        .label_style(theme.text)
        .value_style(theme.chosen)
        .render(area, buffer);
}

fn curve(report: &Report, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let estimate = &report.estimate.curve;
    let of = |value: fn(&crate::domain::survival::Probability) -> f64| {
        let start = std::iter::once((0.0, 0.0));
        start
            .chain(estimate.iter().map(|point| (f64::from(point.hours), value(&point.connected) * 100.0)))
            .collect::<Vec<_>>()
    };
    let (middle, low, high) = (of(|at| at.estimate), of(|at| at.low), of(|at| at.high));
    let end = report.valid_for_seconds as f64 / 3_600.0;
    let limit = [(end, 0.0), (end, 100.0)];
    let line = |data, style: Style| {
        Dataset::default().data(data).marker(Marker::Braille).graph_type(GraphType::Line).style(style)
    };
    let datasets = vec![
        line(&limit, theme.tone(Tone::Bad)),
        line(&low, theme.dim),
        line(&high, theme.dim),
        line(&middle, theme.tone(Tone::Good)),
    ];
    let label = |text: String| Line::styled(text, theme.dim);
    let axis = |bounds, labels: Vec<Line<'static>>| Axis::default().bounds(bounds).labels(labels).style(theme.line);
    // The labels of an axis stand at equal distances: one a day.
    let days = (end / 24.0).round().clamp(1.0, 7.0);
    let ages = (0..=days as u32).map(|day| label(format!("{:.0} h", end * f64::from(day) / days)));
    Chart::new(datasets)
        .legend_position(None)
        .x_axis(axis([0.0, end], ages.collect()))
        .y_axis(axis([0.0, 100.0], ["0 %", "50 %", "100 %"].map(|text| label(text.to_owned())).into()))
        .render(area, buffer);
}

/// A length of time as a line: where half are, where nine of ten, and where the time is over.
fn track(measure: &TimeMeasure, limit: i64, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let ink = |tone| theme.tone(tone).fg.unwrap_or(Color::Reset);
    let end = limit as f64;
    let (median, slow) = (measure.median_seconds.map(|at| at as f64), measure.p90_seconds.map(|at| at as f64));
    let right = slow.unwrap_or(0.0).max(end) * 1.15;
    let words = format!("{}{}", hours(limit), if measure.count > 0 { "" } else { ", none yet" });
    Drawing::default()
        .x_bounds([0.0, right])
        .y_bounds([0.0, 2.0])
        .marker(Marker::Braille)
        .paint(|picture| {
            picture.draw(&Stroke::new(0.0, 1.0, right, 1.0, ink(Tone::Faint)));
            picture.draw(&Stroke::new(end, 0.0, end, 2.0, ink(Tone::Bad)));
            picture.layer();
            for (at, mark, y, word) in [(slow, "◆", 0.0, "nine of ten"), (median, "●", 2.0, "half")] {
                let Some(at) = at else { continue };
                let tone = if at <= end { Tone::Good } else { Tone::Warn };
                picture.print(at, 1.0, Line::styled(mark, theme.tone(tone)));
                picture.print(at, y, Line::styled(word, theme.dim));
            }
            picture.print(end, 2.0, Line::styled(words.clone(), theme.tone(Tone::Bad)));
        })
        .render(area, buffer);
}
