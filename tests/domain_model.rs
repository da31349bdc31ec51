//! The rules against a small reference model that shares no code with them: random commands, clock jumps, looks and
//! crashes (everything is folded anew from what would stand in the journal).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

#[path = "domain_model_support/reference.rs"]
mod reference;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::TimeDelta;
use cloverwatch::domain::past::PastLog;
use cloverwatch::domain::{
    Actor, Ask, Claim, Claims, CodeOrigin, Command, Contact, Context, DealershipId, Event, Fact, IntentId,
    InvitationState, Onboarding, Outcome, Policy, ProbeResult, Profile, Refusal, Timestamp, decide, evolve, fold,
    next_tick,
};
use proptest::prelude::*;
use proptest_state_machine::{StateMachineTest, prop_state_machine};
use reference::{DEALERS, Model, Move, Xtime};

/// The real rules over a journal of text.
struct Desk {
    now: Timestamp,
    journal: Vec<String>,
    states: BTreeMap<DealershipId, Onboarding>,
    policy: Policy,
    intents: u64,
    /// Living generations as told by the events alone.
    living: BTreeMap<DealershipId, BTreeSet<u32>>,
    expired: BTreeSet<(DealershipId, u32)>,
    overdue: BTreeSet<(DealershipId, Timestamp)>,
}

impl Claims for Desk {
    fn holder(&self, claim: &Claim) -> Option<DealershipId> {
        self.states.values().find_map(|state| match claim {
            Claim::Code(digest) => state.digests().any(|known| known == *digest).then_some(state.id),
            Claim::DealerCode(code) => (state.profile.dealer_code.raw() == &**code).then_some(state.id),
        })
    }
}

fn id(dealer: usize) -> DealershipId {
    DealershipId::from_bits(dealer as u64 + 1)
}

fn text(code: u8) -> String {
    format!("CODE-{code:02}")
}

impl Desk {
    fn decide(&self, dealer: usize, command: &Command) -> Result<Vec<Fact>, Refusal> {
        decide(
            self.states.get(&id(dealer)),
            command,
            &Context { now: self.now, policy: &self.policy, claims: self, letter: None },
        )
    }

    /// What a command made of it, recorded in one commit.
    fn execute(&mut self, dealer: usize, command: &Command) -> Result<Vec<Fact>, Refusal> {
        let facts = self.decide(dealer, command)?;
        for fact in facts.clone() {
            let seq = self.journal.len() as u64 + 1;
            let event = Event { seq, at: self.now, actor: Actor::person("ana"), dealership: Some(id(dealer)), fact };
            let state = evolve(self.states.remove(&id(dealer)), &event).unwrap();
            self.states.insert(id(dealer), state);
            self.journal.push(serde_json::to_string(&event).unwrap());
            self.count(&event);
        }
        assert!(self.living.values().all(|living| living.len() <= 1), "two living codes after a commit");
        Ok(facts)
    }

    /// Counts by the events alone what must be true of them.
    fn count(&mut self, event: &Event) {
        let id = event.dealership.unwrap();
        let living = self.living.entry(id).or_default();
        match &event.fact {
            Fact::InvitationIssued { generation, .. } => assert!(living.insert(*generation)),
            Fact::InvitationSuperseded { generation, .. } | Fact::InvitationRevoked { generation, .. } => {
                assert!(living.remove(generation));
            }
            Fact::InvitationExpired { generation, expires_at, looked_at } => {
                assert!(living.remove(generation));
                assert!(self.expired.insert((id, *generation)), "expired twice");
                assert!(event.at >= *expires_at && looked_at.is_none_or(|at| at >= *expires_at), "expired early");
            }
            Fact::IntegrationConfirmed { .. } => living.clear(),
            Fact::ConfirmationOverdue { due_at } => {
                assert!(self.overdue.insert((id, *due_at)) && event.at >= *due_at, "overdue twice or early");
            }
            _ => {}
        }
    }

    fn issue(&self, code: u8, age: i64, source: CodeOrigin, intent: IntentId, ask: Ask) -> Command {
        let generated_at = self.now - TimeDelta::minutes(age);
        let code = text(code).parse().unwrap();
        Command::IssueCode { code, generated_at, expires_at: None, source, intent, ask, mail: true }
    }

    fn reissue(&self, dealer: usize, stale: bool, despite_word: bool) -> Ask {
        Ask::Reissue { seen: self.states[&id(dealer)].generation() + u32::from(stale), despite_word }
    }

    fn open_intent(&self, dealer: usize) -> IntentId {
        let pending = self.states[&id(dealer)].pending.as_ref();
        pending.map_or(IntentId::from_bits(u64::MAX), |pending| pending.intent)
    }
}

fn profile(dealer: usize) -> Profile {
    Profile {
        name: "Sample Motors".into(),
        dealer_code: format!("xts{dealer}").into(),
        group: "".into(),
        brand: "".into(),
        city: "".into(),
        state: "".into(),
        timezone: chrono_tz::America::New_York.into(),
        contact: Contact::default(),
        owner: None,
    }
}

struct Rules;

impl StateMachineTest for Rules {
    type SystemUnderTest = Desk;
    type Reference = Model;

    fn init_test(_: &Model) -> Desk {
        let mut desk = Desk {
            now: Timestamp::from_timestamp(1_750_000_000, 0).unwrap(),
            journal: vec![],
            states: BTreeMap::new(),
            policy: Policy::default(),
            intents: 0,
            living: BTreeMap::new(),
            expired: BTreeSet::new(),
            overdue: BTreeSet::new(),
        };
        for dealer in 0..DEALERS {
            desk.execute(dealer, &Command::Add { profile: profile(dealer) }).unwrap();
        }
        desk
    }

    fn apply(mut desk: Desk, model: &Model, step: Move) -> Desk {
        desk.intents += 1;
        let fresh = IntentId::from_bits(desk.intents);
        let (dealer, command) = match step {
            Move::Wait { minutes } => {
                desk.now += TimeDelta::minutes(minutes);
                return desk;
            }
            Move::Crash => {
                let events: Vec<Event> = desk.journal.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
                for dealer in 0..DEALERS {
                    let own = events.iter().filter(|event| event.dealership == Some(id(dealer)));
                    assert_eq!(
                        fold(own).as_ref(),
                        desk.states.get(&id(dealer)),
                        "the fold of the journal is the state"
                    );
                }
                return desk;
            }
            Move::Invite { dealer, code, age } => {
                (dealer, desk.issue(code, age, CodeOrigin::Paste, fresh, Ask::Invite))
            }
            Move::Reissue { dealer, code, age, stale, despite_word } => {
                let ask = desk.reissue(dealer, stale, despite_word);
                (dealer, desk.issue(code, age, CodeOrigin::Paste, fresh, ask))
            }
            Move::Request { dealer, reissue } => {
                let ask = if reissue { desk.reissue(dealer, false, false) } else { Ask::Invite };
                (dealer, Command::RequestCode { intent: fresh, source: CodeOrigin::Http, ask, mail: true })
            }
            Move::Arrive { dealer, code, age } => {
                let intent = desk.open_intent(dealer);
                (dealer, desk.issue(code, age, CodeOrigin::Http, intent, Ask::Invite))
            }
            Move::Fail { dealer, refused } => {
                let intent = desk.open_intent(dealer);
                (dealer, Command::FailCode { intent, reason: "no answer".into(), refused })
            }
            Move::Revoke { dealer } => (dealer, Command::Revoke { reason: "".into() }),
            Move::Word { dealer, ago } => {
                (dealer, Command::ConfirmByDealer { said_at: desk.now - TimeDelta::minutes(ago), mail: true })
            }
            Move::ProbeResult { dealer, outcome, unrecognised } => {
                let (began_at, ended_at) = (desk.now, desk.now);
                let reason = "as the platform said".to_owned();
                let result =
                    ProbeResult { began_at, ended_at, outcome, reason, unrecognised, answer: None, services: None };
                (dealer, Command::Observe { result })
            }
            Move::Tick { dealer, probing } => (dealer, Command::Tick { probing }),
            Move::Archive { dealer, back: false } => (dealer, Command::Archive),
            Move::Archive { dealer, back: true } => (dealer, Command::Unarchive),
        };
        let before = desk.states[&id(dealer)].clone();
        let answer = desk.execute(dealer, &command);
        assert_eq!(answer.is_ok(), model.allowed, "{command:?} in stage {}: {answer:?}", before.stage(desk.now));
        match &command {
            Command::Observe { result } => {
                let silent = result.outcome == Outcome::OurCredentials
                    || (result.outcome == Outcome::Unknown && !result.unrecognised);
                assert!(!silent || desk.states[&id(dealer)] == before, "a look that told nothing changed something");
                assert_eq!(desk.decide(dealer, &command), Ok(vec![]), "an unchanged look makes no facts");
            }
            Command::Tick { .. } => assert_eq!(desk.decide(dealer, &command), Ok(vec![]), "recorded exactly once"),
            Command::IssueCode { code, .. } if answer.is_ok() => {
                let digest = code.digest();
                let superseded = before.invitation.as_ref().is_some_and(|old| old.ended.is_none());
                let facts = answer.unwrap();
                assert_eq!(facts.len(), 1 + usize::from(superseded), "superseded in the same commit");
                // Nobody, here or elsewhere, can use it a second time.
                for other in 0..DEALERS {
                    let seen = desk.states[&id(other)].generation();
                    let ask = if seen == 0 { Ask::Invite } else { Ask::Reissue { seen, despite_word: true } };
                    let again = Command::IssueCode {
                        code: code.clone(),
                        generated_at: desk.now,
                        expires_at: None,
                        source: CodeOrigin::Paste,
                        intent: IntentId::from_bits(u64::MAX - 1),
                        ask,
                        mail: true,
                    };
                    assert!(desk.decide(other, &again).is_err(), "used twice");
                }
                assert!(desk.states[&id(dealer)].digests().any(|known| known == digest));
            }
            _ => {}
        }
        desk
    }

    /// Of the past it is told what the first events alone would tell.
    fn teardown(desk: Desk, _: Model) {
        let events: Vec<Event> = desk.journal.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let mut log = PastLog::default();
        log.extend(events.clone());
        let log = log.until_now(desk.states.values().cloned().map(Arc::new));
        let then = |position: usize, id| fold(events[..position].iter().filter(|event| event.dealership == Some(id)));
        for position in 0..=events.len() {
            let board = log.board(position);
            assert_eq!(board.len(), (0..DEALERS).filter(|dealer| then(position, id(*dealer)).is_some()).count());
            for state in board {
                assert_eq!(Some(&*state), then(position, state.id).as_ref(), "after {position} events");
                let timeline = log.timeline(state.id, position);
                assert!(
                    timeline.iter().eq(events[..position].iter().filter(|event| event.dealership == Some(state.id)))
                );
            }
            let back = position / 2;
            for (from, to) in [(position, back), (back, position)] {
                let known: HashMap<_, _> = log.board(from).into_iter().map(|state| (state.id, state)).collect();
                assert_eq!(log.changes(from, to, |id| known.get(&id)), log.changes(from, to, |_| None));
                for (id, state) in log.changes(from, to, |_| None) {
                    assert_eq!(state.as_deref(), then(to, id).as_ref(), "from {from} to {to}");
                }
            }
            let at = log.moment(position).unwrap();
            assert!(log.position(at) >= position && events[..position].last().is_none_or(|event| event.at >= at));
        }
    }

    fn check_invariants(desk: &Desk, model: &Model) {
        for (dealer, expected) in model.dealers.iter().enumerate() {
            let state = &desk.states[&id(dealer)];
            assert_eq!(state.stage(desk.now), expected.stage(model.now), "{state:?}");
            assert_eq!(state.generation(), expected.generation);
            assert_eq!(state.is_confirmed(), expected.xtime == Xtime::LetsUsIn);
            let living = state.invitation.as_ref().filter(|newest| newest.state(desk.now) == InvitationState::Live);
            assert_eq!(living.map(|code| code.code.reveal().to_owned()), expected.living(model.now).map(text));
            assert_eq!(state.time_left(desk.now).is_some(), living.is_some());
            assert_eq!(state.pending.as_ref().map(|pending| pending.failed.is_some()), expected.request);
            for probing in [false, true] {
                let due = next_tick(state, probing).is_some_and(|at| at <= desk.now);
                let facts = desk.decide(dealer, &Command::Tick { probing }).unwrap();
                assert_eq!(due, !facts.is_empty(), "the clock task would miss it, or ring in vain");
            }
            let derived =
                |at| (state.stage(at), state.attention(at, &desk.policy), state.next_step(at), state.is_snoozed(at));
            let (before, next) = state.changes_around(desk.now, &desk.policy);
            let last = next.map_or(desk.now + TimeDelta::days(100), |at| at - TimeDelta::milliseconds(1));
            assert_eq!(derived(last), derived(desk.now), "time changed it before {next:?}: {state:?}");
            let first = before.unwrap_or(desk.now - TimeDelta::days(100));
            assert_eq!(derived(first), derived(desk.now), "time changed it after {before:?}: {state:?}");
            let bytes = postcard::to_stdvec(state).unwrap();
            assert_eq!(postcard::from_bytes::<Onboarding>(&bytes).as_ref(), Ok(state));
            let json = serde_json::to_string(state).unwrap();
            assert_eq!(&serde_json::from_str::<Onboarding>(&json).unwrap(), state);
        }
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_rules_are_the_reference(sequential 1..80 => Rules);
}
