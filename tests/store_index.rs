//! Whatever happens to the index: equal content, a notice, and a good index afterwards.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod store_support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cloverwatch::store::Store;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use store_support::*;

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// What is done to a store.
type Damage = Box<dyn Fn(&Path)>;

fn flip(path: &Path, place: usize, bit: u32) {
    let mut bytes = fs::read(path).unwrap();
    bytes[place] ^= 1 << bit;
    fs::write(path, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_index_is_made_anew_with_equal_content() {
    let sound = tempfile::tempdir().unwrap();
    let store = open(sound.path()).unwrap();
    fill(&*store, 200).await;
    let expected = content(&*store).await;
    store.close().await.unwrap();
    drop(store);
    // Opened once more, so that sled has a snapshot, and something is in the journal only.
    let store = open(sound.path()).unwrap();
    assert_eq!((content(&*store).await, store.notices()), (expected.clone(), vec![]));
    store.close().await.unwrap();
    drop(store);

    let seed = 11;
    let mut random = StdRng::seed_from_u64(seed);
    let mut cases: Vec<(String, Damage)> = Vec::new();
    for path in files(&sound.path().join("index")) {
        let name = path.strip_prefix(sound.path()).unwrap().to_owned();
        let len = fs::metadata(&path).unwrap().len() as usize;
        for _ in 0..12 {
            // Half of them near the beginning, where the data of a small store is.
            let reach = if random.random() { len } else { len.min(60_000) };
            let (place, bit, name) = (random.random_range(0..reach), random.random_range(0..8), name.clone());
            let what = format!("bit {bit} of byte {place} of {}, seed {seed}", name.display());
            cases.push((what, Box::new(move |dir| flip(&dir.join(&name), place, bit))));
        }
        for keep in [len / 2, random.random_range(0..len), len - 1, 0] {
            let (what, name) = (format!("{} cut to {keep} of {len}", name.display()), name.clone());
            let cut = move |dir: &Path| {
                fs::File::options().write(true).open(dir.join(&name)).unwrap().set_len(keep as u64).unwrap();
            };
            cases.push((what, Box::new(cut)));
        }
        let what = format!("{} deleted", name.display());
        cases.push((what, Box::new(move |dir| fs::remove_file(dir.join(&name)).unwrap())));
    }
    cases.push(("index deleted".into(), Box::new(|dir| fs::remove_dir_all(dir.join("index")).unwrap())));
    cases.push((
        "index emptied".into(),
        Box::new(|dir| {
            fs::remove_dir_all(dir.join("index")).unwrap();
            fs::create_dir(dir.join("index")).unwrap();
        }),
    ));

    let printed = Arc::new(AtomicUsize::new(0));
    let (usual, count) = (std::panic::take_hook(), Arc::clone(&printed));
    std::panic::set_hook(Box::new(move |info| {
        count.fetch_add(1, Ordering::Relaxed);
        usual(info);
    }));
    let mut noticed = 0;
    for (what, damage) in cases {
        let dir = tempfile::tempdir().unwrap();
        copy(sound.path(), dir.path());
        damage(dir.path());
        let store = open(dir.path()).unwrap();
        assert!(content(&*store).await == expected, "{what}: other content, {:?}", store.notices());
        let notices = store.notices();
        let gone = what.starts_with("index deleted") || what.starts_with("index emptied");
        let must = gone || what.starts_with("index/db deleted") || what.starts_with("index/db cut to 0 ");
        let told = notices.iter().any(|notice| notice.contains("made anew from the journal"));
        assert!(told || !must, "{what}: {notices:?}");
        noticed += usize::from(!notices.is_empty());
        println!("{what}: {notices:?}");
        store.append(vec![added(1_000)]).await.unwrap();
        store.close().await.unwrap();
        drop(store);

        let store = open(dir.path()).unwrap();
        assert_eq!(store.notices(), Vec::<String>::new(), "{what}: not repaired");
        assert_eq!(store.book().len(), expected.0.len() + 1, "{what}");
        store.close().await.unwrap();
    }
    assert!(noticed >= 10, "only {noticed} damages were noticed");
    assert_eq!(printed.load(Ordering::Relaxed), 0, "a panic of sled was printed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_behind_or_ahead_of_the_journal() {
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

    // Behind: what is missing is folded from the journal, silently.
    fs::rename(dir.path().join("index"), dir.path().join("newer")).unwrap();
    copy(&older.path().join("index"), &dir.path().join("index"));
    let store = open_small(dir.path()).unwrap();
    assert_eq!(content(&*store).await, expected);
    assert_eq!(store.notices(), Vec::<String>::new());
    assert_consistent(&store).await;
    store.close().await.unwrap();
    drop(store);

    // Ahead: it knows what the journal does not.
    let journal = content(&*open_small(older.path()).unwrap()).await;
    fs::remove_dir_all(older.path().join("index")).unwrap();
    copy(&dir.path().join("newer"), &older.path().join("index"));
    let store = open_small(older.path()).unwrap();
    assert_eq!(content(&*store).await, journal);
    assert!(store.notices().concat().contains("the journal only to"), "{:?}", store.notices());
    assert!(older.path().join("index.damaged-1").exists());
    store.close().await.unwrap();
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
