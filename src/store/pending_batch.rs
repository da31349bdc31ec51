//! The gate before every commit: what a batch would record on top of the book and of batches that are not durable yet.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Append, Committed, ReadModel, StoreError};
use crate::domain::{Claim, Claims, DealershipId, Event, Fact, Onboarding, evolve};

/// What is planned but not in the book yet.
#[derive(Debug, Default)]
pub(super) struct PendingBatch {
    seq: u64,
    layer: PendingOverlay,
}

/// States and claims that differ from the layer below. A claim that was given up has no holder.
#[derive(Debug, Default)]
struct PendingOverlay {
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
    /// What followers will be told.
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
    /// Nothing planned on top of a book that ends at `seq`.
    pub fn after(seq: u64) -> Self {
        Self { seq, layer: PendingOverlay::default() }
    }

    /// Checks a batch and gives it the place after everything that was accepted.
    pub fn plan(&self, book: &ReadModel, batch: Vec<Append>) -> Result<PlannedBatch, StoreError> {
        let mut sheet = BatchCheck { below: self, book, top: PendingOverlay::default(), order: Vec::new() };
        let count = batch.iter().map(|append| append.facts.len()).sum();
        let mut events = Vec::with_capacity(count);
        let mut previous = Vec::with_capacity(count);
        for append in batch {
            sheet.check_version(&append)?;
            if append.facts.is_empty() {
                continue;
            }
            let Some(id) = append.dealership else {
                for fact in append.facts {
                    if !fact.is_of_platform() {
                        return Err(StoreError::Unfit(format!("`{}` names no dealership", fact.kind())));
                    }
                    let seq = sheet.below.seq + events.len() as u64 + 1;
                    let actor = append.actor.clone();
                    events.push(Arc::new(Event { seq, at: append.at, actor, dealership: None, fact }));
                    previous.push(0);
                }
                continue;
            };
            let mut state = sheet.state(id);
            for fact in append.facts {
                let seq = sheet.below.seq + events.len() as u64 + 1;
                sheet.check_fact(state.as_deref(), id, &fact, seq)?;
                let event = Event { seq, at: append.at, actor: append.actor.clone(), dealership: Some(id), fact };
                previous.push(state.as_ref().map_or(0, |state| state.last_event.seq));
                let next = evolve(state.map(Arc::unwrap_or_clone), &event);
                state = Some(Arc::new(next.ok_or_else(|| not_added(id))?));
                events.push(Arc::new(event));
            }
            if let Some(state) = state
                && sheet.top.states.insert(id, state).is_none()
            {
                sheet.order.push(id);
            }
        }
        let BatchCheck { mut top, order, .. } = sheet;
        let states = order.iter().filter_map(|id| top.states.remove(id)).collect();
        Ok(PlannedBatch { committed: Committed { events: events.into(), states }, previous, claims: top.claims })
    }

    /// Takes its place: what is planned from now on comes after it.
    pub fn accept(&mut self, planned: &PlannedBatch) {
        self.seq += planned.committed.events.len() as u64;
        let states = planned.committed.states.iter();
        self.layer.states.extend(states.map(|state| (state.id, Arc::clone(state))));
        self.layer.claims.extend(planned.claims.iter().map(|(claim, held)| (claim.clone(), *held)));
    }

    /// Takes in an event that was recorded before, by the rules for a new one, and in its old place.
    pub fn replay(&mut self, book: &ReadModel, event: Event) -> Result<PlannedBatch, StoreError> {
        if event.seq != self.seq + 1 {
            let (expected, found) = (self.seq + 1, event.seq);
            return Err(StoreError::Unfit(format!("event {expected} should come here, not event {found}")));
        }
        let Event { at, actor, dealership, fact, .. } = event;
        let state = |id| self.layer.states.get(&id).cloned().or_else(|| book.get(id));
        let expected_version = dealership.and_then(state).map_or(0, |state| state.version);
        let planned = self.plan(book, vec![Append { dealership, expected_version, actor, at, facts: vec![fact] }])?;
        self.accept(&planned);
        Ok(planned)
    }

    /// Puts everything planned into an empty book.
    pub fn into_book(self, book: &ReadModel) {
        book.fill(self.seq, self.layer.states.into_values().collect());
    }

    /// A batch has gone into the book: what no later batch has changed needs no place here any more.
    pub fn settle(&mut self, planned: &PlannedBatch) {
        let Some(last) = planned.last_seq() else { return };
        for state in planned.committed.states.iter() {
            if self.layer.states.get(&state.id).is_some_and(|top| Arc::ptr_eq(top, state)) {
                self.layer.states.remove(&state.id);
            }
        }
        for claim in planned.claims.keys() {
            if self.layer.claims.get(claim).is_some_and(|held| held.seq <= last) {
                self.layer.claims.remove(claim);
            }
        }
    }
}

fn not_added(id: DealershipId) -> StoreError {
    StoreError::Unfit(format!("the first event of dealership {id} does not add it"))
}

struct BatchCheck<'a> {
    below: &'a PendingBatch,
    book: &'a ReadModel,
    top: PendingOverlay,
    order: Vec<DealershipId>,
}

impl BatchCheck<'_> {
    fn state(&self, id: DealershipId) -> Option<Arc<Onboarding>> {
        let planned = self.top.states.get(&id).or_else(|| self.below.layer.states.get(&id));
        planned.cloned().or_else(|| self.book.get(id))
    }

    fn holder(&self, claim: &Claim) -> Option<DealershipId> {
        let planned = self.top.claims.get(claim).or_else(|| self.below.layer.claims.get(claim));
        planned.map_or_else(|| self.book.holder(claim), |held| held.by)
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
        id: DealershipId,
        fact: &Fact,
        seq: u64,
    ) -> Result<(), StoreError> {
        match (state, fact) {
            _ if fact.is_of_platform() => Err(StoreError::Unfit(format!("`{}` is of no dealership", fact.kind()))),
            (None, Fact::DealershipAdded { profile }) => {
                self.claim(Claim::DealerCode(profile.dealer_code.raw().into()), id, seq)
            }
            (None, _) => Err(not_added(id)),
            (Some(_), Fact::DealershipAdded { .. }) => {
                Err(StoreError::Unfit(format!("dealership {id} was added before")))
            }
            (Some(state), Fact::DealershipUpdated { profile }) if profile.dealer_code != state.profile.dealer_code => {
                self.claim(Claim::DealerCode(profile.dealer_code.raw().into()), id, seq)?;
                let old = Claim::DealerCode(state.profile.dealer_code.raw().into());
                self.top.claims.insert(old, Held { by: None, seq });
                Ok(())
            }
            (Some(_), Fact::InvitationIssued { code, .. }) => self.claim(Claim::Code(code.digest()), id, seq),
            (Some(_), _) => Ok(()),
        }
    }

    /// Takes a claim, once and for one dealership: a code is refused even to the dealership that had it before.
    fn claim(&mut self, claim: Claim, id: DealershipId, seq: u64) -> Result<(), StoreError> {
        if let Some(holder) = self.holder(&claim) {
            return Err(StoreError::Claimed { claim, holder });
        }
        self.top.claims.insert(claim, Held { by: Some(id), seq });
        Ok(())
    }
}
