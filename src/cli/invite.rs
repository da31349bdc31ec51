//! `invite` and `reissue`: codes for one dealership or for many, checked as a whole before anything is recorded.

mod args;
mod gather;

use std::sync::Arc;

use serde_json::json;

use crate::client::{EngineClient, ask_each, clock_doubt, dry_run};
use crate::domain::bulk::BulkKind;
use crate::domain::{
    Ask, CodeOrigin, Command, IntentId, InvitationState, LetterId, Onboarding, Refusal, Timestamp, give_up_orphan,
    rfc3339, steps_to_obtain,
};
use crate::present::json::{DealershipName, InvitationDocument, SCHEMA};
use crate::present::time::{Zone, away, for_people};
use crate::protocol::{CodeRequest, PastedCode, Request, RequestError};

use super::app::App;
use super::error::{CliError, refused};
use super::mail::post::{LetterResult, SentLetters};
use super::output::is_interactive;
use super::record::{TYPE_ABOVE, sure};
use super::report::{CommandReport, ItemOutcome, named};
use super::unfinished;
use crate::wiring::Need;
pub use args::Codes;
use gather::{CodeItem, gather};

documents! {
    CodesPlanDocument<'a> of (items: Vec<PlannedCodeDocument<'a>>) {
        dry_run: bool = true,
        items: Vec<PlannedCodeDocument<'a>> = items,
        schema: u32 = SCHEMA,
    }

    PlannedCodeDocument<'a> of (item: &'a CodeItem, ends: Timestamp) {
        dealership: DealershipName<'a> = DealershipName::of(&item.state),
        expires_at: String = rfc3339(ends),
        outcome: &'static str = match &item.refused {
            _ if item.already => "already",
            Some(_) => "would-be-refused",
            None => "would-be-issued",
        },
        reason: Option<String> = item.refused.as_ref().map(refused),
    }
}

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

pub(super) async fn run(app: &App, args: &Codes, wanted: CodeKind) -> Result<(), CliError> {
    let states = args.code.is_some() || args.codes.is_some() || args.resume;
    let client = app.client(Need { source: true, mail: !args.no_email, states, ..Need::default() }).await?;
    unfinished::tell(app, &*client, args.resume.then(|| wanted.kind())).await?;
    let mut items = gather(app, args, &*client, wanted.kind()).await?;
    if items.is_empty() {
        return Err(CliError::usage(match args.codes {
            Some(_) => "no line of the codes names a dealership",
            None => "the query finds no dealership",
        }));
    }
    if client.info().code_origin.is_none() && items.iter().any(|item| item.pasted.is_none() && !item.already) {
        return Err(RequestError::NoSource.into());
    }
    for item in items.iter_mut().filter(|item| !item.already) {
        item.refused = refusal(&*client, item, wanted);
    }
    if args.dry_run {
        return plan(app, &*client, &items, args.targets.json.json);
    }
    let open = items.iter().filter(|item| item.is_open()).count();
    if open > 0 && !args.yes {
        confirm(app, &*client, &items, open).await?;
    }
    if !client.info().sends_letters() && !args.no_email {
        app.out.note("no letters go out: mail is off ([mail] transport = \"none\")");
    }
    let outcomes = issue(app, &*client, &items, wanted, !args.no_email).await;
    let queued: Vec<Option<LetterId>> = items
        .iter()
        .zip(&outcomes)
        .map(|(item, outcome)| {
            letter(&*client, item).filter(|_| matches!(outcome, ItemOutcome::Done(..) | ItemOutcome::Already(..)))
        })
        .collect();
    let letters = items.iter().zip(&queued).filter_map(|(item, queued)| Some((item.state.id, (*queued)?))).collect();
    let posted = SentLetters::now(app, &*client, letters).await;
    let mut report = CommandReport::default();
    for ((item, outcome), queued) in items.into_iter().zip(outcomes).zip(queued) {
        let none = || {
            matches!(outcome, ItemOutcome::Done(..))
                .then(|| LetterResult::none(no_letter(&*client, &item, args.no_email)))
        };
        let letter = posted.of(queued).or_else(none);
        report.push(item.state, outcome.with_letter(letter));
    }
    report.finish(app, args.targets.json.json)
}

/// The letter with the code that was just issued, if there is one.
fn letter(client: &dyn EngineClient, item: &CodeItem) -> Option<LetterId> {
    let state = client.read_model().get(item.state.id)?;
    let about_it = |letter: &&crate::domain::Letter| {
        letter.generation == state.generation()
            // What an earlier run left on its way goes out now.
            && (letter.generation > item.state.generation() || (item.already && letter.is_open()))
            && letter.kind.carries_code()
    };
    state.letters().iter().rev().find(about_it).map(|letter| letter.id)
}

/// Why no letter goes with a code that was just issued.
fn no_letter(client: &dyn EngineClient, item: &CodeItem, unwanted: bool) -> &'static str {
    match client.read_model().get(item.state.id) {
        _ if unwanted => "not wanted (--no-email)",
        _ if !client.info().sends_letters() => "mail is off ([mail] transport = \"none\")",
        Some(state) if state.is_confirmed() => "the dealership is connected",
        _ => "none was queued",
    }
}

/// What the rules say before anything is recorded. Only the engine knows whether a code is being asked for right now.
fn refusal(client: &dyn EngineClient, item: &CodeItem, wanted: CodeKind) -> Option<Refusal> {
    let (ask, intent) = (wanted.ask(&item.state), IntentId::from_bits(u64::MAX));
    let steps = match (&item.pasted, client.info().code_origin) {
        (Some((code, generated_at)), _) => {
            let issue = Command::IssueCode {
                code: code.clone(),
                generated_at: *generated_at,
                expires_at: None,
                source: CodeOrigin::Paste,
                intent,
                ask,
                mail: false,
            };
            Ok(give_up_orphan(&item.state, false).into_iter().chain([issue]).collect())
        }
        (None, Some(source)) => steps_to_obtain(&item.state, source, Some((ask, false)), intent, false),
        (None, None) => return None,
    };
    steps.and_then(|steps: Vec<_>| dry_run(client, item.state.id, &steps)).err()
}

/// When the new code will die; with a source, if it is made now.
fn new_end(client: &dyn EngineClient, item: &CodeItem, now: Timestamp) -> Timestamp {
    client.info().policy.code_end(item.pasted.as_ref().map_or(now, |(_, at)| *at))
}

/// One line for the question: who, contact, how the old code stands, when the new one dies there and here.
fn line(app: &App, client: &dyn EngineClient, item: &CodeItem, now: Timestamp) -> String {
    let profile = &item.state.profile;
    let old = match &item.state.invitation {
        None => "no code yet".to_owned(),
        Some(old) if old.state(now) == InvitationState::Live => format!("old code dies {}", away(old.expires_at, now)),
        Some(old) => format!("old code dead ({})", old.state(now).as_str()),
    };
    let ends = new_end(client, item, now);
    let (there, here) = (Zone::from(profile.timezone).line(ends), app.zone.line(ends));
    let email = profile.contact.email.plain();
    format!("{}, {email}: {old}; new one dies {there} (here {here})", named(&item.state))
}

async fn confirm(app: &App, client: &dyn EngineClient, items: &[CodeItem], open: usize) -> Result<(), CliError> {
    let doubt = clock_doubt(client);
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
        app.out.note(format!("  {}", line(app, client, item, now)));
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

fn plan(app: &App, client: &dyn EngineClient, items: &[CodeItem], json: bool) -> Result<(), CliError> {
    let now = app.clock.now();
    let open = items.iter().filter(|item| item.refused.is_none()).count();
    if json {
        let planned = items.iter().map(|item| PlannedCodeDocument::of(item, new_end(client, item, now)));
        app.out.document(&CodesPlanDocument::of(planned.collect()))?;
    }
    for item in items {
        match &item.refused {
            Some(refusal) => app.out.error(format!("{}: {}", named(&item.state), refused(refusal))),
            None if item.already && !json => app.out.line(format!("already so: {}", named(&item.state)))?,
            None if item.already => {}
            None if !json => app.out.line(format!("would issue: {}", line(app, client, item, now)))?,
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
    client: &dyn EngineClient,
    items: &[CodeItem],
    wanted: CodeKind,
    mail: bool,
) -> Vec<ItemOutcome> {
    let open = || items.iter().filter(|item| item.is_open()).map(|item| (item, wanted.ask(&item.state)));
    let paste = |(item, ask): (&CodeItem, Ask)| {
        let (code, generated_at) = item.pasted.clone()?;
        Some(PastedCode { dealership: item.state.id, code, generated_at, expires_at: None, ask, mail })
    };
    // Codes come by paste for all or for none.
    let request = match open().map(paste).collect::<Option<Vec<_>>>() {
        Some(codes) => Request::Paste(codes),
        None => {
            Request::Obtain(open().map(|(item, ask)| CodeRequest { dealership: item.state.id, ask, mail }).collect())
        }
    };
    let mut answers = ask_each::<u32>(client, request, &app.actor(), |_| {}).await.into_iter();
    let now = app.clock.now();
    let became = |item: &CodeItem| match &item.refused {
        _ if item.already => {
            ItemOutcome::Already(format!("code {} is its present one", item.state.generation()), json!({}))
        }
        Some(refusal) => ItemOutcome::of_error(refusal.clone().into()),
        None => outcome(client, item, answers.next().unwrap_or(Err(RequestError::Ending)), now),
    };
    items.iter().map(became).collect()
}

fn outcome(
    client: &dyn EngineClient,
    item: &CodeItem,
    answer: Result<u32, RequestError>,
    now: Timestamp,
) -> ItemOutcome {
    let generation = match answer {
        Ok(generation) => generation,
        Err(error) => return ItemOutcome::of_error(error),
    };
    let state = client.read_model().get(item.state.id).unwrap_or_else(|| Arc::clone(&item.state));
    let words = state.invitation.as_ref().map_or_else(String::new, |newest| {
        let zone = state.profile.timezone;
        let dies = for_people(newest.expires_at, zone, now);
        format!("code {generation} issued, {}, dies {dies}", newest.code.masked())
    });
    ItemOutcome::Done(words, json!({ "invitation": InvitationDocument::newest(&state, now, false) }))
}
