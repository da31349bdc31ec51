//! What dialogs are made and validated by.

use crate::domain::{
    Actor, ClockDoubt, Command, Context, DealershipId, Fact, Letter, LetterId, Onboarding, Refusal, Remedy, Timestamp,
    decide_in_turn,
};
use crate::protocol::Status;
use crate::tui::action::Action;
use crate::tui::keymap::Keymap;
use crate::tui::rows::DealershipRows;
use crate::tui::setup::Setup;
use crate::tui::tail::EventTail;

/// What a dialog is made and validated by: of the state of the screen, what is no dialog itself.
pub struct ValidationContext<'a> {
    pub now: Timestamp,
    pub rows: &'a DealershipRows,
    pub setup: &'a Setup,
    pub status: &'a Status,
    pub tail: &'a EventTail,
    /// The dealership that something was done with last, else the one under the cursor.
    pub last: Option<DealershipId>,
}

impl<'a> ValidationContext<'a> {
    /// One dealership, or one letter of it, for a dry run.
    pub fn dry_run(&self, state: &'a Onboarding, letter: Option<&'a Letter>) -> DryRun<'a> {
        DryRun { state, letter, setup: self.setup, now: self.now }
    }

    /// Why this machine's clock cannot be believed.
    pub fn clock_doubt(&self) -> Option<ClockDoubt> {
        ClockDoubt::find(self.now, self.rows.newest_event(), self.status.clock_skew, &self.setup.policy)
    }
}

/// One dealership, or one letter of it, for a dry run of the rules on what the screen holds.
pub struct DryRun<'a> {
    pub state: &'a Onboarding,
    pub letter: Option<&'a Letter>,
    pub setup: &'a Setup,
    pub now: Timestamp,
}

impl DryRun<'_> {
    /// What would be recorded of commands, one after the other.
    pub fn decide(&self, commands: &[Command]) -> Result<Vec<Fact>, Refusal> {
        let letter = self.setup.mail_name.as_ref().map(|_| LetterId::from_bits(0));
        let setup = self.setup;
        let context = Context { now: self.now, policy: &setup.policy, claims: setup.claims.as_ref(), letter };
        decide_in_turn(Some(self.state), self.state.id, commands, &Actor::system("dry run"), &context)
    }
}

/// A refusal with the present key of what can be done about it.
pub fn refusal_message(refusal: &Refusal, keymap: &Keymap) -> String {
    let action = refusal.remedy().map(|remedy| match remedy {
        Remedy::Unarchive => Action::Archive,
        Remedy::Invite => Action::Invite,
        Remedy::Reissue | Remedy::DespiteWord => Action::Reissue,
        Remedy::Resend => Action::Resend,
        Remedy::Reschedule => Action::Appointment,
    });
    match action.and_then(|action| keymap.first_key(action)) {
        Some(key) => format!("{refusal} ({key})"),
        None => refusal.to_string(),
    }
}
