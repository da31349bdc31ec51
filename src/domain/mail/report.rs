//! Delivery reports: which copy of which letter one is about, and whom it concerns.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{Letter, refuses_address};
use crate::domain::{DealershipId, LetterId, Onboarding, Timestamp, Untrusted, same_address};

/// A report that returns nothing counts this long after a letter to that address: anybody can write one, and mail
/// servers give up after five days.
const RECENT: TimeDelta = TimeDelta::days(5);

/// The most of a report that is read; what follows is the returned letter.
pub const LONGEST_REPORT: usize = 1 << 20;

/// A copy of a letter, as a header of it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterCopy {
    pub letter: LetterId,
    /// [`Letter::settled`] when the copy was made; `None`: it does not say.
    pub settled: Option<u16>,
}

impl fmt::Display for LetterCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.settled {
            None | Some(0) => self.letter.fmt(f),
            Some(settled) => write!(f, "{} {settled}", self.letter),
        }
    }
}

impl FromStr for LetterCopy {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (letter, settled) = text.trim().split_once(' ').unwrap_or((text.trim(), "0"));
        Ok(Self { letter: letter.parse().map_err(drop)?, settled: Some(settled.trim().parse().map_err(drop)?) })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnedMail {
    Letter(LetterCopy),
    /// Somebody else's mail: it says nothing of any letter.
    Another,
    /// Nothing that could be told apart.
    Nothing,
}

impl ReturnedMail {
    /// The letter, when it is one of ours.
    pub fn letter(self) -> Option<LetterCopy> {
        match self {
            Self::Letter(copy) => Some(copy),
            Self::Another | Self::Nothing => None,
        }
    }
}

/// What became of a letter at one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// The address at which it failed, in each form that the report gives. None: only a person can read it.
    pub addresses: Vec<Untrusted>,
    /// The address that it was for at first, where the report says that too.
    pub original: Vec<Untrusted>,
    pub action: ReportAction,
    /// The status (RFC 3463), such as `5.1.1`: the one that the server itself gave, where the report is less exact.
    pub status: String,
    /// What the mail server said, in a line.
    pub reason: String,
}

/// What a report says of a letter (the `Action` of RFC 3464).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReportAction {
    Failed,
    /// It was not delivered yet. With some servers (OpenSMTPD) this is the last word.
    Delayed,
}

/// Why a message is not taken for a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum ReportError {
    /// It is no message at all.
    #[error("this is not an e-mail message")]
    NoMessage,
    /// It is a message of another kind.
    #[error("this is not a delivery report")]
    NoReport,
}

/// What a report says of one address, as far as it says whom that concerns.
#[derive(Debug, Clone, Copy)]
pub struct ReportedAddress<'a> {
    pub mail: ReturnedMail,
    /// The address at which it failed, in each form that the report gives.
    pub last: &'a [Untrusted],
    /// The address that it was for at first, in each form.
    pub original: &'a [Untrusted],
    /// The status, when nobody tries any more.
    pub failed: Option<&'a str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concerned {
    /// The form of the address that counts: where it failed. Empty where the report has none.
    pub address: Untrusted,
    /// The dealerships, with the letter that it is about; without one it is about their address alone.
    pub dealerships: Vec<(DealershipId, Option<LetterCopy>)>,
}

/// Whose letter a report returns; else, when it returns nothing, whose letter was the latest to that address. That an address leads nowhere
/// concerns everybody who has it.
pub fn concerned(report: &ReportedAddress<'_>, states: &[Arc<Onboarding>], now: Timestamp) -> Concerned {
    let last = || report.last.last().cloned().unwrap_or_default();
    let named = report.mail.letter();
    let written =
        named.and_then(|copy| states.iter().find_map(|state| Some((state, copy, state.letter(copy.letter)?))));
    if let Some((state, copy, letter)) = written {
        let own = report.last.iter().find(|address| same_address(&letter.to, address)).cloned();
        return Concerned { address: own.unwrap_or_else(last), dealerships: vec![(state.id, Some(copy))] };
    }
    let (unnamed, condemned) = (report.mail == ReturnedMail::Nothing, report.failed.is_some_and(refuses_address));
    // What came back from somewhere else says nothing against the address that it was for at first.
    for (address, condemned) in
        report.last.iter().map(|it| (it, condemned)).chain(report.original.iter().map(|it| (it, false)))
    {
        let to_it = |state: &Arc<Onboarding>| {
            let letter = state.latest_letter_to(address).filter(|letter| now - letter.at < RECENT)?;
            Some((state.id, letter.at, letter.id))
        };
        let found: Vec<_> = states.iter().filter_map(to_it).collect();
        let latest =
            found.iter().filter(|_| unnamed).max_by_key(|(_, at, letter)| (*at, *letter)).map(|(.., letter)| *letter);
        let about = |letter| (latest == Some(letter)).then_some(LetterCopy { letter, settled: None });
        let dealerships: Vec<_> = found
            .iter()
            .map(|(id, _, letter)| (*id, about(*letter)))
            .filter(|(_, letter)| letter.is_some() || condemned)
            .collect();
        if !dealerships.is_empty() {
            let own = report.last.contains(address);
            return Concerned { address: if own { address.clone() } else { last() }, dealerships };
        }
    }
    Concerned { address: last(), dealerships: Vec::new() }
}

impl Letter {
    /// Whether a report of this copy says something of the letter as it is now: not when somebody had it tried again since.
    pub fn is_reported_by(&self, copy: LetterCopy) -> bool {
        copy.settled.is_none_or(|settled| settled >= self.settled) && self.is_out()
    }
}
