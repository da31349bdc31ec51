//! The settings as a page of the documentation.

use std::fmt::Write as _;

use super::model::{Config, ListSettings};
use super::section::SettingSection;
use super::setting::Setting;
use super::{HookConfig, hooks, lists, table, views};
use crate::present::view::SavedView;

const BEGINNING: &str = "\
# Configuration

Generated from the table of settings (`src/config/table.rs`). `cloverwatch config print` shows what is in force, `config check` what is wrong, `config schema` writes a JSON
Schema for editors. An unknown key is an error.

Every key may also come as a variable, which wins over the file: `CLOVERWATCH_SECTION_KEY`, so `CLOVERWATCH_XTIME_TIMEOUT` or `CLOVERWATCH_INVITATIONS_HTTP_URL`. Tables have
none; a list is written there as in the file, or as one text. Flags win over both.

- A **length of time** is `\"72h\"`, `\"1h30m\"`, `\"2d\"`, `\"500ms\"`.
- A **path** that is relative starts at the directory of the file; `~/` is the home directory. Variables are not replaced.
- A **secret** is `{ env = \"NAME\" }`, `{ file = \"PATH\" }` (refused when others can read it) or `{ command = \"…\" }`, with `environment = [\"NAME\"]` for variables that the
  command needs; the text itself is taken with a warning. The variable of the key holds the secret itself.
";

pub fn markdown() -> String {
    let mut config = Config::default();
    let mut out = String::from(BEGINNING);
    table::sections().iter().for_each(|section| section_in(&mut out, "", section, &mut config));
    heading(&mut out, &format!("{}.NAME", lists::KEY), lists::SUMMARY);
    rows(&mut out, &lists::settings(), &mut ListSettings::default());
    heading(&mut out, &format!("[{}]", hooks::KEY), hooks::SUMMARY);
    rows(&mut out, &hooks::settings(), &mut HookConfig::default());
    heading(&mut out, &format!("[{}]", views::KEY), views::SUMMARY);
    rows(&mut out, &views::settings(), &mut SavedView::default());
    out
}

fn section_in(out: &mut String, above: &str, section: &SettingSection, config: &mut Config) {
    let name = format!("{above}{}", section.key);
    heading(out, &name, section.summary);
    rows(out, &section.settings, config);
    section.sections.iter().for_each(|below| section_in(out, &format!("{name}."), below, config));
}

fn heading(out: &mut String, name: &str, summary: &str) {
    let _ = write!(
        out,
        "\n## `[{name}]`\n\n{summary}\n\n| key | what may be written | default | what it does |\n|---|---|---|---|\n"
    );
}

fn rows<T: 'static>(out: &mut String, settings: &[Setting<T>], defaults: &mut T) {
    for setting in settings {
        let default = match (setting.default, setting.show(defaults)) {
            (Some(words), _) => words.to_owned(),
            (None, Some(value)) => format!("`{value}`"),
            (None, None) => String::new(),
        };
        let (key, words, summary) = (setting.key, &setting.form.words, setting.summary);
        let _ = writeln!(out, "| `{key}` | {words} | {default} | {summary} |");
    }
}
