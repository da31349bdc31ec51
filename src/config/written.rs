//! Values as they are written in the settings file. Where a secret is kept is shown, a secret never.

use toml_edit::{Item, Key, Value};

use crate::domain::classification::ClassificationRule;
use crate::domain::text::{MASK, is_invisible, masked_address};

use super::secret::SecretSource;

/// A text as TOML. Settings are printed: what is invisible in them is escaped.
pub(super) fn quoted(text: &str) -> String {
    if text.contains(is_invisible) { escaped(text) } else { Value::from(text).to_string().trim().to_owned() }
}

/// A key as TOML, bare where that can be.
pub(super) fn key(text: &str) -> String {
    if text.contains(is_invisible) { escaped(text) } else { Key::new(text).to_string() }
}

/// A text between quotation marks, on one line.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_invisible(c) => out.push_str(&format!("\\U{:08X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

/// The fields of a row of meanings, a line each.
pub(super) fn meaning(row: &ClassificationRule) -> String {
    let fields = toml_edit::ser::to_document(row).unwrap_or_default();
    let value = |item: &Item| item.as_str().map_or_else(|| item.to_string().trim().to_owned(), quoted);
    fields.iter().map(|(name, item)| format!("{name} = {}", value(item))).collect::<Vec<_>>().join("\n")
}

pub(super) fn quoted_list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

pub(super) fn secret(value: &SecretSource) -> String {
    match value {
        SecretSource::Variable(name) => format!("{{ env = {} }}", quoted(name)),
        SecretSource::File(path) => format!("{{ file = {} }}", quoted(&path.to_string_lossy())),
        SecretSource::Command { command, environment } if environment.is_empty() => {
            format!("{{ command = {} }}", quoted(command))
        }
        SecretSource::Command { command, environment } => {
            format!("{{ command = {}, environment = {} }}", quoted(command), quoted_list(environment))
        }
        SecretSource::Literal(_) => quoted(MASK),
    }
}

pub(super) fn secrets(values: &[(String, SecretSource)]) -> String {
    let one = |(name, value): &(String, SecretSource)| format!("{} = {}", quoted(name), secret(value));
    format!("{{ {} }}", values.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// A command line without the values of options that are named like secrets, and those in addresses.
pub(super) fn command_line(run: &[String]) -> Vec<String> {
    const SECRETS: [&str; 5] = ["token", "password", "passwd", "secret", "key"];
    let is_secret = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.starts_with('-') && SECRETS.iter().any(|secret| name.ends_with(secret))
    };
    let mut masks_next = false;
    let one = |argument: &String| {
        if std::mem::take(&mut masks_next) {
            return MASK.to_owned();
        }
        match argument.split_once('=') {
            Some((name, _)) if is_secret(name) => format!("{name}={MASK}"),
            _ => {
                masks_next = is_secret(argument);
                masked_address(argument).into_owned()
            }
        }
    };
    run.iter().map(one).collect()
}
