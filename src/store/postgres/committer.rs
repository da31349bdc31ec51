//! The way of an append: one task plans what waits on top of the locked head, and records it in one transaction.
//!
//! The same task takes in what others recorded, so that the read model grows in one order only.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use uuid::Uuid;

use super::rows::EventColumns;
use super::session::{ATTEMPT, Link, answered, is_transient, jitter, unavailable};
use super::shared::{Head, PostgresShared};
use super::snapshots::SnapshotTask;
use crate::failure_point::FailurePoint;
use crate::protocol::Committed;
use crate::store::pending_batch::PendingBatch;
use crate::store::{Append, Epoch, StoreError};

/// How many facts are recorded in one transaction, as long as one append has not more.
const GROUP: usize = 2_000;
/// How often a transaction is done again that did not go with another one.
const TRIES: u32 = 8;
const PAUSE: Duration = Duration::from_millis(200);

pub(super) type Answer = Result<Committed, StoreError>;

pub(super) struct AppendRequest {
    pub batch: Vec<Append>,
    /// Of the leader, when it is one who appends.
    pub epoch: Option<Epoch>,
    pub reply: oneshot::Sender<Answer>,
}

pub(super) struct Committer {
    pub shared: Arc<PostgresShared>,
    pub link: Link,
    pub requests: mpsc::Receiver<AppendRequest>,
    pub snapshots: SnapshotTask,
    /// How long it is tried to find out what became of a commit.
    pub doubt_limit: Duration,
}

/// What a group of appends records.
#[derive(Default)]
struct GroupPlan {
    answers: Vec<Answer>,
    batches: Vec<Committed>,
    columns: EventColumns,
    /// Of the first batch: they are all recorded, or none is.
    id: Option<Uuid>,
    found: bool,
}

enum Failure {
    /// Nothing was recorded, and the same may succeed at once.
    Transient(StoreError),
    Final(StoreError),
}

impl Committer {
    /// Until nobody can append any more, and everything that was taken is answered.
    pub async fn run(mut self) {
        loop {
            tokio::select! {
                first = self.requests.recv() => {
                    let Some(first) = first else { break };
                    let group = self.gather(first);
                    self.append(group).await;
                }
                () = self.shared.wake.notified() => self.refresh().await,
            }
            self.snapshots.begin_when_due(&self.shared);
        }
        self.snapshots.end().await;
        self.link.close().await;
    }

    fn gather(&mut self, first: AppendRequest) -> Vec<AppendRequest> {
        let facts = |request: &AppendRequest| request.batch.iter().map(|append| append.facts.len()).sum::<usize>();
        let (mut many, mut group) = (facts(&first), vec![first]);
        while many < GROUP
            && let Ok(next) = self.requests.try_recv()
        {
            many += facts(&next);
            group.push(next);
        }
        group
    }

    async fn append(&mut self, group: Vec<AppendRequest>) {
        let answers = self.answers(&group).await;
        for (request, answer) in group.into_iter().zip(answers) {
            // Whoever does not wait any more has recorded it all the same.
            let _ = request.reply.send(answer);
        }
    }

    /// Records a group. Whatever cuts it off before its commit is sent left nothing behind; what cuts off the commit is
    /// found out.
    async fn answers(&mut self, group: &[AppendRequest]) -> Vec<Answer> {
        let all = |error: &StoreError| group.iter().map(|_| Err(error.clone())).collect();
        let mut doubt: Option<GroupPlan> = None;
        let (mut tries, mut since) = (0, None);
        loop {
            let done = timeout(ATTEMPT, self.attempt(group, &mut doubt)).await;
            let done =
                done.unwrap_or_else(|_| Err(Failure::Transient(unavailable(&self.shared.address, &"no answer"))));
            let failure = match done {
                Ok(answers) => {
                    self.shared.note_answer(Ok(()));
                    return answers;
                }
                Err(failure) => failure,
            };
            // In what state it is left is not asked.
            self.link.drop_connection();
            tries += 1;
            let (error, transient) = match failure {
                Failure::Transient(error) => (error, tries < TRIES),
                Failure::Final(error) => (error, false),
            };
            if doubt.is_some() {
                let since = *since.get_or_insert_with(|| self.shared.clock.elapsed());
                let given_up = self.shared.clock.elapsed().saturating_sub(since) > self.doubt_limit;
                if given_up || matches!(error, StoreError::Poisoned(_)) {
                    self.note_failure(&error);
                    return all(&StoreError::InDoubt { place: self.shared.address.to_string() });
                }
                self.shared.clock.sleep(jitter(PAUSE)).await;
            } else if !transient {
                self.note_failure(&error);
                return all(&error);
            } else if tries > 1 {
                self.shared.clock.sleep(jitter(PAUSE)).await;
            }
        }
    }

    /// That an append is refused says nothing of what can be read.
    fn note_failure(&self, error: &StoreError) {
        if matches!(error, StoreError::Unavailable { .. } | StoreError::Poisoned(_)) {
            self.shared.note_answer(Err(error));
        }
    }

    /// One transaction. `doubt` is what an earlier one tried to commit, and afterwards what this one did.
    async fn attempt(
        &mut self,
        group: &[AppendRequest],
        doubt: &mut Option<GroupPlan>,
    ) -> Result<Vec<Answer>, Failure> {
        self.shared.check_stopped().map_err(Failure::Final)?;
        let shared = Arc::clone(&self.shared);
        let failed = |error: sqlx::Error| match is_transient(&error) {
            true => Failure::Transient(shared.told(&error)),
            false => Failure::Final(shared.told(&error)),
        };
        let connection = self.link.get().await.map_err(Failure::Final)?;
        // Waits for the end of an earlier transaction that is in doubt: it holds the same lock.
        let head = Head::lock(connection).await.map_err(failed)?;
        let (mut none, sought) = (false, doubt.as_ref().and_then(|plan| plan.id));
        let found = doubt.as_mut().map_or(&mut none, |plan| &mut plan.found);
        shared.catch_up(connection, &head, sought, found).await.map_err(Failure::Final)?;
        if let Some(earlier) = doubt.take().filter(|plan| plan.found) {
            self.roll_back().await;
            return Ok(earlier.answers);
        }
        let plan = plan(&shared, group, &head);
        if plan.columns.len() == 0 {
            self.roll_back().await;
            return Ok(plan.answers);
        }
        plan.columns.record(connection, &shared.address.channel()).await.map_err(failed)?;
        // From here on it may be recorded, whatever is answered.
        let doubted = doubt.insert(plan);
        FailurePoint::TransactionWritten.pass();
        sqlx::raw_sql("COMMIT").execute(connection).await.map_err(failed)?;
        FailurePoint::TransactionCommitted.pass();
        shared.publish(&doubted.batches);
        Ok(doubt.take().map(|plan| plan.answers).unwrap_or_default())
    }

    /// Ends a transaction that recorded nothing.
    async fn roll_back(&mut self) {
        if let Ok(connection) = self.link.get().await
            && sqlx::raw_sql("ROLLBACK").execute(connection).await.is_err()
        {
            self.link.drop_connection();
        }
    }

    /// Takes in what others recorded.
    async fn refresh(&mut self) {
        let shared = Arc::clone(&self.shared);
        let read = async {
            let connection = self.link.get().await?;
            let head = Head::read(connection).await.map_err(|error| shared.told(&error))?;
            shared.catch_up(connection, &head, None, &mut false).await
        };
        let read = answered(&shared.address, ATTEMPT, read).await;
        if let Err(error) = &read {
            tracing::debug!("the store could not be read: {error}");
            self.link.drop_connection();
        }
        shared.note_answer(read.as_ref().map(drop));
    }
}

/// Plans the appends of a group one on top of the other; a refused one leaves no trace.
fn plan(shared: &PostgresShared, group: &[AppendRequest], head: &Head) -> GroupPlan {
    let mut pending = PendingBatch::after(head.seq);
    let mut plan = GroupPlan::default();
    for request in group {
        let fenced = request.epoch.is_some_and(|epoch| epoch != head.epoch);
        let planned = match fenced {
            true => Err(StoreError::NotLeader),
            false => pending.plan(&shared.read_model, request.batch.clone()),
        };
        let answer = planned.and_then(|planned| {
            if planned.last_seq().is_some() {
                let id = plan.columns.add(&planned.committed)?;
                plan.id.get_or_insert(id);
                plan.batches.push(planned.committed.clone());
            }
            pending.accept(&planned);
            Ok(planned.committed)
        });
        plan.answers.push(answer);
    }
    plan
}
