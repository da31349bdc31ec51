//! Writing text into cells: clipped to its place, aware of wide characters, fast for plain ASCII.

use std::num::NonZeroU16;
use std::ops::Range;

pub use crate::domain::text::width;
use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::domain::text::{self, clean, clusters};
use crate::tui::hit_map::{ClickTarget, HitMap};
use crate::tui::theme::Bar;

/// Writes into a buffer; nothing ever leaves the area.
pub struct Canvas<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    /// What is where, where that is asked for.
    hits: Option<&'a mut HitMap>,
}

impl<'a> Canvas<'a> {
    /// A canvas for a part of a buffer.
    pub fn new(buffer: &'a mut Buffer, area: Rect) -> Self {
        let area = area.intersection(*buffer.area());
        Self { buffer, area, hits: None }
    }

    /// The same, which notes what is where.
    #[must_use]
    pub fn with_hits(self, hits: &'a mut HitMap) -> Self {
        Self { hits: Some(hits), ..self }
    }

    /// Notes what is in so many cells of a line.
    pub fn hit(&mut self, x: u16, y: u16, cells: u16, target: ClickTarget) {
        let area = Rect { x: self.area.x + x, y: self.area.y + y, width: cells, height: 1 };
        let area = area.intersection(self.area);
        if let Some(hits) = &mut self.hits {
            hits.put(area, target);
        }
    }

    /// Notes what the whole of it is.
    pub fn hit_all(&mut self, target: ClickTarget) {
        if let Some(hits) = &mut self.hits {
            hits.put(self.area, target);
        }
    }

    /// The same buffer, another part of it.
    pub fn within(&mut self, area: Rect) -> Canvas<'_> {
        Canvas { hits: self.hits.as_deref_mut(), ..Canvas::new(self.buffer, area) }
    }

    /// A part in its middle, with nothing in it.
    pub fn popup(&mut self, width: u16, height: u16) -> Canvas<'_> {
        let area = self.area;
        // The status stays in view, and where there is room the keys do too.
        let below = if area.height >= 20 { 2 } else { 1 };
        let (width, height) = (width.min(area.width), height.min(area.height.saturating_sub(below)));
        let x = area.x + (area.width - width) / 2;
        let y = area.y + (area.height.saturating_sub(1 + height)) / 2;
        let mut popup = self.within(Rect { x, y, width, height });
        popup.clear();
        popup
    }

    pub fn area(&self) -> Rect {
        self.area
    }

    /// Writes a text at a place (relative to the area), in at most `room` cells; a cut is shown as `…`. Returns the
    /// cells that were written. Whatever would act on the terminal is replaced, whoever forgot to clean it.
    pub fn text(&mut self, x: u16, y: u16, room: u16, text: &str, style: Style) -> u16 {
        if x >= self.area.width || y >= self.area.height {
            return 0;
        }
        let room = room.min(self.area.width - x);
        if room == 0 {
            return 0;
        }
        let (x, y) = (self.area.x + x, self.area.y + y);
        self.uncover(x, y);
        if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            return self.ascii(x, y, room, text, style);
        }
        let text = clean(text);
        let cut = width(&text) > usize::from(room);
        let end = if cut { room - 1 } else { room };
        let mut used = 0;
        for (cluster, cells) in clusters(&text) {
            let cells = cells as u16;
            if used + cells > end {
                break;
            }
            self.cell(x + used, y, cluster, style);
            for behind in 1..cells {
                self.cell(x + used + behind, y, " ", style);
            }
            used += cells;
        }
        if cut {
            self.cell(x + used, y, "…", style);
            used += 1;
        }
        used
    }

    /// Writes at the right end of `room` cells.
    pub fn right(&mut self, x: u16, y: u16, room: u16, text: &str, style: Style) {
        let gap = usize::from(room).saturating_sub(width(text)) as u16;
        self.text(x + gap, y, room - gap, text, style);
    }

    /// Writes pieces one after the other; returns the cells that were written.
    pub fn pieces<'t>(&mut self, x: u16, y: u16, room: u16, pieces: impl IntoIterator<Item = (&'t str, Style)>) -> u16 {
        let mut used = 0;
        for (text, style) in pieces {
            used += self.text(x + used, y, room.saturating_sub(used), text, style);
        }
        used
    }

    pub fn fill(&mut self, x: u16, y: u16, room: u16, symbol: &str, style: Style) {
        if y >= self.area.height {
            return;
        }
        self.uncover(self.area.x + x, self.area.y + y);
        for place in x..x.saturating_add(room).min(self.area.width) {
            self.cell(self.area.x + place, self.area.y + y, symbol, style);
        }
    }

    /// Lays a style over cells that are written.
    pub fn restyle(&mut self, x: u16, y: u16, cells: u16, style: Style) {
        let area = Rect { x: self.area.x + x, y: self.area.y + y, width: cells, height: 1 };
        self.buffer.set_style(area.intersection(self.area), style);
    }

    /// Lays a style over a part of a text (in bytes) that was written from a cell on, in so many cells.
    pub fn mark(&mut self, (x, y, cells): (u16, u16, u16), text: &str, part: Range<usize>, style: Style) {
        let before = text.get(..part.start).map_or(0, width) as u16;
        let marked = text.get(part).map_or(0, width) as u16;
        self.restyle(x + before.min(cells), y, marked.min(cells.saturating_sub(before)), style);
    }

    /// Lays a bar over a line.
    pub fn paint(&mut self, y: u16, bar: Bar) {
        if y >= self.area.height {
            return;
        }
        for x in self.area.left()..self.area.right() {
            if let Some(cell) = self.buffer.cell_mut((x, self.area.y + y)) {
                cell.set_style(bar.over(cell.style()));
            }
        }
    }

    pub fn clear(&mut self) {
        self.hit_all(ClickTarget::Cover);
        for y in self.area.top()..self.area.bottom() {
            self.uncover(self.area.left(), y);
            for x in self.area.left()..self.area.right() {
                if let Some(cell) = self.buffer.cell_mut((x, y)) {
                    cell.reset();
                }
            }
        }
    }

    /// A frame with a title; returns what is inside.
    pub fn frame(&mut self, title: &str, line: Style, heading: Style) -> Rect {
        let Rect { width, height, .. } = self.area;
        if width < 2 || height < 2 {
            return self.area;
        }
        self.fill(0, 0, width, "─", line);
        self.fill(0, height - 1, width, "─", line);
        for (x, y, symbol) in [(0, 0, "╭"), (width - 1, 0, "╮"), (0, height - 1, "╰"), (width - 1, height - 1, "╯")]
        {
            self.fill(x, y, 1, symbol, line);
        }
        for y in 1..height - 1 {
            self.fill(0, y, 1, "│", line);
            self.fill(width - 1, y, 1, "│", line);
        }
        if !title.is_empty() && width > 6 {
            let used = self.text(3, 0, width - 6, title, heading);
            self.fill(2, 0, 1, " ", line);
            self.fill(3 + used, 0, 1, " ", line);
        }
        Rect { x: self.area.x + 1, y: self.area.y + 1, width: width - 2, height: height - 2 }
    }

    fn ascii(&mut self, x: u16, y: u16, room: u16, text: &str, style: Style) -> u16 {
        let cut = text.len() > usize::from(room);
        let end = if cut { usize::from(room) - 1 } else { text.len() };
        let mut place = x;
        for byte in text.bytes().take(end) {
            if let Some(cell) = self.buffer.cell_mut((place, y)) {
                cell.modifier = Modifier::empty();
                cell.set_char(char::from(byte)).set_style(style);
            }
            place += 1;
        }
        if cut {
            self.cell(place, y, "…", style);
            place += 1;
        }
        place - x
    }

    /// Something is about to be written over the right half of what stands before: no half of it can stay.
    fn uncover(&mut self, x: u16, y: u16) {
        let before = x.checked_sub(1).and_then(|x| self.buffer.cell_mut((x, y)));
        if let Some(cell) = before.filter(|cell| width(cell.symbol()) > 1) {
            cell.set_symbol(" ");
        }
    }

    fn cell(&mut self, x: u16, y: u16, symbol: &str, style: Style) {
        if let Some(cell) = self.buffer.cell_mut((x, y)) {
            // Else what stood there before would lend its emphasis.
            cell.modifier = Modifier::empty();
            cell.set_symbol(symbol).set_style(style);
            // Of these ratatui counts two cells.
            let mark = matches!(symbol, "\u{ff9e}" | "\u{ff9f}");
            cell.diff_option = if mark { CellDiffOption::ForcedWidth(NonZeroU16::MIN) } else { CellDiffOption::None };
        }
    }
}

pub fn wrap(text: &str, room: u16) -> Vec<String> {
    text::wrap(text, usize::from(room))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    use super::*;
    use crate::domain::text::is_invisible;

    fn written(room: u16, text: &str) -> (String, u16) {
        let mut buffer = Buffer::filled(Rect::new(0, 0, room + 4, 1), ratatui::buffer::Cell::new("#"));
        let used = Canvas::new(&mut buffer, Rect::new(2, 0, room, 1)).text(0, 0, room, text, Style::new());
        (buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect(), used)
    }

    #[test]
    fn clips_and_says_so() {
        assert_eq!(written(5, "abc"), ("##abc####".to_owned(), 3));
        assert_eq!(written(5, "abcdef"), ("##abcd…##".to_owned(), 5));
        assert_eq!(written(4, "été"), ("##été###".to_owned(), 3));
    }

    #[test]
    fn a_wide_character_is_never_cut_in_half() {
        assert_eq!(written(6, "日本車").1, 6);
        let (line, used) = written(4, "日本車");
        assert_eq!(used, 3, "{line}");
        assert!(line.contains("日 …"), "{line}");
    }

    #[test]
    fn half_of_a_wide_character_is_not_left_beside_what_lies_over_it() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        let mut canvas = Canvas::new(&mut buffer, Rect::new(0, 0, 6, 1));
        canvas.text(0, 0, 6, "日本車", Style::new());
        canvas.text(3, 0, 1, "x", Style::new());
        canvas.within(Rect::new(5, 0, 1, 1)).clear();
        let shown: String = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(shown, "日  x  ");
    }

    #[test]
    fn what_is_written_has_no_emphasis_of_what_was_there() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        let mut canvas = Canvas::new(&mut buffer, Rect::new(0, 0, 4, 1));
        for (before, after) in [("bold", "over"), ("fétt", "über")] {
            canvas.text(0, 0, 4, before, Style::new().bold());
            canvas.text(0, 0, 4, after, Style::new());
            canvas.text(0, 0, 4, before, Style::new().bold());
            canvas.fill(0, 0, 4, " ", Style::new());
        }
        assert!(buffer.content().iter().all(|cell| cell.modifier.is_empty()));
    }

    #[test]
    fn breaks_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), [""]);
    }

    proptest! {
        #[test]
        fn nothing_leaves_its_place_or_acts_on_the_terminal(text in "\\PC{0,20}|[\\x00-\\x1f\u{202e}\u{200b}\u{9b}日é👨‍👩‍👧a]{0,20}", room in 1u16..30) {
            let (line, used) = written(room, &text);
            prop_assert!(used <= room);
            prop_assert!(line.starts_with("##") && line.ends_with("##"));
            prop_assert!(!line.chars().any(is_invisible), "{:?}", line);
            // What is wider than the room by itself has a line of its own.
            let fits = |line: &String| width(line) <= usize::from(room) || line.graphemes(true).count() == 1;
            prop_assert!(wrap(&clean(&text), room).iter().all(fits));
        }
    }
}
