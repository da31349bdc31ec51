//! Journals and exports of every version that wrote another form: each is read for ever, and folded to what is recorded.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use chrono_tz::America;
use cloverwatch::clock::{SharedClock, WallClock};
use cloverwatch::domain::{Actor, Event, Fact, Onboarding, Policy, Timestamp};
use cloverwatch::present::column::DealershipView;
use cloverwatch::present::json::DealershipDocument;
use cloverwatch::present::time::Zone;
use cloverwatch::protocol::EventQuery;
use cloverwatch::store::{Append, EmbeddedStore, JournalReader, STATE_FORMAT, Store, restore};
use tempfile::TempDir;

/// The versions of the index's form; 8 changed nothing else, so its journal is that of 7.
const VERSIONS: [u32; 8] = [1, 2, 3, 4, 5, 6, 7, 9];
/// From here on lines and exports have their present form.
const ESCAPED: u32 = 6;

fn clock() -> SharedClock {
    std::sync::Arc::new(WallClock::real())
}

fn of(version: u32, file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/corpora/history/{version}/{file}"))
}

/// A store as a version left it, without its index: the present program makes that anew from the journal in any case.
fn left_by(version: u32) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("journal");
    fs::create_dir(&journal).unwrap();
    fs::copy(of(version, "journal.jsonl"), journal.join(format!("{:020}.jsonl", 1))).unwrap();
    if of(version, "journal.mark").exists() {
        fs::copy(of(version, "journal.mark"), dir.path().join("journal.mark")).unwrap();
    }
    for entry in fs::read_dir(&journal).unwrap().chain(fs::read_dir(dir.path()).unwrap()) {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
    dir
}

fn export(dir: &Path) -> String {
    let mut out = Vec::new();
    let (_, end) = JournalReader::open(dir).unwrap().export(&mut out).unwrap();
    assert!(end.is_whole());
    String::from_utf8(out).unwrap()
}

async fn content(store: &EmbeddedStore) -> (Vec<Onboarding>, Vec<Event>) {
    let (_, states) = store.read_model().all();
    let mut states: Vec<_> = states.iter().map(|state| Onboarding::clone(state)).collect();
    states.sort_by_key(|state| state.id);
    (states, store.events(EventQuery::default()).await.unwrap())
}

/// What `show --json` and `events --json` say of a store at a fixed moment, a line each.
fn shown(states: &[Onboarding], events: &[Event]) -> String {
    let now: Timestamp = "2026-11-08T00:00:00Z".parse().unwrap();
    let (policy, zone) = (Policy::default(), Zone::Named(America::Chicago.into()));
    let dealerships = states.iter().map(|state| {
        let view = DealershipView::of(state, None, now, &policy, zone);
        serde_json::to_string(&DealershipDocument::of(&view, false)).unwrap()
    });
    let events = events.iter().map(|event| event.public(None).to_string());
    dealerships.chain(events).collect::<Vec<_>>().join("\n")
}

fn opened(dir: &Path) -> std::sync::Arc<EmbeddedStore> {
    let made_anew = (!dir.join("index").exists()).then_some("the index was missing and was made anew from the journal");
    let store = EmbeddedStore::open(dir, clock()).unwrap();
    assert_eq!(store.notices(), Vec::from_iter(made_anew));
    assert_eq!(store.verify_all().unwrap(), store.read_model().seq());
    store
}

#[test]
fn every_form_and_every_kind_of_event_has_its_fixture() {
    assert_eq!(VERSIONS.last(), Some(&STATE_FORMAT), "the present form has a directory in tests/corpora/history");
    let dirs = fs::read_dir(of(1, "..")).unwrap().map(|dir| dir.unwrap().file_name());
    let mut dirs: Vec<u32> = dirs.map(|dir| dir.to_str().unwrap().parse().unwrap()).collect();
    dirs.sort_unstable();
    assert_eq!(dirs, VERSIONS);
    let mut without: BTreeSet<&str> = Fact::KINDS.iter().copied().collect();
    for version in VERSIONS {
        for line in fs::read_to_string(of(version, "journal.jsonl")).unwrap().lines() {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            without.remove(event["kind"].as_str().unwrap());
        }
    }
    assert_eq!(without, BTreeSet::new(), "a kind of event that no fixture has");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_journal_is_folded_to_what_is_recorded_and_written_on() {
    for version in VERSIONS {
        let dir = left_by(version);
        let exported = export(dir.path());
        let store = opened(dir.path());
        let (states, events) = content(&store).await;
        insta::assert_snapshot!(format!("history-{version}"), shown(&states, &events));
        if version >= ESCAPED {
            assert_eq!(exported, fs::read_to_string(of(version, "export.jsonl")).unwrap(), "version {version}");
        }

        let (first, at) = (&states[0], "2026-11-08T00:00:00Z".parse().unwrap());
        let facts = vec![Fact::NoteAdded { text: "written on".into() }];
        let (dealership, expected_version) = (Some(first.id), first.version);
        let actor = Actor::person("ana");
        store.append(vec![Append { dealership, expected_version, actor, at, facts }]).await.unwrap();
        let after = content(&store).await;
        store.close().await.unwrap();
        drop(store);
        let store = opened(dir.path());
        assert_eq!(content(&store).await, after, "version {version}");
        assert_eq!(after.1[..events.len()], events);
        store.close().await.unwrap();

        let elsewhere = tempfile::tempdir().unwrap();
        let restored = restore(elsewhere.path(), export(dir.path()).as_bytes(), clock().now()).unwrap();
        assert!(restored.complete && !restored.partial);
        let store = opened(elsewhere.path());
        assert_eq!(content(&store).await, after, "version {version}");
        store.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_export_is_restored_to_what_its_journal_says() {
    for version in VERSIONS {
        let (from, to) = (left_by(version), tempfile::tempdir().unwrap());
        let text = fs::read_to_string(of(version, "export.jsonl")).unwrap();
        let restored = restore(to.path(), text.as_bytes(), clock().now()).unwrap();
        assert_eq!(restored.complete, version >= 4, "before version 4 exports did not say that they are whole");
        let (one, other) = (opened(from.path()), opened(to.path()));
        assert_eq!(content(&one).await, content(&other).await, "version {version}");
        one.close().await.unwrap();
        other.close().await.unwrap();
        // What older ones did not say yet is written as it was understood.
        assert!(version < 3 || export(to.path()) == export(from.path()), "version {version}");
    }
}
