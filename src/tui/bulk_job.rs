//! Pieces of work that were asked of the engine, and how each of their items ended.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use crate::domain::text::clean;
use crate::domain::{DealershipId, Letter, LetterId, LetterKind, LetterState, Onboarding, Severity, Timestamp};

use super::dialog::{Button, Dialog, DialogKind, Item, LetterUse, RecordingAction};
use super::queue::LetterRef;
use super::rows::DealershipRows;
use super::theme::Tone;
use super::work::{Outcome, WorkId};
use crate::present::letters::{Fate, NO_MAIL};

#[derive(Debug)]
pub struct BulkJob {
    pub id: WorkId,
    pub action: &'static RecordingAction,
    /// Whose, and how each ended.
    pub items: Vec<JobItem>,
    pub phase: JobPhase,
    /// How many went well and failed.
    ended: (usize, usize),
    /// The first that has not ended; they end nearly in their order.
    first_open: usize,
    /// How many of the items of a dealership have not ended.
    open: HashMap<DealershipId, usize>,
}

/// How far a piece of work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobPhase {
    /// One item after the other is begun.
    UnderWay,
    /// No more of them are begun.
    Stopping,
    /// Nothing more will end: whatever has not ended was not begun.
    Over,
}

/// One item of a piece of work.
#[derive(Debug)]
pub struct JobItem {
    pub id: DealershipId,
    /// The dealership's name, fit for the screen.
    pub name: String,
    /// The letter that goes with it; `None`: it is not about letters.
    pub letter: Option<ItemLetter>,
    /// How it ended; `None`: it is under way, waits for its turn, or never had one.
    pub outcome: Option<Outcome>,
}

/// The letter of an item, as it was meant when the item was asked for. What became of it is read from the dealership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemLetter {
    /// This one, as soon as something happened to it after that moment.
    This(LetterId, Timestamp),
    /// The newest one of a kind.
    Newest(LetterKind),
    /// The one with the code that comes after this one.
    WithCodeAfter(u32),
    None(String),
}

impl ItemLetter {
    /// The letter that a dialog sends to one of its dealerships, when it is accepted.
    fn of(action: &RecordingAction, item: &Item, dialog: &Dialog, rows: &DealershipRows) -> Option<Self> {
        let along = match &item.letter {
            None => None,
            Some(Err(why)) => return Some(Self::None(why.clone())),
            Some(Ok(_)) if !dialog.mails() => return Some(Self::None("switched off".to_owned())),
            Some(Ok(to)) => Some(to),
        };
        match action.letters {
            LetterUse::None => None,
            LetterUse::Sends(kind) => Some(Self::Newest(kind(item.generation()))),
            LetterUse::WithCode => Some(match along {
                Some(_) => Self::WithCodeAfter(item.generation()),
                None => Self::None(NO_MAIL.to_owned()),
            }),
            LetterUse::WordReceived => along.map(|_| Self::Newest(LetterKind::WordReceived)),
            LetterUse::Retried => {
                let (letter, _) = item.about.as_ref()?;
                let now = LetterRef { dealership: item.id, letter: *letter }.find(rows)?.1;
                Some(Self::This(*letter, now.at))
            }
        }
    }

    fn find<'a>(&self, state: &'a Onboarding) -> Option<&'a Letter> {
        let mut newest_first = state.letters().iter().rev();
        match self {
            Self::This(id, seen) => newest_first.find(|letter| letter.id == *id).filter(|letter| letter.at != *seen),
            Self::Newest(kind) => newest_first.find(|letter| letter.kind == *kind),
            Self::WithCodeAfter(seen) => {
                newest_first.find(|letter| letter.generation > *seen && letter.kind.carries_code())
            }
            Self::None(_) => None,
        }
    }

    /// What became of it so far, in a few words; `None`: nothing is known of it yet.
    pub fn told(&self, rows: &DealershipRows, id: DealershipId) -> Option<(String, Tone)> {
        if let Self::None(why) = self {
            return Some((format!("no letter: {why}"), Tone::Warn));
        }
        let letter = self.find(&rows.get(id)?.state)?;
        let (glyph, word, tone) = Fate::of(letter).label();
        let why = letter.words.as_deref().filter(|_| !matches!(letter.state, LetterState::Sent));
        let why = why.map_or_else(String::new, |why| format!(", {}", clean(why)));
        Some((format!("letter {glyph} {word}{why}"), tone))
    }

    /// The word that it is counted under.
    fn counted(&self, rows: &DealershipRows, id: DealershipId) -> &'static str {
        let letter = rows.get(id).and_then(|row| self.find(&row.state));
        letter.map_or("none", |letter| Fate::of(letter).label().1)
    }
}

impl JobItem {
    /// What a dialog asks for one of its dealerships.
    pub fn of(action: &RecordingAction, item: &Item, dialog: &Dialog, rows: &DealershipRows) -> Self {
        let letter = ItemLetter::of(action, item, dialog, rows);
        Self { id: item.id, name: item.name.clone(), letter, outcome: None }
    }

    /// Whether it is done, but its letter went wrong.
    pub fn is_unsent(&self, rows: &DealershipRows) -> bool {
        let went_wrong = |letter: &ItemLetter| letter.find(&rows.get(self.id)?.state).map(Letter::is_trouble);
        matches!(self.outcome, Some(Ok(_))) && self.letter.as_ref().and_then(went_wrong).unwrap_or(false)
    }

    /// How it ended, in a line, with what became of its letter; and how that looks. `None`: it is under way.
    pub fn told(&self, rows: &DealershipRows) -> Option<(String, Tone)> {
        let (words, tone) = match self.outcome.as_ref()? {
            Err(why) => return Some((why.clone(), Tone::Bad)),
            Ok(done) => (done.words.clone(), Tone::from(done.severity)),
        };
        let letter = self.letter.as_ref().and_then(|letter| letter.told(rows, self.id));
        Some(match letter {
            None if words.is_empty() => ("done".to_owned(), Tone::Good),
            None => (words, tone),
            Some((letter, tone)) => {
                let words = if words.is_empty() { letter } else { format!("{words}; {letter}") };
                // What is on its way is as good as it can be now.
                (words, if tone == Tone::Busy { Tone::Good } else { tone })
            }
        })
    }
}

impl BulkJob {
    /// A piece of work that begins.
    pub fn new(id: WorkId, action: &'static RecordingAction, items: Vec<JobItem>) -> Self {
        let mut open = HashMap::with_capacity(items.len());
        items.iter().for_each(|item| *open.entry(item.id).or_default() += 1);
        Self { id, action, items, phase: JobPhase::UnderWay, ended: (0, 0), first_open: 0, open }
    }

    /// Whether something of a dealership has not ended yet.
    pub fn is_pending(&self, id: DealershipId) -> bool {
        !self.is_over() && self.open.contains_key(&id)
    }

    /// Whether it is about more than one: then it is shown item by item.
    pub const fn is_bulk(&self) -> bool {
        self.items.len() > 1
    }

    /// How many are done, but for their letter.
    pub fn unsent(&self, rows: &DealershipRows) -> usize {
        self.items.iter().filter(|item| item.is_unsent(rows)).count()
    }

    /// What became of the letters of those that went well, counted: `letters: 7 sent, 2 queued`; empty when there were none.
    pub fn letters(&self, rows: &DealershipRows) -> String {
        let well = self.items.iter().filter(|item| matches!(item.outcome, Some(Ok(_))));
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (id, letter) in well.filter_map(|item| Some((item.id, item.letter.as_ref()?))) {
            *counts.entry(letter.counted(rows, id)).or_default() += 1;
        }
        let counts: Vec<String> = counts.into_iter().map(|(word, count)| format!("{count} {word}")).collect();
        if counts.is_empty() { String::new() } else { format!("; letters: {}", counts.join(", ")) }
    }

    /// Notes how an item ended.
    pub fn end(&mut self, id: DealershipId, outcome: Outcome) {
        // Several may be about one dealership, such as its letters.
        let mut open = self.items.iter_mut().skip(self.first_open);
        let Some(item) = open.find(|item| item.id == id && item.outcome.is_none()) else { return };
        match outcome {
            Ok(_) => self.ended.0 += 1,
            Err(_) => self.ended.1 += 1,
        }
        item.outcome = Some(outcome);
        if let Entry::Occupied(mut left) = self.open.entry(id) {
            *left.get_mut() -= 1;
            if *left.get() == 0 {
                left.remove();
            }
        }
        self.first_open += self.items.iter().skip(self.first_open).take_while(|item| item.outcome.is_some()).count();
        if self.first_open == self.items.len() {
            self.phase = JobPhase::Over;
        }
    }

    /// Whether nothing more will end.
    pub fn is_over(&self) -> bool {
        self.phase == JobPhase::Over
    }

    /// How many have not ended, went well and failed.
    pub const fn counts(&self) -> (usize, usize, usize) {
        let (well, failed) = self.ended;
        (self.items.len() - well - failed, well, failed)
    }

    /// What is left when the desk is left, in words.
    pub fn unfinished(&self) -> String {
        let ((open, ..), all) = (self.counts(), self.items.len());
        let title = self.action.title;
        format!("{title}: {} of {all} done when the desk was left; the other {open} were given up", all - open)
    }

    /// The worst that was found.
    pub fn worst(&self) -> Severity {
        let found = self.items.iter().filter_map(|item| item.outcome.as_ref()?.as_ref().ok());
        found.map(|done| done.severity).max().unwrap_or(Severity::Good)
    }

    /// Those that did not go well: they failed, or were not begun.
    pub fn undone(&self) -> impl Iterator<Item = DealershipId> + '_ {
        self.items.iter().filter(|item| !matches!(item.outcome, Some(Ok(_)))).map(|item| item.id)
    }
}

/// The buttons of a dialog, the harmless one first; what was asked for so far tells what can be done about it.
pub fn buttons(dialog: &Dialog, jobs: &[BulkJob]) -> Vec<Button> {
    let DialogKind::Results(id) = dialog.kind else { return dialog.buttons() };
    let work = jobs.iter().find(|work| work.id == id);
    let act = work.and_then(|work| match work.phase {
        JobPhase::UnderWay => Some(Button::Stop),
        JobPhase::Over => work.undone().next().map(|_| Button::Retry),
        JobPhase::Stopping => None,
    });
    let earlier = jobs.iter().any(|work| work.is_bulk() && work.id < id).then_some(Button::Earlier);
    dialog.buttons().into_iter().chain(act).chain(earlier).collect()
}
