//! The owner's side: listens for as long as its engine runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::session::{ClientSession, LAST_WORD};
use super::socket;
use super::wire::{
    ClientHello, FrameReader, Greeting, LONGEST_GREETING, OwnerHello, ReadEnd, VERSION, Welcome, WriteEnd, frame,
    within,
};
use crate::client::{LocalClient, SharedClient};
use crate::clock::{SharedClock, WallClock};
use crate::domain::Actor;

/// How many may be attached at once.
const MOST_CLIENTS: usize = 64;
/// How long a client may take to say who it is.
const GREETING_WITHIN: Duration = Duration::from_secs(5);
/// How long a failing socket is left alone before it is asked again.
const AFTER_FAILURE: Duration = Duration::from_millis(100);

/// The socket of the process that owns a store.
pub struct OwnerSocket {
    dir: PathBuf,
    listener: UnixListener,
    /// The login name of this process: nobody else's may attach.
    login: String,
}

/// What an engine does for those who attach to it, over whichever connection.
pub struct AttachService {
    client: SharedClient,
    login: String,
    desks: AtomicUsize,
    /// Is told how many desks are attached.
    count: Box<dyn Fn(usize) + Send + Sync>,
    /// By which it is waited for those who are attached.
    clock: SharedClock,
}

impl OwnerSocket {
    /// Listens in the directory of a store. To be called only by who holds its lock.
    pub fn bind(dir: &Path, login: String) -> std::io::Result<Self> {
        Ok(Self { dir: dir.to_owned(), listener: socket::bind(dir)?, login })
    }

    /// Serves whoever attaches until the engine ends, which waits for it. `is_desk`: a person sits in front of the owner.
    pub fn serve(self, client: &LocalClient, is_desk: bool) {
        let (served, counted) = (Arc::new(client.clone()), client.clone());
        let count = move |attached| counted.count_desks(attached + usize::from(is_desk));
        client.run_beside(|ending| self.serve_until(ending, served, count));
    }

    /// Serves whoever attaches to any engine; `count` is told how many desks do.
    pub async fn serve_until(
        self,
        ending: CancellationToken,
        client: SharedClient,
        count: impl Fn(usize) + Send + Sync + 'static,
    ) {
        let Self { dir, listener, login } = self;
        let service = Arc::new(AttachService::new(client, login, Arc::new(WallClock::real()), count));
        let mut connections = JoinSet::new();
        loop {
            let stream = tokio::select! {
                biased;
                () = ending.cancelled() => break,
                accepted = listener.accept() => accepted.map(|(stream, _)| stream),
            };
            while connections.try_join_next().is_some() {}
            match stream {
                Ok(stream) => {
                    let is_full = connections.len() >= MOST_CLIENTS;
                    connections.spawn(Arc::clone(&service).admit(stream, is_full, ending.clone()));
                }
                // Without descriptors or memory it may work again later.
                Err(_) => service.clock.sleep(AFTER_FAILURE).await,
            }
        }
        // While the store is still held: what is there afterwards is the next owner's.
        let _ = socket::remove(&dir);
        // For as long as the engine's end waits for what is under way.
        connections.join_all().await;
    }
}

impl AttachService {
    /// `count` is told how many desks are attached.
    pub fn new(
        client: SharedClient,
        login: String,
        clock: SharedClock,
        count: impl Fn(usize) + Send + Sync + 'static,
    ) -> Self {
        count(0);
        Self { client, login, desks: AtomicUsize::new(0), count: Box::new(count), clock }
    }

    /// Takes in who may attach, and says why to who may not.
    async fn admit(self: Arc<Self>, mut stream: UnixStream, is_full: bool, ending: CancellationToken) {
        let is_ours = stream.peer_cred().is_ok_and(|peer| peer.uid() == nix::unistd::getuid().as_raw());
        if !is_ours || is_full {
            let why = if is_ours { "too many are attached" } else { "only the user who owns the store may attach" };
            return self.say(&mut stream, &refusal(why)).await;
        }
        let (read, write) = stream.into_split();
        self.serve((Box::new(read), Box::new(write)), ending).await;
    }

    /// Greets who has attached, and serves it until it leaves or the engine ends.
    pub async fn serve(self: Arc<Self>, (read, mut write): (ReadEnd, WriteEnd), ending: CancellationToken) {
        let mut frames = FrameReader::new(read);
        // Another version may say more, or otherwise: only what every version begins with is read first.
        let said = within(&*self.clock, GREETING_WITHIN, frames.next::<serde_json::Value>(LONGEST_GREETING)).await;
        let said = match said {
            Some(Ok(Some(said))) => said,
            // It is gone, or says nothing.
            Some(Ok(None)) | None => return,
            Some(Err(error)) => return self.say(&mut write, &refusal(&error.to_string())).await,
        };
        let hello = match serde_json::from_value::<Greeting>(said.clone()) {
            Err(_) => return self.say(&mut write, &refusal("this is no greeting of cloverwatch")).await,
            Ok(theirs) if !theirs.understands_us() => {
                let theirs = crate::domain::text::clean(&theirs.cloverwatch).into_owned();
                let why = format!(
                    "it is cloverwatch {VERSION} and this is {theirs}; use the same version, or end that one first"
                );
                return self.say(&mut write, &refusal(&why)).await;
            }
            Ok(_) => serde_json::from_value::<ClientHello>(said),
        };
        let Ok(hello) = hello else {
            return self.say(&mut write, &refusal("this is no greeting of cloverwatch")).await;
        };
        let Ok(welcome) = frame(&self.welcome(hello.read_only)) else { return };
        if write.write_all(&welcome).await.is_err() {
            return;
        }
        let name = if hello.operator.trim().is_empty() { &self.login } else { &hello.operator };
        let actor = Actor::person(name);
        // A desk counts for as long as it is attached.
        let _counted = hello.desk.then(|| {
            (self.count)(self.desks.fetch_add(1, Ordering::Relaxed) + 1);
            scopeguard::guard(&self, |service| (service.count)(service.desks.fetch_sub(1, Ordering::Relaxed) - 1))
        });
        let session = ClientSession::new(self.client.clone(), actor, hello.read_only, Arc::clone(&self.clock), write);
        session.run(frames, ending).await;
    }

    fn welcome(&self, read_only: bool) -> OwnerHello {
        let (info, clock) = (self.client.info(), self.client.clock());
        let info = crate::protocol::EngineInfo { read_only: info.read_only || read_only, ..info.clone() };
        let newest_event = self.client.read_model().newest_event();
        let welcome =
            Welcome { info, status: self.client.status(), newest_event, now: clock.now(), speed: clock.speed() };
        OwnerHello { greeting: Greeting::ours(), refused: None, welcome: Some(welcome) }
    }

    /// Says why it is not served. Whoever does not listen learns nothing.
    async fn say(&self, write: &mut (impl AsyncWrite + Unpin), hello: &OwnerHello) {
        if let Ok(line) = frame(hello) {
            let _ = within(&*self.clock, LAST_WORD, write.write_all(&line)).await;
        }
    }
}

fn refusal(why: &str) -> OwnerHello {
    OwnerHello { greeting: Greeting::ours(), refused: Some(why.to_owned()), welcome: None }
}
