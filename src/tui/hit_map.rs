//! What a frame shows where: what a click there means. A click is about what was drawn last, whatever moved since.

use ratatui::layout::{Position, Rect};

use super::action::Action;
use super::dialog::{Button, FieldRole};
use super::palette::PaletteChoice;
use super::panes::Focus;
use super::queue::LetterRef;
use super::rows::{Tab, TableColumn};
use crate::domain::DealershipId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClickTarget {
    /// What lies over something else, where there is nothing to press.
    Cover,
    Pane(Focus),
    /// A line of the table.
    Row(DealershipId),
    /// A heading of the table.
    Heading(TableColumn),
    Tab(Tab),
    /// A line of the events, by its newest.
    Event(u64),
    Letter(LetterRef),
    Choice(PaletteChoice),
    Button(Button),
    Field(FieldRole),
    /// The words of an action among the keys.
    Action(Action),
}

/// The places of a frame, what lies above last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HitMap(Vec<(Rect, ClickTarget)>);

impl HitMap {
    pub fn put(&mut self, area: Rect, target: ClickTarget) {
        if !area.is_empty() {
            self.0.push((area, target));
        }
    }

    /// What is at a cell.
    pub fn at(&self, x: u16, y: u16) -> Option<ClickTarget> {
        self.0.iter().rev().find(|(area, _)| area.contains(Position { x, y })).map(|(_, target)| *target)
    }

    /// A cell at which there is this.
    pub fn place_of(&self, target: ClickTarget) -> Option<Position> {
        let (area, _) = self.0.iter().rev().find(|(_, there)| *there == target)?;
        Some(area.as_position()).filter(|place| self.at(place.x, place.y) == Some(target))
    }
}
