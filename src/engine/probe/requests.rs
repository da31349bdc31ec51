//! Everything that is sent to the platform, within one budget: probes, and what people ask beside them, which comes first.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use tokio::sync::oneshot;

use crate::clock::SharedClock;
use crate::domain::Budget;
use crate::engine::{Inner, Pace};
use crate::guard::panic_message;
use crate::protocol::RequestError;

/// What is under way: requests, and what is recorded of them. `T`: what each comes to.
pub struct Requests<T> {
    clock: SharedClock,
    budget: Budget,
    most: u32,
    in_flight: u32,
    under_way: FuturesUnordered<BoxFuture<'static, T>>,
}

impl<T: Send + 'static> Requests<T> {
    pub fn new(pace: &Pace, clock: &SharedClock) -> Self {
        Self {
            clock: clock.clone(),
            budget: Budget::per_second(pace.requests_per_second, clock.resolution()),
            most: pace.max_in_flight.max(1),
            in_flight: 0,
            under_way: FuturesUnordered::new(),
        }
    }

    /// How long the next request has to wait for the budget; `None`: until another one is answered.
    pub fn ready_in(&self, elapsed: Duration) -> Option<Duration> {
        (self.in_flight < self.most).then(|| self.budget.ready_in(elapsed))
    }

    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// How many were sent in the last second.
    pub fn in_last_second(&self, elapsed: Duration) -> u32 {
        self.budget.spent(elapsed)
    }

    /// Sends a request. Once it is answered, that has to be told by [`Self::answered`].
    pub fn send(&mut self, request: impl Future<Output = T> + Send + 'static) {
        self.in_flight += 1;
        self.budget.spend(self.clock.elapsed());
        self.run(request);
    }

    pub fn answered(&mut self) {
        self.in_flight -= 1;
    }

    /// Does something beside the requests.
    pub fn run(&mut self, work: impl Future<Output = T> + Send + 'static) {
        self.under_way.push(Box::pin(work));
    }

    /// What ends next; never, while nothing is under way.
    pub async fn next(&mut self) -> T {
        match self.under_way.next().await {
            Some(done) => done,
            None => futures::future::pending().await,
        }
    }
}

impl Inner {
    /// Has the probe task send a request when the budget allows it, and waits for what comes of it.
    /// Fails when the program ends, or the request failed inside it. Whether it was sent is then not known.
    pub async fn call<T: Send + 'static>(
        &self,
        request: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, RequestError> {
        if self.cancel.is_cancelled() {
            return Err(RequestError::Ending);
        }
        let (tell, told) = oneshot::channel();
        let call = async move {
            // Whoever asked has gone, or was told that this process does not lead: it is not sent late.
            if tell.is_closed() {
                return;
            }
            let answer = AssertUnwindSafe(request).catch_unwind().await;
            let fault = |panic: Box<dyn Any + Send>| RequestError::Fault(panic_message(&*panic).to_owned());
            // Whoever asked may be gone by now.
            tell.send(answer.map_err(fault)).ok();
        };
        self.calls.send(Box::pin(call)).await.map_err(|_| RequestError::Ending)?;
        self.answer(told).await
    }
}
