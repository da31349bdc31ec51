//! What comes back: delivery reports from a maildir or from a command.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::{Engine, EngineError, Inner};
use crate::domain::{Actor, Command, DealershipId, LetterId, Onboarding, Timestamp, Untrusted, same_address};
use crate::mail;
use crate::mail::bounce::{ReportError, Returned, read_report};
use crate::mail::maildir::Maildir;

/// How often the maildir is looked into.
const EVERY: Duration = Duration::from_secs(30);

/// How many messages one look takes.
const AT_ONCE: usize = 200;

/// A report that does not name its letter counts when one went to that address so recently: anybody can write a report, and
/// mail servers give up after five days.
const RECENT: TimeDelta = TimeDelta::days(5);

/// What a report says of one address, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returns {
    /// What the report says.
    pub returned: Returned,
    /// The letter, when the report names it.
    pub letter: Option<LetterId>,
    /// The one of its addresses that counts; empty where it has none.
    pub address: Untrusted,
    /// The dealerships whose letter or address it is; none: it is about nothing in our books.
    pub dealerships: Vec<DealershipId>,
}

/// A report that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenReport {
    /// What it says of each address.
    pub returns: Vec<Returns>,
    /// Whether it names one of our letters.
    pub names_ours: bool,
}

impl TakenReport {
    fn is_for_us(&self) -> bool {
        self.names_ours || self.returns.iter().any(|one| !one.dealerships.is_empty())
    }

    /// Whether a person has to read it: it is noted on its letter, and that is all that could be done.
    fn needs_a_person(&self) -> bool {
        self.returns.iter().any(|one| one.returned.addresses.is_empty())
    }
}

impl Engine {
    /// Takes in a delivery report. The same report a second time changes nothing.
    ///
    /// # Errors
    /// When it is no report, or what it says could not be recorded.
    pub async fn take_report(&self, message: &[u8], actor: &Actor) -> Result<TakenReport, EngineError> {
        self.inner.may_record()?;
        self.inner.take_report(message, actor).await
    }
}

impl Inner {
    async fn take_report(&self, message: &[u8], actor: &Actor) -> Result<TakenReport, EngineError> {
        let report = read_report(message)?;
        let writer = report.letter.and_then(|letter| self.writer(letter));
        let mut returns = Vec::new();
        for returned in report.returned {
            let (address, dealerships) = self.concerned(&returned, writer.as_ref(), report.letter);
            if self.parts.policy.mail.bcc.as_ref().is_some_and(|bcc| same_address(bcc, &address)) {
                self.report(format!("copies of letters do not reach {}; look at [mail] bcc", address.plain()));
            }
            for id in &dealerships {
                let (address, letter) = (address.clone(), report.letter);
                let (status, reason) = (returned.status.clone(), returned.reason.clone());
                let command = match returned.action {
                    mail::bounce::ReportAction::Failed => Command::Bounce { letter, address, status, reason },
                    mail::bounce::ReportAction::Delayed => Command::Delay { letter, address, status, reason },
                };
                self.execute(*id, command, actor).await?;
            }
            returns.push(Returns { returned, letter: report.letter, address, dealerships });
        }
        Ok(TakenReport { returns, names_ours: writer.is_some() })
    }

    fn writer(&self, letter: LetterId) -> Option<Arc<Onboarding>> {
        let (_, states) = self.book().all();
        states.into_iter().find(|state| state.letters().iter().any(|known| known.id == letter))
    }

    /// Whose letter it was, else whose address it is; with the form of the address that says so.
    fn concerned(
        &self,
        returned: &Returned,
        writer: Option<&Arc<Onboarding>>,
        letter: Option<LetterId>,
    ) -> (Untrusted, Vec<DealershipId>) {
        // The last one is where it failed.
        let last = returned.addresses.last().cloned().unwrap_or_default();
        if let Some(writer) = writer {
            let to = writer.letters().iter().find(|one| Some(one.id) == letter).map(|letter| &letter.to);
            let own = returned.addresses.iter().find(|address| to.is_some_and(|to| same_address(to, address)));
            return (own.cloned().unwrap_or(last), vec![writer.id]);
        }
        let (now, (_, states)) = (self.now(), self.book().all());
        for address in &returned.addresses {
            let to_it = states.iter().filter(|state| wrote_to(state, address, now));
            let found: Vec<_> = to_it.map(|state| state.id).collect();
            if !found.is_empty() {
                return (address.clone(), found);
            }
        }
        (last, Vec::new())
    }

    /// Whatever is new in the maildir. `Err`: in words.
    async fn look_into(&self, maildir: &mut Maildir) -> Result<(), String> {
        let unseen = maildir.unseen(AT_ONCE).map_err(|error| error.to_string())?;
        for message in unseen {
            match self.take_report(&message.bytes, &super::actor()).await {
                Ok(report) if report.is_for_us() => {
                    let read = !report.needs_a_person();
                    maildir.take(&message.path, read).map_err(|error| error.to_string())?;
                }
                // Whoever else reads this mailbox finds what is for him.
                Ok(_) | Err(EngineError::Report(ReportError::NoMessage | ReportError::NoReport)) => {
                    maildir.pass_over(message.path);
                }
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(())
    }
}

fn wrote_to(state: &Onboarding, address: &Untrusted, now: Timestamp) -> bool {
    state.latest_letter_to(address).is_some_and(|letter| now - letter.at < RECENT)
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
