//! What to type instead: the whole command, with what is guessed of the columns, and the lines that keep it in the settings.

use crate::cli::args::Import;
use crate::domain::ProfileField;
use crate::domain::list::{Columns, ListField, guess_by_content};
use crate::domain::text::clean;

use super::reading::{Options, Unreadable, some_of};

/// What is added to a command so that it does better.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Advice {
    /// `--map` for these columns, each with its field.
    pub(super) map: Vec<(String, &'static str)>,
    /// `--set` for these fields; what they shall read is for a person to say.
    pub(super) set: Vec<(&'static str, &'static str)>,
    /// `--heading 0`.
    pub(super) no_heading: bool,
}

/// The column of a field that nothing is guessed for.
const SOME_COLUMN: &str = "COLUMN";

impl Advice {
    /// About columns: what is only offered, and what is missing.
    pub(super) fn of_columns(columns: &Columns, options: &Options) -> Self {
        let mut advice = Self::default();
        for offer in columns.offers().filter(|offer| offer.field != ListField::Profile(ProfileField::Owner)) {
            let column = offer.columns.first().map(|place| columns.name_of(*place)).unwrap_or_default();
            advice.map.push((column, offer.field.word()));
        }
        for field in missing(columns, options) {
            let offered = advice.map.iter().any(|(_, word)| *word == field.word());
            match field {
                ListField::Profile(ProfileField::Timezone) => advice.set.push((field.word(), "ZONE")),
                _ if offered => {}
                _ => advice.map.push((SOME_COLUMN.to_owned(), field.word())),
            }
        }
        advice
    }

    /// About a list without a heading.
    fn of_rows(rows: &[Vec<String>]) -> Self {
        let guessed = guess_by_content(rows);
        let mut advice = Self { no_heading: true, ..Self::default() };
        advice.map = guessed.iter().map(|(place, field)| ((place + 1).to_string(), field.word())).collect();
        for field in ListField::all().filter(|field| field.is_needed()) {
            if !guessed.iter().any(|(_, known)| *known == field) {
                advice.map.push(("NUMBER".to_owned(), field.word()));
            }
        }
        advice
    }

    /// Whether there is nothing to add.
    pub(super) fn is_empty(&self) -> bool {
        self.map.is_empty() && self.set.is_empty()
    }

    /// The whole command.
    pub(super) fn command(&self, args: &Import) -> String {
        let mut words = vec!["cloverwatch".to_owned(), "import".to_owned(), shell_word(&args.file.to_string_lossy())];
        let mut flag = |name: &str, value: String| words.extend([name.to_owned(), shell_word(&value)]);
        args.map.iter().for_each(|pair| flag("--map", pair.clone()));
        self.map.iter().for_each(|(column, field)| flag("--map", format!("{column}={field}")));
        args.r#as.iter().for_each(|name| flag("--as", name.clone()));
        args.set.iter().for_each(|pair| flag("--set", pair.clone()));
        self.set.iter().for_each(|(field, value)| flag("--set", format!("{field}={value}")));
        args.sheet.iter().for_each(|sheet| flag("--sheet", sheet.clone()));
        if self.no_heading && args.heading.is_none() {
            flag("--heading", "0".to_owned());
        }
        args.heading.iter().for_each(|row| flag("--heading", row.to_string()));
        words.extend(
            [(args.clear, "--clear"), (args.dry_run, "--dry-run")]
                .iter()
                .filter(|(on, _)| *on)
                .map(|(_, word)| (*word).to_owned()),
        );
        words.join(" ")
    }

    /// The lines of the settings that keep the mapping.
    pub(super) fn settings(&self, args: &Import) -> Option<String> {
        let said = args.map.iter().filter_map(|pair| pair.rsplit_once('='));
        let said = said.map(|(column, field)| (column.trim(), field.trim()));
        let guessed = self.map.iter().map(|(column, field)| (column.as_str(), *field));
        let all = said.chain(guessed.filter(|(column, _)| *column != SOME_COLUMN));
        let pairs: Vec<String> = all.map(|(column, field)| format!("{} = \"{field}\"", toml_key(column))).collect();
        (!pairs.is_empty()).then(|| format!("[import.NAME]\nmap = {{ {} }}", pairs.join(", ")))
    }
}

/// The fields that a new dealership needs and that no column, no place and no `--set` gives.
pub(super) fn missing(columns: &Columns, options: &Options) -> Vec<ListField> {
    let place = [ListField::Profile(ProfileField::State), ListField::PostalCode, ListField::Address];
    let is_fixed = |field: ListField| options.fixed.iter().any(|(fixed, _)| *fixed == field);
    let has_place = place.into_iter().any(|field| columns.of(field).is_some() || is_fixed(field));
    let given =
        |field: &ListField| is_fixed(*field) || *field == ListField::Profile(ProfileField::Timezone) && has_place;
    columns.missing().into_iter().filter(|field| !given(field)).collect()
}

/// Why a list cannot be read, and what to type instead.
pub(super) fn refusal(why: Unreadable, args: &Import, options: &Options) -> String {
    match why {
        Unreadable::Never(why) => why,
        Unreadable::Columns { columns, .. } => about_columns(&columns, args, options),
        Unreadable::NoHeading(rows) => {
            let command = Advice::of_rows(&rows).command(args);
            format!(
                "no row among the first is a heading ({}).\nWrite one (name, dealer_code, timezone, email), or say which column is which:\n  {command}",
                some_of(rows.iter().flatten())
            )
        }
    }
}

/// Which fields no column holds, which columns may hold them, and the command that says so.
pub(super) fn about_columns(columns: &Columns, args: &Import, options: &Options) -> String {
    let missing: Vec<&str> = missing(columns, options).iter().map(|field| field.word()).collect();
    let list: Vec<String> = columns.headings.iter().map(|column| format!("`{}`", clean(column))).collect();
    let advice = Advice::of_columns(columns, options);
    let offers = advice.map.iter().filter(|(column, _)| column != SOME_COLUMN);
    let offers: Vec<String> = offers.map(|(column, field)| format!("\n`{}` may be {field}.", clean(column))).collect();
    let keep = advice.settings(args).map(|lines| {
        let lines = lines.replace('\n', "\n  ");
        format!("\nTo keep it, write this into the settings under a name, and say --as NAME:\n  {lines}")
    });
    format!(
        "no column holds {} (columns: {}){}\nSay which does:\n  {}{}",
        missing.join(", "),
        list.join(", "),
        offers.concat(),
        advice.command(args),
        keep.unwrap_or_default(),
    )
}

/// A word for a POSIX shell.
pub(super) fn shell_word(text: &str) -> String {
    let text = clean(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn toml_key(text: &str) -> String {
    toml_edit::Value::from(clean(text).as_ref()).to_string().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_for_the_shell_is_quoted_where_it_must_be() {
        assert_eq!(shell_word("list.csv"), "list.csv");
        assert_eq!(shell_word("Dealer ID=dealer_code"), "'Dealer ID=dealer_code'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word(""), "''");
    }
}
