//! Who else has the same dealership in front of them, and what the others are shown of this desk.

use std::collections::HashSet;
use std::time::Duration;

use super::msg::Effect;
use super::state::{Mode, ScreenState};
use super::theme::Tone;
use crate::domain::text::clean;
use crate::domain::{Actor, DealershipId};
use crate::protocol::{Presence, Request};

/// How long something must be in front of a person until the others are shown it.
const REST: Duration = Duration::from_secs(1);
/// Whoever has pressed no key for so long looks at nothing.
const IDLE: Duration = Duration::from_secs(300);
/// And for so long has left what is open there.
const GONE: Duration = Duration::from_secs(3_600);
/// Of so many dealerships at most it is shown that a dialog is about them.
const MOST: usize = 256;

type InFront = (Vec<DealershipId>, Option<&'static str>);

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
}

impl ScreenState {
    /// What of this desk concerns others: where nobody else is, nothing.
    fn in_front(&self) -> InFront {
        if self.status.desks <= 1 || self.past.is_some() {
            return InFront::default();
        }
        if self.now.face >= self.presence.touched_at + GONE {
            return InFront::default();
        }
        match &self.mode {
            Mode::Dialog(dialog) => {
                if let Some(action) = dialog.recording() {
                    return (dialog.items.iter().map(|item| item.id).take(MOST).collect(), Some(action.title));
                }
            }
            Mode::Call(call) => return (vec![call.id], Some("call")),
            Mode::Desk
            | Mode::Filter(_)
            | Mode::Palette(_)
            | Mode::Help(_)
            | Mode::Guide(..)
            | Mode::Columns(_)
            | Mode::Insight(_)
            | Mode::TailLine(_) => {}
        }
        if !self.cursor.touched || self.now.face >= self.presence.touched_at + IDLE {
            return InFront::default();
        }
        let letter = self.queue.as_ref().map(|queue| queue.cursor().map(|letter| letter.dealership));
        (letter.unwrap_or_else(|| self.shown_dealership()).into_iter().collect(), None)
    }

    /// Has the others shown what has been in front of this desk for a while.
    pub(super) fn tell_presence(&mut self) -> Option<Effect> {
        let in_front = self.in_front();
        let face = self.now.face;
        let presence = &mut self.presence;
        if presence.now != in_front {
            (presence.now, presence.since) = (in_front, face);
        }
        if presence.now == presence.told || face < presence.since + REST {
            return None;
        }
        presence.told = presence.now.clone();
        let (dealerships, action) = presence.told.clone();
        let (desk, who) = (self.setup.desk, Actor::person(&self.setup.me));
        let action = action.map(str::to_owned);
        Some(self.ask(Request::Present(Presence { desk, who, dealerships, action })))
    }

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
pub fn glyph(other: &Presence) -> (&'static str, Tone) {
    match other.action {
        Some(_) => ("»", Tone::Warn),
        None => ("•", Tone::Busy),
    }
}
