//! Mail: the third way to the outside. A letter is written and handed over ([`Courier`]).

pub mod courier;
pub mod directory;
pub mod mailbox;
pub mod smtp;
pub mod transport;
mod trial;

pub use courier::{Courier, Delivery, Gate, Parcel, Pass};
pub use directory::DirectoryCourier;
pub use mailbox::{is_reserved, mailbox};
pub use smtp::SmtpCourier;
pub use transport::{Security, Server, Transport};
pub use trial::{Open, trial};
