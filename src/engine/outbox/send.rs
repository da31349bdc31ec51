//! Letters that are sent while somebody waits, for a command that ends afterwards.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::{StreamExt, stream};
use parking_lot::Mutex;
use tokio::sync::broadcast::error::RecvError;

use super::attempt::{SendAttempt, actor};
use super::server::MailServerHealth;
use super::task;
use crate::domain::{Command, DealershipId, LetterId, LetterState, Refusal};
use crate::engine::{Engine, Inner};
use crate::protocol::{MailState, RequestError, SendResult};

/// Nobody waits longer for a letter that the background hands over.
const LONGEST_HANDOVER: Duration = Duration::from_secs(120);

impl Engine {
    /// Hands over these letters, one attempt each, those of one dealership one after the other, and waits for it: for a command that ends
    /// afterwards. When the mail server fails, the hour is full, or the dealership had a letter a moment ago, it stays queued.
    pub async fn send_now(&self, letters: &[(DealershipId, LetterId)]) -> Result<Vec<SendResult>, RequestError> {
        let inner = &self.inner;
        inner.may_record()?;
        let outbox = inner.parts.outbox.as_ref().ok_or(Refusal::NoMail)?;
        self.settle_letters().await;
        let mut of: BTreeMap<DealershipId, Vec<LetterId>> = BTreeMap::new();
        for (id, letter) in letters {
            let letters = of.entry(*id).or_default();
            if !letters.contains(letter) {
                letters.push(*letter);
            }
        }
        let spent = inner.letters_begun_in_the_last_hour(inner.now()).count();
        let room = AtomicUsize::new(usize::try_from(outbox.per_hour).unwrap_or(usize::MAX).saturating_sub(spent));
        let server: Mutex<MailServerHealth> = Mutex::default();
        let attempts = stream::iter(of).map(|(id, letters)| {
            let (server, room) = (&server, &room);
            async move {
                let mut sent = Vec::new();
                for letter in letters {
                    let known = server.lock().state();
                    let left = |left: usize| left.checked_sub(1);
                    let why = match known {
                        MailState::Down { why, .. } => Some(why),
                        // Whoever only writes files asks nobody for patience.
                        _ if outbox.transport.mails()
                            && room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_err() =>
                        {
                            Some(format!("{} letters an hour are allowed", outbox.per_hour))
                        }
                        _ => inner.send_one(id, letter, server).await,
                    };
                    inner.handed_over(id, letter).await;
                    let state = inner.read_model().get(id);
                    let letter = state.and_then(|state| state.letter(letter).cloned());
                    sent.extend(letter.map(|letter| {
                        let why = why.filter(|_| matches!(letter.state, LetterState::Queued | LetterState::Sending));
                        SendResult { dealership: id, letter, why }
                    }));
                }
                sent
            }
        });
        let sent: Vec<Vec<SendResult>> = attempts.buffer_unordered(outbox.transport.max_connections()).collect().await;
        Ok(sent.into_iter().flatten().collect())
    }

    /// Ends what an earlier run was handing over when it ended, so that something can be done about it. For a command that ends
    /// afterwards: where letters are sent in the background that is done at the start, and what is being handed over now is not
    /// left over.
    pub async fn settle_letters(&self) {
        if !self.inner.parts.background && !self.inner.parts.read_only && self.inner.leads() {
            task::end_orphans(&self.inner).await;
        }
    }
}

impl Inner {
    /// One attempt for somebody who waits. Why the letter waits still, in words.
    async fn send_one(&self, id: DealershipId, letter: LetterId, server: &Mutex<MailServerHealth>) -> Option<String> {
        let attempt = self.attempt_letter(id, letter).await;
        server.lock().note(id, &attempt, self.clock_reading(), &[]);
        match attempt {
            SendAttempt::Waits | SendAttempt::Aborted => self.why_it_waits(id, letter),
            SendAttempt::Unrecorded => Some("that it is being sent could not be recorded".to_owned()),
            SendAttempt::Down(why) => Some(why),
            _ => None,
        }
    }

    /// Waits for a letter that the background is handing over just now.
    async fn handed_over(&self, id: DealershipId, letter: LetterId) {
        let mut commits = self.parts.store.subscribe();
        let is_sending = || {
            let state = self.read_model().get(id);
            state.is_some_and(|state| state.letter(letter).is_some_and(|letter| letter.state == LetterState::Sending))
        };
        let sent = async { while is_sending() && !matches!(commits.recv().await, Err(RecvError::Closed)) {} };
        if self.works() {
            tokio::select! {
                () = sent => {}
                _ = self.sleep(LONGEST_HANDOVER) => {}
            }
        }
    }

    /// Why a letter that could go does not go now, in words.
    fn why_it_waits(&self, id: DealershipId, letter: LetterId) -> Option<String> {
        let command = Command::BeginLetter { letter };
        self.decided(id, &command, &actor()).err().map(|refusal| refusal.to_string())
    }
}
