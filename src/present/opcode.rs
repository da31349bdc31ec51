//! The opcode of a dealership and its slots, in words.

use crate::domain::text::clean;
use crate::domain::{
    NO_SLOTS_CAUSES, Observed, Onboarding, SlotCounts, Timestamp, Untrusted, WasVisible, humanize_slots,
};
use crate::timezone::Tz;

use super::Tone;

/// What stands before the causes of there being no slots.
pub const SLOT_CAUSES: &str = "usual causes, the likeliest first:";

/// Which way the dealership goes.
pub fn option(state: &Onboarding) -> &'static str {
    let assumed = "assumed; the dealership has not chosen";
    state.opcode.as_ref().map_or(assumed, |chosen| chosen.choice.option.as_str())
}

/// Who recorded the choice, when, and on whose word; `None`: nobody did.
pub fn recorded(state: &Onboarding, moment: impl Fn(Timestamp) -> String) -> Option<String> {
    let chosen = state.opcode.as_deref()?;
    let word = chosen.word.as_ref().filter(|word| !word.is_empty()).map(Untrusted::plain);
    let word = word.map_or_else(String::new, |word| format!(", on the word of {word}"));
    Some(format!("by {}, {}{word}", clean(&chosen.by), moment(chosen.at)))
}

/// Drift: it had been visible and is gone. `None` without it.
pub fn drift(state: &Onboarding, moment: impl Fn(Timestamp) -> String) -> Option<String> {
    let WasVisible { from, until } = state.opcode_was_visible?;
    Some(format!("gone since {}, was visible since {}", moment(until), moment(from)))
}

/// Before a step of the guide.
pub const fn observed_mark(observed: Observed) -> (&'static str, Tone) {
    match observed {
        Observed::Visible => ("[x]", Tone::Good),
        Observed::NotVisible => ("[ ]", Tone::Warn),
        Observed::CannotBeObserved => ("[?]", Tone::Faint),
    }
}

/// The usual causes of there being no slots, a line each.
pub fn slot_causes() -> impl Iterator<Item = String> {
    (1..).zip(NO_SLOTS_CAUSES).map(|(number, cause)| format!("{number}. {cause}"))
}

/// What a probe saw of the slots.
pub fn slots_seen(slots: &Result<SlotCounts, String>, zone: Tz) -> String {
    match slots {
        Ok(counts) => humanize_slots(counts.count, counts.days(), counts.next, zone),
        Err(why) => format!("slots not known: {}", clean(why)),
    }
}
