//! Parse, run, turn an error into a report and an exit code.

use std::process::ExitCode;

fn main() -> color_eyre::Result<ExitCode> {
    cloverwatch::xtime::install_crypto();
    color_eyre::config::HookBuilder::default().display_env_section(false).install()?;
    Ok(ExitCode::from(cloverwatch::cli::main()?))
}
