//! The operator's own files that the desk reads: keys and colours. A bad one never stops it: it says what is wrong.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::config::model::Ui;
use crate::config::{self, Config, Overrides};
use crate::domain::text::shown_path;
use crate::present::view::SavedView;
use crate::tui::keymap::Keymap;
use crate::tui::own_files::OwnFiles;
use crate::tui::theme::{TerminalEnv, ThemeChoice, ThemeFile, ThemeSet, ThemeSource};

use super::output::ColorWhen;

/// The default keys with the operator's own file over them.
pub(super) fn keymap(notices: &mut Vec<String>) -> Keymap {
    let path = config::paths::keymap_file();
    let (keymap, problems) = path.map_or_else(|| (Keymap::default(), Vec::new()), |path| keymap_of(&path));
    notices.extend(problems.into_iter().map(|(_, words)| words));
    keymap
}

/// The keys with a file over them, and what is wrong with it: whether that is only a warning, and its words.
fn keymap_of(path: &Path) -> (Keymap, Vec<(bool, String)>) {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            let words = format!("cannot read {}: {error}; the default keys hold", shown_path(path));
            return (Keymap::default(), vec![(false, words)]);
        }
    };
    let (keymap, problems) = Keymap::load(Some((&path.to_string_lossy(), &text)));
    (keymap, problems.iter().map(|problem| (problem.warning, problem.to_string())).collect())
}

/// The colours that were asked for; those by the terminal where their file cannot be used.
pub(super) fn themes(color: ColorWhen, ui: &Ui, notices: &mut Vec<String>) -> ThemeSet {
    themes_of(color, ui).unwrap_or_else(|problems| {
        notices.extend(problems);
        notices.push("the theme file is not used until that is mended".to_owned());
        in_environment(color, ui, |env| ThemeSet::of(ThemeChoice::Auto, env))
    })
}

/// The colours for this terminal, in ASCII where that is asked for or nothing else can be shown.
fn in_environment(color: ColorWhen, ui: &Ui, themes: impl FnOnce(TerminalEnv<'_>) -> ThemeSet) -> ThemeSet {
    with_environment(color, |env| themes(env).in_ascii(ui.ascii.unwrap_or_else(|| env.is_ascii())))
}

/// The colours that were asked for, or what is wrong with their file.
fn themes_of(color: ColorWhen, ui: &Ui) -> Result<ThemeSet, Vec<String>> {
    let file = match &ui.theme {
        _ if color == ColorWhen::Never => None,
        ThemeSource::Given(_) => None,
        ThemeSource::File(path) => Some(theme_file(path)?),
    };
    Ok(in_environment(color, ui, |env| match (&ui.theme, &file) {
        (_, Some(file)) => file.over(env),
        (ThemeSource::Given(choice), None) if color != ColorWhen::Never => ThemeSet::of(*choice, env),
        _ => ThemeSet::of(ThemeChoice::Mono, env),
    }))
}

fn theme_file(path: &Path) -> Result<ThemeFile, Vec<String>> {
    let text =
        std::fs::read_to_string(path).map_err(|error| vec![format!("cannot read {}: {error}", shown_path(path))])?;
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

/// When a file was changed, and how long it is; `None`: it is not there.
type Stamp = Option<(SystemTime, u64)>;

/// A file that is looked at from time to time.
struct WatchedFile {
    path: Option<PathBuf>,
    seen: Stamp,
    read: Stamp,
}

impl WatchedFile {
    fn new(path: Option<PathBuf>) -> Self {
        let mut file = Self { path, seen: None, read: None };
        (file.seen, file.read) = (file.stamp(), file.stamp());
        file
    }

    fn stamp(&self) -> Stamp {
        let found = std::fs::metadata(self.path.as_ref()?).ok()?;
        Some((found.modified().ok()?, found.len()))
    }

    /// Whether it is another one than was read. One that is being written is waited for.
    fn is_changed(&mut self) -> bool {
        let now = self.stamp();
        let is_settled = std::mem::replace(&mut self.seen, now) == now;
        is_settled && std::mem::replace(&mut self.read, now) != now
    }
}

/// Keys, colours and saved views, as they were read last.
pub(super) struct DeskFiles {
    color: ColorWhen,
    overrides: Overrides,
    ui: Ui,
    views: Vec<SavedView>,
    keymap: WatchedFile,
    settings: WatchedFile,
    theme: WatchedFile,
}

impl DeskFiles {
    pub(super) fn new(color: ColorWhen, overrides: Overrides, config: &Config) -> Self {
        let settings = overrides.file.clone().or_else(config::paths::config_file);
        Self {
            color,
            overrides,
            ui: config.ui.clone(),
            views: config.views.clone(),
            keymap: WatchedFile::new(config::paths::keymap_file()),
            settings: WatchedFile::new(settings),
            theme: WatchedFile::new(theme_path(&config.ui)),
        }
    }

    /// Reads again what changed; `None`: nothing did.
    pub(super) fn read_again(&mut self) -> Option<OwnFiles> {
        let mut files = OwnFiles::default();
        if self.keymap.is_changed()
            && let Some(path) = &self.keymap.path
        {
            let (keymap, problems) = keymap_of(path);
            let is_usable = problems.iter().all(|(is_warning, _)| *is_warning);
            let problems = problems.into_iter().map(|(_, words)| words);
            if is_usable {
                files.keymap = Some(keymap);
                files.read.push(problems.fold("keymap.toml".to_owned(), |read, doubt| format!("{read} ({doubt})")));
            } else {
                files.wrong.extend(problems);
            }
        }
        let mut colors = self.theme.is_changed();
        if self.settings.is_changed() {
            colors |= self.read_settings(&mut files);
        }
        if colors {
            match themes_of(self.color, &self.ui) {
                Ok(themes) => {
                    files.themes = Some(themes);
                    files.read.push("the theme".to_owned());
                }
                Err(problems) => files.wrong.extend(problems),
            }
        }
        (!files.read.is_empty() || !files.wrong.is_empty()).then_some(files)
    }

    /// Takes from the settings what may change while the desk runs; whether that are the colours.
    fn read_settings(&mut self, files: &mut OwnFiles) -> bool {
        let config = match config::load(&self.overrides) {
            Ok((config, _)) => config,
            Err(error) => {
                files.wrong.extend(error.0.iter().map(ToString::to_string));
                return false;
            }
        };
        if config.views != self.views {
            self.views.clone_from(&config.views);
            files.views = Some(config.views);
            files.read.push("saved views".to_owned());
        }
        let is_other = (&config.ui.theme, config.ui.ascii) != (&self.ui.theme, self.ui.ascii);
        if is_other {
            self.ui = config.ui;
            self.theme = WatchedFile::new(theme_path(&self.ui));
        }
        is_other
    }
}

fn theme_path(ui: &Ui) -> Option<PathBuf> {
    match &ui.theme {
        ThemeSource::File(path) => Some(path.clone()),
        ThemeSource::Given(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::present::ThemeChoice;

    struct Home {
        dir: tempfile::TempDir,
        files: DeskFiles,
    }

    impl Home {
        fn new(settings: &str) -> Self {
            let dir = tempfile::tempdir().unwrap();
            std::fs::write(dir.path().join("config.toml"), settings).unwrap();
            let overrides = Overrides { file: Some(dir.path().join("config.toml")), ..Overrides::default() };
            let (config, _) = config::load(&overrides).unwrap();
            let mut files = DeskFiles::new(ColorWhen::Auto, overrides, &config);
            files.keymap = WatchedFile::new(Some(dir.path().join("keymap.toml")));
            Self { dir, files }
        }

        fn write(&mut self, name: &str, text: &str) -> OwnFiles {
            std::fs::write(self.dir.path().join(name), text).unwrap();
            self.look()
        }

        /// What is read once it has stayed as it is.
        fn look(&mut self) -> OwnFiles {
            assert!(self.files.read_again().is_none(), "it may be being written");
            self.files.read_again().unwrap_or_default()
        }
    }

    #[test]
    fn what_did_not_change_is_not_read() {
        let mut home = Home::new("");
        assert!(home.look().read.is_empty());
        // What the desk was started with stays.
        assert!(home.write("config.toml", "[metrics]\nlisten = \"127.0.0.1:9464\"").read.is_empty());
    }

    #[test]
    fn a_keymap_with_a_mistake_leaves_the_one_before() {
        let mut home = Home::new("");
        let files = home.write("keymap.toml", "[global]\nhelp = \"f2\"");
        assert_eq!((files.read, files.wrong), (vec!["keymap.toml".to_owned()], vec![]));
        assert_ne!(files.keymap.unwrap(), Keymap::default());
        let files = home.write("keymap.toml", "[global]\nhelp = \"f2\"\nhlep = \"f3\"");
        assert!(files.keymap.is_none() && files.read.is_empty());
        assert!(files.wrong[0].contains("keymap.toml:3:1: error: there is no action `hlep`"), "{:?}", files.wrong);
        std::fs::remove_file(home.dir.path().join("keymap.toml")).unwrap();
        assert_eq!(home.look().keymap.unwrap(), Keymap::default());
    }

    #[test]
    fn saved_views_and_the_theme_are_read_with_the_settings() {
        let mut home = Home::new("");
        let views = "[[views]]\nname = \"south\"\nquery = \"city:austin\"\n";
        let files = home.write("config.toml", views);
        assert_eq!(files.read, ["saved views"]);
        assert!(files.themes.is_none() && files.views.unwrap().iter().any(|view| view.is_called("south")));
        let files = home.write("config.toml", &format!("{views}[ui]\ntheme = \"light\"\n"));
        assert_eq!(files.read, ["the theme"]);
        let key = |themes: ThemeSet| themes.on(None).key;
        let light = with_environment(ColorWhen::Auto, |env| ThemeSet::of(ThemeChoice::Light, env));
        assert_eq!(key(files.themes.unwrap()), key(light));
        let files = home.write("config.toml", "[ui]\ntheme = 7\n");
        assert!(files.views.is_none() && files.wrong[0].contains("config.toml:2:9: error: "), "{:?}", files.wrong);
    }

    #[test]
    fn the_file_of_a_theme_is_read_again() {
        let mut home = Home::new("[ui]\ntheme = \"./own.toml\"\n");
        let files = home.write("own.toml", "key = 130\nbda = 7\n");
        assert!(files.themes.is_none() && files.wrong[0].contains("own.toml:2:1: error: there is no role `bda`"));
        let files = home.write("own.toml", "key = 130\n");
        assert!(files.themes.is_some() && files.wrong.is_empty());
    }
}
