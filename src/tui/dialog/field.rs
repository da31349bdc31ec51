//! The fields of a dialog.

use super::Dialog;
use crate::domain::ProfileField;
use crate::tui::line_edit::LineEdit;

/// What a field is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldRole {
    Code,
    Generated,
    /// The pasted block of codes.
    Block,
    /// "Although the dealer says that the code was entered."
    Despite,
    /// "Although this machine's clock looks wrong."
    DespiteClock,
    /// The number of dealerships, typed.
    Count,
    /// Why, a note, an owner, a length of time, a moment, an opcode: the one thing that the dialog asks for.
    Text,
    /// Which of the two ways of an opcode.
    Option,
    Means,
    /// Who at the dealership said so, and how.
    Word,
    CallBack,
    /// What else is to be kept.
    Note,
    /// The dealerCode, typed before something that cannot be taken back.
    DealerCode,
    /// Whether a letter goes with it.
    Mail,
    /// Whether a group of events is shown.
    Group(usize),
    /// A field of the profile.
    Profile(ProfileField),
}

#[derive(Debug)]
pub struct FormField {
    pub role: FieldRole,
    /// Its name on the screen.
    pub label: String,
    pub hint: String,
    pub input: Input,
}

/// What is in a field.
#[derive(Debug)]
pub enum Input {
    Line(LineEdit),
    Block(String),
    Check(bool),
    Choice { options: &'static [&'static str], chosen: usize },
}

impl FormField {
    pub fn line(role: FieldRole, label: &str, hint: impl Into<String>, text: &str) -> Self {
        let edit = LineEdit::suggesting(text);
        Self { role, label: label.to_owned(), hint: hint.into(), input: Input::Line(edit) }
    }

    /// What stands there and is corrected: typing goes on from it.
    pub fn standing(role: FieldRole, label: &str, text: &str) -> Self {
        Self { role, label: label.to_owned(), hint: String::new(), input: Input::Line(LineEdit::with(text)) }
    }

    pub fn check(role: FieldRole, label: impl Into<String>, on: bool) -> Self {
        Self { role, label: label.into(), hint: String::new(), input: Input::Check(on) }
    }

    /// Whether text can be typed into it.
    pub fn takes_text(&self) -> bool {
        matches!(self.input, Input::Line(_) | Input::Block(_))
    }

    /// Its text; empty for a field that has none.
    pub fn text(&self) -> &str {
        match &self.input {
            Input::Line(edit) => edit.text(),
            Input::Block(text) => text,
            Input::Check(_) | Input::Choice { .. } => "",
        }
    }

    /// Whether it holds what somebody would have to find and enter again.
    pub fn is_typed(&self) -> bool {
        match &self.input {
            // The first two only say that somebody means it; of a profile, what differs from how it stands is told apart.
            Input::Line(_) if matches!(self.role, FieldRole::Count | FieldRole::DealerCode | FieldRole::Profile(_)) => {
                false
            }
            Input::Line(edit) => edit.is_typed(),
            Input::Block(text) => !text.trim().is_empty(),
            Input::Check(_) | Input::Choice { .. } => false,
        }
    }

    /// Whether it is switched on.
    pub fn is_on(&self) -> bool {
        matches!(self.input, Input::Check(true))
    }

    /// Switches it, or goes on to the next choice. Whether there was anything to switch.
    pub fn toggle(&mut self) -> bool {
        match &mut self.input {
            Input::Check(on) => *on = !*on,
            Input::Choice { options, chosen } => *chosen = (*chosen + 1) % options.len().max(1),
            Input::Line(_) | Input::Block(_) => return false,
        }
        true
    }
}

impl Dialog {
    pub fn field(&self, role: FieldRole) -> Option<&FormField> {
        self.fields.iter().find(|field| field.role == role)
    }

    /// The text of the field for something.
    pub fn text(&self, role: FieldRole) -> &str {
        self.field(role).map_or("", FormField::text)
    }

    /// The one text that it asks for.
    pub fn typed(&self) -> &str {
        self.text(FieldRole::Text).trim()
    }

    /// Puts a text into the field for something: what is typed next goes on from it, or replaces it when it is only suggested.
    pub fn put(&mut self, role: FieldRole, text: &str, suggested: bool) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.role == role) {
            let edit = if suggested { LineEdit::suggesting(text) } else { LineEdit::with(text) };
            field.input = Input::Line(edit);
        }
    }

    /// Whether leaving it would lose what somebody typed.
    pub fn is_typed(&self) -> bool {
        self.fields.iter().any(FormField::is_typed) || !self.edits().is_empty()
    }
}
