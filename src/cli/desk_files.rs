//! The operator's own files that the desk reads: keys and colours. A bad one never stops it: it says what is wrong.

use std::path::Path;

use crate::config;
use crate::config::model::Ui;
use crate::tui::keymap::Keymap;
use crate::tui::theme::{TerminalEnv, ThemeChoice, ThemeFile, ThemeSet, ThemeSource};

use super::output::ColorWhen;

/// The default keys with the operator's own file over them.
pub(super) fn keymap(notices: &mut Vec<String>) -> Keymap {
    let Some(path) = config::paths::keymap_file() else {
        return Keymap::default();
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Keymap::default(),
        Err(error) => {
            notices.push(format!("cannot read {}: {error}; the default keys hold", shown(&path)));
            return Keymap::default();
        }
    };
    let (keymap, problems) = Keymap::load(Some((&path.to_string_lossy(), &text)));
    notices.extend(problems.iter().map(ToString::to_string));
    keymap
}

/// The colours that were asked for; those by the terminal where their file cannot be used.
pub(super) fn themes(color: ColorWhen, ui: &Ui, notices: &mut Vec<String>) -> ThemeSet {
    themes_of(color, ui).unwrap_or_else(|problems| {
        notices.extend(problems);
        notices.push("the theme file is not used until that is mended".to_owned());
        with_environment(color, |env| ThemeSet::of(ThemeChoice::Auto, env))
    })
}

/// The colours that were asked for, or what is wrong with their file.
fn themes_of(color: ColorWhen, ui: &Ui) -> Result<ThemeSet, Vec<String>> {
    let file = match &ui.theme {
        _ if color == ColorWhen::Never => None,
        ThemeSource::Given(_) => None,
        ThemeSource::File(path) => Some(theme_file(path)?),
    };
    Ok(with_environment(color, |env| {
        let themes = match (&ui.theme, &file) {
            (_, Some(file)) => file.over(env),
            (ThemeSource::Given(choice), None) if color != ColorWhen::Never => ThemeSet::of(*choice, env),
            _ => ThemeSet::of(ThemeChoice::Mono, env),
        };
        themes.in_ascii(ui.ascii.unwrap_or_else(|| env.is_ascii()))
    }))
}

fn theme_file(path: &Path) -> Result<ThemeFile, Vec<String>> {
    let text = std::fs::read_to_string(path).map_err(|error| vec![format!("cannot read {}: {error}", shown(path))])?;
    ThemeFile::read(&path.to_string_lossy(), &text)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

/// Whether the terminal's window has a title.
pub(super) fn has_title() -> bool {
    with_environment(ColorWhen::Auto, |env| env.has_title())
}

fn with_environment<T>(color: ColorWhen, read: impl FnOnce(TerminalEnv<'_>) -> T) -> T {
    let variable = |name: &str| std::env::var(name).ok();
    let no_color = variable("NO_COLOR").filter(|_| color != ColorWhen::Always);
    let (term, colorterm, colorfgbg) = (variable("TERM"), variable("COLORTERM"), variable("COLORFGBG"));
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    read(TerminalEnv {
        term: term.as_deref(),
        colorterm: colorterm.as_deref(),
        no_color: no_color.as_deref(),
        colorfgbg: colorfgbg.as_deref(),
        locale: locale.as_deref(),
    })
}

fn shown(path: &Path) -> String {
    config::diagnostic::shown(path)
}
