//! `[ui]`: the desk.

use std::path::Path;

use crate::domain::suggest::did_you_mean;
use crate::present::{NotifyChoice, ThemeChoice, ThemeSource};

use super::super::kind::{flag, flag_or_auto, parsed, text, word};
use super::super::model::Config;
use super::super::reader::Section;
use super::super::section::SettingSection;
use super::super::setting::SettingForm;

const NOTIFY: &[(&str, NotifyChoice)] =
    &[("off", NotifyChoice::Off), ("bell", NotifyChoice::Bell), ("osc", NotifyChoice::Osc)];

pub(super) fn section() -> SettingSection {
    let names: Vec<String> = ThemeChoice::names().map(|name| format!("`{name}`")).collect();
    let theme = parsed(
        "theme",
        "The colours; `auto` asks the terminal for its background. A name is that of a file `themes/NAME.toml`.",
        SettingForm::pattern(format!("{}, name or path of a theme file", names.join(", ")), r"\S"),
        |c: &mut Config| &mut c.ui.theme,
        theme,
        |source| match source {
            ThemeSource::Given(choice) => choice.as_str().to_owned(),
            ThemeSource::File(path) => path.to_string_lossy().into_owned(),
        },
    );
    SettingSection::new("ui", "The desk.").with([
        theme,
        flag_or_auto("ascii", "Whether ASCII characters have to do; `auto`: as the locale says.", |c: &mut Config| {
            &mut c.ui.ascii
        }),
        flag(
            "mouse",
            "Whether rows, tabs, headings and buttons take clicks; text is then selected with Shift held.",
            |c| &mut c.ui.mouse,
        ),
        word(
            "notify",
            "How you are told, while another window has the focus, that something new needs you: not at all, by the \
             terminal's bell, or by a notification of the desktop (OSC 9 or 777).",
            NOTIFY,
            |c| &mut c.ui.notify,
        ),
        flag("restore", "Whether the desk begins as it was left, else with what is mine.", |c| &mut c.ui.restore),
        text("operator", "Who is recorded with every event; what `is:mine` means.", |c: &mut Config| {
            &mut c.ui.operator
        })
        .or("the login name"),
    ])
}

/// A given theme, or the file of an own one: by its path, or by its name when it is there.
fn theme(section: &Section<'_, '_>, text: &str) -> Result<ThemeSource, String> {
    if let Some(choice) = ThemeChoice::named(text) {
        return Ok(ThemeSource::Given(choice));
    }
    if text.contains('/') || Path::new(text).extension().is_some_and(|extension| extension == "toml") {
        return Ok(ThemeSource::File(section.located(text)));
    }
    let file = section.located(&format!("themes/{text}.toml"));
    let near = did_you_mean(text, ThemeChoice::names());
    let is_name = text.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    // Whether it is there concerns the desk alone, which says so and goes on.
    if file.is_file() || is_name && near.is_empty() {
        return Ok(ThemeSource::File(file));
    }
    let names: Vec<&str> = ThemeChoice::names().collect();
    Err(format!("`{text}` is none of {}, and there is no file themes/{text}.toml{near}", names.join(", ")))
}
