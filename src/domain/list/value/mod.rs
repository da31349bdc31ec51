//! From a cell of somebody's list to the text of a field. What was done to it is told; whether it may stand in the field
//! is for [`ProfileField::check`](crate::domain::ProfileField::check).

mod cell;
mod encoded;
mod mended;
mod phone;
mod placeholder;
#[cfg(test)]
mod tests;

pub use cell::read_value;
pub use mended::Mended;
pub use placeholder::{is_nobody, is_placeholder};
