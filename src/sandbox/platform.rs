//! The doors of the platform: services, free slots, bookings, appointments.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::calendar::{self, Calendar, SLOT_MINUTES};
use super::chance::Chance;
use super::dealer::{Appointment, Dealer, State as Situation};
use super::profile::{Denial, Profile};
use super::world::World;
use super::{Shared, gate, partner, reply};

/// How many appointments a dealership may have.
const APPOINTMENTS: usize = 5_000;

type Fields = Query<HashMap<String, String>>;

/// Refusals are large; most requests are not refused.
type Refused = Box<Response>;

/// Checks key and token: the gateway's part.
fn admit(shared: &Shared, headers: &HeaderMap) -> Result<(), Refused> {
    if partner::header(headers, "x-api-key") != Some(shared.api_key.as_str()) {
        return Err(Box::new(reply::forbidden()));
    }
    let token = partner::header(headers, AUTHORIZATION.as_str()).and_then(gate::bearer).unwrap_or_default();
    if shared.world.lock().knows_token(token, shared.clock.now()) {
        Ok(())
    } else {
        Err(Box::new(reply::unauthorized()))
    }
}

fn field<'a>(fields: &'a Fields, name: &str) -> Result<&'a str, Refused> {
    match fields.get(name).map(|value| value.trim()) {
        Some(value) if !value.is_empty() && value.len() <= 256 => Ok(value),
        _ => Err(Box::new(reply::bad(&format!("{name} is missing or too long")))),
    }
}

fn vehicle(fields: &Fields) -> Result<(), Refused> {
    if field(fields, "vin").is_ok() || (field(fields, "make").is_ok() && field(fields, "model").is_ok()) {
        Ok(())
    } else {
        Err(Box::new(reply::bad("vin, or year, make and model are missing")))
    }
}

fn denied(profile: &Profile) -> Response {
    match profile.denial {
        Denial::Bare => reply::forbidden(),
        Denial::Envelope => reply::failure("x-000403", "Dealer is not connected to this partner"),
    }
}

/// Runs something with a dealership that is connected.
fn connected<T>(
    shared: &Shared,
    code: &str,
    act: impl FnOnce(&mut Dealer, Situation, DateTime<Utc>) -> Result<T, Refused>,
) -> Result<T, Refused> {
    let now = shared.clock.now();
    let mut world = shared.world.lock();
    let World { dealers, .. } = &mut *world;
    if let Some(dealer) = dealers.get_mut(code) {
        let situation = dealer.state(now);
        if situation.connected {
            return act(dealer, situation, now);
        }
    }
    Err(Box::new(denied(&world.profile(code))))
}

fn either(answer: Result<Value, Refused>) -> Response {
    answer.map_or_else(|refused| *refused, reply::good)
}

/// An empty list as this dealership writes it.
fn list(items: Vec<Value>, profile: &Profile) -> Value {
    if items.is_empty() && profile.null_lists { Value::Null } else { Value::Array(items) }
}

/// `GET /services`.
pub(super) async fn services(State(shared): State<Arc<Shared>>, headers: HeaderMap, fields: Fields) -> Response {
    let answer = || {
        admit(&shared, &headers)?;
        let code = field(&fields, "dealerCode")?;
        vehicle(&fields)?;
        connected(&shared, code, |dealer, situation, _| {
            let services = situation.services.iter();
            let items = services.map(|one| json!({"opcode": one.opcode, "serviceName": one.name})).collect();
            Ok(json!({"success": true, "services": list(items, &dealer.profile)}))
        })
    };
    either(answer())
}

/// `GET /appointments-availabilities`.
pub(super) async fn availabilities(State(shared): State<Arc<Shared>>, headers: HeaderMap, fields: Fields) -> Response {
    let answer = || {
        admit(&shared, &headers)?;
        let code = field(&fields, "dealerCode")?;
        let opcode = field(&fields, "opcode")?;
        vehicle(&fields)?;
        let start = day(&fields, "start")?;
        let end = day(&fields, "end")?;
        if end < start || end.signed_duration_since(start) > TimeDelta::days(6) {
            return Err(Box::new(reply::bad("end must not lie before start, nor more than 6 days after it")));
        }
        connected(&shared, code, |dealer, situation, now| {
            let open = situation.capacity && situation.services.iter().any(|one| one.opcode == opcode);
            let offers = if open { calendar_of(shared.seed, code, dealer).days(start, end, now) } else { Vec::new() };
            let items = offers
                .iter()
                .map(|offer| {
                    let local = calendar::written(offer, dealer.profile.zulu);
                    json!({"appointmentDateTimeLocal": local, "durationMinutes": SLOT_MINUTES})
                })
                .collect();
            Ok(json!({"success": true, "availableAppointments": list(items, &dealer.profile)}))
        })
    };
    either(answer())
}

fn day(fields: &Fields, name: &str) -> Result<NaiveDate, Refused> {
    NaiveDate::parse_from_str(field(fields, name)?, "%Y-%m-%d")
        .map_err(|_| Box::new(reply::bad(&format!("{name} is no date of the form YYYY-MM-DD"))))
}

/// The calendar of a dealership.
pub(super) fn calendar_of<'a>(seed: u64, code: &'a str, dealer: &'a Dealer) -> Calendar<'a> {
    Calendar { seed, dealer: code, profile: &dealer.profile, taken: &dealer.taken }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Booking {
    appointment_id: Option<String>,
    appointment_date_time_local: String,
    first_name: String,
    last_name: String,
    email_address: String,
    phone_number: String,
    #[serde(default)]
    comment: String,
    services: Vec<Chosen>,
}

#[derive(Deserialize)]
struct Chosen {
    opcode: String,
}

/// `POST /appointments-bookings`.
pub(super) async fn book(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    fields: Fields,
    body: Bytes,
) -> Response {
    let answer = || {
        admit(&shared, &headers)?;
        let code = field(&fields, "dealerCode")?;
        vehicle(&fields)?;
        let vin = field(&fields, "vin").unwrap_or_default().to_owned();
        let booking: Booking = serde_json::from_slice(&body).map_err(|error| reply::bad(&error.to_string()))?;
        let [Chosen { opcode }] = booking.services.as_slice() else {
            return Err(Box::new(reply::bad("services must hold exactly one opcode")));
        };
        let local = calendar::wall_clock(&booking.appointment_date_time_local)
            .ok_or_else(|| reply::bad("appointmentDateTimeLocal is no time of the form 2024-03-30T14:00-0500"))?;
        if booking.phone_number.is_empty() || !booking.phone_number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Box::new(reply::bad("phoneNumber must be digits")));
        }
        connected(&shared, code, |dealer, situation, now| {
            if !situation.services.iter().any(|one| one.opcode == *opcode) {
                return Err(Box::new(reply::failure("x-001004", "Operations code is not available")));
            }
            let before = match &booking.appointment_id {
                Some(id) => match dealer.appointments.get(id) {
                    Some(before) => Some(before.local),
                    None => return Err(Box::new(reply::failure("x-001010", "Appointment does not exist"))),
                },
                None if dealer.appointments.len() >= APPOINTMENTS => {
                    return Err(Box::new(reply::failure("x-001011", "The sandbox holds no more appointments")));
                }
                None => None,
            };
            let free = situation.capacity && calendar_of(shared.seed, code, dealer).offers(local, now);
            if !free && before != Some(local) {
                return Err(Box::new(reply::failure("x-001009", "Appointment slot is not available")));
            }
            if let Some(before) = before {
                dealer.taken.remove(&before);
            }
            dealer.taken.insert(local);
            let id = booking.appointment_id.clone().unwrap_or_else(|| {
                let number = dealer.appointments.len().to_string();
                format!("{:016x}", Chance::of(shared.seed, &["appointment", code, &number]).bits())
            });
            let appointment = Appointment {
                vin,
                local,
                opcode: opcode.clone(),
                comment: booking.comment,
                first_name: booking.first_name,
                last_name: booking.last_name,
                email: booking.email_address,
                phone: booking.phone_number,
            };
            dealer.appointments.insert(id.clone(), appointment);
            Ok(json!({"success": true, "appointmentId": id}))
        })
    };
    either(answer())
}

/// `GET /appointments`.
pub(super) async fn appointments(State(shared): State<Arc<Shared>>, headers: HeaderMap, fields: Fields) -> Response {
    let answer = || {
        admit(&shared, &headers)?;
        let code = field(&fields, "dealerCode")?;
        let vin = field(&fields, "vin")?;
        connected(&shared, code, |dealer, situation, _| {
            let items = dealer.appointments.iter().filter(|(_, one)| one.vin == vin);
            let items = items.map(|(id, one)| appointment(id, one, dealer, &situation)).collect();
            Ok(json!({"success": true, "appointments": list(items, &dealer.profile)}))
        })
    };
    either(answer())
}

fn appointment(id: &str, one: &Appointment, dealer: &Dealer, situation: &Situation) -> Value {
    let name = situation.services.iter().find(|service| service.opcode == one.opcode).map(|service| &service.name);
    json!({
        "appointmentId": id,
        "vin": one.vin,
        "appointmentDateTimeLocal": calendar::written_at(one.local, &dealer.profile),
        "comment": one.comment,
        "firstName": one.first_name,
        "lastName": one.last_name,
        "emailAddress": one.email,
        "phoneNumber": one.phone,
        "services": [{"opcode": one.opcode, "serviceName": name}],
    })
}
