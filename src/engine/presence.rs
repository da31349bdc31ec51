//! Who looks at what: kept in memory for as long as a desk is open, shown to the others, never recorded.

use std::sync::Arc;
use std::time::Duration;

use super::{Engine, Inner};
use crate::domain::Actor;
use crate::protocol::Presence;

/// The other processes of a team are told no oftener.
const SHORTEST: Duration = Duration::from_secs(1);

impl Engine {
    /// Takes in what a desk has in front of it, in place of what it had before.
    pub(super) fn present(&self, presence: Presence, who: &Actor) {
        let desk = presence.desk;
        let presence = (!presence.dealerships.is_empty()).then(|| Presence { who: who.clone(), ..presence });
        let inner = &self.inner;
        inner.presences.send_modify(|presences| {
            presences.retain(|other| other.desk != desk);
            presences.extend(presence);
            // In a team the status has those of all processes, as they are read.
            if inner.parts.store.team().is_none() {
                inner.status.send_if_modified(|status| {
                    let changed = status.presences != *presences;
                    status.presences.clone_from(presences);
                    changed
                });
            }
        });
    }
}

/// For one of several processes: tells the others what is in front of its desks.
pub(super) async fn tell(inner: Arc<Inner>) {
    let Some(team) = inner.parts.store.team() else { return };
    let mut presences = inner.presences.subscribe();
    loop {
        tokio::select! {
            biased;
            () = inner.cancel.cancelled() => return,
            Ok(()) = presences.changed() => {}
        }
        let present = presences.borrow_and_update().clone();
        if let Err(error) = team.present(present).await {
            tracing::debug!("the others are not told yet what is looked at here: {error}");
        }
        if !inner.sleep(SHORTEST).await {
            return;
        }
    }
}
