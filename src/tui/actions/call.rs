//! What came of a call: an action for each outcome, and the code that was read out.

use super::dealer_done::likely_word;
use crate::domain::when::{parse_ahead, parse_moment};
use crate::domain::{Call, CallOutcome, Command, Onboarding, OpcodeChoice, OpcodeOption, Untrusted};
use crate::present::spoken::next_morning;
use crate::protocol::Request;
use crate::tui::dialog::{
    Dialog, DryRun, FieldRole, FormField, Item, LetterUse, NO_UNDO, Problems, RecordingAction, SOME_TEXT, Subject,
    ValidationContext, Watch, missing, wrong,
};

macro_rules! outcomes {
    ($($name:ident $outcome:ident $id:literal $title:literal $doc:literal)+) => {$(
        pub const $name: RecordingAction = RecordingAction {
            id: $id,
            title: $title,
            doc: $doc,
            commands: |dry_run| Ok(vec![likely(CallOutcome::$outcome, dry_run)]),
            letters: letters(CallOutcome::$outcome),
            fields: |items, context| fields(CallOutcome::$outcome, items, context),
            request: |dialog, context| request(CallOutcome::$outcome, dialog, context),
            heading: |_| concat!("Call, ", $title, ":"),
            ..CALL
        };
    )+};
}

outcomes! {
    DONE Done "call-done" "done" "Call: the dealer has entered and confirmed the code; the second clock starts."
    WILL_DO WillDo "call-will-do" "will do it" "Call: the dealer will do it; call back then."
    PAGE_NOT_FOUND PageNotFound "call-page-not-found" "page not found" "Call: the dealer's Xtime role does not show Configure Application or Partners."
    CODE_REFUSED CodeRefused "call-code-refused" "code refused" "Call: Xtime did not take the code."
    WANTS_CODE WantsCode "call-wants-code" "wants a code" "Call: the dealer wants a new code."
    OPCODE_TOLD OpcodeTold "call-opcode-told" "opcode told" "Call: the dealer named the opcode; it is recorded as their choice."
    NO_ANSWER NoAnswer "call-no-answer" "no answer" "Call: nobody answered; call back then."
    WRONG_PERSON WrongPerson "call-wrong-person" "wrong person" "Call: it was somebody who has nothing to do with it."
}

const CALL: RecordingAction = RecordingAction {
    subject: Subject::OneDealership,
    watches: Watch::CODE_LETTER,
    button: |_| "record the call",
    ends_call: true,
    ..RecordingAction::with("The call cannot be undone.")
};

pub const TOLD: RecordingAction = RecordingAction {
    id: "call-code-told",
    title: "code read out",
    doc: "Call: the code was read out; record to whom.",
    commands: |dry_run| Ok(vec![Command::TellCode { seen: dry_run.state.generation(), to: None, at: dry_run.now }]),
    fields: |items, context| vec![FormField::line(FieldRole::Word, "to whom", "a name", &contact(items, context))],
    request: |dialog, context| {
        let to = said(dialog, FieldRole::Word);
        let command = |item: &Item| Command::TellCode { seen: item.generation(), to: to.clone(), at: context.now };
        Ok(Request::Execute(dialog.items.iter().map(|item| (item.id, command(item))).collect()))
    },
    heading: |_| "The code was read out:",
    button: |_| "record it",
    ends_call: false,
    no_undo: NO_UNDO,
    ..CALL
};

const fn letters(outcome: CallOutcome) -> LetterUse {
    match outcome {
        CallOutcome::Done => LetterUse::WordReceived,
        _ => LetterUse::None,
    }
}

fn likely(outcome: CallOutcome, dry_run: &DryRun<'_>) -> Command {
    let opcode = OpcodeChoice { code: SOME_TEXT.into(), option: OpcodeOption::Existing };
    let opcode = (outcome == CallOutcome::OpcodeTold).then_some(opcode);
    let finished_at = (outcome == CallOutcome::Done).then(|| likely_word(dry_run.state, dry_run.now));
    Command::LogCall {
        call: Call { outcome, at: dry_run.now, call_back_at: None, with: None, note: None, finished_at, opcode },
        mail: true,
    }
}

/// What is offered for calling back; `None`: that is not asked for.
fn call_back(outcome: CallOutcome, items: &[Item], context: &ValidationContext<'_>) -> Option<String> {
    let morning = || {
        let zone = items.first()?.zone;
        Some(next_morning(context.now, zone)?.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string())
    };
    match outcome {
        CallOutcome::WillDo | CallOutcome::WrongPerson => Some(morning().unwrap_or_default()),
        CallOutcome::NoAnswer => Some("2h".to_owned()),
        CallOutcome::PageNotFound => Some(String::new()),
        CallOutcome::Done | CallOutcome::CodeRefused | CallOutcome::WantsCode | CallOutcome::OpcodeTold => None,
    }
}

fn onboarding<'s>(items: &[Item], context: &'s ValidationContext<'_>) -> Option<&'s Onboarding> {
    context.rows.get(items.first()?.id).map(|row| &*row.state)
}

fn contact(items: &[Item], context: &ValidationContext<'_>) -> String {
    onboarding(items, context).map_or_else(String::new, |state| state.profile.contact.name.screen().into_owned())
}

fn fields(outcome: CallOutcome, items: &[Item], context: &ValidationContext<'_>) -> Vec<FormField> {
    let mut fields = Vec::new();
    match outcome {
        // Whoever has given the word, or is connected, says nothing new by it.
        CallOutcome::Done if !onboarding(items, context).is_some_and(Onboarding::awaits_word) => {}
        CallOutcome::Done => fields.push(FormField::line(
            FieldRole::Text,
            "finished",
            "when the dealer confirmed it, in the dealership's zone",
            "now",
        )),
        CallOutcome::OpcodeTold => {
            fields.push(FormField::line(FieldRole::Text, "opcode", "exactly as Xtime shows it", ""));
        }
        _ => {}
    }
    if let Some(text) = call_back(outcome, items, context) {
        let hint = "2h, tomorrow 9:00, in the dealership's zone; empty: not";
        fields.push(FormField::line(FieldRole::CallBack, "call back", hint, &text));
    }
    if outcome != CallOutcome::NoAnswer {
        fields.push(FormField::line(FieldRole::Word, "spoke with", "a name; may be empty", &contact(items, context)));
    }
    fields.push(FormField::line(FieldRole::Note, "note", "one line; may be empty", ""));
    fields
}

fn said(dialog: &Dialog, role: FieldRole) -> Option<Untrusted> {
    Some(dialog.text(role).trim()).filter(|text| !text.is_empty()).map(Untrusted::from)
}

fn request(outcome: CallOutcome, dialog: &Dialog, context: &ValidationContext<'_>) -> Result<Request, Problems> {
    let Some(item) = dialog.items.first() else { return Err(Problems::new()) };
    let text = dialog.typed();
    let moment = |text: &str| parse_moment(text, context.now, &item.zone).map_err(|error| error.to_string());
    let finished_at = match outcome {
        CallOutcome::Done if !text.is_empty() => Some(moment(text).map_err(|text| wrong(FieldRole::Text, text))?),
        _ => None,
    };
    let row = context.rows.get(item.id);
    let opcode = match outcome {
        CallOutcome::OpcodeTold if text.is_empty() => return Err(missing(FieldRole::Text, "write the opcode")),
        CallOutcome::OpcodeTold => {
            let stands = row.and_then(|row| row.state.opcode.as_deref()).map(|chosen| &chosen.choice);
            Some(OpcodeChoice::named(text, stands, &context.setup.policy.new_opcode))
        }
        _ => None,
    };
    let call_back_at = match dialog.text(FieldRole::CallBack).trim() {
        "" => None,
        text => Some(
            parse_ahead(text, context.now, &item.zone)
                .map_err(|error| wrong(FieldRole::CallBack, error.to_string()))?,
        ),
    };
    let (with, note) = (said(dialog, FieldRole::Word), said(dialog, FieldRole::Note));
    let call = Call { outcome, at: context.now, call_back_at, with, note, finished_at, opcode };
    let command = Command::LogCall { call, mail: dialog.mails_to(item) };
    if let Some(row) = row
        && let Err(refusal) = context.dry_run(&row.state, None).decide(std::slice::from_ref(&command))
    {
        return Err(wrong(FieldRole::Text, refusal.to_string()));
    }
    Ok(dialog.same_for_each(&command))
}
