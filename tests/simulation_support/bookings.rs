//! Test appointments in simulations.

use std::collections::HashMap;

use chrono::TimeDelta;
use cloverwatch::domain::{Actor, Customer, DealershipId, Label, TestBooking, Vehicle};
use cloverwatch::engine::Engine;

use super::world::World;

pub fn plan() -> TestBooking {
    let label = Label { value: "DataClover".to_owned(), context: "partner".to_owned() };
    TestBooking {
        customer: Customer { first_name: "Test".into(), last_name: "DataClover".into(), ..Customer::default() },
        comment: "Test appointment".to_owned(),
        label: label.clone(),
        reporting_label: label,
        vehicle: Vehicle {
            year: None,
            make: "OTHER".to_owned(),
            model: "OTHER".to_owned(),
            vin: Some("11111111111111111".to_owned()),
        },
    }
}

/// Somebody books a test appointment, or moves the one that stands, so many days ahead.
pub fn book(engine: &Engine, id: DealershipId, days: i64, hour: u32) {
    let Some(state) = engine.read_model().get(id) else { return };
    let day = engine.clock().now().date_naive() + TimeDelta::days(days);
    let local = day.and_hms_opt(hour, 0, 0).unwrap();
    let moves = state.appointment.is_some();
    let Ok(planned) = engine.plan_booking(id, local, moves, &plan()) else { return };
    let engine = engine.clone();
    tokio::spawn(async move { drop(engine.book_appointment(id, &planned, &Actor::person("dee")).await) });
}

/// No dealership has two appointments, whatever was lost on the way. Looks only when there are more than so many.
pub fn one_each(world: &World, checked: usize) -> usize {
    let state = world.state.lock();
    if state.booked.len() == checked {
        return checked;
    }
    let mut standing: HashMap<&str, u32> = HashMap::new();
    for (dealer, _) in &state.booked {
        *standing.entry(dealer).or_default() += 1;
    }
    assert!(standing.values().all(|count| *count == 1), "two test appointments at one dealership");
    standing.len()
}
