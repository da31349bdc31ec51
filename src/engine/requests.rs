//! Requests of frontends: how many are done at once, what of them is noted, and how each is answered.

use std::sync::Arc;

use futures::{StreamExt, stream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::outbox::letter_text;
use super::{Engine, Inner};
use crate::domain::bulk::Bulk;
use crate::domain::{Actor, DealershipId, Onboarding, ProbeStatus, Service};
use crate::protocol::{
    AlikeDealership, Checked, CodeRequest, EventQuery, FirstFound, Incoming, ItemAnswer, Request, RequestError,
    Response, Selection, SelectionError, Unanswered,
};

/// How many of many are under way at once: enough to share a commit.
const AT_ONCE: usize = 32;

/// How many events one answer holds.
const EVENTS_AT_ONCE: usize = 2_000;

/// How one of many ended.
type Ended = (DealershipId, Result<ItemAnswer, RequestError>);

/// A request, and whom to answer.
pub(super) struct ActiveRequest {
    engine: Engine,
    pub(super) actor: Actor,
    pub(super) answers: mpsc::Sender<Response>,
    pub(super) stop: CancellationToken,
}

impl Engine {
    /// Does what is asked, in the background. When `stop` is cancelled no more of many are begun; what was begun ends and is
    /// answered. When nobody listens any more that is so too, and what is left counts as cut off.
    pub fn perform(&self, request: Request, actor: &Actor, answers: mpsc::Sender<Response>, stop: CancellationToken) {
        if let Request::Present(presence) = request {
            // At once: a later one must not be overtaken, nor the end of the desk.
            self.present(presence, actor);
            answers.try_send(Response::Done).ok();
            return;
        }
        let asked = ActiveRequest { engine: self.clone(), actor: actor.clone(), answers, stop };
        self.inner.tasks.spawn(async move {
            match asked.inner().does(&request).await {
                Ok(true) => asked.perform(request).await,
                Ok(false) => asked.relay(request).await,
                Err(error) => asked.fail(&Unanswered::of(&request), &error).await,
            }
        });
    }

    /// The opcodes that Xtime shows of a dealership: as known lately, else by a probe.
    async fn services(&self, id: DealershipId) -> Result<Arc<[Service]>, RequestError> {
        if let Some(services) = self.shown_services(id) {
            return Ok(services);
        }
        let result = self.check(id).await?.result;
        match result.services {
            Some(services) => Ok(services.into()),
            None => Err(RequestError::NoServices { outcome: result.outcome, reason: result.reason }),
        }
    }
}

impl ActiveRequest {
    /// One that an engine's own task was asked for.
    pub(super) fn of(
        inner: &Arc<Inner>,
        actor: Actor,
        answers: mpsc::Sender<Response>,
        stop: CancellationToken,
    ) -> Self {
        Self { engine: Engine { inner: Arc::clone(inner), _last: None }, actor, answers, stop }
    }

    pub(super) fn inner(&self) -> &Arc<Inner> {
        &self.engine.inner
    }

    /// Does it here, in the background.
    pub(super) fn begin(self, request: Request) {
        let tasks = self.inner().tasks.clone();
        tasks.spawn(self.perform(request));
    }

    /// Until no more of many is wanted.
    pub(super) async fn no_more(&self) {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => {}
            () = self.answers.closed() => {}
            // Whoever asked another process of a team is told of each that was not begun.
            () = self.inner().cancel.cancelled(), if self.inner().parts.store.team().is_none() => {}
        }
    }

    /// Probes here, or has it done by whoever leads.
    async fn probe(&self, id: DealershipId) -> Result<Box<Checked>, RequestError> {
        let (tell, mut answer) = mpsc::channel(1);
        self.engine.perform(Request::Probe(vec![id]), &self.actor, tell, self.stop.clone());
        answer.recv().await.ok_or(RequestError::Ending)?.try_into()
    }

    pub(super) async fn perform(self, request: Request) {
        let (now, by) = (self.engine.clock().now(), self.actor.as_str());
        match request {
            Request::Execute(items) => {
                let bulk = Bulk::of_commands(&items, now, by);
                self.each(bulk, items, |engine, actor, (id, command)| async move {
                    (id, engine.execute(id, command, &actor).await.map(ItemAnswer::Recorded))
                })
                .await;
            }
            Request::Obtain(items) => {
                let asks: Vec<_> = items.iter().map(|item| (item.dealership, item.ask)).collect();
                let bulk = Bulk::of_asks(&asks, false, now, by);
                self.each(bulk, items, |engine, actor, CodeRequest { dealership: id, ask, mail }| async move {
                    (id, engine.obtain(id, ask, mail, &actor).await.map(ItemAnswer::Issued))
                })
                .await;
            }
            Request::Paste(codes) => {
                let asks: Vec<_> = codes.iter().map(|code| (code.dealership, code.ask)).collect();
                let bulk = Bulk::of_asks(&asks, true, now, by);
                self.each(bulk, codes, |engine, actor, code| async move {
                    let id = code.dealership;
                    (id, engine.inner.paste(code, &actor).await.map(ItemAnswer::Issued))
                })
                .await;
            }
            Request::Probe(ids) => {
                self.each(None, ids, |engine, _, id| async move {
                    (id, engine.check(id).await.map(|checked| ItemAnswer::Probed(Box::new(checked))))
                })
                .await;
            }
            Request::Add(incoming) => self.take_in(incoming, false).await,
            Request::Import(incoming) => self.take_in(incoming, true).await,
            Request::Events(query) => self.read_events(query).await,
            request => {
                let answer = self.one(request).await.unwrap_or_else(Response::Failed);
                self.answers.send(answer).await.ok();
            }
        }
    }

    /// Does each of many, noted as a bulk if it is one.
    async fn each<I: Send, A>(self, bulk: Option<Bulk>, items: Vec<I>, act: impl Fn(Engine, Actor, I) -> A + Send)
    where
        A: Future<Output = Ended> + Send,
    {
        let Self { engine, actor, answers, stop } = &self;
        let all = items.len();
        let begun = stream::iter(items).enumerate().take_until(Box::pin(self.no_more())).map(|(place, item)| {
            let act = act(engine.clone(), actor.clone(), item);
            async move { (place, act.await) }
        });
        let ended = begun.buffer_unordered(AT_ONCE).fold((0, true), |(ended, whole), (place, (dealership, answer))| {
            let whole = whole && !answer.as_ref().is_err_and(RequestError::cuts_off);
            async move {
                answers.send(Response::Item { place, dealership, answer }).await.ok();
                (ended + 1, whole)
            }
        });
        engine.noted(bulk, ended, |(ended, whole)| *whole && (*ended == all || stop.is_cancelled())).await;
    }

    /// Takes in dealerships, a commit after the other.
    async fn take_in(self, incoming: Vec<Incoming>, update: bool) {
        let mut rest = incoming.as_slice();
        while !rest.is_empty() && !self.stop.is_cancelled() {
            let answer = self.engine.inner.take_in_batch(rest, &self.actor, update).await;
            let (answer, done) = match answer {
                Ok(answers) => {
                    let done = answers.len();
                    (Response::Imported(answers), done)
                }
                Err(error) => (Response::Failed(error), rest.len()),
            };
            rest = rest.get(done..).unwrap_or_default();
            if self.answers.send(answer).await.is_err() {
                return;
            }
        }
    }

    async fn read_events(self, query: EventQuery) {
        let mut events = match self.engine.events(query).await {
            Ok(events) => events,
            Err(error) => {
                self.answers.send(Response::Failed(error)).await.ok();
                return;
            }
        };
        while !events.is_empty() {
            let rest = events.split_off(EVENTS_AT_ONCE.min(events.len()));
            if self.answers.send(Response::Events(std::mem::replace(&mut events, rest))).await.is_err() {
                return;
            }
        }
    }

    fn select(&self, selection: &Selection) -> Result<Vec<Arc<Onboarding>>, SelectionError> {
        let (_, states) = self.engine.read_model().all();
        selection.find(states, self.engine.clock().now(), self.engine.policy(), self.actor.as_str())
    }

    fn first(&self, selection: &Selection, limit: usize) -> Result<FirstFound, SelectionError> {
        let (now, policy) = (self.engine.clock().now(), self.engine.policy());
        Ok(FirstFound::of(&self.select(selection)?, limit, now, policy))
    }

    fn probe_statuses(&self, ids: Vec<DealershipId>) -> Vec<ProbeStatus> {
        ids.into_iter().map(|id| self.engine.probe_status(id)).collect()
    }

    fn alike(&self, of: &[DealershipId], archived: bool) -> Vec<Vec<AlikeDealership>> {
        AlikeDealership::find(&self.engine.read_model().all().1, of, archived)
    }

    async fn one(&self, request: Request) -> Result<Response, RequestError> {
        let (engine, actor) = (&self.engine, &self.actor);
        Ok(match request {
            Request::SendLetters(letters) => Response::Sent(engine.send_now(&letters).await?),
            Request::SettleLetters => {
                engine.settle_letters().await;
                Response::Done
            }
            Request::TakeReport(message) => Response::Report(engine.take_report(&message, actor).await?),
            Request::Select(selection) => Response::Selected(self.select(&selection)?),
            Request::SelectFirst(selection, limit) => Response::First(self.first(&selection, limit)?),
            Request::ProbeStatuses(ids) => Response::ProbeStatuses(self.probe_statuses(ids)),
            Request::Alike { dealerships, archived } => Response::Alike(self.alike(&dealerships, archived)),
            Request::Report(query) => Response::Reported(Box::new(engine.report(&query).await?)),
            Request::SelectPast { selection, at, alike } => {
                Response::Past(engine.select_past(&selection, at, alike, actor).await?)
            }
            Request::Survival => Response::Survival(engine.survival().await?),
            Request::Services(id) => Response::Services(engine.services(id).await?),
            Request::Slots { dealership: id, window } => Response::Slots(engine.slots(id, window).await?),
            Request::PlanBooking { dealership, local, moves, plan } => {
                Response::Planned(Box::new(engine.plan_booking(dealership, local, moves, &plan)?))
            }
            Request::Book { dealership, planned } => {
                Response::Booked(Some(engine.book_appointment(dealership, &planned, actor).await?))
            }
            Request::SettleBooking(id) => Response::Booked(engine.settle_booking(id, actor).await?),
            Request::GiveUpBooking(id) => Response::Booked(engine.give_up_booking(id, actor).await?),
            Request::ReadBack(id) => Response::ReadBack(engine.read_back(id, actor).await?),
            Request::ReadLetter { dealership, letter, reveal } => {
                Response::Letter(letter_text(&engine.letter_text(dealership, letter)?, reveal))
            }
            Request::PreviewLetter { dealership, kind, as_if, reveal } => {
                Response::Letter(letter_text(&engine.preview(dealership, kind, &as_if)?, reveal))
            }
            Request::CutOff => Response::CutOff(engine.cut_off().await),
            Request::PutAway(id) => engine.put_away(id).await.map(|()| Response::Done)?,
            Request::DraftRule { dealership, answer, means } => {
                Response::Rule(Box::new(engine.draft_rule(dealership, &answer, means)?))
            }
            Request::TeachRule { event, dealership: id, answer, rule } => {
                let means = rule.means;
                let taught = match engine.teach_rule(event, id, &answer, *rule).await {
                    Ok(()) => Ok(ItemAnswer::Taught { means, probed: self.probe(id).await }),
                    Err(why) => Err(why),
                };
                Response::Item { place: 0, dealership: id, answer: taught }
            }
            Request::Execute(_)
            | Request::Obtain(_)
            | Request::Paste(_)
            | Request::Probe(_)
            | Request::Add(_)
            | Request::Import(_)
            | Request::Events(_)
            | Request::Present(_) => return Err(RequestError::Fault("it is not answered once".to_owned())),
        })
    }
}
