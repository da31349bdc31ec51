//! Calls in words, for both frontends.

use crate::domain::{LastCall, Onboarding, Timestamp, ToldCode};

/// What came of the newest call; `None`: nobody ever called.
pub fn last_call(state: &Onboarding, moment: impl Fn(Timestamp) -> String) -> Option<String> {
    let LastCall { outcome, at, by, with, note, .. } = state.calls.as_ref()?.last.as_ref()?;
    let with = with.as_ref().map(|with| format!(" with {}", with.plain())).unwrap_or_default();
    let note = note.as_ref().map(|note| format!(": {}", note.plain())).unwrap_or_default();
    Some(format!("{}{note} ({by}{with}, {})", outcome.message(), moment(*at)))
}

/// That the present code was read out; `None`: it was not.
pub fn told_code(state: &Onboarding, moment: impl Fn(Timestamp) -> String) -> Option<String> {
    let ToldCode { generation, at, by, to } = state.told_code()?;
    let to = to.as_ref().map(|to| format!(" to {}", to.plain())).unwrap_or_default();
    Some(format!("code {generation} read out by {by}{to}, {}", moment(*at)))
}
