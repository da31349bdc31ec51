//! What is offered for the text field of a dialog: the opcodes that Xtime shows of a dealership, or the times that a customer would be
//! offered. What is typed narrows it; the arrows put one of it into the field, exactly as it came.

use std::sync::Arc;

use crate::timezone::Tz;
use chrono::{Datelike, NaiveDate, NaiveDateTime, Weekday};

use super::{Dialog, FieldRole, Input};
use crate::domain::opcode::{Sought, find};
use crate::domain::owner::about_new_owner;
use crate::domain::text::normal;
use crate::domain::when::with_abbreviation;
use crate::domain::{OpcodeOption, Policy, Service, Slot, Untrusted};
use crate::tui::list_cursor::{ListCursor, Motion};

/// How a time is written in its field.
pub const TIME: &str = "%Y-%m-%d %H:%M";

/// Whether it is known what can be offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadState {
    Awaited,
    Here,
    /// Why it is not known.
    Not(String),
}

/// One thing that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// As it came: what is sent.
    pub exact: Untrusted,
    /// Beside it: a name, or the same time in words.
    pub aside: String,
    /// In what it is like the present choice without being it.
    pub near: Option<&'static str>,
}

#[derive(Debug)]
pub struct Suggestions {
    pub known: LoadState,
    all: Vec<Offered>,
    /// The places of those that fit what is typed.
    fits: Vec<usize>,
    /// On the first place is what was typed, behind it those that fit.
    cursor: ListCursor,
    /// What was typed, to come back to from the first one.
    typed: Option<String>,
    /// The list as it came, to say what typed text would be found to be.
    services: Option<Arc<[Service]>>,
}

impl Suggestions {
    pub fn of(known: LoadState) -> Self {
        Self { known, all: Vec::new(), fits: Vec::new(), cursor: ListCursor::default(), typed: None, services: None }
    }

    /// The opcodes that Xtime shows: what is like the present choice first, then that itself, then the others.
    pub fn opcodes(&mut self, present: &str, services: &Arc<[Service]>) {
        let sought = Sought::new(present);
        let offered = |service: &Service| Offered {
            exact: service.opcode.clone(),
            aside: service.name.screen().into_owned(),
            near: sought.likeness(service),
        };
        let mut all: Vec<Offered> = services.iter().map(offered).collect();
        let rank = |one: &Offered| match one.near {
            Some(_) => 0,
            None if one.exact.raw() == present => 1,
            None => 2,
        };
        all.sort_by(|one, other| rank(one).cmp(&rank(other)).then_with(|| one.exact.raw().cmp(other.exact.raw())));
        all.dedup_by(|one, other| one.exact == other.exact);
        self.services = Some(Arc::clone(services));
        self.fill(all);
    }

    /// The times that are offered.
    pub fn times(&mut self, slots: &[Slot], zone: Tz) {
        let offered = |slot: &Slot| Offered {
            exact: slot.local.format(TIME).to_string().as_str().into(),
            aside: with_abbreviation(slot.local, zone, "%a %d %b %H:%M"),
            near: None,
        };
        self.fill(slots.iter().map(offered).collect());
    }

    /// Whoever may look after a dealership: oneself first, then those who have most.
    pub fn owners(me: &str, known: &[(&Untrusted, usize)]) -> Self {
        let dealerships = |count: usize| match count {
            0 => "none so far".to_owned(),
            1 => "1 dealership".to_owned(),
            count => format!("{count} dealerships"),
        };
        let own = known.iter().find(|(name, _)| name.raw() == me).map_or(0, |(_, count)| *count);
        let first = Offered { exact: me.into(), aside: format!("you, {}", dealerships(own)), near: None };
        let others = known.iter().filter(|(name, _)| name.raw() != me);
        let others =
            others.map(|(name, count)| Offered { exact: Clone::clone(*name), aside: dealerships(*count), near: None });
        let mut suggestions = Self::of(LoadState::Here);
        suggestions.fill(std::iter::once(first).filter(|one| !one.exact.is_empty()).chain(others).collect());
        suggestions
    }

    /// What is to be said of an owner who is typed and not offered.
    pub fn new_owner(&self, text: &str) -> Option<String> {
        about_new_owner(text, self.all.iter().map(|one| one.exact.raw()))
    }

    fn fill(&mut self, all: Vec<Offered>) {
        self.known = LoadState::Here;
        self.all = all;
        self.cursor = ListCursor::default();
        self.fit();
    }

    fn fit(&mut self) {
        let typed = normal(self.typed.as_deref().unwrap_or_default());
        let fits = |one: &Offered| normal(one.exact.raw()).contains(&typed) || normal(&one.aside).contains(&typed);
        self.fits = (0..).zip(&self.all).filter(|(_, one)| fits(one)).map(|(place, _)| place).collect();
    }

    pub fn retyped(&mut self, text: &str) {
        self.typed = Some(text.to_owned());
        self.cursor = ListCursor::default();
        self.fit();
    }

    /// The field has another suggestion.
    fn untyped(&mut self) {
        (self.typed, self.cursor) = (None, ListCursor::default());
        self.fit();
    }

    /// Goes on to the next one, or back; before the first one is what was typed. The text for the field; `None`: nothing is offered.
    pub fn step(&mut self, forward: bool, field: &str) -> Option<String> {
        if self.fits.is_empty() {
            return None;
        }
        let typed = self.typed.get_or_insert_with(|| field.to_owned()).clone();
        self.cursor.go(if forward { Motion::Down } else { Motion::Up }, 1, self.fits.len() + 1);
        Some(self.chosen().map_or(typed, |one| one.exact.plain().into_owned()))
    }

    /// Puts the first one into the field, when there is any.
    pub fn first(&mut self) -> Option<String> {
        self.typed = Some(String::new());
        self.fit();
        self.cursor = ListCursor::default();
        self.step(true, "")
    }

    /// Puts the first time of the next working day into the field, else the first one: what is booked for today may be too soon
    /// to be seen, and on a Sunday nobody sees it.
    pub fn next_working_day(&mut self, today: NaiveDate) -> Option<String> {
        let is_good = |at: &NaiveDateTime| at.date() > today && !matches!(at.weekday(), Weekday::Sat | Weekday::Sun);
        let place = self.times_shown().position(|at| is_good(&at)).unwrap_or(0);
        let first = self.first()?;
        (0..place).try_fold(first, |_, _| self.step(true, ""))
    }

    /// The offered times that fit what is typed.
    pub fn times_shown(&self) -> impl Iterator<Item = NaiveDateTime> {
        self.shown().filter_map(|one| NaiveDateTime::parse_from_str(one.exact.raw(), TIME).ok())
    }

    pub fn chosen_time(&self) -> Option<NaiveDateTime> {
        NaiveDateTime::parse_from_str(self.chosen()?.exact.raw(), TIME).ok()
    }

    /// The one that is in the field.
    pub fn chosen(&self) -> Option<&Offered> {
        self.all.get(*self.fits.get(self.place()?)?)
    }

    /// The place of that among those that fit.
    pub fn place(&self) -> Option<usize> {
        self.cursor.place.checked_sub(1)
    }

    /// Those that fit, or everything when nothing does: then they are a help, not an answer.
    pub fn shown(&self) -> impl ExactSizeIterator<Item = &Offered> {
        let shown: Vec<&Offered> = match self.fits.as_slice() {
            [] => self.all.iter().collect(),
            fits => fits.iter().filter_map(|place| self.all.get(*place)).collect(),
        };
        shown.into_iter()
    }

    /// How many fit what is typed.
    pub fn fitting(&self) -> usize {
        self.fits.len()
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// A text of the field as an offered time.
    pub fn time(&self, text: &str) -> Option<NaiveDateTime> {
        let text = text.trim();
        let offered = self.all.iter().any(|one| one.exact.raw() == text);
        NaiveDateTime::parse_from_str(text, TIME).ok().filter(|_| offered)
    }

    /// What a look would find a code to be, by what Xtime shows; `None` while that is not known.
    pub fn finding(&self, code: &str) -> Option<crate::domain::Finding> {
        let services = self.services.as_ref()?;
        Some(find(code, services))
    }
}

impl Dialog {
    /// After the way of the opcode was switched: suggests its usual code, unless something was typed or chosen.
    pub fn suggest_opcode(&mut self, policy: &Policy) {
        let Some(Input::Choice { chosen, .. }) = self.field(FieldRole::Option).map(|field| &field.input) else {
            return;
        };
        let option = if *chosen == 1 { OpcodeOption::New } else { OpcodeOption::Existing };
        let present = match self.items.as_slice() {
            [item] => item.opcode(),
            _ => None,
        };
        let usual = |option| match (present, option) {
            (Some(present), option) if present.option == option => present.code.screen().into_owned(),
            (_, OpcodeOption::Existing) => policy.default_opcode.clone(),
            (_, OpcodeOption::New) => policy.new_opcode.clone(),
        };
        let other = if option == OpcodeOption::New { OpcodeOption::Existing } else { OpcodeOption::New };
        let text = self.text(FieldRole::Text).trim();
        if text.is_empty() || text == usual(other).trim() {
            self.put(FieldRole::Text, &usual(option), true);
            if let Some(suggestions) = &mut self.suggestions {
                suggestions.untyped();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggestions(typed: Option<&str>) -> Suggestions {
        let rows = [("OIL10", "Oil"), ("Tell Us More", "General"), ("TELL US MORE", "General"), ("OIL10", "Oil")];
        let service = |(opcode, name): (&str, &str)| Service { opcode: opcode.into(), name: name.into() };
        let services: Arc<[Service]> = rows.into_iter().map(service).collect();
        let mut suggestions = Suggestions::of(LoadState::Awaited);
        if let Some(typed) = typed {
            suggestions.retyped(typed);
        }
        suggestions.opcodes("Tell Us More", &services);
        suggestions
    }

    fn shown(suggestions: &Suggestions) -> Vec<&str> {
        suggestions.shown().map(|one| one.exact.raw()).collect()
    }

    #[test]
    fn near_misses_first_each_once() {
        assert_eq!(shown(&suggestions(None)), ["TELL US MORE", "Tell Us More", "OIL10"]);
    }

    #[test]
    fn typing_narrows_and_the_way_back_ends_at_what_was_typed() {
        let mut suggestions = suggestions(Some("oil"));
        assert_eq!(shown(&suggestions), ["OIL10"]);
        assert_eq!(suggestions.step(true, "oil").as_deref(), Some("OIL10"));
        assert_eq!(suggestions.step(true, "OIL10").as_deref(), Some("OIL10"), "there is no other");
        assert_eq!(suggestions.step(false, "OIL10").as_deref(), Some("oil"));
        assert!(suggestions.chosen().is_none());
        suggestions.retyped("nothing like it");
        assert_eq!((suggestions.fitting(), suggestions.step(true, "x")), (0, None));
        assert_eq!(shown(&suggestions).len(), 3, "a help for whoever mistyped");
    }

    #[test]
    fn what_xtime_shows_is_taken_exactly() {
        let service = Service { opcode: "Tell\u{a0}Us More ".into(), name: "x".into() };
        let mut suggestions = Suggestions::of(LoadState::Awaited);
        suggestions.opcodes("Tell Us More", &[service].into_iter().collect());
        suggestions.step(true, "");
        assert_eq!(suggestions.chosen().unwrap().exact.raw(), "Tell\u{a0}Us More ");
    }

    #[test]
    fn the_first_time_of_the_next_working_day_comes_first() {
        let of = |times: &[&str], today: &str| {
            let slot = |text: &&str| Slot { local: NaiveDateTime::parse_from_str(text, TIME).unwrap(), minutes: 60 };
            let mut suggestions = Suggestions::of(LoadState::Awaited);
            suggestions.times(&times.iter().map(slot).collect::<Vec<_>>(), chrono_tz::America::Chicago.into());
            suggestions.next_working_day(today.parse().unwrap())
        };
        // A Friday: not what is left of it, and not the weekend.
        let offered = ["2026-04-03 16:00", "2026-04-04 09:00", "2026-04-06 08:00", "2026-04-06 08:15"];
        assert_eq!(of(&offered, "2026-04-03").as_deref(), Some("2026-04-06 08:00"));
        assert_eq!(of(&offered[..2], "2026-04-03").as_deref(), Some("2026-04-03 16:00"), "else the first of all");
        assert_eq!(of(&[], "2026-04-03"), None);
    }
}
