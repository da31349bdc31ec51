//! Who has which dealership in front of them. It is shown while it is so, and never recorded.

use serde::{Deserialize, Serialize};

use crate::domain::{Actor, DealershipId};

/// What a person at a desk has in front of them now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// A number that no other desk has.
    pub desk: u64,
    pub who: Actor,
    /// The one that is looked at, or those that the open dialog is about; none: nothing is shown of this desk.
    pub dealerships: Vec<DealershipId>,
    /// The title of the action whose dialog is open; `None`: they are only looked at.
    pub action: Option<String>,
}

impl Presence {
    /// A desk that shows nothing, or has gone.
    pub fn nothing(desk: u64, who: Actor) -> Self {
        Self { desk, who, dealerships: Vec::new(), action: None }
    }
}
