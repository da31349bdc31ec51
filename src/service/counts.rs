//! Numbers that are counted over all dealerships: by a thread of its own, and not more often than every few seconds.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::{Attention, LetterState, Onboarding, Policy, Stage, Timestamp};
use crate::engine::Engine;

/// How long a count is good for, whoever asks.
const GOOD_FOR: Duration = Duration::from_secs(5);

/// How many dealerships there are of each kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DealershipCounts {
    pub stages: [usize; Stage::ALL.len()],
    pub attention: [usize; Attention::ALL.len()],
    pub letters: [usize; LetterState::ALL.len()],
    pub codes_ending_soon: usize,
}

pub(super) fn place<T: PartialEq>(all: &[T], one: &T) -> usize {
    all.iter().position(|other| other == one).unwrap_or_default()
}

impl DealershipCounts {
    pub fn of(states: &[Arc<Onboarding>], now: Timestamp, policy: &Policy) -> Self {
        let mut counts = Self::default();
        for state in states {
            counts.stages[place(&Stage::ALL, &state.stage(now))] += 1;
            if let Some(reason) = state.attention(now, policy) {
                counts.attention[place(&Attention::ALL, &reason)] += 1;
            }
            for letter in state.letters() {
                counts.letters[place(&LetterState::ALL, &letter.state)] += 1;
            }
            counts.codes_ending_soon += usize::from(state.expires_soon(now, policy));
        }
        counts
    }
}

/// The last count, with the clock's reading at which it was made.
pub type LastCounts = tokio::sync::Mutex<Option<(Duration, Arc<DealershipCounts>)>>;

/// The counts of now, or of a few seconds ago. Who asks while they are made waits for the same ones.
pub async fn counts(last: &LastCounts, engine: &Engine) -> Arc<DealershipCounts> {
    let mut last = last.lock().await;
    let elapsed = engine.clock().elapsed();
    if let Some((_, counts)) = last.as_ref().filter(|(at, _)| elapsed.saturating_sub(*at) < GOOD_FOR) {
        return Arc::clone(counts);
    }
    let counting = engine.clone();
    let count = move || DealershipCounts::of(&counting.read_model().all().1, counting.clock().now(), counting.policy());
    let counts = Arc::new(tokio::task::spawn_blocking(count).await.unwrap_or_default());
    *last = Some((elapsed, Arc::clone(&counts)));
    counts
}
