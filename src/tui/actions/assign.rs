use crate::domain::Command;
use crate::domain::owner::{self, NOBODY};
use crate::domain::text::clean;
use crate::tui::dialog::{
    Dialog, DialogHead, FieldRole, FormField, RecordingAction, SOME_TEXT, Suggestions, Watch, missing,
};
use crate::tui::theme::Tone;

pub const ACTION: RecordingAction = RecordingAction {
    id: "assign",
    title: "assign",
    doc: "Give the dealership to somebody.",
    commands: |_| Ok(vec![Command::Assign { owner: Some(SOME_TEXT.into()) }]),
    fields: |_, _| vec![FormField::line(FieldRole::Text, "owner", "down takes one; `nobody` takes it away", "")],
    prepare: |dialog, context| {
        dialog.suggestions = Some(Suggestions::owners(&context.setup.me, &context.rows.owners()));
    },
    request: |dialog, _| match dialog.typed() {
        "" => Err(missing(
            FieldRole::Text,
            format!("write a name, or choose one with the arrows; `{NOBODY}` takes it away"),
        )),
        text => Ok(dialog.same_for_each(&Command::Assign { owner: owner::read(text) })),
    },
    question: |dialog| new_owner_question(dialog, dialog.typed()),
    watches: &[Watch::Archived, Watch::Owner],
    head: DialogHead::Owners,
    heading: |_| "Assign",
    button: |dialog| if dialog.typed().eq_ignore_ascii_case(NOBODY) { "assign to nobody" } else { "assign" },
    standing: Some(|item| format!("with {}", item.owner().map_or_else(|| "nobody".into(), |owner| owner.screen()))),
    under_text: |dialog| Some((dialog.suggestions.as_ref()?.new_owner(dialog.typed())?, Tone::Warn)),
    ..RecordingAction::with("")
};

/// What is asked before a dealership goes to somebody who has none so far.
pub(super) fn new_owner_question(dialog: &Dialog, name: &str) -> Option<String> {
    dialog.suggestions.as_ref()?.new_owner(name)?;
    Some(format!("Nobody is called {} here yet: accept it again to assign anyway.", clean(name)))
}
