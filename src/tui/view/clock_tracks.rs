//! Both clocks of a dealership: the code's 72 hours and Xtime's 24, each as a track with what is marked on it.

use super::canvas::width;
use super::page::Page;
use crate::domain::clock_doubt::humanize_code_ahead;
use crate::domain::text::clean;
use crate::domain::when::in_full;
use crate::domain::{InvitationState, Policy, Stage, Timestamp, reminder_moments};
use crate::present::clocks::Clocks;
use crate::present::column::{code_clock, confirm_clock};
use crate::present::time::Zone;
use crate::present::{Track, TrackCell};
use crate::tui::rows::DealershipRow;
use crate::tui::state::ScreenState;
use crate::tui::theme::Tone;

/// More cells tell no more.
const LONGEST: u16 = 72;

/// The track, and below it where it begins and ends; runs of the same cell are one piece.
fn track(page: &mut Page<'_>, track: &Track<'_>, zone: Zone, now: Timestamp, tone: Tone) {
    let theme = page.theme;
    let cells = page.room.min(LONGEST);
    let mut line: Vec<(String, ratatui::style::Style)> = Vec::new();
    for cell in track.cells(now, cells) {
        let style = match cell {
            TrackCell::Passed | TrackCell::Now => theme.tone(tone),
            TrackCell::Ahead | TrackCell::Quiet => theme.dim,
            TrackCell::Reminder => theme.tone(Tone::Busy),
        };
        match line.last_mut() {
            Some((run, known)) if *known == style => run.push_str(cell.glyph()),
            _ => line.push((cell.glyph().to_owned(), style)),
        }
    }
    page.lines.push(line);
    let (from, until) = (zone.show(track.from), zone.show(track.until));
    let gap = usize::from(cells).saturating_sub(width(&from) + width(&until));
    if gap > 0 {
        page.lines.push(vec![(format!("{from}{}{until}", " ".repeat(gap)), theme.dim)]);
    } else {
        page.text(&format!("until {until}"), theme.dim);
    }
}

pub(super) fn code(page: &mut Page<'_>, row: &DealershipRow, screen: &ScreenState, clocks: &Clocks) {
    let (theme, policy, now) = (page.theme, &screen.setup.policy, clocks.now());
    let state = &*row.state;
    let zone = Zone::from(state.profile.timezone);
    page.heading(&format!("Code, {}", in_full(policy.valid_for)));
    if let Some(pending) = &state.pending {
        let words = match &pending.failed {
            Some(why) => format!("code {} not obtained yet: {}", pending.generation, clean(why)),
            None => format!("code {} asked for by {}", pending.generation, clean(&pending.by)),
        };
        page.text(&words, theme.tone(Tone::Warn));
    }
    let Some(newest) = &state.invitation else {
        return page.text("never invited", theme.dim);
    };
    let (left, tone) = code_clock(state, row.facts, clocks);
    let how = newest.state(now);
    let clock = match how {
        InvitationState::Live => format!("{left} left"),
        InvitationState::Expired => format!("expired {} ago", clocks.since(newest.expires_at)),
        InvitationState::Used | InvitationState::Superseded | InvitationState::Revoked => how.as_str().to_owned(),
    };
    let shown = match screen.revealed(state.id, newest.generation) {
        true => newest.code.reveal().to_owned(),
        false => newest.code.masked(),
    };
    let shown = (format!("{shown} (number {}): ", newest.generation), theme.text);
    page.lines.push(vec![shown, (clock, theme.tone(tone))]);
    // Once the dealer has entered it, its end matters to nobody.
    if how == InvitationState::Live || row.facts.stage == Stage::Expired {
        let reminders = reminder_moments(state, &policy.mail, now);
        let quiet = policy.mail.quiet.map(|quiet| (quiet, state.profile.timezone));
        let clock = Track { from: newest.generated_at, until: newest.expires_at, reminders: &reminders, quiet };
        track(page, &clock, zone, now, tone);
        page.pair("ends here", &screen.setup.zone.show(newest.expires_at), theme.dim);
    }
    if let Some(ahead) = state.code_ahead(now, policy) {
        page.text(&humanize_code_ahead(ahead), theme.tone(Tone::Bad));
    }
    page.pair("issued by", &format!("{}, {}", clean(&newest.issued_by), zone.show(newest.issued_at)), theme.dim);
    for past in state.earlier.iter().rev() {
        let words =
            format!("{} {}, {}", past.generation, InvitationState::from(past.ended).as_str(), zone.show(past.at));
        page.pair("earlier", &words, theme.dim);
    }
}

pub(super) fn xtime(page: &mut Page<'_>, row: &DealershipRow, policy: &Policy, clocks: &Clocks) {
    let theme = page.theme;
    let state = &*row.state;
    let confirmation = &state.confirmation;
    page.heading(&format!("Xtime, {} after the dealer's word", in_full(policy.confirm_within)));
    let zone = Zone::from(state.profile.timezone);
    match (confirmation.dealer_confirmed_at, state.xtime_due_at()) {
        (Some(said), Some(due)) => {
            let (left, tone) = confirm_clock(state, row.facts, clocks);
            let clock = match left.strip_prefix('-') {
                Some(over) => format!("{over} late"),
                None => format!("{left} left"),
            };
            page.text(&clock, theme.tone(tone));
            track(page, &Track { from: said, until: due, reminders: &[], quiet: None }, zone, clocks.now(), tone);
        }
        (Some(said), None) => page.pair("their word", &zone.show(said), theme.text),
        (None, _) if !state.is_confirmed() && confirmation.lost_at.is_none() => {
            page.text("the dealer has not said that it is done", theme.dim);
        }
        (None, _) => {}
    }
    if let Some(at) = confirmation.confirmed_at {
        page.pair("confirmed", &zone.show(at), theme.tone(Tone::Good));
    }
    if let Some(at) = confirmation.lost_at {
        page.pair("lost", &zone.show(at), theme.tone(Tone::Bad));
    }
}
