//! The embedded store does what the store in memory does, through any number of ends and crashes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod store_support;

use cloverwatch::domain::{DealershipId, Event, Fact};
use cloverwatch::protocol::EventQuery;
use cloverwatch::store::{Append, JournalReader, MemoryStore, Snapshot, Store, StoreError};
use proptest::collection::vec;
use proptest::prelude::*;
use store_support::*;

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

fn words(result: Result<cloverwatch::protocol::Committed, StoreError>) -> Result<Vec<Event>, String> {
    let events = |committed: cloverwatch::protocol::Committed| {
        committed.events.iter().map(|event| Event::clone(event)).collect()
    };
    result.map(events).map_err(|error| error.to_string())
}

async fn run(steps: Vec<Step>) {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open_small(dir.path()).unwrap();
    let mut model = MemoryStore::new();
    let mut subscription = JournalReader::open(dir.path()).unwrap().subscribe(0);
    let mut followed: Vec<Event> = Vec::new();
    for step in steps {
        match step {
            Step::Append(parts) => {
                let batch = batch(&*model, &parts);
                assert_eq!(words(store.append(batch.clone()).await), words(model.append(batch).await));
            }
            Step::Query(query) => {
                let expected = model.events(query.clone()).await.unwrap();
                let from_outside = JournalReader::open(dir.path()).unwrap().events(&query).unwrap();
                assert_eq!(store.events(query.clone()).await.unwrap(), expected, "{query:?}");
                assert_eq!(from_outside, expected, "{query:?}");
            }
            Step::Close | Step::Drop => {
                if matches!(step, Step::Close) {
                    store.close().await.unwrap();
                }
                drop(store);
                store = open_small(dir.path()).unwrap();
                assert_eq!(store.notices(), Vec::<String>::new());
                model = MemoryStore::from_events(model.log()).unwrap();
            }
            Step::Read => {
                let Snapshot { read_model, end, .. } = JournalReader::open(dir.path()).unwrap().read().unwrap();
                assert!(end.is_whole(), "{end}");
                assert_eq!(states(&read_model), states(model.read_model()));
                followed.extend(subscription.poll().unwrap());
                assert_eq!(followed, model.log());
            }
        }
        assert_eq!(states(store.read_model()), states(model.read_model()));
        for code in 0..5 {
            let code = format!("xts{code}");
            assert_eq!(store.read_model().by_dealer_code(&code), model.read_model().by_dealer_code(&code));
        }
    }
    assert_eq!(content(&*store).await.1, model.log());
    assert_consistent(&store).await;
}

fn states(
    read_model: &cloverwatch::protocol::ReadModel,
) -> (u64, Vec<(DealershipId, cloverwatch::domain::Onboarding)>) {
    let (seq, states) = read_model.all();
    let mut states: Vec<_> =
        states.iter().map(|state| (state.id, cloverwatch::domain::Onboarding::clone(state))).collect();
    states.sort_by_key(|(id, _)| *id);
    (seq, states)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn the_embedded_store_is_the_store_in_memory(steps in vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(run(steps));
    }
}
