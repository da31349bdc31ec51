//! What lies between the desk of a test and the test, which plays the engine: the client of this process, or one that is
//! attached to it. With `CLOVERWATCH_TEST_ATTACHED` every desk is attached, and whatever it asks and is told goes over a
//! socket. Nothing waits for time: each step waits for what it causes at the other end.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use cloverwatch::attach::{AttachOptions, AttachedClient, OwnerSocket};
use cloverwatch::client::{EngineClient, Notifications, Responses, SharedClient};
use cloverwatch::clock::{SharedClock, WallClock};
use cloverwatch::domain::{Actor, Event};
use cloverwatch::protocol::{EngineInfo, EventQuery, Notification, ReadModel, Request, RequestError, Response, Status};
use futures::{StreamExt, stream};
use tokio::runtime::Runtime;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::population::World;

/// What happens in a moment, happens within this time on the slowest machine.
const LONG: Duration = Duration::from_secs(60);

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// On a thread of its own: whoever waits may stand in a runtime of the test's.
#[track_caller]
fn within<T: Send>(happens: impl Future<Output = T> + Send) -> T {
    let happens = || RUNTIME.block_on(async { tokio::time::timeout(LONG, happens).await });
    let ended = std::thread::scope(|scope| scope.spawn(happens).join().unwrap());
    ended.unwrap_or_else(|_| panic!("it did not happen"))
}

/// A request as the engine was asked.
pub struct Asked {
    pub request: Request,
    tell: mpsc::Sender<Response>,
    stop: CancellationToken,
}

/// An engine that does nothing but what the test does.
struct Engine {
    read_model: ReadModel,
    info: EngineInfo,
    clock: SharedClock,
    told: broadcast::Sender<Notification>,
    asked: mpsc::UnboundedSender<Asked>,
}

#[async_trait]
impl EngineClient for Engine {
    fn read_model(&self) -> &ReadModel {
        &self.read_model
    }

    fn info(&self) -> &EngineInfo {
        &self.info
    }

    fn clock(&self) -> &SharedClock {
        &self.clock
    }

    fn subscribe(&self) -> Notifications {
        let told =
            stream::unfold(self.told.subscribe(), |mut told| async move { Some((told.recv().await.ok()?, told)) });
        told.boxed()
    }

    fn status(&self) -> Status {
        Status::default()
    }

    fn request(&self, request: Request, _: &Actor) -> Responses {
        let (tell, responses) = Responses::channel();
        self.asked.send(Asked { request, tell, stop: responses.stop() }).unwrap_or_else(|_| panic!("the test ended"));
        responses
    }

    async fn events(&self, _: EventQuery) -> Result<Vec<Event>, RequestError> {
        panic!("a test asks for them by a request");
    }

    async fn shutdown(&self) -> Result<(), RequestError> {
        Ok(())
    }
}

/// Both ends.
pub struct Connection {
    pub client: SharedClient,
    engine: Arc<Engine>,
    asked: mpsc::UnboundedReceiver<Asked>,
    told: Notifications,
    _owner: Option<(tempfile::TempDir, DropGuard)>,
}

/// A request under way, at both ends.
pub struct Pending {
    asked: Asked,
    responses: Responses,
}

impl Connection {
    pub fn open(world: &World, info: EngineInfo) -> Self {
        let (tell, asked) = mpsc::unbounded_channel();
        let engine = Arc::new(Engine {
            read_model: ReadModel::default(),
            info,
            clock: Arc::new(WallClock::real()),
            told: broadcast::Sender::new(64),
            asked: tell,
        });
        engine.read_model.fill(world.events.len() as u64, world.all());
        let mut owner = None;
        let client: SharedClient = match std::env::var_os("CLOVERWATCH_TEST_ATTACHED") {
            None => Arc::clone(&engine) as _,
            Some(_) => {
                let (client, kept) = within(attach(Arc::clone(&engine)));
                owner = Some(kept);
                client
            }
        };
        let _runtime = RUNTIME.enter();
        let told = client.subscribe();
        Self { client, engine, asked, told, _owner: owner }
    }

    /// The engine tells something, and the desk is told the very same.
    #[track_caller]
    pub fn tell(&mut self, notification: &Notification) {
        if let Notification::Committed(committed) = notification {
            let newest = committed.events.last().map_or(0, |event| event.seq);
            self.engine.read_model.put(newest, committed.states.iter().cloned());
        }
        self.engine.told.send(notification.clone()).unwrap_or_else(|_| panic!("nobody listens"));
        let mut told = within(self.told.next()).expect("it is told");
        // An attached client is told more, how the owner does to begin with.
        while told != *notification && matches!(told, Notification::Status(_) | Notification::Owner(_)) {
            told = within(self.told.next()).expect("it is told");
        }
        assert_eq!(told, *notification);
    }

    /// The desk asks for something.
    #[track_caller]
    pub fn ask(&mut self, request: Request) -> Pending {
        let _runtime = RUNTIME.enter();
        let responses = self.client.request(request, &Actor::person("ana"));
        let asked = within(self.asked.recv()).expect("a request");
        Pending { asked, responses }
    }
}

impl Pending {
    /// As the engine was asked.
    pub fn request(&self) -> &Request {
        &self.asked.request
    }

    /// The engine answers; what the desk is answered.
    #[track_caller]
    pub fn answer(&mut self, response: Response) -> Response {
        within(self.asked.tell.send(response)).expect("the desk waits");
        within(self.responses.next()).expect("an answer")
    }

    /// The desk wants no more of it to be begun.
    #[track_caller]
    pub fn stop(&self) {
        self.responses.stop().cancel();
        within(self.asked.stop.cancelled());
    }

    /// The engine has no more answers.
    #[track_caller]
    pub fn end(self) {
        let Self { asked, mut responses } = self;
        drop(asked);
        assert_eq!(within(responses.next()), None);
    }
}

async fn attach(engine: Arc<Engine>) -> (SharedClient, (tempfile::TempDir, DropGuard)) {
    let dir = tempfile::tempdir().unwrap();
    let ending = CancellationToken::new();
    let options = AttachOptions {
        operator: "ana".to_owned(),
        read_only: engine.info.read_only,
        desk: true,
        states: true,
        holder: None,
    };
    let socket = OwnerSocket::bind(dir.path(), "ana".to_owned()).unwrap();
    tokio::spawn(socket.serve_until(ending.clone(), engine, |_| {}));
    let client = AttachedClient::connect(dir.path(), options).await.unwrap().unwrap();
    (Arc::new(client), (dir, ending.drop_guard()))
}
