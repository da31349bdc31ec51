//! Whether something happened to dealerships one by one or to many together, from one cause: a pure window.
//!
//! The rule: when half or more of the confirmed dealerships in the last ten looks turn "not connected" together, that is
//! one alarm about us or the platform, and nobody is lost. Opcodes and slots that vanish together are one alarm too; each
//! of them is true all the same, so it is recorded.

use std::collections::VecDeque;

use super::{DealershipId, Timestamp};

/// How many looks at confirmed dealerships are weighed.
pub const WINDOW: usize = 10;

/// How many others must have been looked at before one dealership is called lost, where there are so many.
pub const WITNESSES: usize = 4;

/// The last looks at confirmed dealerships that told something. A dealership counts once, with its newest look.
#[derive(Debug, Clone, Default)]
pub struct Together {
    looks: VecDeque<(DealershipId, Timestamp, bool)>,
}

impl Together {
    /// Takes in a look at a dealership that is confirmed in our books: whether it turned.
    pub fn push(&mut self, id: DealershipId, at: Timestamp, turned: bool) {
        self.forget(id);
        if self.looks.len() == WINDOW {
            self.looks.pop_front();
        }
        self.looks.push_back((id, at, turned));
    }

    /// Drops a dealership: what happened to it alone is settled.
    pub fn forget(&mut self, id: DealershipId) {
        self.looks.retain(|(known, ..)| *known != id);
    }

    /// Drops what turned before a moment: it is settled.
    pub fn settle(&mut self, before: Timestamp) {
        self.looks.retain(|(_, at, turned)| !turned || *at >= before);
    }

    /// How many looks are weighed now.
    pub fn len(&self) -> usize {
        self.looks.len()
    }

    /// Whether nothing was looked at yet.
    pub fn is_empty(&self) -> bool {
        self.looks.is_empty()
    }

    /// How many turned, when they turned together. One alone is never "together".
    pub fn together(&self) -> Option<usize> {
        let turned = self.looks.iter().filter(|(.., turned)| *turned).count();
        (turned >= 2 && 2 * turned >= self.looks.len()).then_some(turned)
    }

    /// How many others were looked at since a moment. Who is about to be called lost needs them as witnesses: on a small
    /// desk the daily looks are hours apart, and the second look would come before anybody else's first.
    pub fn witnesses(&self, besides: DealershipId, since: Timestamp) -> usize {
        self.looks.iter().filter(|(id, at, _)| *id != besides && *at >= since).count()
    }

    /// Whether this one was looked at since a moment.
    pub fn seen_since(&self, id: DealershipId, since: Timestamp) -> bool {
        self.looks.iter().any(|(known, at, _)| *known == id && *at >= since)
    }

    /// Who is in the window, oldest look first.
    pub fn members(&self) -> impl Iterator<Item = DealershipId> + '_ {
        self.looks.iter().map(|(id, ..)| *id)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    fn id(number: u64) -> DealershipId {
        DealershipId::from_bits(number)
    }

    fn minute(number: i64) -> Timestamp {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(number)
    }

    #[test]
    fn one_alone_is_never_an_alarm_and_half_of_ten_is() {
        let mut window = Together::default();
        window.push(id(1), minute(0), true);
        assert_eq!(window.together(), None);
        for other in 2..=6 {
            window.push(id(other), minute(1), false);
        }
        for other in 7..=9 {
            window.push(id(other), minute(2), true);
            assert_eq!(window.together(), None, "4 of 9 or fewer");
        }
        window.push(id(10), minute(3), true);
        assert_eq!(window.together(), Some(5));
    }

    #[test]
    fn a_dealership_counts_once_and_only_the_last_ten_count() {
        let mut window = Together::default();
        for at in 0..20 {
            window.push(id(1), minute(at), true);
        }
        assert_eq!(window.together(), None);
        window.push(id(2), minute(20), true);
        assert_eq!(window.together(), Some(2));
        for other in 10..20 {
            window.push(id(other), minute(30), false);
        }
        assert_eq!(window.together(), None);
        assert_eq!(window.members().count(), WINDOW);
        assert!(window.members().all(|member| member != id(1)), "pushed out by ten newer looks");
    }

    #[test]
    fn recovery_and_settled_losses_end_the_alarm() {
        let mut window = Together::default();
        window.push(id(1), minute(0), true);
        window.push(id(2), minute(0), true);
        window.push(id(3), minute(0), false);
        assert_eq!(window.together(), Some(2));
        let mut settled = window.clone();
        settled.forget(id(1));
        assert_eq!(settled.together(), None);
        window.push(id(2), minute(5), false);
        assert_eq!(window.together(), None);
    }

    #[test]
    fn witnesses_are_others_and_recent() {
        let mut window = Together::default();
        window.push(id(1), minute(10), true);
        window.push(id(2), minute(5), false);
        window.push(id(3), minute(10), false);
        assert_eq!(window.witnesses(id(1), minute(10)), 1);
        assert_eq!(window.witnesses(id(1), minute(0)), 2);
    }
}
