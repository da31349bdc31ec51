//! The view of a call with a dealership.

use super::list_cursor::Scroll;
use crate::domain::DealershipId;

/// A call with a dealership.
#[derive(Debug)]
pub struct CallView {
    pub id: DealershipId,
    pub scroll: Scroll,
    /// How many of the steps the dealer has taken.
    pub steps_done: usize,
}
