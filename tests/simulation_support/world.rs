//! The world outside: a platform with moods, dealers of all kinds, and a source that makes codes.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{NaiveDate, TimeDelta, Timelike};
use cloverwatch::clock::{ManualClock, SharedClock};
use cloverwatch::domain::{
    Appointment, AppointmentId, Booking, CodeOrigin, IntentId, Outcome, ProbeResult, Service, Slot, Timestamp,
};
use cloverwatch::protocol::RequestPreview;
use cloverwatch::xtime::{
    AttemptReport, BookingOutcome, CodeSource, ObtainedCode, Platform, SourceError, SourceRequest,
};
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// What is wrong with the world at the moment.
#[allow(clippy::struct_excessive_bools, reason = "independent faults, each on or off")]
#[derive(Debug, Clone, Default)]
pub struct Mood {
    pub down: bool,
    pub refused: bool,
    pub nobody: bool,
    /// The share of requests that fail by themselves.
    pub noise: f64,
    /// The share of lists of services that are empty.
    pub empty_lists: f64,
    /// The share of requests for a code whose answer is lost, before or after the code was made.
    pub lost_codes: f64,
    /// The source does not say when it made a code.
    pub no_times: bool,
    /// The source says no for good.
    pub no_codes: bool,
    /// Every probe is told to wait so long.
    pub busy: Option<Duration>,
    /// No booking is answered: whether the platform heard it all the same.
    pub silent_bookings: Option<bool>,
    pub silent_appointments: bool,
    /// The platform's code panics for this dealer.
    pub panics_for: Option<String>,
}

/// The truth about one dealer at the platform.
#[derive(Debug, Clone, Default)]
pub struct Dealer {
    pub connected: bool,
    pub opcode: bool,
    pub slots: u32,
}

/// One probe as the platform answered it.
#[derive(Debug, Clone, Copy)]
pub struct Answered {
    pub began_at: Timestamp,
    pub ended_at: Timestamp,
    pub outcome: Outcome,
}

#[derive(Debug, Clone)]
pub struct Made {
    pub code: String,
    pub dealer_code: String,
    pub at: Timestamp,
    pub asked: u32,
}

pub struct State {
    pub rng: StdRng,
    pub mood: Mood,
    pub dealers: HashMap<String, Dealer>,
    pub answers: HashMap<String, Vec<Answered>>,
    /// When requests began, in monotonic time, and for whom.
    pub requests: Vec<(Duration, String)>,
    limiter: Limiter,
    /// Requests that came too fast for a limiter by arrival.
    pub limited: usize,
    pub in_flight: usize,
    pub most_in_flight: usize,
    pub made: BTreeMap<IntentId, Made>,
    /// Whose appointments stand at the platform.
    pub booked: Vec<(String, Appointment)>,
    pub source_in_flight: usize,
    pub most_source_in_flight: usize,
}

/// Platform and source in one.
pub struct World {
    pub clock: SharedClock,
    pub state: Mutex<State>,
}

struct InFlight<'a>(&'a World, fn(&mut State) -> &mut usize);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        *self.1(&mut self.0.state.lock()) -= 1;
    }
}

impl World {
    pub fn new(clock: &ManualClock, seed: u64) -> Arc<Self> {
        Self::on(Arc::new(clock.clone()), seed)
    }

    /// The same by any clock.
    pub fn on(clock: SharedClock, seed: u64) -> Arc<Self> {
        let state = State {
            rng: StdRng::seed_from_u64(seed),
            mood: Mood::default(),
            dealers: HashMap::new(),
            answers: HashMap::new(),
            requests: Vec::new(),
            limiter: Limiter::default(),
            limited: 0,
            in_flight: 0,
            most_in_flight: 0,
            made: BTreeMap::new(),
            booked: Vec::new(),
            source_in_flight: 0,
            most_source_in_flight: 0,
        };
        Arc::new(Self { clock, state: Mutex::new(state) })
    }

    pub fn mood(&self, change: impl FnOnce(&mut Mood)) {
        change(&mut self.state.lock().mood);
    }

    pub fn dealer(&self, code: &str, change: impl FnOnce(&mut Dealer)) {
        change(self.state.lock().dealers.entry(code.to_owned()).or_default());
    }

    /// A dealer that is connected, shows its opcode and has slots.
    pub fn live(&self, code: &str) {
        self.dealer(code, |dealer| *dealer = Dealer { connected: true, opcode: true, slots: 5 });
    }

    pub fn truly_connected(&self, code: &str) -> bool {
        self.state.lock().dealers.get(code).is_some_and(|dealer| dealer.connected)
    }

    pub fn requests(&self) -> usize {
        self.state.lock().requests.len()
    }

    /// For whom requests were made, in order.
    pub fn asked_for(&self) -> Vec<String> {
        self.state.lock().requests.iter().map(|(_, code)| code.clone()).collect()
    }

    fn begin(&self, code: &str) -> (Duration, InFlight<'_>) {
        let mut state = self.state.lock();
        assert!(state.mood.panics_for.as_deref() != Some(code), "the platform's code panics for {code}");
        let now = self.clock.elapsed();
        state.requests.push((now, code.to_owned()));
        state.limited += usize::from(!state.limiter.passes(now));
        state.in_flight += 1;
        state.most_in_flight = state.most_in_flight.max(state.in_flight);
        let hangs = state.mood.down && state.rng.random_bool(0.5);
        let latency = if hangs { 15_000 } else { state.rng.random_range(20..800) };
        (Duration::from_millis(latency), InFlight(self, |state| &mut state.in_flight))
    }
}

/// Why a request that reached nobody failed.
enum Failure {
    Silent(&'static str),
    Busy(Option<Duration>),
    Strange(&'static str),
}

impl State {
    fn failure(&mut self) -> Option<Failure> {
        if let Some(wait) = self.mood.busy {
            return Some(Failure::Busy(Some(wait)));
        }
        if !self.mood.down && !self.rng.random_bool(self.mood.noise) {
            return None;
        }
        Some(match self.rng.random_range(0..10) {
            0..4 => Failure::Silent("no answer within 15 s"),
            4..6 => Failure::Silent("503 Service Unavailable"),
            6 => Failure::Busy(Some(Duration::from_secs(self.rng.random_range(1..90)))),
            7 => Failure::Busy(None),
            _ if self.mood.down => Failure::Silent("502 Bad Gateway"),
            _ => Failure::Strange("unrecognised answer x-000001"),
        })
    }
}

/// A leaky bucket by arrival that lets one come early, as nginx's `limit_req rate=10r/s burst=1` counts.
#[derive(Default)]
struct Limiter {
    last: Option<Duration>,
    thousandths: u64,
}

impl Limiter {
    /// Whether it would let a request pass; one that it refuses counts for nothing.
    fn passes(&mut self, now: Duration) -> bool {
        let passed = self.last.map(|last| now.saturating_sub(last).as_millis() as u64);
        let excess = passed.map_or(0, |passed| (self.thousandths + 1_000).saturating_sub(10 * passed));
        if excess > 1_000 {
            return false;
        }
        (self.last, self.thousandths) = (Some(now), excess);
        true
    }
}

impl State {
    /// What the platform does with a booking that it heard.
    fn book(&mut self, dealer_code: &str, booking: &Booking) -> BookingOutcome {
        let dealer = self.dealers.get(dealer_code).cloned().unwrap_or_default();
        let refused = |reason: &str| BookingOutcome::Refused { reason: reason.to_owned() };
        if !dealer.connected || !dealer.opcode || booking.opcode.raw() != "Tell Us More" {
            return refused("no such opcode here");
        }
        let others = |(code, one): &&(String, Appointment)| {
            code == dealer_code && Some(&one.id) != booking.appointment_id.as_ref()
        };
        let free = booking.local.hour() < dealer.slots && booking.local.minute() == 0;
        if !free || self.booked.iter().filter(others).any(|(_, one)| one.local == booking.local) {
            return BookingOutcome::SlotTaken { reason: "code x-001009".to_owned() };
        }
        let new = AppointmentId::new(format!("a{}", self.booked.len())).unwrap();
        let id = booking.appointment_id.clone().unwrap_or(new);
        let stands = self.booked.iter().position(|(code, one)| code == dealer_code && one.id == id);
        if booking.appointment_id.is_some() && stands.is_none() {
            return refused("no such appointment");
        }
        let one = Appointment {
            id: id.clone(),
            vin: booking.vehicle.vin.clone().unwrap_or_default().into(),
            local: booking.local,
            comment: booking.comment.clone().into(),
            customer: booking.customer.clone(),
            services: vec![Service { opcode: booking.opcode.clone(), name: "General".into() }],
        };
        match stands {
            Some(place) => self.booked[place].1 = one,
            None => self.booked.push((dealer_code.to_owned(), one)),
        }
        BookingOutcome::Booked { id }
    }
}

fn answer<T>(value: T, healthy: bool, retry_after: Option<Duration>) -> AttemptReport<T> {
    AttemptReport { value, retry_after, clock_skew: Some(TimeDelta::zero()), healthy }
}

#[async_trait]
impl Platform for World {
    async fn probe(&self, dealer_code: &str) -> AttemptReport<ProbeResult> {
        let began_at = self.clock.now();
        let (latency, _in_flight) = self.begin(dealer_code);
        self.clock.sleep(latency).await;
        let ended_at = self.clock.now();
        let mut state = self.state.lock();
        let failure = state.failure();
        let dealer = state.dealers.get(dealer_code).cloned().unwrap_or_default();
        let (outcome, reason, healthy) = match &failure {
            Some(Failure::Silent(why)) => (Outcome::Unknown, *why, false),
            Some(Failure::Busy(_)) => (Outcome::Unknown, "429 Too Many Requests", false),
            Some(Failure::Strange(why)) => (Outcome::Unknown, *why, true),
            None if state.mood.refused => (Outcome::OurCredentials, "401 access_denied", false),
            None if state.mood.nobody || !dealer.connected => (Outcome::NotConnected, "403 Forbidden", true),
            None => (Outcome::Connected, "200", true),
        };
        let empty_lists = state.mood.empty_lists;
        let services = (outcome == Outcome::Connected).then(|| match dealer.opcode {
            _ if state.rng.random_bool(empty_lists) => vec![],
            true => vec![Service { opcode: "Tell Us More".into(), name: "General".into() }],
            false => vec![Service { opcode: "01HYZLOF1.6".into(), name: "Oil change".into() }],
        });
        state.answers.entry(dealer_code.to_owned()).or_default().push(Answered { began_at, ended_at, outcome });
        let unrecognised = matches!(failure, Some(Failure::Strange(_)));
        let result = ProbeResult {
            began_at,
            ended_at,
            outcome,
            reason: reason.to_owned(),
            unrecognised,
            answer: None,
            services,
        };
        answer(result, healthy, if let Some(Failure::Busy(after)) = failure { after } else { None })
    }

    async fn slots(
        &self,
        dealer_code: &str,
        opcode: &str,
        start: NaiveDate,
        days: u8,
    ) -> AttemptReport<Result<Vec<Slot>, String>> {
        assert!((1..=6).contains(&days) && opcode == "Tell Us More");
        let (latency, _in_flight) = self.begin(dealer_code);
        self.clock.sleep(latency).await;
        let mut state = self.state.lock();
        match state.failure() {
            Some(Failure::Silent(why)) => answer(Err(why.to_owned()), false, None),
            Some(Failure::Busy(after)) => answer(Err("429 Too Many Requests".to_owned()), false, after),
            Some(Failure::Strange(why)) => answer(Err(why.to_owned()), true, None),
            None => {
                let count = state.dealers.get(dealer_code).map_or(0, |dealer| dealer.slots);
                let slot = |day: NaiveDate, hour| Slot { local: day.and_hms_opt(hour, 0, 0).unwrap(), minutes: 15 };
                let days = start.iter_days().take(usize::from(days));
                answer(Ok(days.flat_map(|day| (0..count).map(move |hour| slot(day, hour))).collect()), true, None)
            }
        }
    }

    async fn book(&self, dealer_code: &str, booking: &Booking) -> AttemptReport<BookingOutcome> {
        let (latency, _in_flight) = self.begin(dealer_code);
        self.clock.sleep(latency).await;
        let mut state = self.state.lock();
        if let Some(heard) = state.mood.silent_bookings {
            if heard {
                state.book(dealer_code, booking);
            }
            return answer(BookingOutcome::Unknown { reason: "no answer within 15 s".to_owned() }, false, None);
        }
        // Bookings are few: where answers get lost at all, some of theirs do in every week.
        let lost = state.mood.noise > 0.0 && state.rng.random_bool(0.05);
        let failure = if lost { Some(Failure::Silent("no answer within 15 s")) } else { state.failure() };
        if let Some(Failure::Busy(after)) = failure {
            return answer(BookingOutcome::NotSent { reason: "429 Too Many Requests".to_owned() }, false, after);
        }
        let Some(Failure::Silent(why) | Failure::Strange(why)) = failure else {
            return answer(state.book(dealer_code, booking), true, None);
        };
        // A request whose answer is lost may have been heard.
        if state.rng.random_bool(0.5) {
            state.book(dealer_code, booking);
        }
        answer(BookingOutcome::Unknown { reason: why.to_owned() }, false, None)
    }

    async fn appointments(&self, dealer_code: &str, vin: &str) -> AttemptReport<Result<Vec<Appointment>, String>> {
        let (latency, _in_flight) = self.begin(dealer_code);
        self.clock.sleep(latency).await;
        let mut state = self.state.lock();
        if state.mood.silent_appointments {
            return answer(Err("no answer within 15 s".to_owned()), false, None);
        }
        match state.failure() {
            Some(Failure::Silent(why)) => answer(Err(why.to_owned()), false, None),
            Some(Failure::Busy(after)) => answer(Err("429 Too Many Requests".to_owned()), false, after),
            Some(Failure::Strange(why)) => answer(Err(why.to_owned()), true, None),
            None => {
                let standing =
                    state.booked.iter().filter(|(dealer, one)| dealer == dealer_code && one.vin.raw() == vin);
                answer(Ok(standing.map(|(_, one)| one.clone()).collect()), true, None)
            }
        }
    }

    fn preview(&self, dealer_code: &str, booking: &Booking) -> Result<RequestPreview, String> {
        // The simulated platform is asked without HTTP; what would be asked is the booking itself.
        let body = serde_json::to_value(booking).map_err(|error| error.to_string())?;
        let (method, url) = ("POST".to_owned(), format!("simulated:{dealer_code}"));
        Ok(RequestPreview { method, url, headers: Vec::new(), body })
    }
}

#[async_trait]
impl CodeSource for World {
    fn origin(&self) -> CodeOrigin {
        CodeOrigin::Http
    }

    async fn obtain(&self, request: &SourceRequest) -> Result<ObtainedCode, SourceError> {
        let latency = {
            let mut state = self.state.lock();
            state.source_in_flight += 1;
            state.most_source_in_flight = state.most_source_in_flight.max(state.source_in_flight);
            state.rng.random_range(50..1_500)
        };
        let _in_flight = InFlight(self, |state| &mut state.source_in_flight);
        self.clock.sleep(Duration::from_millis(latency / 2)).await;
        let unclear = |reason: &str| SourceError::Unclear { reason: reason.to_owned(), retry_after: None };
        let made = {
            let mut state = self.state.lock();
            let lost_codes = state.mood.lost_codes;
            if state.mood.no_codes {
                return Err(SourceError::Refused("403 not allowed to invite".to_owned()));
            }
            if state.rng.random_bool(lost_codes) {
                return Err(unclear("connection refused"));
            }
            let code = format!("{:08X}", state.rng.random_range(0..=u32::MAX));
            let (at, dealer_code) = (self.clock.now(), request.dealer_code.clone());
            let made = state.made.entry(request.intent).or_insert(Made { code, dealer_code, at, asked: 0 });
            made.asked += 1;
            let made = made.clone();
            if state.rng.random_bool(lost_codes) {
                return Err(unclear("no answer within 15 s"));
            }
            made
        };
        self.clock.sleep(Duration::from_millis(latency / 2)).await;
        let generated_at = (!self.state.lock().mood.no_times).then_some(made.at);
        Ok(ObtainedCode { code: made.code.parse().unwrap(), generated_at, expires_at: None })
    }
}
