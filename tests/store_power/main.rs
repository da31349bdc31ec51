//! The power fails at any moment: nothing acknowledged is lost, nothing is invented, no batch is half, and whatever is left
//! opens by itself and goes on. `TEST_SEED=n` replays a seed, `TEST_RUNS=n` tries n from there on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "../store_support/mod.rs"]
mod store_support;

mod disk;
mod life;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use cloverwatch::store::disk::{Disk as _, RealDisk};
use cloverwatch::store::embedded::StoreOptions;
use cloverwatch::store::{EmbeddedStore, JournalReader, Store, StoreError, restore_through};
use disk::{ALL, DiskState, NotingDisk, Operation};
use life::{Books, Told};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use store_support::*;
use tempfile::TempDir;

/// Where the store is on the disk: a directory above it has to be made too.
const STORE: &str = "desk/store";

fn runs(default: u64) -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().map(|number| number.parse::<u64>().unwrap());
    let first = number("TEST_SEED");
    let many = number("TEST_RUNS").unwrap_or(if first.is_some() { 1 } else { default });
    first.unwrap_or(1)..first.unwrap_or(1) + many
}

/// A way to say which run failed, and how to have it again.
fn replay(test: &str, seed: u64) -> impl Drop {
    scopeguard::guard((), move |()| {
        if std::thread::panicking() {
            eprintln!("replay: TEST_SEED={seed} cargo test --test store_power {test}");
        }
    })
}

/// Where the disk of a test is put: what is synced there is synced by the model, so memory will do.
fn image_dir() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// Puts an index beside a journal: none, one of an earlier moment, or a damaged one.
fn put_index(store: &Path, indexes: &[TempDir], random: &mut StdRng) {
    let Some(index) = indexes.get(random.random_range(0..=indexes.len())) else { return };
    if !store.exists() {
        return;
    }
    let to = store.join("index");
    copy(index.path(), &to);
    if random.random_ratio(1, 4) {
        let db = to.join("db");
        let len = fs::metadata(&db).unwrap().len();
        fs::File::options().write(true).open(db).unwrap().set_len(random.random_range(0..len)).unwrap();
    }
}

/// Opens what is left, and holds it against what had been told.
async fn assert_safe(root: &Path, books: &Books, told: &Told, what: &str) {
    let dir = root.join(STORE);
    if dir.join("journal").exists() {
        let read = JournalReader::open(&dir).unwrap().read();
        let read = read.unwrap_or_else(|error| panic!("{what}: it cannot be read: {error}"));
        assert!(read.read_model.seq() >= told.events.len() as u64, "{what}: a reader misses what was acknowledged");
    }
    let store = open_small(&dir).unwrap_or_else(|error| panic!("{what}: it is refused: {error}"));
    let events = content(&*store).await.1;
    assert_eq!(events.get(..told.events.len()), Some(&told.events[..]), "{what}: {:?}", store.notices());
    books.assert_only_whole_batches(&events, what);
    assert_consistent(&store).await;
    let bulks: Vec<u64> = store.bulks().await.into_iter().map(|(id, _)| id).collect();
    assert!(told.bulks.iter().all(|id| bulks.contains(id)), "{what}: {bulks:?} of {:?}", told.bulks);
    let hook = store.hook_position("hook").await.unwrap().map_or(0, |position| position.after);
    assert!(hook >= told.hook, "{what}: a hook was at {} and is at {hook}", told.hook);
    store.append(vec![added(1_000_000)]).await.unwrap();
    let after = content(&*store).await;
    store.close().await.unwrap();
    drop(store);
    let store = open_small(&dir).unwrap();
    assert_eq!((content(&*store).await, store.notices()), (after, vec![]), "{what}: after one more start");
    store.close().await.unwrap();
}

/// A few lives of a store, some of them cut off by a kill; then the power fails at moments of all of them.
async fn any_history(seed: u64, images: usize) {
    let mut random = StdRng::seed_from_u64(seed);
    let root = tempfile::tempdir().unwrap();
    let disk = NotingDisk::on(root.path());
    let mut books = Books::default();
    for _ in 0..random.random_range(1..5) {
        books.live(&disk, &root.path().join(STORE), &mut random).await;
    }
    let operations = disk.operations();
    let mut moments: Vec<usize> = (0..images).map(|_| random.random_range(0..=operations.len())).collect();
    moments.sort_unstable();
    let (mut state, mut told, mut done) = (DiskState::empty(), Told::default(), 0);
    for moment in moments {
        for operation in &operations[done..moment] {
            state.take(operation);
            if let Operation::Told(more) = operation {
                told.take(more);
            }
        }
        done = moment;
        let image = image_dir();
        let survives = ALL.get(random.random_range(0..2 * ALL.len())).copied();
        state.write_to(image.path(), survives, &mut random);
        put_index(&image.path().join(STORE), &books.indexes[..told.indexes], &mut random);
        let what = format!("seed {seed}, power lost after operation {moment} of {}, {survives:?}", operations.len());
        assert_safe(image.path(), &books, &told, &what).await;
    }
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_whenever_the_power_fails() {
    for seed in runs(16) {
        let _replay = replay("nothing_acknowledged_is_lost", seed);
        any_history(seed, 10).await;
    }
}

/// Every choice of the pages of one group, small enough to try them all: sectors of 512 bytes, and pages of 4 KiB.
#[tokio::test]
async fn every_choice_of_pages_of_the_last_group_opens() {
    for (page, text) in [(512, 300), (4_096, 5_000)] {
        let root = tempfile::tempdir().unwrap();
        let disk = NotingDisk::on(root.path());
        let mut books = Books::default();
        let dir = root.path().join(STORE);
        let store = Books::open(&disk, &dir, u64::MAX).unwrap();
        books.append(&*store, &disk, 2, 40).await;
        books.append(&*store, &disk, 2, text).await;
        store.close().await.unwrap();
        let operations = disk.operations();
        let last = operations.iter().rposition(|operation| matches!(operation, Operation::Write(_, at, _) if *at > 0));
        let (mut state, mut told) = (DiskState::empty(), Told::default());
        for operation in &operations[..=last.unwrap()] {
            state.take(operation);
            if let Operation::Told(more) = operation {
                told.take(more);
            }
        }
        let pages = state.pending_pages(page);
        assert!((2..=6).contains(&pages), "{pages} pages of {page}");
        for chosen in 0..1 << pages {
            for full in [false, true] {
                let image = image_dir();
                state.write_chosen(image.path(), page, chosen, full);
                let what = format!("pages {chosen:0pages$b} of {page}, full length: {full}");
                assert_safe(image.path(), &books, &told, &what).await;
            }
        }
    }
}

/// What is given up for lost stays given up, and is not held against what is recorded afterwards.
#[tokio::test]
async fn a_loss_that_was_accepted_is_accepted_for_good() {
    for seed in runs(3) {
        let _replay = replay("a_loss_that_was_accepted", seed);
        let mut random = StdRng::seed_from_u64(seed);
        let root = tempfile::tempdir().unwrap();
        let (disk, dir) = (NotingDisk::on(root.path()), root.path().join(STORE));
        let mut books = Books::default();
        let store = Books::open(&disk, &dir, u64::MAX).unwrap();
        for _ in 0..6 {
            books.append(&*store, &disk, 1, 40).await;
        }
        store.close().await.unwrap();
        drop(store);
        // A restored backup, or a disk that lied: the end is gone for good.
        let journal = segments(&dir).pop().unwrap();
        let text = fs::read(&journal).unwrap();
        let kept = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(3).unwrap().0 + 1;
        disk.open(&journal).unwrap().truncate(kept as u64).unwrap();
        assert!(matches!(Books::open(&disk, &dir, u64::MAX), Err(StoreError::Lost(_))));
        let options = StoreOptions { accept_loss: true, disk: Arc::new(disk.clone()), ..StoreOptions::default() };
        let store = EmbeddedStore::open_with(&dir, &clock(), options).unwrap();
        let from = disk.operations().len();
        let left = content(&*store).await.1;
        disk.told(life::Telling::AllIs(left));
        books.append(&*store, &disk, 1, 40).await;
        drop(store);
        let operations = disk.operations();
        let (mut state, mut told) = (DiskState::empty(), Told::default());
        for (place, operation) in operations.iter().enumerate() {
            state.take(operation);
            if let Operation::Told(more) = operation {
                told.take(more);
            }
            if place < from {
                continue;
            }
            let image = image_dir();
            state.write_to(image.path(), None, &mut random);
            assert_safe(image.path(), &books, &told, &format!("seed {seed}, operation {place}")).await;
        }
    }
}

/// A restore is there wholly once it has ended; before, the store is as empty as it was, and can be restored once more.
#[tokio::test]
async fn a_restore_is_whole_or_did_not_happen() {
    let (from, root) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open_small(from.path()).unwrap();
    fill(&*store, 30).await;
    let events = content(&*store).await.1;
    let mut export = Vec::new();
    JournalReader::open(from.path()).unwrap().export(&mut export).unwrap();
    store.close().await.unwrap();
    let (disk, dir) = (NotingDisk::<()>::on(root.path()), root.path().join(STORE));
    // One that was opened before, and was never written to.
    drop(EmbeddedStore::open_with(
        &dir,
        &clock(),
        StoreOptions { disk: Arc::new(disk.clone()), ..StoreOptions::default() },
    ));
    restore_through(&disk, &dir, &export[..], clock().now()).unwrap();
    let operations = disk.operations();
    let mut random = StdRng::seed_from_u64(1);
    let mut state = DiskState::empty();
    for (place, operation) in operations.iter().enumerate() {
        state.take(operation);
        for survives in ALL {
            let image = image_dir();
            state.write_to(image.path(), Some(survives), &mut random);
            let dir = image.path().join(STORE);
            let store = open_small(&dir).unwrap_or_else(|error| panic!("operation {place}, {survives:?}: {error}"));
            let there = content(&*store).await.1;
            store.close().await.unwrap();
            drop(store);
            let ended = place + 1 == operations.len();
            assert!(
                there == events || (there.is_empty() && !ended),
                "operation {place}, {survives:?}: {} events",
                there.len()
            );
            if there.is_empty() {
                restore_through(&RealDisk, &dir, &export[..], clock().now()).unwrap();
                let store = open_small(&dir).unwrap();
                assert_eq!(content(&*store).await.1, events, "operation {place}, {survives:?}: restored again");
                store.close().await.unwrap();
            }
        }
    }
}
