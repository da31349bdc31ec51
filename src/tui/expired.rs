//! Whose codes expired unused lately: those of the person in front of the screen apart from those of others.

use crate::domain::DealershipId;

/// Whose codes expired since the message about them appeared.
#[derive(Debug, Default)]
pub struct Expired {
    pub mine: Vec<DealershipId>,
    pub others: Vec<DealershipId>,
}
