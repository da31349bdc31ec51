//! What was asked for many dealerships at once, noted before it begins, so that what was cut off can be told and finished.
//! What is done of it is read off the dealerships themselves: nothing is written for each.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::{Ask, Command, DealershipId, Onboarding, Timestamp, needs_no_code};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BulkKind {
    Invite,
    Reissue,
    /// The letters of the present codes once more.
    Resend,
}

impl BulkKind {
    /// Its word: that of the command.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invite => "invite",
            Self::Reissue => "reissue",
            Self::Resend => "resend",
        }
    }
}

/// A dealership of a bulk, and which code was its newest when the bulk began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkItem {
    pub id: DealershipId,
    /// The newest generation then; 0: none.
    pub generation: u32,
}

/// A bulk as it was begun. It holds no code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bulk {
    pub what: BulkKind,
    pub at: Timestamp,
    pub by: Box<str>,
    /// Codes come by paste: the rest has to be pasted again.
    #[serde(default)]
    pub pasted: bool,
    pub items: Vec<BulkItem>,
}

impl Bulk {
    /// What codes that are asked for make; nothing when they are not for many.
    pub fn of_asks(asks: &[(DealershipId, Ask)], pasted: bool, at: Timestamp, by: &str) -> Option<Self> {
        let item = |(id, ask): &(DealershipId, Ask)| match ask {
            Ask::Invite => BulkItem { id: *id, generation: 0 },
            Ask::Reissue { seen, .. } => BulkItem { id: *id, generation: *seen },
        };
        let invite = asks.iter().all(|(_, ask)| *ask == Ask::Invite);
        let what = if invite { BulkKind::Invite } else { BulkKind::Reissue };
        Self::of(what, asks.iter().map(item).collect(), pasted, at, by)
    }

    /// What commands make that send the letters of present codes once more; nothing for other commands, or not for many.
    pub fn of_commands(commands: &[(DealershipId, Command)], at: Timestamp, by: &str) -> Option<Self> {
        let resends = |command: &Command| matches!(command, Command::QueueLetter { kind } if kind.carries_code());
        if !commands.iter().all(|(_, command)| resends(command)) {
            return None;
        }
        Self::resend(commands.iter().map(|(id, _)| *id), at, by)
    }

    /// Letters of present codes once more; nothing when they are not for many.
    fn resend(ids: impl Iterator<Item = DealershipId>, at: Timestamp, by: &str) -> Option<Self> {
        Self::of(BulkKind::Resend, ids.map(|id| BulkItem { id, generation: 0 }).collect(), false, at, by)
    }

    fn of(what: BulkKind, items: Vec<BulkItem>, pasted: bool, at: Timestamp, by: &str) -> Option<Self> {
        (items.len() > 1).then(|| Self { what, at, by: by.into(), pasted, items })
    }

    /// Those for which it was not done and could be.
    pub fn left<S: Deref<Target = Onboarding>>(
        &self,
        now: Timestamp,
        state_of: impl Fn(DealershipId) -> Option<S>,
    ) -> Vec<DealershipId> {
        let open = |item: &BulkItem, state: &Onboarding| !self.is_done(item, state) && !self.is_needless(state, now);
        let is_left = |item: &&BulkItem| state_of(item.id).is_some_and(|state| open(item, &state));
        self.items.iter().filter(is_left).map(|item| item.id).collect()
    }

    fn is_done(&self, item: &BulkItem, state: &Onboarding) -> bool {
        match self.what {
            BulkKind::Invite | BulkKind::Reissue => state.generation() > item.generation,
            BulkKind::Resend => {
                state.letters().iter().any(|letter| letter.kind.carries_code() && letter.queued_at >= self.at)
            }
        }
    }

    /// Whether the rules refuse it for good: it would be left for ever.
    fn is_needless(&self, state: &Onboarding, now: Timestamp) -> bool {
        match self.what {
            BulkKind::Invite | BulkKind::Reissue => needs_no_code(state).is_some(),
            BulkKind::Resend => state.code_obstacle(now).is_some(),
        }
    }

    /// How far it came, in words: `632 of 800 done, 168 left`.
    pub fn progress(&self, left: usize) -> String {
        format!("{} of {} done, {left} left", self.items.len().saturating_sub(left), self.items.len())
    }
}
