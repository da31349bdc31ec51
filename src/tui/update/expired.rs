//! Codes that expired unused: told together, however many die in a moment.

use std::sync::Arc;

use crate::domain::text::normal;
use crate::domain::{DealershipId, Event, Fact, Onboarding};
use crate::tui::action::Action;
use crate::tui::state::ScreenState;
use crate::tui::theme::Tone;
use crate::tui::toasts::Topic;

/// How many dealerships are named.
const NAMED: usize = 3;

/// Tells of the codes that these events say are dead.
pub(super) fn notice(state: &mut ScreenState, events: &[Arc<Event>]) {
    let dead = events.iter().filter(|event| matches!(event.fact, Fact::InvitationExpired { .. }));
    let (mut mine, mut others) = (Vec::new(), Vec::new());
    for id in dead.filter_map(|event| event.dealership) {
        let owner = state.rows.get(id).is_some_and(|row| is_owner(&row.state, &state.setup.me));
        if owner { mine.push(id) } else { others.push(id) }
    }
    for (topic, new) in [(Topic::OthersExpired, others), (Topic::MineExpired, mine)] {
        if new.is_empty() {
            continue;
        }
        let told = state.toasts.has(topic);
        let known = if topic == Topic::MineExpired { &mut state.expired.mine } else { &mut state.expired.others };
        if !told {
            known.clear();
        }
        for id in new {
            if !known.contains(&id) {
                known.push(id);
            }
        }
        let words = message(state, topic == Topic::MineExpired);
        state.toasts.replace(topic, Tone::Bad, words, state.now.face);
    }
}

/// Whether a dealership is somebody's: what `is:mine` means.
fn is_owner(state: &Onboarding, me: &str) -> bool {
    !me.is_empty() && state.profile.owner.as_ref().is_some_and(|owner| normal(owner.raw()) == normal(me))
}

fn message(state: &ScreenState, mine: bool) -> String {
    let (ids, whose) = match mine {
        true => (&state.expired.mine, "at your dealerships"),
        false => (&state.expired.others, "at dealerships of other owners"),
    };
    let name = |id: &DealershipId| state.rows.get(*id).map(|row| row.state.profile.name.screen().into_owned());
    let mut names: Vec<String> = ids.iter().take(NAMED).filter_map(name).collect();
    let more = ids.len().saturating_sub(NAMED);
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    let key = state.setup.keymap.first_key(Action::ShowExpired);
    let key =
        key.map_or_else(String::new, |key| format!("; {key} shows {}", if ids.len() == 1 { "it" } else { "them" }));
    let codes = if ids.len() == 1 { "a code".to_owned() } else { format!("{} codes", ids.len()) };
    format!("{codes} {whose} expired unused: {}{key}", names.join(", "))
}
