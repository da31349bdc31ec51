//! `appointment`: the request for a test appointment, exactly as it would be sent; with `--book` it is sent, once, by hand.
//!
//! There is no public way to cancel an appointment. So nothing is sent for more than one dealership, nor without its dealerCode
//! having been typed, and a booking that had no answer is read back before anything else.

mod request;
mod send;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDateTime;
use clap::Args;
use serde_json::{Value, json};

use crate::client::{SharedClient, ask, dry_run};
use crate::domain::text::clean;
use crate::domain::when::in_full;
use crate::domain::{
    AppointmentId, BookedAppointment, BookingField, BookingProblem, Command, IntentId, Onboarding, Refusal,
};
use crate::present::Tone;
use crate::present::booking::{end, read_back};
use crate::present::json::{AppointmentDocument, BookingDocument, DealershipName, SCHEMA, SlotsSeenDocument};
use crate::protocol::{Booked, ReadBack, Request, RequestError, RequestPreview, Response};

use super::app::App;
use super::args::Json;
use super::check::looking;
use super::error::{CliError, refused};
use super::opcode::words;
use super::report::named;
use super::select::one;

documents! {
    /// What a script is told; what was not come to is left out.
    VisitDocument of (state: &Onboarding) {
        appointment: Value = Value::Null,
        #[serde(skip_serializing_if = "Option::is_none")]
        at_local: Option<NaiveDateTime> = None,
        booking: Value = Value::Null,
        dealership: Value = json!(DealershipName::of(state)),
        #[serde(skip_serializing_if = "Option::is_none")]
        earlier: Option<EarlierDocument> = None,
        #[serde(skip_serializing_if = "Option::is_none")]
        moves: Option<bool> = None,
        #[serde(skip_serializing_if = "Option::is_none")]
        opcode: Option<String> = None,
        outcome: &'static str = "",
        #[serde(skip_serializing_if = "Option::is_none")]
        read_back: Option<&'static str> = None,
        reason: Option<String> = None,
        #[serde(skip_serializing_if = "Option::is_none")]
        request: Option<RequestDocument> = None,
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<ResultDocument> = None,
        schema: u32 = SCHEMA,
        #[serde(skip_serializing_if = "Option::is_none")]
        slot_taken: Option<NaiveDateTime> = None,
        #[serde(skip_serializing_if = "Option::is_none")]
        slots: Option<SlotsSeenDocument> = None,
        #[serde(skip_serializing_if = "Option::is_none")]
        timezone: Option<&'static str> = None,
    }

    /// What became of the booking that had no answer.
    EarlierDocument of (outcome: &'static str, local: NaiveDateTime) {
        at_local: NaiveDateTime = local,
        outcome: &'static str = outcome,
    }

    ResultDocument of (id: &AppointmentId, local: NaiveDateTime, earlier: bool, read_back: &ReadBack) {
        at_local: NaiveDateTime = local,
        earlier: bool = earlier,
        id: AppointmentId = id.clone(),
        read_back: &'static str = send::read_back_word(read_back),
    }

    RequestDocument of (preview: &RequestPreview) {
        body: Value = preview.body.clone(),
        headers: BTreeMap<String, String> = preview.headers.iter().cloned().collect(),
        method: String = preview.method.clone(),
        url: String = preview.url.clone(),
    }
}

#[derive(Debug, Args)]
pub struct AppointmentArgs {
    /// Which dealership; always one alone
    pub dealership: String,
    /// For when: an offered time, on the dealership's clock or in RFC 3339; without it: the first that is offered
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Send it, after the dealership's dealerCode was typed. There is no cancel
    #[arg(long)]
    pub book: bool,
    /// Move the test appointment that stands
    #[arg(long)]
    pub reschedule: bool,
    /// You looked into Xtime's own calendar, and the booking without an answer is not there: it ends, after the dealerCode
    /// was typed
    #[arg(long, conflicts_with_all = ["book", "at", "reschedule"])]
    pub not_there: bool,
    #[command(flatten)]
    pub json: Json,
}

/// One run of the command.
struct Visit<'a> {
    app: &'a App,
    args: &'a AppointmentArgs,
    client: SharedClient,
    state: Arc<Onboarding>,
    document: VisitDocument,
}

pub(super) async fn run(app: &App, args: &AppointmentArgs) -> Result<(), CliError> {
    if (args.book || args.not_there) && app.globals.read_only {
        return Err(RequestError::ReadOnly.into());
    }
    let client = looking(app).await?;
    let state = one(app, &*client, &args.dealership).await?;
    let document = VisitDocument::of(&state);
    let mut visit = Visit { app, args, client, state, document };
    if args.not_there {
        return visit.give_up().await;
    }
    if visit.settle().await? {
        return Ok(());
    }
    if let Some(stands) = visit.state.appointment.clone().filter(|_| !args.reschedule)
        && let Err(refusal) = visit.ruled()
    {
        if args.book {
            return Err(visit.explained(&refusal));
        }
        return visit.stood(&stands).await;
    }
    visit.ruled().map_err(|refusal| visit.explained(&refusal))?;
    visit.complete()?;
    visit.proceed().await
}

impl Visit<'_> {
    /// Says something to people as a part of the answer.
    fn say(&self, text: &str) -> Result<(), CliError> {
        if self.args.json.json { Ok(()) } else { self.app.out.line(text) }
    }

    async fn ask<T>(&self, request: Request) -> Result<T, RequestError>
    where
        T: TryFrom<Response, Error = RequestError>,
    {
        ask(&*self.client, request, &self.app.actor()).await
    }

    /// The dealership as it stands now.
    fn refresh(&mut self) {
        if let Some(state) = self.client.read_model().get(self.state.id) {
            self.state = state;
        }
    }

    fn finish(&mut self, outcome: &'static str, reason: Option<&str>) -> Result<(), CliError> {
        self.refresh();
        self.document.outcome = outcome;
        self.document.reason = reason.map(str::to_owned);
        self.document.appointment = json!(self.state.appointment.as_deref().map(AppointmentDocument::of));
        self.document.booking = json!(self.state.booking.as_deref().map(BookingDocument::of));
        if self.args.json.json { self.app.out.document(&self.document) } else { Ok(()) }
    }

    /// Reads back a booking that had no answer. Whether that is the end of this run.
    async fn settle(&mut self) -> Result<bool, CliError> {
        let Some(open) = self.state.booking.clone() else { return Ok(false) };
        let now = self.app.clock.now();
        if self.app.globals.read_only {
            // The rules refuse everything else until it was read back, and say why.
            return Ok(false);
        }
        self.app.out.note(format!("{}: {}", named(&self.state), words::open_booking(&open, &self.state, now)));
        self.app.out.note("reading it back first");
        let found: Option<Booked> = self.ask(Request::SettleBooking(self.state.id)).await?;
        self.refresh();
        match found {
            None => {
                let when = words::local(open.local, &self.state);
                self.say(&format!("read back: there is no appointment for {when}; that booking was not made"))?;
                self.document.earlier = Some(EarlierDocument::of("not-booked", open.local));
                Ok(false)
            }
            Some(booked @ Booked::Stands { .. }) if self.args.reschedule => {
                self.document.earlier = Some(EarlierDocument::of("stands", open.local));
                self.stands(&booked)?;
                Ok(false)
            }
            Some(booked) => {
                self.ended(&booked)?;
                Ok(true)
            }
        }
    }

    /// Ends a booking without an answer on the word of somebody who looked into the platform's own calendar.
    async fn give_up(&mut self) -> Result<(), CliError> {
        let Some(open) = self.state.booking.clone() else {
            return Err(CliError::Refused("there is no booking without an answer".to_owned()));
        };
        let now = self.app.clock.now();
        self.app.out.note(format!("{}: {}", named(&self.state), words::open_booking(&open, &self.state, now)));
        self.typed("Type the dealerCode of this dealership to record that it is not there: ").await?;
        let found: Option<Booked> = self.ask(Request::GiveUpBooking(self.state.id)).await?;
        self.refresh();
        match found {
            Some(booked) => self.ended(&booked),
            None => {
                self.say("recorded: that booking was not made; another one may be sent")?;
                self.finish("not-booked", None)
            }
        }
    }

    async fn typed(&self, question: &str) -> Result<(), CliError> {
        let answer = self.app.ask(question).await?;
        if answer.is_empty() || answer != self.state.profile.dealer_code.raw().trim() {
            return Err(CliError::Refused("that is not its dealerCode: nothing was sent".to_owned()));
        }
        Ok(())
    }

    /// There is one already: how it stands, read back where that may be recorded.
    async fn stood(&mut self, stands: &BookedAppointment) -> Result<(), CliError> {
        let now = self.app.clock.now();
        self.say(&format!("a test appointment stands: {}", words::appointment(stands, &self.state, now)))?;
        if !self.app.globals.read_only
            && let Some(seen) = self.ask::<Option<ReadBack>>(Request::ReadBack(self.state.id)).await?
        {
            self.say(&format!("read back: {}", read_back(&seen)))?;
            self.document.read_back = Some(send::read_back_word(&seen));
        }
        self.say("It can be moved with --reschedule. There is no public cancel.")?;
        self.finish("stands", None)
    }

    /// What the rules say to a booking for this dealership, whatever its time.
    fn ruled(&self) -> Result<(), Refusal> {
        let (info, now) = (self.client.info(), self.app.clock.now());
        let command = Command::RequestBooking {
            intent: IntentId::from_bits(0),
            opcode: self.state.opcode_code(&info.policy.default_opcode).into(),
            local: now.with_timezone(&self.state.profile.timezone).naive_local(),
            vin: "".into(),
            moves: self.args.reschedule,
        };
        dry_run(&*self.client, self.state.id, &[command])
    }

    /// A refusal with what to do about it.
    fn explained(&self, refusal: &Refusal) -> CliError {
        let code = self.state.profile.dealer_code.plain();
        CliError::Refused(match refusal {
            Refusal::NotConnected(_) => format!("{refusal}\n`check {code}` looks again"),
            Refusal::OpcodeNotVisible(_) => {
                format!(
                    "{refusal}\n`check {code}` looks again; `opcode guide {code}` says what is still to be done there"
                )
            }
            refusal => refused(refusal),
        })
    }

    /// Whether everything is there that a booking needs, before anything is asked of the platform.
    fn complete(&self) -> Result<(), CliError> {
        let zone = self.state.profile.timezone;
        // Any full minute that exists: the time is checked later.
        let local = self.app.clock.now().with_timezone(&zone).date_naive().and_hms_opt(12, 0, 0).unwrap_or_default();
        let intent = IntentId::from_bits(0);
        let booking = self.app.config.appointment.booking(&self.state, local, intent, None, &self.client.info().policy);
        booking.complete().map_err(|problem| lacking(&problem))
    }
}

/// A problem of a booking with where to set what is wrong.
fn lacking(problem: &BookingProblem) -> CliError {
    let (key, also) = match problem {
        BookingProblem::Phone(_) => ("phone", true),
        BookingProblem::Email(_) => ("email", true),
        BookingProblem::Missing(field) | BookingProblem::Unsendable { field, .. } => match field {
            BookingField::Opcode => return CliError::Refused(problem.to_string()),
            BookingField::FirstName => ("first_name", false),
            BookingField::LastName => ("last_name", false),
            BookingField::Email => ("email", true),
            BookingField::Comment => ("comment", false),
            BookingField::Make => ("make", false),
            BookingField::Model => ("model", false),
            BookingField::Vin => ("vin", false),
        },
        _ => return CliError::Refused(problem.to_string()),
    };
    let own = if also { "import the dealership again with its own, or " } else { "" };
    CliError::Refused(format!("{}\n{own}set [appointment] {key} in the settings", clean(&problem.to_string())))
}

impl Visit<'_> {
    /// Says that an appointment stands, and whether it was seen there.
    fn stands(&self, booked: &Booked) -> Result<(), CliError> {
        let Booked::Stands { id, local, earlier, read_back: seen } = booked else { return Ok(()) };
        let when = words::local(*local, &self.state);
        let out = &self.app.out;
        let how = if *earlier { "booked by the earlier attempt; nothing is sent now" } else { "booked" };
        self.say(&format!("{}: test appointment {} for {when}, {how}", out.paint(Tone::Good, "done"), id.plain()))?;
        self.say(&format!("read back: {}", read_back(seen)))
    }

    /// The end of a booking, in words, for scripts, and as an exit code.
    fn ended(&mut self, booked: &Booked) -> Result<(), CliError> {
        let code = self.state.profile.dealer_code.plain().into_owned();
        let words = end(booked, |local| words::local(local, &self.state)).1.join("\n");
        match booked {
            Booked::Stands { id, local, earlier, read_back } => {
                self.stands(booked)?;
                self.document.result = Some(ResultDocument::of(id, *local, *earlier, read_back));
                self.finish("booked", None)
            }
            Booked::SlotTaken { .. } => {
                self.finish("slot-taken", None)?;
                Err(CliError::Refused(words))
            }
            Booked::Not { reason } => {
                self.finish("not-booked", Some(reason))?;
                Err(CliError::Failed(words))
            }
            Booked::Unknown { reason } => {
                self.finish("unknown", Some(reason))?;
                let settles = in_full(self.client.info().policy.booking_settles);
                Err(CliError::Failed(format!(
                    "{words}\nRun `appointment {code}` again, {settles} after it was sent or later; it looks first.\nIf you see in \
                     Xtime's own calendar that it is not there, say so: `appointment {code} --not-there`."
                )))
            }
        }
    }
}
