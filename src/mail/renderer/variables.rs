//! The variables of a letter's template, as they are shown: every value is cleaned here.

use minijinja::Value;

use super::kinds::{self, Variables};
use super::{LetterError, RenderContext};
use crate::domain::text::letter_words;
use crate::domain::when::in_full;
use crate::domain::{Onboarding, Policy, Profile};

/// The most characters of a name.
const NAME: usize = 120;

/// The variables of every letter, and those of its kind. The code is not among them.
pub(super) fn collect(
    state: &Onboarding,
    context: &RenderContext,
    policy: &Policy,
    partner: &str,
    reach: &str,
) -> Result<Variables, LetterError> {
    let Profile { name, dealer_code, city, state: province, contact, .. } = &state.profile;
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
    kinds::add(&mut variables, state, context, policy, partner)?;
    Ok(variables)
}
