//! Which process of a team does what shall be done once for all. Who owns a store alone leads from its start to its end.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::RwLockWriteGuard;

use super::inner::LeaderTerm;
use super::supervisor;
use super::{Engine, Inner};
use crate::protocol::Status;
use crate::store::{Epoch, Fitness, HookPosition, Leader, StoreError, Team};

/// How long it takes at most until somebody sees that nobody leads, when nothing is told.
const RETRY: Duration = Duration::from_secs(10);

/// How long at least until it is tried again after a failure.
const PAUSE: Duration = Duration::from_secs(1);

/// How the lease of a team is held.
#[derive(Debug, Clone)]
pub struct LeaseSettings {
    /// What the others are told: unique for the process.
    pub name: String,
    /// It is renewed three times in it.
    pub length: Duration,
}

impl LeaseSettings {
    pub fn of(operator: &str) -> Self {
        Self { name: Leader::name_of_process(operator), length: Duration::from_secs(30) }
    }
}

impl Inner {
    /// The term that surely has not ended.
    pub fn term(&self) -> Option<LeaderTerm> {
        self.lease_left().and_then(|_| *self.term.borrow())
    }

    fn lease_left(&self) -> Option<Duration> {
        let term = *self.term.borrow();
        term.and_then(|term| term.left(self.clock_reading(), self.parts.lease.length))
    }

    /// Whether this process does what shall be done once for all. To be asked before every effect outside: a process that was
    /// stopped for minutes does not know yet that another one took over.
    pub fn leads(&self) -> bool {
        self.parts.store.team().is_none() || self.term().is_some()
    }

    /// How fit this process is to lead.
    pub fn fitness(&self) -> Fitness {
        match (self.is_worker(), &self.parts.platform) {
            (false, _) => Fitness::Command,
            (true, None) => Fitness::Worker,
            (true, Some(_)) => Fitness::Prober,
        }
    }

    /// Waits until this process does not lead any more.
    pub async fn deposed(&self) {
        if self.parts.store.team().is_some() && self.term.subscribe().wait_for(Option::is_none).await.is_ok() {
            return;
        }
        std::future::pending::<()>().await;
    }

    /// Takes the lease when nobody has it. The answer is whether this process leads now.
    pub async fn try_lead(self: &Arc<Self>) -> Result<bool, StoreError> {
        let Some(team) = self.parts.store.team() else { return Ok(true) };
        let _one_at_a_time = self.campaign.lock().await;
        if self.term.borrow().is_some() || self.cancel.is_cancelled() {
            return Ok(self.leads());
        }
        let confirmed = self.clock_reading();
        let Some(epoch) = team.try_lead(&self.parts.lease.name, self.parts.lease.length).await? else {
            return Ok(false);
        };
        if let Err(error) = team.refresh_probes().await {
            tracing::warn!("what the last leader probed is not known: {error}");
        }
        if let Err(error) = self.learn().await {
            give_back(team, epoch).await;
            return Err(error);
        }
        self.term.send_replace(Some(LeaderTerm { epoch, confirmed }));
        self.tasks.spawn(lead(Arc::clone(self), epoch));
        Ok(true)
    }

    /// Waits until it is time to renew the lease, and renews it. `false`: the term is over, or the program ends.
    async fn keep_lease(&self, team: &dyn Team, epoch: Epoch) -> bool {
        let length = self.parts.lease.length;
        if !self.sleep(length / 3).await {
            return false;
        }
        while let Some(left) = self.lease_left() {
            let confirmed = self.clock_reading();
            let renewed = tokio::select! {
                biased;
                () = self.cancel.cancelled() => return false,
                renewed = team.renew(epoch, length) => renewed,
                () = self.parts.clock.sleep(left) => return false,
            };
            match renewed {
                Ok(()) => {
                    self.term.send_replace(Some(LeaderTerm { epoch, confirmed }));
                    return true;
                }
                Err(StoreError::NotLeader) => return false,
                Err(error) => tracing::debug!("the lease was not renewed: {error}"),
            }
            if !self.sleep(length / 30).await {
                return false;
            }
        }
        false
    }

    /// Lets no letter begin, and waits for those on their way as long as surely nobody else leads: one that is cut off may be
    /// sent again.
    async fn end_letters(&self) -> Option<RwLockWriteGuard<'_, ()>> {
        let left = self.lease_left()?;
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => None,
            none_begins = self.sending.write() => Some(none_begins),
            () = self.parts.clock.sleep(left) => None,
        }
    }

    /// Gives the lease back, so that another one leads at once. When nothing is under way any more.
    pub async fn resign(&self) {
        if let (Some(team), Some(term)) = (self.parts.store.team(), self.term.send_replace(None)) {
            give_back(team, term.epoch).await;
        }
    }
}

impl Engine {
    /// Whether this process does what shall be done once for all.
    pub fn leads(&self) -> bool {
        self.inner.leads()
    }

    /// Waits until this process leads. `false`: it ends.
    pub async fn until_leading(&self) -> bool {
        let mut term = self.inner.term.subscribe();
        tokio::select! {
            biased;
            () = self.inner.cancel.cancelled() => false,
            () = std::future::ready(()), if self.inner.parts.store.team().is_none() => true,
            led = term.wait_for(Option::is_some) => led.is_ok(),
        }
    }

    /// Waits until it does not lead any more.
    pub async fn until_deposed(&self) {
        self.inner.deposed().await;
    }

    /// Keeps how far a hook has come.
    /// Errors: [`StoreError::NotLeader`] when another process does that by now.
    pub async fn keep_hook_position(&self, hook: &str, position: &HookPosition) -> Result<(), StoreError> {
        let epoch = self.inner.term().map(|term| term.epoch);
        self.inner.parts.store.keep_hook_position(epoch, hook, position).await
    }
}

async fn give_back(team: &dyn Team, epoch: Epoch) {
    if let Err(error) = team.resign(epoch).await {
        tracing::debug!("the lease ends by itself: {error}");
    }
}

/// Does the work of a team's leader until the term is over; whatever is under way then is dropped where it stands.
async fn lead(inner: Arc<Inner>, epoch: Epoch) {
    let Some(team) = inner.parts.store.team() else { return };
    // What the last leader told is not what this one sees.
    inner.status.send_modify(|status| {
        let (leader, desks, store_away) = (status.leader.clone(), status.desks, status.store_away.take());
        let presences = std::mem::take(&mut status.presences);
        *status = Status { leader, desks, presences, store_away, ..inner.as_told(status, None) };
    });
    let mut tasks = supervisor::start(&inner);
    while inner.keep_lease(team, epoch).await {}
    let _none_begins = inner.end_letters().await;
    if inner.cancel.is_cancelled() {
        // They end by themselves; the lease is given back after them.
        return tasks.detach_all();
    }
    let _nobody_begins = inner.campaign.lock().await;
    inner.term.send_replace(None);
    tasks.shutdown().await;
    inner.next_probes.write().clear();
    // Once more, so that `team_status::follow` replaces what the tasks wrote into the status while they ended.
    inner.term.send_replace(None);
    give_back(team, epoch).await;
    tracing::warn!("this process does not lead the team any more");
}

/// Tries to lead, for as long as the program runs.
pub(super) async fn campaign(inner: Arc<Inner>) {
    let Some(team) = inner.parts.store.team() else { return };
    let (mut leader, mut desks) = (team.leader(), inner.desks.subscribe());
    desks.mark_changed();
    loop {
        if desks.has_changed().unwrap_or_default() {
            let desks = *desks.borrow_and_update();
            if let Err(error) = team.join(inner.fitness(), desks).await {
                tracing::debug!("the others do not see this process yet: {error}");
            }
        }
        if let Err(error) = inner.try_lead().await {
            tracing::debug!("the lease could not be had: {error}");
            // It was given back, which is told at once.
            if !inner.sleep(PAUSE).await {
                return;
            }
        }
        tokio::select! {
            biased;
            () = inner.cancel.cancelled() => return,
            Ok(()) = leader.changed() => {}
            Ok(()) = desks.changed() => desks.mark_changed(),
            () = inner.parts.clock.sleep(RETRY) => {}
        }
        if !inner.leads()
            && let Err(error) = team.refresh_probes().await
        {
            tracing::debug!("what the leader probed is not known: {error}");
        }
    }
}
