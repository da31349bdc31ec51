//! The running program without a face: commands in, events out, background tasks.

mod backoff;
mod booking;
mod bulks;
mod circuit_breaker;
mod codes;
mod deadlines;
mod import;
mod inner;
mod leadership;
mod meanings;
mod outbox;
mod presence;
mod probe;
mod relay;
mod report;
mod requests;
mod supervisor;
mod task_monitor;
mod team_status;
mod timers;

use std::sync::Arc;

use chrono::TimeDelta;
use tokio::sync::{broadcast, oneshot, watch};
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::clock::SharedClock;
use crate::domain::{Actor, CodeOrigin, Command, DealershipId, Environment, Event, Policy, ProbeSchedule, Service};
use crate::protocol::{Checked, Committed, EngineInfo, EventQuery, ReadModel, RequestError, Status};
use crate::store::Store;
use crate::xtime::{CodeSource, Platform};
use inner::Inner;
use probe::PriorityProbe;
use task_monitor::Wakes;

pub use backoff::Backoff;
pub use leadership::LeaseSettings;
pub use meanings::RuleStore;
pub use outbox::{OutboxParts, letter_text};
pub use probe::ProbeQueueLength;
pub use task_monitor::TaskState;

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
    /// Where rows of the classification are kept that a person teaches; `None`: nowhere.
    pub rules: Option<Arc<dyn RuleStore>>,
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
    /// Where several processes share the store, the background work is done by the one that leads.
    pub lease: LeaseSettings,
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

/// The engine. Cheap to clone; all clones are the same engine. When the last one is dropped its tasks end.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
    /// `None` for the engine's own tasks, which do not keep it running.
    _last: Option<Arc<DropGuard>>,
}

impl Engine {
    /// Starts the engine and its background tasks; with a platform or `background` it must be inside a tokio runtime.
    pub fn start(parts: Parts) -> Self {
        let inner = Arc::new(Inner::new(parts));
        match inner.parts.store.team() {
            None => supervisor::start(&inner).detach_all(),
            Some(_) => start_in_team(&inner),
        }
        let last = inner.cancel.clone().drop_guard();
        Self { inner, _last: Some(Arc::new(last)) }
    }

    /// The states after the last durable commit.
    pub fn read_model(&self) -> &ReadModel {
        self.inner.read_model()
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
    pub fn works(&self) -> bool {
        self.inner.works()
    }

    /// The background tasks that do not run as they should.
    pub fn task_faults(&self) -> Vec<(&'static str, TaskState)> {
        self.inner.monitor.faults(&*self.inner.parts.clock)
    }

    /// Where codes come from; `None`: by paste.
    pub fn code_origin(&self) -> Option<CodeOrigin> {
        self.inner.parts.source.as_ref().map(|source| source.origin())
    }

    /// Follows commits from now on. Whoever lags is told so by the receiver, and reads [`Engine::read_model`] anew.
    pub fn subscribe(&self) -> broadcast::Receiver<Committed> {
        self.inner.parts.store.subscribe()
    }

    /// What does not change while it runs.
    pub fn info(&self) -> EngineInfo {
        EngineInfo {
            policy: self.policy().clone(),
            read_only: self.read_only(),
            code_origin: self.code_origin(),
            mail_name: self.mail_name(),
            mails: self.mails(),
            environment: self.environment(),
            notices: self.inner.parts.store.notices(),
            owner: None,
        }
    }

    /// The platform's environment; without one a desk that mails letters is no trial.
    fn environment(&self) -> Option<Environment> {
        let platform = self.inner.parts.platform.as_ref().map(|platform| platform.environment());
        platform.or_else(|| self.mails().then_some(Environment::Production))
    }

    /// Does something beside the engine until it ends, which waits for it as for everything that is under way.
    pub fn run_beside<W: Future<Output = ()> + Send + 'static>(&self, work: impl FnOnce(CancellationToken) -> W) {
        self.inner.tasks.spawn(work(self.inner.cancel.clone()));
    }

    pub fn store(&self) -> &Arc<dyn Store> {
        &self.inner.parts.store
    }

    /// Tells how many desks are open on the store by this process.
    pub fn count_desks(&self, desks: usize) {
        self.inner.desks.send_replace(desks);
        if self.inner.parts.store.team().is_none() {
            self.inner.status.send_if_modified(|status| std::mem::replace(&mut status.desks, desks) != desks);
        }
    }

    /// Follows how the program is doing.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.inner.status.subscribe()
    }

    /// The opcodes that Xtime showed us of a dealership, when a person had it probed in the last ten minutes.
    pub fn shown_services(&self, id: DealershipId) -> Option<Arc<[Service]>> {
        self.inner.shown.lock().get(id, self.inner.now())
    }

    pub async fn events(&self, query: EventQuery) -> Result<Vec<Event>, RequestError> {
        Ok(self.inner.parts.store.events(query).await?)
    }

    /// Decides a command and records what comes of it. An empty answer: it was true already.
    pub async fn execute(
        &self,
        id: DealershipId,
        command: Command,
        actor: &Actor,
    ) -> Result<Vec<Arc<Event>>, RequestError> {
        let nudge = matches!(command, Command::RetryLetter { .. });
        let done = self.inner.execute(id, command, actor).await;
        if nudge && done.is_ok() {
            self.inner.outbox_nudge.notify_one();
        }
        done
    }

    /// Probes now, before all else that is due, and records what changed. An open breaker lets one at a time through.
    pub async fn check(&self, id: DealershipId) -> Result<Checked, RequestError> {
        let inner = &self.inner;
        if inner.parts.platform.is_none() {
            return Err(RequestError::NoPlatform);
        }
        inner.may_record()?;
        let (waiter, answered) = oneshot::channel();
        inner.probes.send(PriorityProbe::asked(id, waiter)).await.map_err(|_| RequestError::Ending)?;
        inner.answer(answered).await
    }

    /// Ends the background tasks, waits for what is under way (5 seconds at most), and closes the store.
    pub async fn shutdown(&self) -> Result<(), RequestError> {
        let inner = &self.inner;
        inner.cancel.cancel();
        inner.tasks.close();
        let ended = async {
            inner.tasks.wait().await;
            inner.resign().await;
        };
        tokio::select! {
            biased;
            () = ended => {}
            () = inner.parts.clock.sleep(LAST_WAIT) => {}
        }
        Ok(inner.parts.store.close().await?)
    }
}

/// Starts the tasks of one of several processes, leading or not.
fn start_in_team(inner: &Arc<Inner>) {
    let mut tasks = JoinSet::new();
    if inner.parts.background {
        supervisor::supervise(&mut tasks, inner, "team", Wakes::OnDemand, team_status::follow);
    }
    if inner.is_worker() {
        supervisor::supervise(&mut tasks, inner, "lease", Wakes::OnDemand, leadership::campaign);
        supervisor::supervise(&mut tasks, inner, "presence", Wakes::OnDemand, presence::tell);
    }
    tasks.detach_all();
}
