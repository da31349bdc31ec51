//! Letters as a dealership gets them: what they say, what they never say, and that nothing from outside gets into a header.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what fails here must fail loudly")]

mod addresses;
mod files;
mod hostile;
mod pictures;
mod refusals;
mod world;
