//! The log out of one store and into another.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod store_support;

use std::fs;
use std::path::Path;

use cloverwatch::domain::{Event, Fact};
use cloverwatch::store::{EventQuery, JournalReader, RestoreError, Restored, Store, StoreError, restore};
use store_support::*;

async fn exported(dir: &Path) -> (String, Vec<Event>) {
    let store = open_small(dir).unwrap();
    fill(&*store, 80).await;
    let (_, events) = content(&*store).await;
    // Beside its owner.
    let mut out = Vec::new();
    let count = JournalReader::open(dir).unwrap().export(None, &mut out).unwrap();
    assert_eq!(count, events.len() as u64);
    store.close().await.unwrap();
    (String::from_utf8(out).unwrap(), events)
}

fn line_error(result: Result<Restored, RestoreError>) -> (u64, String) {
    match result {
        Err(RestoreError::Line { line, what }) => (line, what),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn there_and_back() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (text, events) = exported(from.path()).await;
    let read: Vec<Event> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read, events);
    assert!(text.contains("CODE-16-2"), "an export without codes cannot be restored");

    let restored = restore(to.path(), text.as_bytes(), clock().now()).unwrap();
    assert_eq!(restored, Restored { events: events.len() as u64, dealerships: 80 });
    let store = open(to.path()).unwrap();
    assert_eq!(store.notices(), Vec::<String>::new());
    assert_eq!(content(&*store).await, content(&*open(from.path()).unwrap()).await);
    assert_consistent(&store).await;
    let committed = store.append(vec![added(500)]).await.unwrap();
    assert_eq!(committed.events[0].seq, events.len() as u64 + 1);
    let mut again = Vec::new();
    JournalReader::open(to.path()).unwrap().export(None, &mut again).unwrap();
    assert!(String::from_utf8(again).unwrap().starts_with(&text));

    // A part, by a query.
    let mut notes = Vec::new();
    let query = EventQuery { kinds: vec![20], ..EventQuery::default() };
    JournalReader::open(to.path()).unwrap().export(Some(&query), &mut notes).unwrap();
    let notes: Vec<Event> =
        notes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    assert!(notes.iter().eq(events.iter().filter(|event| matches!(event.fact, Fact::NoteAdded { .. }))));

    // Never into a store that has something, nor into one that somebody holds.
    let error = restore(to.path(), text.as_bytes(), clock().now()).unwrap_err();
    assert!(matches!(error, RestoreError::Store(StoreError::Held(Some(_)))), "{error}");
    store.close().await.unwrap();
    let error = restore(to.path(), text.as_bytes(), clock().now()).unwrap_err();
    assert!(matches!(error, RestoreError::NotEmpty(seq) if seq == events.len() as u64 + 1), "{error}");
}

#[tokio::test]
async fn a_bad_export_is_refused_with_its_line_and_leaves_nothing() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (text, _) = exported(from.path()).await;
    let lines: Vec<&str> = text.lines().collect();
    let code = lines.iter().position(|line| line.contains("CODE-16-2")).unwrap();
    let again = lines.iter().rposition(|line| line.contains("CODE-33-2")).unwrap();
    let with = |index: usize, line: &str| {
        let mut lines = lines.clone();
        lines[index] = line;
        lines.join("\n")
    };
    let without = |index: usize| {
        let mut lines = lines.clone();
        lines.remove(index);
        lines.join("\n")
    };
    let same_code = lines[again].replace("CODE-33-2", "CODE-16-2");
    let same_dealer = lines[1].replace("xts1", "xts0");
    let unknown = lines[9].replacen("\"dealership\":\"d", "\"dealership\":\"dz", 1);
    let cases = [
        (with(5, "{"), 6, "not an event"),
        (with(5, "[1]"), 6, "not an event"),
        (with(5, &lines[5].replace("\"kind\":\"", "\"kind\":\"un")), 6, "not an event"),
        (with(9, &unknown), 10, "not an event"),
        (without(7), 8, "event 8 should come here, not event 9"),
        (without(0), 1, "event 1 should come here, not event 2"),
        (with(3, lines[2]), 4, "event 4 should come here, not event 3"),
        (with(again, &same_code), again as u64 + 1, "already taken by dealership"),
        (with(1, &same_dealer), 2, "already taken by dealership"),
        (with(0, &lines[0].replace("dealership.added", "dealership.updated")), 1, "does not add it"),
        (format!("{}\n\u{feff}", lines[0]), 2, "not an event"),
    ];
    assert!(code < again);
    for (text, line, words) in cases {
        let (at, what) = line_error(restore(to.path(), text.as_bytes(), clock().now()));
        assert!(at == line && what.contains(words), "line {at} instead of {line}: {what}");
        assert!(segments(to.path()).is_empty());
        assert!(!to.path().join("journal.restoring").exists());
    }
    // After all of that the store is as good as new, also when it was opened meanwhile.
    let store = open(to.path()).unwrap();
    assert!(store.book().is_empty() && store.notices().is_empty());
    store.close().await.unwrap();
    drop(store);
    fs::write(to.path().join("journal").join(format!("{:020}.jsonl", 1)), "torn").unwrap();
    let blank_lines = text.replace('\n', "\r\n\n");
    restore(to.path(), blank_lines.as_bytes(), clock().now()).unwrap();
    let store = open(to.path()).unwrap();
    assert_consistent(&store).await;
    assert_eq!(store.book().len(), 80);
    store.close().await.unwrap();
}

#[test]
fn nothing_restored_is_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let restored = restore(dir.path(), &b""[..], clock().now()).unwrap();
    assert_eq!(restored, Restored { events: 0, dealerships: 0 });
    assert!(open(dir.path()).unwrap().book().is_empty());
}
