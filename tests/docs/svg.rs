//! Pictures of the screen.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// A buffer as a picture: one `text` for the words of each run of cells of one style.
pub fn svg(buffer: &Buffer) -> String {
    const CELL: (u16, u16) = (8, 17);
    let area = buffer.area();
    let (width, height) = (area.width * CELL.0, area.height * CELL.1);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"DejaVu Sans Mono,Menlo,Consolas,monospace\" font-size=\"13\" xml:space=\"preserve\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#1b1d23\"/>\n"
    );
    for y in 0..area.height {
        let mut x = 0;
        while x < area.width {
            let style = buffer[(x, y)].style();
            let start = x;
            let mut text = String::new();
            while x < area.width && buffer[(x, y)].style() == style {
                let symbol = buffer[(x, y)].symbol();
                text.push_str(symbol);
                x += (symbol.width() as u16).max(1);
            }
            let reversed = style.add_modifier.contains(Modifier::REVERSED);
            let (mut fg, mut bg) = (colour(style.fg, "#d6d8de"), colour(style.bg, "none"));
            if reversed {
                (fg, bg) = (if bg == "none" { "#1b1d23".into() } else { bg }, fg);
            }
            let (left, top, run) = (start * CELL.0, y * CELL.1, (x - start) * CELL.0);
            if bg != "none" {
                writeln!(out, "<rect x=\"{left}\" y=\"{top}\" width=\"{run}\" height=\"{}\" fill=\"{bg}\"/>", CELL.1)
                    .unwrap();
            }
            let weight = if style.add_modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
            for (cells, words) in words(&text) {
                let (left, run) = (left + cells * CELL.0, words.width() as u16 * CELL.0);
                let text = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                writeln!(
                    out,
                    "<text x=\"{left}\" y=\"{}\" textLength=\"{run}\" fill=\"{fg}\"{weight}>{text}</text>",
                    top + 13
                )
                .unwrap();
            }
        }
    }
    out.push_str("</svg>\n");
    out
}

/// What is written in a run, and after how many cells: no viewer has to stretch what is blank between columns.
fn words(text: &str) -> impl Iterator<Item = (u16, &str)> {
    let mut cells = 0;
    let pieces = text.split("  ").map(move |piece| {
        let at = cells + piece.width() - piece.trim_start().width();
        cells += piece.width() + 2;
        (at as u16, piece.trim())
    });
    pieces.filter(|(_, piece)| !piece.is_empty())
}

fn colour(color: Option<Color>, reset: &str) -> String {
    let indexed = ["#000000", "#e05561", "#8cc265", "#d1b25c", "#4aa5f0", "#c162de", "#42b3c2", "#d6d8de"];
    let bright = ["#6b7080", "#ff616e", "#a5e075", "#f0d679", "#4dc4ff", "#de73ff", "#4cd1e0", "#ffffff"];
    let hex = match color {
        None | Some(Color::Reset) => reset,
        Some(Color::Black) => indexed[0],
        Some(Color::Red) => indexed[1],
        Some(Color::Green) => indexed[2],
        Some(Color::Yellow) => indexed[3],
        Some(Color::Blue) => indexed[4],
        Some(Color::Magenta) => indexed[5],
        Some(Color::Cyan) => indexed[6],
        Some(Color::Gray) => indexed[7],
        Some(Color::DarkGray) => bright[0],
        Some(Color::LightRed) => bright[1],
        Some(Color::LightGreen) => bright[2],
        Some(Color::LightYellow) => bright[3],
        Some(Color::LightBlue) => bright[4],
        Some(Color::LightMagenta) => bright[5],
        Some(Color::LightCyan) => bright[6],
        Some(Color::White) => bright[7],
        Some(Color::Rgb(r, g, b)) => return format!("#{r:02x}{g:02x}{b:02x}"),
        Some(Color::Indexed(n)) => return cube(n),
    };
    hex.to_owned()
}

/// The 256 colours of a terminal.
fn cube(n: u8) -> String {
    if n >= 232 {
        let level = 8 + 10 * (n - 232);
        return format!("#{level:02x}{level:02x}{level:02x}");
    }
    let step = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
    let n = n.saturating_sub(16);
    format!("#{:02x}{:02x}{:02x}", step(n / 36), step(n / 6 % 6), step(n % 6))
}
