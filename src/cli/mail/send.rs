//! `resend`, `mail send`, `mail retry`, `mail suppress` and `mail reminders`.

use std::sync::Arc;

use crate::domain::bulk::{Bulk, BulkKind};
use crate::domain::{Command, LetterId, LetterKind, Onboarding};
use crate::engine::{Engine, is_whole};
use crate::present::time::Zone;

use super::letters::{DealershipLetter, kind, matters, named as named_letters, of};
use super::post::{SentLetters, queued_by};

use super::super::app::{App, Need};
use super::super::args::{Letters, Resend, Targets};
use super::super::error::CliError;
use super::super::invite::TYPE_ABOVE;
use super::super::output::is_interactive;
use super::super::record::{ask_above_many, choose, possible, sure};
use super::super::report::{CommandReport, ItemOutcome, named};
use super::super::unfinished;

const MAIL: Need = Need { mail: true, platform: false, source: false, background: false };

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
    let engine = app.engine(MAIL).await?;
    engine.settle_letters().await;
    if kind.carries_code() {
        unfinished::tell(app, &engine, resume.then_some(BulkKind::Resend)).await;
    }
    let states = match resume {
        true => unfinished::left(&engine, BulkKind::Resend).await?,
        false => choose(app, &engine, |desk| desk.targets(&targets.dealerships, targets.query.as_deref()))?,
    };
    let allowed = |state: &&Arc<Onboarding>| engine.dry_run(state.id, &Command::QueueLetter { kind }).is_ok();
    let open: Vec<_> = states.iter().filter(allowed).cloned().collect();
    if !yes && !open.is_empty() {
        ask(app, &open, states.len() - open.len(), kind).await?;
    }
    let actor = app.actor();
    let commands: Vec<_> = open.iter().map(|state| (state.id, Command::QueueLetter { kind })).collect();
    let bulk = Bulk::of_commands(&commands, app.clock.now(), actor.as_str());
    let queued = async {
        let mut answers = Vec::new();
        for state in states {
            let answer = engine.execute(state.id, Command::QueueLetter { kind }, &actor).await;
            answers.push((state, answer));
        }
        answers
    };
    let whole = |answers: &Vec<_>| is_whole(answers.iter().map(|(_, answer)| answer));
    let mut done = Vec::new();
    for (state, answer) in engine.noted(bulk, queued, whole).await {
        let letter = answer.as_ref().ok().and_then(|events| queued_by(events));
        done.push((Arc::clone(&state), ItemOutcome::of_events(answer, &state)?, letter));
    }
    finish(app, &engine, done, targets.json.json).await
}

/// A letter cannot be taken back: who gets it is said before.
async fn ask(app: &App, states: &[Arc<Onboarding>], refused: usize, kind: LetterKind) -> Result<(), CliError> {
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

/// A dealership, what became of the wish, and the letter that is to go.
type Wanted = (Arc<Onboarding>, ItemOutcome, Option<LetterId>);

/// Hands over what was queued, and tells what became of each.
async fn finish(app: &App, engine: &Engine, done: Vec<Wanted>, json: bool) -> Result<(), CliError> {
    let letters: Vec<_> = done.iter().filter_map(|(state, _, letter)| Some((state.id, (*letter)?))).collect();
    let posted = SentLetters::now(engine, &letters).await?;
    let mut report = CommandReport::default();
    for (state, outcome, letter) in done {
        let outcome = outcome.with_letter(posted.of(letter));
        report.push(engine.book().get(state.id).unwrap_or(state), outcome);
    }
    report.finish(app, json)
}

fn chosen(app: &App, engine: &Engine, args: &Letters) -> Result<Vec<DealershipLetter>, CliError> {
    choose(app, engine, |desk| match args.all {
        true => Ok(of(desk.states, matters)),
        false => named_letters(desk, &args.letters),
    })
}

pub(super) async fn retry(app: &App, args: &Letters) -> Result<(), CliError> {
    let engine = app.engine(MAIL).await?;
    engine.settle_letters().await;
    let found = chosen(app, &engine, args)?;
    let command = |one: &DealershipLetter| Command::RetryLetter { letter: one.letter.id };
    let open = possible(&engine, found.iter().map(|one| (&*one.state, command(one))));
    ask_above_many(app, open, &format!("try {open} letters again"), args.yes).await?;
    let actor = app.actor();
    let mut done = Vec::new();
    for one in found {
        let answer = engine.execute(one.state.id, command(&one), &actor).await;
        let DealershipLetter { state, letter } = one;
        // One that was due already is as good as tried again.
        let letter = answer.is_ok().then_some(letter.id);
        done.push((Arc::clone(&state), ItemOutcome::of_events(answer, &state)?, letter));
    }
    finish(app, &engine, done, args.json.json).await
}

pub(super) async fn suppress(app: &App, args: &Letters, reason: &str) -> Result<(), CliError> {
    let engine = app.engine(Need::default()).await?;
    engine.settle_letters().await;
    let found = chosen(app, &engine, args)?;
    let command = |one: &DealershipLetter| Command::SuppressLetter { letter: one.letter.id, reason: reason.to_owned() };
    let open = possible(&engine, found.iter().map(|one| (&*one.state, command(one))));
    ask_above_many(app, open, &format!("drop {open} letters"), args.yes).await?;
    let actor = app.actor();
    let mut report = CommandReport::default();
    for one in found {
        let answer = engine.execute(one.state.id, command(&one), &actor).await;
        let outcome = ItemOutcome::of_events(answer, &one.state)?;
        report.push(one.state, outcome);
    }
    report.finish(app, args.json.json)
}

pub(super) async fn reminders(app: &App, on: bool, targets: &Targets) -> Result<(), CliError> {
    let engine = app.engine(Need::default()).await?;
    let states = choose(app, &engine, |desk| desk.targets(&targets.dealerships, targets.query.as_deref()))?;
    super::super::record::send(app, &engine, states, targets.json.json, |_| Ok(Command::SetReminders { on })).await
}
