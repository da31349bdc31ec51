//! The running program without a face: commands in, events out, background tasks.

mod backoff;
mod booking;
mod bulks;
mod circuit_breaker;
mod codes;
mod deadlines;
mod import;
mod inner;
mod meanings;
mod outbox;
mod probe;
pub mod status;
mod supervisor;
mod task_monitor;
mod timers;

use std::sync::Arc;

use chrono::TimeDelta;
use tokio::sync::{broadcast, oneshot, watch};
use tokio_util::sync::DropGuard;

use crate::clock::SharedClock;
use crate::domain::{
    Actor, Ask, BookingProblem, ClockDoubt, CodeOrigin, Command, DealershipId, Event, InvitationCode, Look, Policy,
    ProbeSchedule, Refusal, Service, SlotCounts, Timestamp,
};
use crate::mail::LetterError;
use crate::mail::bounce::ReportError;
use crate::store::{Committed, EventQuery, ReadModel, Store, StoreError};
use crate::xtime::{CodeSource, Platform, SourceError};
use inner::Inner;
use probe::PriorityProbe;

pub use crate::xtime::ClassificationRule;
pub use backoff::Backoff;
pub use booking::{Booked, PlannedBooking, ReadBack};
pub use bulks::{CutOff, is_whole};
pub use import::{Imported, Incoming};
pub use outbox::{LetterText, MailState, MailStatus, OutboxParts, Returns, SendResult, TakenReport};
pub use probe::ProbeQueueLength;
pub use status::{Alarm, Cause, PlatformState, ProbeStatus, Status, Sweep};
pub use task_monitor::{TaskFault, TaskState};

/// How long the end of the program waits for what is under way.
const LAST_WAIT: std::time::Duration = std::time::Duration::from_secs(5);

/// What the engine is made of.
pub struct Parts {
    pub store: Arc<dyn Store>,
    /// The platform; `None`: probing is off.
    pub platform: Option<Arc<dyn Platform>>,
    /// Where codes come from; `None`: by paste.
    pub source: Option<Arc<dyn CodeSource>>,
    /// Letters; `None`: nobody sends any.
    pub outbox: Option<OutboxParts>,
    pub clock: SharedClock,
    /// The numbers of the process.
    pub policy: Policy,
    /// The numbers of the background tasks.
    pub pace: Pace,
    /// Seeds ids and jitter, so that a simulation can be replayed. Another one in every run: an idempotency key that comes
    /// twice would be answered with the old code.
    pub seed: u64,
    /// Refuse every command that would record something; no background task records anything either.
    pub read_only: bool,
    /// Whether this process does the background work (probes that are due, clocks, open requests for codes), as the
    /// dashboard, `watch` and `demo` do. A one-shot command does not; it can still `check` and `obtain`.
    pub background: bool,
}

/// The numbers of the background tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    /// Requests per second, for the whole credential.
    pub requests_per_second: u32,
    /// Requests under way at once.
    pub max_in_flight: u32,
    /// The longest that the platform may have us wait.
    pub max_retry_after: std::time::Duration,
    /// How often a live dealership is probed.
    pub recheck: std::time::Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            requests_per_second: 10,
            max_in_flight: 4,
            max_retry_after: std::time::Duration::from_secs(900),
            recheck: std::time::Duration::from_secs(24 * 3_600),
        }
    }
}

impl Pace {
    pub fn probe_schedule(&self) -> ProbeSchedule {
        ProbeSchedule {
            recheck: TimeDelta::from_std(self.recheck).unwrap_or(TimeDelta::days(1)),
            ..ProbeSchedule::default()
        }
    }
}

/// Why the engine did not do it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EngineError {
    /// A rule said no (exit 4).
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The code source gave no code, and there is none.
    #[error("no code: {0}")]
    Source(SourceError),
    /// The code source gave no code, but may have made one: the request stays open.
    #[error("no code yet: {0}; the request stays open, and the same command goes on with it")]
    StillOpen(SourceError),
    /// Codes come by paste, and none was given.
    #[error("codes come by paste: give the code (--code), or configure [invitations] source")]
    NoSource,
    /// Nobody can be probed: the platform is not configured.
    #[error("Xtime is not configured: set [xtime] client_id, client_secret and api_key")]
    NoPlatform,
    #[error("read-only: nothing is recorded")]
    ReadOnly,
    /// A booking that is not sent (exit 4).
    #[error(transparent)]
    Booking(#[from] BookingProblem),
    /// What the platform would have to say first was not heard.
    #[error("could not tell: {0}; nothing was sent")]
    CouldNotTell(String),
    /// The platform asks us to wait, for longer than anybody waits.
    #[error("Xtime asks us to wait for too long: {0}")]
    RateLimited(String),
    /// A letter cannot be written (exit 1).
    #[error(transparent)]
    Letter(#[from] LetterError),
    /// What should be a delivery report is none.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The task that did it failed; it is restarted, so asking again may help.
    #[error("a part of the program failed while doing it: {0}")]
    Fault(String),
    /// The engine is shutting down.
    #[error("the program is ending")]
    Ending,
}

#[derive(Debug, Clone)]
pub struct PastedCode {
    pub dealership: DealershipId,
    pub code: InvitationCode,
    pub generated_at: Timestamp,
    /// When it dies, if that is known better than by the rule.
    pub expires_at: Option<Timestamp>,
    pub ask: Ask,
    /// Whether a letter takes it to the dealership.
    pub mail: bool,
}

/// What a probe that was asked for found out, and what was recorded of it.
#[derive(Debug, Clone)]
pub struct Checked {
    pub look: Look,
    /// Slots in the window of the policy, when connected and the opcode is visible; or why they are not known.
    pub slots: Option<Result<SlotCounts, String>>,
    pub events: Vec<Arc<Event>>,
}

/// The engine. Cheap to clone; all clones are the same engine. When the last one is dropped its tasks end.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
    _last: Arc<DropGuard>,
}

impl Engine {
    /// Starts the engine and its background tasks. Must be called inside a tokio runtime when there are any (with a
    /// platform, or with `background`).
    pub fn start(parts: Parts) -> Self {
        let inner = Arc::new(Inner::new(parts));
        supervisor::start(&inner);
        let last = inner.cancel.clone().drop_guard();
        Self { inner, _last: Arc::new(last) }
    }

    /// The states after the last durable commit.
    pub fn book(&self) -> &ReadModel {
        self.inner.book()
    }

    /// The numbers of the process.
    pub fn policy(&self) -> &Policy {
        &self.inner.parts.policy
    }

    pub fn clock(&self) -> &SharedClock {
        &self.inner.parts.clock
    }

    /// Whether every recording command is refused.
    pub fn read_only(&self) -> bool {
        self.inner.parts.read_only
    }

    /// Whether this process does what is due by itself.
    pub fn is_leader(&self) -> bool {
        self.inner.works()
    }

    /// The background tasks that do not run as they should.
    pub fn task_faults(&self) -> Vec<TaskFault> {
        self.inner.monitor.faults(&*self.inner.parts.clock)
    }

    /// Where codes come from; `None`: by paste.
    pub fn code_origin(&self) -> Option<CodeOrigin> {
        self.inner.parts.source.as_ref().map(|source| source.origin())
    }

    /// Follows commits from now on. Whoever lags is told so by the receiver, and reads [`Engine::book`] anew.
    pub fn follow(&self) -> broadcast::Receiver<Committed> {
        self.inner.parts.store.subscribe()
    }

    /// Follows how the program is doing.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.inner.status.subscribe()
    }

    /// Why our clock cannot be believed, as far as the store and the platform tell.
    pub fn clock_doubt(&self) -> Option<ClockDoubt> {
        let inner = &self.inner;
        ClockDoubt::find(inner.now(), inner.book().newest_event(), inner.status.borrow().clock_skew, self.policy())
    }

    /// What happened when the store was opened that people should know, in words.
    pub fn notices(&self) -> Vec<String> {
        self.inner.parts.store.notices()
    }

    /// The opcodes that Xtime showed us of a dealership, when a person had it probed in the last ten minutes.
    pub fn shown_services(&self, id: DealershipId) -> Option<Arc<[Service]>> {
        self.inner.shown.lock().get(id, self.inner.now())
    }

    pub async fn events(&self, query: EventQuery) -> Result<Vec<Event>, EngineError> {
        Ok(self.inner.parts.store.events(query).await?)
    }

    /// Decides a command and records what comes of it. An empty answer: it was true already.
    pub async fn execute(
        &self,
        id: DealershipId,
        command: Command,
        actor: &Actor,
    ) -> Result<Vec<Arc<Event>>, EngineError> {
        let nudge = matches!(command, Command::RetryLetter { .. });
        let done = self.inner.execute(id, command, actor).await;
        if nudge && done.is_ok() {
            self.inner.outbox_nudge.notify_one();
        }
        done
    }

    /// What the rules say to a command now; nothing is recorded.
    pub fn dry_run(&self, id: DealershipId, command: &Command) -> Result<(), Refusal> {
        self.inner.decided(id, command, &Actor::system("dry run")).map(drop)
    }

    /// Probes now, before everything else that is due, and records what changed. A breaker that is open lets it through, one
    /// at a time.
    pub async fn check(&self, id: DealershipId) -> Result<Checked, EngineError> {
        let inner = &self.inner;
        if inner.parts.platform.is_none() {
            return Err(EngineError::NoPlatform);
        }
        inner.may_record()?;
        let (waiter, answered) = oneshot::channel();
        inner.probes.send(PriorityProbe::asked(id, waiter)).await.map_err(|_| EngineError::Ending)?;
        inner.answer(answered).await
    }

    /// Ends the background tasks, waits for what is under way (5 seconds at most), and closes the store.
    pub async fn shutdown(&self) -> Result<(), EngineError> {
        let inner = &self.inner;
        inner.cancel.cancel();
        inner.tasks.close();
        tokio::select! {
            biased;
            () = inner.tasks.wait() => {}
            () = inner.parts.clock.sleep(LAST_WAIT) => {}
        }
        Ok(inner.parts.store.close().await?)
    }
}
