//! `invite` and `reissue`: codes for one dealership or for many, checked as a whole before anything is recorded.

mod gather;

use std::sync::Arc;

use futures::{StreamExt, stream};
use serde_json::{Value, json};

use crate::domain::bulk::{Bulk, BulkKind};
use crate::domain::{
    Ask, CodeOrigin, Command, IntentId, InvitationCode, InvitationState, LetterId, Onboarding, Refusal, Timestamp,
    rfc3339,
};
use crate::engine::{Engine, EngineError, PastedCode, is_whole};
use crate::present::json::{DealershipName, InvitationDocument, SCHEMA};
use crate::present::time::{Zone, away, for_people};

use super::app::{App, Need};
use super::args::Codes;
use super::error::CliError;
use super::mail::post::{LetterResult, SentLetters};
use super::output::is_interactive;
use super::record::sure;
use super::report::{CommandReport, ItemOutcome, named};
use super::unfinished;
use gather::gather;

/// Above so many items the number must be typed.
pub(super) const TYPE_ABOVE: usize = 25;

/// How many sources of one kind are asked at once; the engine bounds it further.
const AT_ONCE: usize = 8;

/// What is wanted: a first code or a new one.
#[derive(Debug, Clone, Copy)]
pub(super) enum CodeKind {
    Invite,
    Reissue { despite_word: bool },
}

impl CodeKind {
    fn kind(self) -> BulkKind {
        match self {
            Self::Invite => BulkKind::Invite,
            Self::Reissue { .. } => BulkKind::Reissue,
        }
    }

    fn ask(self, state: &Onboarding) -> Ask {
        match self {
            Self::Invite => Ask::Invite,
            Self::Reissue { despite_word } => Ask::Reissue { seen: state.generation(), despite_word },
        }
    }
}

/// One dealership and, with pasted codes, its code.
struct Item {
    state: Arc<Onboarding>,
    pasted: Option<(InvitationCode, Timestamp)>,
    refused: Option<Refusal>,
    /// An earlier run has recorded this very code.
    already: bool,
}

impl Item {
    fn of(state: Arc<Onboarding>) -> Self {
        Self { state, pasted: None, refused: None, already: false }
    }

    /// Whether a code is to be recorded for it.
    fn is_open(&self) -> bool {
        self.refused.is_none() && !self.already
    }
}

pub(super) async fn run(app: &App, args: &Codes, wish: CodeKind) -> Result<(), CliError> {
    let engine = app.engine(Need { source: true, mail: !args.no_email, ..Need::default() }).await?;
    unfinished::tell(app, &engine, args.resume.then(|| wish.kind())).await;
    let mut items = gather(app, args, &engine, wish.kind()).await?;
    if items.is_empty() {
        return Err(CliError::usage(match args.codes {
            Some(_) => "no line of the codes names a dealership",
            None => "the query finds no dealership",
        }));
    }
    if engine.code_origin().is_none() && items.iter().any(|item| item.pasted.is_none() && !item.already) {
        return Err(EngineError::NoSource.into());
    }
    for item in items.iter_mut().filter(|item| !item.already) {
        item.refused = refusal(&engine, item, wish);
    }
    if args.dry_run {
        return plan(app, &engine, &items, args.targets.json.json);
    }
    let open = items.iter().filter(|item| item.is_open()).count();
    if open > 0 && !args.yes {
        confirm(app, &engine, &items, open).await?;
    }
    if !engine.sends_letters() && !args.no_email {
        app.out.note("no letters go out: mail is off ([mail] transport = \"none\")");
    }
    let outcomes = issue(app, &engine, &items, wish, !args.no_email).await?;
    let queued: Vec<Option<LetterId>> = items
        .iter()
        .zip(&outcomes)
        .map(|(item, outcome)| {
            letter(&engine, item).filter(|_| matches!(outcome, ItemOutcome::Done(..) | ItemOutcome::Already(..)))
        })
        .collect();
    let letters: Vec<_> =
        items.iter().zip(&queued).filter_map(|(item, queued)| Some((item.state.id, (*queued)?))).collect();
    let posted = SentLetters::now(&engine, &letters).await?;
    let mut report = CommandReport::default();
    for ((item, outcome), queued) in items.into_iter().zip(outcomes).zip(queued) {
        let none = || {
            matches!(outcome, ItemOutcome::Done(..))
                .then(|| LetterResult::none(no_letter(&engine, &item, args.no_email)))
        };
        let letter = posted.of(queued).or_else(none);
        report.push(item.state, outcome.with_letter(letter));
    }
    report.finish(app, args.targets.json.json)
}

/// The letter with the code that was just issued, if there is one.
fn letter(engine: &Engine, item: &Item) -> Option<LetterId> {
    let state = engine.book().get(item.state.id)?;
    let about_it = |letter: &&crate::domain::Letter| {
        letter.generation == state.generation()
            // What an earlier run left on its way goes out now.
            && (letter.generation > item.state.generation() || (item.already && letter.is_open()))
            && letter.kind.carries_code()
    };
    state.letters().iter().rev().find(about_it).map(|letter| letter.id)
}

/// Why no letter goes with a code that was just issued.
fn no_letter(engine: &Engine, item: &Item, unwanted: bool) -> &'static str {
    match engine.book().get(item.state.id) {
        _ if unwanted => "not wanted (--no-email)",
        _ if !engine.sends_letters() => "mail is off ([mail] transport = \"none\")",
        Some(state) if state.is_confirmed() => "the dealership is connected",
        _ => "none was queued",
    }
}

/// What the rules say before anything is recorded.
fn refusal(engine: &Engine, item: &Item, wish: CodeKind) -> Option<Refusal> {
    let (ask, intent) = (wish.ask(&item.state), IntentId::from_bits(0));
    let command = match (&item.pasted, engine.code_origin()) {
        (Some((code, generated_at)), _) => Command::IssueCode {
            code: code.clone(),
            generated_at: *generated_at,
            expires_at: None,
            source: CodeOrigin::Paste,
            intent,
            ask,
            mail: false,
        },
        (None, Some(source)) => Command::RequestCode { intent, source, ask, mail: false },
        (None, None) => return None,
    };
    // An open request is gone on with, not refused.
    // An orphan of a crash does not stand in the way of a code taken by hand: the engine knows whether it is one.
    engine.dry_run(item.state.id, &command).err().filter(|refusal| !matches!(refusal, Refusal::InFlight { .. }))
}

/// When the new code will die; with a source, if it is made now.
fn new_end(engine: &Engine, item: &Item, now: Timestamp) -> Option<Timestamp> {
    let generated_at = item.pasted.as_ref().map_or(now, |(_, at)| *at);
    generated_at.checked_add_signed(engine.policy().valid_for)
}

/// One line for the question: who, contact, how the old code stands, when the new one dies there and here.
fn line(app: &App, engine: &Engine, item: &Item, now: Timestamp) -> String {
    let profile = &item.state.profile;
    let old = match &item.state.invitation {
        None => "no code yet".to_owned(),
        Some(old) if old.state(now) == InvitationState::Live => format!("old code dies {}", away(old.expires_at, now)),
        Some(old) => format!("old code dead ({})", old.state(now).as_str()),
    };
    let new = new_end(engine, item, now).map_or_else(String::new, |at| {
        format!("new one dies {} (here {})", Zone::from(profile.timezone).line(at), app.zone.line(at))
    });
    format!("{}, {}: {old}; {new}", named(&item.state), profile.contact.email.plain())
}

async fn confirm(app: &App, engine: &Engine, items: &[Item], open: usize) -> Result<(), CliError> {
    let doubt = engine.clock_doubt();
    if !is_interactive() {
        if let Some(doubt) = doubt {
            return Err(CliError::Refused(format!("{doubt}; to issue {} all the same, add --yes", codes(open))));
        }
        return Err(CliError::usage(format!(
            "{} would be issued; add --yes to do it without being asked",
            codes(open)
        )));
    }
    let now = app.clock.now();
    let wanted = items.iter().filter(|item| item.is_open());
    for item in wanted.take(TYPE_ABOVE) {
        app.out.note(format!("  {}", line(app, engine, item, now)));
    }
    let refused = items.iter().filter(|item| item.refused.is_some()).count();
    let already = items.len() - open - refused;
    if already > 0 {
        app.out.note(format!("  {already} more are done already"));
    }
    if refused > 0 {
        app.out.note(format!("  {refused} more are refused and will be listed"));
    }
    if let Some(doubt) = doubt {
        app.out.warn(doubt.to_string());
    }
    sure(app, open, &format!("Issue {}?", codes(open))).await
}

fn codes(count: usize) -> String {
    if count == 1 { "1 code".to_owned() } else { format!("{count} codes") }
}

fn plan(app: &App, engine: &Engine, items: &[Item], json: bool) -> Result<(), CliError> {
    let now = app.clock.now();
    let open = items.iter().filter(|item| item.refused.is_none()).count();
    if json {
        let one = |item: &Item| {
            let word = match &item.refused {
                _ if item.already => "already",
                Some(_) => "would-be-refused",
                None => "would-be-issued",
            };
            json!({
                "dealership": DealershipName::of(&item.state),
                "outcome": word,
                "reason": item.refused.as_ref().map(ToString::to_string),
                "expires_at": new_end(engine, item, now).map(rfc3339),
            })
        };
        let items: Vec<Value> = items.iter().map(one).collect();
        app.out.document(&json!({ "schema": SCHEMA, "dry_run": true, "items": items }))?;
    }
    for item in items {
        match &item.refused {
            Some(refusal) => app.out.error(format!("{}: {refusal}", named(&item.state))),
            None if item.already && !json => app.out.line(format!("already so: {}", named(&item.state)))?,
            None if item.already => {}
            None if !json => app.out.line(format!("would issue: {}", line(app, engine, item, now)))?,
            None => {}
        }
    }
    match open {
        0 => Err(CliError::Told(4)),
        n if n < items.len() => Err(CliError::Partly),
        _ => Ok(()),
    }
}

/// Records or obtains every code that is not refused. An outcome for each item, in order.
async fn issue(
    app: &App,
    engine: &Engine,
    items: &[Item],
    wish: CodeKind,
    mail: bool,
) -> Result<Vec<ItemOutcome>, CliError> {
    let actor = app.actor();
    let open: Vec<&Item> = items.iter().filter(|item| !item.already).collect();
    let asks: Vec<_> =
        open.iter().filter(|item| item.is_open()).map(|item| (item.state.id, wish.ask(&item.state))).collect();
    let pasted = open.iter().any(|item| item.pasted.is_some());
    let bulk = Bulk::of_asks(&asks, pasted, app.clock.now(), actor.as_str());
    let one = |item: &&Item| {
        let (actor, engine, ask) = (actor.clone(), engine.clone(), wish.ask(&item.state));
        let (id, pasted, refused) = (item.state.id, item.pasted.clone(), item.refused.clone());
        async move {
            match (refused, pasted) {
                (Some(refusal), _) => Err(refusal.into()),
                (None, None) => engine.obtain(id, ask, mail, &actor).await,
                (None, Some((code, generated_at))) => {
                    let pasted = PastedCode { dealership: id, code, generated_at, expires_at: None, ask, mail };
                    let answer = engine.paste(vec![pasted], &actor).await.pop();
                    answer.map_or(Err(EngineError::Ending), |(_, answer)| answer)
                }
            }
        }
    };
    let futures: Vec<_> = open.iter().map(one).collect();
    let whole = |answers: &Vec<_>| is_whole(answers);
    let answers = engine.noted(bulk, stream::iter(futures).buffered(AT_ONCE).collect(), whole).await;
    let now = app.clock.now();
    let mut answers = answers.into_iter();
    let became = |item: &Item| match item.already {
        true => Ok(ItemOutcome::Already(format!("code {} is its present one", item.state.generation()), json!({}))),
        false => outcome(engine, item, answers.next().unwrap_or(Err(EngineError::Ending)), now),
    };
    items.iter().map(became).collect()
}

fn outcome(
    engine: &Engine,
    item: &Item,
    answer: Result<u32, EngineError>,
    now: Timestamp,
) -> Result<ItemOutcome, CliError> {
    let generation = match answer {
        Ok(generation) => generation,
        Err(error) => return ItemOutcome::of_error(error),
    };
    let state = engine.book().get(item.state.id).unwrap_or_else(|| Arc::clone(&item.state));
    let words = state.invitation.as_ref().map_or_else(String::new, |newest| {
        let zone = state.profile.timezone;
        let dies = for_people(newest.expires_at, zone, now);
        format!("code {generation} issued, {}, dies {dies}", newest.code.masked())
    });
    Ok(ItemOutcome::Done(words, json!({ "invitation": InvitationDocument::newest(&state, now, false) })))
}
