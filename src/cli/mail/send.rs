//! `resend`, `mail send`, `mail retry`, `mail suppress` and `mail reminders`.

use std::sync::Arc;

use crate::client::{EngineClient, ask, dry_run};
use crate::domain::bulk::BulkKind;
use crate::domain::{Command, LetterId, LetterKind, Onboarding};
use crate::present::time::Zone;
use crate::protocol::Request;

use super::letters::{DealershipLetter, kind, named as named_letters, of};

use super::super::app::App;
use super::super::error::CliError;
use super::super::output::is_interactive;
use super::super::record::{
    Recorded, TYPE_ABOVE, ask_above_many, finish, possible, record_each, send as send_each, sure,
};
use super::super::report::{ItemOutcome, named};
use super::super::select::{all, chosen};
use super::super::unfinished;
use super::args::{Letters, Resend};
use crate::cli::args::Targets;
use crate::wiring::Need;

const MAIL: Need = Need { mail: true, platform: false, source: false, states: false, background: false };

/// `resend`: the letter of the present code once more.
pub(in crate::cli) async fn resend(app: &App, args: &Resend) -> Result<(), CliError> {
    // Which of both it is called follows from the code.
    queue(app, LetterKind::Invitation, &args.targets, args.resume, args.yes).await
}

pub(super) async fn send(app: &App, word: &str, targets: &Targets, yes: bool) -> Result<(), CliError> {
    let kind = kind(word)?;
    if kind.carries_code() {
        return Err(CliError::usage(
            "letters with a code go out by `invite` and `reissue`, and once more by `resend`; reminders come by themselves",
        ));
    }
    queue(app, kind, targets, false, yes).await
}

async fn queue(app: &App, kind: LetterKind, targets: &Targets, resume: bool, yes: bool) -> Result<(), CliError> {
    let client = app.client(Need { states: resume, ..MAIL }).await?;
    ask::<()>(&*client, Request::SettleLetters, &app.actor()).await?;
    if kind.carries_code() {
        unfinished::tell(app, &*client, resume.then_some(BulkKind::Resend)).await?;
    }
    let states = match resume {
        true => unfinished::left(app, &*client, BulkKind::Resend).await?,
        false => chosen(app, &*client, &targets.dealerships, targets.query.as_deref()).await?,
    };
    let command = Command::QueueLetter { kind };
    let refusals: Vec<_> =
        states.iter().map(|state| dry_run(&*client, state.id, std::slice::from_ref(&command)).err()).collect();
    let allowed = states.iter().zip(&refusals).filter(|(_, refusal)| refusal.is_none());
    let open: Vec<_> = allowed.map(|(state, _)| Arc::clone(state)).collect();
    if !yes && !open.is_empty() {
        confirm(app, &open, states.len() - open.len(), kind).await?;
    }
    let commands = open.into_iter().map(|state| (state, command.clone())).collect();
    let mut recorded = record_each(app, &*client, commands).await.into_iter();
    let mut done = Vec::with_capacity(states.len());
    for (state, refusal) in states.into_iter().zip(refusals) {
        match refusal {
            Some(refusal) => done.push((state, ItemOutcome::of_error(refusal.into()), None)),
            None => done.extend(recorded.next()),
        }
    }
    finish(app, &*client, done, targets.json.json).await
}

/// A letter cannot be taken back: who gets it is said before.
async fn confirm(app: &App, states: &[Arc<Onboarding>], refused: usize, kind: LetterKind) -> Result<(), CliError> {
    let what = if kind == LetterKind::Invitation { "the letter of the present code" } else { kind.as_str() };
    if !is_interactive() {
        return Err(CliError::usage(format!(
            "{what} would go to {}; add --yes to do it without being asked",
            count(states.len())
        )));
    }
    for state in states.iter().take(TYPE_ABOVE) {
        let end = state.invitation.as_ref().map(|code| Zone::from(state.profile.timezone).line(code.expires_at));
        let end = end.filter(|_| kind == LetterKind::Invitation).map(|end| format!("; the code dies {end}"));
        let contact = &state.profile.contact;
        app.out.note(format!(
            "  {}, {} {}{}",
            named(state),
            contact.name.plain(),
            contact.email.plain(),
            end.unwrap_or_default()
        ));
    }
    if refused > 0 {
        app.out.note(format!("  {refused} more are refused and will be listed"));
    }
    sure(app, states.len(), &format!("Send {what} to {}?", count(states.len()))).await
}

fn count(dealerships: usize) -> String {
    if dealerships == 1 { "1 dealership".to_owned() } else { format!("{dealerships} dealerships") }
}

/// Records a command for each letter that is named, once it is sure that so many are meant.
async fn record_letters(
    app: &App,
    client: &dyn EngineClient,
    args: &Letters,
    command: impl Fn(LetterId) -> Command,
    question: impl FnOnce(usize) -> String,
) -> Result<Vec<(Recorded, LetterId)>, CliError> {
    ask::<()>(client, Request::SettleLetters, &app.actor()).await?;
    let found = match args.all {
        true => of(&all(app, client).await?, false),
        false => named_letters(app, client, &args.letters).await?,
    };
    let commands: Vec<_> = found.iter().map(|one| (Arc::clone(&one.state), command(one.letter.id))).collect();
    let open = possible(client, &commands);
    match copies(client, &found, &commands) {
        copies if copies > 0 && !args.yes => ask_for_copies(app, copies).await?,
        _ => ask_above_many(app, open, &question(open), args.yes).await?,
    }
    let recorded = record_each(app, client, commands).await;
    Ok(recorded.into_iter().zip(found.iter().map(|one| one.letter.id)).collect())
}

/// How many of these commands may have a second copy arrive.
fn copies(client: &dyn EngineClient, found: &[DealershipLetter], commands: &[(Arc<Onboarding>, Command)]) -> usize {
    let may_be_one = |(one, (state, command)): &(&DealershipLetter, &(Arc<Onboarding>, Command))| {
        let again = matches!(command, Command::RetryLetter { .. }) && one.letter.may_have_arrived();
        again && dry_run(client, state.id, std::slice::from_ref(command)).is_ok()
    };
    found.iter().zip(commands).filter(may_be_one).count()
}

async fn ask_for_copies(app: &App, copies: usize) -> Result<(), CliError> {
    let what = match copies {
        1 => "1 letter may have arrived already: tried again, it may be a second copy".to_owned(),
        _ => format!("{copies} letters may have arrived already: tried again, they may be second copies"),
    };
    if !is_interactive() {
        return Err(CliError::usage(format!("{what}; add --yes to do it without being asked")));
    }
    sure(app, copies, &format!("{what}. Try again?")).await
}

pub(super) async fn retry(app: &App, args: &Letters) -> Result<(), CliError> {
    let client = app.client(MAIL).await?;
    let command = |letter| Command::RetryLetter { letter };
    let question = |open| format!("try {open} letters again");
    let recorded = record_letters(app, &*client, args, command, question).await?;
    let retried = recorded.into_iter().map(|((state, outcome, _), letter)| {
        // One that was due already is as good as tried again.
        let is_due = matches!(outcome, ItemOutcome::Done(..) | ItemOutcome::Unchanged);
        (state, outcome, is_due.then_some(letter))
    });
    finish(app, &*client, retried.collect(), args.json.json).await
}

pub(super) async fn suppress(app: &App, args: &Letters, reason: &str) -> Result<(), CliError> {
    let client = app.client(Need::default()).await?;
    let command = |letter| Command::SuppressLetter { letter, reason: reason.to_owned() };
    let recorded = record_letters(app, &*client, args, command, |open| format!("drop {open} letters")).await?;
    finish(app, &*client, recorded.into_iter().map(|(recorded, _)| recorded).collect(), args.json.json).await
}

pub(super) async fn reminders(app: &App, on: bool, targets: &Targets) -> Result<(), CliError> {
    let client = app.client(Need::default()).await?;
    let states = chosen(app, &*client, &targets.dealerships, targets.query.as_deref()).await?;
    send_each(app, &*client, states, targets.json.json, |_| Ok(Command::SetReminders { on })).await
}
