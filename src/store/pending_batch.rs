//! The check before every commit: what a batch would record on top of the read model and of batches that are not durable yet.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Append, StoreError};
use crate::domain::{Claim, Claims, DealershipId, Event, Fact, Onboarding, evolve};
use crate::protocol::{Committed, ReadModel};

/// States and claims that are planned and not in the read model yet. A claim that was given up has no holder.
#[derive(Debug, Default)]
pub(super) struct PendingBatch {
    seq: u64,
    states: HashMap<DealershipId, Arc<Onboarding>>,
    claims: HashMap<Claim, Held>,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    by: Option<DealershipId>,
    /// The event that made it so.
    seq: u64,
}

/// A batch that may be recorded.
#[derive(Debug)]
pub(super) struct PlannedBatch {
    /// What subscribers will be told.
    pub committed: Committed,
    /// For each event the `seq` of its dealership's event before it, 0 for none.
    pub previous: Vec<u64>,
    claims: HashMap<Claim, Held>,
}

impl PlannedBatch {
    /// The last event's `seq`; `None` when there is nothing to record.
    pub fn last_seq(&self) -> Option<u64> {
        self.committed.events.last().map(|event| event.seq)
    }
}

impl PendingBatch {
    /// Nothing planned on top of a read model that ends at `seq`.
    pub fn after(seq: u64) -> Self {
        Self { seq, ..Self::default() }
    }

    /// Checks a batch and gives it the place after everything that was accepted.
    pub fn plan(&self, read_model: &ReadModel, batch: Vec<Append>) -> Result<PlannedBatch, StoreError> {
        let mut overlay = Overlay { read_model, below: Some(self), top: Self::after(self.seq) };
        let count = batch.iter().map(|append| append.facts.len()).sum();
        let (mut events, mut previous) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut order = Vec::new();
        for append in batch {
            overlay.check_version(&append)?;
            let Append { dealership, actor, at, facts, .. } = append;
            if facts.is_empty() {
                continue;
            }
            let mut state = dealership.and_then(|id| overlay.state(id));
            for fact in facts {
                overlay.top.seq += 1;
                overlay.check_fact(state.as_deref(), dealership, &fact)?;
                previous.push(state.as_ref().map_or(0, |state| state.last_event.seq));
                let event = Event { seq: overlay.top.seq, at, actor: actor.clone(), dealership, fact };
                state = evolve(state.map(Arc::unwrap_or_clone), &event).map(Arc::new);
                events.push(Arc::new(event));
            }
            if let Some(state) = state
                && let id = state.id
                && overlay.top.states.insert(id, state).is_none()
            {
                order.push(id);
            }
        }
        let Self { mut states, claims, .. } = overlay.top;
        let states = order.iter().filter_map(|id| states.remove(id)).collect();
        Ok(PlannedBatch { committed: Committed { events: events.into(), states }, previous, claims })
    }

    /// Takes its place: what is planned from now on comes after it.
    pub fn accept(&mut self, planned: &PlannedBatch) {
        self.seq += planned.committed.events.len() as u64;
        self.states.extend(planned.committed.states.iter().map(|state| (state.id, Arc::clone(state))));
        self.claims.extend(planned.claims.iter().map(|(claim, held)| (claim.clone(), *held)));
    }

    /// Takes in an event that was recorded before, by the rules for a new one, and in its old place.
    pub fn replay(&mut self, read_model: &ReadModel, event: Event) -> Result<PlannedBatch, StoreError> {
        if event.seq != self.seq + 1 {
            let (expected, found) = (self.seq + 1, event.seq);
            return Err(StoreError::Unfit(format!("event {expected} should come here, not event {found}")));
        }
        let Event { at, actor, dealership, fact, .. } = event;
        let state = |id| self.states.get(&id).cloned().or_else(|| read_model.get(id));
        let expected_version = dealership.and_then(state).map_or(0, |state| state.version);
        let append = Append { dealership, expected_version, actor, at, facts: vec![fact] };
        let planned = self.plan(read_model, vec![append])?;
        self.accept(&planned);
        Ok(planned)
    }

    /// Takes in a batch that was recorded before.
    pub fn replay_batch(&mut self, read_model: &ReadModel, batch: Vec<Event>) -> Result<Committed, StoreError> {
        let (mut events, mut order, mut seen) = (Vec::with_capacity(batch.len()), Vec::new(), HashSet::new());
        for event in batch {
            let planned = self.replay(read_model, event)?;
            events.extend(planned.committed.events.iter().cloned());
            order.extend(planned.committed.states.iter().map(|state| state.id).filter(|id| seen.insert(*id)));
        }
        let states = order.iter().filter_map(|id| self.states.get(id).cloned()).collect();
        Ok(Committed { events: events.into(), states })
    }

    /// Puts everything planned into an empty read model.
    pub fn into_read_model(self, read_model: &ReadModel) {
        read_model.fill(self.seq, self.states.into_values().collect());
    }

    /// A batch has gone into the read model: what no later batch has changed needs no place here any more.
    pub fn settle(&mut self, planned: &PlannedBatch) {
        let Some(last) = planned.last_seq() else { return };
        for state in planned.committed.states.iter() {
            if self.states.get(&state.id).is_some_and(|top| Arc::ptr_eq(top, state)) {
                self.states.remove(&state.id);
            }
        }
        for claim in planned.claims.keys() {
            if self.claims.get(claim).is_some_and(|held| held.seq <= last) {
                self.claims.remove(claim);
            }
        }
    }
}

/// A read model as it will be with what is planned on top of it.
pub struct Overlay<'a> {
    read_model: &'a ReadModel,
    below: Option<&'a PendingBatch>,
    top: PendingBatch,
}

impl<'a> Overlay<'a> {
    /// Nothing on top of a read model yet.
    pub fn on(read_model: &'a ReadModel) -> Self {
        Self { read_model, below: None, top: PendingBatch::default() }
    }

    /// From here on a claim is held by a dealership, or given up.
    pub fn set_holder(&mut self, claim: Claim, by: Option<DealershipId>) {
        self.top.claims.insert(claim, Held { by, seq: self.top.seq });
    }

    /// Takes a claim, once and for one dealership: a code is refused even to the dealership that had it before.
    fn claim(&mut self, claim: Claim, id: DealershipId) -> Result<(), StoreError> {
        if let Some(holder) = self.holder(&claim) {
            return Err(StoreError::Claimed { claim, holder });
        }
        self.set_holder(claim, Some(id));
        Ok(())
    }

    fn layers(&self) -> impl Iterator<Item = &PendingBatch> {
        std::iter::once(&self.top).chain(self.below)
    }

    fn state(&self, id: DealershipId) -> Option<Arc<Onboarding>> {
        self.layers().find_map(|layer| layer.states.get(&id).cloned()).or_else(|| self.read_model.get(id))
    }

    fn check_version(&self, append: &Append) -> Result<(), StoreError> {
        let Some(dealership) = append.dealership else { return Ok(()) };
        let actual = self.state(dealership).map_or(0, |state| state.version);
        if actual == append.expected_version {
            return Ok(());
        }
        Err(StoreError::Conflict { dealership, expected: append.expected_version, actual })
    }

    fn check_fact(
        &mut self,
        state: Option<&Onboarding>,
        dealership: Option<DealershipId>,
        fact: &Fact,
    ) -> Result<(), StoreError> {
        let unfit = |what: String| Err(StoreError::Unfit(what));
        let Some(id) = dealership else {
            return match fact.is_of_platform() {
                true => Ok(()),
                false => unfit(format!("`{}` names no dealership", fact.kind())),
            };
        };
        let dealer_code = |code: &str| Claim::DealerCode(code.into());
        match (state, fact) {
            _ if fact.is_of_platform() => unfit(format!("`{}` is of no dealership", fact.kind())),
            (None, Fact::DealershipAdded { profile }) => self.claim(dealer_code(profile.dealer_code.raw()), id),
            (None, _) => unfit(format!("the first event of dealership {id} does not add it")),
            (Some(_), Fact::DealershipAdded { .. }) => unfit(format!("dealership {id} was added before")),
            (Some(state), Fact::DealershipUpdated { profile }) if profile.dealer_code != state.profile.dealer_code => {
                self.claim(dealer_code(profile.dealer_code.raw()), id)?;
                self.set_holder(dealer_code(state.profile.dealer_code.raw()), None);
                Ok(())
            }
            (Some(_), Fact::InvitationIssued { code, .. }) => self.claim(Claim::Code(code.digest()), id),
            (Some(_), _) => Ok(()),
        }
    }
}

impl Claims for Overlay<'_> {
    fn holder(&self, claim: &Claim) -> Option<DealershipId> {
        let planned = self.layers().find_map(|layer| layer.claims.get(claim));
        planned.map_or_else(|| self.read_model.holder(claim), |held| held.by)
    }
}
