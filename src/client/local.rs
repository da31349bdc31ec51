//! The client of an engine in the same process.

use std::sync::Arc;

use async_trait::async_trait;
use futures::{FutureExt, StreamExt, stream};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::{EngineClient, Notifications, Responses};
use crate::clock::SharedClock;
use crate::domain::{Actor, Event};
use crate::engine::Engine;
use crate::protocol::{EngineInfo, EventQuery, Notification, ReadModel, Request, RequestError, Status};

#[derive(Clone)]
pub struct LocalClient {
    engine: Engine,
    info: Arc<EngineInfo>,
}

impl LocalClient {
    pub fn new(engine: Engine) -> Self {
        Self { info: Arc::new(engine.info()), engine }
    }

    /// Adds to what people should know of the start.
    #[must_use]
    pub fn noting(self, notice: String) -> Self {
        let mut info = (*self.info).clone();
        info.notices.push(notice);
        Self { info: Arc::new(info), ..self }
    }

    /// Does something beside the engine until it ends, which waits for it.
    pub fn run_beside<W: Future<Output = ()> + Send + 'static>(&self, work: impl FnOnce(CancellationToken) -> W) {
        self.engine.run_beside(work);
    }

    /// Tells how many desks are open on the store.
    pub fn count_desks(&self, desks: usize) {
        self.engine.count_desks(desks);
    }
}

#[async_trait]
impl EngineClient for LocalClient {
    fn read_model(&self) -> &ReadModel {
        self.engine.read_model()
    }

    fn info(&self) -> &EngineInfo {
        &self.info
    }

    fn clock(&self) -> &SharedClock {
        self.engine.clock()
    }

    fn subscribe(&self) -> Notifications {
        let commits = stream::unfold(self.engine.subscribe(), |mut commits| async move {
            match commits.recv().await {
                Ok(committed) => Some((Notification::Committed(committed), commits)),
                Err(RecvError::Lagged(_)) => Some((Notification::Lagged, commits)),
                Err(RecvError::Closed) => None,
            }
        });
        let statuses = stream::unfold(self.engine.status(), |mut statuses| async move {
            statuses.changed().await.ok()?;
            let status = Box::new(statuses.borrow_and_update().clone());
            Some((Notification::Status(status), statuses))
        });
        let ended = async { Notification::Ended }.into_stream();
        stream::select(commits.chain(ended), statuses).boxed()
    }

    fn status(&self) -> Status {
        self.engine.status().borrow().clone()
    }

    fn request(&self, request: Request, actor: &Actor) -> Responses {
        let (tell, responses) = Responses::channel();
        self.engine.perform(request, actor, tell, responses.stop());
        responses
    }

    async fn events(&self, query: EventQuery) -> Result<Vec<Event>, RequestError> {
        self.engine.events(query).await
    }

    async fn shutdown(&self) -> Result<(), RequestError> {
        self.engine.shutdown().await
    }
}
