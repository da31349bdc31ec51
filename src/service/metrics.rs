//! What a monitor is told, in the text form of Prometheus. No label names a dealership, a code or an address.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use super::counts::{DealershipCounts, place};
use super::hooks::{HookProgress, HookStatus};
use crate::domain::{Attention, Event, Fact, LetterState, Outcome, Stage, Timestamp};
use crate::engine::Engine;
use crate::protocol::{MailState, PlatformState};
use crate::store::StoreError;

type Labels = Vec<(&'static str, String)>;

/// Seconds: from an append on a fast disk to a platform that hardly answers.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0];

/// What is counted while the program runs.
#[derive(Debug)]
pub struct Metrics {
    probes: [Counter; Outcome::ALL.len()],
    probe_duration: Histogram,
    append_duration: Histogram,
    append_failures: Counter,
    events: Vec<Counter>,
    write_failure: Mutex<Option<String>>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            probes: Default::default(),
            probe_duration: Histogram::new(SECONDS),
            append_duration: Histogram::new(SECONDS),
            append_failures: Counter::default(),
            events: Fact::KINDS.iter().map(|_| Counter::default()).collect(),
            write_failure: Mutex::default(),
        }
    }
}

impl Metrics {
    pub fn probed(&self, outcome: Outcome, took: Duration) {
        self.probes[place(&Outcome::ALL, &outcome)].inc();
        self.probe_duration.observe(took.as_secs_f64());
    }

    pub fn appended(&self, result: Result<&[Arc<Event>], &StoreError>, took: Duration) {
        match result {
            Ok(events) => {
                self.append_duration.observe(took.as_secs_f64());
                for event in events {
                    if let Some(counter) = self.events.get(usize::from(event.fact.index())) {
                        counter.inc();
                    }
                }
                *self.write_failure.lock() = None;
            }
            // Somebody was faster, or a rule of the log was broken: the store is well.
            Err(StoreError::Conflict { .. } | StoreError::Claimed { .. } | StoreError::Unfit(_)) => {}
            Err(error) => {
                self.append_failures.inc();
                *self.write_failure.lock() = Some(error.to_string());
            }
        }
    }

    /// Why the last write failed; `None`: it went through.
    pub fn write_failure(&self) -> Option<String> {
        self.write_failure.lock().clone()
    }

    pub fn text(&self, engine: &Engine, counts: &DealershipCounts, hooks: &[Arc<HookStatus>]) -> String {
        let mut registry = Registry::with_prefix("cloverwatch");
        registry.register("build", "The version that runs", Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]));
        gauge(&mut registry, "leader", "Whether this process does the background work", usize::from(engine.works()));
        dealerships(&mut registry, counts);
        self.probes(&mut registry, engine);
        circuits(&mut registry, engine);
        self.store(&mut registry, engine);
        hook_metrics(&mut registry, hooks);
        let mut text = String::new();
        // Writing into a text cannot fail.
        let _ = prometheus_text::encode(&mut text, &registry);
        text
    }

    fn probes(&self, registry: &mut Registry, engine: &Engine) {
        let (queue, status) = (engine.probe_queue_length(), engine.status().borrow().clone());
        let planned = [("later", queue.later), ("due", queue.due), ("overdue", queue.overdue)];
        gauges(registry, "probe_queue", "Planned probes; overdue: due for over a minute", "state", planned);
        let wait = status.longest_wait.map_or(0, |wait| wait.num_seconds().max(0) as usize);
        gauge(registry, "probe_longest_wait_seconds", "How long the longest waiting probe has been due", wait);
        counters(registry, "probes", "Probes by what they said", "outcome", Outcome::ALL.iter().zip(&self.probes));
        registry.register(
            "probe_duration_seconds",
            "How long a probe took at the platform",
            self.probe_duration.clone(),
        );
        let sent = status.requests_last_second as usize;
        gauge(registry, "requests_last_second", "Requests sent to the platform in the last second", sent);
        let most = status.requests_per_second as usize;
        gauge(registry, "requests_per_second_limit", "The budget of requests to the platform", most);
        gauge(registry, "requests_in_flight", "Requests under way to the platform", status.in_flight as usize);
    }

    fn store(&self, registry: &mut Registry, engine: &Engine) {
        registry.register(
            "store_append_duration_seconds",
            "How long it took until an append was durable",
            self.append_duration.clone(),
        );
        registry.register(
            "store_append_failures",
            "Appends that the store could not take",
            self.append_failures.clone(),
        );
        let kinds = Fact::KINDS.iter().zip(&self.events);
        counters(registry, "events", "Events recorded by this process, by kind", "kind", kinds);
        let seq = usize::try_from(engine.read_model().seq()).unwrap_or(usize::MAX);
        gauge(registry, "last_event_seq", "The number of the newest event", seq);
    }
}

fn dealerships(registry: &mut Registry, counts: &DealershipCounts) {
    let stages = Stage::ALL.iter().zip(counts.stages);
    gauges(registry, "dealerships", "Dealerships by stage", "stage", stages);
    let reasons = Attention::ALL.iter().map(|reason| reason.message()).zip(counts.attention);
    gauges(registry, "dealerships_attention", "Dealerships that need somebody, by the reason", "reason", reasons);
    let letters = LetterState::ALL.iter().zip(counts.letters);
    gauges(registry, "letters", "The latest letters of each dealership, by state", "state", letters);
    let help = "Live codes that end within [invitations] expiring_within";
    gauge(registry, "codes_ending_within_6h", help, counts.codes_ending_soon);
}

/// The states of a circuit.
const CIRCUIT_STATES: [&str; 3] = [CLOSED, "half_open", "open"];
const CLOSED: &str = "closed";

fn open_until(retry_at: Timestamp, now: Timestamp) -> &'static str {
    if now < retry_at { "open" } else { "half_open" }
}

/// The state of the platform's circuit; `None`: there is no platform.
pub fn platform_circuit(state: &PlatformState, now: Timestamp) -> Option<&'static str> {
    match state {
        PlatformState::Unconfigured => None,
        PlatformState::Starting | PlatformState::Ok | PlatformState::MassDisconnect { .. } => Some(CLOSED),
        PlatformState::Down { retry_at, .. }
        | PlatformState::OurCredentials { retry_at, .. }
        | PlatformState::RateLimited { until: retry_at, .. } => Some(open_until(*retry_at, now)),
    }
}

/// The state of the mail server's circuit; `None`: there is none.
pub fn mail_circuit(state: &MailState, now: Timestamp) -> Option<&'static str> {
    match state {
        MailState::Off => None,
        MailState::Ok | MailState::Limited { .. } => Some(CLOSED),
        MailState::Down { retry_at, .. } => Some(open_until(*retry_at, now)),
    }
}

fn circuits(registry: &mut Registry, engine: &Engine) {
    let (status, now) = (engine.status().borrow().clone(), engine.clock().now());
    let circuits =
        [("platform", platform_circuit(&status.platform, now)), ("mail", mail_circuit(&status.mail.state, now))];
    let family = Family::<Labels, Gauge>::default();
    for (circuit, state) in circuits.into_iter().filter_map(|(circuit, state)| Some((circuit, state?))) {
        for word in CIRCUIT_STATES {
            let labels = vec![("circuit", circuit.to_owned()), ("state", word.to_owned())];
            family.get_or_create(&labels).set(i64::from(word == state));
        }
    }
    registry.register("circuit_state", "1 at the state that a circuit breaker is in", family);
}

fn hook_metrics(registry: &mut Registry, hooks: &[Arc<HookStatus>]) {
    if hooks.is_empty() {
        return;
    }
    let (deliveries, positions) = (Family::<Labels, Counter>::default(), Family::<Labels, Gauge>::default());
    for hook in hooks {
        let HookProgress { delivered, failed, given_up, position, .. } = hook.progress();
        let results = [("ok", delivered), ("failed", failed), ("given_up", given_up)];
        for (result, count) in results {
            let labels = vec![("hook", hook.name.clone()), ("result", result.to_owned())];
            deliveries.get_or_create(&labels).inc_by(count);
        }
        let seq = i64::try_from(position).unwrap_or(i64::MAX);
        positions.get_or_create(&vec![("hook", hook.name.clone())]).set(seq);
    }
    registry.register("hook_deliveries", "Calls of hooks by how they ended", deliveries);
    registry.register("hook_position_seq", "Up to which event a hook is done", positions);
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: usize) {
    let gauge = Gauge::<i64>::default();
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
    registry.register(name, help, gauge);
}

fn gauges(
    registry: &mut Registry,
    name: &str,
    help: &str,
    label: &'static str,
    rows: impl IntoIterator<Item = (impl ToString, usize)>,
) {
    let family = Family::<Labels, Gauge>::default();
    for (value, count) in rows {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        family.get_or_create(&vec![(label, value.to_string())]).set(count);
    }
    registry.register(name, help, family);
}

fn counters<'a>(
    registry: &mut Registry,
    name: &str,
    help: &str,
    label: &'static str,
    rows: impl IntoIterator<Item = (impl ToString, &'a Counter)>,
) {
    let family = Family::<Labels, Counter>::default();
    for (value, counter) in rows {
        family.get_or_create(&vec![(label, value.to_string())]).inc_by(counter.get());
    }
    registry.register(name, help, family);
}
