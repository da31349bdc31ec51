//! What the screen is told once.

use std::sync::Arc;

use super::kept_desk::KeptDesk;
use super::keymap::Keymap;
use super::reading::Mailboxes;
use crate::domain::{Claims, CodeOrigin, Environment, Policy, TestBooking};
use crate::present::time::Zone;
use crate::present::view::SavedView;
use crate::protocol::Holder;

/// What an unconfigured platform needs.
pub const NO_PLATFORM: &str = "Xtime is not configured: set client_id, client_secret and api_key under [xtime]";

/// What the table shows first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum DeskStart {
    #[default]
    All,
    /// What is mine and needs me, when that is anything.
    Mine,
    /// The tasks of a demo.
    Practice,
    AsLeft(Box<KeptDesk>),
}

/// What does not change while the screen runs.
#[derive(Clone)]
pub struct Setup {
    pub read_only: bool,
    /// Where codes come from; `None`: by paste.
    pub source: Option<CodeOrigin>,
    /// Where letters go; `None`: nobody sends any.
    pub mail_name: Option<String>,
    /// Whether letters are mailed; else they only become files, or nothing.
    pub mails: bool,
    /// The mailboxes of the simulated dealers.
    pub mailboxes: Option<Arc<Mailboxes>>,
    /// Who is in front of the screen: what `is:mine` means, and who records.
    pub me: String,
    pub zone: Zone,
    pub policy: Policy,
    /// Which codes and dealerCodes are taken.
    pub claims: Arc<dyn Claims + Send + Sync>,
    pub keymap: Arc<Keymap>,
    /// Whether the mouse is ours.
    pub mouse: bool,
    /// Which store it is, in a word or two for the status bar.
    pub store: String,
    /// Who we are to the dealerships: in the steps and the letter of the opcode.
    pub partner: String,
    /// What a test appointment says.
    pub appointment: TestBooking,
    /// Which environment of the platform it is; `None`: there is no platform.
    pub environment: Option<Environment>,
    /// Which other process owns the store; `None`: this one.
    pub owner: Option<Holder>,
    pub views: Vec<SavedView>,
    pub start: DeskStart,
    /// The number by which other desks know this one.
    pub desk: u64,
}

impl Setup {
    /// Nothing is real.
    pub fn is_demo(&self) -> bool {
        self.environment == Some(Environment::Demo)
    }

    /// Whether letters become files that nobody mails.
    pub fn only_files(&self) -> bool {
        self.mail_name.is_some() && !self.mails
    }
}
