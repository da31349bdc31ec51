//! Journal and index know each other: what does not fit is made anew from the journal, and what was acknowledged is never
//! lost without a word.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod store_support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use cloverwatch::domain::{DealershipId, Event, Onboarding, fold};
use cloverwatch::protocol::EventQuery;
use cloverwatch::store::embedded::StoreOptions;
use cloverwatch::store::{EmbeddedStore, JournalReader, Snapshot, Store, StoreError, quarantined, restore};
use proptest::prelude::*;
use store_support::*;
use tempfile::TempDir;

/// Puts something of one store in the place of the other's.
fn put(name: &str, from: &Path, to: &Path) {
    let (from, to) = (from.join(name), to.join(name));
    if to.is_dir() {
        fs::remove_dir_all(&to).unwrap();
    }
    if from.is_dir() {
        copy(&from, &to);
    } else {
        fs::copy(&from, &to).unwrap();
    }
}

async fn closed(dir: &Path, batches: Vec<Vec<cloverwatch::store::Append>>) {
    let store = open_small(dir).unwrap();
    for batch in batches {
        store.append(batch).await.unwrap();
    }
    store.close().await.unwrap();
}

/// What the journal alone folds to.
fn journal_alone(dir: &Path) -> BTreeMap<DealershipId, Onboarding> {
    let events = JournalReader::open(dir).unwrap().events(&EventQuery::default()).unwrap();
    let mut by_dealership: BTreeMap<DealershipId, Vec<Event>> = BTreeMap::new();
    for event in events {
        by_dealership.entry(event.dealership.unwrap()).or_default().push(event);
    }
    by_dealership.into_iter().map(|(id, events)| (id, fold(&events).unwrap())).collect()
}

/// What is read beside an owner, with the help of an index that need not belong to the journal.
fn assert_read_as_the_journal_alone(dir: &Path) {
    // What is missing or lost is refused, which other tests hold.
    for copy_from in [0, u64::MAX] {
        let reader = JournalReader::open(dir).map(|reader| reader.copying_from(copy_from));
        let Ok(Snapshot { read_model, .. }) = reader.and_then(|reader| reader.read()) else { return };
        let states = read_model.all().1.into_iter().map(|state| (state.id, Onboarding::clone(&state)));
        assert_eq!(states.collect::<BTreeMap<_, _>>(), journal_alone(dir));
    }
}

async fn assert_as_the_journal_alone(store: &EmbeddedStore) {
    assert_eq!(content(store).await.0, journal_alone(store.dir()), "{:?}", store.notices());
}

fn accept(dir: &Path) -> Result<Arc<EmbeddedStore>, StoreError> {
    EmbeddedStore::open_with(
        dir,
        &clock(),
        StoreOptions { accept_loss: true, segment_bytes: 4_096, ..StoreOptions::default() },
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_of_another_history_is_made_anew_before_the_journal_is_blamed() {
    let a = tempfile::tempdir().unwrap();
    closed(a.path(), vec![(0..50).map(added).collect()]).await;
    let b = copy_of(a.path());
    closed(b.path(), vec![vec![append(1, 1, vec![issued(1, "BBBB-1")])]]).await;
    for notes in [[(2, 1), (3, 1), (4, 1)], [(2, 1), (2, 2), (2, 3)]] {
        let a = copy_of(a.path());
        closed(a.path(), notes.map(|(number, version)| vec![note(number, version)]).into()).await;
        let b = copy_of(b.path());
        put("journal", a.path(), b.path());
        let store = open_small(b.path()).unwrap();
        let told = store.notices().concat();
        assert!(told.contains("made from other events") && told.contains("made anew from the journal"), "{told}");
        assert!(store.read_model().get(id(1)).unwrap().invitation.is_none(), "a code that this journal does not hold");
        assert_as_the_journal_alone(&store).await;
        store.append(vec![note(1, 1)]).await.unwrap();
        store.close().await.unwrap();
        drop(store);
        let store = open_small(b.path()).unwrap();
        assert_eq!(store.notices(), Vec::<String>::new());
        assert_consistent(&store).await;
        store.close().await.unwrap();
    }

    // Of another store altogether.
    let other = tempfile::tempdir().unwrap();
    closed(other.path(), vec![(100..200).map(added).collect()]).await;
    put("index", other.path(), a.path());
    let store = open_small(a.path()).unwrap();
    assert!(store.notices().concat().contains("belongs to another journal"), "{:?}", store.notices());
    assert_as_the_journal_alone(&store).await;
    store.close().await.unwrap();
}

/// A store that lost its last batch of two, and the same store before that.
async fn one_that_lost_its_end() -> (TempDir, TempDir) {
    let whole = tempfile::tempdir().unwrap();
    closed(whole.path(), vec![vec![added(1)], vec![added(2)], vec![note(1, 1), note(2, 1)]]).await;
    let file = &segments(whole.path())[0];
    let lost = copy_of(whole.path());
    let mut text = fs::read(file).unwrap();
    let place = text.len() - 5;
    text[place] ^= 4;
    fs::write(&segments(lost.path())[0], text).unwrap();
    (lost, whole)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_acknowledged_end_is_refused_untouched_until_it_is_accepted() {
    let (dir, whole) = one_that_lost_its_end().await;
    let before = bytes(&dir.path().join("journal"));
    for evidence in ["index", "journal.mark", "both"] {
        let dir = copy_of(dir.path());
        match evidence {
            "index" => fs::remove_file(dir.path().join("journal.mark")).unwrap(),
            "journal.mark" => fs::remove_dir_all(dir.path().join("index")).unwrap(),
            _ => {}
        }
        for _ in 0..2 {
            let Err(StoreError::Lost(end)) = open_small(dir.path()) else { panic!("{evidence}: not refused") };
            assert_eq!((end.last, end.acknowledged), (2, 4), "{evidence}");
            let words = StoreError::Lost(end).to_string();
            for part in ["events 3 to 4", ".jsonl", "backup", "restore", "doctor --accept-loss"] {
                assert!(words.contains(part), "{part}: {words}");
            }
        }
        let after = bytes(&dir.path().join("journal"));
        assert!(after.values().eq(before.values()), "{evidence}: a refusal changes nothing");

        let store = accept(dir.path()).unwrap();
        let told = store.notices().join("\n");
        assert!(told.contains("given up as lost: events 3 to 4") && told.contains(".cut-1"), "{evidence}: {told}");
        assert!(!told.contains("known to have been acknowledged"), "{evidence}: {told}");
        assert_as_the_journal_alone(&store).await;
        store.close().await.unwrap();
        drop(store);
        let store = open_small(dir.path()).unwrap();
        assert_eq!((store.notices(), store.read_model().seq()), (vec![], 2), "{evidence}: it was accepted once");
        store.close().await.unwrap();
        let kept: Vec<String> = quarantined(dir.path()).iter().map(|kept| kept.path.display().to_string()).collect();
        assert!(kept.iter().any(|path| path.ends_with(".jsonl.cut-1")), "{kept:?}");
    }

    // The other way out: the file comes back.
    put("journal", whole.path(), dir.path());
    let store = open_small(dir.path()).unwrap();
    assert_eq!((store.notices(), store.read_model().seq()), (vec![], 4));
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_journal_from_a_backup_and_one_that_is_gone_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    closed(dir.path(), vec![(0..30).map(added).collect()]).await;
    let backup = copy_of(dir.path());
    closed(dir.path(), (0..30).map(|number| vec![note(number, 1)]).collect()).await;
    put("journal", backup.path(), dir.path());
    assert!(matches!(open_small(dir.path()), Err(StoreError::Lost(end)) if (end.last, end.acknowledged) == (30, 60)));
    let store = accept(dir.path()).unwrap();
    assert_as_the_journal_alone(&store).await;
    store.close().await.unwrap();
    drop(store);

    fs::remove_dir_all(dir.path().join("journal")).unwrap();
    assert!(matches!(JournalReader::open(dir.path()), Err(StoreError::Lost(end)) if end.acknowledged == 30));
    let error = open_small(dir.path()).err().unwrap().to_string();
    assert!(error.contains("the whole journal is missing: events 1 to 30"), "{error}");
    let error = JournalReader::open(dir.path()).unwrap().read().err().unwrap();
    assert!(matches!(error, StoreError::Lost(_)), "an empty desk is no answer: {error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_known_without_an_index_too() {
    let dir = tempfile::tempdir().unwrap();
    closed(dir.path(), vec![vec![added(1)]]).await;
    // The index is damaged, and there is no place to move it to.
    let index = dir.path().join("index");
    fs::remove_dir_all(&index).unwrap();
    fs::write(&index, "no index").unwrap();
    fs::create_dir_all(dir.path().join(format!("index.damaged-{}", u32::MAX)).join("full")).unwrap();
    let store = open_small(dir.path()).unwrap();
    assert!(store.notices().concat().contains("nor can a new one be made"), "{:?}", store.notices());
    store.append(vec![note(1, 1)]).await.unwrap();
    store.close().await.unwrap();
    drop(store);
    let file = &segments(dir.path())[0];
    let text = fs::read_to_string(file).unwrap();
    fs::write(file, text.lines().next().unwrap().to_owned() + "\n").unwrap();
    assert!(matches!(open_small(dir.path()), Err(StoreError::Lost(end)) if (end.last, end.acknowledged) == (1, 2)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_shows_what_is_whole_tells_what_is_not_and_changes_nothing() {
    let (lost, whole) = one_that_lost_its_end().await;
    let torn = copy_of(&whole.path().join("journal"));
    let dir = tempfile::tempdir().unwrap();
    copy(torn.path(), &dir.path().join("journal"));
    let file = &segments(dir.path())[0];
    let text = fs::read(file).unwrap();
    fs::write(file, &text[..text.len() - 30]).unwrap();
    for (dir, has_lost) in [(lost.path(), true), (dir.path(), false)] {
        let before = bytes(dir);
        let reader = JournalReader::open(dir).unwrap();
        let Snapshot { read_model, end, .. } = reader.read().unwrap();
        assert_eq!((read_model.len(), read_model.seq(), end.last), (2, 2, 2));
        assert_eq!((end.has_lost(), end.is_whole()), (has_lost, false));
        let words = end.to_string();
        assert!(words.contains("no complete batch") && words.contains(".jsonl"), "{words}");
        assert_eq!(words.contains("events 3 to 4 had been acknowledged"), has_lost, "{words}");
        let (events, exported) = reader.export(&mut Vec::new()).unwrap();
        assert_eq!((events, &exported), (2, &end));
        assert_eq!(reader.verify(|_, _| {}).unwrap().end, end);
        assert_eq!(bytes(dir), before);
    }
}

#[tokio::test]
async fn what_is_no_file_in_the_place_of_one_is_refused_and_waited_for_by_nobody() {
    for name in ["journal/00000000000000000001.jsonl", "lock", "journal.mark"] {
        let dir = tempfile::tempdir().unwrap();
        closed(dir.path(), vec![vec![added(1)]]).await;
        let path = dir.path().join(name);
        for kind in ["fifo", "directory"] {
            no_file(&path, kind);
            let (opened, read) = (open(dir.path()), JournalReader::open(dir.path()).unwrap().read());
            // A mark that cannot be read proves nothing.
            assert_eq!(opened.is_err(), name != "journal.mark", "{name} as a {kind}");
            assert_eq!(read.is_err(), name.ends_with("jsonl"), "{name} as a {kind}");
            if let Some(error) = opened.err() {
                assert!(error.to_string().contains("no regular file"), "{name} as a {kind}: {error}");
            }
        }
    }
}

/// A journal as the first version wrote it, line by line: no group is marked, and there is no mark beside it.
const OLD_JOURNAL: &str = r#"{"crc":"7731a2d8","seq":1,"left":1,"prev":0,"at":"2026-09-21T14:13:20.010Z","actor":"Ana","dealership":"d0000000001","kind":"dealership.added","data":{"profile":{"name":"Sample Motors","dealer_code":"xts1","group":"Sample Group","brand":"","city":"Springfield","state":"IL","timezone":"America/Chicago","contact":{"name":"","email":"service@example.com","phone":""},"owner":null}}}
{"crc":"5b2bccd5","seq":2,"left":0,"prev":1,"at":"2026-09-21T14:13:21.010Z","actor":"Ana","dealership":"d0000000001","kind":"note.added","data":{"text":"first"}}
{"crc":"d997d194","seq":3,"left":0,"prev":2,"at":"2026-09-21T14:13:22.010Z","actor":"Ana","dealership":"d0000000001","kind":"note.added","data":{"text":"second"}}
"#;

/// Its export: no checksums, and no last line.
const OLD_EXPORT: &str = r#"{"seq":1,"at":"2026-09-21T14:13:20.010Z","actor":"Ana","dealership":"d0000000001","kind":"dealership.added","data":{"profile":{"name":"Sample Motors","dealer_code":"xts1","group":"Sample Group","brand":"","city":"Springfield","state":"IL","timezone":"America/Chicago","contact":{"name":"","email":"service@example.com","phone":""},"owner":null}}}
{"seq":2,"at":"2026-09-21T14:13:21.010Z","actor":"Ana","dealership":"d0000000001","kind":"note.added","data":{"text":"first"}}
{"seq":3,"at":"2026-09-21T14:13:22.010Z","actor":"Ana","dealership":"d0000000001","kind":"note.added","data":{"text":"second"}}
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn journals_and_exports_of_the_first_version_open() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("journal")).unwrap();
    fs::write(dir.path().join("journal/00000000000000000001.jsonl"), OLD_JOURNAL).unwrap();
    let restored = tempfile::tempdir().unwrap();
    let answer = restore(restored.path(), OLD_EXPORT.as_bytes(), clock().now()).unwrap();
    assert_eq!((answer.events, answer.dealerships, answer.complete), (3, 1, false));

    for dir in [dir.path(), restored.path()] {
        for segment_bytes in [u64::MAX, 1] {
            let options = StoreOptions { segment_bytes, ..StoreOptions::default() };
            let store = EmbeddedStore::open_with(dir, &clock(), options).unwrap();
            let version = store.read_model().get(id(1)).unwrap().version;
            assert!(version >= 3, "{:?}", store.notices());
            store.append(vec![note(1, version)]).await.unwrap();
            assert_consistent(&store).await;
            store.close().await.unwrap();
        }
        let store = open(dir).unwrap();
        assert_eq!((store.notices(), store.read_model().seq()), (vec![], 5));
        store.close().await.unwrap();
    }

    // Zeros in such a journal may have been acknowledged: nothing there says where a group begins.
    let old = tempfile::tempdir().unwrap();
    fs::create_dir(old.path().join("journal")).unwrap();
    let mut zeros = OLD_JOURNAL.as_bytes().to_vec();
    let line = OLD_JOURNAL.find('\n').unwrap();
    zeros[line + 10..line + 30].fill(0);
    fs::write(old.path().join("journal/00000000000000000001.jsonl"), zeros).unwrap();
    assert!(matches!(open(old.path()), Err(StoreError::Damaged { line: 2, .. })));
}

/// Something that happens to one of two stores.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// It is opened, records, and is closed; or left without a close, so that its index stays behind.
    Record { store: usize, number: u64, close: bool },
    /// A part of one takes the place of the other's.
    Swap { from: usize, part: &'static str },
    /// The same with a part as it was earlier.
    Older { store: usize, part: &'static str },
    /// A copy is kept for that.
    Keep { store: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let store = 0..2usize;
    let part = prop::sample::select(vec!["index", "journal", "journal.mark"]);
    prop_oneof![
        5 => (store.clone(), 0..3u64, any::<bool>()).prop_map(|(store, number, close)| Step::Record { store, number, close }),
        3 => (store.clone(), part.clone()).prop_map(|(from, part)| Step::Swap { from, part }),
        2 => (store.clone(), part).prop_map(|(store, part)| Step::Older { store, part }),
        1 => store.prop_map(|store| Step::Keep { store }),
    ]
}

/// Records one thing and checks that all is as the journal alone says. What is refused as lost is accepted.
async fn record(dir: &Path, number: u64, close: bool) {
    assert_read_as_the_journal_alone(dir);
    let store = match open_small(dir) {
        Err(StoreError::Lost(end)) => {
            let alone = JournalReader::open(dir).and_then(|reader| reader.last_seq()).unwrap_or_default();
            assert!(end.last == alone && end.acknowledged > alone, "{end:?}");
            accept(dir).unwrap()
        }
        store => store.unwrap(),
    };
    assert_as_the_journal_alone(&store).await;
    let version = store.read_model().get(id(number)).map_or(0, |state| state.version);
    // The very same at the same moment in both stores: only what came before tells them apart.
    let batch = if version == 0 { added(number) } else { note(number, version) };
    store.append(vec![batch]).await.unwrap();
    assert_as_the_journal_alone(&store).await;
    assert_read_as_the_journal_alone(dir);
    if close {
        store.close().await.unwrap();
    }
}

async fn run(steps: Vec<Step>) {
    let stores = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut kept = [copy_of(stores[0].path()), copy_of(stores[1].path())];
    let move_part = |part: &str, from: &Path, to: &Path| {
        if from.join(part).exists() {
            put(part, from, to);
        }
    };
    for step in steps {
        match step {
            Step::Record { store, number, close } => record(stores[store].path(), number, close).await,
            Step::Swap { from, part } => move_part(part, stores[from].path(), stores[1 - from].path()),
            Step::Older { store, part } => move_part(part, kept[store].path(), stores[store].path()),
            Step::Keep { store } => kept[store] = copy_of(stores[store].path()),
        }
    }
    for dir in &stores {
        record(dir.path(), 0, true).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_swapped_between_two_stores_the_state_is_what_the_journal_alone_says(steps in prop::collection::vec(step(), 1..16)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        runtime.block_on(run(steps));
    }
}
