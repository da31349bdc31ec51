//! Deadlines of all dealerships: whatever a clock makes due is recorded once. Moments are compared in UTC, at least every 30
//! seconds, so that suspend, clock steps and daylight saving cannot fool it; the cost is by what is due, not by what there is.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures::{StreamExt, stream};
use tokio::sync::broadcast::error::RecvError;

use super::Inner;
use super::timers::Timers;
use crate::domain::{Actor, Command, DealershipId, Onboarding, Timestamp, due_letter, next_letter_at, next_tick};

/// The longest time between two comparisons, and how long a deadline that could not be recorded rests.
const LONGEST_TICK: Duration = Duration::from_secs(30);
const REST: TimeDelta = TimeDelta::seconds(30);

/// How many are recorded at once, so that the store can commit them as a group.
const AT_ONCE: usize = 64;

/// What is due when, and what is to be done then.
trait Deadlines: Sync {
    /// When this dealership is due; a moment that is past: at once.
    fn next(&self, state: &Onboarding, now: Timestamp) -> Option<Timestamp>;

    /// What then is to be decided.
    fn command(&self) -> Command;

    fn actor(&self) -> Actor;
}

/// Records once what clocks did: an overdue confirmation, a dead code.
struct Clocks {
    probing: bool,
}

impl Deadlines for Clocks {
    fn next(&self, state: &Onboarding, _: Timestamp) -> Option<Timestamp> {
        next_tick(state, self.probing)
    }

    fn command(&self) -> Command {
        Command::Tick { probing: self.probing }
    }

    fn actor(&self) -> Actor {
        Actor::system("clock")
    }
}

/// Queues the letters that are due by themselves.
struct DueLetters<'a> {
    inner: &'a Inner,
}

impl Deadlines for DueLetters<'_> {
    fn next(&self, state: &Onboarding, now: Timestamp) -> Option<Timestamp> {
        let policy = &self.inner.parts.policy.mail;
        due_letter(state, policy, now).map(|_| now).or_else(|| next_letter_at(state, policy, now))
    }

    fn command(&self) -> Command {
        Command::QueueDueLetter
    }

    fn actor(&self) -> Actor {
        Actor::system("reminders")
    }
}

/// The task of the two clocks.
pub(super) async fn clocks(inner: Arc<Inner>) {
    let probing = inner.parts.platform.is_some();
    run(&inner, &Clocks { probing }).await;
}

/// The task of reminders and news.
pub(super) async fn letters(inner: Arc<Inner>) {
    run(&inner, &DueLetters { inner: &inner }).await;
}

async fn run(inner: &Inner, deadlines: &dyn Deadlines) {
    let mut follow = inner.parts.store.subscribe();
    let mut timers = Timers::default();
    let plan = |timers: &mut Timers, id: DealershipId| {
        timers.set(id, inner.book().get(id).and_then(|state| deadlines.next(&state, inner.now())));
    };
    let plan_all = |timers: &mut Timers| {
        for state in inner.book().all().1 {
            timers.set(state.id, deadlines.next(&state, inner.now()));
        }
    };
    plan_all(&mut timers);
    loop {
        let now = inner.now();
        let due: Vec<_> = std::iter::from_fn(|| timers.take_due(now)).map(|(_, id)| id).collect();
        // A moment that is not one any more is no work.
        let (due, over): (Vec<_>, Vec<_>) = due.into_iter().partition(|id| {
            let next = inner.book().get(*id).and_then(|state| deadlines.next(&state, now));
            next.is_some_and(|next| next <= now)
        });
        over.into_iter().for_each(|id| plan(&mut timers, id));
        let mut all = stream::iter(due).map(|id| record(inner, id, deadlines)).buffer_unordered(AT_ONCE);
        while let Some((id, done)) = all.next().await {
            if done {
                plan(&mut timers, id);
            } else {
                timers.set(id, now.checked_add_signed(REST));
            }
        }
        drop(all);
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

/// Whether everything is recorded that was due.
async fn record(inner: &Inner, id: DealershipId, deadlines: &dyn Deadlines) -> (DealershipId, bool) {
    let done = match inner.execute(id, deadlines.command(), &deadlines.actor()).await {
        // Nothing recorded although the timer rang: the clock was set back meanwhile. Look again later.
        Ok(events) => !events.is_empty(),
        Err(error) => {
            inner.report(format!("what is due could not be recorded: {error}"));
            false
        }
    };
    (id, done)
}
