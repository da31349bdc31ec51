//! The view of all letters that are on their way or went wrong, most urgent first. The list is made once, when it is opened;
//! a commit then moves only what it is about. Cursor and marks hold letters, never places.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::list_cursor::{ListCursor, Motion};
use super::rows::DealershipRows;
use crate::domain::{DealershipId, Letter, LetterId, Onboarding};
use crate::present::letters::Fate;

/// From how many changed dealerships at once everything is ordered anew instead of moving each.
const MANY: usize = 8;

/// One letter of one dealership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LetterRef {
    pub dealership: DealershipId,
    pub letter: LetterId,
}

impl LetterRef {
    /// The letter and its dealership as they are now.
    pub fn find(self, rows: &DealershipRows) -> Option<(&Onboarding, &Letter)> {
        let state = &*rows.get(self.dealership)?.state;
        Some((state, state.letters().iter().find(|letter| letter.id == self.letter)?))
    }
}

/// A letter as it stands in the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueRow {
    pub of: LetterRef,
    /// How many went wrong for the same reason, where it is the first of them that is seen.
    pub alike: Option<usize>,
}

/// The place of a letter: what became of it, why, then the moment that presses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    fate: Fate,
    /// The hash of what was said of its going wrong: those for the same reason stand together.
    reason: u64,
    at: i64,
    of: LetterRef,
}

#[derive(Debug, Default)]
pub struct Queue {
    all: Vec<Entry>,
    /// How many of them are trouble: they come first.
    troubled: usize,
    only_trouble: bool,
    cursor: Option<LetterRef>,
    list: ListCursor,
    marks: HashSet<LetterRef>,
    /// The letter under the cursor that something was done with: where it goes then, the cursor does not follow.
    acted: Option<LetterRef>,
}

impl Queue {
    pub fn of<'a>(states: impl Iterator<Item = &'a Onboarding>) -> Self {
        let mut queue = Self::default();
        states.for_each(|state| entries(state, &mut queue.all));
        queue.all.sort_unstable();
        queue.count();
        queue.stand_at(0);
        queue
    }

    pub fn put(&mut self, states: &[Arc<Onboarding>]) {
        let mut new = Vec::new();
        states.iter().for_each(|state| entries(state, &mut new));
        self.unmark_gone(states, &new);
        if states.len() > MANY {
            let touched: HashSet<DealershipId> = states.iter().map(|state| state.id).collect();
            self.all.retain(|entry| !touched.contains(&entry.of.dealership));
            self.all.append(&mut new);
            self.all.sort_unstable();
        } else {
            self.all.retain(|entry| states.iter().all(|state| state.id != entry.of.dealership));
            for entry in new {
                let place = self.all.partition_point(|other| *other < entry);
                self.all.insert(place, entry);
            }
        }
        self.count();
        self.settle();
    }

    fn count(&mut self) {
        self.troubled = self.all.partition_point(|entry| entry.fate.is_trouble());
    }

    /// Finds the cursor's letter again after others moved; when it has left, the one that took its place.
    fn settle(&mut self) {
        let found = self.shown_entries().iter().position(|entry| Some(entry.of) == self.cursor);
        let has_moved = found != Some(self.list.place);
        let place = match self.acted.take_if(|acted| has_moved && self.cursor == Some(*acted)) {
            Some(_) => self.list.place,
            None => found.unwrap_or(self.list.place),
        };
        self.stand_at(place);
    }

    /// Something is done with these letters.
    pub fn acts_on(&mut self, mut letters: impl Iterator<Item = LetterRef>) {
        self.acted = self.cursor.filter(|here| letters.any(|letter| letter == *here));
    }

    /// Letters of these dealerships that have left are marked no more.
    fn unmark_gone(&mut self, states: &[Arc<Onboarding>], new: &[Entry]) {
        if self.marks.is_empty() {
            return;
        }
        let there: HashSet<LetterRef> = new.iter().map(|entry| entry.of).collect();
        for state in states {
            for letter in state.letters() {
                let of = LetterRef { dealership: state.id, letter: letter.id };
                if !there.contains(&of) {
                    self.marks.remove(&of);
                }
            }
        }
    }

    fn shown_entries(&self) -> &[Entry] {
        let shown = if self.only_trouble { self.troubled } else { self.all.len() };
        self.all.get(..shown).unwrap_or_default()
    }

    /// How many letters there are, and how many of them are trouble.
    pub fn counts(&self) -> (usize, usize) {
        (self.all.len(), self.troubled)
    }

    pub fn shown(&self) -> usize {
        self.shown_entries().len()
    }

    /// Whether only trouble is shown.
    pub fn shows_only_trouble(&self) -> bool {
        self.only_trouble
    }

    /// Shows only trouble, or everything.
    pub fn toggle_trouble(&mut self) {
        self.only_trouble = !self.only_trouble;
        self.settle();
    }

    /// The letter under the cursor.
    pub fn cursor(&self) -> Option<LetterRef> {
        self.cursor
    }

    pub fn go(&mut self, motion: Motion, page: usize) {
        self.acted = None;
        self.stand_at(motion.from(self.list.place, page));
    }

    fn stand_at(&mut self, place: usize) {
        self.list.stand_at(place, self.shown());
        self.cursor = self.shown_entries().get(self.list.place).map(|entry| entry.of);
    }

    /// Moves the cursor to a letter, where it is shown.
    pub fn stand_on(&mut self, letter: LetterRef) {
        if let Some(place) = self.shown_entries().iter().position(|entry| entry.of == letter) {
            self.acted = None;
            self.stand_at(place);
        }
    }

    /// Keeps the cursor among so many lines.
    pub fn keep_in_view(&mut self, height: usize) {
        self.list.keep_in_view(self.shown(), height);
    }

    /// The letters from the first line on.
    pub fn visible(&self) -> impl Iterator<Item = QueueRow> + '_ {
        let shown = self.shown_entries();
        let mut above = None;
        shown.get(self.list.top..).unwrap_or_default().iter().map(move |entry| {
            let group = (entry.fate, entry.reason);
            let is_first = above.replace(group) != Some(group);
            let alike = || {
                let begin = shown.partition_point(|other| (other.fate, other.reason) < group);
                let end = shown.partition_point(|other| (other.fate, other.reason) <= group);
                end - begin
            };
            QueueRow { of: entry.of, alike: is_first.then(alike) }
        })
    }

    /// How many are below so many lines.
    pub fn below(&self, height: usize) -> usize {
        self.shown().saturating_sub(self.list.top + height)
    }

    /// Marks or unmarks the letter under the cursor.
    pub fn mark(&mut self) {
        if let Some(here) = self.cursor
            && !self.marks.remove(&here)
        {
            self.marks.insert(here);
        }
    }

    /// Marks every letter that is shown.
    pub fn mark_all(&mut self) {
        let shown: Vec<LetterRef> = self.shown_entries().iter().map(|entry| entry.of).collect();
        self.marks.extend(shown);
    }

    pub fn clear_marks(&mut self) {
        self.marks.clear();
    }

    /// Whether a letter is marked.
    pub fn is_marked(&self, letter: LetterRef) -> bool {
        self.marks.contains(&letter)
    }

    pub fn marked(&self) -> usize {
        self.marks.len()
    }

    /// Those that are marked, in no order.
    pub fn marks(&self) -> impl Iterator<Item = LetterRef> + '_ {
        self.marks.iter().copied()
    }

    /// What an action is about: those marked, in the order of the view, else the one under the cursor.
    pub fn targets(&self) -> Vec<LetterRef> {
        if self.marks.is_empty() {
            return self.cursor.into_iter().collect();
        }
        self.all.iter().map(|entry| entry.of).filter(|letter| self.marks.contains(letter)).collect()
    }

    /// Every letter that went wrong, for good or for now.
    pub fn troubled(&self) -> impl Iterator<Item = LetterRef> + '_ {
        self.all.iter().take(self.troubled).map(|entry| entry.of)
    }
}

fn entries(state: &Onboarding, into: &mut Vec<Entry>) {
    into.extend(state.letters_that_matter().map(|letter| {
        // Of what went wrong for good the code presses that dies first; of the rest the next try.
        let ends = || state.invitation.as_ref().map(|code| code.expires_at);
        let at = letter.due_at.or_else(ends).unwrap_or(letter.at).timestamp_millis();
        let fate = Fate::of(letter);
        let reason = letter.words.as_deref().filter(|_| fate.is_trouble()).unwrap_or_default();
        let mut hasher = DefaultHasher::new();
        reason.hash(&mut hasher);
        Entry { fate, reason: hasher.finish(), at, of: LetterRef { dealership: state.id, letter: letter.id } }
    }));
}
