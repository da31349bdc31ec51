//! The simulated Xtime: a platform on the loopback interface that answers in the shapes of the real one, and the
//! dealerships behind it, who enter codes, cancel, mistype, forget, publish and call. Nothing but HTTP reaches it.
//!
//! | door | what it is |
//! |---|---|
//! | `POST /token` | client credentials, as a form with HTTP Basic; tokens live for 86400 s |
//! | `GET /xtime/service/services` | the operations codes of a dealership |
//! | `GET /xtime/service/appointments-availabilities` | its free slots, over at most 6 days |
//! | `POST /xtime/service/appointments-bookings` | books or reschedules |
//! | `GET /xtime/service/appointments` | what is booked for a `vin` |
//! | `POST /invitations` | `{"dealerCode", "timezone"?, "generatedAt"?}` with an optional `Idempotency-Key` |
//! | `/control/…` | what only a demonstration or a test may do, see below |
//!
//! The invitations door asks for no credentials. A dealership exists from its first invitation on. What it does with one
//! is a pure function of the seed, its `dealerCode`, which invitation it is, and when that was generated, so an
//! invitation generated three days ago has had its consequences at once.
//!
//! # Control
//!
//! Never faulted, never counted.
//!
//! - `GET /control/calls?after=N` answers `{"calls": [{"seq", "at", "dealerCode", "kind", "text", "opcode"?, "option"?}]}`:
//!   what dealerships have told the contact by now, at most 500 with `seq` above N. `kind` is `done` (true or not),
//!   `code-refused`, `needs-code`, `opcode` (`option` is `existing` or `new`) or `question`. `seq` is given when a call
//!   becomes due and never changes.
//! - `POST /control/dealers` with `{"dealerCode", "timezone"?, "connected"?}` makes a dealership without an invitation.
//! - `GET /control/dealers` lists them; `GET /control/dealers/{code}` tells everything about one, also what it will do.
//! - `POST /control/dealers/{code}/{action}` acts at once: `connect`, `disconnect`, `publish` (`{"opcode", "name"?}`),
//!   `unpublish` (`{"opcode"}`), `rename` (`{"opcode", "name"}`: the new opcode is in `name`), `open-slots`, `close-slots`,
//!   `take-slot` (`{"appointmentDateTimeLocal"?}`, the first free one otherwise), `say-done`.
//! - `GET /control/stats` counts requests by endpoint and status, faults, the most requests in any second of the
//!   sandbox's clock, and the most at the same time.
//! - `POST /control/faults` with a spec such as `503=2%,slow=3%:400ms` as text; `none` and `nasty` too.

mod calendar;
mod catalog;
mod chance;
mod control;
mod dealer;
mod faults;
mod gate;
mod holidays;
mod oneshot;
mod partner;
mod platform;
mod plot;
mod profile;
mod reply;
mod schedule;
mod script;
mod server;
mod stats;
mod week;
mod world;

pub use faults::{Fault, Faults, FaultsError};
pub use server::{Sandbox, Settings, start};

use server::Shared;
