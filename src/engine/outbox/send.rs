//! Letters that are sent while somebody waits, for a command that ends afterwards.

use std::collections::HashSet;

use futures::future::{join, join_all};
use tokio::sync::oneshot;

use super::attempt::actor;
use super::{AwaitedLetter, task};
use crate::domain::{Command, DealershipId, LetterId, Refusal};
use crate::engine::{Engine, Inner};
use crate::protocol::{RequestError, SendResult};

impl Engine {
    /// Has these letters sent, one attempt each, and waits for it. They go through the one outbox, within its limits: when the mail
    /// server fails, the hour is full, or the dealership had a letter a moment ago, a letter stays queued, and why is told.
    pub async fn send_now(&self, letters: &[(DealershipId, LetterId)]) -> Result<Vec<SendResult>, RequestError> {
        let inner = &self.inner;
        inner.may_record()?;
        let outbox = inner.parts.outbox.as_ref().ok_or(Refusal::NoMail)?;
        self.settle_letters().await;
        let mut seen = HashSet::new();
        let mut answers = Vec::new();
        for &(dealership, letter) in letters.iter().filter(|one| seen.insert(**one)) {
            let (answer, answered) = oneshot::channel();
            // It is kept for as long as the engine is.
            let _ = inner.letters.send(AwaitedLetter { dealership, letter, answer });
            answers.push(async move { (dealership, letter, inner.answer(answered).await) });
        }
        let sending = async {
            if !inner.works() {
                task::send_awaited(inner, outbox).await;
            }
        };
        let ((), answers) = join(sending, join_all(answers)).await;
        let result = |(dealership, id, answer): (_, _, Result<Option<String>, RequestError>)| {
            let letter = inner.read_model().get(dealership)?.letter(id)?.clone();
            let why = answer.unwrap_or_else(|error| Some(error.to_string())).filter(|_| letter.is_open());
            Some(SendResult { dealership, letter, why })
        };
        Ok(answers.into_iter().filter_map(result).collect())
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
    /// Why a letter that could go does not go now, in words.
    pub fn why_it_waits(&self, id: DealershipId, letter: LetterId) -> Option<String> {
        let command = Command::BeginLetter { letter };
        self.decided(id, &command, &actor()).err().map(|refusal| refusal.to_string())
    }
}
