//! The way of an append: checked and laid out by one thread, the planner, while another, the syncer, makes the group
//! before it durable.
//!
//! While a group is being synced, requests gather into the next one: the slower the disk, the larger the groups. Every
//! request is answered in order, a refused one too: what it was refused for is durable by then.

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use parking_lot::{Condvar, Mutex, MutexGuard};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, oneshot};

use super::index::SnapshotWriter;
use super::journal::{AppendFailure, Journal};
use super::mark::Mark;
use super::pending_batch::{PendingBatch, PlannedBatch};
use super::{Append, SUBSCRIBERS_LAG, StoreError, line};
use crate::protocol::{Committed, ReadModel};

/// How many requests may be under way before those who append have to wait.
const UNDER_WAY: usize = 4_096;
/// How many requests are planned before the planner looks whether a group has become durable.
const PORTION: usize = 64;
/// How often the planner lets others run before it sleeps: a request that comes then need not wake it.
const YIELDS: u32 = 4;
/// How large a group grows at most while another is being synced.
const GROUP_BYTES: usize = 8 * 1024 * 1024;

/// What everybody who holds the store shares.
pub(super) struct StoreShared {
    pub read_model: ReadModel,
    pub subscribers: broadcast::Sender<Committed>,
    pub snapshot_writer: SnapshotWriter,
    room: Arc<Semaphore>,
    inbox: Mutex<Inbox>,
    incoming: Condvar,
    outbox: Mutex<Outbox>,
    outgoing: Condvar,
}

/// What waits for the planner.
#[derive(Default)]
struct Inbox {
    requests: VecDeque<Request>,
    /// Groups that the syncer is done with. Of those that are not published yet, the planner does that.
    synced: VecDeque<Synced>,
    /// The planner is publishing groups that it took from `synced`.
    publishing: bool,
    closed: bool,
    no_syncer: bool,
}

/// What waits for the syncer.
#[derive(Default)]
struct Outbox {
    group: Group,
    /// The bytes of a group that was written, to be used again.
    spare: Vec<u8>,
    /// A group failed, and the planner does not know yet: nothing that waits here may be written.
    broken: bool,
    closed: bool,
}

struct Request {
    batch: Vec<Append>,
    reply: Reply,
}

struct Reply {
    to: oneshot::Sender<Result<Committed, StoreError>>,
    _room: OwnedSemaphorePermit,
}

/// Batches that become durable together.
#[derive(Default)]
struct Group {
    bytes: Vec<u8>,
    /// Where the history ends with the last of its lines.
    end: Mark,
    planned: Vec<PlannedBatch>,
    /// For each request a place in `planned`, or why it was refused.
    answers: Vec<(Reply, Result<usize, StoreError>)>,
}

enum Synced {
    Durable(Group),
    /// Everybody knows already; only the pending batch has to forget it.
    Published(Vec<PlannedBatch>, Mark),
    Failed(Group, AppendFailure),
}

impl StoreShared {
    /// Around a read model that is as the journal is.
    pub fn new(read_model: ReadModel, snapshot_writer: SnapshotWriter) -> Self {
        Self {
            read_model,
            subscribers: broadcast::Sender::new(SUBSCRIBERS_LAG),
            snapshot_writer,
            room: Arc::new(Semaphore::new(UNDER_WAY)),
            inbox: Mutex::default(),
            incoming: Condvar::new(),
            outbox: Mutex::default(),
            outgoing: Condvar::new(),
        }
    }

    /// Takes a batch in and waits until it is durable or refused.
    pub async fn append(&self, batch: Vec<Append>) -> Result<Committed, StoreError> {
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let (to, answer) = oneshot::channel();
        {
            let mut inbox = self.inbox.lock();
            if inbox.closed {
                return Err(StoreError::Closed);
            }
            inbox.requests.push_back(Request { batch, reply: Reply { to, _room: room } });
        }
        self.incoming.notify_one();
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Takes nothing more; what was taken goes its way.
    pub fn close(&self) {
        self.inbox.lock().closed = true;
        self.room.close();
        self.incoming.notify_one();
    }

    /// Whether the syncer may publish a group itself: nothing waits for a sync, and the planner publishes nothing.
    fn may_publish(&self) -> bool {
        if !self.outbox.lock().group.answers.is_empty() {
            return false;
        }
        let inbox = self.inbox.lock();
        inbox.synced.is_empty() && !inbox.publishing
    }

    /// A group is durable: the read model first, then subscribers, then those who wait.
    fn publish(&self, group: &mut Group) {
        let states = || group.planned.iter().flat_map(|planned| planned.committed.states.iter().cloned());
        if !group.bytes.is_empty() {
            self.snapshot_writer.put(group.end, states());
            self.read_model.put(group.end.seq, states());
        }
        for planned in group.planned.iter().filter(|planned| planned.last_seq().is_some()) {
            // Nobody listening is no failure.
            let _ = self.subscribers.send(planned.committed.clone());
        }
        // In one go: the first who wakes shall not be alone.
        for (reply, result) in group.answers.drain(..) {
            let committed = |place: usize| group.planned.get(place).map(|planned| planned.committed.clone());
            let result = result.and_then(|place| committed(place).ok_or(StoreError::Closed));
            // Whoever does not wait any more has recorded it all the same.
            let _ = reply.to.send(result);
        }
    }
}

/// The planner and the syncer.
pub(super) type WriterThreads = [JoinHandle<()>; 2];

/// Starts the threads. They end after [`StoreShared::close`], when everything that was taken is answered.
pub(super) fn start(shared: &Arc<StoreShared>, journal: Journal, end: Mark) -> std::io::Result<WriterThreads> {
    let named = |name: &str| thread::Builder::new().name(name.to_owned());
    let here = Arc::clone(shared);
    let syncer = named("store-sync").spawn(move || sync(&here, journal))?;
    let here = Arc::clone(shared);
    let planner = named("store-plan").spawn(move || plan(&here, end))?;
    Ok([planner, syncer])
}

/// Waits for the end of both.
pub(super) fn join(threads: WriterThreads) {
    // A thread that panicked has left its work to the guards below.
    let _ = threads.map(JoinHandle::join);
}

fn plan(shared: &StoreShared, end: Mark) {
    // Whatever ends the planner: nobody waits in vain, and the syncer ends too.
    let ends = scopeguard::guard(shared, |shared| {
        shared.close();
        shared.inbox.lock().requests.clear();
        shared.outbox.lock().closed = true;
        shared.outgoing.notify_all();
    });
    let mut planner = Planner { shared, pending: PendingBatch::after(end.seq), end, durable: end, poisoned: None };
    loop {
        let mut inbox = shared.inbox.lock();
        inbox.publishing = false;
        for _ in 0..YIELDS {
            if !inbox.requests.is_empty() || !inbox.synced.is_empty() || inbox.closed {
                break;
            }
            MutexGuard::unlocked(&mut inbox, thread::yield_now);
        }
        while inbox.synced.is_empty() && inbox.requests.is_empty() && !inbox.closed {
            shared.incoming.wait(&mut inbox);
        }
        let synced = mem::take(&mut inbox.synced);
        inbox.publishing = !synced.is_empty();
        let many = inbox.requests.len().min(PORTION);
        let requests: Vec<Request> = inbox.requests.drain(..many).collect();
        let end = inbox.closed && synced.is_empty() && requests.is_empty();
        drop(inbox);
        if end {
            break;
        }
        for synced in synced {
            planner.settle(synced);
        }
        for request in requests {
            planner.take(request);
        }
    }
    drop(ends);
    // The syncer may still be at the last group.
    let mut inbox = shared.inbox.lock();
    while !inbox.no_syncer {
        shared.incoming.wait(&mut inbox);
    }
    let synced = mem::take(&mut inbox.synced);
    drop(inbox);
    for synced in synced {
        planner.settle(synced);
    }
}

struct Planner<'a> {
    shared: &'a StoreShared,
    pending: PendingBatch,
    /// Where the history ends with everything that was laid out.
    end: Mark,
    /// Where it ends with everything that is durable.
    durable: Mark,
    poisoned: Option<String>,
}

impl Planner<'_> {
    fn take(&mut self, Request { batch, reply }: Request) {
        let planned = match &self.poisoned {
            Some(why) => Err(StoreError::Poisoned(why.clone())),
            None => self.pending.plan(&self.shared.read_model, batch),
        };
        let mut outbox = self.shared.outbox.lock();
        while outbox.group.bytes.len() > GROUP_BYTES && !outbox.broken && !outbox.closed {
            self.shared.outgoing.wait(&mut outbox);
        }
        let broken = outbox.broken;
        let group = &mut outbox.group;
        let result = planned.and_then(|planned| {
            if broken {
                // Planned on top of what is not there: it is answered with the rest of the group.
                return Err(StoreError::Closed);
            }
            self.end = group.lay_out(&planned, self.end)?;
            self.pending.accept(&planned);
            group.planned.push(planned);
            Ok(group.planned.len() - 1)
        });
        group.answers.push((reply, result));
        drop(outbox);
        self.shared.outgoing.notify_all();
    }

    fn settle(&mut self, synced: Synced) {
        match synced {
            Synced::Durable(mut group) => {
                self.shared.publish(&mut group);
                self.forget(&group.planned, group.end);
                group.bytes.clear();
                self.shared.outbox.lock().spare = group.bytes;
            }
            Synced::Published(planned, end) => self.forget(&planned, end),
            Synced::Failed(group, failure) => self.fail(group, &failure),
        }
    }

    fn forget(&mut self, planned: &[PlannedBatch], end: Mark) {
        // A group of refusals ends nowhere.
        if end.seq > self.durable.seq {
            self.durable = end;
        }
        for planned in planned {
            self.pending.settle(planned);
        }
    }

    /// A group is not durable, and so neither is anything that was planned on top of it.
    fn fail(&mut self, group: Group, failure: &AppendFailure) {
        let mut outbox = self.shared.outbox.lock();
        let next = mem::take(&mut outbox.group);
        outbox.broken = false;
        drop(outbox);
        self.pending = PendingBatch::after(self.shared.read_model.seq());
        self.end = self.durable;
        let error = if failure.poisoned {
            let why = failure.error.to_string();
            StoreError::Poisoned(self.poisoned.get_or_insert(why).clone())
        } else {
            failure.error.clone()
        };
        for (reply, _) in group.answers.into_iter().chain(next.answers) {
            let _ = reply.to.send(Err(error.clone()));
        }
    }
}

impl Group {
    /// Adds the lines of a batch after those that end with a mark. The answer is where they end.
    fn lay_out(&mut self, planned: &PlannedBatch, mut end: Mark) -> Result<Mark, StoreError> {
        let start = self.bytes.len();
        let events = &planned.committed.events;
        for (place, (event, prev)) in events.iter().zip(&planned.previous).enumerate() {
            let left = (events.len() - place - 1) as u64;
            let group = self.bytes.is_empty();
            match line::write(&mut self.bytes, event, left, *prev, group) {
                Ok(crc) => end = end.then(crc),
                Err(error) => {
                    self.bytes.truncate(start);
                    return Err(StoreError::Unfit(error.to_string()));
                }
            }
        }
        self.end = end;
        Ok(end)
    }
}

fn sync(shared: &StoreShared, mut journal: Journal) {
    // Whatever ends the syncer: the planner does not wait for it.
    scopeguard::defer! {
        shared.outbox.lock().closed = true;
        shared.outgoing.notify_all();
        shared.inbox.lock().no_syncer = true;
        shared.close();
    }
    loop {
        let Some(mut outbox) = next_group(shared) else { return };
        let empty = Group { bytes: mem::take(&mut outbox.spare), ..Group::default() };
        let mut group = mem::replace(&mut outbox.group, empty);
        drop(outbox);
        shared.outgoing.notify_all();
        let result = if group.bytes.is_empty() { Ok(()) } else { journal.commit(&group.bytes, group.end) };
        if let Some(sealed) = journal.newly_sealed() {
            shared.snapshot_writer.seal(sealed);
        }
        let synced = match result {
            Err(failure) => {
                shared.outbox.lock().broken = true;
                shared.outgoing.notify_all();
                Synced::Failed(group, failure)
            }
            // With nothing to sync meanwhile, the shortest way to those who wait is from here.
            Ok(()) if shared.may_publish() => {
                shared.publish(&mut group);
                Synced::Published(group.planned, group.end)
            }
            Ok(()) => Synced::Durable(group),
        };
        shared.inbox.lock().synced.push_back(synced);
        shared.incoming.notify_one();
    }
}

/// Waits for a group; `None` at the end.
fn next_group(shared: &StoreShared) -> Option<MutexGuard<'_, Outbox>> {
    let mut outbox = shared.outbox.lock();
    while outbox.group.answers.is_empty() || outbox.broken {
        if outbox.closed {
            return None;
        }
        shared.outgoing.wait(&mut outbox);
    }
    Some(outbox)
}
