//! How a hook is doing.

use parking_lot::Mutex;

use crate::domain::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HookProgress {
    pub delivered: u64,
    /// Calls that did not go through.
    pub failed: u64,
    pub given_up: u64,
    /// Up to which event it is done.
    pub position: u64,
    /// Since when a delivery does not go through, and why.
    pub failure: Option<(Timestamp, String)>,
}

#[derive(Debug)]
pub struct HookStatus {
    pub name: String,
    progress: Mutex<HookProgress>,
}

impl HookStatus {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), progress: Mutex::default() }
    }

    pub fn progress(&self) -> HookProgress {
        self.progress.lock().clone()
    }

    pub(super) fn at(&self, position: u64) {
        self.progress.lock().position = position;
    }

    pub(super) fn note_failure(&self, since: Timestamp, why: &str) {
        let mut progress = self.progress.lock();
        progress.failed += 1;
        progress.failure = Some((since, why.to_owned()));
    }

    pub(super) fn done(&self, taken: bool) {
        let mut progress = self.progress.lock();
        *if taken { &mut progress.delivered } else { &mut progress.given_up } += 1;
        progress.failure = None;
    }
}
