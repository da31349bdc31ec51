//! A second probe before a disconnect is believed: a probe that would make a dealership lost waits until others have been
//! probed. Then it is probed once more, and that probe decides: otherwise the end of a mass disconnect between its probe
//! and theirs would make it lost.

use std::collections::HashSet;

use super::job::ProbeJob;
use crate::domain::DealershipId;

/// Those that would be lost, each with the others that have still to be probed.
#[derive(Default)]
pub struct AwaitingQuorum {
    jobs: Vec<(ProbeJob, HashSet<DealershipId>)>,
}

impl AwaitingQuorum {
    pub fn add(&mut self, job: ProbeJob, missing: Vec<DealershipId>) {
        self.jobs.push((job, missing.into_iter().collect()));
    }

    /// A probe ended, whatever it said. The answer is whoever waits for nobody any more.
    pub fn probed(&mut self, id: DealershipId) -> Vec<ProbeJob> {
        for (_, missing) in &mut self.jobs {
            missing.remove(&id);
        }
        self.jobs.extract_if(.., |(_, missing)| missing.is_empty()).map(|(job, _)| job).collect()
    }

    /// Nobody will be probed for now. The answer is whoever waited.
    pub fn give_up(&mut self) -> Vec<ProbeJob> {
        self.jobs.drain(..).map(|(job, _)| job).collect()
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
        let mut quorum = AwaitingQuorum::default();
        quorum.add(job(10), vec![id(1), id(2)]);
        quorum.add(job(11), vec![id(2)]);
        assert!(quorum.probed(id(3)).is_empty());
        assert_eq!(ids(&quorum.probed(id(2))), [11]);
        assert_eq!(ids(&quorum.probed(id(1))), [10]);
        assert!(quorum.probed(id(1)).is_empty());
    }

    #[test]
    fn when_nobody_can_be_probed_everybody_is_given_back() {
        let mut quorum = AwaitingQuorum::default();
        quorum.add(job(10), vec![id(1)]);
        assert_eq!(ids(&quorum.give_up()), [10]);
        assert!(quorum.probed(id(1)).is_empty());
    }
}
