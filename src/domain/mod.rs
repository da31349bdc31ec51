//! What an onboarding *is*: pure data and rules. No I/O, no clock reading, no async, no screen.
//!
//! Two functions hold every rule: [`decide()`] turns a command into facts (or a refusal), [`evolve()`]
//! folds an event into the state. Everything else here is data, or derives something from it.

pub mod address;
pub mod appointment;
pub mod attention;
pub mod budget;
pub mod bulk;
pub mod cadence;
mod call;
mod causes;
pub mod classification;
pub mod clock_doubt;
pub mod code;
pub mod code_steps;
pub mod command;
mod connect;
pub mod dealership;
pub mod decide;
pub mod environment;
pub mod event;
pub mod evolve;
pub mod full_names;
pub mod guide;
pub mod id;
pub mod list;
pub mod mail;
mod moment;
mod next_step;
pub mod onboarding;
pub mod opcode;
pub mod order;
pub mod owner;
pub mod past;
pub mod paste;
pub mod phone;
pub mod policy;
pub mod probe;
pub mod probe_state;
pub mod probe_window;
pub mod profile;
pub mod profile_patch;
pub mod profile_update;
pub mod query;
pub mod refusal;
pub mod report;
pub mod slot_window;
pub mod slots;
pub mod stage;
pub mod suggest;
pub mod survival;
pub mod table;
pub mod test_booking;
pub mod text;
pub mod threads;
pub mod twins;
pub mod undo;
pub mod when;
pub mod zone;

pub use address::same_address;
pub use appointment::{
    Appointment, AppointmentId, Booking, BookingField, BookingProblem, Customer, Label, PhoneProblem, Slot, Vehicle,
    phone_digits, wall_with_offset,
};
pub use attention::Attention;
pub use budget::Budget;
pub use cadence::{ProbeSchedule, cadence, next_tick, pressing, second_probe_after};
pub use call::{Call, CallOutcome, Calls, LastCall, ToldCode};
pub use causes::LikelyCause;
pub use clock_doubt::ClockDoubt;
pub use code::{CodeDigest, CodeError, InvitationCode};
pub use code_steps::{give_up_orphan, needs_no_code, source_is_gone, steps_to_obtain};
pub use command::{Ask, BookingEnd, Claim, Claims, Command, Context, LetterEnd, NoClaims};
pub use connect::connect_steps;
pub use dealership::{Contact, Profile};
pub use decide::{decide, decide_in_turn, needs_no_probe, newest_code};
pub use environment::Environment;
pub use event::{Actor, CodeOrigin, Event, EventSeverity, Fact, besides_the_letter, rfc3339};
pub use evolve::{evolve, evolve_all, fold};
pub use full_names::{FullNames, Named};
pub use guide::{Guide, GuideStep, Observed, guide};
pub use id::{DealershipId, IntentId, LetterId};
pub use list::value::{Mended, is_placeholder, read_value};
pub use mail::{
    AddressRefused, Concerned, DueLetter, LONGEST_REPORT, Letter, LetterCopy, LetterKind, LetterState, Mail,
    MailPolicy, Obstacle, QuietHours, ReportAction, ReportError, ReportedAddress, Returned, ReturnedMail, concerned,
    due_letter, enhanced_status, is_server_trouble, is_too_large, next_letter_at, quoted_reply, refused_address,
    refuses_address, reminder_moments,
};
pub use next_step::{Mover, NextStep};
pub use onboarding::{
    BookedAppointment, Confirmation, Ended, Invitation, InvitationState, LastEvent, Onboarding, OpenBooking,
    PastInvitation, PendingCode, WasVisible,
};
pub use opcode::{ChosenOpcode, Finding, OpcodeChoice, OpcodeOption, OpcodeState, Service};
pub use policy::Policy;
pub use probe::{Outcome, ProbeRecord, ProbeResult, ResponseFacts, Severity, SlotsResult};
pub use probe_state::{ProbeState, ProbeStatus};
pub use probe_window::ProbeWindow;
pub use profile::{ProfileChange, ProfileEdit, ProfileField, ProfileProblem};
pub use profile_patch::ProfilePatch;
pub use profile_update::{ProfileUpdate, why_held};
pub use query::{Query, QueryContext, QueryError, Searchable};
pub use refusal::{Refusal, Remedy};
pub use slot_window::{DateRange, SlotWindow};
pub use slots::{DaySlots, NO_SLOTS_CAUSES, SlotCounts, Slots, humanize_slots, slot_ahead};
pub use stage::Stage;
pub use test_booking::TestBooking;
pub use text::Untrusted;
pub use twins::{Twin, TwinIndex};
pub use undo::{Undo, undo};
pub use when::humanize;
pub use zone::read_zone;

/// A moment in UTC, cut to milliseconds where it is recorded.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
