//! Mail: the third way to the outside. A letter is written and handed over ([`Courier`]).

pub mod bounce;
pub mod courier;
pub mod maildir;
pub mod press;

pub use courier::{Courier, Delivery, Gate, Parcel, Pass};
pub use press::{Letter, LetterError, Occasion, Press};
