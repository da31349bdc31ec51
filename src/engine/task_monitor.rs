//! Whether the background tasks are alive: one that waits for what never comes is told from one that has nothing to do.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use crate::clock::Clock;

/// After so long without a sign of life a task is stuck: those that wake regularly do so every 30 seconds.
const STUCK_AFTER: Duration = Duration::from_secs(120);

/// Time that runs faster than the real one passes while the machine is busy with something else.
const RESOLUTIONS: u32 = 1_000;

/// How a task shows that it is alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wakes {
    /// By a timer of its own, whatever else happens.
    Regularly,
    /// Only when there is something to do.
    OnDemand,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// It failed, and rests before it is started again.
    Restarting,
    /// It ended although the program goes on.
    Ended,
    /// It does not come back from what it does.
    Stuck,
}

impl TaskState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Restarting => "restarting",
            Self::Ended => "ended",
            Self::Stuck => "stuck",
        }
    }
}

#[derive(Debug, Default)]
pub struct TaskMonitor(Mutex<Vec<Arc<MonitoredTask>>>);

#[derive(Debug)]
pub struct MonitoredTask {
    name: &'static str,
    wakes: Wakes,
    run: AtomicU8,
    polling: AtomicBool,
    /// When it was last given a turn, in milliseconds of the clock.
    polled: AtomicU64,
}

const RUNNING: u8 = 0;
const RESTARTING: u8 = 1;
const ENDED: u8 = 2;
const DROPPED: u8 = 3;

fn millis(clock: &dyn Clock) -> u64 {
    u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX)
}

impl TaskMonitor {
    pub fn add(&self, name: &'static str, wakes: Wakes) -> Arc<MonitoredTask> {
        let task = MonitoredTask {
            name,
            wakes,
            run: AtomicU8::new(RUNNING),
            polling: AtomicBool::new(false),
            // Not begun yet: no sign of life is missed.
            polled: AtomicU64::new(u64::MAX),
        };
        let task = Arc::new(task);
        self.0.lock().push(Arc::clone(&task));
        task
    }

    /// The background tasks that do not run as they should.
    pub fn faults(&self, clock: &dyn Clock) -> Vec<(&'static str, TaskState)> {
        let stuck_after = STUCK_AFTER + clock.resolution() * RESOLUTIONS;
        let now = millis(clock);
        let fault = |task: &Arc<MonitoredTask>| Some((task.name, task.fault(now, stuck_after)?));
        let mut tasks = self.0.lock();
        tasks.retain(|task| task.run.load(Ordering::Relaxed) != DROPPED);
        tasks.iter().filter_map(fault).collect()
    }
}

impl MonitoredTask {
    /// Notes that nobody wants it any more, unless it came to its end.
    pub fn dropped(&self) {
        if self.run.load(Ordering::Relaxed) != ENDED {
            self.run.store(DROPPED, Ordering::Relaxed);
        }
    }

    /// Runs the task and notes each turn that it gets.
    pub async fn run<F: Future<Output = ()>>(&self, clock: &dyn Clock, task: F) {
        self.run.store(RUNNING, Ordering::Relaxed);
        let mut task = pin!(task);
        poll_fn(|context| {
            self.polled.store(millis(clock), Ordering::Relaxed);
            self.polling.store(true, Ordering::Relaxed);
            let polled = task.as_mut().poll(context);
            self.polling.store(false, Ordering::Relaxed);
            polled
        })
        .await;
    }

    pub fn failed(&self) {
        self.polling.store(false, Ordering::Relaxed);
        self.run.store(RESTARTING, Ordering::Relaxed);
    }

    pub fn ended(&self) {
        self.run.store(ENDED, Ordering::Relaxed);
    }

    fn fault(&self, now: u64, stuck_after: Duration) -> Option<TaskState> {
        let silent = Duration::from_millis(now.saturating_sub(self.polled.load(Ordering::Relaxed)));
        let regular = self.wakes == Wakes::Regularly;
        match self.run.load(Ordering::Relaxed) {
            RESTARTING => Some(TaskState::Restarting),
            // What is done on demand may be done for good.
            ENDED => regular.then_some(TaskState::Ended),
            _ if silent <= stuck_after => None,
            _ => (regular || self.polling.load(Ordering::Relaxed)).then_some(TaskState::Stuck),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;
    use crate::clock::ManualClock;
    use crate::domain::Timestamp;

    #[test]
    fn who_waits_for_ever_is_stuck_when_it_should_wake_regularly() {
        let clock = ManualClock::at(Timestamp::UNIX_EPOCH);
        let monitor = TaskMonitor::default();
        let (regular, on_demand) = (monitor.add("clock", Wakes::Regularly), monitor.add("codes", Wakes::OnDemand));
        let mut waits = Box::pin(regular.run(&clock, std::future::pending()));
        let mut idles = Box::pin(on_demand.run(&clock, std::future::pending()));
        clock.advance(STUCK_AFTER * 2);
        assert_eq!(monitor.faults(&clock), [], "none has begun");
        assert!(waits.as_mut().now_or_never().is_none() && idles.as_mut().now_or_never().is_none());
        clock.advance(STUCK_AFTER);
        assert_eq!(monitor.faults(&clock), []);
        clock.advance(Duration::from_millis(1));
        assert_eq!(monitor.faults(&clock), [("clock", TaskState::Stuck)]);
        assert!(waits.as_mut().now_or_never().is_none());
        assert_eq!(monitor.faults(&clock), []);
        regular.ended();
        on_demand.ended();
        assert_eq!(monitor.faults(&clock), [("clock", TaskState::Ended)]);
    }
}
