//! The breaker: when the platform or our credentials fail, that is one alarm, and nobody is looked at until a single
//! trial goes through.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::TimeDelta;
use rand::rngs::StdRng;

use super::PlatformState;
use super::backoff::Backoff;
use crate::domain::Timestamp;

/// So many failures in a row open it.
const IN_A_ROW: usize = 5;
/// Or half of so many answers.
const RECENT: usize = 20;
/// How long it stays open while the platform fails.
const DOWN: Backoff = Backoff::seconds(10, 300);
/// How long while our credentials are refused: asking often may lock the client out.
const REFUSED: Backoff = Backoff::seconds(60, 900);
/// The least that the platform is left alone when it asks us to wait, however short: "at once" answered at once never ends.
const LEAST_HOLD: Backoff = Backoff::seconds(1, 60);

/// How long nothing may fail before an outage is over: what fails again sooner is the same outage. Longer than a request
/// that is never answered takes.
const SETTLES: Duration = Duration::from_secs(20);

/// A shorter wait that the platform asks for is no alarm.
const WORTH_TELLING: Duration = Duration::from_secs(5);

/// What an answer says about the platform as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It answered sensibly.
    Well,
    /// It failed: a 429, 5xx, time-out, malformed body.
    Ill,
    /// It refused our token, key or policy.
    Refused,
}

/// Whether the desk may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Yes.
    Open,
    /// One look, as a trial.
    Trial,
    /// Not before so long; `None`: not before the trial under way has ended.
    Shut(Option<Duration>),
}

/// How the platform stands as a whole: what the log is to say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Nothing can be told yet.
    Unknown,
    /// It fails, or refuses our credentials.
    Failing {
        /// In words.
        why: &'a str,
        /// Since when.
        since: Timestamp,
        /// It refuses our credentials.
        refused: bool,
    },
    /// It answers again, but not for long enough; so long it takes.
    Settling(Duration),
    /// It answers.
    Answers {
        /// Since when.
        since: Timestamp,
    },
}

#[derive(Debug, Clone)]
struct Alarm {
    refused: bool,
    why: String,
    since: Timestamp,
    attempt: u32,
    /// In the clock's monotonic time, so that no step of the wall clock locks it or opens it early.
    retry: Duration,
    retry_at: Timestamp,
    trial: bool,
}

/// The platform asked to be left alone.
#[derive(Debug, Clone)]
struct Hold {
    why: String,
    /// When it asked first; it was not heard to answer since.
    since: Moment,
    /// For how long it asked.
    asked: Duration,
    /// How many waits before this one were over when it asked again.
    attempt: u32,
    /// In monotonic time.
    end: Duration,
    end_at: Timestamp,
}

/// The state of the breaker.
#[derive(Debug, Clone)]
pub struct Breaker {
    /// The longest that the platform may have us wait.
    longest: Duration,
    recent: VecDeque<bool>,
    alarm: Option<Alarm>,
    /// The alarm before, and since when nothing failed: until that has settled it is the same outage.
    healed: Option<(Alarm, Duration)>,
    hold: Option<Hold>,
    answered: bool,
    /// Since when it answers.
    answers_since: Option<Timestamp>,
}

/// The two readings of the clock that belong together.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The wall clock: what is shown.
    pub at: Timestamp,
    /// The monotonic one: what is compared.
    pub elapsed: Duration,
}

impl Breaker {
    /// A breaker that is closed. `longest`: the longest that the platform may have us wait.
    pub fn new(longest: Duration) -> Self {
        Self {
            longest,
            recent: VecDeque::new(),
            alarm: None,
            healed: None,
            hold: None,
            answered: false,
            answers_since: None,
        }
    }

    /// Whether the desk may look now.
    pub fn gate(&self, elapsed: Duration) -> Gate {
        let left = |end: Duration| Some(end.saturating_sub(elapsed)).filter(|left| !left.is_zero());
        let hold = self.hold.as_ref().and_then(|hold| left(hold.end));
        match &self.alarm {
            None => hold.map_or(Gate::Open, |left| Gate::Shut(Some(left))),
            Some(alarm) if alarm.trial => Gate::Shut(None),
            Some(alarm) => left(alarm.retry).max(hold).map_or(Gate::Trial, |left| Gate::Shut(Some(left))),
        }
    }

    /// Whether the platform asked to be left alone and the time is not over: a person's look waits, too.
    pub fn holds(&self, elapsed: Duration) -> bool {
        self.hold.as_ref().is_some_and(|hold| elapsed < hold.end)
    }

    /// Whether a look that was told to wait does so; not when the platform asks for it for too long already.
    pub fn worth_waiting(&self, elapsed: Duration) -> bool {
        self.hold.as_ref().is_some_and(|hold| elapsed < hold.end && elapsed < hold.since.elapsed + self.longest)
    }

    /// A trial begins.
    pub fn try_one(&mut self) {
        if let Some(alarm) = &mut self.alarm {
            alarm.trial = true;
        }
    }

    /// A trial ended without any answer (its task failed).
    pub fn trial_lost(&mut self, now: Moment, rng: &mut StdRng) {
        if self.alarm.as_ref().is_some_and(|alarm| alarm.trial) {
            self.fail(false, true, "the trial failed on our side", None, now, rng);
        }
    }

    /// Takes note of an answer. `trial`: it belongs to the trial of an open breaker.
    pub fn note(
        &mut self,
        health: Health,
        trial: bool,
        why: &str,
        retry_after: Option<Duration>,
        now: Moment,
        rng: &mut StdRng,
    ) {
        self.answered = true;
        if health == Health::Well {
            if let Some(alarm) = self.alarm.take() {
                self.recent.clear();
                self.healed = Some((alarm, now.elapsed));
            }
            self.answers_since.get_or_insert(now.at);
            // What was sent before it asked says nothing against the wait.
            if !self.holds(now.elapsed) {
                self.hold = None;
            }
            self.remember(true);
            return;
        }
        let retry_after = retry_after.map(|asked| asked.min(self.longest));
        match retry_after {
            Some(asked) => self.wait(asked, why, now, rng),
            None if !self.holds(now.elapsed) => self.hold = None,
            None => {}
        }
        let refused = health == Health::Refused;
        if self.alarm.is_some() {
            self.fail(refused, trial, why, retry_after, now, rng);
            return;
        }
        self.remember(false);
        match &mut self.healed {
            // While it is left alone nothing can fail.
            Some((_, at)) if now.elapsed < *at + SETTLES => {
                *at = self.hold.as_ref().map_or(now.elapsed, |hold| hold.end.max(now.elapsed));
            }
            healed => *healed = None,
        }
        let in_a_row = self.recent.iter().rev().take_while(|well| !**well).count();
        let ill = self.recent.iter().filter(|well| !**well).count();
        if refused || in_a_row >= IN_A_ROW || (self.recent.len() == RECENT && 2 * ill >= RECENT) {
            self.recent.clear();
            self.fail(refused, true, why, retry_after, now, rng);
        }
    }

    /// Leaves the platform alone for so long.
    fn wait(&mut self, asked: Duration, why: &str, now: Moment, rng: &mut StdRng) {
        let earlier = self.hold.take();
        let since = earlier.as_ref().map_or(now, |hold| hold.since);
        let attempt = earlier.as_ref().map_or(0, |hold| hold.attempt + u32::from(now.elapsed >= hold.end));
        let asked = LEAST_HOLD.wait(rng, attempt, Some(asked));
        // Answers that come one after the other do not make the first wait longer than the longest.
        let left = (since.elapsed + self.longest).saturating_sub(now.elapsed);
        let asked = if left.is_zero() { asked } else { asked.min(left) };
        let end_at = TimeDelta::from_std(asked).ok().and_then(|asked| now.at.checked_add_signed(asked));
        let end = now.elapsed + asked;
        let new = Hold { why: why.to_owned(), since, asked, attempt, end, end_at: end_at.unwrap_or(now.at) };
        self.hold = Some(earlier.filter(|hold| hold.end >= end).unwrap_or(new));
    }

    fn remember(&mut self, well: bool) {
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(well);
    }

    /// Opens it, or keeps it open for longer. Answers to looks that were under way when it opened only change the words.
    fn fail(&mut self, refused: bool, counts: bool, why: &str, asked: Option<Duration>, now: Moment, rng: &mut StdRng) {
        self.answers_since = None;
        let relapsed = self.healed.take().map(|(alarm, _)| alarm);
        let old = self.alarm.take().or(relapsed);
        let same = old.as_ref().filter(|old| old.refused == refused);
        let since = same.map_or(now.at, |old| old.since);
        let attempt = same.map_or(0, |old| old.attempt + u32::from(counts));
        let (retry, retry_at, trial) = match same {
            Some(old) if !counts => (old.retry, old.retry_at, old.trial),
            _ => {
                let wait = if refused { REFUSED } else { DOWN }.wait(rng, attempt, asked);
                let retry_at = TimeDelta::from_std(wait).ok().and_then(|wait| now.at.checked_add_signed(wait));
                (now.elapsed + wait, retry_at.unwrap_or(now.at), false)
            }
        };
        self.alarm = Some(Alarm { refused, why: why.to_owned(), since, attempt, retry, retry_at, trial });
    }

    /// How the platform stands.
    pub fn standing(&self, elapsed: Duration) -> Standing<'_> {
        if let Some(Alarm { refused, why, since, .. }) = &self.alarm {
            return Standing::Failing { why, since: *since, refused: *refused };
        }
        let settles = self.healed.as_ref().map(|(_, at)| (*at + SETTLES).saturating_sub(elapsed));
        match (settles.filter(|left| !left.is_zero()), self.answers_since) {
            (Some(left), _) => Standing::Settling(left),
            (None, Some(since)) => Standing::Answers { since },
            (None, None) => Standing::Unknown,
        }
    }

    /// What people are shown, unless something else is wrong.
    pub fn state(&self, elapsed: Duration) -> PlatformState {
        let hold = self.hold.as_ref().filter(|hold| elapsed < hold.end);
        match (&self.alarm, hold) {
            (None, Some(Hold { why, since, asked, end_at, .. })) if *asked >= WORTH_TELLING => {
                PlatformState::RateLimited { why: why.clone(), since: since.at, until: *end_at }
            }
            (None, _) if self.answered => PlatformState::Ok,
            (None, _) => PlatformState::Starting,
            (Some(Alarm { refused, why, since, retry_at, .. }), hold) => {
                let retry_at = hold.map_or(*retry_at, |hold| hold.end_at.max(*retry_at));
                let (why, since) = (why.clone(), *since);
                if *refused {
                    PlatformState::OurCredentials { why, since, retry_at }
                } else {
                    PlatformState::Down { why, since, retry_at }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use rand::SeedableRng;

    use super::*;

    const LONGEST: Duration = Duration::from_secs(900);

    struct Bench {
        breaker: Breaker,
        rng: StdRng,
        elapsed: Duration,
    }

    impl Bench {
        fn new() -> Self {
            Self { breaker: Breaker::new(LONGEST), rng: StdRng::seed_from_u64(7), elapsed: Duration::ZERO }
        }

        fn now(&self) -> Moment {
            Moment { at: DateTime::UNIX_EPOCH + self.elapsed, elapsed: self.elapsed }
        }

        fn answer(&mut self, health: Health, trial: bool, retry_after: Option<u64>) {
            let (now, after) = (self.now(), retry_after.map(Duration::from_secs));
            self.breaker.note(health, trial, "503", after, now, &mut self.rng);
        }

        fn state(&self) -> PlatformState {
            self.breaker.state(self.elapsed)
        }

        fn gate(&self) -> Gate {
            self.breaker.gate(self.elapsed)
        }

        fn wait(&mut self) -> Duration {
            let Gate::Shut(Some(left)) = self.gate() else { panic!("not shut: {:?}", self.gate()) };
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
            assert_eq!(bench.gate(), Gate::Open);
        }
        bench.answer(Health::Ill, false, None);
        assert!(matches!(bench.state(), PlatformState::Down { .. }));
        assert!(bench.wait() <= DOWN.base);
        assert_eq!(bench.gate(), Gate::Trial);
        bench.breaker.try_one();
        assert_eq!(bench.gate(), Gate::Shut(None), "one trial at a time");
        bench.answer(Health::Well, true, None);
        assert_eq!((bench.gate(), bench.state()), (Gate::Open, PlatformState::Ok));
    }

    #[test]
    fn half_of_twenty_open_it() {
        let mut bench = Bench::new();
        for _ in 0..10 {
            assert_eq!(bench.gate(), Gate::Open);
            bench.answer(Health::Well, false, None);
            bench.answer(Health::Ill, false, None);
        }
        assert!(matches!(bench.gate(), Gate::Shut(Some(_))));
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
            bench.breaker.try_one();
            bench.answer(Health::Ill, true, None);
        }
        assert!(longest > DOWN.base && longest <= DOWN.cap);
        assert!(matches!(bench.state(), PlatformState::Down { since: now, .. } if now == since));
    }

    #[test]
    fn an_outage_is_over_when_nothing_failed_for_a_while() {
        let mut bench = Bench::new();
        let standing = |bench: &Bench| match bench.breaker.standing(bench.elapsed) {
            Standing::Unknown => "unknown",
            Standing::Failing { .. } => "failing",
            Standing::Settling(_) => "settling",
            Standing::Answers { .. } => "answers",
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
        let before = bench.gate();
        for _ in 0..10 {
            bench.answer(Health::Ill, false, None);
        }
        assert_eq!(bench.gate(), before);
    }

    #[test]
    fn retry_after_is_honoured_without_an_alarm_and_within_one() {
        let mut bench = Bench::new();
        bench.answer(Health::Ill, false, Some(90));
        assert_eq!(bench.gate(), Gate::Shut(Some(Duration::from_secs(90))));
        let until = bench.now().at + TimeDelta::seconds(90);
        assert!(matches!(bench.state(), PlatformState::RateLimited { until: told, .. } if told == until));
        // Answers to what was sent before do not shorten it.
        bench.answer(Health::Well, false, None);
        assert_eq!(bench.gate(), Gate::Shut(Some(Duration::from_secs(90))));
        bench.wait();
        assert_eq!((bench.gate(), bench.state()), (Gate::Open, PlatformState::Ok));
        bench.answer(Health::Well, false, None);
        bench.answer(Health::Ill, false, Some(1));
        assert_eq!((bench.gate(), bench.state()), (Gate::Shut(Some(Duration::from_secs(1))), PlatformState::Ok));
        bench.wait();
        bench.answer(Health::Well, false, None);
        for _ in 0..5 {
            bench.answer(Health::Ill, false, Some(u64::MAX / 2));
        }
        assert_eq!(bench.gate(), Gate::Shut(Some(LONGEST)));
        assert!(matches!(bench.state(), PlatformState::Down { .. }));
    }

    #[test]
    fn a_wait_of_no_time_is_a_second_and_grows_until_it_answers() {
        let mut bench = Bench::new();
        bench.answer(Health::Ill, false, Some(0));
        assert!(bench.breaker.worth_waiting(bench.elapsed));
        assert_eq!(bench.wait(), Duration::from_secs(1));
        assert!(!bench.breaker.worth_waiting(bench.elapsed), "it does not hold any more");
        let mut longest = Duration::ZERO;
        for _ in 0..20 {
            bench.answer(Health::Ill, false, Some(0));
            let Gate::Shut(Some(_)) = bench.gate() else { panic!("not shut: {:?}", bench.gate()) };
            let before = bench.elapsed;
            while bench.breaker.holds(bench.elapsed) {
                bench.elapsed += Duration::from_secs(1);
            }
            longest = longest.max(bench.elapsed.saturating_sub(before));
        }
        assert!(longest > Duration::from_secs(10) && longest <= LEAST_HOLD.cap, "{longest:?}");
        bench.answer(Health::Well, false, None);
        bench.elapsed += DOWN.cap;
        bench.answer(Health::Well, false, None);
        bench.answer(Health::Ill, false, Some(0));
        assert_eq!(bench.wait(), Duration::from_secs(1), "from the beginning");
    }

    #[test]
    fn it_is_worth_waiting_up_to_the_longest_since_it_asked_first() {
        let mut bench = Bench::new();
        assert!(!bench.breaker.worth_waiting(bench.elapsed), "nobody asked");
        for _ in 0..4 {
            bench.answer(Health::Ill, false, Some(225));
            assert!(bench.breaker.worth_waiting(bench.elapsed));
            bench.wait();
        }
        bench.answer(Health::Ill, false, Some(1));
        assert!(!bench.breaker.worth_waiting(bench.elapsed));
        bench.wait();
        bench.answer(Health::Well, false, None);
        bench.answer(Health::Ill, false, Some(1));
        assert!(bench.breaker.worth_waiting(bench.elapsed), "it answered meanwhile");
    }

    #[test]
    fn our_credentials_are_an_alarm_at_once_and_turn_into_the_other_one() {
        let mut bench = Bench::new();
        bench.answer(Health::Well, false, None);
        bench.answer(Health::Refused, false, None);
        assert!(matches!(bench.state(), PlatformState::OurCredentials { .. }));
        bench.wait();
        bench.breaker.try_one();
        bench.answer(Health::Ill, true, None);
        assert!(matches!(bench.state(), PlatformState::Down { .. }));
        bench.wait();
        bench.breaker.try_one();
        let now = bench.now();
        bench.breaker.trial_lost(now, &mut bench.rng);
        assert!(matches!(bench.gate(), Gate::Shut(Some(_))), "a lost trial does not leave it shut for ever");
    }
}
