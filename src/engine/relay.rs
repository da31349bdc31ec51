//! Requests that only the leader of a team does: asked at another process, they wait in the store for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Inner;
use super::requests::ActiveRequest;
use crate::failure_point::FailurePoint;
use crate::protocol::{Request, RequestError, Response, Unanswered};
use crate::store::{RelayState, RelayedId, RelayedRequest, Team};

/// How long a request waits for somebody who leads, and whoever asked for a database that is away.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is told may be lost.
const POLL: Duration = Duration::from_secs(2);

/// How many answers are written at once, and how many may wait for that.
const ANSWERS: usize = 64;

/// How long until answers that could not be written are tried again.
const RETRY: Duration = Duration::from_secs(1);

impl Inner {
    /// Whether a request is done by this process. When nobody leads it takes the lease, and keeps it to its end.
    pub async fn does(self: &Arc<Self>, request: &Request) -> Result<bool, RequestError> {
        match (request.needs_leader(), self.parts.read_only, self.parts.store.team()) {
            (true, true, Some(_)) => Err(RequestError::ReadOnly),
            (true, false, _) => Ok(self.leads() || self.try_lead().await?),
            _ => Ok(true),
        }
    }
}

impl ActiveRequest {
    /// Has the leader do it, and hands its answers on.
    pub(super) async fn relay(self, request: Request) {
        let mut unanswered = Unanswered::of(&request);
        let Some(team) = self.inner().parts.store.team() else { return };
        match self.relayed(team, &request, &mut unanswered).await {
            Ok(true) => {}
            Ok(false) => self.perform(request).await,
            Err(error) => self.fail(&unanswered, &error).await,
        }
    }

    /// Tells why it is not done.
    pub(super) async fn fail(&self, unanswered: &Unanswered, error: &RequestError) {
        for response in unanswered.failed(error) {
            self.answers.send(response).await.ok();
        }
    }

    /// Whether this process leads by now, and does it itself: whoever led before ran one command, and has ended it.
    async fn takes_back(&self, team: &dyn Team, id: RelayedId) -> bool {
        self.inner().try_lead().await.unwrap_or_default() && team.withdraw(id).await.unwrap_or_default()
    }

    /// Whether it was answered; if not, nobody took it, and this process leads by now.
    async fn relayed(
        &self,
        team: &dyn Team,
        request: &Request,
        unanswered: &mut Unanswered,
    ) -> Result<bool, RequestError> {
        let (inner, mut heard) = (self.inner(), team.relayed());
        let clock = &inner.parts.clock;
        let id = team.ask(request, &self.actor).await?;
        let (mut after, mut stopped, mut since) = (0, false, clock.elapsed());
        loop {
            heard.borrow_and_update();
            let waited = clock.elapsed().saturating_sub(since);
            match team.answers(id, after).await {
                Ok((answers, state)) => {
                    for (number, response) in answers {
                        after = number;
                        unanswered.note(&response);
                        self.answers.send(response).await.ok();
                    }
                    match state {
                        RelayState::Done => {
                            // It goes after an hour otherwise.
                            let _ = team.forget(id).await;
                            return Ok(true);
                        }
                        RelayState::Lost => return Err(lost()),
                        RelayState::Waiting if waited >= POLL && self.takes_back(team, id).await => {
                            return Ok(false);
                        }
                        RelayState::Waiting if waited >= PATIENCE && team.withdraw(id).await? => {
                            return Err(nobody(team));
                        }
                        RelayState::Waiting => {}
                        RelayState::Taken => since = clock.elapsed(),
                    }
                }
                // By then nobody takes it any more.
                Err(_) if waited >= PATIENCE => return Err(lost()),
                Err(error) => tracing::debug!("no answers can be read: {error}"),
            }
            tokio::select! {
                biased;
                () = inner.cancel.cancelled() => {
                    end(team, id).await?;
                    return Err(RequestError::Ending);
                }
                () = self.no_more(), if !stopped => {
                    stopped = true;
                    if end(team, id).await? {
                        return Ok(true);
                    }
                }
                Ok(()) = heard.changed() => {}
                () = clock.sleep(POLL) => {}
            }
        }
    }
}

/// Has no more of it begun. The answer is whether nothing was.
async fn end(team: &dyn Team, id: RelayedId) -> Result<bool, RequestError> {
    let nothing = team.withdraw(id).await.map_err(|_| lost())?;
    if !nothing {
        team.stop(id).await.map_err(|_| lost())?;
    }
    Ok(nothing)
}

fn nobody(team: &dyn Team) -> RequestError {
    let more = match &*team.leader().borrow() {
        Some(leader) => format!("{leader} leads the team, and does not take anything"),
        None => "Is a desk open, or `watch` running?".to_owned(),
    };
    RequestError::Store(format!("no process of the team took it within a minute, so it will not be done. {more}"))
}

fn lost() -> RequestError {
    let why = "the process that was doing it ended or was cut off: it may be done or not. Look before you do it again";
    RequestError::Store(why.to_owned())
}

/// The leader's part: does what the others ask.
pub(super) async fn serve(inner: Arc<Inner>) {
    let (Some(team), Some(term)) = (inner.parts.store.team(), inner.term()) else { return };
    let mut heard = team.relayed();
    let mut serving = FuturesUnordered::new();
    let mut stops: HashMap<RelayedId, CancellationToken> = HashMap::new();
    // This task may have failed before.
    while let Err(error) = team.lose(term.epoch).await {
        tracing::debug!("what was under way cannot be given up: {error}");
        if !inner.sleep(RETRY).await {
            return;
        }
    }
    loop {
        heard.borrow_and_update();
        let in_hand: Vec<_> = stops.keys().copied().collect();
        match team.take(term.epoch, PATIENCE, &in_hand).await {
            Ok(taken) => {
                if !taken.is_empty()
                    && let Err(error) = inner.learn().await
                {
                    tracing::debug!("what the team was taught is not known: {error}");
                }
                for RelayedRequest { id, request, actor } in taken {
                    let stop = stops.entry(id).or_default().clone();
                    let (tell, answers) = mpsc::channel(ANSWERS);
                    ActiveRequest::of(&inner, actor, tell, stop).begin(request);
                    serving.push(hand_back(&inner, team, id, answers));
                }
            }
            Err(error) => tracing::debug!("what the team asks for cannot be read: {error}"),
        }
        if !stops.is_empty() {
            for id in team.stopped(term.epoch).await.unwrap_or_default() {
                // One that is not in hand is taken again first.
                if let Some(stop) = stops.get(&id) {
                    stop.cancel();
                }
            }
        }
        tokio::select! {
            biased;
            () = inner.cancel.cancelled() => break,
            Some(id) = serving.next() => drop(stops.remove(&id)),
            Ok(()) = heard.changed() => {}
            () = inner.parts.clock.sleep(POLL) => {}
        }
    }
    // What is under way ends and is answered.
    while serving.next().await.is_some() {}
}

/// Writes the answers to a request as they come.
async fn hand_back(inner: &Inner, team: &dyn Team, id: RelayedId, mut answers: mpsc::Receiver<Response>) -> RelayedId {
    let mut done = false;
    while !done {
        let mut next = Vec::new();
        done = answers.recv_many(&mut next, ANSWERS).await == 0;
        FailurePoint::RelayedAnswered.pass();
        while let Err(error) = team.answer(id, &next, done).await {
            tracing::debug!("an answer could not be handed back: {error}");
            if !inner.leads() || !inner.sleep(RETRY).await {
                return id;
            }
        }
    }
    id
}
