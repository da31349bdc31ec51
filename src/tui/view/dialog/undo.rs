//! What an undo takes back, and what it records.

use super::{DialogView, Line};
use crate::domain::{Actor, Event};
use crate::present::event::EventLine;
use crate::present::time::Zone;
use crate::tui::actions::undo::UndoPlan;
use crate::tui::dialog::Item;

impl DialogView<'_> {
    pub(super) fn undo(&self, item: &Item, lines: &mut Vec<Line>) {
        let row = self.state.rows.get(item.id);
        let Some(plan) = row.and_then(|row| UndoPlan::of(&row.state, &self.state.context())) else {
            lines.push(Line("Its events are being read …".to_owned(), self.theme.dim));
            return;
        };
        // Why not is said with what is wrong.
        let Ok(UndoPlan { takes_back, records, .. }) = plan else { return };
        let zone = Zone::from(item.zone);
        let line = |event: &Event| EventLine::of(event, |at| zone.show(at));
        for EventLine { when, words, .. } in takes_back.iter().map(line) {
            self.pair("undoes", &format!("{words}, {when}"), self.theme.text, lines);
        }
        let (at, actor) = (self.clocks.now(), Actor::person(&self.state.setup.me));
        for fact in records {
            let event = Event { seq: 0, at, actor: actor.clone(), dealership: Some(item.id), fact };
            self.pair("records", &line(&event).words, self.theme.title, lines);
        }
    }
}
