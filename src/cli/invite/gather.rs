//! Which dealerships `invite` and `reissue` are about, and the code of each where codes come by paste.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::client::EngineClient;
use crate::domain::bulk::BulkKind;
use crate::domain::paste::{Expected, PasteContext, match_codes, names};
use crate::domain::text::clean;
use crate::domain::{DealershipId, FullNames, InvitationCode, Onboarding, Refusal, Timestamp};

use super::super::app::App;
use super::super::error::CliError;
use super::super::input::{name_of, read_text};
use super::super::report::named;
use super::super::select::{all, chosen};
use super::super::unfinished;
use super::args::Codes;

/// One dealership and, with pasted codes, its code.
pub(super) struct CodeItem {
    pub(super) state: Arc<Onboarding>,
    pub(super) pasted: Option<(InvitationCode, Timestamp)>,
    pub(super) refused: Option<Refusal>,
    /// An earlier run has recorded this very code.
    pub(super) already: bool,
}

impl CodeItem {
    fn of(state: Arc<Onboarding>) -> Self {
        Self { state, pasted: None, refused: None, already: false }
    }

    /// Whether a code is to be recorded for it.
    pub(super) fn is_open(&self) -> bool {
        self.refused.is_none() && !self.already
    }
}

/// Finds the dealerships and their pasted codes; anything wrong with the codes is told as a whole.
pub(super) async fn gather(
    app: &App,
    args: &Codes,
    client: &dyn EngineClient,
    what: BulkKind,
) -> Result<Vec<CodeItem>, CliError> {
    let targets = &args.targets;
    let named = !targets.dealerships.is_empty() || targets.query.is_some();
    if let Some(file) = &args.codes {
        let text = read_text(file).await?;
        if let Some(remark) = text.remark() {
            app.out.note(format!("{}: {remark}", name_of(file)));
        }
        let block = text.as_str();
        let states = all(app, client).await?;
        let full = FullNames::of(states.iter().map(|state| &**state));
        let wanted = match named {
            true => chosen(app, client, &targets.dealerships, targets.query.as_deref()).await?,
            false => named_in(block, &states, &full),
        };
        return matched(app, args, block, &full, client, &wanted);
    }
    let wanted = match args.resume {
        true => unfinished::left(app, client, what).await?,
        false => chosen(app, client, &targets.dealerships, targets.query.as_deref()).await?,
    };
    let Some(code) = &args.code else {
        if args.generated_at.is_some() {
            return Err(CliError::usage("--generated-at goes with --code or --codes"));
        }
        return Ok(wanted.into_iter().map(CodeItem::of).collect());
    };
    let [state] = wanted.as_slice() else {
        return Err(CliError::usage("--code is for one dealership; use --codes for several"));
    };
    let code = match code.as_str() {
        "-" => app.code_from_stdin().await?,
        code => code.to_owned(),
    };
    let code: InvitationCode = code.parse().map_err(|error| CliError::Refused(format!("{error}")))?;
    let generated_at = generated_at(app, args, state)?;
    Ok(vec![CodeItem { pasted: Some((code, generated_at)), ..CodeItem::of(Arc::clone(state)) }])
}

fn generated_at(app: &App, args: &Codes, state: &Onboarding) -> Result<Timestamp, CliError> {
    match &args.generated_at {
        Some(text) => app.moment(text, state.profile.timezone),
        None => Ok(app.clock.now()),
    }
}

/// The dealerships that the lines of a block name, in their order. What cannot be told is left to the check of the block.
fn named_in(block: &str, states: &[Arc<Onboarding>], full: &FullNames<'_>) -> Vec<Arc<Onboarding>> {
    let by_id: HashMap<DealershipId, &Arc<Onboarding>> = states.iter().map(|state| (state.id, state)).collect();
    let mut seen = HashSet::new();
    let names = names(block, &|name| full.find(name)).unwrap_or_default();
    let found = names.iter().filter_map(|name| full.find(name).one()).filter(|id| seen.insert(*id));
    found.filter_map(|id| by_id.get(&id).map(|state| Arc::clone(state))).collect()
}

fn matched(
    app: &App,
    args: &Codes,
    block: &str,
    full: &FullNames<'_>,
    client: &dyn EngineClient,
    chosen: &[Arc<Onboarding>],
) -> Result<Vec<CodeItem>, CliError> {
    let expected: Vec<Expected> =
        chosen.iter().map(|state| Expected { id: state.id, zone: state.profile.timezone }).collect();
    let resolve = |name: &str| full.find(name);
    let now = app.clock.now();
    let common = common_moment(app, args, chosen)?.unwrap_or(now);
    let present = |id| Some(client.read_model().get(id)?.invitation.as_ref()?.code.digest());
    let ctx = PasteContext {
        now,
        generated_at: common,
        policy: &client.info().policy,
        claims: client.read_model(),
        present: &present,
        resolve: &resolve,
    };
    let by_id: HashMap<DealershipId, &Arc<Onboarding>> = chosen.iter().map(|state| (state.id, state)).collect();
    let (codes, already) = match_codes(block, &expected, &ctx).map_err(|mistakes| {
        let words: Vec<String> = mistakes
            .iter()
            .map(|mistake| {
                let who = mistake.id.and_then(|id| by_id.get(&id)).map(|state| format!(" ({})", named(state)));
                format!("  {}{}", clean(&mistake.to_string()), who.unwrap_or_default())
            })
            .collect();
        CliError::Refused(format!("the codes were not taken; nothing is recorded:\n{}", words.join("\n")))
    })?;
    let codes = codes.into_iter().filter_map(|one| {
        let state = Arc::clone(by_id.get(&one.id)?);
        Some(CodeItem { pasted: Some((one.code, one.generated_at)), ..CodeItem::of(state) })
    });
    let already = already.iter().filter_map(|id| {
        // A line about another one than those that were chosen is none of this command's.
        let state = Arc::clone(by_id.get(id)?);
        Some(CodeItem { already: true, ..CodeItem::of(state) })
    });
    Ok(codes.chain(already).collect())
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
