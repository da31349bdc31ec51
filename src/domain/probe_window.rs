//! Whether something happened to dealerships one by one or to many together, from one cause.
//!
//! The rule: when half or more of the confirmed dealerships in the last ten probes turn "not connected" together, that is
//! one alarm about us or the platform, and nobody is lost. Opcodes and slots that vanish together are one alarm too; each
//! of them is true all the same, so it is recorded.

use std::collections::VecDeque;

use super::{DealershipId, Timestamp};

/// How many probes of confirmed dealerships are weighed.
const WINDOW: usize = 10;

/// How many others must have been probed before one dealership is called lost, where there are so many.
const QUORUM: usize = 4;

/// The last probes of confirmed dealerships that told something. A dealership counts once, with its newest probe.
#[derive(Debug, Clone, Default)]
pub struct ProbeWindow {
    probes: VecDeque<(DealershipId, Timestamp, bool)>,
}

impl ProbeWindow {
    /// Takes in a probe of a confirmed dealership: whether it turned.
    pub fn push(&mut self, id: DealershipId, at: Timestamp, turned: bool) {
        self.forget(id);
        if self.probes.len() == WINDOW {
            self.probes.pop_front();
        }
        self.probes.push_back((id, at, turned));
    }

    /// Drops a dealership: what happened to it alone is settled.
    pub fn forget(&mut self, id: DealershipId) {
        self.probes.retain(|(known, ..)| *known != id);
    }

    /// Drops what turned before a moment: it is settled.
    pub fn settle(&mut self, before: Timestamp) {
        self.probes.retain(|(_, at, turned)| !turned || *at >= before);
    }

    pub fn len(&self) -> usize {
        self.probes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.probes.is_empty()
    }

    /// How many turned, when they turned together. One alone is never "together".
    pub fn turned_together(&self) -> Option<usize> {
        let turned = self.probes.iter().filter(|(.., turned)| *turned).count();
        (turned >= 2 && 2 * turned >= self.probes.len()).then_some(turned)
    }

    /// Who of the others has still to be probed before one that answered differently since a moment is called lost. On a small
    /// desk the daily probes are hours apart, and the second one would come before anybody else's first.
    pub fn missing_quorum(
        &self,
        lost: DealershipId,
        since: Timestamp,
        mut others: Vec<DealershipId>,
    ) -> Vec<DealershipId> {
        let need = others.len().min(QUORUM);
        let seen = |id: DealershipId| self.probes.iter().any(|(known, at, _)| *known == id && *at >= since);
        let have = self.probes.iter().filter(|(id, at, _)| *id != lost && *at >= since).count();
        // The next ones in the circle of ids: no order of the store's, so that a run can be repeated.
        others.retain(|other| !seen(*other));
        others.sort_unstable_by_key(|other| other.bits().wrapping_sub(lost.bits()));
        others.truncate(need.saturating_sub(have));
        others
    }

    /// Who is in the window, the oldest probe first.
    pub fn members(&self) -> impl Iterator<Item = DealershipId> + '_ {
        self.probes.iter().map(|(id, ..)| *id)
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
        let mut window = ProbeWindow::default();
        window.push(id(1), minute(0), true);
        assert_eq!(window.turned_together(), None);
        for other in 2..=6 {
            window.push(id(other), minute(1), false);
        }
        for other in 7..=9 {
            window.push(id(other), minute(2), true);
            assert_eq!(window.turned_together(), None, "4 of 9 or fewer");
        }
        window.push(id(10), minute(3), true);
        assert_eq!(window.turned_together(), Some(5));
    }

    #[test]
    fn a_dealership_counts_once_and_only_the_last_ten_count() {
        let mut window = ProbeWindow::default();
        for at in 0..20 {
            window.push(id(1), minute(at), true);
        }
        assert_eq!(window.turned_together(), None);
        window.push(id(2), minute(20), true);
        assert_eq!(window.turned_together(), Some(2));
        for other in 10..20 {
            window.push(id(other), minute(30), false);
        }
        assert_eq!(window.turned_together(), None);
        assert_eq!(window.members().count(), WINDOW);
        assert!(window.members().all(|member| member != id(1)), "pushed out by ten newer probes");
    }

    #[test]
    fn recovery_and_settled_losses_end_the_alarm() {
        let mut window = ProbeWindow::default();
        window.push(id(1), minute(0), true);
        window.push(id(2), minute(0), true);
        window.push(id(3), minute(0), false);
        assert_eq!(window.turned_together(), Some(2));
        let mut settled = window.clone();
        settled.forget(id(1));
        assert_eq!(settled.turned_together(), None);
        window.push(id(2), minute(5), false);
        assert_eq!(window.turned_together(), None);
    }

    #[test]
    fn a_quorum_is_of_others_and_recent() {
        let mut window = ProbeWindow::default();
        window.push(id(4), minute(10), true);
        window.push(id(2), minute(5), false);
        window.push(id(3), minute(10), false);
        let others = || [1, 2, 3, 5, 6].map(id).to_vec();
        assert_eq!(
            window.missing_quorum(id(4), minute(10), others()),
            [5, 6, 1].map(id),
            "three of four, the next in the circle"
        );
        assert_eq!(window.missing_quorum(id(4), minute(0), others()), [5, 6].map(id));
        assert_eq!(window.missing_quorum(id(4), minute(10), vec![id(3)]), [], "there are no more");
    }

    #[test]
    fn what_turned_before_it_was_settled_is_dropped_and_what_did_not_turn_stays() {
        let mut window = ProbeWindow::default();
        assert_eq!((window.len(), window.is_empty()), (0, true));
        for (number, at, turned) in [(1, 0, true), (2, 1, false), (3, 5, true), (4, 6, true), (5, 7, false)] {
            window.push(id(number), minute(at), turned);
        }
        assert_eq!((window.len(), window.is_empty()), (5, false));
        window.settle(minute(5));
        assert_eq!(window.members().collect::<Vec<_>>(), [2, 3, 4, 5].map(id));
        window.settle(minute(9));
        assert_eq!(window.members().collect::<Vec<_>>(), [2, 5].map(id));
    }

    #[test]
    fn whoever_was_probed_since_is_not_asked_again() {
        let mut window = ProbeWindow::default();
        window.push(id(5), minute(10), false);
        window.push(id(6), minute(9), false);
        let others = [1, 2, 3, 5, 6].map(id).to_vec();
        assert_eq!(window.missing_quorum(id(4), minute(10), others), [6, 1, 2].map(id));
    }
}
