//! What forbids a letter: asked when it is queued, whenever the dealership changes, and at the last moment before it leaves.

use serde::{Deserialize, Serialize};

use super::{Letter, LetterKind, MailPolicy};
use crate::domain::{Invitation, InvitationState, Onboarding, Timestamp};

/// Why a letter must not go out. The words are recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Obstacle {
    #[error("the dealership is archived")]
    Archived,
    /// There is nowhere to send it.
    #[error("the dealership has no e-mail address; correct its profile first")]
    NoAddress,
    /// Its address does not work.
    #[error("address refused: {0}; correct the address first, or try the letter again if it is right")]
    AddressRefused(Box<str>),
    #[error("code {0} is superseded")]
    Superseded(u32),
    #[error("code {0} expired")]
    Expired(u32),
    /// The code is as good as dead.
    #[error("code {0} dies in a moment: nobody would get to enter it")]
    Dying(u32),
    /// We took the code back.
    #[error("code {0} is revoked")]
    Revoked(u32),
    /// Nobody needs the code any more.
    #[error("the dealership is connected")]
    Connected,
    /// It never had a code.
    #[error("never invited")]
    NeverInvited,
    #[error("nobody waits for Xtime to show it")]
    NobodyWaits,
    /// Whoever waited for Xtime has waited long enough.
    #[error("the time that Xtime had to show it is over")]
    WaitOver,
    /// The dealer has entered the code, by their word.
    #[error("the dealer says the code was entered")]
    WordGiven,
    /// The guide has nothing to say.
    #[error("customers can book already")]
    Live,
    #[error("customers cannot book (stage {0})")]
    NotLive(crate::domain::Stage),
}

impl Obstacle {
    /// Whether it only holds a letter: with another address it goes.
    pub fn holds(&self) -> bool {
        matches!(self, Self::NoAddress | Self::AddressRefused(_))
    }
}

impl Onboarding {
    /// What forbids a letter of a kind about a code at a moment.
    pub fn obstacle(&self, kind: LetterKind, generation: u32, now: Timestamp) -> Option<Obstacle> {
        if self.archived_at.is_some() {
            return Some(Obstacle::Archived);
        }
        let forbids = match kind {
            LetterKind::Invitation | LetterKind::Reissue | LetterKind::Reminder => {
                self.lettered_code_obstacle(kind, generation, now)
            }
            LetterKind::WordReceived if self.is_confirmed() => Some(Obstacle::Connected),
            LetterKind::WordReceived => match self.xtime_due_at() {
                None => Some(Obstacle::NobodyWaits),
                Some(due) => (now >= due).then_some(Obstacle::WaitOver),
            },
            LetterKind::OpcodeGuide => self.is_live().then_some(Obstacle::Live),
            LetterKind::Live => (!self.is_live()).then(|| Obstacle::NotLive(self.stage(now))),
        };
        // What only holds a letter comes last: what ends it counts more.
        forbids.or_else(|| self.address_obstacle())
    }

    /// Why no letter reaches its address.
    pub fn address_obstacle(&self) -> Option<Obstacle> {
        match self.address_refused() {
            _ if self.profile.contact.email.is_empty() => Some(Obstacle::NoAddress),
            refused => refused.map(|refused| Obstacle::AddressRefused(refused.status.clone())),
        }
    }

    /// Why its newest code is not to be told to anybody, by whatever way.
    pub fn code_obstacle(&self, now: Timestamp) -> Option<Obstacle> {
        let archived = self.archived_at.map(|_| Obstacle::Archived);
        archived.or_else(|| self.lettered_code_obstacle(LetterKind::Invitation, self.generation(), now))
    }

    /// Whether a letter would answer the dealer's word: once, and not to those whom we do not write to.
    pub fn word_is_acknowledged(&self, policy: &MailPolicy) -> bool {
        self.awaits_word() && policy.automatic.contains(&LetterKind::WordReceived) && self.corresponds()
    }

    /// What forbids one of its letters.
    pub fn letter_obstacle(&self, letter: &Letter, now: Timestamp) -> Option<Obstacle> {
        self.obstacle(letter.kind, letter.generation, now)
    }

    /// Whether a letter carries a code that is not the newest.
    pub fn superseded(&self, kind: LetterKind, generation: u32) -> Option<Obstacle> {
        (kind.carries_code() && generation != self.generation()).then_some(Obstacle::Superseded(generation))
    }

    fn lettered_code_obstacle(&self, kind: LetterKind, generation: u32, now: Timestamp) -> Option<Obstacle> {
        let Some(newest) = &self.invitation else { return Some(Obstacle::NeverInvited) };
        if let Some(superseded) = self.superseded(kind, generation) {
            return Some(superseded);
        }
        if self.is_confirmed() {
            return Some(Obstacle::Connected);
        }
        let word_given = kind == LetterKind::Reminder && self.confirmation.dealer_confirmed_at.is_some();
        newest.obstacle(now).or_else(|| word_given.then_some(Obstacle::WordGiven))
    }
}

impl Invitation {
    /// Why its code cannot be entered at a moment.
    pub fn obstacle(&self, now: Timestamp) -> Option<Obstacle> {
        match self.state(now) {
            InvitationState::Live => None,
            InvitationState::Used => Some(Obstacle::Connected),
            InvitationState::Expired => Some(Obstacle::Expired(self.generation)),
            InvitationState::Revoked => Some(Obstacle::Revoked(self.generation)),
            InvitationState::Superseded => Some(Obstacle::Superseded(self.generation)),
        }
    }
}
