//! Tells somebody who looks elsewhere that something new needs them.

use std::collections::HashSet;
use std::time::Duration;

use crate::domain::DealershipId;
use crate::domain::text::clean;
use crate::present::NotifyChoice;

/// Nobody is told more often: what comes meanwhile is told together.
const APART: Duration = Duration::from_secs(30);

/// Looking at all of them takes a moment.
const LOOKS_APART: Duration = Duration::from_secs(2);

/// The sequence by which a terminal is asked to tell somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotifySequence {
    form: NotifyForm,
    /// Inside tmux, which passes it on where `allow-passthrough` is on.
    in_tmux: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotifyForm {
    Bell,
    /// A text: iTerm2, Windows Terminal, kitty, WezTerm, Ghostty and others.
    Osc9,
    /// A title and a text: urxvt, foot and those of VTE.
    Osc777,
}

impl NotifySequence {
    /// By what the environment says of the terminal; `None`: nobody is told.
    pub fn choose(choice: NotifyChoice, variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let has = |name| variable(name).is_some_and(|value| !value.is_empty());
        let term = variable("TERM").unwrap_or_default();
        let form = match choice {
            NotifyChoice::Off => return None,
            NotifyChoice::Bell => NotifyForm::Bell,
            NotifyChoice::Osc if term.starts_with("rxvt") || term.starts_with("foot") || has("VTE_VERSION") => {
                NotifyForm::Osc777
            }
            NotifyChoice::Osc => NotifyForm::Osc9,
        };
        Some(Self { form, in_tmux: form != NotifyForm::Bell && has("TMUX") })
    }

    /// What is written to the terminal. Nothing in the text can act on it.
    pub fn of(self, text: &str) -> String {
        // A semicolon would begin another parameter.
        let text = clean(text).replace(';', ",");
        let sequence = match self.form {
            NotifyForm::Bell => return "\x07".to_owned(),
            NotifyForm::Osc9 => format!("\x1b]9;cloverwatch: {text}\x07"),
            NotifyForm::Osc777 => format!("\x1b]777;notify;cloverwatch;{text}\x07"),
        };
        match self.in_tmux {
            true => format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")),
            false => sequence,
        }
    }
}

/// What is known of somebody's attention.
#[derive(Debug, Default)]
pub struct Notifier {
    /// The terminal has no focus.
    is_away: bool,
    /// Those that needed the person when they were told of last, or looked away; `None`: not looked at since the focus changed.
    known: Option<HashSet<DealershipId>>,
    /// The rows may differ from what is known.
    stale: bool,
    /// In the person's time.
    told_at: Option<Duration>,
    looked_at: Option<Duration>,
}

impl Notifier {
    pub(super) fn rows_changed(&mut self) {
        self.stale = true;
    }

    /// The terminal got the focus, or lost it.
    pub(super) fn focus_changed(&mut self, has_focus: bool) {
        (self.is_away, self.known, self.stale) = (!has_focus, None, true);
    }

    /// Who needs the person now. Those that did not when it was last looked at; `None`: that was before the focus changed.
    pub(super) fn look(&mut self, needing: HashSet<DealershipId>, face: Duration) -> Option<Vec<DealershipId>> {
        (self.stale, self.looked_at) = (false, Some(face));
        let new = self.known.as_ref().map(|known| needing.difference(known).copied().collect());
        self.known = Some(needing);
        new
    }

    pub(super) fn told(&mut self, face: Duration) {
        self.told_at = Some(face);
    }

    /// When, in the person's time, what has changed is told; `None`: there is nothing, or nobody to tell.
    pub fn next_change(&self) -> Option<Duration> {
        let is_first = self.known.is_none();
        let after = |at: Option<Duration>, apart| {
            at.filter(|_| !is_first).map_or(Duration::ZERO, |at| at.saturating_add(apart))
        };
        (self.is_away && self.stale).then(|| after(self.told_at, APART).max(after(self.looked_at, LOOKS_APART)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequence(choice: NotifyChoice, env: &[(&str, &str)]) -> Option<String> {
        let variable = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Some(NotifySequence::choose(choice, variable)?.of("Evil\x1b]0;x\x07 Motors; 4"))
    }

    #[test]
    fn each_terminal_is_asked_in_its_way_and_nothing_in_the_text_acts_on_it() {
        let text = "Evil\u{fffd}]0,x\u{fffd} Motors, 4";
        assert_eq!(sequence(NotifyChoice::Off, &[("TERM", "foot")]), None);
        assert_eq!(sequence(NotifyChoice::Bell, &[("TMUX", "1")]).unwrap(), "\x07");
        assert_eq!(
            sequence(NotifyChoice::Osc, &[("TERM", "xterm-256color")]).unwrap(),
            format!("\x1b]9;cloverwatch: {text}\x07")
        );
        for env in [("TERM", "foot-extra"), ("TERM", "rxvt-unicode-256color"), ("VTE_VERSION", "7600")] {
            let asked = sequence(NotifyChoice::Osc, &[env]).unwrap();
            assert_eq!(asked, format!("\x1b]777;notify;cloverwatch;{text}\x07"), "{env:?}");
        }
        let in_tmux = sequence(NotifyChoice::Osc, &[("TERM", "tmux-256color"), ("TMUX", "/tmp/t,1,0")]).unwrap();
        assert_eq!(in_tmux, format!("\x1bPtmux;\x1b\x1b]9;cloverwatch: {text}\x07\x1b\\"));
    }
}
