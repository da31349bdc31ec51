//! The processes: those that work on the database, each the owner of a socket, and the desks that are attached to one of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cloverwatch::attach::{AttachOptions, AttachService, AttachedClient};
use cloverwatch::client::{EngineClient, LocalClient};
use cloverwatch::clock::{Clock, ManualClock};
use cloverwatch::domain::DealershipId;
use cloverwatch::engine::Engine;
use cloverwatch::protocol::{Notification, OwnerState};
use futures::StreamExt;
use parking_lot::Mutex;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::network::Network;
use crate::simulation_support::{Idle, runtime};
use crate::team::TeamStore;
use crate::told::{Asker, Told};

/// How long a desk waits before it looks for an owner again.
const AGAIN: Duration = Duration::from_millis(500);

pub struct Process {
    pub runtime: Runtime,
    pub idle: Arc<Idle>,
    pub engine: Engine,
    pub store: Arc<TeamStore>,
    pub stopped: bool,
    /// It has ended by itself.
    pub ended: Arc<AtomicBool>,
}

impl Process {
    /// Serves whoever attaches, until the engine ends.
    pub fn serve(&self, network: &Network, clock: &ManualClock, place: usize) {
        let _inside = self.runtime.enter();
        let (client, mut accepted) = (LocalClient::new(self.engine.clone()), network.listen(place));
        let service = AttachService::new(Arc::new(client), "login".to_owned(), Arc::new(clock.clone()), |_| ());
        let service = Arc::new(service);
        self.engine.run_beside(|ending| async move {
            let mut attached = JoinSet::new();
            loop {
                tokio::select! {
                    biased;
                    () = ending.cancelled() => break,
                    Some(ends) = accepted.recv() => drop(attached.spawn(Arc::clone(&service).serve(ends, ending.clone()))),
                }
            }
            drop(accepted);
            attached.join_all().await;
        });
    }

    /// Ends it as a person does who closes the desk.
    pub fn end(&self) {
        let (engine, ended) = (self.engine.clone(), Arc::clone(&self.ended));
        self.runtime.spawn(async move {
            // A store that is away is closed all the same.
            let _ = engine.shutdown().await;
            ended.store(true, Ordering::SeqCst);
        });
    }
}

/// What an attached desk shows.
#[derive(Default)]
pub struct Shown {
    /// Through which it works; `None`: it looks for an owner.
    pub client: Option<AttachedClient>,
    /// The last event that it was told of.
    pub seq: u64,
    /// How often it came back.
    pub attached: u32,
}

pub struct AttachedDesk {
    pub runtime: Runtime,
    pub idle: Arc<Idle>,
    pub shown: Arc<Mutex<Shown>>,
    pub stopped: bool,
}

pub fn options(name: &str, desk: bool) -> AttachOptions {
    AttachOptions { operator: name.to_owned(), read_only: false, desk, states: desk, holder: None }
}

impl AttachedDesk {
    pub fn start(name: &'static str, network: &Arc<Network>, clock: &ManualClock, told: &Arc<Mutex<Told>>) -> Self {
        let (runtime, idle) = runtime();
        let shown = Arc::new(Mutex::new(Shown::default()));
        let (screen, network, clock, told) = (Arc::clone(&shown), Arc::clone(network), clock.clone(), Arc::clone(told));
        runtime.spawn(async move {
            loop {
                let (connect, time) = (async { Ok(network.connect()) }, Arc::new(clock.clone()));
                if let Ok(Some(client)) = AttachedClient::through(connect, options(name, true), time).await {
                    screen.lock().attached += 1;
                    show(name, &client, &screen, &told).await;
                    screen.lock().client = None;
                }
                clock.sleep(AGAIN).await;
            }
        });
        Self { runtime, idle, shown, stopped: false }
    }
}

/// Shows what is told until the owner is gone: every event once, in its order.
async fn show(name: &str, client: &AttachedClient, screen: &Mutex<Shown>, told: &Mutex<Told>) {
    let mut notifications = client.subscribe();
    {
        let mut screen = screen.lock();
        (screen.client, screen.seq) = (Some(client.clone()), client.read_model().seq());
    }
    while let Some(notification) = notifications.next().await {
        match notification {
            Notification::Committed(committed) => {
                for event in committed.events.iter() {
                    let mut screen = screen.lock();
                    if event.seq != screen.seq + 1 {
                        told.lock().wrong.push(format!("{name} is told of event {} after {}", event.seq, screen.seq));
                    }
                    screen.seq = event.seq;
                }
            }
            Notification::Lagged => screen.lock().seq = client.read_model().seq(),
            Notification::Ended | Notification::Owner(OwnerState::Gone) => return,
            Notification::Status(_) | Notification::Owner(_) => {}
        }
    }
}

/// Attaches as a command does, writes notes, and leaves.
pub async fn command(
    network: Arc<Network>,
    clock: ManualClock,
    told: Arc<Mutex<Told>>,
    notes: Vec<(DealershipId, String)>,
) {
    let name = "command";
    let connect = async { Ok(network.connect()) };
    if let Ok(Some(client)) = AttachedClient::through(connect, options(name, false), Arc::new(clock)).await {
        Asker::new(Arc::new(client), name, &told).notes(notes).await;
    }
}
