//! The control interface: what only a demonstration or a test may see and do. Documented in the module above.

mod action;
pub(super) mod mail;
mod status;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::timezone::Tz;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use self::action::{ActionError, ControlAction};
use self::status::StatusDocument;
use super::action::DealerAction;
use super::catalog::{Edit, OPERATIONS};
use super::dealer::Dealer;
use super::faults::Faults;
use super::partner::{self, moment};
use super::schedule::Adjust;
use super::world::{DealerCall, World, WorldRefusal};
use super::{SandboxState, calendar, platform, reader, reply};

/// How many calls one answer holds.
const CALLS: usize = 500;
/// How many dealerships one call makes.
const MADE: usize = 10_000;
/// The most things that happen to a dealership while it is made: connected, an opcode drafted and published, slots opened.
const BIRTH: usize = 4;

pub(super) async fn calls(State(shared): State<Arc<SandboxState>>, Query(part): Query<reply::Part>) -> Response {
    let mut world = shared.world.lock();
    world.hear(shared.clock.now());
    let from = world.calls.partition_point(|call| call.seq <= part.after);
    let calls: Vec<_> = world.calls.iter().skip(from).take(CALLS).map(SaidDocument::of).collect();
    reply::named(StatusCode::OK, "calls", calls)
}

documents! {
    #[serde(rename_all = "camelCase")]
    SaidDocument<'a> of (call: &'a DealerCall) {
        at: String = moment(call.said.at),
        dealer_code: &'a str = &call.dealer,
        kind: &'static str = call.said.kind.name(),
        #[serde(skip_serializing_if = "Option::is_none")]
        opcode: Option<&'a str> = call.said.opcode.as_ref().map(|(opcode, _)| opcode.as_str()),
        #[serde(skip_serializing_if = "Option::is_none")]
        option: Option<&'static str> = call.said.opcode.as_ref().map(|(_, option)| *option),
        seq: u64 = call.seq,
        text: &'a str = &call.said.text,
    }
}

pub(super) async fn actions() -> Response {
    let actions = action::ACTIONS.map(|(name, example)| {
        let action = format!("POST /control/dealers/{{code}}/{name}");
        BTreeMap::from([("action", action), ("example", example.to_owned())])
    });
    reply::named(StatusCode::OK, "actions", actions)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    dealer_code: String,
    timezone: Option<String>,
    #[serde(default)]
    connected: bool,
    /// Published for everybody and every vehicle.
    opcode: Option<String>,
    #[serde(default)]
    slots: bool,
    /// Where its people get letters; an empty one takes it away.
    email: Option<String>,
}

impl Create {
    fn actions(self) -> Vec<DealerAction> {
        let mut actions = Vec::with_capacity(BIRTH);
        actions.extend(self.connected.then_some(DealerAction::Connect));
        actions.extend(self.opcode.into_iter().flat_map(|opcode| action::published(opcode, None)));
        actions.extend(self.slots.then_some(DealerAction::Calendar(Adjust::Open)));
        actions
    }
}

/// `POST /control/dealers`: one, or many; all of them, or none.
pub(super) async fn create(State(shared): State<Arc<SandboxState>>, body: Bytes) -> Response {
    let many = body.trim_ascii_start().starts_with(b"[");
    let wanted = match many {
        true => serde_json::from_slice::<Vec<Create>>(&body),
        false => serde_json::from_slice(&body).map(|one| vec![one]),
    };
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(error) => {
            return reply::bad(&format!(
                "{error}; for example {{\"dealerCode\": \"xts1\", \"connected\": true}}, or a list"
            ));
        }
    };
    if wanted.len() > MADE {
        return reply::bad(&format!("one call makes at most {MADE} dealerships"));
    }
    let mut zones: Vec<Option<Tz>> = Vec::with_capacity(wanted.len());
    let mut codes = HashSet::with_capacity(wanted.len());
    for one in &wanted {
        if !codes.insert(one.dealer_code.as_str()) {
            return reply::bad(&format!("the list names {:?} twice", one.dealer_code));
        }
        match partner::zone(one.timezone.as_deref()) {
            Ok(zone) => zones.push(zone),
            Err(answer) => return *answer,
        }
        if let Some(Err(refusal)) = one.email.as_deref().map(reader::address_of) {
            return partner::refused(&refusal);
        }
        if let Some(Err(reason)) = one.opcode.clone().map(|opcode| action::text(opcode, "opcode")) {
            return reply::bad(&reason);
        }
    }
    let mut world = shared.world.lock();
    let now = shared.clock.now();
    let made = wanted.len();
    if let Err(refusal) = world.has_room_for(wanted.iter().map(|one| one.dealer_code.as_str()), BIRTH) {
        return partner::refused(&refusal);
    }
    let mut last = None;
    for (one, zone) in wanted.into_iter().zip(zones) {
        let born = world.dealer(&one.dealer_code, zone).map(|(code, _)| code);
        let born = born.and_then(|code| {
            one.email.as_deref().map_or(Ok(()), |email| world.set_email(&code, email))?;
            world.happen_now(&code, one.actions(), now).map(|()| code)
        });
        match born {
            Ok(code) => last = Some(code),
            Err(refusal) => return partner::refused(&refusal),
        }
    }
    match last {
        Some(code) if !many => told_about(&shared, &mut world, &code, now),
        _ => reply::good(BTreeMap::from([("made", made), ("dealers", world.dealers.len())])),
    }
}

pub(super) async fn dealers(State(shared): State<Arc<SandboxState>>) -> Response {
    let codes: Vec<String> = shared.world.lock().dealers.keys().map(ToString::to_string).collect();
    reply::named(StatusCode::OK, "dealers", codes)
}

pub(super) async fn dealer(State(shared): State<Arc<SandboxState>>, Path(code): Path<String>) -> Response {
    let mut world = shared.world.lock();
    let now = shared.clock.now();
    match key(&world, &code) {
        Some(code) => told_about(&shared, &mut world, &code, now),
        None => unknown(),
    }
}

fn key(world: &World, code: &str) -> Option<Arc<str>> {
    world.dealers.get_key_value(code).map(|(key, _)| Arc::clone(key))
}

fn told_about(shared: &SandboxState, world: &mut World, code: &Arc<str>, now: DateTime<Utc>) -> Response {
    world.dealers.get_mut(code).map_or_else(unknown, |dealer| {
        dealer.settle(now);
        reply::good(StatusDocument::of(shared, code, dealer, now))
    })
}

fn unknown() -> Response {
    reply::not_found("no such dealership; POST /control/dealers makes one")
}

pub(super) async fn action(
    State(shared): State<Arc<SandboxState>>,
    Path((code, action)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let mut world = shared.world.lock();
    let now = shared.clock.now();
    let Some(code) = key(&world, &code) else { return unknown() };
    let Some(dealer) = world.dealers.get_mut(&code) else { return unknown() };
    dealer.settle(now);
    let today = now.with_timezone(&dealer.profile.zone).date_naive();
    match action::read(&action, &body, today) {
        Err(error @ ActionError::Action) => return reply::not_found(&error.to_string()),
        Err(error @ ActionError::Details(..)) => return reply::bad(&error.to_string()),
        Ok(ControlAction::TakeSlot(wanted)) => return take_slot(shared.seed, &code, dealer, wanted, now),
        Ok(ControlAction::Answers { null_lists, zulu, denial }) => {
            let profile = &mut dealer.profile;
            profile.null_lists = null_lists.unwrap_or(profile.null_lists);
            profile.zulu = zulu.unwrap_or(profile.zulu);
            profile.denial = denial.unwrap_or(profile.denial);
        }
        Ok(ControlAction::Next(None, _)) => shared.ordered.clear(&code),
        Ok(ControlAction::Next(Some(fault), calls)) => {
            if !shared.ordered.add(&code, fault, calls) {
                return reply::bad("too many faults wait for this dealership; {\"fault\": \"none\"} forgets them");
            }
        }
        Ok(ControlAction::Actions(actions)) => {
            let done =
                if fits(dealer, &actions) { world.happen_now(&code, actions, now) } else { Err(WorldRefusal::Full) };
            if let Err(refusal) = done {
                return partner::refused(&refusal);
            }
        }
    }
    told_about(&shared, &mut world, &code, now)
}

/// Whether the draft has room for what is added to it.
fn fits(dealer: &Dealer, actions: &[DealerAction]) -> bool {
    actions.iter().all(|action| match action {
        DealerAction::Catalog(Edit::Draft { opcode, .. }) => {
            let mut drafted = dealer.state.catalog.drafted();
            dealer.state.catalog.drafted().count() < OPERATIONS || drafted.any(|one| one.opcode == *opcode)
        }
        _ => true,
    })
}

fn take_slot(seed: u64, code: &str, dealer: &mut Dealer, wanted: Option<String>, now: DateTime<Utc>) -> Response {
    let local = match wanted {
        Some(text) => match calendar::wall_clock(&text) {
            Some(local) => Some(local).filter(|local| platform::calendar_of(seed, code, dealer).offers(*local, now)),
            None => return reply::bad("appointmentDateTimeLocal is no time of the form 2024-03-30T14:00"),
        },
        None => platform::calendar_of(seed, code, dealer).first(now).map(|offer| offer.local),
    };
    let Some(local) = local else {
        return reply::failure("x-001009", "Appointment slot is not available");
    };
    dealer.taken.insert(local);
    reply::success("appointmentDateTimeLocal", calendar::written_at(local, &dealer.profile))
}

pub(super) async fn stats(State(shared): State<Arc<SandboxState>>) -> Response {
    reply::good(shared.stats.counts())
}

pub(super) async fn faults(State(shared): State<Arc<SandboxState>>) -> String {
    shared.faults.lock().to_string()
}

pub(super) async fn set_faults(State(shared): State<Arc<SandboxState>>, body: String) -> Response {
    match Faults::parse(&body) {
        Ok(faults) => {
            let told = faults.to_string();
            *shared.faults.lock() = faults;
            reply::named(StatusCode::OK, "faults", told)
        }
        Err(error) => reply::bad(&error.to_string()),
    }
}
