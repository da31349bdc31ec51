//! The test appointment: planned, sent once, recorded, read back. No dealership ever gets two.
//!
//! A saga of facts: `appointment.requested` is durable before anything is sent; what has no answer stays open, keeps every other
//! booking out, and is read back first.

use std::sync::Arc;

use chrono::NaiveDateTime;

use super::{Engine, Inner};
use crate::domain::{
    Actor, Appointment, AppointmentId, Booking, BookingEnd, Command, DealershipId, Onboarding, Refusal, Slot,
    SlotWindow, TestBooking,
};
use crate::failure_point::FailurePoint;
use crate::protocol::{Booked, PlannedBooking, ReadBack, RequestError};
use crate::xtime::{AttemptReport, BookingOutcome, Platform};

impl Engine {
    /// What would be sent for a dealership and a time; sends nothing and records nothing. `moves`: the appointment that stands.
    pub fn plan_booking(
        &self,
        id: DealershipId,
        local: NaiveDateTime,
        moves: bool,
        plan: &TestBooking,
    ) -> Result<PlannedBooking, RequestError> {
        let platform = self.inner.platform()?;
        let state = self.inner.known(id)?;
        let stands = state.appointment_to_move(moves)?.map(|stands| stands.id.clone());
        let intent = self.inner.new_intent_id();
        let booking = plan.booking(&state, local, intent, stands, &self.inner.parts.policy);
        booking.complete()?;
        let preview = platform.preview(state.profile.dealer_code.raw(), &booking);
        let preview = preview.map_err(RequestError::CouldNotTell)?;
        Ok(PlannedBooking { intent, booking, preview })
    }

    /// What is offered for the dealership's opcode now, in a window of days; records nothing.
    /// `None`: the window of the policy, from the dealership's today.
    pub async fn slots(&self, id: DealershipId, window: Option<SlotWindow>) -> Result<Vec<Slot>, RequestError> {
        let state = self.inner.known(id)?;
        self.inner.slots_in(&state, window.unwrap_or_else(|| self.inner.window(&state))).await
    }

    /// Sends a planned booking, once, and records what became of it. A booking of before that had no answer is read back first;
    /// when it turns out to stand, nothing more is sent.
    /// Fails when nothing was sent: a rule forbids it, the time is not offered, or what must be known before could not be told.
    pub async fn book_appointment(
        &self,
        id: DealershipId,
        planned: &PlannedBooking,
        actor: &Actor,
    ) -> Result<Booked, RequestError> {
        let inner = &self.inner;
        inner.may_record()?;
        let platform = inner.platform()?;
        let _one_at_a_time = inner.booking.lock().await;
        if let Some(earlier) = inner.settle(id, actor).await? {
            return Ok(earlier);
        }
        let state = inner.known(id)?;
        let PlannedBooking { intent, booking, .. } = planned;
        let day = SlotWindow { first: booking.local.date(), days: 1 };
        booking.check(&inner.slots_in(&state, day).await?)?;
        let request = Command::RequestBooking {
            intent: *intent,
            opcode: booking.opcode.clone(),
            local: booking.local,
            vin: booking.vehicle.vin.clone().unwrap_or_default().as_str().into(),
            moves: booking.appointment_id.is_some(),
        };
        inner.execute_as_leader(id, request, actor).await?;
        FailurePoint::BookingRequested.pass();
        let answer = inner.send_booking(platform, &state, booking).await;
        FailurePoint::BookingAnswered.pass();
        inner.end_booking(&state, planned, answer, actor).await
    }

    /// Reads back a booking whose end is not known. `None`: there is none (any more).
    pub async fn settle_booking(&self, id: DealershipId, actor: &Actor) -> Result<Option<Booked>, RequestError> {
        self.inner.may_record()?;
        let _one_at_a_time = self.inner.booking.lock().await;
        self.inner.settle(id, actor).await
    }

    /// Ends a booking without an answer on the word of somebody who looked into the platform's own calendar: some answers never
    /// tell, and no other booking is sent meanwhile. It is read back first; what is found there counts more. `None`: it is ended.
    pub async fn give_up_booking(&self, id: DealershipId, actor: &Actor) -> Result<Option<Booked>, RequestError> {
        let inner = &self.inner;
        inner.may_record()?;
        let _one_at_a_time = inner.booking.lock().await;
        let Some(intent) = inner.known(id)?.booking.as_ref().map(|open| open.intent) else {
            return Err(Refusal::BookingClosed.into());
        };
        match inner.settle(id, actor).await? {
            None => Ok(None),
            Some(stands @ Booked::Stands { .. }) => Ok(Some(stands)),
            Some(_) => {
                inner.execute_as_leader(id, Command::EndBooking { intent, end: BookingEnd::GivenUp }, actor).await?;
                Ok(None)
            }
        }
    }

    /// Reads the appointment that stands back now. `None`: none stands.
    pub async fn read_back(&self, id: DealershipId, actor: &Actor) -> Result<Option<ReadBack>, RequestError> {
        self.inner.may_record()?;
        let _one_at_a_time = self.inner.booking.lock().await;
        match &self.inner.known(id)?.appointment {
            Some(stands) => Ok(Some(self.inner.see(id, &stands.id, actor).await)),
            None => Ok(None),
        }
    }
}

impl Inner {
    fn platform(&self) -> Result<Arc<dyn Platform>, RequestError> {
        self.parts.platform.clone().ok_or(RequestError::NoPlatform)
    }

    fn window(&self, state: &Onboarding) -> SlotWindow {
        SlotWindow::from_today(self.now(), state.profile.timezone, self.parts.policy.slot_window)
    }

    async fn slots_in(&self, state: &Onboarding, window: SlotWindow) -> Result<Vec<Slot>, RequestError> {
        let platform = self.platform()?;
        let opcode = state.opcode_code(&self.parts.policy.default_opcode).to_owned();
        let mut found = Vec::new();
        for range in window.ranges(self.parts.policy.slot_range) {
            let (platform, opcode) = (Arc::clone(&platform), opcode.clone());
            let dealer_code = state.profile.dealer_code.raw().to_owned();
            let asked = async move { platform.slots(&dealer_code, &opcode, range.start, range.days).await };
            found.push(self.call(asked).await?.value.map_err(RequestError::CouldNotTell)?);
        }
        Ok(window.merged(found))
    }

    async fn appointments(
        &self,
        state: &Onboarding,
        vin: &str,
    ) -> Result<Result<Vec<Appointment>, String>, RequestError> {
        let (platform, vin) = (self.platform()?, vin.to_owned());
        let dealer_code = state.profile.dealer_code.raw().to_owned();
        Ok(self.call(async move { platform.appointments(&dealer_code, &vin).await }).await?.value)
    }

    async fn send_booking(&self, platform: Arc<dyn Platform>, state: &Onboarding, booking: &Booking) -> BookingOutcome {
        let (booking, dealer_code) = (booking.clone(), state.profile.dealer_code.raw().to_owned());
        match self.call(async move { platform.book(&dealer_code, &booking).await }).await {
            Ok(AttemptReport { value, .. }) => value,
            // It may have been sent.
            Err(error) => BookingOutcome::Unknown { reason: error.to_string() },
        }
    }

    /// Records what became of a booking that was sent.
    async fn end_booking(
        &self,
        state: &Onboarding,
        planned: &PlannedBooking,
        answer: BookingOutcome,
        actor: &Actor,
    ) -> Result<Booked, RequestError> {
        let (id, local) = (state.id, planned.booking.local);
        let end = |end| self.execute_as_leader(id, Command::EndBooking { intent: planned.intent, end }, actor);
        match answer {
            BookingOutcome::Booked { id: name } => {
                end(BookingEnd::Booked { id: name.clone(), read_back: false }).await?;
                FailurePoint::BookingEnded.pass();
                let read_back = self.see(id, &name, actor).await;
                Ok(Booked::Stands { id: name, local, earlier: false, read_back })
            }
            BookingOutcome::SlotTaken { reason } => {
                end(BookingEnd::Refused { reason, slot_taken: true }).await?;
                let slots = self.slots_in(state, self.window(state)).await.map_err(|error| error.to_string());
                Ok(Booked::SlotTaken { slots })
            }
            BookingOutcome::Refused { reason } | BookingOutcome::NotSent { reason } => {
                end(BookingEnd::Refused { reason: reason.clone(), slot_taken: false }).await?;
                Ok(Booked::Not { reason })
            }
            BookingOutcome::Unknown { reason } => {
                end(BookingEnd::Unknown { reason: reason.clone() }).await?;
                // Often it only was the answer that got lost: then it is there already.
                Ok(match self.settle(id, actor).await? {
                    Some(Booked::Stands { id, local, read_back, .. }) => {
                        Booked::Stands { id, local, earlier: false, read_back }
                    }
                    other => other.unwrap_or(Booked::Unknown { reason }),
                })
            }
        }
    }

    /// Reads a booked appointment back.
    async fn see(&self, id: DealershipId, name: &AppointmentId, actor: &Actor) -> ReadBack {
        let Some(state) = self.read_model().get(id) else { return ReadBack::NotThere };
        let Some(stands) = &state.appointment else { return ReadBack::NotThere };
        match self.appointments(&state, stands.vin.raw()).await {
            Ok(Ok(list)) if list.iter().any(|one| one.id == *name && one.local == stands.local) => {
                FailurePoint::BookingSeen.pass();
                match self.execute_as_leader(id, Command::SeeAppointment { id: name.clone() }, actor).await {
                    Ok(_) => ReadBack::Seen,
                    Err(error) => ReadBack::CouldNotTell(error.to_string()),
                }
            }
            Ok(Ok(_)) => ReadBack::NotThere,
            Ok(Err(why)) => ReadBack::CouldNotTell(why),
            Err(error) => ReadBack::CouldNotTell(error.to_string()),
        }
    }

    /// Reads an open booking back and records what is found. `None`: none is open (any more).
    async fn settle(&self, id: DealershipId, actor: &Actor) -> Result<Option<Booked>, RequestError> {
        let state = self.known(id)?;
        let Some(open) = &state.booking else { return Ok(None) };
        let (intent, local, asked_at) = (open.intent, open.local, self.now());
        let list = match self.appointments(&state, open.vin.raw()).await? {
            Ok(list) => list,
            Err(why) => {
                let reason = format!("it could not be read back: {why}");
                let end = BookingEnd::Unknown { reason: reason.clone() };
                self.execute_as_leader(id, Command::EndBooking { intent, end }, actor).await?;
                return Ok(Some(Booked::Unknown { reason }));
            }
        };
        let found = open.among(&list, state.appointment.as_deref());
        let end = match found {
            Some(one) => BookingEnd::Booked { id: one.id.clone(), read_back: true },
            None => BookingEnd::Absent { asked_at },
        };
        match self.execute_as_leader(id, Command::EndBooking { intent, end }, actor).await {
            Ok(_) => {}
            Err(RequestError::Refused(unsettled @ Refusal::BookingUnsettled(_))) => {
                return Ok(Some(Booked::Unknown { reason: unsettled.to_string() }));
            }
            Err(error) => return Err(error),
        }
        Ok(found.map(|one| {
            let (id, read_back) = (one.id.clone(), ReadBack::Seen);
            Booked::Stands { id, local, earlier: true, read_back }
        }))
    }
}
