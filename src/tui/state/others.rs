//! Who else has the same dealership in front of them, and how that is told.

use std::collections::HashSet;

use super::ScreenState;
use crate::domain::text::clean;
use crate::domain::{Actor, DealershipId};
use crate::protocol::Presence;
use crate::tui::theme::Tone;

impl ScreenState {
    fn others(&self) -> impl Iterator<Item = &Presence> {
        self.status.presences.iter().filter(|other| other.desk != self.setup.desk)
    }

    /// Who else has a dealership in front of them, whoever acts on it first.
    pub fn others_at(&self, id: DealershipId) -> Vec<&Presence> {
        let mut others: Vec<_> = self.others().filter(|other| other.dealerships.contains(&id)).collect();
        others.sort_by_key(|other| other.action.is_none());
        others
    }

    /// Who else acts on any of some dealerships, and on how many of them.
    pub fn others_acting(&self, ids: impl Iterator<Item = DealershipId>) -> Vec<(&Presence, usize)> {
        let acting: Vec<&Presence> = self.others().filter(|other| other.action.is_some()).collect();
        if acting.is_empty() {
            return Vec::new();
        }
        // What the others have is few; what is asked about may be everything.
        let theirs: HashSet<DealershipId> = acting.iter().flat_map(|other| other.dealerships.iter().copied()).collect();
        let both: HashSet<DealershipId> = ids.filter(|id| theirs.contains(id)).collect();
        let shared = |other: &Presence| other.dealerships.iter().filter(|id| both.contains(id)).count();
        acting.into_iter().map(|other| (other, shared(other))).filter(|(_, count)| *count > 0).collect()
    }

    fn is_me(&self, other: &Presence) -> bool {
        other.who == Actor::person(&self.setup.me)
    }

    /// The name of somebody else, fit for the screen; oneself in another window is `you`.
    pub fn name_of(&self, other: &Presence) -> String {
        if self.is_me(other) { "you".to_owned() } else { other.who.to_string() }
    }

    /// What somebody else does with `what`, in words.
    pub fn does(&self, other: &Presence, what: &str) -> String {
        let (has, looks, window) =
            if self.is_me(other) { ("have", "look", " in another window") } else { ("has", "looks", "") };
        let name = self.name_of(other);
        match &other.action {
            Some(action) => format!("{name} {has} `{}` open for {what}{window}", clean(action)),
            None => format!("{name} {looks} at {what}{window}"),
        }
    }
}

/// How it is marked in the table.
pub fn presence_glyph(other: &Presence) -> (&'static str, Tone) {
    match other.action {
        Some(_) => ("»", Tone::Warn),
        None => ("•", Tone::Busy),
    }
}
