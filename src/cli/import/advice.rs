//! What to type instead: the whole command, with what is guessed of the columns, and the lines that keep it in the settings.

use super::args::Import;
use crate::config::mapping_in_toml;
use crate::domain::list::{Columns, ListField, Mapping};
use crate::domain::text::clean;

use super::options::ImportOptions;
use super::plan::Refused;
use super::reading::{Unreadable, some_of};

/// What is added to a command so that it does better.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Advice {
    /// `--map` for these fields, each with its column; `None`: nobody knows it.
    map: Vec<(Option<String>, ListField)>,
    /// `--set` for these fields; what they shall read is for a person to say.
    pub(super) set: Vec<(&'static str, &'static str)>,
    /// `--heading 0`.
    no_heading: bool,
}

/// Stands for a column that nobody knows.
const SOME_COLUMN: &str = "COLUMN";

/// Stands for a time zone.
pub(super) const SOME_ZONE: &str = "ZONE";

impl Advice {
    /// About fields that no column fills, and about nothing else. Of a list without a heading every column is to be said.
    pub(super) fn of_fields(columns: &Columns, fields: &[ListField]) -> Self {
        let mut advice = Self::default();
        let is_wanted = |field: ListField| {
            fields.contains(&field) || field == ListField::Address && fields.contains(&ListField::TIMEZONE)
        };
        let is_numbered = columns.headings.is_empty() && !fields.is_empty();
        for offer in columns.offers().filter(|offer| is_numbered || is_wanted(offer.field)) {
            let Some(place) = offer.columns.first() else { continue };
            advice.map.push((Some(columns.name_of(*place)), offer.field));
        }
        let is_offered = |field: ListField| advice.map.iter().any(|(_, offered)| *offered == field);
        let has_zone = ListField::TELLS_ZONE.into_iter().any(is_offered);
        let left: Vec<ListField> = fields
            .iter()
            .copied()
            .filter(|field| !(is_offered(*field) || *field == ListField::TIMEZONE && has_zone))
            .collect();
        for field in left {
            match field {
                ListField::TIMEZONE => advice.set.push((field.as_str(), SOME_ZONE)),
                _ => advice.map.push((None, field)),
            }
        }
        advice
    }

    /// Whether there is nothing to add.
    pub(super) fn is_empty(&self) -> bool {
        self.map.is_empty() && self.set.is_empty()
    }

    pub(super) fn command(&self, args: &Import, options: &ImportOptions) -> String {
        let mut words: Vec<String> = options.program.iter().map(|word| shell_word(word)).collect();
        words.extend(["import".to_owned(), shell_word(&args.file.to_string_lossy())]);
        let mut flag = |name: &str, value: String| words.extend([name.to_owned(), shell_word(&value)]);
        args.map.iter().for_each(|pair| flag("--map", pair.clone()));
        for (column, field) in &self.map {
            flag("--map", format!("{}={}", column.as_deref().unwrap_or(SOME_COLUMN), field.as_str()));
        }
        args.r#as.iter().for_each(|name| flag("--as", name.clone()));
        args.set.iter().for_each(|pair| flag("--set", pair.clone()));
        self.set.iter().for_each(|(field, value)| flag("--set", format!("{field}={value}")));
        args.sheet.iter().for_each(|sheet| flag("--sheet", sheet.clone()));
        if self.no_heading && args.heading.is_none() {
            flag("--heading", "0".to_owned());
        }
        args.heading.iter().for_each(|row| flag("--heading", row.to_string()));
        words.extend(
            [(args.clear, "--clear"), (args.yes, "--yes"), (args.dry_run, "--dry-run")]
                .iter()
                .filter(|(on, _)| *on)
                .map(|(_, word)| (*word).to_owned()),
        );
        words.join(" ")
    }

    /// What the words in the command stand for.
    fn placeholders(&self, is_numbered: bool) -> String {
        let column =
            if is_numbered { "the number of a column, from 1" } else { "the heading of a column, or its number" };
        let column = self.map.iter().any(|(column, _)| column.is_none()).then(|| format!("{SOME_COLUMN} is {column}"));
        let zone = (!self.set.is_empty()).then(|| format!("{SOME_ZONE} is Central or America/Chicago, say"));
        let all: Vec<String> = column.into_iter().chain(zone).collect();
        if all.is_empty() { String::new() } else { format!(" ({})", all.join("; ")) }
    }

    /// The lines of the settings that keep the mapping.
    fn settings(&self, options: &ImportOptions) -> Option<String> {
        // What lacks a column would not be read by it either.
        if self.map.iter().any(|(column, _)| column.is_none()) {
            return None;
        }
        let advised = self.map.iter().filter_map(|(column, field)| Some((column.as_deref()?, *field)));
        let mut pairs = options.mapping.pairs().chain(advised).peekable();
        pairs.peek()?;
        Some(format!("[import.NAME]\nmap = {}", mapping_in_toml(pairs)?))
    }
}

/// The fields that a new dealership needs and that no column, no place and no `--set` gives; nor was it said that none does.
pub(super) fn missing(columns: &Columns, options: &ImportOptions) -> Vec<ListField> {
    let is_fixed = |field: ListField| options.fixed.iter().any(|(fixed, _)| *fixed == field);
    let has_zone = ListField::TELLS_ZONE.into_iter().any(|field| columns.of(field).is_some() || is_fixed(field));
    let has_none = |field: ListField| columns.said().iter().any(|(said, places)| *said == field && places.is_empty());
    let given = |field: &ListField| is_fixed(*field) || has_none(*field) || *field == ListField::TIMEZONE && has_zone;
    columns.missing().into_iter().filter(|field| !given(field)).collect()
}

/// Those of them for want of which rows are refused: rows that only correct known dealerships need none.
pub(super) fn lacking(columns: &Columns, options: &ImportOptions, refused: &[Refused]) -> Vec<ListField> {
    let mut fields = missing(columns, options);
    fields.retain(|field| {
        refused.is_empty()
            || refused.iter().flat_map(|refused| &refused.problems).any(|problem| problem.field == field.as_str())
    });
    fields
}

/// Why a list cannot be read, and what to type instead.
pub(super) fn refusal(why: Unreadable, args: &Import, options: &ImportOptions) -> String {
    match why {
        Unreadable::Never(why) => why,
        Unreadable::Columns { columns, .. } => about_columns(&columns, &missing(&columns, options), args, options),
        Unreadable::NoHeading { columns, rows } => {
            let mut advice = Advice::of_fields(&columns, &missing(&columns, options));
            advice.no_heading = true;
            // There is no column of such a name.
            let by_number: Vec<String> = Mapping::parse(&args.map)
                .unwrap_or_default()
                .by_number_only()
                .pairs()
                .map(|(column, field)| format!("{column}={}", field.as_str()))
                .collect();
            let args = Import { map: by_number, ..args.clone() };
            format!(
                "no row among the first is a heading ({}).\nWrite one (name, dealer_code, timezone, email), or say which column is which{}:\n  {}",
                some_of(rows.iter().flatten()),
                advice.placeholders(true),
                advice.command(&args, options)
            )
        }
    }
}

/// Which fields no column holds, which columns may hold them, and the command that says so.
pub(super) fn about_columns(columns: &Columns, fields: &[ListField], args: &Import, options: &ImportOptions) -> String {
    let missing: Vec<&str> = fields.iter().map(|field| field.as_str()).collect();
    let list: Vec<String> = columns.headings.iter().map(|column| format!("`{}`", clean(column))).collect();
    let list = if list.is_empty() { String::new() } else { format!(" (columns: {})", list.join(", ")) };
    let advice = Advice::of_fields(columns, fields);
    let offer = |(column, field): &(Option<String>, ListField)| {
        let why = if *field == ListField::Address { ", which tells the time zone" } else { "" };
        Some(format!("\n`{}` may be {}{why}.", clean(column.as_deref()?), field.as_str()))
    };
    let offers: String = advice.map.iter().filter_map(offer).collect();
    let keep = advice.settings(options).map(|lines| {
        let lines = lines.replace('\n', "\n  ");
        format!("\nTo keep it, write this into the settings under a name, and say --as NAME:\n  {lines}")
    });
    format!(
        "no column holds {}{list}{offers}\nSay which does{}:\n  {}{}",
        missing.join(", "),
        advice.placeholders(columns.headings.is_empty()),
        advice.command(args, options),
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
