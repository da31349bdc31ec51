//! The last probe of every dealership: kept across restarts, told to whoever asks.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::{DealershipId, ProbeState, cadence};
use crate::engine::{Engine, Inner};
use crate::protocol::ProbeStatus;

/// How long probes are gathered before they are written: so much of them a crash may take.
const GATHER: Duration = Duration::from_secs(30);

impl Engine {
    /// The last probe of a dealership and the next one.
    pub fn probe_status(&self, id: DealershipId) -> ProbeStatus {
        let inner = &self.inner;
        let kept = inner.parts.store.probes().get(id);
        let Some(state) = inner.read_model().get(id) else { return ProbeStatus::default() };
        let last = ProbeState::last(&state, kept.as_deref(), inner.now());
        let next_at = match inner.leads() {
            true => inner.next_probes.read().get(&id).copied(),
            // As the leader plans it, but for what it defers.
            false => {
                cadence(&state, inner.now(), &inner.parts.policy, &inner.parts.pace.probe_schedule(), last.as_deref())
            }
        };
        ProbeStatus { last: last.map(Cow::into_owned), next_at }
    }
}

/// Writes the probes of the last seconds in one go, for as long as there are any. Whoever closes the store writes the rest.
pub async fn save(inner: Arc<Inner>) {
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
            inner.report(format!("the last probes cannot be kept for the next start: {error}"));
        }
    }
}
