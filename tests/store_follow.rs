//! Readers beside the owner of the store.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod store_support;

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;

use cloverwatch::domain::{Event, Fact};
use cloverwatch::protocol::EventQuery;
use cloverwatch::store::{JournalReader, Snapshot, Store, StoreError};
use store_support::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_events_that_are_read_are_those_that_the_dealerships_were_read_with() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_small(dir.path()).unwrap();
    store.append(vec![added(1)]).await.unwrap();
    store.append(vec![added(2)]).await.unwrap();
    let read = JournalReader::open(dir.path()).unwrap().read().unwrap();
    store.append(vec![note(1, 1)]).await.unwrap();
    let events = |query: EventQuery| read.events(&query).unwrap().iter().map(|event| event.seq).collect::<Vec<_>>();
    assert_eq!((read.read_model.seq(), events(EventQuery::default())), (2, vec![1, 2]));
    let of = |number| EventQuery { dealership: Some(id(number)), ..EventQuery::default() };
    assert_eq!((events(of(1)), events(of(2)), events(of(3))), (vec![1], vec![2], vec![]));
    let newest = EventQuery { newest: true, limit: Some(1), ..EventQuery::default() };
    assert_eq!(events(newest), [2]);
    let nothing = Snapshot::default();
    assert!(nothing.end.is_whole() && nothing.events(&EventQuery::default()).unwrap().is_empty());
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_subscriber_never_sees_half_a_batch() {
    let sound = tempfile::tempdir().unwrap();
    let store = open_small(sound.path()).unwrap();
    for number in 0..12 {
        let facts = history(number).into_iter().take(1 + number as usize).collect();
        store.append(vec![append(number, 0, facts)]).await.unwrap();
    }
    let (_, events) = content(&*store).await;
    let ends: HashSet<u64> = (1..=12).map(|n| n * (n + 1) / 2).collect();
    store.close().await.unwrap();

    // The same journal, growing by some bytes at a time.
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("journal")).unwrap();
    let reader = JournalReader::open(dir.path()).unwrap();
    let mut subscription = reader.subscribe(0);
    let mut seen: Vec<Event> = Vec::new();
    assert_eq!(subscription.poll().unwrap(), []);
    for segment in segments(sound.path()) {
        let to = dir.path().join("journal").join(segment.file_name().unwrap());
        let mut file = OpenOptions::new().create(true).append(true).open(to).unwrap();
        for bytes in fs::read(&segment).unwrap().chunks(97) {
            file.write_all(bytes).unwrap();
            seen.extend(subscription.poll().unwrap());
            let last = seen.last().map_or(0, |event| event.seq);
            assert!(last == 0 || ends.contains(&last), "half a batch: {last}");
            assert_eq!(reader.last_seq().unwrap(), last);
            assert_eq!(reader.read().unwrap().read_model.seq(), last);
        }
    }
    assert_eq!(seen, events);
    // From the middle it begins at the next event.
    assert_eq!(reader.subscribe(40).poll().unwrap(), events[40..]);
    assert_eq!(reader.subscribe(1_000).poll().unwrap(), []);
}

#[tokio::test]
async fn a_subscriber_goes_on_when_what_was_not_acknowledged_is_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    store.append(vec![added(1)]).await.unwrap();
    let path = &segments(dir.path())[0];
    let good = fs::read(path).unwrap();
    store.append(vec![note(1, 1), note(1, 2)]).await.unwrap();
    let (_, events) = content(&*store).await;
    store.close().await.unwrap();
    let whole = fs::read(path).unwrap();

    let mut subscription = JournalReader::open(dir.path()).unwrap().subscribe(0);
    fs::write(path, &whole[..whole.len() - 60]).unwrap();
    assert_eq!(subscription.poll().unwrap(), events[..1]);
    fs::write(path, &good).unwrap();
    assert_eq!(subscription.poll().unwrap(), []);
    fs::write(path, &whole).unwrap();
    assert_eq!(subscription.poll().unwrap(), events[1..]);

    // Damage that stays is not waited for.
    let mut damaged = whole.clone();
    damaged[good.len() + 40] ^= 1;
    fs::write(path, damaged).unwrap();
    let mut subscription = JournalReader::open(dir.path()).unwrap().subscribe(1);
    let error = (0..100).find_map(|_| subscription.poll().err());
    assert!(matches!(error, Some(StoreError::Damaged { line: 2, .. })), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_wakes_for_what_another_process_writes() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let mut subscription = JournalReader::open(dir.path()).unwrap().subscribe(0);
    let waiting = tokio::spawn(async move { subscription.next(&*clock()).await });
    let committed = store.append(vec![append(1, 0, history(1))]).await.unwrap();
    let seen = waiting.await.unwrap().unwrap();
    assert!(seen.iter().eq(committed.events.iter().map(|event| &**event)));
    assert!(matches!(seen[0].fact, Fact::DealershipAdded { .. }));
    store.close().await.unwrap();
}
