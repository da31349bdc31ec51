//! One attempt of one letter, and what it says of the mail server.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use rand::RngExt;

use crate::domain::{
    Actor, Command, DealershipId, Fact, Letter, LetterEnd, LetterId, LetterState, Onboarding, Timestamp,
};
use crate::engine::Inner;
use crate::engine::inner::Authority;
use crate::failure_point::FailurePoint;
use crate::mail::{self, Delivery, PreSendDecision, RefusedBy, RenderContext};
use crate::protocol::RequestError;
use crate::store::StoreError;

/// How long until a result that could not be recorded is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// Why a letter did not go that perhaps counts as being sent, which nothing else would end.
const IN_DOUBT: &str = "that it is being sent could not be recorded in time";

/// What an attempt came to, and what that says of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendAttempt {
    /// It did its work: it took the letter, or refused this one.
    Done,
    /// It took the letter and did not say so.
    Unanswered,
    /// It refused for good, for a reason that any other letter may meet too: in words.
    Unwilling(String),
    /// It takes nothing at the moment: in words.
    Busy(String),
    /// It, or our way to it, fails: in words. The letter waits.
    Down(String),
    /// The letter ended without it.
    NotAsked,
    /// The letter did not go now, and it was asked nothing; it may be due again.
    Waits,
    /// It would have taken the letter, but that was not to go: its dealership changed.
    Aborted,
    /// The letter was not to go, because that could not be recorded.
    Unrecorded,
}

pub fn render_context(letter: &Letter) -> RenderContext {
    RenderContext {
        letter: letter.id,
        kind: letter.kind,
        written_at: letter.queued_at,
        automatic: letter.is_automatic(),
        settled: letter.settled,
    }
}

pub fn actor() -> Actor {
    Actor::system("mail")
}

/// The last moment before a letter leaves.
struct BeforeSending<'a> {
    inner: &'a Inner,
    id: DealershipId,
    letter: LetterId,
    /// The state that the letter was written from.
    version: u64,
    /// Why it could not be recorded that it is being handed over.
    failure: OnceLock<StoreError>,
}

#[async_trait]
impl mail::PreSendCheck for BeforeSending<'_> {
    async fn check(&self) -> PreSendDecision {
        match self.inner.begin_letter(self.id, self.letter, self.version).await {
            Ok(true) => {
                FailurePoint::LetterBegun.pass();
                PreSendDecision::Proceed
            }
            Ok(false) => PreSendDecision::Abort,
            Err(error) => {
                self.inner.report(format!("a letter was held: that it is being sent could not be recorded: {error}"));
                let _ = self.failure.set(error);
                PreSendDecision::Abort
            }
        }
    }
}

impl Inner {
    /// One attempt of one letter.
    pub async fn attempt_letter(&self, id: DealershipId, letter: LetterId) -> SendAttempt {
        let _sending = self.sending.read().await;
        let (Some(outbox), Some(state)) = (&self.parts.outbox, self.read_model().get(id)) else {
            return SendAttempt::Waits;
        };
        let Some(record) = state.letter(letter) else { return SendAttempt::Waits };
        match state.letter_obstacle(record, self.now()) {
            Some(obstacle) if obstacle.holds() => return SendAttempt::Waits,
            Some(obstacle) => {
                let command = Command::SuppressLetter { letter, reason: obstacle.to_string() };
                return self.ended(id, command, SendAttempt::NotAsked).await;
            }
            None => {}
        }
        let rendered = outbox.renderer.write(&state, &render_context(record), &self.parts.policy);
        let message = match rendered.and_then(|it| it.outgoing()) {
            Ok(message) => message,
            Err(error) => {
                let end = LetterEnd::Refused { reason: error.to_string(), permanent: true, address: None };
                return self.end_letter(id, letter, end, SendAttempt::NotAsked).await;
            }
        };
        let check = BeforeSending { inner: self, id, letter, version: state.version, failure: OnceLock::new() };
        let delivery = outbox.transport.deliver(&message, &check).await;
        FailurePoint::LetterHandedOver.pass();
        let (end, attempt) = match delivery {
            Delivery::Sent { reply } => (LetterEnd::Sent { reply }, SendAttempt::Done),
            Delivery::Written { path } => (LetterEnd::Written { path }, SendAttempt::Done),
            Delivery::Refused { reason, permanent, address, by } => {
                let attempt = match by {
                    RefusedBy::Us => SendAttempt::NotAsked,
                    RefusedBy::Server => SendAttempt::Done,
                    RefusedBy::ServerForAll => SendAttempt::Unwilling(reason.clone()),
                };
                (LetterEnd::Refused { reason, permanent, address }, attempt)
            }
            Delivery::Deferred { reason } => {
                (LetterEnd::Deferred { reason: reason.clone() }, SendAttempt::Busy(reason))
            }
            Delivery::Uncertain { reason } => (LetterEnd::Uncertain { reason }, SendAttempt::Unanswered),
            Delivery::Aborted => match check.failure.get() {
                None => return SendAttempt::Aborted,
                Some(StoreError::InDoubt { .. }) => {
                    (LetterEnd::Deferred { reason: IN_DOUBT.to_owned() }, SendAttempt::Unrecorded)
                }
                Some(_) => return SendAttempt::Unrecorded,
            },
            Delivery::Down { reason } => {
                // The check had been passed, but the letter was not taken after all.
                let sending =
                    |state: Arc<Onboarding>| state.letter(letter).is_some_and(|it| it.state == LetterState::Sending);
                if self.read_model().get(id).is_some_and(sending) {
                    let end = LetterEnd::Deferred { reason: reason.clone() };
                    self.end_letter(id, letter, end, SendAttempt::NotAsked).await;
                }
                return SendAttempt::Down(reason);
            }
        };
        self.end_letter(id, letter, end, attempt).await
    }

    /// Records that a letter is being handed over, if the dealership is still as it was when the letter was written.
    async fn begin_letter(&self, id: DealershipId, letter: LetterId, version: u64) -> Result<bool, StoreError> {
        let append = match self.decided(id, &Command::BeginLetter { letter }, &actor()) {
            Ok(Some(append)) if append.expected_version == version => append,
            // It changed, or is not due any more: it is written anew, if it is still wanted.
            Ok(_) | Err(_) => return Ok(false),
        };
        let go = append.facts.iter().any(|fact| matches!(fact, Fact::EmailBegun { .. }));
        match self.append(Authority::Leader, vec![append]).await {
            // By the time that it is recorded the lease may be over: then nobody knows what the next leader does.
            Ok(_) => Ok(go && self.leads()),
            Err(StoreError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub async fn end_letter(
        &self,
        id: DealershipId,
        letter: LetterId,
        end: LetterEnd,
        attempt: SendAttempt,
    ) -> SendAttempt {
        let jitter = self.rng.lock().random_range(0..=1_000);
        self.ended(id, Command::EndLetter { letter, end, jitter }, attempt).await
    }

    /// Records the end of an attempt. It must be recorded: without it nobody would know. So it goes on until the program ends, or
    /// its term: then the next leader finds the letter half handed over.
    async fn ended(&self, id: DealershipId, command: Command, attempt: SendAttempt) -> SendAttempt {
        loop {
            match self.execute_as_leader(id, command.clone(), &actor()).await {
                Ok(_) | Err(RequestError::Refused(_)) => {
                    FailurePoint::LetterEnded.pass();
                    return attempt;
                }
                Err(error) => self.report(format!("what became of a letter could not be recorded: {error}")),
            }
            if !self.leads() || !self.sleep(RETRY).await {
                return SendAttempt::Waits;
            }
        }
    }

    /// How long ago handing over a letter began, for each dealership where that was in the last hour. Only the latest letter of
    /// each counts; there is one a minute at most.
    pub fn letters_begun_in_the_last_hour(&self, now: Timestamp) -> impl Iterator<Item = Duration> {
        let (_, states) = self.read_model().all();
        states.into_iter().filter_map(move |state| {
            let age = (now - state.mail.as_ref()?.begun_at?).to_std().ok()?;
            (age < Duration::from_secs(3_600)).then_some(age)
        })
    }
}
