//! What clocks decide: the end of a code, the second clock, and a code that is dated ahead.

use crate::domain::{Context, Fact, Invitation, Onboarding, Timestamp};

/// The code's time is over, nobody said that it was entered, and (if probes decide) a probe that began after the
/// deadline still said "not connected".
pub(super) fn expiry(state: &Onboarding, looked_at: Option<Timestamp>, lost: bool) -> Option<Fact> {
    let newest = state.invitation.as_ref().filter(|newest| newest.ended.is_none())?;
    // The probe that makes it lost also says that a code which came while it was connected was not used.
    let matters = lost || (!state.is_confirmed() && state.confirmation.dealer_confirmed_at.is_none());
    if !matters || looked_at.is_some_and(|at| at < newest.expires_at) {
        return None;
    }
    Some(Fact::InvitationExpired { generation: newest.generation, expires_at: newest.expires_at, looked_at })
}

/// The code is dated ahead, and no event shows it yet that was recorded before that date.
pub(super) fn misdated(state: &Onboarding, ctx: &Context<'_>) -> Option<Fact> {
    state.code_ahead(ctx.now, ctx.policy)?;
    let Invitation { generation, generated_at, known_at, .. } = *state.invitation.as_ref()?;
    (known_at - ctx.now > ctx.policy.clock_tolerance).then_some(Fact::InvitationMisdated { generation, generated_at })
}

pub(super) fn tick(state: &Onboarding, probing: bool, now: Timestamp) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(due_at) = state.confirmation.due_at {
        let open = !state.is_confirmed() && state.confirmation.overdue_recorded_at.is_none();
        if open && now >= due_at {
            facts.push(Fact::ConfirmationOverdue { due_at });
        }
    }
    if !probing && state.invitation.as_ref().is_some_and(|newest| now >= newest.expires_at) && !state.is_confirmed() {
        facts.extend(expiry(state, None, false));
    }
    facts
}
