//! Memory: the event log and what is folded from it.
//!
//! [`Store`] is what the engine knows; the embedded one is the journal on disk with sled as its index.

mod bulks;
pub mod disk;
pub mod embedded;
mod export;
mod fold;
mod history;
mod hook_positions;
mod index;
mod journal;
mod journal_snapshot;
mod leadership;
mod line;
mod lines;
pub mod lock;
mod lookup;
mod loss;
mod mark;
pub mod memory;
mod opening;
mod pending_batch;
pub mod postgres;
mod probe_file;
pub mod probes;
mod quarantine;
pub mod reader;
mod recover;
pub mod report;
pub mod scratch;
pub mod transfer;
mod writer;

use std::path::PathBuf;

use async_trait::async_trait;
use tokio::sync::broadcast;

use loss::WAY_OUT;

use crate::domain::bulk::Bulk;
use crate::domain::{Actor, Claim, DealershipId, Event, Fact, Timestamp};
use crate::protocol::{BulkId, Committed, EventQuery, Holder, ReadModel, RequestError};

pub use embedded::EmbeddedStore;
pub use export::{ExportLines, RestoreError};
pub use hook_positions::{HookAttempt, HookPosition, hook_position};
pub use index::STATE_FORMAT;
pub use leadership::{Epoch, Fitness, Leader, Relay, RelayState, RelayedId, RelayedRequest, Team, TeamNews};
pub use lock::Lock;
pub use loss::JournalEnd;
pub use memory::MemoryStore;
pub use pending_batch::Overlay;
pub use postgres::PostgresStore;
pub use probes::ProbeStates;
pub use quarantine::{Quarantined, quarantined};
pub use reader::{JournalReader, Snapshot, Subscription, Verified};
pub use recover::Torn;
pub use transfer::{Restored, restore, restore_through};

/// How many commits a subscriber may lag behind before it is told to read again.
const SUBSCRIBERS_LAG: usize = 4_096;

/// Whether a panic of the current thread is the index's: it is caught, and told in the notices. A panic hook that prints,
/// or gives the terminal back, has to leave those alone.
pub fn panic_is_caught() -> bool {
    index::panic_is_caught()
}

/// Facts of one dealership, or of the platform, that are to be recorded together.
#[derive(Debug, Clone)]
pub struct Append {
    /// Whose they are; `None` for those of the platform.
    pub dealership: Option<DealershipId>,
    /// The version that was decided upon; 0 for a dealership that was not added yet, and for the platform.
    pub expected_version: u64,
    pub actor: Actor,
    pub at: Timestamp,
    pub facts: Vec<Fact>,
}

/// Why the store could not do it. Whatever was not acknowledged is not in it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The dealership changed since it was read: read again and decide again.
    #[error("the dealership changed meanwhile (version {actual}, expected {expected})")]
    Conflict { dealership: DealershipId, expected: u64, actual: u64 },
    /// Something that may exist once exists already.
    #[error("already taken by dealership {holder}")]
    Claimed { claim: Claim, holder: DealershipId },
    /// The facts do not fit the log: nothing could be folded from them.
    #[error("these events do not fit the log: {0}")]
    Unfit(String),
    /// Another process owns the store.
    #[error("the store is held by {}", .0.as_ref().map_or_else(|| "another process".to_owned(), Holder::to_string))]
    Held(Option<Holder>),
    /// The journal is damaged before its end; nothing is guessed.
    #[error("{}, line {line}: {what}\nThe journal is the truth and is not repaired by guessing. {advice}", .file.display())]
    Damaged {
        file: PathBuf,
        /// The line in it, counted from 1.
        line: u64,
        what: String,
        advice: String,
    },
    /// Acknowledged events are missing at the journal's end.
    #[error("{}\n{WAY_OUT}", .0)]
    Lost(JournalEnd),
    /// Reading or writing failed; nothing of the batch was recorded.
    #[error("{what} {}: {why}", .path.display())]
    Io {
        what: &'static str,
        path: PathBuf,
        why: String,
        /// The disk is full (or a quota or size limit is reached).
        full: bool,
    },
    /// An earlier failure could not be undone safely: nothing more is taken until the store is opened anew.
    #[error("the store takes no more writes after a failure ({0}); restart to continue from what is on disk")]
    Poisoned(String),
    #[error("the store is closed")]
    Closed,
    /// The database does not answer: nothing of the batch was recorded, and nothing waits to be.
    #[error("{place} cannot be reached: {why}")]
    Unavailable { place: String, why: String },
    /// The database answers, and will not do it.
    #[error("{place}: {what}. {advice}")]
    Database { place: String, what: String, advice: String },
    /// The connection was lost at the commit and did not come back.
    #[error(
        "the connection to {place} was lost while this was being recorded, and has not come back: it is either recorded \
         or not. Look before you do it again"
    )]
    InDoubt { place: String },
    #[error("another process leads now")]
    NotLeader,
}

impl From<StoreError> for RequestError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Held(holder) => Self::Held(holder),
            error => Self::Store(error.to_string()),
        }
    }
}

/// The event log. Acknowledged means durable.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Records a batch: all of it or nothing. `seq` and versions are given in the order of the batch.
    async fn append(&self, batch: Vec<Append>) -> Result<Committed, StoreError>;

    /// The same for the leader of an epoch.
    /// Errors: [`StoreError::NotLeader`] when another process took over: nothing was recorded.
    async fn append_as_leader(&self, _epoch: Epoch, batch: Vec<Append>) -> Result<Committed, StoreError> {
        self.append(batch).await
    }

    /// The other processes that share it; `None`: this one owns it.
    fn team(&self) -> Option<&dyn Team> {
        None
    }

    /// The states after the last durable commit.
    fn read_model(&self) -> &ReadModel;

    /// Follows commits from now on. Whoever lags too far behind is told so, and reads again by `seq`.
    fn subscribe(&self) -> broadcast::Receiver<Committed>;

    /// Reads events, in ascending order of `seq`.
    async fn events(&self, query: EventQuery) -> Result<Vec<Event>, StoreError>;

    /// The last probes, kept beside the events.
    fn probes(&self) -> &ProbeStates;

    /// Keeps the probe states that were taken in since the last time. What a crash takes before that is probed again.
    async fn save_probes(&self) -> Result<(), StoreError>;

    /// What happened at opening that people should know: a cut line, a rebuilt index. In words.
    fn notices(&self) -> Vec<String>;

    /// Notes that something was begun for many; durable when it returns.
    async fn begin_bulk(&self, bulk: Bulk) -> Result<BulkId, StoreError>;

    /// It is over: the note goes. One that is gone is over.
    async fn end_bulk(&self, id: BulkId) -> Result<(), StoreError>;

    /// What was begun and is not over, the oldest first.
    async fn bulks(&self) -> Vec<(BulkId, Bulk)>;

    /// How far a hook has come; `None`: it is new. A store that keeps none has every hook begin anew.
    async fn hook_position(&self, _hook: &str) -> Result<Option<HookPosition>, StoreError> {
        Ok(None)
    }

    /// Keeps how far a hook has come; durable when it returns. In a team only for the leader of the present epoch.
    async fn keep_hook_position(
        &self,
        _epoch: Option<Epoch>,
        _hook: &str,
        _position: &HookPosition,
    ) -> Result<(), StoreError> {
        Ok(())
    }

    /// Ends cleanly: whatever was taken is durable, the index and the last probes are written. Later calls are refused.
    async fn close(&self) -> Result<(), StoreError>;
}
