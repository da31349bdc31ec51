//! What scripts see: the stable forms. Fields are added, never renamed; in a document they stand in alphabetical order.

mod call;
mod dealership;
mod document;
mod letter;
mod opcode;
mod service;

pub use dealership::{AlikeDocument, DealershipDocument, InvitationDocument};
pub use document::{ChangeDocument, DealershipName, SCHEMA};
pub use letter::LetterDocument;
pub use opcode::{GuideDocument, OpcodeRowDocument, OpcodesDocument};
pub use service::{AppointmentDocument, BookingDocument, SlotsSeenDocument};
