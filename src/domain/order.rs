//! The order of the desk: the same on the screen and in lists.

use super::query::Derived;
use super::{Attention, InvitationState, Onboarding, Stage, Timestamp};

/// Behind every reason for attention: nothing to do.
const CALM: u64 = 0x40;
/// Behind those: out of sight for a while.
const SNOOZED: u64 = 0x80 | CALM;
const ARCHIVED: u64 = SNOOZED | 1;

/// What needs attention first, and within each reason what waits longest or ends soonest; the smallest number is the first.
/// Equal ones are ordered by name.
pub fn attention_order(state: &Onboarding, facts: Derived) -> u64 {
    let rank = match facts.attention {
        _ if facts.stage == Stage::Archived => ARCHIVED,
        _ if facts.snoozed => SNOOZED,
        Some(attention) => attention as u64,
        None => CALM,
    };
    rank << 56 | urgent_since(state, facts).map_or(u64::MAX >> 8, sortable)
}

/// What the dealerships beside each other in the order of the desk have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderGroup {
    Attention(Attention),
    Calm,
    Snoozed,
    Archived,
}

impl OrderGroup {
    /// The group of what [`attention_order`] says.
    pub fn of(order: u64) -> Self {
        let rank = order >> 56;
        match usize::try_from(rank).ok().and_then(|rank| Attention::ALL.get(rank)) {
            Some(attention) => Self::Attention(*attention),
            None if rank == CALM => Self::Calm,
            None if rank == SNOOZED => Self::Snoozed,
            None => Self::Archived,
        }
    }
}

/// A moment as a number that orders as it does, in 55 bits. Moments that do not fit (years beyond 500,000) saturate.
pub fn sortable(at: Timestamp) -> u64 {
    let millis = at.timestamp_millis().clamp(-(1 << 54), (1 << 54) - 1) + (1 << 54);
    millis.cast_unsigned()
}

/// The deadline or moment that puts a dealership before others of the same urgency.
fn urgent_since(state: &Onboarding, facts: Derived) -> Option<Timestamp> {
    let confirmation = &state.confirmation;
    match facts.attention {
        Some(Attention::Lost) => confirmation.lost_at,
        Some(Attention::Overdue | Attention::WaitingLong) => confirmation.due_at,
        Some(Attention::CallBackDue) => state.call_back_at(),
        Some(Attention::OpcodeMissing) => state.in_stage_since(Stage::OpcodeMissing),
        Some(Attention::LeftLive) => state.left_live_at,
        Some(Attention::BookingUnknown) => state.booking.as_deref().map(|booking| booking.at),
        Some(Attention::NoSlots) => state.in_stage_since(Stage::NoSlots),
        Some(Attention::Doubted | Attention::Unrecognised) => state.probe.as_ref().map(|probe| probe.at),
        // Whatever is wrong with its letter, it is the code that dies.
        Some(
            Attention::Expired
            | Attention::CodeWanted
            | Attention::ExpiringSoon
            | Attention::CodeNotObtained
            | Attention::CodeFromFuture
            | Attention::AddressRefused
            | Attention::LetterFailed
            | Attention::LetterUncertain
            | Attention::LetterHeldUp,
        ) => state.invitation.as_ref().map(|newest| newest.expires_at),
        None if state.is_confirmed() => None,
        None => confirmation.due_at.or_else(|| {
            let newest = state.invitation.as_ref()?;
            (newest.ended.is_none() && newest.state(newest.generated_at) == InvitationState::Live)
                .then_some(newest.expires_at)
        }),
    }
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
