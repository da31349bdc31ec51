//! Mail: the third way to the outside. A letter is written and handed over ([`Courier`]).

pub mod courier;

pub use courier::{Courier, Delivery, Gate, Parcel, Pass};
