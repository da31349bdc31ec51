//! The one way to an engine, wherever it runs: requests in, responses and notifications out.

mod local;
mod read;

use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::BoxStream;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::clock::SharedClock;
use crate::domain::{
    Actor, Claim, Claims, ClockDoubt, Command, Context, DealershipId, Event, LetterId, Refusal, decide_in_turn,
};
use crate::protocol::{
    EngineInfo, EventQuery, Notification, ReadModel, Request, RequestError, Response, Status, Unanswered,
};

pub use local::LocalClient;
pub use read::ReadClient;

/// How many answers may wait for whoever asked before the engine waits.
const ANSWERS: usize = 256;

pub type Notifications = BoxStream<'static, Notification>;

pub type SharedClient = Arc<dyn EngineClient>;

/// What is taken by the states of the engine.
impl Claims for SharedClient {
    fn holder(&self, claim: &Claim) -> Option<DealershipId> {
        self.read_model().holder(claim)
    }
}

#[async_trait]
pub trait EngineClient: Send + Sync {
    /// The states after the last durable commit.
    fn read_model(&self) -> &ReadModel;

    fn info(&self) -> &EngineInfo;

    fn clock(&self) -> &SharedClock;

    /// Commits and statuses from now on.
    fn subscribe(&self) -> Notifications;

    fn status(&self) -> Status;

    /// Asks for something. It is done whether or not anybody waits for its answers.
    fn request(&self, request: Request, actor: &Actor) -> Responses;

    async fn events(&self, query: EventQuery) -> Result<Vec<Event>, RequestError>;

    /// Ends the engine, if it is this process's own, and waits for what is under way.
    async fn shutdown(&self) -> Result<(), RequestError>;
}

/// The answers to a request, as they come. Dropping them begins no more of many; what was not begun counts as cut off.
pub struct Responses {
    answers: mpsc::Receiver<Response>,
    stop: CancellationToken,
}

impl Responses {
    /// The answers, and where they come from.
    pub fn channel() -> (mpsc::Sender<Response>, Self) {
        let (tell, answers) = mpsc::channel(ANSWERS);
        (tell, Self { answers, stop: CancellationToken::new() })
    }

    /// Answers that are known already.
    pub(crate) fn of(known: Vec<Response>) -> Self {
        let (tell, answers) = mpsc::channel(known.len().max(1));
        for response in known {
            // There is room for all of them.
            let _ = tell.try_send(response);
        }
        Self { answers, stop: CancellationToken::new() }
    }

    /// The next answer; `None`: nothing more comes.
    pub async fn next(&mut self) -> Option<Response> {
        self.answers.recv().await
    }

    /// What begins no more of it when it is cancelled; what was begun ends and is answered.
    pub fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }
}

/// Asks for one thing and waits for its answer.
pub async fn ask<T>(client: &(impl EngineClient + ?Sized), request: Request, actor: &Actor) -> Result<T, RequestError>
where
    T: TryFrom<Response, Error = RequestError>,
{
    client.request(request, actor).next().await.ok_or(RequestError::Ending)?.try_into()
}

/// Asks for something for many and waits for all; `told` hears how many have ended. Answers keep the asked order.
pub async fn ask_each<T>(
    client: &dyn EngineClient,
    request: Request,
    actor: &Actor,
    mut told: impl FnMut(usize),
) -> Vec<Result<T, RequestError>>
where
    T: TryFrom<Response, Error = RequestError>,
{
    let mut ended: Vec<_> = (0..Unanswered::of(&request).items()).map(|_| Err(RequestError::Ending)).collect();
    let mut answers = client.request(request, actor);
    let mut count = 0;
    while let Some(response) = answers.next().await {
        let Response::Item { place, .. } = response else { continue };
        if let Some(answer) = ended.get_mut(place) {
            *answer = response.try_into();
        }
        count += 1;
        told(count);
    }
    ended
}

/// What the rules say to commands now, one after the other; nothing is recorded.
pub fn dry_run(client: &dyn EngineClient, id: DealershipId, commands: &[Command]) -> Result<(), Refusal> {
    let (info, claims) = (client.info(), client.read_model());
    let letter = info.sends_letters().then(|| LetterId::from_bits(0));
    let context = Context { now: client.clock().now(), policy: &info.policy, claims, letter };
    let actor = Actor::system("dry run");
    decide_in_turn(claims.get(id).as_deref(), id, commands, &actor, &context).map(drop)
}

/// Why our clock cannot be believed, as far as the store and the platform tell.
pub fn clock_doubt(client: &dyn EngineClient) -> Option<ClockDoubt> {
    let newest_event = client.read_model().newest_event();
    ClockDoubt::find(client.clock().now(), newest_event, client.status().clock_skew, &client.info().policy)
}
