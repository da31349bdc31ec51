//! The fields of a profile: what may stand in each, reading all of them, and correcting some.

use serde::{Deserialize, Serialize};

use super::text::{acts_on_direction, clean, is_invisible, is_line_break, named};
use super::zone::{Place, read_zone, read_zone_at, zone_contradiction};
use super::{Contact, Profile, Timestamp, Untrusted, address, owner, phone};

/// A field of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProfileField {
    Name,
    DealerCode,
    Group,
    Brand,
    City,
    State,
    Timezone,
    Contact,
    Email,
    Phone,
    /// Which of us looks after it.
    Owner,
}

impl ProfileField {
    pub const ALL: [Self; 11] = [
        Self::Name,
        Self::DealerCode,
        Self::Group,
        Self::Brand,
        Self::City,
        Self::State,
        Self::Timezone,
        Self::Contact,
        Self::Email,
        Self::Phone,
        Self::Owner,
    ];

    pub const PERSON: [Self; 3] = [Self::Contact, Self::Email, Self::Phone];

    /// Where it is, and its clock.
    pub const PLACE: [Self; 3] = [Self::City, Self::State, Self::Timezone];

    /// Those that are corrected by hand; the dealerCode is what a dealership is known by.
    pub const CORRECTED: [Self; 10] = [
        Self::Name,
        Self::Contact,
        Self::Email,
        Self::Phone,
        Self::Timezone,
        Self::Group,
        Self::Brand,
        Self::City,
        Self::State,
        Self::Owner,
    ];

    /// Its name in files, in reports and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::DealerCode => "dealer_code",
            Self::Group => "group",
            Self::Brand => "brand",
            Self::City => "city",
            Self::State => "state",
            Self::Timezone => "timezone",
            Self::Contact => "contact_name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Owner => "owner",
        }
    }

    /// The most characters that are taken.
    pub const fn longest(self) -> usize {
        match self {
            Self::DealerCode | Self::Timezone => 64,
            Self::Email => 254,
            _ => 200,
        }
    }

    /// Whether nothing can be done for a dealership without it.
    pub const fn is_needed(self) -> bool {
        matches!(self, Self::Name | Self::DealerCode | Self::Timezone | Self::Email)
    }

    /// Whether a text may stand in it; the reason if not.
    pub fn check(self, text: &str) -> Result<(), String> {
        check_text(text, self.longest())?;
        match self {
            _ if text.is_empty() && self.is_needed() => Err("is empty".to_owned()),
            Self::DealerCode => key(text),
            Self::Email => match address::check(text) {
                Ok(address) if address.stands_for_none() => {
                    Err(format!("`{}` is an address that stands for none", clean(text)))
                }
                Ok(_) => Ok(()),
                Err(problem) => Err(problem.to_string()),
            },
            Self::Phone => phone::check(text),
            Self::Timezone => read_zone(text).map(drop),
            _ => Ok(()),
        }
    }
}

/// Whether a text may stand in any field of so many characters.
pub fn check_text(text: &str, longest: usize) -> Result<(), String> {
    if let Some((place, c)) = text.chars().enumerate().find(|(_, c)| is_control(*c)) {
        let remedy = match c {
            '\t' => "write a space",
            _ if is_line_break(c) => "write it in one line",
            _ => "take it out",
        };
        return Err(format!("has {}, at character {}: {remedy}", named(c), place + 1));
    }
    let count = text.chars().count();
    if count > longest {
        return Err(format!("has {count} characters; at most {longest} are taken"));
    }
    Ok(())
}

/// A field that shall read otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileEdit {
    pub field: ProfileField,
    pub text: String,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {reason}", field.as_str())]
pub struct ProfileProblem {
    pub field: ProfileField,
    pub reason: String,
}

/// How a field of two profiles differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileChange {
    pub field: ProfileField,
    pub from: Untrusted,
    pub to: Untrusted,
}

impl Profile {
    /// Whether somebody is to see to it: they look after it, or nobody does.
    pub fn is_for(&self, operator: &str) -> bool {
        self.owner.as_ref().is_none_or(|owner| owner.raw() == operator)
    }

    /// Checks every field and makes a profile of them. The first one that is wrong is named.
    pub fn read<'a>(text_of: impl Fn(ProfileField) -> &'a str) -> Result<Self, ProfileProblem> {
        if let Some(problem) = Self::problems(&text_of).into_iter().next() {
            return Err(problem);
        }
        let field = ProfileField::Timezone;
        let place =
            Place { city: text_of(ProfileField::City), state: text_of(ProfileField::State), ..Place::default() };
        let timezone = read_zone_at(text_of(field), &place).map_err(|reason| ProfileProblem { field, reason })?;
        let untrusted = |field| Untrusted::from(text_of(field));
        Ok(Self {
            name: untrusted(ProfileField::Name),
            dealer_code: untrusted(ProfileField::DealerCode),
            group: untrusted(ProfileField::Group),
            brand: untrusted(ProfileField::Brand),
            city: untrusted(ProfileField::City),
            state: untrusted(ProfileField::State),
            timezone,
            contact: Contact {
                name: untrusted(ProfileField::Contact),
                email: untrusted(ProfileField::Email),
                phone: untrusted(ProfileField::Phone),
            },
            owner: owner::read(text_of(ProfileField::Owner)),
        })
    }

    /// Everything that is wrong with fields that shall become a profile, in their order.
    pub fn problems<'a>(text_of: impl Fn(ProfileField) -> &'a str) -> Vec<ProfileProblem> {
        let problem =
            |field: ProfileField| field.check(text_of(field)).err().map(|reason| ProfileProblem { field, reason });
        ProfileField::ALL.into_iter().filter_map(problem).collect()
    }

    /// What a field reads; empty where there is nothing.
    pub fn text_of(&self, field: ProfileField) -> &str {
        match field {
            ProfileField::Name => self.name.raw(),
            ProfileField::DealerCode => self.dealer_code.raw(),
            ProfileField::Group => self.group.raw(),
            ProfileField::Brand => self.brand.raw(),
            ProfileField::City => self.city.raw(),
            ProfileField::State => self.state.raw(),
            ProfileField::Timezone => self.timezone.name(),
            ProfileField::Contact => self.contact.name.raw(),
            ProfileField::Email => self.contact.email.raw(),
            ProfileField::Phone => self.contact.phone.raw(),
            ProfileField::Owner => self.owner.as_ref().map_or("", Untrusted::raw),
        }
    }

    /// The profile with some fields corrected. What is not corrected is not checked: it may be older than a rule.
    pub fn corrected(&self, edits: &[ProfileEdit]) -> Result<Self, ProfileProblem> {
        let mut profile = self.clone();
        for ProfileEdit { field, text } in edits {
            let (field, text) = (*field, text.trim());
            let problem = |reason| ProfileProblem { field, reason };
            field.check(text).map_err(problem)?;
            let slot = match field {
                // Read below: it may depend on the place.
                ProfileField::Timezone => continue,
                ProfileField::Owner => {
                    profile.owner = owner::read(text);
                    continue;
                }
                ProfileField::Name => &mut profile.name,
                ProfileField::DealerCode => &mut profile.dealer_code,
                ProfileField::Group => &mut profile.group,
                ProfileField::Brand => &mut profile.brand,
                ProfileField::City => &mut profile.city,
                ProfileField::State => &mut profile.state,
                ProfileField::Contact => &mut profile.contact.name,
                ProfileField::Email => &mut profile.contact.email,
                ProfileField::Phone => &mut profile.contact.phone,
            };
            *slot = text.into();
        }
        if let Some(edit) = edits.iter().rfind(|edit| edit.field == ProfileField::Timezone) {
            let problem = |reason| ProfileProblem { field: edit.field, reason };
            profile.timezone = read_zone_at(edit.text.trim(), &profile.place()).map_err(problem)?;
        }
        Ok(profile)
    }

    /// Where it is, as far as a profile says it.
    pub fn place(&self) -> Place<'_> {
        Place { city: self.city.raw(), state: self.state.raw(), ..Place::default() }
    }

    /// Why its time zone is none of its place, in words; `None`: it is, or nobody knows.
    pub fn zone_contradiction(&self, now: Timestamp) -> Option<String> {
        zone_contradiction(self.timezone, &self.place(), now)
    }

    /// The same of a profile that replaces another, where its place or its zone is another one.
    pub fn new_zone_contradiction(&self, before: &Self, now: Timestamp) -> Option<String> {
        let is_moved = ProfileField::PLACE.into_iter().any(|field| self.text_of(field) != before.text_of(field));
        self.zone_contradiction(now).filter(|_| is_moved)
    }

    /// In what a newer profile differs from this one.
    pub fn changes(&self, newer: &Self) -> Vec<ProfileChange> {
        let differs = |field: &ProfileField| self.text_of(*field) != newer.text_of(*field);
        let change = |field: ProfileField| ProfileChange {
            field,
            from: self.text_of(field).into(),
            to: newer.text_of(field).into(),
        };
        ProfileField::ALL.into_iter().filter(differs).map(change).collect()
    }
}

/// Controls of the terminal and of the direction of text: they have no business in a dealership's data.
fn is_control(c: char) -> bool {
    c.is_control() || acts_on_direction(c)
}

/// Whether a text can be what a dealership is known by: one that looks the same as another must not be another.
fn key(text: &str) -> Result<(), String> {
    let unseen = |c: char| is_invisible(c) || c.is_whitespace() && c != ' ';
    if let Some((place, c)) = text.chars().enumerate().find(|(_, c)| unseen(*c)) {
        return Err(format!("has {}, at character {}", named(c), place + 1));
    }
    if text.starts_with(is_quote) || text.ends_with(is_quote) {
        return Err(format!("`{}` has quotation marks that are a part of it; take them off", clean(text)));
    }
    Ok(())
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '\u{2018}'..='\u{201f}' | '«' | '»' | '‹' | '›')
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn profile() -> Profile {
        Profile::read(|field| match field {
            ProfileField::Name => "Nakamura Ford",
            ProfileField::DealerCode => "xts1",
            ProfileField::Email => "service@example.com",
            ProfileField::Timezone => "America/Chicago",
            ProfileField::Owner => "ana",
            _ => "",
        })
        .unwrap()
    }

    pub(super) fn edit(field: ProfileField, text: &str) -> ProfileEdit {
        ProfileEdit { field, text: text.to_owned() }
    }

    #[test]
    fn a_correction_changes_its_field_only_and_says_what_was_and_what_is() {
        for field in ProfileField::ALL {
            let text = match field {
                ProfileField::Timezone => "America/Denver",
                ProfileField::Email => "parts@example.com",
                _ => "Other",
            };
            let before = profile();
            let after = before.corrected(&[edit(field, &format!(" {text} "))]).unwrap();
            let from = before.text_of(field).into();
            assert_eq!(before.changes(&after), [ProfileChange { field, from, to: text.into() }]);
            assert_eq!(after.changes(&after), []);
        }
        for text in ["", "nobody"] {
            let nobody = profile().corrected(&[edit(ProfileField::Owner, text)]).unwrap();
            assert_eq!(nobody.owner, None);
        }
    }

    #[test]
    fn a_correction_is_held_to_the_rules_of_the_field_and_the_rest_is_not_checked() {
        let old = Profile { contact: Contact { email: "no address".into(), ..profile().contact }, ..profile() };
        assert!(old.corrected(&[edit(ProfileField::Phone, "555-0100")]).is_ok());
        for (field, text, words) in [
            (ProfileField::Email, "service at example.com", "is not a mail address"),
            (ProfileField::Email, "", "is empty"),
            (ProfileField::Name, "  ", "is empty"),
            (ProfileField::Timezone, "America/Chcago", "did you mean `America/Chicago`?"),
            (ProfileField::City, "a\u{1b}[2Jb", "has an escape character, at character 2: take it out"),
            (ProfileField::Name, "Harbor Ford\nof Salem", "has a line break, at character 12: write it in one line"),
            (ProfileField::Phone, "555\t0100", "has a tab, at character 4: write a space"),
            (ProfileField::Contact, "a\u{202e}b", "has a character that turns text round (U+202E), at character 2"),
            (ProfileField::DealerCode, "xts\u{a0}1", "has an odd space (U+00A0), at character 4"),
        ] {
            let problem = old.corrected(&[edit(field, text)]).unwrap_err();
            assert_eq!(problem.field, field);
            assert!(problem.reason.contains(words), "{problem}");
        }
    }
}

#[cfg(test)]
#[path = "profile_field_tests.rs"]
mod field_tests;
