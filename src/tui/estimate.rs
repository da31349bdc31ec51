//! How likely codes are used before they end, by the own log: asked for when a column shows it, and again every hour.

use std::time::Duration;

use crate::domain::survival::Survival;

/// The log of an hour changes an estimate of weeks little.
const AGAIN: Duration = Duration::from_secs(60 * 60);

#[derive(Debug, Default)]
pub struct CodeEstimate {
    asked_at: Option<Duration>,
    known: Option<Survival>,
}

impl CodeEstimate {
    pub fn known(&self) -> Option<&Survival> {
        self.known.as_ref()
    }

    /// Whether it was asked for lately.
    pub(super) fn is_fresh(&self, face: Duration) -> bool {
        self.asked_at.is_some_and(|asked| face < asked + AGAIN)
    }

    pub(super) fn asked(&mut self, face: Duration) {
        self.asked_at = Some(face);
    }

    pub(super) fn learn(&mut self, survival: Survival) {
        self.known = Some(survival);
    }
}
