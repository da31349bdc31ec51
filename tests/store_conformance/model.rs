//! The model of a store is the one in memory: whatever is asked of both, through any number of ends and crashes, the
//! answers are the same.

use std::sync::Arc;

use cloverwatch::domain::{Event, Fact, Onboarding};
use cloverwatch::protocol::{Committed, EventQuery, ReadModel};
use cloverwatch::store::{Append, JournalReader, MemoryStore, Snapshot, Store, StoreError, Subscription};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::place::{Kind, Place};
use crate::store_support::*;

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<Part>),
    Query(EventQuery),
    Close,
    /// Without a close: the index stays behind.
    Drop,
    /// The journal is read from outside.
    Read,
}

const PLATFORM: u64 = 4;

/// An append that may or may not fit.
#[derive(Debug, Clone)]
struct Part {
    /// Whose; [`PLATFORM`] for the platform.
    number: u64,
    /// How far from the true version the expected one is; mostly 0.
    off: u64,
    facts: Vec<Fact>,
}

fn fact() -> impl Strategy<Value = Fact> {
    prop_oneof![
        3 => (0..5u8).prop_map(|code| Fact::DealershipAdded { profile: profile(&format!("xts{code}")) }),
        2 => (0..5u8).prop_map(|code| Fact::DealershipUpdated { profile: profile(&format!("xts{code}")) }),
        3 => (1..4u32, 0..12u8).prop_map(|(generation, code)| issued(generation, &format!("CODE-{code}"))),
        4 => "\\PC{0,300}".prop_map(|text| Fact::NoteAdded { text: text.into() }),
        1 => Just(Fact::SlotsMissing { window: 14 }),
        1 => Just(Fact::Archived {}),
        2 => (0..60u64).prop_map(|n| Fact::PlatformFailing { why: "503".into(), since: at(n), credentials: n % 2 == 0 }),
        1 => (0..60u64).prop_map(|n| Fact::PlatformAnswers { since: at(n), failing_since: at(0), last_failed: (n % 2 == 0).then(|| at(n)) }),
    ]
}

fn part() -> impl Strategy<Value = Part> {
    let off = prop_oneof![9 => Just(0), 1 => 1..3u64];
    (0..=PLATFORM, off, vec(fact(), 0..4)).prop_map(|(number, off, facts)| Part { number, off, facts })
}

fn query() -> impl Strategy<Value = EventQuery> {
    let seq = prop_oneof![Just(0), 1..40u64];
    let time = || prop::option::of((0..60u64).prop_map(at));
    (
        (seq, prop::option::of(0..60u64), prop::option::of((0..5u64).prop_map(id))),
        (vec(prop_oneof![4 => 0..25u8, 1 => 39..41u8], 0..3), time(), time()),
        (prop::option::of(0..9usize), any::<bool>()),
    )
        .prop_map(|((after, before, dealership), (kinds, since, until), (limit, newest))| EventQuery {
            after,
            before,
            dealership,
            kinds,
            since,
            until,
            limit,
            newest,
        })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => vec(part(), 0..4).prop_map(Step::Append),
        5 => query().prop_map(Step::Query),
        1 => Just(Step::Close),
        1 => Just(Step::Drop),
        1 => Just(Step::Read),
    ]
}

fn batch(store: &dyn Store, parts: &[Part]) -> Vec<Append> {
    let mut versions = std::collections::HashMap::new();
    let add = |part: &Part| {
        let known = store.read_model().get(id(part.number)).map_or(0, |state| state.version);
        let version = versions.entry(part.number).or_insert(known);
        let mut append = append(part.number, *version + part.off, part.facts.clone());
        if part.number == PLATFORM {
            append.dealership = None;
        }
        *version += part.facts.len() as u64;
        append
    };
    parts.iter().map(add).collect()
}

fn words(result: Result<Committed, StoreError>) -> Result<Vec<Event>, String> {
    let events = |committed: Committed| committed.events.iter().map(|event| Event::clone(event)).collect();
    result.map(events).map_err(|error| error.to_string())
}

/// What only the embedded store has: it is read from outside.
struct Outside {
    subscription: Subscription,
    followed: Vec<Event>,
}

impl Outside {
    fn read(&mut self, place: &Place, model: &MemoryStore) {
        let Snapshot { read_model, end, .. } = JournalReader::open(place.dir.path()).unwrap().read().unwrap();
        assert!(end.is_whole(), "{end}");
        assert_eq!(states(&read_model), states(model.read_model()));
        self.followed.extend(self.subscription.poll().unwrap());
        assert_eq!(self.followed, model.log());
    }
}

async fn run(kind: Kind, steps: Vec<Step>) {
    let place = Place::new(kind);
    let mut store = place.open().await;
    let mut model = MemoryStore::new();
    let mut outside = place.beside().map(|subscription| Outside { subscription, followed: Vec::new() });
    for step in steps {
        match step {
            Step::Append(parts) => {
                let batch = batch(&*model, &parts);
                assert_eq!(words(store.append(batch.clone()).await), words(model.append(batch).await));
            }
            Step::Query(query) => {
                let expected = model.events(query.clone()).await.unwrap();
                assert_eq!(store.events(query.clone()).await.unwrap(), expected, "{query:?}");
                if outside.is_some() {
                    let from_outside = JournalReader::open(place.dir.path()).unwrap().events(&query).unwrap();
                    assert_eq!(from_outside, expected, "{query:?}");
                }
            }
            Step::Close | Step::Drop => {
                if matches!(step, Step::Close) {
                    store.close().await.unwrap();
                }
                drop(store);
                store = place.open().await;
                assert_eq!(store.notices(), Vec::<String>::new());
                model = MemoryStore::from_events(model.log()).unwrap();
            }
            Step::Read => {
                if let Some(outside) = &mut outside {
                    outside.read(&place, &model);
                }
            }
        }
        assert_eq!(states(store.read_model()), states(model.read_model()));
        for code in 0..5 {
            let code = format!("xts{code}");
            assert_eq!(store.read_model().by_dealer_code(&code), model.read_model().by_dealer_code(&code));
        }
    }
    assert_eq!(content(&*store).await.1, model.log());
    assert_folded(&*store).await;
    store.close().await.unwrap();
    drop(store);
    if kind == Kind::Embedded {
        assert_consistent(&place.embedded()).await;
    }
}

fn states(read_model: &ReadModel) -> (u64, Vec<Arc<Onboarding>>) {
    let (seq, mut states) = read_model.all();
    states.sort_by_key(|state| state.id);
    (seq, states)
}

pub fn it_is_the_store_in_memory(kind: Kind) {
    // A schema is dearer than a directory.
    let cases = if kind == Kind::Postgres { 16 } else { 48 };
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let done = runner.run(&vec(step(), 1..40), |steps| {
        runtime.block_on(run(kind, steps));
        Ok(())
    });
    done.unwrap_or_else(|failure| panic!("{failure}"));
}
