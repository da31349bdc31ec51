//! Which columns the table has, in which order, and how wide they are where there is so much room.

use super::rows::TableColumn;

/// The cells before the columns: cursor, mark, urgency.
pub const GUTTER: u16 = 4;

/// Up to this rank the name gives way to columns before it has its useful width.
const BEFORE_NAME: u8 = 3;

/// What the name keeps of that where there are more columns.
const ENOUGH_NAME: u16 = 22;

/// What it keeps where it is said behind names what a filter found.
const EXPLAINED_NAME: u16 = 36;

/// The widest and the narrowest that somebody can make a column.
const WIDTHS: std::ops::RangeInclusive<u16> = 4..=120;

/// A column, shown or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnChoice {
    pub column: TableColumn,
    pub is_shown: bool,
    /// How wide somebody made it; `None`: as the room allows.
    pub width: Option<u16>,
}

impl ColumnChoice {
    /// The fewest cells, those that it wants, and the most.
    fn widths(self) -> (u16, u16, u16) {
        self.width.map_or(self.column.screen().widths, |width| (width, width, width))
    }
}

/// A column that is drawn, and how wide it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableSlot {
    pub column: TableColumn,
    pub width: u16,
}

/// Every column once, in the order of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableColumns(Vec<ColumnChoice>);

impl Default for TableColumns {
    fn default() -> Self {
        let is_shown = |column| (column as usize) <= TableColumn::Owner as usize;
        let columns = TableColumn::ALL.into_iter().filter(|column| *column != TableColumn::Attention);
        Self(columns.map(|column| ColumnChoice { column, is_shown: is_shown(column), width: None }).collect())
    }
}

impl TableColumns {
    /// These are shown, in this order, and the name where it is not among them.
    pub fn of(shown: &[TableColumn]) -> Self {
        let mut columns = Self::default();
        let place = |column| shown.iter().position(|one| *one == column);
        columns.0.iter_mut().for_each(|choice| {
            choice.is_shown = choice.column == TableColumn::Name || place(choice.column).is_some();
        });
        columns.0.sort_by_key(|choice| match choice.column {
            column @ TableColumn::Name => place(column).unwrap_or(0),
            column => place(column).unwrap_or(usize::MAX),
        });
        columns
    }

    /// These in their order, and those that are not among them hidden behind them.
    pub fn arranged(choices: impl Iterator<Item = ColumnChoice>) -> Self {
        let mut columns: Vec<ColumnChoice> = Vec::new();
        let hidden = |choice: ColumnChoice| ColumnChoice { is_shown: choice.column == TableColumn::Name, ..choice };
        for choice in choices.chain(Self::default().0.into_iter().map(hidden)) {
            let is_new = columns.iter().all(|known| known.column != choice.column);
            if is_new && choice.column != TableColumn::Attention {
                let width = choice.width.map(|width| width.clamp(*WIDTHS.start(), *WIDTHS.end()));
                columns.push(ColumnChoice { width, ..choice });
            }
        }
        Self(columns)
    }

    pub fn choices(&self) -> &[ColumnChoice] {
        &self.0
    }

    /// What the table can be ordered by with a key: the desk's own order, and its columns.
    pub fn orders(&self) -> Vec<TableColumn> {
        let shown = self.0.iter().filter(|choice| choice.is_shown).map(|choice| choice.column);
        let ordered = shown.filter(|column| *column != TableColumn::Chance);
        std::iter::once(TableColumn::Attention).chain(ordered).collect()
    }

    pub fn shows(&self, column: TableColumn) -> bool {
        self.0.iter().any(|choice| choice.is_shown && choice.column == column)
    }

    /// Shows or hides the column on a place. The name is always shown.
    pub fn switch(&mut self, place: usize) {
        if let Some(choice) = self.0.get_mut(place).filter(|choice| choice.column != TableColumn::Name) {
            choice.is_shown = !choice.is_shown;
        }
    }

    /// Moves the column on a place to the next one or the one before; its new place.
    pub fn shift(&mut self, place: usize, forward: bool) -> usize {
        let other = if forward { place + 1 } else { place.saturating_sub(1) };
        if other >= self.0.len() {
            return place;
        }
        self.0.swap(place, other);
        other
    }

    /// Makes the column on a place wider or narrower than it is in so much room.
    pub fn widen(&mut self, place: usize, by: i16, room: u16) {
        let fitted = self.fit(room, false);
        let Some(choice) = self.0.get_mut(place) else { return };
        let drawn = fitted.iter().find(|slot| slot.column == choice.column).map(|slot| slot.width);
        let width = choice.width.or(drawn).unwrap_or(choice.column.screen().widths.1);
        choice.width = Some(width.saturating_add_signed(by).clamp(*WIDTHS.start(), *WIDTHS.end()));
    }

    /// The columns for a width: as many as fit, the most useful first; the name gets what is left. More of it where
    /// something is said behind names.
    pub fn fit(&self, room: u16, is_explained: bool) -> Vec<TableSlot> {
        let mut left = room.saturating_sub(GUTTER);
        let mut shown: Vec<ColumnChoice> = self.0.iter().copied().filter(|choice| choice.is_shown).collect();
        shown.sort_by_key(|choice| choice.column.screen().rank);
        let name = shown.iter().find(|choice| choice.column == TableColumn::Name);
        let (smallest_name, useful_name, largest_name) = name.map_or((0, 0, 0), |name| name.widths());
        let mut chosen: Vec<(ColumnChoice, u16)> = Vec::new();
        for choice in shown.iter().filter(|choice| choice.column != TableColumn::Name) {
            let name = match choice.column.screen().rank {
                rank if rank < BEFORE_NAME || rank == BEFORE_NAME && !is_explained => smallest_name,
                _ if is_explained => largest_name.min(EXPLAINED_NAME),
                _ => useful_name.min(ENOUGH_NAME).max(smallest_name),
            };
            let least = choice.widths().0;
            if left > name + least {
                left -= least + 1;
                chosen.push((*choice, least));
            }
        }
        let useful_name = if is_explained { largest_name } else { useful_name };
        let mut name = left.min(useful_name.max(smallest_name));
        let mut spare = left - name;
        let mut grow = |width: &mut u16, most: u16| {
            let more = spare.min(most.saturating_sub(*width));
            *width += more;
            spare -= more;
        };
        chosen.iter_mut().for_each(|(choice, width)| grow(width, choice.widths().1));
        grow(&mut name, largest_name);
        chosen.iter_mut().for_each(|(choice, width)| grow(width, choice.widths().2));
        let width = |column| match column {
            TableColumn::Name => Some(name),
            column => chosen.iter().find(|(choice, _)| choice.column == column).map(|(_, width)| *width),
        };
        let slots = self.0.iter().map(|choice| choice.column);
        slots.filter_map(|column| Some(TableSlot { column, width: width(column)? })).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fit_every_width() {
        let columns = TableColumns::default();
        for room in 40..=400 {
            let slots = columns.fit(room, false);
            let used: u16 = slots.iter().map(|slot| slot.width + 1).sum::<u16>() - 1 + GUTTER;
            assert!(used <= room, "{room}: {used}");
            let name = slots.iter().find(|slot| slot.column == TableColumn::Name).unwrap();
            assert!(name.width >= 12, "{room}: {}", name.width);
            assert!(slots.iter().any(|slot| slot.column == TableColumn::Clock), "{room}");
        }
        assert_eq!(columns.fit(200, false).len(), 7);
    }

    #[test]
    fn columns_are_hidden_moved_and_widened() {
        let mut columns = TableColumns::default();
        columns.switch(0);
        columns.switch(1);
        assert!(columns.fit(200, false).iter().all(|slot| slot.column != TableColumn::Place));
        assert_eq!((columns.shift(0, false), columns.shift(0, true)), (0, 1));
        assert_eq!(columns.choices()[1].column, TableColumn::Name);
        columns.widen(1, 5, 60);
        let name = |columns: &TableColumns| {
            columns.fit(60, false).iter().find(|slot| slot.column == TableColumn::Name).copied()
        };
        let before = name(&columns).unwrap().width;
        columns.widen(1, -2, 60);
        assert_eq!(name(&columns).unwrap().width, before - 2);
        // Whatever is made wider than the screen, nothing is drawn beyond it.
        (0..200).for_each(|_| columns.widen(1, 1, 60));
        let used: u16 = columns.fit(60, false).iter().map(|slot| slot.width + 1).sum();
        assert!(used <= 60 - GUTTER + 1);
    }
}
