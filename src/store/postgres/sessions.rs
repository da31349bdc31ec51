//! The processes that share the store, and what they tell each other.

use serde_json::Value;
use sqlx::{Error, Row as _};

use super::rows::number;
use super::shared::{Membership, PostgresShared};
use crate::domain::classification::ClassificationRule;
use crate::protocol::{Presence, Status};
use crate::store::{Epoch, HookPosition, StoreError, TeamNews};

const BEAT: &str = "
WITH old AS (DELETE FROM sessions WHERE seen_at < clock_timestamp() - interval '1 day' AND id <> $1)
INSERT INTO sessions (id, seen_at, rank, desks, presences) VALUES ($1, clock_timestamp(), $2, $3, $4::text::json)
ON CONFLICT (id) DO UPDATE
SET seen_at = excluded.seen_at, rank = excluded.rank, desks = excluded.desks, presences = excluded.presences";

const NEWS: &str = "
SELECT (SELECT coalesce(sum(desks), 0) FROM alive), (SELECT coalesce(max(id), 0) FROM rules),
       at, CASE WHEN leader_status.epoch = head.epoch THEN status::text END,
       (SELECT json_agg(presences ORDER BY id)::text FROM alive WHERE desks > 0)
FROM leader_status, head";

const TELL: &str = "
UPDATE leader_status SET epoch = $1, at = clock_timestamp(), status = $2::text::json
WHERE $1 = (SELECT epoch FROM head)";

/// The head is locked, so that numbers are given in the order of commits.
const TEACH: &str = "
WITH locked AS (SELECT one FROM head FOR UPDATE)
INSERT INTO rules (event, rule) SELECT $1, $2::text::json FROM locked";

/// The head is locked, so that no leader of a later epoch reads beside it.
const KEEP_HOOK: &str = "
WITH led AS (SELECT epoch FROM head WHERE epoch = $1 FOR SHARE)
INSERT INTO hook_positions (hook, position) SELECT $2, $3::text::json FROM led
ON CONFLICT (hook) DO UPDATE SET position = excluded.position";

impl PostgresShared {
    /// Tells the others that this process is there still. What it begins counts as cut off without that, and nobody waits
    /// for it to lead.
    pub(super) async fn beat(&self) -> Result<(), StoreError> {
        self.check_stopped()?;
        let Membership { fitness, desks, presences } = self.joined.lock().get_or_insert_default().clone();
        let query = sqlx::query(BEAT).bind(self.session).bind(fitness as i16);
        let query = query.bind(i32::try_from(desks).unwrap_or(i32::MAX)).bind(self.written(&presences)?);
        self.execute(query).await
    }

    pub(super) async fn leave(&self) -> Result<(), StoreError> {
        if self.joined.lock().take().is_none() {
            return Ok(());
        }
        self.execute(sqlx::query("DELETE FROM sessions WHERE id = $1").bind(self.session)).await
    }

    pub(super) async fn read_news(&self) -> Result<(), StoreError> {
        let failed = |error: Error| self.told(&error);
        let row = sqlx::query(NEWS).fetch_one(&self.pool).await.map_err(failed)?;
        let status: Option<&str> = row.try_get(3).map_err(failed)?;
        // That of another version says nothing.
        let status = status.and_then(|status| serde_json::from_str(status).ok());
        let at = row.try_get(2).map_err(failed)?;
        let presences: Option<&str> = row.try_get(4).map_err(failed)?;
        let presences: Vec<Value> = presences.and_then(|all| serde_json::from_str(all).ok()).unwrap_or_default();
        let presences = presences.into_iter().filter_map(|some| serde_json::from_value::<Vec<Presence>>(some).ok());
        let news = TeamNews {
            desks: usize::try_from(number(&row, 0).map_err(failed)?).unwrap_or(usize::MAX),
            presences: presences.flatten().collect(),
            last_rule: number(&row, 1).map_err(failed)?,
            told: status.map(|status| (at, status)),
        };
        self.news.send_if_modified(|old| {
            *old != news && {
                *old = news;
                true
            }
        });
        Ok(())
    }

    pub(super) async fn tell_status(&self, epoch: Epoch, status: &Status) -> Result<(), StoreError> {
        let query = sqlx::query(TELL).bind(epoch.0.cast_signed()).bind(self.written(status)?);
        self.execute(query).await
    }

    pub(super) async fn keep_rule(&self, rule: &ClassificationRule, event: u64) -> Result<(), StoreError> {
        let query = sqlx::query(TEACH).bind(event.cast_signed()).bind(self.written(rule)?);
        self.execute(query).await
    }

    pub(super) async fn rules_after(&self, after: u64) -> Result<Vec<(u64, ClassificationRule)>, StoreError> {
        let failed = |error: Error| self.told(&error);
        let query = sqlx::query("SELECT id, rule::text FROM rules WHERE id > $1 ORDER BY id").bind(after.cast_signed());
        let rows = query.fetch_all(&self.pool).await.map_err(failed)?;
        let rule = |row| Ok((number(row, 0).map_err(failed)?, self.read(row.try_get(1).map_err(failed)?)?));
        rows.iter().map(rule).collect()
    }

    pub(super) async fn hook_position(&self, hook: &str) -> Result<Option<HookPosition>, StoreError> {
        let query = sqlx::query_scalar("SELECT position::text FROM hook_positions WHERE hook = $1").bind(hook);
        let position: Option<String> = query.fetch_optional(&self.pool).await.map_err(|error| self.told(&error))?;
        position.map(|position| self.read(&position)).transpose()
    }

    pub(super) async fn keep_hook_position(
        &self,
        epoch: Epoch,
        hook: &str,
        position: &HookPosition,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(KEEP_HOOK).bind(epoch.0.cast_signed()).bind(hook).bind(self.written(position)?);
        let kept = query.execute(&self.pool).await.map_err(|error| self.told(&error))?;
        if kept.rows_affected() == 0 { Err(StoreError::NotLeader) } else { Ok(()) }
    }
}
