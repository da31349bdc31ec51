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
pub struct Column {
    /// How it is named on the command line.
    pub name: String,
    /// What stands in its first rows.
    pub samples: Vec<String>,
}

/// A field and the column that fills it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The field.
    pub field: ListField,
    /// The place of its column, from 0; `None`: no column.
    pub column: Option<usize>,
    /// Why, as long as nobody chose another one.
    pub origin: Option<Origin>,
}

/// What a choice of columns would do to the desk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// In lines for people.
    pub lines: Vec<String>,
    /// Whether any row could be taken.
    pub is_possible: bool,
}

/// The preview.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The file.
    pub file: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Every field, in the order in which they are shown.
    pub choices: Vec<Choice>,
    /// The command that does the same.
    pub command: String,
    /// What it would do; `None`: that is being found out.
    pub outcome: Option<Outcome>,
    /// Which field is under the cursor.
    cursor: usize,
    /// The first field that is shown.
    top: usize,
    /// Why a key did nothing.
    hint: &'static str,
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing more.
    Stay,
    /// Another column fills a field.
    Changed,
    /// Take the list in.
    Accept,
    /// Leave it.
    Leave,
    /// Go to the shell for a while.
    Suspend,
}

impl Preview {
    /// A preview that begins with what the headings say; what is only offered is chosen, because somebody looks at it.
    pub fn new(file: String, columns: Vec<Column>, assigned: &Columns) -> Self {
        let choice = |field: ListField| {
            // Who owns a dealership is seldom who of us looks after it.
            let is_meant = |assigned: &&Assigned| {
                assigned.origin != Origin::Offered || field != ListField::Profile(ProfileField::Owner)
            };
            let known = assigned.assigned.iter().filter(is_meant).find(|assigned| assigned.field == field);
            Choice {
                field,
                column: known.and_then(|assigned| assigned.columns.first().copied()),
                origin: known.map(|assigned| assigned.origin),
            }
        };
        let choices = ListField::all().map(choice).collect();
        let (command, outcome) = (String::new(), None);
        Self { file, columns, choices, command, outcome, cursor: 0, top: 0, hint: "" }
    }

    /// What must be said of columns so that these are used: `COLUMN=FIELD` each. `-` is no column.
    pub fn pairs(&self) -> Vec<String> {
        let said = |choice: &&Choice| !matches!(choice.origin, Some(Origin::Named | Origin::Guessed));
        let pair = |choice: &Choice| match choice.column.and_then(|place| self.columns.get(place)) {
            Some(column) => Some(format!("{}={}", column.name, choice.field.word())),
            None => choice.origin.map(|_| format!("-={}", choice.field.word())),
        };
        self.choices.iter().filter(said).filter_map(pair).collect()
    }

    /// Takes in a key.
    pub fn key(&mut self, key: KeyEvent) -> Answer {
        self.hint = "";
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if control => Answer::Leave,
            KeyCode::Char('z') if control => Answer::Suspend,
            _ if control => Answer::Stay,
            KeyCode::Esc | KeyCode::Char('q') => Answer::Leave,
            KeyCode::Up | KeyCode::Char('k') | KeyCode::BackTab => self.move_by(-1),
            KeyCode::Down | KeyCode::Char('j') | KeyCode::Tab => self.move_by(1),
            KeyCode::Home | KeyCode::Char('g') => self.move_by(isize::MIN),
            KeyCode::End | KeyCode::Char('G') => self.move_by(isize::MAX),
            KeyCode::Right | KeyCode::Char('l' | ' ') => self.turn(true),
            KeyCode::Left | KeyCode::Char('h') => self.turn(false),
            KeyCode::Delete | KeyCode::Backspace | KeyCode::Char('x') => self.set(None),
            KeyCode::Enter => self.accept(),
            _ => Answer::Stay,
        }
    }

    fn accept(&mut self) -> Answer {
        match &self.outcome {
            None => self.hint = "one moment: the rows are being read",
            Some(outcome) if !outcome.is_possible => self.hint = "no row can be taken like this",
            Some(_) => return Answer::Accept,
        }
        Answer::Stay
    }

    fn move_by(&mut self, by: isize) -> Answer {
        let last = self.choices.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
        Answer::Stay
    }

    /// The next column, or none behind the last.
    fn turn(&mut self, forward: bool) -> Answer {
        let places = self.columns.len() + 1;
        let Some(choice) = self.choices.get(self.cursor) else { return Answer::Stay };
        let now = choice.column.map_or(0, |place| place + 1);
        let next = if forward { now + 1 } else { now + places - 1 } % places;
        self.set(next.checked_sub(1))
    }

    fn set(&mut self, column: Option<usize>) -> Answer {
        let Some(choice) = self.choices.get_mut(self.cursor).filter(|choice| choice.column != column) else {
            return Answer::Stay;
        };
        (choice.column, choice.origin) = (column, Some(Origin::Said));
        self.outcome = None;
        Answer::Changed
    }

    /// Keeps the cursor among the rows that are shown.
    fn scroll(&mut self, shown: usize) {
        self.top = self.top.min(self.cursor).max((self.cursor + 1).saturating_sub(shown));
    }
}

#[cfg(test)]
mod tests;
