//! Which of the processes that share a store leads: it does what shall be done once for all of them, and what the others ask
//! for of that.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use super::StoreError;
use super::lock::host;
use crate::domain::classification::ClassificationRule;
use crate::domain::{Actor, Timestamp};
use crate::protocol::{Presence, Request, Response, Status};

/// The count of takeovers. What a leader of an earlier one appends is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epoch(pub u64);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leader {
    pub name: Box<str>,
    pub epoch: Epoch,
    /// By the server's clock.
    pub since: Timestamp,
}

impl Leader {
    /// A name that no other process has.
    pub fn name_of_process(operator: &str) -> String {
        format!("{operator}@{}:{}-{:08x}", host(), std::process::id(), rand::random::<u32>())
    }

    /// The number of the process on its machine.
    pub fn pid(&self) -> Option<u32> {
        self.name.rsplit_once(':')?.1.split_once('-')?.0.parse().ok()
    }
}

/// As people know it: who, and on which machine.
impl fmt::Display for Leader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name.rsplit_once(':').map_or(&*self.name, |(who, _)| who))
    }
}

/// Who leads rather: nobody does beside one that is fitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Fitness {
    /// It runs one command. What it began it ends, whoever comes.
    #[default]
    Command = 0,
    /// It works in the background and cannot probe. It hands over to one that can.
    Worker = 1,
    Prober = 2,
}

/// What is known of the other processes, as old as the last look.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TeamNews {
    /// Desks that are open on the store, the own ones too.
    pub desks: usize,
    /// What is in front of them.
    pub presences: Vec<Presence>,
    /// What the leader last told of its work, and when.
    pub told: Option<(Timestamp, Status)>,
    /// The last rule that was taught.
    pub last_rule: u64,
}

/// The number of a request that waits for the leader.
pub type RelayedId = u64;

/// A request that another process asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct RelayedRequest {
    pub id: RelayedId,
    pub request: Request,
    pub actor: Actor,
}

/// How far a relayed request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelayState {
    Waiting,
    Taken,
    Done,
    /// Whoever took it does not lead any more, or it is not known (any more).
    Lost,
}

/// How what is asked of one process is done by the one that leads.
#[async_trait]
pub trait Relay: Send + Sync {
    /// Asks the leader for something.
    async fn ask(&self, request: &Request, actor: &Actor) -> Result<RelayedId, StoreError>;

    /// The answers behind one of them, each with its number, and whether more come.
    async fn answers(&self, id: RelayedId, after: u64) -> Result<(Vec<(u64, Response)>, RelayState), StoreError>;

    /// Takes back what no leader took. `false`: one did.
    async fn withdraw(&self, id: RelayedId) -> Result<bool, StoreError>;

    /// No more of many is to be begun.
    async fn stop(&self, id: RelayedId) -> Result<(), StoreError>;

    /// Deletes it: all answers were read.
    async fn forget(&self, id: RelayedId) -> Result<(), StoreError>;

    /// For the leader: what waits for it and was asked for no longer ago than that. Nobody else gets it. What it took and has
    /// not in hand was never begun: it comes again.
    async fn take(
        &self,
        epoch: Epoch,
        patience: Duration,
        in_hand: &[RelayedId],
    ) -> Result<Vec<RelayedRequest>, StoreError>;

    /// For the leader: whatever it took and did not end may be half done.
    async fn lose(&self, epoch: Epoch) -> Result<(), StoreError>;

    /// For the leader: what it took and is to begin no more of.
    async fn stopped(&self, epoch: Epoch) -> Result<Vec<RelayedId>, StoreError>;

    /// For the leader: the next answers. `done`: there are no more.
    async fn answer(&self, id: RelayedId, responses: &[Response], done: bool) -> Result<(), StoreError>;

    /// Changes when a request or an answer may have come.
    fn relayed(&self) -> watch::Receiver<u64>;
}

/// What the processes that share a store have in common beside the events.
#[async_trait]
pub trait Team: Relay {
    /// Tells the others that this process is there, for as long as the store is open, and how many desks it has.
    async fn join(&self, fitness: Fitness, desks: usize) -> Result<(), StoreError>;

    /// Tells the others what the desks of this process have in front of them, in place of what they were told before.
    async fn present(&self, presences: Vec<Presence>) -> Result<(), StoreError>;

    fn news(&self) -> watch::Receiver<TeamNews>;

    /// Takes the lease when nobody has it and nobody fitter is there. `None` when another process leads. It returns when
    /// everything that was recorded before is in the read model.
    async fn try_lead(&self, name: &str, lease: Duration) -> Result<Option<Epoch>, StoreError>;

    async fn renew(&self, epoch: Epoch, lease: Duration) -> Result<(), StoreError>;

    /// Gives the lease back, so that another one need not wait for its end.
    async fn resign(&self, epoch: Epoch) -> Result<(), StoreError>;

    fn leader(&self) -> watch::Receiver<Option<Leader>>;

    /// Why the store cannot be asked at present.
    fn away(&self) -> watch::Receiver<Option<StoreError>>;

    /// For the leader: how its work goes.
    async fn tell(&self, epoch: Epoch, status: &Status) -> Result<(), StoreError>;

    /// Keeps a row of the classification for all.
    async fn teach(&self, rule: &ClassificationRule, event: u64) -> Result<(), StoreError>;

    /// The rows that were taught after one, with their numbers.
    async fn taught(&self, after: u64) -> Result<Vec<(u64, ClassificationRule)>, StoreError>;

    /// Takes in the last probes that the others kept.
    async fn refresh_probes(&self) -> Result<(), StoreError>;
}
