//! The embedded store across processes: killed, held by another, out of room.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod store_support;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Command;
use std::sync::{Arc, Mutex};

use cloverwatch::protocol::EventQuery;
use cloverwatch::store::{JournalReader, Lock, Store, StoreError};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use store_support::*;

const ROUNDS: u64 = 20;
const WRITERS: u64 = 24;

/// A batch of three events: half of one would be noticed.
fn three(number: u64, version: u64) -> cloverwatch::store::Append {
    let mut facts = if version == 0 { added(number).facts } else { note(number, version).facts };
    facts.extend(note(number, version + 1).facts);
    facts.extend(note(number, version + 2).facts);
    append(number, version, facts)
}

#[test]
#[ignore = "the child of the next test"]
fn child_writes_until_it_is_killed() {
    let Some(dir) = child_dir() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let store = open_small(&dir.join("store")).unwrap();
        let acks = File::options().append(true).create(true).open(dir.join("acks")).unwrap();
        let acks = Arc::new(Mutex::new(acks));
        let writers = (0..WRITERS).map(|number| {
            let (store, acks) = (Arc::clone(&store), Arc::clone(&acks));
            tokio::spawn(async move {
                let mut version = store.read_model().get(id(number)).map_or(0, |state| state.version);
                loop {
                    let committed = store.append(vec![three(number, version)]).await.unwrap();
                    version += 3;
                    let last = committed.events[2].seq;
                    let mut acks = acks.lock().unwrap();
                    writeln!(acks, "{number} {version} {last}").unwrap();
                    acks.sync_data().unwrap();
                    println!("ack");
                }
            })
        });
        futures::future::join_all(writers).await;
    });
}

#[tokio::test]
async fn killed_in_a_burst_of_writes_nothing_acknowledged_is_lost_and_no_batch_is_half() {
    let dir = tempfile::tempdir().unwrap();
    let seed = std::env::var("STORE_TEST_SEED").ok().map_or(7, |seed| seed.parse().unwrap());
    let mut random = StdRng::seed_from_u64(seed);
    let mut cut = 0;
    for round in 0..ROUNDS {
        let mut child = child("child_writes_until_it_is_killed", dir.path()).spawn().unwrap();
        let wanted = random.random_range(1..150);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let acks = lines.map_while(Result::ok).filter(|line| line.ends_with("ack")).take(wanted).count();
        assert_eq!(acks, wanted, "the child ended by itself in round {round}, seed {seed}");
        child.kill().unwrap();
        child.wait().unwrap();

        let store = open_small(&dir.path().join("store")).unwrap();
        cut += store.notices().len();
        let acks = fs::read_to_string(dir.path().join("acks")).unwrap();
        // The last ack itself may be torn; then it does not count.
        let whole = &acks[..=acks.rfind('\n').unwrap()];
        let mut acked = HashMap::new();
        for line in whole.lines() {
            let numbers: Vec<u64> = line.split(' ').map(|number| number.parse().unwrap()).collect();
            acked.insert(numbers[0], (numbers[1], numbers[2]));
        }
        for (number, (version, last)) in acked {
            let state = store.read_model().get(id(number)).unwrap();
            assert!(state.version >= version, "round {round}, seed {seed}: {number} lost an acknowledged batch");
            assert_eq!(state.version % 3, 0, "round {round}, seed {seed}: half a batch");
            let query = EventQuery { after: last - 3, limit: Some(3), ..EventQuery::default() };
            let events = store.events(query).await.unwrap();
            assert!(events.iter().all(|event| event.dealership == Some(id(number))), "round {round}, seed {seed}");
        }
        assert_consistent(&store).await;
        store.close().await.unwrap();
        fs::write(dir.path().join("acks"), whole).unwrap();
    }
    assert!(segments(&dir.path().join("store")).len() > 20);
    println!("{cut} torn ends were cut");
}

#[test]
#[ignore = "the child of the next test"]
fn child_holds_the_store() {
    let Some(dir) = child_dir() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let store = open(&dir).unwrap();
    runtime.block_on(fill(&*store, 5));
    println!("\nready");
    let _ = std::io::stdin().read(&mut [0; 1]).unwrap();
    runtime.block_on(store.close()).unwrap();
}

#[tokio::test]
async fn a_second_process_is_told_who_holds_it_and_can_read() {
    let dir = tempfile::tempdir().unwrap();
    let before = clock().now();
    let mut owner = child("child_holds_the_store", dir.path()).spawn().unwrap();
    let mut lines = BufReader::new(owner.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line == "ready"));

    let Err(StoreError::Held(Some(holder))) = open(dir.path()) else { panic!("not held") };
    assert_eq!(holder.pid, owner.id());
    assert!(!holder.host.is_empty());
    assert!(before <= holder.since && holder.since <= clock().now());
    assert_eq!(Lock::holder(dir.path()), Some(holder.clone()));
    assert!(StoreError::Held(Some(holder)).to_string().contains(&format!("process {}", owner.id())));

    let reader = JournalReader::open(dir.path()).unwrap();
    assert_eq!(reader.read().unwrap().read_model.len(), 5);
    let (events, follow) = (reader.events(&EventQuery::default()).unwrap(), reader.subscribe(0).poll().unwrap());
    assert_eq!(events, follow);
    assert!(!events.is_empty());

    // A lock file whose owner is gone is simply taken, however the owner went.
    owner.kill().unwrap();
    owner.wait().unwrap();
    assert_eq!(Lock::holder(dir.path()), None);
    let store = open(dir.path()).unwrap();
    assert_eq!(Lock::holder(dir.path()).unwrap().pid, std::process::id());
    assert!(matches!(open(dir.path()), Err(StoreError::Held(Some(holder))) if holder.pid == std::process::id()));
    assert_eq!(content(&*store).await.1, events);
    store.close().await.unwrap();
    assert_eq!(Lock::holder(dir.path()), None);
}

#[test]
#[ignore = "the child of the next test"]
fn child_writes_until_there_is_no_room() {
    let Some(dir) = child_dir() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    runtime.block_on(async {
        let store = open(&dir).unwrap();
        let mut version = 0;
        let error = loop {
            match store.append(vec![three(1, version)]).await {
                Ok(_) => version += 3,
                Err(error) => break error,
            }
        };
        assert!(matches!(error, StoreError::Io { full: true, .. }), "{error}");
        // It still answers, with the same; and it still reads.
        let error = store.append(vec![three(1, version)]).await.unwrap_err();
        assert!(matches!(error, StoreError::Io { full: true, .. }), "{error}");
        assert_eq!(store.read_model().get(id(1)).unwrap().version, version);
        assert_consistent(&store).await;
        let _ = store.close().await;
        println!("\nacknowledged {version}");
    });
}

#[tokio::test]
async fn under_a_real_limit_on_file_sizes_everything_acknowledged_stays() {
    let dir = tempfile::tempdir().unwrap();
    let inner = child("child_writes_until_there_is_no_room", dir.path());
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 300; exec \"$0\" \"$@\""]).arg(inner.get_program());
    shell.args(inner.get_args()).env("STORE_TEST_DIR", dir.path());
    let output = shell.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let acknowledged = text.lines().find_map(|line| line.strip_prefix("acknowledged "));
    let problem = format!("{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let version: u64 = acknowledged.expect(&problem).parse().unwrap();
    assert!(version > 100, "{problem}");

    let store = open(dir.path()).unwrap();
    assert_eq!(store.read_model().get(id(1)).unwrap().version, version);
    assert_consistent(&store).await;
    store.append(vec![three(1, version)]).await.unwrap();
    store.close().await.unwrap();
}
