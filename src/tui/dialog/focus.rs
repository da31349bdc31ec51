//! Where the keyboard is in a dialog, and where it goes.

use super::{Button, Dialog, FormField, submitting};

/// Where the keyboard is in a dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogFocus {
    Field(usize),
    Button(usize),
}

impl Dialog {
    /// The field with the keyboard.
    pub fn focused(&self) -> Option<&FormField> {
        match self.focus {
            DialogFocus::Field(place) => self.fields.get(place),
            DialogFocus::Button(_) => None,
        }
    }

    /// The same, to change it.
    pub fn focused_mut(&mut self) -> Option<&mut FormField> {
        match self.focus {
            DialogFocus::Field(place) => self.fields.get_mut(place),
            DialogFocus::Button(_) => None,
        }
    }

    /// Moves the keyboard to the next field or button, or back.
    pub fn step(&mut self, forward: bool, buttons: usize) {
        let fields = self.fields.len();
        let count = (fields + buttons).max(1);
        let place = match self.focus {
            DialogFocus::Field(place) => place,
            DialogFocus::Button(place) => fields + place,
        };
        let place = if forward { place + 1 } else { place + count - 1 } % count;
        self.focus = if place < fields { DialogFocus::Field(place) } else { DialogFocus::Button(place - fields) };
    }

    /// From a field to the next one; from the last one to the button that acts, never to the one that leaves.
    pub fn go_on(&mut self, buttons: &[Button]) {
        match (self.focus, submitting(buttons)) {
            (DialogFocus::Field(place), Some(button)) if place + 1 == self.fields.len() => {
                self.focus = DialogFocus::Button(button);
            }
            _ => self.step(true, buttons.len()),
        }
    }
}
