//! `mail list`.

use super::letters::{DealershipLetter, document, of, state_words, title};
use crate::domain::text::{clean, width};
use crate::present::Tone;
use crate::present::json::{LetterDocument, SCHEMA};
use crate::present::letters::Fate;
use crate::present::time::away;

use super::super::app::App;
use super::super::error::CliError;
use super::super::report::named;
use super::super::select::select;
use super::super::table::{self, LEAST, TextColumn};
use crate::protocol::Selection;

documents! {
    LettersDocument<'a> of (found: &'a [DealershipLetter]) {
        letters: Vec<LetterDocument<'a>> = found.iter().map(document).collect(),
        schema: u32 = SCHEMA,
    }
}

/// Which column begins with a dealerCode.
const WHOSE: usize = 4;

/// Letter, when, state, what, whose, to whom.
const COLUMNS: [TextColumn; 6] = [
    TextColumn::whole(0),
    TextColumn::whole(2),
    TextColumn::cut(0, LEAST),
    TextColumn::cut(3, LEAST),
    TextColumn::cut(0, 20),
    TextColumn::cut(1, LEAST),
];

pub(super) async fn run(app: &App, query: Option<&str>, all: bool, json: bool) -> Result<(), CliError> {
    let reading = app.read().await?;
    let selection = query.map_or(Selection::All, |query| Selection::Query(query.to_owned()));
    let (states, now) = (select(app, &*reading, selection).await?, app.clock.now());
    let found = of(&states, all);
    if json {
        return app.out.document(&LettersDocument::of(&found));
    }
    let plain = |text: String| vec![(text, Tone::Plain)];
    let row = |one: &DealershipLetter| {
        let letter = &one.letter;
        let words = letter.words.as_deref().map(|words| format!("  {}", clean(words))).unwrap_or_default();
        vec![
            vec![(letter.id.to_string(), Tone::Faint)],
            plain(away(letter.at, now)),
            vec![(state_words(letter, now), Fate::of(letter).label().2)],
            plain(title(letter)),
            plain(named(&one.state)),
            vec![(letter.to.plain().into_owned(), Tone::Plain), (words, Tone::Faint)],
        ]
    };
    let mut columns = COLUMNS;
    let longest = found.iter().map(|one| width(&one.state.profile.dealer_code.plain())).max().unwrap_or(0);
    // The mark of a cut name, and the space before it.
    columns[WHOSE].kept = longest + 2;
    columns[WHOSE].least = columns[WHOSE].least.max(columns[WHOSE].kept);
    table::print(&app.out, &columns, &found.iter().map(row).collect::<Vec<_>>())?;
    if found.is_empty() {
        app.out.note(if all { "there are no letters" } else { "no letter waits or went wrong" });
    }
    Ok(())
}
