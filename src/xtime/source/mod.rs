//! Where invitation codes come from when no person pastes them: an HTTP interface of the partner, or a program of the partner.

mod command;
mod http;
mod parse;
mod template;

pub use command::{CommandSettings, CommandSource};
pub use http::{HeaderText, HttpSettings, HttpSource};
