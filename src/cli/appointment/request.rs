//! What is offered, which time is chosen, and the request as it would be sent.

use crate::present::json::SlotsSeenDocument;
use crate::timezone::Tz;
use chrono::{NaiveDateTime, TimeZone, Timelike};

use crate::domain::SlotWindow;
use crate::domain::text::is_invisible;
use crate::domain::{DaySlots, Slot, SlotCounts, Timestamp, humanize_slots};
use crate::protocol::{PlannedBooking, Request, RequestError, RequestPreview};

use super::super::error::CliError;
use super::super::escaped;
use super::super::opcode::words;
use super::super::report::named;
use super::{RequestDocument, Visit};

/// How many times are listed one by one.
const LISTED: usize = 12;

/// What is offered in the window of days.
pub(super) struct SlotOffer {
    pub(super) slots: Vec<Slot>,
    counts: SlotCounts,
}

impl SlotOffer {
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
    pub(super) async fn offered(&self) -> Result<SlotOffer, CliError> {
        Ok(SlotOffer::of(self.slots(None).await?))
    }

    async fn slots(&self, window: Option<SlotWindow>) -> Result<Vec<Slot>, RequestError> {
        self.ask(Request::Slots { dealership: self.state.id, window }).await
    }

    /// A time as somebody writes it, on the dealership's clock.
    pub(super) fn time(&self, text: &str) -> Result<NaiveDateTime, CliError> {
        let zone = self.state.profile.timezone;
        wall_clock(self.app.moment(text, zone)?, zone).map_err(CliError::Usage)
    }

    /// The planned booking for a time, which must be offered.
    pub(super) async fn plan(&self, local: NaiveDateTime, offer: &SlotOffer) -> Result<Box<PlannedBooking>, CliError> {
        let (moves, plan) = (self.args.reschedule, self.app.config.appointment.clone());
        let request = Request::PlanBooking { dealership: self.state.id, local, moves, plan: Box::new(plan) };
        let planned: Box<PlannedBooking> = self.ask(request).await?;
        let mut offered = offer.slots.clone();
        let days = self.client.info().policy.slot_window;
        let window = SlotWindow::from_today(self.app.clock.now(), self.state.profile.timezone, days);
        // A day beyond the window is asked for by itself.
        if local.date() >= window.first && !window.contains(local.date()) {
            offered.extend(self.slots(Some(SlotWindow { first: local.date(), days: 1 })).await?);
        }
        planned.booking.check(&offered).map_err(|problem| CliError::Refused(problem.to_string()))?;
        Ok(planned)
    }

    /// Shows the request and what else is offered, and notes it for scripts.
    pub(super) fn show(&mut self, planned: &PlannedBooking, offer: &SlotOffer) -> Result<(), CliError> {
        let (booking, preview) = (&planned.booking, &planned.preview);
        self.document.at_local = Some(booking.local);
        self.document.timezone = Some(booking.zone.name());
        self.document.opcode = Some(booking.opcode.raw().to_owned());
        self.document.moves = Some(booking.appointment_id.is_some());
        self.document.slots = Some(SlotsSeenDocument::of(&offer.counts));
        self.document.request = Some(RequestDocument::of(preview));
        let (counts, zone) = (&offer.counts, booking.zone);
        let mut lines = vec![
            named(&self.state),
            format!("for      {}", words::local(booking.local, &self.state)),
            format!("offered  {}", humanize_slots(counts.count, counts.days(), counts.next, zone)),
        ];
        let others = offer.by_day(Some(booking.local));
        if !others.is_empty() {
            lines.push(format!("others   {others}"));
        }
        if let Some(stands) = self.state.appointment.as_deref().filter(|_| booking.appointment_id.is_some()) {
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

/// What the dealership's clock shows at a moment, to the minute. The request carries a wall clock, and of an hour that comes twice
/// the platform is told the first: the second cannot be asked for.
fn wall_clock(at: Timestamp, zone: Tz) -> Result<NaiveDateTime, String> {
    let local = at.with_timezone(&zone).naive_local();
    if zone.from_local_datetime(&local).earliest().is_some_and(|first| first.to_utc() != at) {
        return Err(format!(
            "{} comes twice there because clocks are set back, and the second cannot be booked: choose another time",
            local.format("%Y-%m-%d %H:%M")
        ));
    }
    Ok(local.with_second(0).and_then(|local| local.with_nanosecond(0)).unwrap_or(local))
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn local(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    #[test]
    fn the_first_of_a_repeated_hour_can_be_booked_and_the_second_cannot() {
        let clock = |text: &str| wall_clock(text.parse().unwrap(), chrono_tz::America::New_York.into());
        assert_eq!(clock("2026-11-01T05:30:59Z"), Ok(local("2026-11-01 01:30")));
        let second = clock("2026-11-01T06:30:00Z").unwrap_err();
        assert!(second.starts_with("2026-11-01 01:30 comes twice"), "{second}");
        assert_eq!(clock("2026-12-01T14:15:00Z"), Ok(local("2026-12-01 09:15")));
    }

    #[test]
    fn days_without_the_chosen_time_and_a_menu_that_stays_short() {
        let times = ["2026-12-01 09:15", "2026-12-02 09:15", "2026-12-02 09:30"].map(local);
        let offer = SlotOffer::of(times.map(|local| Slot { local, minutes: 15 }).to_vec());
        assert_eq!(offer.by_day(None), "Tue 01 Dec 1, Wed 02 Dec 2");
        assert_eq!(offer.by_day(Some(times[0])), "Wed 02 Dec 2");
        assert_eq!(offer.menu(), ["  2026-12-01 09:15", "  2026-12-02 09:15", "  2026-12-02 09:30"]);
        let many =
            (0..40).map(|number| Slot { local: times[0] + chrono::TimeDelta::minutes(15 * number), minutes: 15 });
        let menu = SlotOffer::of(many.collect()).menu();
        assert_eq!((menu.len(), menu[LISTED].as_str()), (LISTED + 1, "  … by day: Tue 01 Dec 40"));
    }

    #[test]
    fn nothing_of_the_request_is_left_out_or_raw() {
        let long = "x".repeat(900);
        let preview = RequestPreview {
            method: "POST".to_owned(),
            url: format!("https://xtime.example.com/{long}"),
            headers: vec![("user-agent".to_owned(), "a\u{1b}[2J\u{202e}".to_owned())],
            body: json!({ "comment": "\u{1b}]52;c;ZWNobw==\u{7}", "services": [{ "opcode": "Tell Us More" }] }),
        };
        let lines = written(&preview).unwrap();
        assert_eq!(lines[0].len(), "POST https://xtime.example.com/".len() + 900);
        assert!(!lines.iter().any(|line| line.chars().any(is_invisible)), "{lines:?}");
        let body: Value = serde_json::from_str(&lines[3..].join("\n")).unwrap();
        assert_eq!(body, preview.body, "what is shown reads back as what is sent");
    }
}
