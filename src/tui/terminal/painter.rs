//! From cells to what the terminal is told: the difference to the frame before.

use std::io::{self, Write};

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier};

use crate::domain::text::{is_certain, width};

/// Begins a synchronized update: the terminal shows nothing of what follows until its end.
pub const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";

pub const END_FRAME: &[u8] = b"\x1b[?2026l";

/// Knows what the terminal shows, and tells it what is another.
///
/// Not ratatui's own `Terminal`: that asks for the size of the window before every frame, prints when it is dropped,
/// where printing may be what fails, and trusts that every terminal gives a cluster as many cells as it counts.
#[derive(Debug)]
pub struct Painter {
    shown: Buffer,
    next: Buffer,
    /// Nothing is known of what the terminal shows.
    anew: bool,
    caret: Option<Position>,
}

impl Painter {
    /// For a terminal of a size, of which nothing is known.
    pub fn new(size: (u16, u16)) -> Self {
        let area = Rect::new(0, 0, size.0, size.1);
        Self { shown: Buffer::empty(area), next: Buffer::empty(area), anew: true, caret: None }
    }

    /// From here on nothing is known of what the terminal shows.
    pub fn forget(&mut self, size: (u16, u16)) {
        *self = Self::new(size);
    }

    /// Lets a frame be drawn into empty cells, which says where the caret belongs, and writes what is another.
    pub fn paint(
        &mut self,
        out: &mut impl Write,
        render: impl FnOnce(&mut Buffer) -> Option<Position>,
    ) -> io::Result<()> {
        self.next.reset();
        let caret = render(&mut self.next);
        out.write_all(BEGIN_FRAME)?;
        if self.anew {
            out.write_all(b"\x1b[0m\x1b[2J\x1b[?25l")?;
            self.shown.reset();
            self.caret = None;
        }
        let mut changed = Vec::new();
        for y in 0..self.next.area.height {
            let (before, after) = (row(&self.shown, y), row(&self.next, y));
            if before == after {
                continue;
            }
            if before.iter().chain(after).all(|cell| is_certain(cell.symbol())) {
                changes(before, after, y, &mut changed);
            } else {
                draw(out, &mut changed)?;
                whole_row(out, after, y)?;
            }
        }
        draw(out, &mut changed)?;
        match caret {
            Some(at) if self.caret.is_none() => queue!(out, MoveTo(at.x, at.y), Show)?,
            Some(at) => queue!(out, MoveTo(at.x, at.y))?,
            None if self.caret.is_some() => queue!(out, Hide)?,
            None => {}
        }
        out.write_all(END_FRAME)?;
        self.caret = caret;
        self.anew = false;
        std::mem::swap(&mut self.shown, &mut self.next);
        out.flush()
    }
}

fn row(buffer: &Buffer, y: u16) -> &[Cell] {
    let width = usize::from(buffer.area.width);
    let start = usize::from(y) * width;
    buffer.content.get(start..start + width).unwrap_or_default()
}

/// The cells in which a row is another, where all terminals agree about the cells that its texts take.
fn changes<'a>(before: &[Cell], after: &'a [Cell], y: u16, changed: &mut Vec<Placed<'a>>) {
    // Up to the one nothing is written, because something wide is there; up to the other something wide was.
    let (mut behind, mut touched) = (0, 0);
    for ((x, y, new), old) in places(after, y).zip(before) {
        touched = if old == new { touched } else { touched.max(x + reach(old)) };
        if x < behind {
            continue;
        }
        if old != new || x < touched {
            changed.push((x, y, new));
        }
        behind = x + reach(new);
    }
}

/// Writes a row in which terminals disagree about the cells of something: all of it is emptied first, and each of the
/// doubtful pieces is followed by a move to where the next one belongs. Whatever a terminal makes of a piece stays in its
/// place, and nothing of the row before stays behind.
fn whole_row(out: &mut impl Write, cells: &[Cell], y: u16) -> io::Result<()> {
    let empty: Vec<Cell> = cells.iter().cloned().map(emptied).collect();
    draw(out, &mut places(&empty, y).collect())?;
    let mut run = Vec::new();
    let mut behind = 0;
    for (x, y, cell) in places(cells, y) {
        if x < behind {
            continue;
        }
        behind = x + reach(cell);
        let certain = is_certain(cell.symbol());
        if !certain {
            draw(out, &mut run)?;
        }
        run.push((x, y, cell));
        if !certain {
            draw(out, &mut run)?;
        }
    }
    draw(out, &mut run)
}

type Placed<'a> = (u16, u16, &'a Cell);

fn places(cells: &[Cell], y: u16) -> impl Iterator<Item = Placed<'_>> {
    cells.iter().zip(0_u16..).map(move |(cell, x)| (x, y, cell))
}

/// How many cells what is in a cell takes.
fn reach(cell: &Cell) -> u16 {
    width(cell.symbol()).max(1) as u16
}

fn emptied(mut cell: Cell) -> Cell {
    cell.set_symbol(" ");
    cell
}

/// Writes cells, and takes them away. The first is moved to.
fn draw(out: &mut impl Write, cells: &mut Vec<Placed<'_>>) -> io::Result<()> {
    let mut at = None;
    let mut look = None;
    for (x, y, cell) in cells.drain(..) {
        if at != Some((x, y)) {
            queue!(out, MoveTo(x, y))?;
        }
        let its = (cell.fg, cell.bg, cell.modifier);
        if look != Some(its) {
            set_look(out, its)?;
            look = Some(its);
        }
        out.write_all(cell.symbol().as_bytes())?;
        at = Some((x + reach(cell), y));
    }
    if look.is_some() { out.write_all(b"\x1b[0m") } else { Ok(()) }
}

/// Sets colours and modifiers, whatever was set before. The first 16 colours are asked for by the numbers that every
/// terminal with colours knows, also one that knows no others.
fn set_look(out: &mut impl Write, (fg, bg, modifier): (Color, Color, Modifier)) -> io::Result<()> {
    const MODIFIERS: [(Modifier, u8); 9] = [
        (Modifier::BOLD, 1),
        (Modifier::DIM, 2),
        (Modifier::ITALIC, 3),
        (Modifier::UNDERLINED, 4),
        (Modifier::SLOW_BLINK, 5),
        (Modifier::RAPID_BLINK, 6),
        (Modifier::REVERSED, 7),
        (Modifier::HIDDEN, 8),
        (Modifier::CROSSED_OUT, 9),
    ];
    out.write_all(b"\x1b[0")?;
    for (_, number) in MODIFIERS.iter().filter(|(one, _)| modifier.contains(*one)) {
        write!(out, ";{number}")?;
    }
    for (color, first) in [(fg, 30), (bg, 40)] {
        match color {
            Color::Reset => {}
            Color::Indexed(number) => write!(out, ";{};5;{number}", first + 8)?,
            Color::Rgb(red, green, blue) => write!(out, ";{};2;{red};{green};{blue}", first + 8)?,
            named => write!(out, ";{}", first + number_of(named))?,
        }
    }
    out.write_all(b"m")
}

/// The number of one of the first 16 colours, behind that of the first.
const fn number_of(color: Color) -> u8 {
    match color {
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
        _ => 0,
    }
}

#[cfg(test)]
#[path = "painter_tests.rs"]
mod tests;
