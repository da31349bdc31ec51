//! The simulated Xtime: a platform on the loopback interface that answers in the shapes of the real one, and the
//! dealerships behind it, who enter codes, cancel, mistype, forget, publish and call. Nothing but HTTP reaches it, and SMTP
//! when it has a post office.
//!
//! | door | what it is |
//! |---|---|
//! | `POST /token` | client credentials, as a form with HTTP Basic; tokens live for 86400 s |
//! | `GET /xtime/service/services` | the operations codes of a dealership |
//! | `GET /xtime/service/appointments-availabilities` | its free slots, over at most 6 days |
//! | `POST /xtime/service/appointments-bookings` | books or reschedules |
//! | `GET /xtime/service/appointments` | what is booked for a `vin` |
//! | `POST /invitations` | `{"dealerCode", "timezone"?, "email"?, "generatedAt"?}` with an optional `Idempotency-Key` |
//! | `/control/…` | what only a demonstration or a test may do, see below |
//!
//! The invitations door asks for no credentials. A dealership exists from its first invitation on. What it does with one
//! is a pure function of the seed, its `dealerCode`, which invitation it is, and when that was generated, so an
//! invitation generated three days ago has had its consequences at once.
//!
//! # Letters
//!
//! A post office takes letters over SMTP and keeps them in mailboxes. A dealership that has an address there learns of an
//! invitation only by reading a letter: the code that stands on a line of its own is what its people type, and the platform
//! accepts it only when it was generated for that dealership, lives, and is its newest. A second copy moves some who had
//! done nothing; after a refusal another letter is waited for.
//!
//! # Catalogue and calendar
//!
//! People work on the draft of a catalogue; partners see the published copy, and of that only what the partner API may
//! display and what fits the vehicle that was asked about (`make=OTHER`, `model=OTHER`: standard scope only). A slot is
//! offered when the dealership is open for the whole of it, an advisor who is reservable is at work, the day takes another
//! appointment from the web, it lies between lead time and horizon, and nobody has it. Whatever the desk is to find follows
//! from what a dealership did; `docs/sandbox.md` says which act brings about which finding.
//!
//! # Control
//!
//! Never faulted, never counted. It answers 200 with what became of it, 400 with the reason and an example, 404 for what
//! does not exist, 409 when something is full; then nothing has changed.
//!
//! - `GET /control` lists the actions with an example of each.
//! - `GET /control/calls?after=N` answers `{"calls": [{"seq", "at", "dealerCode", "kind", "text", "opcode"?, "option"?}]}`:
//!   what dealerships have told the contact by now, at most 500 with `seq` above N. `kind` is `done` (true or not),
//!   `code-refused`, `needs-code`, `opcode` (`option` is `existing` or `new`), `question` or `fixed` (something that kept
//!   customers from booking is put right). `seq` is given when a call becomes due and never changes.
//! - `POST /control/dealers` with `{"dealerCode", "timezone"?, "email"?, "connected"?, "opcode"?, "slots"?}` makes a dealership
//!   without an invitation, with an opcode that is published and times that are offered if that is said; a list of up to
//!   10,000 makes all of them, or none.
//! - `GET /control/dealers` lists them; `GET /control/dealers/{code}` tells everything about one, also what it will do.
//! - `GET /control/mailboxes` lists mailboxes and counts letters; `GET /control/mailboxes/{address}` shows the letters of one,
//!   `POST /control/mailboxes/{address}/read` marks them, `GET /control/letters?newest=N` lists the newest of all.
//! - `GET /control/attempts` counts the codes that were typed by what became of them, and lists the newest refusals.
//! - `GET /control/stats` counts requests by endpoint and status, faults, the most requests in any second of the
//!   sandbox's clock, and the most at the same time.
//! - `POST /control/faults` with a spec such as `503=2%,slow=3%:400ms` as text; `none` and `nasty` too.
//! - `POST /control/dealers/{code}/{action}` acts at once:
//!
//! | action | details | what the dealership does |
//! |---|---|---|
//! | `connect` | `{}` | Xtime shows the connection |
//! | `disconnect` | `{}` | and shows it no more |
//! | `draft` | `{"opcode": "DataClover Appt", "name": "…", "scope": "standard", "apps": "all"}` | creates or changes an operation in the draft; `scope` may be `{"makes": ["Kia"], "models": [], "years": [2020]}`, `apps` a list of `consumer`, `advisor`, `call-center`, `kiosk`, `partner-api`; what is not named stays |
//! | `publish-catalog` | `{}` | the whole draft becomes the published copy |
//! | `remove` | `{"opcode": "DataClover Appt"}` or `{"all": true}` | takes it out of the draft |
//! | `publish` | `{"opcode": "DataClover Appt", "name": "…"}` | the short way: `draft` with everything right, and `publish-catalog` |
//! | `unpublish` | `{"opcode": "DataClover Appt"}` or `{"all": true}` | takes it out of the published copy; the draft keeps it |
//! | `rename` | `{"opcode": "Tell Us More", "name": "Tell Us"}` | the new opcode is in `name`; in both copies at once |
//! | `capacity` | `{"type": "Web", "value": "NL"}` | no limit, or so many a day; also `Phone`, `WalkIn` |
//! | `advisors` | `{"advisors": [{"id": "a", "reservable": true, "hours": {"mon": "09:00-12:00"}}]}` or `{"reservable": false, "workingTimes": true}` | who can be booked and when they work; without `hours`, whenever it is open; the second form is for all at once |
//! | `horizon` | `{"days": 60, "leadMinutes": 120}` | how far ahead customers may book (1 is today only), and how long before |
//! | `hours` | `{"mon": "08:00-18:00", "sun": null}` | opening hours; days that are not named stay |
//! | `holiday` | `{"date": "2026-07-03", "until": "2026-07-05", "closed": true}` or `{"keep": false}` | closed, open in spite of a holiday (`false`), or as the rule has it (left out); whether it keeps holidays |
//! | `open-slots` | `{}` | everything that keeps customers from being offered times is put right; hours stay |
//! | `close-slots` | `{}` | capacity of type Web is 0 |
//! | `take-slot` | `{"appointmentDateTimeLocal": "2026-07-06T09:15"}` | somebody else takes it; the first free one without a time |
//! | `answers` | `{"nullLists": true, "zulu": false, "denial": "bare-403"}` | how the platform answers about it; `success-false` is the other denial |
//! | `next` | `{"fault": "booked-cut", "calls": 1}` | the next calls about it meet a fault; `none` forgets what waits |
//! | `say-done` | `{}` | tells the contact that everything is done |

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
mod post;
mod profile;
mod reader;
mod reply;
mod schedule;
mod script;
mod server;
mod stats;
mod week;
mod world;

pub use faults::{Fault, Faults, FaultsError};
pub use post::{MailboxCounts, MailboxSummary, PostHandle, PostSettings, ReceivedLetter};
pub use reader::CodeStanding;
pub use server::{Sandbox, SandboxSettings, start};

use server::SandboxState;
