//! A strip of the page: what stands below each other.

use super::PICTURES_FROM;
use super::picture::Picture;
use crate::domain::report::Report;
use crate::present::insight::{InsightLine, InsightSection};
use crate::tui::theme::Theme;
use crate::tui::view::canvas::Canvas;

/// What stands below each other.
enum Part {
    Heading(String),
    Line(InsightLine),
    Picture(Picture),
}

impl Part {
    fn height(&self) -> usize {
        match self {
            Self::Heading(_) | Self::Line(_) => 1,
            Self::Picture(picture) => picture.height().into(),
        }
    }
}

/// Parts below each other, in so many cells from one on.
pub(super) struct Strip {
    x: u16,
    room: u16,
    parts: Vec<Part>,
}

impl Strip {
    pub(super) fn new(x: u16, room: u16) -> Self {
        Self { x, room, parts: Vec::new() }
    }

    pub(super) fn height(&self) -> usize {
        self.parts.iter().map(Part::height).sum()
    }

    pub(super) fn add(&mut self, section: InsightSection, picture: Option<Picture>) {
        if !self.parts.is_empty() {
            self.parts.push(Part::Line(Vec::new()));
        }
        self.parts.push(Part::Heading(section.title));
        self.parts.extend(picture.filter(|_| self.room >= PICTURES_FROM).map(Part::Picture));
        self.parts.extend(section.lines.into_iter().map(Part::Line));
    }

    /// Draws what of it is in view, when its first line is `from` lines below the top of the view; or above it.
    pub(super) fn draw(&self, from: isize, report: &Report, theme: &Theme, canvas: &mut Canvas<'_>) {
        let rows = isize::try_from(canvas.area().height).unwrap_or(isize::MAX);
        let mut y = from;
        for part in &self.parts {
            let below = y + part.height().cast_signed();
            if below > 0 && y < rows {
                match (part, u16::try_from(y)) {
                    (Part::Picture(picture), _) => picture.draw(report, theme, (self.x, y, self.room), canvas),
                    (Part::Heading(text), Ok(y)) => {
                        canvas.text(self.x, y, self.room, text, theme.title);
                    }
                    (Part::Line(line), Ok(y)) => {
                        let pieces = line.iter().map(|(text, tone)| (text.as_str(), theme.tone(*tone)));
                        canvas.pieces(self.x, y, self.room, pieces);
                    }
                    _ => {}
                }
            }
            y = below;
        }
    }
}
