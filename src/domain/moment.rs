//! How moments are serialised within a state. A format that people read has them as text, as in events. A binary one, as the
//! store's index is, has numbers: text would be most of the time that opening 100,000 dealerships takes.

use chrono::DateTime;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Timestamp;

/// Something with a moment in it.
pub(super) trait Moment: Serialize + DeserializeOwned {
    /// The same with seconds and nanoseconds.
    type Numbers: Serialize + DeserializeOwned;
    fn numbers(&self) -> Self::Numbers;
    /// `None` when no calendar has such a moment.
    fn of(numbers: Self::Numbers) -> Option<Self>;
}

impl Moment for Timestamp {
    type Numbers = (i64, u32);

    fn numbers(&self) -> (i64, u32) {
        (self.timestamp(), self.timestamp_subsec_nanos())
    }

    fn of((seconds, nanoseconds): (i64, u32)) -> Option<Self> {
        DateTime::from_timestamp(seconds, nanoseconds)
    }
}

impl<T: Moment> Moment for Option<T> {
    type Numbers = Option<T::Numbers>;

    fn numbers(&self) -> Self::Numbers {
        self.as_ref().map(T::numbers)
    }

    fn of(numbers: Self::Numbers) -> Option<Self> {
        numbers.map_or(Some(None), |numbers| T::of(numbers).map(Some))
    }
}

impl<T: Serialize + DeserializeOwned + Copy> Moment for (T, Timestamp) {
    type Numbers = (T, (i64, u32));

    fn numbers(&self) -> Self::Numbers {
        (self.0, self.1.numbers())
    }

    fn of((what, at): Self::Numbers) -> Option<Self> {
        Some((what, Timestamp::of(at)?))
    }
}

pub(super) fn serialize<T: Moment, S: Serializer>(moment: &T, serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() { moment.serialize(serializer) } else { moment.numbers().serialize(serializer) }
}

pub(super) fn deserialize<'de, T: Moment, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    if deserializer.is_human_readable() {
        return T::deserialize(deserializer);
    }
    T::of(T::Numbers::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("no moment"))
}
