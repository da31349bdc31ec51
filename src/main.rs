//! Parse, run, turn an error into a report and an exit code.

fn main() {}
