//! `[import.NAME]`: how the lists of somebody else's system are read, kept by a name.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::domain::list::{ListField, Mapping, fixed_value};
use crate::domain::text::clean;

use super::model::ListSettings;
use super::reader::Section;
use super::setting::{Setting, SettingForm};
use super::written::{escaped, quoted};

/// The key of the sections: `[import.NAME]`.
pub(super) const KEY: &str = "import";

pub(super) const SUMMARY: &str = "How the lists of somebody else's system are read, for `import FILE --as NAME`.";

pub(super) fn settings() -> [Setting<ListSettings>; 2] {
    let text = json!({ "type": "string" });
    let fields = json!({ "anyOf": [text, { "type": "array", "items": text, "minItems": 1 }] });
    let map = SettingForm::new("table: column = field, or list of fields", table_of(&fields));
    let set = SettingForm::new("table: field = text", table_of(&text));
    [
        Setting::new(
            "map",
            "Which column fills which field.",
            map,
            |section, list: &mut ListSettings| list.map = mapping(section),
            |list| mapping_in_toml(list.map.pairs()),
        ),
        Setting::new(
            "set",
            "What fields read where a row says nothing.",
            set,
            |section, list: &mut ListSettings| list.set = fixed_values(section),
            |list| {
                let pair =
                    |(field, value): &(ListField, String)| format!("{} = {}", quoted(field.as_str()), quoted(value));
                Some(format!("{{ {} }}", list.set.iter().map(pair).collect::<Vec<_>>().join(", ")))
            },
        ),
    ]
}

fn table_of(values: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": values })
}

pub(super) fn read(section: &Section<'_, '_>) -> BTreeMap<String, ListSettings> {
    let settings = settings();
    let all = section.sections().into_iter().map(|(name, section)| {
        let mut list = ListSettings::default();
        settings.iter().for_each(|setting| setting.read(&section, &mut list));
        section.end();
        (name, list)
    });
    let all = all.collect();
    section.end();
    all
}

fn mapping(section: &Section<'_, '_>) -> Mapping {
    let columns = section.lists("map").unwrap_or_default();
    let twice = columns
        .iter()
        .enumerate()
        .find(|(place, (column, _))| columns.iter().take(*place).any(|(before, _)| before.trim() == column.trim()));
    if let Some((_, (column, _))) = twice {
        let name = clean(column.trim());
        section.complain("map", format!("`{name}` stands twice: write \"{name}\" = [\"field\", \"field\"]"));
    }
    let pairs = columns.iter().flat_map(|(column, fields)| fields.iter().map(move |field| format!("{column}={field}")));
    Mapping::parse(&pairs.collect::<Vec<_>>()).unwrap_or_else(|error| {
        section.complain("map", error.to_string());
        Mapping::default()
    })
}

fn fixed_values(section: &Section<'_, '_>) -> Vec<(ListField, String)> {
    let mut set = Vec::new();
    for (field, value) in section.pairs("set").unwrap_or_default() {
        match fixed_value(&field, &value) {
            Ok(fixed) => set.push(fixed),
            Err(why) => section.complain("set", format!("{}: {why}", clean(&field))),
        }
    }
    set
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
        let fields: Vec<String> = its.iter().map(|(_, field)| format!("\"{}\"", field.as_str())).collect();
        let fields = if let [field] = fields.as_slice() { field.clone() } else { format!("[{}]", fields.join(", ")) };
        entries.push(format!("{} = {fields}", escaped(column)));
        left = others;
    }
    Some(format!("{{ {} }}", entries.join(", ")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Config, Overrides, parse, print};
    use super::*;

    fn config(map: &str) -> Config {
        let text = format!("[import.crm]\nmap = {map}\n");
        parse(Path::new("config.toml"), &text, &Overrides::default()).unwrap().0
    }

    /// Every field with its columns in their order.
    fn fields(mapping: &Mapping) -> BTreeMap<&'static str, Vec<&str>> {
        let mut fields: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        mapping.pairs().for_each(|(column, field)| fields.entry(field.as_str()).or_default().push(column));
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
            let again = parse(Path::new("config.toml"), &printed, &Overrides::default()).unwrap().0;
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
