//! The effective settings as TOML that could be read again. Where a secret is kept is shown, a secret never.

use std::fmt::Write as _;

use super::model::Config;
use super::section::SettingSection;
use super::setting::Setting;
use super::{hooks, lists, table, views, written};
use crate::domain::text::shown_path;

/// Writes every setting, the default meanings of answers included.
pub fn effective(config: &Config) -> String {
    let mut config = config.clone();
    let mut out = String::new();
    match &config.file {
        Some(path) => line(&mut out, &format!("# effective settings; file: {}", shown_path(path))),
        None => line(&mut out, "# effective settings; there is no file, only defaults, variables and flags"),
    }
    table::sections().iter().for_each(|section| section_in(&mut out, "", section, &mut config));
    for (name, list) in &mut config.lists {
        heading(&mut out, &format!("{}.{}", lists::KEY, written::key(name)));
        entries(&mut out, &lists::settings(), list);
    }
    for hook in &mut config.hooks {
        line(&mut out, &format!("\n[[{}]]", hooks::KEY));
        entries(&mut out, &hooks::settings(), hook);
    }
    for view in &mut config.views {
        line(&mut out, &format!("\n[[{}]]", views::KEY));
        entries(&mut out, &views::settings(), view);
    }
    meanings(&mut out, &config);
    out
}

fn section_in(out: &mut String, above: &str, section: &SettingSection, config: &mut Config) {
    if !section.is_shown(config) {
        return;
    }
    let name = format!("{above}{}", section.key);
    heading(out, &name);
    if let Some(remark) = section.remark(config) {
        line(out, &format!("# {remark}"));
    }
    entries(out, &section.settings, config);
    section.sections.iter().for_each(|below| section_in(out, &format!("{name}."), below, config));
}

fn entries<T: 'static>(out: &mut String, settings: &[Setting<T>], target: &mut T) {
    for setting in settings {
        if let Some(value) = setting.show(target) {
            line(out, &format!("{} = {value}", setting.key));
        }
    }
}

/// The table of meanings comes last, because its rows end every section before them.
fn meanings(out: &mut String, config: &Config) {
    let rows = &config.xtime.settings.meanings;
    line(out, "\n# How answers are read; the first match wins.");
    for (place, row) in rows.iter().enumerate() {
        let origin = if place < config.xtime.own_meanings { "" } else { " # default" };
        line(out, &format!("\n[[xtime.meaning]]{origin}"));
        line(out, &written::meaning(row));
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn heading(out: &mut String, name: &str) {
    let _ = writeln!(out, "\n[{name}]");
}
