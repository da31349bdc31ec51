//! The store: `list`, `show`, `events`, `export`, `restore` and `store`.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Args, Command, Subcommand, ValueEnum, ValueHint};

use super::Json;
use crate::domain::report::ReportBy;
use crate::present::view::SavedView;

#[derive(Debug, Args)]
pub struct ListArgs {
    /// Which dealerships; several words are one query
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// A saved view of the settings, or `mine`, `today`, `by owner`, `by group`; QUERY narrows it
    #[arg(long, value_name = "NAME", value_parser = ViewName, hide_possible_values = true)]
    pub view: Option<String>,
    /// As everything stood then, by what was recorded until then
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// By which fields, like `stage,expires_at:desc`; without it: what needs attention first
    #[arg(long, value_name = "FIELD[:desc],…", value_delimiter = ',')]
    pub sort: Vec<String>,
    /// Which columns, in order
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// One JSON document
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// CSV, with times in UTC
    #[arg(long)]
    pub csv: bool,
}

#[derive(Debug, Args)]
pub struct Show {
    /// Which dealership
    pub dealership: String,
    /// As it stood then
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// With the full code
    #[arg(long)]
    pub reveal: bool,
    #[command(flatten)]
    pub json: Json,
}

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

#[derive(Debug, Args)]
pub struct Export {
    /// Where to; without it: stdout
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Restore {
    /// The export; `-` is stdin
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub enum StoreCommand {
    /// Read every event and say whether all of them are whole; changes nothing
    Verify(Json),
    /// The SQL that makes two roles in the database of a team: one records, one only reads
    Roles,
}

/// Any name; completions offer those of the given views.
#[derive(Clone)]
struct ViewName;

impl TypedValueParser for ViewName {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let name = |view: SavedView| PossibleValue::new(view.name.replace(' ', "-"));
        Some(Box::new(SavedView::given().into_iter().map(name)))
    }
}
