//! The rules of calls: what a call records besides itself.

use super::super::command::Context;
use super::{already_reissued, confirmation, newest_code, service};
use crate::domain::{Call, CallOutcome, Fact, InvitationState, Onboarding, Refusal, Timestamp, Untrusted};

pub(super) fn log(state: &Onboarding, call: &Call, mail: bool, ctx: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    not_in_future(call.at, ctx)?;
    if call.call_back_at.is_some_and(|at| at <= ctx.now) {
        return Err(Refusal::Past);
    }
    let with = said(call.with.as_ref());
    let (outcome, at, call_back_at) = (call.outcome, call.at, call.call_back_at);
    let note = said(call.note.as_ref());
    let mut facts = match outcome {
        // Whoever is confirmed, or has given the word, says nothing new by it.
        CallOutcome::Done if state.awaits_word() => {
            confirmation::dealer_says_done(state, call.finished_at.unwrap_or(at), mail, ctx)?
        }
        CallOutcome::OpcodeTold => {
            let choice = call.opcode.as_ref().ok_or(Refusal::EmptyOpcode)?;
            let by_phone = |with: &Untrusted| Untrusted::from(format!("{}, by phone", with.raw()));
            service::choose(state, choice, Some(&with.as_ref().map_or("by phone".into(), by_phone)))?
        }
        _ => Vec::new(),
    };
    // Last: a call-back that was agreed in it outlives what it was about.
    facts.push(Fact::CallLogged { outcome, at, with, note, call_back_at });
    Ok(facts)
}

/// Only what was agreed in a call can be changed.
pub(super) fn set_call_back(state: &Onboarding, at: Option<Timestamp>) -> Vec<Fact> {
    let is_other = state.calls.as_ref().is_some_and(|calls| calls.last.is_some() && calls.call_back_at != at);
    if is_other { vec![Fact::CallBackSet { at }] } else { Vec::new() }
}

/// Only the present code, and only while it lives: another one is of no use to the dealer.
pub(super) fn tell_code(
    state: &Onboarding,
    seen: u32,
    to: Option<&Untrusted>,
    at: Timestamp,
    ctx: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    not_in_future(at, ctx)?;
    let newest = newest_code(state)?;
    if newest.generation != seen {
        return Err(already_reissued(newest, ctx));
    }
    if newest.state(ctx.now) != InvitationState::Live {
        return Err(Refusal::NoLiveCode(state.stage(ctx.now)));
    }
    if newest.generated_at - at > ctx.policy.clock_tolerance {
        return Err(Refusal::ToldBeforeCode(newest.generated_at - at));
    }
    Ok(vec![Fact::CodeTold { generation: seen, to: said(to), at }])
}

fn not_in_future(at: Timestamp, ctx: &Context<'_>) -> Result<(), Refusal> {
    if at > ctx.now + ctx.policy.clock_tolerance { Err(Refusal::CallInFuture(at - ctx.now)) } else { Ok(()) }
}

/// A text, if it says anything.
fn said(text: Option<&Untrusted>) -> Option<Untrusted> {
    text.filter(|text| !text.raw().trim().is_empty()).cloned()
}
