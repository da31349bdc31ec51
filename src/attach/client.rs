//! The client of an engine in another process: that of the owner of the store.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt, stream};
use tokio::io::AsyncWriteExt;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::link::OwnerLink;
use super::socket;
use super::wire::{
    ClientHello, FrameReader, FromClient, Greeting, LONGEST_FRAME, OwnerHello, ReadEnd, VERSION, Welcome, WireError,
    WriteEnd, frame, within,
};
use crate::client::{EngineClient, Notifications, Responses};
use crate::clock::{SharedClock, WallClock};
use crate::domain::text::clean;
use crate::domain::{Actor, Event};
use crate::protocol::{
    EngineInfo, EventQuery, Holder, Notification, ReadModel, Request, RequestError, Response, Status, Unanswered,
};

/// An owner that takes longer to greet is taken for one that does not answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// Who attaches, and what for.
#[derive(Debug, Clone)]
pub struct AttachOptions {
    pub operator: String,
    /// Refuse everything that would record something.
    pub read_only: bool,
    /// A person sits in front of it: it waits for an owner that is silent.
    pub desk: bool,
    /// Whether the states of all dealerships are needed.
    pub states: bool,
    /// Who owns the store, as far as is known.
    pub holder: Option<Holder>,
}

/// Why it cannot be attached.
#[derive(Clone)]
pub struct AttachedClient {
    link: Arc<OwnerLink>,
    info: Arc<EngineInfo>,
    clock: SharedClock,
    /// Why nothing is recorded, where nothing is.
    refusal: RequestError,
    /// Leaves when the last of them goes.
    _last: Arc<DropGuard>,
}

impl AttachedClient {
    /// Attaches to the owner of the store in a directory. `None`: nobody listens; the owner does not yet, or never will.
    /// `Err`: why the owner is of no use, in words.
    pub async fn connect(dir: &Path, options: AttachOptions) -> Result<Option<Self>, String> {
        let connect = async {
            let stream = socket::connect(dir).await.map_err(|error| unusable(&error))?;
            Ok(stream.map(|stream| {
                let (read, write) = stream.into_split();
                (Box::new(read) as ReadEnd, Box::new(write) as WriteEnd)
            }))
        };
        Self::through(connect, options, Arc::new(WallClock::real())).await
    }

    /// The same over any connection, and by any clock.
    pub async fn through(
        connect: impl Future<Output = Result<Option<(ReadEnd, WriteEnd)>, String>>,
        options: AttachOptions,
        clock: SharedClock,
    ) -> Result<Option<Self>, String> {
        let greeted = async {
            match connect.await? {
                Some(connection) => greet(connection, &options).await,
                None => Ok(None),
            }
        };
        let greeted = within(&*clock, ANSWERS_WITHIN, greeted).await;
        let Some((read, write, welcome)) = greeted.ok_or_else(|| "it does not answer".to_owned())?? else {
            return Ok(None);
        };
        let refusal = match options.read_only {
            true => RequestError::ReadOnly,
            false => RequestError::Unreachable { holder: options.holder.clone(), why: "it is read-only".to_owned() },
        };
        let Welcome { info, status, newest_event, now, speed } = welcome;
        let is_fast = (speed - 1.0).abs() > f64::EPSILON;
        let owners: SharedClock =
            if is_fast { Arc::new(WallClock::starting_at(now, speed)) } else { Arc::clone(&clock) };
        // What happened when the owner opened the store was told there.
        let info = EngineInfo { notices: Vec::new(), owner: options.holder.clone(), ..info };
        let link = OwnerLink::start(options.holder, status, clock, (read, write));
        link.read_model.heard_of(newest_event);
        let last = Arc::new(link.left.clone().drop_guard());
        let client = Self { link, info: Arc::new(info), clock: owners, refusal, _last: last };
        if options.states && !client.link.follow().await {
            return match client.link.error(false) {
                RequestError::OwnerLost { .. } => Ok(None),
                _ => Err("it does not answer any more".to_owned()),
            };
        }
        // Until its dealerships are there, a desk has nothing to show that the owner is silent.
        if options.desk {
            client.link.wait_for_owner();
        }
        Ok(Some(client))
    }
}

type Greeted = (FrameReader<ReadEnd>, WriteEnd, Welcome);

fn unusable(error: &dyn std::fmt::Display) -> String {
    format!("its socket cannot be used: {error}")
}

async fn greet((read, mut write): (ReadEnd, WriteEnd), options: &AttachOptions) -> Result<Option<Greeted>, String> {
    let hello = ClientHello {
        greeting: Greeting::ours(),
        operator: options.operator.clone(),
        read_only: options.read_only,
        desk: options.desk,
    };
    let hello = frame(&hello).map_err(|error| unusable(&error))?;
    // One that refuses us may have closed already, after it said why.
    let written = write.write_all(&hello).await;
    let mut frames = FrameReader::new(read);
    let said = frames.next::<serde_json::Value>(LONGEST_FRAME).await;
    let said = match (said, written) {
        (Ok(Some(said)), _) => said,
        // It ended just now: somebody else may own the store next.
        (Ok(None) | Err(WireError::Io(_)), _) => return Ok(None),
        (Err(error), _) => return Err(unusable(&error)),
    };
    let theirs: Greeting = serde_json::from_value(said.clone()).map_err(|error| unusable(&error))?;
    if !theirs.understands_us() {
        let theirs = clean(&theirs.cloverwatch).into_owned();
        return Err(format!(
            "it is cloverwatch {theirs} and this is {VERSION}; use the same version, or end that one first"
        ));
    }
    let hello: OwnerHello = serde_json::from_value(said).map_err(|error| unusable(&error))?;
    match (hello.welcome, hello.refused) {
        (Some(welcome), None) => Ok(Some((frames, write, welcome))),
        (_, why) => {
            let why = why.map_or_else(String::new, |why| format!(": {}", clean(&why)));
            Err(format!("it refuses us{why}"))
        }
    }
}

#[async_trait]
impl EngineClient for AttachedClient {
    fn read_model(&self) -> &ReadModel {
        &self.link.read_model
    }

    fn info(&self) -> &EngineInfo {
        &self.info
    }

    fn clock(&self) -> &SharedClock {
        &self.clock
    }

    fn subscribe(&self) -> Notifications {
        self.link.watch_status();
        let told = stream::unfold(self.link.told.subscribe(), |mut told| async move {
            match told.recv().await {
                Ok(notification) => Some((notification, told)),
                Err(RecvError::Lagged(_)) => Some((Notification::Lagged, told)),
                Err(RecvError::Closed) => None,
            }
        });
        told.boxed()
    }

    fn status(&self) -> Status {
        self.link.status.borrow().clone()
    }

    /// The actor is the one that the owner was told of in the greeting.
    fn request(&self, request: Request, _: &Actor) -> Responses {
        if self.info.read_only && request.records() {
            return Responses::of(Unanswered::of(&request).failed(&self.refusal));
        }
        let (tell, responses) = Responses::channel();
        tokio::spawn(ask(Arc::clone(&self.link), request, tell, responses.stop()));
        responses
    }

    async fn events(&self, query: EventQuery) -> Result<Vec<Event>, RequestError> {
        let mut answers = self.request(Request::Events(query), &Actor::person(""));
        let mut events = Vec::new();
        while let Some(response) = answers.next().await {
            match response {
                Response::Events(more) => events.extend(more),
                Response::Failed(error) => return Err(error),
                _ => {}
            }
        }
        Ok(events)
    }

    async fn shutdown(&self) -> Result<(), RequestError> {
        self.link.left.cancel();
        Ok(())
    }
}

/// Asks the owner, and passes its answers on. When it is lost, whatever is not answered is told so.
async fn ask(link: Arc<OwnerLink>, request: Request, tell: mpsc::Sender<Response>, stop: CancellationToken) {
    let (mut unanswered, records) = (Unanswered::of(&request), request.records());
    let Some((id, mut pieces)) = link.wait() else {
        return fail(&tell, unanswered.failed(&link.error(false))).await;
    };
    if let Err(error) = link.send(&FromClient::Ask { id, request: Box::new(request) }).await {
        link.forget(id);
        let why = RequestError::Store(format!("it cannot be asked of the owner of the store: {error}"));
        return fail(&tell, unanswered.failed(&why)).await;
    }
    let mut stopped = false;
    loop {
        let piece = tokio::select! {
            biased;
            () = tell.closed() => {
                link.forget(id);
                let _ = link.send(&FromClient::Abandon(id)).await;
                return;
            }
            () = stop.cancelled(), if !stopped => {
                stopped = true;
                let _ = link.send(&FromClient::Cancel(id)).await;
                continue;
            }
            piece = pieces.recv() => piece,
        };
        match piece {
            Some(Some(response)) => {
                unanswered.note(&response);
                // Whoever does not listen any more is seen above.
                let _ = tell.send(response).await;
            }
            Some(None) => return,
            None => return fail(&tell, unanswered.failed(&link.error(records))).await,
        }
    }
}

async fn fail(tell: &mpsc::Sender<Response>, responses: Vec<Response>) {
    for response in responses {
        if tell.send(response).await.is_err() {
            return;
        }
    }
}
