use crate::domain::Command;
use crate::tui::dialog::{FieldRole, FormField, RecordingAction, SOME_TEXT, missing};

pub const ACTION: RecordingAction = RecordingAction {
    id: "note",
    title: "note",
    doc: "Write a note.",
    commands: |_| Ok(vec![Command::Note { text: SOME_TEXT.into() }]),
    fields: |_, _| vec![FormField::line(FieldRole::Text, "note", "one line", "")],
    request: |dialog, _| match dialog.typed() {
        "" => Err(missing(FieldRole::Text, "write something")),
        text => Ok(dialog.same_for_each(&Command::Note { text: text.into() })),
    },
    watches: &[],
    heading: |_| "Note on",
    button: |_| "write it down",
    ..RecordingAction::with("")
};
