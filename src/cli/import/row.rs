//! From the fields of one row to a profile, or the reason why not.

use chrono_tz::{TZ_VARIANTS, Tz};
use email_address::{EmailAddress, Options};

use crate::cli::opcode;
use crate::domain::suggest::did_you_mean;
use crate::domain::text::clean;
use crate::domain::{Contact, OpcodeOption, Profile, Untrusted};

use super::field::Field;

/// Why a row was refused: the field and the reason. Cleaned: it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Problem {
    /// The field (or `row`).
    pub(in crate::cli) field: &'static str,
    /// In words.
    pub(in crate::cli) reason: String,
}

impl Problem {
    pub(super) fn new(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field, reason: reason.into() }
    }
}

/// The values of one row, by field; those that the file does not have are empty.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Values([String; Field::ALL.len()]);

impl Values {
    pub(super) fn set(&mut self, field: Field, value: &str) {
        if let Some(slot) = self.0.get_mut(field as usize) {
            value.trim().clone_into(slot);
        }
    }

    pub(super) fn get(&self, field: Field) -> &str {
        self.0.get(field as usize).map_or("", String::as_str)
    }

    fn untrusted(&self, field: Field) -> Untrusted {
        self.get(field).into()
    }
}

/// Checks the values and makes a profile of them. The first field that is wrong is named.
pub(super) fn profile(values: &Values) -> Result<Profile, Problem> {
    for field in Field::ALL {
        let value = values.get(field);
        if let Some(place) = value.chars().position(is_control) {
            return Err(Problem::new(field.word(), format!("has a control character, at character {}", place + 1)));
        }
        let count = value.chars().count();
        if count > field.longest() {
            return Err(Problem::new(
                field.word(),
                format!("has {count} characters; at most {} are taken", field.longest()),
            ));
        }
        if value.is_empty() && Field::NEEDED.contains(&field) {
            return Err(Problem::new(field.word(), "is empty"));
        }
    }
    email(values.get(Field::Email)).map_err(|reason| Problem::new(Field::Email.word(), reason))?;
    let timezone =
        timezone(values.get(Field::Timezone)).map_err(|reason| Problem::new(Field::Timezone.word(), reason))?;
    let owner = values.untrusted(Field::Owner);
    Ok(Profile {
        name: values.untrusted(Field::Name),
        dealer_code: values.untrusted(Field::DealerCode),
        group: values.untrusted(Field::Group),
        brand: values.untrusted(Field::Brand),
        city: values.untrusted(Field::City),
        state: values.untrusted(Field::State),
        timezone,
        contact: Contact {
            name: values.untrusted(Field::Contact),
            email: values.untrusted(Field::Email),
            phone: values.untrusted(Field::Phone),
        },
        owner: (!owner.is_empty()).then_some(owner),
    })
}

/// What a row says of the opcode. What it leaves out is for the settings to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::cli) struct Written {
    /// The code.
    pub(in crate::cli) code: Option<String>,
    /// Which way the dealership goes.
    pub(in crate::cli) option: Option<OpcodeOption>,
    /// On whose word.
    pub(in crate::cli) word: Option<Untrusted>,
}

/// Reads what the values say of the opcode.
pub(super) fn written(values: &Values) -> Result<Written, Problem> {
    let given = |field| Some(values.get(field)).filter(|text| !text.is_empty());
    let code = given(Field::Opcode);
    if let Some(problem) = code.and_then(opcode::problem) {
        return Err(Problem::new(Field::Opcode.word(), problem));
    }
    let option = match given(Field::OpcodeOption) {
        None => None,
        Some(word) if word.eq_ignore_ascii_case("existing") => Some(OpcodeOption::Existing),
        Some(word) if word.eq_ignore_ascii_case("new") => Some(OpcodeOption::New),
        Some(other) => {
            let reason = format!("`{}` is neither existing nor new", clean(other));
            return Err(Problem::new(Field::OpcodeOption.word(), reason));
        }
    };
    let word = given(Field::OpcodeWord).map(Untrusted::from);
    if word.is_some() && code.is_none() && option.is_none() {
        let reason = "is a word on a choice, and the row has none: give opcode or opcode_option too";
        return Err(Problem::new(Field::OpcodeWord.word(), reason));
    }
    Ok(Written { code: code.map(str::to_owned), option, word })
}

/// Controls of the terminal and of the direction of text: they have no business in a dealership's data.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
}

/// Whether a text is one mail address.
fn email(text: &str) -> Result<(), String> {
    let options = Options::default().with_required_tld().without_domain_literal().without_display_text();
    // Doubled dots are against the rules, but mailboxes with them were given out and work.
    let mut lenient = text.to_owned();
    if let Some((mailbox, domain)) = text.rsplit_once('@') {
        let mut mailbox = mailbox.to_owned();
        while mailbox.contains("..") {
            mailbox = mailbox.replace("..", ".");
        }
        lenient = format!("{mailbox}@{domain}");
    }
    match EmailAddress::parse_with_options(&lenient, options) {
        Ok(_) if text.contains(char::is_whitespace) => Err(format!("`{}` has a space in it", clean(text))),
        Ok(_) => Ok(()),
        Err(_) if text.contains([',', ';']) => {
            Err(format!("`{}` is more than one address; one is needed", clean(text)))
        }
        Err(error) => Err(format!(
            "`{}` is not a mail address ({})",
            clean(text),
            clean(error.to_string().to_lowercase().trim_end_matches('.'))
        )),
    }
}

/// Finds the zone of a place. Abbreviations and fixed offsets know no daylight saving, so they are no zone of a dealership.
fn timezone(text: &str) -> Result<Tz, String> {
    let geographical = |zone: &Tz| zone.name().contains('/') && !zone.name().starts_with("Etc/");
    match text.parse::<Tz>() {
        Ok(zone) if geographical(&zone) => Ok(zone),
        Ok(_) => Err(format!("`{}` is no place; an IANA zone is needed, like America/Chicago", clean(text))),
        Err(_) => {
            let names = TZ_VARIANTS.iter().filter(|zone| geographical(zone)).map(|zone| zone.name());
            let near = did_you_mean(text, names);
            let hint = if near.is_empty() { "; it looks like America/Chicago".to_owned() } else { near };
            Err(format!("`{}` is not an IANA time zone{hint}", clean(text)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        let mut values = Values::default();
        values.set(Field::Name, " Nakamura Ford ");
        values.set(Field::DealerCode, "xts1");
        values.set(Field::Email, "service@example.com");
        values.set(Field::Timezone, "America/Chicago");
        values
    }

    fn problem(field: Field, value: &str) -> String {
        let mut values = values();
        values.set(field, value);
        let problem = profile(&values).expect_err(value);
        assert_eq!(problem.field, field.word(), "{value:?}");
        assert!(!problem.reason.chars().any(char::is_control), "{problem:?}");
        problem.reason
    }

    #[test]
    fn what_is_needed_is_enough() {
        let profile = profile(&values()).unwrap();
        assert_eq!((profile.name.raw(), profile.owner), ("Nakamura Ford", None));
    }

    #[test]
    fn every_reason() {
        assert_eq!(problem(Field::Name, "  "), "is empty");
        assert_eq!(problem(Field::Email, ""), "is empty");
        assert!(problem(Field::Name, "a\u{1b}]52;c;x\u{7}").contains("control character, at character 2"));
        assert!(problem(Field::City, "a\u{202e}b").contains("control character"));
        assert!(problem(Field::Email, "a\r\nBcc: all@example.com").contains("control character, at character 2"));
        assert!(problem(Field::Phone, &"5".repeat(5_000)).contains("5000 characters"));
        for zone in ["Pacific", "PST8", "America/Gotham", "UTC+25", "UTC", "EST", "PST8PDT", "Etc/GMT+5"] {
            problem(Field::Timezone, zone);
        }
        assert!(problem(Field::Timezone, "america/chicago").contains("did you mean `America/Chicago`?"));
    }

    #[test]
    fn a_choice_is_a_code_an_option_or_both_and_a_word_needs_one() {
        let read = |code: &str, option: &str, word: &str| {
            let mut values = values();
            for (field, value) in [(Field::Opcode, code), (Field::OpcodeOption, option), (Field::OpcodeWord, word)] {
                values.set(field, value);
            }
            written(&values).map_err(|problem| (problem.field, problem.reason))
        };
        assert_eq!(read("", "", ""), Ok(Written::default()));
        let both =
            Written { code: Some("01HYZLOF1.6".into()), option: Some(OpcodeOption::New), word: Some("Carla".into()) };
        assert_eq!(read(" 01HYZLOF1.6 ", "New", "Carla"), Ok(both));
        assert_eq!(read("", "existing", "").map(|written| written.option), Ok(Some(OpcodeOption::Existing)));
        for (code, option, word, field) in [
            ("", "", "Carla", "opcode_word"),
            ("x", "maybe", "", "opcode_option"),
            ("Tell\u{200b}Us More", "", "", "opcode"),
        ] {
            assert_eq!(read(code, option, word).unwrap_err().0, field);
        }
        assert!(problem(Field::Opcode, &"x".repeat(101)).contains("101 characters; at most 100"));
    }

    #[test]
    fn one_mail_address() {
        for good in ["a@example.com", "pat.st..clair.1@example.net", "o'rourke+x@mail.example.org", "é@example.com"] {
            assert_eq!(email(good), Ok(()), "{good}");
        }
        for bad in [
            "service at example.com",
            "a@b@example.com",
            "x@",
            "<script>@example.com",
            "a@example.com,b@example.com",
            "Ana <a@example.com>",
            "a@localhost",
            "a@[127.0.0.1]",
            ".a@example.com",
            "a.@example.com",
            "\"a b\"@example.com",
            "@example.com",
            "a@example..com",
            "a@-example.com",
        ] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }
}
