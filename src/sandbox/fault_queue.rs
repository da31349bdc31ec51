//! Faults that are ordered for the next calls about one dealership, so that a test need not wait for a draw.

use std::collections::{HashMap, VecDeque};

use parking_lot::Mutex;
use url::form_urlencoded;

use super::faults::Fault;

/// How many faults may be waiting for one dealership.
pub(super) const WAITING: usize = 100;

/// Faults that wait for their calls, by `dealerCode`.
#[derive(Default)]
pub(super) struct FaultQueue {
    waiting: Mutex<HashMap<String, VecDeque<Fault>>>,
}

impl FaultQueue {
    /// Adds a fault for so many calls. False, and nothing is added, when too many would be waiting.
    pub(super) fn add(&self, dealer: &str, fault: Fault, calls: usize) -> bool {
        let mut waiting = self.waiting.lock();
        if calls == 0 || waiting.get(dealer).map_or(0, VecDeque::len) + calls > WAITING {
            return false;
        }
        waiting.entry(dealer.to_owned()).or_default().extend(std::iter::repeat_n(fault, calls));
        true
    }

    /// Forgets what waits for a dealership.
    pub(super) fn clear(&self, dealer: &str) {
        self.waiting.lock().remove(dealer);
    }

    /// What waits for a dealership, first come first.
    pub(super) fn of(&self, dealer: &str) -> Vec<&'static str> {
        self.waiting.lock().get(dealer).into_iter().flatten().map(|fault| fault.name()).collect()
    }

    /// Takes the first fault that waits for the dealership in a query, among those that `applies` admits.
    pub(super) fn next(&self, query: Option<&str>, applies: impl Fn(Fault) -> bool) -> Option<Fault> {
        // Nearly always nobody has ordered anything.
        if self.waiting.lock().is_empty() {
            return None;
        }
        let (_, dealer) = form_urlencoded::parse(query?.as_bytes()).find(|(name, _)| name == "dealerCode")?;
        self.next_of(dealer.trim(), applies)
    }

    /// Takes the first fault that waits for a dealership, among those that `applies` admits.
    pub(super) fn next_of(&self, dealer: &str, applies: impl Fn(Fault) -> bool) -> Option<Fault> {
        let mut waiting = self.waiting.lock();
        let queue = waiting.get_mut(dealer)?;
        let place = queue.iter().position(|fault| applies(*fault))?;
        let fault = queue.remove(place);
        if queue.is_empty() {
            waiting.remove(dealer);
        }
        fault
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_waits_for_a_call_that_it_applies_to() {
        let ordered = FaultQueue::default();
        let query = Some("make=OTHER&dealerCode=a%20b");
        assert!(ordered.add("a b", Fault::BookedCut, 1) && ordered.add("a b", Fault::Unavailable, 2));
        assert_eq!(ordered.next(Some("dealerCode=other"), |_| true), None);
        assert_eq!(ordered.next(query, |fault| fault != Fault::BookedCut), Some(Fault::Unavailable));
        assert_eq!(ordered.of("a b"), ["booked-cut", "503"]);
        assert_eq!(ordered.next(query, |_| true), Some(Fault::BookedCut));
        assert_eq!(ordered.next(query, |_| true), Some(Fault::Unavailable));
        assert_eq!(ordered.next(query, |_| true), None);
        assert!(!ordered.add("x", Fault::Hang, WAITING + 1) && ordered.add("x", Fault::Hang, WAITING));
        ordered.clear("x");
        assert!(ordered.of("x").is_empty());
    }
}
