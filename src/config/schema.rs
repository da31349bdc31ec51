//! A JSON Schema of the settings file, for editors. It knows less than `config check`: nothing of what keys say about each other.

use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use serde_json::{Map, Value, json};

use super::kind::SECRET;
use super::model::{Config, ListSettings};
use super::section::SettingSection;
use super::setting::Setting;
use super::{HookConfig, hooks, lists, table, views};
use crate::present::view::SavedView;

pub fn schema() -> Value {
    let mut config = Config::default();
    let mut properties: Map<String, Value> =
        table::sections().iter().map(|section| (section.key.to_owned(), of_section(section, &mut config))).collect();
    let list = object(lists::SUMMARY, &of_settings(&lists::settings(), &mut ListSettings::default()));
    properties.insert(lists::KEY.to_owned(), json!({ "type": "object", "additionalProperties": list }));
    let hook = object(hooks::SUMMARY, &of_settings(&hooks::settings(), &mut HookConfig::default()));
    properties.insert(hooks::KEY.to_owned(), json!({ "type": "array", "items": hook }));
    let view = object(views::SUMMARY, &of_settings(&views::settings(), &mut SavedView::default()));
    properties.insert(views::KEY.to_owned(), json!({ "type": "array", "items": view }));
    let mut schema = object("The settings of cloverwatch (config.toml).", &properties);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
        schema.insert("$defs".to_owned(), json!({ SECRET: secret() }));
    }
    schema
}

fn of_section(section: &SettingSection, config: &mut Config) -> Value {
    let mut properties = of_settings(&section.settings, config);
    properties.extend(section.sections.iter().map(|below| (below.key.to_owned(), of_section(below, config))));
    object(section.summary, &properties)
}

fn of_settings<T: 'static>(settings: &[Setting<T>], defaults: &mut T) -> Map<String, Value> {
    settings.iter().map(|setting| (setting.key.to_owned(), of_setting(setting, defaults))).collect()
}

fn of_setting<T: 'static>(setting: &Setting<T>, defaults: &mut T) -> Value {
    let mut schema = setting.form.schema.clone();
    let Some(fields) = schema.as_object_mut() else { return schema };
    let description = match setting.default {
        Some(default) => format!("{} Default: {default}.", setting.summary),
        None => setting.summary.to_owned(),
    };
    fields.insert("description".to_owned(), description.into());
    if let (None, Some(default)) = (setting.default, setting.show(defaults).as_deref().and_then(json_of_toml)) {
        fields.insert("default".to_owned(), default);
    }
    schema
}

fn object(description: &str, properties: &Map<String, Value>) -> Value {
    json!({ "type": "object", "description": description, "properties": properties, "additionalProperties": false })
}

fn json_of_toml(written: &str) -> Option<Value> {
    let value: toml_edit::Value = written.parse().ok()?;
    Value::deserialize(value.into_deserializer()).ok()
}

/// Where a secret is kept.
fn secret() -> Value {
    let way = |key: &str, description: &str| {
        json!({
            "type": "object",
            "properties": { key: { "type": "string", "minLength": 1, "description": description } },
            "required": [key],
            "additionalProperties": false,
        })
    };
    let mut command = way("command", "A shell command that prints it on its first line.");
    command["properties"]["environment"] = json!({
        "type": "array",
        "items": { "type": "string" },
        "description": "Variables that the command is given besides the usual ones.",
    });
    json!({
        "description": "Where a secret is kept. A variable of the environment for the key holds the secret itself.",
        "anyOf": [
            way("env", "The name of a variable of the environment."),
            way("file", "A file that nobody else can read; a relative path starts at the directory of the settings."),
            command,
            { "type": "string", "description": "The secret itself. It is taken with a warning." },
        ],
    })
}
