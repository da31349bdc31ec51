//! `meaning`: how answers are read, and what a person teaches about those that no row knows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::{Value, json};

use crate::client::ReadClient;
use crate::config::{StoreUrl, teach};
use crate::domain::classification::{ClassificationRule as Row, DEFAULT_RULES, TeachError, row_for};
use crate::domain::text::{clean, shown_path, width};
use crate::domain::{DealershipId, Event, Fact, Onboarding, Outcome, ResponseFacts, rfc3339};
use crate::present::Tone;
use crate::present::json::SCHEMA;
use crate::protocol::EventQuery;

use super::app::App;
use super::args::Json;
use super::error::CliError;
use super::select::{all, one};
use super::store_access::StoreClient;

#[derive(Debug, Subcommand)]
pub enum MeaningCommand {
    /// How answers are read (your rows, then the defaults), and the answers that no row knows
    List(Json),
    /// Teach what an answer means that no row knew: writes a row into your settings, or a team's database
    Add {
        /// The event that holds the answer: its number, as `meaning list` and `events` show it
        #[arg(long, value_name = "EVENT")]
        from: u64,
        /// What the answer means
        #[arg(long, value_name = "MEANING", value_parser = meanings())]
        means: Outcome,
        #[command(flatten)]
        json: Json,
    },
}

const MEANINGS: [Outcome; 4] = [Outcome::Connected, Outcome::NotConnected, Outcome::OurCredentials, Outcome::Unknown];

fn meanings() -> impl TypedValueParser<Value = Outcome> {
    PossibleValuesParser::new(["connected", "not-connected", "our-credentials", "unknown"])
        .map(|word| MEANINGS.into_iter().find(|means| means.to_string() == word).unwrap_or(Outcome::Unknown))
}

pub(super) async fn run(app: &App, command: &MeaningCommand) -> Result<(), CliError> {
    match command {
        MeaningCommand::List(args) => list(app, args.json).await,
        MeaningCommand::Add { from, means, json } => add(app, *from, *means, *json).await,
    }
}

/// What is recorded, and by which rows it is read.
struct Meanings<'a> {
    reading: Arc<dyn ReadClient + 'a>,
    /// Where a team's rows are kept.
    team: Option<Arc<StoreClient>>,
    /// The operator's own rows, those that the team was taught, the defaults.
    table: Vec<Row>,
    taught: usize,
}

impl<'a> Meanings<'a> {
    async fn read(app: &'a App) -> Result<Self, CliError> {
        let mut table = app.config.xtime.settings.meanings.clone();
        let StoreUrl::Postgres(_) = app.config.store else {
            return Ok(Self { reading: app.read().await?.into(), team: None, table, taught: 0 });
        };
        let client = Arc::new(app.read_beside().await?);
        let taught = client.taught().await?;
        let (place, many) = (table.len().saturating_sub(DEFAULT_RULES), taught.len());
        table.splice(place..place, taught);
        Ok(Self { reading: Arc::<StoreClient>::clone(&client), team: Some(client), table, taught: many })
    }
}

/// An answer that no row knows: the newest event that holds it, and how often it was recorded.
struct Untaught {
    event: Event,
    answer: ResponseFacts,
    words: String,
    /// Why no row can be made of it, where none can.
    unteachable: Option<TeachError>,
    times: usize,
}

impl Untaught {
    /// Whether another answer is the same one. Where no row can tell them apart, their words for people do.
    fn is(&self, answer: &ResponseFacts, words: &str) -> bool {
        self.answer == *answer && (self.unteachable.is_none() || self.words == words)
    }
}

/// The answers that no row knows, in the order in which they were first given.
fn untaught(states: &[Arc<Onboarding>], table: &[Row], events: Vec<Event>) -> Vec<Untaught> {
    let mut found: Vec<Untaught> = Vec::new();
    for event in events {
        let (Some(answer), Some(words)) = (event.fact.unrecognised(), event.fact.humanize_unrecognised()) else {
            continue;
        };
        if let Some(one) = found.iter_mut().find(|one| one.is(&answer, &words)) {
            (one.event, one.times) = (event, one.times + 1);
            continue;
        }
        let unteachable = match row_for(table, &answer, dealer_code(states, &event), Outcome::Unknown) {
            Err(TeachError::Known { .. }) => continue,
            row => row.err(),
        };
        found.push(Untaught { event, answer, words, unteachable, times: 1 });
    }
    found
}

/// Of the dealership that an event is about.
fn dealer_code<'a>(states: &'a [Arc<Onboarding>], event: &Event) -> &'a str {
    of(states, event).map_or("", |state| state.profile.dealer_code.raw())
}

fn of<'a>(states: &'a [Arc<Onboarding>], event: &Event) -> Option<&'a Arc<Onboarding>> {
    states.iter().find(|state| Some(state.id) == event.dealership)
}

/// The events that say what a look found otherwise than the one before.
async fn probes(reading: &dyn ReadClient, only: Option<u64>) -> Result<Vec<Event>, CliError> {
    let query = match only {
        Some(seq) => EventQuery { after: seq.saturating_sub(1), before: seq.checked_add(1), ..EventQuery::default() },
        None => EventQuery { kinds: Fact::places(|kind| kind == "probe.changed"), ..EventQuery::default() },
    };
    Ok(reading.events(query).await?)
}

async fn list(app: &App, json: bool) -> Result<(), CliError> {
    let Meanings { reading, table, taught, .. } = Meanings::read(app).await?;
    let states = all(app, &*reading).await?;
    let untaught = untaught(&states, &table, probes(&*reading, None).await?);
    let own = app.config.xtime.own_meanings;
    if json {
        let rows: Vec<Value> =
            table.iter().enumerate().map(|(place, row)| document(place, row, own + taught)).collect();
        let untaught = untaught.iter().map(|one| UntaughtDocument::of(&states, one)).collect();
        return app.out.document(&MeaningsDocument::of(rows, untaught));
    }
    app.out.line("How answers are read; the first match wins. A plain yes needs no row.")?;
    for (place, row) in table.iter().enumerate() {
        let origin = match place {
            place if place < own => "  (yours)",
            place if place < own + taught => "  (the team's)",
            _ => "",
        };
        let label = format!("{:>3}  {:<15}  ", place + 1, row.means.to_string());
        let words = format!("{}{origin}", what(row));
        app.out.entry(&label, width(&label), &[(&words, Tone::Plain)])?;
    }
    let (taught, rest): (Vec<_>, Vec<_>) = untaught.iter().partition(|one| one.unteachable.is_none());
    let headings = [
        "\nNo row knows these; `meaning add --from EVENT --means …` teaches one:",
        "\nNo row knows these, and none can be taught from them:",
    ];
    for (heading, some) in headings.into_iter().zip([taught, rest]).filter(|(_, some)| !some.is_empty()) {
        app.out.line(heading)?;
        for Untaught { event, words, unteachable, times, .. } in some {
            let times = if *times == 1 { String::new() } else { format!("  ({times} times)") };
            app.out.line(format!("{}  {words}{times}", app.out.paint(Tone::Warn, &format!("event {}", event.seq))))?;
            if let Some(why) = unteachable {
                app.out.line(format!("    {}", app.out.paint(Tone::Faint, &why.to_string())))?;
            }
        }
    }
    app.out.flush()
}

/// What a row asks of an answer, in words.
fn what(row: &Row) -> String {
    let status = row.status.map(|status| format!("status {status}"));
    let code = row.code.as_ref().map(|code| format!("code /{}/", clean(code.as_str())));
    let message = row.message.as_ref().map(|message| format!("message /{}/", clean(message.as_str())));
    [status, code, message].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn document(place: usize, row: &Row, defaults_from: usize) -> Value {
    let mut value = serde_json::to_value(row).unwrap_or_default();
    if let Some(fields) = value.as_object_mut() {
        fields.insert("row".to_owned(), (place + 1).into());
        fields.insert("default".to_owned(), (place >= defaults_from).into());
    }
    value
}

documents! {
    MeaningsDocument<'a> of (rows: Vec<Value>, unrecognised: Vec<UntaughtDocument<'a>>) {
        rows: Vec<Value> = rows,
        schema: u32 = SCHEMA,
        unrecognised: Vec<UntaughtDocument<'a>> = unrecognised,
    }

    UntaughtDocument<'a> of (states: &'a [Arc<Onboarding>], one: &'a Untaught) {
        at: String = rfc3339(one.event.at),
        code: Option<&'a str> = one.answer.code.as_deref(),
        dealership: AnsweredDocument<'a> = AnsweredDocument::of(states, &one.event),
        event: u64 = one.event.seq,
        message: Option<&'a str> = one.answer.message.as_deref(),
        status: u16 = one.answer.status,
        times: usize = one.times,
        unteachable: Option<String> = one.unteachable.as_ref().map(ToString::to_string),
        words: &'a str = &one.words,
    }

    /// About whom an answer was.
    AnsweredDocument<'a> of (states: &'a [Arc<Onboarding>], event: &Event) {
        id: Option<DealershipId> = event.dealership,
        name: Option<&'a str> = of(states, event).map(|state| state.profile.name.raw()),
    }

    TaughtDocument of (seq: u64, row: &Row, file: Option<&Path>) {
        event: u64 = seq,
        file: Option<String> = file.map(|file| file.to_string_lossy().into_owned()),
        row: Value = json!(row),
        schema: u32 = SCHEMA,
    }
}

async fn add(app: &App, seq: u64, means: Outcome, json: Json) -> Result<(), CliError> {
    if app.globals.read_only {
        return Err(CliError::Refused("--read-only: nothing is written".to_owned()));
    }
    let Meanings { reading, team, table, .. } = Meanings::read(app).await?;
    let found = probes(&*reading, Some(seq)).await?.into_iter().find(|event| event.seq == seq);
    let Some(event) = found else {
        return Err(CliError::Refused(format!("there is no event {seq}; `meaning list` shows those that teach")));
    };
    let Some(answer) = event.fact.unrecognised() else {
        return Err(CliError::Refused(format!(
            "event {seq} ({}) holds no unrecognised answer; `meaning list` shows those that do",
            event.fact.kind()
        )));
    };
    let states = match event.dealership {
        Some(id) => vec![one(app, &*reading, &id.to_string()).await?],
        None => Vec::new(),
    };
    let row = row_for(&table, &answer, dealer_code(&states, &event), means)
        .map_err(|why| CliError::Refused(why.to_string()))?;
    let (text, file) = match team {
        Some(team) => {
            let reads = read_otherwise(std::slice::from_ref(&row), &probes(&*reading, None).await?);
            team.teach(&row, seq, reads, &app.actor()).await?;
            (teach::printed(&row), None)
        }
        None => in_settings(app, &row, seq).map(|(text, file)| (text, Some(file)))?,
    };
    if json.json {
        return app.out.document(&TaughtDocument::of(seq, &row, file.as_deref()));
    }
    app.out.line(&text)?;
    app.out.note(match file {
        Some(file) => format!("written to {}; a desk that runs reads it at its next start", shown_path(&file)),
        None => "kept in the database, for the whole team".to_owned(),
    });
    app.out.flush()
}

/// The dealerships whose last answer no row knew and these read.
fn read_otherwise(rows: &[Row], events: &[Event]) -> Vec<DealershipId> {
    let newest: BTreeMap<_, _> = events.iter().filter_map(|event| Some((event.dealership?, &event.fact))).collect();
    let read = |(id, fact): (DealershipId, &Fact)| {
        let known = row_for(rows, &fact.unrecognised()?, "", Outcome::Unknown);
        matches!(known, Err(TeachError::Known { .. })).then_some(id)
    };
    newest.into_iter().filter_map(read).collect()
}

/// Writes a row into the settings: what was written, and into which file.
fn in_settings(app: &App, row: &Row, event: u64) -> Result<(String, PathBuf), CliError> {
    let failed = |why: teach::TeachFailure| match why {
        teach::TeachFailure::Io { .. } => CliError::Failed(why.to_string()),
        _ => CliError::Usage(why.to_string()),
    };
    let path = teach::file(app.config.file.as_deref()).map_err(failed)?;
    let text = teach::add_row(&path, row, &format!("taught from event {event}")).map_err(failed)?;
    Ok((text, path))
}
