//! The outbox task: whatever is queued goes out when it is due, as many at once as the transport takes, one at a time for
//! each dealership, and none while the mail server fails.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures::stream::{FuturesUnordered, StreamExt};
use tokio::sync::broadcast::error::RecvError;

use super::attempt::SendAttempt;
use super::server::MailServerHealth;
use super::{AwaitedLetter, OutboxParts};
use crate::domain::{Budget, DealershipId, LetterEnd, LetterId, LetterState};
use crate::engine::Inner;
use crate::engine::circuit_breaker::CircuitState;
use crate::engine::timers::Timers;
use crate::protocol::{MailState, MailStatus};

/// The longest time between two comparisons with the clock.
const LONGEST_TICK: Duration = Duration::from_secs(30);

/// So many letters that wait are counted anew with every step.
const FEW: usize = 100;

/// While more wait, how often the status tells of it.
const SHOWN_EVERY: Duration = Duration::from_millis(100);

/// How long a letter rests that waits without a reason on record.
const WAITS_REST: TimeDelta = TimeDelta::seconds(1);

/// How long it rests when what happens cannot be recorded: a full disk is not emptied within a second.
const UNRECORDED_REST: TimeDelta = TimeDelta::seconds(30);

/// The one outbox of this run.
struct Outbox<'a> {
    inner: &'a Inner,
    parts: &'a OutboxParts,
    /// It sends everything that is due until the program ends; else what is awaited.
    background: bool,
    timers: Timers,
    in_flight: HashSet<DealershipId>,
    awaited: BTreeMap<DealershipId, Vec<AwaitedLetter>>,
    server: MailServerHealth,
    budget: Budget,
    /// When the status last told of it, and whether there is something that it did not tell.
    shown: Duration,
    unshown: bool,
}

/// The task. When the program ends, what is being handed over may still end.
pub async fn run(inner: Arc<Inner>) {
    let Some(parts) = &inner.parts.outbox else { return };
    Outbox::new(&inner, parts, true).work().await;
}

/// Sends what somebody waits for, where no task does.
pub async fn send_awaited(inner: &Inner, parts: &OutboxParts) {
    Outbox::new(inner, parts, false).work().await;
}

/// What earlier runs handed over in the last hour counts too.
fn spent_before(inner: &Inner, parts: &OutboxParts) -> Budget {
    let (now, mut budget) = (inner.now(), Budget::per_hour(parts.per_hour));
    let mut ages: Vec<_> = inner.letters_begun_in_the_last_hour(now).collect();
    ages.sort_unstable_by(|one, other| other.cmp(one));
    for age in ages {
        budget.spend(at_the_budget(inner.parts.clock.elapsed()).saturating_sub(age));
    }
    budget
}

/// The budget's time begins an hour before the program, so that it can hold what went before.
fn at_the_budget(elapsed: Duration) -> Duration {
    elapsed + Duration::from_secs(3_600)
}

/// What an earlier run was handing over when it ended: nobody knows whether it went.
pub async fn end_orphans(inner: &Inner) {
    let mut states = inner.read_model().all().1;
    states.retain(|state| state.letters().iter().any(|letter| letter.state == LetterState::Sending));
    states.sort_unstable_by_key(|state| state.id);
    for state in states {
        for letter in state.letters().iter().filter(|letter| letter.state == LetterState::Sending) {
            let reason = "the program ended while the letter was being handed over".to_owned();
            inner.end_letter(state.id, letter.id, LetterEnd::Uncertain { reason }, SendAttempt::NotAsked).await;
        }
    }
}

impl<'a> Outbox<'a> {
    fn new(inner: &'a Inner, parts: &'a OutboxParts, background: bool) -> Self {
        Self {
            inner,
            parts,
            background,
            timers: Timers::default(),
            in_flight: HashSet::new(),
            awaited: BTreeMap::new(),
            server: MailServerHealth::default(),
            budget: spent_before(inner, parts),
            shown: Duration::ZERO,
            unshown: false,
        }
    }

    async fn work(mut self) {
        let inner = self.inner;
        let mut asked = inner.letters_asked.lock().await;
        let mut follow = inner.parts.store.subscribe();
        if self.background {
            end_orphans(inner).await;
            self.plan_all();
        }
        while let Ok(letter) = asked.try_recv() {
            self.await_letter(letter);
        }
        let mut attempts = FuturesUnordered::new();
        loop {
            while let Some(id) = self.take() {
                let Some(letter) = self.next_letter(id) else { continue };
                self.begin(id);
                attempts.push(Box::pin(async move { (id, inner.attempt_letter(id, letter).await) }));
            }
            self.tell_held();
            self.show();
            if !self.background && self.awaited.is_empty() && attempts.is_empty() {
                return;
            }
            let wait = match self.unshown_until(inner.parts.clock.elapsed()).filter(|_| self.unshown) {
                Some(until) => self.wait().min(until),
                None => self.wait(),
            };
            tokio::select! {
                biased;
                () = inner.cancel.cancelled() => break,
                Some((id, attempt)) = attempts.next() => self.ended(id, &attempt),
                commit = follow.recv() => match commit {
                    Ok(commit) => commit.states.iter().for_each(|state| self.changed(state.id)),
                    Err(RecvError::Lagged(_)) => self.plan_all(),
                    Err(RecvError::Closed) => break,
                },
                // Before what is asked for: whoever has a letter tried again waits for that trial.
                () = inner.outbox_nudge.notified() => self.server.nudge(inner.clock_reading()),
                Some(letter) = asked.recv() => self.await_letter(letter),
                () = inner.parts.clock.sleep(wait) => {}
            }
        }
        while attempts.next().await.is_some() {}
    }

    fn await_letter(&mut self, letter: AwaitedLetter) {
        let id = letter.dealership;
        self.awaited.entry(id).or_default().push(letter);
        self.changed(id);
    }

    fn changed(&mut self, id: DealershipId) {
        self.plan(id);
        self.tell(id, None);
    }

    /// Tells those who wait for a letter of a dealership that does not go now.
    fn tell(&mut self, id: DealershipId, held: Option<&str>) {
        if self.in_flight.contains(&id) {
            return;
        }
        let Some(awaited) = self.awaited.remove(&id) else { return };
        let (now, state) = (self.inner.now(), self.inner.read_model().get(id));
        let goes = self.timers.at(id).is_some_and(|at| at <= now);
        let mut waits = Vec::new();
        for one in awaited {
            let is_due = state.as_ref().and_then(|state| state.letter(one.letter)).is_some_and(|it| it.is_due(now));
            let rule = || if goes { None } else { self.inner.why_it_waits(id, one.letter) };
            let why = held.map(str::to_owned).or_else(rule);
            if is_due && why.is_none() && !one.answer.is_closed() {
                waits.push(one);
            } else {
                // Whoever does not wait any more is seen above.
                let _ = one.answer.send(Ok(why.filter(|_| is_due)));
            }
        }
        if !waits.is_empty() {
            self.awaited.insert(id, waits);
        }
    }

    /// Tells those who wait for any letter, while none goes.
    fn tell_held(&mut self) {
        let elapsed = self.inner.parts.clock.elapsed();
        let why = match (self.server.circuit(elapsed), self.server.state()) {
            (CircuitState::Open(Some(_)), MailState::Down { why, .. }) => why,
            _ if !self.limit(elapsed).is_zero() => format!("{} letters an hour are allowed", self.parts.per_hour),
            _ => return,
        };
        for id in self.awaited.keys().copied().collect::<Vec<_>>() {
            self.tell(id, Some(&why));
        }
    }

    /// The letter of a dealership that goes next: one that somebody waits for, or the one that is due first.
    fn next_letter(&self, id: DealershipId) -> Option<LetterId> {
        let (now, state) = (self.inner.now(), self.inner.read_model().get(id)?);
        let mut awaited = self.awaited.get(&id).into_iter().flatten().map(|one| one.letter);
        let awaited = awaited.find(|letter| state.letter(*letter).is_some_and(|letter| letter.is_due(now)));
        awaited.or_else(|| state.letter_to_send().filter(|_| self.background).map(|letter| letter.id))
    }

    fn plan(&mut self, id: DealershipId) {
        let now = self.inner.now();
        let next = self.inner.read_model().get(id).filter(|_| !self.in_flight.contains(&id));
        let next = next.and_then(|state| state.next_send_at(self.inner.parts.policy.mail.per_dealership, now));
        self.timers.set(id, next);
    }

    fn plan_all(&mut self) {
        for state in self.inner.read_model().all().1 {
            if state.mail.is_some() {
                self.changed(state.id);
            }
        }
    }

    /// The next dealership whose letter may go now.
    fn take(&mut self) -> Option<DealershipId> {
        let elapsed = self.inner.parts.clock.elapsed();
        let room = self.in_flight.len() < self.parts.transport.max_connections().max(1);
        let may =
            room && !matches!(self.server.circuit(elapsed), CircuitState::Open(_)) && self.limit(elapsed).is_zero();
        may.then(|| self.timers.take_due(self.inner.now())).flatten().map(|(_, id)| id)
    }

    fn begin(&mut self, id: DealershipId) {
        self.in_flight.insert(id);
        self.server.begin();
        self.budget.spend(at_the_budget(self.inner.parts.clock.elapsed()));
    }

    fn ended(&mut self, id: DealershipId, attempt: &SendAttempt) {
        self.in_flight.remove(&id);
        let now = self.inner.clock_reading();
        if let SendAttempt::Down(why) = attempt {
            tracing::warn!("the mail server fails: {why}");
        }
        self.server.note(id, attempt, now, &self.inner.parts.policy.mail.retry);
        let rest = match attempt {
            SendAttempt::Waits | SendAttempt::Aborted => Some(WAITS_REST),
            SendAttempt::Unrecorded => Some(UNRECORDED_REST),
            _ => None,
        };
        // Only what the server was asked to take counts for the hour.
        if rest.is_some() || matches!(attempt, SendAttempt::NotAsked | SendAttempt::Down(_)) {
            self.budget.refund();
        }
        self.plan(id);
        // Whatever held it is most often over a moment later; if not, it must not turn in circles.
        if let Some(rest) = rest.filter(|_| self.timers.at(id).is_some_and(|next| next <= now.at)) {
            self.timers.set(id, now.at.checked_add_signed(rest));
        }
        let held = match attempt {
            SendAttempt::Down(why) => Some(why.as_str()),
            SendAttempt::Unrecorded => Some("that it is being sent could not be recorded"),
            _ => None,
        };
        self.tell(id, held);
    }

    /// How long nothing can happen by itself.
    fn wait(&self) -> Duration {
        let (now, elapsed) = (self.inner.now(), self.inner.parts.clock.elapsed());
        if self.in_flight.len() >= self.parts.transport.max_connections().max(1) {
            return LONGEST_TICK;
        }
        let Some(due) = self.timers.next() else { return LONGEST_TICK };
        let due = (due - now).to_std().unwrap_or_default();
        let server = match self.server.circuit(elapsed) {
            CircuitState::Closed | CircuitState::HalfOpen => Duration::ZERO,
            CircuitState::Open(rest) => rest.unwrap_or(LONGEST_TICK),
        };
        due.max(server).max(self.limit(elapsed)).min(LONGEST_TICK)
    }

    /// How long the limit of letters an hour holds the next one: it is for the patience of mail servers, and files ask for none.
    fn limit(&self, elapsed: Duration) -> Duration {
        if self.parts.transport.mails() { self.budget.ready_in(at_the_budget(elapsed)) } else { Duration::ZERO }
    }

    /// How long until the status may tell of it again; `None`: it may.
    fn unshown_until(&self, elapsed: Duration) -> Option<Duration> {
        // While little is going on, people see every step.
        let busy = self.timers.len() > FEW;
        let left = (self.shown + SHOWN_EVERY).saturating_sub(elapsed);
        (busy && !left.is_zero()).then_some(left)
    }

    fn show(&mut self) {
        let (now, elapsed) = (self.inner.now(), self.inner.parts.clock.elapsed());
        // Counting those who wait, letter by letter, would cost more than the letters.
        self.unshown = self.unshown_until(elapsed).is_some();
        if self.unshown {
            return;
        }
        self.shown = elapsed;
        let waiting = self.timers.due(now);
        let limit = self.limit(elapsed);
        let state = match self.server.state() {
            MailState::Ok if waiting > 0 && !limit.is_zero() => {
                MailState::Limited { until: now + TimeDelta::from_std(limit).unwrap_or(TimeDelta::MAX) }
            }
            state => state,
        };
        let (in_flight, last_hour) = (self.in_flight.len(), self.budget.spent(at_the_budget(elapsed)));
        let per_hour = self.parts.per_hour;
        let mail = MailStatus { state, waiting, in_flight, last_hour, per_hour };
        self.inner.status.send_if_modified(|status| {
            let changed = status.mail != mail;
            status.mail = mail;
            changed
        });
    }
}
