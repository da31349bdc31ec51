//! The last probe of every dealership: kept across restarts, told to whoever asks.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::{DealershipId, ProbeState};
use crate::engine::{Engine, Inner};
use crate::protocol::ProbeStatus;

/// How long probes are gathered before they are written: so much of them a crash may take.
const GATHER: Duration = Duration::from_secs(30);

impl Engine {
    /// The last probe of a dealership and the next one.
    pub fn probe_status(&self, id: DealershipId) -> ProbeStatus {
        let inner = &self.inner;
        let kept = inner.parts.store.probes().get(id);
        let last = inner.read_model().get(id).and_then(|state| ProbeState::last(&state, kept.as_deref(), inner.now()));
        let last = last.map(Cow::into_owned);
        ProbeStatus { last, next_at: inner.next_probes.read().get(&id).copied() }
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
