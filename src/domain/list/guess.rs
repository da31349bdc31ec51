//! Which field a heading means.

mod names;

use crate::domain::ProfileField::Phone;
use crate::domain::suggest::did_you_mean;
use crate::domain::text::clean;

use super::{ContactRole, ListField};
use ListField::Profile;
use names::{MOBILE, Names, OFFERED, PEOPLE, QUALIFIED, QUALIFIERS, SHORT_FORMS, VAGUE, WHOLE};

/// The field that a heading likely means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guess {
    pub field: ListField,
    /// Whether it is used unasked. Another system's id, and an owner, who may be the dealership's, are only offered.
    pub certain: bool,
    /// How far the heading is from the plain name of the field; of several columns the nearest counts.
    pub distance: u8,
    pub role: ContactRole,
}

impl Guess {
    /// What a column may hold by its cells.
    pub(super) const fn by_content(field: ListField) -> Self {
        Self { field, certain: false, distance: WHOLE_DISTANCE, role: ContactRole::Contact }
    }
}

const WHOLE_DISTANCE: u8 = 1;
const MOBILE_DISTANCE: u8 = 8;
/// Of what is only offered: an id is of the program that wrote the list, and nobody else knows it.
const ID_DISTANCE: u8 = 2;
const VAGUE_DISTANCE: u8 = 30;

/// The field that a heading means; case, spaces and marks do not count.
pub fn guess(heading: &str) -> Option<Guess> {
    let tokens = tokens(heading);
    let joined = tokens.concat();
    let sign = joined.clone() + if heading.trim_end().ends_with('#') { "#" } else { "" };
    let role = ContactRole::of(&tokens);
    if let Some(field) = find(OFFERED, &sign) {
        let is_id = tokens.last().is_some_and(|last| last.ends_with("id"));
        let distance = if is_id { ID_DISTANCE } else { WHOLE_DISTANCE };
        return Some(Guess { field, certain: false, distance, role });
    }
    let own = ListField::all().find(|field| field.as_str().replace('_', "") == joined);
    if let Some(field) = own {
        return Some(Guess { field, certain: true, distance: 0, role });
    }
    if let Some(field) = find(WHOLE, &joined) {
        return Some(Guess { field, certain: true, distance: WHOLE_DISTANCE, role });
    }
    let bare = find(QUALIFIED, &joined).map(|field| (field, WHOLE_DISTANCE));
    let vague = || find(VAGUE, &joined).map(|field| (field, VAGUE_DISTANCE));
    let (field, distance) = bare.or_else(vague).or_else(|| qualified(&tokens))?;
    Some(Guess { field, certain: true, distance, role })
}

impl ListField {
    /// Finds a field by its name, or by what other programs call it.
    pub fn parse(name: &str) -> Result<Self, String> {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let own = Self::all().find(|field| field.as_str().replace('_', "") == plain);
        own.or_else(|| guess(name).map(|guess| guess.field)).ok_or_else(|| {
            let words = || Self::all().map(Self::as_str);
            let list = words().collect::<Vec<_>>().join(", ");
            format!("there is no field `{}`{} (fields: {list})", clean(name), did_you_mean(name, words()))
        })
    }
}

fn find(table: Names, name: &str) -> Option<ListField> {
    table.iter().find(|(_, names)| names.split(' ').any(|known| known == name)).map(|(field, _)| *field)
}

fn qualified(tokens: &[String]) -> Option<(ListField, u8)> {
    let weigh =
        |words: &[(&str, u8)], token: &String| words.iter().find(|(word, _)| word == token).map(|(_, weight)| *weight);
    let is_person = tokens.iter().any(|token| weigh(PEOPLE, token).is_some());
    // An account manager is somebody of whoever wrote the list.
    if is_person && tokens.iter().any(|token| token == "account") {
        return None;
    }
    let weight = |token: &String| weigh(QUALIFIERS, token).or_else(|| weigh(PEOPLE, token));
    let rest: String = tokens.iter().filter(|token| weight(token).is_none()).map(String::as_str).collect();
    let distance = tokens.iter().filter_map(weight).fold(WHOLE_DISTANCE, u8::saturating_add);
    // `Business Address`: what is left is nothing, so a qualifier is the name.
    let rest = if rest.is_empty() && tokens.last().is_some_and(|last| last == "address") {
        "address".to_owned()
    } else {
        rest
    };
    if MOBILE.contains(&rest.as_str()) {
        return Some((Profile(Phone), distance.saturating_add(MOBILE_DISTANCE)));
    }
    find(QUALIFIED, &rest).map(|field| (field, distance))
}

/// The words of a heading in lower case: `BillingCity` and `billing_city` are two.
fn tokens(heading: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in heading.chars() {
        let begins = !before.is_alphanumeric() || before.is_lowercase() && c.is_uppercase();
        if c.is_alphanumeric() {
            if begins {
                all.push(String::new());
            }
            if let Some(last) = all.last_mut() {
                last.extend(c.to_lowercase());
            }
        }
        before = c;
    }
    // `E-mail` is one word.
    if let Some(place) = all.windows(2).position(|pair| pair[0] == "e" && pair[1].starts_with("mail")) {
        let mail = all.remove(place + 1);
        all[place].push_str(&mail);
    }
    for token in &mut all {
        if let Some((_, whole)) = SHORT_FORMS.iter().find(|(short, _)| short == token) {
            (*whole).clone_into(token);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(heading: &str) -> Option<(&'static str, bool)> {
        guess(heading).map(|guess| (guess.field.as_str(), guess.certain))
    }

    #[test]
    fn headings_of_other_programs_have_their_field() {
        for (headings, word) in [
            (
                &[
                    "Dealer Name",
                    "Account Name",
                    "Company name",
                    "Company",
                    "Store",
                    "DealerName",
                    "DBA",
                    "Organization 1 - Name",
                    "ORG",
                ][..],
                "name",
            ),
            (&["dealer_code", "Dealer Code", "dealerCode", "Xtime Dealer Code"], "dealer_code"),
            (
                &[
                    "Email",
                    "E-mail",
                    "E-mail Address",
                    "E-mail 1 - Value",
                    "emailAddress",
                    "Contact Email",
                    "EMAIL",
                    "Work Email",
                    "Service Mgr E-mail",
                    "Service Manager Email",
                    "serviceManagerEmail",
                ],
                "email",
            ),
            (
                &[
                    "Phone",
                    "Business Phone",
                    "Telephone",
                    "Phone Number",
                    "Phone 1 - Value",
                    "TEL",
                    "Mobile Phone",
                    "GM Phone",
                    "Service Director Phone",
                ],
                "phone",
            ),
            (&["City", "BillingCity", "Business City", "Mailing City", "address.city", "ADR.city"], "city"),
            (&["State/Province", "State/Region", "Province", "BillingState", "ST", "Address 1 - Region"], "state"),
            (&["Zip", "ZIP Code", "Postal Code", "BillingPostalCode", "Zip/Postal Code"], "postal_code"),
            (&["Time Zone", "timeZone", "TZ"], "timezone"),
            (&["Contact", "contact.name", "Contact Person", "FN"], "contact_name"),
            (&["First Name", "Given Name", "Contact First Name"], "first_name"),
            (&["Make", "Franchise"], "brand"),
            (&["Address", "Business Address", "Full Address", "Dealer Mailing Address"], "address"),
            (&["Billing Code", "Shipping Code"], "postal_code"),
            (&["Person - Name", "Contact Full Name"], "contact_name"),
            (&["Home Phone"], "phone"),
        ] {
            for heading in headings {
                assert_eq!(field(heading), Some((word, true)), "{heading}");
            }
        }
    }

    #[test]
    fn headings_of_other_languages_have_their_field() {
        for (headings, word) in [
            (
                "Firma|Händler|Autohaus|Concession|Concessionnaire|Entreprise|Nom|Nombre|Empresa|Concesionario|Agencia",
                "name",
            ),
            ("Ort|Stadt|Ville|Ciudad", "city"),
            ("PLZ|Postleitzahl|Code postal|Código postal|Codigo Postal|CODIGO_POSTAL", "postal_code"),
            ("Bundesland|Estado", "state"),
            ("Land|Pays|País|Pais", "country"),
            ("Telefon|Téléphone|Telephone|Teléfono|Telefono|TELÉFONO", "phone"),
            ("E-Mail|E-Mail-Adresse|Courriel|Adresse e-mail|Correo|Correo electrónico|Correo Electronico", "email"),
            ("Ansprechpartner|Kontakt|Contacto", "contact_name"),
            ("Vorname|Prénom|Prenom", "first_name"),
            ("Nachname|Nom de famille|Apellido|Apellidos|Apellido(s)", "last_name"),
            ("Marke|Marque|Marca", "brand"),
            ("Gruppe|Groupe|Grupo", "group"),
            ("Zeitzone|Fuseau horaire|Zona horaria", "timezone"),
        ] {
            for heading in headings.split('|') {
                assert_eq!(field(heading), Some((word, true)), "{heading}");
            }
        }
        for heading in
            "Händlernummer|Händler-Nr.|Kundennummer|Kunden-Nr.|Código|Codigo|Clave|Numéro de client".split('|')
        {
            assert_eq!(field(heading), Some(("dealer_code", false)), "{heading}");
        }
    }

    #[test]
    fn no_name_is_claimed_twice() {
        let tables = [WHOLE, OFFERED, QUALIFIED, VAGUE];
        let mut all: Vec<(&str, ListField)> = tables
            .into_iter()
            .flatten()
            .flat_map(|(field, names)| names.split(' ').map(move |name| (name, *field)))
            .collect();
        all.sort_by_key(|(name, _)| *name);
        for pair in all.windows(2) {
            assert!(pair[0].0 != pair[1].0 || pair[0].1 == pair[1].1, "{pair:?}");
            assert!(!pair[0].0.is_empty());
        }
    }

    #[test]
    fn an_id_and_an_owner_are_only_offered() {
        for heading in [
            "Dealer ID",
            "Dealer Number",
            "Dealer #",
            "Code",
            "Account Number",
            "Acct No",
            "Acct #",
            "Cust Nbr",
            "Dlr Num",
            "License No.",
            "id",
        ] {
            assert_eq!(field(heading), Some(("dealer_code", false)), "{heading}");
        }
        for heading in ["Owner", "Account Owner", "Assigned To"] {
            assert_eq!(field(heading), Some(("owner", false)), "{heading}");
        }
    }

    #[test]
    fn what_means_something_else_is_not_guessed() {
        for heading in [
            "",
            "Website",
            "Notes",
            "E-mail 2 - Value",
            "Phone 2",
            "Fax",
            "Create Date",
            "Salem",
            "h1@example.com",
            "Email Opt Out",
            "Manager",
            "Parts Mgr Email",
            "Sales Manager Phone",
            "Account Manager Email",
        ] {
            assert_eq!(field(heading), None, "{heading}");
        }
    }

    #[test]
    fn the_plainer_heading_is_nearer() {
        let distance = |heading: &str| guess(heading).unwrap().distance;
        assert!(distance("City") < distance("Business City"));
        assert!(distance("Business City") < distance("Mailing City"));
        assert!(distance("Business Phone") < distance("Mobile Phone"));
        assert!(distance("Mobile Phone") < distance("Home Phone"));
        assert!(distance("Shipping City") < distance("Home City"));
        assert!(distance("Concession") < distance("Nom"));
        assert!(distance("Billing Code") < distance("Shipping Code"));
        for number in ["Account Number", "Acct No", "Account #", "Customer Code"] {
            assert!(distance(number) < distance("Account ID"), "{number}");
        }
        assert_eq!(distance("accountId"), distance("ID"));
        assert_eq!(guess(&"shipping ".repeat(300)), None, "however long it is");
        let managers = [
            "Email",
            "Contact Email",
            "Mgr E-mail",
            "Service Mgr E-mail",
            "Director Email",
            "GM Email",
            "Service Advisor Email",
        ];
        assert!(managers.is_sorted_by(|one, next| distance(one) < distance(next)), "{:?}", managers.map(distance));
        assert_eq!(distance("Service Manager Email"), distance("Service Mgr E-mail"));
    }
}
