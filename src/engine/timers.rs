//! Moments by dealership, ordered: setting, dropping and taking what is due cost O(log n), whatever their number.

use std::collections::{BTreeSet, HashMap};

use crate::domain::{DealershipId, Timestamp};

/// At most one moment for each dealership.
#[derive(Debug, Default)]
pub struct Timers {
    order: BTreeSet<(Timestamp, DealershipId)>,
    moments: HashMap<DealershipId, Timestamp>,
}

impl Timers {
    /// Sets the moment of a dealership, or drops it.
    pub fn set(&mut self, id: DealershipId, at: Option<Timestamp>) {
        let old = match at {
            Some(at) => self.moments.insert(id, at),
            None => self.moments.remove(&id),
        };
        if old == at {
            return;
        }
        if let Some(old) = old {
            self.order.remove(&(old, id));
        }
        if let Some(at) = at {
            self.order.insert((at, id));
        }
    }

    pub fn next(&self) -> Option<Timestamp> {
        self.order.first().map(|(at, _)| *at)
    }

    /// The dealership with the earliest moment, due or not. It has no moment afterwards.
    pub fn take_first(&mut self) -> Option<(Timestamp, DealershipId)> {
        let (at, id) = self.order.pop_first()?;
        self.moments.remove(&id);
        Some((at, id))
    }

    /// The earliest dealership whose moment has come. It has no moment afterwards.
    pub fn take_due(&mut self, now: Timestamp) -> Option<(Timestamp, DealershipId)> {
        self.next().filter(|at| *at <= now).and_then(|_| self.take_first())
    }

    /// Every dealership that has a moment, the earliest first.
    pub fn iter(&self) -> impl Iterator<Item = DealershipId> + '_ {
        self.order.iter().map(|(_, id)| *id)
    }

    /// The moment of a dealership.
    pub fn at(&self, id: DealershipId) -> Option<Timestamp> {
        self.moments.get(&id).copied()
    }

    pub fn due(&self, now: Timestamp) -> usize {
        self.order.iter().take_while(|(at, _)| *at <= now).count()
    }

    pub fn len(&self) -> usize {
        self.order.len()
    }
}
