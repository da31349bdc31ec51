//! The control interface: what only a demonstration or a test may see and do. Documented in the module above.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::dealer::Dealer;
use super::faults::Faults;
use super::partner::{self, moment};
use super::profile::Service;
use super::script::{Act, Kind};
use super::world::Call;
use super::{Shared, calendar, platform, reply};

/// How many calls one answer holds.
const CALLS: usize = 500;
/// The longest opcode or name.
const TEXT: usize = 128;

#[derive(Deserialize)]
pub(super) struct After {
    #[serde(default)]
    after: u64,
}

/// `GET /control/calls`.
pub(super) async fn calls(State(shared): State<Arc<Shared>>, Query(After { after }): Query<After>) -> Response {
    let mut world = shared.world.lock();
    world.hear(shared.clock.now());
    let from = world.calls.partition_point(|call| call.seq <= after);
    let calls: Vec<Value> = world.calls.iter().skip(from).take(CALLS).map(told).collect();
    reply::good(json!({ "calls": calls }))
}

fn told(call: &Call) -> Value {
    let mut value = json!({
        "seq": call.seq,
        "at": moment(call.said.at),
        "dealerCode": &*call.dealer,
        "kind": call.said.kind.name(),
        "text": call.said.text,
    });
    if let (Some((opcode, option)), Some(fields)) = (&call.said.opcode, value.as_object_mut()) {
        fields.insert("opcode".to_owned(), json!(opcode));
        fields.insert("option".to_owned(), json!(option));
    }
    value
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    dealer_code: String,
    timezone: Option<String>,
    #[serde(default)]
    connected: bool,
}

/// `POST /control/dealers`.
pub(super) async fn create(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let create: Create = match serde_json::from_slice(&body) {
        Ok(create) => create,
        Err(error) => return reply::bad(&error.to_string()),
    };
    let zone = match partner::zone(create.timezone.as_deref()) {
        Ok(zone) => zone,
        Err(answer) => return *answer,
    };
    let now = shared.clock.now();
    let mut world = shared.world.lock();
    let code = match world.dealer(&create.dealer_code, zone) {
        Ok((code, _)) => code,
        Err(refusal) => return partner::refused(&refusal),
    };
    if create.connected {
        world.happens_now(&code, Act::Connect, now);
    }
    world.dealers.get(&code).map_or_else(unknown, |dealer| reply::good(picture(&code, dealer, now)))
}

/// `GET /control/dealers`.
pub(super) async fn dealers(State(shared): State<Arc<Shared>>) -> Response {
    let codes: Vec<String> = shared.world.lock().dealers.keys().map(ToString::to_string).collect();
    reply::good(json!({ "dealers": codes }))
}

/// `GET /control/dealers/{code}`.
pub(super) async fn dealer(State(shared): State<Arc<Shared>>, Path(code): Path<String>) -> Response {
    let now = shared.clock.now();
    let world = shared.world.lock();
    world.dealers.get(code.as_str()).map_or_else(unknown, |dealer| reply::good(picture(&code, dealer, now)))
}

fn unknown() -> Response {
    reply::not_found("no such dealership")
}

fn picture(code: &str, dealer: &Dealer, now: DateTime<Utc>) -> Value {
    let state = dealer.state(now);
    let newest = dealer.newest(now).map(|newest| newest.generation);
    let invitations: Vec<Value> = dealer
        .invitations
        .iter()
        .map(|one| {
            json!({
                "code": one.code,
                "generation": one.generation,
                "generated": moment(one.generated_at),
                "expires": moment(one.expires_at()),
                "newest": newest == Some(one.generation),
                "alive": newest == Some(one.generation) && now < one.expires_at(),
                "behaviour": one.behaviour.name(),
            })
        })
        .collect();
    let ahead: Vec<Value> = dealer
        .ahead(now)
        .map(|timed| json!({"at": moment(timed.at), "generation": timed.generation, "act": format!("{:?}", timed.act)}))
        .collect();
    let services = state.services.iter().map(|one| json!({"opcode": one.opcode, "serviceName": one.name}));
    json!({
        "dealerCode": code,
        "timezone": dealer.profile.zone.name(),
        "connected": state.connected,
        "acceptedGeneration": state.accepted,
        "denial": dealer.profile.denial_name(),
        "zulu": dealer.profile.zulu,
        "nullLists": dealer.profile.null_lists,
        "opcodePlan": dealer.profile.plan.name(),
        "slots": state.capacity,
        "services": services.collect::<Vec<_>>(),
        "appointments": dealer.appointments.len(),
        "invitations": invitations,
        "ahead": ahead,
    })
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Details {
    opcode: Option<String>,
    name: Option<String>,
    appointment_date_time_local: Option<String>,
}

/// `POST /control/dealers/{code}/{action}`.
pub(super) async fn act(
    State(shared): State<Arc<Shared>>,
    Path((code, action)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let details: Details = match if body.is_empty() { Ok(Details::default()) } else { serde_json::from_slice(&body) } {
        Ok(details) => details,
        Err(error) => return reply::bad(&error.to_string()),
    };
    let text = |field: Option<&String>| field.filter(|text| !text.is_empty() && text.len() <= TEXT).cloned();
    let (opcode, name) = (text(details.opcode.as_ref()), text(details.name.as_ref()));
    let now = shared.clock.now();
    let mut world = shared.world.lock();
    let Some(key) = world.dealers.get_key_value(code.as_str()).map(|(key, _)| Arc::clone(key)) else {
        return unknown();
    };
    let act = match (action.as_str(), opcode, name) {
        ("connect", ..) => Act::Connect,
        ("disconnect", ..) => Act::Disconnect,
        ("open-slots", ..) => Act::Capacity(true),
        ("close-slots", ..) => Act::Capacity(false),
        ("publish", Some(opcode), name) => {
            Act::Publish(Service { name: name.unwrap_or_else(|| opcode.clone()), opcode })
        }
        ("unpublish", Some(opcode), _) => Act::Unpublish(opcode),
        ("rename", Some(from), Some(to)) => Act::Rename { from, to },
        ("say-done", ..) => {
            let text = "We have entered the code, everything is done on our side.".to_owned();
            Act::Say { kind: Kind::Done, text, opcode: None }
        }
        ("take-slot", ..) => {
            let seed = world.seed;
            return world.dealers.get_mut(&key).map_or_else(unknown, |dealer| {
                take_slot(seed, &code, dealer, details.appointment_date_time_local, now)
            });
        }
        ("publish" | "unpublish" | "rename", ..) => {
            return reply::bad("this needs an opcode, and rename a name too, of 1 to 128 bytes");
        }
        _ => return reply::not_found("no such action"),
    };
    world.happens_now(&key, act, now);
    world.dealers.get(&key).map_or_else(unknown, |dealer| reply::good(picture(&code, dealer, now)))
}

fn take_slot(seed: u64, code: &str, dealer: &mut Dealer, wanted: Option<String>, now: DateTime<Utc>) -> Response {
    let local = match wanted {
        Some(text) => match calendar::wall_clock(&text) {
            Some(local) => Some(local).filter(|local| platform::calendar_of(seed, code, dealer).offers(*local, now)),
            None => return reply::bad("appointmentDateTimeLocal is no time"),
        },
        None => platform::calendar_of(seed, code, dealer).first(now).map(|offer| offer.local),
    };
    let Some(local) = local else {
        return reply::failure("x-001009", "Appointment slot is not available");
    };
    dealer.taken.insert(local);
    reply::good(json!({"success": true, "appointmentDateTimeLocal": calendar::written_at(local, &dealer.profile)}))
}

/// `GET /control/stats`.
pub(super) async fn stats(State(shared): State<Arc<Shared>>) -> Response {
    reply::good(json!(shared.stats.counts()))
}

/// `GET /control/faults`.
pub(super) async fn faults(State(shared): State<Arc<Shared>>) -> String {
    shared.faults.lock().to_string()
}

/// `POST /control/faults`.
pub(super) async fn set_faults(State(shared): State<Arc<Shared>>, body: String) -> Response {
    match Faults::parse(&body) {
        Ok(faults) => {
            let told = json!({"faults": faults.to_string()});
            *shared.faults.lock() = faults;
            reply::good(told)
        }
        Err(error) => reply::bad(&error.to_string()),
    }
}
