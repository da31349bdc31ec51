//! The variables of a letter's template, as they are shown: every value is cleaned here.

use minijinja::Value;

use super::format::moment;
use super::templates::Variables;
use super::{LetterError, RenderContext};
use crate::domain::guide::{ANOTHER, STEPS};
use crate::domain::text::letter_words;
use crate::domain::when::in_full;
use crate::domain::{
    Invitation, LetterKind, Observed, Obstacle, Onboarding, OpcodeOption, OpcodeState, Policy, Profile, guide,
};

/// The most characters of a name, and of a sentence.
const NAME: usize = 120;
const SENTENCE: usize = 400;

/// The variables of every letter, and those of its kind. The code is not among them.
pub(super) fn collect(
    state: &Onboarding,
    context: &RenderContext,
    policy: &Policy,
    partner: &str,
    reach: &str,
) -> Result<Variables, LetterError> {
    let Profile { name, dealer_code, city, state: province, timezone, contact, .. } = &state.profile;
    let say = |text: &str| Value::from(letter_words(text, NAME));
    let place = [city, province].map(|part| letter_words(part.raw(), NAME));
    let place: Vec<_> = place.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let mut variables = Variables::from([
        ("partner", say(partner)),
        ("reach", Value::from(reach)),
        ("dealership", say(name.raw())),
        ("dealer_code", say(dealer_code.raw())),
        ("place", Value::from(place.join(", "))),
        ("contact", say(contact.name.raw())),
        ("valid_for", Value::from(in_full(policy.valid_for))),
        ("confirm_within", Value::from(in_full(policy.confirm_within))),
        ("opcode", say(state.opcode_code(&policy.default_opcode))),
        ("opcode_chosen", Value::from(state.opcode.is_some())),
        ("default_opcode", say(&policy.default_opcode)),
        ("new_opcode", say(&policy.new_opcode)),
    ]);
    let said = |at| Value::from(moment(at, *timezone));
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
    Ok(variables)
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
