//! How answers are read: `meaning`.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use super::Json;
use crate::domain::Outcome;

#[derive(Debug, Subcommand)]
pub enum MeaningCommand {
    /// How answers are read (your rows, then the defaults), and the answers that no row knows
    List(Json),
    /// Teach what an answer means that no row knew: writes a row into your settings, or a team's database
    Add(AddMeaning),
}

#[derive(Debug, Args)]
pub struct AddMeaning {
    /// The event that holds the answer: its number, as `meaning list` and `events` show it
    #[arg(long, value_name = "EVENT")]
    pub from: u64,
    /// What the answer means
    #[arg(long, value_name = "MEANING", value_parser = meanings())]
    pub means: Outcome,
    #[command(flatten)]
    pub json: Json,
}

const MEANINGS: [Outcome; 4] = [Outcome::Connected, Outcome::NotConnected, Outcome::OurCredentials, Outcome::Unknown];

fn meanings() -> impl TypedValueParser<Value = Outcome> {
    PossibleValuesParser::new(["connected", "not-connected", "our-credentials", "unknown"])
        .map(|word| MEANINGS.into_iter().find(|means| means.to_string() == word).unwrap_or(Outcome::Unknown))
}
