//! The status of one dealership, as the control interface tells it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::action::NoSlotsReason;
use super::super::catalog::{AskedVehicle, Catalog, Operation};
use super::super::dealer::Dealer;
use super::super::partner::moment;
use super::super::{SandboxState, platform};
use super::mail;

/// The dealership, settled for now.
pub(super) fn status(shared: &SandboxState, code: &Arc<str>, dealer: &Dealer, now: DateTime<Utc>) -> Value {
    let Dealer { profile, state, .. } = dealer;
    let newest = dealer.newest(now).map(|newest| newest.generation);
    let invitations: Vec<Value> = dealer
        .invitations()
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
        .map(|scheduled| json!({"at": moment(scheduled.at), "generation": scheduled.generation, "act": format!("{:?}", scheduled.action)}))
        .collect();
    let shown = state.catalog.shown(AskedVehicle::default());
    let services = shown.map(|one| json!({"opcode": one.opcode, "serviceName": one.name}));
    json!({
        "dealerCode": &**code,
        "timezone": profile.zone.name(),
        "connected": state.connected,
        "acceptedGeneration": state.accepted,
        "denial": profile.denial,
        "zulu": profile.zulu,
        "nullLists": profile.null_lists,
        "opcodePlan": profile.plan.name(),
        "slotsPlan": profile.no_slots.map(NoSlotsReason::name),
        "slots": platform::calendar_of(shared.seed, code, dealer).first(now).is_some(),
        "obstacles": state.schedule.obstacles(),
        "services": services.collect::<Vec<_>>(),
        "draft": state.catalog.drafted().map(|one| drafted(&state.catalog, one)).collect::<Vec<_>>(),
        "published": state.catalog.public().map(|one| published(&state.catalog, one)).collect::<Vec<_>>(),
        "calendar": state.schedule,
        "appointments": dealer.appointments.len(),
        "next": shared.ordered.of(code),
        "invitations": invitations,
        "email": dealer.email,
        "letters": dealer.letters.len(),
        "attempts": state.attempts.iter().map(mail::attempt).collect::<Vec<_>>(),
        "ahead": ahead,
    })
}

/// An operation of the published copy, and why partners do not see it in the vehicle-independent list.
fn published(catalog: &Catalog, one: &Operation) -> Value {
    with(one, "hidden", json!(catalog.hidden(&one.opcode)))
}

/// An operation of the draft, and what publishing would do.
fn drafted(catalog: &Catalog, one: &Operation) -> Value {
    let publishing = match catalog.public().find(|public| public.opcode == one.opcode) {
        None => "adds it",
        Some(public) if public == one => "changes nothing",
        Some(_) => "changes it",
    };
    with(one, "publishing", json!(publishing))
}

fn with(one: &Operation, field: &str, value: Value) -> Value {
    let mut written = json!(one);
    if let Some(fields) = written.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
    written
}
