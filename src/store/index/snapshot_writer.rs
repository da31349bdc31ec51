//! The thread that keeps the index near the journal: it takes the newest states only, in its own time. It also keeps the
//! mark of what was acknowledged, and goes on with that when there is no index.

use std::collections::HashMap;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::{Index, LoadedIndex, Sealed, THREAD, without_panic};
use crate::domain::{DealershipId, Onboarding};
use crate::failure_point::FailurePoint;
use crate::store::StoreError;
use crate::store::disk::Disk;
use crate::store::mark::{self, Mark};

/// How long changes are collected before they are written: what is not in the index is folded anew at the next start.
const COLLECT: Duration = Duration::from_secs(1);
/// How much longer for each state in the write before: an import shall not pay for the index again and again.
const COLLECT_MORE: Duration = Duration::from_micros(50);
/// How long the thread may take to end; sled has been seen to wait for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// The handle to the thread.
pub(in crate::store) struct SnapshotWriter {
    mailbox: Arc<Mailbox>,
    dir: PathBuf,
}

#[derive(Default)]
struct Mailbox {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    ended: Condvar,
}

#[derive(Default)]
struct Waiting {
    /// Up to where the states go.
    mark: Mark,
    states: HashMap<DealershipId, Arc<Onboarding>>,
    sealed: Vec<Sealed>,
    /// There is an index to write.
    indexed: bool,
    dirty: bool,
    end: Option<End>,
    ended: bool,
    failed: Option<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    /// Write what waits, then end.
    Write,
    Drop,
}

impl SnapshotWriter {
    /// Starts the thread for the store in a directory, on its index if there is one.
    pub fn start(disk: Arc<dyn Disk>, store: &Path, loaded: Option<LoadedIndex>) -> std::io::Result<Self> {
        let (mailbox, dir) = (Arc::new(Mailbox::default()), store.to_owned());
        let mut index = None;
        if let Some(loaded) = loaded {
            let LoadedIndex { mark, sealed, .. } = loaded;
            *mailbox.waiting.lock() = Waiting { mark, sealed, indexed: true, ..Waiting::default() };
            index = Some(loaded.index);
        }
        let (shared, store) = (Arc::clone(&mailbox), dir.clone());
        thread::Builder::new().name(THREAD.to_owned()).spawn(move || {
            keep(&shared, disk.as_ref(), &store, index);
            shared.waiting.lock().ended = true;
            shared.ended.notify_all();
        })?;
        Ok(Self { mailbox, dir })
    }

    /// Hands over the states after a commit.
    pub fn put(&self, mark: Mark, states: impl IntoIterator<Item = Arc<Onboarding>>) {
        let mut waiting = self.mailbox.waiting.lock();
        waiting.mark = mark;
        if waiting.indexed {
            waiting.states.extend(states.into_iter().map(|state| (state.id, state)));
        }
        if !mem::replace(&mut waiting.dirty, true) {
            self.mailbox.changed.notify_one();
        }
    }

    /// Adds a segment that need not be checked at the next start.
    pub fn seal(&self, sealed: Sealed) {
        let mut waiting = self.mailbox.waiting.lock();
        if waiting.indexed && !waiting.sealed.contains(&sealed) {
            waiting.sealed.retain(|old| old.first != sealed.first);
            waiting.sealed.push(sealed);
            if !mem::replace(&mut waiting.dirty, true) {
                self.mailbox.changed.notify_one();
            }
        }
    }

    /// Why the index is not written any more, if that is so.
    pub fn failure(&self) -> Option<String> {
        self.mailbox.waiting.lock().failed.clone()
    }

    /// Writes what waits and ends.
    pub fn finish(&self) -> Result<(), StoreError> {
        self.end(End::Write);
        self.failure().map_or(Ok(()), |why| Err(super::failure(&self.dir.join("index"), &why)))
    }

    /// Ends without writing: the next start folds what is missing.
    pub fn leave(&self) {
        self.end(End::Drop);
    }

    fn end(&self, how: End) {
        let mut waiting = self.mailbox.waiting.lock();
        waiting.end.get_or_insert(how);
        self.mailbox.changed.notify_one();
        let hangs = |waiting: &mut Waiting| !waiting.ended;
        if self.mailbox.ended.wait_while_for(&mut waiting, hangs, PATIENCE).timed_out() {
            // The thread is left behind: the journal has everything.
            waiting.failed.get_or_insert_with(|| "sled does not end".to_owned());
            waiting.ended = true;
        }
    }
}

impl Drop for SnapshotWriter {
    fn drop(&mut self) {
        self.leave();
    }
}

fn keep(mailbox: &Mailbox, disk: &dyn Disk, store: &Path, mut index: Option<Index>) {
    let mut before = 0;
    loop {
        let mut waiting = mailbox.waiting.lock();
        while !waiting.dirty && waiting.end.is_none() {
            mailbox.changed.wait(&mut waiting);
        }
        // More may come, and each row is written once only. Nobody but the end interrupts this.
        if waiting.end.is_none() {
            mailbox.changed.wait_for(&mut waiting, COLLECT + COLLECT_MORE * before);
        }
        let end = waiting.end;
        if end == Some(End::Drop) || !waiting.dirty {
            break;
        }
        let states: Vec<_> = mem::take(&mut waiting.states).into_values().collect();
        before = u32::try_from(states.len()).unwrap_or(u32::MAX);
        let (mark, sealed) = (waiting.mark, waiting.sealed.clone());
        waiting.dirty = false;
        drop(waiting);
        let kept = index.as_mut().map_or(Ok(()), |index| without_panic(|| index.write(mark, &states, &sealed)));
        FailurePoint::IndexWritten.pass();
        if mark.seq > 0 {
            // An older mark proves less, and nothing wrong.
            let _ = mark::keep(disk, store, &mark, false);
        }
        if let Err(why) = kept {
            let mut waiting = mailbox.waiting.lock();
            (waiting.failed, waiting.indexed, waiting.states) = (Some(why), false, HashMap::new());
            drop(waiting);
            close(index.take());
        }
        if end.is_some() {
            break;
        }
    }
    close(index);
}

fn close(index: Option<Index>) {
    // Sled writes once more when it is dropped.
    let _ = without_panic(move || {
        drop(index);
        Ok(())
    });
}
