//! The endpoints of the platform: services, free slots, bookings, appointments.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Deserialize;

use super::calendar::{self, Calendar, OfferedSlot, SLOT_MINUTES};
use super::catalog::{AskedVehicle, Operation};
use super::dealer::{Dealer, SimulatedAppointment};
use super::profile::{DealerProfile, Denial};
use super::seeded_rng::SeededRng;
use super::{SandboxState, fault_layer, partner, reply};

/// How many appointments a dealership may have.
const APPOINTMENTS: usize = 5_000;

type Fields = Query<HashMap<String, String>>;

/// Refusals are large; most requests are not refused.
type Refused = Box<Response>;

/// Checks key and token: the gateway's part.
fn admit(shared: &SandboxState, headers: &HeaderMap) -> Result<(), Refused> {
    if partner::header(headers, "x-api-key") != Some(shared.api_key.as_str()) {
        return Err(Box::new(reply::forbidden()));
    }
    let token = partner::header(headers, AUTHORIZATION.as_str()).and_then(fault_layer::bearer).unwrap_or_default();
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

/// The vehicle that is asked about. A `vin` alone says nothing here: it is any vehicle then.
fn vehicle(fields: &Fields) -> Result<AskedVehicle<'_>, Refused> {
    let year = field(fields, "year").ok().and_then(|year| year.parse().ok());
    match (field(fields, "make"), field(fields, "model")) {
        (Ok(make), Ok(model)) => Ok(AskedVehicle { year, make, model }),
        _ if field(fields, "vin").is_ok() => Ok(AskedVehicle::default()),
        _ => Err(Box::new(reply::bad("vin, or year, make and model are missing"))),
    }
}

fn denied(denial: Denial) -> Response {
    match denial {
        Denial::Bare => reply::forbidden(),
        Denial::Envelope => reply::failure("x-000403", "Dealer is not connected to this partner"),
    }
}

/// Runs something with a dealership that is connected, its state being that of now.
fn connected(
    shared: &SandboxState,
    code: &str,
    action: impl FnOnce(&mut Dealer, DateTime<Utc>) -> Result<Response, Refused>,
) -> Result<Response, Refused> {
    let mut world = shared.world.lock();
    // Read under the lock, so that time never goes back between two requests.
    let now = shared.clock.now();
    if let Some(dealer) = world.dealers.get_mut(code) {
        dealer.settle(now);
        if dealer.state.connected {
            return action(dealer, now);
        }
    }
    Err(Box::new(denied(world.denial(code))))
}

fn either(answer: Result<Response, Refused>) -> Response {
    answer.unwrap_or_else(|refused| *refused)
}

/// A list as this dealership writes it when it is empty.
fn list<T>(items: Vec<T>, profile: &DealerProfile) -> Option<Vec<T>> {
    if items.is_empty() && profile.null_lists { None } else { Some(items) }
}

documents! {
    #[serde(rename_all = "camelCase")]
    pub(super) ServiceDocument<'a> of (opcode: &'a str, name: Option<&'a str>) {
        opcode: &'a str = opcode,
        service_name: Option<&'a str> = name,
    }

    ServicesDocument<'a> of (services: Option<Vec<ServiceDocument<'a>>>) {
        success: bool = true,
        services: Option<Vec<ServiceDocument<'a>>> = services,
    }

    #[serde(rename_all = "camelCase")]
    OfferDocument of (offer: &OfferedSlot, profile: &DealerProfile) {
        appointment_date_time_local: String = calendar::written(offer, profile.zulu),
        duration_minutes: u32 = SLOT_MINUTES,
    }

    #[serde(rename_all = "camelCase")]
    BookedDocument<'a> of (id: &'a str, one: &'a SimulatedAppointment, dealer: &'a Dealer) {
        appointment_date_time_local: String = calendar::written_at(one.local, &dealer.profile),
        appointment_id: &'a str = id,
        comment: &'a str = &one.comment,
        email_address: &'a str = &one.email,
        first_name: &'a str = &one.first_name,
        last_name: &'a str = &one.last_name,
        phone_number: &'a str = &one.phone,
        services: [ServiceDocument<'a>; 1] =
            [ServiceDocument::of(&one.opcode, dealer.state.catalog.name_of(&one.opcode))],
        vin: &'a str = &one.vin,
    }
}

impl<'a> ServiceDocument<'a> {
    pub(super) fn of_operation(one: &'a Operation) -> Self {
        Self::of(&one.opcode, Some(&one.name))
    }
}

pub(super) async fn services(State(shared): State<Arc<SandboxState>>, headers: HeaderMap, fields: Fields) -> Response {
    let answer = || {
        admit(&shared, &headers)?;
        let code = field(&fields, "dealerCode")?;
        let vehicle = vehicle(&fields)?;
        connected(&shared, code, |dealer, _| {
            let shown = dealer.state.catalog.shown(vehicle);
            let items = shown.map(ServiceDocument::of_operation).collect();
            Ok(reply::good(ServicesDocument::of(list(items, &dealer.profile))))
        })
    };
    either(answer())
}

pub(super) async fn availabilities(
    State(shared): State<Arc<SandboxState>>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let answer = || {
        admit(&shared, &headers)?;
        let code = field(&fields, "dealerCode")?;
        let opcode = field(&fields, "opcode")?;
        let vehicle = vehicle(&fields)?;
        let start = day(&fields, "start")?;
        let end = day(&fields, "end")?;
        if end < start || end.signed_duration_since(start) > TimeDelta::days(6) {
            return Err(Box::new(reply::bad("end must not lie before start, nor more than 6 days after it")));
        }
        connected(&shared, code, |dealer, now| {
            let shown = dealer.state.catalog.shows(opcode, vehicle);
            let offers = if shown { calendar_of(shared.seed, code, dealer).days(start, end, now) } else { Vec::new() };
            let items = offers.iter().map(|offer| OfferDocument::of(offer, &dealer.profile)).collect();
            Ok(reply::success("availableAppointments", list(items, &dealer.profile)))
        })
    };
    either(answer())
}

fn day(fields: &Fields, name: &str) -> Result<NaiveDate, Refused> {
    NaiveDate::parse_from_str(field(fields, name)?, "%Y-%m-%d")
        .map_err(|_| Box::new(reply::bad(&format!("{name} is no date of the form YYYY-MM-DD"))))
}

/// The calendar of a dealership at the moment for which it was settled.
pub(super) fn calendar_of<'a>(seed: u64, code: &'a str, dealer: &'a Dealer) -> Calendar<'a> {
    let Dealer { profile, taken, state, .. } = dealer;
    Calendar { seed, dealer: code, profile, schedule: &state.schedule, taken }
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

pub(super) async fn book(
    State(shared): State<Arc<SandboxState>>,
    headers: HeaderMap,
    fields: Fields,
    body: Bytes,
) -> Response {
    let answer = || {
        admit(&shared, &headers)?;
        let code = field(&fields, "dealerCode")?;
        let vehicle = vehicle(&fields)?;
        let vin = field(&fields, "vin").ok();
        let booking: Booking = serde_json::from_slice(&body).map_err(|error| reply::bad(&error.to_string()))?;
        let [Chosen { opcode }] = booking.services.as_slice() else {
            return Err(Box::new(reply::bad("services must hold exactly one opcode")));
        };
        let opcode = opcode.clone();
        let local = calendar::wall_clock(&booking.appointment_date_time_local)
            .ok_or_else(|| reply::bad("appointmentDateTimeLocal is no time of the form 2024-03-30T14:00-0500"))?;
        if booking.phone_number.is_empty() || !booking.phone_number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Box::new(reply::bad("phoneNumber must be digits")));
        }
        connected(&shared, code, |dealer, now| {
            if !dealer.state.catalog.shows(&opcode, vehicle) {
                return Err(Box::new(reply::failure("x-001004", "Operations code is not available")));
            }
            let appointment = SimulatedAppointment {
                vin: vin.unwrap_or_default().to_owned(),
                local,
                opcode,
                comment: booking.comment,
                first_name: booking.first_name,
                last_name: booking.last_name,
                email: booking.email_address,
                phone: booking.phone_number,
            };
            let moved = booking.appointment_id;
            let id = keep_appointment(shared.seed, code, dealer, now, (moved, appointment))?;
            Ok(reply::success("appointmentId", id))
        })
    };
    either(answer())
}

/// Takes an appointment's slot: for a new one, or for one that is moved. Answers its identifier.
fn keep_appointment(
    seed: u64,
    code: &str,
    dealer: &mut Dealer,
    now: DateTime<Utc>,
    (moved, mut appointment): (Option<String>, SimulatedAppointment),
) -> Result<String, Refused> {
    let mut before = None;
    if let Some(id) = &moved {
        let Some(known) = dealer.appointments.get(id) else {
            return Err(Box::new(reply::failure("x-001010", "Appointment does not exist")));
        };
        before = Some(known.local);
        if appointment.vin.is_empty() {
            appointment.vin.clone_from(&known.vin);
        }
    } else if dealer.appointments.len() >= APPOINTMENTS {
        return Err(Box::new(reply::failure("x-001011", "The sandbox holds no more appointments")));
    }
    // Who moves leaves the old slot first, also for the limit of a day.
    let left = before.filter(|before| dealer.taken.remove(before));
    let free = calendar_of(seed, code, dealer).offers(appointment.local, now);
    if !free && before != Some(appointment.local) {
        dealer.taken.extend(left);
        return Err(Box::new(reply::failure("x-001009", "Appointment slot is not available")));
    }
    dealer.taken.insert(appointment.local);
    let id = moved.unwrap_or_else(|| {
        let number = dealer.appointments.len().to_string();
        format!("{:016x}", SeededRng::of(seed, &["appointment", code, &number]).bits())
    });
    dealer.appointments.insert(id.clone(), appointment);
    Ok(id)
}

pub(super) async fn appointments(
    State(shared): State<Arc<SandboxState>>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let answer = || {
        admit(&shared, &headers)?;
        let code = field(&fields, "dealerCode")?;
        let vin = field(&fields, "vin")?;
        connected(&shared, code, |dealer, _| {
            let items = dealer.appointments.iter().filter(|(_, one)| one.vin == vin);
            let items = items.map(|(id, one)| BookedDocument::of(id, one, dealer)).collect();
            Ok(reply::success("appointments", list(items, &dealer.profile)))
        })
    };
    either(answer())
}
