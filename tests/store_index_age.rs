//! An index behind the journal, and what is kept of damaged ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod store_support;

use std::fs;

use cloverwatch::store::Store;
use store_support::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_behind_the_journal_is_caught_up_silently() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_small(dir.path()).unwrap();
    fill(&*store, 40).await;
    store.close().await.unwrap();
    drop(store);
    let older = tempfile::tempdir().unwrap();
    copy(dir.path(), older.path());

    let store = open_small(dir.path()).unwrap();
    store.append((0..40).map(|number| note(number, 1 + number % history(0).len() as u64)).collect()).await.unwrap();
    let expected = content(&*store).await;
    store.close().await.unwrap();
    drop(store);

    fs::rename(dir.path().join("index"), dir.path().join("newer")).unwrap();
    copy(&older.path().join("index"), &dir.path().join("index"));
    let store = open_small(dir.path()).unwrap();
    assert_eq!(content(&*store).await, expected);
    assert_eq!(store.notices(), Vec::<String>::new());
    assert_consistent(&store).await;
    store.close().await.unwrap();
    drop(store);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_few_damaged_ones_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    fill(&*store, 3).await;
    store.close().await.unwrap();
    drop(store);
    for _ in 0..5 {
        fs::write(dir.path().join("index/db"), b"").unwrap();
        let store = open(dir.path()).unwrap();
        assert_eq!(store.notices().len(), 1);
        store.close().await.unwrap();
    }
    let names = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut kept: Vec<String> = names.filter(|name| name.starts_with("index.damaged")).collect();
    kept.sort();
    assert_eq!(kept, ["index.damaged-3", "index.damaged-4", "index.damaged-5"]);
}
