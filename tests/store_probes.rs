//! The last looks beside the events: kept across restarts, cheap to write, and never a reason not to open.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod store_support;

use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cloverwatch::domain::{DealershipId, Outcome, ProbeState, SlotCounts, Timestamp};
use cloverwatch::store::disk::{Disk, LogFile, RealDisk};
use cloverwatch::store::embedded::StoreOptions;
use cloverwatch::store::{EmbeddedStore, JournalReader, Store, StoreError};
use store_support::*;

fn looked(number: u64, second: u64) -> ProbeState {
    let slots = (0..20).map(|hour| (at(second) + chrono::TimeDelta::hours(hour)).naive_utc());
    ProbeState {
        dealer_code: format!("xts{number}").into(),
        at: at(second),
        outcome: [Outcome::Connected, Outcome::NotConnected, Outcome::Unknown][number as usize % 3],
        reason: format!("what look {second} said, \u{e9}\u{202e}").into(),
        since: at(second / 2),
        slots: number.is_multiple_of(2).then(|| (whole(at(second)), SlotCounts::of(slots.map(whole_wall)))),
    }
}

/// Slots are offered at whole minutes.
fn whole_wall(wall: chrono::NaiveDateTime) -> chrono::NaiveDateTime {
    chrono::SubsecRound::trunc_subsecs(wall, 0)
}

fn whole(at: Timestamp) -> Timestamp {
    chrono::SubsecRound::trunc_subsecs(at, 3)
}

async fn filled(store: &EmbeddedStore, many: u64) {
    for number in 0..many {
        store.append(vec![added(number)]).await.unwrap();
        store.probes().put(id(number), looked(number, 100 + number));
    }
}

fn known(store: &dyn Store) -> Vec<(DealershipId, ProbeState)> {
    let mut all: Vec<_> = store.probes().all().into_iter().map(|(id, state)| (id, ProbeState::clone(&state))).collect();
    all.sort_unstable_by_key(|(id, _)| *id);
    all
}

#[tokio::test]
async fn the_last_looks_survive_a_restart_and_the_loss_of_the_index() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    filled(&store, 9).await;
    store.probes().put(id(3), looked(3, 900));
    let expected = known(&*store);
    assert_eq!(expected[3].1, looked(3, 900), "the newest counts");
    assert_eq!(JournalReader::open(dir.path()).unwrap().probes().len(), 0, "not written look by look");
    store.save_probes().await.unwrap();
    assert_eq!(JournalReader::open(dir.path()).unwrap().probes().len(), 9, "read beside the owner");
    store.probes().put_slots(id(1), at(5), SlotCounts::of([]));
    let slots = store.probes().get(id(1)).unwrap().slots.clone();
    assert_eq!(slots, Some((at(5), SlotCounts::default())));
    store.close().await.unwrap();
    assert!(matches!(store.save_probes().await, Err(StoreError::Closed)));

    fs::remove_dir_all(dir.path().join("index")).unwrap();
    let store = open(dir.path()).unwrap();
    let again = known(&*store);
    assert_eq!((again.len(), &again[3]), (9, &expected[3]));
    assert_eq!(again[1].1.slots, slots, "what came after the last batch is written at the end");
    assert!(store.read_model().len() == 9 && store.notices().len() == 1, "{:?}", store.notices());
}

#[tokio::test]
async fn a_file_that_is_torn_or_damaged_is_read_up_to_there_and_goes_on_from_there() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    filled(&store, 6).await;
    store.close().await.unwrap();
    let path = dir.path().join("probes");
    let whole = fs::read(&path).unwrap();
    let hurt = |place: usize| {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x41;
        bytes
    };
    let cut = (1..whole.len()).step_by(37).map(|len| whole[..len].to_vec());
    let flipped = (0..whole.len()).step_by(41).map(hurt);
    let others = [b"{\"not\":\"ours\"}\n".to_vec(), vec![0xff; 4_000]];
    fs::write(&path, b"").unwrap();
    let store = open(dir.path()).unwrap();
    assert!(known(&*store).is_empty() && store.notices().is_empty(), "created and never written is not damaged");
    store.close().await.unwrap();
    for (round, bytes) in cut.chain(flipped).chain(others).enumerate() {
        fs::write(&path, &bytes).unwrap();
        let store = open(dir.path()).unwrap();
        assert_eq!(store.read_model().len(), 6);
        let left = known(&*store);
        // A cut between two records is not seen, and nothing of it is wrong.
        assert!(left.len() < 6 && store.notices().len() <= 1, "round {round}: {:?}", store.notices());
        assert!(left.iter().all(|(id, state)| *state == looked(id.bits(), 100 + id.bits())), "round {round}");
        store.probes().put(id(5), looked(5, 7_000));
        store.close().await.unwrap();
        let store = open(dir.path()).unwrap();
        assert_eq!(store.notices(), Vec::<String>::new(), "round {round}: it is whole again");
        let after = known(&*store);
        assert_eq!((after.len(), &after.last().unwrap().1), (left.len() + 1, &looked(5, 7_000)), "round {round}");
        store.close().await.unwrap();
    }
}

/// Counts what is done to the disk.
#[derive(Clone, Default)]
struct Counting(Arc<Counts>);

#[derive(Default)]
struct Counts {
    writes: AtomicUsize,
    syncs: AtomicUsize,
    full: AtomicUsize,
}

struct CountingFile(Box<dyn LogFile>, Counting);

impl Disk for Counting {
    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        Ok(Box::new(CountingFile(RealDisk.open(path)?, self.clone())))
    }
}

impl LogFile for CountingFile {
    fn write(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.1.0.writes.fetch_add(1, Ordering::SeqCst);
        if self.1.0.full.load(Ordering::SeqCst) > 0 {
            self.1.0.full.fetch_sub(1, Ordering::SeqCst);
            self.0.write(&bytes[..bytes.len() / 2], offset)?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.write(bytes, offset)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.1.0.syncs.fetch_add(1, Ordering::SeqCst);
        self.0.sync()
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.1.0.syncs.fetch_add(1, Ordering::SeqCst);
        self.0.truncate(len)
    }
}

fn open_counting(dir: &Path) -> (Arc<EmbeddedStore>, Counting) {
    let disk = Counting::default();
    let options = StoreOptions { disk: Arc::new(disk.clone()), ..StoreOptions::default() };
    (EmbeddedStore::open_with(dir, &clock(), options).unwrap(), disk)
}

#[tokio::test]
async fn at_ten_looks_a_second_the_journal_does_not_grow_and_the_disk_sleeps() {
    const HOURS: u64 = 24;
    let dir = tempfile::tempdir().unwrap();
    let (store, disk) = open_counting(dir.path());
    filled(&store, 500).await;
    store.save_probes().await.unwrap();
    let journal = || segments(dir.path()).iter().map(|path| fs::metadata(path).unwrap().len()).sum::<u64>();
    let (before, writes) = (journal(), disk.0.writes.load(Ordering::SeqCst));
    let syncs = disk.0.syncs.load(Ordering::SeqCst);
    // A day of them, written every 30 seconds.
    let mut most = 0;
    for batch in 0..HOURS * 120 {
        for look in 0..300 {
            let number = (batch * 300 + look) % 500;
            store.probes().put(id(number), looked(number, 1_000 + batch * 30 + look / 10));
        }
        store.save_probes().await.unwrap();
        most = most.max(fs::metadata(dir.path().join("probes")).unwrap().len());
    }
    assert_eq!(journal(), before);
    let batches = usize::try_from(HOURS * 120).unwrap();
    let writes = disk.0.writes.load(Ordering::SeqCst) - writes;
    let syncs = disk.0.syncs.load(Ordering::SeqCst) - syncs;
    eprintln!("{batches} batches: {writes} writes, {syncs} syncs, at most {most} bytes");
    assert!(writes <= batches + batches / 10, "{writes} writes in {batches} batches");
    // Only a file that is written anew is synced, before it takes the old one's place.
    assert!(syncs <= 200, "{syncs} syncs in a day of 864,000 looks");
    assert!(most < 3_000_000, "{most} bytes for 500 dealerships");
    let expected = known(&*store);
    store.close().await.unwrap();
    assert_eq!(known(&*open(dir.path()).unwrap()), expected);
}

#[tokio::test]
async fn a_full_disk_loses_no_look_while_the_program_runs() {
    let dir = tempfile::tempdir().unwrap();
    let (store, disk) = open_counting(dir.path());
    filled(&store, 5).await;
    store.save_probes().await.unwrap();
    for number in 0..5 {
        store.probes().put(id(number), looked(number, 500));
    }
    disk.0.full.store(2, Ordering::SeqCst);
    for _ in 0..2 {
        let error = store.save_probes().await.unwrap_err();
        assert!(matches!(error, StoreError::Io { full: true, .. }), "{error}");
    }
    store.probes().put(id(1), looked(1, 600));
    store.save_probes().await.unwrap();
    let expected = known(&*store);
    store.close().await.unwrap();
    let store = open(dir.path()).unwrap();
    assert_eq!((known(&*store), store.notices().len()), (expected, 0));
}

#[test]
#[ignore = "the child of the next test"]
fn child_looks_until_it_is_killed() {
    let Some(dir) = child_dir() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    runtime.block_on(async {
        let store = open(&dir).unwrap();
        filled(&store, 20).await;
        for second in 1_000.. {
            store.probes().put(id(second % 20), looked(second % 20, second));
            if second % 50 == 0 {
                store.save_probes().await.unwrap();
                println!("\nsaved {second}");
            }
        }
    });
}

#[tokio::test]
async fn killed_it_loses_at_most_what_came_after_the_last_batch() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = child("child_looks_until_it_is_killed", dir.path()).spawn().unwrap();
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines().map_while(Result::ok);
    let saved = lines.filter_map(|line| line.strip_prefix("saved ")?.parse::<u64>().ok()).nth(40).unwrap();
    owner.kill().unwrap();
    owner.wait().unwrap();
    let store = open(dir.path()).unwrap();
    assert_eq!(store.notices(), Vec::<String>::new());
    let oldest = known(&*store).into_iter().map(|(_, state)| state.at).min().unwrap();
    assert!(oldest >= at(saved - 20), "{oldest} although all were looked at until {}", at(saved));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_file_in_the_place_of_the_file_is_told_and_waited_for_by_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    filled(&store, 3).await;
    store.close().await.unwrap();
    drop(store);
    fs::create_dir(dir.path().join("bulk")).unwrap();
    for kind in ["fifo", "directory"] {
        no_file(&dir.path().join("probes"), kind);
        no_file(&dir.path().join("bulk/7.json"), kind);
        assert_eq!(JournalReader::open(dir.path()).unwrap().probes().len(), 0, "{kind}");
        let store = open(dir.path()).unwrap();
        let told = store.notices().concat();
        assert!(told.contains("probes: it is no regular file"), "{kind}: {told}");
        assert_eq!((store.read_model().len(), known(&*store).len(), store.bulks().await.len()), (3, 0, 0), "{kind}");
        store.probes().put(id(1), looked(1, 500));
        let error = store.save_probes().await.unwrap_err().to_string();
        assert!(error.contains("no regular file"), "{kind}: {error}");
        store.close().await.unwrap();
    }
}
