//! Which columns are about the same person.

use crate::domain::ProfileField;

use super::{ContactRole, Guess, ListField};

/// Name, address and number are of one person, lest one is greeted in another's mailbox; what differs is only offered.
pub(super) fn one_person(said: &[(ListField, Vec<usize>)], guesses: &mut [(usize, Guess)]) {
    let [name, email, phone] =
        [ProfileField::Contact, ProfileField::Email, ProfileField::Phone].map(ListField::Profile);
    let is_said = |field: ListField| said.iter().any(|(known, places)| *known == field && !places.is_empty());
    let role_of = |guesses: &[(usize, Guess)], field: ListField| {
        let of = guesses.iter().filter(|(_, guess)| guess.field == field && guess.certain);
        of.min_by_key(|(_, guess)| guess.distance).map(|(_, guess)| guess.role)
    };
    let mut only_offer = |field: ListField, is_anothers: &dyn Fn(ContactRole) -> bool| {
        let others = guesses.iter_mut().filter(|(_, guess)| guess.field == field && is_anothers(guess.role));
        others.for_each(|(_, guess)| guess.certain = false);
        role_of(guesses, field)
    };
    let of_name = only_offer(name, &|_| false);
    // The address of somebody with a role is no plain contact's; without a name it is that one's.
    let of_email = only_offer(email, &|role| of_name == Some(ContactRole::Contact) && role != ContactRole::Contact);
    let person = if is_said(email) { of_name } else { of_email.or(of_name) };
    let Some(person) = person else { return };
    if person != ContactRole::Contact {
        only_offer(name, &|role| role != person);
    }
    only_offer(phone, &|role| role != ContactRole::Contact && role != person);
}

#[cfg(test)]
mod tests {
    use super::super::{Columns, Mapping};
    use super::*;

    #[test]
    fn name_address_and_number_are_of_one_person() {
        let used = |headings: &[&str], pairs: &[&str]| -> Vec<String> {
            let pairs: Vec<String> = pairs.iter().map(|pair| (*pair).to_owned()).collect();
            let headings = headings.iter().map(|heading| (*heading).to_owned()).collect();
            let columns = Columns::assign(headings, &Mapping::parse(&pairs).unwrap()).unwrap();
            let person = ["contact_name", "email", "phone"];
            let of = |word: &&str| {
                let field = ListField::parse(word).unwrap();
                columns.of(field).map(|assigned| columns.headings[assigned.columns[0]].clone())
            };
            person.iter().filter_map(of).collect()
        };
        let both = ["Service Mgr", "Service Mgr Email", "GM", "GM Email", "GM Phone"];
        assert_eq!(used(&both, &[]), ["Service Mgr", "Service Mgr Email"]);
        assert_eq!(used(&["Contact Name", "GM Email"], &[]), ["Contact Name"]);
        assert_eq!(used(&["Service Manager", "GM Email", "Phone"], &[]), ["GM Email", "Phone"]);
        let manager = ["Service Manager", "GM Email", "Phone", "Kennung"];
        assert_eq!(used(&manager, &["Kennung=dealer_code"]), ["GM Email", "Phone"], "nothing was said of an address");
        assert_eq!(used(&["GM Email", "GM Phone"], &[]), ["GM Email", "GM Phone"]);
        assert_eq!(used(&["Contact Name", "Email", "GM Phone"], &[]), ["Contact Name", "Email"]);
        assert_eq!(used(&["Contact Name", "GM Email"], &["GM Email=email"]), ["Contact Name", "GM Email"]);
    }
}
