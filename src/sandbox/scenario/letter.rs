//! What a dealership does about a letter: when it is read, which code is typed, and what a second copy changes.

use chrono::{DateTime, Utc};

use super::super::action::{Behaviour, DealerAction, ScheduledAction};
use super::super::profile::DealerProfile;
use super::super::seeded_rng::SeededRng;
use super::{HOUR, MINUTE, ScenarioWriter, finish};

/// How many of those who did nothing with an invitation act when it is sent again.
const NUDGED: f64 = 0.35;
/// How many open an older letter first when a new code has come.
const CONFUSED: f64 = 0.08;

/// A code that is typed in, and what that is at the platform.
#[derive(Debug, Clone)]
pub(in super::super) struct TypedCode {
    /// The invitation that it belongs to; 0 when it is none of the dealership's.
    pub(in super::super) generation: u32,
    pub(in super::super) action: DealerAction,
}

/// A letter that is read.
#[derive(Debug)]
pub(in super::super) struct LetterReading {
    /// Its number among those with a code.
    pub(in super::super) letter: u32,
    /// How long after the code was generated it came, in seconds.
    pub(in super::super) lag: i64,
    /// What is typed by whoever mistypes.
    pub(in super::super) slip: TypedCode,
    /// The code of the letter before, when that was another one.
    pub(in super::super) older: Option<TypedCode>,
}

impl LetterReading {
    /// Moves the moment of typing behind that of reading; who is confused types the older code first.
    pub(super) fn begin(
        &self,
        scenario: &mut ScenarioWriter,
        seed: u64,
        dealer: &str,
        behaviour: Behaviour,
        when: i64,
    ) -> i64 {
        let mut rng = SeededRng::of(seed, &["read", dealer, &self.letter.to_string()]);
        let delay = rng.soon(3 * MINUTE, 4 * HOUR);
        let when = match behaviour {
            // These go by the end of the code, which the letter names.
            Behaviour::Midway | Behaviour::Late | Behaviour::TooLate => when.max(self.lag + delay),
            _ => self.lag + when,
        };
        let types = !matches!(behaviour, Behaviour::Never);
        match &self.older {
            Some(older) if types && rng.likely(CONFUSED) => {
                scenario.typed(when, older);
                when + rng.soon(10 * MINUTE, 3 * HOUR)
            }
            _ => when,
        }
    }
}

/// The same code once more: some of those who have done nothing so far do it now.
pub(in super::super) fn nudged(
    seed: u64,
    dealer: &str,
    (generation, generated_at): (u32, DateTime<Utc>),
    copy: u32,
    profile: &DealerProfile,
    reading: &LetterReading,
) -> Vec<ScheduledAction> {
    let mut rng = SeededRng::of(seed, &["nudge", dealer, &generation.to_string(), &copy.to_string()]);
    let mut scenario = ScenarioWriter::new(generated_at, generation, Some(reading));
    if rng.likely(NUDGED) {
        let when = reading.lag + rng.soon(5 * MINUTE, 8 * HOUR);
        finish(&mut scenario, &mut rng, when, profile);
    }
    scenario.actions
}

/// A code that is none of the dealership's: it is typed as it stands there, and then another letter is waited for.
pub(in super::super) fn misled(
    seed: u64,
    dealer: &str,
    at: DateTime<Utc>,
    letter: u32,
    what: &TypedCode,
) -> Vec<ScheduledAction> {
    let mut rng = SeededRng::of(seed, &["misled", dealer, &letter.to_string()]);
    let reading = LetterReading { letter, lag: 0, slip: what.clone(), older: None };
    let mut scenario = ScenarioWriter::new(at, what.generation, Some(&reading));
    scenario.typed(rng.soon(5 * MINUTE, 20 * HOUR), what);
    scenario.actions
}
