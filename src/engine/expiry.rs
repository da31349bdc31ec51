//! The clock task: records once what clocks did. Deadlines are compared in UTC, at least every 30 seconds, so that
//! suspend, clock steps and daylight saving cannot fool it; the cost is by what is due, not by what there is.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures::{StreamExt, stream};
use tokio::sync::broadcast::error::RecvError;

use super::Inner;
use super::timers::Timers;
use crate::domain::{Actor, Command, DealershipId, next_tick};

/// The longest time between two comparisons, and how long a tick that failed rests.
const LONGEST_TICK: Duration = Duration::from_secs(30);
const REST: TimeDelta = TimeDelta::seconds(30);

/// How many ticks are recorded at once, so that the store can commit them as a group.
const AT_ONCE: usize = 64;

pub(super) async fn run(inner: Arc<Inner>) {
    let probing = inner.parts.platform.is_some();
    let mut follow = inner.parts.store.follow();
    let mut timers = Timers::default();
    let plan = |timers: &mut Timers, id: DealershipId| {
        timers.set(id, inner.book().get(id).and_then(|state| next_tick(&state, probing)));
    };
    let plan_all = |timers: &mut Timers| {
        for state in inner.book().all().1 {
            timers.set(state.id, next_tick(&state, probing));
        }
    };
    plan_all(&mut timers);
    loop {
        let now = inner.now();
        let due: Vec<_> = std::iter::from_fn(|| timers.take_due(now)).map(|(_, id)| id).collect();
        let mut ticks = stream::iter(due).map(|id| tick(&inner, id, probing)).buffer_unordered(AT_ONCE);
        while let Some((id, done)) = ticks.next().await {
            if done {
                plan(&mut timers, id);
            } else {
                timers.set(id, now.checked_add_signed(REST));
            }
        }
        drop(ticks);
        let wait = timers.next().map(|at| (at - inner.now()).to_std().unwrap_or_default());
        tokio::select! {
            biased;
            () = inner.cancel.cancelled() => return,
            commit = follow.recv() => match commit {
                Ok(commit) => commit.states.iter().for_each(|state| plan(&mut timers, state.id)),
                Err(RecvError::Lagged(_)) => plan_all(&mut timers),
                Err(RecvError::Closed) => return,
            },
            () = inner.parts.clock.sleep(wait.unwrap_or(LONGEST_TICK).min(LONGEST_TICK)) => {}
        }
    }
}

/// Whether everything is recorded that this tick could record.
async fn tick(inner: &Inner, id: DealershipId, probing: bool) -> (DealershipId, bool) {
    let done = match inner.execute(id, Command::Tick { probing }, &Actor::system("clock")).await {
        // Nothing recorded although the timer rang: the clock was set back meanwhile. Look again later.
        Ok(events) => !events.is_empty(),
        Err(error) => {
            inner.report(format!("a clock's end could not be recorded: {error}"));
            false
        }
    };
    (id, done)
}
