//! The running program without a face: commands in, events out, background tasks.

pub mod status;

use std::sync::Arc;

use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::sync::{broadcast, watch};

use crate::clock::SharedClock;
use crate::domain::{
    Actor, Ask, CodeOrigin, Command, Context, DealershipId, Event, IntentId, InvitationCode, Look, Onboarding, Policy,
    Profile, Refusal, Timestamp, decide,
};
use crate::store::{Append, Book, Committed, EventQuery, Store, StoreError};
use crate::xtime::{CodeSource, Platform, SourceError};

pub use status::{LookNote, PlatformState, Status};

/// How often a decision is made anew because the dealership changed under it.
const MOST_TRIES: u32 = 16;

/// What the engine is made of.
pub struct Parts {
    /// Memory.
    pub store: Arc<dyn Store>,
    /// The platform; `None`: probing is off.
    pub platform: Option<Arc<dyn Platform>>,
    /// Where codes come from; `None`: by paste.
    pub source: Option<Arc<dyn CodeSource>>,
    /// Time.
    pub clock: SharedClock,
    /// The numbers of the process.
    pub policy: Policy,
    /// The numbers of the background tasks.
    pub pace: Pace,
    /// Seeds ids and jitter, so that a simulation can be replayed.
    pub seed: u64,
    /// Refuse every command that would record something.
    pub read_only: bool,
}

/// The numbers of the background tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    /// Requests per second, for the whole credential.
    pub requests_per_second: u32,
    /// Requests under way at once.
    pub max_in_flight: u32,
    /// How often a live dealership is looked at.
    pub recheck: std::time::Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { requests_per_second: 10, max_in_flight: 4, recheck: std::time::Duration::from_secs(24 * 3_600) }
    }
}

/// Why the engine did not do it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum EngineError {
    /// A rule said no (exit 4).
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The code source gave no code.
    #[error("no code: {0}")]
    Source(#[from] SourceError),
    /// Codes come by paste, and none was given.
    #[error("codes come by paste: give the code (--code), or configure [invitations] source")]
    NoSource,
    /// Nobody can look: the platform is not configured.
    #[error("Xtime is not configured: set [xtime] client_id, client_secret and api_key")]
    NoPlatform,
    /// It would record something.
    #[error("read-only: nothing is recorded")]
    ReadOnly,
    /// The engine is shutting down.
    #[error("the program is ending")]
    Ending,
}

/// One pasted code.
#[derive(Debug, Clone)]
pub struct PastedCode {
    /// For whom.
    pub dealership: DealershipId,
    /// The code.
    pub code: InvitationCode,
    /// When it was generated.
    pub generated_at: Timestamp,
    /// When it dies, if that is known better than by the rule.
    pub expires_at: Option<Timestamp>,
    /// What the operator saw.
    pub ask: Ask,
}

/// What a look that was asked for found out, and what was recorded of it.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The look.
    pub look: Look,
    /// Slots in the next days, when connected and the opcode is visible: how many on how many days, or why not known.
    pub slots: Option<Result<(u32, u32), String>>,
    /// What changed.
    pub events: Vec<Arc<Event>>,
}

/// The engine. Cheap to clone; all clones are the same engine.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    rng: Mutex<StdRng>,
    status: watch::Sender<Status>,
}

impl Engine {
    /// Starts the engine and its background tasks.
    pub fn start(parts: Parts) -> Self {
        let rng = Mutex::new(StdRng::seed_from_u64(parts.seed));
        let source = parts.source.as_ref().map(|source| source.origin());
        let requests_per_second = parts.pace.requests_per_second;
        let status = watch::Sender::new(Status { source, requests_per_second, ..Status::default() });
        Self { inner: Arc::new(Inner { parts, rng, status }) }
    }

    /// The states after the last durable commit.
    pub fn book(&self) -> &Book {
        self.inner.parts.store.book()
    }

    /// The numbers of the process.
    pub fn policy(&self) -> &Policy {
        &self.inner.parts.policy
    }

    /// Time.
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

    /// Follows commits from now on.
    pub fn follow(&self) -> broadcast::Receiver<Committed> {
        self.inner.parts.store.follow()
    }

    /// Follows how the program is doing.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.inner.status.subscribe()
    }

    /// The last look at a dealership in this run, recorded or not.
    pub fn last_look(&self, _id: DealershipId) -> Option<LookNote> {
        None
    }

    /// Reads events.
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
        let parts = &self.inner.parts;
        if parts.read_only {
            return Err(EngineError::ReadOnly);
        }
        let mut tries = 0;
        loop {
            let state = parts.store.book().get(id);
            let now = parts.clock.now();
            let context = Context { now, policy: &parts.policy, claims: parts.store.book() };
            let facts = decide(state.as_deref(), &command, &context)?;
            if facts.is_empty() {
                return Ok(vec![]);
            }
            let expected_version = state.as_ref().map_or(0, |state: &Arc<Onboarding>| state.version);
            let append = Append { dealership: id, expected_version, actor: actor.clone(), at: now, facts };
            match parts.store.append(vec![append]).await {
                Ok(committed) => return Ok(committed.events.to_vec()),
                // Somebody was faster: the rules see the new state, and may now refuse.
                Err(StoreError::Conflict { .. } | StoreError::Claimed { .. }) if tries < MOST_TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Takes many dealerships into the books, in as few commits as is sensible. An answer for each, in order.
    pub async fn add(
        &self,
        profiles: Vec<Profile>,
        actor: &Actor,
    ) -> Result<Vec<Result<DealershipId, Refusal>>, EngineError> {
        let mut answers = Vec::with_capacity(profiles.len());
        for profile in profiles {
            let id = self.new_dealership_id();
            match self.execute(id, Command::Add { profile }, actor).await {
                Ok(_) => answers.push(Ok(id)),
                Err(EngineError::Refused(refusal)) => answers.push(Err(refusal)),
                Err(error) => return Err(error),
            }
        }
        Ok(answers)
    }

    /// Obtains a code from the configured source and records it: the whole saga, resumed if it was open. The answer is
    /// the new generation.
    pub async fn obtain(&self, _id: DealershipId, _ask: Ask, _actor: &Actor) -> Result<u32, EngineError> {
        Err(EngineError::NoSource)
    }

    /// Records pasted codes, each on its own; the caller has checked the block as a whole. The answer for each is the
    /// new generation.
    pub async fn paste(&self, codes: Vec<PastedCode>, actor: &Actor) -> Vec<(DealershipId, Result<u32, EngineError>)> {
        let mut answers = Vec::with_capacity(codes.len());
        for pasted in codes {
            let command = Command::IssueCode {
                code: pasted.code,
                generated_at: pasted.generated_at,
                expires_at: pasted.expires_at,
                source: CodeOrigin::Paste,
                intent: self.new_intent_id(),
                ask: pasted.ask,
            };
            let answer = self.execute(pasted.dealership, command, actor).await;
            let generation = || self.book().get(pasted.dealership).map_or(0, |state| state.generation());
            answers.push((pasted.dealership, answer.map(|_| generation())));
        }
        answers
    }

    /// Looks now, before everything else that is due, and records what changed.
    pub async fn check(&self, _id: DealershipId) -> Result<Checked, EngineError> {
        Err(EngineError::NoPlatform)
    }

    /// Ends the background tasks, waits for what is under way, and closes the store.
    pub async fn shutdown(&self) -> Result<(), EngineError> {
        Ok(self.inner.parts.store.close().await?)
    }

    fn new_dealership_id(&self) -> DealershipId {
        loop {
            let id = DealershipId::from_bits(self.inner.rng.lock().next_u64());
            if self.book().get(id).is_none() {
                return id;
            }
        }
    }

    fn new_intent_id(&self) -> IntentId {
        IntentId::from_bits(self.inner.rng.lock().next_u64())
    }
}
