//! The log out of one store and into another.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod store_support;

use std::fs;
use std::path::Path;

use cloverwatch::domain::Event;
use cloverwatch::store::{JournalReader, RestoreError, Restored, Store, StoreError, quarantined, restore};
use store_support::*;

async fn exported(dir: &Path) -> (String, Vec<Event>) {
    let store = open_small(dir).unwrap();
    fill(&*store, 80).await;
    let (_, events) = content(&*store).await;
    // Beside its owner.
    let mut out = Vec::new();
    let (count, end) = JournalReader::open(dir).unwrap().export(&mut out).unwrap();
    assert_eq!((count, end.is_whole()), (events.len() as u64, true));
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
    let (lines, last) = text.trim_end().rsplit_once('\n').unwrap();
    let read: Vec<Event> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read, events);
    assert!(last.starts_with(&format!("{{\"end\":{{\"events\":{},\"sha256\":", events.len())), "{last}");
    assert!(text.contains("CODE-16-2"), "an export without codes cannot be restored");

    let restored = restore(to.path(), text.as_bytes(), clock().now()).unwrap();
    assert_eq!(restored, Restored { events: events.len() as u64, dealerships: 80, complete: true, partial: false });
    let store = open(to.path()).unwrap();
    assert_eq!(store.notices(), Vec::<String>::new());
    assert_eq!(content(&*store).await, content(&*open(from.path()).unwrap()).await);
    assert_consistent(&store).await;
    let mut again = Vec::new();
    JournalReader::open(to.path()).unwrap().export(&mut again).unwrap();
    assert_eq!(String::from_utf8(again).unwrap(), text, "the same log is the same export");
    let committed = store.append(vec![added(500)]).await.unwrap();
    assert_eq!(committed.events[0].seq, events.len() as u64 + 1);

    // Never into a store that has something, nor into one that somebody holds.
    let error = restore(to.path(), text.as_bytes(), clock().now()).unwrap_err();
    assert!(matches!(error, RestoreError::Store(StoreError::Held(Some(_)))), "{error}");
    store.close().await.unwrap();
    let error = restore(to.path(), text.as_bytes(), clock().now()).unwrap_err();
    assert!(matches!(error, RestoreError::NotEmpty(seq) if seq == events.len() as u64 + 1), "{error}");
}

/// An export as version 0.1 wrote it: no checksums, no last line.
fn of_an_earlier_version(text: &str) -> String {
    let line = |line: &str| {
        let mut event: serde_json::Value = serde_json::from_str(line).unwrap();
        let fields = event.as_object_mut().unwrap();
        for field in ["crc", "left", "prev"] {
            fields.remove(field).unwrap();
        }
        format!("{event}\n")
    };
    text.lines().filter(|line| !line.starts_with("{\"end\"")).map(line).collect()
}

#[tokio::test]
async fn a_bad_export_is_refused_with_its_line_and_leaves_nothing() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (text, _) = exported(from.path()).await;
    let text = of_an_earlier_version(&text);
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
        assert_nothing_restored(to.path());
    }
    // After all of that the store is as good as new, also when it was opened meanwhile.
    let store = open(to.path()).unwrap();
    assert!(store.read_model().is_empty() && store.notices().is_empty());
    store.close().await.unwrap();
    drop(store);
    fs::write(to.path().join("journal").join(format!("{:020}.jsonl", 1)), "torn").unwrap();
    let blank_lines = text.replace('\n', "\r\n\n");
    let restored = restore(to.path(), blank_lines.as_bytes(), clock().now()).unwrap();
    assert!(!restored.complete, "an export of an earlier version does not say that it is whole");
    let store = open(to.path()).unwrap();
    assert_consistent(&store).await;
    assert_eq!(store.read_model().len(), 80);
    store.close().await.unwrap();
}

fn assert_nothing_restored(dir: &Path) {
    assert!(segments(dir).is_empty());
    assert!(!dir.join("journal.restoring").exists());
}

#[tokio::test]
async fn an_export_that_was_cut_altered_or_emptied_is_refused_and_leaves_nothing() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (text, events) = exported(from.path()).await;
    let refused = |text: &[u8]| {
        let error = restore(to.path(), text, clock().now()).unwrap_err().to_string();
        assert_nothing_restored(to.path());
        error
    };
    // Cut between lines, and within some.
    let ends: Vec<usize> = text.match_indices('\n').map(|(end, _)| end + 1).collect();
    for end in ends[..ends.len() - 1].iter().step_by(61) {
        assert!(refused(&text.as_bytes()[..*end]).contains("its last line is missing"), "cut at {end}");
    }
    for end in [1, ends[0] - 5, ends[40] - 1, ends[40] - 2, ends[ends.len() - 2] + 20, text.len() - 3] {
        assert!(refused(&text.as_bytes()[..end]).contains("line "), "cut at {end}");
    }
    assert!(refused(b"").contains("nothing here") && refused(b"\r\n\n").contains("nothing here"));
    // Altered: some byte of a line; a line left out; the last line; something after it.
    for place in (0..ends[0]).chain(ends[ends.len() - 2]..text.len() - 1).step_by(11) {
        let mut bytes = text.clone().into_bytes();
        bytes[place] ^= 1;
        assert!(refused(&bytes).contains("line "), "byte {place}");
    }
    let altered = text.replacen("Springfield", "Springfjeld", 2);
    assert_eq!(refused(altered.as_bytes()), "line 1: the checksum does not fit: the line was altered");
    let lines: Vec<&str> = text.lines().collect();
    let (last, body) = lines.split_last().unwrap();
    let shorter = [&body[..body.len() - 1], &[*last]].concat().join("\n");
    let words = format!("the export had {} events, and {} are here", events.len(), events.len() - 1);
    assert!(refused(shorter.as_bytes()).contains(&words));
    let old = of_an_earlier_version(&text);
    let mixed = format!("{}\n{old}", lines[0]);
    assert!(refused(mixed.as_bytes()).contains("line 2: not an event with its checksum"));
    assert!(refused(format!("{text}{}", lines[0]).as_bytes()).contains("something follows the last line"));
    assert!(refused(format!("{old}{last}").as_bytes()).contains("checksum over the whole export"));
    // Only line ends were converted on the way: it is the same export.
    let restored = restore(to.path(), text.replace('\n', "\r\n").as_bytes(), clock().now()).unwrap();
    assert_eq!((restored.events, restored.complete), (events.len() as u64, true));
}

#[test]
fn the_export_of_an_empty_store_is_not_nothing_and_restores_to_nothing() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop(open(from.path()).unwrap());
    let mut text = Vec::new();
    JournalReader::open(from.path()).unwrap().export(&mut text).unwrap();
    assert!(!text.is_empty());
    let restored = restore(to.path(), &text[..], clock().now()).unwrap();
    assert_eq!(restored, Restored { events: 0, dealerships: 0, complete: true, partial: false });
    assert!(open(to.path()).unwrap().read_model().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_without_a_complete_batch_is_refused_when_it_was_acknowledged_and_else_kept() {
    let (from, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (text, events) = exported(from.path()).await;
    let store = open(dir.path()).unwrap();
    store.append((0..50).map(added).collect()).await.unwrap();
    store.close().await.unwrap();
    drop(store);
    let file = &segments(dir.path())[0];
    let mut torn = fs::read(file).unwrap();
    let place = torn.len() - 5;
    torn[place] ^= 4;
    fs::write(file, &torn).unwrap();

    for unknowing in ["index", "journal.mark"] {
        let dir = copy_of(dir.path());
        match unknowing {
            "index" => fs::remove_dir_all(dir.path().join("index")).unwrap(),
            _ => fs::remove_file(dir.path().join("journal.mark")).unwrap(),
        }
        let before = bytes(&dir.path().join("journal"));
        let error = restore(dir.path(), text.as_bytes(), clock().now()).unwrap_err();
        let RestoreError::Store(StoreError::Lost(end)) = error else { panic!("{unknowing}: {error}") };
        assert_eq!((end.last, end.acknowledged), (0, 50), "without {unknowing}");
        assert_eq!(bytes(&dir.path().join("journal")), before, "without {unknowing}");
    }

    // Nothing knows of it; and something is kept from an earlier time.
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    fs::remove_file(dir.path().join("journal.mark")).unwrap();
    let earlier = dir.path().join("journal.before-restore");
    fs::create_dir(&earlier).unwrap();
    fs::write(earlier.join("earlier"), "").unwrap();
    let restored = restore(dir.path(), text.as_bytes(), clock().now()).unwrap();
    assert_eq!(restored.events, events.len() as u64);
    let kept: Vec<_> = quarantined(dir.path()).into_iter().map(|kept| kept.path).collect();
    assert_eq!(kept, [earlier, dir.path().join("journal.before-restore-2")]);
    assert_eq!(fs::read(kept[1].join(file.file_name().unwrap())).unwrap(), torn);
    let store = open(dir.path()).unwrap();
    assert_eq!((store.notices(), store.read_model().len()), (vec![], 80));
    store.close().await.unwrap();
}
