//! Reading the store without an engine: beside whoever owns it, or the team that shares it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use super::error::CliError;
use super::output::Out;
use crate::client::ReadClient;
use crate::clock::{Clock, SharedClock};
use crate::config::{Config, StoreUrl};
use crate::domain::classification::ClassificationRule;
use crate::domain::report::{CaseLog, Report, ReportQuery, survival};
use crate::domain::survival::Survival;
use crate::domain::text::clean;
use crate::domain::{
    Actor, ClockDoubt, DealershipId, Event, Onboarding, Policy, ProbeSchedule, ProbeStatus, Timestamp,
};
use crate::protocol::{
    AlikeDealership, Committed, EventQuery, FirstFound, Holder, PastFound, PlatformState, ReadModel, Request,
    RequestError, Selection,
};
use crate::store::postgres::none_yet;
use crate::store::report::{find_past, read_cases, report_of_now, report_of_past};
use crate::store::{
    HookPosition, JournalReader, Lock, PostgresStore, ProbeStates, Snapshot, Store, StoreError, Subscription,
};
use crate::wiring::{blocking, database};

/// Who owns an embedded store.
pub(super) fn holder(dir: &Path) -> Option<Holder> {
    Lock::holder(dir)
}

enum Source {
    /// The journal as it stood when it was read. It needs no lock, and reading changes nothing.
    Journal {
        snapshot: Arc<Snapshot>,
        probes: ProbeStates,
    },
    Team(Arc<PostgresStore>),
}

pub struct StoreClient {
    source: Source,
    policy: Policy,
    /// How often is looked at what; `None`: there is no platform to ask.
    schedule: Option<ProbeSchedule>,
    clock: SharedClock,
}

impl StoreClient {
    /// Reads the store. Where there is none yet, there is nothing in it.
    pub(super) async fn open(config: &Config, clock: SharedClock) -> Result<Self, CliError> {
        let source = match &config.store {
            StoreUrl::Embedded(dir) => journal(dir.clone()).await?,
            StoreUrl::Postgres(url) => {
                match PostgresStore::open_existing(&database(config, url)?, Arc::clone(&clock)).await? {
                    Some(store) => Source::Team(store),
                    None => nothing(),
                }
            }
        };
        let told = match &source {
            Source::Team(store) => store.team().and_then(|team| team.news().borrow().told.clone()),
            Source::Journal { .. } => None,
        };
        // In a team the leader probes, whatever this process can.
        let is_probed = match told {
            Some((_, status)) => status.platform != PlatformState::Unconfigured,
            None => config.xtime.missing().is_empty(),
        };
        let schedule = is_probed.then(|| config.pace().probe_schedule());
        Ok(Self { source, policy: config.policy.clone(), schedule, clock })
    }

    pub(super) fn read_model(&self) -> &ReadModel {
        match &self.source {
            Source::Journal { snapshot, .. } => &snapshot.read_model,
            Source::Team(store) => store.read_model(),
        }
    }

    /// What is to be said of it: what is missing at its end, or another clock than the team's.
    pub(super) fn doubt(&self) -> Option<String> {
        match &self.source {
            Source::Journal { snapshot, .. } => {
                let end = &snapshot.end;
                (!end.is_whole()).then(|| format!("{} (`cloverwatch doctor` tells more)", clean(&end.to_string())))
            }
            Source::Team(store) => {
                ClockDoubt::of_database(store.clock_skew(), &self.policy).map(|doubt| doubt.to_string())
            }
        }
    }

    /// The rows of the classification that a team was taught.
    pub(super) async fn taught(&self) -> Result<Vec<ClassificationRule>, CliError> {
        let Source::Team(store) = &self.source else { return Ok(Vec::new()) };
        let Some(team) = store.team() else { return Ok(Vec::new()) };
        Ok(team.taught(0).await?.into_iter().map(|(_, rule)| rule).collect())
    }

    /// Keeps a row for the team, and has the leader probe at once whom it reads an answer about. Where nobody leads, whoever
    /// does next probes them when they are due.
    pub(super) async fn teach(
        &self,
        rule: &ClassificationRule,
        event: u64,
        reads: Vec<DealershipId>,
        me: &Actor,
    ) -> Result<(), CliError> {
        let Source::Team(store) = &self.source else { return Err(StoreError::Closed.into()) };
        if !store.may_record() {
            return Err(CliError::Refused(store.notices().join("\n")));
        }
        let team = store.team().ok_or(StoreError::Closed)?;
        team.teach(rule, event).await?;
        if !reads.is_empty()
            && let Err(error) = team.ask(&Request::Probe(reads), me).await
        {
            tracing::debug!("they are probed when they are due: {error}");
        }
        Ok(())
    }

    /// How far a team's hook has come.
    pub(super) async fn hook_position(&self, hook: &str) -> Result<Option<HookPosition>, StoreError> {
        match &self.source {
            Source::Journal { .. } => Ok(None),
            Source::Team(store) => store.hook_position(hook).await,
        }
    }

    /// Follows what is recorded from now on.
    pub(super) fn follow(&self, url: &StoreUrl) -> Result<StoreTail, StoreError> {
        match &self.source {
            Source::Team(store) => {
                let away = store.team().ok_or(StoreError::Closed)?.away();
                Ok(StoreTail::Team { store: Arc::clone(store), commits: store.subscribe(), away, is_away: false })
            }
            Source::Journal { snapshot, .. } => StoreTail::of_journal(url, snapshot.read_model.seq()),
        }
    }
}

async fn journal(dir: PathBuf) -> Result<Source, StoreError> {
    blocking(move || match JournalReader::open(&dir) {
        // What cannot be looked at is not what is not there.
        Err(StoreError::Io { .. }) if matches!(dir.join("journal").try_exists(), Ok(false)) => Ok(nothing()),
        reader => {
            let reader = reader?;
            Ok(Source::Journal { snapshot: Arc::new(reader.read()?), probes: reader.probes() })
        }
    })
    .await
}

fn nothing() -> Source {
    Source::Journal { snapshot: Arc::default(), probes: ProbeStates::default() }
}

/// What is recorded from now on; some of it may be told twice.
pub(super) enum StoreTail {
    Journal(Subscription),
    Team {
        store: Arc<PostgresStore>,
        commits: Receiver<Committed>,
        away: watch::Receiver<Option<StoreError>>,
        is_away: bool,
    },
}

impl StoreTail {
    /// What is recorded in a journal after an event. A team's database without a store has none.
    pub(super) fn of_journal(url: &StoreUrl, after: u64) -> Result<Self, StoreError> {
        match url {
            StoreUrl::Embedded(dir) => Ok(Self::Journal(JournalReader::open(dir)?.subscribe(after))),
            StoreUrl::Postgres(url) => Err(none_yet(url)),
        }
    }

    /// The next events, where those up to `after` are known. When the database goes away or is back, that is said.
    pub(super) async fn next(&mut self, clock: &dyn Clock, out: &Out, after: u64) -> Result<Vec<Event>, StoreError> {
        let (store, commits, away, is_away) = match self {
            Self::Journal(subscription) => return subscription.next(clock).await,
            Self::Team { store, commits, away, is_away } => (store, commits, away, is_away),
        };
        loop {
            let received = tokio::select! {
                biased;
                received = commits.recv() => received,
                Ok(()) = away.changed() => {
                    let why = away.borrow_and_update().clone();
                    let was_away = std::mem::replace(is_away, why.is_some());
                    match why {
                        Some(stopped @ StoreError::Poisoned(_)) => return Err(stopped),
                        Some(why) if !was_away => {
                            out.warn(format!("{why}; what is recorded meanwhile is told when it is back"));
                        }
                        None if was_away => out.note("the database is back"),
                        _ => {}
                    }
                    continue;
                }
            };
            return match received {
                Ok(committed) => Ok(committed.events.iter().map(|event| (**event).clone()).collect()),
                Err(RecvError::Lagged(_)) => store.events(EventQuery { after, ..EventQuery::default() }).await,
                Err(RecvError::Closed) => Err(StoreError::Closed),
            };
        }
    }
}

#[async_trait]
impl ReadClient for StoreClient {
    async fn select(&self, selection: Selection, me: &Actor) -> Result<Vec<Arc<Onboarding>>, RequestError> {
        let (_, states) = self.read_model().all();
        Ok(selection.find(states, self.clock.now(), &self.policy, me.as_str())?)
    }

    async fn first(&self, selection: Selection, limit: usize, me: &Actor) -> Result<FirstFound, RequestError> {
        let found = self.select(selection, me).await?;
        Ok(FirstFound::of(&found, limit, self.clock.now(), &self.policy))
    }

    async fn select_past(
        &self,
        selection: Selection,
        at: Timestamp,
        alike: bool,
        me: &Actor,
    ) -> Result<PastFound, RequestError> {
        let past = (at, self.read_model().seq(), &self.policy);
        find_past(&selection, past, alike, me, |query| self.events(query)).await
    }

    async fn probe_statuses(&self, ids: Vec<DealershipId>, _: &Actor) -> Result<Vec<ProbeStatus>, RequestError> {
        let now = self.clock.now();
        let probes = match &self.source {
            Source::Journal { probes, .. } => probes,
            Source::Team(store) => store.probes(),
        };
        let status = |id| {
            let Some(state) = self.read_model().get(id) else { return ProbeStatus::default() };
            ProbeStatus::of(&state, probes.get(id).as_deref(), now, &self.policy, self.schedule.as_ref())
        };
        Ok(ids.into_iter().map(status).collect())
    }

    async fn alike(&self, of: Vec<DealershipId>, _: &Actor) -> Result<Vec<Vec<AlikeDealership>>, RequestError> {
        Ok(AlikeDealership::find(&self.read_model().all().1, &of, false))
    }

    /// Up to the last one of which the dealerships tell.
    async fn events(&self, query: EventQuery) -> Result<Vec<Event>, RequestError> {
        match &self.source {
            Source::Journal { snapshot, .. } => {
                let snapshot = Arc::clone(snapshot);
                Ok(blocking(move || snapshot.events(&query)).await?)
            }
            Source::Team(store) => Ok(store.events(query).await?),
        }
    }

    async fn report(&self, query: ReportQuery, _: &Actor) -> Result<Box<Report>, RequestError> {
        let (known, policy) = (self.read_model(), &self.policy);
        Ok(Box::new(match query.at {
            Some(at) => report_of_past(&query, at, known.seq(), policy, |query| self.events(query)).await?,
            None => {
                let (mut cases, now) = (CaseLog::default(), self.clock.now());
                report_of_now(&query, &mut cases, known, (now, policy), |query| self.events(query)).await?
            }
        }))
    }

    async fn survival(&self, _: &Actor) -> Result<Survival, RequestError> {
        let mut cases = CaseLog::default();
        read_cases(&mut cases, self.read_model().seq(), |query| self.events(query)).await?;
        Ok(survival(&cases, &ReportQuery::default(), self.clock.now()))
    }
}
