//! The simulated Xtime.
mod chance;
mod faults;
pub use faults::{Fault, Faults, FaultsError};
