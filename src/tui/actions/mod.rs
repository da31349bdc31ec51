//! The actions that record something, one file each. A file holds all there is to know of its action; its line in the
//! registry (`action.rs`) gives it its place.

pub mod appointment;
pub mod archive;
pub mod assign;
pub mod call;
pub mod check;
mod codes;
pub mod dealer_done;
pub mod edit_profile;
pub mod invite;
pub mod letters;
pub mod note;
pub mod opcode;
pub mod queue;
mod recording;
pub mod reissue;
pub mod reminders;
pub mod revoke;
pub mod snooze;
pub mod teach;
pub mod undo;

pub use codes::{expiry_of, generated_of, stand_in};
pub use recording::{DialogHead, DryRun, LetterUse, RecordingAction, Subject, refusal_message};
