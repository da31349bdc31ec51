//! The dealer's word and what the platform shows: whether the integration stands.

use super::super::command::Context;
use super::{clocks, letters, service};
use crate::domain::refusal::Refusal;
use crate::domain::{Ended, Fact, LetterKind, Onboarding, Outcome, ProbeResult, ResponseFacts, Timestamp};

pub(super) fn dealer_says_done(
    state: &Onboarding,
    said_at: Timestamp,
    mail: bool,
    ctx: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    if state.is_confirmed() {
        return Err(Refusal::Connected);
    }
    if state.confirmation.dealer_confirmed_at.is_some() {
        return Err(Refusal::WordRecorded);
    }
    if said_at > ctx.now + ctx.policy.clock_tolerance {
        return Err(Refusal::WordInFuture(said_at - ctx.now));
    }
    match &state.invitation {
        None => Err(Refusal::NeverInvited),
        Some(newest) if matches!(newest.ended, Some((Ended::Revoked, _))) => {
            Err(Refusal::NoLiveCode(state.stage(ctx.now)))
        }
        // With an older code on record the word may well be about that one.
        Some(only) if state.earlier.is_empty() && only.generated_at - said_at > ctx.policy.clock_tolerance => {
            Err(Refusal::WordBeforeCode(only.generated_at - said_at))
        }
        // A dead code cannot have been entered: waiting 24 hours for it would only hide that it is dead.
        Some(newest) if said_at - newest.expires_at > ctx.policy.clock_tolerance => {
            Err(Refusal::WordAfterCode(said_at - newest.expires_at))
        }
        Some(_) => {
            let due_at = said_at.checked_add_signed(ctx.policy.confirm_within).unwrap_or(Timestamp::MAX_UTC);
            let mut facts = vec![Fact::DealerConfirmed { said_at, due_at }];
            if let Some(letter) = ctx.letter.filter(|_| mail && state.word_is_acknowledged(&ctx.policy.mail)) {
                facts.push(letters::queued(state, letter, LetterKind::WordReceived, state.generation()));
            }
            Ok(facts)
        }
    }
}

/// The table "what we record", row by row.
pub(super) fn observe(state: &Onboarding, result: &ProbeResult, ctx: &Context<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    match result.outcome {
        Outcome::OurCredentials => return facts,
        Outcome::Unknown if !result.unrecognised => return facts,
        Outcome::Unknown => {
            push_change(&mut facts, state, result);
            return facts;
        }
        Outcome::Connected => {
            push_change(&mut facts, state, result);
            if !state.is_confirmed() {
                facts.push(Fact::IntegrationConfirmed { observed_at: result.ended_at });
            }
            if let Some(services) = &result.services {
                facts.extend(service::opcode_seen(state, services, ctx));
            }
        }
        Outcome::NotConnected => {
            let first = state.probe.as_ref().filter(|probe| probe.outcome == Outcome::NotConnected);
            match first {
                Some(first) if state.is_confirmed() => {
                    if result.began_at - first.at >= ctx.policy.lost_gap {
                        facts.push(Fact::IntegrationLost { first_look: first.at, second_look: result.began_at });
                    }
                }
                _ => push_change(&mut facts, state, result),
            }
            let lost = facts.iter().any(|fact| matches!(fact, Fact::IntegrationLost { .. }));
            facts.extend(clocks::expiry(state, Some(result.began_at), lost));
        }
    }
    facts
}

fn push_change(facts: &mut Vec<Fact>, state: &Onboarding, result: &ProbeResult) {
    // The reason of an answer that we understand may vary in wording; only its meaning is worth an event. A newly
    // confirmed integration has an event of its own, so that the common way makes one event, not two.
    let same = state.probe.as_ref().is_some_and(|last| {
        last.outcome == result.outcome && (result.outcome != Outcome::Unknown || *last.reason == *result.reason)
    });
    let told_by_confirmation = result.outcome == Outcome::Connected && !state.is_confirmed();
    if !same && !told_by_confirmation {
        let (status, code, message) = match result.answer.clone() {
            Some(ResponseFacts { status, code, message }) => (Some(status), code, message),
            None => (None, None, None),
        };
        let reason = result.reason.as_str().into();
        facts.push(Fact::ProbeChanged { outcome: result.outcome, reason, at: result.ended_at, status, code, message });
    }
}
