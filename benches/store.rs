//! The embedded store against a bare write-and-sync loop with the same records in the same groups, and what import,
//! opening and reading cost. `cargo bench --bench store [-- group|import|open]`
#![allow(clippy::expect_used, clippy::print_stdout, reason = "a bench reports, or fails loudly")]

#[path = "support/limit.rs"]
mod limit;
#[path = "support/records.rs"]
mod records;

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cloverwatch::clock::{SharedClock, WallClock};
use cloverwatch::domain::report::{CaseLog, ReportQuery};
use cloverwatch::domain::{Fact, Policy};
use cloverwatch::protocol::EventQuery;
use cloverwatch::store::disk::{Disk, LogFile, RealDisk};
use cloverwatch::store::embedded::StoreOptions;
use cloverwatch::store::report::report_of_now;
use cloverwatch::store::{EmbeddedStore, JournalReader, Store};
use parking_lot::Mutex;
use records::{added, append, at, fill, id, issued, note, requested};

const WRITERS: u64 = 64;
const DEALERSHIPS: u64 = 100_000;
/// Rounds of the group commit, and events of each writer in a round.
const ROUNDS: u64 = 25;
const EACH: u64 = 300;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    if runs("group") {
        runtime.block_on(group_commit());
    }
    if runs("import") {
        runtime.block_on(import());
    }
    if runs("open") {
        runtime.block_on(open());
    }
}

fn clock() -> SharedClock {
    Arc::new(WallClock::real())
}

fn directory() -> tempfile::TempDir {
    // Not in memory: the sync is what is measured.
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory")
}

/// Notes the size of every group, and how long it took to write and sync.
struct Metered {
    clock: SharedClock,
    groups: Arc<Mutex<Groups>>,
}

#[derive(Default)]
struct Groups {
    sizes: Vec<usize>,
    busy: Duration,
}

struct MeteredFile {
    file: Box<dyn LogFile>,
    clock: SharedClock,
    groups: Arc<Mutex<Groups>>,
}

impl Disk for Metered {
    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        let (clock, groups) = (Arc::clone(&self.clock), Arc::clone(&self.groups));
        Ok(Box::new(MeteredFile { file: RealDisk.open(path)?, clock, groups }))
    }
}

impl LogFile for MeteredFile {
    fn write(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let began = self.clock.elapsed();
        let result = self.file.write(bytes, offset);
        let mut groups = self.groups.lock();
        groups.sizes.push(bytes.len());
        groups.busy += since(&self.clock, began);
        result
    }

    fn sync(&mut self) -> io::Result<()> {
        let began = self.clock.elapsed();
        let result = self.file.sync();
        self.groups.lock().busy += since(&self.clock, began);
        result
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.file.truncate(len)
    }
}

struct Round {
    ours: Duration,
    /// Nobody waits for it: the same bytes in the same groups, one after the other.
    bare: Duration,
    /// The same writers, who wait for a thread that only gathers, writes, syncs and answers.
    gathered: Duration,
    /// Of `ours`, in write and sync.
    busy: Duration,
    groups: usize,
}

/// The least that waiting writers need: one thread gathers what is there, writes it, syncs, and answers.
async fn gathered(file: File, line: &Arc<[u8]>) {
    let (send, mut receive) = tokio::sync::mpsc::channel::<(Arc<[u8]>, tokio::sync::oneshot::Sender<()>)>(4_096);
    let writing = std::thread::spawn(move || {
        let (mut group, mut answers, mut at) = (Vec::new(), Vec::new(), 0);
        while let Some(first) = receive.blocking_recv() {
            let mut next = Some(first);
            while let Some((line, answer)) = next {
                group.extend_from_slice(&line);
                answers.push(answer);
                next = receive.try_recv().ok();
            }
            file.write_all_at(&group, at).expect("written");
            file.sync_data().expect("synced");
            at += group.len() as u64;
            group.clear();
            for answer in answers.drain(..) {
                answer.send(()).expect("a writer waits");
            }
        }
    });
    let writers = (0..WRITERS).map(|_| {
        let (send, line) = (send.clone(), Arc::clone(line));
        tokio::spawn(async move {
            for _ in 0..EACH {
                let (answer, answered) = tokio::sync::oneshot::channel();
                assert!(send.send((Arc::clone(&line), answer)).await.is_ok(), "the thread listens");
                answered.await.expect("recorded");
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    drop(send);
    for writer in writers {
        writer.await.expect("a writer");
    }
    writing.join().expect("written");
}

/// Short rounds, the loops by turns: what else the machine does at the time meets both.
async fn group_commit() {
    println!("group commit, {WRITERS} writers, one event each time");
    let (dir, clock) = (directory(), clock());
    let groups = Arc::new(Mutex::new(Groups::default()));
    let disk = Arc::new(Metered { clock: Arc::clone(&clock), groups: Arc::clone(&groups) });
    let options = StoreOptions { disk, segment_bytes: u64::MAX, ..StoreOptions::default() };
    let store = EmbeddedStore::open_with(dir.path(), &clock, options).expect("a store");
    store.append((0..WRITERS).map(added).collect()).await.expect("added");
    let path = dir.path().join("journal/00000000000000000001.jsonl");
    let mut figures = Vec::new();
    for round in 0..ROUNDS {
        *groups.lock() = Groups::default();
        let start = std::fs::metadata(&path).expect("the journal").len();
        let began = clock.elapsed();
        let writers = (0..WRITERS).map(|id| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for version in round * EACH..(round + 1) * EACH {
                    store.append(vec![note(id, version + 1)]).await.expect("recorded");
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.expect("a writer");
        }
        let ours = since(&clock, began);
        let Groups { sizes, busy } = std::mem::take(&mut *groups.lock());

        let mut records = vec![0; sizes.iter().sum()];
        File::open(&path).and_then(|file| file.read_exact_at(&mut records, start)).expect("the journal");
        let file = File::create(dir.path().join("bare")).expect("a file");
        let (began, mut at) = (clock.elapsed(), 0);
        for size in &sizes {
            file.write_all_at(&records[at..at + size], at as u64).expect("written");
            file.sync_data().expect("synced");
            at += size;
        }
        let bare = since(&clock, began);
        let line: Arc<[u8]> = vec![b'x'; records.len() / (WRITERS * EACH) as usize].into();
        let file = File::create(dir.path().join("gathered")).expect("a file");
        let began = clock.elapsed();
        gathered(file, &line).await;
        figures.push(Round { ours, bare, gathered: since(&clock, began), busy, groups: sizes.len() });
    }
    store.close().await.expect("closed");
    let median = |figure: &dyn Fn(&Round) -> f64| {
        let mut values: Vec<f64> = figures.iter().map(figure).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let each = (WRITERS * EACH) as f64;
    let fair = median(&|round| round.gathered.as_secs_f64() / round.ours.as_secs_f64());
    println!(
        "  the same writers on a bare loop {:>7.0} records/s",
        median(&|round| each / round.gathered.as_secs_f64())
    );
    limit::at_least("append, of the same writers on a bare write and sync", fair, 0.8);
    let ratio = median(&|round| round.bare.as_secs_f64() / round.ours.as_secs_f64());
    println!("  medians of {ROUNDS} rounds of {each} records");
    println!("  store     {:>7.0} records/s", median(&|round| each / round.ours.as_secs_f64()));
    println!("  bare loop {:>7.0} records/s", median(&|round| each / round.bare.as_secs_f64()));
    limit::at_least("append, of a bare write and sync of the same groups", ratio, 0.8);
    let busy = median(&|round| round.busy.as_secs_f64() / round.ours.as_secs_f64());
    println!("  of the store's time, write and sync are {busy:.2}");
    println!("  {:.1} records a group", median(&|round| each / round.groups as f64));

    let dir = directory();
    let store = EmbeddedStore::open(dir.path(), Arc::clone(&clock)).expect("a store");
    store.append(vec![added(0)]).await.expect("added");
    let each = 2_000;
    let began = clock.elapsed();
    for version in 1..=each {
        store.append(vec![note(0, version)]).await.expect("recorded");
    }
    println!("  one writer: {} records/s", per_second(each, since(&clock, began)));
    store.close().await.expect("closed");
}

async fn import() {
    println!("import of {DEALERSHIPS} dealerships in batches of 1,000");
    for round in 1..=3 {
        let (dir, clock) = (directory(), clock());
        let store = EmbeddedStore::open(dir.path(), Arc::clone(&clock)).expect("a store");
        let began = clock.elapsed();
        fill(&store, DEALERSHIPS).await;
        let recorded = since(&clock, began);
        store.close().await.expect("closed");
        println!("  round {round}: recorded in {}, closed after {}", ms(recorded), ms(since(&clock, began)));
    }
}

async fn open() {
    let (dir, clock) = (directory(), clock());
    let store = EmbeddedStore::open(dir.path(), Arc::clone(&clock)).expect("a store");
    fill(&store, DEALERSHIPS).await;
    store.close().await.expect("closed");
    drop(store);
    println!("{DEALERSHIPS} dealerships, {DEALERSHIPS} events");
    opened(dir.path(), &clock, 5).await;

    let store = EmbeddedStore::open(dir.path(), Arc::clone(&clock)).expect("a store");
    let began = clock.elapsed();
    let rounds: [fn(u64) -> Fact; 9] = [
        |id| requested(id, 1),
        |id| issued(id, 1),
        |id| requested(id, 2),
        |id| issued(id, 2),
        |_| Fact::NoteAdded { text: "called, will do it tomorrow with their Xtime administrator".into() },
        |id| Fact::DealerConfirmed { said_at: at(id), due_at: at(id + 24) },
        |id| Fact::IntegrationConfirmed { observed_at: at(id) },
        |_| Fact::OpcodeVerified { opcode: "Tell Us More".into() },
        |_| Fact::SlotsSeen { count: 140, days: 6, next: None, by_day: Vec::new() },
    ];
    for (version, fact) in (1..).zip(rounds) {
        for portion in (0..DEALERSHIPS).collect::<Vec<_>>().chunks(1_000) {
            let batch = portion.iter().map(|id| append(*id, version, vec![fact(*id)])).collect();
            store.append(batch).await.expect("recorded");
        }
    }
    println!("900,000 more events recorded in {}", ms(since(&clock, began)));
    store.close().await.expect("closed");
    drop(store);
    println!("{DEALERSHIPS} dealerships, 1,000,000 events, {} MB of journal", size(&dir.path().join("journal")) >> 20);
    opened(dir.path(), &clock, 5).await;
    reading(dir.path(), &clock).await;

    std::fs::remove_dir_all(dir.path().join("index")).expect("removed");
    let began = clock.elapsed();
    let store = EmbeddedStore::open(dir.path(), Arc::clone(&clock)).expect("a store");
    println!("  opened without an index in {}: {:?}", ms(since(&clock, began)), store.notices());
    let began = clock.elapsed();
    store.verify_all().expect("whole");
    println!("  whole journal verified in {}", ms(since(&clock, began)));
    store.close().await.expect("closed");
}

async fn opened(dir: &Path, clock: &SharedClock, rounds: usize) {
    for _ in 0..rounds {
        let began = clock.elapsed();
        let store = EmbeddedStore::open(dir, Arc::clone(clock)).expect("a store");
        let opened = since(clock, began);
        assert_eq!(store.read_model().len() as u64, DEALERSHIPS);
        let began = clock.elapsed();
        store.close().await.expect("closed");
        println!("  opened in {}, closed in {} {:?}", ms(opened), ms(since(clock, began)), store.notices());
    }
}

async fn reading(dir: &Path, clock: &SharedClock) {
    let store = EmbeddedStore::open(dir, Arc::clone(clock)).expect("a store");
    let query = EventQuery::default();
    let one = EventQuery { dealership: Some(id(DEALERSHIPS / 2)), ..query.clone() };
    let last = EventQuery { limit: Some(200), newest: true, ..query.clone() };
    let rare = EventQuery { kinds: vec![0], limit: Some(10), newest: true, ..query.clone() };
    let late = EventQuery { since: Some(at(DEALERSHIPS - 1)), ..query };
    for (name, query) in [("timeline", one), ("newest 200", last), ("newest 10 of an old kind", rare), ("since", late)]
    {
        let began = clock.elapsed();
        let events = store.events(query.clone()).await.expect("events");
        let first = since(clock, began);
        let began = clock.elapsed();
        store.events(query).await.expect("events");
        println!("  {name}: {} events in {}, again in {}", events.len(), ms(first), ms(since(clock, began)));
    }
    let (mut cases, policy) = (CaseLog::default(), Policy::default());
    let as_of = |moment| ReportQuery { at: moment, ..ReportQuery::default() };
    for (name, query) in
        [("report", as_of(None)), ("again", as_of(None)), ("of a moment", as_of(Some(at(DEALERSHIPS))))]
    {
        let began = clock.elapsed();
        let read = |query| store.events(query);
        let report = report_of_now(&query, &mut cases, store.read_model(), (at(DEALERSHIPS), &policy), read).await;
        let codes = report.expect("a report").total.codes;
        println!("  {name}: {codes} codes in {}", ms(since(clock, began)));
    }
    let query = EventQuery { kinds: CaseLog::kinds(), ..EventQuery::default() };
    let (events, mut cases) = (store.events(query).await.expect("events"), CaseLog::default());
    let began = clock.elapsed();
    events.iter().for_each(|event| cases.take(event));
    println!("  {} events folded to cases in {}", events.len(), ms(since(clock, began)));
    let reader = JournalReader::open(dir).expect("a journal");
    let began = clock.elapsed();
    let one = EventQuery { dealership: Some(id(DEALERSHIPS / 2)), ..EventQuery::default() };
    let events = reader.events(&one).expect("events").len();
    println!("  reader without an index: timeline of {events} in {}", ms(since(clock, began)));
    let began = clock.elapsed();
    let read_model = reader.read().expect("a read model").read_model;
    println!("  reader without an index: {} dealerships folded in {}", read_model.len(), ms(since(clock, began)));
    let began = clock.elapsed();
    let count = reader.export(&mut io::sink()).expect("exported").0;
    println!("  export of {count} events in {}", ms(since(clock, began)));
    store.close().await.expect("closed");
    io::stdout().flush().expect("flushed");
}

fn size(dir: &Path) -> u64 {
    let files = std::fs::read_dir(dir).expect("a directory");
    files.map(|file| file.expect("a file").metadata().expect("its length").len()).sum()
}

fn since(clock: &SharedClock, began: Duration) -> Duration {
    clock.elapsed().saturating_sub(began)
}

fn per_second(records: u64, time: Duration) -> u64 {
    (records as f64 / time.as_secs_f64()) as u64
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}
