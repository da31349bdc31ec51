//! Each binary is this file under the name of a surface.
#![no_main]

use std::sync::LazyLock;

#[path = "../../tests/corpora/surfaces/mod.rs"]
mod surfaces;

static SURFACE: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let name = env!("CARGO_BIN_NAME");
    surfaces::ALL.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no surface is called {name}")).1
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| SURFACE(bytes));
