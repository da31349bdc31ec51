//! `mail list`.

use serde_json::{Value, json};

use super::letters::{document, matters, of, state_words, title};
use crate::domain::LetterState;
use crate::domain::text::clean;
use crate::domain::when::away;

use super::super::app::App;
use super::super::error::CliError;
use super::super::json::SCHEMA;
use super::super::output::{Ink, fit};
use super::super::report::named;

/// Runs the command.
pub(super) async fn run(app: &App, query: Option<&str>, all: bool, json: bool) -> Result<(), CliError> {
    let reading = app.read().await?;
    let desk = reading.desk();
    let states = match query {
        Some(query) => desk.query(query)?,
        None => desk.states.to_vec(),
    };
    let found = of(&states, |state, letter| all || matters(state, letter));
    if json {
        let letters: Vec<Value> = found.iter().map(document).collect();
        return app.out.document(&json!({ "schema": SCHEMA, "letters": letters }));
    }
    let out = &app.out;
    for one in &found {
        let letter = &one.letter;
        let ink = match letter.state {
            LetterState::Failed | LetterState::Bounced => Ink::Bad,
            LetterState::Uncertain => Ink::Warn,
            LetterState::Sent => Ink::Good,
            _ => Ink::Plain,
        };
        let words = letter.words.as_deref().map(|words| format!("  {}", clean(words))).unwrap_or_default();
        out.line(format!(
            "{}  {}  {}  {}  {} -> {}{}",
            out.ink(Ink::Dim, &letter.id.to_string()),
            fit(&away(letter.at, desk.now), 14),
            out.ink(ink, &fit(&state_words(letter, desk.now), 12)),
            fit(&title(letter), 12),
            named(&one.state),
            letter.to.plain(),
            out.ink(Ink::Dim, &words),
        ))?;
    }
    if found.is_empty() {
        out.note(if all { "there are no letters" } else { "no letter waits or went wrong" });
    }
    Ok(())
}
