//! One attached client, as the owner serves it: its requests in, answers and what is recorded out.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::StreamExt;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};
use tokio_util::sync::CancellationToken;

use super::wire::{
    FRAMES_WAITING, FrameReader, FromClient, FromOwner, LONGEST_FRAME, ReadEnd, StatesChunk, WireError, WriteEnd,
    frame, within, write_all,
};
use crate::client::{Notifications, Responses, SharedClient};
use crate::clock::SharedClock;
use crate::domain::{Actor, DealershipId, Onboarding};
use crate::failure_point::FailurePoint;
use crate::protocol::{Notification, Presence, Request, RequestError, Response, Unanswered};

/// How long a client is given to take the last that is said to it.
pub(super) const LAST_WORD: Duration = Duration::from_secs(1);
/// So many states are written sooner than another thread begins to.
const STATES_AT_ONCE: usize = 32;
/// How many requests of one client may be under way.
const MOST_REQUESTS: usize = 256;

pub(super) struct ClientSession {
    shared: Arc<Shared>,
    writer: JoinHandle<()>,
    /// By which it is waited for the client.
    clock: SharedClock,
}

struct Shared {
    client: SharedClient,
    actor: Actor,
    read_only: bool,
    /// Bounded: a client that does not read has its own requests wait, and nobody else's.
    frames: mpsc::Sender<Vec<u8>>,
    requests: Mutex<HashMap<u64, UnderWay>>,
    /// It is told the states, and everything that is recorded.
    follows: AtomicBool,
    /// The number by which others see what it has in front of it.
    desk: OnceLock<u64>,
}

/// A request that is not answered to its end.
struct UnderWay {
    /// Begins no more of it.
    stop: CancellationToken,
    /// Lets go of the answers, also of what was begun.
    abandon: CancellationToken,
}

impl ClientSession {
    pub fn new(client: SharedClient, actor: Actor, read_only: bool, clock: SharedClock, write: WriteEnd) -> Self {
        let (frames, waiting) = mpsc::channel(FRAMES_WAITING);
        let writer = tokio::spawn(write_all(waiting, write));
        let (requests, follows, desk) = (Mutex::default(), AtomicBool::new(false), OnceLock::new());
        Self { shared: Arc::new(Shared { client, actor, read_only, frames, requests, follows, desk }), writer, clock }
    }

    /// Until the client has gone, or the owner ends. What of many was not begun when the client goes is cut off.
    pub async fn run(self, frames: FrameReader<ReadEnd>, ending: CancellationToken) {
        let Self { shared, mut writer, clock } = self;
        let mut requests = JoinSet::new();
        let mut follower = JoinSet::new();
        let parting = serve(&shared, frames, ending, (&mut requests, &mut follower)).await;
        follower.shutdown().await;
        if let Some(desk) = shared.desk.get() {
            shared.client.request(Request::Present(Presence::nothing(*desk, shared.actor.clone())), &shared.actor);
        }
        match parting {
            Parting::Gone => requests.shutdown().await,
            Parting::Wrong(error) => {
                tracing::warn!("an attached client is left: {error}");
                requests.shutdown().await;
                let _ = within(&*clock, LAST_WORD, shared.send(&FromOwner::Left(error.to_string()))).await;
            }
            // What is under way ends with the engine, and is still answered.
            Parting::Ending => {
                while requests.join_next().await.is_some() {}
                let _ = within(&*clock, LAST_WORD, shared.send(&FromOwner::Told(Notification::Ended))).await;
            }
        }
        drop(shared);
        if within(&*clock, LAST_WORD, &mut writer).await.is_none() {
            writer.abort();
        }
    }
}

/// Why a client is served no more.
enum Parting {
    Gone,
    Ending,
    /// It says what nobody understands, or is not told something that it should be.
    Wrong(WireError),
}

impl Parting {
    fn of(error: WireError) -> Self {
        match error {
            WireError::Io(_) | WireError::Half => Self::Gone,
            error => Self::Wrong(error),
        }
    }
}

/// Takes in whatever the client says.
async fn serve(
    shared: &Arc<Shared>,
    mut frames: FrameReader<ReadEnd>,
    ending: CancellationToken,
    (requests, follower): (&mut JoinSet<()>, &mut JoinSet<Result<(), WireError>>),
) -> Parting {
    loop {
        while requests.try_join_next().is_some() {}
        let said = tokio::select! {
            biased;
            () = ending.cancelled() => return Parting::Ending,
            Some(Ok(Err(error))) = follower.join_next() => return Parting::of(error),
            said = frames.next(LONGEST_FRAME) => said,
        };
        match said {
            Ok(Some(FromClient::Ask { id, request })) if requests.len() < MOST_REQUESTS => {
                let subject = request.subject();
                let under_way = shared.ask(id, *request);
                requests.spawn(Arc::clone(shared).answer(id, subject, under_way));
            }
            Ok(Some(FromClient::Ask { id, .. })) => {
                let why = RequestError::Fault("too many requests at once".to_owned());
                let _ = shared.respond(id, None, Response::Failed(why)).await;
                let _ = shared.send(&FromOwner::Over { id }).await;
            }
            Ok(Some(FromClient::Cancel(id))) => {
                if let Some(request) = shared.requests.lock().get(&id) {
                    request.stop.cancel();
                }
            }
            Ok(Some(FromClient::Abandon(id))) => {
                if let Some(request) = shared.requests.lock().get(&id) {
                    request.abandon.cancel();
                }
            }
            Ok(Some(FromClient::Follow)) if !shared.follows.swap(true, Ordering::Relaxed) => {
                follower.abort_all();
                // Followed before the states are read, so that nothing falls between.
                let told = shared.client.subscribe();
                follower.spawn(Arc::clone(shared).follow(told, true));
            }
            Ok(Some(FromClient::Watch)) if follower.is_empty() => {
                follower.spawn(Arc::clone(shared).follow(shared.client.subscribe(), false));
            }
            Ok(Some(FromClient::Follow | FromClient::Watch)) => {}
            Ok(Some(FromClient::Ping)) => {
                let _ = shared.send(&FromOwner::Pong).await;
            }
            Ok(None) => return Parting::Gone,
            Err(error) => return Parting::of(error),
        }
    }
}

impl Shared {
    fn ask(&self, id: u64, mut request: Request) -> (Responses, CancellationToken) {
        if let Request::Present(presence) = &mut request {
            // What one desk shows goes away with its connection.
            presence.desk = *self.desk.get_or_init(|| presence.desk);
        }
        let answers = if self.read_only && request.records() {
            // As an engine does that is read-only itself.
            Responses::of(Unanswered::of(&request).failed(&RequestError::ReadOnly))
        } else {
            self.client.request(request, &self.actor)
        };
        let abandon = CancellationToken::new();
        self.requests.lock().insert(id, UnderWay { stop: answers.stop(), abandon: abandon.clone() });
        (answers, abandon)
    }

    /// Passes answers on until there are no more.
    async fn answer(
        self: Arc<Self>,
        id: u64,
        subject: Option<DealershipId>,
        under_way: (Responses, CancellationToken),
    ) {
        let (mut answers, abandon) = under_way;
        let passed_on = async {
            while let Some(response) = answers.next().await {
                FailurePoint::AttachedAnswered.pass();
                if self.respond(id, subject, response).await.is_err() {
                    break;
                }
            }
        };
        abandon.run_until_cancelled(passed_on).await;
        self.requests.lock().remove(&id);
        let _ = self.send(&FromOwner::Over { id }).await;
    }

    async fn respond(&self, id: u64, subject: Option<DealershipId>, response: Response) -> Result<(), WireError> {
        let read_model = self.client.read_model();
        let seq = read_model.seq();
        let about = match response {
            Response::Item { dealership, .. } => Some(dealership),
            _ => subject,
        };
        let about = about.filter(|_| !self.follows.load(Ordering::Relaxed));
        let state = about.and_then(|id| read_model.get(id));
        let told = match response {
            Response::Selected(states) => {
                self.tell_states(seq, states, move |chunk| FromOwner::Selected { id, chunk }).await
            }
            response => self.send(&FromOwner::Answer { id, seq, response, state }).await,
        };
        match told {
            Ok(()) | Err(WireError::Io(_)) => told,
            Err(error) => {
                let response = Response::Failed(RequestError::Store(format!("its answer cannot be told: {error}")));
                self.send(&FromOwner::Answer { id, seq, response, state: None }).await
            }
        }
    }

    /// Tells how the program is doing; with `states` those first, then what is recorded, and the states anew after a lag.
    async fn follow(self: Arc<Self>, mut told: Notifications, states: bool) -> Result<(), WireError> {
        if states {
            self.tell_all().await?;
        }
        let status = Notification::Status(Box::new(self.client.status()));
        self.send(&FromOwner::Told(status)).await?;
        while let Some(notification) = told.next().await {
            match notification {
                Notification::Lagged if states => self.tell_all().await?,
                Notification::Status(_) => {}
                _ if !states => continue,
                _ => {}
            }
            self.send(&FromOwner::Told(notification)).await?;
        }
        Ok(())
    }

    async fn tell_all(&self) -> Result<(), WireError> {
        let (seq, states) = self.client.read_model().all();
        self.tell_states(seq, states, FromOwner::States).await
    }

    async fn tell_states(
        &self,
        seq: u64,
        mut states: Vec<Arc<Onboarding>>,
        said: impl Fn(StatesChunk) -> FromOwner + Copy + Send + 'static,
    ) -> Result<(), WireError> {
        loop {
            let is_short = states.len() <= STATES_AT_ONCE;
            let take = move || {
                let chunk = StatesChunk::take(seq, &mut states)?;
                let last = chunk.last;
                Ok((frame(&said(chunk))?, last, states))
            };
            let told = if is_short {
                take()
            } else {
                // Off the threads that answer others.
                spawn_blocking(take).await.map_err(io::Error::from).map_err(WireError::from).flatten()
            };
            let (line, last, left) = told?;
            self.pass(line).await?;
            if last {
                return Ok(());
            }
            states = left;
        }
    }

    async fn send(&self, value: &FromOwner) -> Result<(), WireError> {
        self.pass(frame(value)?).await
    }

    async fn pass(&self, line: Vec<u8>) -> Result<(), WireError> {
        // Nobody takes frames any more when the connection has ended.
        Ok(self.frames.send(line).await.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?)
    }
}
