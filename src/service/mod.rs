//! What a program that runs as a service owes the machine around it: health and metrics for a monitor, hooks for other
//! programs, signs of life for systemd.

mod counts;
mod health;
pub mod hooks;
mod metered;
mod metrics;
mod server;
pub mod systemd;

pub use server::MetricsEndpoint;
