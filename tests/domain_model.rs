//! The rules against a small reference model that shares no code with them: random commands, clock jumps, looks and
//! crashes (everything is folded anew from what would stand in the journal).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use cloverwatch::domain::{
    Actor, Ask, Claim, Claims, CodeOrigin, Command, Contact, Context, DealershipId, Event, Fact, IntentId,
    InvitationState, Look, Onboarding, Outcome, Policy, Profile, Refusal, Stage, Timestamp, decide, evolve, fold,
    next_tick,
};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

const DEALERS: usize = 3;
const HOUR: i64 = 60;

/// What is done, with numbers in place of everything: dealers, codes, minutes.
#[derive(Debug, Clone)]
enum Move {
    Invite { dealer: usize, code: u8, age: i64 },
    Reissue { dealer: usize, code: u8, age: i64, stale: bool, despite_word: bool },
    Request { dealer: usize, reissue: bool },
    Arrive { dealer: usize, code: u8, age: i64 },
    Fail { dealer: usize, refused: bool },
    Revoke { dealer: usize },
    Word { dealer: usize, ago: i64 },
    Look { dealer: usize, outcome: Outcome, unrecognised: bool },
    Tick { dealer: usize, probing: bool },
    Archive { dealer: usize, back: bool },
    Wait { minutes: i64 },
    Crash,
}

/// How one code fares.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Open,
    Expired,
    Used,
    Revoked,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
enum Xtime {
    #[default]
    Never,
    LetsUsIn,
    Lost,
}

#[derive(Debug, Clone, Default)]
struct Dealer {
    archived: bool,
    /// Number, generated, end, fate.
    code: Option<(u8, i64, i64, Fate)>,
    generation: u32,
    /// Due, and whether it was noted that it is over.
    word: Option<(i64, bool)>,
    xtime: Xtime,
    doubted: Option<i64>,
    /// Whether its last try failed.
    request: Option<bool>,
}

/// The reference: what should be true, in the plainest words.
#[derive(Debug, Clone, Default)]
struct Model {
    now: i64,
    used: BTreeSet<u8>,
    dealers: [Dealer; DEALERS],
    /// Whether the last move was allowed.
    allowed: bool,
}

impl Dealer {
    fn living(&self, now: i64) -> Option<u8> {
        self.code.filter(|(_, _, end, fate)| *fate == Fate::Open && now < *end).map(|(number, ..)| number)
    }

    fn stage(&self, now: i64) -> Stage {
        if self.archived {
            return Stage::Archived;
        }
        match (self.xtime, self.word) {
            (Xtime::LetsUsIn, _) => Stage::Confirmed,
            (_, Some((due, _))) if now < due => Stage::AwaitingXtime,
            (_, Some(_)) => Stage::Overdue,
            _ if self.living(now).is_some() => Stage::Invited,
            (Xtime::Lost, _) => Stage::Lost,
            _ => match self.code {
                None => Stage::New,
                Some((.., Fate::Revoked)) => Stage::Revoked,
                Some(_) => Stage::Expired,
            },
        }
    }

    fn may_ask(&self, now: i64, reissue: Option<(bool, bool)>) -> bool {
        let waits = self.word.is_some_and(|(due, _)| now < due);
        match reissue {
            _ if self.xtime == Xtime::LetsUsIn => false,
            None => self.code.is_none(),
            Some((stale, despite_word)) => self.code.is_some() && !stale && (!waits || despite_word),
        }
    }
}

impl Model {
    /// A code comes into our books, if it may.
    fn issue(&mut self, dealer: usize, code: u8, age: i64) -> bool {
        let (generated, end) = (self.now - age, self.now - age + 72 * HOUR);
        if self.used.contains(&code) || end <= self.now {
            return false;
        }
        self.used.insert(code);
        let it = &mut self.dealers[dealer];
        it.generation += 1;
        it.code = Some((code, generated, end, Fate::Open));
        it.request = None;
        if it.xtime != Xtime::LetsUsIn {
            it.word = None;
        }
        true
    }

    fn paste(&mut self, dealer: usize, code: u8, age: i64, reissue: Option<(bool, bool)>) -> bool {
        let it = &self.dealers[dealer];
        let waits_for_source = it.request == Some(false);
        !it.archived && !waits_for_source && it.may_ask(self.now, reissue) && self.issue(dealer, code, age)
    }

    fn look(&mut self, dealer: usize, outcome: Outcome, unrecognised: bool) {
        let now = self.now;
        let it = &mut self.dealers[dealer];
        match outcome {
            _ if it.archived => {}
            Outcome::OurCredentials => {}
            Outcome::Unknown if !unrecognised => {}
            // Between two looks that say "not connected" stands one that nobody understands: the first one is stale.
            Outcome::Unknown => it.doubted = None,
            Outcome::Connected => {
                it.doubted = None;
                // The platform's answer wins over the clock. It says nothing about codes that came while connected.
                if it.xtime != Xtime::LetsUsIn
                    && let Some((.., fate @ (Fate::Open | Fate::Expired))) = &mut it.code
                {
                    *fate = Fate::Used;
                }
                it.xtime = Xtime::LetsUsIn;
            }
            Outcome::NotConnected if it.xtime == Xtime::LetsUsIn => match it.doubted {
                None => it.doubted = Some(now),
                Some(first) if now - first >= 1 => {
                    (it.xtime, it.doubted, it.word) = (Xtime::Lost, None, None);
                    it.clock(now);
                }
                Some(_) => {}
            },
            Outcome::NotConnected => it.clock(now),
        }
    }
}

impl Dealer {
    /// The code's time is over and nobody said that it was entered.
    fn clock(&mut self, now: i64) {
        if let Some((_, _, end, fate @ Fate::Open)) = &mut self.code
            && self.word.is_none()
            && self.xtime != Xtime::LetsUsIn
            && now >= *end
        {
            *fate = Fate::Expired;
        }
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Move;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Move> {
        let dealer = || 0..DEALERS;
        let code = || 0_u8..24;
        let age = || prop_oneof![4 => 0_i64..120, 1 => 0..80 * HOUR];
        let outcome = prop_oneof![
            3 => Just(Outcome::Connected),
            5 => Just(Outcome::NotConnected),
            1 => Just(Outcome::OurCredentials),
            1 => Just(Outcome::Unknown),
        ];
        prop_oneof![
            4 => (dealer(), code(), age()).prop_map(|(dealer, code, age)| Move::Invite { dealer, code, age }),
            4 => (dealer(), code(), age(), prop::bool::weighted(0.1), any::<bool>()).prop_map(
                |(dealer, code, age, stale, despite_word)| Move::Reissue { dealer, code, age, stale, despite_word }
            ),
            2 => (dealer(), any::<bool>()).prop_map(|(dealer, reissue)| Move::Request { dealer, reissue }),
            2 => (dealer(), code(), age()).prop_map(|(dealer, code, age)| Move::Arrive { dealer, code, age }),
            1 => (dealer(), any::<bool>()).prop_map(|(dealer, refused)| Move::Fail { dealer, refused }),
            1 => dealer().prop_map(|dealer| Move::Revoke { dealer }),
            3 => (dealer(), 0_i64..3 * HOUR).prop_map(|(dealer, ago)| Move::Word { dealer, ago }),
            8 => (dealer(), outcome, any::<bool>())
                .prop_map(|(dealer, outcome, unrecognised)| Move::Look { dealer, outcome, unrecognised }),
            3 => (dealer(), any::<bool>()).prop_map(|(dealer, probing)| Move::Tick { dealer, probing }),
            1 => (dealer(), any::<bool>()).prop_map(|(dealer, back)| Move::Archive { dealer, back }),
            4 => prop_oneof![Just(0_i64), Just(1), 2..30_i64, 30..26 * HOUR, Just(72 * HOUR)]
                .prop_map(|minutes| Move::Wait { minutes }),
            1 => Just(Move::Crash),
        ]
        .boxed()
    }

    fn apply(mut model: Self, step: &Move) -> Self {
        let now = model.now;
        model.allowed = match *step {
            Move::Invite { dealer, code, age } => model.paste(dealer, code, age, None),
            Move::Reissue { dealer, code, age, stale, despite_word } => {
                model.paste(dealer, code, age, Some((stale, despite_word)))
            }
            Move::Request { dealer, reissue } => {
                let it = &mut model.dealers[dealer];
                let may = it.may_ask(now, reissue.then_some((false, false)));
                let may = !it.archived && it.request.is_none() && may;
                it.request = if may { Some(false) } else { it.request };
                may
            }
            Move::Arrive { dealer, code, age } => {
                model.dealers[dealer].request.is_some() && model.issue(dealer, code, age)
            }
            Move::Fail { dealer, refused } => {
                let it = &mut model.dealers[dealer];
                let known = it.request.is_some() || !it.archived;
                it.request = it.request.and(if refused { None } else { Some(true) });
                known
            }
            Move::Revoke { dealer } => {
                let it = &mut model.dealers[dealer];
                let may = !it.archived && it.living(now).is_some();
                if let Some((.., fate)) = it.code.as_mut().filter(|_| may) {
                    *fate = Fate::Revoked;
                    it.word = it.word.filter(|_| it.xtime == Xtime::LetsUsIn);
                }
                may
            }
            Move::Word { dealer, ago } => {
                let it = &mut model.dealers[dealer];
                let sense = it.code.is_some_and(|(_, generated, _, fate)| {
                    fate != Fate::Revoked && (it.generation > 1 || generated - (now - ago) <= 5)
                });
                let may = !it.archived && it.xtime != Xtime::LetsUsIn && it.word.is_none() && sense;
                it.word = if may { Some((now - ago + 24 * HOUR, false)) } else { it.word };
                may
            }
            Move::Look { dealer, outcome, unrecognised } => {
                model.look(dealer, outcome, unrecognised);
                true
            }
            Move::Tick { dealer, probing } => {
                let it = &mut model.dealers[dealer];
                if !it.archived {
                    if let Some((due, noted)) = it.word.as_mut().filter(|_| it.xtime != Xtime::LetsUsIn) {
                        *noted |= now >= *due;
                    }
                    if !probing {
                        it.clock(now);
                    }
                }
                true
            }
            Move::Archive { dealer, back } => {
                let it = &mut model.dealers[dealer];
                let may = it.archived || !back;
                it.archived = !back;
                may
            }
            Move::Wait { minutes } => {
                model.now += minutes;
                true
            }
            Move::Crash => true,
        };
        model
    }
}

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
        decide(self.states.get(&id(dealer)), command, &Context { now: self.now, policy: &self.policy, claims: self })
    }

    /// What a command made of it, recorded in one commit.
    fn execute(&mut self, dealer: usize, command: &Command) -> Result<Vec<Fact>, Refusal> {
        let facts = self.decide(dealer, command)?;
        for fact in facts.clone() {
            let seq = self.journal.len() as u64 + 1;
            let event = Event { seq, at: self.now, actor: Actor::person("ana"), dealership: id(dealer), fact };
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
        let living = self.living.entry(event.dealership).or_default();
        match &event.fact {
            Fact::InvitationIssued { generation, .. } => assert!(living.insert(*generation)),
            Fact::InvitationSuperseded { generation, .. } | Fact::InvitationRevoked { generation, .. } => {
                assert!(living.remove(generation));
            }
            Fact::InvitationExpired { generation, expires_at, looked_at } => {
                assert!(living.remove(generation));
                assert!(self.expired.insert((event.dealership, *generation)), "expired twice");
                assert!(event.at >= *expires_at && looked_at.is_none_or(|at| at >= *expires_at), "expired early");
            }
            Fact::IntegrationConfirmed { .. } => living.clear(),
            Fact::ConfirmationOverdue { due_at } => {
                assert!(
                    self.overdue.insert((event.dealership, *due_at)) && event.at >= *due_at,
                    "overdue twice or early"
                );
            }
            _ => {}
        }
    }

    fn issue(&self, code: u8, age: i64, source: CodeOrigin, intent: IntentId, ask: Ask) -> Command {
        let generated_at = self.now - TimeDelta::minutes(age);
        let code = text(code).parse().unwrap();
        Command::IssueCode { code, generated_at, expires_at: None, source, intent, ask }
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
        timezone: chrono_tz::America::New_York,
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
                    let own = events.iter().filter(|event| event.dealership == id(dealer));
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
                (dealer, Command::RequestCode { intent: fresh, source: CodeOrigin::Http, ask })
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
                (dealer, Command::ConfirmByDealer { said_at: desk.now - TimeDelta::minutes(ago) })
            }
            Move::Look { dealer, outcome, unrecognised } => {
                let (began_at, ended_at) = (desk.now, desk.now);
                let reason = "as the platform said".to_owned();
                let look = Look { began_at, ended_at, outcome, reason, unrecognised, services: None };
                (dealer, Command::Observe { look })
            }
            Move::Tick { dealer, probing } => (dealer, Command::Tick { probing }),
            Move::Archive { dealer, back: false } => (dealer, Command::Archive),
            Move::Archive { dealer, back: true } => (dealer, Command::Unarchive),
        };
        let before = desk.states[&id(dealer)].clone();
        let answer = desk.execute(dealer, &command);
        assert_eq!(answer.is_ok(), model.allowed, "{command:?} in stage {}: {answer:?}", before.stage(desk.now));
        match &command {
            Command::Observe { look } => {
                let silent =
                    look.outcome == Outcome::OurCredentials || (look.outcome == Outcome::Unknown && !look.unrecognised);
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
                    };
                    assert!(desk.decide(other, &again).is_err(), "used twice");
                }
                assert!(desk.states[&id(dealer)].digests().any(|known| known == digest));
            }
            _ => {}
        }
        desk
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
