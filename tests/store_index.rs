//! Whatever happens to the files of the index: equal content, a notice, and a good index afterwards.
//! One test only: it exchanges the panic hook, which belongs to the whole process.
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
        assert_eq!(store.read_model().len(), expected.0.len() + 1, "{what}");
        store.close().await.unwrap();
    }
    assert!(noticed >= 10, "only {noticed} damages were noticed");
    assert_eq!(printed.load(Ordering::Relaxed), 0, "a panic of sled was printed");
    // Other panics are reported as before.
    assert!(std::thread::spawn(|| panic!("on purpose")).join().is_err());
    assert_eq!(printed.load(Ordering::Relaxed), 1, "the panic hook is not back");
}
