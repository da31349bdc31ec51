//! Tables for people: whole in a pipe, within the width of a terminal, in sentences for a screen reader.

use super::error::CliError;
use super::output::Out;
use crate::domain::text::{clip, width};
use crate::present::Tone;
use crate::present::spoken;

/// A cell: pieces of clean text with their tones.
pub(super) type Pieces = Vec<(String, Tone)>;

/// The cells between two columns.
const GAP: usize = 2;

/// Of a text that is cut so much is left at least.
pub(super) const LEAST: usize = 12;

#[derive(Clone, Copy)]
pub(super) struct TextColumn {
    /// Nothing: the table has no heading.
    pub(super) title: &'static str,
    /// Where a terminal has no room, those with the larger numbers are given up first; 0 never is.
    pub(super) rank: usize,
    /// To how few cells it is cut on a terminal, as long as another column can be given up.
    pub(super) least: usize,
    /// To how few where nothing more can be given up.
    pub(super) kept: usize,
    /// To how many it is cut anywhere.
    pub(super) most: usize,
}

impl TextColumn {
    pub(super) const fn whole(rank: usize) -> Self {
        Self { title: "", rank, least: usize::MAX, kept: 1, most: usize::MAX }
    }

    pub(super) const fn cut(rank: usize, least: usize) -> Self {
        Self { least, ..Self::whole(rank) }
    }
}

/// Prints rows that have a cell for each column.
pub(super) fn print(out: &Out, columns: &[TextColumn], rows: &[Vec<Pieces>]) -> Result<(), CliError> {
    if out.is_spoken() {
        return rows.iter().try_for_each(|row| out.line(sentences(columns, row)));
    }
    let widest = |(place, column): (usize, &TextColumn)| {
        let cells = rows.iter().filter_map(|row| row.get(place)).map(cells);
        cells.max().unwrap_or(0).max(width(column.title)).min(column.most)
    };
    let widest: Vec<usize> = columns.iter().enumerate().map(widest).collect();
    let widths = match out.room() {
        Some(room) => fit_columns(columns, &widest, room),
        None => widest.into_iter().map(Some).collect(),
    };
    if columns.iter().any(|column| !column.title.is_empty()) {
        let heading: Vec<Pieces> = columns.iter().map(|column| vec![(column.title.to_owned(), Tone::Plain)]).collect();
        out.line(out.paint(Tone::Strong, &line(&heading, &widths, |_, text| text.to_owned())))?;
    }
    rows.iter().try_for_each(|row| out.line(line(row, &widths, |tone, text| out.paint(tone, text))))?;
    let without = columns.iter().zip(&widths).filter(|(column, width)| width.is_none() && !column.title.is_empty());
    let without: Vec<&str> = without.map(|(column, _)| column.title).collect();
    if !without.is_empty() {
        out.flush()?;
        out.note(format!("no room for: {}", without.join(", ")));
    }
    Ok(())
}

fn cells(cell: &Pieces) -> usize {
    cell.iter().map(|(text, _)| width(text)).sum()
}

fn line(row: &[Pieces], widths: &[Option<usize>], paint: impl Fn(Tone, &str) -> String) -> String {
    let mut line = String::new();
    let mut spaces = 0;
    for (cell, room) in row.iter().zip(widths).filter_map(|(cell, width)| Some((cell, (*width)?))) {
        let mut left = room;
        for (text, tone) in cut(cell, room) {
            left -= width(&text);
            line.extend(std::iter::repeat_n(' ', std::mem::take(&mut spaces)));
            line.push_str(&paint(tone, &text));
        }
        spaces += left + GAP;
    }
    line
}

/// As much of a cell as there is room for.
fn cut(cell: &Pieces, room: usize) -> Pieces {
    let (mut left, mut rest, mut pieces) = (room, cells(cell), Vec::new());
    for (text, tone) in cell.iter().filter(|(text, _)| !text.is_empty()) {
        let wide = width(text);
        if rest <= left || wide < left {
            pieces.push((text.clone(), *tone));
            (left, rest) = (left - wide, rest - wide);
        } else {
            // The mark of the cut stands for what comes after as well.
            pieces.push((clip(&format!("{text}…"), left).into_owned(), *tone));
            break;
        }
    }
    pieces
}

/// How wide each column is in so much room; `None`: it is given up.
fn fit_columns(columns: &[TextColumn], widest: &[usize], room: usize) -> Vec<Option<usize>> {
    let least = |place: usize| widest[place].min(columns[place].least);
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    let gaps = |shown: &[usize]| GAP * shown.len().saturating_sub(1);
    while shown.iter().map(|place| least(*place)).sum::<usize>() + gaps(&shown) > room {
        match shown.iter().copied().max_by_key(|place| columns[*place].rank).filter(|place| columns[*place].rank > 0) {
            Some(given_up) => shown.retain(|place| *place != given_up),
            None => break,
        }
    }
    let mut widths: Vec<Option<usize>> = vec![None; columns.len()];
    shown.iter().for_each(|place| widths[*place] = Some(widest[*place]));
    let mut over = (shown.iter().map(|place| widest[*place]).sum::<usize>() + gaps(&shown)).saturating_sub(room);
    let is_cut = |place: &usize| columns[*place].least < usize::MAX;
    // What is to be read of a text is kept as long as there is anything else.
    for floor in [&least as &dyn Fn(usize) -> usize, &|place| columns[place].kept] {
        while over > 0 {
            let longer = shown.iter().copied().filter(|place| is_cut(place) && widths[*place] > Some(floor(*place)));
            let Some(longest) = longer.max_by_key(|place| widths[*place]) else { break };
            widths[longest] = widths[longest].map(|width| width - 1);
            over -= 1;
        }
    }
    widths
}

/// A row as it is read out: what stands under a heading is named by it, what is empty is left out.
fn sentences(columns: &[TextColumn], row: &[Pieces]) -> String {
    let told = columns.iter().zip(row).filter_map(|(column, cell)| {
        let text: String = cell.iter().map(|(text, _)| text.as_str()).collect();
        let text = spoken::lengths(text.trim());
        match (text.is_empty(), column.title) {
            (true, _) => None,
            (false, "") => Some(text),
            (false, title) => Some(format!("{}: {text}", title.to_lowercase())),
        }
    });
    told.collect::<Vec<_>>().join(". ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(texts: &[&str]) -> Vec<Pieces> {
        texts.iter().map(|text| vec![((*text).to_owned(), Tone::Plain)]).collect()
    }

    #[test]
    fn what_is_useful_stays_and_texts_are_cut_to_the_cell() {
        let columns = [TextColumn::whole(0), TextColumn::cut(0, 6), TextColumn::cut(1, 6)];
        let row = plain(&["xts1", "日本自動車販売", "waits for Xtime"]);
        let shown = |room| {
            let widest: Vec<usize> = row.iter().map(cells).collect();
            line(&row, &fit_columns(&columns, &widest, room), |_, text| text.to_owned())
        };
        assert_eq!(shown(80), "xts1  日本自動車販売  waits for Xtime");
        assert_eq!(shown(30), "xts1  日本自動車…  waits for …");
        assert_eq!(shown(19), "xts1  日本自動車販…");
        assert_eq!(shown(9), "xts1  日…");
    }

    #[test]
    fn what_is_kept_is_kept_where_nothing_fits() {
        let columns = [TextColumn::whole(0), TextColumn { kept: 6, ..TextColumn::cut(0, 8) }];
        assert_eq!(fit_columns(&columns, &[10, 30], 20), [Some(10), Some(8)]);
        assert_eq!(fit_columns(&columns, &[10, 30], 5), [Some(10), Some(6)]);
    }

    #[test]
    fn a_cut_is_shown_in_whichever_piece_it_falls() {
        let cell = vec![("ab".to_owned(), Tone::Plain), ("cd".to_owned(), Tone::Faint)];
        let shown = |room| cut(&cell, room).into_iter().map(|(text, _)| text).collect::<String>();
        assert_eq!([4, 3, 2, 1].map(shown), ["abcd", "ab…", "a…", "…"]);
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_its_room(texts in prop::collection::vec("[a-z日🚗 ]{0,40}", 1..9), room in 8_usize..200) {
            let columns: Vec<_> = (0..texts.len()).map(|rank| TextColumn::cut(rank, 8)).collect();
            let row = plain(&texts.iter().map(String::as_str).collect::<Vec<_>>());
            let widest: Vec<usize> = row.iter().map(cells).collect();
            let shown = line(&row, &fit_columns(&columns, &widest, room), |_, text| text.to_owned());
            prop_assert!(width(&shown) <= room, "{shown}");
        }
    }
}
