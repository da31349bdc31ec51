//! What Xtime showed of the dealerships that people had probed lately: they are about to choose from it.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::domain::{DealershipId, Service, Timestamp};

/// For how many dealerships it is kept: what a desk has had in front of it lately, not a hundred thousand lists. A hostile
/// platform can make each of them as large as an answer may be.
const KEPT: usize = 200;

/// How long a list counts as what Xtime shows now.
const SHOWN_FOR: TimeDelta = TimeDelta::minutes(10);

/// The newest last.
#[derive(Debug, Default)]
pub struct ShownServices(VecDeque<(DealershipId, Timestamp, Arc<[Service]>)>);

impl ShownServices {
    pub fn put(&mut self, id: DealershipId, at: Timestamp, services: &[Service]) {
        self.0.retain(|(known, ..)| *known != id);
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back((id, at, services.into()));
    }

    pub fn get(&self, id: DealershipId, now: Timestamp) -> Option<Arc<[Service]>> {
        let (_, at, services) = self.0.iter().find(|(known, ..)| *known == id)?;
        (now - *at < SHOWN_FOR).then(|| Arc::clone(services))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_and_the_newest_counts_for_ten_minutes() {
        let id = |number: usize| DealershipId::from_bits(number as u64);
        let (mut shown, now) = (ShownServices::default(), Timestamp::UNIX_EPOCH);
        let later = now + SHOWN_FOR;
        for number in 0..KEPT {
            shown.put(id(number), now, &[]);
        }
        shown.put(id(0), later, &[]);
        shown.put(id(KEPT), now, &[]);
        assert!(shown.get(id(0), later).is_some() && shown.get(id(1), now).is_none());
        assert!(shown.get(id(2), now).is_some() && shown.get(id(2), later).is_none());
    }
}
