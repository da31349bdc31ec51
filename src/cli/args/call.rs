//! What was said by phone: `call` and `told`.

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::Json;
use crate::domain::CallOutcome;

impl ValueEnum for CallOutcome {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()).help(self.message()))
    }
}

#[derive(Debug, Args)]
pub struct LogCall {
    /// Which dealership
    pub dealership: String,
    /// What came of it. `done` starts the second clock, `opcode-told` records the opcode
    #[arg(long, value_name = "OUTCOME", value_enum)]
    pub outcome: CallOutcome,
    /// When the call was (default: now)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// With `done`: when the dealer finished (default: at the time of the call)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub finished: Option<String>,
    /// When to call back: a time, or a length like 2h
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub callback: Option<String>,
    /// Who was spoken to
    #[arg(long, value_name = "NAME")]
    pub with: Option<String>,
    /// What else was said
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// The opcode that was told, exactly as it is at the dealership
    #[arg(long, value_name = "CODE", allow_hyphen_values = true, required_if_eq("outcome", "opcode-told"))]
    pub opcode: Option<String>,
    /// The opcode was made for the partner's appointments
    #[arg(long, requires = "opcode")]
    pub new: bool,
    /// With `done`: do not acknowledge it by a letter
    #[arg(long)]
    pub no_email: bool,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Args)]
pub struct Told {
    /// Which dealership
    pub dealership: String,
    /// To whom
    #[arg(long, value_name = "NAME")]
    pub to: Option<String>,
    /// When (default: now)
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    #[command(flatten)]
    pub json: Json,
}
