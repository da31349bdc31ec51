//! What is recorded from now on: told by the store's owner, else read in the journal.

use std::sync::Arc;

use futures::StreamExt;

use crate::cli::app::App;
use crate::cli::error::CliError;
use crate::cli::store_access::StoreTail;
use crate::client::{EngineClient, Notifications, ReadClient, SharedClient};
use crate::domain::{Event, Onboarding};
use crate::protocol::{EventQuery, Notification, OwnerState};

pub(super) struct EventFollower {
    source: TailSource,
    /// The last event that is known.
    pub(super) after: u64,
}

enum TailSource {
    Owner(SharedClient, Notifications),
    /// The journal, or the database of a team, which nobody owns.
    Store(StoreTail),
}

type Opened<'a> = (Box<dyn ReadClient + 'a>, Vec<Arc<Onboarding>>, Option<EventFollower>);

impl EventFollower {
    /// The store as it stands, and what comes after. A tail never owns the store: others want to record.
    pub(super) async fn open(app: &App) -> Result<Opened<'_>, CliError> {
        if let Some(client) = app.owner(true).await {
            // Followed before the states are read, so that nothing falls between.
            let told = client.subscribe();
            let (after, states) = client.read_model().all();
            let source = TailSource::Owner(Arc::new(client.clone()), told);
            return Ok((Box::new(app.reader(Arc::new(client))), states, Some(Self { source, after })));
        }
        let store = app.read_beside().await?;
        let tail = store.follow(&app.config.store)?;
        let (after, states) = store.read_model().all();
        Ok((Box::new(store), states, Some(Self { source: TailSource::Store(tail), after })))
    }

    /// The next events, one at least.
    pub(super) async fn next(&mut self, app: &App) -> Result<Vec<Event>, CliError> {
        loop {
            let mut news = match &mut self.source {
                TailSource::Store(tail) => tail.next(app.clock.as_ref(), &app.out, self.after).await?,
                TailSource::Owner(client, told) => match told.next().await {
                    Some(Notification::Committed(committed)) => {
                        committed.events.iter().map(|event| (**event).clone()).collect()
                    }
                    Some(Notification::Lagged) => {
                        let missed = EventQuery { after: self.after, ..EventQuery::default() };
                        match EngineClient::events(&**client, missed).await {
                            Ok(events) => events,
                            Err(_) => {
                                self.source = TailSource::Store(StoreTail::of_journal(&app.config.store, self.after)?);
                                continue;
                            }
                        }
                    }
                    Some(Notification::Status(_) | Notification::Owner(OwnerState::Answers | OwnerState::Silent)) => {
                        continue;
                    }
                    // Whoever owns the store next records in the same journal.
                    Some(Notification::Ended | Notification::Owner(OwnerState::Gone)) | None => {
                        self.source = TailSource::Store(StoreTail::of_journal(&app.config.store, self.after)?);
                        continue;
                    }
                },
            };
            news.retain(|event| event.seq > self.after);
            if let Some(last) = news.last() {
                self.after = last.seq;
                return Ok(news);
            }
        }
    }
}
