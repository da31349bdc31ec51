//! A disk that is full or fails, injected under the journal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod store_support;

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use cloverwatch::store::disk::{Disk, LogFile, RealDisk};
use cloverwatch::store::embedded::StoreOptions;
use cloverwatch::store::{EmbeddedStore, Store, StoreError};
use store_support::*;

/// What goes wrong the next time.
#[derive(Debug, Clone, Copy, PartialEq)]
enum DiskFault {
    /// Some bytes are written, then there is no more room.
    Write(io::ErrorKind, usize),
    Sync(io::ErrorKind),
    Truncate,
    Create,
}

#[derive(Clone, Default)]
struct BadDisk(Arc<Mutex<VecDeque<DiskFault>>>);

struct BadFile(Box<dyn LogFile>, BadDisk);

impl BadDisk {
    fn next(&self, wanted: impl Fn(DiskFault) -> bool) -> Option<DiskFault> {
        let mut faults = self.0.lock().unwrap();
        if faults.front().copied().is_some_and(wanted) { faults.pop_front() } else { None }
    }

    fn expect(&self, faults: impl IntoIterator<Item = DiskFault>) {
        self.0.lock().unwrap().extend(faults);
    }
}

impl Disk for BadDisk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn LogFile>> {
        let file = RealDisk.open(path)?;
        match self.next(|fault| fault == DiskFault::Create) {
            Some(_) => Err(io::ErrorKind::StorageFull.into()),
            None => Ok(Box::new(BadFile(file, self.clone()))),
        }
    }
}

impl LogFile for BadFile {
    fn write(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        match self.1.next(|fault| matches!(fault, DiskFault::Write(..))) {
            Some(DiskFault::Write(kind, some)) => {
                self.0.write(&bytes[..some.min(bytes.len())], offset)?;
                Err(kind.into())
            }
            _ => self.0.write(bytes, offset),
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        match self.1.next(|fault| matches!(fault, DiskFault::Sync(_))) {
            Some(DiskFault::Sync(kind)) => Err(kind.into()),
            _ => self.0.sync(),
        }
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        match self.1.next(|fault| fault == DiskFault::Truncate) {
            Some(_) => Err(io::ErrorKind::Other.into()),
            None => self.0.truncate(len),
        }
    }
}

fn open_bad(dir: &Path, segment_bytes: u64) -> (Arc<EmbeddedStore>, BadDisk) {
    let disk = BadDisk::default();
    let options = StoreOptions { segment_bytes, disk: Arc::new(disk.clone()), ..StoreOptions::default() };
    (EmbeddedStore::open_with(dir, &clock(), options).unwrap(), disk)
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_then_it_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (store, disk) = open_bad(dir.path(), u64::MAX);
    store.append(vec![added(1)]).await.unwrap();
    let faults = [
        DiskFault::Write(io::ErrorKind::StorageFull, 0),
        DiskFault::Write(io::ErrorKind::QuotaExceeded, 1),
        DiskFault::Write(io::ErrorKind::FileTooLarge, 250),
        DiskFault::Write(io::ErrorKind::StorageFull, usize::MAX),
        DiskFault::Sync(io::ErrorKind::StorageFull),
    ];
    for (fault, version) in faults.into_iter().zip(1..) {
        disk.expect([fault]);
        let error = store.append(vec![note(1, version), note(1, version + 1)]).await.unwrap_err();
        assert!(matches!(error, StoreError::Io { full: true, .. }), "{fault:?}: {error}");
        assert_eq!(store.read_model().get(id(1)).unwrap().version, version);
        assert_consistent(&store).await;
        // There is room again; the place in the log is taken by somebody else.
        let committed = store.append(vec![note(1, version)]).await.unwrap();
        assert_eq!(committed.events[0].seq, version + 1, "{fault:?}");
    }
    disk.expect([DiskFault::Write(io::ErrorKind::Other, 100)]);
    let error = store.append(vec![added(2)]).await.unwrap_err();
    assert!(matches!(error, StoreError::Io { full: false, .. }), "{error}");
    store.append(vec![added(2)]).await.unwrap();
    let expected = content(&*store).await;
    store.close().await.unwrap();
    drop(store);
    let store = open(dir.path()).unwrap();
    assert_eq!((content(&*store).await, store.notices()), (expected, vec![]));
}

#[tokio::test]
async fn no_room_for_a_new_segment() {
    let dir = tempfile::tempdir().unwrap();
    let (store, disk) = open_bad(dir.path(), 1);
    store.append(vec![added(1)]).await.unwrap();
    disk.expect([DiskFault::Create]);
    let error = store.append(vec![note(1, 1)]).await.unwrap_err();
    assert!(matches!(error, StoreError::Io { full: true, .. }), "{error}");
    store.append(vec![note(1, 1)]).await.unwrap();
    store.append(vec![note(1, 2)]).await.unwrap();
    assert_eq!(segments(dir.path()).len(), 3);
    assert_consistent(&store).await;
    store.close().await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_undone_stops_the_store() {
    let failures = [
        vec![DiskFault::Write(io::ErrorKind::StorageFull, 300), DiskFault::Truncate],
        vec![DiskFault::Sync(io::ErrorKind::Other)],
        vec![DiskFault::Sync(io::ErrorKind::StorageFull), DiskFault::Truncate],
    ];
    for faults in failures {
        let dir = tempfile::tempdir().unwrap();
        let (store, disk) = open_bad(dir.path(), u64::MAX);
        store.append(vec![added(1)]).await.unwrap();
        disk.expect(faults.clone());
        let error = store.append(vec![note(1, 1)]).await.unwrap_err();
        assert!(matches!(error, StoreError::Poisoned(_)), "{faults:?}: {error}");
        let error = store.append(vec![note(1, 1)]).await.unwrap_err();
        assert!(matches!(error, StoreError::Poisoned(_)), "{faults:?}: {error}");
        assert_eq!(store.read_model().get(id(1)).unwrap().version, 1, "{faults:?}");
        store.close().await.unwrap();
        drop(store);
        // Everything acknowledged is there; the rest is there wholly or not at all.
        let store = open(dir.path()).unwrap();
        assert!((1..=2).contains(&store.read_model().get(id(1)).unwrap().version), "{faults:?}");
        assert_consistent(&store).await;
        store.close().await.unwrap();
    }
}

/// Many at once, while the disk fails again and again: whatever was answered well is there, in an unbroken order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_writers_on_a_failing_disk() {
    let dir = tempfile::tempdir().unwrap();
    let (store, disk) = open_bad(dir.path(), 10_000);
    store.append((0..16).map(added).collect()).await.unwrap();
    let writers = (0..16).map(|number| {
        let (store, disk) = (Arc::clone(&store), disk.clone());
        tokio::spawn(async move {
            let (mut version, mut failed, mut troubled) = (1, 0, 0);
            while version < 60 {
                if (version + number) % 7 == 0 && troubled != version {
                    troubled = version;
                    let some = (version * 37 + number * 11) as usize % 600;
                    disk.expect([DiskFault::Write(io::ErrorKind::StorageFull, some)]);
                }
                match store.append(vec![note(number, version)]).await {
                    Ok(_) => version += 1,
                    Err(StoreError::Io { full: true, .. }) => failed += 1,
                    Err(error) => panic!("{error}"),
                }
            }
            failed
        })
    });
    let mut failed = 0;
    for writer in writers.collect::<Vec<_>>() {
        failed += writer.await.unwrap();
    }
    assert!(failed > 0);
    assert!((0..16).all(|number| store.read_model().get(id(number)).unwrap().version == 60));
    assert_consistent(&store).await;
    let expected = content(&*store).await;
    store.close().await.unwrap();
    drop(store);
    let store = open(dir.path()).unwrap();
    assert_eq!((content(&*store).await, store.notices()), (expected, vec![]));
}
