//! How a hook is doing.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::domain::Timestamp;

/// A delivery that did not go through yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookFailure {
    pub since: Timestamp,
    pub why: String,
}

#[derive(Debug)]
pub struct HookStatus {
    pub name: String,
    delivered: AtomicU64,
    failed: AtomicU64,
    given_up: AtomicU64,
    position: AtomicU64,
    failure: Mutex<Option<HookFailure>>,
}

impl HookStatus {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            delivered: AtomicU64::default(),
            failed: AtomicU64::default(),
            given_up: AtomicU64::default(),
            position: AtomicU64::default(),
            failure: Mutex::default(),
        }
    }

    pub fn delivered(&self) -> u64 {
        self.delivered.load(Ordering::Relaxed)
    }

    /// Calls that did not go through.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    pub fn given_up(&self) -> u64 {
        self.given_up.load(Ordering::Relaxed)
    }

    /// Up to which event it is done.
    pub fn position(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }

    pub fn failure(&self) -> Option<HookFailure> {
        self.failure.lock().clone()
    }

    pub(super) fn at(&self, position: u64) {
        self.position.store(position, Ordering::Relaxed);
    }

    pub(super) fn note_failure(&self, since: Timestamp, why: &str) {
        self.failed.fetch_add(1, Ordering::Relaxed);
        *self.failure.lock() = Some(HookFailure { since, why: why.to_owned() });
    }

    pub(super) fn done(&self, taken: bool) {
        let counter = if taken { &self.delivered } else { &self.given_up };
        counter.fetch_add(1, Ordering::Relaxed);
        *self.failure.lock() = None;
    }
}
