//! `mail list`.

use serde_json::json;

use super::letters::{document, of, state_words, title};
use crate::domain::text::clean;
use crate::domain::text::fit;
use crate::present::Tone;
use crate::present::json::SCHEMA;
use crate::present::letters::Fate;
use crate::present::time::away;

use super::super::app::App;
use super::super::error::CliError;
use super::super::report::named;
use super::super::select::select;
use crate::protocol::Selection;

pub(super) async fn run(app: &App, query: Option<&str>, all: bool, json: bool) -> Result<(), CliError> {
    let reading = app.read().await?;
    let selection = query.map_or(Selection::All, |query| Selection::Query(query.to_owned()));
    let (states, now) = (select(app, &*reading, selection).await?, app.clock.now());
    let found = of(&states, all);
    if json {
        let letters: Vec<_> = found.iter().map(document).collect();
        return app.out.document(&json!({ "schema": SCHEMA, "letters": letters }));
    }
    let out = &app.out;
    let cells: Vec<_> = found
        .iter()
        .map(|one| [away(one.letter.at, now), state_words(&one.letter, now), title(&one.letter), named(&one.state)])
        .collect();
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths = [0, 1, 2, 3].map(width);
    for (one, row) in found.iter().zip(&cells) {
        let letter = &one.letter;
        let (_, _, tone) = Fate::of(letter).label();
        let words = letter.words.as_deref().map(|words| format!("  {}", clean(words))).unwrap_or_default();
        let cell = |column: usize| fit(&row[column], widths[column]);
        out.line(format!(
            "{}  {}  {}  {}  {}  {}{}",
            out.paint(Tone::Faint, &letter.id.to_string()),
            cell(0),
            out.paint(tone, &cell(1)),
            cell(2),
            cell(3),
            letter.to.plain(),
            out.paint(Tone::Faint, &words),
        ))?;
    }
    if found.is_empty() {
        out.note(if all { "there are no letters" } else { "no letter waits or went wrong" });
    }
    Ok(())
}
