//! `appointment`: stub
use super::{app::App, args::Appointment, error::CliError};
pub(super) async fn run(_app: &App, _args: &Appointment) -> Result<(), CliError> {
    Ok(())
}
