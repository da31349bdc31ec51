//! The health of the platform, moved by hand.

use chrono::DateTime;
use rand::SeedableRng;

use super::*;

const LONGEST: Duration = Duration::from_secs(900);

struct Bench {
    health: PlatformHealth,
    rng: StdRng,
    elapsed: Duration,
}

impl Bench {
    fn new() -> Self {
        Self { health: PlatformHealth::new(LONGEST), rng: StdRng::seed_from_u64(7), elapsed: Duration::ZERO }
    }

    fn now(&self) -> ClockReading {
        ClockReading { at: DateTime::UNIX_EPOCH + self.elapsed, elapsed: self.elapsed }
    }

    fn answer(&mut self, health: Health, trial: bool, retry_after: Option<u64>) {
        let retry_after = retry_after.map(Duration::from_secs);
        let signal = PlatformSignal { health, why: "503".to_owned(), retry_after, clock_skew: None };
        self.health.note(&signal, trial, self.now(), &mut self.rng);
    }

    fn state(&self) -> PlatformState {
        self.health.state(self.elapsed)
    }

    fn circuit(&self) -> CircuitState {
        self.health.circuit(self.elapsed)
    }

    fn wait(&mut self) -> Duration {
        let CircuitState::Open(Some(left)) = self.circuit() else { panic!("not open: {:?}", self.circuit()) };
        self.elapsed += left;
        left
    }
}

#[test]
fn five_in_a_row_open_it_and_one_trial_closes_it() {
    let mut bench = Bench::new();
    assert_eq!(bench.state(), PlatformState::Starting);
    for _ in 0..4 {
        bench.answer(Health::Ill, false, None);
        assert_eq!(
            (bench.circuit(), bench.state()),
            (CircuitState::Closed, PlatformState::Starting),
            "nothing answered yet"
        );
    }
    bench.answer(Health::Ill, false, None);
    assert!(matches!(bench.state(), PlatformState::Down { .. }));
    assert!(bench.wait() <= DOWN.base);
    assert_eq!(bench.circuit(), CircuitState::HalfOpen);
    bench.health.begin_trial();
    assert_eq!(bench.circuit(), CircuitState::Open(None), "one trial at a time");
    bench.answer(Health::Well, true, None);
    assert_eq!((bench.circuit(), bench.state()), (CircuitState::Closed, PlatformState::Ok));
}

#[test]
fn half_of_twenty_open_it() {
    let mut bench = Bench::new();
    for _ in 0..10 {
        assert_eq!(bench.circuit(), CircuitState::Closed);
        bench.answer(Health::Well, false, None);
        bench.answer(Health::Ill, false, None);
    }
    assert!(matches!(bench.circuit(), CircuitState::Open(Some(_))));
}

#[test]
fn it_stays_open_longer_and_longer_but_never_longer_than_the_cap() {
    let mut bench = Bench::new();
    for _ in 0..5 {
        bench.answer(Health::Ill, false, None);
    }
    let PlatformState::Down { since, .. } = bench.state() else { panic!() };
    let mut longest = Duration::ZERO;
    for _ in 0..40 {
        longest = longest.max(bench.wait());
        bench.health.begin_trial();
        bench.answer(Health::Ill, true, None);
    }
    assert!(longest > DOWN.base && longest <= DOWN.cap);
    assert!(matches!(bench.state(), PlatformState::Down { since: now, .. } if now == since));
}

#[test]
fn an_outage_is_over_when_nothing_failed_for_a_while() {
    let mut bench = Bench::new();
    let standing = |bench: &Bench| match bench.health.standing(bench.elapsed) {
        PlatformStanding::Unknown => "unknown",
        PlatformStanding::Failing { .. } => "failing",
        PlatformStanding::Settling(_) => "settling",
        PlatformStanding::Answers { .. } => "answers",
    };
    assert_eq!(standing(&bench), "unknown");
    bench.answer(Health::Ill, false, None);
    assert_eq!(standing(&bench), "unknown");
    for _ in 0..4 {
        bench.answer(Health::Ill, false, None);
    }
    assert_eq!(standing(&bench), "failing");
    let PlatformState::Down { since, .. } = bench.state() else { panic!() };
    for _ in 0..10 {
        bench.elapsed += Duration::from_secs(300);
        bench.answer(Health::Well, false, None);
        for _ in 0..4 {
            assert_eq!(standing(&bench), "settling", "shown as answering at once, recorded later");
            assert_eq!(bench.state(), PlatformState::Ok);
            bench.elapsed += SETTLES.saturating_sub(Duration::from_secs(1));
            bench.answer(Health::Ill, false, None);
        }
        bench.answer(Health::Ill, false, None);
        assert!(matches!(bench.state(), PlatformState::Down { since: now, .. } if now == since));
    }
    bench.answer(Health::Well, false, None);
    bench.elapsed += SETTLES;
    assert_eq!(standing(&bench), "answers");
    for _ in 0..5 {
        bench.answer(Health::Ill, false, None);
    }
    assert!(matches!(bench.state(), PlatformState::Down { since: now, .. } if now > since), "another one");
}

#[test]
fn stragglers_do_not_lengthen_it() {
    let mut bench = Bench::new();
    for _ in 0..5 {
        bench.answer(Health::Ill, false, None);
    }
    let before = bench.circuit();
    for _ in 0..10 {
        bench.answer(Health::Ill, false, None);
    }
    assert_eq!(bench.circuit(), before);
}

#[test]
fn retry_after_is_honoured_and_a_short_one_is_shown_without_an_alarm() {
    let mut bench = Bench::new();
    bench.answer(Health::Ill, false, Some(90));
    assert_eq!(bench.circuit(), CircuitState::Open(Some(Duration::from_secs(90))));
    let until = bench.now().at + TimeDelta::seconds(90);
    assert!(matches!(bench.state(), PlatformState::RateLimited { until: told, .. } if told == until));
    // Answers to what was sent before do not shorten it.
    bench.answer(Health::Well, false, None);
    assert_eq!(bench.circuit(), CircuitState::Open(Some(Duration::from_secs(90))));
    bench.wait();
    assert_eq!((bench.circuit(), bench.state()), (CircuitState::Closed, PlatformState::Ok));
    bench.answer(Health::Well, false, None);
    bench.answer(Health::Ill, false, Some(1));
    assert_eq!(bench.circuit(), CircuitState::Open(Some(Duration::from_secs(1))));
    assert!(matches!(bench.state(), PlatformState::RateLimited { .. }) && !bench.state().is_alarm());
    bench.wait();
    bench.answer(Health::Well, false, None);
    for _ in 0..5 {
        bench.answer(Health::Ill, false, Some(u64::MAX / 2));
    }
    assert_eq!(bench.circuit(), CircuitState::Open(Some(LONGEST)));
    assert!(matches!(bench.state(), PlatformState::Down { .. }));
}

#[test]
fn a_wait_of_no_time_is_a_second_and_grows_until_it_answers() {
    let mut bench = Bench::new();
    bench.answer(Health::Ill, false, Some(0));
    assert!(bench.health.worth_waiting(bench.elapsed));
    assert_eq!(bench.wait(), Duration::from_secs(1));
    assert!(!bench.health.worth_waiting(bench.elapsed), "it does not hold any more");
    let mut longest = Duration::ZERO;
    for _ in 0..20 {
        bench.answer(Health::Ill, false, Some(0));
        let CircuitState::Open(Some(_)) = bench.circuit() else { panic!("not open: {:?}", bench.circuit()) };
        let before = bench.elapsed;
        while bench.health.asks_to_wait(bench.elapsed) {
            bench.elapsed += Duration::from_secs(1);
        }
        longest = longest.max(bench.elapsed.saturating_sub(before));
    }
    assert!(longest > Duration::from_secs(10) && longest <= crate::engine::probe::rate_limit::LEAST.cap, "{longest:?}");
    bench.answer(Health::Well, false, None);
    bench.elapsed += DOWN.cap;
    bench.answer(Health::Well, false, None);
    bench.answer(Health::Ill, false, Some(0));
    assert_eq!(bench.wait(), Duration::from_secs(1), "from the beginning");
}

#[test]
fn it_is_worth_waiting_up_to_the_longest_since_it_asked_first() {
    let mut bench = Bench::new();
    assert!(!bench.health.worth_waiting(bench.elapsed), "nobody asked");
    for _ in 0..4 {
        bench.answer(Health::Ill, false, Some(225));
        assert!(bench.health.worth_waiting(bench.elapsed));
        bench.wait();
    }
    bench.answer(Health::Ill, false, Some(1));
    assert!(!bench.health.worth_waiting(bench.elapsed));
    bench.wait();
    bench.answer(Health::Well, false, None);
    bench.answer(Health::Ill, false, Some(1));
    assert!(bench.health.worth_waiting(bench.elapsed), "it answered meanwhile");
}

#[test]
fn our_credentials_are_an_alarm_at_once_and_turn_into_the_other_one() {
    let mut bench = Bench::new();
    bench.answer(Health::Well, false, None);
    bench.answer(Health::Refused, false, None);
    assert!(matches!(bench.state(), PlatformState::OurCredentials { .. }));
    bench.wait();
    bench.health.begin_trial();
    bench.answer(Health::Ill, true, None);
    assert!(matches!(bench.state(), PlatformState::Down { .. }));
    bench.wait();
    bench.health.begin_trial();
    let now = bench.now();
    bench.health.trial_lost(now, &mut bench.rng);
    assert!(matches!(bench.circuit(), CircuitState::Open(Some(_))), "a lost trial does not leave it open for ever");
}
