use super::codes::{self, dry_run_of};
use crate::domain::Ask;
use crate::tui::action::Danger;
use crate::tui::dialog::{LetterUse, NO_UNDO, RecordingAction, Watch};

pub const ACTION: RecordingAction = RecordingAction {
    id: "invite",
    title: "invite",
    doc: "Invite the dealership, or those marked, for the first time.",
    danger: Danger::Asks,
    commands: |dry_run| dry_run_of(Ask::Invite, dry_run),
    letters: LetterUse::WithCode,
    fields: codes::fields,
    request: |dialog, context| codes::request(dialog, context, |_, _| Ask::Invite),
    watches: Watch::CODE_LETTER,
    heading: |_| "Invite",
    button: |_| "invite",
    ..RecordingAction::with(NO_UNDO)
};
