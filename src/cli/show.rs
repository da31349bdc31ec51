//! `show`: one dealership, now or as it stood at a moment.

use clap::Args;

use crate::domain::ProbeStatus;
use crate::domain::clock_doubt::humanize_code_ahead;
use crate::domain::text::{clean, fit, width};
use crate::domain::{Event, LikelyCause, NextStep, Onboarding, Policy, Timestamp, Untrusted, fold};
use crate::present::clocks::Clocks;
use crate::present::column::DealershipView;
use crate::present::event::{EventLine, timeline};
use crate::present::json::DealershipDocument;
use crate::present::time::{Zone, away, for_people};
use crate::present::{Tone, call, situation};
use crate::protocol::{EventQuery, Selection};

use super::app::App;
use super::args::Json;
use super::error::CliError;
use super::opcode::words;
use super::select::one;
use super::twins::{alike_documents, alike_hint};

#[derive(Debug, Args)]
pub struct Show {
    /// Which dealership
    pub dealership: String,
    /// As it stood then
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// With the full code
    #[arg(long)]
    pub reveal: bool,
    #[command(flatten)]
    pub json: Json,
}

pub(super) async fn run(app: &App, args: &Show) -> Result<(), CliError> {
    let reading = app.read().await?;
    let present = one(app, &*reading, &args.dealership).await?;
    let policy = &app.config.policy;
    let query = EventQuery { dealership: Some(present.id), ..EventQuery::default() };
    let mut events = reading.events(query).await?;
    let (state, now) = match &args.at {
        None => (Onboarding::clone(&present), app.clock.now()),
        Some(text) => {
            let at = app.moment(text, present.profile.timezone)?;
            events.retain(|event| event.at <= at);
            let state = fold(&events).ok_or_else(|| {
                let added = Zone::from(present.profile.timezone).line(present.added_at);
                CliError::Failed(format!("it was not in the store then; it was added {added}"))
            })?;
            (state, at)
        }
    };
    let probe = match &args.at {
        None => reading.probe_statuses(vec![state.id], &app.actor()).await?.pop().unwrap_or_default(),
        // What was looked since then is not known of then, nor what was due.
        Some(_) => ProbeStatus::of(&state, None, now, policy, None),
    };
    let alike = match &args.at {
        None => reading.alike(vec![state.id], &app.actor()).await?.concat(),
        Some(_) => {
            let it = Selection::Names(vec![state.id.to_string()]);
            let mut past = reading.select_past(it, now, true, &app.actor()).await?;
            past.alike.remove(&state.id).unwrap_or_default()
        }
    };
    if args.json.json {
        let view = DealershipView::of(&state, Some(&probe), now, policy, app.zone);
        let document = DealershipDocument::of(&view, args.reveal)
            .with_alike(alike_documents(&alike))
            .with_timeline(events.iter().map(|event| event.public(Some(&state.profile.name))).collect());
        return app.out.document(&document.with_schema());
    }
    let page = Page { app, state: &state, now };
    page.profile(policy)?;
    alike.iter().try_for_each(|other| page.line("twin", &alike_hint(app, other)))?;
    page.code(args.reveal, policy)?;
    page.second_clock()?;
    page.opcode(&policy.default_opcode)?;
    page.probe(&probe)?;
    page.mail()?;
    page.timeline(&events)
}

struct Page<'a> {
    app: &'a App,
    state: &'a Onboarding,
    now: Timestamp,
}

impl Page<'_> {
    fn line(&self, label: &str, text: &str) -> Result<(), CliError> {
        if text.is_empty() { Ok(()) } else { self.pieces(label, &[(text, Tone::Plain)]) }
    }

    fn pieces(&self, label: &str, pieces: &[(&str, Tone)]) -> Result<(), CliError> {
        self.app.out.entry(&format!("{}  ", self.app.out.paint(Tone::Faint, &fit(label, 12))), 14, pieces)
    }

    fn time(&self, at: Timestamp) -> String {
        for_people(at, self.state.profile.timezone, self.now)
    }

    fn profile(&self, policy: &Policy) -> Result<(), CliError> {
        let profile = &self.state.profile;
        let out = &self.app.out;
        out.line(out.paint(Tone::Strong, &profile.name.plain()))?;
        self.line("dealerCode", &profile.dealer_code.plain())?;
        self.line("id", &self.state.id.to_string())?;
        let stage = self.state.stage(self.now);
        match self.state.attention(self.now, policy) {
            Some(reason) => {
                let pieces = [(stage.as_str(), Tone::Plain), ("  ", Tone::Plain), (reason.message(), reason.into())];
                self.pieces("stage", &pieces)?;
            }
            None => self.line("stage", stage.as_str())?,
        }
        let default_opcode = &policy.default_opcode;
        self.line("", &situation(self.state, default_opcode, &Clocks::at(self.now)))?;
        let NextStep { whose, what, until, .. } = self.state.next_step(self.now);
        if !what.is_empty() {
            let until = until.map(|until| format!(" (until {})", self.time(until))).unwrap_or_default();
            self.line("next", &format!("{}: {what}{until}", whose.as_str()))?;
        }
        for (number, LikelyCause { cause, tell }) in (1..).zip(self.state.likely_causes(self.now, default_opcode)) {
            let tell = if tell.is_empty() { String::new() } else { format!(" → {tell}") };
            self.line(if number == 1 { "causes" } else { "" }, &format!("{number}. {cause}{tell}"))?;
        }
        let moment = |at| self.time(at);
        self.line("called", &call::last_call(self.state, moment).unwrap_or_default())?;
        self.line("told", &call::told_code(self.state, moment).unwrap_or_default())?;
        self.line("group", &profile.group.plain())?;
        self.line("brand", &profile.brand.plain())?;
        let place: Vec<_> =
            [profile.city.plain(), profile.state.plain()].into_iter().filter(|part| !part.is_empty()).collect();
        let zone = profile.timezone;
        let local = self.now.with_timezone(&zone).format("%H:%M %Z");
        let there = format!("{} (there {local})", zone.name());
        self.line("place", [place.join(", "), there].join("  ").trim_start())?;
        if let Some(words) = profile.zone_contradiction(self.now) {
            self.pieces("", &[(&words, Tone::Warn)])?;
        }
        let contact = &profile.contact;
        self.line("contact", &contact.humanize())?;
        for further in &self.state.further_contacts {
            self.line("also", &further.humanize())?;
        }
        self.line("owner", &profile.owner.as_ref().map(Untrusted::plain).unwrap_or_default())?;
        if let Some(until) = self.state.snoozed_until.filter(|until| *until > self.now) {
            self.line("snoozed", &format!("until {}", self.time(until)))?;
        }
        if let Some(at) = self.state.archived_at {
            self.line("archived", &self.time(at))?;
        }
        Ok(())
    }

    fn code(&self, reveal: bool, policy: &Policy) -> Result<(), CliError> {
        if let Some(pending) = &self.state.pending {
            let failed = pending.failed.as_deref().map(|why| format!("; {}", clean(why)));
            let asked = away(pending.at, self.now);
            self.line("requested", &format!("code {} {asked}{}", pending.generation, failed.unwrap_or_default()))?;
        }
        let Some(newest) = &self.state.invitation else {
            return self.line("code", "never invited");
        };
        let shown = if reveal { newest.code.reveal().to_owned() } else { newest.code.masked() };
        let state = newest.state(self.now).as_str();
        let by = clean(&newest.issued_by);
        self.line("code", &format!("{shown}  {state}, issue {}, issued by {by}", newest.generation))?;
        self.line("generated", &self.time(newest.generated_at))?;
        if let Some(ahead) = self.state.code_ahead(self.now, policy) {
            self.pieces("", &[(&humanize_code_ahead(ahead), Tone::Bad)])?;
        }
        self.line("expires", &self.time(newest.expires_at))
    }

    fn second_clock(&self) -> Result<(), CliError> {
        let clock = &self.state.confirmation;
        for (label, at) in [
            ("dealer said", clock.dealer_confirmed_at),
            ("Xtime due", self.state.xtime_due_at()),
            ("confirmed", clock.confirmed_at),
            ("lost", clock.lost_at),
        ] {
            if let Some(at) = at {
                self.line(label, &self.time(at))?;
            }
        }
        Ok(())
    }

    fn opcode(&self, default: &str) -> Result<(), CliError> {
        let (state, now) = (self.state, self.now);
        let code = clean(state.opcode_code(default));
        self.line("opcode", &format!("{code}  {}", state.opcode_state.as_str()))?;
        self.line("", &words::choice(state, now))?;
        words::findings(state, now).iter().try_for_each(|finding| self.line("", finding))?;
        if let Some(gone) = words::gone(state, now) {
            self.pieces("", &[(&gone, Tone::Warn)])?;
        }
        if let Some(lacks) = state.lacks() {
            self.pieces("lacks", &[(lacks, Tone::Warn)])?;
        }
        if let Some(at) = state.left_live_at {
            self.line("left live", &self.time(at))?;
        }
        if let Some(slots) = &state.slots {
            self.line("slots", &words::slots(slots, state, now))?;
        }
        if let Some(stands) = &state.appointment {
            self.line("appointment", &words::appointment(stands, state, now))?;
        }
        if let Some(open) = &state.booking {
            self.pieces("booking", &[(&words::open_booking(open, state, now), Tone::Warn)])?;
        }
        Ok(())
    }

    fn probe(&self, probe: &ProbeStatus) -> Result<(), CliError> {
        match &probe.last {
            None => self.line("last look", "none yet")?,
            Some(last) => {
                let words = format!("{}, {}", last.message(), away(last.at, self.now));
                let tone = if last.outcome.tells() { Tone::Plain } else { Tone::Warn };
                self.pieces("last look", &[(&words, tone)])?;
                if last.since < last.at {
                    self.line("", &format!("so since {}", self.time(last.since)))?;
                }
            }
        }
        match probe.next_at {
            None => Ok(()),
            Some(next) if next <= self.now => self.line("next look", "due now"),
            Some(next) => self.line("next look", &self.time(next)),
        }
    }

    fn mail(&self) -> Result<(), CliError> {
        let Some(mail) = &self.state.mail else { return Ok(()) };
        if let Some(refused) = &mail.refused {
            let words = format!("address refused: {} ({})", refused.status, refused.address.plain());
            self.pieces("mail", &[(&words, Tone::Warn)])?;
        }
        if mail.reminders_off {
            self.line("reminders", "off")?;
        }
        for letter in mail.letters.iter().rev() {
            let words = letter.words.as_deref().map(|words| format!(": {}", clean(words))).unwrap_or_default();
            let what = format!("{} {}", letter.kind, super::mail::state_words(letter, self.now));
            self.line("letter", &format!("{what} {}{words}", away(letter.at, self.now)))?;
        }
        Ok(())
    }

    fn timeline(&self, events: &[Event]) -> Result<(), CliError> {
        self.app.out.line(format!("\n{}", self.app.out.paint(Tone::Strong, "timeline")))?;
        let actors = events.iter().map(|event| width(&event.actor.to_string())).max().unwrap_or(0).min(20);
        let moment = |at| Zone::from(self.state.profile.timezone).line(at);
        for event in timeline(events) {
            let EventLine { when, actor, words, .. } = EventLine::of(event, moment);
            let indent = 2 + width(&when) + 2 + actors + 2;
            let label = format!("  {}  {}  ", self.app.out.paint(Tone::Faint, &when), fit(&actor, actors));
            self.app.out.entry(&label, indent, &[(&words, Tone::Plain)])?;
        }
        Ok(())
    }
}
