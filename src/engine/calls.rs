//! Requests that a person makes beside looks: they share the one budget with everything else, and come first.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::oneshot;

use super::{EngineError, Inner, supervisor};

/// A request that has not been sent.
pub(super) type Call = BoxFuture<'static, ()>;

impl Inner {
    /// Has the probe task send a request when the budget allows it, and waits for what comes of it.
    ///
    /// # Errors
    /// When the program ends, or the request failed inside it. Whether it was sent is then not known.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        request: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, EngineError> {
        if self.cancel.is_cancelled() {
            return Err(EngineError::Ending);
        }
        let (tell, told) = oneshot::channel();
        let call = async move {
            let answer = AssertUnwindSafe(request).catch_unwind().await;
            // Whoever asked may be gone by now.
            let _ = tell.send(answer.map_err(|panic| supervisor::words(&*panic).to_owned()));
        };
        self.calls.send(Box::pin(call)).await.map_err(|_| EngineError::Ending)?;
        tokio::select! {
            biased;
            answer = told => match answer {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(words)) => Err(EngineError::Fault(words)),
                Err(_) => Err(EngineError::Fault("the request was lost".to_owned())),
            },
            () = self.cancel.cancelled() => Err(EngineError::Ending),
        }
    }
}
