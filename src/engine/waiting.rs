//! A person's looks that the platform told to wait: they are asked again when it may be asked, up to a limit.

use std::collections::VecDeque;
use std::time::Duration;

use super::EngineError;
use super::prober::{PriorityProbe, ProbeJob, Prober};

impl Prober {
    /// Whether a look that failed is asked again when the platform's wait is over. Only a person's: the others come again by
    /// themselves. When it asks for too long, everybody who waits is told so.
    pub fn waits_or_turns_away(&mut self, trip: &ProbeJob, why: &str, retry_after: Option<Duration>) -> bool {
        if retry_after.is_none() || trip.askers.is_empty() {
            return false;
        }
        let waits = self.breaker.worth_waiting(self.moment().elapsed);
        if !waits {
            self.turn_away(why);
        }
        waits
    }

    /// Has the look of a trip, or the part of it that was told to wait, asked for again.
    pub fn ask_again(&mut self, trip: ProbeJob) {
        if trip.look.is_some() {
            return self.second_halves.push_back(trip);
        }
        self.under_way.remove(&trip.id);
        self.errands.push_front(PriorityProbe { id: trip.id, askers: trip.askers, last_word: trip.last_word });
    }

    /// Nobody waits any longer for a platform that asks for it again and again.
    fn turn_away(&mut self, why: &str) {
        let (persons, rest): (VecDeque<_>, VecDeque<_>) =
            self.errands.drain(..).partition(|errand| !errand.askers.is_empty());
        self.errands = rest;
        for PriorityProbe { id, askers, .. } in persons {
            for asker in askers {
                asker.send(Err(EngineError::RateLimited(why.to_owned()))).ok();
            }
            // What was asked again has no due time any more.
            self.plan(id);
        }
    }
}
