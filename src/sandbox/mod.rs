//! The simulated Xtime.
mod calendar;
mod chance;
mod dealer;
mod faults;
mod plot;
mod profile;
mod script;
mod world;
pub use faults::{Fault, Faults, FaultsError};
