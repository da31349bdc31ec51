//! Colours and glyphs. A state is told by colour, glyph and word; without colours the other two remain.

use ratatui::style::{Color, Modifier, Style};

use crate::domain::{Attention, Stage};

/// Which colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeChoice {
    /// By the terminal: `NO_COLOR`, and `COLORFGBG` where it is set.
    #[default]
    Auto,
    /// For dark terminals.
    Dark,
    /// For light terminals.
    Light,
    /// No colours: bold, dim, underlined and reversed only.
    Mono,
}

/// How urgent something looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to do.
    Plain,
    /// All is well.
    Good,
    /// Under way.
    Busy,
    /// Look at it soon.
    Warn,
    /// Look at it now.
    Bad,
    /// Put aside.
    Faint,
}

/// The styles of everything that is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    /// Ordinary text.
    pub text: Style,
    /// Less important text.
    pub dim: Style,
    /// Headings.
    pub title: Style,
    /// Lines between panes.
    pub line: Style,
    /// The same around the focused pane.
    pub line_focus: Style,
    /// The row under the cursor; laid over what is there.
    pub cursor: Style,
    /// The row under the cursor of a pane without focus.
    pub cursor_away: Style,
    /// Marked rows' glyph.
    pub mark: Style,
    /// The active tab and the chosen button.
    pub chosen: Style,
    /// A key in the footer and in help.
    pub key: Style,
    /// What is typed.
    pub input: Style,
    /// The place of the caret.
    pub caret: Style,
    /// Alarms.
    pub alarm: Style,
    good: Style,
    busy: Style,
    warn: Style,
    bad: Style,
}

impl Theme {
    /// The theme for a choice. `no_color` and `colorfgbg` are what the environment says under these names.
    pub fn choose(choice: ThemeChoice, no_color: Option<&str>, colorfgbg: Option<&str>) -> Self {
        // An explicit choice wins over the environment, as no-color.org asks.
        match choice {
            ThemeChoice::Dark => Self::dark(),
            ThemeChoice::Light => Self::light(),
            ThemeChoice::Mono => Self::mono(),
            ThemeChoice::Auto if no_color.is_some_and(|value| !value.is_empty()) => Self::mono(),
            ThemeChoice::Auto => {
                let background = colorfgbg.and_then(|value| value.rsplit(';').next()?.parse::<u8>().ok());
                if matches!(background, Some(7 | 9..=15)) { Self::light() } else { Self::dark() }
            }
        }
    }

    fn dark() -> Self {
        let plain = Style::new();
        Self {
            dim: plain.fg(Color::Indexed(245)),
            line: plain.fg(Color::Indexed(240)),
            line_focus: plain.fg(Color::Cyan),
            cursor: plain.bg(Color::Indexed(24)).add_modifier(Modifier::BOLD),
            cursor_away: plain.bg(Color::Indexed(237)),
            mark: plain.fg(Color::Magenta).add_modifier(Modifier::BOLD),
            chosen: plain.fg(Color::Black).bg(Color::Cyan).add_modifier(Modifier::BOLD),
            key: plain.fg(Color::Cyan),
            alarm: plain.fg(Color::White).bg(Color::Red).add_modifier(Modifier::BOLD),
            good: plain.fg(Color::Green),
            busy: plain.fg(Color::Indexed(75)),
            warn: plain.fg(Color::Yellow),
            bad: plain.fg(Color::LightRed).add_modifier(Modifier::BOLD),
            ..Self::mono()
        }
    }

    fn light() -> Self {
        let plain = Style::new();
        Self {
            dim: plain.fg(Color::Indexed(242)),
            line: plain.fg(Color::Indexed(250)),
            line_focus: plain.fg(Color::Blue),
            cursor: plain.bg(Color::Indexed(153)).add_modifier(Modifier::BOLD),
            cursor_away: plain.bg(Color::Indexed(254)),
            mark: plain.fg(Color::Magenta).add_modifier(Modifier::BOLD),
            chosen: plain.fg(Color::White).bg(Color::Blue).add_modifier(Modifier::BOLD),
            key: plain.fg(Color::Blue),
            alarm: plain.fg(Color::White).bg(Color::Red).add_modifier(Modifier::BOLD),
            good: plain.fg(Color::Indexed(28)),
            busy: plain.fg(Color::Indexed(25)),
            warn: plain.fg(Color::Indexed(130)),
            bad: plain.fg(Color::Indexed(160)).add_modifier(Modifier::BOLD),
            ..Self::mono()
        }
    }

    fn mono() -> Self {
        let plain = Style::new();
        let (bold, dim) = (plain.add_modifier(Modifier::BOLD), plain.add_modifier(Modifier::DIM));
        Self {
            text: plain,
            dim,
            title: bold,
            line: dim,
            line_focus: bold,
            cursor: plain.add_modifier(Modifier::REVERSED),
            cursor_away: plain.add_modifier(Modifier::UNDERLINED),
            mark: bold,
            chosen: plain.add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
            key: bold,
            input: plain,
            caret: plain.add_modifier(Modifier::REVERSED),
            alarm: plain.add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
            good: plain,
            busy: plain,
            warn: bold,
            bad: plain.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        }
    }

    /// The style of a tone.
    pub fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Plain => self.text,
            Tone::Good => self.good,
            Tone::Busy => self.busy,
            Tone::Warn => self.warn,
            Tone::Bad => self.bad,
            Tone::Faint => self.dim,
        }
    }
}

/// Glyph, word and tone of a stage.
pub fn stage_look(stage: Stage) -> (&'static str, &'static str, Tone) {
    match stage {
        Stage::New => ("○", "new", Tone::Plain),
        Stage::Invited => ("◔", "invited", Tone::Busy),
        Stage::Expired => ("✗", "expired", Tone::Bad),
        Stage::AwaitingXtime => ("◑", "awaiting-xtime", Tone::Busy),
        Stage::Overdue => ("▲", "overdue", Tone::Bad),
        Stage::Confirmed => ("◕", "confirmed", Tone::Good),
        Stage::OpcodeMissing => ("◇", "opcode-missing", Tone::Warn),
        Stage::NoSlots => ("□", "no-slots", Tone::Warn),
        Stage::Live => ("●", "live", Tone::Good),
        Stage::Lost => ("▼", "lost", Tone::Bad),
        Stage::Revoked => ("⊘", "revoked", Tone::Faint),
        Stage::Archived => ("▫", "archived", Tone::Faint),
    }
}

/// The tone of a reason to look.
pub fn attention_tone(attention: Attention) -> Tone {
    match attention {
        Attention::Lost
        | Attention::LeftLive
        | Attention::Overdue
        | Attention::Expired
        | Attention::CodeNotObtained => Tone::Bad,
        _ => Tone::Warn,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_asked_only_without_a_choice() {
        let colours = |theme: &Theme| theme.tone(Tone::Bad).fg;
        assert_eq!(colours(&Theme::choose(ThemeChoice::Auto, Some("1"), None)), None);
        assert!(colours(&Theme::choose(ThemeChoice::Auto, Some(""), None)).is_some());
        assert!(colours(&Theme::choose(ThemeChoice::Dark, Some("1"), None)).is_some());
        let light = Theme::choose(ThemeChoice::Auto, None, Some("0;15"));
        assert_eq!(light.key.fg, Some(Color::Blue));
    }

    #[test]
    fn stages_differ_by_glyph_and_word() {
        let mut looks: Vec<_> = Stage::ALL.into_iter().map(stage_look).collect();
        assert!(looks.iter().zip(Stage::ALL).all(|((_, word, _), stage)| *word == stage.word()));
        looks.sort_unstable_by_key(|(glyph, ..)| *glyph);
        looks.dedup_by_key(|(glyph, ..)| *glyph);
        assert_eq!(looks.len(), Stage::ALL.len());
    }
}
