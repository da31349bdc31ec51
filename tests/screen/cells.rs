//! What is counted is what is written: cells by the one measure, by ratatui's, and in its buffer.

use cloverwatch::domain::Profile;
use cloverwatch::domain::text::{clean, clip, clusters, is_certain, is_invisible, width};
use cloverwatch::tui::theme::{TerminalEnv, Theme, ThemeChoice};
use cloverwatch::tui::view::canvas::Canvas;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use crate::desk::Desk;
use crate::population::{World, now, profile};

/// More cells than any of the texts here takes.
const ROOM: u16 = 40;

struct Measure(Buffer, Buffer);

impl Measure {
    fn new() -> Self {
        let buffer = Buffer::empty(Rect::new(0, 0, ROOM, 1));
        Self(buffer.clone(), buffer)
    }

    /// Fails unless the text takes the same cells whoever counts.
    #[track_caller]
    fn agrees(&mut self, text: &str) {
        let Self(ours, theirs) = self;
        let text = clean(text);
        let cells = width(&text);
        let used = Canvas::new(ours, Rect::new(0, 0, ROOM, 1)).text(0, 0, ROOM, &text, Style::new());
        assert_eq!(usize::from(used), cells, "{text:?}: written");
        // In the buffer: each symbol, and behind it as many cells as it reaches over.
        let mut x = 0;
        while x < cells {
            let cell = &ours.content[x];
            assert_eq!(usize::from(cell.cell_width()), width(cell.symbol()), "{text:?}: {cell:?}");
            x += usize::from(cell.cell_width());
        }
        assert_eq!(x, cells, "{text:?}: in the buffer");
        let (end, _) = theirs.set_stringn(0, 0, &text, ROOM.into(), Style::new());
        // It counts these twice, with the tables of today: each has a cell.
        let marks = text.matches(['\u{ff9e}', '\u{ff9f}']).count();
        assert!(usize::from(end) == cells || marks > 0, "{text:?}: {end} by ratatui");
        for cell in ours.content.iter_mut().chain(&mut theirs.content).take(cells.max(1)) {
            cell.reset();
        }
    }
}

/// Every character that is, or could be, in a text: the planes that have any.
fn scalars() -> impl Iterator<Item = char> {
    (0..0x2_0000)
        .chain(0x2_f800..0x2_fa20)
        .chain(0x3_0000..0x3_0100)
        .chain(0xe_0000..0xe_0200)
        .filter_map(char::from_u32)
}

#[test]
fn every_character_takes_the_cells_that_are_counted() {
    let mut measure = Measure::new();
    for c in scalars() {
        measure.agrees(&format!("a{c}b"));
    }
}

#[test]
fn every_mark_that_joins_takes_the_cells_that_are_counted() {
    let mut measure = Measure::new();
    let marks: Vec<char> = scalars().filter(|c| format!("a{c}").graphemes(true).count() == 1 && *c != '\n').collect();
    assert!(marks.len() > 2_000, "{}", marks.len());
    for mark in marks {
        for base in ["a", "漢", "ﾊ", "क", "ก", "각", "ᄀ", "א", "ا", "🚗", "1", "☎"] {
            measure.agrees(&format!("{base}{mark}"));
            measure.agrees(&format!("x{base}{mark}{mark}y"));
        }
    }
}

#[test]
fn clusters_of_many_characters_take_the_cells_that_are_counted() {
    let mut measure = Measure::new();
    let pictures: Vec<char> = ('\u{1f300}'..='\u{1faff}').chain('\u{2190}'..='\u{2bff}').collect();
    for picture in &pictures {
        for behind in ["\u{fe0f}", "\u{fe0e}", "\u{20e3}", "\u{1f3fd}", "\u{200d}🔥", "\u{fe0f}\u{200d}♂\u{fe0f}"] {
            measure.agrees(&format!("{picture}{behind}x"));
        }
    }
    let letters: Vec<char> = ('\u{1f1e6}'..='\u{1f1ff}').collect();
    for one in &letters {
        for other in &letters {
            measure.agrees(&format!("{one}{other}"));
            measure.agrees(&format!("{one}{other}{one}"));
        }
    }
    for leading in '\u{1100}'..='\u{1112}' {
        for vowel in '\u{1160}'..='\u{1175}' {
            for trailing in ['\u{11a7}', '\u{11a8}', '\u{11c2}', '가'] {
                measure.agrees(&format!("{leading}{vowel}{trailing}"));
            }
        }
    }
    // Letters of the scripts of India that a virama joins.
    for script in (0x900_u32..0xe00).step_by(0x80) {
        let at = |offset: u32| char::from_u32(script + offset).unwrap();
        for one in 0x15..0x3a {
            for other in 0x15..0x3a {
                measure.agrees(&format!("{}{}{}{}", at(one), at(0x4d), at(other), at(0x3f)));
            }
        }
    }
    for text in ["ﾄﾖﾀ ﾊﾞﾝﾊﾟﾂｸ", "👨\u{200d}👩\u{200d}👧 Motors", "🏴\u{e0067}\u{e0062}\u{e007f}", "Z̵̀́̂̃à̵́̂lgo", "กำ"]
    {
        measure.agrees(text);
    }
}

#[test]
fn half_width_letters_have_their_marks_beside_them() {
    let pieces: Vec<_> = clusters("ﾊﾞﾝﾟ").collect();
    assert_eq!(pieces, [("ﾊ", 1), ("ﾞ", 1), ("ﾝ", 1), ("ﾟ", 1)]);
}

#[test]
fn what_terminals_disagree_about_is_known() {
    for certain in ["a", "é", "ß", "─", "漢", "한", "ﾊ", "ﾞ", "Ж", "Ω", "●", "�", "…", ""] {
        assert!(is_certain(certain), "{certain}");
    }
    for doubtful in [
        "e\u{301}",
        "🚗",
        "🇩🇪",
        "🇩",
        "का",
        "\u{1100}",
        "\u{1100}\u{1161}\u{11a8}",
        "ก",
        "☎\u{fe0f}",
        "1\u{20e3}",
        "👩🏽",
        "⚠",
    ] {
        assert!(!is_certain(doubtful), "{doubtful}");
    }
}

#[test]
fn naughty_names_stay_in_their_cells() {
    let names: Vec<String> = serde_json::from_str(include_str!("../corpora/naughty-strings.json")).unwrap();
    let (mut measure, mut world) = (Measure::new(), World::default());
    for (n, name) in (1..).zip(&names) {
        measure.agrees(&clip(&clean(name), usize::from(ROOM) - 1));
        let profile = profile(n, name, name, chrono_tz::America::Chicago, Some(name));
        world.add(n, Profile { group: name.as_str().into(), ..profile }, now());
    }
    let mut desk = Desk::with(world, (160, 50), |_| {});
    let theme = Theme::choose(ThemeChoice::Dark, TerminalEnv::default());
    // The table moves on with each, and the detail is of another one.
    for _ in 0..names.len() / 7 {
        desk.press("j j j j j j j");
        for cell in desk.cells(&theme).0.content {
            assert!(!cell.symbol().contains(is_invisible), "{cell:?}");
            assert_eq!(usize::from(cell.cell_width()), width(cell.symbol()), "{cell:?}");
        }
    }
}
