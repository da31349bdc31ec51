//! What libFuzzer runs: each binary of `fuzz/Cargo.toml` is this file under the name of a surface. It is compiled with the
//! tests too, which use its surfaces, so that it is known to fit them.
#![no_main]

use std::sync::LazyLock;

#[path = "surfaces/mod.rs"]
pub mod surfaces;

static SURFACE: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = option_env!("CARGO_BIN_NAME").unwrap_or_default();
    surfaces::ALL.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no surface is called {name}")).1
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| SURFACE(bytes));
