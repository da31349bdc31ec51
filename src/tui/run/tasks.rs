//! What the screen asks for, done in the background; the answers come back as messages.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::save;
use crate::client::{SharedClient, ask};
use crate::domain::past::PastLog;
use crate::domain::{Actor, Command, DealershipId, Onboarding, Outcome, ProbeStatus, Severity, besides_the_letter};
use crate::present::event::summary;
use crate::present::opcode::slots_seen;
use crate::present::time::Zone;
use crate::protocol::{Checked, CutOff, EventQuery, ItemAnswer, LeaderState, Request, RequestError, Response};
use crate::tui::Msg;
use crate::tui::msg::{ItemResult, WorkId};
use crate::tui::own_files::ReadAgain;
use crate::tui::past::{PastBoard, PastMoment, PastNews, PastRows};
use crate::tui::reading::Mailboxes;
use crate::tui::rows::{DealershipRows, TableStart};

/// How many events the tail starts with.
const TAIL: usize = 1_000;
/// How many events of the whole log are read at once.
const PORTION: usize = 32_768;
/// How long the cursor must rest on a dealership before its timeline is read.
const REST: Duration = Duration::from_millis(25);
/// How far apart the operator's own files are looked at.
const FILES_EVERY: Duration = Duration::from_secs(1);
/// After so long a process of a team that crashed as this one started counts as gone, and what it was doing as cut off.
const GONE_AFTER: Duration = Duration::from_secs(20);

/// The background of the screen. Dropping it waits for nothing any more: what was not begun of many is cut off.
pub(super) struct Tasks {
    client: SharedClient,
    actor: Actor,
    me: String,
    tell: mpsc::Sender<Msg>,
    running: JoinSet<()>,
    timeline: Option<AbortHandle>,
    /// What begins no more of what is under way.
    stops: BTreeMap<WorkId, CancellationToken>,
}

impl Tasks {
    pub(super) fn new(client: SharedClient, me: &str, tell: mpsc::Sender<Msg>) -> Self {
        let (actor, me) = (Actor::person(me), me.to_owned());
        Self { client, actor, me, tell, running: JoinSet::new(), timeline: None, stops: BTreeMap::new() }
    }

    /// Asks another engine from now on; what was asked before is still answered.
    pub(super) fn ask_of(&mut self, client: SharedClient) {
        self.client = client;
    }

    /// Looks after the operator's own files, off the screen's thread: their disk may be far away.
    pub(super) fn watch_files(&mut self, mut read_again: ReadAgain) {
        let tell = self.tell.clone();
        self.spawn(async move {
            loop {
                tokio::time::sleep(FILES_EVERY).await;
                let looked = tokio::task::spawn_blocking(move || {
                    let changed = read_again();
                    (read_again, changed)
                });
                let Ok((reader, changed)) = looked.await else { return };
                read_again = reader;
                if let Some(files) = changed {
                    let _ = tell.send(Msg::OwnFiles(Box::new(files))).await;
                }
            }
        });
    }

    /// Reads all dealerships, off the screen's thread. Many take a while, so those that are seen first come first.
    pub(super) fn load(&mut self, starts: Vec<TableStart>) {
        let (client, me, tell) = (Arc::clone(&self.client), self.me.clone(), self.tell.clone());
        self.running.spawn_blocking(move || {
            let (_, states) = client.read_model().all();
            let (policy, now) = (&client.info().policy, client.clock().now());
            if let Some(page) = DealershipRows::first_page(&states, &starts, &me, policy, now) {
                let _ = tell.blocking_send(Msg::FirstPage(Box::new(page)));
            }
            let rows = DealershipRows::new(states, Some(me), policy.clone(), now);
            let _ = tell.blocking_send(Msg::Loaded(Box::new(rows)));
        });
    }

    /// Reads the newest events after one.
    pub(super) fn load_tail(&mut self, after: u64) {
        let query = EventQuery { after, limit: Some(TAIL), newest: true, ..EventQuery::default() };
        let (client, tell) = (Arc::clone(&self.client), self.tell.clone());
        self.spawn(async move {
            let msg = match client.events(query).await {
                Ok(events) => Msg::Tail(events.into_iter().map(Arc::new).collect()),
                Err(error) => Msg::Notice(format!("the newest events could not be read: {error}")),
            };
            let _ = tell.send(msg).await;
        });
    }

    /// Reads the events of one dealership; an older reading that is under way is given up.
    pub(super) fn load_timeline(&mut self, id: DealershipId) {
        if let Some(older) = self.timeline.take() {
            older.abort();
        }
        let query = EventQuery { dealership: Some(id), ..EventQuery::default() };
        let (client, tell) = (Arc::clone(&self.client), self.tell.clone());
        self.timeline = Some(self.spawn(async move {
            tokio::time::sleep(REST).await;
            let msg = match client.events(query).await {
                Ok(events) => Msg::Timeline(id, events.into_iter().map(Arc::new).collect()),
                Err(error) => Msg::Notice(format!("its events could not be read: {error}")),
            };
            let _ = tell.send(msg).await;
        }));
    }

    /// Reads events for the tail.
    pub(super) fn load_events(&mut self, query: EventQuery) {
        let (client, tell) = (Arc::clone(&self.client), self.tell.clone());
        self.spawn(async move {
            let events = client.events(query.clone()).await;
            let events = events.map(|events| events.into_iter().map(Arc::new).collect());
            let _ = tell.send(Msg::EventPage(query, events.map_err(|error| error.to_string()))).await;
        });
    }

    /// Has the tail go on with what it seeks, after what waits already.
    pub(super) fn seek_on(&mut self) {
        let tell = self.tell.clone();
        self.spawn(async move {
            let _ = tell.send(Msg::SeekOn).await;
        });
    }

    /// Writes events into a new file.
    pub(super) fn save_events(&mut self, path: PathBuf, query: EventQuery, zone: Zone) {
        let (client, tell) = (Arc::clone(&self.client), self.tell.clone());
        self.spawn(async move {
            let limit = query.limit;
            let written = match client.events(query).await {
                Ok(events) => {
                    let is_cut = limit.is_some_and(|limit| events.len() >= limit);
                    let write = move || save::write(&path, &events, |id| client.read_model().get(id), zone);
                    let written = tokio::task::spawn_blocking(write).await;
                    let written = written.unwrap_or_else(|error| Err(error.to_string()));
                    let cut = if is_cut { "; older events were left out" } else { "" };
                    written.map(|words| format!("{words}{cut}"))
                }
                Err(error) => Err(format!("the events could not be read: {error}")),
            };
            let _ = tell.send(Msg::Saved(written)).await;
        });
    }

    /// Reads the last probe of a dealership: one that changes nothing makes no event.
    pub(super) fn load_probe(&mut self, id: DealershipId) {
        let (client, actor, tell) = (Arc::clone(&self.client), self.actor.clone(), self.tell.clone());
        self.spawn(async move {
            let probes = ask::<Vec<ProbeStatus>>(&*client, Request::ProbeStatuses(vec![id]), &actor).await;
            if let Some(probe) = probes.ok().and_then(|mut probes| probes.pop()) {
                let _ = tell.send(Msg::Probe(id, probe)).await;
            }
        });
    }

    /// Reads what an earlier run was doing for many when it was cut off.
    pub(super) fn load_cut_off(&mut self) {
        let (client, actor, tell) = (Arc::clone(&self.client), self.actor.clone(), self.tell.clone());
        self.spawn(async move {
            let cut_off = async || ask::<Vec<CutOff>>(&*client, Request::CutOff, &actor).await;
            let Ok(first) = cut_off().await else { return };
            let _ = tell.send(Msg::CutOff(first.clone())).await;
            tokio::time::sleep(GONE_AFTER).await;
            if client.status().leader == LeaderState::Alone {
                return;
            }
            if let Ok(later) = cut_off().await
                && later.iter().any(|one| first.iter().all(|told| told.id != one.id))
            {
                let _ = tell.send(Msg::CutOff(later)).await;
            }
        });
    }

    /// Asks the engine; each answer comes back as a message.
    pub(super) fn ask(&mut self, work: WorkId, request: Request) {
        let (client, tell) = (Arc::clone(&self.client), self.tell.clone());
        let retries = matches!(&request, Request::Execute(items)
            if items.iter().any(|(_, command)| matches!(command, Command::RetryLetter { .. })));
        let mut answers = client.request(request, &self.actor);
        self.stops.insert(work, answers.stop());
        self.spawn(async move {
            while let Some(response) = answers.next().await {
                let msg = match response {
                    Response::Item { dealership: id, answer, .. } => {
                        let state = client.read_model().get(id);
                        let outcome = answer.map(|answer| result(&answer, state.as_deref(), retries));
                        Msg::Outcome(work, id, outcome.map_err(|why| why.to_string()))
                    }
                    response => Msg::Answer(work, response),
                };
                let _ = tell.send(msg).await;
            }
            let _ = tell.send(Msg::Over(work)).await;
        });
    }

    /// Reads the whole log, in portions; then everything is as of now.
    pub(super) fn read_past(&mut self, work: WorkId) {
        let (client, me, tell) = (Arc::clone(&self.client), self.me.clone(), self.tell.clone());
        let stop = CancellationToken::new();
        self.stops.insert(work, stop.clone());
        self.spawn(async move {
            // What is recorded while the log is read is later than what it shows.
            let at = client.clock().now();
            let read = stop.run_until_cancelled(past_log(&client, &tell, work));
            let news = match read.await {
                None => return drop(tell.send(Msg::Over(work)).await),
                Some(Err(why)) => PastNews::Failed(why.to_string()),
                Some(Ok(log)) => {
                    let board = tokio::task::spawn_blocking(move || {
                        let log = log.until_now(client.read_model().all().1);
                        PastBoard::new(log, &me, &client.info().policy, at)
                    });
                    board
                        .await
                        .map_or_else(|why| PastNews::Failed(why.to_string()), |board| PastNews::Ready(board.into()))
                }
            };
            let _ = tell.send(Msg::Past(work, news)).await;
            let _ = tell.send(Msg::Over(work)).await;
        });
    }

    /// Folds the board of a moment, off the screen's thread.
    pub(super) fn fold_past(&mut self, work: WorkId, log: Arc<PastLog>, spare: PastRows, to: PastMoment) {
        let tell = self.tell.clone();
        self.spawn(async move {
            if let Ok(rows) = tokio::task::spawn_blocking(move || spare.go(&log, to)).await {
                let _ = tell.send(Msg::Past(work, PastNews::Folded(Box::new(rows)))).await;
            }
        });
    }

    /// Reads a mailbox, off the screen's thread: nobody knows how long that takes.
    pub(super) fn open_mailbox(&mut self, ticket: WorkId, address: String, mailboxes: Arc<Mailboxes>) {
        let tell = self.tell.clone();
        self.spawn(async move {
            let letters = tokio::task::spawn_blocking(move || mailboxes(&address)).await;
            let _ = tell.send(Msg::Mailbox(ticket, letters.map_err(|error| error.to_string()))).await;
        });
    }

    /// Begins no more of a piece of work; what was begun ends.
    pub(super) fn stop(&mut self, work: WorkId) {
        if let Some(stop) = self.stops.get(&work) {
            stop.cancel();
        }
    }

    /// Nothing more of it will be answered.
    pub(super) fn over(&mut self, work: WorkId) {
        self.stops.remove(&work);
    }

    fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        // Those that have ended need no place any more.
        while self.running.try_join_next().is_some() {}
        self.running.spawn(task)
    }
}

/// Reads the log up to its present end, and tells how far that is.
async fn past_log(client: &SharedClient, tell: &mpsc::Sender<Msg>, work: WorkId) -> Result<PastLog, RequestError> {
    let (mut log, last, mut after) = (PastLog::default(), client.read_model().seq(), 0);
    loop {
        let query = EventQuery { after, before: Some(last + 1), limit: Some(PORTION), ..EventQuery::default() };
        let events = client.events(query).await?;
        let count = events.len();
        after = events.last().map_or(after, |event| event.seq);
        let taken = tokio::task::spawn_blocking(move || {
            log.extend(events);
            log
        });
        log = taken.await.map_err(|why| RequestError::Fault(why.to_string()))?;
        if count < PORTION {
            return Ok(log);
        }
        let _ = tell.send(Msg::Past(work, PastNews::Read { read: log.len(), of: last })).await;
    }
}

/// What came of an item, as it is shown. `state`: the dealership after it.
fn result(answer: &ItemAnswer, state: Option<&Onboarding>, retries: bool) -> ItemResult {
    let zone = Zone::from(state.map_or(crate::timezone::Tz::UTC, |state| state.profile.timezone));
    match answer {
        ItemAnswer::Recorded(events) if !events.is_empty() => {
            besides_the_letter(events, |event| summary(event, |at| zone.show(at))).into()
        }
        ItemAnswer::Recorded(_) if retries => "it is being tried now".to_owned().into(),
        ItemAnswer::Recorded(_) => "it was so already".to_owned().into(),
        ItemAnswer::Issued(generation) => {
            let newest = state.and_then(|state| state.invitation.as_ref());
            match newest.filter(|newest| newest.generation == *generation) {
                Some(newest) => format!("code {generation} issued, ends {}", zone.show(newest.expires_at)),
                None => format!("code {generation} issued"),
            }
            .into()
        }
        ItemAnswer::Probed(checked) => seen(checked, state),
        ItemAnswer::Taught { means, probed: Ok(checked) } => {
            let now = seen(checked, state);
            ItemResult { words: format!("read as {means} from now on; {}", now.words), ..now }
        }
        ItemAnswer::Taught { means, probed: Err(why) } => {
            format!("read as {means} from now on; not looked again: {why}").into()
        }
    }
}

/// What a look saw, in a line, and how good that is for the dealership as it stands after it.
fn seen(checked: &Checked, after: Option<&Onboarding>) -> ItemResult {
    let probed = &checked.result;
    let zone = after.map_or(crate::timezone::Tz::UTC, |after| after.profile.timezone);
    let slots = checked.slots.as_ref().map(|slots| format!(", {}", slots_seen(slots, zone))).unwrap_or_default();
    let words = match probed.outcome {
        Outcome::Connected => {
            let lacks = after.and_then(Onboarding::lacks).map(|lacks| format!(", {lacks}")).unwrap_or_default();
            format!("connected{lacks}{slots}")
        }
        outcome => format!("{outcome}: {}", probed.reason),
    };
    ItemResult { severity: after.map_or(Severity::Doubtful, |after| probed.severity(after)), words }
}
