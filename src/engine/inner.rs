//! What the engine and its tasks share, and how a command is decided and recorded.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use parking_lot::{Mutex, RwLock};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Parts;
use super::circuit_breaker::ClockReading;
use super::outbox::AwaitedLetter;
use super::probe::{PriorityProbe, REQUESTS_WAITING, ShownServices};
use super::task_monitor::TaskMonitor;
use crate::domain::report::CaseLog;
use crate::domain::{
    Actor, Command, Context, DealershipId, Event, IntentId, LetterId, Onboarding, Refusal, Timestamp, decide,
};
use crate::protocol::{BulkId, Committed, PlatformState, Presence, ReadModel, RequestError, Status};
use crate::store::{Append, Epoch, StoreError};

/// How often a decision is made anew because the dealership changed under it.
pub const MOST_TRIES: u32 = 16;

/// How many requests to the code source are under way at once.
pub const SOURCE_IN_FLIGHT: usize = 4;

/// For whom something is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// On a person's word, whichever process leads.
    Person,
    /// Whoever leads: refused when another process does by now.
    Leader,
}

/// Requests for codes whose end could not be recorded: for whom, and how each ended; `None`: the source has yet to say.
pub type UnrecordedCodes = BTreeMap<DealershipId, (Actor, Option<Command>)>;

/// A request of a person that has not been sent.
pub type Call = BoxFuture<'static, ()>;

/// The time in which this process leads.
#[derive(Debug, Clone, Copy)]
pub struct LeaderTerm {
    pub epoch: Epoch,
    /// Before the last renewal that was confirmed: by any clock the lease ends later than this says.
    pub confirmed: ClockReading,
}

impl LeaderTerm {
    /// How much of the lease is left; `None`: it may have ended. The monotonic clock stands still while a machine sleeps, so
    /// the wall clock counts too.
    pub fn left(&self, now: ClockReading, length: Duration) -> Option<Duration> {
        let passed = now.elapsed.saturating_sub(self.confirmed.elapsed);
        let slept = (now.at - self.confirmed.at).to_std().unwrap_or_default();
        length.checked_sub(passed.max(slept)).filter(|left| !left.is_zero())
    }
}

pub struct Inner {
    pub parts: Parts,
    pub rng: Mutex<StdRng>,
    pub status: watch::Sender<Status>,
    /// When the next probe of each dealership is due.
    pub next_probes: RwLock<HashMap<DealershipId, Timestamp>>,
    /// There is a probe that is not written yet.
    pub probes_to_save: Notify,
    /// What Xtime showed of some dealerships when it was last asked.
    pub shown: Mutex<ShownServices>,
    pub probes: mpsc::Sender<PriorityProbe>,
    /// For the one probe task; it outlives the task's restarts.
    pub probes_asked: tokio::sync::Mutex<mpsc::Receiver<PriorityProbe>>,
    /// Other requests of a person, within the same budget.
    pub calls: mpsc::Sender<Call>,
    pub calls_asked: tokio::sync::Mutex<mpsc::Receiver<Call>>,
    /// One test booking at a time.
    pub booking: tokio::sync::Mutex<()>,
    /// Dealerships for which a code is being obtained by this process, and for whom.
    pub obtaining: Mutex<HashMap<DealershipId, Actor>>,
    pub source_slots: Semaphore,
    /// Notes of what is being done for many by this process: they were not cut off.
    pub bulks: Mutex<HashSet<BulkId>>,
    /// Letters whose sending somebody waits for.
    pub letters: mpsc::UnboundedSender<AwaitedLetter>,
    pub letters_asked: tokio::sync::Mutex<mpsc::UnboundedReceiver<AwaitedLetter>>,
    /// Held for each letter that is on its way.
    pub sending: tokio::sync::RwLock<()>,
    /// Somebody wants a letter tried now.
    pub outbox_nudge: Notify,
    pub unrecorded_codes: watch::Sender<UnrecordedCodes>,
    /// How many desks are open here.
    pub desks: watch::Sender<usize>,
    /// What the desks that are open here have in front of them.
    pub presences: watch::Sender<Vec<Presence>>,
    /// The last rule of the team by which answers are read.
    pub learned: tokio::sync::Mutex<u64>,
    /// The term in which this process leads a team.
    pub term: watch::Sender<Option<LeaderTerm>>,
    /// Held while a term begins or ends.
    pub campaign: tokio::sync::Mutex<()>,
    /// What became of every code, as far as somebody asked.
    pub cases: tokio::sync::Mutex<CaseLog>,
    pub cancel: CancellationToken,
    pub tasks: TaskTracker,
    pub monitor: TaskMonitor,
}

/// What is known before anything was asked.
pub fn starting_status(parts: &Parts) -> Status {
    let requests_per_second = parts.pace.requests_per_second.max(1);
    let platform = if parts.platform.is_some() { PlatformState::Starting } else { PlatformState::Unconfigured };
    Status { platform, requests_per_second, ..Status::default() }
}

impl Inner {
    pub fn new(parts: Parts) -> Self {
        let (probes, probes_asked) = mpsc::channel(REQUESTS_WAITING);
        let (calls, calls_asked) = mpsc::channel(REQUESTS_WAITING);
        let (letters, letters_asked) = mpsc::unbounded_channel();
        Self {
            rng: Mutex::new(StdRng::seed_from_u64(parts.seed)),
            status: watch::Sender::new(starting_status(&parts)),
            next_probes: RwLock::default(),
            probes_to_save: Notify::new(),
            shown: Mutex::default(),
            probes,
            probes_asked: tokio::sync::Mutex::new(probes_asked),
            calls,
            calls_asked: tokio::sync::Mutex::new(calls_asked),
            booking: tokio::sync::Mutex::default(),
            obtaining: Mutex::default(),
            source_slots: Semaphore::new(SOURCE_IN_FLIGHT),
            bulks: Mutex::default(),
            letters,
            letters_asked: tokio::sync::Mutex::new(letters_asked),
            sending: tokio::sync::RwLock::default(),
            outbox_nudge: Notify::new(),
            unrecorded_codes: watch::Sender::default(),
            desks: watch::Sender::default(),
            presences: watch::Sender::default(),
            learned: tokio::sync::Mutex::default(),
            term: watch::Sender::new(None),
            campaign: tokio::sync::Mutex::default(),
            cases: tokio::sync::Mutex::default(),
            cancel: CancellationToken::new(),
            tasks: TaskTracker::new(),
            monitor: TaskMonitor::default(),
            parts,
        }
    }

    pub fn read_model(&self) -> &ReadModel {
        self.parts.store.read_model()
    }

    pub fn known(&self, id: DealershipId) -> Result<Arc<Onboarding>, RequestError> {
        Ok(self.read_model().get(id).ok_or(Refusal::Unknown)?)
    }

    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    pub fn clock_reading(&self) -> ClockReading {
        ClockReading { at: self.now(), elapsed: self.parts.clock.elapsed() }
    }

    /// Whether this process is one that does what is due by itself.
    pub fn is_worker(&self) -> bool {
        self.parts.background && !self.parts.read_only
    }

    /// Whether it does so now.
    pub fn works(&self) -> bool {
        self.is_worker() && self.leads()
    }

    /// Whether anything may be recorded at all.
    pub fn may_record(&self) -> Result<(), RequestError> {
        match () {
            () if self.parts.read_only => Err(RequestError::ReadOnly),
            () if self.cancel.is_cancelled() => Err(RequestError::Ending),
            () => Ok(()),
        }
    }

    /// Waits for so long. `false`: the program ends.
    pub async fn sleep(&self, length: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => false,
            () = self.parts.clock.sleep(length) => true,
        }
    }

    /// What another task answers to a question, unless the program or its term ends before.
    pub async fn answer<T>(&self, answer: oneshot::Receiver<Result<T, RequestError>>) -> Result<T, RequestError> {
        tokio::select! {
            biased;
            answer = answer => answer.unwrap_or_else(|_| Err(RequestError::Fault("the answer was lost".to_owned()))),
            () = self.cancel.cancelled() => Err(RequestError::Ending),
            () = self.deposed() => Err(StoreError::NotLeader.into()),
        }
    }

    /// Records what a person wants.
    pub async fn execute(
        &self,
        id: DealershipId,
        command: Command,
        actor: &Actor,
    ) -> Result<Vec<Arc<Event>>, RequestError> {
        self.execute_as(Authority::Person, id, command, actor).await
    }

    /// Records what the leader's work came to.
    pub async fn execute_as_leader(
        &self,
        id: DealershipId,
        command: Command,
        actor: &Actor,
    ) -> Result<Vec<Arc<Event>>, RequestError> {
        self.execute_as(Authority::Leader, id, command, actor).await
    }

    pub async fn append(&self, authority: Authority, batch: Vec<Append>) -> Result<Committed, StoreError> {
        match (authority, self.parts.store.team()) {
            (Authority::Leader, Some(_)) => {
                let term = self.term().ok_or(StoreError::NotLeader)?;
                self.parts.store.append_as_leader(term.epoch, batch).await
            }
            _ => self.parts.store.append(batch).await,
        }
    }

    /// Decides a command on the present state and records what comes of it.
    pub async fn execute_as(
        &self,
        authority: Authority,
        id: DealershipId,
        command: Command,
        actor: &Actor,
    ) -> Result<Vec<Arc<Event>>, RequestError> {
        if self.parts.read_only {
            return Err(RequestError::ReadOnly);
        }
        let mut tries = 0;
        while let Some(append) = self.decided(id, &command, actor)? {
            match self.append(authority, vec![append]).await {
                Ok(committed) => return Ok(committed.events.to_vec()),
                // Somebody was faster: the rules see the new state, and may now refuse.
                Err(StoreError::Conflict { .. } | StoreError::Claimed { .. }) if tries < MOST_TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(vec![])
    }

    /// What a command makes of the present state; `None`: nothing that is not recorded already.
    pub fn decided(&self, id: DealershipId, command: &Command, actor: &Actor) -> Result<Option<Append>, Refusal> {
        let state = self.read_model().get(id);
        let now = self.now();
        let letter = self.parts.outbox.as_ref().map(|_| self.new_letter_id());
        let context = Context { now, policy: &self.parts.policy, claims: self.read_model(), letter };
        let facts = decide(state.as_deref(), command, &context)?;
        let expected_version = state.map_or(0, |state| state.version);
        let append = Append { dealership: Some(id), expected_version, actor: actor.clone(), at: now, facts };
        Ok((!append.facts.is_empty()).then_some(append))
    }

    pub fn new_dealership_id(&self) -> DealershipId {
        loop {
            let id = DealershipId::from_bits(self.rng.lock().next_u64());
            if self.read_model().get(id).is_none() {
                return id;
            }
        }
    }

    fn new_letter_id(&self) -> LetterId {
        LetterId::from_bits(self.rng.lock().next_u64())
    }

    pub fn new_intent_id(&self) -> IntentId {
        IntentId::from_bits(self.rng.lock().next_u64())
    }
}
