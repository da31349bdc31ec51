//! Parse, run, turn an error into a report and an exit code.

use std::io::Write;
use std::process::ExitCode;

/// A big list is read by all processors at once, which the allocators of many systems slow down.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> color_eyre::Result<ExitCode> {
    cloverwatch::xtime::install_crypto();
    let (panics, errors) = color_eyre::config::HookBuilder::default().display_env_section(false).into_hooks();
    errors.install()?;
    std::panic::set_hook(Box::new(move |info| {
        // Where the terminal is gone a print that fails would be one more panic, and abort the process.
        let _ = writeln!(std::io::stderr(), "{}", panics.panic_report(info));
    }));
    Ok(ExitCode::from(cloverwatch::cli::main()?))
}
