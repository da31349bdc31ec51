//! The actions that record something, a file each with all there is to know of it. `action_list.rs` names them.

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
pub mod reissue;
pub mod reminders;
pub mod revoke;
pub mod snooze;
pub mod teach;
pub mod undo;

use super::dialog::RecordingAction;
use crate::domain::bulk::BulkKind;

pub use codes::{expiry_of, generated_of};

/// What is asked for many.
pub const fn of_bulk(what: BulkKind) -> &'static RecordingAction {
    match what {
        BulkKind::Invite => &invite::ACTION,
        BulkKind::Reissue => &reissue::ACTION,
        BulkKind::Resend => &letters::RESEND,
    }
}
