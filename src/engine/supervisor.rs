//! One supervisor for all background tasks: a task that panics is reported and restarted with back-off, and all of them
//! end by one token.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::task::JoinSet;

use super::backoff::Backoff;
use super::task_monitor::Wakes;
use super::{Inner, codes, deadlines, outbox, probe, relay, team_status};
use crate::guard::panic_message;

/// How long until a task that failed is started again.
const BACKOFF: Backoff = Backoff::seconds(2, 60);

/// How many faults are kept.
const FAULTS_KEPT: usize = 10;

/// Starts the tasks of whoever leads. They end with the program; dropping what is returned ends them at once.
pub(super) fn start(inner: &Arc<Inner>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    if inner.parts.platform.is_some() {
        supervise(&mut tasks, inner, "probe", Wakes::Regularly, probe::run);
        supervise(&mut tasks, inner, "probe states", Wakes::OnDemand, probe::save);
    }
    if inner.works() {
        supervise(&mut tasks, inner, "clock", Wakes::Regularly, deadlines::clocks);
        supervise(&mut tasks, inner, "codes", Wakes::OnDemand, codes::resume_all);
        if inner.parts.outbox.is_some() {
            supervise(&mut tasks, inner, "reminders", Wakes::Regularly, deadlines::letters);
            supervise(&mut tasks, inner, "mail", Wakes::Regularly, outbox::run);
            supervise(&mut tasks, inner, "reports", Wakes::OnDemand, outbox::read_reports);
        }
        if inner.parts.store.team().is_some() {
            supervise(&mut tasks, inner, "requests", Wakes::OnDemand, relay::serve);
        }
    }
    if inner.parts.store.team().is_some() {
        supervise(&mut tasks, inner, "telling", Wakes::OnDemand, team_status::tell);
    }
    tasks
}

/// Runs a task for as long as the program does.
pub(super) fn supervise<F>(
    tasks: &mut JoinSet<()>,
    inner: &Arc<Inner>,
    name: &'static str,
    wakes: Wakes,
    task: fn(Arc<Inner>) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let inner = Arc::clone(inner);
    // A task that is dropped before its end is not wanted any more: nobody misses its signs of life.
    let wanted = scopeguard::guard(inner.monitor.add(name, wakes), |task| task.dropped());
    let tracker = inner.tasks.clone();
    tasks.spawn(tracker.track_future(async move {
        let mut rng = StdRng::seed_from_u64(inner.parts.seed ^ name.len() as u64);
        let mut attempt = 0;
        loop {
            let began = inner.parts.clock.elapsed();
            let running = wanted.run(&*inner.parts.clock, task(Arc::clone(&inner)));
            let Err(panic) = AssertUnwindSafe(running).catch_unwind().await else { return wanted.ended() };
            wanted.failed();
            inner.report(format!("the task `{name}` failed and was restarted: {}", panic_message(&*panic)));
            // Failures that are far apart have nothing to do with each other.
            if inner.parts.clock.elapsed().saturating_sub(began) > BACKOFF.cap {
                attempt = 0;
            }
            if !inner.sleep(BACKOFF.wait(&mut rng, attempt, None)).await {
                return;
            }
            attempt += 1;
        }
    }));
}

impl Inner {
    /// Reports a fault inside the program: in the log and in the status.
    pub(super) fn report(&self, fault: String) {
        tracing::error!("{fault}");
        self.status.send_if_modified(|status| {
            // A fault that repeats is one fault.
            if status.faults.last() == Some(&fault) {
                return false;
            }
            if status.faults.len() == FAULTS_KEPT {
                status.faults.remove(0);
            }
            status.faults.push(fault);
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::clock::{Clock, ManualClock};
    use crate::domain::{Policy, Timestamp};
    use crate::engine::{Engine, LeaseSettings, Pace, Parts, TaskState};
    use crate::store::memory::MemoryStore;

    static STARTS: AtomicU32 = AtomicU32::new(0);

    async fn fails_three_times(inner: Arc<Inner>) {
        let start = STARTS.fetch_add(1, Ordering::SeqCst);
        assert!(start >= 3, "failure {start}");
        inner.cancel.cancelled().await;
    }

    #[tokio::test]
    async fn a_task_that_panics_is_reported_and_restarted_until_it_runs() {
        let clock = ManualClock::at(Timestamp::UNIX_EPOCH);
        let engine = Engine::start(Parts {
            store: MemoryStore::new(),
            platform: None,
            source: None,
            outbox: None,
            rules: None,
            clock: Arc::new(clock.clone()),
            policy: Policy::default(),
            pace: Pace::default(),
            seed: 1,
            read_only: false,
            background: false,
            lease: LeaseSettings::of("ana"),
        });
        let mut status = engine.status();
        let mut tasks = JoinSet::new();
        supervise(&mut tasks, &engine.inner, "clumsy", Wakes::OnDemand, fails_three_times);
        for failure in 0..3_u32 {
            status.changed().await.unwrap();
            let faults = status.borrow_and_update().faults.clone();
            assert_eq!(faults.len(), failure as usize + 1);
            assert!(faults.last().unwrap().ends_with(&format!("failure {failure}")), "{faults:?}");
            assert_eq!(STARTS.load(Ordering::SeqCst), failure + 1, "not before it has rested");
            assert_eq!(engine.task_faults().first().map(|(_, state)| *state), Some(TaskState::Restarting));
            while clock.next_wake().is_none() {
                tokio::task::yield_now().await;
            }
            clock.advance(BACKOFF.cap);
        }
        while STARTS.load(Ordering::SeqCst) < 4 {
            tokio::task::yield_now().await;
        }
        assert_eq!(engine.task_faults(), []);
        engine.shutdown().await.unwrap();
        assert!(engine.inner.tasks.is_empty());
        assert!(clock.elapsed() < Duration::from_secs(600));
    }
}
