//! The table of settings: every row is read, printed, described and checked by the schema.

use std::path::Path;

use serde_json::Value;

use super::model::Config;
use super::section::SettingSection;
use super::tests::WHOLE;
use super::{Overrides, lists, parse, print, reference, schema, table};

/// A row as these tests see it.
struct Row {
    section: String,
    key: &'static str,
    words: String,
}

fn rows() -> Vec<Row> {
    fn of(above: &str, section: &SettingSection, rows: &mut Vec<Row>) {
        let name = format!("{above}{}", section.key);
        rows.extend(section.settings.iter().map(|setting| Row {
            section: name.clone(),
            key: setting.key,
            words: setting.form.words.clone(),
        }));
        section.sections.iter().for_each(|below| of(&format!("{name}."), below, rows));
    }
    let mut rows = Vec::new();
    table::sections().iter().for_each(|section| of("", section, &mut rows));
    rows.extend(lists::settings().iter().map(|setting| Row {
        section: "import.crm".to_owned(),
        key: setting.key,
        words: setting.form.words.clone(),
    }));
    rows
}

impl Row {
    /// A setting of its kind that could be written.
    fn sample(&self) -> String {
        let words = self.words.split_once(", at least").map_or(self.words.as_str(), |(kind, _)| kind);
        let first_word = || words.split(',').next().unwrap().replace('`', "\"");
        match words {
            "text" | "text, may be empty" | "path" => "\"x\"".to_owned(),
            "list: text" => "[\"X\"]".to_owned(),
            "address" => "\"https://example.com\"".to_owned(),
            "length of time" => "\"2h\"".to_owned(),
            "list: length of time" => "[\"2h\"]".to_owned(),
            _ if words.starts_with("`true`, `false`") => "true".to_owned(),
            "JSON pointer" => "\"/x\"".to_owned(),
            "secret" => "{ env = \"NAME\" }".to_owned(),
            "table: name = text or secret" => "{ A = { env = \"NAME\" } }".to_owned(),
            "`Name <address>`" | "mail address" => "\"a@example.com\"".to_owned(),
            "`ADDRESS:PORT`" => "\"127.0.0.1:9464\"".to_owned(),
            _ if words.starts_with("`sled") => "\"postgres://ana@db.example.com/desk\"".to_owned(),
            "`HH:MM-HH:MM`, `none`" => "\"21:00-08:00\"".to_owned(),
            "table: column = field, or list of fields" => "{ A = \"name\", B = [\"city\", \"state\"] }".to_owned(),
            "table: field = text" => "{ city = \"X\" }".to_owned(),
            "tables: `status`, `code`, `message` and what they mean" => {
                "[{ status = 403, means = \"unknown\" }, { code = \"x\", status = \"4xx\", means = \"connected\" }]"
                    .to_owned()
            }
            _ if words.starts_with("`smtp") => "\"dir:/x\"".to_owned(),
            _ if words.starts_with("list: `") => format!("[{}]", first_word().replace("list: ", "")),
            _ if words.starts_with('`') => first_word(),
            _ => {
                let (least, _) = words.split_once(" to ").unwrap_or_else(|| panic!("`{words}` has no sample"));
                least.to_owned()
            }
        }
    }
}

/// A file in which everything is set.
fn everything() -> String {
    let mut text = String::new();
    let mut section = String::new();
    for row in rows() {
        if row.section != section {
            text.push_str(&format!("[{}]\n", row.section));
            section.clone_from(&row.section);
        }
        text.push_str(&format!("{} = {}\n", row.key, row.sample()));
    }
    text
}

fn read(text: &str) -> Result<Config, String> {
    parse(Path::new("c.toml"), text, &Overrides::default())
        .map(|(config, _)| config)
        .map_err(|error| format!("{error}\n{text}"))
}

fn json_of(text: &str) -> Value {
    toml_edit::de::from_str(text).unwrap()
}

/// What a schema has against a value. A keyword that it does not know is a mistake in the schema.
fn against(schema: &Value, value: &Value, root: &Value) -> Option<String> {
    let refused = |why: &str| Some(format!("{value}: {why} {schema}"));
    let number = |limit: &Value| value.as_f64().zip(limit.as_f64());
    for (keyword, wanted) in schema.as_object().unwrap() {
        let fits = match keyword.as_str() {
            "$schema" | "$defs" | "description" | "default" => true,
            "$ref" => {
                let at = root.pointer(wanted.as_str().unwrap().trim_start_matches('#')).unwrap();
                return against(at, value, root);
            }
            "type" => match wanted.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "integer" => value.is_i64(),
                "boolean" => value.is_boolean(),
                other => panic!("type {other}"),
            },
            "enum" => wanted.as_array().unwrap().contains(value),
            "pattern" => {
                let pattern = regex::Regex::new(wanted.as_str().unwrap()).unwrap();
                value.as_str().is_none_or(|text| pattern.is_match(text))
            }
            "minimum" => number(wanted).is_none_or(|(number, limit)| number >= limit),
            "maximum" => number(wanted).is_none_or(|(number, limit)| number <= limit),
            "minLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 >= wanted.as_u64().unwrap()),
            "minItems" => value.as_array().is_none_or(|all| all.len() as u64 >= wanted.as_u64().unwrap()),
            "required" => {
                let has = |key: &Value| value.get(key.as_str().unwrap()).is_some();
                !value.is_object() || wanted.as_array().unwrap().iter().all(has)
            }
            "anyOf" => wanted.as_array().unwrap().iter().any(|one| against(one, value, root).is_none()),
            "items" => {
                let wrong = value.as_array().into_iter().flatten().find_map(|one| against(wanted, one, root));
                if wrong.is_some() {
                    return wrong;
                }
                true
            }
            "properties" | "additionalProperties" => {
                for (key, below) in value.as_object().into_iter().flatten() {
                    let own = schema.get("properties").and_then(|all| all.get(key));
                    let other = schema.get("additionalProperties").filter(|_| own.is_none());
                    let wrong = match own.or(other) {
                        Some(Value::Bool(false)) => Some(format!("`{key}` is not known")),
                        Some(schema) => against(schema, below, root),
                        None => None,
                    };
                    if wrong.is_some() {
                        return wrong;
                    }
                }
                true
            }
            other => panic!("the keyword `{other}` is not known here"),
        };
        if !fits {
            return refused(keyword);
        }
    }
    None
}

#[test]
fn every_row_is_read_printed_and_described() {
    let (schema, page) = (schema::schema(), reference::markdown());
    let text = everything();
    let printed = print::effective(&read(&text).unwrap());
    let printed_values = json_of(&printed);
    for Row { section, key, .. } in rows() {
        let pointer = format!("/{}/{key}", section.replace('.', "/"));
        let value = printed_values.pointer(&pointer).unwrap_or_else(|| panic!("{pointer} is not printed:\n{printed}"));
        let written = json_of(&text);
        let kept = match pointer.as_str() {
            "/store/url" | "/mail/transport" => value.is_string(),
            // The defaults follow.
            "/xtime/meaning" => {
                value.as_array().unwrap().starts_with(written.pointer(&pointer).unwrap().as_array().unwrap())
            }
            _ => Some(value) == written.pointer(&pointer),
        };
        assert!(kept, "{pointer}: {value}");

        let of_schema = match section.strip_prefix("import.") {
            Some(_) => format!("/properties/import/additionalProperties/properties/{key}"),
            None => format!("/properties/{}/properties/{key}", section.replace('.', "/properties/")),
        };
        let description = schema.pointer(&of_schema).and_then(|row| row.get("description"));
        assert!(description.is_some_and(|words| !words.as_str().unwrap().is_empty()), "{of_schema}");

        let heading = format!("\n## `[{}]`\n", section.replace(".crm", ".NAME"));
        let of_section = page.split_once(&heading).unwrap_or_else(|| panic!("{heading}")).1;
        let of_section = of_section.split("\n## ").next().unwrap();
        assert!(of_section.contains(&format!("\n| `{key}` | ")), "{section}.{key} is not on the page");
    }
}

/// How many defaults there are; the schema takes each.
fn defaults(schema: &Value, root: &Value) -> usize {
    let own = schema.get("default").map(|default| assert_eq!(against(schema, default, root), None));
    let below = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    usize::from(own.is_some()) + below.map(|(_, below)| defaults(below, root)).sum::<usize>()
}

#[test]
fn the_schema_takes_what_is_printed_and_its_own_defaults() {
    let schema = schema::schema();
    for text in ["", WHOLE, &everything()] {
        let printed = print::effective(&read(text).unwrap());
        for text in [text, &printed] {
            assert_eq!(against(&schema, &json_of(text), &schema), None, "{text}");
        }
    }
    assert!(defaults(&schema, &schema) > 60);
}

#[test]
fn what_is_wrong_is_refused_by_the_reader_and_by_the_schema() {
    let schema = schema::schema();
    let refused = |text: &str| {
        let mistakes = read(text).expect_err(text);
        assert!(against(&schema, &json_of(text), &schema).is_some(), "the schema takes {text}");
        mistakes
    };
    for Row { section, key, .. } in rows() {
        let mistakes = refused(&format!("[{section}]\n{key} = 1.5\n"));
        assert!(mistakes.starts_with("c.toml:2:"), "{mistakes}");
    }
    for text in [
        "[xtime]\nmax_body = 5",
        "[xtime]\ntimeout = \"7\"",
        "[xtime]\napi_key = { evn = \"X\" }",
        "[xtime]\napi_key = { env = \"X\", environment = [] }",
        "[xtime]\nmeaning = [{ means = \"connected\" }]",
        "[[xtime.meaning]]\nstatus = 403\nmeans = \"conected\"",
        "[partner]\nname = \" \"",
        "[store]\nurl = \"postgres://x\"",
        "[invitations]\nsource = \"htp\"",
        "[invitations.http]\nurl = \"https://example.com\"\ncode = \"x\"",
        "[mail]\nfrom = \"x\"",
        "[mail]\ntransport = \"smttps://x\"",
        "[mail]\nautomatic = [\"alive\"]",
        "[reminders]\nquiet = \"9pm-8am\"",
        "[ui]\ntheme = \" \"",
        "[ui]\nascii = \"yes\"",
        "[ui]\nmouse = \"yes\"",
        "[import]\ncrm = 5",
        "[import.crm]\nmap = { A = [] }",
        "[ui]\nthme = \"dark\"",
        "[hooks]\n",
        "[[hooks]]\non = \"note.*\"\nrun = [\"x\"]",
        "[[hooks]]\non = [\"*\"]\nrun = [\"x\"]\nper_minute = 0",
        "[[hooks]]\non = [\"*\"]\nrun = [\"x\"]\nones = 1",
        "[metrics]\nlisten = \"9464\"",
    ] {
        refused(text);
    }
}
