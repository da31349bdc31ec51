//! What is offered, which time is chosen, and the request as it would be sent.

use chrono::{NaiveDateTime, TimeZone, Timelike};
use serde_json::{Map, Value, json};

use crate::domain::text::is_invisible;
use crate::domain::{DaySlots, Slot, SlotCounts, slots_in_words};
use crate::engine::PlannedBooking;
use crate::xtime::RequestPreview;
use crate::xtime::window::Window;

use super::super::error::CliError;
use super::super::escaped;
use super::super::json::slots;
use super::super::opcode::words;
use super::super::report::named;
use super::Visit;

/// How many times are listed one by one.
const LISTED: usize = 12;

/// What is offered in the window of days.
pub(super) struct Offer {
    pub(super) slots: Vec<Slot>,
    counts: SlotCounts,
}

impl Offer {
    pub(super) fn of(slots: Vec<Slot>) -> Self {
        let counts = SlotCounts::of(slots.iter().map(|slot| slot.local));
        Self { slots, counts }
    }

    /// How many there are on each day, without one that is chosen.
    fn by_day(&self, without: Option<NaiveDateTime>) -> String {
        let left = |day: &DaySlots| day.count - u32::from(without.is_some_and(|local| local.date() == day.date));
        let days = self.counts.by_day.iter().filter(|day| left(day) > 0);
        let words: Vec<String> = days.map(|day| format!("{} {}", day.date.format("%a %d %b"), left(day))).collect();
        words.join(", ")
    }

    /// The first times, and how many there are on each day: to choose from.
    pub(super) fn menu(&self) -> Vec<String> {
        let times = self.slots.iter().take(LISTED).map(|slot| slot.local.format("%Y-%m-%d %H:%M").to_string());
        let mut lines: Vec<String> = times.map(|time| format!("  {time}")).collect();
        if self.slots.len() > LISTED {
            lines.push(format!("  … by day: {}", self.by_day(None)));
        }
        lines
    }
}

impl Visit<'_> {
    /// What is offered now, in the configured window.
    pub(super) async fn offered(&self) -> Result<Offer, CliError> {
        let (zone, days) = (self.state.profile.timezone, self.engine.policy().slot_window);
        let window = Window::from_today(self.app.clock.now(), zone, days);
        Ok(Offer::of(self.engine.slots(self.state.id, window).await?))
    }

    /// A time as somebody writes it, on the dealership's clock.
    pub(super) fn time(&self, text: &str) -> Result<NaiveDateTime, CliError> {
        let zone = self.state.profile.timezone;
        let at = self.app.moment(text, Some(zone))?;
        let local = at.with_timezone(&zone).naive_local();
        // The request carries a wall clock, and of an hour that comes twice the platform is told the first.
        if zone.from_local_datetime(&local).earliest().is_some_and(|first| first.to_utc() != at) {
            return Err(CliError::usage(format!(
                "{} comes twice there because clocks are set back, and the second cannot be booked: choose another time",
                local.format("%Y-%m-%d %H:%M")
            )));
        }
        Ok(local.with_second(0).and_then(|local| local.with_nanosecond(0)).unwrap_or(local))
    }

    /// The planned booking for a time, which must be offered.
    pub(super) async fn plan(&self, local: NaiveDateTime, offer: &Offer) -> Result<PlannedBooking, CliError> {
        let reschedule = self.args.reschedule;
        let planned = self.engine.plan_booking(self.state.id, local, reschedule, &self.app.config.appointment)?;
        if planned.booking.check(&offer.slots).is_err() {
            // Beyond the window a day is asked for by itself.
            let day = Window { first: local.date(), days: 1 };
            let today = self.app.clock.now().with_timezone(&self.state.profile.timezone).date_naive();
            let more = match local.date() >= today {
                true => self.engine.slots(self.state.id, day).await?,
                false => Vec::new(),
            };
            let all: Vec<Slot> = offer.slots.iter().copied().chain(more).collect();
            planned.booking.check(&all).map_err(|problem| CliError::Refused(problem.to_string()))?;
        }
        Ok(planned)
    }

    /// Shows the request and what else is offered, and notes it for scripts.
    pub(super) fn show(&mut self, planned: &PlannedBooking, offer: &Offer) -> Result<(), CliError> {
        let (booking, preview) = (&planned.booking, &planned.preview);
        self.note("at_local", json!(booking.local));
        self.note("timezone", booking.zone.name().into());
        self.note("opcode", booking.opcode.raw().into());
        self.note("moves", booking.appointment_id.is_some().into());
        self.note("slots", slots(&offer.counts));
        let headers: Map<String, Value> =
            preview.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        self.note(
            "request",
            json!({ "method": preview.method, "url": preview.url, "headers": headers, "body": preview.body }),
        );
        let (counts, zone) = (&offer.counts, booking.zone);
        let mut lines = vec![
            named(&self.state),
            format!("for      {}", words::local(booking.local, &self.state)),
            format!("offered  {}", slots_in_words(counts.count, counts.days(), counts.next, zone)),
        ];
        let others = offer.by_day(Some(booking.local));
        if !others.is_empty() {
            lines.push(format!("others   {others}"));
        }
        if let Some(stands) = self.state.appointment.as_ref().filter(|_| booking.appointment_id.is_some()) {
            lines.push(format!("moves    {}", words::appointment(stands, &self.state, self.app.clock.now())));
        }
        lines.push(String::new());
        lines.extend(written(preview)?);
        for line in lines {
            // With --json the answer is one document, but whoever types the dealerCode must have seen what is sent.
            match (self.args.json.json, self.args.book) {
                (false, _) => self.app.out.line(line)?,
                (true, true) => self.app.out.note(line),
                (true, false) => {}
            }
        }
        Ok(())
    }
}

/// The request in lines, nothing left out; what would act on a terminal is not printed raw.
fn written(preview: &RequestPreview) -> Result<Vec<String>, CliError> {
    let visible = |text: &str| text.chars().map(|c| if is_invisible(c) { '\u{fffd}' } else { c }).collect::<String>();
    let mut lines = vec![format!("{} {}", visible(&preview.method), visible(&preview.url))];
    lines.extend(preview.headers.iter().map(|(name, value)| format!("{}: {}", visible(name), visible(value))));
    lines.push(String::new());
    let mut body = Vec::new();
    escaped::pretty(&mut body, &preview.body)?;
    lines.extend(String::from_utf8_lossy(&body).lines().map(visible));
    Ok(lines)
}
