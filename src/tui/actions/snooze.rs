use crate::domain::when::parse_ahead;
use crate::domain::{Command, Timestamp};
use crate::timezone::Tz;
use crate::tui::dialog::{FieldRole, FormField, RecordingAction, Watch, wrong};

pub const ACTION: RecordingAction = RecordingAction {
    id: "snooze",
    title: "snooze",
    doc: "Out of sight for a while.",
    commands: |_| Ok(vec![Command::Snooze { until: None }]),
    fields: |_, _| {
        let hint = "2h, 1d, a moment like 2026-03-30 14:05; `off` ends it";
        vec![FormField::line(FieldRole::Text, "for or until", hint, "1d")]
    },
    request: |dialog, context| {
        let zone = dialog.items.first().map_or(Tz::UTC, |item| item.zone);
        let until = end(dialog.typed(), context.now, zone).map_err(|text| wrong(FieldRole::Text, text))?;
        Ok(dialog.same_for_each(&Command::Snooze { until }))
    },
    watches: &[Watch::Archived, Watch::Snooze],
    heading: |_| "Snooze",
    button: |dialog| if ends(dialog.typed()) { "end the snooze" } else { "snooze" },
    ..RecordingAction::with("")
};

fn ends(text: &str) -> bool {
    matches!(text, "off" | "0" | "none")
}

/// The end of a snooze: a length of time, `until` a moment, or `off`.
fn end(text: &str, now: Timestamp, zone: Tz) -> Result<Option<Timestamp>, String> {
    if ends(text) {
        return Ok(None);
    }
    parse_ahead(text, now, &zone).map(Some).map_err(|error| format!("{error}; `off` ends a snooze"))
}
