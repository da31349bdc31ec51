//! The platform: one read that answers "does Xtime let us in" and "is our opcode visible", and one that answers "would a
//! customer see a slot". Also the ways to obtain an invitation code.

mod defaults;
pub mod diagnose;
pub mod meaning;
pub mod platform;
pub mod reply;
pub mod settings;
pub mod source;
mod token;
mod wire;
mod words;

use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;

pub use self::diagnose::Finding;
pub use self::meaning::{Meaning, Pattern, StatusMatch, Verdict};
pub use self::platform::HttpPlatform;
pub use self::settings::{Settings, SetupError, install_crypto};
use crate::domain::{Look, Timestamp};

/// What an attempt to look told us beside the look itself.
#[derive(Debug, Clone)]
pub struct Answer<T> {
    /// The answer.
    pub value: T,
    /// The platform asked to be left alone for so long (Retry-After, both forms).
    pub retry_after: Option<Duration>,
    /// The platform's `Date` header minus our clock, when it was given.
    pub clock_skew: Option<chrono::TimeDelta>,
    /// Whether the platform itself answered sensibly (a 429, 5xx, time-out, malformed body or refused token did not).
    pub healthy: bool,
}

/// Slots offered on one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The wall clock of the dealership; a `Z` on it is not UTC.
    pub local: chrono::NaiveDateTime,
    /// Length in minutes.
    pub minutes: u32,
}

/// Reads at the platform for one dealership. Implementations never retry: the one retry layer is the engine's.
#[async_trait]
pub trait Platform: Send + Sync + 'static {
    /// `GET /services` (the vehicle-independent list). Every failure is a [`Look`] too: its outcome says what it means.
    async fn look(&self, dealer_code: &str) -> Answer<Look>;

    /// `GET /appointments-availabilities` from `start`, at most 6 days. `Err` holds why it could not tell.
    async fn slots(
        &self,
        dealer_code: &str,
        opcode: &str,
        start: NaiveDate,
        days: u8,
    ) -> Answer<Result<Vec<Slot>, String>>;
}

/// For which dealership a code is asked.
#[derive(Debug, Clone)]
pub struct CodeRequest {
    /// The idempotency key: the same for every try of one intent.
    pub intent: crate::domain::IntentId,
    /// Xtime's identifier of the dealership.
    pub dealer_code: String,
    /// Our identifier.
    pub dealership: String,
    /// Its name, cleaned.
    pub name: String,
}

/// A code as a source gave it.
#[derive(Debug, Clone)]
pub struct ObtainedCode {
    /// The code.
    pub code: crate::domain::InvitationCode,
    /// When it was generated; the moment of the request when the source does not say.
    pub generated_at: Option<Timestamp>,
    /// When it dies, if the source said so.
    pub expires_at: Option<Timestamp>,
}

/// Why a source gave no code.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SourceError {
    /// It said no for good (4xx, non-zero exit, an answer without a usable code): asking again would not help.
    #[error("{0}")]
    Refused(String),
    /// It could not be told whether it made one: try again with the same key.
    #[error("{reason}")]
    Unclear {
        /// Why, in words; no code in it.
        reason: String,
        /// The source asked to be left alone for so long.
        retry_after: Option<Duration>,
    },
}

/// Where codes come from when no person pastes them.
#[async_trait]
pub trait CodeSource: Send + Sync + 'static {
    /// How it is recorded.
    fn origin(&self) -> crate::domain::CodeOrigin;

    /// Asks for a code. Asking twice with one intent must give one code.
    async fn obtain(&self, request: &CodeRequest) -> Result<ObtainedCode, SourceError>;
}
