//! A dealership in the list of a dialog: the same as a dialog about one says, in few lines. Each dealership takes equally
//! many, so that only the visible lines are made.

use super::{DialogView, Line};
use crate::domain::text::fit;
use crate::domain::{InvitationState, Timestamp};
use crate::present::time::Zone;
use crate::protocol::Request;
use crate::tui::actions::expiry_of;
use crate::tui::dialog::{Dialog, Item, RecordingAction};
use crate::tui::theme::Tone;
use crate::tui::view::person::next_minute;

/// From how many cells on the old code and the new one fit on one line.
const WIDE: u16 = 84;
/// From how many on the contact fits beside the name, and both ways of the new end on one line.
const MIDDLE: u16 = 60;
/// Below how many the labels are short.
const NARROW: u16 = 50;

/// Without the day of the week.
fn short(moment: &str) -> &str {
    moment.split_once(' ').map_or(moment, |(_, rest)| rest)
}

/// Who answers there, unless something is wrong with it.
fn contact_or_mistake(dialog: &Dialog, item: &Item) -> (String, Tone) {
    if let Some(what) = &item.changed {
        return (what.clone(), Tone::Bad);
    }
    let wrong = dialog.validation.as_ref().err().into_iter().flatten().find(|problem| problem.id == Some(item.id));
    if let Some(problem) = wrong.filter(|problem| !problem.missing) {
        let words = problem.text.strip_prefix(&format!("{}: ", item.name)).unwrap_or(&problem.text);
        return (format!("✗ {words}"), Tone::Bad);
    }
    let waiting = if item.awaits_xtime() { "(awaits Xtime) " } else { "" };
    let contact = if item.contact.is_empty() { "no contact" } else { &item.contact };
    (format!("{waiting}{contact}"), Tone::Plain)
}

impl DialogView<'_> {
    /// Whether labels must be short.
    pub(super) fn is_narrow(&self) -> bool {
        self.room < NARROW
    }

    /// How many lines each dealership takes.
    pub(super) fn rows_of(&self, action: &RecordingAction) -> usize {
        match (self.room, action.gives_code()) {
            (WIDE.., _) | (MIDDLE.., false) => 2,
            (MIDDLE.., true) | (_, false) => 3,
            (_, true) => 4,
        }
    }

    /// A line of a dealership.
    pub(super) fn listed(&self, dialog: &Dialog, place: usize, row: usize) -> Option<Line> {
        let item = dialog.items.get(place)?;
        let gives = dialog.recording().is_some_and(RecordingAction::gives_code);
        let (text, tone) = match (self.room, row) {
            (_, 1) if item.about.is_some() => {
                let (_, about) = item.about.as_ref()?;
                (format!("     {about}"), Tone::Plain)
            }
            (_, 0) => self.named(dialog, place, item),
            (WIDE.., _) => match self.new_end(dialog, place, item).filter(|_| gives) {
                Some((new, tone)) => (format!("     {} {new}", self.old_end(item, false)), tone),
                None => (format!("     {}", self.standing(dialog, item, true)), Tone::Plain),
            },
            (MIDDLE.., 1) => (format!("     {}", self.standing(dialog, item, true)), Tone::Plain),
            (MIDDLE.., _) => {
                let (new, tone) = self.new_end(dialog, place, item)?;
                (format!("     {new}"), tone)
            }
            (_, 1) => {
                let (words, tone) = contact_or_mistake(dialog, item);
                (format!("  {words}"), tone)
            }
            (_, 2) if gives => {
                let ends =
                    self.ends(dialog, place, item).map(|(ends, sure, _)| (Zone::from(item.zone).show(ends), sure));
                let new = ends.map_or_else(String::new, |(there, sure)| {
                    format!(" →{}{}", if sure { ' ' } else { '~' }, short(&there))
                });
                let zone_once = |text: &str| text.rsplit_once(' ').map_or(text.to_owned(), |(time, _)| time.to_owned());
                let old = item.code.as_ref().map(|(_, _, ends, _)| Zone::from(item.zone).show(*ends));
                let old = old.map_or_else(|| "no code".to_owned(), |old| zone_once(short(&old)));
                (format!("  {old}{new}"), Tone::Plain)
            }
            (_, 2) => (format!("  {}", self.standing(dialog, item, false)), Tone::Plain),
            _ => {
                let (ends, sure, masked) = self.ends(dialog, place, item)?;
                let here = self.state.setup.zone.show(ends);
                let masked = masked.map_or_else(String::new, |masked| format!("{masked} "));
                let (about, tone) = if sure { ("", Tone::Good) } else { ("about ", Tone::Plain) };
                (format!("  {masked}{about}{} here", short(&here)), tone)
            }
        };
        Some(Line(text, self.theme.tone(tone)))
    }

    fn named(&self, dialog: &Dialog, place: usize, item: &Item) -> (String, Tone) {
        let number = place + 1;
        let code = fit(&item.dealer_code, 11);
        if self.room < MIDDLE {
            let name = fit(&item.name, usize::from(self.room).saturating_sub(number.to_string().len() + 13));
            return (format!("{number} {name} {code}"), Tone::Plain);
        }
        let name = fit(&item.name, usize::from(self.room / 3).saturating_sub(2));
        let (words, tone) = contact_or_mistake(dialog, item);
        (format!("{number:>4} {name} {code} {words}"), tone)
    }

    /// What stands now of what the dialog changes: the choice of an opcode, else the newest code and its end.
    fn standing(&self, dialog: &Dialog, item: &Item, long: bool) -> String {
        match dialog.recording().and_then(|action| action.standing) {
            Some(standing) => standing(item),
            None => self.old_end(item, long),
        }
    }

    /// The newest code and its end.
    fn old_end(&self, item: &Item, long: bool) -> String {
        let Some((generation, masked, ends, state)) = &item.code else { return "no code yet".to_owned() };
        let there = Zone::from(item.zone).show(*ends);
        let there = short(&there);
        match state {
            InvitationState::Live if long => {
                format!("{generation}: {masked} ends in {}, {there}", self.clocks.left(*ends))
            }
            InvitationState::Expired if long => {
                format!("{generation}: {masked} ended {} ago, {there}", self.clocks.since(*ends))
            }
            InvitationState::Live => format!("{masked} ends {there}"),
            InvitationState::Expired => format!("{masked} ended {there}"),
            InvitationState::Used => format!("{masked} used, {there}"),
            InvitationState::Superseded => format!("{masked} superseded, {there}"),
            InvitationState::Revoked => format!("{masked} revoked, {there}"),
        }
    }

    /// When the new code ends, there and here.
    fn new_end(&self, dialog: &Dialog, place: usize, item: &Item) -> Option<(String, Tone)> {
        let (ends, sure, masked) = self.ends(dialog, place, item)?;
        let (there, here) = (Zone::from(item.zone).show(ends), self.state.setup.zone.show(ends));
        let (there, here) = (short(&there), short(&here));
        Some(match masked {
            _ if ends <= self.clocks.now() => (format!("→ that code died at {there}"), Tone::Bad),
            Some(masked) => (format!("→ {masked} {there} = {here}"), Tone::Good),
            None if sure => (format!("→ {there} = {here}"), Tone::Plain),
            None => (format!("→ about {there} = {here}"), Tone::Plain),
        })
    }

    /// When the new code ends, whether that is certain, and the code if it is here already.
    fn ends(&self, dialog: &Dialog, place: usize, item: &Item) -> Option<(Timestamp, bool, Option<String>)> {
        let policy = &self.state.setup.policy;
        if let Some(Request::Paste(codes)) = dialog.request()
            && let Some(code) = codes.get(place)
        {
            return Some((policy.code_end(code.generated_at), true, Some(code.code.masked())));
        }
        let now = self.clocks.now();
        self.clocks.changes_at(next_minute(now));
        Some((expiry_of(dialog, now, item.zone, policy)?, false, None))
    }
}
