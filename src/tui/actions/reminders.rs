use crate::domain::Command;
use crate::tui::dialog::{Dialog, Item, RecordingAction, Watch};

pub const ACTION: RecordingAction = RecordingAction {
    id: "reminders",
    title: "reminders",
    doc: "Switch the reminders of the code's end off, or on again.",
    commands: |dry_run| {
        let on = dry_run.state.mail.as_ref().is_some_and(|mail| mail.reminders_off);
        Ok(vec![Command::SetReminders { on }])
    },
    request: |dialog, _| Ok(dialog.same_for_each(&Command::SetReminders { on: switches_on(dialog) })),
    watches: &[Watch::Archived, Watch::Reminders],
    heading: |dialog| if switches_on(dialog) { "Reminders on again for" } else { "Reminders off for" },
    button: |dialog| if switches_on(dialog) { "switch on" } else { "switch off" },
    consequence: |dialog| {
        if switches_on(dialog) {
            "Letters that remind of the code's end are sent again."
        } else {
            "No letter reminds of the code's end; all others are sent as before."
        }
    },
    ..RecordingAction::with("")
};

fn switches_on(dialog: &Dialog) -> bool {
    dialog.items.iter().all(Item::reminders_off)
}
