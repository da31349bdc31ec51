//! Letters: one is written from the state as it is, handed over once, and what became of it is recorded.
//!
//! That handing over begins is durable before the first byte leaves, and is decided on the very state that the letter was
//! written from: a code that dies or is replaced until then is not sent. Whatever is found half done at a start counts as
//! uncertain.

mod outbox;
mod reports;
mod server;
mod text;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use futures::{StreamExt, stream};
use parking_lot::Mutex;
use rand::RngExt;
use tokio::sync::Notify;

use super::{Engine, EngineError, Inner};
use crate::domain::{
    Actor, Command, DealershipId, Event, Fact, Letter, LetterEnd, LetterId, LetterKind, LetterState, Onboarding,
    Refusal, Timestamp, evolve,
};
use crate::mail::{self, Delivery, LetterRenderer, MailTransport, PreSendDecision, RefusedBy, RenderContext};
use crate::store::{Append, StoreError};

pub(super) use outbox::run;
pub(super) use reports::run as read_reports;
pub use reports::{Returns, TakenReport};
use server::MailServerBreaker;
pub use server::{MailState, MailStatus};
pub use text::LetterText;

/// What letters are made of and go through.
pub struct PostService {
    pub press: LetterRenderer,
    pub courier: Arc<dyn MailTransport>,
    /// The most letters in any hour.
    pub per_hour: u32,
    /// A maildir with delivery reports.
    pub reports: Option<PathBuf>,
}

/// Letters, while the engine runs.
pub(super) struct PostOffice {
    /// Somebody wants a letter tried now.
    nudge: Notify,
}

impl PostOffice {
    pub fn new() -> Self {
        Self { nudge: Notify::new() }
    }
}

/// What a try came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// It ended somehow, and that is recorded; and what that says of the server.
    Ended(Seen),
    /// It did not go now, and the server was asked nothing; it may be due again.
    Held,
    /// The server would have taken it, but it was not to go: its dealership changed.
    Withheld,
    /// It was not to go, because that could not be recorded.
    Unrecorded,
    /// The mail server, or our way to it, fails: in words. The letter waits.
    Down(String),
}

/// What a letter's end says of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It did its work: it took the letter, or refused this one.
    Well,
    /// It took the letter and did not say so.
    Silent,
    /// It refused for good, for a reason that any other letter may meet too: in words.
    Unwilling(String),
    /// It takes nothing at the moment: in words.
    Busy(String),
    /// Nothing: it was not asked.
    Nothing,
}

/// What became of one letter that was sent while somebody waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendResult {
    pub dealership: DealershipId,
    /// The letter as it is now.
    pub letter: Letter,
    /// Why it waits, if it does: in words.
    pub why: Option<String>,
}

/// How long a result that could not be recorded rests before that is tried again.
const REST: Duration = Duration::from_secs(1);

impl Engine {
    /// Whether letters are sent at all.
    pub fn sends_letters(&self) -> bool {
        self.inner.parts.post.is_some()
    }

    /// Where letters go, for people; `None`: nowhere.
    pub fn mail_name(&self) -> Option<String> {
        self.inner.parts.post.as_ref().map(|post| post.courier.name())
    }

    /// Whether letters are mailed; else they become files, or nothing.
    pub fn mails(&self) -> bool {
        self.inner.parts.post.as_ref().is_some_and(|post| post.courier.mails())
    }

    /// A letter as it would go out now.
    ///
    /// `as_if` are facts that are not recorded yet, such as a code that was typed: the letter is the one of the state after
    /// them.
    ///
    /// # Errors
    /// When something forbids the letter, or it cannot be written.
    pub fn preview(
        &self,
        id: DealershipId,
        kind: LetterKind,
        as_if: &[Fact],
    ) -> Result<mail::RenderedLetter, EngineError> {
        let inner = &self.inner;
        let post = inner.parts.post.as_ref().ok_or(Refusal::NoMail)?;
        let now = inner.now();
        let mut state = inner.known(id)?.as_ref().clone();
        for fact in as_if {
            let actor = Actor::system("preview");
            let event = Event { seq: 0, at: now, actor, dealership: Some(id), fact: fact.clone() };
            state = evolve(Some(state), &event).ok_or(Refusal::Unknown)?;
        }
        if let Some(obstacle) = state.obstacle(kind, state.generation(), now) {
            return Err(Refusal::Letter(obstacle).into());
        }
        let occasion =
            RenderContext { letter: LetterId::from_bits(0), kind, written_at: now, automatic: false, settled: 0 };
        Ok(post.press.write(&state, &occasion, &inner.parts.policy)?)
    }

    /// The letter as it went out, or will: written from the state as it is now.
    ///
    /// # Errors
    /// When it cannot be written any more: its code is not the present one.
    pub fn letter_text(&self, id: DealershipId, letter: LetterId) -> Result<mail::RenderedLetter, EngineError> {
        let post = self.inner.parts.post.as_ref().ok_or(Refusal::NoMail)?;
        let state = self.inner.known(id)?;
        let letter = state.letters().iter().find(|one| one.id == letter).ok_or(Refusal::NoLetter(letter))?;
        if letter.kind.carries_code() && letter.generation != state.generation() {
            return Err(Refusal::Letter(crate::domain::Obstacle::Superseded(letter.generation)).into());
        }
        Ok(post.press.write(&state, &occasion(letter), &self.inner.parts.policy)?)
    }

    /// Hands over these letters, one try each, those of one dealership one after the other, and waits for it: for a command that ends
    /// afterwards. When the mail server fails, the hour is full, or the dealership had a letter a moment ago, it stays queued.
    ///
    /// # Errors
    /// When nothing may be recorded, or nobody sends letters.
    pub async fn post_now(&self, letters: &[(DealershipId, LetterId)]) -> Result<Vec<SendResult>, EngineError> {
        let inner = &self.inner;
        inner.may_record()?;
        let post = inner.parts.post.as_ref().ok_or(Refusal::NoMail)?;
        self.settle_letters().await;
        let mut of: BTreeMap<DealershipId, Vec<LetterId>> = BTreeMap::new();
        for (id, letter) in letters {
            let letters = of.entry(*id).or_default();
            if !letters.contains(letter) {
                letters.push(*letter);
            }
        }
        let spent = inner.letters_begun_in_the_last_hour(inner.now()).count();
        let room = AtomicUsize::new(usize::try_from(post.per_hour).unwrap_or(usize::MAX).saturating_sub(spent));
        let server: Mutex<MailServerBreaker> = Mutex::default();
        let tries = stream::iter(of).map(|(id, letters)| {
            let (server, room) = (&server, &room);
            async move {
                let mut posted = Vec::new();
                for letter in letters {
                    let known = server.lock().state();
                    let left = |left: usize| left.checked_sub(1);
                    let why = match known {
                        MailState::Down { why, .. } => Some(why),
                        // Whoever only writes files asks nobody for patience.
                        _ if post.courier.mails()
                            && room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_err() =>
                        {
                            Some(format!("{} letters an hour are allowed", post.per_hour))
                        }
                        _ => inner.post_one(id, letter, server).await,
                    };
                    let state = inner.book().get(id);
                    let letter = state.and_then(|state| state.letters().iter().find(|one| one.id == letter).cloned());
                    posted.extend(letter.map(|letter| SendResult { dealership: id, letter, why }));
                }
                posted
            }
        });
        let posted: Vec<Vec<SendResult>> = tries.buffer_unordered(post.courier.max_connections()).collect().await;
        Ok(posted.into_iter().flatten().collect())
    }

    /// Ends what an earlier run was handing over when it ended, so that something can be done about it. For a command that ends
    /// afterwards: where letters are sent in the background that is done at the start, and what is being handed over now is not
    /// left over.
    pub async fn settle_letters(&self) {
        if !self.inner.parts.background && !self.inner.parts.read_only {
            outbox::orphans(&self.inner).await;
        }
    }
}

/// The letter of a dealership that is to go next.
fn next_letter(state: &Onboarding) -> Option<&Letter> {
    // Whoever has no address that works gets nothing until that changes.
    if state.profile.contact.email.is_empty() || state.address_refused().is_some() {
        return None;
    }
    let due = state.letters().iter().filter_map(|letter| letter.due_at.map(|at| (at, letter)));
    due.min_by_key(|(at, letter)| (*at, letter.queued_at)).map(|(_, letter)| letter)
}

/// When a dealership's next letter may go: when it is due, and not right after another one.
fn next_try(state: &Onboarding, apart: chrono::TimeDelta, now: Timestamp) -> Option<Timestamp> {
    let letter = next_letter(state)?;
    let due = if letter.is_due(now) { now } else { letter.due_at? };
    let pause = state.letter_pause(apart, now).map(|pause| now + pause);
    Some(pause.map_or(due, |pause| pause.max(due)))
}

fn occasion(letter: &Letter) -> RenderContext {
    RenderContext {
        letter: letter.id,
        kind: letter.kind,
        written_at: letter.queued_at,
        automatic: letter.is_automatic(),
        settled: letter.settled,
    }
}

pub(super) fn actor() -> Actor {
    Actor::system("mail")
}

/// The last moment before a letter leaves.
struct LastLook<'a> {
    inner: &'a Inner,
    id: DealershipId,
    letter: LetterId,
    /// The state that the letter was written from.
    version: u64,
    /// That it is being handed over could not be recorded.
    unrecorded: AtomicBool,
}

#[async_trait]
impl mail::PreSendCheck for LastLook<'_> {
    async fn check(&self) -> PreSendDecision {
        match self.inner.begin_letter(self.id, self.letter, self.version).await {
            Ok(true) => PreSendDecision::Proceed,
            Ok(false) => PreSendDecision::Abort,
            Err(error) => {
                self.unrecorded.store(true, Ordering::Relaxed);
                self.inner.report(format!("a letter was held: that it is being sent could not be recorded: {error}"));
                PreSendDecision::Abort
            }
        }
    }
}

impl Inner {
    /// One try of one letter.
    async fn try_letter(&self, id: DealershipId, letter: LetterId) -> Tried {
        let (Some(post), Some(state)) = (&self.parts.post, self.book().get(id)) else { return Tried::Held };
        let Some(record) = state.letters().iter().find(|one| one.id == letter) else { return Tried::Held };
        match state.letter_obstacle(record, self.now()) {
            Some(obstacle) if obstacle.holds() => return Tried::Held,
            Some(obstacle) => {
                let command = Command::SuppressLetter { letter, reason: obstacle.to_string() };
                return self.ended(id, command, Seen::Nothing).await;
            }
            None => {}
        }
        let outgoing =
            match post.press.write(&state, &occasion(record), &self.parts.policy).and_then(|it| it.outgoing()) {
                Ok(outgoing) => outgoing,
                Err(error) => {
                    let end = LetterEnd::Refused { reason: error.to_string(), permanent: true, address: None };
                    return self.end_letter(id, letter, end, Seen::Nothing).await;
                }
            };
        let (version, unrecorded) = (state.version, AtomicBool::new(false));
        let gate = LastLook { inner: self, id, letter, version, unrecorded };
        let (end, seen) = match post.courier.deliver(&outgoing, &gate).await {
            Delivery::Sent { reply } => (LetterEnd::Sent { reply }, Seen::Well),
            Delivery::Written { path } => (LetterEnd::Written { path }, Seen::Well),
            Delivery::Refused { reason, permanent, address, by } => {
                let seen = match by {
                    RefusedBy::Us => Seen::Nothing,
                    RefusedBy::Server => Seen::Well,
                    RefusedBy::ServerForAll => Seen::Unwilling(reason.clone()),
                };
                (LetterEnd::Refused { reason, permanent, address }, seen)
            }
            Delivery::Deferred { reason } => (LetterEnd::Deferred { reason: reason.clone() }, Seen::Busy(reason)),
            Delivery::Uncertain { reason } => (LetterEnd::Uncertain { reason }, Seen::Silent),
            Delivery::Aborted if gate.unrecorded.load(Ordering::Relaxed) => return Tried::Unrecorded,
            Delivery::Aborted => return Tried::Withheld,
            Delivery::Down { reason } => {
                // The gate had been passed, but the letter was not taken after all.
                if self.letter_state(id, letter) == Some(LetterState::Sending) {
                    let end = LetterEnd::Deferred { reason: reason.clone() };
                    self.end_letter(id, letter, end, Seen::Nothing).await;
                }
                return Tried::Down(reason);
            }
        };
        self.end_letter(id, letter, end, seen).await
    }

    /// Records that a letter is being handed over, if the dealership is still as it was when the letter was written.
    async fn begin_letter(&self, id: DealershipId, letter: LetterId, version: u64) -> Result<bool, EngineError> {
        let append = match self.decided(id, &Command::BeginLetter { letter }, &actor()) {
            Ok(Some(append)) if append.expected_version == version => append,
            // It changed, or is not due any more: it is written anew, if it is still wanted.
            Ok(_) | Err(_) => return Ok(false),
        };
        let begins = |append: &Append| append.facts.iter().any(|fact| matches!(fact, Fact::EmailBegun { .. }));
        let go = begins(&append);
        match self.parts.store.append(vec![append]).await {
            Ok(_) => Ok(go),
            Err(StoreError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn end_letter(&self, id: DealershipId, letter: LetterId, end: LetterEnd, seen: Seen) -> Tried {
        let jitter = self.rng.lock().random_range(0..=1_000);
        self.ended(id, Command::EndLetter { letter, end, jitter }, seen).await
    }

    /// Records the end of a try. It must be recorded: without it nobody would know. So it goes on until the program ends.
    async fn ended(&self, id: DealershipId, command: Command, seen: Seen) -> Tried {
        loop {
            match self.execute(id, command.clone(), &actor()).await {
                Ok(_) | Err(EngineError::Refused(_)) => return Tried::Ended(seen),
                Err(error) => self.report(format!("what became of a letter could not be recorded: {error}")),
            }
            tokio::select! {
                biased;
                () = self.cancel.cancelled() => return Tried::Held,
                () = self.parts.clock.sleep(REST) => {}
            }
        }
    }

    /// How long ago handing over a letter began, for each dealership where that was in the last hour. Only the latest letter of
    /// each counts; there is one a minute at most.
    fn letters_begun_in_the_last_hour(&self, now: Timestamp) -> impl Iterator<Item = Duration> {
        let (_, states) = self.book().all();
        states.into_iter().filter_map(move |state| {
            let age = (now - state.mail.as_ref()?.begun_at?).to_std().ok()?;
            (age < Duration::from_secs(3_600)).then_some(age)
        })
    }

    /// One try for somebody who waits. Why the letter waits still, in words.
    async fn post_one(&self, id: DealershipId, letter: LetterId, server: &Mutex<MailServerBreaker>) -> Option<String> {
        let tried = self.try_letter(id, letter).await;
        server.lock().take_in(id, &tried, self.now(), self.parts.clock.elapsed(), |_| TimeDelta::MAX);
        match tried {
            Tried::Ended(_) => None,
            Tried::Held | Tried::Withheld => self.why_held(id, letter),
            Tried::Unrecorded => Some("that it is being sent could not be recorded".to_owned()),
            Tried::Down(why) => Some(why),
        }
    }

    /// Why a letter that could go does not go now, in words.
    fn why_held(&self, id: DealershipId, letter: LetterId) -> Option<String> {
        let command = Command::BeginLetter { letter };
        self.decided(id, &command, &actor()).err().map(|refusal| refusal.to_string())
    }

    fn letter_state(&self, id: DealershipId, letter: LetterId) -> Option<LetterState> {
        let state = self.book().get(id)?;
        state.letters().iter().find(|one| one.id == letter).map(|one| one.state)
    }

    /// Whoever wants a letter tried now does not wait for the mail server's next turn.
    pub(super) fn nudge_post(&self) {
        self.post.nudge.notify_one();
    }
}
