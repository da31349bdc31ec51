//! The sections of the table: rows beside each other that are there for the same reason, a line with its words and their
//! number above each. Places count rows, lines count those too.

use super::{DealershipRows, TableColumn};
use crate::domain::order::OrderGroup;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionKind {
    Reason(OrderGroup),
    /// The words of the filter are in the name.
    Named,
    /// They are in other fields.
    ByOtherField,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableSection {
    pub kind: SectionKind,
    /// How many rows it has.
    pub count: usize,
    /// The place of its first row.
    pub first: usize,
}

impl TableSection {
    /// `16 Xtime overdue`.
    pub fn words(self) -> String {
        match self.kind {
            SectionKind::Reason(OrderGroup::Calm) if self.count == 1 => "1 needs nobody now".to_owned(),
            _ => format!("{} {}", self.count, self.kind_words()),
        }
    }

    /// The same, where nobody knows yet how many there are.
    pub fn kind_words(self) -> &'static str {
        match self.kind {
            SectionKind::Reason(OrderGroup::Attention(attention)) => attention.message(),
            SectionKind::Reason(OrderGroup::Calm) => "need nobody now",
            SectionKind::Reason(OrderGroup::Snoozed) => "snoozed",
            SectionKind::Reason(OrderGroup::Archived) => "archived",
            SectionKind::Named => "by name",
            SectionKind::ByOtherField => "by another field",
        }
    }
}

/// A line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableLine {
    Row(usize),
    /// What stands above the first row of a section.
    Rule(TableSection),
}

/// Ordered by place. There are at most as many as reasons.
#[derive(Debug, Default)]
pub(super) struct Sections(Vec<TableSection>);

impl Sections {
    /// How many begin at a place or before.
    fn begun(&self, place: usize) -> usize {
        self.0.partition_point(|section| section.first <= place)
    }

    fn at(&self, line: usize) -> TableLine {
        // The rule above the section number `n` is on the line `first + n`.
        let (mut low, mut high) = (0, self.0.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.0.get(middle) {
                Some(section) if section.first + middle <= line => low = middle + 1,
                _ => high = middle,
            }
        }
        let rule = low.checked_sub(1).and_then(|last| Some((last, *self.0.get(last)?)));
        match rule {
            Some((last, section)) if section.first + last == line => TableLine::Rule(section),
            _ => TableLine::Row(line - low),
        }
    }
}

impl DealershipRows {
    /// Finds the sections of what is shown, by a binary search for the end of each.
    pub(super) fn find_sections(&mut self) {
        let mut sections = std::mem::take(&mut self.sections.0);
        sections.clear();
        let mut rest = self.visible.as_slice();
        while let Some(kind) = rest.first().and_then(|slot| self.section_kind(*slot)) {
            let count = rest.partition_point(|slot| self.section_kind(*slot) == Some(kind));
            sections.push(TableSection { kind, count, first: self.visible.len() - rest.len() });
            rest = rest.get(count..).unwrap_or_default();
        }
        if sections.len() < 2 {
            sections.clear();
        }
        self.sections.0 = sections;
    }

    fn section_kind(&self, slot: u32) -> Option<SectionKind> {
        if self.query.has_words() {
            return Some(if self.is_named(slot) { SectionKind::Named } else { SectionKind::ByOtherField });
        }
        (self.sort.column == TableColumn::Attention)
            .then(|| SectionKind::Reason(OrderGroup::of(self.keys.value(TableColumn::Attention, slot))))
    }

    /// How many lines what is shown has.
    pub fn lines(&self) -> usize {
        self.visible.len() + self.sections.0.len()
    }

    /// The line of a row by its place.
    pub fn line_of(&self, place: usize) -> usize {
        place + self.sections.begun(place)
    }

    /// What is on a line.
    pub fn line(&self, line: usize) -> Option<TableLine> {
        (line < self.lines()).then(|| self.sections.at(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_places_are_told_from_each_other() {
        let section = |first, count| TableSection { kind: SectionKind::Named, count, first };
        let sections = Sections(vec![section(0, 2), section(2, 1), section(3, 4)]);
        let lines: Vec<TableLine> = (0..10).map(|line| sections.at(line)).collect();
        let rule = |place: usize| TableLine::Rule(sections.0[place]);
        let rows: Vec<TableLine> = (0..7).map(TableLine::Row).collect();
        let expected = [rule(0), rows[0], rows[1], rule(1), rows[2], rule(2), rows[3], rows[4], rows[5], rows[6]];
        assert_eq!(lines, expected);
        for (place, row) in rows.into_iter().enumerate() {
            assert_eq!(sections.at(place + sections.begun(place)), row);
        }
        assert_eq!(Sections::default().at(5), TableLine::Row(5));
    }
}
