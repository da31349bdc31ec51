//! The newest of something for the dealerships that were probed last; older ones are forgotten.

use std::collections::{HashMap, VecDeque};

use crate::domain::DealershipId;

/// For how many dealerships it is kept: what a desk has had in front of it lately, not a hundred thousand lists. A hostile
/// platform can make each of them as large as an answer may be.
const KEPT: usize = 200;

/// A bounded map that forgets whoever was put in first.
#[derive(Debug)]
pub struct Recent<T> {
    values: HashMap<DealershipId, T>,
    order: VecDeque<DealershipId>,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self { values: HashMap::new(), order: VecDeque::new() }
    }
}

impl<T: Clone> Recent<T> {
    pub fn put(&mut self, id: DealershipId, value: T) {
        if self.values.insert(id, value).is_some() {
            return;
        }
        self.order.push_back(id);
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.values.remove(&oldest);
        }
    }

    /// The newest, if it is still known.
    pub fn get(&self, id: DealershipId) -> Option<T> {
        self.values.get(&id).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_and_the_newest_counts() {
        let id = |number: usize| DealershipId::from_bits(number as u64);
        let mut recent = Recent::default();
        for number in 0..=KEPT {
            recent.put(id(number), number);
        }
        recent.put(id(5), 500);
        assert_eq!((recent.get(id(0)), recent.get(id(1)), recent.get(id(5))), (None, Some(1), Some(500)));
        assert_eq!((recent.values.len(), recent.order.len()), (KEPT, KEPT));
    }
}
