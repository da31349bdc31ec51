//! The letters of a dealership in the detail pane: the newest first, what became of each, and what is to come.

use chrono::TimeDelta;

use super::page::Page;
use crate::domain::text::clean;
use crate::domain::when::duration_text;
use crate::domain::{Letter, LetterState, Onboarding, next_letter_at};
use crate::present::clocks::Clocks;
use crate::present::letters::{Fate, NO_MAIL, ONLY_FILES};
use crate::present::time::Zone;
use crate::tui::rows::DealershipRow;
use crate::tui::state::ScreenState;
use crate::tui::theme::Tone;

pub(super) fn section(page: &mut Page<'_>, row: &DealershipRow, screen: &ScreenState, clocks: &Clocks) {
    let theme = page.theme;
    let state = &*row.state;
    page.heading("Mail");
    if screen.setup.mail_name.is_none() {
        page.text(NO_MAIL, theme.dim);
    } else if screen.setup.only_files() {
        page.text(ONLY_FILES, theme.dim);
    }
    if let Some(refused) = state.address_refused() {
        let when = Zone::from(state.profile.timezone).stamp(refused.at, clocks.now());
        let words = format!("address refused: {} ({when}); correct it first", clean(&refused.status));
        page.text(&words, theme.tone(Tone::Bad));
    }
    if state.letters().is_empty() {
        page.text("no letter yet", theme.dim);
    }
    for letter in state.letters().iter().rev() {
        one(page, letter, state, clocks);
    }
    if screen.setup.mail_name.is_some() {
        reminders(page, state, screen, clocks);
    }
}

fn one(page: &mut Page<'_>, letter: &Letter, state: &Onboarding, clocks: &Clocks) {
    let zone = Zone::from(state.profile.timezone);
    let theme = page.theme;
    let fate = Fate::of(letter);
    let (glyph, word, tone) = fate.label();
    let when = zone.stamp(letter.at, clocks.now());
    let what = match (letter.before, letter.again) {
        (Some(before), _) => {
            format!("{}, {} before the end", letter.kind, duration_text(TimeDelta::seconds(before.into())))
        }
        (None, true) => format!("{} again", letter.kind),
        (None, false) => letter.kind.to_string(),
    };
    let about = if letter.generation > 0 { format!(", code {}", letter.generation) } else { String::new() };
    page.pair(word, &format!("{glyph} {what}{about}, {when}"), theme.tone(tone));
    page.pair("", &format!("to {}, by {}", letter.to.screen(), clean(&letter.by)), theme.dim);
    if let Some(words) = &letter.words {
        page.pair("", &clean(words), theme.dim);
    }
    if letter.state == LetterState::Written && letter.generation == state.generation() {
        let words = if letter.kind.carries_code() {
            "nobody mailed it: pass the file on, or read the code by phone"
        } else {
            "nobody mailed it: pass the file on"
        };
        page.pair("", words, theme.tone(Tone::Warn));
    }
    let copies = if letter.handed > 1 { ", perhaps more than one copy" } else { "" };
    match letter.due_at {
        Some(due) if due > clocks.now() && letter.state != LetterState::Queued => {
            let words = format!("tried again in {}{copies}", clocks.left(due));
            page.pair("", &words, theme.tone(Tone::Warn));
        }
        Some(due) if due > clocks.now() => page.pair("", &format!("goes in {}", clocks.left(due)), theme.dim),
        _ if !copies.is_empty() && letter.state != LetterState::Sending => {
            page.pair("", copies.trim_start_matches(", "), theme.dim);
        }
        _ => {}
    }
}

fn reminders(page: &mut Page<'_>, state: &Onboarding, screen: &ScreenState, clocks: &Clocks) {
    let theme = page.theme;
    let off = state.mail.as_ref().is_some_and(|mail| mail.reminders_off);
    let next = next_letter_at(state, &screen.setup.policy.mail, clocks.now());
    match next {
        _ if off => page.pair("reminders", "off for this dealership", theme.tone(Tone::Warn)),
        Some(at) if state.address_refused().is_none() => {
            let words = format!("next in {}, {}", clocks.left(at), Zone::from(state.profile.timezone).show(at));
            page.pair("reminders", &words, theme.text);
        }
        _ => page.pair("reminders", "on, none to come", theme.dim),
    }
}
