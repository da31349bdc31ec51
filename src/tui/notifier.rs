//! Tells somebody who looks elsewhere that something new needs them.

use std::collections::HashSet;
use std::time::Duration;

use super::msg::Effect;
use super::rows::DealershipRow;
use super::state::ScreenState;
use crate::domain::DealershipId;
use crate::domain::text::{clean, clip};
use crate::present::NotifyChoice;

/// Nobody is told more often: what comes meanwhile is told together.
const APART: Duration = Duration::from_secs(30);

/// Looking at all of them takes a moment.
const LOOKS_APART: Duration = Duration::from_secs(2);

/// How many dealerships are named.
const NAMED: usize = 3;

/// The cells of a name; a notification is a line or two on most desktops.
const LONGEST_NAME: usize = 40;

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

    /// When, in the person's time, what has changed is told; `None`: there is nothing, or nobody to tell.
    pub fn next_change(&self) -> Option<Duration> {
        let is_first = self.known.is_none();
        let after = |at: Option<Duration>, apart| {
            at.filter(|_| !is_first).map_or(Duration::ZERO, |at| at.saturating_add(apart))
        };
        (self.is_away && self.stale).then(|| after(self.told_at, APART).max(after(self.looked_at, LOOKS_APART)))
    }
}

impl ScreenState {
    /// The terminal got the focus, or lost it.
    pub(super) fn has_focus(&mut self, has_focus: bool) {
        self.notifier.is_away = !has_focus;
        self.notifier.known = None;
        self.notifier.stale = true;
    }

    /// When, in the person's time, it is looked at what is to be told. The past is of no hurry, and the rows are its rows.
    pub(super) fn next_notification(&self) -> Option<Duration> {
        self.notifier.next_change().filter(|_| self.loaded && self.past.is_none())
    }

    /// Tells of what needs the person since they looked away, where that is anything new.
    pub(super) fn notify(&mut self) -> Option<Effect> {
        self.next_notification().filter(|at| *at <= self.now.face)?;
        (self.notifier.stale, self.notifier.looked_at) = (false, Some(self.now.face));
        let needing: HashSet<DealershipId> =
            self.rows.iter().filter(|row| self.needs_me(row)).map(|row| row.state.id).collect();
        let known = self.notifier.known.replace(needing)?;
        let new = self.notifier.known.iter().flatten().filter(|id| !known.contains(id)).copied();
        let new = self.rows.in_order(new);
        if new.is_empty() {
            return None;
        }
        self.notifier.told_at = Some(self.now.face);
        Some(Effect::Notify(self.humanize_news(&new)))
    }

    /// Whether a dealership needs the person: it needs somebody, and nobody else looks after it.
    pub(super) fn needs_me(&self, row: &DealershipRow) -> bool {
        row.facts.attention.is_some() && row.state.profile.is_for(&self.setup.me)
    }

    fn humanize_news(&self, new: &[DealershipId]) -> String {
        let rows: Vec<&DealershipRow> = new.iter().take(NAMED).filter_map(|id| self.rows.get(*id)).collect();
        let name = |row: &DealershipRow| clip(&row.state.profile.name.screen(), LONGEST_NAME).into_owned();
        if let ([_], [row]) = (new, rows.as_slice()) {
            let why = row.facts.attention.map_or("needs somebody", |attention| attention.message());
            return format!("{}: {why}", name(row));
        }
        let names: Vec<String> = rows.into_iter().map(name).collect();
        let more = if new.len() > NAMED { ", …" } else { "" };
        format!("{} dealerships need you: {}{more}", new.len(), names.join(", "))
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
