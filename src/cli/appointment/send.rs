//! Sending: the dealerCode is typed, the request goes out once, and what became of it is said.

use crate::domain::text::clean;
use crate::domain::{BookingProblem, Slot};
use crate::present::opcode::{SLOT_CAUSES, slot_causes};
use crate::protocol::{Booked, PlannedBooking, ReadBack, Request, RequestError};

use super::super::error::CliError;
use super::super::report::named;
use super::Visit;
use super::request::SlotOffer;

const NO_CANCEL: &str = "There is no public way to cancel an appointment: what is booked stands in the dealership's calendar until they \
                         remove it; it can only be moved.";

impl Visit<'_> {
    /// Shows the request for the wanted time; sends it when that was asked for.
    pub(super) async fn proceed(&mut self) -> Result<(), CliError> {
        let wanted = self.args.at.as_deref().map(|text| self.time(text)).transpose()?;
        let offer = self.offered().await?;
        let Some(local) = wanted.or_else(|| offer.slots.first().map(|slot| slot.local)) else {
            return Err(self.nothing_offered());
        };
        let planned = self.plan(local, &offer).await?;
        if !self.args.book {
            self.show(&planned, &offer)?;
            self.app.out.note("nothing was sent: --book sends it");
            return self.finish("planned", None);
        }
        self.book(planned, offer).await
    }

    fn nothing_offered(&self) -> CliError {
        let causes: Vec<String> = slot_causes().map(|cause| format!("  {cause}")).collect();
        let days = self.client.info().policy.slot_window;
        CliError::Refused(format!(
            "no slot is offered in {days} days, so there is nothing to ask for; {SLOT_CAUSES}\n{}",
            causes.join("\n")
        ))
    }

    /// Has the dealerCode typed and sends; when the slot is taken meanwhile, another one is chosen and the code typed again.
    async fn book(&mut self, mut planned: Box<PlannedBooking>, mut offer: SlotOffer) -> Result<(), CliError> {
        let app = self.app;
        loop {
            app.out.warn(NO_CANCEL);
            app.out.note(format!("This would be sent to {}:", named(&self.state)));
            self.show(&planned, &offer)?;
            self.typed("Type the dealerCode of this dealership to send it: ").await?;
            let request = Request::Book { dealership: self.state.id, planned: planned.clone() };
            let booked: Result<Option<Booked>, _> = self.ask(request).await;
            let slots = match booked {
                Ok(Some(Booked::SlotTaken { slots })) => slots.map_err(CliError::Failed),
                Err(RequestError::Booking(BookingProblem::NotOffered { .. })) => Ok(self.offered().await?.slots),
                Ok(Some(ended)) => return self.ended(&ended),
                Ok(None) => return Err(RequestError::Ending.into()),
                Err(error) => return Err(error.into()),
            };
            self.refresh();
            app.out.warn("the slot was taken meanwhile: nothing was booked");
            self.document.slot_taken = Some(planned.booking.local);
            (planned, offer) = self.another(slots?).await?;
        }
    }

    /// Has another time chosen from what is offered now.
    async fn another(&self, slots: Vec<Slot>) -> Result<(Box<PlannedBooking>, SlotOffer), CliError> {
        let out = &self.app.out;
        let offer = SlotOffer::of(slots);
        if offer.slots.is_empty() {
            return Err(self.nothing_offered());
        }
        out.note("offered now:");
        offer.menu().iter().for_each(|line| out.note(line));
        loop {
            let answer = self.app.ask("Choose a time (empty: stop): ").await?;
            if answer.is_empty() {
                return Err(CliError::Refused("nothing was booked".to_owned()));
            }
            let planned = match self.time(&answer) {
                Ok(local) => self.plan(local, &offer).await,
                Err(error) => Err(error),
            };
            match planned {
                Ok(planned) => return Ok((planned, offer)),
                Err(error @ (CliError::Usage(_) | CliError::Refused(_))) => out.note(clean(&error.to_string())),
                Err(error) => return Err(error),
            }
        }
    }
}

pub(super) const fn read_back_word(read_back: &ReadBack) -> &'static str {
    match read_back {
        ReadBack::Seen => "seen",
        ReadBack::NotThere => "not-there",
        ReadBack::CouldNotTell(_) => "unknown",
    }
}
