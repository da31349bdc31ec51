//! What this desk has in front of it, and what the others are shown of that.

use std::time::Duration;

use crate::domain::DealershipId;

/// How long something must be in front of a person until the others are shown it.
const REST: Duration = Duration::from_secs(1);
/// Whoever has pressed no key for so long looks at nothing.
const IDLE: Duration = Duration::from_secs(300);
/// And for so long has left what is open there.
const GONE: Duration = Duration::from_secs(3_600);

/// Which dealerships, and what is being done with them.
pub(super) type InFront = (Vec<DealershipId>, Option<&'static str>);

/// What this desk has in front of it.
#[derive(Debug, Default)]
pub struct OwnPresence {
    /// Now, and since when in the person's time.
    now: InFront,
    since: Duration,
    /// What the others are shown.
    told: InFront,
    /// When a key was last pressed, in the person's time.
    pub touched_at: Duration,
}

impl OwnPresence {
    /// Another engine does not know what the one before it was told.
    pub fn forget_told(&mut self) {
        self.told = InFront::default();
    }

    /// When there is something to tell, in the person's time.
    pub fn next_change(&self) -> Option<Duration> {
        let (dealerships, action) = &self.now;
        if self.now != self.told {
            return Some(self.since + REST);
        }
        let idle = if action.is_none() { IDLE } else { GONE };
        (!dealerships.is_empty()).then(|| self.touched_at + idle)
    }

    /// Whether nobody has looked at it for a while.
    pub(super) fn is_idle(&self, face: Duration) -> bool {
        face >= self.touched_at + IDLE
    }

    /// Whether nobody is there any more who might go on with what is open.
    pub(super) fn is_gone(&self, face: Duration) -> bool {
        face >= self.touched_at + GONE
    }

    /// What the others are to be shown, once something else has been in front of the person for a while.
    pub(super) fn tells(&mut self, in_front: InFront, face: Duration) -> Option<InFront> {
        if self.now != in_front {
            (self.now, self.since) = (in_front, face);
        }
        if self.now == self.told || face < self.since + REST {
            return None;
        }
        self.told = self.now.clone();
        Some(self.told.clone())
    }
}
