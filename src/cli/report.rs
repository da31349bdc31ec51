//! What became of each item of a command, for people and for scripts, and the exit code of the whole.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::domain::{Event, Onboarding, Severity, besides_the_letter};
use crate::present::Tone;
use crate::present::event::summary;
use crate::present::json::{DealershipName, SCHEMA};
use crate::present::time::Zone;
use crate::protocol::RequestError;

use super::app::App;
use super::error::{CliError, refused};
use super::mail::post::LetterResult;

documents! {
    ReportDocument of (counts: Counts, items: Vec<Value>) {
        // It stood here before the other counts did.
        already: usize = counts.already,
        counts: Counts = counts,
        items: Vec<Value> = items,
        schema: u32 = SCHEMA,
    }

    ItemDocument<'a> of (state: &'a Onboarding, outcome: &'static str, reason: Option<String>) {
        dealership: DealershipName<'a> = DealershipName::of(state),
        outcome: &'static str = outcome,
        reason: Option<String> = reason,
    }
}

/// What became of one item.
#[derive(Debug)]
pub enum ItemOutcome {
    /// It was done; in words, and in the form for scripts.
    Done(String, Value),
    /// A look told something; how good that is, in words, and in the form for scripts.
    Found(Severity, String, Value),
    /// It was done, but the letter about it is not out; in words, and in the form for scripts.
    Unsent(String, Value),
    Unchanged,
    /// An earlier run of the same has done it; in words, and in the form for scripts.
    Already(String, Value),
    Refused(String),
    Failed(String),
    /// It was not done, for a reason that is not about it.
    Stopped(CliError),
    /// It was done, but what was asked could not be told; in words, and in the form for scripts.
    Untold(String, Value),
}

impl ItemOutcome {
    /// Reads the engine's answer to one command: what happened, in the words of its events.
    pub fn of_events(answer: Result<Vec<Arc<Event>>, RequestError>, state: &Onboarding) -> Self {
        match answer {
            Ok(events) if events.is_empty() => Self::Unchanged,
            Ok(events) => {
                let moment = |at| Zone::from(state.profile.timezone).line(at);
                let public: Vec<Value> = events.iter().map(|event| event.public(Some(&state.profile.name))).collect();
                Self::Done(besides_the_letter(&events, |event| summary(event, moment)), json!({ "events": public }))
            }
            Err(error) => Self::of_error(error),
        }
    }

    /// The outcome together with what became of the letter about it.
    pub(super) fn with_letter(self, letter: Option<LetterResult>) -> Self {
        let (words, mut more, letter, well): (_, _, _, fn(String, Value) -> Self) = match (self, letter) {
            (Self::Done(words, more), Some(letter)) => (words, more, letter, Self::Done),
            (Self::Unchanged, Some(letter)) => (String::new(), json!({}), letter, Self::Done),
            (Self::Already(words, more), Some(letter)) => (words, more, letter, Self::Already),
            (outcome, _) => return outcome,
        };
        if let Some(fields) = more.as_object_mut() {
            fields.insert("letter".to_owned(), letter.document);
        }
        let parts: Vec<&str> = [words.as_str(), &letter.words].into_iter().filter(|part| !part.is_empty()).collect();
        let words = parts.join("; ");
        if letter.well { well(words, more) } else { Self::Unsent(words, more) }
    }

    /// Reads an error: about this item, or about everything. What the store could not record of one may be recorded of others: each is told.
    pub fn of_error(error: RequestError) -> Self {
        match error {
            RequestError::Refused(refusal) => Self::Refused(refused(&refusal)),
            RequestError::Source(_)
            | RequestError::StillOpen(_)
            | RequestError::RateLimited(_)
            | RequestError::OwnerLost { .. } => Self::Failed(error.to_string()),
            RequestError::Held(_) => Self::Stopped(error.into()),
            error if error.cuts_off() => Self::Failed(error.to_string()),
            error => Self::Stopped(error.into()),
        }
    }
}

/// Every item of a command.
#[derive(Default)]
pub struct CommandReport(Vec<(Arc<Onboarding>, ItemOutcome)>);

impl CommandReport {
    /// Notes what became of an item.
    pub fn push(&mut self, state: Arc<Onboarding>, outcome: ItemOutcome) {
        self.0.push((state, outcome));
    }

    /// Prints it and says how the whole ended.
    /// Errors: [`CliError::Partly`] when some items were not done, [`CliError::Told`] when none was; where none was for a reason that is
    /// about all of them, that alone is told.
    pub fn finish(mut self, app: &App, json: bool) -> Result<(), CliError> {
        let counts = Counts::of(self.0.iter().map(|(_, outcome)| outcome));
        let nothing = |outcome: &ItemOutcome| matches!(outcome, ItemOutcome::Stopped(_) | ItemOutcome::Refused(_));
        let stopped = self.0.iter().position(|(_, outcome)| matches!(outcome, ItemOutcome::Stopped(_)));
        if let Some(place) = stopped.filter(|_| self.0.iter().all(|(_, outcome)| nothing(outcome)))
            && let (_, ItemOutcome::Stopped(error)) = self.0.swap_remove(place)
        {
            return Err(error);
        }
        if json {
            let items = self.0.iter().map(|(state, outcome)| item(state, outcome)).collect();
            app.out.document(&ReportDocument::of(counts, items))?;
        }
        for (state, outcome) in &self.0 {
            let who = named(state);
            match (outcome, outcome.line()) {
                (ItemOutcome::Refused(why) | ItemOutcome::Failed(why), _) => {
                    app.out.error(format!("{who}: {}", crate::domain::text::clean(why)));
                }
                (ItemOutcome::Stopped(error), _) => app.out.error(format!("{who}: {error}")),
                (_, Some((tone, word, words))) if !json => {
                    let words = if words.is_empty() { String::new() } else { format!(": {words}") };
                    app.out.line(format!("{} {who}{words}", app.out.paint(tone, word)))?;
                }
                _ => {}
            }
        }
        if let Some(words) = counts.message() {
            app.out.note(words);
        }
        counts.ended()
    }
}

impl ItemOutcome {
    /// What is printed of it on stdout; `None` for what is an error.
    fn line(&self) -> Option<(Tone, &'static str, &str)> {
        Some(match self {
            Self::Done(words, _) => (Tone::Good, "done", words),
            Self::Found(Severity::Good, words, _) => (Tone::Good, "ok", words),
            Self::Found(Severity::Doubtful, words, _) => (Tone::Warn, "not yet", words),
            Self::Found(Severity::Bad, words, _) => (Tone::Bad, "trouble", words),
            Self::Unsent(words, _) => (Tone::Warn, "done but for the letter", words),
            Self::Unchanged => (Tone::Faint, "already so", ""),
            Self::Already(words, _) => (Tone::Faint, "already so", words),
            Self::Untold(words, _) => (Tone::Bad, "not known", words),
            Self::Refused(_) | Self::Failed(_) | Self::Stopped(_) => return None,
        })
    }
}

/// How many items ended in which way.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, serde::Serialize)]
struct Counts {
    already: usize,
    done: usize,
    failed: usize,
    refused: usize,
    /// Done, but for the letter.
    unsent: usize,
}

impl Counts {
    fn of<'a>(outcomes: impl Iterator<Item = &'a ItemOutcome>) -> Self {
        let mut counts = Self::default();
        for outcome in outcomes {
            *match outcome {
                ItemOutcome::Done(..) | ItemOutcome::Found(..) | ItemOutcome::Unchanged => &mut counts.done,
                ItemOutcome::Unsent(..) => &mut counts.unsent,
                ItemOutcome::Already(..) => &mut counts.already,
                ItemOutcome::Refused(_) => &mut counts.refused,
                ItemOutcome::Untold(..) | ItemOutcome::Failed(_) | ItemOutcome::Stopped(_) => &mut counts.failed,
            } += 1;
        }
        counts
    }

    /// The sum in words, of several items that did not all end alike.
    fn message(&self) -> Option<String> {
        let Self { done, unsent, already, refused, failed } = self;
        let several = done + unsent + already + refused + failed > 1;
        if *already == 0 && !(several && unsent + refused + failed > 0) {
            return None;
        }
        let some = |count: &usize, word: &str| if *count > 0 { format!(", {count} {word}") } else { String::new() };
        let (unsent, already) = (some(unsent, "done but for the letter"), some(already, "already"));
        Some(format!("{done} done{unsent}{already}, {refused} refused, {failed} failed"))
    }

    fn ended(&self) -> Result<(), CliError> {
        match (self.done + self.already, self.refused, self.failed) {
            _ if self.unsent > 0 => Err(CliError::Partly),
            (_, 0, 0) => Ok(()),
            (0, 0, _) => Err(CliError::Told(1)),
            (0, _, _) => Err(CliError::Told(4)),
            _ => Err(CliError::Partly),
        }
    }
}

/// A dealership in a message: dealerCode and name, cleaned.
pub fn named(state: &Onboarding) -> String {
    format!("{} {}", state.profile.dealer_code.plain(), state.profile.name.plain())
}

fn item(state: &Onboarding, outcome: &ItemOutcome) -> Value {
    let (word, reason, more) = match outcome {
        ItemOutcome::Done(_, more) | ItemOutcome::Found(_, _, more) => ("done", None, Some(more)),
        ItemOutcome::Unsent(words, more) => ("unsent", Some(words.clone()), Some(more)),
        ItemOutcome::Unchanged => ("unchanged", None, None),
        ItemOutcome::Already(words, more) => ("already", Some(words.clone()), Some(more)),
        ItemOutcome::Refused(why) => ("refused", Some(why.clone()), None),
        ItemOutcome::Failed(why) => ("failed", Some(why.clone()), None),
        ItemOutcome::Stopped(error) => ("failed", Some(error.to_string()), None),
        ItemOutcome::Untold(_, more) => ("failed", None, Some(more)),
    };
    let mut value = json!(ItemDocument::of(state, word, reason));
    if let (Some(fields), Some(Value::Object(more))) = (value.as_object_mut(), more) {
        fields.extend(more.clone());
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(well: bool) -> LetterResult {
        LetterResult { words: "letter waits".to_owned(), well, document: json!({ "state": "queued" }) }
    }

    #[test]
    fn what_the_store_cannot_record_of_an_item_is_told_of_that_item() {
        let full = "writing journal: no space left".to_owned();
        for error in [RequestError::Store(full), RequestError::Ending, RequestError::Fault("it broke".to_owned())] {
            assert!(matches!(ItemOutcome::of_error(error), ItemOutcome::Failed(_)));
        }
        for error in [RequestError::Held(None), RequestError::ReadOnly] {
            assert!(matches!(ItemOutcome::of_error(error), ItemOutcome::Stopped(_)));
        }
    }

    #[test]
    fn every_item_is_in_the_sum() {
        let some = |outcome: fn() -> ItemOutcome, times| (0..times).map(move |_| outcome());
        let unsent = some(|| ItemOutcome::Unsent(String::new(), json!({})), 150);
        let already = some(|| ItemOutcome::Already(String::new(), json!({})), 50);
        let outcomes: Vec<ItemOutcome> = unsent.chain(already).collect();
        let counts = Counts::of(outcomes.iter());
        assert_eq!(counts.message().unwrap(), "0 done, 150 done but for the letter, 50 already, 0 refused, 0 failed");
        assert!(matches!(counts.ended(), Err(CliError::Partly)));
        let one = [ItemOutcome::Unsent(String::new(), json!({}))];
        assert_eq!(Counts::of(one.iter()).message(), None, "its own line says it");
    }

    #[test]
    fn a_letter_that_is_not_out_is_told_also_of_what_was_done_already() {
        let already = || ItemOutcome::Already("code 1 is its present one".to_owned(), json!({}));
        let ItemOutcome::Already(words, more) = already().with_letter(Some(letter(true))) else { panic!() };
        assert_eq!(
            (words.as_str(), &more["letter"]["state"]),
            ("code 1 is its present one; letter waits", &json!("queued"))
        );
        let ItemOutcome::Unsent(words, more) = already().with_letter(Some(letter(false))) else { panic!() };
        assert_eq!(
            (words.as_str(), &more["letter"]["state"]),
            ("code 1 is its present one; letter waits", &json!("queued"))
        );
    }
}
