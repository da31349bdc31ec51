//! Which process of a team does what shall be done once for all. Who owns a store alone leads from its start to its end.

use std::sync::Arc;
use std::time::Duration;

use super::Inner;
use super::inner::{LeaderTerm, starting_status};
use super::supervisor;
use crate::protocol::{Leads, Status, StoreAway};
use crate::store::{Epoch, Leader, StoreError, Team};

/// How long it takes at most until somebody sees that nobody leads, when nothing is told.
const RETRY: Duration = Duration::from_secs(10);

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

    /// Gives the lease back, so that another one leads at once. When nothing is under way any more.
    pub async fn resign(&self) {
        if let (Some(team), Some(term)) = (self.parts.store.team(), self.term.send_replace(None))
            && let Err(error) = team.resign(term.epoch).await
        {
            tracing::debug!("the lease ends by itself: {error}");
        }
    }
}

/// Does the work of a team's leader until the term is over; whatever is under way then is dropped where it stands.
async fn lead(inner: Arc<Inner>, epoch: Epoch) {
    let Some(team) = inner.parts.store.team() else { return };
    let mut tasks = supervisor::start(&inner);
    while inner.keep_lease(team, epoch).await {}
    if inner.cancel.is_cancelled() {
        // They end by themselves; the lease is given back after them.
        return tasks.detach_all();
    }
    let _nobody_begins = inner.campaign.lock().await;
    inner.term.send_replace(None);
    tasks.shutdown().await;
    inner.next_probes.write().clear();
    inner.status.send_modify(|status| {
        // How the platform and the mail server are is known to the next leader.
        let (leads, store_away, faults) =
            (status.leads.take(), status.store_away.take(), std::mem::take(&mut status.faults));
        *status = Status { leads, store_away, faults, desks: status.desks, ..starting_status(&inner.parts) };
    });
    tracing::warn!("this process does not lead the team any more");
}

/// Tries to lead, for as long as the program runs.
pub(super) async fn campaign(inner: Arc<Inner>) {
    let Some(team) = inner.parts.store.team() else { return };
    let mut leader = team.leader();
    loop {
        if let Err(error) = inner.try_lead().await {
            tracing::debug!("the lease could not be had: {error}");
        }
        tokio::select! {
            biased;
            () = inner.cancel.cancelled() => return,
            Ok(()) = leader.changed() => {}
            () = inner.parts.clock.sleep(RETRY) => {}
        }
        if !inner.leads()
            && let Err(error) = team.refresh_probes().await
        {
            tracing::debug!("what the leader probed is not known: {error}");
        }
    }
}

/// Tells of the team in the status.
pub(super) async fn tell(inner: Arc<Inner>) {
    let Some(team) = inner.parts.store.team() else { return };
    let (mut leader, mut away, mut term) = (team.leader(), team.away(), inner.term.subscribe());
    loop {
        let own = term.borrow_and_update().map(|term| term.epoch);
        let led = leader.borrow_and_update().clone();
        let leads = led.map(|it| Leads { name: it.to_string(), here: own == Some(it.epoch) });
        let why = away.borrow_and_update().as_ref().map(ToString::to_string);
        inner.status.send_if_modified(|status| {
            let since = status.store_away.as_ref().map_or_else(|| inner.now(), |away| away.since);
            let store_away = why.map(|why| StoreAway { why, since });
            let changed = status.leads != leads || status.store_away != store_away;
            (status.leads, status.store_away) = (leads, store_away);
            changed
        });
        tokio::select! {
            biased;
            () = inner.cancel.cancelled() => return,
            Ok(()) = leader.changed() => {}
            Ok(()) = away.changed() => {}
            Ok(()) = term.changed() => {}
        }
    }
}
