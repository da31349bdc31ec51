//! `[import.NAME]`: how the lists of somebody else's system are read, kept by a name.

use std::collections::BTreeMap;

use crate::domain::list::{ListField, Mapping, fixed_value};
use crate::domain::suggest::did_you_mean;
use crate::domain::text::clean;

use super::model::Config;
use super::reader::Section;

/// How a list is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListSettings {
    pub map: Mapping,
    /// What fields read where a row says nothing.
    pub set: Vec<(ListField, String)>,
}

impl Config {
    /// The settings of a name.
    ///
    /// # Errors
    /// When there are none of that name, with those that there are.
    pub fn list_settings(&self, name: &str) -> Result<ListSettings, String> {
        let known = || self.lists.keys().map(String::as_str);
        self.lists.get(name).cloned().ok_or_else(|| {
            let list: Vec<&str> = known().collect();
            let there =
                if list.is_empty() { "there are none".to_owned() } else { format!("there are: {}", list.join(", ")) };
            format!("the settings have no [import.{}]{} ({there})", clean(name), did_you_mean(name, known()))
        })
    }
}

pub(super) fn lists(section: &Section<'_, '_>) -> BTreeMap<String, ListSettings> {
    let all = section.sections().into_iter().map(|(name, section)| {
        let columns = section.lists("map").unwrap_or_default();
        let twice = columns
            .iter()
            .enumerate()
            .find(|(place, (column, _))| columns.iter().take(*place).any(|(before, _)| before.trim() == column.trim()));
        if let Some((_, (column, _))) = twice {
            let name = clean(column.trim());
            section.complain("map", format!("`{name}` stands twice: write \"{name}\" = [\"field\", \"field\"]"));
        }
        let pairs =
            columns.iter().flat_map(|(column, fields)| fields.iter().map(move |field| format!("{column}={field}")));
        let pairs: Vec<String> = pairs.collect();
        let map = Mapping::parse(&pairs).unwrap_or_else(|error| {
            section.complain("map", error.to_string());
            Mapping::default()
        });
        let mut set = Vec::new();
        for (field, value) in section.pairs("set").unwrap_or_default() {
            match fixed_value(&field, &value) {
                Ok(fixed) => set.push(fixed),
                Err(why) => section.complain("set", format!("{}: {why}", clean(&field))),
            }
        }
        section.end();
        (name, ListSettings { map, set })
    });
    let all = all.collect();
    section.end();
    all
}

/// A mapping as it is written in the settings: `{ "Contact Email" = ["email", "contact_name"] }`. A key stands once, so the
/// fields of a column stand together; of several columns of one field the first counts, so their order is kept. `None`:
/// no order of the columns says the same.
pub fn mapping_in_toml<'a>(pairs: impl IntoIterator<Item = (&'a str, ListField)>) -> Option<String> {
    let mut left: Vec<(&str, ListField)> = Vec::new();
    for pair in pairs {
        if !left.contains(&pair) {
            left.push(pair);
        }
    }
    let mut entries = Vec::new();
    while !left.is_empty() {
        let first_of = |field: &ListField| left.iter().find(|(_, known)| known == field).map(|(column, _)| *column);
        let is_next = |column: &&str| {
            left.iter().filter(|(known, _)| known == column).all(|(_, field)| first_of(field) == Some(*column))
        };
        let column = left.iter().map(|(column, _)| *column).find(is_next)?;
        let (its, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|(known, _)| *known == column);
        let fields: Vec<String> = its.iter().map(|(_, field)| format!("\"{}\"", field.word())).collect();
        let fields = if let [field] = fields.as_slice() { field.clone() } else { format!("[{}]", fields.join(", ")) };
        entries.push(format!("{} = {fields}", quoted(column)));
        left = others;
    }
    Some(format!("{{ {} }}", entries.join(", ")))
}

/// A text between quotation marks, on one line: what would act on a terminal is escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if clean(c.encode_utf8(&mut [0; 4])) != c.to_string() => {
                out.push_str(&format!("\\U{:08X}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Overrides, parse, print};
    use super::*;

    fn config(map: &str) -> Config {
        let text = format!("[import.crm]\nmap = {map}\n");
        parse(Path::new("config.toml"), &text, &Overrides::default()).unwrap().config
    }

    /// Every field with its columns in their order.
    fn fields(mapping: &Mapping) -> BTreeMap<&'static str, Vec<&str>> {
        let mut fields: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        mapping.pairs().for_each(|(column, field)| fields.entry(field.word()).or_default().push(column));
        fields
    }

    #[test]
    fn a_mapping_is_read_from_the_settings_as_it_was_said() {
        for pairs in [
            &["Account Number=dealer_code"][..],
            &["Contact Email=email", "Contact Email=contact_name"],
            &["A=phone", "B=phone"],
            &["B=email", "A=phone", "B=phone"],
            &["-=state", "-=city", "7=phone", "2:Phone=phone"],
            &[
                "a \"b\" \\ c=name",
                "Head\nline=email",
                "Kopf\u{202e}zeile=city",
                "\"\"\"=phone",
                "\u{7f}=state",
                "=group",
            ],
        ] {
            let said = Mapping::parse(&pairs.iter().map(|pair| (*pair).to_owned()).collect::<Vec<_>>()).unwrap();
            let written = mapping_in_toml(said.pairs()).unwrap();
            assert_eq!(clean(&written), written, "one line that acts on nothing");
            let read = config(&written);
            assert_eq!(fields(&read.lists["crm"].map), fields(&said), "{written}");
            let printed = print::effective(&read);
            let again = parse(Path::new("config.toml"), &printed, &Overrides::default()).unwrap().config;
            assert_eq!(again.lists, read.lists, "{printed}");
        }
        assert_eq!(
            mapping_in_toml([("E", ListField::Country), ("E", ListField::Address), ("E", ListField::Country)]).unwrap(),
            r#"{ "E" = ["country", "address"] }"#
        );
        let (one, other) = (ListField::Country, ListField::Address);
        assert_eq!(mapping_in_toml([("A", one), ("B", one), ("B", other), ("A", other)]), None, "no order says that");
    }

    #[test]
    fn what_is_no_mapping_is_told_with_what_may_be_written() {
        for (map, words) in [
            ("{ \"A\" = 1 }", "or { \"Column\" = [\"field\", \"field\"] }"),
            ("{ \"A\" = [\"name\", 1] }", "a table of texts"),
            ("{ \"A\" = [] }", "a table of texts"),
            ("{ \"A\" = [\"name\", \"nmae\"] }", "did you mean `name`?"),
            ("{ \"A\" = \"name\", \" A\" = \"city\" }", "`A` stands twice: write \"A\" = [\"field\", \"field\"]"),
        ] {
            let text = format!("[import.crm]\nmap = {map}\n");
            let error = parse(Path::new("config.toml"), &text, &Overrides::default()).unwrap_err().to_string();
            assert!(error.contains(words), "{map}: {error}");
        }
    }
}
