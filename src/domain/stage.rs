//! Where an onboarding stands, derived from its state and a moment; never stored.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{InvitationState, Onboarding, OpcodeState, Timestamp};

/// The stages, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    New,
    Invited,
    Expired,
    /// The dealer says done; Xtime has up to 24 hours to show it.
    AwaitingXtime,
    /// The 24 hours are over, and Xtime shows nothing.
    Overdue,
    /// Xtime shows the integration; the opcode or the slots are not known yet.
    Confirmed,
    /// Confirmed, but the chosen opcode is not visible to us.
    OpcodeMissing,
    /// Opcode visible, but no customer would be offered a slot.
    NoSlots,
    /// Confirmed, opcode visible, slots seen.
    Live,
    /// Was confirmed, and is not any more.
    Lost,
    /// We took the code back.
    Revoked,
    Archived,
}

impl Stage {
    pub const ALL: [Self; 12] = [
        Self::New,
        Self::Invited,
        Self::Expired,
        Self::AwaitingXtime,
        Self::Overdue,
        Self::Confirmed,
        Self::OpcodeMissing,
        Self::NoSlots,
        Self::Live,
        Self::Lost,
        Self::Revoked,
        Self::Archived,
    ];

    /// The word that JSON and the filter language use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Invited => "invited",
            Self::Expired => "expired",
            Self::AwaitingXtime => "awaiting-xtime",
            Self::Overdue => "overdue",
            Self::Confirmed => "confirmed",
            Self::OpcodeMissing => "opcode-missing",
            Self::NoSlots => "no-slots",
            Self::Live => "live",
            Self::Lost => "lost",
            Self::Revoked => "revoked",
            Self::Archived => "archived",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Stage {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text).ok_or(())
    }
}

impl Onboarding {
    /// Since when it has been in the stage that it is in, as far as that is recorded.
    pub fn in_stage_since(&self, stage: Stage) -> Option<Timestamp> {
        let (code, clock) = (self.invitation.as_ref(), &self.confirmation);
        match stage {
            Stage::New => Some(self.added_at),
            Stage::Invited => code.map(|code| code.generated_at),
            Stage::Expired => code.map(|code| code.expires_at),
            Stage::AwaitingXtime => clock.dealer_confirmed_at,
            Stage::Overdue => clock.due_at,
            Stage::Confirmed => clock.confirmed_at,
            // Other findings about an opcode that is gone make it no younger.
            Stage::OpcodeMissing => self.opcode_was_visible.map(|was| was.until).or(self.opcode_since),
            // Looks that see the same are not recorded.
            Stage::NoSlots => self.slots.as_ref().map(|slots| slots.checked_at),
            Stage::Lost => clock.lost_at,
            Stage::Revoked => code.and_then(|code| Some(code.ended?.1)),
            Stage::Archived => self.archived_at,
            Stage::Live => None,
        }
    }

    /// Where this onboarding stands at a moment. What Xtime showed wins over every clock.
    pub fn stage(&self, now: Timestamp) -> Stage {
        if self.archived_at.is_some() {
            return Stage::Archived;
        }
        if self.is_confirmed() {
            return match (self.opcode_state, self.slots.as_ref().map(|slots| slots.count)) {
                (OpcodeState::Missing | OpcodeState::NearMiss, _) => Stage::OpcodeMissing,
                (OpcodeState::Ok, Some(0)) => Stage::NoSlots,
                (OpcodeState::Ok, Some(_)) => Stage::Live,
                _ => Stage::Confirmed,
            };
        }
        if let Some(due_at) = self.xtime_due_at() {
            return if now >= due_at { Stage::Overdue } else { Stage::AwaitingXtime };
        }
        let code = self.invitation.as_ref().map(|invitation| invitation.state(now));
        match code {
            Some(InvitationState::Live) => Stage::Invited,
            // A new code was issued to get a lost dealership back; until it lives no more, it is simply invited.
            _ if self.confirmation.lost_at.is_some() => Stage::Lost,
            None => Stage::New,
            Some(InvitationState::Revoked) => Stage::Revoked,
            Some(_) => Stage::Expired,
        }
    }

    /// The next moment at which a clock changes the stage by itself.
    pub fn next_deadline(&self, now: Timestamp) -> Option<Timestamp> {
        match self.stage(now) {
            Stage::Invited => self.invitation.as_ref().map(|invitation| invitation.expires_at),
            Stage::AwaitingXtime => self.confirmation.due_at,
            _ => None,
        }
    }

    /// Whether it is out of sight at a moment.
    pub fn is_snoozed(&self, now: Timestamp) -> bool {
        self.snoozed_until.is_some_and(|until| now < until)
    }
}
