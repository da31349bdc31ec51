//! The task of one hook: reads the log from its own position, calls, tries again, keeps how far it has come.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::hook_call::{CallFailure, HookCall};
use super::program::ProgramTarget;
use super::status::HookStatus;
use super::webhook::WebhookTarget;
use super::{Hook, HookTarget};
use crate::domain::{Budget, Event};
use crate::engine::{Backoff, Engine};
use crate::failure_point::FailurePoint;
use crate::protocol::{Committed, EventQuery};
use crate::store::{HookAttempt, HookPosition, StoreError};

/// How long a delivery is tried.
const GIVEN_UP_AFTER: TimeDelta = TimeDelta::hours(24);

/// Between the tries of one delivery.
const BACKOFF: Backoff = Backoff::seconds(5, 3_600);

/// Between two tries to read or to keep the position: a full disk is not emptied within a second.
const STORE_REST: Duration = Duration::from_secs(30);

/// How many events are read at once, and the most in one group.
const MOST_EVENTS: usize = 100;

/// How far the log may be ahead of the position that is kept, when nothing in it is for this hook.
const MOST_PASSED_OVER: u64 = 10_000;

enum Caller {
    Program(ProgramTarget),
    Webhook(WebhookTarget),
}

pub struct HookTask {
    hook: Hook,
    caller: Caller,
    engine: Engine,
    status: Arc<HookStatus>,
    budget: Budget,
    rng: StdRng,
}

impl HookTask {
    pub fn new(hook: Hook, engine: Engine, status: Arc<HookStatus>, seed: u64) -> Result<Self, String> {
        let caller = match hook.target.clone() {
            HookTarget::Program { run, environment } => {
                Caller::Program(ProgramTarget::new(run, environment, hook.timeout))
            }
            HookTarget::Url { url, secret } => Caller::Webhook(WebhookTarget::new(&url, secret, hook.timeout)?),
        };
        let budget = Budget::per_minute(hook.per_minute);
        Ok(Self { hook, caller, engine, status, budget, rng: StdRng::seed_from_u64(seed) })
    }

    pub fn name(&self) -> &str {
        &self.hook.name
    }

    /// Runs until the store is closed, whenever this process leads.
    pub async fn run(&mut self) {
        let engine = self.engine.clone();
        while engine.until_leading().await {
            tokio::select! {
                // An error says that the store is closed.
                _ = self.follow() => return,
                // Whoever leads now makes the call under way again.
                () = engine.until_deposed() => {}
            }
        }
    }

    async fn follow(&mut self) -> Result<(), StoreError> {
        let mut commits = self.engine.subscribe();
        let mut position = self.begin().await?;
        let mut kept = position.after;
        let mut waiting = VecDeque::new();
        loop {
            self.status.at(position.after);
            if waiting.is_empty() {
                let end = self.engine.read_model().seq();
                waiting = self.read(position.after, None).await?.into();
                if waiting.is_empty() {
                    position.after = end.max(position.after);
                    if position.after - kept > MOST_PASSED_OVER {
                        self.keep(&position).await?;
                        kept = position.after;
                    }
                    self.wait_for_more(position.after, &mut commits).await?;
                    continue;
                }
            }
            let events = self.next_group(&position, &mut waiting).await?;
            self.deliver(&mut position, &events).await?;
            kept = position.after;
        }
    }

    /// Where it had come; a new one begins now.
    async fn begin(&self) -> Result<HookPosition, StoreError> {
        loop {
            match self.engine.store().hook_position(&self.hook.name).await {
                Ok(Some(position)) => return Ok(position),
                Ok(None) => {
                    let position = HookPosition { after: self.engine.read_model().seq(), attempt: None };
                    self.keep(&position).await?;
                    return Ok(position);
                }
                Err(error) => self.rest(error).await?,
            }
        }
    }

    async fn keep(&self, position: &HookPosition) -> Result<(), StoreError> {
        while let Err(error) = self.engine.keep_hook_position(&self.hook.name, position).await {
            self.rest(error).await?;
        }
        Ok(())
    }

    /// What is for this hook after an event, up to another.
    async fn read(&self, after: u64, last: Option<u64>) -> Result<Vec<Event>, StoreError> {
        let query = EventQuery {
            after,
            before: last.map(|last| last.saturating_add(1)),
            kinds: self.hook.kinds.clone(),
            limit: Some(MOST_EVENTS),
            ..EventQuery::default()
        };
        loop {
            match self.engine.store().events(query.clone()).await {
                Ok(events) => return Ok(events),
                Err(error) => self.rest(error).await?,
            }
        }
    }

    async fn rest(&self, error: StoreError) -> Result<(), StoreError> {
        if matches!(error, StoreError::Closed) {
            return Err(error);
        }
        tracing::warn!(hook = self.name(), "the hook waits for the store: {error}");
        self.engine.clock().sleep(STORE_REST).await;
        Ok(())
    }

    async fn wait_for_more(&self, after: u64, commits: &mut Receiver<Committed>) -> Result<(), StoreError> {
        let is_new = |event: &Arc<Event>| event.seq > after && self.hook.kinds.contains(&event.fact.index());
        loop {
            match commits.recv().await {
                Ok(commit) if commit.events.iter().any(is_new) => return Ok(()),
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return Ok(()),
                Err(RecvError::Closed) => return Err(StoreError::Closed),
            }
        }
    }

    /// What goes into the next call. A delivery that was begun before keeps its events.
    async fn next_group(
        &self,
        position: &HookPosition,
        waiting: &mut VecDeque<Event>,
    ) -> Result<Vec<Event>, StoreError> {
        let Some(group) = self.hook.group else { return Ok(waiting.pop_front().into_iter().collect()) };
        let begun = position.attempt.as_ref().map(|attempt| attempt.last);
        waiting.clear();
        if begun.is_none() {
            self.engine.clock().sleep(group).await;
        }
        self.read(position.after, begun).await
    }

    /// Calls until it is taken or given up, and keeps that.
    async fn deliver(&mut self, position: &mut HookPosition, events: &[Event]) -> Result<(), StoreError> {
        let (Some(first), Some(last)) = (events.first(), events.last()) else {
            // What was begun is not for this hook any more: its settings were changed.
            position.attempt = None;
            return Ok(());
        };
        let begun = position.attempt.take().filter(|attempt| attempt.last == last.seq);
        let mut attempt = begun.unwrap_or_else(|| HookAttempt {
            id: format!("msg_{}_{}_{}", self.hook.name, first.seq, last.seq),
            last: last.seq,
            since: self.engine.clock().now(),
            failures: 0,
            why: None,
        });
        let mut taken = false;
        position.attempt = Some(attempt.clone());
        self.keep(position).await?;
        FailurePoint::HookNoted.pass();
        loop {
            // One that was stopped for minutes does not know yet that another one took over.
            while !self.engine.leads() {
                self.rest(StoreError::NotLeader).await?;
            }
            let Err(failure) = self.call(&attempt.id, events).await else {
                taken = true;
                break;
            };
            self.status.note_failure(attempt.since, &failure.why);
            let given_up = self.engine.clock().now() - attempt.since >= GIVEN_UP_AFTER;
            let end = if given_up { "; it is given up" } else { "" };
            tracing::warn!(hook = self.name(), id = attempt.id, "a hook failed: {}{end}", failure.why);
            if given_up {
                break;
            }
            let wait = BACKOFF.wait(&mut self.rng, attempt.failures, failure.retry_after);
            attempt.failures = attempt.failures.saturating_add(1);
            attempt.why = Some(failure.why);
            position.attempt = Some(attempt.clone());
            self.keep(position).await?;
            self.engine.clock().sleep(wait).await;
        }
        FailurePoint::HookCalled.pass();
        self.status.done(taken);
        *position = HookPosition { after: attempt.last, attempt: None };
        self.keep(position).await
    }

    async fn call(&mut self, id: &str, events: &[Event]) -> Result<(), CallFailure> {
        self.engine.clock().sleep(self.budget.ready_in(self.engine.clock().elapsed())).await;
        self.budget.spend(self.engine.clock().elapsed());
        let grouped = self.hook.group.is_some();
        let call = HookCall::new(id.to_owned(), events, self.engine.read_model(), grouped, self.engine.clock().now());
        match &self.caller {
            Caller::Program(program) => program.call(&call).await,
            Caller::Webhook(webhook) => webhook.call(&call).await,
        }
    }
}
