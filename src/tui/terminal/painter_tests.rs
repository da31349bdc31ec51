//! What terminals make of the frames, also those that give clusters other widths.

use proptest::prelude::*;
use ratatui::style::{Color, Style};

use super::*;
use crate::domain::text::{clean, width};
use crate::tui::view::canvas::Canvas;

const SIZE: (u16, u16) = (24, 3);

/// A terminal as simple as can be: it gives each character the cells that it likes.
struct Screen {
    cells: Vec<Vec<String>>,
    at: (usize, usize),
    cells_of: fn(char) -> usize,
}

impl Screen {
    fn new(cells_of: fn(char) -> usize) -> Self {
        Self { cells: vec![vec![" ".to_owned(); SIZE.0.into()]; SIZE.1.into()], at: (0, 0), cells_of }
    }

    fn take(&mut self, bytes: &[u8]) {
        let text = std::str::from_utf8(bytes).unwrap();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            if c == '\u{1b}' {
                let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap();
                let (parameters, last) = (&rest[1..end], &rest[end..=end]);
                rest = &rest[end + 1..];
                match last {
                    "H" => {
                        let mut numbers = parameters.split(';').map(|number| number.parse::<usize>().unwrap() - 1);
                        let y = numbers.next().unwrap();
                        self.at = (numbers.next().unwrap(), y);
                    }
                    "J" => self.cells.iter_mut().flatten().for_each(|cell| *cell = " ".to_owned()),
                    _ => {}
                }
                continue;
            }
            self.put(c);
        }
    }

    fn put(&mut self, c: char) {
        let (cells, most) = ((self.cells_of)(c), usize::from(SIZE.0));
        let row = &mut self.cells[self.at.1];
        if cells == 0 {
            if let Some(cell) = row.get_mut(self.at.0.saturating_sub(1)) {
                cell.push(c);
            }
            return;
        }
        let x = self.at.0.min(most - cells);
        row[x] = c.to_string();
        for behind in 1..cells {
            row[x + behind] = String::new();
        }
        self.at.0 = (x + cells).min(most - 1);
    }

    fn text(&self) -> Vec<String> {
        self.cells.iter().map(|row| row.concat().trim_end().to_owned()).collect()
    }
}

/// As `wcwidth` has it, as a terminal from before emoji, and as one that gives everything two cells that it can.
const TERMINALS: [fn(char) -> usize; 3] = [
    |c| width(c.encode_utf8(&mut [0; 4])),
    |c| if ('\u{3000}'..'\u{ff00}').contains(&c) { 2 } else { usize::from(width(c.encode_utf8(&mut [0; 4])) > 0) },
    |c| if c > '\u{1f000}' || ('\u{900}'..'\u{2000}').contains(&c) { 2 } else { width(c.encode_utf8(&mut [0; 4])) },
];

fn paint(painter: &mut Painter, lines: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    painter
        .paint(&mut bytes, |buffer| {
            let area = buffer.area;
            let mut pen = Canvas::new(buffer, area);
            for (y, line) in (0..).zip(lines) {
                pen.text(0, y, area.width, line, Style::new().fg(Color::Red));
            }
            None
        })
        .unwrap();
    bytes
}

const NAMES: [&str; 12] = [
    "Plain Motors",
    "कार विक्रेता दिल्ली",
    "🇩🇪 Autohaus",
    "👩🏽‍🔧 Motors x",
    "ﾄﾖﾀ ﾊﾞﾝﾊﾟﾂｸ",
    "東京トヨタ販売株式会社",
    "한국 각각 Motors",
    "☎️ ❤️ Motors ⚠️",
    "Z̵̀́̂̃à̵́̂lgo",
    "ร้านขายรถยนต์",
    "கார் விற்பனை",
    "",
];

#[test]
fn nothing_of_a_frame_before_stays_behind() {
    for cells_of in TERMINALS {
        for before in NAMES {
            for after in NAMES {
                let mut painter = Painter::new(SIZE);
                let mut screen = Screen::new(cells_of);
                for name in [before, after, ""] {
                    screen.take(&paint(&mut painter, &[format!("{name}|end"), name.to_owned()]));
                }
                assert_eq!(screen.text(), ["|end", "", ""], "{before:?}, then {after:?}");
            }
        }
    }
}

#[test]
fn what_stands_behind_a_doubtful_cluster_stands_in_its_place() {
    for cells_of in TERMINALS {
        for name in NAMES {
            let mut painter = Painter::new(SIZE);
            let mut screen = Screen::new(cells_of);
            let line = format!("{name}|end");
            let used = width(&clean(name));
            screen.take(&paint(&mut painter, std::slice::from_ref(&line)));
            let place = screen.cells[0].iter().position(|cell| cell.starts_with('|'));
            assert_eq!(place.filter(|_| used < 20), Some(used).filter(|_| used < 20), "{line:?}: {:?}", screen.text());
        }
    }
}

#[test]
fn every_letter_of_half_width_is_written() {
    let mut painter = Painter::new(SIZE);
    let written = String::from_utf8(paint(&mut painter, &["ﾄﾖﾀ ﾊﾞﾝﾊﾟﾂｸ".to_owned()])).unwrap();
    assert!(written.contains("ﾄﾖﾀ ﾊﾞﾝﾊﾟﾂｸ"), "{written}");
}

#[test]
fn a_frame_that_shows_nothing_new_writes_no_cell() {
    let mut painter = Painter::new(SIZE);
    let lines: Vec<String> = NAMES[..3].iter().map(|name| (*name).to_owned()).collect();
    paint(&mut painter, &lines);
    assert_eq!(paint(&mut painter, &lines), [BEGIN_FRAME, END_FRAME].concat());
    // One letter of plain text is one cell; what is doubtful is written with its row.
    let mut changed = lines.clone();
    changed[0] = "Plane Motors".to_owned();
    let bytes = String::from_utf8(paint(&mut painter, &changed)).unwrap();
    assert!(bytes.contains("ne") && !bytes.contains("Motors"), "{bytes:?}");
}

#[test]
fn the_first_colours_are_asked_for_by_their_own_numbers() {
    let looks = [
        (Style::new().fg(Color::Cyan), "\x1b[0;36m"),
        (Style::new().fg(Color::Black).bg(Color::Cyan).bold(), "\x1b[0;1;30;46m"),
        (Style::new().fg(Color::LightRed).bg(Color::White), "\x1b[0;91;107m"),
        (Style::new().fg(Color::Indexed(246)).dim(), "\x1b[0;2;38;5;246m"),
        (Style::new().bg(Color::Rgb(1, 2, 3)).reversed(), "\x1b[0;7;48;2;1;2;3m"),
    ];
    for (style, expected) in looks {
        let mut bytes = Vec::new();
        let mut painter = Painter::new(SIZE);
        painter
            .paint(&mut bytes, |buffer| {
                let area = buffer.area;
                Canvas::new(buffer, area).text(0, 0, area.width, "x", style);
                None
            })
            .unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(&format!("{expected}x\x1b[0m")), "{text:?}");
    }
}

#[test]
fn the_caret_is_shown_and_hidden_when_that_changes() {
    let mut painter = Painter::new(SIZE);
    let mut frame = |caret| {
        let mut bytes = Vec::new();
        painter.paint(&mut bytes, |_| caret).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    assert!(frame(None).contains("\u{1b}[?25l"));
    assert!(frame(Some(Position::new(2, 1))).contains("\u{1b}[2;3H\u{1b}[?25h"));
    let moved = frame(Some(Position::new(3, 1)));
    assert!(moved.contains("\u{1b}[2;4H") && !moved.contains("?25"));
    assert!(frame(None).contains("\u{1b}[?25l"));
    assert!(!frame(None).contains("?25"));
}

proptest! {
    /// Whatever follows whatever, the screen is that of a terminal that saw the last frame alone.
    #[test]
    fn a_frame_does_not_depend_on_those_before(frames in prop::collection::vec(prop::collection::vec("[a-c 日本é]{0,14}", 3), 1..6)) {
        let (mut painter, mut screen) = (Painter::new(SIZE), Screen::new(TERMINALS[0]));
        for lines in &frames {
            screen.take(&paint(&mut painter, lines));
        }
        let mut alone = Screen::new(TERMINALS[0]);
        alone.take(&paint(&mut Painter::new(SIZE), frames.last().unwrap()));
        prop_assert_eq!(screen.text(), alone.text());
    }
}
