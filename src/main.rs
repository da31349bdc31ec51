//! Parse, run, turn an error into a report and an exit code.

use std::io::Write;
use std::process::ExitCode;

/// A big list is read by all processors at once, which the allocators of many systems slow down.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> color_eyre::Result<ExitCode> {
    forbid_core_dumps();
    cloverwatch::xtime::install_crypto();
    let (panics, errors) = color_eyre::config::HookBuilder::default().display_env_section(false).into_hooks();
    errors.install()?;
    std::panic::set_hook(Box::new(move |info| {
        // Where the terminal is gone a print that fails would be one more panic, and abort the process.
        let _ = writeln!(std::io::stderr(), "{}", panics.panic_report(info));
    }));
    Ok(ExitCode::from(cloverwatch::cli::main()?))
}

/// A dump of the memory holds codes and secrets as they are. Where it cannot be forbidden the program is of use all the same.
fn forbid_core_dumps() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // A service manager that has set it may have forbidden the call that sets it.
    if getrlimit(Resource::Core) != none {
        let _ = setrlimit(Resource::Core, none);
    }
    // A collector that the kernel pipes dumps to is not held by the limit.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
