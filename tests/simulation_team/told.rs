//! What is asked, what was told of it, and what must be so of both in the end. Whoever asks does so in a task, where a panic
//! would be heard by nobody: what is wrong is kept.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use cloverwatch::client::{EngineClient, ask, ask_each};
use cloverwatch::domain::{Actor, Command, DealershipId, Event, Fact, Onboarding};
use cloverwatch::protocol::{EventQuery, PlannedBooking, Request, RequestError, Response};
use parking_lot::Mutex;

use crate::simulation_support::bookings::plan;

/// What was told of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteEnd {
    /// Nothing, or that nobody knows.
    Unknown,
    Recorded,
    /// That it is not recorded.
    Refused,
}

#[derive(Default)]
pub struct Told {
    pub generations: BTreeMap<(DealershipId, u32), &'static str>,
    pub notes: BTreeMap<String, NoteEnd>,
    /// Events that were read.
    pub events: Vec<Event>,
    /// How many wait for an answer.
    pub waiting: usize,
    pub answers: u64,
    pub wrong: Vec<String>,
}

/// Somebody who asks.
pub struct Asker {
    pub client: Arc<dyn EngineClient>,
    pub name: &'static str,
    told: Arc<Mutex<Told>>,
}

impl Drop for Asker {
    fn drop(&mut self) {
        self.told.lock().waiting -= 1;
    }
}

impl Asker {
    pub fn new(client: Arc<dyn EngineClient>, name: &'static str, told: &Arc<Mutex<Told>>) -> Self {
        told.lock().waiting += 1;
        Self { client, name, told: Arc::clone(told) }
    }

    fn actor(&self) -> Actor {
        Actor::person(self.name)
    }

    /// Asks for a code, or pastes one.
    pub async fn code(self, id: DealershipId, request: Request) {
        let answers = ask_each::<u32>(&*self.client, request, &self.actor(), |_| ()).await;
        let mut told = self.told.lock();
        told.answers += 1;
        for generation in answers.into_iter().flatten() {
            if let Some(other) = told.generations.insert((id, generation), self.name) {
                told.wrong.push(format!("{other} and {} were told of the same new code", self.name));
            }
        }
    }

    /// Writes a note for each of some, each with a text that no other has.
    pub async fn notes(self, notes: Vec<(DealershipId, String)>) {
        let note = |(id, text): &(DealershipId, String)| (*id, Command::Note { text: text.as_str().into() });
        self.told.lock().notes.extend(notes.iter().map(|(_, text)| (text.clone(), NoteEnd::Unknown)));
        let request = Request::Execute(notes.iter().map(note).collect());
        let mut answers = self.client.request(request, &self.actor());
        while let Some(response) = answers.next().await {
            let mut told = self.told.lock();
            told.answers += 1;
            let Response::Item { place, answer, .. } = response else {
                told.wrong.push(format!("notes are answered by {response:?}"));
                continue;
            };
            let end = match answer {
                Ok(_) => NoteEnd::Recorded,
                Err(RequestError::Refused(_) | RequestError::OwnerLost { in_doubt: false }) => NoteEnd::Refused,
                Err(_) => NoteEnd::Unknown,
            };
            let before = told.notes.insert(notes[place].1.clone(), end);
            if before != Some(NoteEnd::Unknown) {
                told.wrong.push(format!("{} was told twice of a note: {before:?}, {end:?}", self.name));
            }
        }
    }

    pub async fn probe(self, id: DealershipId) {
        let mut answers = self.client.request(Request::Probe(vec![id]), &self.actor());
        while answers.next().await.is_some() {}
        self.told.lock().answers += 1;
    }

    /// Books a test appointment, or moves the one that stands.
    pub async fn book(self, id: DealershipId) {
        let Some(state) = self.client.read_model().get(id) else { return };
        let day = self.client.clock().now().date_naive() + chrono::TimeDelta::days(9);
        let (local, moves) = (day.and_hms_opt(1, 0, 0).unwrap(), state.appointment.is_some());
        let planned = Request::PlanBooking { dealership: id, local, moves, plan: Box::new(plan()) };
        if let Ok(planned) = ask::<Box<PlannedBooking>>(&*self.client, planned, &self.actor()).await {
            let mut answers = self.client.request(Request::Book { dealership: id, planned }, &self.actor());
            while answers.next().await.is_some() {}
        }
        self.told.lock().answers += 1;
    }

    pub async fn read(self, after: u64) {
        let query = EventQuery { after, ..EventQuery::default() };
        let Ok(events) = self.client.events(query).await else { return };
        let mut told = self.told.lock();
        told.answers += 1;
        let gap = events.iter().zip(after + 1..).find(|(event, seq)| event.seq != *seq);
        if let Some((event, seq)) = gap {
            told.wrong.push(format!("{} reads event {} where {seq} should be", self.name, event.seq));
        }
        told.events.extend(events);
    }
}

impl Told {
    pub fn nothing_is_wrong(&self) {
        assert!(self.wrong.is_empty(), "{:?}", self.wrong);
    }

    /// When nothing goes wrong any more, and everything has had its time.
    pub fn holds(&self, log: &[Event], states: &std::collections::HashMap<DealershipId, Onboarding>) {
        assert_eq!(self.waiting, 0, "somebody waits for an answer for ever");
        for (id, generation) in self.generations.keys() {
            assert!(states[id].generation() >= *generation, "a code that somebody was told of is missing");
        }
        let text = |event: &Event| match &event.fact {
            Fact::NoteAdded { text } => Some(text.raw().to_owned()),
            _ => None,
        };
        let mut recorded = HashSet::new();
        for text in log.iter().filter_map(text) {
            assert!(recorded.insert(text), "a note is there twice");
        }
        for (text, end) in &self.notes {
            match end {
                NoteEnd::Recorded => assert!(recorded.contains(text), "a note that somebody was told of is missing"),
                NoteEnd::Refused => assert!(!recorded.contains(text), "a note is there that was told as not recorded"),
                NoteEnd::Unknown => {}
            }
        }
        for event in &self.events {
            let place = usize::try_from(event.seq).unwrap() - 1;
            assert_eq!(log.get(place), Some(event), "somebody read what is not recorded");
        }
    }
}
