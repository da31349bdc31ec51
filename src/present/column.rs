//! The columns: how each is shown to people and to scripts, how it orders, and its place in the table of the screen.

mod cell;
mod named;
mod registry;
mod sort;

use chrono::TimeDelta;

pub use cell::{Cell, CellView, code_clock, confirm_clock};
pub use named::{ColumnError, read_order};
pub use registry::COLUMNS;
pub use sort::Sort;

use crate::domain::query::{Derived, QueryField};
use crate::domain::survival::Survival;
use crate::domain::text::normal;
use crate::domain::{Onboarding, Policy, ProbeState, ProbeStatus, Timestamp, humanize, rfc3339};

use super::Tone;
use super::time::Zone;

/// One dealership at a moment.
#[derive(Clone, Copy)]
pub struct DealershipView<'a> {
    pub state: &'a Onboarding,
    pub facts: Derived,
    /// `None`: nobody asked for it.
    pub probe: Option<&'a ProbeStatus>,
    pub now: Timestamp,
    pub policy: &'a Policy,
    /// Of the operator: a column of moments in many zones is in no order.
    pub zone: Zone,
    /// `None`: nobody asked for it.
    pub survival: Option<&'a Survival>,
}

impl<'a> DealershipView<'a> {
    pub fn of(
        state: &'a Onboarding,
        probe: Option<&'a ProbeStatus>,
        now: Timestamp,
        policy: &'a Policy,
        zone: Zone,
    ) -> Self {
        Self { state, facts: Derived::of(state, now, policy), probe, now, policy, zone, survival: None }
    }

    #[must_use]
    pub const fn estimated_by(self, survival: Option<&'a Survival>) -> Self {
        Self { survival, ..self }
    }

    fn last_probe(&self) -> Option<&'a ProbeState> {
        self.probe?.last.as_ref()
    }
}

/// What a column says of a dealership. Texts are not clean: whoever prints them cleans them for the place.
pub enum Value {
    Text(String),
    Number(Option<i64>),
    Moment(Option<Timestamp>),
    Length(Option<TimeDelta>),
    /// A word, and its place among the others.
    Word(Option<(&'static str, i64)>),
}

impl Value {
    fn people(self, zone: Zone) -> String {
        match self {
            Self::Moment(at) => at.map(|at| zone.line(at)).unwrap_or_default(),
            Self::Length(length) => length.map(humanize).unwrap_or_default(),
            other => other.script(),
        }
    }

    /// Times in UTC, lengths in seconds.
    pub fn script(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.map(|number| number.to_string()).unwrap_or_default(),
            Self::Moment(at) => at.map(rfc3339).unwrap_or_default(),
            Self::Length(length) => length.map(|length| length.num_seconds().to_string()).unwrap_or_default(),
            Self::Word(word) => word.map_or("", |(word, _)| word).to_owned(),
        }
    }

    fn key(self) -> Option<SortKey> {
        let number = match self {
            Self::Text(text) => return SortKey::text(&text),
            Self::Number(number) => number,
            Self::Moment(at) => at.map(|at| at.timestamp_millis()),
            Self::Length(length) => length.map(|length| length.num_milliseconds()),
            Self::Word(word) => word.map(|(_, place)| place),
        };
        number.map(SortKey::Number)
    }
}

/// By what a list is sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortKey {
    Number(i64),
    Text(String),
}

impl SortKey {
    fn text(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self::Text(normal(text)))
    }
}

type Of<T> = fn(&DealershipView<'_>) -> T;

pub struct Column {
    /// Its name in `--columns`, `--sort` and CSV.
    pub id: &'static str,
    pub title: &'static str,
    pub value: Of<Value>,
    pub tone: Of<Tone>,
    pub screen: Option<ScreenColumn>,
    /// It tells of the last probe or of the next one.
    pub is_of_probes: bool,
    /// It tells how likely the code is used, which the whole log says.
    pub is_of_log: bool,
    /// Where people are told something else than scripts.
    people: Option<Of<String>>,
    /// Where it orders by something else than its value.
    key: Option<Of<Option<SortKey>>>,
}

impl Column {
    pub fn people(&self, view: &DealershipView<'_>) -> String {
        self.people.map_or_else(|| (self.value)(view).people(view.zone), |people| people(view))
    }

    pub fn key(&self, view: &DealershipView<'_>) -> Option<SortKey> {
        self.key.map_or_else(|| (self.value)(view).key(), |key| key(view))
    }
}

/// A column in the table of the screen.
pub struct ScreenColumn {
    pub column: TableColumn,
    pub title: &'static str,
    /// Which columns give way first where room is short: those with the larger numbers. The name never does.
    pub rank: u8,
    /// The fewest cells, those that it wants, and the most that it takes where there is room to spare.
    pub widths: (u16, u16, u16),
    pub order: RowOrder,
    pub cell: fn(&CellView<'_>) -> Cell,
}

/// What orders the rows of the screen: kept for each row as an integer, so that many are sorted within a frame.
pub enum RowOrder {
    /// A field, as filters have folded it.
    Field(QueryField),
    Text(Of<String>),
    Number(Of<Option<u64>>),
    /// That of another column, see [`TableColumn::ordered_as`].
    Same,
}

/// The columns of the screen, in the order in which its table has them at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableColumn {
    /// An order without cells: what needs attention first, then the nearest deadline.
    Attention,
    Name,
    /// dealerCode and city, as many as there is room for.
    Place,
    Stage,
    Clock,
    NextStep,
    Mail,
    Owner,
    City,
    DealerCode,
    Code,
    CodeClock,
    ConfirmClock,
    Opcode,
    LastEvent,
    Group,
    /// How likely the code is used before it ends; known once the log was asked.
    Chance,
}

impl TableColumn {
    pub const ALL: [Self; 17] = [
        Self::Attention,
        Self::Name,
        Self::Place,
        Self::Stage,
        Self::Clock,
        Self::NextStep,
        Self::Mail,
        Self::Owner,
        Self::City,
        Self::DealerCode,
        Self::Code,
        Self::CodeClock,
        Self::ConfirmClock,
        Self::Opcode,
        Self::LastEvent,
        Self::Group,
        Self::Chance,
    ];

    pub fn screen(self) -> &'static ScreenColumn {
        registry::SCREEN[self as usize].1
    }

    pub fn title(self) -> &'static str {
        self.screen().title
    }

    /// Its name wherever columns are named.
    pub fn id(self) -> &'static str {
        registry::SCREEN[self as usize].0
    }

    /// The column that has its order.
    #[must_use]
    pub const fn ordered_as(self) -> Self {
        match self {
            Self::Place => Self::DealerCode,
            // An estimate that changes with the age of each code is no order that is kept: the ends of the codes are.
            Self::Chance => Self::CodeClock,
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_the_screen_is_in_the_registry() {
        assert!(TableColumn::ALL.iter().all(|column| column.screen().column == *column));
        assert!(TableColumn::ALL.iter().zip(0..).all(|(column, place)| *column as usize == place));
    }

    #[test]
    fn no_id_stands_for_two_columns() {
        let mut ids: Vec<_> = COLUMNS.iter().map(|column| column.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), COLUMNS.len());
    }
}
