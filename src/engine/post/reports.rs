//! What comes back: delivery reports from a maildir or from a command.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::{Engine, EngineError, Inner};
use crate::domain::{Actor, Command, DealershipId, Onboarding, same_address};
use crate::mail::bounce::{ReportError, Returned, read_report};
use crate::mail::maildir::Maildir;

/// How often the maildir is looked into.
const EVERY: Duration = Duration::from_secs(30);

/// How many messages one look takes.
const AT_ONCE: usize = 200;

/// A report that does not name its letter counts when one went to that address so recently: anybody can write a report, and
/// mail servers give up after five days.
const RECENT: TimeDelta = TimeDelta::days(5);

/// One dealership that a report was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returns {
    /// What the report says.
    pub returned: Returned,
    /// The dealerships whose letter or address it is; none: it is about nothing in our books.
    pub dealerships: Vec<DealershipId>,
}

impl Engine {
    /// Takes in a delivery report (RFC 3464). The same report a second time changes nothing.
    ///
    /// # Errors
    /// When it is no report, or what it says could not be recorded.
    pub async fn take_report(&self, message: &[u8], actor: &Actor) -> Result<Vec<Returns>, EngineError> {
        self.inner.may_record()?;
        self.inner.take_report(message, actor).await
    }
}

impl Inner {
    async fn take_report(&self, message: &[u8], actor: &Actor) -> Result<Vec<Returns>, EngineError> {
        let mut all = Vec::new();
        for returned in read_report(message)? {
            let concerned = self.concerned(&returned);
            for (id, named) in &concerned {
                let command = Command::Bounce {
                    letter: returned.letter.filter(|_| *named),
                    address: returned.address.clone(),
                    status: returned.status.clone(),
                    reason: returned.reason.clone(),
                };
                self.execute(*id, command, actor).await?;
            }
            all.push(Returns { returned, dealerships: concerned.into_iter().map(|(id, _)| id).collect() });
        }
        Ok(all)
    }

    /// Whose letter it was; else whose address it is. With each, whether its letter is named.
    fn concerned(&self, returned: &Returned) -> Vec<(DealershipId, bool)> {
        let (_, states) = self.book().all();
        let writer = returned.letter.and_then(|letter| {
            states.iter().find(|state| state.letters().iter().any(|known| known.id == letter)).map(|state| state.id)
        });
        match writer {
            Some(id) => vec![(id, true)],
            None => {
                let now = self.now();
                states.iter().filter(|state| wrote_to(state, returned, now)).map(|state| (state.id, false)).collect()
            }
        }
    }

    /// Whatever is new in the maildir. `Err`: in words.
    async fn look_into(&self, maildir: &mut Maildir) -> Result<(), String> {
        let unseen = maildir.unseen(AT_ONCE).map_err(|error| error.to_string())?;
        for message in unseen {
            match self.take_report(&message.bytes, &super::actor()).await {
                Ok(returns) => {
                    for one in returns.iter().filter(|one| one.dealerships.is_empty()) {
                        tracing::info!("a delivery report is about no letter of ours ({})", one.returned.status);
                    }
                    maildir.take(&message.path).map_err(|error| error.to_string())?;
                }
                Err(EngineError::Report(ReportError::NoMessage | ReportError::NoReport)) => {
                    maildir.pass_over(message.path);
                }
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(())
    }
}

fn wrote_to(state: &Onboarding, returned: &Returned, now: crate::domain::Timestamp) -> bool {
    let recent = |letter: &&crate::domain::Letter| letter.has_left() && now - letter.at < RECENT;
    state.letters().iter().filter(recent).any(|letter| same_address(&letter.to, &returned.address))
}

/// The task that looks into the maildir.
pub(in crate::engine) async fn run(inner: Arc<Inner>) {
    let Some(path) = inner.parts.post.as_ref().and_then(|post| post.reports.clone()) else { return };
    let mut maildir = Maildir::at(path);
    loop {
        if let Err(why) = inner.look_into(&mut maildir).await {
            inner.report(format!("delivery reports in {} cannot be read: {why}", maildir.path().display()));
        }
        tokio::select! {
            biased;
            () = inner.cancel.cancelled() => return,
            () = inner.parts.clock.sleep(EVERY) => {}
        }
    }
}
