//! `show`: one dealership, now or as it stood at a moment.

use serde_json::Value;
use std::borrow::Cow;

use crate::client::ReadClient;
use crate::domain::clock_doubt::code_ahead_in_words;
use crate::domain::text::clean;
use crate::domain::when::{away, for_people, in_zone};
use crate::domain::{Event, NextStep, Onboarding, Policy, ProbeState, Timestamp, Untrusted, fold};
use crate::present::event::summary;
use crate::protocol::{EventQuery, ProbeStatus};

use super::app::App;
use super::args::Show;
use super::error::CliError;
use super::json::{dealership, opcode_word, state_word, with_schema};
use super::opcode::words;
use super::output::{Ink, fit};
use super::select::{all, one};
use super::twins::TwinFinder;

pub(super) async fn run(app: &App, args: &Show) -> Result<(), CliError> {
    let reading = app.read().await?;
    let present = one(app, &reading, &args.dealership).await?;
    let policy = &app.config.policy;
    let query = EventQuery { dealership: Some(present.id), ..EventQuery::default() };
    let mut events = reading.events(query).await?;
    let (state, now) = match &args.at {
        None => (Onboarding::clone(&present), app.clock.now()),
        Some(text) => {
            let at = app.moment(text, present.profile.timezone)?;
            events.retain(|event| event.at <= at);
            let state = fold(&events).ok_or_else(|| {
                let added = in_zone(present.added_at, present.profile.timezone);
                CliError::Failed(format!("it was not in the store then; it was added {added}"))
            })?;
            (state, at)
        }
    };
    let probe = match &args.at {
        None => reading.probe_status(state.id, &app.actor()).await?,
        // What was looked since then is not known of then, nor what was due.
        Some(_) => ProbeStatus { last: ProbeState::last(&state, None, now).map(Cow::into_owned), next_at: None },
    };
    // What is alike is so now.
    let states = if args.at.is_none() { all(app, &reading).await? } else { Vec::new() };
    let twins = args.at.is_none().then(|| TwinFinder::of(&states));
    let alike = twins.as_ref().map(|twins| twins.alike(&state));
    if args.json.json {
        let mut document = with_schema(dealership(&state, &probe, now, policy, args.reveal));
        if let Some(alike) = &alike {
            alike.put(&mut document);
        }
        if let Some(fields) = document.as_object_mut() {
            let timeline: Vec<Value> = events.iter().map(|event| event.public(Some(&state.profile.name))).collect();
            fields.insert("timeline".to_owned(), timeline.into());
        }
        return app.out.document(&document);
    }
    let page = Page { app, state: &state, now };
    page.profile(policy)?;
    let hints = alike.iter().flat_map(|alike| alike.hints(app));
    hints.into_iter().try_for_each(|hint| page.line("twin", &hint))?;
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
        if text.is_empty() {
            return Ok(());
        }
        self.app.out.line(format!("{}  {text}", self.app.out.ink(Ink::Dim, &fit(label, 12))))
    }

    fn time(&self, at: Timestamp) -> String {
        for_people(at, self.state.profile.timezone, self.now)
    }

    fn profile(&self, policy: &Policy) -> Result<(), CliError> {
        let profile = &self.state.profile;
        let out = &self.app.out;
        out.line(out.ink(Ink::Bold, &profile.name.plain()))?;
        self.line("dealerCode", &profile.dealer_code.plain())?;
        self.line("id", &self.state.id.to_string())?;
        let stage = self.state.stage(self.now);
        match self.state.attention(self.now, policy) {
            Some(reason) => self.line("stage", &format!("{stage}  {}", out.ink(Ink::Warn, reason.words())))?,
            None => self.line("stage", stage.word())?,
        }
        let NextStep { whose, what, until, .. } = self.state.next_step(self.now);
        if !what.is_empty() {
            let until = until.map(|until| format!(" (until {})", self.time(until))).unwrap_or_default();
            self.line("next", &format!("{}: {what}{until}", whose.word()))?;
        }
        self.line("group", &profile.group.plain())?;
        self.line("brand", &profile.brand.plain())?;
        let place: Vec<_> =
            [profile.city.plain(), profile.state.plain()].into_iter().filter(|part| !part.is_empty()).collect();
        let zone = profile.timezone;
        let local = self.now.with_timezone(&zone).format("%H:%M %Z");
        let there = format!("{} (there {local})", zone.name());
        self.line("place", [place.join(", "), there].join("  ").trim_start())?;
        if let Some(words) = profile.zone_contradiction(self.now) {
            self.line("", &out.ink(Ink::Warn, &words))?;
        }
        let contact = &profile.contact;
        self.line("contact", &contact.in_words())?;
        for further in &self.state.further_contacts {
            self.line("also", &further.in_words())?;
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
        let state = state_word(newest.state(self.now));
        let by = clean(&newest.issued_by);
        self.line("code", &format!("{shown}  {state}, issue {}, issued by {by}", newest.generation))?;
        self.line("generated", &self.time(newest.generated_at))?;
        if let Some(ahead) = self.state.code_ahead(self.now, policy) {
            self.line("", &self.app.out.ink(Ink::Bad, &code_ahead_in_words(ahead)))?;
        }
        self.line("expires", &self.time(newest.expires_at))
    }

    fn second_clock(&self) -> Result<(), CliError> {
        let clock = &self.state.confirmation;
        for (label, at) in [
            ("dealer said", clock.dealer_confirmed_at),
            ("Xtime due", clock.due_at.filter(|_| clock.confirmed_at.is_none() || clock.lost_at.is_some())),
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
        let (state, now, out) = (self.state, self.now, &self.app.out);
        let code = clean(state.opcode_code(default));
        self.line("opcode", &format!("{code}  {}", opcode_word(state.opcode_state)))?;
        self.line("", &words::choice(state, now))?;
        words::findings(state, now).iter().try_for_each(|finding| self.line("", finding))?;
        if let Some(gone) = words::gone(state, now) {
            self.line("", &out.ink(Ink::Warn, &gone))?;
        }
        if let Some(lacks) = state.lacks() {
            self.line("lacks", &out.ink(Ink::Warn, lacks))?;
        }
        if let Some(at) = state.left_live_at {
            self.line("left live", &self.time(at))?;
        }
        if let Some(slots) = &state.slots {
            self.line("slots", &words::slots(slots, state, now))?;
            if slots.count == 0 {
                self.line("", "the usual causes, likeliest first:")?;
                words::causes().try_for_each(|cause| self.line("", &format!("  {cause}")))?;
            }
        }
        if let Some(stands) = &state.appointment {
            self.line("appointment", &words::appointment(stands, state, now))?;
        }
        if let Some(open) = &state.booking {
            self.line("booking", &out.ink(Ink::Warn, &words::open_booking(open, state, now)))?;
        }
        Ok(())
    }

    fn probe(&self, probe: &ProbeStatus) -> Result<(), CliError> {
        match &probe.last {
            None => self.line("last look", "none yet")?,
            Some(last) => {
                let words = format!("{}, {}", last.words(), away(last.at, self.now));
                let ink = if last.outcome.tells() { Ink::Plain } else { Ink::Warn };
                self.line("last look", &self.app.out.ink(ink, &words))?;
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
            self.line("mail", &self.app.out.ink(Ink::Warn, &words))?;
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
        self.app.out.line(format!("\n{}", self.app.out.ink(Ink::Bold, "timeline")))?;
        let actors = events.iter().map(|event| event.actor.to_string().chars().count()).max().unwrap_or(0).min(20);
        let moment = |at| in_zone(at, self.state.profile.timezone);
        // By when it happened: what was noticed or entered later stands where it belongs.
        let mut events: Vec<&Event> = events.iter().collect();
        events.sort_by_key(|event| event.happened_at());
        for event in events {
            let at = moment(event.happened_at());
            let actor = fit(&event.actor.to_string(), actors);
            self.app.out.line(format!("  {}  {actor}  {}", self.app.out.ink(Ink::Dim, &at), summary(event, moment)))?;
        }
        Ok(())
    }
}
