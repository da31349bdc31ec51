//! Hearing of what others record.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Error;
use sqlx::postgres::PgListener;
use tokio::time::timeout;

use super::beside::{self, PROBES_SAVED};
use super::requests::RELAYED;
use super::session::{ATTEMPT, answered, jitter, pool};
use super::shared::{POLL, PostgresShared};

/// As often as probes are kept.
const POLLS_OF_PROBES: u32 = 15;
/// So that one beat may be lost before the process counts as gone.
const POLLS_OF_BEATS: u32 = 3;
/// After so long without news it is listened anew: a server that went away without a word has none.
const QUIET: Duration = Duration::from_secs(60);

/// For ever: wakes the one who reads whenever there may be something new.
pub(super) async fn follow(shared: Arc<PostgresShared>) {
    futures::future::join(listen(&shared), poll(&shared)).await;
}

async fn poll(shared: &PostgresShared) {
    for poll in (1..=POLLS_OF_PROBES).cycle() {
        shared.clock.sleep(POLL).await;
        shared.wake.notify_one();
        if poll % POLLS_OF_BEATS == 0
            && shared.joined.lock().is_some()
            && let Err(error) = answered(&shared.address, ATTEMPT, shared.beat()).await
        {
            tracing::debug!("the others are not told that this process is there: {error}");
        }
        if let Err(error) = answered(&shared.address, ATTEMPT, shared.read_news()).await {
            tracing::debug!("nothing is known of the others: {error}");
        }
        if poll == POLLS_OF_PROBES {
            read_probes(shared).await;
        }
    }
}

async fn listen(shared: &PostgresShared) {
    loop {
        if let Err(error) = hear(shared).await {
            tracing::debug!("nothing is heard from the store: {}", shared.told(&error));
            shared.clock.sleep(jitter(POLL)).await;
        }
    }
}

/// Until it has been quiet for long.
async fn hear(shared: &PostgresShared) -> Result<(), Error> {
    // Not of the others' connections: one whose server is gone is held until the system notices.
    let own = pool(&shared.address);
    let mut listener = PgListener::connect_with(&own).await?;
    let listens = timeout(ATTEMPT, listener.listen(&shared.address.channel())).await;
    listens.unwrap_or(Err(Error::PoolTimedOut))?;
    loop {
        // What came before it listened, or while the connection was lost, was not heard.
        shared.wake.notify_one();
        shared.relayed.send_modify(|count| *count += 1);
        read_probes(shared).await;
        loop {
            let Ok(told) = timeout(QUIET, listener.try_recv()).await else { return Ok(()) };
            let Some(told) = told? else { break };
            match told.payload().parse::<u64>() {
                Ok(seq) if seq <= shared.read_model.seq() => {}
                Err(_) if told.payload() == PROBES_SAVED => read_probes(shared).await,
                Err(_) if told.payload() == RELAYED => shared.relayed.send_modify(|count| *count += 1),
                _ => shared.wake.notify_one(),
            }
        }
    }
}

async fn read_probes(shared: &PostgresShared) {
    if let Err(error) = answered(&shared.address, ATTEMPT, beside::read_probes(shared)).await {
        tracing::debug!("the last probes could not be read: {error}");
    }
}
