//! How the mail server is doing: when it fails, that is one alarm, and letters wait until a single one goes through.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;

use super::{Seen, Tried};
use crate::domain::{DealershipId, Timestamp};

/// So many letters in a row without an answer: the server takes them and says nothing. Each more would be in doubt too.
const UNCERTAIN_IN_A_ROW: u32 = 3;

/// So many dealerships in a row whose letters it refused for a reason that is not about them: it refuses us, or takes nothing at the moment.
const REFUSED_IN_A_ROW: usize = 3;

/// A server that is well again should not be left waiting for longer.
const LONGEST_REST: TimeDelta = TimeDelta::minutes(15);

/// How the way to the mail server looks from here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum MailState {
    #[default]
    Off,
    /// Letters go out, or none had to yet.
    Ok,
    Down {
        why: String,
        since: Timestamp,
        /// When it is tried again.
        retry_at: Timestamp,
    },
    /// As many letters as one hour may see have gone out.
    Limited {
        /// When the next one may go.
        until: Timestamp,
    },
}

/// A picture of the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailStatus {
    /// The way to the server.
    pub state: MailState,
    /// Dealerships for which a letter is due and waits.
    pub waiting: usize,
    /// Letters that are being handed over.
    pub in_flight: usize,
    /// Letters handed over in the last hour of this run.
    pub last_hour: u32,
    /// The most in any hour; 0: nobody sends any.
    pub per_hour: u32,
}

#[derive(Debug, Clone)]
struct Failing {
    why: String,
    since: Timestamp,
    attempt: usize,
    /// In the clock's monotonic time, so that no step of the wall clock holds letters for ever.
    retry: Duration,
    retry_at: Timestamp,
    trial: bool,
    /// Somebody asked for the trial; that it fails makes the rests no longer.
    nudged: bool,
}

/// The breaker of the mail server.
#[derive(Debug, Default)]
pub struct MailServerBreaker {
    failing: Option<Failing>,
    uncertain: u32,
    /// Whose letters it refused since it last took one.
    refused: BTreeSet<DealershipId>,
}

impl MailServerBreaker {
    /// Whether a letter may be tried at a moment of the monotonic clock.
    pub fn is_open(&self, elapsed: Duration) -> bool {
        self.failing.as_ref().is_none_or(|failing| !failing.trial && failing.retry <= elapsed)
    }

    /// When the next trial is due; `None`: it is well, or a trial is under way.
    pub fn retry(&self) -> Option<Duration> {
        self.failing.as_ref().filter(|failing| !failing.trial).map(|failing| failing.retry)
    }

    /// A letter goes; while the server fails it is the trial.
    pub fn begin(&mut self) {
        if let Some(failing) = &mut self.failing {
            failing.trial = true;
        }
    }

    /// It answered as a server should.
    pub fn well(&mut self) {
        *self = Self::default();
    }

    /// A letter was taken without an answer.
    pub fn uncertain(&mut self, at: Timestamp, elapsed: Duration, rest: impl Fn(usize) -> TimeDelta) {
        self.uncertain += 1;
        if self.uncertain >= UNCERTAIN_IN_A_ROW || self.failing.is_some() {
            let why =
                "it takes letters and does not say whether it has them; ask who runs it, before more are in doubt";
            self.down(why.to_owned(), at, elapsed, rest);
        }
    }

    /// It refused a letter for a reason that is not about its dealership; what that says of the server, if it goes on.
    fn refuses(
        &mut self,
        id: DealershipId,
        why: impl FnOnce() -> String,
        at: Timestamp,
        elapsed: Duration,
        rest: impl Fn(usize) -> TimeDelta,
    ) {
        self.refused.insert(id);
        if self.refused.len() >= REFUSED_IN_A_ROW || self.failing.is_some() {
            self.down(why(), at, elapsed, rest);
        }
    }

    /// What the try of a dealership's letter says of it.
    pub fn take_in(
        &mut self,
        id: DealershipId,
        tried: &Tried,
        at: Timestamp,
        elapsed: Duration,
        rest: impl Fn(usize) -> TimeDelta,
    ) {
        match tried {
            Tried::Down(why) => self.down(why.clone(), at, elapsed, rest),
            Tried::Ended(Seen::Silent) => self.uncertain(at, elapsed, rest),
            Tried::Ended(Seen::Unwilling(why)) => {
                let why = || {
                    format!(
                        "it refuses one letter after the other: {why}; mend that, then have those that failed tried again"
                    )
                };
                self.refuses(id, why, at, elapsed, rest);
            }
            Tried::Ended(Seen::Busy(why)) => {
                let why =
                    || format!("it takes no letters at the moment: {why}; they wait, and it costs none of them a try");
                self.refuses(id, why, at, elapsed, rest);
            }
            Tried::Ended(Seen::Nothing) | Tried::Held => self.no_trial(),
            // It took the recipient: whatever was wrong with it is over.
            Tried::Ended(Seen::Well) | Tried::Withheld | Tried::Unrecorded => self.well(),
        }
    }

    pub fn down(&mut self, why: String, at: Timestamp, elapsed: Duration, rest: impl Fn(usize) -> TimeDelta) {
        let (since, attempt) = self.failing.take().map_or((at, 0), |failing| {
            // Several letters that were under way together are one failure.
            (failing.since, failing.attempt + usize::from(failing.trial && !failing.nudged))
        });
        let rest = rest(attempt).min(LONGEST_REST);
        let retry = elapsed.saturating_add(rest.to_std().unwrap_or_default());
        self.failing = Some(Failing { why, since, attempt, retry, retry_at: at + rest, trial: false, nudged: false });
    }

    /// The trial ended without saying anything about the server.
    pub fn no_trial(&mut self) {
        if let Some(failing) = &mut self.failing {
            failing.trial = false;
        }
    }

    /// Somebody wants it tried now.
    pub fn nudge(&mut self, at: Timestamp, elapsed: Duration) {
        if let Some(failing) = &mut self.failing {
            failing.retry = failing.retry.min(elapsed);
            failing.retry_at = failing.retry_at.min(at);
            failing.nudged = true;
        }
    }

    pub fn state(&self) -> MailState {
        self.failing.as_ref().map_or(MailState::Ok, |failing| MailState::Down {
            why: failing.why.clone(),
            since: failing.since,
            retry_at: failing.retry_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(attempt: usize) -> TimeDelta {
        TimeDelta::minutes([1, 5, 60][attempt.min(2)])
    }

    #[test]
    fn one_trial_at_a_time_and_later_each_time_until_it_is_well() {
        let (mut server, at, minute) = (MailServerBreaker::default(), Timestamp::UNIX_EPOCH, Duration::from_secs(60));
        server.down("refused".to_owned(), at, Duration::ZERO, rest);
        // A second letter that was under way fails of the same cause.
        server.down("refused".to_owned(), at, Duration::ZERO, rest);
        assert!(!server.is_open(minute / 2) && server.is_open(minute));
        server.begin();
        assert!(!server.is_open(minute), "one at a time");
        server.down("refused".to_owned(), at, minute, rest);
        assert_eq!(server.retry(), Some(minute * 6));
        server.begin();
        server.down("refused".to_owned(), at, minute * 6, rest);
        assert_eq!(server.retry(), Some(minute * 21), "never longer than a quarter of an hour");
        server.nudge(at, minute * 7);
        assert!(server.is_open(minute * 7));
        server.begin();
        server.no_trial();
        assert!(server.is_open(minute * 7));
        server.well();
        assert_eq!((server.state(), server.is_open(Duration::ZERO)), (MailState::Ok, true));
    }

    #[test]
    fn a_server_that_never_says_what_it_has_is_left_alone_after_three() {
        let mut server = MailServerBreaker::default();
        for _ in 0..2 {
            server.uncertain(Timestamp::UNIX_EPOCH, Duration::ZERO, rest);
            assert_eq!(server.state(), MailState::Ok);
        }
        server.uncertain(Timestamp::UNIX_EPOCH, Duration::ZERO, rest);
        assert!(matches!(server.state(), MailState::Down { .. }));
    }

    #[test]
    fn a_server_that_takes_nothing_from_three_dealerships_is_left_alone_and_one_letter_is_no_sign_of_it() {
        let (mut server, at) = (MailServerBreaker::default(), Timestamp::UNIX_EPOCH);
        let busy = Tried::Ended(Seen::Busy("450 4.7.1 too much mail".to_owned()));
        let mut tell = |who: u64, tried: &Tried| {
            server.take_in(DealershipId::from_bits(who), tried, at, Duration::ZERO, rest);
            server.state()
        };
        for _ in 0..9 {
            assert_eq!(tell(1, &busy), MailState::Ok, "the same letter again and again");
        }
        assert_eq!(tell(2, &busy), MailState::Ok);
        assert_eq!(tell(2, &Tried::Ended(Seen::Well)), MailState::Ok);
        for who in [1, 2] {
            assert_eq!(tell(who, &busy), MailState::Ok);
        }
        let MailState::Down { why, retry_at, .. } = tell(3, &busy) else { panic!("it should be left alone") };
        assert!(why.contains("450 4.7.1 too much mail") && why.contains("costs none of them a try"), "{why}");
        assert_eq!(retry_at, at + TimeDelta::minutes(1));
    }
}
