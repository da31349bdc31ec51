//! Hearing of what others record.

use std::sync::Arc;

use sqlx::postgres::PgListener;

use super::beside::{self, PROBES_SAVED};
use super::requests::RELAYED;
use super::session::jitter;
use super::shared::{POLL, PostgresShared};

/// As often as probes are kept.
const POLLS_OF_PROBES: u32 = 15;
/// So that one beat may be lost before the process counts as gone.
const POLLS_OF_BEATS: u32 = 3;

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
            && let Err(error) = shared.beat().await
        {
            tracing::debug!("the others are not told that this process is there: {error}");
        }
        if let Err(error) = shared.read_news().await {
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
        }
        shared.clock.sleep(jitter(POLL)).await;
    }
}

async fn hear(shared: &PostgresShared) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(&shared.pool).await?;
    listener.listen(&shared.address.channel()).await?;
    loop {
        // What came before it listened, or while the connection was lost, was not heard.
        shared.wake.notify_one();
        read_probes(shared).await;
        while let Some(told) = listener.try_recv().await? {
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
    if let Err(error) = beside::read_probes(shared).await {
        tracing::debug!("the last probes could not be read: {error}");
    }
}
