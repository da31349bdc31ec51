//! The preview of a list before it is taken in: which column fills which field, the first rows, and what would come of it.

mod draw;
mod run;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::domain::ProfileField;
use crate::domain::list::{Assigned, Columns, ListField, Origin};

pub use draw::draw;
pub use run::{Chosen, choose};

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileColumn {
    /// How it is named on the command line.
    pub name: String,
    /// What stands in its first rows; an empty text where nothing does.
    pub cells: Vec<String>,
}

/// A field and the columns that fill it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub field: ListField,
    /// The places of its columns, from 0; of several the first that is filled counts.
    pub columns: Vec<usize>,
    /// Why; `None`: there are none, and nobody said so.
    pub origin: Option<Origin>,
}

/// What a choice of columns would do to the desk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreviewOutcome {
    pub lines: Vec<String>,
    /// Whether any row could be taken.
    pub is_possible: bool,
}

#[derive(Debug, Clone)]
pub struct Preview {
    pub file: String,
    pub columns: Vec<FileColumn>,
    /// Every field, in the order in which they are shown.
    pub choices: Vec<Choice>,
    /// The command that does the same.
    pub command: String,
    /// What it would do; `None`: that is being found out.
    pub outcome: Option<PreviewOutcome>,
    /// What is known of the columns.
    known: Columns,
    /// What was chosen, here and before.
    said: Vec<(ListField, Vec<usize>)>,
    begun: Vec<Choice>,
    /// Which field is under the cursor.
    cursor: usize,
    /// The first field that is shown.
    top: usize,
    /// What else a key did, or why it did nothing.
    hint: String,
    /// Whether the keys are shown.
    help: bool,
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreviewAction {
    Stay,
    /// Another column fills a field.
    Changed,
    Accept,
    Leave,
    /// Go to the shell for a while.
    Suspend,
}

impl Preview {
    /// A preview that begins with what is known of the columns; what is only offered is chosen, because somebody looks at it.
    pub fn new(file: String, columns: Vec<FileColumn>, known: Columns) -> Self {
        let (said, choices) = (known.said(), choices(&known));
        Self {
            file,
            columns,
            begun: choices.clone(),
            choices,
            command: String::new(),
            outcome: None,
            known,
            said,
            cursor: 0,
            top: 0,
            hint: String::new(),
            help: false,
        }
    }

    /// What must be said of columns so that these are used: `COLUMN=FIELD` each. `-` is no column.
    pub fn pairs(&self) -> Vec<String> {
        let pair = |name: &str, choice: &Choice| format!("{name}={}", choice.field.as_str());
        let mut pairs = Vec::new();
        for choice in &self.choices {
            match choice.origin {
                Some(Origin::Said) if choice.columns.is_empty() => pairs.push(pair("-", choice)),
                Some(Origin::Said | Origin::Offered) => {
                    pairs.extend(self.names(&choice.columns).map(|name| pair(name, choice)));
                }
                Some(Origin::Named | Origin::Guessed) | None => {}
            }
        }
        pairs
    }

    fn names(&self, places: &[usize]) -> impl Iterator<Item = &str> {
        places.iter().filter_map(|place| self.columns.get(*place)).map(|column| column.name.as_str())
    }

    /// What is to be known of a choice besides: which other fields its column fills, or which one took it.
    fn note(&self, choice: &Choice) -> Option<String> {
        let fills = |places: &[usize]| -> Vec<&str> {
            let others = self.choices.iter().filter(|other| other.field != choice.field);
            let same = others.filter(|other| other.columns.iter().any(|place| places.contains(place)));
            same.map(|other| other.field.as_str()).collect()
        };
        let also = fills(&choice.columns);
        if !also.is_empty() {
            return Some(format!("also fills {}", also.join(", ")));
        }
        let begun = self.begun.iter().find(|begun| begun.field == choice.field)?;
        let lost: Vec<usize> = begun.columns.iter().copied().filter(|place| !choice.columns.contains(place)).collect();
        let takers = fills(&lost);
        let is_taken = choice.origin != Some(Origin::Said) && !takers.is_empty();
        is_taken.then(|| format!("{} fills {}", self.names(&lost).collect::<Vec<_>>().join(", "), takers.join(", ")))
    }

    pub fn key(&mut self, key: KeyEvent) -> PreviewAction {
        self.hint.clear();
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if control => PreviewAction::Leave,
            KeyCode::Char('z') if control => PreviewAction::Suspend,
            _ if control => PreviewAction::Stay,
            KeyCode::Char('?') | KeyCode::F(1) => self.show_help(!self.help),
            KeyCode::Esc | KeyCode::Char('q') if self.help => self.show_help(false),
            // Nothing is chosen behind the keys that are shown.
            _ if self.help => PreviewAction::Stay,
            KeyCode::Esc | KeyCode::Char('q') => PreviewAction::Leave,
            KeyCode::Up | KeyCode::Char('k') | KeyCode::BackTab => self.move_by(-1),
            KeyCode::Down | KeyCode::Char('j') | KeyCode::Tab => self.move_by(1),
            KeyCode::Home | KeyCode::Char('g') => self.move_by(isize::MIN),
            KeyCode::End | KeyCode::Char('G') => self.move_by(isize::MAX),
            KeyCode::Right | KeyCode::Char('l' | ' ') => self.turn(true),
            KeyCode::Left | KeyCode::Char('h') => self.turn(false),
            KeyCode::Delete | KeyCode::Backspace | KeyCode::Char('x') => self.set(None),
            KeyCode::Enter => self.accept(),
            _ => PreviewAction::Stay,
        }
    }

    fn show_help(&mut self, help: bool) -> PreviewAction {
        self.help = help;
        PreviewAction::Stay
    }

    fn accept(&mut self) -> PreviewAction {
        match &self.outcome {
            None => "one moment: the rows are being read".clone_into(&mut self.hint),
            Some(outcome) if !outcome.is_possible => "no row can be taken like this".clone_into(&mut self.hint),
            Some(_) => return PreviewAction::Accept,
        }
        PreviewAction::Stay
    }

    fn move_by(&mut self, by: isize) -> PreviewAction {
        let last = self.choices.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
        PreviewAction::Stay
    }

    /// The next column, or none behind the last. Of several it goes on from the first.
    fn turn(&mut self, forward: bool) -> PreviewAction {
        let places = self.columns.len() + 1;
        let Some(choice) = self.choices.get(self.cursor) else { return PreviewAction::Stay };
        let now = choice.columns.first().map_or(0, |place| place + 1);
        let next = if forward { now + 1 } else { now + places - 1 } % places;
        self.set(next.checked_sub(1))
    }

    fn set(&mut self, column: Option<usize>) -> PreviewAction {
        let columns: Vec<usize> = column.into_iter().collect();
        let Some(choice) = self.choices.get(self.cursor).filter(|choice| choice.columns != columns) else {
            return PreviewAction::Stay;
        };
        let field = choice.field;
        self.said.retain(|(said, _)| *said != field);
        self.said.push((field, columns));
        let before = std::mem::replace(&mut self.choices, choices(&self.known.clone().with_said(&self.said)));
        self.hint = self.consequences(&before).join("; ");
        self.outcome = None;
        PreviewAction::Changed
    }

    /// What else the last choice changed.
    fn consequences(&self, before: &[Choice]) -> Vec<String> {
        let mut all = Vec::new();
        let several = |choice: &Choice, word: &str, places: &[usize]| {
            let names: Vec<&str> = self.names(places).collect();
            format!("{} {word} {}", names.join(", "), choice.field.as_str())
        };
        for (place, (now, before)) in self.choices.iter().zip(before).enumerate() {
            let is_here = place == self.cursor;
            if is_here && let Some(note) = self.note(now) {
                all.push(format!("{} {note}", self.names(&now.columns).collect::<Vec<_>>().join(", ")));
            }
            let lost: Vec<usize> = before.columns.iter().copied().filter(|old| !now.columns.contains(old)).collect();
            if is_here && before.columns.len() > 1 || !is_here && !lost.is_empty() {
                all.push(several(now, "no longer fills", &lost));
            }
            if !is_here && !now.columns.is_empty() && now.columns != before.columns {
                all.push(several(now, "fills", &now.columns));
            }
        }
        all
    }

    /// Keeps the cursor among the rows that are shown.
    fn scroll(&mut self, shown: usize) {
        let last = self.choices.len().saturating_sub(shown);
        self.top = self.top.min(self.cursor).min(last).max((self.cursor + 1).saturating_sub(shown));
    }
}

/// Every field with its columns. Who owns a dealership is seldom who of us looks after it, so that is not chosen unasked.
fn choices(known: &Columns) -> Vec<Choice> {
    let is_meant = |assigned: &&Assigned| {
        assigned.origin != Origin::Offered || assigned.field != ListField::Profile(ProfileField::Owner)
    };
    let choice = |field: ListField| {
        let assigned = known.assigned.iter().filter(is_meant).find(|assigned| assigned.field == field);
        // What is offered are alternatives.
        let most = |assigned: &Assigned| if assigned.origin == Origin::Offered { 1 } else { usize::MAX };
        let columns = assigned.map(|assigned| assigned.columns.iter().copied().take(most(assigned)).collect());
        Choice { field, columns: columns.unwrap_or_default(), origin: assigned.map(|assigned| assigned.origin) }
    };
    ListField::all().map(choice).collect()
}

#[cfg(test)]
mod tests;
