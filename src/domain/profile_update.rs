//! What a file would change at dealerships that are known, and when a person has to say yes to it first.

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

/// Why updates wait for a person's yes: the name and the mail address of some would change, so each may be another dealership;
/// or many would change, as a shifted column does with all of them.
pub fn why_held(updates: &[ProfileUpdate]) -> Option<String> {
    let another: Vec<_> =
        updates.iter().filter(|update| update.is_another()).map(|update| update.dealer_code.plain()).collect();
    if !another.is_empty() {
        let some = first_few(another, 5);
        return Some(format!("name and mail address both change at {some}: is it another dealership?"));
    }
    let many = updates.len();
    (many > MOST_UPDATED).then(|| {
        format!("{many} known dealerships would change, more than {MOST_UPDATED}: is a column in another's place?")
    })
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
        let says = |updates: &[ProfileUpdate], words: &str| why_held(updates).is_some_and(|why| why.contains(words));
        assert_eq!(why_held(&vec![one(); MOST_UPDATED]), None);
        assert!(says(&vec![one(); MOST_UPDATED + 1], "26 known dealerships would change"));
        let both = update("xts2", &[ProfileField::Name, ProfileField::City, ProfileField::Email]);
        assert!(says(&[one(), both.clone()], "both change at xts2:"));
        assert!(says(&vec![both; 7], "and 2 more"));
        assert_eq!(why_held(&[update("xts3", &[ProfileField::Email])]), None);
    }
}
