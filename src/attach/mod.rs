//! Working through the owner of a store: it listens on a socket in the store's directory, others on this machine attach.

mod client;
mod link;
mod server;
mod session;
mod socket;
mod wire;

pub use client::{AttachOptions, AttachedClient};
pub use server::{AttachService, OwnerSocket};
pub use socket::SOCKET;
pub use wire::{LONGEST_FRAME, PROTOCOL, ReadEnd, VERSION, WriteEnd, rewritten};
