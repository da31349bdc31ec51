//! The panes of the desk: which has the focus, which are open, and what the detail shows.

use super::list_cursor::Scroll;
use crate::domain::{DealershipId, ProbeStatus};

/// A pane that can have the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Focus {
    #[default]
    Table,
    Detail,
    Tail,
}

/// Which panes are open; `None`: as the size allows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Panes {
    pub detail: Option<bool>,
    pub tail: Option<bool>,
    /// The focused pane has the whole screen.
    pub zoom: bool,
}

#[derive(Debug, Default)]
pub struct Detail {
    /// The last look at a dealership, and when the next is due.
    pub probe: Option<(DealershipId, ProbeStatus)>,
    pub scroll: Scroll,
    /// What was asked for last.
    pub asked: Option<DealershipId>,
}
