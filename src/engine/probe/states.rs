//! The last probe of every dealership: kept across restarts, told to whoever asks.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::{DealershipId, ProbeStatus};
use crate::engine::{Engine, Inner};

/// How long probes are gathered before they are written: so much of them a crash may take.
const GATHER: Duration = Duration::from_secs(30);

/// Who is due for longer than this is overdue: the budget does not keep up.
const OVERDUE_AFTER: TimeDelta = TimeDelta::minutes(1);

/// How many probes are planned, by how their moment lies to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProbeQueueLength {
    pub later: usize,
    pub due: usize,
    pub overdue: usize,
}

impl Engine {
    pub fn probe_queue_length(&self) -> ProbeQueueLength {
        let now = self.inner.now();
        let mut length = ProbeQueueLength::default();
        for due in self.inner.next_probes.read().values() {
            match now - *due {
                late if late < TimeDelta::zero() => length.later += 1,
                late if late < OVERDUE_AFTER => length.due += 1,
                _ => length.overdue += 1,
            }
        }
        length
    }

    /// The last probe of a dealership and the next one.
    pub fn probe_status(&self, id: DealershipId) -> ProbeStatus {
        let inner = &self.inner;
        let kept = inner.parts.store.probes().get(id);
        let Some(state) = inner.read_model().get(id) else { return ProbeStatus::default() };
        let leads = inner.leads();
        // As the leader plans it, but for what it defers.
        let schedule = (!leads).then(|| inner.parts.pace.probe_schedule());
        let mut status = ProbeStatus::of(&state, kept.as_deref(), inner.now(), &inner.parts.policy, schedule.as_ref());
        if leads {
            status.next_at = inner.next_probes.read().get(&id).copied();
        }
        status
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
