//! How the mail server is doing: when it fails, that is one alarm, and letters wait until a single one goes through.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;

use super::attempt::SendAttempt;
use crate::domain::DealershipId;
use crate::engine::backoff;
use crate::engine::circuit_breaker::{CircuitBreaker, CircuitState, ClockReading};
use crate::protocol::MailState;

/// So many letters in a row without an answer: the server takes them and says nothing. Each more would be in doubt too.
const UNANSWERED_IN_A_ROW: u32 = 3;

/// So many dealerships in a row whose letters it refused for a reason that is not about them: it refuses us, or takes nothing at the moment.
const REFUSED_IN_A_ROW: usize = 3;

/// A server that is well again should not be left waiting for longer.
const LONGEST_REST: Duration = Duration::from_secs(900);

/// Whether the mail server works, as far as letters tell.
#[derive(Debug, Default)]
pub struct MailServerHealth {
    breaker: CircuitBreaker,
    /// Letters in a row that were taken without an answer.
    unanswered: u32,
    /// Whose letters it refused since it last took one.
    refused: BTreeSet<DealershipId>,
}

impl MailServerHealth {
    pub fn circuit(&self, elapsed: Duration) -> CircuitState {
        self.breaker.state(elapsed)
    }

    /// A letter goes; while the server fails it is the trial.
    pub fn begin(&mut self) {
        self.breaker.begin();
    }

    /// Somebody wants it tried now.
    pub fn nudge(&mut self, now: ClockReading) {
        self.breaker.nudge(now);
    }

    /// What an attempt of a dealership's letter says of it. `steps`: how long it is left alone after each that fails.
    pub fn note(&mut self, id: DealershipId, attempt: &SendAttempt, now: ClockReading, steps: &[TimeDelta]) {
        match attempt {
            SendAttempt::Unanswered => self.unanswered += 1,
            SendAttempt::Unwilling(_) | SendAttempt::Busy(_) => drop(self.refused.insert(id)),
            SendAttempt::Down(_) => {}
            SendAttempt::NotAsked | SendAttempt::Waits => return self.breaker.trial_said_nothing(),
            // It took the recipient: whatever was wrong with it is over.
            SendAttempt::Done | SendAttempt::Aborted | SendAttempt::Unrecorded => {
                *self = Self::default();
                return;
            }
        }
        let enough = self.unanswered >= UNANSWERED_IN_A_ROW || self.refused.len() >= REFUSED_IN_A_ROW;
        let why = match attempt {
            SendAttempt::Down(why) => why.clone(),
            _ if !enough && self.breaker.failure().is_none() => return,
            SendAttempt::Unwilling(why) => format!(
                "it refuses one letter after the other: {why}; mend that, then have those that failed tried again"
            ),
            SendAttempt::Busy(why) => {
                format!("it takes no letters at the moment: {why}; they wait, and it costs none of them a try")
            }
            _ => "it takes letters and does not say whether it has them; ask who runs it, before more are in doubt"
                .to_owned(),
        };
        // Several letters that were under way together are one failure.
        let counts = self.breaker.trial_under_way();
        self.breaker.open(why, counts, now, |attempt| backoff::step(steps, attempt, LONGEST_REST));
    }

    pub fn state(&self) -> MailState {
        self.breaker.failure().map_or(MailState::Ok, |failure| MailState::Down {
            why: failure.why.clone(),
            since: failure.since,
            retry_at: failure.retry_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    const NOW: ClockReading = ClockReading { at: Timestamp::UNIX_EPOCH, elapsed: Duration::ZERO };
    const STEPS: [TimeDelta; 3] = [TimeDelta::minutes(1), TimeDelta::minutes(5), TimeDelta::minutes(60)];

    fn tell(server: &mut MailServerHealth, who: u64, attempt: &SendAttempt) -> MailState {
        server.note(DealershipId::from_bits(who), attempt, NOW, &STEPS);
        server.state()
    }

    #[test]
    fn the_steps_are_never_longer_than_a_quarter_of_an_hour() {
        let (mut server, minute) = (MailServerHealth::default(), Duration::from_secs(60));
        let mut elapsed = Duration::ZERO;
        for wait in [minute, minute * 5, minute * 15, minute * 15] {
            let now = ClockReading { at: Timestamp::UNIX_EPOCH + elapsed, elapsed };
            server.begin();
            server.note(DealershipId::from_bits(1), &SendAttempt::Down("refused".to_owned()), now, &STEPS);
            assert_eq!(server.circuit(elapsed), CircuitState::Open(Some(wait)));
            elapsed += wait;
        }
        assert_eq!(tell(&mut server, 1, &SendAttempt::Done), MailState::Ok);
    }

    #[test]
    fn a_server_that_never_says_what_it_has_is_left_alone_after_three() {
        let mut server = MailServerHealth::default();
        let silent = SendAttempt::Unanswered;
        for _ in 0..2 {
            assert_eq!(tell(&mut server, 1, &silent), MailState::Ok);
        }
        assert!(matches!(tell(&mut server, 1, &silent), MailState::Down { .. }));
    }

    #[test]
    fn a_server_that_takes_nothing_from_three_dealerships_is_left_alone_and_one_letter_is_no_sign_of_it() {
        let mut server = MailServerHealth::default();
        let busy = SendAttempt::Busy("450 4.7.1 too much mail".to_owned());
        for _ in 0..9 {
            assert_eq!(tell(&mut server, 1, &busy), MailState::Ok, "the same letter again and again");
        }
        assert_eq!(tell(&mut server, 2, &busy), MailState::Ok);
        assert_eq!(tell(&mut server, 2, &SendAttempt::Done), MailState::Ok);
        for who in [1, 2] {
            assert_eq!(tell(&mut server, who, &busy), MailState::Ok);
        }
        let MailState::Down { why, retry_at, .. } = tell(&mut server, 3, &busy) else {
            panic!("it should be left alone")
        };
        assert!(why.contains("450 4.7.1 too much mail") && why.contains("costs none of them a try"), "{why}");
        assert_eq!(retry_at, NOW.at + TimeDelta::minutes(1));
    }
}
