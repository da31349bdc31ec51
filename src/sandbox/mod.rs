//! The simulated Xtime.
mod calendar;
mod chance;
mod faults;
mod plot;
mod profile;
mod script;
pub use faults::{Fault, Faults, FaultsError};
