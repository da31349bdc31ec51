//! How a journal ends: whole, torn, or without what was acknowledged once.

use std::fmt;
use std::path::{Path, PathBuf};

use super::mark::Mark;
use super::recover::{Examined, Torn};

/// The end of a journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalEnd {
    /// The file that it ends in; the directory when there is none.
    pub file: PathBuf,
    /// The last event of the last complete batch; 0 for none.
    pub last: u64,
    /// The last event that is known to have been acknowledged.
    pub acknowledged: u64,
    /// What follows the last complete batch.
    pub torn: Option<Torn>,
}

impl JournalEnd {
    /// The end of a journal that was looked over, beside what is known to have been acknowledged.
    pub(super) fn of(journal: &Path, examined: &Examined, kept: &[Option<Mark>]) -> Self {
        let last = examined.snapshot.last;
        let file = examined.snapshot.segments.last().map_or(journal, |newest| &newest.path).to_owned();
        // A mark of another journal proves nothing; where no journal is left, any does.
        let ours = |mark: &&Mark| mark.journal == examined.identity || last == 0;
        let acknowledged = kept.iter().flatten().filter(ours).map(|mark| mark.seq).max();
        Self { file, last, acknowledged: acknowledged.unwrap_or(last), torn: examined.torn.clone() }
    }

    /// Whether acknowledged events are missing.
    pub fn has_lost(&self) -> bool {
        self.acknowledged > self.last
    }

    /// Whether nothing is missing, and nothing follows that does not count.
    pub fn is_whole(&self) -> bool {
        !self.has_lost() && self.torn.is_none()
    }

    /// What is missing, in words.
    pub(super) fn missing(&self) -> String {
        let (first, last) = (self.last + 1, self.acknowledged);
        if first == last { format!("event {last}") } else { format!("events {first} to {last}") }
    }
}

impl fmt::Display for JournalEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.has_lost() {
            return match &self.torn {
                Some(torn) => write!(f, "{torn}. The next command that records cuts them off and keeps them beside"),
                None => write!(f, "{}: it ends with event {}", self.file.display(), self.last),
            };
        }
        let (file, missing) = (self.file.display(), self.missing());
        match self.last {
            0 => write!(f, "{file}: the whole journal is missing: {missing} had been acknowledged")?,
            last => write!(f, "{file}: the journal ends with event {last}, but {missing} had been acknowledged")?,
        }
        match &self.torn {
            Some(Torn { bytes, why, .. }) => write!(f, "; {bytes} bytes follow that are no complete batch ({why})"),
            None => Ok(()),
        }
    }
}

/// What helps against a loss.
pub(super) const WAY_OUT: &str = "Nothing was changed. Bring the journal's files back (from a backup, or wherever they were \
     moved), or move the whole store directory away and `restore` the last export into a new one. To give the missing events \
     up for good: cloverwatch doctor --accept-loss";
