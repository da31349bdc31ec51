//! What a file would change at dealerships that are known, and when a person has to say yes to it first.

use std::fmt;

use super::text::first_few;
use super::{Contact, Onboarding, OpcodeChoice, ProfileChange, ProfileField, ProfilePatch, Untrusted};

/// How many known dealerships a file may change by itself.
pub const MOST_UPDATED: usize = 25;

/// What a file says otherwise of a dealership that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileUpdate {
    /// By which it is known.
    pub dealer_code: Untrusted,
    pub name: Untrusted,
    pub changes: Vec<ProfileChange>,
    /// The people that would be kept besides its contact.
    pub contacts: Vec<Contact>,
    /// The opcode that would be recorded as its first choice.
    pub opcode: Option<Untrusted>,
}

impl ProfileUpdate {
    /// What a row of a file changes; `None` for nothing. Who looks after a dealership is decided at the desk and not by a
    /// file, and so is the opcode once one is recorded.
    pub fn of(
        state: &Onboarding,
        row: &ProfilePatch,
        contacts: &[Contact],
        choice: Option<&OpcodeChoice>,
    ) -> Option<Self> {
        // What cannot be applied is refused, not told as a change.
        let newer = row.applied_to(&state.profile).unwrap_or_else(|_| state.profile.clone());
        let changes = state.profile.changes(&newer);
        let contacts = state.unknown_contacts(&newer.contact, contacts);
        let opcode = choice.filter(|_| state.opcode.is_none()).map(|choice| choice.code.clone());
        let (dealer_code, name) = (state.profile.dealer_code.clone(), state.profile.name.clone());
        let changed = !changes.is_empty() || !contacts.is_empty() || opcode.is_some();
        changed.then_some(Self { dealer_code, name, changes, contacts, opcode })
    }

    /// Name and mail address at once: the code may stand for somebody else now.
    fn is_another(&self) -> bool {
        [ProfileField::Name, ProfileField::Email]
            .iter()
            .all(|field| self.changes.iter().any(|change| change.field == *field))
    }
}

/// Why updates wait for a person's yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpdatesHeld {
    /// So many dealerships would change: a shifted column changes all of them.
    Many(usize),
    /// The name and the mail address of these would change, so each may be another dealership.
    Another(Vec<Untrusted>),
}

impl UpdatesHeld {
    /// Whether updates wait, and why.
    pub fn of(updates: &[ProfileUpdate]) -> Option<Self> {
        let another: Vec<Untrusted> =
            updates.iter().filter(|update| update.is_another()).map(|update| update.dealer_code.clone()).collect();
        if !another.is_empty() {
            return Some(Self::Another(another));
        }
        (updates.len() > MOST_UPDATED).then_some(Self::Many(updates.len()))
    }
}

impl fmt::Display for UpdatesHeld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Many(many) => {
                write!(
                    f,
                    "{many} known dealerships would change, more than {MOST_UPDATED}: is a column in another's place?"
                )
            }
            Self::Another(codes) => {
                let some = first_few(codes.iter().map(Untrusted::plain), 5);
                write!(f, "name and mail address both change at {some}: is it another dealership?")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(code: &str, fields: &[ProfileField]) -> ProfileUpdate {
        let change = |field: &ProfileField| ProfileChange { field: *field, from: "a".into(), to: "b".into() };
        let changes = fields.iter().map(change).collect();
        ProfileUpdate {
            dealer_code: code.into(),
            name: "Sample Motors".into(),
            changes,
            contacts: Vec::new(),
            opcode: None,
        }
    }

    #[test]
    fn many_updates_wait_and_so_does_one_that_may_be_another_dealership() {
        let one = || update("xts1", &[ProfileField::Name, ProfileField::Phone]);
        assert_eq!(UpdatesHeld::of(&vec![one(); MOST_UPDATED]), None);
        assert_eq!(UpdatesHeld::of(&vec![one(); MOST_UPDATED + 1]), Some(UpdatesHeld::Many(MOST_UPDATED + 1)));
        let both = update("xts2", &[ProfileField::Name, ProfileField::City, ProfileField::Email]);
        assert_eq!(UpdatesHeld::of(&[one(), both.clone()]), Some(UpdatesHeld::Another(vec!["xts2".into()])));
        assert!(UpdatesHeld::of(&vec![both; 7]).is_some_and(|held| held.to_string().contains("and 2 more")));
        assert_eq!(UpdatesHeld::of(&[update("xts3", &[ProfileField::Email])]), None);
    }
}
