//! A call with a dealership, and nothing else: whom, the number, the time there, the code spelled out, the steps, and the
//! keys for what came of it.

use super::canvas::{Canvas, wrap};
use super::guide::hang;
use super::page::{Page, beside};
use super::person;
use crate::domain::{Invitation, InvitationState, NextStep, Onboarding};
use crate::present::clocks::Clocks;
use crate::present::spoken::{has_both_cases, spell, spoken};
use crate::tui::action::ActionScope;
use crate::tui::call_view::CallView;
use crate::tui::enabled::can;
use crate::tui::registry::REGISTRY;
use crate::tui::state::ScreenState;
use crate::tui::theme::{Theme, Tone};

/// From this width on the steps stand beside the person.
const TWO_COLUMNS: u16 = 100;
/// How many characters of a code are spelled in a line.
const SPELLED: usize = 4;

pub(super) fn draw(open: &CallView, state: &ScreenState, theme: &Theme, clocks: &Clocks, canvas: &mut Canvas<'_>) {
    let Some(row) = state.rows.get(open.id) else { return };
    let area = canvas.area();
    let mut canvas = canvas.popup(area.width, area.height);
    let title = format!("Call: {}", row.state.profile.name.screen());
    let inside = canvas.frame(&title, theme.line_focus, theme.title);
    let mut canvas = canvas.within(inside);
    let wide = inside.width >= TWO_COLUMNS;
    let room = if wide { inside.width / 2 - 2 } else { inside.width.saturating_sub(2) };
    let page = || Page { lines: Vec::new(), theme, room };
    let (mut left, mut right) = (page(), page());
    person(&mut left, open, &row.state, state, clocks);
    code(&mut left, &row.state, state, clocks);
    what_to_do(&mut right, open, &row.state, state);
    outcomes(&mut right, state);
    let lines = if wide {
        beside(left.lines, right.lines, room)
    } else {
        left.lines.extend(right.lines);
        left.lines
    };
    let rows = usize::from(inside.height);
    let top = open.scroll.top(lines.len(), rows);
    for (y, line) in (0..).zip(lines.iter().skip(top).take(rows)) {
        let room = inside.width.saturating_sub(1);
        canvas.pieces(1, y, room, line.iter().map(|(text, style)| (text.as_str(), *style)));
    }
    if lines.len() > top + rows {
        let words = format!(" {} more below ", lines.len() - top - rows);
        canvas.right(0, inside.height.saturating_sub(1), inside.width, &words, theme.chosen);
    }
}

fn person(page: &mut Page<'_>, open: &CallView, state: &Onboarding, screen: &ScreenState, clocks: &Clocks) {
    page.text(&state.profile.name.screen(), page.theme.title);
    person::place(page, state);
    person::others(page, state.id, screen);
    page.pair("meanwhile", open.meanwhile.as_deref().unwrap_or_default(), page.theme.tone(Tone::Warn));
    person::contact(page, state, clocks);
    let NextStep { whose, what, .. } = state.next_step(clocks.now());
    page.pair("next", &format!("{}: {what}", whose.as_str()), page.theme.tone(whose.into()));
    person::calls(page, state);
}

fn code(page: &mut Page<'_>, state: &Onboarding, screen: &ScreenState, clocks: &Clocks) {
    let theme = page.theme;
    if state.is_confirmed() {
        return;
    }
    page.heading("Code");
    let Some(newest) = &state.invitation else {
        page.text("never invited: there is no code to read out", theme.dim);
        return;
    };
    let now = clocks.now();
    if let Some(said_at) = state.confirmation.dealer_confirmed_at {
        let said = spoken(said_at, now, state.profile.timezone);
        page.text(&format!("entered {said}, their time, by the dealer's word"), theme.text);
        return;
    }
    let said = spoken(newest.expires_at, now, state.profile.timezone);
    match newest.state(now) {
        InvitationState::Live => {
            spelled(page, newest, screen.revealed(state.id, newest.generation));
            let left = clocks.left(newest.expires_at);
            page.pair("until", &format!("{said}, their time ({left} left)"), theme.text);
        }
        InvitationState::Expired => {
            page.text(&format!("died {said}, their time: it needs a new one"), theme.tone(Tone::Bad));
        }
        ended => page.text(&format!("{}: not to be read out", ended.as_str()), theme.tone(Tone::Warn)),
    }
}

fn spelled(page: &mut Page<'_>, newest: &Invitation, revealed: bool) {
    let theme = page.theme;
    if !revealed {
        page.pair("code", &newest.code.masked(), theme.text);
        return;
    }
    let code = newest.code.reveal();
    page.pair("code", code, theme.title);
    for part in spell(code).chunks(SPELLED) {
        let words: Vec<String> = part.iter().map(|(c, word)| format!("{c} {word}")).collect();
        page.pair(" ", &words.join("   "), theme.text);
    }
    if has_both_cases(code) {
        page.pair(" ", "words in capitals are capital letters", theme.dim);
    }
}

fn what_to_do(page: &mut Page<'_>, open: &CallView, state: &Onboarding, screen: &ScreenState) {
    let theme = page.theme;
    page.heading(if state.is_confirmed() { "Steps to a visible opcode" } else { "Steps to connect" });
    let mut lines = Vec::new();
    for (place, step) in screen.call_steps(state).iter().enumerate() {
        let (mark, style) = match place.cmp(&open.steps_done(state.is_confirmed())) {
            std::cmp::Ordering::Less => ("[x]", theme.dim),
            std::cmp::Ordering::Equal => ("[>]", theme.title),
            std::cmp::Ordering::Greater => ("[ ]", theme.text),
        };
        hang(&mut lines, &format!("{mark} {}.", place + 1), step, 7, page.room, style);
    }
    page.lines.extend(lines.into_iter().map(|line| vec![line]));
}

fn outcomes(page: &mut Page<'_>, screen: &ScreenState) {
    let theme = page.theme;
    page.heading("What came of it");
    for info in REGISTRY.iter().filter(|info| info.scope == ActionScope::Call) {
        let key = screen.setup.keymap.first_key(info.action).unwrap_or_default();
        let key = (format!("{key:>6}  "), theme.chosen);
        match can(screen, info.action) {
            Ok(()) => page.lines.push(vec![key, (info.title.to_owned(), theme.text)]),
            Err(why) => {
                let words = format!("{}: {why}", info.title);
                let lines = wrap(&words, page.room.saturating_sub(8));
                let first = lines.into_iter().next().unwrap_or_default();
                page.lines.push(vec![(key.0, theme.dim), (first, theme.dim)]);
            }
        }
    }
}
