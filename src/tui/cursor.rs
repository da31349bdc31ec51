//! The table's cursor.

use std::time::Duration;

use super::list_cursor::ListCursor;
use crate::domain::DealershipId;

/// Where the table's cursor is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cursor {
    pub id: Option<DealershipId>,
    /// Where that was when last seen: there it goes on when it leaves the table. Its top is a line of the table.
    pub list: ListCursor,
    /// The line of the table that it was on.
    pub line: usize,
    /// Whether a key was pressed. Until then it stays on the first row, whichever that is.
    pub touched: bool,
    /// The dealership that something was done with while the cursor was on it. When that takes it elsewhere, the cursor
    /// does not go with it.
    pub acted: Option<Acted>,
    /// The one that it left by itself after something was done with it, and where it went.
    pub left: Option<(DealershipId, Option<DealershipId>)>,
    /// Until when, in the person's time, nobody can have seen where it went.
    pub unseen_until: Duration,
}

/// A dealership that something is done with.
#[derive(Debug, Clone, Copy)]
pub struct Acted {
    pub id: DealershipId,
    /// Until when, in the person's time, what is recorded about it comes of that; `None`: it is under way.
    pub until: Option<Duration>,
}

impl Cursor {
    /// Somebody moves it, and so has seen where it is.
    pub(super) fn moved_by_hand(&mut self) {
        (self.acted, self.left, self.unseen_until) = (None, None, Duration::ZERO);
    }
}
