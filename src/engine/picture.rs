//! What the status bar is told of the probe task: at most once a second, and only what changed.

use std::time::Duration;

use chrono::TimeDelta;

use super::PlatformState;
use super::prober::{LONGEST_REST, Prober};
use super::status::clock_skew_changed;

/// The shortest time between two pictures of the status, unless there is an alarm or it ends.
const PICTURE: Duration = Duration::from_secs(1);

impl Prober {
    /// Publishes the status when it changed. The answer is how long until a change may be published that came too soon.
    pub fn publish(&mut self) -> Duration {
        let now = self.moment();
        let platform = match (self.breaker.state(now.elapsed), &self.mass) {
            (PlatformState::Ok | PlatformState::Starting, Some(mass)) => mass.state(),
            (state, _) => state,
        };
        let waiting = self.waiting(now.at);
        let requests_last_second = self.budget.spent(now.elapsed);
        let sweep = self.sweep.picture(&mut self.agenda, now, self.inner.parts.pace.requests_per_second);
        let runs = TimeDelta::from_std(now.elapsed.saturating_sub(self.began)).unwrap_or(TimeDelta::MAX);
        let longest_wait =
            self.agenda.longest_wait(now.at).map(|wait| TimeDelta::seconds(wait.min(runs).num_seconds()));
        let status = self.inner.status.borrow();
        let urgent = status.platform != platform || status.alarms != self.causes.alarms();
        let changed = urgent
            || status.requests_last_second != requests_last_second
            || status.in_flight != self.requests
            || status.waiting != waiting
            || status.longest_wait != longest_wait
            || status.sweep != sweep
            || status.last_answer_at != self.last_answer_at
            || clock_skew_changed(status.clock_skew, self.clock_skew);
        drop(status);
        if !changed {
            return LONGEST_REST;
        }
        let since = self.pictured.map_or(PICTURE, |at| now.elapsed.saturating_sub(at));
        if since < PICTURE && !urgent {
            return PICTURE.saturating_sub(since);
        }
        self.pictured = Some(now.elapsed);
        self.inner.status.send_modify(|status| {
            status.platform = platform;
            status.requests_last_second = requests_last_second;
            status.in_flight = self.requests;
            status.waiting = waiting;
            status.longest_wait = longest_wait;
            status.sweep = sweep;
            status.alarms = self.causes.alarms().to_vec();
            status.last_answer_at = self.last_answer_at;
            status.clock_skew = self.clock_skew;
        });
        // What is shown as busy now must be shown as idle later, also when nothing else happens.
        if requests_last_second > 0 { PICTURE } else { LONGEST_REST }
    }
}
