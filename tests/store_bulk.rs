//! The notes of what is done for many at once, in the embedded store.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod store_support;

use std::os::unix::fs::PermissionsExt;

use cloverwatch::domain::bulk::{Bulk, BulkItem, BulkKind};
use cloverwatch::store::Store;
use store_support::{at, id, open};

fn bulk(first: u64) -> Bulk {
    let items = (first..first + 3).map(|n| BulkItem { id: id(n), generation: 0 }).collect();
    Bulk { what: BulkKind::Invite, at: at(0), by: "ana".into(), pasted: true, items }
}

#[tokio::test]
async fn a_note_survives_the_end_of_the_program_is_private_and_goes_when_it_is_over() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other);
    {
        let store = open(dir.path()).unwrap();
        one = store.begin_bulk(bulk(1)).await.unwrap();
        other = store.begin_bulk(bulk(7)).await.unwrap();
        assert_ne!(one, other);
    }
    let mode = |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(dir.path().join("bulk")), 0o700);
    for note in std::fs::read_dir(dir.path().join("bulk")).unwrap() {
        assert_eq!(mode(note.unwrap().path()), 0o600);
    }
    let store = open(dir.path()).unwrap();
    assert_eq!(store.bulks().await, [(one, bulk(1)), (other, bulk(7))]);
    store.end_bulk(one).await.unwrap();
    store.end_bulk(one).await.unwrap();
    assert_eq!(store.bulks().await, [(other, bulk(7))]);
    assert!(store.begin_bulk(bulk(9)).await.unwrap() > other, "a number is not given twice at a time");
}

#[tokio::test]
async fn no_note_is_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    store.begin_bulk(bulk(1)).await.unwrap();
    // A note of another version of this program.
    std::fs::write(dir.path().join("bulk/41.json"), "{\"later\":1}").unwrap();
    assert_eq!(store.begin_bulk(bulk(9)).await.unwrap(), 42);
    assert_eq!(std::fs::read_to_string(dir.path().join("bulk/41.json")).unwrap(), "{\"later\":1}");
}
