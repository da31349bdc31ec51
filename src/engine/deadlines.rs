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

/// What is due when, and what is then to be decided.
#[derive(Clone, Copy)]
enum Deadlines {
    /// What clocks did: an overdue confirmation, a dead code.
    Clocks { probing: bool },
    /// Reminders and news: letters that are due by themselves.
    Letters,
}

impl Deadlines {
    /// When this dealership is due; a moment that is past: at once.
    fn next(self, state: &Onboarding, inner: &Inner, now: Timestamp) -> Option<Timestamp> {
        let policy = &inner.parts.policy.mail;
        match self {
            Self::Clocks { probing } => next_tick(state, probing),
            Self::Letters => due_letter(state, policy, now).map(|_| now).or_else(|| next_letter_at(state, policy, now)),
        }
    }

    fn command(self) -> (Command, Actor) {
        match self {
            Self::Clocks { probing } => (Command::Tick { probing }, Actor::system("clock")),
            Self::Letters => (Command::QueueDueLetter, Actor::system("reminders")),
        }
    }
}

pub(super) async fn clocks(inner: Arc<Inner>) {
    let probing = inner.parts.platform.is_some();
    run(&inner, Deadlines::Clocks { probing }).await;
}

pub(super) async fn letters(inner: Arc<Inner>) {
    run(&inner, Deadlines::Letters).await;
}

async fn run(inner: &Inner, deadlines: Deadlines) {
    let mut follow = inner.parts.store.subscribe();
    let mut timers = Timers::default();
    let plan = |timers: &mut Timers, id: DealershipId| {
        timers.set(id, inner.read_model().get(id).and_then(|state| deadlines.next(&state, inner, inner.now())));
    };
    let plan_all = |timers: &mut Timers| {
        for state in inner.read_model().all().1 {
            timers.set(state.id, deadlines.next(&state, inner, inner.now()));
        }
    };
    plan_all(&mut timers);
    loop {
        let now = inner.now();
        let due: Vec<_> = std::iter::from_fn(|| timers.take_due(now)).map(|(_, id)| id).collect();
        // A moment that is not one any more is no work.
        let (due, over): (Vec<_>, Vec<_>) = due.into_iter().partition(|id| {
            let next = inner.read_model().get(*id).and_then(|state| deadlines.next(&state, inner, now));
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
async fn record(inner: &Inner, id: DealershipId, deadlines: Deadlines) -> (DealershipId, bool) {
    let (command, actor) = deadlines.command();
    let done = match inner.execute_as_leader(id, command, &actor).await {
        // Nothing recorded although the timer rang: the clock was set back meanwhile. It is due again later.
        Ok(events) => !events.is_empty(),
        Err(error) => {
            inner.report(format!("what is due could not be recorded: {error}"));
            false
        }
    };
    (id, done)
}
