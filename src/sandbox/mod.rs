//! The simulated Xtime: a platform on the loopback interface that answers in the shapes of the real one, and the dealerships
//! behind it, who enter codes, cancel, mistype, forget, publish and call. Nothing but HTTP reaches it, and SMTP when it has a
//! post office. `docs/sandbox.md` describes the control interface, and which action brings about what the desk is to find.
//!
//! | endpoint | what it is |
//! |---|---|
//! | `POST /token` | client credentials, as a form with HTTP Basic; tokens live for 86400 s |
//! | `GET /xtime/service/services` | the operations codes of a dealership |
//! | `GET /xtime/service/appointments-availabilities` | its free slots, over at most 6 days |
//! | `POST /xtime/service/appointments-bookings` | books or reschedules |
//! | `GET /xtime/service/appointments` | what is booked for a `vin` |
//! | `POST /invitations` | `{"dealerCode", "timezone"?, "email"?, "generatedAt"?}` with an optional `Idempotency-Key` |
//! | `/control/…` | what only a demonstration or a test may do; never faulted, never counted |
//!
//! The invitations endpoint asks for no credentials. A dealership exists from its first invitation on. What it does with one
//! is a pure function of the seed, its `dealerCode`, which invitation it is, and when that was generated, so an invitation
//! generated three days ago has had its consequences at once.

mod action;
mod calendar;
mod catalog;
mod control;
mod dealer;
mod fault_layer;
mod fault_queue;
mod faults;
mod holidays;
mod partner;
mod platform;
mod post;
mod profile;
mod reader;
mod reply;
mod scenario;
mod schedule;
mod seeded_rng;
mod server;
mod stats;
mod week;
mod world;

pub use faults::{Fault, Faults, FaultsError};
pub use post::{MailboxCounts, MailboxSummary, PostHandle, PostSettings, ReceivedLetter};
pub use reader::CodeStanding;
pub use server::{Sandbox, SandboxSettings, start};

use server::SandboxState;
