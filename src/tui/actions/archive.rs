use crate::domain::{Command, Stage};
use crate::tui::action::Danger;
use crate::tui::dialog::{Dialog, RecordingAction};

pub const ACTION: RecordingAction = RecordingAction {
    id: "archive",
    title: "archive",
    doc: "Put aside, not probed any more; or take back from the archive (unarchive).",
    danger: Danger::Asks,
    commands: |dry_run| {
        Ok(vec![if dry_run.state.archived_at.is_some() { Command::Unarchive } else { Command::Archive }])
    },
    request: |dialog, _| {
        Ok(dialog.same_for_each(if takes_back(dialog) { &Command::Unarchive } else { &Command::Archive }))
    },
    heading: |dialog| if takes_back(dialog) { "Take back from the archive:" } else { "Archive" },
    button: |dialog| if takes_back(dialog) { "take back" } else { "archive" },
    consequence: |dialog| {
        if takes_back(dialog) {
            "Looked at again from now on, and shown in the tabs as before."
        } else {
            "Not looked at and not shown any more until taken back; the record stays."
        }
    },
    ..RecordingAction::with("")
};

fn takes_back(dialog: &Dialog) -> bool {
    dialog.items.iter().all(|item| item.stage == Stage::Archived)
}
