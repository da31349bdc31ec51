//! Invitation codes: the saga that obtains one from the configured source, and codes that a person pasted.
//!
//! The intent is durable before the source is asked, and is the idempotency key of every try: whatever happens in between,
//! going on with the same key never makes a second code.

use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};

use super::backoff::Backoff;
use super::inner::{SOURCE_IN_FLIGHT, UnrecordedCodes};
use super::{Engine, Inner};
use crate::domain::{
    Actor, Ask, CodeOrigin, Command, DealershipId, Event, Fact, Onboarding, PendingCode, Refusal, give_up_orphan,
    needs_no_code, source_is_gone, steps_to_obtain,
};
use crate::failure_point::FailurePoint;
use crate::protocol::{PastedCode, RequestError};
use crate::store::StoreError;
use crate::xtime::{CodeSource, ObtainedCode, SourceError, SourceRequest};

/// How often the source is asked within one saga, how long that may take in all, and the wait in between.
const MOST_ASKS: u32 = 5;
const LONGEST_SAGA: Duration = Duration::from_secs(60);
const BACKOFF: Backoff = Backoff::seconds(2, 20);

/// How long until it is tried again to record what became of a request.
const UNRECORDED_REST: Duration = Duration::from_secs(30);

impl Engine {
    /// Obtains a code from the configured source and records it: the whole saga, resumed if it was open. The answer is
    /// the new generation. With `mail`, a letter takes it to the dealership. The saga goes on when nobody waits for the answer any more.
    pub async fn obtain(&self, id: DealershipId, ask: Ask, mail: bool, actor: &Actor) -> Result<u32, RequestError> {
        let inner = Arc::clone(&self.inner);
        inner.may_record()?;
        let source = inner.parts.source.clone().ok_or(RequestError::NoSource)?;
        let (task, actor) = (Arc::clone(&inner), actor.clone());
        let saga = inner.tasks.spawn(async move {
            let obtained = task.obtain(source.as_ref(), id, Some((ask, mail)), &actor).await;
            task.keep_unrecorded(id, actor, &obtained);
            obtained
        });
        saga.await.unwrap_or_else(|error| Err(RequestError::Fault(error.to_string())))
    }
}

/// Goes on with every request that was open when the program ended, each with its own key; and later with those of which
/// it could not be recorded what became of them.
pub(super) async fn resume_all(inner: Arc<Inner>) {
    let open = |state: Arc<Onboarding>| {
        let pending = state.pending.as_ref()?;
        Some((pending.at, state.id, Actor::person(&pending.by)))
    };
    let mut open: Vec<_> = inner.read_model().all().1.into_iter().filter_map(open).collect();
    open.sort_unstable_by_key(|(at, id, _)| (*at, *id));
    // What an earlier term could not record is open in the states, or another leader's by now.
    inner.unrecorded_codes.send_replace(UnrecordedCodes::new());
    let all = async {
        resume(&inner, open.into_iter().map(|(_, id, actor)| (id, actor))).await;
        let mut unrecorded = inner.unrecorded_codes.subscribe();
        while unrecorded.wait_for(|codes| !codes.is_empty()).await.is_ok() {
            inner.parts.clock.sleep(UNRECORDED_REST).await;
            let kept: Vec<_> = unrecorded.borrow().iter().map(|(id, (actor, _))| (*id, actor.clone())).collect();
            resume(&inner, kept).await;
        }
    };
    inner.cancel.run_until_cancelled(all).await;
}

async fn resume(inner: &Inner, open: impl IntoIterator<Item = (DealershipId, Actor)>) {
    let resume = |(id, actor): (DealershipId, Actor)| async move {
        let result = inner.go_on(id, &actor).await;
        inner.keep_unrecorded(id, actor, &result);
        match result {
            // What the rules or the source refuse is closed, or in the hands of somebody who asked again.
            Ok(()) | Err(RequestError::Ending | RequestError::Refused(_) | RequestError::Source(_)) => {}
            Err(error) => tracing::warn!(dealership = %id, "a request for a code is still open: {error}"),
        }
    };
    stream::iter(open).for_each_concurrent(SOURCE_IN_FLIGHT, resume).await;
}

impl Inner {
    /// Records how a request ended, where that is known; else goes on with it.
    async fn go_on(&self, id: DealershipId, actor: &Actor) -> Result<(), RequestError> {
        {
            let _claim = self.claim(id, actor)?;
            if let Some(end) = self.take_unrecorded(id) {
                return self.end(id, end, actor).await.map(drop);
            }
        }
        self.ask_again(id, actor).await
    }

    /// As long as one is served, whoever asks for the same dealership is told so.
    fn claim(&self, id: DealershipId, actor: &Actor) -> Result<impl Drop + use<'_>, RequestError> {
        let other = match self.obtaining.lock().entry(id) {
            Entry::Occupied(other) => Some(other.get().clone()),
            Entry::Vacant(free) => {
                free.insert(actor.clone());
                None
            }
        };
        match other {
            Some(other) => Err(self.in_flight(id, &other).into()),
            None => Ok(scopeguard::guard((), move |()| drop(self.obtaining.lock().remove(&id)))),
        }
    }

    /// How a request ended that could not be recorded. It is no more kept.
    fn take_unrecorded(&self, id: DealershipId) -> Option<Command> {
        let mut taken = None;
        self.unrecorded_codes.send_modify(|codes| taken = codes.remove(&id));
        taken.and_then(|(_, end)| end)
    }

    /// Goes on with an open request.
    async fn ask_again(&self, id: DealershipId, actor: &Actor) -> Result<(), RequestError> {
        let state = self.known(id)?;
        let Some(pending) = &state.pending else { return Ok(()) };
        match self.parts.source.as_ref().filter(|source| source.origin() == pending.source) {
            Some(source) => self.obtain(source.as_ref(), id, None, actor).await.map(drop),
            // Nobody can go on with it. It stays open, and says why.
            None => {
                let command = source_is_gone(pending, false);
                self.execute_as_leader(id, command, &Actor::system("codes")).await.map(drop)
            }
        }
    }

    /// The saga. `ask` is `None` when an open request is resumed.
    async fn obtain(
        &self,
        source: &dyn CodeSource,
        id: DealershipId,
        ask: Option<(Ask, bool)>,
        actor: &Actor,
    ) -> Result<u32, RequestError> {
        let _claim = self.claim(id, actor)?;
        // How the one before ended comes first: an older end must not close a newer request.
        if let Some(end) = self.take_unrecorded(id) {
            let is_code = matches!(end, Command::IssueCode { .. });
            match self.end(id, end, actor).await {
                Ok(generation) if is_code => return Ok(generation),
                Err(error @ RequestError::Store(_)) => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
        let end = self.ask_to_the_end(source, id, ask, actor).await?;
        self.end(id, end, actor).await
    }

    /// What is to be recorded of what the source says.
    async fn ask_to_the_end(
        &self,
        source: &dyn CodeSource,
        id: DealershipId,
        ask: Option<(Ask, bool)>,
        actor: &Actor,
    ) -> Result<Command, RequestError> {
        let before = self.read_model().get(id).and_then(|state| state.pending.as_ref().map(|pending| pending.intent));
        let (state, pending) = self.open_intent(source.origin(), id, ask, actor).await?;
        FailurePoint::CodeRequested.pass();
        let intent = pending.intent;
        let request = SourceRequest {
            intent,
            dealer_code: state.profile.dealer_code.raw().to_owned(),
            dealership: id.to_string(),
            name: state.profile.name.plain().into_owned(),
        };
        let (answer, asked_in_vain) = self.ask_source(source, &request).await?;
        FailurePoint::CodeObtained.pass();
        let in_doubt = asked_in_vain || before == Some(intent);
        Ok(match answer {
            Ok(obtained) => Command::IssueCode {
                code: obtained.code,
                // An earlier try may have made it, whose answer was lost: the first moment possible is the safe one, because
                // the dealership must not be told of hours that the code does not have.
                generated_at: obtained.generated_at.unwrap_or(pending.at),
                expires_at: obtained.expires_at,
                source: source.origin(),
                intent,
                ask: ask.map_or(Ask::Invite, |(ask, _)| ask),
                mail: pending.mail,
            },
            Err(error) => {
                let refused = match &error {
                    SourceError::Refused(_) => true,
                    SourceError::TurnedAway(_) => !in_doubt,
                    SourceError::Unusable(_) | SourceError::Unclear { .. } => false,
                };
                Command::FailCode { intent, reason: error.to_string(), refused }
            }
        })
    }

    /// Records how a request ended; the answer is the generation of its code. What cannot be recorded is kept until it can:
    /// the source is not asked again for it.
    async fn end(&self, id: DealershipId, end: Command, actor: &Actor) -> Result<u32, RequestError> {
        let recorded = self.record(id, end.clone(), actor).await;
        if let Err(RequestError::Store(_)) = recorded {
            self.unrecorded_codes.send_modify(|codes| {
                codes.insert(id, (actor.clone(), Some(end)));
            });
        }
        recorded
    }

    /// Keeps what could not be recorded of a request, unless its end is kept.
    fn keep_unrecorded<T>(&self, id: DealershipId, actor: Actor, result: &Result<T, RequestError>) {
        if let Err(RequestError::Store(_)) = result {
            self.unrecorded_codes.send_modify(|codes| {
                codes.entry(id).or_insert((actor, None));
            });
        }
    }

    async fn record(&self, id: DealershipId, end: Command, actor: &Actor) -> Result<u32, RequestError> {
        match (self.execute_as_leader(id, end.clone(), actor).await, end) {
            (Ok(_), Command::FailCode { reason, refused: true, .. }) => Err(RequestError::Source(reason)),
            (Ok(_), Command::FailCode { reason, .. }) => Err(RequestError::StillOpen(reason)),
            (Ok(events), _) => {
                FailurePoint::CodeIssued.pass();
                Ok(self.issued(id, &events))
            }
            (Err(RequestError::Refused(refusal)), Command::IssueCode { intent, .. }) => {
                let reason = format!("the source gave a code that cannot be used: {refusal}");
                self.execute_as_leader(id, Command::FailCode { intent, reason, refused: true }, actor).await?;
                Err(refusal.into())
            }
            (Err(error), _) => Err(error),
        }
    }

    /// The open intent of a dealership, or a new one; durable when this returns.
    async fn open_intent(
        &self,
        origin: CodeOrigin,
        id: DealershipId,
        ask: Option<(Ask, bool)>,
        actor: &Actor,
    ) -> Result<(Arc<Onboarding>, PendingCode), RequestError> {
        let state = self.read_model().get(id).ok_or(Refusal::Unknown)?;
        let steps = match steps_to_obtain(&state, origin, ask, self.new_intent_id(), false) {
            Ok(steps) => steps,
            Err(refusal) => {
                // Connected or put aside meanwhile.
                if let Some(open) = state.pending.as_ref().filter(|_| needs_no_code(&state).is_some()) {
                    let command = Command::FailCode { intent: open.intent, reason: refusal.to_string(), refused: true };
                    self.execute_as_leader(id, command, actor).await?;
                }
                return Err(refusal.into());
            }
        };
        for step in steps {
            self.execute_as_leader(id, step, actor).await?;
        }
        let state = self.read_model().get(id).ok_or(Refusal::Unknown)?;
        let pending = state.pending.as_deref().cloned().ok_or(Refusal::IntentClosed)?;
        Ok((state, pending))
    }

    /// Asks until the source says something definite, at most a few times; the answer, and whether one before it may have made a code.
    /// The outer error: the program ends, or another process leads.
    async fn ask_source(
        &self,
        source: &dyn CodeSource,
        request: &SourceRequest,
    ) -> Result<(Result<ObtainedCode, SourceError>, bool), RequestError> {
        let clock = &self.parts.clock;
        let began = clock.elapsed();
        for attempt in 0.. {
            let turn = self.source_slots.acquire().await.map_err(|_| RequestError::Ending)?;
            if !self.leads() {
                return Err(StoreError::NotLeader.into());
            }
            let answer = source.obtain(request).await;
            drop(turn);
            let Err(SourceError::Unclear { retry_after, .. }) = &answer else { return Ok((answer, attempt > 0)) };
            let wait = BACKOFF.wait(&mut self.rng.lock(), attempt, *retry_after);
            if attempt + 1 >= MOST_ASKS || clock.elapsed().saturating_sub(began) + wait > LONGEST_SAGA {
                return Ok((answer, true));
            }
            if !self.sleep(wait).await {
                return Err(RequestError::Ending);
            }
        }
        Err(RequestError::Ending)
    }

    pub(super) async fn paste(&self, pasted: PastedCode, actor: &Actor) -> Result<u32, RequestError> {
        let id = pasted.dealership;
        self.may_record()?;
        // Where another process leads, it works on what is open.
        let asking = !self.leads() || self.obtaining.lock().contains_key(&id);
        let orphan = self.read_model().get(id).and_then(|state| give_up_orphan(&state, asking));
        if let Some(give_up) = orphan {
            self.execute(id, give_up, &Actor::system("codes")).await?;
        }
        let command = Command::IssueCode {
            code: pasted.code,
            generated_at: pasted.generated_at,
            expires_at: pasted.expires_at,
            source: CodeOrigin::Paste,
            intent: self.new_intent_id(),
            ask: pasted.ask,
            mail: pasted.mail,
        };
        let events = self.execute(id, command, actor).await?;
        Ok(self.issued(id, &events))
    }

    /// The generation that these events issued; if another try recorded it first, the newest one.
    fn issued(&self, id: DealershipId, events: &[Arc<Event>]) -> u32 {
        let issued = events.iter().find_map(|event| match event.fact {
            Fact::InvitationIssued { generation, .. } => Some(generation),
            _ => None,
        });
        issued.or_else(|| self.read_model().get(id).map(|state| state.generation())).unwrap_or_default()
    }

    fn in_flight(&self, id: DealershipId, actor: &Actor) -> Refusal {
        let pending = self.read_model().get(id).and_then(|state| state.pending.clone());
        let begins = || Refusal::InFlight { by: actor.to_string(), ago: chrono::TimeDelta::zero() };
        pending.map_or_else(begins, |pending| pending.in_flight(self.now()))
    }
}
