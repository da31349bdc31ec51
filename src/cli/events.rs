//! `events`: the log, and its tail beside a running owner.

mod tail;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use clap::Args;

use crate::domain::{
    DealershipId, Event, Fact, Onboarding, Query, QueryContext, Searchable, Timestamp, TwinIndex, evolve, rfc3339,
};
use crate::present::Tone;
use crate::present::event::{EventLine, summary};
use crate::present::log_line::name;
use crate::protocol::EventQuery;

use super::app::App;
use super::error::CliError;
use super::select::all;
use super::table::{self, LEAST, TextColumn};
use crate::domain::text::fit;
use tail::EventFollower;

#[derive(Debug, Args)]
pub struct Events {
    /// Of which dealerships; several words are one query
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// Go on with what happens from now on
    #[arg(short, long)]
    pub follow: bool,
    /// Only what was recorded from then on; a day means its start
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub since: Option<String>,
    /// Only what was recorded before then; a day means its start
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub until: Option<String>,
    /// Only these kinds, or groups of them
    #[arg(long, value_name = "KIND,…", value_delimiter = ',')]
    pub kind: Vec<String>,
    /// Only the last so many (of what is there already)
    #[arg(short = 'n', long, value_name = "N")]
    pub limit: Option<usize>,
    /// JSON lines
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// CSV, with times in UTC
    #[arg(long)]
    pub csv: bool,
}

pub(super) async fn run(app: &App, args: &Events) -> Result<(), CliError> {
    let text = args.query.join(" ");
    let filter = Filter {
        query: Query::parse(&text).map_err(|error| CliError::query(&text, &error))?,
        kinds: kinds(&args.kind).map_err(CliError::usage)?,
    };
    let since = args.since.as_deref().map(|text| app.span(text)).transpose()?;
    let until = args.until.as_deref().map(|text| app.span(text)).transpose()?;
    let (reading, states, tail) = match args.follow {
        true => EventFollower::open(app).await?,
        false => {
            let reading = app.read().await?;
            let states = all(app, &*reading).await?;
            (reading, states, None)
        }
    };
    let mut known = SearchIndex::default();
    states.iter().for_each(|state| known.put(state));
    let before = tail.as_ref().map(|tail| tail.after + 1);
    let query = EventQuery { kinds: filter.kinds.clone(), since, until, before, ..EventQuery::default() };
    // With a filter by dealership the newest ones are only known after it was applied.
    let query = match args.limit {
        Some(limit) if filter.query.is_empty() => EventQuery { limit: Some(limit), newest: true, ..query },
        _ => query,
    };
    let me = app.config.operator();
    let policy = app.config.policy.clone();
    let open = || TwinIndex::of_open(states.iter().map(AsRef::as_ref)).members();
    let twins = filter.query.asks_for_twins().then(open);
    let ctx = QueryContext { now: app.clock.now(), policy: &policy, me: Some(&me), twins: twins.as_ref() };
    let mut events = reading.events(query).await?;
    // What came meanwhile is told by the tail.
    let told_later = |event: &Event| tail.as_ref().is_some_and(|tail| event.seq > tail.after);
    events.retain(|event| !told_later(event) && filter.matches(event, &known, &ctx));
    let form = Form::of(args);
    if form == Form::Csv {
        app.out.csv(HEADING.map(str::to_owned))?;
    }
    let skip = args.limit.map_or(0, |limit| events.len().saturating_sub(limit));
    for event in events.iter().skip(skip) {
        print(app, event, known.of(event), form)?;
    }
    app.out.flush()?;
    match tail {
        Some(tail) => follow(app, form, &filter, (known, twins), tail, until).await,
        None => Ok(()),
    }
}

/// Prints what is recorded from now on, until a signal ends it, its time is over, or nobody reads any more.
async fn follow(
    app: &App,
    form: Form,
    filter: &Filter,
    (mut known, twins): (SearchIndex, Option<HashSet<DealershipId>>),
    mut tail: EventFollower,
    until: Option<Timestamp>,
) -> Result<(), CliError> {
    let me = app.config.operator();
    let policy = app.config.policy.clone();
    let over = async {
        match until {
            Some(until) => app.clock.sleep_until(until).await,
            None => std::future::pending().await,
        }
    };
    let mut over = std::pin::pin!(over);
    loop {
        let news = tokio::select! {
            biased;
            news = tail.next(app) => news?,
            () = &mut over => return Ok(()),
        };
        for event in news {
            known.evolve(&event);
            let ctx = QueryContext { now: app.clock.now(), policy: &policy, me: Some(&me), twins: twins.as_ref() };
            if until.is_none_or(|until| event.at < until) && filter.matches(&event, &known, &ctx) {
                print(app, &event, known.of(&event), form)?;
            }
        }
        app.out.flush()?;
    }
}

fn kinds(patterns: &[String]) -> Result<Vec<u8>, String> {
    Ok(patterns.iter().map(|pattern| Fact::places_of(pattern)).collect::<Result<Vec<_>, _>>()?.concat())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    People,
    Json,
    Csv,
}

impl Form {
    fn of(args: &Events) -> Self {
        match (args.json, args.csv) {
            (true, _) => Self::Json,
            (_, true) => Self::Csv,
            _ => Self::People,
        }
    }
}

pub(super) struct Filter {
    query: Query,
    kinds: Vec<u8>,
}

impl Filter {
    fn matches(&self, event: &Event, known: &SearchIndex, ctx: &QueryContext<'_>) -> bool {
        let kind = event.fact.index();
        let wanted = self.kinds.is_empty() || self.kinds.contains(&kind);
        let Some(id) = event.dealership else { return wanted && self.query.matches_event_of_platform(kind) };
        wanted
            && (self.query.is_empty()
                || known.0.get(&id).is_some_and(|(state, text)| self.query.matches_event(kind, state, text, ctx)))
    }
}

/// The dealerships by id, ready to be searched.
#[derive(Default)]
pub(super) struct SearchIndex(HashMap<DealershipId, (Arc<Onboarding>, Searchable)>);

impl SearchIndex {
    pub(super) fn put(&mut self, state: &Arc<Onboarding>) {
        let text = Searchable::new(state.id, &state.profile);
        self.0.insert(state.id, (Arc::clone(state), text));
    }

    /// Takes in what happened to one of them.
    fn evolve(&mut self, event: &Event) {
        if let Some(state) = evolve(self.of(event).cloned(), event) {
            self.put(&Arc::new(state));
        }
    }

    /// The dealership of an event.
    fn of(&self, event: &Event) -> Option<&Onboarding> {
        self.0.get(&event.dealership?).map(|(state, _)| state.as_ref())
    }
}

fn print(app: &App, event: &Event, state: Option<&Onboarding>, form: Form) -> Result<(), CliError> {
    match form {
        Form::Json => app.out.json_line(&event.public(state.map(|state| &state.profile.name))),
        Form::Csv => app.out.csv(cells(event, state)),
        Form::People => line(app, event, state),
    }
}

/// The cells of a dealership's name.
const NAME: usize = 28;

/// Rather than fewer of what happened, who did it is left out.
const WORDS: usize = 32;

/// In the operator's zone whoever it is about: a log in many zones looks out of order.
fn line(app: &App, event: &Event, state: Option<&Onboarding>) -> Result<(), CliError> {
    let EventLine { when, actor, words, tone } = EventLine::of(event, |at| app.zone.line(at));
    // The number is what `meaning add` asks for.
    let number = event.fact.unrecognised().map(|_| format!(", event {}", event.seq)).unwrap_or_default();
    let who = if number.is_empty() { TextColumn::whole(1) } else { TextColumn::whole(0) };
    let columns = [TextColumn::whole(0), TextColumn::whole(0), TextColumn::cut(0, WORDS), who];
    let name_room = app.out.room().map_or(NAME, |room| (room / 4).clamp(LEAST, NAME));
    let row = vec![
        vec![(fit(&when, 21), Tone::Faint)],
        vec![(fit(&name(event, state), name_room), Tone::Plain)],
        vec![(words, tone)],
        vec![(format!("({actor}{number})"), Tone::Faint)],
    ];
    table::print(&app.out, &columns, &[row])
}

const HEADING: [&str; 9] =
    ["seq", "at", "happened_at", "actor", "kind", "dealership_id", "dealer_code", "name", "what"];

fn cells(event: &Event, state: Option<&Onboarding>) -> [String; 9] {
    let profile = state.map(|state| &state.profile);
    [
        event.seq.to_string(),
        rfc3339(event.at),
        rfc3339(event.happened_at()),
        event.actor.to_string(),
        event.fact.kind().to_owned(),
        event.dealership.map(|id| id.to_string()).unwrap_or_default(),
        profile.map(|profile| profile.dealer_code.raw().to_owned()).unwrap_or_default(),
        profile.map(|profile| profile.name.raw().to_owned()).unwrap_or_default(),
        summary(event, rfc3339),
    ]
}
