//! A line of the tail in words.

use super::super::rows::DealershipRows;
use super::super::theme::Tone;
use crate::domain::Timestamp;
use crate::present::log_line::{LogLine, outage};
use crate::present::time::Zone;

/// What a line says, piece by piece.
#[derive(Debug)]
pub struct TailText {
    pub when: String,
    pub name: String,
    pub actor: String,
    pub words: String,
    pub tone: Tone,
    /// It is an outage that is over, which divides the lines.
    pub divides: bool,
}

impl TailText {
    /// The words in so many cells, if they can be.
    pub fn of(line: &LogLine<'_>, room: usize, rows: &DealershipRows, zone: Zone, now: Timestamp) -> Self {
        let of = line.newest.dealership.and_then(|id| Some(&*rows.get(id)?.state));
        let moment = |at| zone.short(at, now);
        let outage = outage(line.newest, zone);
        Self {
            when: moment(line.newest.happened_at()),
            name: rows.name_of(line.newest.dealership).into_owned(),
            actor: line.newest.actor.to_string(),
            tone: line.tone(),
            divides: outage.is_some(),
            words: outage.unwrap_or_else(|| line.words_within(room, of, moment)),
        }
    }

    /// Everything that can be searched in it.
    pub fn whole(&self) -> String {
        format!("{} {} {} {}", self.when, self.name, self.actor, self.words)
    }
}
