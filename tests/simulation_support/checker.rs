//! What must be true in every simulation, checked by the events alone and by what the world knows.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use chrono::TimeDelta;
use cloverwatch::domain::{DealershipId, Event, Fact, IntentId, Onboarding, Outcome, Timestamp, evolve};
use cloverwatch::engine::Engine;
use cloverwatch::protocol::{EventQuery, PlatformState};
use cloverwatch::store::Store;

use super::mail::MailChecker;
use super::store::MortalStore;
use super::world::{Answered, World};

/// What must always be true, checked with every new event.
#[derive(Default)]
pub struct Checker {
    pub log: Vec<Event>,
    pub shadow: HashMap<DealershipId, Onboarding>,
    living: HashMap<DealershipId, HashSet<u32>>,
    codes: HashSet<String>,
    requested: HashSet<IntentId>,
    pub settled: HashMap<IntentId, u32>,
    expired: HashSet<(DealershipId, u32)>,
    overdue: HashSet<(DealershipId, Timestamp)>,
    pub failing_since: Option<Timestamp>,
    pub kinds: BTreeMap<&'static str, u32>,
    pub moods: HashSet<&'static str>,
    requests_checked: usize,
    made_checked: usize,
}

impl Checker {
    pub fn take_in(&mut self, event: Event, world: &World) {
        assert_eq!(event.seq, self.log.len() as u64 + 1, "gap-free");
        *self.kinds.entry(event.fact.kind()).or_default() += 1;
        let Some(id) = event.dealership else {
            self.outage(&event.fact);
            return self.log.push(event);
        };
        let before = self.shadow.remove(&id);
        let dealer = before.as_ref().map(|state| state.profile.dealer_code.raw().to_owned()).unwrap_or_default();
        let living = self.living.entry(id).or_default();
        match &event.fact {
            Fact::InvitationRequested { intent, .. } => assert!(self.requested.insert(*intent), "a fresh intent"),
            Fact::InvitationIssued { generation, code, intent, .. } => {
                assert!(self.codes.insert(code.reveal().to_owned()), "a code used before");
                living.insert(*generation);
                *self.settled.entry(*intent).or_default() += 1;
                assert_eq!(self.settled[intent], 1, "a second code for one intent");
            }
            Fact::InvitationRequestFailed { intent, refused: true, .. } => {
                *self.settled.entry(*intent).or_default() += 1;
            }
            Fact::InvitationSuperseded { generation, .. } | Fact::InvitationRevoked { generation, .. } => {
                assert!(living.remove(generation));
            }
            Fact::InvitationExpired { generation, expires_at, looked_at } => {
                assert!(self.expired.insert((id, *generation)), "expired twice");
                assert!(living.remove(generation));
                let looked_at = looked_at.expect("probing is on");
                assert!(looked_at >= *expires_at, "expired without a later probe");
                let answers = &world.state.lock().answers[&dealer];
                let said_so =
                    |answer: &Answered| answer.began_at == looked_at && answer.outcome == Outcome::NotConnected;
                assert!(answers.iter().any(said_so), "nobody probed");
            }
            Fact::IntegrationConfirmed { observed_at } => {
                living.clear();
                let answers = &world.state.lock().answers[&dealer];
                let seen = answers.iter().any(|a| a.ended_at == *observed_at && a.outcome == Outcome::Connected);
                assert!(seen, "confirmed without an observation");
            }
            Fact::IntegrationLost { first_look, second_look } => {
                assert!(*second_look - *first_look >= TimeDelta::minutes(1));
                // One alone cannot be told from everybody; with any other there is a quorum.
                let counts = |state: &&Onboarding| state.is_confirmed() && state.archived_at.is_none();
                let alone = self.shadow.values().filter(counts).count() == 0;
                assert!(alone || !world.truly_connected(&dealer), "{dealer} is connected and counts as lost");
                let answers = &world.state.lock().answers[&dealer];
                let negative = |at: Timestamp| {
                    answers.iter().any(|a| (a.began_at == at || a.ended_at == at) && a.outcome == Outcome::NotConnected)
                };
                assert!(negative(*first_look) && negative(*second_look), "lost without two observations");
            }
            Fact::ConfirmationOverdue { due_at } => {
                assert!(event.at >= *due_at && self.overdue.insert((id, *due_at)), "overdue early or twice");
            }
            _ => {}
        }
        // A newer code and the end of the older one come in one commit, the end first.
        assert!(living.len() <= 1, "more than one living code");
        self.shadow.insert(id, evolve(before, &event).unwrap());
        self.log.push(event);
    }

    /// An event of the platform: one pair for each outage.
    fn outage(&mut self, fact: &Fact) {
        match fact {
            Fact::PlatformFailing { since, .. } => {
                assert!(self.failing_since.is_none(), "a second beginning of one outage");
                self.failing_since = Some(*since);
            }
            Fact::PlatformAnswers { failing_since, .. } => {
                assert_eq!(self.failing_since.take(), Some(*failing_since), "an end without its beginning");
            }
            other => panic!("{} names no dealership", other.kind()),
        }
    }

    /// The dealership of an event before it.
    pub fn before(&self, event: &Event) -> Option<&Onboarding> {
        self.shadow.get(&event.dealership?)
    }

    pub async fn after_step(&mut self, store: &MortalStore, world: &World, engine: &Engine, letters: &mut MailChecker) {
        let after = self.log.len() as u64;
        let query = EventQuery { after, ..EventQuery::default() };
        let news = if store.read_model().seq() > after { store.events(query).await.unwrap() } else { vec![] };
        for event in &news {
            letters.take_in(event, self.before(event));
            self.take_in(event.clone(), world);
        }
        for id in news.iter().filter_map(|event| event.dealership) {
            let state = store.read_model().get(id).unwrap();
            assert_eq!(*state, self.shadow[&id], "the state is not the fold of the events");
        }
        let state = world.state.lock();
        assert!(state.in_flight <= 4 && state.most_in_flight <= 4 && state.most_source_in_flight <= 4);
        for at in self.requests_checked..state.requests.len() {
            let now = state.requests[at].0;
            let within = state.requests[..=at].iter().rev();
            let within = within.take_while(|(sent, _)| *sent + Duration::from_secs(1) > now).count();
            assert!(within <= 10, "{within} requests within a second");
        }
        self.requests_checked = state.requests.len();
        drop(state);
        self.made_for_what_is_durable(world);
        self.moods.insert(match &engine.status().borrow().platform {
            PlatformState::Unconfigured => "unconfigured",
            PlatformState::Starting => "starting",
            PlatformState::Ok => "ok",
            PlatformState::Down { .. } => "down",
            PlatformState::RateLimited { .. } => "rate limited",
            PlatformState::OurCredentials { .. } => "our credentials",
            PlatformState::MassDisconnect { .. } => "mass disconnect",
        });
    }

    /// No code is made before the request for it is on record.
    pub fn made_for_what_is_durable(&mut self, world: &World) {
        let state = world.state.lock();
        if state.made.len() > self.made_checked {
            self.made_checked = state.made.len();
            let known = state.made.keys().all(|intent| self.requested.contains(intent));
            assert!(known, "a code was made before its intent was durable");
        }
    }
}
