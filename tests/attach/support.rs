//! An owner in this process, and clients that attach to it.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cloverwatch::attach::{AttachOptions, AttachedClient, OwnerSocket};
use cloverwatch::client::{EngineClient, LocalClient};
use cloverwatch::clock::WallClock;
use cloverwatch::domain::{Actor, Ask, Command, DealershipId, Policy};
use cloverwatch::engine::{Engine, LeaseSettings, Pace, Parts};
use cloverwatch::protocol::{Imported, PastedCode, Request, Response, Status};
use cloverwatch::store::MemoryStore;
use tempfile::TempDir;

use crate::requests::profile;

/// What happens in a moment, happens within this time on the slowest machine.
const LONG: Duration = Duration::from_secs(60);

pub async fn within<T>(happens: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, happens).await.unwrap_or_else(|_| panic!("it did not happen"))
}

pub struct Owner {
    pub client: LocalClient,
    dir: TempDir,
}

impl Owner {
    pub fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap())
    }

    pub fn start_with(change: impl FnOnce(&mut Parts)) -> Self {
        Self::start_so(tempfile::tempdir().unwrap(), change)
    }

    pub fn start_in(dir: TempDir) -> Self {
        Self::start_so(dir, |_| ())
    }

    fn start_so(dir: TempDir, change: impl FnOnce(&mut Parts)) -> Self {
        let mut parts = Parts {
            store: MemoryStore::new(),
            platform: None,
            source: None,
            outbox: None,
            rules: None,
            clock: Arc::new(WallClock::real()),
            policy: Policy::default(),
            pace: Pace::default(),
            seed: 7,
            read_only: false,
            background: true,
            lease: LeaseSettings::of("ana"),
        };
        change(&mut parts);
        let client = LocalClient::new(Engine::start(parts));
        OwnerSocket::bind(dir.path(), "login".to_owned()).unwrap().serve(&client, false);
        Self { client, dir }
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub async fn attach(&self, operator: &str) -> AttachedClient {
        self.attach_with(|options| operator.clone_into(&mut options.operator)).await
    }

    pub async fn attach_with(&self, change: impl FnOnce(&mut AttachOptions)) -> AttachedClient {
        let mut options = options();
        change(&mut options);
        within(AttachedClient::connect(self.dir(), options)).await.unwrap().unwrap()
    }

    /// Adds dealerships.
    pub async fn add(&self, count: u32) -> Vec<DealershipId> {
        let incoming = (1..=count).map(|number| profile(number).into()).collect();
        let mut answers = self.client.request(Request::Add(incoming), &Actor::person("owner"));
        let mut ids = Vec::new();
        while let Some(Response::Imported(some)) = answers.next().await {
            ids.extend(some.into_iter().map(|one| match one {
                Ok(Imported::Added(id)) => id,
                other => panic!("{other:?}"),
            }));
        }
        ids
    }

    pub fn is_invited(&self, id: DealershipId) -> bool {
        self.client.read_model().get(id).unwrap().invitation.is_some()
    }

    /// First codes for all of them.
    pub fn codes(&self, ids: &[DealershipId]) -> Request {
        let code = |(number, id): (usize, &DealershipId)| PastedCode {
            dealership: *id,
            code: format!("HB-{number}-XY").parse().unwrap(),
            generated_at: self.client.clock().now(),
            expires_at: None,
            ask: Ask::Invite,
            mail: false,
        };
        Request::Paste(ids.iter().enumerate().map(code).collect())
    }

    pub async fn has_status(&self, is: impl Fn(&Status) -> bool) {
        within(async {
            while !is(&self.client.status()) {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

pub fn options() -> AttachOptions {
    AttachOptions { operator: "ana".to_owned(), read_only: false, desk: false, states: true, holder: None }
}

pub fn notes(ids: &[DealershipId]) -> Request {
    let note = |id: &DealershipId| (*id, Command::Note { text: "called".into() });
    Request::Execute(ids.iter().map(note).collect())
}
