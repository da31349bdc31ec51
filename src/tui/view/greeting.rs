//! An empty store: what to do first.

use super::canvas::{Canvas, wrap};
use crate::tui::theme::{Theme, Tone};

pub(super) fn draw(theme: &Theme, canvas: &mut Canvas<'_>) {
    let (width, height) = (canvas.area().width, canvas.area().height);
    let lines = [
        ("There is no dealership in the store yet.", theme.title),
        ("", theme.text),
        ("cloverwatch import dealers.csv", theme.key),
        ("takes them from a CSV or JSON file; each refused row is named with its reason", theme.text),
        ("cloverwatch add NAME --dealer-code C --email E --timezone Z", theme.key),
        ("takes one", theme.text),
        ("cloverwatch demo", theme.key),
        ("shows the desk with invented dealerships, against a simulated Xtime", theme.text),
        ("", theme.text),
        ("Leave this desk first (q): one process records at a time.", theme.tone(Tone::Faint)),
    ];
    let mut y = if height > 14 { 2 } else { 0 };
    for (text, style) in lines {
        if text.is_empty() && height < 14 {
            continue;
        }
        let indent = if style == theme.text { 6 } else { 2 };
        for line in wrap(text, width.saturating_sub(indent + 1)) {
            canvas.text(indent, y, width.saturating_sub(indent), &line, style);
            y += 1;
        }
    }
}
