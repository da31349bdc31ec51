//! The steps to a code, and whether a code may be one. Asked by the engine, and by whoever wants to know before it.

use super::command::{Ask, Claim, Claims, Command};
use super::event::CodeOrigin;
use super::{DealershipId, IntentId, InvitationCode, Onboarding, PendingCode, Policy, Refusal, Timestamp};

impl PendingCode {
    /// Why nothing else is asked for while this request is open.
    pub fn in_flight(&self, now: Timestamp) -> Refusal {
        Refusal::InFlight { by: self.by.to_string(), ago: now - self.at }
    }
}

/// Why a dealership needs no code: a living one that nobody needs could be entered from any rooftop.
pub fn needs_no_code(state: &Onboarding) -> Option<Refusal> {
    match state.archived_at {
        Some(_) => Some(Refusal::Archived),
        None => state.is_confirmed().then_some(Refusal::Connected),
    }
}

/// What is recorded before a source is asked. An open request of this source is gone on with, unless somebody is `asking`
/// for its code right now; with `None` for what is wanted nothing else is begun. `fresh` is the key of a new request.
pub fn steps_to_obtain(
    state: &Onboarding,
    source: CodeOrigin,
    wanted: Option<(Ask, bool)>,
    fresh: IntentId,
    asking: bool,
) -> Result<Vec<Command>, Refusal> {
    if let Some(refusal) = needs_no_code(state) {
        return Err(refusal);
    }
    let open = state.pending.as_ref();
    let same = open.filter(|open| open.source == source && !asking);
    let Some((ask, mail)) = wanted else {
        return same.map(|_| vec![]).ok_or(Refusal::IntentClosed);
    };
    let intent = same.map_or(fresh, |open| open.intent);
    // Another source made of its key what it liked; this one knows nothing of it.
    let other = open.filter(|open| open.source != source).map(|open| source_is_gone(open, true));
    let request = Command::RequestCode { intent, source, ask, mail };
    Ok(other.into_iter().chain([request]).collect())
}

/// What is recorded of an open request whose source is not the configured one. `refused`: nobody goes on with it.
pub fn source_is_gone(open: &PendingCode, refused: bool) -> Command {
    let reason = "the source that was asked is not configured any more".to_owned();
    Command::FailCode { intent: open.intent, reason, refused }
}

/// What is recorded before a code that a person took by hand: a request that nobody works on any more (a crash, another
/// command) does not keep them from it.
pub fn give_up_orphan(state: &Onboarding, asking: bool) -> Option<Command> {
    let orphan = state.pending.as_ref().filter(|open| open.failed.is_none() && !asking)?;
    let reason = "nobody goes on with it".to_owned();
    Some(Command::FailCode { intent: orphan.intent, reason, refused: false })
}

/// Whether nobody used a code before, and it is no `dealerCode`.
pub fn unused_code(id: DealershipId, code: &InvitationCode, claims: &dyn Claims) -> Result<(), Refusal> {
    if let Some(holder) = claims.holder(&Claim::Code(code.digest())) {
        return Err(Refusal::CodeUsedBefore { here: holder == id });
    }
    match claims.holder(&Claim::DealerCode(code.reveal().into())) {
        Some(_) => Err(Refusal::CodeIsDealerCode),
        None => Ok(()),
    }
}

/// When a code that was generated then dies: by its source, else by the rule.
pub fn living_until(
    generated_at: Timestamp,
    expires_at: Option<Timestamp>,
    now: Timestamp,
    policy: &Policy,
) -> Result<Timestamp, Refusal> {
    if generated_at > now + policy.clock_tolerance {
        return Err(Refusal::GeneratedInFuture(generated_at - now));
    }
    match expires_at.unwrap_or_else(|| policy.code_end(generated_at)) {
        dead if dead <= now => Err(Refusal::CodeDead(now - dead)),
        end => Ok(end),
    }
}
