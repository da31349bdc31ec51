//! How likely codes are used before they end, by the own log: asked for when a column shows it, and again every hour.

use std::time::Duration;

use super::msg::Effect;
use super::rows::TableColumn;
use super::state::ScreenState;
use crate::domain::survival::Survival;
use crate::protocol::Request;

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
}

impl ScreenState {
    pub(super) fn ask_estimate(&mut self) -> Option<Effect> {
        let face = self.now.face;
        let is_fresh = self.estimate.asked_at.is_some_and(|asked| face < asked + AGAIN);
        if self.opening || self.past.is_some() || is_fresh || !self.columns.shows(TableColumn::Chance) {
            return None;
        }
        self.estimate.asked_at = Some(face);
        Some(self.ask(Request::Survival))
    }

    /// The log was read; what could not be read stays as it was.
    pub(super) fn estimated(&mut self, survival: Result<Survival, String>) {
        if let Ok(survival) = survival {
            self.estimate.known = Some(survival);
            self.dirty = true;
        }
    }
}
