//! What follows from a fact: of which kind it is, what it queues, what it says that nobody recognised.

use std::sync::Arc;

use super::facts::Fact;
use super::{Event, words};
use crate::domain::suggest::did_you_mean;
use crate::domain::text::clean;
use crate::domain::{LetterId, Outcome, ResponseFacts, Timestamp};

impl Fact {
    /// The dotted kind, as serialized.
    pub fn kind(&self) -> &'static str {
        Self::KINDS[self.index() as usize]
    }

    /// What comes before the dot.
    pub fn group(&self) -> &'static str {
        self.kind().split_once('.').map_or("", |(group, _)| group)
    }

    /// The places of some kinds, by their names.
    pub fn places(wanted: impl Fn(&str) -> bool) -> Vec<u8> {
        (0_u8..).zip(Self::KINDS).filter(|(_, kind)| wanted(kind)).map(|(place, _)| place).collect()
    }

    /// The places of the kinds that a pattern names: a kind, a group (`note`, `note.*`), or all (`*`).
    pub fn places_of(pattern: &str) -> Result<Vec<u8>, String> {
        let pattern = pattern.trim().to_lowercase();
        let group = pattern.strip_suffix(".*").unwrap_or(&pattern);
        let found = Self::places(|kind| {
            pattern == "*" || kind == pattern || kind.strip_prefix(group).is_some_and(|rest| rest.starts_with('.'))
        });
        if found.is_empty() { Err(no_kind(&pattern)) } else { Ok(found) }
    }

    /// Whether it is of the platform as a whole: such events name no dealership, and no state follows from them.
    pub fn is_of_platform(&self) -> bool {
        self.group() == "platform"
    }

    /// An outage that is over: when it began and ended, and whether somebody saw that.
    pub fn outage(&self) -> Option<(Timestamp, Timestamp, bool)> {
        match self {
            Self::PlatformAnswers { since, failing_since, last_failed } => {
                Some((*failing_since, *since, !words::is_unwatched(*since, *last_failed)))
            }
            _ => None,
        }
    }

    /// The answer that no row of the meanings recognised, where this is one: a person may teach what it means.
    pub fn unrecognised(&self) -> Option<ResponseFacts> {
        match self {
            Self::ProbeChanged { outcome: Outcome::Unknown, status: Some(status), code, message, .. } => {
                Some(ResponseFacts { status: *status, code: code.clone(), message: message.clone() })
            }
            _ => None,
        }
    }

    /// The unrecognised answer for people, where this is one.
    pub fn humanize_unrecognised(&self) -> Option<String> {
        let Self::ProbeChanged { reason, .. } = self else { return None };
        Some(words::unrecognised(&self.unrecognised()?, reason))
    }

    /// The letter that it is about.
    pub fn letter(&self) -> Option<LetterId> {
        match self {
            Self::EmailQueued { letter, .. }
            | Self::EmailBegun { letter, .. }
            | Self::EmailSent { letter, .. }
            | Self::EmailWritten { letter, .. }
            | Self::EmailFailed { letter, .. }
            | Self::EmailUncertain { letter, .. }
            | Self::EmailSuppressed { letter, .. }
            | Self::EmailDelayed { letter, .. }
            | Self::EmailRetried { letter } => Some(*letter),
            Self::EmailBounced { letter, .. } => *letter,
            _ => None,
        }
    }

    /// The letter that it makes wait for its turn.
    pub fn queues(&self) -> Option<LetterId> {
        match self {
            Self::EmailQueued { letter, .. } | Self::EmailRetried { letter } => Some(*letter),
            _ => None,
        }
    }
}

/// What events tell besides the letter they queued, in the words of `say`; what becomes of a letter is told of itself.
pub fn besides_the_letter(events: &[Arc<Event>], say: impl Fn(&Event) -> String) -> String {
    let queued: Vec<_> = events.iter().filter_map(|event| event.fact.queues()).collect();
    let of_it = |event: &Event| {
        let suppressed = match event.fact {
            Fact::EmailSuppressed { letter, .. } => Some(letter),
            _ => None,
        };
        event.fact.queues().or(suppressed).is_some_and(|letter| queued.contains(&letter))
    };
    let words: Vec<String> = events.iter().filter(|event| !of_it(event)).map(|event| say(event)).collect();
    words.join("; ")
}

/// What there is instead: the nearest kind or group, and all groups.
fn no_kind(word: &str) -> String {
    let mut groups: Vec<&str> = Fact::KINDS.iter().filter_map(|kind| Some(kind.split_once('.')?.0)).collect();
    groups.sort_unstable();
    groups.dedup();
    let near = did_you_mean(word, Fact::KINDS.iter().copied().chain(groups.iter().copied()));
    let (word, groups) = (clean(word), groups.join(", "));
    format!("there is no kind of event `{word}`{near} (a kind like `note.added`, or a whole group: {groups})")
}

#[cfg(test)]
#[path = "fact_tests.rs"]
mod tests;
