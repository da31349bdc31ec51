//! The kinds of settings: what may be written for each, how it is read into a field, and how it is shown.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::domain::suggest::did_you_mean;
use crate::domain::text::masked_address;
use crate::domain::when::{duration_text, parse_duration};

use super::reader::Section;
use super::secret::SecretSource;
use super::setting::{Setting, SettingForm, SettingTarget};
use super::written::{self, quoted, quoted_list};

/// The least length of time that makes sense for a clock of the process.
pub(super) const A_MINUTE: TimeDelta = TimeDelta::minutes(1);

/// The least length of time in which anything gathers.
pub(super) const A_SECOND: TimeDelta = TimeDelta::seconds(1);

/// The least length of time that makes sense for a time-out.
pub(super) const A_MOMENT: TimeDelta = TimeDelta::milliseconds(100);

impl SettingForm {
    fn one_of<V>(words: &[(&'static str, V)]) -> Self {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let text: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
        Self::new(text.join(", "), json!({ "enum": known }))
    }

    fn length(least: TimeDelta) -> Self {
        let least = if least.is_zero() { String::new() } else { format!(", at least {}", duration_text(least)) };
        Self::pattern(format!("length of time{least}"), r"^\s*(0|([0-9]+(\.[0-9]+)?\s*[A-Za-z]+\s*)+)\s*$")
    }

    fn list_of(element: &Self) -> Self {
        Self::new(format!("list: {}", element.words), json!({ "type": "array", "items": element.schema }))
    }
}

/// Text in quotes that a function understands.
pub(super) fn parsed<T: 'static, V: 'static, S: SettingTarget<V> + 'static>(
    key: &'static str,
    summary: &'static str,
    form: SettingForm,
    at: fn(&mut T) -> &mut S,
    parse: impl Fn(&Section<'_, '_>, &str) -> Result<V, String> + 'static,
    show: impl Fn(&V) -> String + 'static,
) -> Setting<T> {
    let read = move |section: &Section<'_, '_>, target: &mut T| {
        if let Some(value) = section.parsed(key, |text| parse(section, text)) {
            at(target).put(value);
        }
    };
    Setting::new(key, summary, form, read, move |target| at(target).get().map(|value| quoted(&show(&value))))
}

fn filled(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("it is empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// Text that is not empty. An empty default means "none", and is not shown, because it could not be written.
fn filled_text<T: 'static, S: SettingTarget<String> + 'static>(
    key: &'static str,
    summary: &'static str,
    words: &'static str,
    at: fn(&mut T) -> &mut S,
    show: fn(&str) -> String,
) -> Setting<T> {
    let setting =
        parsed(key, summary, SettingForm::pattern(words, r"\S"), at, |_, text| filled(text), move |text| show(text));
    let show = move |target: &mut T| at(target).get().filter(|text| !text.is_empty()).map(|text| quoted(&show(&text)));
    setting.shown_by(show)
}

pub(super) fn text<T: 'static, S: SettingTarget<String> + 'static>(
    key: &'static str,
    summary: &'static str,
    at: fn(&mut T) -> &mut S,
) -> Setting<T> {
    filled_text(key, summary, "text", at, str::to_owned)
}

/// An address, shown without what may be a secret in it.
pub(super) fn address<T: 'static, S: SettingTarget<String> + 'static>(
    key: &'static str,
    summary: &'static str,
    at: fn(&mut T) -> &mut S,
) -> Setting<T> {
    filled_text(key, summary, "address", at, |text| masked_address(text).into_owned())
}

/// Text that may be empty.
pub(super) fn any_text<T: 'static, S: SettingTarget<String> + 'static>(
    key: &'static str,
    summary: &'static str,
    at: fn(&mut T) -> &mut S,
) -> Setting<T> {
    let form = SettingForm::new("text, may be empty", json!({ "type": "string" }));
    parsed(key, summary, form, at, |_, text| Ok(text.to_owned()), String::clone)
}

/// A path; a relative one starts at the directory of the file.
pub(super) fn path<T: 'static, S: SettingTarget<PathBuf> + 'static>(
    key: &'static str,
    summary: &'static str,
    at: fn(&mut T) -> &mut S,
) -> Setting<T> {
    let located = |section: &Section<'_, '_>, text: &str| filled(text).map(|path| section.located(&path));
    let shown = |path: &PathBuf| path.to_string_lossy().into_owned();
    parsed(key, summary, SettingForm::pattern("path", r"\S"), at, located, shown)
}

pub(super) fn length<T: 'static, S: SettingTarget<TimeDelta> + 'static>(
    key: &'static str,
    summary: &'static str,
    least: TimeDelta,
    at: fn(&mut T) -> &mut S,
) -> Setting<T> {
    let parse = move |_: &Section<'_, '_>, text: &str| at_least(text, least);
    parsed(key, summary, SettingForm::length(least), at, parse, |length| duration_text(*length))
}

fn at_least(text: &str, least: TimeDelta) -> Result<TimeDelta, String> {
    match parse_duration(text) {
        Ok(length) if length < least => Err(format!("at least {} is needed", duration_text(least))),
        read => read.map_err(|error| error.to_string()),
    }
}

pub(super) fn number<T: 'static, S: SettingTarget<i64> + 'static>(
    key: &'static str,
    summary: &'static str,
    range: RangeInclusive<i64>,
    at: fn(&mut T) -> &mut S,
) -> Setting<T> {
    let (least, most) = (*range.start(), *range.end());
    let schema = json!({ "type": "integer", "minimum": least, "maximum": most });
    let read = move |section: &Section<'_, '_>, target: &mut T| {
        if let Some(number) = section.number(key, range.clone()) {
            at(target).put(number);
        }
    };
    let show = move |target: &mut T| at(target).get().map(|number| number.to_string());
    Setting::new(key, summary, SettingForm::new(format!("{least} to {most}"), schema), read, show)
}

pub(super) fn flag<T: 'static>(key: &'static str, summary: &'static str, at: fn(&mut T) -> &mut bool) -> Setting<T> {
    let read = move |section: &Section<'_, '_>, target: &mut T| {
        if let Some(flag) = section.flag(key) {
            *at(target) = flag;
        }
    };
    let form = SettingForm::new("`true`, `false`", json!({ "type": "boolean" }));
    Setting::new(key, summary, form, read, move |target| Some(at(target).to_string()))
}

/// `true`, `false`, or what the program finds out.
pub(super) fn flag_or_auto<T: 'static>(
    key: &'static str,
    summary: &'static str,
    at: fn(&mut T) -> &mut Option<bool>,
) -> Setting<T> {
    let read = move |section: &Section<'_, '_>, target: &mut T| section.flag_or_auto(key, at(target));
    let form = SettingForm::new("`true`, `false`, `\"auto\"`", json!({ "enum": [true, false, "auto"] }));
    let show = move |target: &mut T| Some(at(target).map_or_else(|| quoted("auto"), |flag| flag.to_string()));
    Setting::new(key, summary, form, read, show)
}

/// The words of a setting with what they mean.
type Words<V> = &'static [(&'static str, V)];

fn meant<V: Copy>(text: &str, words: &[(&'static str, V)]) -> Result<V, String> {
    words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("`{text}` is none of {}{}", known.join(", "), did_you_mean(text, known.iter().copied()))
    })
}

fn word_of<V: PartialEq>(value: &V, words: &[(&'static str, V)]) -> String {
    words.iter().find(|(_, known)| known == value).map(|(word, _)| (*word).to_owned()).unwrap_or_default()
}

pub(super) fn word<T: 'static, V: Copy + PartialEq + 'static>(
    key: &'static str,
    summary: &'static str,
    words: Words<V>,
    at: fn(&mut T) -> &mut V,
) -> Setting<T> {
    parsed(key, summary, SettingForm::one_of(words), at, |_, text| meant(text, words), |value| word_of(value, words))
}

/// Texts that a function understands; in a variable as a TOML list, or as one text.
pub(super) fn list<T: 'static, V: 'static>(
    key: &'static str,
    summary: &'static str,
    element: &SettingForm,
    at: fn(&mut T) -> &mut Vec<V>,
    parse: impl Fn(&str) -> Result<V, String> + 'static,
    show: impl Fn(&V) -> String + 'static,
) -> Setting<T> {
    let read = move |section: &Section<'_, '_>, target: &mut T| {
        if let Some(values) = section.list(key, &parse) {
            *at(target) = values;
        }
    };
    let show = move |target: &mut T| Some(quoted_list(&at(target).iter().map(&show).collect::<Vec<_>>()));
    Setting::new(key, summary, SettingForm::list_of(element), read, show)
}

fn any_element() -> SettingForm {
    SettingForm::new("text", json!({ "type": "string" }))
}

pub(super) fn texts<T: 'static>(
    key: &'static str,
    summary: &'static str,
    at: fn(&mut T) -> &mut Vec<String>,
) -> Setting<T> {
    list(key, summary, &any_element(), at, |text| Ok(text.to_owned()), String::clone)
}

pub(super) fn lengths<T: 'static>(
    key: &'static str,
    summary: &'static str,
    least: TimeDelta,
    at: fn(&mut T) -> &mut Vec<TimeDelta>,
) -> Setting<T> {
    let parse = move |text: &str| at_least(text, least);
    list(key, summary, &SettingForm::length(least), at, parse, |length| duration_text(*length))
}

pub(super) fn words<T: 'static, V: Copy + PartialEq + 'static, const N: usize>(
    key: &'static str,
    summary: &'static str,
    words: [(&'static str, V); N],
    at: fn(&mut T) -> &mut Vec<V>,
) -> Setting<T> {
    let form = SettingForm::one_of(&words);
    list(key, summary, &form, at, move |text| meant(text, &words), move |value| word_of(value, &words))
}

/// A program and its arguments, shown without what looks like a secret.
pub(super) fn command_line<T: 'static>(
    key: &'static str,
    summary: &'static str,
    at: fn(&mut T) -> &mut Vec<String>,
) -> Setting<T> {
    let show = move |target: &mut T| Some(quoted_list(&written::command_line(at(target))));
    texts(key, summary, at).shown_by(show)
}

/// Names of variables that a program is given besides the usual ones.
pub(super) fn variables<T: 'static>(
    key: &'static str,
    summary: &'static str,
    at: fn(&mut T) -> &mut Vec<String>,
) -> Setting<T> {
    let read = move |section: &Section<'_, '_>, target: &mut T| *at(target) = section.passed_on(key);
    texts(key, summary, at).read_by(read)
}

/// The name of the form of secrets among the definitions of the schema.
pub(super) const SECRET: &str = "secret";

fn reference() -> Value {
    json!({ "$ref": format!("#/$defs/{SECRET}") })
}

pub(super) fn secret<T: 'static>(
    key: &'static str,
    summary: &'static str,
    at: fn(&mut T) -> &mut Option<SecretSource>,
) -> Setting<T> {
    let read = move |section: &Section<'_, '_>, target: &mut T| *at(target) = section.secret(key);
    let show = move |target: &mut T| at(target).as_ref().map(written::secret);
    Setting::new(key, summary, SettingForm::new("secret", reference()), read, show)
}

/// A table of names and secrets.
pub(super) fn secrets<T: 'static>(
    key: &'static str,
    summary: &'static str,
    at: fn(&mut T) -> &mut Vec<(String, SecretSource)>,
) -> Setting<T> {
    let read = move |section: &Section<'_, '_>, target: &mut T| *at(target) = section.secrets(key).unwrap_or_default();
    let show = move |target: &mut T| Some(at(target)).filter(|all| !all.is_empty()).map(|all| written::secrets(all));
    let form = SettingForm::new(
        "table: name = text or secret",
        json!({ "type": "object", "additionalProperties": reference() }),
    );
    Setting::new(key, summary, form, read, show)
}
