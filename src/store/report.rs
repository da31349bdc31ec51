//! Reading the log for reports and for the past, in portions: whatever its length, few of its events are in memory at once.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;

use crate::domain::report::{CaseLog, Report, ReportQuery, survival};
use crate::domain::{Actor, Event, Onboarding, Policy, Timestamp, evolve};
use crate::protocol::{AlikeDealership, EventQuery, PastFound, ReadModel, RequestError, Selection};

/// How many events are read at once.
const PORTION: usize = 8_192;

/// Brings the cases up to an event.
pub async fn read_cases<E, F>(
    cases: &mut CaseLog,
    last: u64,
    read: impl Fn(EventQuery) -> F + Send + Sync,
) -> Result<(), E>
where
    F: Future<Output = Result<Vec<Event>, E>> + Send,
{
    let query = EventQuery { after: cases.seq(), kinds: CaseLog::kinds(), ..up_to(last) };
    each(query, read, |event| cases.take(event)).await?;
    cases.reaches(last);
    Ok(())
}

/// The report of now, by the cases that are known and what came since.
pub async fn report_of_now<E, F>(
    query: &ReportQuery,
    cases: &mut CaseLog,
    known: &ReadModel,
    (now, policy): (Timestamp, &Policy),
    read: impl Fn(EventQuery) -> F + Send + Sync,
) -> Result<Report, E>
where
    F: Future<Output = Result<Vec<Event>, E>> + Send,
{
    let (last, states) = known.all();
    read_cases(cases, last, read).await?;
    Ok(Report::of(cases, states.iter().map(AsRef::as_ref), query, now, policy))
}

/// The report of a moment, by the log alone up to an event.
pub async fn report_of_past<E, F>(
    query: &ReportQuery,
    at: Timestamp,
    last: u64,
    policy: &Policy,
    read: impl Fn(EventQuery) -> F + Send + Sync,
) -> Result<Report, E>
where
    F: Future<Output = Result<Vec<Event>, E>> + Send,
{
    let (cases, states) = read_past(at, last, read).await?;
    Ok(Report::of(&cases, &states, query, at, policy))
}

/// What was known at a moment, by the log alone up to an event: what became of the codes, and all dealerships.
async fn read_past<E, F>(
    at: Timestamp,
    last: u64,
    read: impl Fn(EventQuery) -> F + Send + Sync,
) -> Result<(CaseLog, Vec<Onboarding>), E>
where
    F: Future<Output = Result<Vec<Event>, E>> + Send,
{
    let (mut cases, mut states) = (CaseLog::default(), HashMap::new());
    let past = EventQuery { until: at.checked_add_signed(TimeDelta::milliseconds(1)), ..up_to(last) };
    each(past, read, |event| {
        cases.take(event);
        if let Some(id) = event.dealership {
            let slot: &mut Option<Onboarding> = states.entry(id).or_default();
            *slot = evolve(slot.take(), event);
        }
    })
    .await?;
    Ok((cases, states.into_values().flatten().collect()))
}

/// Which dealerships were meant at a moment, by the log alone up to an event, and what else was known then.
pub async fn find_past<F>(
    selection: &Selection,
    (at, last, policy): (Timestamp, u64, &Policy),
    alike: bool,
    me: &Actor,
    read: impl Fn(EventQuery) -> F + Send + Sync,
) -> Result<PastFound, RequestError>
where
    F: Future<Output = Result<Vec<Event>, RequestError>> + Send,
{
    let (cases, states) = read_past(at, last, read).await?;
    let all: Vec<_> = states.into_iter().map(Arc::new).collect();
    let states = selection.find(all.clone(), at, policy, me.as_str())?;
    let ids: Vec<_> = states.iter().filter(|_| alike).map(|state| state.id).collect();
    let twins = AlikeDealership::find(&all, &ids, false);
    Ok(PastFound {
        known: all.len(),
        alike: ids.into_iter().zip(twins).filter(|(_, twins)| !twins.is_empty()).collect(),
        survival: survival(&cases, &ReportQuery::default(), at),
        states,
    })
}

fn up_to(last: u64) -> EventQuery {
    EventQuery { before: Some(last.saturating_add(1)), limit: Some(PORTION), ..EventQuery::default() }
}

async fn each<E, F>(
    mut query: EventQuery,
    read: impl Fn(EventQuery) -> F + Send + Sync,
    mut take: impl FnMut(&Event) + Send,
) -> Result<(), E>
where
    F: Future<Output = Result<Vec<Event>, E>> + Send,
{
    loop {
        let events = read(query.clone()).await?;
        events.iter().for_each(&mut take);
        match events.last() {
            Some(last) if events.len() == PORTION => query.after = last.seq,
            _ => return Ok(()),
        }
    }
}
