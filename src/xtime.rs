//! Xtime: one read that answers "does Xtime let us in" and "is our opcode visible", one that answers "would a customer see a slot", and
//! the one call that changes something there: a test appointment, which is read back. Also the sources of invitation codes.

mod booking;
pub mod booking_response;
mod connection;
pub mod diagnose;
mod envelope;
mod gateway;
mod local_time;
pub mod platform;
mod proxy;
mod redact;
pub mod reply;
mod rule_table;
pub mod settings;
pub mod source;
mod token;

use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;

use crate::domain::classification::{ClassificationRule, TeachError};
use crate::domain::{
    Appointment, AppointmentId, Booking, Environment, Outcome, ProbeResult, ResponseFacts, Slot, Timestamp,
};
use crate::protocol::RequestPreview;
pub use crate::tls::install_crypto;
pub use diagnose::DiagnosticFinding;
pub use platform::HttpPlatform;
pub use redact::Redactor;
pub use settings::{PlatformSettings, SetupError, TlsFiles};

/// What a call came to, and what its response says beside that.
#[derive(Debug, Clone)]
pub struct AttemptReport<T> {
    pub value: T,
    /// The platform asked to be left alone for so long (Retry-After, both forms).
    pub retry_after: Option<Duration>,
    /// The platform's `Date` header minus our clock, when it was given.
    pub clock_skew: Option<chrono::TimeDelta>,
    /// Whether the platform itself answered sensibly (a 429, 5xx, time-out, malformed body or refused token did not).
    pub healthy: bool,
}

/// How a booking ended. Whatever is not surely "not booked" is [`BookingOutcome::Unknown`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BookingOutcome {
    /// It stands, or it was moved.
    Booked { id: AppointmentId },
    /// Somebody else took the time meanwhile; nothing was booked. Take fresh slots.
    SlotTaken {
        /// What the platform said; one clean line, as all the reasons here.
        reason: String,
    },
    /// The platform said no; nothing was booked.
    Refused { reason: String },
    /// The platform never processed it: our own check, no token, no connection, or the gateway turned it away.
    NotSent { reason: String },
    /// It may have been booked. Read back before any second try.
    Unknown {
        /// Why that cannot be told.
        reason: String,
    },
}

/// Calls to the platform for one dealership. Implementations never retry: the one retry layer is the engine's, and a booking has none.
#[async_trait]
pub trait Platform: Send + Sync + 'static {
    /// `GET /services` (the vehicle-independent list). Every failure is a [`ProbeResult`] too: its outcome says what it means.
    async fn probe(&self, dealer_code: &str) -> AttemptReport<ProbeResult>;

    /// `GET /appointments-availabilities` from `start`, at most 6 days. `Err` holds why it could not tell.
    async fn slots(
        &self,
        dealer_code: &str,
        opcode: &str,
        start: NaiveDate,
        days: u8,
    ) -> AttemptReport<Result<Vec<Slot>, String>>;

    /// `POST /appointments-bookings`: a new appointment, or a move when the booking names one. Sent once; only a refusal of our token
    /// is answered with one more try, with another token. What was offered is the caller's to check ([`Booking::check`]).
    async fn book(&self, dealer_code: &str, booking: &Booking) -> AttemptReport<BookingOutcome>;

    /// `GET /appointments` of one vehicle. The list is read wholly or not at all: an appointment that was overlooked would be made twice.
    /// `Err` holds why it could not tell.
    async fn appointments(&self, dealer_code: &str, vin: &str) -> AttemptReport<Result<Vec<Appointment>, String>>;

    /// Whether its dealerships are real. Where nobody knows better they are.
    fn environment(&self) -> Environment {
        Environment::Production
    }

    /// The row that would read an answer that nothing knows as a person says.
    fn row_for(
        &self,
        _answer: &ResponseFacts,
        _dealer_code: &str,
        _means: Outcome,
    ) -> Result<ClassificationRule, TeachError> {
        Err(TeachError::Unusable("this platform reads no answers by a table".to_owned()))
    }

    /// Reads answers by a row too, from now on.
    fn learn(&self, _row: ClassificationRule) {}

    /// What [`Platform::book`] would send, made by the same code; sends nothing. `Err`: why nothing would be sent.
    fn preview(&self, dealer_code: &str, booking: &Booking) -> Result<RequestPreview, String>;
}

/// For which dealership a code is asked.
#[derive(Debug, Clone)]
pub struct SourceRequest {
    /// The idempotency key: the same for every try of one intent.
    pub intent: crate::domain::IntentId,
    /// Xtime's identifier of the dealership.
    pub dealer_code: String,
    pub dealership: String,
    /// Its name, cleaned.
    pub name: String,
}

/// A code as a source gave it.
#[derive(Debug, Clone)]
pub struct ObtainedCode {
    pub code: crate::domain::InvitationCode,
    /// When it was generated; the moment of the request when the source does not say.
    pub generated_at: Option<Timestamp>,
    /// When it dies, if the source said so.
    pub expires_at: Option<Timestamp>,
}

/// Why a source gave no code. Whether the intent ends hangs on it: another key makes another code, so only what is sure may end one.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SourceError {
    /// There is no code under this key and never will be: the source said so itself.
    #[error("{0}")]
    Refused(String),
    /// This request made none: it never left, was turned away (our credentials, a proxy, a source that finds it wrong), or the program
    /// failed. An earlier one with the same key may have made one: a source that did refuses the key with other contents, too.
    #[error("{0}")]
    TurnedAway(String),
    /// There may be a code, and asking again at once would not help: an answer of success that cannot be read, a redirect.
    #[error("{0}")]
    Unusable(String),
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
    fn origin(&self) -> crate::domain::CodeOrigin;

    /// Asks for a code. Asking twice with one intent must give one code.
    async fn obtain(&self, request: &SourceRequest) -> Result<ObtainedCode, SourceError>;
}
