//! The mailboxes: bounded, the oldest letters are dropped first.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::super::reader::CodeStanding;
use super::letter::ReceivedLetter;

/// How many letters one mailbox holds.
const IN_ONE: usize = 200;
/// How many letters all mailboxes hold.
const IN_ALL: usize = 20_000;
/// How long all letters together may be, in bytes.
const BYTES: usize = 128 << 20;

/// One mailbox, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxSummary {
    /// The address, in lower case.
    pub address: String,
    /// How many letters it holds.
    pub letters: usize,
    /// How many of them nobody has read.
    pub unread: usize,
    pub newest: DateTime<Utc>,
}

/// What the post office counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MailboxCounts {
    /// Letters that were taken and came back as a report.
    pub bounced: u64,
    /// What the codes in the letters were worth when these came.
    pub codes: BTreeMap<&'static str, u64>,
    /// Letters that were dropped because mailboxes are bounded.
    pub dropped: u64,
    /// Reports that could not be put into the maildir.
    pub maildir_failures: u64,
    /// Recipients and letters that were refused, for now or for good.
    pub refused: u64,
    pub sessions: u64,
    /// Letters that were taken, one for each recipient.
    pub taken: u64,
}

#[derive(Default)]
pub(in super::super) struct MailboxStore {
    letters: BTreeMap<u64, Arc<ReceivedLetter>>,
    /// By address, in order of their numbers.
    addresses: BTreeMap<String, VecDeque<u64>>,
    bytes: usize,
    latest: u64,
    counts: MailboxCounts,
}

impl MailboxStore {
    /// Puts a letter into its mailbox; it is given the next number.
    pub(super) fn add(&mut self, make: impl FnOnce(u64) -> ReceivedLetter) {
        self.latest += 1;
        let letter = Arc::new(make(self.latest));
        if letter.standing != CodeStanding::NoCode {
            *self.counts.codes.entry(letter.standing.name()).or_default() += 1;
        }
        self.bytes += letter.size();
        let mailbox = self.addresses.entry(letter.to.to_lowercase()).or_default();
        mailbox.push_back(letter.id);
        let too_many = mailbox.len() > IN_ONE;
        let oldest = mailbox.front().copied();
        self.letters.insert(letter.id, letter);
        if let Some(oldest) = oldest.filter(|_| too_many) {
            self.drop_letter(oldest);
        }
        while self.letters.len() > IN_ALL || self.bytes > BYTES {
            let Some((oldest, _)) = self.letters.first_key_value() else { break };
            self.drop_letter(*oldest);
        }
    }

    /// Drops a letter that is the oldest of its mailbox.
    fn drop_letter(&mut self, id: u64) {
        let Some(letter) = self.letters.remove(&id) else { return };
        self.bytes = self.bytes.saturating_sub(letter.size());
        self.counts.dropped += 1;
        let address = letter.to.to_lowercase();
        if let Some(mailbox) = self.addresses.get_mut(&address) {
            mailbox.retain(|other| *other != id);
            if mailbox.is_empty() {
                self.addresses.remove(&address);
            }
        }
    }

    pub(super) fn count(&mut self, change: impl FnOnce(&mut MailboxCounts)) {
        change(&mut self.counts);
    }

    pub(in super::super) fn counts(&self) -> MailboxCounts {
        self.counts.clone()
    }

    pub(in super::super) fn mailboxes(&self, now: DateTime<Utc>) -> Vec<MailboxSummary> {
        let told = self.addresses.iter().filter_map(|(address, ids)| {
            let letters = || ids.iter().filter_map(|id| self.letters.get(id));
            Some(MailboxSummary {
                address: address.clone(),
                letters: ids.len(),
                unread: letters().filter(|letter| !letter.is_read(now)).count(),
                newest: letters().next_back()?.received_at,
            })
        });
        told.collect()
    }

    /// The letters of a mailbox, the newest first.
    pub(in super::super) fn letters(&self, address: &str) -> Vec<Arc<ReceivedLetter>> {
        let ids = self.addresses.get(address).into_iter().flatten().rev();
        ids.filter_map(|id| self.letters.get(id)).cloned().collect()
    }

    /// The newest letters of all, the newest first.
    pub(in super::super) fn newest(&self, most: usize) -> Vec<Arc<ReceivedLetter>> {
        self.letters.values().rev().take(most).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;

    fn letter(to: &str, size: usize) -> impl FnOnce(u64) -> ReceivedLetter {
        let (to, raw) = (to.to_owned(), vec![b'x'; size].into());
        move |id| ReceivedLetter {
            id,
            sender: String::new(),
            to,
            from: String::new(),
            subject: String::new(),
            date: None,
            message_id: None,
            received_at: DateTime::UNIX_EPOCH,
            standing: CodeStanding::NoCode,
            opened_at: None,
            raw,
            seen: AtomicBool::new(false),
        }
    }

    #[test]
    fn the_oldest_are_dropped_from_one_mailbox_and_from_all() {
        let mut mailboxes = MailboxStore::default();
        mailboxes.add(letter("old@example.com", 1));
        for _ in 0..IN_ONE + 3 {
            mailboxes.add(letter("Ann@example.com", 1));
        }
        let ids: Vec<u64> = mailboxes.letters("ann@example.com").iter().map(|letter| letter.id).collect();
        assert_eq!((ids.len(), ids.first(), ids.last()), (IN_ONE, Some(&204), Some(&5)));
        for number in 0..IN_ALL {
            mailboxes.add(letter(&format!("a{number}@example.com"), 1));
        }
        assert_eq!((mailboxes.letters.len(), mailboxes.letters("old@example.com").len()), (IN_ALL, 0));
        assert_eq!((mailboxes.bytes, mailboxes.addresses.len()), (IN_ALL, IN_ALL));
        mailboxes.add(letter("big@example.com", BYTES - 10));
        assert_eq!((mailboxes.letters.len(), mailboxes.newest(1)[0].to.as_str()), (11, "big@example.com"));
        assert_eq!(mailboxes.counts().dropped, 3 + 1 + IN_ONE as u64 + IN_ALL as u64 - 10);
    }

    #[test]
    fn what_somebody_looked_at_is_read() {
        let mut mailboxes = MailboxStore::default();
        mailboxes.add(letter("ann@example.com", 1));
        mailboxes.add(letter("ann@example.com", 1));
        mailboxes.newest(1)[0].mark_read();
        let mailbox = mailboxes.mailboxes(DateTime::UNIX_EPOCH).remove(0);
        assert_eq!((mailbox.letters, mailbox.unread), (2, 1));
    }
}
