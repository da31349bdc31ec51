//! Moving in a list or in a text that is longer than its place.

use std::cell::Cell;

/// One step of whatever has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    Down,
    Up,
    PageDown,
    PageUp,
    Top,
    Bottom,
}

impl Motion {
    pub const fn is_forward(self) -> bool {
        matches!(self, Self::Down | Self::PageDown | Self::Bottom)
    }

    /// The place that it leads to, however far that is behind the last one.
    pub const fn from(self, place: usize, page: usize) -> usize {
        match self {
            Self::Down => place.saturating_add(1),
            Self::Up => place.saturating_sub(1),
            Self::PageDown => place.saturating_add(page),
            Self::PageUp => place.saturating_sub(page),
            Self::Top => 0,
            Self::Bottom => usize::MAX,
        }
    }
}

/// Where the cursor of a list is.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListCursor {
    pub place: usize,
    /// The place on the first line.
    pub top: usize,
}

impl ListCursor {
    pub fn go(&mut self, motion: Motion, page: usize, count: usize) {
        self.stand_at(motion.from(self.place, page), count);
    }

    /// Moves to a place, or to the last one.
    pub fn stand_at(&mut self, place: usize, count: usize) {
        self.place = place.min(count.saturating_sub(1));
    }

    /// Keeps it among so many lines, and those full.
    pub fn keep_in_view(&mut self, count: usize, height: usize) {
        let lowest_top = (self.place + 1).saturating_sub(height);
        self.top = self.top.clamp(lowest_top, self.place.max(lowest_top)).min(count.saturating_sub(height));
    }
}

/// How far a text is scrolled. Where it ends is known when it is drawn.
#[derive(Debug, Default)]
pub struct Scroll {
    lines: usize,
    end: Cell<Option<usize>>,
}

impl Scroll {
    pub fn go(&mut self, motion: Motion, page: usize) {
        let end = self.end.get().unwrap_or(usize::MAX);
        self.lines = motion.from(self.lines.min(end), page).min(end);
    }

    /// The line on top when so many of all are in view.
    pub fn top(&self, all: usize, in_view: usize) -> usize {
        let end = all.saturating_sub(in_view);
        self.end.set(Some(end));
        self.lines.min(end)
    }

    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Scrolls so that a line is near the top.
    pub fn show(&mut self, line: usize) {
        const ABOVE: usize = 2;
        self.lines = line.saturating_sub(ABOVE);
    }
}
