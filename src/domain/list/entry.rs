//! What a row of a list says of a dealership and of somebody there. Systems write a row for each person, so several rows
//! may be of one rooftop.

use crate::domain::text::normal;
use crate::domain::{Contact, Profile, ProfileEdit, ProfileField, ProfilePatch, ProfileProblem, same_address};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListEntry {
    /// The dealership, without its contact.
    pub profile: ProfilePatch,
    pub person: Vec<ProfileEdit>,
    /// What is known of the contact only in part: it counts at a new dealership, and replaces nothing.
    pub person_defaults: Vec<ProfileEdit>,
    /// More people, whose addresses stand in the same cell.
    pub further_contacts: Vec<Contact>,
}

/// What a row is beside an earlier one with its dealerCode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repetition {
    /// It says another thing of the dealership, or nothing that tells a person. Which is right is not for us to guess.
    Contradicts,
    /// It says nothing that the earlier one does not say.
    Repeats,
    /// Another person of the same rooftop.
    Person,
}

impl ListEntry {
    /// By what the dealership is known.
    pub fn dealer_code(&self) -> &str {
        self.profile.text_of(ProfileField::DealerCode)
    }

    /// The contact as one of several people.
    pub fn contact(&self) -> Contact {
        let said = || self.person.iter().chain(&self.person_defaults);
        let text = |field| said().find(|edit| edit.field == field).map_or("", |edit| edit.text.as_str());
        Contact {
            name: text(ProfileField::Contact).into(),
            email: text(ProfileField::Email).into(),
            phone: text(ProfileField::Phone).into(),
        }
    }

    /// What this row is beside an earlier one with the same dealerCode.
    pub fn beside(&self, earlier: &Self) -> Repetition {
        let is_said = |edit: &ProfileEdit| edit.text.is_empty() || earlier.person.contains(edit);
        let contact = self.contact();
        if !self.is_same_rooftop(earlier) {
            Repetition::Contradicts
        } else if self.person.iter().all(is_said) {
            Repetition::Repeats
        } else if contact.email.is_empty() && contact.name.is_empty() {
            Repetition::Contradicts
        } else {
            Repetition::Person
        }
    }

    /// Both have a name, or neither, and what this one says of the dealership the earlier one says too.
    fn is_same_rooftop(&self, earlier: &Self) -> bool {
        let same = |edit: &ProfileEdit| normal(earlier.profile.text_of(edit.field)) == normal(&edit.text);
        let has_name = |entry: &Self| entry.profile.edits.iter().any(|edit| edit.field == ProfileField::Name);
        has_name(self) == has_name(earlier) && self.profile.edits.iter().filter(|edit| !edit.text.is_empty()).all(same)
    }

    /// Settles who the contact is, among this row and those of more people: the one who is already, else the first. From
    /// then on the profile says it.
    pub fn settle_contact<'a>(&mut self, others: impl IntoIterator<Item = &'a mut Self>, known: Option<&Profile>) {
        if let Some(known) = known {
            self.keep_known_address(known);
            let is_contact = |entry: &Self| {
                let contact = entry.contact();
                !contact.email.is_empty() && known.contact.is_same_person(&contact)
            };
            if !is_contact(self)
                && let Some(contact) = others.into_iter().find(|entry| is_contact(entry))
            {
                std::mem::swap(&mut self.person, &mut contact.person);
                std::mem::swap(&mut self.person_defaults, &mut contact.person_defaults);
            }
        }
        self.profile.edits.append(&mut self.person);
        self.profile.defaults.append(&mut self.person_defaults);
    }

    /// Of several addresses in one cell the one that the dealership has stays its contact's.
    fn keep_known_address(&mut self, known: &Profile) {
        let known = &known.contact.email;
        let email = self.person.iter_mut().find(|edit| edit.field == ProfileField::Email);
        let further = self.further_contacts.iter_mut().find(|further| same_address(&further.email, known));
        if let (Some(email), Some(further)) = (email, further) {
            let before = std::mem::replace(&mut email.text, further.email.raw().to_owned());
            further.email = before.as_str().into();
        }
    }

    /// Sets a person apart who is known as a further contact of the dealership, and is not its contact: a list of people is
    /// no reason to write to somebody else. Answers whether the row has one.
    pub fn set_apart_known(&mut self, known: Option<&Profile>, further: &[Contact]) -> bool {
        let Some(known) = known else { return false };
        let person = self.contact();
        let is = |contact: &Contact| !person.email.is_empty() && contact.is_same_person(&person);
        if is(&known.contact) || !further.iter().any(is) {
            return false;
        }
        self.further_contacts.push(person);
        self.person.clear();
        self.person_defaults.clear();
        true
    }

    /// Everybody of a row of more people.
    pub fn people(self) -> impl Iterator<Item = Contact> {
        let person = Some(self.contact()).filter(|person| *person != Contact::default());
        person.into_iter().chain(self.further_contacts)
    }

    /// What of a known contact would be another's while the row does not say whose, in words; once the contact is settled.
    pub fn doubts_of_contact(&self, known: &Profile) -> Vec<String> {
        let said = |field| self.profile.edits.iter().find(|edit| edit.field == field && !edit.text.is_empty());
        let Contact { name, email, phone } = &known.contact;
        let is_another = said(ProfileField::Email).is_some_and(|said| !same_address(email, &said.text.as_str().into()));
        let new_name = said(ProfileField::Contact);
        let no_name = is_another && new_name.is_none() && !name.is_empty();
        let no_name = no_name.then(|| {
            format!("email: another address, and no name says whose it is: the contact stays `{}`", name.plain())
        });
        let is_new_name = new_name.is_some_and(|said| normal(&said.text) != normal(name.raw()));
        let no_phone = is_another && is_new_name && said(ProfileField::Phone).is_none() && !phone.is_empty();
        let no_phone =
            no_phone.then(|| format!("phone: another contact, and no number is written: it stays `{}`", phone.plain()));
        no_name.into_iter().chain(no_phone).collect()
    }

    /// What is wrong with the person.
    pub fn person_problems(&self) -> Vec<ProfileProblem> {
        let edits = self.person.iter().filter(|edit| !edit.text.is_empty());
        let problem = |edit: &ProfileEdit| {
            edit.field.check(&edit.text).err().map(|reason| ProfileProblem { field: edit.field, reason })
        };
        edits.filter_map(problem).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProfileField::{City, Contact as Name, DealerCode, Email, Name as Dealership, Timezone};

    fn edits(of: &[(ProfileField, &str)]) -> Vec<ProfileEdit> {
        of.iter().map(|(field, text)| ProfileEdit { field: *field, text: (*text).to_owned() }).collect()
    }

    fn entry(profile: &[(ProfileField, &str)], person: &[(ProfileField, &str)]) -> ListEntry {
        ListEntry {
            profile: ProfilePatch { edits: edits(profile), defaults: Vec::new() },
            person: edits(person),
            ..ListEntry::default()
        }
    }

    fn known(person: &[(ProfileField, &str)]) -> Profile {
        let mut entry =
            entry(&[(Dealership, "Harbor Ford"), (DealerCode, "hb1"), (Timezone, "America/New_York")], person);
        entry.settle_contact([], None);
        entry.profile.new_profile().unwrap()
    }

    #[test]
    fn a_later_row_repeats_adds_a_person_or_contradicts() {
        let rooftop = [(Dealership, "Harbor Ford"), (City, "Salem")];
        let first = entry(&rooftop, &[(Name, "Ana"), (Email, "ana@example.com")]);
        for (profile, person, expected) in [
            (&rooftop[..], &[(Name, "Ana"), (Email, "ana@example.com")][..], Repetition::Repeats),
            (&[(Dealership, "HARBOR FORD")], &[(Email, "")], Repetition::Repeats),
            (&rooftop, &[(Name, "Ben"), (Email, "ben@example.com")], Repetition::Person),
            (&rooftop, &[(Name, "Ben")], Repetition::Person),
            (&rooftop, &[(Email, "ben@example.com")], Repetition::Person),
            (&rooftop, &[(ProfileField::Phone, "(201) 555-0100")], Repetition::Contradicts),
            (&[(Dealership, "Harbor Ford"), (City, "Lynn")], &[(Name, "Ben")], Repetition::Contradicts),
            (&[(City, "Salem")], &[(Name, "Ben")], Repetition::Contradicts),
        ] {
            assert_eq!(entry(profile, person).beside(&first), expected, "{profile:?} {person:?}");
        }
    }

    #[test]
    fn the_contact_stays_the_one_who_is_and_whole() {
        let ben = known(&[(Name, "Ben Ito"), (Email, "ben@example.com")]);
        let mut first = entry(&[], &[(Email, "ana@example.com")]);
        first.person_defaults = edits(&[(Name, "Ana")]);
        let mut further = [entry(&[], &[(Email, "ben@example.com")])];
        first.settle_contact(&mut further, Some(&ben));
        assert_eq!(first.profile.text_of(Email), "ben@example.com");
        assert_eq!(first.profile.text_of(Name), "", "the half name went with its address");
        let [further] = &further;
        assert_eq!((further.contact().name.raw(), further.contact().email.raw()), ("Ana", "ana@example.com"));
        assert_eq!(first.profile.applied_to(&ben).unwrap(), ben);
    }

    #[test]
    fn an_address_without_a_name_is_told() {
        let ana = known(&[(Name, "Ana Diaz"), (Email, "ana@example.com")]);
        let told = |person: &[(ProfileField, &str)]| {
            let mut entry = entry(&[], person);
            entry.settle_contact([], Some(&ana));
            entry.doubts_of_contact(&ana).pop()
        };
        assert!(told(&[(Email, "ben@example.com")]).unwrap().contains("the contact stays `Ana Diaz`"));
        assert_eq!(told(&[(Email, "ben@example.com"), (Name, "Ben")]), None);
        assert_eq!(told(&[(Email, "ANA@example.com")]), None);
        assert_eq!(told(&[]), None);
    }

    #[test]
    fn a_row_is_of_the_dealership_with_its_dealer_code() {
        assert_eq!(entry(&[(Dealership, "Harbor Ford"), (DealerCode, "hb1")], &[]).dealer_code(), "hb1");
        assert_eq!(entry(&[(Dealership, "Harbor Ford")], &[]).dealer_code(), "");
    }

    fn contact(name: &str, email: &str) -> Contact {
        Contact { name: name.into(), email: email.into(), phone: "".into() }
    }

    #[test]
    fn of_several_addresses_in_a_cell_the_known_one_stays_the_contacts() {
        let ben = known(&[(Name, "Ben Ito"), (Email, "ben@example.com")]);
        for (further, expected) in [("BEN@example.com", "BEN@example.com"), ("kim@example.com", "ana@example.com")] {
            let mut row = entry(&[], &[(Name, "Ben Ito"), (Email, "ana@example.com")]);
            row.further_contacts = vec![contact("", further)];
            row.settle_contact([], Some(&ben));
            assert_eq!((row.profile.text_of(Name), row.profile.text_of(Email)), ("Ben Ito", expected));
            let other = if expected == further { "ana@example.com" } else { further };
            assert_eq!(row.further_contacts, [contact("", other)]);
        }
    }

    #[test]
    fn only_who_is_a_further_contact_already_is_set_apart() {
        let ana = known(&[(Name, "Ana Diaz"), (Email, "ana@example.com")]);
        let further = [contact("Ben", "ben@example.com"), contact("Kim", ""), contact("Ana Diaz", "ana@example.com")];
        for (person, is_apart) in [
            (&[(Name, "Ben"), (Email, "ben@example.com")][..], true),
            (&[(Email, "BEN@example.com")], true),
            (&[(Name, "Ana Diaz"), (Email, "ana@example.com")], false),
            (&[(Name, "Joe"), (Email, "joe@example.com")], false),
            (&[(Name, "Kim")], false),
        ] {
            let mut row = entry(&[], person);
            row.person_defaults = edits(&[(ProfileField::Phone, "")]);
            assert_eq!(row.set_apart_known(Some(&ana), &further), is_apart, "{person:?}");
            let (left, apart) = if is_apart { (0, 1) } else { (person.len(), 0) };
            assert_eq!((row.person.len(), row.further_contacts.len()), (left, apart), "{person:?}");
            assert_eq!(row.person_defaults.is_empty(), is_apart);
            assert!(!entry(&[], person).set_apart_known(None, &further), "nobody is known");
        }
    }

    #[test]
    fn everybody_of_a_row_is_its_person_if_it_has_one_and_those_of_further_addresses() {
        let mut row = entry(&[], &[(Name, "Ana"), (Email, "ana@example.com")]);
        row.further_contacts = vec![contact("", "ben@example.com")];
        let people: Vec<Contact> = row.people().collect();
        assert_eq!(people, [contact("Ana", "ana@example.com"), contact("", "ben@example.com")]);
        assert_eq!(entry(&[(Dealership, "Harbor Ford")], &[]).people().count(), 0);
    }

    #[test]
    fn the_number_of_another_contact_is_told_where_none_is_written() {
        let phone = ProfileField::Phone;
        let ana = known(&[(Name, "Ana Diaz"), (Email, "ana@example.com"), (phone, "(201) 555-0100")]);
        let told = |person: &[(ProfileField, &str)]| {
            let mut entry = entry(&[], person);
            entry.settle_contact([], None);
            entry.doubts_of_contact(&ana)
        };
        let words = "phone: another contact, and no number is written: it stays `(201) 555-0100`";
        assert_eq!(told(&[(Name, "Ben"), (Email, "ben@example.com")]), [words]);
        for person in [
            &[(Name, "Ben"), (Email, "ben@example.com"), (phone, "(201) 555-0101")][..],
            &[(Name, "ANA DIAZ"), (Email, "new@example.com")],
            &[(Name, "Ben"), (Email, "ana@example.com")],
            &[],
        ] {
            assert_eq!(told(person), [""; 0], "{person:?}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_person_is_told_of_what_is_written() {
        let row = entry(&[], &[(Name, ""), (Email, "ana at home"), (ProfileField::Phone, "(201) 555-0100")]);
        let problems = row.person_problems();
        assert_eq!(problems.iter().map(|problem| problem.field).collect::<Vec<_>>(), [Email]);
        assert!(problems[0].reason.contains("is not a mail address"), "{}", problems[0].reason);
        assert_eq!(entry(&[], &[(Name, "Ana"), (Email, "")]).person_problems(), []);
    }
}
