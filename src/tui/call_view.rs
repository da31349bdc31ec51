//! The view of a call with a dealership.

use super::list_cursor::Scroll;
use crate::domain::DealershipId;

#[derive(Debug)]
pub struct CallView {
    pub id: DealershipId,
    pub scroll: Scroll,
    /// How many of the steps the dealer has taken, and whether they are those after the confirmation.
    pub ticked: (bool, usize),
    /// What somebody else last recorded of it while the view was open.
    pub meanwhile: Option<String>,
}

impl CallView {
    pub fn of(id: DealershipId) -> Self {
        Self { id, scroll: Scroll::default(), ticked: (false, 0), meanwhile: None }
    }

    /// How many of the steps are ticked off: other steps are none of them.
    pub fn steps_done(&self, confirmed: bool) -> usize {
        if self.ticked.0 == confirmed { self.ticked.1 } else { 0 }
    }
}
