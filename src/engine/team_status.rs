//! What the status says of a team: who leads and how its work goes, as the others are told by it.

use std::sync::Arc;
use std::time::Duration;

use super::Inner;
use super::inner::starting_status;
use crate::domain::Timestamp;
use crate::protocol::{LeaderState, Status, StoreAway};

/// The leader tells of its work no oftener, and when nothing changes after so long again.
const SHORTEST: Duration = Duration::from_secs(2);
const UNCHANGED: Duration = Duration::from_secs(8);

/// For one of several processes, leading or not: keeps in the status what is known of the team.
pub(super) async fn follow(inner: Arc<Inner>) {
    let Some(team) = inner.parts.store.team() else { return };
    let (mut leader, mut away, mut term) = (team.leader(), team.away(), inner.term.subscribe());
    let (mut heard, mut rules) = (team.news(), 0);
    loop {
        let news = heard.borrow_and_update().clone();
        if news.last_rule > rules {
            match inner.learn().await {
                Ok(()) => rules = news.last_rule,
                Err(error) => tracing::debug!("what the team was taught is not known: {error}"),
            }
        }
        let own = term.borrow_and_update().map(|term| term.epoch);
        let led = leader.borrow_and_update().clone();
        let here = led.as_ref().is_some_and(|led| own == Some(led.epoch));
        let why = away.borrow_and_update().as_ref().map(ToString::to_string);
        inner.status.send_if_modified(|status| {
            let mut next = if own.is_some() { status.clone() } else { inner.as_told(status, news.told.as_ref()) };
            next.leader = match led {
                Some(led) if here => LeaderState::Here { since: led.since },
                Some(led) => {
                    let told_at = news.told.as_ref().map(|(at, _)| *at);
                    LeaderState::Elsewhere { name: led.to_string(), since: led.since, told_at }
                }
                None => match status.leader {
                    LeaderState::Nobody { since } => LeaderState::Nobody { since },
                    _ => LeaderState::Nobody { since: inner.now() },
                },
            };
            (next.desks, next.presences) = (news.desks, news.presences);
            let since = status.store_away.as_ref().map_or_else(|| inner.now(), |away| away.since);
            next.store_away = why.map(|why| StoreAway { why, since });
            let changed = *status != next;
            *status = next;
            changed
        });
        tokio::select! {
            biased;
            () = inner.cancel.cancelled() => return,
            Ok(()) = leader.changed() => {}
            Ok(()) = away.changed() => {}
            Ok(()) = term.changed() => {}
            Ok(()) = heard.changed() => {}
        }
    }
}

impl Inner {
    /// How the work goes of which the leader told, beside what is so of this process.
    pub(super) fn as_told(&self, own: &Status, told: Option<&(Timestamp, Status)>) -> Status {
        let told = match told {
            Some((_, told)) => told.clone(),
            None => starting_status(&self.parts),
        };
        Status { clock_skew: None, faults: own.faults.clone(), ..told }
    }
}

/// For the leader: tells the others how its work goes.
pub(super) async fn tell(inner: Arc<Inner>) {
    let (Some(team), Some(term)) = (inner.parts.store.team(), inner.term()) else { return };
    let mut status = inner.status.subscribe();
    loop {
        // Each process reads by itself what the others look at.
        let told = Status { presences: Vec::new(), ..status.borrow_and_update().clone() };
        if let Err(error) = team.tell(term.epoch, &told).await {
            tracing::debug!("the others are not told how it goes: {error}");
        }
        if !inner.sleep(SHORTEST).await {
            return;
        }
        tokio::select! {
            biased;
            () = inner.cancel.cancelled() => return,
            Ok(()) = status.changed() => {}
            () = inner.parts.clock.sleep(UNCHANGED) => {}
        }
    }
}
