//! `invite` and `reissue`: codes for one dealership or for many, checked as a whole before anything is recorded.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use futures::{StreamExt, stream};
use serde_json::{Value, json};

use crate::domain::paste::{Expected, PasteContext, match_codes};
use crate::domain::text::clean;
use crate::domain::when::{away, in_zone};
use crate::domain::{
    Ask, CodeOrigin, Command, DealershipId, IntentId, InvitationCode, InvitationState, LetterId, Onboarding, Refusal,
    Timestamp, rfc3339,
};
use crate::engine::{Engine, EngineError, PastedCode};

use super::app::{App, Need};
use super::args::Codes;
use super::error::CliError;
use super::json::{SCHEMA, dealership};
use super::mail::post::{Posted, Told};
use super::output::is_interactive;
use super::record::all;
use super::report::{Outcome, Report, identity, named};
use super::select::Desk;

/// Above so many items the number must be typed.
pub(super) const TYPE_ABOVE: usize = 25;

/// How many sources of one kind are asked at once; the engine bounds it further.
const AT_ONCE: usize = 8;

/// What is wanted: a first code or a new one.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wish {
    Invite,
    Reissue { despite_word: bool },
}

impl Wish {
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
}

/// Runs either command.
pub(super) async fn run(app: &App, args: &Codes, wish: Wish) -> Result<(), CliError> {
    let engine = app.engine(Need { source: true, mail: !args.no_email, ..Need::default() }).await?;
    let mut items = gather(app, args, &engine).await?;
    if items.is_empty() {
        return Err(CliError::usage("the query finds no dealership"));
    }
    if engine.code_origin().is_none() && items.iter().any(|item| item.pasted.is_none()) {
        return Err(EngineError::NoSource.into());
    }
    for item in &mut items {
        item.refused = refusal(&engine, item, wish);
    }
    if args.dry_run {
        return plan(app, &engine, &items, args.targets.json.json);
    }
    let open = items.iter().filter(|item| item.refused.is_none()).count();
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
        .map(|(item, outcome)| letter(&engine, item).filter(|_| matches!(outcome, Outcome::Done(..))))
        .collect();
    let letters: Vec<_> =
        items.iter().zip(&queued).filter_map(|(item, queued)| Some((item.state.id, (*queued)?))).collect();
    let posted = Posted::now(&engine, &letters).await?;
    let mut report = Report::default();
    for ((item, outcome), queued) in items.into_iter().zip(outcomes).zip(queued) {
        let none =
            || matches!(outcome, Outcome::Done(..)).then(|| Told::none(no_letter(&engine, &item, args.no_email)));
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
            && letter.generation > item.state.generation()
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

/// Finds the dealerships and their pasted codes; anything wrong with the codes is told as a whole.
async fn gather(app: &App, args: &Codes, engine: &Engine) -> Result<Vec<Item>, CliError> {
    let states = all(engine);
    let me = app.config.operator();
    let desk = Desk { states: &states, now: app.clock.now(), policy: engine.policy(), me: &me };
    let targets = &args.targets;
    let named = !targets.dealerships.is_empty() || targets.query.is_some();
    if let Some(file) = &args.codes {
        let block = read_block(file).await?;
        let chosen = match named {
            true => desk.targets(&targets.dealerships, targets.query.as_deref())?,
            false => named_in(&block, &desk),
        };
        return matched(app, args, &block, &desk, engine, &chosen);
    }
    let chosen = desk.targets(&targets.dealerships, targets.query.as_deref())?;
    let Some(code) = &args.code else {
        if args.generated_at.is_some() {
            return Err(CliError::usage("--generated-at goes with --code or --codes"));
        }
        return Ok(chosen.into_iter().map(|state| Item { state, pasted: None, refused: None }).collect());
    };
    let [state] = chosen.as_slice() else {
        return Err(CliError::usage("--code is for one dealership; use --codes for several"));
    };
    let code: InvitationCode = code.parse().map_err(|error| CliError::Refused(format!("{error}")))?;
    let generated_at = generated_at(app, args, state)?;
    Ok(vec![Item { state: Arc::clone(state), pasted: Some((code, generated_at)), refused: None }])
}

fn generated_at(app: &App, args: &Codes, state: &Onboarding) -> Result<Timestamp, CliError> {
    match &args.generated_at {
        Some(text) => app.moment(text, state.profile.timezone),
        None => Ok(app.clock.now()),
    }
}

async fn read_block(path: &Path) -> Result<String, CliError> {
    let owned = path.to_owned();
    let read = tokio::task::spawn_blocking(move || match owned == Path::new("-") {
        true => std::io::read_to_string(std::io::stdin().lock()),
        false => std::fs::read_to_string(owned),
    });
    let read = read.await.map_err(|error| CliError::Failed(error.to_string()))?;
    read.map_err(|error| CliError::usage(format!("cannot read {}: {error}", crate::config::diagnostic::shown(path))))
}

/// The dealerships that the lines of a block name, in their order. What cannot be told is left to the check of the block.
fn named_in(block: &str, desk: &Desk<'_>) -> Vec<Arc<Onboarding>> {
    let mut found: Vec<Arc<Onboarding>> = Vec::new();
    for line in block.lines() {
        let name = line.split([',', '\t', ';']).next().unwrap_or_default().trim().trim_matches('"');
        if let Some(id) = desk.in_full(name)
            && let Some(state) = desk.states.iter().find(|state| state.id == id)
            && !found.iter().any(|known| known.id == state.id)
        {
            found.push(Arc::clone(state));
        }
    }
    found
}

fn matched(
    app: &App,
    args: &Codes,
    block: &str,
    desk: &Desk<'_>,
    engine: &Engine,
    chosen: &[Arc<Onboarding>],
) -> Result<Vec<Item>, CliError> {
    let expected: Vec<Expected> =
        chosen.iter().map(|state| Expected { id: state.id, zone: state.profile.timezone }).collect();
    // A file names dealerships in full: a part of a name that happens to be unambiguous may be the wrong rooftop.
    let resolve = |name: &str| desk.in_full(name);
    let common = common_moment(app, args, chosen)?.unwrap_or(desk.now);
    let ctx = PasteContext {
        now: desk.now,
        generated_at: common,
        policy: engine.policy(),
        claims: engine.book(),
        resolve: &resolve,
    };
    let by_id: HashMap<DealershipId, &Arc<Onboarding>> = chosen.iter().map(|state| (state.id, state)).collect();
    let matched = match_codes(block, &expected, &ctx).map_err(|mistakes| {
        let words: Vec<String> = mistakes
            .iter()
            .map(|mistake| {
                let who = mistake.id.and_then(|id| by_id.get(&id)).map(|state| format!(" ({})", named(state)));
                format!("  {}{}", clean(&mistake.to_string()), who.unwrap_or_default())
            })
            .collect();
        CliError::Refused(format!("the codes were not taken; nothing is recorded:\n{}", words.join("\n")))
    })?;
    Ok(matched
        .into_iter()
        .filter_map(|one| {
            let state = Arc::clone(by_id.get(&one.id)?);
            Some(Item { state, pasted: Some((one.code, one.generated_at)), refused: None })
        })
        .collect())
}

/// The one moment at which all codes were generated, if one was given. A wall clock means another moment in each zone, and
/// an hour too many would be promised to somebody.
fn common_moment(app: &App, args: &Codes, chosen: &[Arc<Onboarding>]) -> Result<Option<Timestamp>, CliError> {
    if args.generated_at.is_none() {
        return Ok(None);
    }
    let moments: Result<Vec<_>, _> = chosen.iter().map(|state| generated_at(app, args, state)).collect();
    let moments = moments?;
    // A relative moment is read once for each dealership, some milliseconds apart.
    let apart = moments.iter().max().zip(moments.iter().min()).map(|(last, first)| *last - *first);
    if apart.is_some_and(|apart| apart > chrono::TimeDelta::seconds(30)) {
        return Err(CliError::usage(
            "--generated-at is a wall clock, and these dealerships are in several zones: write it with an offset, like \
             2026-03-30T14:05-05:00, or give each code its own moment in the file",
        ));
    }
    Ok(moments.into_iter().min())
}

/// What the rules say before anything is recorded.
fn refusal(engine: &Engine, item: &Item, wish: Wish) -> Option<Refusal> {
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
        Some(old) => format!("old code dead ({})", super::json::state_word(old.state(now))),
    };
    let new = new_end(engine, item, now).map_or_else(String::new, |at| {
        format!("new one dies {} (here {})", in_zone(at, profile.timezone), app.zone.line(at))
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
    let wanted = items.iter().filter(|item| item.refused.is_none());
    for item in wanted.take(TYPE_ABOVE) {
        app.out.note(format!("  {}", line(app, engine, item, now)));
    }
    let refused = items.len() - open;
    if refused > 0 {
        app.out.note(format!("  {refused} more are refused and will be listed"));
    }
    if let Some(doubt) = doubt {
        app.out.warn(doubt.to_string());
    }
    let done = if open > TYPE_ABOVE {
        let answer = app.ask(&format!("Issue {open} codes? Type the number to go on: ")).await?;
        answer == open.to_string()
    } else {
        let answer = app.ask(&format!("Issue {}? [y/N] ", codes(open))).await?;
        matches!(answer.as_str(), "y" | "Y" | "yes")
    };
    if done { Ok(()) } else { Err(CliError::Refused("nothing was done".to_owned())) }
}

fn codes(count: usize) -> String {
    if count == 1 { "1 code".to_owned() } else { format!("{count} codes") }
}

fn plan(app: &App, engine: &Engine, items: &[Item], json: bool) -> Result<(), CliError> {
    let now = app.clock.now();
    let open = items.iter().filter(|item| item.refused.is_none()).count();
    if json {
        let one = |item: &Item| {
            let word = if item.refused.is_some() { "would-be-refused" } else { "would-be-issued" };
            json!({
                "dealership": identity(&item.state),
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
async fn issue(app: &App, engine: &Engine, items: &[Item], wish: Wish, mail: bool) -> Result<Vec<Outcome>, CliError> {
    let actor = app.actor();
    let one = |item: &Item| {
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
    let futures: Vec<_> = items.iter().map(one).collect();
    let answers: Vec<Result<u32, EngineError>> = stream::iter(futures).buffered(AT_ONCE).collect().await;
    let now = app.clock.now();
    items.iter().zip(answers).map(|(item, answer)| outcome(engine, item, answer, now)).collect()
}

fn outcome(
    engine: &Engine,
    item: &Item,
    answer: Result<u32, EngineError>,
    now: Timestamp,
) -> Result<Outcome, CliError> {
    let generation = match answer {
        Ok(generation) => generation,
        Err(error) => return Outcome::of_error(error),
    };
    let state = engine.book().get(item.state.id).unwrap_or_else(|| Arc::clone(&item.state));
    let words = state.invitation.as_ref().map_or_else(String::new, |newest| {
        let zone = state.profile.timezone;
        let dies = crate::domain::when::for_people(newest.expires_at, zone, now);
        format!("code {generation} issued, {}, dies {dies}", newest.code.masked())
    });
    let after = dealership(&state, now, engine.policy(), false);
    let invitation = after.get("invitation").cloned().unwrap_or_default();
    Ok(Outcome::Done(words, json!({ "invitation": invitation })))
}
