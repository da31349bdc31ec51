//! Puts a letter into mailboxes, lets the people behind them know, and sends back what cannot be delivered.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::super::SandboxState;
use super::super::faults::Fault;
use super::super::reader::CodeStanding;
use super::PostOfficeState;
use super::letter::{LetterSummary, ReceivedLetter};
use super::report;

/// A slow answer that was ordered while the spec knows no delay is late by so much.
pub(super) const LEAST_DELAY: Duration = Duration::from_millis(1);

/// The letter that is being sent.
pub(super) struct Transaction {
    pub(super) sender: String,
    pub(super) recipients: Vec<Recipient>,
    pub(super) utf8: bool,
    pub(super) fault: Option<Fault>,
}

/// Somebody who is to have it.
pub(super) struct Recipient {
    pub(super) address: String,
    /// It is taken, and comes back as a report.
    pub(super) bounces: bool,
}

/// A letter that comes back.
pub(super) struct Bounced {
    to: String,
    recipient: String,
    letter: Arc<[u8]>,
}

/// Delivers a letter to its recipients. Answers what has to be reported to the sender.
pub(super) async fn deliver(
    shared: &SandboxState,
    post: &PostOfficeState,
    transaction: &Transaction,
    letter: Vec<u8>,
) -> Vec<Bounced> {
    let raw: Arc<[u8]> = letter.into();
    let mut bounced = Vec::new();
    for Recipient { address, bounces } in &transaction.recipients {
        if *bounces {
            shared.stats.fault(Fault::MailBounced);
            post.mailboxes()
                .lock()
                .count(|counts| (counts.taken, counts.bounced) = (counts.taken + 1, counts.bounced + 1));
            // Nobody is told that a report could not be delivered.
            if !transaction.sender.is_empty() {
                bounced.push(Bounced {
                    to: transaction.sender.clone(),
                    recipient: address.clone(),
                    letter: Arc::clone(&raw),
                });
            }
        } else {
            put(shared, post, &transaction.sender, address, &raw);
        }
        // One letter may have many recipients; others have their turn too.
        tokio::task::yield_now().await;
    }
    bounced
}

fn put(shared: &SandboxState, post: &PostOfficeState, sender: &str, to: &str, raw: &Arc<[u8]>) {
    let head = LetterSummary::of(raw);
    let (received_at, address) = (shared.clock.now(), to.to_lowercase());
    let code = head.code.as_deref();
    let (standing, opened_at) = {
        let mut world = shared.world.lock();
        (world.standing(&address, code, received_at), world.letter_came(&address, code, received_at))
    };
    keep(post, sender, to, raw, head, (received_at, standing, opened_at));
}

type Moments = (chrono::DateTime<chrono::Utc>, CodeStanding, Option<chrono::DateTime<chrono::Utc>>);

fn keep(
    post: &PostOfficeState,
    sender: &str,
    to: &str,
    raw: &Arc<[u8]>,
    head: LetterSummary,
    (received_at, standing, opened_at): Moments,
) {
    let mut mailboxes = post.mailboxes().lock();
    mailboxes.count(|counts| counts.taken += 1);
    mailboxes.add(|id| ReceivedLetter {
        id,
        sender: sender.to_owned(),
        to: to.to_owned(),
        from: head.from,
        subject: head.subject,
        date: head.date,
        message_id: head.message_id,
        received_at,
        standing,
        opened_at,
        raw: Arc::clone(raw),
        seen: AtomicBool::new(false),
    });
    drop(mailboxes);
    post.changed.send_modify(|changes| *changes += 1);
}

/// Tells senders that nobody has the address: a letter in their mailbox here, and a file in the maildir.
pub(super) async fn report(shared: &SandboxState, post: &PostOfficeState, bounced: Vec<Bounced>) {
    for Bounced { to, recipient, letter } in bounced {
        let number = post.reports.fetch_add(1, Ordering::Relaxed) + 1;
        let now = shared.clock.now();
        let text = report::write(number, now, &to, &recipient, &letter);
        let raw: Arc<[u8]> = text.into_bytes().into();
        keep(post, "", &to, &raw, LetterSummary::of(&raw), (now, CodeStanding::NoCode, None));
        if let Some(maildir) = post.maildir.clone()
            && !filed(maildir, number, raw).await
        {
            post.mailboxes().lock().count(|counts| counts.maildir_failures += 1);
        }
    }
}

async fn filed(maildir: PathBuf, number: u64, raw: Arc<[u8]>) -> bool {
    let filed = tokio::task::spawn_blocking(move || report::file(&maildir, number, &raw)).await;
    filed.is_ok_and(|filed| filed.is_ok())
}
