//! From the fields of one row to a profile, or the reason why not.

use crate::cli::opcode;
use crate::domain::profile::check_text;
use crate::domain::table::{damage, plain_key};
use crate::domain::text::{clean, tidy};
use crate::domain::{OpcodeOption, Profile, ProfileField, Untrusted};

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
    /// In the place of a field: the row as a whole.
    pub(super) const ROW: &'static str = "row";

    pub(super) fn new(field: &'static str, reason: impl Into<String>) -> Self {
        Self { field, reason: reason.into() }
    }
}

/// The values of one row, by field; those that the file does not have are empty.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Values {
    texts: [String; Field::COUNT],
    cleaned: Vec<Field>,
}

impl Values {
    /// Sets a value without white space around it, and without what nobody can see in it. A key is compared as it is, so of a
    /// key nothing is taken but what protects it from spreadsheets.
    pub(super) fn set(&mut self, field: Field, value: &str) {
        let value = value.trim();
        let plain = if field.is_key() { plain_key(value) } else { tidy(value) };
        if plain != value {
            self.cleaned.push(field);
        }
        if let Some(slot) = self.texts.get_mut(field.place()) {
            plain.as_ref().clone_into(slot);
        }
    }

    pub(super) fn get(&self, field: Field) -> &str {
        self.texts.get(field.place()).map_or("", String::as_str)
    }

    /// What was read otherwise than it was written, and became this profile.
    pub(super) fn remarks(&self, profile: &Profile) -> impl Iterator<Item = String> {
        let cleaned = self.cleaned.iter().map(|field| match field.is_key() {
            true => format!("{}: it was read without the formula around it", field.word()),
            false => format!("{}: characters that cannot be seen were taken out", field.word()),
        });
        let (zone, written) = (profile.timezone.name(), self.get(Field::Profile(ProfileField::Timezone)));
        let zone = (zone != written)
            .then(|| format!("{}: `{}` was read as {zone}", ProfileField::Timezone.word(), clean(written)));
        cleaned.chain(zone)
    }
}

/// The first value that a spreadsheet has put in the place of another.
pub(super) fn damaged(values: &Values) -> Option<Problem> {
    Field::all().find_map(|field| {
        let value = values.get(field);
        let why = damage(value, field.is_key())?;
        Some(Problem::new(field.word(), format!("`{}`: {why}", clean(value))))
    })
}

/// Checks the values and makes a profile of them. The first field that is wrong is named.
pub(super) fn profile(values: &Values) -> Result<Profile, Problem> {
    for field in Field::OF_OPCODE {
        check_text(values.get(field), field.longest()).map_err(|reason| Problem::new(field.word(), reason))?;
    }
    Profile::read(|field| values.get(Field::Profile(field)))
        .map_err(|problem| Problem::new(problem.field.word(), problem.reason))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        let mut values = Values::default();
        values.set(Field::Profile(ProfileField::Name), " Nakamura Ford ");
        values.set(Field::Profile(ProfileField::DealerCode), "xts1");
        values.set(Field::Profile(ProfileField::Email), "service@example.com");
        values.set(Field::Profile(ProfileField::Timezone), "America/Chicago");
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
        assert_eq!(problem(Field::Profile(ProfileField::Name), "  "), "is empty");
        assert_eq!(problem(Field::Profile(ProfileField::Email), ""), "is empty");
        assert!(
            problem(Field::Profile(ProfileField::Name), "a\u{1b}]52;c;x\u{7}")
                .contains("control character, at character 2")
        );
        assert!(problem(Field::Profile(ProfileField::City), "a\u{202e}b").contains("control character"));
        assert!(
            problem(Field::Profile(ProfileField::Email), "a\r\nBcc: all@example.com")
                .contains("control character, at character 2")
        );
        assert!(problem(Field::Profile(ProfileField::Phone), &"5".repeat(5_000)).contains("5000 characters"));
        for zone in ["America/Gotham", "UTC+25", "UTC", "Etc/GMT+5"] {
            problem(Field::Profile(ProfileField::Timezone), zone);
        }
        assert!(
            problem(Field::Profile(ProfileField::Timezone), "America/Chcago")
                .contains("did you mean `America/Chicago`?")
        );
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
}
