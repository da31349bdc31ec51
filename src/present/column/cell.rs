//! The cells of the screen's table. Made for the visible rows only.

use super::DealershipView;
use crate::domain::query::Derived;
use crate::domain::report;
use crate::domain::survival::Probability;
use crate::domain::text::{clean, clip, width};
use crate::domain::{InvitationState, Mover, NextStep, Onboarding, OpcodeState, Stage, Untrusted};
use crate::present::clocks::Clocks;
use crate::present::insight::{humanize_chance, percent};
use crate::present::letters::MailSummary;
use crate::present::running_clock::{RunningClock, urgency_tone};
use crate::present::{Tone, code_clock_tone, confirm_clock_tone, opcode_glyph, stage_glyph};

/// The cells of a letter's glyph, below the heading.
pub(super) const GLYPH: u16 = 4;

/// From this room on a clock says its length in two units.
const ROOMY_CLOCK: u16 = 18;

/// A city of which fewer letters are seen is not shown.
const SEEN_OF_CITY: usize = 5;

/// What a cell is made of.
pub struct CellView<'a> {
    pub view: DealershipView<'a>,
    pub clocks: &'a Clocks,
    /// The full code is shown.
    pub is_revealed: bool,
    pub room: u16,
}

/// Pieces of text, a blank cell between them.
#[derive(Default)]
pub struct Cell {
    pub pieces: Vec<(String, Tone)>,
    pub is_right: bool,
}

impl Cell {
    fn of(text: impl Into<String>, tone: Tone) -> Self {
        Self { pieces: vec![(text.into(), tone)], is_right: false }
    }

    pub(super) fn faint(text: &Untrusted) -> Self {
        Self::of(text.screen(), Tone::Faint)
    }

    pub(super) fn right(piece: (String, Tone)) -> Self {
        Self { pieces: vec![piece], is_right: true }
    }

    fn and(mut self, text: impl Into<String>, tone: Tone) -> Self {
        self.pieces.push((text.into(), tone));
        self
    }
}

pub(super) fn name(cell: &CellView<'_>) -> Cell {
    let state = cell.view.state;
    Cell::of(state.profile.name.screen(), if state.archived_at.is_some() { Tone::Faint } else { Tone::Plain })
}

/// dealerCode and city with a comma, as a person says where a dealership is.
pub(super) fn place<'a, T: AsRef<str>>(state: &'a Onboarding, text: fn(&'a Untrusted) -> T) -> String {
    let parts = [&state.profile.dealer_code, &state.profile.city].map(text);
    let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// Where both do not fit, the dealerCode: of the city too little would be left.
pub(super) fn place_cell(cell: &CellView<'_>) -> Cell {
    let profile = &cell.view.state.profile;
    let code = profile.dealer_code.screen();
    let is_city_seen = width(&code) + 2 + SEEN_OF_CITY <= usize::from(cell.room);
    match is_city_seen || code.is_empty() {
        true => Cell::of(place(cell.view.state, Untrusted::screen), Tone::Faint),
        false => Cell::of(code, Tone::Faint),
    }
}

pub(super) fn clock(cell: &CellView<'_>) -> Cell {
    let DealershipView { state, facts, now, .. } = cell.view;
    let is_roomy = cell.room >= ROOMY_CLOCK;
    let text = RunningClock::of(state, facts, now).map(|clock| clock.words(cell.clocks, is_roomy));
    Cell::of(text.unwrap_or_default(), urgency_tone(facts))
}

pub(super) fn owner(cell: &CellView<'_>) -> Cell {
    Cell::of(cell.view.state.profile.owner.as_ref().map_or("–".into(), Untrusted::screen), Tone::Plain)
}

pub(super) fn stage(cell: &CellView<'_>) -> Cell {
    let stage = cell.view.facts.stage;
    // Calm: how urgent it is, its clock says.
    let tone = if matches!(stage, Stage::Live | Stage::Revoked | Stage::Archived) { Tone::Faint } else { Tone::Plain };
    Cell::of(stage_glyph(stage).0, tone).and(stage.as_str(), tone)
}

pub(super) fn code(cell: &CellView<'_>) -> Cell {
    let state = cell.view.state;
    match (&state.invitation, &state.pending) {
        (Some(newest), _) if cell.is_revealed => Cell::of(newest.code.reveal(), Tone::Strong),
        (Some(newest), _) => {
            let is_live = newest.state(cell.view.now) == InvitationState::Live;
            Cell::of(newest.code.masked(), if is_live { Tone::Plain } else { Tone::Faint })
        }
        (None, Some(pending)) if pending.failed.is_some() => Cell::of("failed", Tone::Bad),
        (None, Some(_)) => Cell::of("asked", Tone::Busy),
        (None, None) => Cell::default(),
    }
}

/// The opcode, and how many times a customer would be offered, where it is visible and they were looked for.
pub(super) fn opcode(cell: &CellView<'_>) -> Cell {
    let DealershipView { state, policy, .. } = cell.view;
    let (glyph, tone) = opcode_glyph(state.opcode_state);
    let code = clean(state.opcode_code(&policy.default_opcode));
    match state.slots.as_ref().filter(|_| state.opcode_state == OpcodeState::Ok) {
        None => Cell::of(glyph, tone).and(code, tone),
        Some(slots) => {
            let count = format!("· {}", slots.count);
            let room = usize::from(cell.room).saturating_sub(3 + width(&count));
            let count_tone = if slots.count == 0 { Tone::Warn } else { tone };
            Cell::of(glyph, tone).and(clip(&code, room), tone).and(count, count_tone)
        }
    }
}

pub(super) fn mail(cell: &CellView<'_>) -> Cell {
    let Some(mail) = MailSummary::of(cell.view.state) else { return Cell::default() };
    let (glyph, word, _) = mail.fate.label();
    let tone = if mail.fate.is_trouble() { Tone::Plain } else { Tone::Faint };
    if cell.room <= GLYPH {
        return Cell::of(glyph, tone);
    }
    let what = format!("{glyph} {word}");
    let again = mail.again_at.map(|at| format!("in {}", cell.clocks.until(at)));
    let fits = |again: &String| width(&what) + 1 + width(again) <= usize::from(cell.room);
    match again.filter(fits) {
        Some(again) => Cell::of(what, tone).and(again, Tone::Faint),
        None => Cell::of(what, tone),
    }
}

pub(super) fn next_step(cell: &CellView<'_>) -> Cell {
    let NextStep { whose, what, .. } = cell.view.state.next_step(cell.view.now);
    let tone = if whose == Mover::Us { Tone::Plain } else { Tone::Faint };
    if what.is_empty() { Cell::default() } else { Cell::of(format!("{}: {what}", whose.as_str()), tone) }
}

pub(super) fn connects(view: &DealershipView<'_>) -> Option<Probability> {
    report::connects(view.survival?, view.state, view.now)
}

/// How likely the code is used before it ends, with the interval where there is room for it.
pub(super) fn chance(cell: &CellView<'_>) -> Cell {
    let Some(at) = connects(&cell.view) else { return Cell::default() };
    let whole = humanize_chance(&at);
    let fits = width(&whole) <= usize::from(cell.room);
    Cell::right((if fits { whole } else { percent(at.estimate) }, Tone::Plain))
}

pub(super) fn last_event(cell: &CellView<'_>) -> Cell {
    let state = cell.view.state;
    let ago = cell.clocks.ago(state.last_event_happened_at());
    Cell::of(format!("{ago:<4}"), Tone::Faint).and(state.last_event.name(), Tone::Plain)
}

/// What is left of the code's life, or how long it has been over; nothing where nobody waits for its end.
pub fn code_clock(state: &Onboarding, facts: Derived, clocks: &Clocks) -> (String, Tone) {
    let ends = state.invitation.as_ref().map(|newest| (newest.state(clocks.now()), newest.expires_at));
    let text = match ends {
        Some((InvitationState::Live, at)) => clocks.left(at),
        Some((InvitationState::Expired, at)) => format!("-{}", clocks.since(at)),
        _ => String::new(),
    };
    (text, code_clock_tone(state, facts, clocks.now()))
}

/// What is left of Xtime's 24 hours, or how long they have been over; nothing where nobody waits for Xtime.
pub fn confirm_clock(state: &Onboarding, facts: Derived, clocks: &Clocks) -> (String, Tone) {
    let text = match state.xtime_due_at() {
        Some(due_at) if facts.stage == Stage::Overdue => format!("-{}", clocks.since(due_at)),
        Some(due_at) => clocks.left(due_at),
        None => String::new(),
    };
    (text, confirm_clock_tone(state, facts))
}
