//! What the status bar is told of probing: at most once a second, and only what changed.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;

use super::LONGEST_REST;
use crate::domain::Timestamp;
use crate::engine::status::{Status, clock_skew_changed};

/// The shortest time between two reports, unless there is an alarm or it ends.
const EVERY: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub struct StatusReport {
    published: Option<Duration>,
    pub last_answer_at: Option<Timestamp>,
    /// The platform's clock minus ours.
    pub clock_skew: Option<TimeDelta>,
}

impl StatusReport {
    /// Publishes what `fill` says, if it is time or urgent. The answer is how long until there may be more to say.
    pub fn publish(
        &mut self,
        to: &watch::Sender<Status>,
        elapsed: Duration,
        urgent: bool,
        fill: impl FnOnce(&mut Status),
    ) -> Duration {
        let since = self.published.map_or(EVERY, |at| elapsed.saturating_sub(at));
        if since < EVERY && !urgent {
            return EVERY.saturating_sub(since);
        }
        let mut busy = false;
        let changed = to.send_if_modified(|status| {
            let mut new = status.clone();
            fill(&mut new);
            new.last_answer_at = self.last_answer_at;
            if clock_skew_changed(status.clock_skew, self.clock_skew) {
                new.clock_skew = self.clock_skew;
            }
            busy = new.requests_last_second > 0;
            let changed = *status != new;
            *status = new;
            changed
        });
        if changed {
            self.published = Some(elapsed);
        }
        // What is shown as busy now must be shown as idle later, also when nothing else happens.
        if busy { EVERY } else { LONGEST_REST }
    }
}
