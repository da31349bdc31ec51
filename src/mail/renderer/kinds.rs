//! The kinds of letters: the templates of each that are compiled in, and the variables that only it has.

use std::collections::BTreeMap;

use minijinja::Value;

use super::format::moment;
use super::{LetterError, RenderContext};
use crate::domain::guide::{ANOTHER, STEPS};
use crate::domain::text::letter_words;
use crate::domain::when::in_full;
use crate::domain::{Invitation, LetterKind, Observed, Obstacle, Onboarding, OpcodeOption, OpcodeState, Policy, guide};

/// The names and values that a template can use.
pub(super) type Variables = BTreeMap<&'static str, Value>;

macro_rules! pair {
    ($name:literal) => {
        [include_str!(concat!("../templates/", $name, ".txt")), include_str!(concat!("../templates/", $name, ".html"))]
    };
}

/// What letters share: a name, its plain text and its HTML.
pub(super) const SHARED: [(&str, [&str; 2]); 3] =
    [("layout", pair!("layout")), ("connect", pair!("connect")), ("opcode", pair!("opcode"))];

/// The plain text of a letter and its HTML.
pub(super) const fn templates(kind: LetterKind) -> [&'static str; 2] {
    match kind {
        LetterKind::Invitation => pair!("invitation"),
        LetterKind::Reissue => pair!("reissue"),
        LetterKind::Reminder => pair!("reminder"),
        LetterKind::WordReceived => pair!("word-received"),
        LetterKind::OpcodeGuide => pair!("opcode-guide"),
        LetterKind::Live => pair!("live"),
    }
}

/// The most characters of a sentence.
const SENTENCE: usize = 400;

/// Adds what only letters of its kind speak of.
pub(super) fn add(
    variables: &mut Variables,
    state: &Onboarding,
    context: &RenderContext,
    policy: &Policy,
    partner: &str,
) -> Result<(), LetterError> {
    let said = |at| Value::from(moment(at, state.profile.timezone));
    match context.kind {
        LetterKind::Invitation | LetterKind::Reissue | LetterKind::Reminder => {
            let Invitation { generated_at, expires_at, .. } =
                state.invitation.as_ref().ok_or(Obstacle::NeverInvited)?;
            variables.insert("generated", said(*generated_at));
            variables.insert("expires", said(*expires_at));
            // A source may have named another end than the settings would: the letter says what is so.
            variables.insert("lifetime", Value::from(in_full(*expires_at - *generated_at)));
            variables.insert("left", Value::from(in_full(*expires_at - context.written_at)));
            variables.insert("written", said(context.written_at));
        }
        LetterKind::WordReceived => {
            let word = state.confirmation.dealer_confirmed_at.zip(state.confirmation.due_at);
            let (word_at, due_at) = word.ok_or(Obstacle::NobodyWaits)?;
            variables.insert("word_at", said(word_at));
            variables.insert("due", said(due_at));
        }
        LetterKind::OpcodeGuide => {
            variables.insert("guide", steps(state, policy, partner));
        }
        LetterKind::Live => {
            if !state.is_live() {
                return Err(Obstacle::NotLive(state.stage(context.written_at)).into());
            }
        }
    }
    Ok(())
}

/// The steps to a visible opcode, in the words of the guide.
fn steps(state: &Onboarding, policy: &Policy, partner: &str) -> Value {
    let guide = guide(state, policy, partner);
    let say = |text: &str| Value::from(letter_words(text, SENTENCE));
    // Where the code is missing and nothing is like it, no setting can be told from another.
    let unseen = guide.steps.iter().find(|step| step.observed == Observed::CannotBeObserved);
    let hint = unseen.filter(|_| state.is_confirmed() && state.opcode_state == OpcodeState::Missing);
    let hint = hint.map_or("", |step| step.why.as_str());
    let seen = guide.steps.iter().any(|step| guide.told(step).is_some());
    let steps: Vec<Value> = guide
        .steps
        .iter()
        .map(|step| {
            let told = guide.told(step).unwrap_or_default();
            Value::from_pairs([("title", say(&step.title)), ("told", say(&told))])
        })
        .collect();
    Value::from_pairs([
        ("reason", say(&guide.reason())),
        ("request", say(STEPS)),
        ("another", say(ANOTHER)),
        ("new", Value::from(guide.option == OpcodeOption::New)),
        ("connected", Value::from(state.is_confirmed())),
        ("open", Value::from(guide.open())),
        ("seen", Value::from(seen)),
        ("hint", say(hint)),
        ("steps", Value::from(steps)),
    ])
}
