//! What is done about letters that are on their way or went wrong.

use crate::domain::{Command, LetterId};
use crate::protocol::Request;
use crate::tui::action::Danger;
use crate::tui::dialog::{
    Dialog, DryRun, FieldRole, FormField, LetterUse, NO_UNDO, RecordingAction, SOME_TEXT, Subject,
};

pub const RETRY: RecordingAction = RecordingAction {
    id: "queue-retry",
    title: "try now",
    doc: "Try the letter now, or those marked.",
    subject: Subject::Letters,
    ..RETRYING
};

pub const RETRY_FAILED: RecordingAction = RecordingAction {
    id: "queue-retry-failed",
    title: "try all failed",
    doc: "Try every letter now that went wrong.",
    subject: Subject::FailedLetters,
    ..RETRYING
};

const RETRYING: RecordingAction = RecordingAction {
    unasked: 1,
    commands: |dry_run| Ok(of_letter(dry_run, |letter| Command::RetryLetter { letter })),
    letters: LetterUse::Retried,
    request: |dialog, _| Ok(about_letters(dialog, |letter| Command::RetryLetter { letter })),
    heading: |_| "Try now:",
    button: |_| "try now",
    ..RecordingAction::with(NO_UNDO)
};

pub const SUPPRESS: RecordingAction = RecordingAction {
    id: "queue-suppress",
    title: "suppress",
    doc: "Do not send the letter after all, or those marked.",
    danger: Danger::Asks,
    subject: Subject::Letters,
    commands: |dry_run| {
        Ok(of_letter(dry_run, |letter| Command::SuppressLetter { letter, reason: SOME_TEXT.to_owned() }))
    },
    fields: |_, _| vec![FormField::line(FieldRole::Text, "why", "for the record; may be empty", "")],
    request: |dialog, _| {
        let reason = match dialog.typed() {
            "" => "somebody took it back",
            text => text,
        };
        Ok(about_letters(dialog, |letter| Command::SuppressLetter { letter, reason: reason.to_owned() }))
    },
    heading: |_| "Do not send:",
    button: |_| "do not send",
    ..RecordingAction::with(NO_UNDO)
};

fn of_letter(dry_run: &DryRun<'_>, command: impl Fn(LetterId) -> Command) -> Vec<Command> {
    dry_run.letter.map(|letter| command(letter.id)).into_iter().collect()
}

fn about_letters(dialog: &Dialog, command: impl Fn(LetterId) -> Command) -> Request {
    let letters = dialog.items.iter().filter_map(|item| Some((item.id, command(item.about.as_ref()?.0))));
    Request::Execute(letters.collect())
}
