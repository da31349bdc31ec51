//! The running program without a face: commands in, events out, background tasks.

mod agenda;
mod backoff;
mod booking;
mod breaker;
mod bulks;
mod calls;
mod causes;
mod codes;
mod deadlines;
mod import;
mod judge;
mod meanings;
mod outage;
mod picture;
mod post;
mod prober;
mod probes;
mod rate_limit;
mod recent;
pub mod status;
mod supervisor;
mod sweep;
mod timers;
mod waiting;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::TimeDelta;
use parking_lot::{Mutex, RwLock};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::sync::{Notify, Semaphore, broadcast, mpsc, oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::clock::SharedClock;
use crate::domain::{
    Actor, Ask, BookingProblem, ClockDoubt, CodeOrigin, Command, Context, DealershipId, Event, IntentId,
    InvitationCode, LetterId, Look, Onboarding, Policy, ProbeSchedule, Refusal, Service, SlotCounts, Timestamp, decide,
};
use crate::mail::LetterError;
use crate::mail::bounce::ReportError;
use crate::store::{Append, Committed, EventQuery, ReadModel, Store, StoreError};
use crate::xtime::{CodeSource, Platform, SourceError};
use recent::Recent;

pub use crate::xtime::ClassificationRule;
pub use booking::{Booked, PlannedBooking, ReadBack};
pub use bulks::{CutOff, is_whole};
pub use import::{Imported, Incoming};
pub use post::{LetterText, MailState, MailStatus, PostService, Returns, SendResult, TakenReport};
pub use status::{Alarm, Cause, PlatformState, ProbeStatus, Status, Sweep};

/// How often a decision is made anew because the dealership changed under it.
const MOST_TRIES: u32 = 16;

/// How many looks that were asked for may wait to be taken in; whoever asks for more waits.
const CHECKS_WAITING: usize = 256;

/// How many requests to the code source are under way at once.
const SOURCE_IN_FLIGHT: usize = 4;

/// How long a list of services counts as what Xtime shows now.
const SHOWN_FOR: TimeDelta = TimeDelta::minutes(10);

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
    pub post: Option<PostService>,
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
    /// Whether this process does the background work (looks that are due, clocks, open requests for codes), as the
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
    /// How often a live dealership is looked at.
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
    /// How often is looked at what.
    pub fn rhythm(&self) -> ProbeSchedule {
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
    /// Nobody can look: the platform is not configured.
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

/// What a look that was asked for found out, and what was recorded of it.
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

/// What the engine and its tasks share.
struct Inner {
    parts: Parts,
    rng: Mutex<StdRng>,
    status: watch::Sender<Status>,
    /// When the next look at each dealership is due.
    next_probes: RwLock<HashMap<DealershipId, Timestamp>>,
    /// There is a look that is not written yet.
    probes_to_save: Notify,
    /// What Xtime showed of some dealerships when it was last asked.
    shown: Mutex<Recent<(Timestamp, Arc<[Service]>)>>,
    checks: mpsc::Sender<Check>,
    /// For the one probe task; it outlives the task's restarts.
    checks_asked: tokio::sync::Mutex<mpsc::Receiver<Check>>,
    /// Other requests of a person, within the same budget.
    calls: mpsc::Sender<calls::Call>,
    calls_asked: tokio::sync::Mutex<mpsc::Receiver<calls::Call>>,
    /// One test booking at a time.
    booking: tokio::sync::Mutex<()>,
    /// Dealerships for which a code is being obtained by this process.
    obtaining: Mutex<HashSet<DealershipId>>,
    source_slots: Semaphore,
    post: post::PostOffice,
    cancel: CancellationToken,
    tasks: TaskTracker,
}

/// A look that was asked for.
struct Check {
    id: DealershipId,
    answer: oneshot::Sender<Result<Checked, EngineError>>,
}

impl Engine {
    /// Starts the engine and its background tasks. Must be called inside a tokio runtime when there are any (with a
    /// platform, or with `background`).
    pub fn start(parts: Parts) -> Self {
        let source = parts.source.as_ref().map(|source| source.origin());
        let requests_per_second = parts.pace.requests_per_second.max(1);
        let platform = if parts.platform.is_some() { PlatformState::Starting } else { PlatformState::Unconfigured };
        let (checks, checks_asked) = mpsc::channel(CHECKS_WAITING);
        let (calls, calls_asked) = mpsc::channel(CHECKS_WAITING);
        let cancel = CancellationToken::new();
        let inner = Arc::new(Inner {
            rng: Mutex::new(StdRng::seed_from_u64(parts.seed)),
            status: watch::Sender::new(Status { platform, requests_per_second, source, ..Status::default() }),
            next_probes: RwLock::default(),
            probes_to_save: Notify::new(),
            shown: Mutex::default(),
            checks,
            checks_asked: tokio::sync::Mutex::new(checks_asked),
            calls,
            calls_asked: tokio::sync::Mutex::new(calls_asked),
            booking: tokio::sync::Mutex::default(),
            obtaining: Mutex::default(),
            source_slots: Semaphore::new(SOURCE_IN_FLIGHT),
            post: post::PostOffice::new(),
            cancel: cancel.clone(),
            tasks: TaskTracker::new(),
            parts,
        });
        supervisor::start(&inner);
        Self { inner, _last: Arc::new(cancel.drop_guard()) }
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

    /// The opcodes that Xtime showed us of a dealership, when a person had it looked at in the last ten minutes.
    pub fn shown_services(&self, id: DealershipId) -> Option<Arc<[Service]>> {
        let (at, services) = self.inner.shown.lock().get(id)?;
        (self.inner.now() - at < SHOWN_FOR).then_some(services)
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
            self.inner.nudge_post();
        }
        done
    }

    /// What the rules say to a command now; nothing is recorded.
    ///
    /// # Errors
    /// What they would refuse it with.
    pub fn dry_run(&self, id: DealershipId, command: &Command) -> Result<(), Refusal> {
        self.inner.decided(id, command, &Actor::system("dry run")).map(drop)
    }

    /// Looks now, before everything else that is due, and records what changed. A breaker that is open lets it through, one
    /// at a time: a person's look is a trial too.
    pub async fn check(&self, id: DealershipId) -> Result<Checked, EngineError> {
        let inner = &self.inner;
        if inner.parts.platform.is_none() {
            return Err(EngineError::NoPlatform);
        }
        inner.may_record()?;
        let (answer, answered) = oneshot::channel();
        inner.checks.send(Check { id, answer }).await.map_err(|_| EngineError::Ending)?;
        tokio::select! {
            biased;
            answer = answered => answer.unwrap_or_else(|_| Err(EngineError::Fault("the look was lost".to_owned()))),
            () = inner.cancel.cancelled() => Err(EngineError::Ending),
        }
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

impl Inner {
    fn book(&self) -> &ReadModel {
        self.parts.store.read_model()
    }

    fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// Whether this process does what is due by itself.
    fn works(&self) -> bool {
        self.parts.background && !self.parts.read_only
    }

    /// Whether anything may be recorded at all.
    fn may_record(&self) -> Result<(), EngineError> {
        match () {
            () if self.parts.read_only => Err(EngineError::ReadOnly),
            () if self.cancel.is_cancelled() => Err(EngineError::Ending),
            () => Ok(()),
        }
    }

    async fn execute(&self, id: DealershipId, command: Command, actor: &Actor) -> Result<Vec<Arc<Event>>, EngineError> {
        if self.parts.read_only {
            return Err(EngineError::ReadOnly);
        }
        let mut tries = 0;
        while let Some(append) = self.decided(id, &command, actor)? {
            match self.parts.store.append(vec![append]).await {
                Ok(committed) => return Ok(committed.events.to_vec()),
                // Somebody was faster: the rules see the new state, and may now refuse.
                Err(StoreError::Conflict { .. } | StoreError::Claimed { .. }) if tries < MOST_TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(vec![])
    }

    /// What a command makes of the present state; `None`: nothing that is not recorded already.
    fn decided(&self, id: DealershipId, command: &Command, actor: &Actor) -> Result<Option<Append>, Refusal> {
        let state = self.book().get(id);
        let now = self.now();
        let letter = self.parts.post.as_ref().map(|_| self.new_letter_id());
        let context = Context { now, policy: &self.parts.policy, claims: self.book(), letter };
        let facts = decide(state.as_deref(), command, &context)?;
        let expected_version = state.map_or(0, |state: Arc<Onboarding>| state.version);
        let append = Append { dealership: Some(id), expected_version, actor: actor.clone(), at: now, facts };
        Ok((!append.facts.is_empty()).then_some(append))
    }

    fn new_dealership_id(&self) -> DealershipId {
        loop {
            let id = DealershipId::from_bits(self.rng.lock().next_u64());
            if self.book().get(id).is_none() {
                return id;
            }
        }
    }

    fn new_letter_id(&self) -> LetterId {
        LetterId::from_bits(self.rng.lock().next_u64())
    }

    fn new_intent_id(&self) -> IntentId {
        IntentId::from_bits(self.rng.lock().next_u64())
    }
}
