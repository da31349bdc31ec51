//! A second look before a disconnect is believed: a probe that would make a dealership lost waits until others have been
//! probed. Then it is probed once more, and that probe decides: otherwise the end of a mass disconnect between its probe
//! and theirs would make it lost.

use std::collections::HashSet;

use super::job::ProbeJob;
use crate::domain::DealershipId;

struct AwaitingQuorum {
    job: ProbeJob,
    missing: HashSet<DealershipId>,
}

/// Those that would be lost, until others have been probed.
#[derive(Default)]
pub struct Quorum {
    awaiting: Vec<AwaitingQuorum>,
}

impl Quorum {
    pub fn wait_for(&mut self, missing: &[DealershipId], job: ProbeJob) {
        self.awaiting.push(AwaitingQuorum { job, missing: missing.iter().copied().collect() });
    }

    /// A probe ended, whatever it said. The answer is whoever waits for nobody any more.
    pub fn probed(&mut self, id: DealershipId) -> Vec<ProbeJob> {
        for waiting in &mut self.awaiting {
            waiting.missing.remove(&id);
        }
        self.awaiting.extract_if(.., |waiting| waiting.missing.is_empty()).map(|waiting| waiting.job).collect()
    }

    /// Nobody will be probed for now. The answer is whoever waited.
    pub fn give_up(&mut self) -> Vec<ProbeJob> {
        self.awaiting.drain(..).map(|waiting| waiting.job).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::job::PriorityProbe;
    use super::*;

    fn id(number: u64) -> DealershipId {
        DealershipId::from_bits(number)
    }

    fn job(number: u64) -> ProbeJob {
        ProbeJob::new(PriorityProbe::unasked(id(number)), String::new(), false)
    }

    fn ids(jobs: &[ProbeJob]) -> Vec<u64> {
        jobs.iter().map(|job| job.id().bits()).collect()
    }

    #[test]
    fn each_waits_for_its_own_quorum() {
        let mut quorum = Quorum::default();
        quorum.wait_for(&[id(1), id(2)], job(10));
        quorum.wait_for(&[id(2)], job(11));
        assert!(quorum.probed(id(3)).is_empty());
        assert_eq!(ids(&quorum.probed(id(2))), [11]);
        assert_eq!(ids(&quorum.probed(id(1))), [10]);
        assert!(quorum.probed(id(1)).is_empty());
    }

    #[test]
    fn when_nobody_can_be_probed_everybody_is_given_back() {
        let mut quorum = Quorum::default();
        quorum.wait_for(&[id(1)], job(10));
        assert_eq!(ids(&quorum.give_up()), [10]);
        assert!(quorum.probed(id(1)).is_empty());
    }
}
