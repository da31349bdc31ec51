//! Hearing of what others record.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgListener;

use super::requests::RELAYED;
use super::session::jitter;
use super::shared::PostgresShared;

/// A notification may be lost: by a pooler, by a sleeping machine.
const POLL: Duration = Duration::from_secs(2);

/// For ever: wakes the one who reads whenever there may be something new.
pub(super) async fn follow(shared: Arc<PostgresShared>) {
    let poll = async {
        loop {
            shared.clock.sleep(POLL).await;
            shared.wake.notify_one();
        }
    };
    futures::future::join(listen(&shared), poll).await;
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
        while let Some(told) = listener.try_recv().await? {
            if told.payload() == RELAYED {
                shared.relayed.send_modify(|count| *count += 1);
                continue;
            }
            let seq: Option<u64> = told.payload().parse().ok();
            if seq.is_none_or(|seq| seq > shared.read_model.seq()) {
                shared.wake.notify_one();
            }
        }
    }
}
