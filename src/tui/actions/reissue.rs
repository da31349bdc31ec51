use super::codes::{self, dry_run_of};
use crate::domain::Ask;
use crate::protocol::Request;
use crate::tui::action::Danger;
use crate::tui::dialog::{Dialog, LetterUse, NO_UNDO, RecordingAction, Watch};

pub const ACTION: RecordingAction = RecordingAction {
    id: "reissue",
    title: "reissue",
    doc: "Give the dealership, or those marked, a new code; the old one is superseded.",
    danger: Danger::Asks,
    // That it is meant although the dealer gave their word is asked in the dialog.
    commands: |dry_run| dry_run_of(Ask::Reissue { seen: dry_run.state.generation(), despite_word: true }, dry_run),
    letters: LetterUse::WithCode,
    fields: codes::fields,
    request: |dialog, context| {
        codes::request(dialog, context, |item, despite_word| Ask::Reissue {
            seen: item.generation(),
            despite_word: despite_word && item.awaits_xtime(),
        })
    },
    watches: Watch::CODE_LETTER,
    heading: |_| "Reissue",
    button: |dialog| if is_despite_word(dialog) { "reissue all the same" } else { "reissue" },
    ..RecordingAction::with(NO_UNDO)
};

fn is_despite_word(dialog: &Dialog) -> bool {
    let despite = |ask: &Ask| matches!(ask, Ask::Reissue { despite_word: true, .. });
    matches!(dialog.request(), Some(Request::Obtain(codes)) if codes.iter().any(|code| despite(&code.ask)))
}
