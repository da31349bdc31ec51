//! The probe task: probes dealerships when they are due, within one budget, behind one breaker.

use std::sync::Arc;

use chrono::TimeDelta;
use tokio::sync::broadcast::error::RecvError;

use super::prober::Prober;
use crate::engine::Inner;

/// Clocks are slewed by less; what is more is a step.
const SET_BACK: TimeDelta = TimeDelta::minutes(1);

pub async fn run(inner: Arc<Inner>) {
    let Some(platform) = inner.parts.platform.clone() else { return };
    let mut probes = inner.probes_asked.lock().await;
    let mut calls = inner.calls_asked.lock().await;
    let mut follow = inner.works().then(|| inner.parts.store.subscribe());
    let mut prober = Prober::new(&inner, platform);
    prober.plan_all();
    let mut before = inner.clock_reading();
    loop {
        let now = inner.clock_reading();
        let passed = TimeDelta::from_std(now.elapsed.saturating_sub(before.elapsed)).unwrap_or_default();
        // Set back: whoever is planned by what the clock said would be silent until it says so again.
        if before.at + passed - now.at > SET_BACK {
            prober.plan_all();
        }
        before = now;
        let rest = prober.send().min(prober.publish()).min(prober.log_outage());
        let commit = async {
            match &mut follow {
                Some(follow) => follow.recv().await,
                None => futures::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = inner.cancel.cancelled() => return,
            Some(probe) = probes.recv(), if prober.queue.has_room() => prober.queue.add_probe(probe),
            Some(call) = calls.recv(), if prober.queue.has_room() => prober.queue.add_call(call),
            done = prober.requests.next() => prober.step(done),
            commit = commit => match commit {
                Ok(commit) => commit.states.iter().for_each(|state| prober.plan(state.id)),
                Err(RecvError::Lagged(_)) => prober.plan_all(),
                Err(RecvError::Closed) => return,
            },
            () = inner.parts.clock.sleep(rest) => {}
        }
    }
}
