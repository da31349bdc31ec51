use super::codes::moment_hint;
use crate::domain::when::parse_moment;
use crate::domain::{Command, Onboarding, Timestamp};
use crate::protocol::Request;
use crate::tui::dialog::{
    Dialog, FieldRole, FormField, Item, LetterUse, NO_UNDO, RecordingAction, ValidationContext, Watch, wrong,
};

pub const ACTION: RecordingAction = RecordingAction {
    id: "dealer-done",
    title: "dealer is done",
    doc: "Record that the dealer says it is done; the second clock starts.",
    commands: |dry_run| {
        Ok(vec![Command::ConfirmByDealer { said_at: likely_word(dry_run.state, dry_run.now), mail: true }])
    },
    letters: LetterUse::WordReceived,
    fields: |items, context| vec![FormField::line(FieldRole::Text, "finished", moment_hint(items, context), "now")],
    request: |dialog, context| {
        let commands: Result<Vec<_>, String> =
            dialog.items.iter().map(|item| Ok((item.id, said(dialog, item, context)?))).collect();
        commands.map(Request::Execute).map_err(|text| wrong(FieldRole::Text, text))
    },
    watches: Watch::CODE_LETTER,
    heading: |_| "The dealer is done:",
    button: |_| "record it",
    ..RecordingAction::with(NO_UNDO)
};

/// When the dealer can have entered the code, if they can at all.
pub(super) fn likely_word(state: &Onboarding, now: Timestamp) -> Timestamp {
    state.invitation.as_ref().map_or(now, |newest| newest.expires_at.min(now).max(newest.generated_at))
}

fn said(dialog: &Dialog, item: &Item, context: &ValidationContext<'_>) -> Result<Command, String> {
    let text = match dialog.typed() {
        "" => "now",
        text => text,
    };
    let said_at = parse_moment(text, context.now, &item.zone).map_err(|error| error.to_string())?;
    let command = Command::ConfirmByDealer { said_at, mail: dialog.mails_to(item) };
    if let Some(row) = context.rows.get(item.id) {
        let dry_run = context.dry_run(&row.state, None);
        dry_run.decide(std::slice::from_ref(&command)).map_err(|refusal| refusal.to_string())?;
    }
    Ok(command)
}
