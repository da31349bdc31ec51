//! What comes back: delivery reports from a maildir or from a command.

use std::sync::Arc;
use std::time::Duration;

use super::attempt::actor;
use crate::domain::{
    Actor, Command, Concerned, LetterCopy, ReportAction, ReportError, ReportedAddress, Returned, ReturnedMail,
    Untrusted, concerned, same_address,
};
use crate::engine::inner::Authority;
use crate::engine::{Engine, Inner};
use crate::mail::bounce::read_report;
use crate::mail::maildir::Maildir;
use crate::protocol::{RequestError, Returns, TakenReport};

/// How often the maildir is read.
const EVERY: Duration = Duration::from_secs(30);

/// How many messages are read at once.
const AT_ONCE: usize = 200;

/// Whether a person has to read a report: it is noted on its letter, and that is all that could be done.
fn needs_a_person(report: &TakenReport) -> bool {
    report.returns.iter().any(|one| one.returned.addresses.is_empty() && one.returned.action == ReportAction::Failed)
}

impl Engine {
    /// Takes in a delivery report. The same report a second time changes nothing.
    pub async fn take_report(&self, message: &[u8], actor: &Actor) -> Result<TakenReport, RequestError> {
        self.inner.may_record()?;
        self.inner.take_report(Authority::Person, message, actor).await
    }
}

impl Inner {
    async fn take_report(
        &self,
        authority: Authority,
        message: &[u8],
        actor: &Actor,
    ) -> Result<TakenReport, RequestError> {
        let report = read_report(message)?;
        let (now, (_, states)) = (self.now(), self.read_model().all());
        let named = report.mail.letter().is_some_and(|copy| states.iter().any(|it| it.letter(copy.letter).is_some()));
        let mut taken = TakenReport { returns: Vec::new(), is_for_us: named };
        for returned in report.returned {
            let failed = (returned.action == ReportAction::Failed).then_some(returned.status.as_str());
            let (last, original) = (returned.addresses.as_slice(), returned.original.as_slice());
            let reported = ReportedAddress { mail: report.mail, last, original, failed };
            let Concerned { address, dealerships } = concerned(&reported, &states, now);
            // Others may write there too.
            let bcc = self.parts.policy.mail.bcc.as_ref().filter(|_| report.mail != ReturnedMail::Another);
            let of_copy = bcc.is_some_and(|bcc| same_address(bcc, &address));
            if of_copy {
                self.report(format!("copies of letters do not reach {}; look at [mail] bcc", address.plain()));
            }
            let mut recorded = Vec::new();
            for (id, copy) in &dealerships {
                let Some(command) = command(&returned, &address, *copy) else { continue };
                if !self.execute_as(authority, *id, command, actor).await?.is_empty() {
                    recorded.push(*id);
                }
            }
            let letter = dealerships.iter().find_map(|(_, copy)| *copy).map(|copy| copy.letter);
            taken.is_for_us |= letter.is_some();
            let dealerships = dealerships.into_iter().map(|(id, _)| id).collect();
            taken.returns.push(Returns { returned, letter, address, of_copy, dealerships, recorded });
        }
        Ok(taken)
    }

    /// Whatever is new in the maildir. `Err`: in words.
    async fn read_maildir(&self, maildir: &mut Maildir) -> Result<(), String> {
        let unseen = maildir.unseen(AT_ONCE).map_err(|error| error.to_string())?;
        for (path, message) in unseen {
            match self.take_report(Authority::Leader, &message, &actor()).await {
                Ok(report) if report.is_for_us => {
                    let read = !needs_a_person(&report);
                    maildir.take(&path, read).map_err(|error| error.to_string())?;
                }
                // Whoever else reads this mailbox finds what is for him.
                Ok(_) | Err(RequestError::Report(ReportError::NoMessage | ReportError::NoReport)) => {
                    maildir.pass_over(path);
                }
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(())
    }
}

/// What a report asks for; `None`: nothing, because only an address is concerned, and it is not refused.
fn command(returned: &Returned, address: &Untrusted, letter: Option<LetterCopy>) -> Option<Command> {
    let (address, status, reason) = (address.clone(), returned.status.clone(), returned.reason.clone());
    match returned.action {
        ReportAction::Failed => Some(Command::Bounce { letter, address, status, reason }),
        ReportAction::Delayed => letter.map(|letter| Command::Delay { letter, address, status, reason }),
    }
}

/// The task that reads the maildir.
pub async fn run(inner: Arc<Inner>) {
    let Some(path) = inner.parts.outbox.as_ref().and_then(|outbox| outbox.reports.clone()) else { return };
    let mut maildir = Maildir::at(path);
    loop {
        if let Err(why) = inner.read_maildir(&mut maildir).await {
            inner.report(format!("delivery reports in {} cannot be read: {why}", maildir.path().display()));
        }
        if !inner.sleep(EVERY).await {
            return;
        }
    }
}
