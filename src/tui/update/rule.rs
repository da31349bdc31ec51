//! The row that a person teaches: asked for as soon as it is said what the answer means.

use super::dialog;
use crate::domain::{DealershipId, Outcome};
use crate::protocol::{Request, RuleDraft};
use crate::tui::actions::teach::meaning;
use crate::tui::msg::Effect;
use crate::tui::state::{Mode, ScreenState};

/// Asks for the row of the meaning that is chosen, when it is another one.
pub(in crate::tui) fn follow_meaning(state: &mut ScreenState) -> Option<Effect> {
    let Mode::Dialog(dialog) = &mut state.mode else { return None };
    let means = meaning(dialog);
    let form = dialog.rule.as_mut().filter(|form| form.asked != means)?;
    (form.asked, form.draft) = (means, None);
    let (dealership, answer) = (form.about.dealership, form.about.answer.clone());
    dialog::revalidate(state, |_| ());
    means.map(|means| state.ask(Request::DraftRule { dealership, answer, means }))
}

/// The row for a meaning.
pub(super) fn drafted(
    state: &mut ScreenState,
    id: DealershipId,
    means: Outcome,
    draft: Result<Box<RuleDraft>, String>,
) {
    let Mode::Dialog(dialog) = &mut state.mode else { return };
    let form = dialog.rule.as_mut().filter(|form| form.asked == Some(means) && form.about.dealership == id);
    let Some(form) = form else { return };
    form.draft = Some(draft);
    state.dirty = true;
    dialog::revalidate(state, |_| ());
}
