//! The columns of the table, and the number by which those that are no texts order the rows.

use crate::tui::letters::MailLook;

use crate::domain::Onboarding;
use crate::domain::order::{attention_order, sortable};
use crate::domain::query::Derived;

/// A column of the table, or the order of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableColumn {
    /// Not a column: what needs attention first, then the nearest deadline.
    Attention,
    Name,
    City,
    DealerCode,
    /// The masked code.
    Code,
    /// What is left of the code's 72 hours.
    CodeClock,
    /// What is left of Xtime's 24 hours.
    ConfirmClock,
    Stage,
    /// What became of the letter that tells how things stand.
    Mail,
    /// The opcode and whether it is visible.
    Opcode,
    Owner,
    LastEvent,
}

impl TableColumn {
    /// Every order, in the order of the table.
    pub const ALL: [Self; 12] = [
        Self::Attention,
        Self::Name,
        Self::City,
        Self::DealerCode,
        Self::Code,
        Self::CodeClock,
        Self::ConfirmClock,
        Self::Stage,
        Self::Mail,
        Self::Opcode,
        Self::Owner,
        Self::LastEvent,
    ];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Attention => "attention",
            Self::Name => "dealership",
            Self::City => "city",
            Self::DealerCode => "dealerCode",
            Self::Code => "code",
            Self::CodeClock => "code ends",
            Self::ConfirmClock => "Xtime due",
            Self::Stage => "stage",
            Self::Mail => "mail",
            Self::Opcode => "opcode",
            Self::Owner => "owner",
            Self::LastEvent => "last event",
        }
    }

    /// The column some steps further.
    #[must_use]
    pub fn step(self, by: isize) -> Self {
        let place = Self::ALL.iter().position(|column| *column == self).unwrap_or(0);
        Self::ALL.get(super::step_round(place, by, Self::ALL.len())).copied().unwrap_or(Self::Attention)
    }

    /// Whether its order is that of a text.
    pub(super) const fn is_text(self) -> bool {
        matches!(self, Self::Name | Self::City | Self::DealerCode | Self::Opcode | Self::Owner)
    }
}

/// How the rows are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    pub column: TableColumn,
    /// The largest first. What has no value comes last either way.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { column: TableColumn::Attention, descending: false }
    }
}

/// The number by which a column orders a row; `None` when it has no value, or when the column orders by text.
pub(super) fn number_of(column: TableColumn, state: &Onboarding, facts: Derived) -> Option<u64> {
    let newest = state.invitation.as_ref();
    match column {
        TableColumn::Attention => Some(attention_order(state, facts)),
        TableColumn::Code => newest.map(|newest| u64::from(newest.generation)),
        TableColumn::CodeClock => newest.map(|newest| sortable(newest.expires_at)),
        TableColumn::ConfirmClock => state.confirmation.due_at.filter(|_| !state.is_confirmed()).map(sortable),
        TableColumn::Stage => Some(facts.stage as u64),
        TableColumn::Mail => MailLook::of(state).map(|look| (look.fate as u64) << 56 | sortable(look.at)),
        // The newest first is what people mean by this column.
        TableColumn::LastEvent => Some((1 << 63) - sortable(state.last_event_happened_at())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_go_round() {
        assert_eq!(TableColumn::Attention.step(-1), TableColumn::LastEvent);
        assert_eq!(TableColumn::LastEvent.step(1), TableColumn::Attention);
    }
}
