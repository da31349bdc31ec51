//! Whom to call about a dealership: which it is, the number, and whether somebody is likely in.

use super::page::Page;
use chrono::TimeDelta;

use crate::domain::{DealershipId, Onboarding, Timestamp, Untrusted};
use crate::present::call;
use crate::present::clocks::Clocks;
use crate::present::spoken::is_likely_in;
use crate::present::time::Zone;
use crate::tui::state::{ScreenState, presence_glyph};
use crate::tui::theme::Tone;

/// Its dealerCode and where it is: what tells it from others of its name.
pub(super) fn place(page: &mut Page<'_>, state: &Onboarding) {
    let profile = &state.profile;
    let place = [&profile.dealer_code, &profile.city, &profile.state].map(Untrusted::screen);
    let place: Vec<&str> = place.iter().map(AsRef::as_ref).filter(|part| !part.is_empty()).collect();
    page.text(&place.join(", "), page.theme.text);
}

pub(super) fn contact(page: &mut Page<'_>, state: &Onboarding, clocks: &Clocks) {
    let theme = page.theme;
    let (profile, now) = (&state.profile, clocks.now());
    let zone = profile.timezone;
    page.pair("contact", &profile.contact.name.screen(), theme.text);
    match profile.contact.phone.screen() {
        phone if phone.is_empty() => page.pair("phone", "none is known", theme.tone(Tone::Warn)),
        phone => page.pair("phone", &phone, theme.title),
    }
    for further in &state.further_contacts {
        page.pair("also", &further.humanize(), theme.text);
    }
    let (there, tone) = match is_likely_in(now, zone) {
        true => ("somebody is likely in", Tone::Good),
        false => ("likely nobody is in", Tone::Warn),
    };
    page.pair("there", &format!("{}: {there}", Zone::from(zone).show(now)), theme.tone(tone));
    clocks.changes_at(next_minute(now));
}

/// Who else has it in front of them.
pub(super) fn others(page: &mut Page<'_>, id: DealershipId, screen: &ScreenState) {
    for other in screen.others_at(id) {
        page.pair("now", &screen.does(other, "this"), page.theme.tone(presence_glyph(other).1));
    }
}

/// What came of the last call, and whether the code was read out.
pub(super) fn calls(page: &mut Page<'_>, state: &Onboarding) {
    let moment = |at| Zone::from(state.profile.timezone).show(at);
    let style = page.theme.text;
    page.pair("called", &call::last_call(state, moment).unwrap_or_default(), style);
    page.pair("told", &call::told_code(state, moment).unwrap_or_default(), style);
}

pub(super) fn next_minute(now: Timestamp) -> Timestamp {
    let rest = 60_000 - now.timestamp_millis().rem_euclid(60_000);
    now.checked_add_signed(TimeDelta::milliseconds(rest)).unwrap_or(now)
}
