//! What the screen asks for, done in the background; the answers come back as messages.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};

use crate::domain::bulk::Bulk;
use crate::domain::{
    Actor, Ask, Command, DealershipId, Onboarding, Outcome, Severity, TestBooking, Timestamp, besides_the_letter,
};
use crate::engine::{Checked, Engine, EngineError, PastedCode, is_whole};
use crate::present::event::summary;
use crate::present::time::Zone;
use crate::store::{BulkId, EventQuery};
use crate::tui::Msg;
use crate::tui::msg::{ItemResult, Pasted, WorkId};
use crate::tui::rows::DealershipRows;

/// How many events the tail starts with.
const TAIL: usize = 1_000;
/// How many events of one dealership are shown: more than any has.
const TIMELINE: usize = 1_000;
/// How many commands are under way at once: enough to share a commit.
const AT_ONCE: usize = 32;
/// How long the cursor must rest on a dealership before its timeline is read.
const REST: Duration = Duration::from_millis(25);

/// The background of the screen. Dropping it ends everything that is under way.
pub(super) struct Tasks {
    pub(super) engine: Engine,
    pub(super) actor: Actor,
    me: String,
    /// What a test appointment says.
    pub(super) appointment: TestBooking,
    pub(super) tell: mpsc::Sender<Msg>,
    running: JoinSet<()>,
    timeline: Option<AbortHandle>,
    /// What is begun one after the other: dropping one of these begins no more of it.
    stops: HashMap<WorkId, oneshot::Sender<()>>,
    engine_is_gone: bool,
}

impl Tasks {
    pub(super) fn new(engine: Engine, me: &str, appointment: TestBooking, tell: mpsc::Sender<Msg>) -> Self {
        let (actor, me) = (Actor::person(me), me.to_owned());
        Self {
            engine,
            actor,
            me,
            appointment,
            tell,
            running: JoinSet::new(),
            timeline: None,
            stops: HashMap::new(),
            engine_is_gone: false,
        }
    }

    pub(super) fn engine_is_gone(&self) -> bool {
        self.engine_is_gone
    }

    pub(super) fn engine_has_gone(&mut self) {
        self.engine_is_gone = true;
    }

    /// Reads all dealerships, off the screen's thread: with many of them it takes a while.
    pub(super) fn load(&mut self) {
        let (engine, me, tell) = (self.engine.clone(), self.me.clone(), self.tell.clone());
        self.spawn(async move {
            let rows = tokio::task::spawn_blocking(move || {
                let (_, states) = engine.book().all();
                DealershipRows::new(states, Some(me), engine.policy().clone(), engine.clock().now())
            });
            if let Ok(rows) = rows.await {
                let _ = tell.send(Msg::Loaded(Box::new(rows))).await;
            }
        });
    }

    /// Reads the newest events after one.
    pub(super) fn load_tail(&mut self, after: u64) {
        let query = EventQuery { after, limit: Some(TAIL), newest: true, ..EventQuery::default() };
        let (engine, tell) = (self.engine.clone(), self.tell.clone());
        self.spawn(async move {
            let msg = match engine.events(query).await {
                Ok(events) => Msg::Tail(events.into_iter().map(Arc::new).collect()),
                Err(error) => Msg::Notice(format!("the newest events could not be read: {error}")),
            };
            let _ = tell.send(msg).await;
        });
    }

    /// Reads the newest events of one dealership; an older reading that is under way is given up.
    pub(super) fn load_timeline(&mut self, id: DealershipId) {
        if let Some(older) = self.timeline.take() {
            older.abort();
        }
        let query = EventQuery { dealership: Some(id), limit: Some(TIMELINE), newest: true, ..EventQuery::default() };
        let (engine, tell) = (self.engine.clone(), self.tell.clone());
        self.timeline = Some(self.spawn(async move {
            tokio::time::sleep(REST).await;
            let msg = match engine.events(query).await {
                Ok(events) => Msg::Timeline(id, events.into_iter().map(Arc::new).collect()),
                Err(error) => Msg::Notice(format!("its events could not be read: {error}")),
            };
            let _ = tell.send(msg).await;
        }));
    }

    /// Records a command for each.
    pub(super) fn execute(&mut self, work: WorkId, items: Vec<(DealershipId, Command)>) {
        let (engine, actor) = (self.engine.clone(), self.actor.clone());
        let bulk = Bulk::of_commands(&items, self.now(), actor.as_str());
        self.each(work, bulk, items, move |(id, command)| {
            let (engine, actor) = (engine.clone(), actor.clone());
            async move {
                let retried = matches!(command, Command::RetryLetter { .. });
                let zone = engine.book().get(id).map_or(crate::timezone::Tz::UTC, |state| state.profile.timezone);
                let zone = Zone::from(zone);
                let answer = engine.execute(id, command, &actor).await.map(|events| match events.is_empty() {
                    false => besides_the_letter(&events, |event| summary(event, |at| zone.show(at))),
                    true if retried => "it is being tried now".to_owned(),
                    true => "it was so already".to_owned(),
                });
                (id, answer.map(ItemResult::from))
            }
        });
    }

    /// Obtains a code for each.
    pub(super) fn obtain(&mut self, work: WorkId, items: Vec<(DealershipId, Ask, bool)>) {
        let (engine, actor) = (self.engine.clone(), self.actor.clone());
        let asks: Vec<_> = items.iter().map(|(id, ask, _)| (*id, *ask)).collect();
        let bulk = Bulk::of_asks(&asks, false, self.now(), actor.as_str());
        self.each(work, bulk, items, move |(id, ask, mail)| {
            let (engine, actor) = (engine.clone(), actor.clone());
            async move {
                let answer = engine.obtain(id, ask, mail, &actor).await;
                (id, answer.map(|generation| issued(&engine, id, generation)))
            }
        });
    }

    /// Records pasted codes, all together.
    pub(super) fn paste(&mut self, work: WorkId, codes: Vec<Pasted>) {
        let (engine, actor, tell) = (self.engine.clone(), self.actor.clone(), self.tell.clone());
        let codes: Vec<PastedCode> = codes.into_iter().map(|pasted| pasted.0).collect();
        let asks: Vec<_> = codes.iter().map(|code| (code.dealership, code.ask)).collect();
        let bulk = Bulk::of_asks(&asks, true, self.now(), actor.as_str());
        self.spawn(async move {
            let whole = |answers: &Vec<_>| is_whole(answers.iter().map(|(_, answer)| answer));
            for (id, answer) in engine.noted(bulk, engine.paste(codes, &actor), whole).await {
                let answer = answer.map(|generation| issued(&engine, id, generation));
                let _ = tell.send(Msg::Outcome(work, id, humanize(answer))).await;
            }
        });
    }

    /// Looks at the platform for each. How fast is the engine's to decide.
    pub(super) fn check(&mut self, work: WorkId, ids: Vec<DealershipId>) {
        let engine = self.engine.clone();
        self.each(work, None, ids, move |id| {
            let engine = engine.clone();
            async move {
                let checked = engine.check(id).await;
                let after = engine.book().get(id);
                (id, checked.map(|checked| seen(&checked, after.as_deref())))
            }
        });
    }

    fn now(&self) -> Timestamp {
        self.engine.clock().now()
    }

    /// Does not tell any more of something that was cut off.
    pub(super) fn put_away(&mut self, id: BulkId) {
        let (engine, tell) = (self.engine.clone(), self.tell.clone());
        self.spawn(async move {
            if let Err(error) = engine.put_away(id).await {
                let _ = tell.send(Msg::Notice(error.to_string())).await;
            }
        });
    }

    /// Each of many, noted as a bulk if it is one.
    fn each<I, F, A>(&mut self, work: WorkId, bulk: Option<Bulk>, items: Vec<I>, act: F)
    where
        I: Send + 'static,
        F: FnMut(I) -> A + Send + 'static,
        A: Future<Output = (DealershipId, Result<ItemResult, EngineError>)> + Send + 'static,
    {
        let (engine, tell) = (self.engine.clone(), self.tell.clone());
        let (stop, stopped) = oneshot::channel();
        self.stops.retain(|_, stop| !stop.is_closed());
        self.stops.insert(work, stop);
        self.spawn(async move {
            let answers = stream::iter(items).take_until(stopped).map(act).buffer_unordered(AT_ONCE);
            let told = answers.fold(true, |whole, (id, answer)| {
                let tell = tell.clone();
                let whole = whole && !answer.as_ref().is_err_and(EngineError::cuts_off);
                async move {
                    let _ = tell.send(Msg::Outcome(work, id, humanize(answer))).await;
                    whole
                }
            });
            engine.noted(bulk, told, |whole| *whole).await;
            let _ = tell.send(Msg::Over(work)).await;
        });
    }

    /// Begins no more of a piece of work; what was begun ends.
    pub(super) fn stop(&mut self, work: WorkId) {
        self.stops.remove(&work);
    }

    pub(super) fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        // Those that have ended need no place any more.
        while self.running.try_join_next().is_some() {}
        self.running.spawn(task)
    }
}

/// What was issued, and when it ends by the dealership's clock.
fn issued(engine: &Engine, id: DealershipId, generation: u32) -> ItemResult {
    let state = engine.book().get(id);
    let newest = state.as_ref().and_then(|state| Some((state.invitation.as_ref()?, state.profile.timezone)));
    let words = match newest.filter(|(newest, _)| newest.generation == generation) {
        Some((newest, zone)) => format!("code {generation} issued, ends {}", Zone::from(zone).show(newest.expires_at)),
        None => format!("code {generation} issued"),
    };
    words.into()
}

fn humanize(answer: Result<ItemResult, EngineError>) -> Result<ItemResult, String> {
    answer.map_err(|error| error.to_string())
}

/// What a look saw, in a line, and how good that is for the dealership as it stands after it.
pub(super) fn seen(checked: &Checked, after: Option<&Onboarding>) -> ItemResult {
    let look = &checked.look;
    let slots = match &checked.slots {
        Some(Ok(slots)) => format!(", {} slots on {} days", slots.count, slots.days()),
        Some(Err(why)) => format!(", slots not known: {why}"),
        None => String::new(),
    };
    let words = match look.outcome {
        Outcome::Connected => {
            let lacks = after.and_then(Onboarding::lacks).map(|lacks| format!(", {lacks}")).unwrap_or_default();
            format!("connected{lacks}{slots}")
        }
        outcome => format!("{outcome}: {}", look.reason),
    };
    ItemResult { severity: after.map_or(Severity::Doubtful, |after| look.severity(after)), words }
}
