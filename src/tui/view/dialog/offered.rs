//! What is offered in a dialog: the opcodes that Xtime shows, and the request for a test appointment.

use super::super::canvas::{width, wrap};
use super::{DialogView, Line};
use chrono::NaiveDate;

use crate::domain::text::{clean, clip, fit};
use crate::domain::when::with_abbreviation;
use crate::tui::action::Action;
use crate::tui::dialog::{AppointmentStep, Dialog, Item, LoadState, Offered, Suggestions};
use crate::tui::theme::Tone;

/// The cells of an opcode in the list.
const CODE: usize = 26;
/// How many days of offered times are shown.
const DAYS: usize = 5;

impl DialogView<'_> {
    /// The opcode of a dealership as it stands, and whether Xtime's list is here.
    pub(super) fn opcode_head(&self, item: &Item, dialog: &Dialog, lines: &mut Vec<Line>) {
        let Some(suggestions) = &dialog.suggestions else { return };
        let now = match self.state.rows.get(item.id).map(|row| &row.state) {
            Some(state) if state.opcode.is_some() => {
                let (glyph, _) = crate::present::opcode_glyph(state.opcode_state);
                format!("now {glyph} {}", clean(state.opcode_code("")))
            }
            Some(state) => format!("now {}", crate::present::opcode::option(state)),
            None => String::new(),
        };
        self.wrapped(&now, self.theme.text, lines);
        match &suggestions.known {
            LoadState::Awaited => {
                lines.push(Line("Asking Xtime which opcodes it shows us …".to_owned(), self.theme.dim));
            }
            LoadState::Not(why) => {
                let words = format!("Which opcodes Xtime shows is not known: {}", clean(why));
                self.wrapped(&words, self.theme.tone(Tone::Warn), lines);
            }
            LoadState::Here => {
                let fits = match (suggestions.fitting(), suggestions.len()) {
                    (0, all) => {
                        format!("none of the {all} opcodes that Xtime shows fits; it is recorded as it is typed")
                    }
                    (fits, all) if fits == all => format!("Xtime shows {all}; down takes one"),
                    (fits, all) => format!("{fits} of {all} that Xtime shows fit; down takes one"),
                };
                self.wrapped(&fits, self.theme.dim, lines);
            }
        }
    }

    /// Who looks after a dealership now.
    pub(super) fn owner_head(&self, item: &Item, lines: &mut Vec<Line>) {
        let owner = item.owner().map_or_else(|| "nobody".into(), |owner| owner.screen());
        self.wrapped(&format!("now with {owner}: {} ({})", item.name, item.dealer_code), self.theme.text, lines);
    }

    pub(super) fn wrapped(&self, text: &str, style: ratatui::style::Style, lines: &mut Vec<Line>) {
        lines.extend(wrap(text, self.room).into_iter().map(|line| Line(line, style)));
    }

    /// One opcode of the list.
    pub(super) fn offered(&self, offered: &Offered, here: bool) -> Line {
        let cursor = if here { "›" } else { " " };
        let glyph = if offered.near.is_some() { "≈" } else { " " };
        let code = offered.exact.screen();
        let room = usize::from(self.room);
        let code = fit(&code, if width(&code) > CODE { room.saturating_sub(4) } else { CODE.min(room / 2) });
        let name = if offered.aside.is_empty() { String::new() } else { format!(" {}", offered.aside) };
        let words = match offered.near {
            Some(how) if room >= 50 => format!("{cursor} {glyph} {code} {how}{name}"),
            _ => format!("{cursor} {glyph} {code}{name}"),
        };
        let style = match (here, offered.near) {
            (true, _) => self.theme.chosen,
            (false, Some(_)) => self.theme.tone(Tone::Warn),
            (false, None) => self.theme.text,
        };
        Line(words, style)
    }

    /// What a test appointment is, and the exact request for it.
    pub(super) fn appointment(&self, dialog: &Dialog, lines: &mut Vec<Line>) {
        let Some(appointment) = &dialog.appointment else { return };
        let theme = self.theme;
        if let Some(note) = &appointment.note {
            self.wrapped(note, theme.tone(Tone::Bad), lines);
        }
        match &appointment.step {
            AppointmentStep::Choosing => {}
            AppointmentStep::Open(words) => {
                words.iter().for_each(|words| self.wrapped(words, theme.tone(Tone::Warn), lines));
                return;
            }
            AppointmentStep::Sending => {
                self.wrapped("Asked of Xtime; its answer is awaited …", theme.tone(Tone::Busy), lines);
                self.wrapped("It goes on when this is closed.", theme.dim, lines);
                return;
            }
            AppointmentStep::Ended(tone, words) => {
                words.iter().for_each(|words| self.wrapped(words, theme.tone(*tone), lines));
                return;
            }
        }
        if let Some(Ok(planned)) = &appointment.planned {
            let at = with_abbreviation(planned.booking.local, planned.booking.zone, "%A %-d %b at %H:%M");
            let verb = if appointment.moves { "Moves the test appointment to" } else { "Books a test appointment on" };
            let words = format!("{verb} {at}, with the opcode \"{}\".", planned.booking.opcode.screen());
            self.wrapped(&words, theme.title, lines);
        }
        let words = if appointment.moves {
            "There is no cancel: the test appointment that stands is moved to another time."
        } else {
            "There is no cancel: once booked it stands in the dealer's calendar. It can be moved."
        };
        self.wrapped(words, theme.tone(Tone::Warn), lines);
        if let Some(LoadState::Not(why)) = dialog.suggestions.as_ref().map(|suggestions| &suggestions.known) {
            self.wrapped(&clean(why), theme.tone(Tone::Warn), lines);
        }
        if let Some(suggestions) = &dialog.suggestions {
            self.days(suggestions, lines);
        }
        let Some(Ok(planned)) = &appointment.planned else { return };
        if !appointment.shows_request {
            let key = self.state.setup.keymap.first_key(Action::LetterPreview).unwrap_or_default();
            return lines.push(Line(format!("{key}: the exact request"), theme.dim));
        }
        let preview = &planned.preview;
        self.wrapped(&format!("{} {}", preview.method, preview.url), theme.title, lines);
        for (name, value) in &preview.headers {
            self.wrapped(&format!("{name}: {value}"), theme.dim, lines);
        }
        let body = serde_json::to_string_pretty(&preview.body).unwrap_or_default();
        // Its own indentation is kept; what is too long is cut by the canvas, and whole in `appointment` on the command line.
        lines.extend(body.lines().map(|line| Line(line.to_owned(), theme.text)));
    }

    /// The offered times by day: a few days around the chosen one, a line each.
    fn days(&self, suggestions: &Suggestions, lines: &mut Vec<Line>) {
        let mut days: Vec<(NaiveDate, String)> = Vec::new();
        for at in suggestions.times_shown() {
            let time = at.format("%H:%M").to_string();
            match days.last_mut() {
                Some((day, times)) if *day == at.date() => *times = format!("{times} {time}"),
                _ => days.push((at.date(), time)),
            }
        }
        let chosen = suggestions.chosen_time().map(|at| at.date());
        let here = days.iter().position(|(day, _)| Some(*day) == chosen).unwrap_or(0);
        let first = here.saturating_sub(DAYS / 2).min(days.len().saturating_sub(DAYS));
        for (day, times) in days.iter().skip(first).take(DAYS) {
            let style = if Some(*day) == chosen { self.theme.chosen } else { self.theme.text };
            let words = format!("{}  {times}", day.format("%a %d %b"));
            lines.push(Line(clip(&words, self.room.into()).into_owned(), style));
        }
    }
}
