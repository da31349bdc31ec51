//! Workbooks: the sheet with a heading, as rows of texts.

mod bounds;
mod cell;
mod format;
mod opened;

use std::time::Duration;

use crate::domain::list::HEADING_ROWS;
use crate::domain::suggest::did_you_mean;
use crate::domain::text::clean;
use crate::guard::Guard;

use super::Suits;
use super::grid::Grid;
use super::kind::WorkbookFormat;

use opened::{OpenWorkbook, SheetNames};

/// How a workbook is read: its reader takes the lengths and places that a file names on trust, and panics, or waits for an
/// end that is not there, when they are wrong.
const GUARD: Guard =
    Guard { who: "its reader", thread: "workbook", owns: |_| false, patience: Duration::from_secs(300) };

/// The most sheets that are looked at.
const MOST_SHEETS: usize = 256;

/// Why a workbook is not read.
enum Unread {
    Damaged(String),
    Refused(String),
}

impl From<String> for Unread {
    fn from(why: String) -> Self {
        Self::Damaged(why)
    }
}

impl Unread {
    fn humanize(self, book: WorkbookFormat) -> String {
        match self {
            Self::Damaged(why) => format!(
                "it is a workbook ({}) and cannot be read ({}); open it in a spreadsheet program, save it again or as CSV, and import that",
                book.as_str(),
                clean(&why)
            ),
            Self::Refused(why) => why,
        }
    }
}

/// The sheet of this name, or of those that are not hidden the first that suits best; and what is to be said of it.
pub(super) fn read(
    bytes: Vec<u8>,
    book: WorkbookFormat,
    sheet: Option<&str>,
    suits: &Suits<'_>,
) -> Result<(Grid, Vec<String>), String> {
    let told = |unread: Unread| unread.humanize(book);
    bounds::check(&bytes, book).map_err(told)?;
    let (opened, names) = GUARD
        .run(move || {
            let opened = OpenWorkbook::open(bytes, book)?;
            let names = opened.names();
            Ok((opened, names))
        })
        .map_err(told)?;
    let candidates = candidates(&names, sheet)?;
    let (mut opened, heads) = GUARD.run(move || heads(opened, candidates)).map_err(told)?;
    let worth = |(name, head): (String, Grid)| (suits(&mut head.rows()), head.len() > 0, name);
    let best =
        heads.into_iter().map(worth).reduce(|best, next| if (next.0, next.1) > (best.0, best.1) { next } else { best });
    let Some((.., name)) = best else { return Err("the workbook has no sheet with rows".to_owned()) };
    let remark = names.remark(&name, book);
    let grid = GUARD.run(move || opened.rows(&name, usize::MAX)).map_err(told)?;
    if grid.len() == 0 {
        return Err(format!("{remark}, and it is empty"));
    }
    Ok((grid, vec![remark]))
}

/// The sheets that may be meant.
fn candidates(names: &SheetNames, sheet: Option<&str>) -> Result<Vec<String>, String> {
    let Some(sheet) = sheet else {
        let visible = if names.visible.is_empty() { &names.hidden } else { &names.visible };
        return Ok(visible.iter().take(MOST_SHEETS).cloned().collect());
    };
    let all = || names.visible.iter().chain(&names.hidden);
    let same = |name: &&String| name.trim().to_lowercase() == sheet.trim().to_lowercase();
    match all().find(|name| *name == sheet).or_else(|| all().find(same)) {
        Some(name) => Ok(vec![name.clone()]),
        None => Err(format!(
            "the workbook has no sheet `{}`{} (sheets: {})",
            clean(sheet),
            did_you_mean(sheet, all().map(String::as_str)),
            opened::listed(all())
        )),
    }
}

/// The first rows of each sheet. One that cannot be read is passed over when there are others.
fn heads(mut opened: OpenWorkbook, names: Vec<String>) -> Result<(OpenWorkbook, Vec<(String, Grid)>), Unread> {
    let (mut heads, mut failed) = (Vec::new(), None);
    for name in names {
        match opened.rows(&name, HEADING_ROWS) {
            Ok(head) => heads.push((name, head)),
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) if heads.is_empty() => Err(error),
        _ => Ok((opened, heads)),
    }
}

#[cfg(test)]
mod tests;
