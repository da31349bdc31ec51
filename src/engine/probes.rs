//! The last look at every dealership: kept across restarts, told to whoever asks; and when the next one is due.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::prober::Prober;
use super::{Engine, Inner, ProbeStatus};
use crate::domain::{DealershipId, Onboarding, ProbeState, cadence, pressing};

/// How long looks are gathered before they are written: so much of them a crash may take.
const GATHER: Duration = Duration::from_secs(30);

impl Engine {
    /// The last look at a dealership and the next one.
    pub fn probe_status(&self, id: DealershipId) -> ProbeStatus {
        let inner = &self.inner;
        let kept = inner.parts.store.probes().get(id);
        let last = inner.book().get(id).and_then(|state| ProbeState::last(&state, kept.as_deref(), inner.now()));
        let last = last.map(Cow::into_owned);
        ProbeStatus { last, next_at: inner.next_probes.read().get(&id).copied() }
    }
}

/// Writes the looks of the last seconds in one go, for as long as there are any. Whoever closes the store writes the rest.
pub(super) async fn save(inner: Arc<Inner>) {
    loop {
        let gathered = async {
            inner.probes_to_save.notified().await;
            inner.parts.clock.sleep(GATHER).await;
        };
        tokio::select! {
            biased;
            () = inner.cancel.cancelled() => return,
            () = gathered => {}
        }
        if let Err(error) = inner.parts.store.save_probes().await {
            inner.report(format!("the last looks cannot be kept for the next start: {error}"));
        }
    }
}

impl Prober {
    /// Works out anew when everybody is due.
    pub fn plan_all(&mut self) {
        if self.inner.works() {
            for state in self.inner.book().all().1 {
                self.plan_state(&state);
            }
        }
    }

    /// Works out anew when a dealership is due.
    pub fn plan(&mut self, id: DealershipId) {
        if !self.inner.works() {
            return;
        }
        if let Some(state) = self.inner.book().get(id) {
            self.plan_state(&state);
        }
    }

    fn plan_state(&mut self, state: &Onboarding) {
        let id = state.id;
        // Whoever is on a trip is planned at its end.
        if self.under_way.contains(&id) {
            return;
        }
        let now = self.inner.now();
        let kept = self.inner.parts.store.probes().get(id);
        let last = ProbeState::last(state, kept.as_deref(), now);
        let due = cadence(state, now, &self.inner.parts.policy, &self.rhythm, last.as_deref());
        if due.is_none() {
            self.holds.remove(&id);
        }
        let due = due.map(|due| self.holds.get(&id).map_or(due, |hold| hold.until));
        let deadline = due.and_then(|due| pressing(state, due.max(now)));
        self.agenda.set(id, due, deadline);
        match due {
            Some(due) => self.inner.next_probes.write().insert(id, due),
            None => self.inner.next_probes.write().remove(&id),
        };
    }
}
