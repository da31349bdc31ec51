//! `opcode …`: the dealership's choice, what Xtime shows of it, and the steps that lead there.

mod args;
mod choice;
mod guide;
mod list;
mod set;
pub(super) mod words;

use super::app::App;
use super::error::CliError;

pub use args::Opcode;
pub(super) use choice::{LONGEST, choice, problem};

pub(super) async fn run(app: &App, command: &Opcode) -> Result<(), CliError> {
    match command {
        Opcode::Set(args) => set::run(app, args).await,
        Opcode::List { dealership, json } => list::run(app, dealership, json.json).await,
        Opcode::Guide(args) => guide::run(app, args).await,
    }
}
