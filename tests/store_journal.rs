//! The journal after accidents: a torn end is cut and told, damage before it is refused with file, line and advice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod store_support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use cloverwatch::protocol::EventQuery;
use cloverwatch::store::{JournalReader, Snapshot, Store, StoreError};
use store_support::*;

/// A store with one batch of one event and one of three, in one segment; the text of the segment.
async fn two_batches(dir: &Path) -> String {
    let store = open(dir).unwrap();
    store.append(vec![added(1)]).await.unwrap();
    store.append(vec![added(2), note(2, 1), note(2, 2)]).await.unwrap();
    store.close().await.unwrap();
    fs::read_to_string(&segments(dir)[0]).unwrap()
}

/// Opens, and expects that everything after some events was cut, kept and told.
async fn assert_cut(dir: &Path, left: u64, torn: &[u8], what: &str) {
    let reader = JournalReader::open(dir).unwrap();
    assert_eq!(reader.last_seq().unwrap(), left, "{what}: a reader sees the torn end");
    assert_eq!(reader.events(&EventQuery::default()).unwrap().len() as u64, left, "{what}");
    let store = open(dir).unwrap();
    let notices = store.notices().concat();
    assert!(notices.contains("none of it is known to have been acknowledged"), "{what}: {notices}");
    assert!(notices.contains("cut off") && notices.contains(".jsonl.cut-1"), "{what}: {notices}");
    let kept = fs::read(segments(dir).pop().unwrap().with_extension("jsonl.cut-1")).unwrap();
    assert_eq!(kept, torn, "{what}");
    assert_eq!(store.read_model().seq(), left, "{what}");
    assert_consistent(&store).await;
    // And it goes on from there.
    let committed = store.append(vec![added(90)]).await.unwrap();
    assert_eq!(committed.events[0].seq, left + 1, "{what}");
    store.close().await.unwrap();
    drop(store);
    assert_eq!(open(dir).unwrap().notices(), Vec::<String>::new(), "{what}");
}

#[tokio::test]
async fn a_torn_end_is_cut_kept_and_told() {
    let sound = tempfile::tempdir().unwrap();
    let text = two_batches(sound.path()).await;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (first, second) = (lines[0].len(), lines[0].len() + lines[1].len());
    let mut cases: Vec<(String, Vec<u8>)> = Vec::new();
    for cut in [1, lines[1].len() / 2, lines[1].len() - 1, lines[1].len(), lines[1].len() + 30] {
        cases.push((format!("cut {cut} bytes into the last batch"), text.as_bytes()[..first + cut].to_vec()));
    }
    let last_newline = text.len() - 1;
    cases.push(("only the last newline is missing".into(), text.as_bytes()[..last_newline].to_vec()));
    let mut flipped = text.clone().into_bytes();
    flipped[last_newline - 5] ^= 4;
    cases.push(("a bit of the last line".into(), flipped));
    let mut zeros = text.as_bytes()[..second].to_vec();
    zeros.resize(text.len(), 0);
    cases.push(("zeros instead of the end".into(), zeros));
    for (what, bytes) in cases {
        let dir = tempfile::tempdir().unwrap();
        copy(&sound.path().join("journal"), &dir.path().join("journal"));
        fs::write(&segments(dir.path())[0], &bytes).unwrap();
        assert_cut(dir.path(), 1, &bytes[first..], &what).await;
    }

    // Even the first batch may be torn.
    let dir = tempfile::tempdir().unwrap();
    copy(&sound.path().join("journal"), &dir.path().join("journal"));
    fs::write(&segments(dir.path())[0], "{\"crc\"").unwrap();
    assert_cut(dir.path(), 0, b"{\"crc\"", "in the first line").await;
}

/// What opening and reading say of a damaged journal.
fn damage(dir: &Path) -> (PathBuf, u64, String) {
    let Err(StoreError::Damaged { file, line, what, advice }) = open(dir) else { panic!("not refused") };
    let error = StoreError::Damaged { file: file.clone(), line, what: what.clone(), advice };
    let text = error.to_string();
    assert!(text.contains(&format!("{}, line {line}: {what}", file.display())), "{text}");
    assert!(text.contains("backup") && text.contains("restore"), "{text}");
    (file, line, what)
}

#[tokio::test]
async fn damage_before_the_end_is_refused_with_file_line_and_advice() {
    let sound = tempfile::tempdir().unwrap();
    let store = open_small(sound.path()).unwrap();
    fill(&*store, 60).await;
    let expected = content(&*store).await;
    store.close().await.unwrap();
    drop(store);
    let files = segments(sound.path());
    assert!(files.len() > 10);
    let name = |index: usize| files[index].file_name().unwrap();

    // A bit anywhere in a file before the last, in the last before its end, or in its last batch but not its last line.
    let newest = files.len() - 1;
    for (index, line) in [(0, 1), (3, 2), (newest, 1)] {
        let dir = tempfile::tempdir().unwrap();
        copy(sound.path(), dir.path());
        let path = dir.path().join("journal").join(name(index));
        let text = fs::read_to_string(&path).unwrap();
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let mut bytes = text.into_bytes();
        bytes[start + 40] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert_eq!(damage(dir.path()), (path.clone(), line as u64, "the checksum of the line does not fit".into()));
        // A reader finds it where it reads it.
        let reader = JournalReader::open(dir.path()).unwrap();
        assert!(
            matches!(reader.read(), Err(StoreError::Damaged { file, line: at, .. }) if file == path && at == line as u64)
        );
        assert_eq!(fs::read(&path).unwrap(), bytes, "nothing is changed");
    }

    // A file is missing, at the beginning or in the middle.
    let dir = tempfile::tempdir().unwrap();
    copy(sound.path(), dir.path());
    fs::remove_file(dir.path().join("journal").join(name(0))).unwrap();
    assert!(damage(dir.path()).2.contains("earlier files are missing"));
    let dir = tempfile::tempdir().unwrap();
    copy(sound.path(), dir.path());
    fs::remove_file(dir.path().join("journal").join(name(4))).unwrap();
    let (file, _, what) = damage(dir.path());
    assert!(file.ends_with(name(5)) && what.contains("are missing before this file"), "{what}");

    // Lines in another order, twice, or left out: each whole by itself.
    let swaps: [fn(&mut Vec<&str>); 3] = [
        |lines| lines.swap(0, 1),
        |lines| lines.insert(1, lines[0]),
        |lines| {
            lines.remove(1);
        },
    ];
    for change in swaps {
        let dir = tempfile::tempdir().unwrap();
        copy(sound.path(), dir.path());
        let path = dir.path().join("journal").join(name(2));
        let text = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        assert!(lines.len() > 3);
        change(&mut lines);
        fs::write(&path, lines.concat()).unwrap();
        let (file, line, what) = damage(dir.path());
        assert!(file == path && line <= 2 && what.contains("should be here"), "{line} {what}");
    }

    // A file before the last one is cut short, even at the end of a line.
    let dir = tempfile::tempdir().unwrap();
    copy(sound.path(), dir.path());
    let path = dir.path().join("journal").join(name(1));
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, &text[..=text[..text.len() - 1].rfind('\n').unwrap()]).unwrap();
    damage(dir.path());

    // The index is there and knows everything: it is no substitute for the journal, but the sound one opens.
    let store = open_small(sound.path()).unwrap();
    assert_eq!((content(&*store).await, store.notices()), (expected, vec![]));
    assert_consistent(&store).await;
    store.close().await.unwrap();
}

#[tokio::test]
async fn damage_that_came_after_a_segment_was_checked_is_found_on_request() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_small(dir.path()).unwrap();
    fill(&*store, 30).await;
    let path = &segments(dir.path())[1];
    let written = fs::metadata(path).unwrap().modified().unwrap();
    let mut bytes = fs::read(path).unwrap();
    bytes[50] ^= 1;
    fs::write(path, &bytes).unwrap();
    // As a failing disk does it: without a trace in the directory.
    fs::File::options().write(true).open(path).unwrap().set_modified(written).unwrap();
    assert!(matches!(store.verify_all(), Err(StoreError::Damaged { file, line: 1, .. }) if file == *path));
    store.close().await.unwrap();
}

#[tokio::test]
async fn files_are_for_their_owner_alone() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("new/store");
    let store = open_small(&root).unwrap();
    fill(&*store, 30).await;
    store.close().await.unwrap();
    drop(store);
    fs::write(root.join("index/db"), b"").unwrap();
    let newest = segments(&root).pop().unwrap();
    let text = fs::read(&newest).unwrap();
    fs::write(newest, [&text[..], b"{"].concat()).unwrap();
    let store = open_small(&root).unwrap();
    fill_more(&*store).await;
    store.close().await.unwrap();

    let mut seen = 0;
    let mut open = vec![root];
    while let Some(path) = open.pop() {
        let data = fs::metadata(&path).unwrap();
        let wanted = if data.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(data.permissions().mode() & 0o7777, wanted, "{}", path.display());
        if data.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        seen += 1;
    }
    assert!(seen > 15);
}

#[tokio::test]
async fn a_directory_with_other_things_in_it_is_not_closed_to_others_but_told() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("letter.txt"), "").unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let store = open(dir.path()).unwrap();
    assert!(store.notices().concat().contains("chmod 700"), "{:?}", store.notices());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(dir.path()), mode(&dir.path().join("journal"))), (0o755, 0o700));
    store.close().await.unwrap();
    drop(store);
    fs::remove_file(dir.path().join("letter.txt")).unwrap();
    assert_eq!(open(dir.path()).unwrap().notices(), Vec::<String>::new());
    assert_eq!(mode(dir.path()), 0o700);
}

async fn fill_more(store: &dyn Store) {
    store.append((100..140).map(added).collect()).await.unwrap();
}

/// Zeroes four kilobytes of the journal's newest file, as a page that never reached the disk.
fn zero_page(dir: &Path, from: usize) {
    let file = &segments(dir).pop().unwrap();
    let mut text = fs::read(file).unwrap();
    text[from..from + 4_096].fill(0);
    fs::write(file, text).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_zeros_in_the_last_group_is_cut_and_anywhere_else_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    store.append((0..40).map(added).collect()).await.unwrap();
    let second = fs::metadata(&segments(dir.path())[0]).unwrap().len() as usize;
    store.append((40..80).map(added).collect()).await.unwrap();
    store.close().await.unwrap();
    drop(store);
    // Nobody knows that the last group was acknowledged.
    let unknown = tempfile::tempdir().unwrap();
    copy(&dir.path().join("journal"), &unknown.path().join("journal"));

    for from in [second, second + 4_096] {
        let dir = copy_of(unknown.path());
        zero_page(dir.path(), from);
        let Snapshot { read_model, end, .. } = JournalReader::open(dir.path()).unwrap().read().unwrap();
        assert_eq!((read_model.len(), end.is_whole()), (40, false), "{end}");
        let store = open(dir.path()).unwrap();
        assert!(store.notices().concat().contains("reads as zeros"), "{:?}", store.notices());
        assert_eq!(store.read_model().seq(), 40);
        assert_consistent(&store).await;
        store.append(vec![added(90)]).await.unwrap();
        store.close().await.unwrap();
        drop(store);
        assert_eq!(open(dir.path()).unwrap().notices(), Vec::<String>::new());
    }
    // A later group says that it had been durable.
    let refused = copy_of(unknown.path());
    zero_page(refused.path(), 4_096);
    assert!(matches!(open(refused.path()), Err(StoreError::Damaged { .. })));
    // The index does.
    zero_page(dir.path(), second + 4_096);
    assert!(matches!(open(dir.path()), Err(StoreError::Lost(end)) if (end.last, end.acknowledged) == (40, 80)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_zeros_over_the_first_group_of_a_file_is_cut_unless_it_was_acknowledged() {
    for groups in [1, 2] {
        let dir = tempfile::tempdir().unwrap();
        let store = open_small(dir.path()).unwrap();
        for group in 0..groups {
            store.append((group * 40..group * 40 + 40).map(added).collect()).await.unwrap();
        }
        store.close().await.unwrap();
        drop(store);
        let (left, acknowledged) = (groups * 40 - 40, groups * 40);
        assert_eq!(segments(dir.path()).len() as u64, groups);
        zero_page(dir.path(), 0);
        for evidence in ["journal.mark", "index"] {
            let known = copy_of(dir.path());
            match evidence {
                "index" => fs::remove_file(known.path().join("journal.mark")).unwrap(),
                _ => fs::remove_dir_all(known.path().join("index")).unwrap(),
            }
            let Err(StoreError::Lost(end)) = open(known.path()) else { panic!("{evidence}: not refused") };
            assert_eq!((end.last, end.acknowledged), (left, acknowledged), "{evidence}");
        }
        let unknown = tempfile::tempdir().unwrap();
        copy(&dir.path().join("journal"), &unknown.path().join("journal"));
        let torn = fs::read(segments(dir.path()).pop().unwrap()).unwrap();
        assert_cut(unknown.path(), left, &torn, &format!("the first page of file {groups}")).await;
    }

    // A later group in the same file says that it had been durable.
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    store.append((0..40).map(added).collect()).await.unwrap();
    store.append(vec![added(40)]).await.unwrap();
    store.close().await.unwrap();
    drop(store);
    zero_page(dir.path(), 0);
    assert_eq!(damage(dir.path()).1, 1);
}

/// What a refusal must leave as it was: all but what sled itself writes when it is opened.
fn beside_the_index(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    bytes(dir).into_iter().filter(|(path, _)| !path.starts_with(dir.join("index"))).collect()
}

fn add_torn_end(dir: &Path) {
    let newest = segments(dir).pop().unwrap();
    let text = fs::read(&newest).unwrap();
    fs::write(newest, [&text[..], b"{\"crc\":\"01"].concat()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_cuts_nothing_and_moves_nothing() {
    // A bad byte in a file before the last one.
    let dir = tempfile::tempdir().unwrap();
    let store = open_small(dir.path()).unwrap();
    fill(&*store, 30).await;
    store.close().await.unwrap();
    drop(store);
    add_torn_end(dir.path());
    let sealed = &segments(dir.path())[1];
    let mut text = fs::read(sealed).unwrap();
    text[50] ^= 1;
    fs::write(sealed, text).unwrap();
    let before = beside_the_index(dir.path());
    assert_eq!(damage(dir.path()).0, *sealed);
    assert!(beside_the_index(dir.path()) == before, "a bad byte");

    // Lines that are whole, but do not follow from each other, and so an index that does not fit either.
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    for append in [added(1), note(1, 1), note(1, 2)] {
        store.append(vec![append]).await.unwrap();
    }
    store.close().await.unwrap();
    drop(store);
    let file = &segments(dir.path())[0];
    let text = fs::read_to_string(file).unwrap();
    let (lines, last) = text.trim_end().rsplit_once('\n').unwrap();
    let last = last.replace("\"prev\":2", "\"prev\":1");
    let crc = crc32fast::hash(&last.as_bytes()[18..]);
    fs::write(file, format!("{lines}\n{{\"crc\":\"{crc:08x}{}\n", &last[16..])).unwrap();
    add_torn_end(dir.path());
    let before = beside_the_index(dir.path());
    assert!(damage(dir.path()).2.contains("event 3 follows event 1"));
    assert!(beside_the_index(dir.path()) == before, "lines that do not follow");
}
