//! The letters that somebody sends by hand. They differ in data only.

use crate::domain::{Command, LetterKind};
use crate::protocol::Request;
use crate::tui::action::Danger;
use crate::tui::dialog::{Dialog, Item, LetterUse, NO_UNDO, RecordingAction, Watch};

pub const RESEND: RecordingAction = RecordingAction {
    id: "resend",
    title: "resend letter",
    doc: "Send the letter with the present code again, only while that code lives.",
    commands: |dry_run| Ok(vec![Command::QueueLetter { kind: LetterKind::of_code(dry_run.state.generation()) }]),
    letters: LetterUse::Sends(LetterKind::of_code),
    watches: Watch::CODE_LETTER,
    heading: |_| "Resend the letter to",
    ..SENDING
};

pub const SEND_GUIDE: RecordingAction = RecordingAction {
    id: "send-guide",
    title: "send opcode guide",
    doc: "Send the steps to a visible opcode.",
    commands: |_| Ok(vec![Command::QueueLetter { kind: LetterKind::OpcodeGuide }]),
    letters: LetterUse::Sends(|_| LetterKind::OpcodeGuide),
    heading: |_| "Send the opcode guide to",
    ..SENDING
};

pub const SEND_WORD_RECEIVED: RecordingAction = RecordingAction {
    id: "send-word-received",
    title: "send word received",
    doc: "Send that we have the dealer's word and wait for Xtime.",
    commands: |_| Ok(vec![Command::QueueLetter { kind: LetterKind::WordReceived }]),
    letters: LetterUse::Sends(|_| LetterKind::WordReceived),
    heading: |_| "Send that we have the word of",
    ..SENDING
};

pub const SEND_LIVE: RecordingAction = RecordingAction {
    id: "send-live",
    title: "send live notice",
    doc: "Send that customers can book.",
    commands: |_| Ok(vec![Command::QueueLetter { kind: LetterKind::Live }]),
    letters: LetterUse::Sends(|_| LetterKind::Live),
    heading: |_| "Send the live notice to",
    ..SENDING
};

const SENDING: RecordingAction = RecordingAction {
    danger: Danger::Asks,
    request: |dialog, _| Ok(queue_each(dialog)),
    watches: &[Watch::Archived, Watch::Address],
    button: |_| "send it",
    ..RecordingAction::with(NO_UNDO)
};

fn queue_each(dialog: &Dialog) -> Request {
    let command = |item: &Item| {
        let kind = dialog.recording()?.sends(item.generation())?;
        Some((item.id, Command::QueueLetter { kind }))
    };
    Request::Execute(dialog.items.iter().filter_map(command).collect())
}
