//! Own colours out of a TOML file: roles with their colours, over one of the given themes.

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Bar, Depth, TerminalEnv, Theme, ThemeChoice, ThemeSet};
use crate::domain::suggest::did_you_mean;
use crate::domain::text::clean;
use crate::present::diagnostic::Diagnostic;
use crate::tui::file_problem::Findings;

/// The key that names the theme below.
const BASED_ON: &str = "based_on";

/// What has a colour.
#[derive(Clone, Copy)]
enum ThemeRole {
    Ink(fn(&mut Theme) -> &mut Style),
    /// An ink on a background of its own.
    Label(fn(&mut Theme) -> &mut Style),
    Bar(fn(&mut Theme) -> &mut Bar),
}

const ROLES: [(&str, ThemeRole); 21] = [
    ("text", ThemeRole::Ink(|theme| &mut theme.text)),
    ("dim", ThemeRole::Ink(|theme| &mut theme.dim)),
    ("title", ThemeRole::Ink(|theme| &mut theme.title)),
    ("line", ThemeRole::Ink(|theme| &mut theme.line)),
    ("line_focus", ThemeRole::Ink(|theme| &mut theme.line_focus)),
    ("mark", ThemeRole::Ink(|theme| &mut theme.mark)),
    ("key", ThemeRole::Ink(|theme| &mut theme.key)),
    ("input", ThemeRole::Ink(|theme| &mut theme.input)),
    ("past_line", ThemeRole::Ink(|theme| &mut theme.past_line)),
    ("good", ThemeRole::Ink(|theme| &mut theme.good)),
    ("busy", ThemeRole::Ink(|theme| &mut theme.busy)),
    ("warn", ThemeRole::Ink(|theme| &mut theme.warn)),
    ("bad", ThemeRole::Ink(|theme| &mut theme.bad)),
    ("chosen", ThemeRole::Label(|theme| &mut theme.chosen)),
    ("alarm", ThemeRole::Label(|theme| &mut theme.alarm)),
    ("past", ThemeRole::Label(|theme| &mut theme.past)),
    ("production", ThemeRole::Label(|theme| &mut theme.production)),
    ("sandbox", ThemeRole::Label(|theme| &mut theme.sandbox)),
    ("demo", ThemeRole::Label(|theme| &mut theme.demo)),
    ("cursor", ThemeRole::Bar(|theme| &mut theme.cursor)),
    ("cursor_away", ThemeRole::Bar(|theme| &mut theme.cursor_away)),
];

const FORMS: &str = "a name of the first 16 such as \"light-red\", \"#rrggbb\", or 0 to 255";

/// A theme file that was read.
#[derive(Clone)]
pub struct ThemeFile {
    based_on: ThemeChoice,
    colors: Vec<(ThemeRole, Color, Option<Color>)>,
}

impl ThemeFile {
    /// Reads a file by its name and its text; or everything that is wrong with it.
    pub fn read(name: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut findings = Findings::new(name, text);
        let mut file = Self { based_on: ThemeChoice::Auto, colors: Vec::new() };
        match DeTable::parse(text) {
            Ok(document) => {
                for (key, value) in document.get_ref() {
                    file.take(key.get_ref(), key.span().start, value, &mut findings);
                }
            }
            Err(error) => {
                let message = error.message().lines().collect::<Vec<_>>().join(", ");
                findings
                    .error(error.span().map_or(0, |span| span.start), format!("this is not TOML: {}", clean(&message)));
            }
        }
        let problems = findings.finish();
        if problems.is_empty() { Ok(file) } else { Err(problems) }
    }

    fn take(&mut self, key: &str, at: usize, value: &Spanned<DeValue<'_>>, findings: &mut Findings<'_>) {
        let place = value.span().start;
        if key == BASED_ON {
            let name = value.get_ref().as_str().unwrap_or_default();
            match ThemeChoice::named(name) {
                Some(choice) => self.based_on = choice,
                None => findings.error(place, not_given(name)),
            }
            return;
        }
        let Some((_, role)) = ROLES.into_iter().find(|(known, _)| *known == key) else {
            let near = did_you_mean(key, ROLES.iter().map(|(known, _)| *known).chain([BASED_ON]));
            let list = ROLES.map(|(known, _)| known).join(", ");
            let hint = if near.is_empty() { format!("; roles are {list}") } else { near };
            return findings.error(at, format!("there is no role `{}`{hint}", clean(key)));
        };
        let read = match (role, value.get_ref()) {
            (ThemeRole::Ink(_), DeValue::Table(_)) => {
                Err("it has no background of its own: write the colour alone".into())
            }
            (ThemeRole::Ink(_), value) => color(value).map(|ink| (ink, None)),
            (ThemeRole::Label(_) | ThemeRole::Bar(_), DeValue::Table(table)) => both(table),
            (ThemeRole::Label(_) | ThemeRole::Bar(_), _) => Err("it needs both: { fg = COLOUR, bg = COLOUR }".into()),
        };
        match read {
            Ok((ink, background)) => self.colors.push((role, ink, background)),
            Err(message) => findings.error(place, format!("`{key}`: {message}")),
        }
    }

    /// The themes with these colours, on a terminal of which the environment says this. Where there are few colours they
    /// are those of the theme below.
    pub fn over(&self, env: TerminalEnv<'_>) -> ThemeSet {
        // A file is an explicit choice.
        let base = ThemeSet::of(self.based_on, TerminalEnv { no_color: None, ..env });
        if env.depth() != Depth::Many {
            return base;
        }
        base.map(|mut theme| {
            for (role, ink, background) in &self.colors {
                let (ink, background) = (env.shown(*ink), background.map(|color| env.shown(color)));
                match role {
                    ThemeRole::Ink(at) => *at(&mut theme) = at(&mut theme).fg(ink),
                    ThemeRole::Label(at) => {
                        let label = Style { fg: Some(ink), bg: background, ..Style::new() };
                        *at(&mut theme) =
                            label.add_modifier(at(&mut theme).add_modifier.difference(Modifier::REVERSED));
                    }
                    ThemeRole::Bar(at) => *at(&mut theme) = at(&mut theme).in_colors(ink, background),
                }
            }
            theme
        })
    }
}

/// A name that none of the given themes has.
fn not_given(name: &str) -> String {
    let names: Vec<&str> = ThemeChoice::names().collect();
    format!("`{}` is none of {}{}", clean(name), names.join(", "), did_you_mean(name, ThemeChoice::names()))
}

fn both(table: &DeTable<'_>) -> Result<(Color, Option<Color>), String> {
    let part = |key: &str| {
        let value = table.get(key).ok_or_else(|| format!("`{key}` is missing"))?;
        color(value.get_ref()).map_err(|message| format!("`{key}`: {message}"))
    };
    match table.iter().find(|(key, _)| !matches!(key.get_ref().as_ref(), "fg" | "bg")) {
        Some((key, _)) => Err(format!("`{}` is neither fg nor bg", clean(key.get_ref()))),
        None => Ok((part("fg")?, Some(part("bg")?))),
    }
}

fn color(value: &DeValue<'_>) -> Result<Color, String> {
    let (text, is_number) = match value {
        DeValue::String(text) => (text.as_ref(), false),
        DeValue::Integer(number) => (number.as_str(), true),
        _ => return Err(format!("a colour is {FORMS}")),
    };
    let color: Option<Color> = text.parse().ok();
    match color {
        Some(Color::Indexed(_)) if !is_number => Err(format!("write {text} without quotes")),
        Some(color) if is_number == matches!(color, Color::Indexed(_)) => Ok(color),
        _ => Err(format!("`{}` is no colour: {FORMS}", clean(text))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::present::Tone;

    const TRUE_COLOR: TerminalEnv<'_> = TerminalEnv {
        term: Some("xterm-256color"),
        colorterm: Some("truecolor"),
        no_color: None,
        colorfgbg: None,
        locale: None,
    };

    fn mistakes(text: &str) -> Vec<String> {
        let problems = ThemeFile::read("own.toml", text).err().unwrap_or_default();
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_not_written_is_that_of_the_theme_below() {
        let text = "based_on = \"light\"\ngood = \"#00875f\"\nwarn = 130\nbad = \"light-red\"\n\
                    cursor = { fg = 16, bg = \"#d7ffd7\" }\n";
        let theme = ThemeFile::read("own.toml", text).ok().unwrap().over(TRUE_COLOR).on(None);
        let light = Theme::choose(ThemeChoice::Light, TRUE_COLOR);
        assert_eq!(theme.tone(Tone::Good).fg, Some(Color::Rgb(0, 0x87, 0x5f)));
        assert_eq!(theme.tone(Tone::Warn).fg, Some(Color::Indexed(130)));
        assert_eq!(theme.tone(Tone::Bad), light.tone(Tone::Bad).fg(Color::LightRed));
        assert_eq!(theme.cursor.over(Style::new()).bg, Some(Color::Rgb(0xd7, 0xff, 0xd7)));
        assert_eq!((theme.key, theme.chosen), (light.key, light.chosen));
    }

    #[test]
    fn where_there_are_fewer_colours_the_nearest_is_shown_or_that_of_the_theme_below() {
        let file = ThemeFile::read("own.toml", "good = \"#00875f\"").ok().unwrap();
        let good = |env| file.over(env).on(None).tone(Tone::Good).fg;
        assert_eq!(good(TerminalEnv { colorterm: None, ..TRUE_COLOR }), Some(Color::Indexed(29)));
        let linux = TerminalEnv { term: Some("linux"), ..TerminalEnv::default() };
        assert_eq!(good(linux), Theme::choose(ThemeChoice::Dark, linux).tone(Tone::Good).fg);
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        for (text, words) in [
            ("god = 1", "own.toml:1:1: error: there is no role `god`; did you mean `good`?"),
            ("xyzzy = 1", "there is no role `xyzzy`; roles are text, dim, "),
            ("\ngood = \"oragne\"", "own.toml:2:8: error: `good`: `oragne` is no colour: a name of the first 16"),
            ("good = 300", "`300` is no colour"),
            ("good = \"12\"", "write 12 without quotes"),
            ("good = true", "a colour is a name of the first 16"),
            ("good = { fg = 1, bg = 2 }", "`good`: it has no background of its own"),
            ("chosen = 1", "`chosen`: it needs both: { fg = COLOUR, bg = COLOUR }"),
            ("chosen = { fg = 1 }", "`chosen`: `bg` is missing"),
            ("chosen = { fg = 1, bg = 2, bold = true }", "`bold` is neither fg nor bg"),
            (
                "based_on = \"drak\"",
                "`drak` is none of auto, dark, light, high-contrast, colour-blind, mono; did you mean `dark`?",
            ),
            ("good 1", "this is not TOML"),
        ] {
            let found = mistakes(text);
            assert!(found.len() == 1 && found[0].contains(words), "{text}: {found:?}");
        }
        assert_eq!(mistakes("god = 1\nbda = 2").len(), 2);
        assert!(mistakes("").is_empty());
    }
}
