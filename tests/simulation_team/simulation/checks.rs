//! What must be so after each step of a run and in the end, and what can be seen of it.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Debug;
use std::time::Duration;

use cloverwatch::client::EngineClient;
use cloverwatch::domain::{CodeOrigin, Event, Fact, Letter, Onboarding};
use cloverwatch::protocol::EventQuery;
use cloverwatch::store::Store;
use futures::FutureExt as _;

use super::{Simulation, TROUBLE};
use crate::places::{AttachedDesk, Process};
use crate::simulation_support::bookings;
use crate::unseen::panics;

/// How much happened, over all runs.
#[derive(Debug, Default)]
#[allow(dead_code, reason = "it is printed")]
pub struct Counts {
    steps: u64,
    calm: Duration,
    events: usize,
    answers: u64,
    attached: u32,
    /// How many runs had an event of each kind.
    kinds: BTreeMap<&'static str, u32>,
}

impl Counts {
    pub fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.calm += other.calm;
        self.events += other.events;
        self.answers += other.answers;
        self.attached += other.attached;
        for kind in other.kinds.keys() {
            *self.kinds.entry(kind).or_default() += 1;
        }
    }
}

impl Simulation {
    pub(super) fn check(&mut self) {
        let (truth, after) = (&self.database.truth, self.checker.log.len() as u64);
        if truth.read_model().seq() > after {
            let query = EventQuery { after, ..EventQuery::default() };
            for event in truth.events(query).now_or_never().unwrap().unwrap() {
                self.letters.take_in(&event, self.checker.before(&event));
                self.checker.take_in(event, &self.world);
            }
        }
        self.checker.made_for_what_is_durable(&self.world);
        self.letters.arrivals(&self.mail);
        self.booked = bookings::one_each(&self.world, self.booked);
        self.told.lock().nothing_is_wrong();
        assert_eq!(panics(), 0, "a task panicked");
    }

    /// Whether it seems that nothing is owed any more.
    pub(super) fn nothing_is_open(&self) -> bool {
        let is_open = |state: &Onboarding| {
            state.pending.as_ref().is_some_and(|pending| pending.failed.is_none())
                || state.letters().iter().any(Letter::is_open)
        };
        let seq = self.checker.log.len() as u64;
        let shows = |desk: &AttachedDesk| {
            let shown = desk.shown.lock();
            shown.client.is_some() && shown.seq == seq
        };
        let leading = self.processes.iter().flatten().filter(|process| process.engine.leads()).count();
        let seen = |process: &Process| process.store.read_model().seq() == seq;
        leading == 1
            && self.processes.iter().flatten().all(seen)
            && self.desks.iter().flatten().all(shows)
            && self.told.lock().waiting == 0
            && !self.checker.shadow.values().any(is_open)
    }

    pub(super) fn everything_is_done(&self) {
        let shadow = &self.checker.shadow;
        let leading = self.processes.iter().flatten().filter(|process| process.engine.leads()).count();
        assert_eq!(leading, 1, "one leads");
        let own = self.processes.iter().flatten().map(|process| (process.store.read_model(), "a desk"));
        let attached: Vec<_> = self.desks.iter().flatten().map(|desk| desk.shown.lock().client.clone()).collect();
        assert!(attached.iter().all(Option::is_some), "a desk does not find its owner again");
        let attached = attached.iter().flatten().map(|client| (client.read_model(), "an attached desk"));
        for (shown, who) in own.chain(attached) {
            assert_eq!((shown.seq(), shown.len()), (self.checker.log.len() as u64, shadow.len()), "{who} is behind");
            for (id, state) in shadow {
                assert_eq!(shown.get(*id).as_deref(), Some(state), "{who} shows something else than what is recorded");
            }
        }
        for state in shadow.values() {
            let pending = state.pending.as_ref().is_some_and(|pending| pending.failed.is_none());
            assert!(!pending, "{}: a request for a code was forgotten", state.id);
            let open = state.letters().iter().find(|letter| letter.is_open());
            assert_eq!(open, None, "{}: a letter was forgotten", state.id);
        }
        self.no_code_is_forgotten();
        self.told.lock().holds(&self.checker.log, shadow);
    }

    /// Every code that the source made is on record, or is still asked for by the same key, or none was needed any more: the
    /// dealership is connected, or somebody pasted one while it was not known whether there is one.
    fn no_code_is_forgotten(&self) {
        let (shadow, log) = (&self.checker.shadow, &self.checker.log);
        let open: HashSet<_> = shadow.values().filter_map(|state| Some(state.pending.as_ref()?.intent)).collect();
        for made in self.world.state.lock().made.keys().filter(|made| !open.contains(made)) {
            let is_request =
                |event: &&Event| matches!(&event.fact, Fact::InvitationRequested { intent, .. } if intent == made);
            let request = log.iter().find(is_request).expect("it was asked for");
            let is_over = |event: &Event| match &event.fact {
                Fact::InvitationIssued { source, .. } => *source == CodeOrigin::Paste,
                Fact::IntegrationConfirmed { .. } => true,
                _ => false,
            };
            let later = log.iter().filter(|event| event.seq > request.seq && event.dealership == request.dealership);
            let settled = self.checker.settled.get(made).copied().unwrap_or_default();
            assert!(settled == 1 || later.into_iter().any(is_over), "a code was made and forgotten");
        }
    }

    pub fn counts(&self) -> Counts {
        let open = self.desks.iter().flatten().map(|desk| desk.shown.lock().attached).sum::<u32>();
        let (events, answers) = (self.checker.log.len(), self.told.lock().answers);
        let calm = self.elapsed().saturating_sub(TROUBLE);
        Counts {
            steps: self.steps,
            calm,
            events,
            answers,
            attached: self.attached + open,
            kinds: self.checker.kinds.clone(),
        }
    }

    /// All that can be seen of it from outside, a line each.
    pub fn what_happened(&self) -> Vec<String> {
        fn lines<T: Debug>(all: impl IntoIterator<Item = T>) -> impl Iterator<Item = String> {
            all.into_iter().map(|one| format!("{one:?}"))
        }
        let counts = (self.elapsed(), self.counts(), self.database.transactions(), self.network.moved());
        let (world, told) = (self.world.state.lock(), self.told.lock());
        lines(&self.checker.log)
            .chain(lines(&world.requests))
            .chain(lines(&world.made))
            .chain(lines(&world.booked))
            .chain(lines(self.mail.arrived()))
            .chain(lines(&told.generations))
            .chain(lines(&told.notes))
            .chain(lines(&told.events))
            .chain(lines([counts]))
            .collect()
    }
}
