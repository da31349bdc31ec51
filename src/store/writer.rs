//! The way of an append: checked and laid out by one thread while another makes the group before it durable.
//!
//! While a group is being synced, requests gather into the next one: the slower the disk, the larger the groups. Every
//! request is answered in order, a refused one too: what it was refused for is durable by then.

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use parking_lot::{Condvar, Mutex};
use tokio::sync::{broadcast, mpsc, oneshot};

use super::draft::{Draft, Planned};
use super::index::Keeper;
use super::journal::{Failure, Journal};
use super::line;
use super::{Append, Book, Committed, FOLLOWERS_LAG, StoreError};

/// How many requests may wait to be checked before those who append have to wait.
const WAITING: usize = 1_024;
/// How many are taken at once from there.
const TAKEN: usize = 64;
/// How large a group grows at most while another is being synced.
const GROUP_BYTES: usize = 8 * 1024 * 1024;

/// What everybody who holds the store shares.
pub(super) struct Shared {
    pub book: Book,
    pub followers: broadcast::Sender<Committed>,
    pub keeper: Option<Keeper>,
    desk: Mutex<Desk>,
    changed: Condvar,
}

/// Where the two threads meet.
#[derive(Default)]
struct Desk {
    draft: Draft,
    group: Group,
    /// Bytes of a group that was written, to be used again.
    spare: Vec<u8>,
    no_more: bool,
    poisoned: Option<String>,
}

/// Batches that become durable together.
#[derive(Default)]
struct Group {
    bytes: Vec<u8>,
    last: u64,
    answers: VecDeque<(Reply, Result<Planned, StoreError>)>,
}

type Reply = oneshot::Sender<Result<Committed, StoreError>>;

/// A batch and who waits for it.
pub(super) struct Request {
    pub batch: Vec<Append>,
    pub reply: Reply,
}

/// The two threads.
pub(super) struct Writer {
    planner: JoinHandle<()>,
    syncer: JoinHandle<()>,
}

impl Shared {
    /// Around a book that is as the journal is.
    pub fn new(book: Book, keeper: Option<Keeper>) -> Self {
        let desk = Mutex::new(Desk { draft: Draft::after(book.seq()), ..Desk::default() });
        Self { book, followers: broadcast::Sender::new(FOLLOWERS_LAG), keeper, desk, changed: Condvar::new() }
    }
}

impl Writer {
    /// Starts the threads. They end when the sender is gone and everything before is answered.
    pub fn start(shared: &Arc<Shared>, journal: Journal) -> std::io::Result<(mpsc::Sender<Request>, Self)> {
        let (send, receive) = mpsc::channel(WAITING);
        let named = |name: &str| thread::Builder::new().name(name.to_owned());
        let here = Arc::clone(shared);
        let planner = named("store-plan").spawn(move || plan(&here, receive))?;
        let here = Arc::clone(shared);
        let syncer = named("store-sync").spawn(move || sync(&here, journal))?;
        Ok((send, Self { planner, syncer }))
    }

    /// Waits for the end of both.
    pub fn join(self) {
        // A thread that panicked has dropped its requests, and so answered them.
        let _ = (self.planner.join(), self.syncer.join());
    }
}

fn plan(shared: &Shared, mut requests: mpsc::Receiver<Request>) {
    let mut taken = Vec::with_capacity(TAKEN);
    while requests.blocking_recv_many(&mut taken, TAKEN) > 0 {
        for Request { batch, reply } in taken.drain(..) {
            let mut desk = shared.desk.lock();
            while desk.group.bytes.len() > GROUP_BYTES {
                shared.changed.wait(&mut desk);
            }
            let planned = desk.plan(&shared.book, batch);
            desk.group.answers.push_back((reply, planned));
            shared.changed.notify_all();
        }
    }
    shared.desk.lock().no_more = true;
    shared.changed.notify_all();
}

impl Desk {
    fn plan(&mut self, book: &Book, batch: Vec<Append>) -> Result<Planned, StoreError> {
        if let Some(why) = &self.poisoned {
            return Err(StoreError::Poisoned(why.clone()));
        }
        let planned = self.draft.plan(book, batch)?;
        let events = &planned.committed.events;
        let start = self.group.bytes.len();
        for (place, (event, prev)) in events.iter().zip(&planned.previous).enumerate() {
            let left = (events.len() - place - 1) as u64;
            if let Err(error) = line::write(&mut self.group.bytes, event, left, *prev) {
                self.group.bytes.truncate(start);
                return Err(StoreError::Unfit(error.to_string()));
            }
        }
        self.draft.accept(&planned);
        self.group.last = planned.last_seq().unwrap_or(self.group.last);
        Ok(planned)
    }
}

fn sync(shared: &Shared, mut journal: Journal) {
    loop {
        let mut desk = shared.desk.lock();
        while desk.group.answers.is_empty() {
            if desk.no_more {
                return;
            }
            shared.changed.wait(&mut desk);
        }
        let empty = Group { bytes: mem::take(&mut desk.spare), ..Group::default() };
        let group = mem::replace(&mut desk.group, empty);
        shared.changed.notify_all();
        drop(desk);
        let result = if group.bytes.is_empty() { Ok(()) } else { journal.commit(&group.bytes, group.last) };
        if let (Some(keeper), Some(sealed)) = (&shared.keeper, journal.newly_sealed()) {
            keeper.seal(sealed);
        }
        match result {
            Ok(()) => settle(shared, group),
            Err(failure) => fail(shared, group, failure),
        }
    }
}

/// A group is durable: the book first, then those who follow, then those who wait.
fn settle(shared: &Shared, mut group: Group) {
    let planned = || group.answers.iter().filter_map(|(_, result)| result.as_ref().ok());
    let states = || planned().flat_map(|planned| planned.committed.states.iter().cloned());
    if !group.bytes.is_empty() {
        if let Some(keeper) = &shared.keeper {
            keeper.put(group.last, states());
        }
        let mut desk = shared.desk.lock();
        shared.book.put(group.last, states());
        planned().for_each(|planned| desk.draft.settle(planned));
        group.bytes.clear();
        desk.spare = mem::take(&mut group.bytes);
    }
    for (reply, result) in group.answers {
        let result = result.map(|planned| planned.committed);
        if let Ok(committed) = &result
            && !committed.events.is_empty()
        {
            // Nobody following is no failure.
            let _ = shared.followers.send(committed.clone());
        }
        // Whoever does not wait any more has recorded it all the same.
        let _ = reply.send(result);
    }
}

/// A group is not durable, and so neither is anything that was planned on top of it.
fn fail(shared: &Shared, group: Group, failure: Failure) {
    let mut desk = shared.desk.lock();
    let next = mem::take(&mut desk.group);
    desk.draft = Draft::after(shared.book.seq());
    if failure.poisoned {
        desk.poisoned = Some(failure.error.to_string());
    }
    shared.changed.notify_all();
    drop(desk);
    for (reply, _) in group.answers.into_iter().chain(next.answers) {
        let error = match &failure {
            Failure { error, poisoned: true } => StoreError::Poisoned(error.to_string()),
            Failure { error, .. } => error.clone(),
        };
        let _ = reply.send(Err(error));
    }
}
