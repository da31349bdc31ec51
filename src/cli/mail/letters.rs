//! Finding letters, and telling of one.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::client::ReadClient;
use crate::domain::text::clean;
use crate::domain::when::duration_text;
use crate::domain::{Letter, LetterId, LetterKind, LetterState, Onboarding, Timestamp};
use crate::present::json::LetterDocument;
use crate::present::time::{away, for_people};
use crate::protocol::Selection;

use super::super::app::App;
use super::super::error::CliError;
use super::super::select::{one, select};

/// A letter and whose it is.
#[derive(Clone)]
pub(super) struct DealershipLetter {
    pub(super) state: Arc<Onboarding>,
    pub(super) letter: Letter,
}

/// Letters of these dealerships, all or those that still matter; first the one that is next to go or went wrong longest ago.
pub(super) fn of(states: &[Arc<Onboarding>], all: bool) -> Vec<DealershipLetter> {
    let mut found = Vec::new();
    for state in states {
        let one = |letter: &Letter| DealershipLetter { state: Arc::clone(state), letter: letter.clone() };
        match all {
            true => found.extend(state.letters().iter().map(one)),
            false => found.extend(state.letters_that_matter().map(one)),
        }
    }
    found.sort_by_key(|one| (one.letter.due_at.is_none(), one.letter.due_at.unwrap_or(one.letter.at), one.letter.id));
    found
}

/// The letter with an id.
pub(super) async fn by_id(
    app: &App,
    client: &(impl ReadClient + ?Sized),
    name: &str,
) -> Result<Option<DealershipLetter>, CliError> {
    let Ok(id) = name.trim().parse::<LetterId>() else { return Ok(None) };
    let found = select(app, client, Selection::Letter(id)).await?;
    let with_letter = |state: Arc<Onboarding>| {
        let letter = state.letter(id)?.clone();
        Some(DealershipLetter { state, letter })
    };
    Ok(found.into_iter().find_map(with_letter))
}

/// The letters that are named by id or by dealership.
pub(super) async fn named(
    app: &App,
    client: &(impl ReadClient + ?Sized),
    names: &[String],
) -> Result<Vec<DealershipLetter>, CliError> {
    let mut all = Vec::new();
    for name in names {
        if let Some(found) = by_id(app, client, name).await? {
            all.push(found);
            continue;
        }
        let state = one(app, client, name).await?;
        let found = of(&[state], false);
        if found.is_empty() {
            return Err(CliError::Failed(format!("{}: no letter waits or went wrong", clean(name))));
        }
        all.extend(found);
    }
    Ok(all)
}

/// Reads the word of a kind.
pub(super) fn kind(word: &str) -> Result<LetterKind, CliError> {
    word.parse().map_err(|()| {
        let all: Vec<_> = LetterKind::ALL.iter().map(|kind| kind.as_str()).collect();
        CliError::usage(format!("`{}` is no letter; there are {}", clean(word), all.join(", ")))
    })
}

/// What became of a letter, in a few words.
pub(in crate::cli) fn state_words(letter: &Letter, now: Timestamp) -> String {
    match (letter.state, letter.due_at) {
        (LetterState::Queued, Some(due)) if due > now => format!("queued, due {}", away(due, now)),
        (state, Some(due)) if state != LetterState::Queued && due > now => {
            format!("{state}, tried again {}", away(due, now))
        }
        (state, Some(_)) if state != LetterState::Queued => format!("{state}, to be tried again now"),
        _ if letter.is_held_up() => "sent, held up on its way".to_owned(),
        (state, _) => state.to_string(),
    }
}

pub(super) fn title(letter: &Letter) -> String {
    match (letter.before, letter.again) {
        (Some(before), _) => {
            format!("{} ({} before the end)", letter.kind, duration_text(TimeDelta::seconds(before.into())))
        }
        (None, true) => format!("{} (once more)", letter.kind),
        (None, false) => letter.kind.to_string(),
    }
}

/// One letter in lines for people.
pub(super) fn lines(found: &DealershipLetter, now: Timestamp) -> Vec<(&'static str, String)> {
    let (letter, zone) = (&found.letter, found.state.profile.timezone);
    let time = |at| for_people(at, zone, now);
    let mut lines = vec![
        ("letter", format!("{}  {}", letter.id, title(letter))),
        ("dealership", super::super::report::named(&found.state)),
        ("to", letter.to.plain().into_owned()),
        ("state", state_words(letter, now)),
        ("since", time(letter.at)),
        ("queued", format!("{} by {}", time(letter.queued_at), clean(&letter.by))),
    ];
    if let Some(words) = &letter.words {
        lines.push(("said", clean(words).into_owned()));
    }
    if letter.handed > 1 {
        lines.push(("copies", format!("handed over {} times: it may have arrived more than once", letter.handed)));
    }
    lines
}

pub(super) fn document(found: &DealershipLetter) -> LetterDocument<'_> {
    LetterDocument::of(&found.letter).of_dealership(&found.state)
}
