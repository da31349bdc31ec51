//! Reads the response to a booking. Pure. It leans to one side on purpose: only an explicit success with an identifier is "booked", only an
//! answer that surely refuses is "not booked", and everything between may have been booked.

use serde_json::value::RawValue;

use super::envelope::{ReplyEnvelope, scalar};
use super::gateway::read_other_names;
use super::reply::{short_code, short_message};
use super::{BookingOutcome, PlatformSettings};
use crate::domain::classification::{BodyShape, Classification, ClassificationRule, ResponseDetails, classify};
use crate::domain::{AppointmentId, Outcome};

/// Words of a failure that may have come too late, or that may be about the very appointment that was asked for.
const UNSURE: &[&str] = &[
    "unexpected",
    "internal",
    "exception",
    "timeout",
    "time out",
    "timed out",
    "try again",
    "unknown error",
    "error occurred",
    "error has occurred",
    "could not complete",
    "in progress",
    "pending",
    "already",
    "duplicate",
];

/// How a response is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingResponse {
    /// Its reason may still hold secrets.
    pub outcome: BookingOutcome,
    /// Whether the platform itself answered sensibly.
    pub healthy: bool,
    /// Our token was refused, and nothing else: another one may be tried.
    pub token_refused: bool,
}

/// What an envelope says of success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Success {
    Yes,
    No,
    Unsaid,
    /// No boolean: it claims nothing, and denies nothing.
    Odd,
}

/// What of a response counts.
struct Fields {
    status: u16,
    shape: BodyShape,
    success: Success,
    /// Something stands where the identifier belongs.
    id_given: bool,
    id: Option<AppointmentId>,
    code: Option<String>,
    message: Option<String>,
}

impl Fields {
    fn read(status: u16, body: &[u8]) -> Self {
        let (shape, body) = BodyShape::of(body);
        let bare = |shape| Self {
            status,
            shape,
            success: Success::Unsaid,
            id_given: false,
            id: None,
            code: None,
            message: None,
        };
        if shape != BodyShape::Object {
            return bare(shape);
        }
        let Ok(envelope) = serde_json::from_slice::<ReplyEnvelope<'_>>(body) else { return bare(BodyShape::Other) };
        let success = match envelope.success.map(RawValue::get) {
            None => Success::Unsaid,
            Some("true") => Success::Yes,
            Some("false") => Success::No,
            Some(_) => Success::Odd,
        };
        let (mut code, mut message) = (scalar(envelope.code), scalar(envelope.message));
        if success != Success::Yes {
            read_other_names(body, &mut code, &mut message);
        }
        Self {
            status,
            shape,
            success,
            id_given: envelope.appointment.is_some_and(|raw| !matches!(raw.get(), "null" | "\"\"")),
            id: scalar(envelope.appointment).and_then(AppointmentId::new),
            code: code.map(|code| short_code(&code)),
            message: message.map(|message| short_message(&message)),
        }
    }

    const fn is_2xx(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// Whether anything in it says that there is an appointment.
    fn claims(&self) -> bool {
        self.id_given || self.success == Success::Yes
    }

    fn says_taken(&self, codes: &[String]) -> bool {
        self.code.as_ref().is_some_and(|code| codes.iter().any(|known| known.trim().eq_ignore_ascii_case(code.trim())))
    }

    fn sounds_unsure(&self) -> bool {
        let said = [&self.code, &self.message].into_iter().flatten().map(|text| text.to_lowercase());
        said.into_iter().any(|text| UNSURE.iter().any(|words| text.contains(words)))
    }

    fn details(&self) -> ResponseDetails<'_> {
        ResponseDetails {
            status: self.status,
            shape: self.shape,
            success: match self.success {
                Success::Yes => Some(true),
                Success::No | Success::Odd => Some(false),
                Success::Unsaid => None,
            },
            listed: self.success == Success::Yes && self.id.is_some(),
            code: self.code.as_deref(),
            message: self.message.as_deref(),
        }
    }

    fn outcome(&self, settings: &PlatformSettings, classification: Classification) -> BookingOutcome {
        let taken = self.says_taken(&settings.slot_taken_codes);
        let readable = matches!(self.shape, BodyShape::Object | BodyShape::Empty);
        if self.is_2xx() {
            return match (self.success, &self.id) {
                (Success::Yes, Some(id)) if !taken => BookingOutcome::Booked { id: id.clone() },
                (Success::Yes, Some(_)) => self.unknown("success and a taken slot at once"),
                (Success::Yes, None) => self.unknown("success, but no usable identifier of an appointment"),
                (Success::No, _) if !self.id_given => self.refusal(taken, classification),
                (Success::No, _) => self.unknown("no success, but an identifier of an appointment"),
                (Success::Unsaid | Success::Odd, _) => self.unknown("it does not say whether it was booked"),
            };
        }
        if self.claims() {
            return self.unknown("it contradicts itself");
        }
        match self.status {
            // The status alone says that the request went no further.
            401 | 407 | 429 => BookingOutcome::NotSent { reason: self.reason() },
            403 if readable => BookingOutcome::NotSent { reason: self.reason() },
            // An appointment may be what it conflicts with.
            409 if taken => BookingOutcome::SlotTaken { reason: self.reason() },
            400 | 402 | 404..=406 | 410 | 411 | 413..=415 | 417 | 422 | 431 if readable => {
                self.refusal(taken, classification)
            }
            300..=399 => self.unknown("a redirect, which is not followed"),
            _ => self.unknown("that is no sure refusal"),
        }
    }

    /// A failure without any claim of success: sure, unless it sounds like somebody who could not finish.
    fn refusal(&self, taken: bool, classification: Classification) -> BookingOutcome {
        let silent = self.code.is_none() && self.message.is_none();
        // A row of the table that says "cannot tell", or a text that does.
        let unsure = classification.outcome == Outcome::Unknown && classification.row.is_some() || self.sounds_unsure();
        match self.success {
            _ if taken => BookingOutcome::SlotTaken { reason: self.reason() },
            Success::Odd => self.unknown("it does not say whether it was booked"),
            Success::No if silent => self.unknown("a failure without code or message"),
            _ if unsure => self.unknown("it may have failed halfway"),
            _ => BookingOutcome::Refused { reason: self.reason() },
        }
    }

    fn unknown(&self, why: &str) -> BookingOutcome {
        BookingOutcome::Unknown { reason: format!("{why}: {}", self.reason()) }
    }

    fn reason(&self) -> String {
        format!("status {}{}", self.status, self.said())
    }

    fn said(&self) -> String {
        match self.shape {
            BodyShape::Html => return ": a web page came instead of JSON".to_owned(),
            BodyShape::Other => return ": what came is no JSON object".to_owned(),
            BodyShape::Empty => return ": an empty answer".to_owned(),
            BodyShape::Object => {}
        }
        let code = self.code.as_ref().map(|code| format!(", code {code}")).unwrap_or_default();
        let message = self.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
        code + &message
    }
}

impl BookingResponse {
    /// Reads a status and a whole body by a table of meanings. Never fails.
    pub fn read(status: u16, body: &[u8], table: &[ClassificationRule], settings: &PlatformSettings) -> Self {
        let fields = Fields::read(status, body);
        let classification = classify(table, &fields.details());
        let outcome = fields.outcome(settings, classification);
        let about_dealer = classification.outcome == Outcome::NotConnected && classification.by_words;
        let token_refused = status == 401 && matches!(outcome, BookingOutcome::NotSent { .. }) && !about_dealer;
        Self { outcome, healthy: classification.healthy, token_refused }
    }

    /// Reads a response whose body did not come whole: only a status that stops every request says anything, and nothing is tried again.
    pub fn without_body(status: u16, why: &str) -> Self {
        let reason = format!("status {status}: {why}");
        let outcome = match status {
            401 | 407 | 429 => BookingOutcome::NotSent { reason },
            _ => BookingOutcome::Unknown { reason },
        };
        Self { outcome, healthy: false, token_refused: false }
    }
}

#[cfg(test)]
#[path = "booking_response_tests.rs"]
mod tests;
