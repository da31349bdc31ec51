//! The stage tabs: which dealerships belong to which, as a bit each.

use crate::domain::Stage;
use crate::domain::query::Derived;

/// A tab over the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tab {
    /// Everything that is not archived.
    #[default]
    All,
    Attention,
    /// It worked and then stopped.
    Lost,
    /// The second clock ran out.
    Overdue,
    /// A code that died unused.
    Expired,
    /// Confirmed, but the opcode or the slots are missing.
    Opcode,
    /// Xtime has its 24 hours to show the integration.
    Awaiting,
    Invited,
    New,
    /// Confirmed; the opcode or the slots are not known yet.
    Confirmed,
    Live,
    /// Out of sight for a while.
    Snoozed,
    Aside,
}

impl Tab {
    /// Every tab, the most urgent first: where not all of them fit, these are seen.
    pub const ALL: [Self; 13] = [
        Self::All,
        Self::Attention,
        Self::Lost,
        Self::Overdue,
        Self::Expired,
        Self::Opcode,
        Self::Awaiting,
        Self::Invited,
        Self::New,
        Self::Confirmed,
        Self::Live,
        Self::Snoozed,
        Self::Aside,
    ];

    /// Its name on the screen.
    pub const fn title(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Attention => "Attention",
            Self::New => "New",
            Self::Invited => "Invited",
            Self::Expired => "Expired",
            Self::Awaiting => "Awaiting",
            Self::Overdue => "Overdue",
            Self::Confirmed => "Confirmed",
            Self::Opcode => "Opcode",
            Self::Live => "Live",
            Self::Lost => "Lost",
            Self::Snoozed => "Snoozed",
            Self::Aside => "Aside",
        }
    }

    /// The tab some steps further.
    #[must_use]
    pub fn step(self, by: isize) -> Self {
        Self::ALL.get(super::step_round(self as usize, by, Self::ALL.len())).copied().unwrap_or_default()
    }

    pub(super) const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// Beside the tabs of a row: it matches the filter.
pub(super) const MATCHES: u16 = 1 << 15;

/// Its name alone has the words of the filter.
pub(super) const NAMED: u16 = 1 << 14;

/// Whether a row with these bits is shown on a tab.
pub(super) const fn shows(tabs: u16, tab: Tab) -> bool {
    let needed = MATCHES | tab.bit();
    tabs & needed == needed
}

/// Whether it is a row at all: every one is in some tab.
pub(super) const fn is_there(tabs: u16) -> bool {
    tabs & !(MATCHES | NAMED) != 0
}

/// The tabs that a dealership belongs to.
pub(super) fn tabs_of(facts: Derived) -> u16 {
    let stage = match facts.stage {
        Stage::Archived => return Tab::Aside.bit(),
        _ if facts.snoozed => return Tab::All.bit() | Tab::Snoozed.bit(),
        Stage::New => Tab::New,
        Stage::Invited => Tab::Invited,
        Stage::Expired => Tab::Expired,
        Stage::AwaitingXtime => Tab::Awaiting,
        Stage::Overdue => Tab::Overdue,
        Stage::Confirmed => Tab::Confirmed,
        Stage::OpcodeMissing | Stage::NoSlots => Tab::Opcode,
        Stage::Live => Tab::Live,
        Stage::Lost => Tab::Lost,
        Stage::Revoked => Tab::Aside,
    };
    let attention = if facts.attention.is_some() { Tab::Attention.bit() } else { 0 };
    Tab::All.bit() | stage.bit() | attention
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_has_a_tab_of_its_own_beside_all() {
        for stage in Stage::ALL {
            let tabs = tabs_of(Derived { stage, attention: None, snoozed: false });
            assert!((tabs & !Tab::All.bit()).is_power_of_two(), "{stage}");
            assert_eq!(tabs & Tab::All.bit() == 0, stage == Stage::Archived);
        }
        let snoozed = tabs_of(Derived { stage: Stage::Expired, attention: None, snoozed: true });
        assert_eq!(snoozed, Tab::All.bit() | Tab::Snoozed.bit());
        assert_eq!(Tab::All.step(-1), Tab::Aside);
    }
}
