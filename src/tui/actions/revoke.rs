use crate::domain::Command;
use crate::tui::action::Danger;
use crate::tui::dialog::{FieldRole, FormField, NO_UNDO, RecordingAction, SOME_TEXT, Watch};

pub const ACTION: RecordingAction = RecordingAction {
    id: "revoke",
    title: "revoke",
    doc: "Take the living code back.",
    danger: Danger::Asks,
    commands: |_| Ok(vec![Command::Revoke { reason: SOME_TEXT.into() }]),
    fields: |_, _| vec![FormField::line(FieldRole::Text, "why", "for the record; may be empty", "")],
    request: |dialog, _| Ok(dialog.same_for_each(&Command::Revoke { reason: dialog.typed().into() })),
    watches: Watch::CODE,
    heading: |_| "Revoke the code of",
    button: |_| "revoke",
    consequence: |_| "The code stays on record; whether Xtime refuses it then is not known.",
    ..RecordingAction::with(NO_UNDO)
};
