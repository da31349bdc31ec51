//! What the dialogs of opcodes and test appointments ask for: what Xtime shows and offers, the exact request, and sending it.

use std::sync::Arc;

use chrono::NaiveDateTime;

use super::effects::Tasks;
use crate::domain::{DealershipId, Service};
use crate::engine::Engine;
use crate::tui::Msg;
use crate::tui::msg::PreparedBooking;

impl Tasks {
    /// The opcodes that Xtime shows of one dealership: as known lately, else by a look.
    pub(super) fn show_services(&mut self, id: DealershipId) {
        let (engine, tell) = (self.engine.clone(), self.tell.clone());
        self.spawn(async move {
            let services = services(&engine, id).await;
            let _ = tell.send(Msg::Services(id, services)).await;
        });
    }

    /// The times that are offered at one dealership.
    pub(super) fn show_slots(&mut self, id: DealershipId) {
        let (engine, tell) = (self.engine.clone(), self.tell.clone());
        self.spawn(async move {
            let slots = engine.offered(id).await.map_err(|error| error.to_string());
            let _ = tell.send(Msg::Slots(id, slots)).await;
        });
    }

    /// The request for a test appointment; nothing is sent.
    pub(super) fn plan(&self, id: DealershipId, local: NaiveDateTime, moves: bool) -> Result<PreparedBooking, String> {
        let planned = self.engine.plan_booking(id, local, moves, &self.appointment);
        planned.map(|planned| PreparedBooking(Box::new(planned))).map_err(|error| error.to_string())
    }

    pub(super) fn book(&mut self, id: DealershipId, planned: PreparedBooking) {
        let (engine, actor, tell) = (self.engine.clone(), self.actor.clone(), self.tell.clone());
        self.spawn(async move {
            let answer =
                engine.book_appointment(id, &planned.0, &actor).await.map(Some).map_err(|error| error.to_string());
            let _ = tell.send(Msg::Booked(id, answer)).await;
        });
    }

    /// Reads back the booking that has no answer.
    pub(super) fn read_back(&mut self, id: DealershipId) {
        let (engine, actor, tell) = (self.engine.clone(), self.actor.clone(), self.tell.clone());
        self.spawn(async move {
            let answer = engine.settle_booking(id, &actor).await.map_err(|error| error.to_string());
            let _ = tell.send(Msg::Booked(id, answer)).await;
        });
    }
}

async fn services(engine: &Engine, id: DealershipId) -> Result<Arc<[Service]>, String> {
    if let Some(services) = engine.shown_services(id) {
        return Ok(services);
    }
    let look = engine.check(id).await.map_err(|error| error.to_string())?.look;
    match look.services {
        Some(services) => Ok(services.into()),
        None => Err(format!("{}: {}", look.outcome, look.reason)),
    }
}
