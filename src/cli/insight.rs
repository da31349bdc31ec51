//! `report`: what the log says of the work.

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::domain::report::ReportBy;
use crate::domain::report::ReportQuery;
use crate::present::Tone;
use crate::present::bar::is_drawn;
use crate::present::insight::{
    CSV_HEADING, InsightLine, InsightSection, by_sentences, by_table, csv_rows, document, heading, sections,
};
use crate::present::json::SCHEMA;
use crate::present::spoken::lengths;

use super::app::App;
use super::error::CliError;

impl ValueEnum for ReportBy {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
}

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Only codes that were generated, and calls that were made, from then on; a day means its start
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub since: Option<String>,
    /// Only those before then
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub until: Option<String>,
    /// As everything stood then
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// The last table by what; the JSON document and CSV have all three
    #[arg(long, value_enum)]
    pub by: Option<ReportBy>,
    /// One JSON document; times are seconds
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// CSV of one measure a row: section, key, measure, value
    #[arg(long)]
    pub csv: bool,
}

/// How wide it is where nobody says how wide the place is.
const WIDTH: usize = 100;

pub(super) async fn run(app: &App, args: &ReportArgs) -> Result<(), CliError> {
    let span = |text: &Option<String>| text.as_deref().map(|text| app.span(text)).transpose();
    let at = args.at.as_deref().map(|text| app.moment(text, app.zone)).transpose()?;
    if let Some(at) = at.filter(|at| *at > app.clock.now()) {
        let words = format!("{} is to come: a report tells what was recorded until then", app.zone.line(at));
        return Err(CliError::Usage(words));
    }
    let query = ReportQuery { since: span(&args.since)?, until: span(&args.until)?, at };
    let reading = app.read().await?;
    let report = reading.report(query, &app.actor()).await?;
    if args.json {
        let mut document = document(&report);
        document.insert("schema".to_owned(), SCHEMA.into());
        return app.out.document(&document);
    }
    if args.csv {
        app.out.csv(CSV_HEADING.map(str::to_owned))?;
        return csv_rows(&report).into_iter().try_for_each(|row| app.out.csv(row));
    }
    let room = app.out.room().unwrap_or(WIDTH);
    app.out.entry("", 0, &[(&heading(&report, |at| app.zone.line(at)), Tone::Strong)])?;
    let mut all = sections(&report, room);
    let by = args.by.unwrap_or_default();
    all.push(match app.out.is_spoken() {
        true => by_sentences(&report, by),
        false => by_table(&report, by, room, usize::MAX),
    });
    all.iter().try_for_each(|section| print(app, section))
}

fn print(app: &App, InsightSection { title, lines }: &InsightSection) -> Result<(), CliError> {
    app.out.line(format!("\n{}", app.out.paint(Tone::Strong, title)))?;
    lines.iter().try_for_each(|line: &InsightLine| {
        if app.out.is_spoken() {
            let told = line.iter().filter(|(text, _)| !is_drawn(text)).flat_map(|(text, _)| text.split_whitespace());
            let told = lengths(&told.collect::<Vec<_>>().join(" "));
            return if told.is_empty() { Ok(()) } else { app.out.line(told) };
        }
        let last = line.iter().rposition(|(text, _)| !text.trim_end().is_empty()).map_or(0, |place| place + 1);
        let pieces = line.iter().take(last).enumerate();
        let painted = pieces.map(|(place, (text, tone))| {
            let text = if place + 1 == last { text.trim_end() } else { text.as_str() };
            app.out.paint(*tone, text)
        });
        app.out.line(painted.collect::<String>())
    })
}
