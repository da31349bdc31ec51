//! The lease in the head of the store. Its end is read off the server's clock: those of the desks may differ.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::Error;
use tokio::sync::watch;

use super::shared::PostgresShared;
use super::{beside, rows};
use crate::domain::classification::ClassificationRule;
use crate::protocol::{Presence, Status};
use crate::store::{Epoch, Fitness, Leader, StoreError, Team, TeamNews};

/// An epoch that is over is never led again: what its leader appends is refused.
const TAKE: &str = "
WITH taken AS (
    UPDATE head SET epoch = epoch + 1, leader = $1, led_since = clock_timestamp(),
        lease_until = clock_timestamp() + $2 * interval '1 millisecond'
    WHERE (leader IS NULL OR leader = $1 OR lease_until IS NULL OR lease_until <= clock_timestamp())
        AND NOT EXISTS (SELECT 1 FROM alive WHERE rank > $4)
    RETURNING epoch, seq
)
SELECT epoch, seq, pg_notify($3, 'leader') FROM taken";

const RENEW: &str = "
UPDATE head SET lease_until = clock_timestamp() + $2 * interval '1 millisecond'
WHERE epoch = $1 AND leader IS NOT NULL AND NOT EXISTS (SELECT 1 FROM alive WHERE rank > $3)";

const RESIGN: &str = "
WITH given AS (
    UPDATE head SET epoch = epoch + 1, leader = NULL, lease_until = NULL WHERE epoch = $1 RETURNING epoch
)
SELECT pg_notify($2, 'leader') FROM given";

pub(super) fn milliseconds(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}

impl PostgresShared {
    fn fitness(&self) -> Fitness {
        self.joined.lock().as_ref().map_or_else(Fitness::default, |member| member.fitness)
    }
}

#[async_trait]
impl Team for PostgresShared {
    async fn try_lead(&self, name: &str, lease: Duration) -> Result<Option<Epoch>, StoreError> {
        self.check_stopped()?;
        let failed = |error: Error| self.told(&error);
        let began = self.clock.elapsed();
        let query = sqlx::query(TAKE).bind(name).bind(milliseconds(lease)).bind(self.address.channel());
        let query = query.bind(self.fitness() as i16);
        let Some(row) = query.fetch_optional(&self.pool).await.map_err(failed)? else { return Ok(None) };
        let number = |place: usize| rows::number(&row, place).map_err(failed);
        let (epoch, seq) = (Epoch(number(0)?), number(1)?);
        let left = lease.saturating_sub(self.clock.elapsed().saturating_sub(began));
        if let Err(error) = self.reach(seq, left).await {
            // Somebody else need not wait for its end.
            let _ = self.resign(epoch).await;
            return Err(error);
        }
        Ok(Some(epoch))
    }

    async fn join(&self, fitness: Fitness, desks: usize) -> Result<(), StoreError> {
        {
            let mut joined = self.joined.lock();
            let member = joined.get_or_insert_default();
            (member.fitness, member.desks) = (fitness, desks);
        }
        self.beat().await
    }

    async fn present(&self, presences: Vec<Presence>) -> Result<(), StoreError> {
        self.joined.lock().get_or_insert_default().presences = presences;
        self.beat().await
    }

    fn news(&self) -> watch::Receiver<TeamNews> {
        self.news.subscribe()
    }

    async fn tell(&self, epoch: Epoch, status: &Status) -> Result<(), StoreError> {
        self.tell_status(epoch, status).await
    }

    async fn teach(&self, rule: &ClassificationRule, event: u64) -> Result<(), StoreError> {
        self.keep_rule(rule, event).await
    }

    async fn taught(&self, after: u64) -> Result<Vec<(u64, ClassificationRule)>, StoreError> {
        self.rules_after(after).await
    }

    async fn renew(&self, epoch: Epoch, lease: Duration) -> Result<(), StoreError> {
        if self.check_stopped().is_err() {
            return Err(StoreError::NotLeader);
        }
        // A command ends what it began.
        let yields_above =
            Some(self.fitness()).filter(|fitness| *fitness != Fitness::Command).unwrap_or(Fitness::Prober);
        let query = sqlx::query(RENEW).bind(epoch.0.cast_signed()).bind(milliseconds(lease)).bind(yields_above as i16);
        let done = query.execute(&self.pool).await.map_err(|error| self.told(&error))?;
        if done.rows_affected() == 0 { Err(StoreError::NotLeader) } else { Ok(()) }
    }

    async fn resign(&self, epoch: Epoch) -> Result<(), StoreError> {
        let query = sqlx::query(RESIGN).bind(epoch.0.cast_signed()).bind(self.address.channel());
        self.execute(query).await
    }

    fn leader(&self) -> watch::Receiver<Option<Leader>> {
        self.leader.subscribe()
    }

    fn away(&self) -> watch::Receiver<Option<StoreError>> {
        self.away.subscribe()
    }

    async fn refresh_probes(&self) -> Result<(), StoreError> {
        beside::read_probes(self).await
    }
}
