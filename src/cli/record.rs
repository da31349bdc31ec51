//! The commands that record one fact about dealerships: revoke, confirm, note, assign, snooze, archive; and what bulk commands share.

use std::sync::Arc;

use clap::Args;

use crate::client::{EngineClient, ask_each, dry_run};
use crate::domain::{Command, Event, LetterId, Onboarding, ProfileField, Untrusted};
use crate::protocol::Request;

use super::app::App;
use super::args::{Json, Targets};
use super::error::CliError;
use super::mail::post::{SentLetters, queued_by};
use super::output::is_interactive;
use super::report::{CommandReport, ItemOutcome, named};
use super::select::{chosen, one};
use super::set::tell_new_owner;
use crate::wiring::Need;

#[derive(Debug, Args)]
pub struct Confirm {
    #[command(flatten)]
    pub targets: Targets,
    /// When the dealer finished (default: now)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Do not acknowledge it by a letter
    #[arg(long)]
    pub no_email: bool,
}

#[derive(Debug, Args)]
pub struct Note {
    /// Which dealership
    pub dealership: String,
    /// What
    #[arg(required = true)]
    pub text: Vec<String>,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Args)]
pub struct Assign {
    /// Which dealership
    pub dealership: String,
    /// To whom
    #[arg(required_unless_present = "nobody", conflicts_with = "nobody")]
    pub owner: Option<String>,
    /// To nobody
    #[arg(long)]
    pub nobody: bool,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Args)]
pub struct Snooze {
    /// Which dealership
    pub dealership: String,
    /// For how long, like 2d, or until when
    #[arg(value_name = "DURATION|TIME", required_unless_present = "wake", conflicts_with = "wake")]
    pub until: Option<String>,
    /// End the snooze
    #[arg(long)]
    pub wake: bool,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Args)]
pub struct Revoke {
    #[command(flatten)]
    pub targets: Targets,
    /// Why
    #[arg(long, default_value = "")]
    pub reason: String,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

/// Above so many items the number must be typed.
pub(super) const TYPE_ABOVE: usize = 25;

/// Has the number typed when a command is about many.
pub(super) async fn ask_above_many(app: &App, count: usize, what: &str, yes: bool) -> Result<(), CliError> {
    if yes || count <= TYPE_ABOVE {
        return Ok(());
    }
    if !is_interactive() {
        return Err(CliError::usage(format!("this would {what}; add --yes to do it without being asked")));
    }
    let answer = app.ask(&format!("This will {what}. Type the number to go on: ")).await?;
    if answer == count.to_string() { Ok(()) } else { Err(CliError::Refused("nothing was done".to_owned())) }
}

/// Asks whether something is meant; above many the number must be typed.
pub(super) async fn sure(app: &App, count: usize, question: &str) -> Result<(), CliError> {
    let many = count > TYPE_ABOVE;
    let how = if many { "Type the number to go on:" } else { "[y/N]" };
    let answer = app.ask(&format!("{question} {how} ")).await?;
    let meant = if many { answer == count.to_string() } else { matches!(answer.as_str(), "y" | "Y" | "yes") };
    if meant { Ok(()) } else { Err(CliError::Refused("nothing was done".to_owned())) }
}

/// How many of these commands the rules would let through: whoever is refused anyway is not asked about first.
pub(super) fn possible(client: &dyn EngineClient, wanted: &[(Arc<Onboarding>, Command)]) -> usize {
    wanted.iter().filter(|(state, command)| dry_run(client, state.id, std::slice::from_ref(command)).is_ok()).count()
}

/// A dealership, what became of its command, and the letter that is to go.
pub(super) type Recorded = (Arc<Onboarding>, ItemOutcome, Option<LetterId>);

/// Records a command for each dealership.
pub(super) async fn record_each(
    app: &App,
    client: &dyn EngineClient,
    commands: Vec<(Arc<Onboarding>, Command)>,
) -> Vec<Recorded> {
    let (commands, states): (Vec<_>, Vec<_>) =
        commands.into_iter().map(|(state, command)| ((state.id, command), state)).unzip();
    let answers = ask_each::<Vec<Arc<Event>>>(client, Request::Execute(commands), &app.actor(), |_| {}).await;
    let recorded = states.into_iter().zip(answers).map(|(state, answer)| {
        let letter = answer.as_ref().ok().and_then(|events| queued_by(events));
        let outcome = ItemOutcome::of_events(answer, &state);
        (state, outcome, letter)
    });
    recorded.collect()
}

/// Hands over the letters that were queued, for whoever waits for them, and reports.
pub(super) async fn finish(
    app: &App,
    client: &dyn EngineClient,
    done: Vec<Recorded>,
    json: bool,
) -> Result<(), CliError> {
    let letters = done.iter().filter_map(|(state, _, letter)| Some((state.id, (*letter)?))).collect();
    let sent = SentLetters::now(app, client, letters).await;
    let mut report = CommandReport::default();
    for (state, outcome, letter) in done {
        report.push(state, outcome.with_letter(sent.of(letter)));
    }
    report.finish(app, json)
}

/// Records a command for each dealership and reports.
pub(super) async fn send(
    app: &App,
    client: &dyn EngineClient,
    states: Vec<Arc<Onboarding>>,
    json: bool,
    command: impl Fn(&Onboarding) -> Result<Command, CliError>,
) -> Result<(), CliError> {
    // What cannot be read is told before anything is recorded.
    let one = |state: Arc<Onboarding>| command(&state).map(|command| (state, command));
    let commands = states.into_iter().map(one).collect::<Result<_, _>>()?;
    finish(app, client, record_each(app, client, commands).await, json).await
}

pub(super) async fn revoke(app: &App, args: &Revoke) -> Result<(), CliError> {
    let client = app.client(Need::default()).await?;
    let targets = &args.targets;
    let states = chosen(app, &*client, &targets.dealerships, targets.query.as_deref()).await?;
    let reason: Untrusted = args.reason.as_str().into();
    let command = Command::Revoke { reason };
    let commands: Vec<_> = states.iter().map(|state| (Arc::clone(state), command.clone())).collect();
    let open = possible(&*client, &commands);
    if !args.yes && open > 0 {
        let what = match states.as_slice() {
            [one] => named(one),
            _ => format!("{open} dealerships"),
        };
        if !is_interactive() {
            return Err(CliError::usage(format!(
                "the living code of {what} would be taken back; add --yes to do it without being asked"
            )));
        }
        sure(app, open, &format!("Take back the living code of {what}? It stays dead.")).await?;
    }
    finish(app, &*client, record_each(app, &*client, commands).await, targets.json.json).await
}

pub(super) async fn confirm(app: &App, args: &Confirm) -> Result<(), CliError> {
    let client = app.client(Need { mail: !args.no_email, ..Need::default() }).await?;
    let targets = &args.targets;
    let states = chosen(app, &*client, &targets.dealerships, targets.query.as_deref()).await?;
    send(app, &*client, states, targets.json.json, |state| {
        let said_at = match &args.at {
            Some(text) => app.moment(text, state.profile.timezone)?,
            None => app.clock.now(),
        };
        Ok(Command::ConfirmByDealer { said_at, mail: !args.no_email })
    })
    .await
}

pub(super) async fn note(app: &App, args: &Note) -> Result<(), CliError> {
    let client = app.client(Need::default()).await?;
    let state = vec![one(app, &*client, &args.dealership).await?];
    let text = args.text.join(" ");
    send(app, &*client, state, args.json.json, |_| Ok(Command::Note { text: text.as_str().into() })).await
}

pub(super) async fn assign(app: &App, args: &Assign) -> Result<(), CliError> {
    let client = app.client(Need::default()).await?;
    let state = vec![one(app, &*client, &args.dealership).await?];
    let owner = args.owner.as_deref().map(str::trim).filter(|owner| !owner.is_empty());
    if owner.is_none() && !args.nobody {
        return Err(CliError::usage("to whom? (or --nobody)"));
    }
    if let (Some(owner), [one]) = (owner, state.as_slice())
        && one.profile.text_of(ProfileField::Owner) != owner
    {
        tell_new_owner(app, &*client, one.id, owner).await?;
    }
    send(app, &*client, state, args.json.json, |_| Ok(Command::Assign { owner: owner.map(Into::into) })).await
}

pub(super) async fn snooze(app: &App, args: &Snooze) -> Result<(), CliError> {
    let client = app.client(Need::default()).await?;
    let state = vec![one(app, &*client, &args.dealership).await?];
    send(app, &*client, state, args.json.json, |state| {
        let until = args.until.as_deref().map(|text| app.ahead(text, state.profile.timezone)).transpose()?;
        Ok(Command::Snooze { until })
    })
    .await
}

pub(super) async fn archive(app: &App, targets: &Targets, undo: bool) -> Result<(), CliError> {
    let client = app.client(Need::default()).await?;
    let states = chosen(app, &*client, &targets.dealerships, targets.query.as_deref()).await?;
    let command = if undo { Command::Unarchive } else { Command::Archive };
    send(app, &*client, states, targets.json.json, |_| Ok(command.clone())).await
}
