use crate::domain::text::clean;
use crate::domain::{Command, OpcodeChoice, OpcodeOption, OpcodeState, Untrusted};
use crate::protocol::{PlatformState, Request};
use crate::tui::dialog::{
    Dialog, DialogHead, FieldRole, FormField, Input, Item, LoadState, Problems, RecordingAction, SOME_TEXT,
    Suggestions, ValidationContext, Watch, missing,
};
use crate::tui::setup::NO_PLATFORM;
use crate::tui::theme::Tone;

pub const ACTION: RecordingAction = RecordingAction {
    id: "opcode",
    title: "opcode",
    doc: "Record the dealership's opcode choice.",
    commands: |_| {
        let choice = OpcodeChoice { code: SOME_TEXT.into(), option: OpcodeOption::Existing };
        Ok(vec![Command::ChooseOpcode { choice, word: None }])
    },
    fields,
    prepare: |dialog, context| {
        let known = match context.status.platform {
            PlatformState::Unconfigured => LoadState::Not(NO_PLATFORM.to_owned()),
            _ => LoadState::Awaited,
        };
        dialog.suggestions = (dialog.items.len() == 1).then(|| Suggestions::of(known));
    },
    loads: Some(Request::Services),
    request: |dialog, _| request(dialog),
    watches: &[Watch::Archived, Watch::Opcode],
    head: DialogHead::Opcodes,
    heading: |_| "Opcode of",
    button: |_| "record it",
    standing: Some(|item| match item.opcode() {
        Some(choice) => format!("now `{}`", choice.code.screen()),
        None => "nothing chosen yet".to_owned(),
    }),
    under_text,
    ..RecordingAction::with("")
};

fn fields(items: &[Item], context: &ValidationContext<'_>) -> Vec<FormField> {
    // For many there is one choice, whatever each of them had.
    let row = match items {
        [item] => context.rows.get(item.id),
        _ => None,
    };
    let present = row.and_then(|row| row.state.opcode.as_deref());
    let code = present.map_or(context.setup.policy.default_opcode.as_str(), |chosen| chosen.choice.code.raw());
    let word = present.and_then(|chosen| chosen.word.as_ref()).map_or("".into(), |word| word.screen());
    let chosen = usize::from(present.is_some_and(|chosen| chosen.choice.option == OpcodeOption::New));
    let options = &["existing (the dealership has it)", "new (made for our appointments)"];
    let input = Input::Choice { options, chosen };
    vec![
        FormField { role: FieldRole::Option, label: "which".to_owned(), hint: String::new(), input },
        FormField::line(FieldRole::Text, "opcode", "exactly as Xtime shows it", &Untrusted::from(code).screen()),
        FormField::line(FieldRole::Word, "whose word", "who said so, and how; may be empty", &word),
    ]
}

fn request(dialog: &Dialog) -> Result<Request, Problems> {
    let text = dialog.typed();
    if text.is_empty() {
        return Err(missing(FieldRole::Text, "write the opcode, or choose one with the arrows"));
    }
    let new = |field: &FormField| matches!(field.input, Input::Choice { chosen: 1, .. });
    let new = dialog.field(FieldRole::Option).is_some_and(new);
    let option = if new { OpcodeOption::New } else { OpcodeOption::Existing };
    // What was chosen from the list is taken exactly as Xtime shows it, spaces and all.
    let exact = dialog.suggestions.as_ref().and_then(Suggestions::chosen).map(|one| one.exact.clone());
    let choice = OpcodeChoice { code: exact.unwrap_or_else(|| Untrusted::from(text)), option };
    let word = dialog.text(FieldRole::Word).trim();
    Ok(dialog.same_for_each(&Command::ChooseOpcode { choice, word: (!word.is_empty()).then(|| word.into()) }))
}

/// What a look would find the typed or chosen code to be.
fn under_text(dialog: &Dialog) -> Option<(String, Tone)> {
    let suggestions = dialog.suggestions.as_ref()?;
    let text = suggestions.chosen().map_or(dialog.typed(), |one| one.exact.raw());
    let finding = suggestions.finding(text).filter(|_| !text.is_empty())?;
    let tone = if finding.state == OpcodeState::Ok { Tone::Good } else { Tone::Warn };
    Some((clean(finding.words.first()?).into_owned(), tone))
}
