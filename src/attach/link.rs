//! The client's side of the connection: who waits for what, what was told, and whether the owner is still there.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{broadcast, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::wire::{
    FRAMES_WAITING, FrameReader, FromClient, FromOwner, LONGEST_FRAME, ReadEnd, StatesChunk, WireError, WriteEnd,
    frame, write_all,
};
use crate::clock::SharedClock;
use crate::domain::Onboarding;
use crate::domain::text::clean;
use crate::protocol::{Holder, Notification, OwnerState, ReadModel, RequestError, Response, Status};

/// How many notifications a subscriber may lag behind before it is told to read again.
const SUBSCRIBERS_LAG: usize = 4_096;

/// How often the owner is asked whether it is there.
const PING_EVERY: Duration = Duration::from_millis(500);
/// After so many without a word from it, it is silent: less than two seconds after its last word.
const SILENT_AFTER: u32 = 3;
/// After so many whoever waits for an answer gives up, unless it is a person who can see why.
const GIVEN_UP_AFTER: u32 = 5;

/// What comes of a request: an answer, or `None` when there are no more.
pub(super) type Piece = Option<Response>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkEnd {
    /// The owner's end, or its connection's.
    Gone,
    /// The owner was silent for too long.
    Silent,
    Left,
}

pub(super) struct OwnerLink {
    pub holder: Option<Holder>,
    pub read_model: ReadModel,
    pub status: watch::Sender<Status>,
    pub told: broadcast::Sender<Notification>,
    frames: mpsc::Sender<Vec<u8>>,
    next_id: AtomicU64,
    /// Who waits for answers, in the order of asking; `None`: nothing more comes.
    waiting: Mutex<Option<BTreeMap<u64, mpsc::UnboundedSender<Piece>>>>,
    end: Mutex<Option<LinkEnd>>,
    pub left: CancellationToken,
    /// Whether the states were told.
    followed: watch::Sender<bool>,
    /// Whether it was asked to tell how the program is doing.
    watches: AtomicBool,
    heard: AtomicBool,
    /// A person waits, and sees when the owner is silent.
    is_patient: AtomicBool,
    /// By which silence is measured.
    clock: SharedClock,
}

impl OwnerLink {
    /// Starts to read and write.
    pub fn start(
        holder: Option<Holder>,
        status: Status,
        clock: SharedClock,
        (read, write): (FrameReader<ReadEnd>, WriteEnd),
    ) -> Arc<Self> {
        let (frames, waiting) = mpsc::channel(FRAMES_WAITING);
        let link = Arc::new(Self {
            holder,
            read_model: ReadModel::default(),
            status: watch::Sender::new(status),
            told: broadcast::Sender::new(SUBSCRIBERS_LAG),
            frames,
            next_id: AtomicU64::new(1),
            waiting: Mutex::new(Some(BTreeMap::new())),
            end: Mutex::default(),
            left: CancellationToken::new(),
            followed: watch::Sender::new(false),
            watches: AtomicBool::new(false),
            heard: AtomicBool::new(true),
            is_patient: AtomicBool::new(false),
            clock,
        });
        tokio::spawn(Arc::clone(&link).run(read, write, waiting));
        link
    }

    async fn run(self: Arc<Self>, read: FrameReader<ReadEnd>, write: WriteEnd, frames: mpsc::Receiver<Vec<u8>>) {
        let end = tokio::select! {
            biased;
            () = self.left.cancelled() => LinkEnd::Left,
            end = self.listen(read) => end,
            end = self.watch() => end,
            () = write_all(frames, write) => LinkEnd::Gone,
        };
        *self.end.lock() = Some(end);
        // Whoever waits learns that by the end of its channel.
        *self.waiting.lock() = None;
        self.followed.send_replace(false);
        if end != LinkEnd::Left {
            let _ = self.told.send(Notification::Owner(OwnerState::Gone));
        }
    }

    /// Takes in whatever the owner says.
    async fn listen(&self, mut read: FrameReader<ReadEnd>) -> LinkEnd {
        let mut inbox = Inbox::default();
        loop {
            let said = match read.next(LONGEST_FRAME).await {
                Ok(Some(said)) => said,
                Ok(None) => return LinkEnd::Gone,
                Err(error) => {
                    if !matches!(error, WireError::Io(_) | WireError::Half) {
                        tracing::error!("the owner of the store cannot be understood: {error}");
                    }
                    return LinkEnd::Gone;
                }
            };
            self.heard.store(true, Ordering::Relaxed);
            match said {
                FromOwner::Answer { id, seq, response, state } => {
                    if let Some(state) = state.filter(|_| !inbox.is_following) {
                        self.read_model.put(seq, [state]);
                    }
                    inbox.answers.push_back((seq, id, Some(response)));
                }
                FromOwner::Selected { id, chunk } => {
                    if !inbox.take_selected(id, &chunk, &self.read_model) {
                        return LinkEnd::Gone;
                    }
                }
                FromOwner::Over { id } => inbox.answers.push_back((0, id, None)),
                FromOwner::States(chunk) => {
                    if !inbox.take_states(&chunk, &self.read_model) {
                        return LinkEnd::Gone;
                    }
                    if inbox.is_following {
                        self.followed.send_replace(true);
                    }
                }
                FromOwner::Told(Notification::Ended) => return LinkEnd::Gone,
                FromOwner::Left(why) => {
                    tracing::error!("the owner of the store has left us: {}", clean(&why));
                    return LinkEnd::Gone;
                }
                FromOwner::Told(notification) => self.take_in(notification),
                FromOwner::Pong => {}
            }
            self.pass_on(&mut inbox);
        }
    }

    fn take_in(&self, notification: Notification) {
        match &notification {
            Notification::Committed(committed) => {
                let seq = committed.events.last().map_or(0, |event| event.seq);
                // What the states had in them already.
                if seq <= self.read_model.seq() {
                    return;
                }
                self.read_model.put(seq, committed.states.iter().cloned());
            }
            Notification::Status(status) => {
                self.status.send_replace((**status).clone());
            }
            Notification::Lagged | Notification::Owner(_) | Notification::Ended => {}
        }
        // Nobody listening is no failure.
        let _ = self.told.send(notification);
    }

    /// Passes on the answers that the states are new enough for.
    fn pass_on(&self, inbox: &mut Inbox) {
        let known = self.read_model.seq();
        let mut waiting = self.waiting.lock();
        let Some(waiting) = &mut *waiting else { return };
        while inbox.answers.front().is_some_and(|(seq, ..)| !inbox.is_following || *seq <= known) {
            let Some((_, id, piece)) = inbox.answers.pop_front() else { return };
            let is_over = piece.is_none();
            if let Some(waits) = waiting.get(&id) {
                let _ = waits.send(piece);
            }
            if is_over {
                waiting.remove(&id);
            }
        }
    }

    /// Asks the owner again and again whether it is there, and tells when that changes.
    async fn watch(&self) -> LinkEnd {
        let mut unanswered = 0;
        loop {
            if self.heard.swap(false, Ordering::Relaxed) {
                if unanswered >= SILENT_AFTER {
                    let _ = self.told.send(Notification::Owner(OwnerState::Answers));
                }
                unanswered = 0;
            } else {
                unanswered += 1;
                if unanswered == SILENT_AFTER {
                    let _ = self.told.send(Notification::Owner(OwnerState::Silent));
                }
                if unanswered >= GIVEN_UP_AFTER && !self.is_patient.load(Ordering::Relaxed) {
                    return LinkEnd::Silent;
                }
            }
            if let Ok(ping) = frame(&FromClient::Ping) {
                // Where no frame fits any more, the owner takes none.
                let _ = self.frames.try_send(ping);
            }
            self.clock.sleep(PING_EVERY).await;
        }
    }

    /// Begins to wait for answers; `None`: nothing more comes.
    pub fn wait(&self) -> Option<(u64, mpsc::UnboundedReceiver<Piece>)> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (waits, pieces) = mpsc::unbounded_channel();
        self.waiting.lock().as_mut()?.insert(id, waits);
        Some((id, pieces))
    }

    pub fn forget(&self, id: u64) {
        if let Some(waiting) = &mut *self.waiting.lock() {
            waiting.remove(&id);
        }
    }

    pub async fn send(&self, value: &FromClient) -> Result<(), WireError> {
        let line = frame(value)?;
        // Where nothing more is written, whoever waits is told why by the link's end.
        let _ = self.frames.send(line).await;
        Ok(())
    }

    /// Has it told how the program is doing, where nothing else is told.
    pub fn watch_status(self: &Arc<Self>) {
        if *self.followed.borrow() || self.watches.swap(true, Ordering::Relaxed) {
            return;
        }
        let link = Arc::clone(self);
        tokio::spawn(async move { link.send(&FromClient::Watch).await });
    }

    /// From now on an owner that is silent is waited for without limit.
    pub fn wait_for_owner(&self) {
        self.is_patient.store(true, Ordering::Relaxed);
    }

    /// Has the states told, and waits until they are there. `false`: they never will be.
    pub async fn follow(&self) -> bool {
        if self.send(&FromClient::Follow).await.is_err() {
            return false;
        }
        let mut followed = self.followed.subscribe();
        tokio::select! {
            there = followed.wait_for(|followed| *followed) => there.is_ok(),
            () = self.frames.closed() => false,
        }
    }

    /// Why something that was asked for is not answered. `in_doubt`: the owner may have recorded it.
    pub fn error(&self, in_doubt: bool) -> RequestError {
        match *self.end.lock() {
            Some(LinkEnd::Silent) => {
                let doubt = if in_doubt { "; it is not known whether this was recorded" } else { "" };
                let why = format!("it does not answer any more{doubt}");
                RequestError::Unreachable { holder: self.holder.clone(), why }
            }
            Some(LinkEnd::Gone) | None => RequestError::OwnerLost { in_doubt },
            Some(LinkEnd::Left) => RequestError::Ending,
        }
    }
}

/// What has come and is not passed on yet.
#[derive(Default)]
struct Inbox {
    /// In the order of their coming, with the event up to which the states must be known first.
    answers: VecDeque<(u64, u64, Piece)>,
    states: Vec<Arc<Onboarding>>,
    /// What was selected, by the request.
    selected: HashMap<u64, Vec<Arc<Onboarding>>>,
    is_following: bool,
}

impl Inbox {
    /// `false`: they cannot be read.
    fn take_states(&mut self, chunk: &StatesChunk, read_model: &ReadModel) -> bool {
        let Some(states) = chunk.states() else { return false };
        self.states.extend(states);
        if chunk.last {
            read_model.fill(chunk.seq, std::mem::take(&mut self.states));
            self.is_following = true;
        }
        true
    }

    /// `false`: they cannot be read.
    fn take_selected(&mut self, id: u64, chunk: &StatesChunk, read_model: &ReadModel) -> bool {
        let Some(states) = chunk.states() else { return false };
        if !self.is_following {
            read_model.put(chunk.seq, states.iter().cloned());
        }
        let selected = self.selected.entry(id).or_default();
        selected.extend(states);
        if chunk.last {
            let selected = std::mem::take(selected);
            self.selected.remove(&id);
            self.answers.push_back((chunk.seq, id, Some(Response::Selected(selected))));
        }
        true
    }
}
