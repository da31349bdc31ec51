//! Each binary is this file under the name of a surface.
#![no_main]

#[path = "../../tests/corpora/surfaces/mod.rs"]
mod surfaces;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| surfaces::by_name(env!("CARGO_BIN_NAME"))(bytes));
