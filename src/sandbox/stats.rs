//! What the simulated platform counts: requests by endpoint and status, faults, and how hard it was pressed.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use parking_lot::Mutex;
use serde::Serialize;

use super::faults::Fault;

/// How many arrivals of the last second are remembered.
const WINDOW: usize = 100_000;

/// The counts, as the control interface answers them.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ControlCounts {
    faults: BTreeMap<&'static str, u64>,
    in_flight: usize,
    peak_in_flight: usize,
    /// The most requests that arrived within any second of the sandbox's clock.
    peak_per_second: usize,
    /// By endpoint, then by status; "closed" are those whose caller gave up before the answer.
    requests: BTreeMap<&'static str, BTreeMap<String, u64>>,
    total: u64,
}

/// Counts requests. The control interface itself is not counted.
#[derive(Default)]
pub(super) struct Stats {
    counts: Mutex<ControlCounts>,
    /// Of the last second.
    arrivals: Mutex<VecDeque<Duration>>,
}

impl Stats {
    /// A request has arrived, `at` on the clock that never goes back.
    pub(super) fn arrive(&self, endpoint: &'static str, at: Duration) -> Visit<'_> {
        let mut arrivals = self.arrivals.lock();
        while arrivals.len() >= WINDOW
            || arrivals.front().is_some_and(|first| at.saturating_sub(*first) >= Duration::from_secs(1))
        {
            arrivals.pop_front();
        }
        arrivals.push_back(at);
        let in_a_second = arrivals.len();
        drop(arrivals);
        let mut counts = self.counts.lock();
        counts.total += 1;
        counts.in_flight += 1;
        counts.peak_in_flight = counts.peak_in_flight.max(counts.in_flight);
        counts.peak_per_second = counts.peak_per_second.max(in_a_second);
        drop(counts);
        Visit { stats: self, endpoint, status: None }
    }

    pub(super) fn fault(&self, fault: Fault) {
        *self.counts.lock().faults.entry(fault.name()).or_default() += 1;
    }

    pub(super) fn counts(&self) -> ControlCounts {
        self.counts.lock().clone()
    }
}

/// A request that is being dealt with; counted when it ends, in whatever way.
pub(super) struct Visit<'a> {
    stats: &'a Stats,
    endpoint: &'static str,
    status: Option<u16>,
}

impl Visit<'_> {
    pub(super) fn answered(mut self, status: u16) {
        self.status = Some(status);
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        let status = self.status.map_or_else(|| "closed".to_owned(), |status| status.to_string());
        let mut counts = self.stats.counts.lock();
        counts.in_flight = counts.in_flight.saturating_sub(1);
        *counts.requests.entry(self.endpoint).or_default().entry(status).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_are_of_any_second_not_of_whole_ones() {
        let stats = Stats::default();
        for millis in [0, 600, 900, 1_100, 1_500, 5_000] {
            stats.arrive("GET /services", Duration::from_millis(millis)).answered(200);
        }
        drop(stats.arrive("GET /services", Duration::from_secs(9)));
        let counts = stats.counts();
        assert_eq!((counts.peak_per_second, counts.total, counts.peak_in_flight, counts.in_flight), (4, 7, 1, 0));
        assert_eq!(counts.requests["GET /services"]["closed"], 1);
        assert_eq!(counts.requests["GET /services"]["200"], 6);
    }
}
