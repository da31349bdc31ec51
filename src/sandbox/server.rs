//! Starts and stops the simulated platform.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::fault_queue::FaultQueue;
use super::faults::Faults;
use super::post::{self, PostHandle, PostOfficeState, PostSettings};
use super::stats::Stats;
use super::world::World;
use super::{control, fault_layer, partner, platform, reply};
use crate::clock::SharedClock;

/// The most that the body of a request may be long.
const BODY: usize = 64 << 10;
/// The most at the control interface, where many dealerships may be made at once.
const LISTS: usize = 16 << 20;
/// How long open requests may take after the end was asked for.
const PATIENCE: Duration = Duration::from_secs(2);

/// How a sandbox is to be.
#[derive(Clone)]
pub struct SandboxSettings {
    /// Where it listens; only loopback addresses are accepted. Port 0 means any.
    pub listen: SocketAddr,
    /// What all random draws follow from.
    pub seed: u64,
    /// Its time; faults of slowness alone last in real time.
    pub clock: SharedClock,
    pub faults: Faults,
    /// Its post office; without one, dealerships are told of their codes in no particular way.
    pub post: Option<PostSettings>,
    /// The client id that the token call accepts.
    pub client_id: String,
    /// The client secret that the token call accepts.
    pub client_secret: String,
    /// The key that the platform accepts as `x-api-key`.
    pub api_key: String,
}

impl SandboxSettings {
    /// A nasty sandbox on any free port of the loopback interface.
    pub fn new(clock: SharedClock) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: 1,
            clock,
            faults: Faults::nasty(),
            post: None,
            client_id: "sandbox-client".to_owned(),
            client_secret: "sandbox-secret".to_owned(),
            api_key: "sandbox-key".to_owned(),
        }
    }
}

pub(super) struct SandboxState {
    pub(super) seed: u64,
    pub(super) clock: SharedClock,
    pub(super) world: Mutex<World>,
    pub(super) faults: Mutex<Faults>,
    /// Faults that somebody has ordered for one dealership's next calls.
    pub(super) ordered: FaultQueue,
    pub(super) stats: Stats,
    /// The expected `Authorization` of the token call.
    pub(super) basic: String,
    pub(super) api_key: String,
    pub(super) requests: AtomicU64,
    pub(super) turns: AtomicU64,
    pub(super) too_many: AtomicU64,
    pub(super) post: Option<PostOfficeState>,
    pub(super) stop: CancellationToken,
}

/// A running sandbox. It ends when it is dropped; [`Sandbox::shutdown`] also waits for that.
pub struct Sandbox {
    addr: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<io::Result<()>>,
    letters: Option<JoinHandle<()>>,
    pub(super) shared: Arc<SandboxState>,
}

/// Starts a sandbox. Fails when the address is not of the loopback interface or not free.
pub async fn start(settings: SandboxSettings) -> io::Result<Sandbox> {
    if let Some(reason) = post::not_loopback("the sandbox", settings.listen) {
        return Err(reason);
    }
    let listener = TcpListener::bind(settings.listen).await?;
    let addr = listener.local_addr()?;
    let (letters, post) = match &settings.post {
        Some(post) => post::open(post).await.map(|(letters, post)| (Some(letters), Some(post)))?,
        None => (None, None),
    };
    let stop = CancellationToken::new();
    let mut world = World::new(settings.seed);
    world.post = post.is_some();
    let shared = Arc::new(SandboxState {
        seed: settings.seed,
        clock: settings.clock,
        world: Mutex::new(world),
        faults: Mutex::new(settings.faults),
        ordered: FaultQueue::default(),
        stats: Stats::default(),
        basic: partner::basic(&settings.client_id, &settings.client_secret),
        api_key: settings.api_key,
        requests: AtomicU64::new(0),
        turns: AtomicU64::new(0),
        too_many: AtomicU64::new(0),
        post,
        stop: stop.clone(),
    });
    let letters = letters.map(|letters| tokio::spawn(post::serve(letters, Arc::clone(&shared))));
    let app = router(Arc::clone(&shared));
    let stopped = stop.clone().cancelled_owned();
    let task = tokio::spawn(async move { axum::serve(listener, app).with_graceful_shutdown(stopped).await });
    Ok(Sandbox { addr, stop, task, letters, shared })
}

fn router(shared: Arc<SandboxState>) -> Router {
    let control = Router::new()
        .route("/control", get(control::actions))
        .route("/control/calls", get(control::calls))
        .route("/control/dealers", get(control::dealers).post(control::create))
        .route("/control/dealers/{code}", get(control::dealer))
        .route("/control/dealers/{code}/{action}", post(control::action))
        .route("/control/attempts", get(control::mail::attempts))
        .route("/control/mailboxes", get(control::mail::mailboxes))
        .route("/control/mailboxes/{address}", get(control::mail::mailbox))
        .route("/control/mailboxes/{address}/read", post(control::mail::read))
        .route("/control/letters", get(control::mail::letters))
        .route("/control/stats", get(control::stats))
        .route("/control/faults", get(control::faults).post(control::set_faults))
        .layer(DefaultBodyLimit::max(LISTS));
    Router::new()
        .route("/token", post(partner::token))
        .route("/invitations", post(partner::invite))
        .route("/xtime/service/services", get(platform::services))
        .route("/xtime/service/appointments-availabilities", get(platform::availabilities))
        .route("/xtime/service/appointments-bookings", post(platform::book))
        .route("/xtime/service/appointments", get(platform::appointments))
        .layer(DefaultBodyLimit::max(BODY))
        .merge(control)
        .fallback(async || reply::not_found("no such resource"))
        .layer(from_fn_with_state(Arc::clone(&shared), fault_layer::apply))
        .with_state(shared)
}

impl Sandbox {
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The base of the platform's calls.
    pub fn base_url(&self) -> String {
        format!("http://{}/xtime/service", self.addr)
    }

    pub fn token_url(&self) -> String {
        format!("http://{}/token", self.addr)
    }

    pub fn invitations_url(&self) -> String {
        format!("http://{}/invitations", self.addr)
    }

    /// The base of the control interface.
    pub fn control_url(&self) -> String {
        format!("http://{}/control", self.addr)
    }

    /// Where letters are taken, when there is a post office.
    pub fn smtp_addr(&self) -> Option<SocketAddr> {
        self.shared.post.as_ref().map(PostOfficeState::addr)
    }

    /// The mailboxes, when there is a post office.
    pub fn post(&self) -> Option<PostHandle> {
        PostHandle::of(&self.shared)
    }

    /// Ends it: open requests get two seconds.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        if tokio::time::timeout(PATIENCE, &mut self.task).await.is_err() {
            self.task.abort();
        }
        if let Some(letters) = self.letters.take() {
            letters.await.ok();
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
