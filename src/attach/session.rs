//! One attached client, as the owner serves it: its requests in, answers and what is recorded out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use parking_lot::Mutex;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::wire::{FrameReader, FromClient, FromOwner, LONGEST_FRAME, StatesChunk, WireError, frame};
use crate::client::{EngineClient, LocalClient, Notifications, Responses};
use crate::domain::{Actor, Onboarding};
use crate::protocol::{Notification, Request, RequestError, Response};

/// How many frames wait for a client before those who bring them wait.
const FRAMES_WAITING: usize = 32;
/// How many states one frame holds.
const STATES_IN_FRAME: usize = 500;
/// How long a client is given to take the last that is said to it.
const LAST_WORD: Duration = Duration::from_secs(1);
/// How many requests of one client may be under way.
const MOST_REQUESTS: usize = 256;

pub(super) struct Session {
    shared: Arc<Shared>,
    writer: JoinHandle<()>,
}

struct Shared {
    client: LocalClient,
    actor: Actor,
    read_only: bool,
    /// Bounded: a client that does not read has its own requests wait, and nobody else's.
    frames: mpsc::Sender<Vec<u8>>,
    requests: Mutex<HashMap<u64, UnderWay>>,
}

/// A request that is not answered to its end.
struct UnderWay {
    /// Begins no more of it.
    stop: CancellationToken,
    /// Forgets it.
    abandon: CancellationToken,
}

impl Session {
    pub fn new(client: LocalClient, actor: Actor, read_only: bool, write: OwnedWriteHalf) -> Self {
        let (frames, waiting) = mpsc::channel(FRAMES_WAITING);
        let writer = tokio::spawn(write_all(waiting, write));
        Self { shared: Arc::new(Shared { client, actor, read_only, frames, requests: Mutex::default() }), writer }
    }

    /// Until the client has gone, or the owner ends. What of many was not begun when the client goes is cut off.
    pub async fn run(self, frames: FrameReader<OwnedReadHalf>, ending: CancellationToken) {
        let Self { shared, mut writer } = self;
        let mut requests = JoinSet::new();
        let mut follower = JoinSet::new();
        let parting = serve(&shared, frames, ending, (&mut requests, &mut follower)).await;
        follower.shutdown().await;
        match parting {
            Parting::Gone => requests.shutdown().await,
            Parting::Wrong(error) => {
                tracing::warn!("an attached client is left: {error}");
                requests.shutdown().await;
                let _ = timeout(LAST_WORD, shared.send(&FromOwner::Left(error.to_string()))).await;
            }
            // What is under way ends with the engine, and is still answered.
            Parting::Ending => {
                while requests.join_next().await.is_some() {}
                shared.send(&FromOwner::Told(Notification::Ended)).await;
            }
        }
        drop(shared);
        if timeout(LAST_WORD, &mut writer).await.is_err() {
            writer.abort();
        }
    }
}

/// Why a client is served no more.
enum Parting {
    Gone,
    Ending,
    /// It says what nobody understands.
    Wrong(WireError),
}

/// Takes in whatever the client says.
async fn serve(
    shared: &Arc<Shared>,
    mut frames: FrameReader<OwnedReadHalf>,
    ending: CancellationToken,
    (requests, follower): (&mut JoinSet<()>, &mut JoinSet<()>),
) -> Parting {
    loop {
        while requests.try_join_next().is_some() {}
        let said = tokio::select! {
            biased;
            () = ending.cancelled() => return Parting::Ending,
            said = frames.next(LONGEST_FRAME) => said,
        };
        match said {
            Ok(Some(FromClient::Ask { id, request })) if requests.len() < MOST_REQUESTS => {
                let (answers, abandon) = shared.ask(id, request);
                requests.spawn(Arc::clone(shared).answer(id, answers, abandon));
            }
            Ok(Some(FromClient::Ask { id, .. })) => {
                let why = RequestError::Fault("too many requests at once".to_owned());
                shared.respond(id, Response::Failed(why)).await;
                shared.send(&FromOwner::Over { id }).await;
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
            Ok(Some(FromClient::Follow)) if follower.is_empty() => {
                // Followed before the states are read, so that nothing falls between.
                let told = shared.client.subscribe();
                follower.spawn(Arc::clone(shared).follow(told));
            }
            Ok(Some(FromClient::Follow)) => {}
            Ok(Some(FromClient::Ping)) => {
                shared.send(&FromOwner::Pong).await;
            }
            Ok(None) | Err(WireError::Io(_) | WireError::Half) => return Parting::Gone,
            Err(error) => return Parting::Wrong(error),
        }
    }
}

impl Shared {
    fn ask(&self, id: u64, request: Request) -> (Responses, CancellationToken) {
        let answers = if self.read_only && request.records() {
            // As an engine does that is read-only itself.
            Responses::of(request.unanswered().failed(&RequestError::ReadOnly))
        } else {
            self.client.request(request, &self.actor)
        };
        let abandon = CancellationToken::new();
        self.requests.lock().insert(id, UnderWay { stop: answers.stop(), abandon: abandon.clone() });
        (answers, abandon)
    }

    /// Passes answers on until there are no more.
    async fn answer(self: Arc<Self>, id: u64, mut answers: Responses, abandon: CancellationToken) {
        let passed_on = async {
            while let Some(response) = answers.next().await {
                if !self.respond(id, response).await {
                    break;
                }
            }
        };
        abandon.run_until_cancelled(passed_on).await;
        self.requests.lock().remove(&id);
        self.send(&FromOwner::Over { id }).await;
    }

    async fn respond(&self, id: u64, response: Response) -> bool {
        self.send(&FromOwner::Answer { id, seq: self.client.read_model().seq(), response }).await
    }

    /// Tells the states, then what is recorded; the states anew when the client was too slow for that.
    async fn follow(self: Arc<Self>, mut told: Notifications) {
        if !self.tell_states().await {
            return;
        }
        while let Some(notification) = told.next().await {
            let lagged = matches!(notification, Notification::Lagged);
            if lagged && !self.tell_states().await || !self.send(&FromOwner::Told(notification)).await {
                return;
            }
        }
    }

    async fn tell_states(&self) -> bool {
        let (seq, states) = self.client.read_model().all();
        let count = states.chunks(STATES_IN_FRAME).len().max(1);
        let mut rest = states;
        for place in 1..=count {
            let after = rest.split_off(STATES_IN_FRAME.min(rest.len()));
            let states = std::mem::replace(&mut rest, after);
            let last = place == count;
            let Ok(Some(line)) = tokio::task::spawn_blocking(move || chunk(seq, &states, last)).await else {
                return false;
            };
            if self.frames.send(line).await.is_err() {
                return false;
            }
        }
        true
    }

    /// `false`: it has gone.
    async fn send(&self, value: &FromOwner) -> bool {
        match frame(value) {
            Ok(line) => self.frames.send(line).await.is_ok(),
            Err(error) => {
                tracing::error!("an attached client is not told something: {error}");
                false
            }
        }
    }
}

/// A frame with states.
fn chunk(seq: u64, states: &[Arc<Onboarding>], last: bool) -> Option<Vec<u8>> {
    let states = STANDARD.encode(postcard::to_stdvec(states).ok()?);
    frame(&FromOwner::States(StatesChunk { seq, states, last })).ok()
}

/// Writes frames for as long as somebody takes them.
async fn write_all(mut frames: mpsc::Receiver<Vec<u8>>, mut write: OwnedWriteHalf) {
    while let Some(frame) = frames.recv().await {
        if write.write_all(&frame).await.is_err() {
            return;
        }
    }
}
