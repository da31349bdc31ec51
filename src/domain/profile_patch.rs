//! What a row of a list says of a dealership's profile. What it does not say, stays as it is.

use serde::{Deserialize, Serialize};

use super::phone::same_phone;
use super::{Profile, ProfileEdit, ProfileField, ProfileProblem, same_address};

/// What a row says, field by field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfilePatch {
    /// What the fields read, at a dealership that is known too; an empty text clears.
    pub edits: Vec<ProfileEdit>,
    /// What they read at a new one where `edits` say nothing: what was concluded, and what the desk decides later.
    pub defaults: Vec<ProfileEdit>,
}

impl ProfilePatch {
    /// What a field of a new dealership reads; empty where nothing is said.
    pub fn text_of(&self, field: ProfileField) -> &str {
        let said = |edits: &[ProfileEdit]| edits.iter().position(|edit| edit.field == field);
        let edit = match said(&self.edits) {
            Some(place) => self.edits.get(place),
            None => said(&self.defaults).and_then(|place| self.defaults.get(place)),
        };
        edit.map_or("", |edit| edit.text.as_str())
    }

    /// The profile of a new dealership.
    pub fn new_profile(&self) -> Result<Profile, ProfileProblem> {
        Profile::read(|field| self.text_of(field))
    }

    /// Everything that is wrong with it: as a new dealership, or as a change of a known one.
    pub fn problems(&self, known: Option<&Profile>) -> Vec<ProfileProblem> {
        let Some(known) = known else { return Profile::problems(|field| self.text_of(field)) };
        let wrong = |edit: &ProfileEdit| {
            edit.field.check(&edit.text).err().map(|reason| ProfileProblem { field: edit.field, reason })
        };
        self.changing(known).filter_map(wrong).collect()
    }

    /// A known profile with what is said. Who looks after a dealership is decided at the desk, and another way to write the
    /// same address is no change.
    pub fn applied_to(&self, known: &Profile) -> Result<Profile, ProfileProblem> {
        let edits: Vec<ProfileEdit> = self.changing(known).cloned().collect();
        known.corrected(&edits)
    }

    fn changing<'a>(&'a self, known: &'a Profile) -> impl Iterator<Item = &'a ProfileEdit> {
        self.edits.iter().filter(|edit| match edit.field {
            ProfileField::Owner => false,
            ProfileField::Email => !same_address(&known.contact.email, &edit.text.as_str().into()),
            ProfileField::Phone => {
                known.contact.phone.raw() != edit.text && !same_phone(known.contact.phone.raw(), &edit.text)
            }
            field => known.text_of(field) != edit.text,
        })
    }
}

impl From<Profile> for ProfilePatch {
    fn from(profile: Profile) -> Self {
        let edit = |field: ProfileField| ProfileEdit { field, text: profile.text_of(field).to_owned() };
        Self { edits: ProfileField::ALL.map(edit).into(), defaults: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Contact;

    fn edits(of: &[(ProfileField, &str)]) -> Vec<ProfileEdit> {
        of.iter().map(|(field, text)| ProfileEdit { field: *field, text: (*text).to_owned() }).collect()
    }

    fn known() -> Profile {
        let said = edits(&[
            (ProfileField::Name, "Harbor Ford"),
            (ProfileField::DealerCode, "hb1"),
            (ProfileField::Email, "hb1@example.com"),
            (ProfileField::Timezone, "America/New_York"),
            (ProfileField::Phone, "(201) 555-0101"),
            (ProfileField::Owner, "ana"),
        ]);
        ProfilePatch { edits: said, defaults: Vec::new() }.new_profile().unwrap()
    }

    #[test]
    fn what_is_not_said_stays_and_what_is_said_empty_is_cleared() {
        let patch = |of: &[(ProfileField, &str)]| ProfilePatch { edits: edits(of), defaults: Vec::new() };
        assert_eq!(patch(&[]).applied_to(&known()).unwrap(), known());
        let same = [(ProfileField::Email, "HB1@example.com"), (ProfileField::Owner, "ben"), (ProfileField::City, "")];
        assert_eq!(patch(&same).applied_to(&known()).unwrap(), known());
        let cleared = patch(&[(ProfileField::Phone, "")]).applied_to(&known()).unwrap();
        assert_eq!((cleared.contact.phone.raw(), cleared.name.raw()), ("", "Harbor Ford"));
        let problem = patch(&[(ProfileField::Email, "nobody")]).applied_to(&known()).unwrap_err();
        assert_eq!(problem.field, ProfileField::Email);
    }

    #[test]
    fn what_was_concluded_counts_for_a_new_dealership_only() {
        let zone = (ProfileField::Timezone, "America/Chicago");
        let patch = ProfilePatch { edits: edits(&[(ProfileField::City, "Salem")]), defaults: edits(&[zone]) };
        assert_eq!(patch.applied_to(&known()).unwrap().timezone.name(), "America/New_York");
        let fields: Vec<ProfileField> = patch.problems(None).iter().map(|problem| problem.field).collect();
        assert_eq!(fields, [ProfileField::Name, ProfileField::DealerCode, ProfileField::Email]);
    }

    #[test]
    fn another_way_to_write_the_same_phone_is_no_change_and_another_number_is_one() {
        let with = |phone: &str| ProfilePatch { edits: edits(&[(ProfileField::Phone, phone)]), defaults: Vec::new() };
        let phone = |text: &str| with(text).applied_to(&known()).unwrap().contact.phone;
        assert_eq!(phone("201-555-0101").raw(), "(201) 555-0101");
        assert_eq!(phone("201-555-0102").raw(), "201-555-0102");
        let unread = Profile { contact: Contact { phone: "call Ana".into(), ..known().contact }, ..known() };
        assert_eq!(with("call Ana").applied_to(&unread).unwrap(), unread);
    }

    #[test]
    fn a_known_dealership_is_checked_where_something_would_change_only() {
        let mut old = known();
        old.name = "Harbor\tFord".into();
        let fields = |of: &[(ProfileField, &str)]| {
            let problems = ProfilePatch { edits: edits(of), defaults: Vec::new() }.problems(Some(&old));
            problems.into_iter().map(|problem| problem.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(&[(ProfileField::Name, "Harbor\tFord"), (ProfileField::City, "Salem")]), []);
        assert_eq!(
            fields(&[(ProfileField::Name, "Harbor\tKia"), (ProfileField::City, "Sa\tlem")]),
            [ProfileField::Name, ProfileField::City]
        );
    }

    #[test]
    fn a_profile_as_a_row_makes_the_same_one_again() {
        let patch = ProfilePatch::from(known());
        assert_eq!(patch.new_profile().unwrap(), known());
        assert_eq!(patch.text_of(ProfileField::Owner), "ana");
    }
}
