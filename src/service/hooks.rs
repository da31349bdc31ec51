//! Hooks: programs and addresses that are told of events. At least once each, in order, from the log itself: what a hook
//! has not taken yet waits there and not in memory, and a slow hook delays nobody but itself.

mod hook_call;
mod program;
mod status;
mod task;
mod webhook;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use secrecy::SecretString;
use tokio_util::task::AbortOnDropHandle;

use crate::engine::Engine;
use task::HookTask;

pub use program::PLACEHOLDERS;
pub use status::{HookProgress, HookStatus};
pub use webhook::checked_url;

/// How long a hook whose own code failed is left alone.
const RESTART_AFTER: Duration = Duration::from_secs(60);

/// Whom to tell of what.
#[derive(Debug, Clone)]
pub struct Hook {
    /// By which its position is kept.
    pub name: String,
    /// The kinds of events, as places in [`crate::domain::Fact::KINDS`].
    pub kinds: Vec<u8>,
    pub target: HookTarget,
    /// How long events are gathered for one call; `None`: one call for each.
    pub group: Option<Duration>,
    /// The most calls in any minute.
    pub per_minute: u32,
    /// The longest that a call may take; real time.
    pub timeout: Duration,
}

#[derive(Debug, Clone)]
pub enum HookTarget {
    Program { run: Vec<String>, environment: Vec<String> },
    Url { url: String, secret: Option<SecretString> },
}

/// The hooks of this process. They end when this is dropped; a call under way is cut off and made again.
#[derive(Default)]
pub struct RunningHooks {
    statuses: Vec<Arc<HookStatus>>,
    tasks: Vec<AbortOnDropHandle<()>>,
}

impl RunningHooks {
    /// Begins to tell, each from where it had come.
    pub fn start(hooks: Vec<Hook>, engine: &Engine, seed: u64) -> Result<Self, String> {
        let mut running = Self::default();
        for (place, hook) in hooks.into_iter().enumerate() {
            let status = Arc::new(HookStatus::new(&hook.name));
            let seed = seed.wrapping_add(place as u64);
            let mut task = HookTask::new(hook, engine.clone(), Arc::clone(&status), seed)?;
            let engine = engine.clone();
            let run = async move {
                while AssertUnwindSafe(task.run()).catch_unwind().await.is_err() {
                    tracing::error!(hook = task.name(), "the hook failed inside the program; it is begun anew");
                    engine.clock().sleep(RESTART_AFTER).await;
                }
            };
            running.statuses.push(status);
            running.tasks.push(AbortOnDropHandle::new(tokio::spawn(run)));
        }
        Ok(running)
    }

    pub fn statuses(&self) -> &[Arc<HookStatus>] {
        &self.statuses
    }
}
