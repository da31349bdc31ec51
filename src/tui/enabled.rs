//! Whether an action is possible now, and the reason when it is not: shown by the footer, the palette and a toast.

use super::action::{Action, ActionScope, Danger, DeskPart};
use super::dialog::{RecordingAction, Subject, Target, ValidationContext};
use super::registry::ActionInfo;
use super::state::ScreenState;
use super::update::teach;

/// Of how many at most the rules are asked: this is answered for every frame. Beyond that the dialog says it.
const ASKED: usize = 64;

/// What is done with the present only: what a code or a letter was is no longer what it is.
const NOT_IN_PAST: &[Action] = &[
    Action::Call,
    Action::Queue,
    Action::Results,
    Action::ReadLetter,
    Action::Mailbox,
    Action::Guide,
    Action::Reveal,
    Action::CopyCode,
    Action::CopyLetter,
];

/// Whether an action is possible now.
pub fn can(state: &ScreenState, action: Action) -> Result<(), String> {
    let info = action.info();
    if state.setup.read_only && info.danger != Danger::None {
        return Err("read-only: nothing is recorded".to_owned());
    }
    let asks = info.danger != Danger::None || action.recording().is_some();
    if state.past.is_some() && (asks || NOT_IN_PAST.contains(&action)) {
        let key = state.setup.keymap.first_key(Action::ClearFilter).unwrap_or_default();
        return Err(format!("this is the past; {key} returns"));
    }
    in_the_way(state, info)?;
    (info.possible)(state)?;
    action.recording().map_or(Ok(()), |recording| allowed(state, recording, &state.context()))
}

/// What belongs to the panes while the letters are in their place, and the other way round.
fn in_the_way(state: &ScreenState, info: &ActionInfo) -> Result<(), String> {
    let of_queue = info.scope == ActionScope::Queue;
    match (&state.queue, info.part) {
        (None, _) if of_queue => Err("show the letters first".to_owned()),
        (Some(_), DeskPart::Panes | DeskPart::Table) if !of_queue => Err("go back from the letters first".to_owned()),
        (None, DeskPart::Table) if state.plan().table.is_none() => {
            let key = state.setup.keymap.first_key(Action::ClearFilter).unwrap_or_default();
            Err(format!("the table is not shown: {key} goes back to it"))
        }
        (Some(_) | None, _) => Ok(()),
    }
}

/// One of what it is about must be let through.
fn allowed(state: &ScreenState, action: &RecordingAction, context: &ValidationContext<'_>) -> Result<(), String> {
    if matches!(action.subject, Subject::LastDealership) && !state.marks.is_empty() {
        return Err("it is about one dealership, whatever is marked: clear the marks first".to_owned());
    }
    (action.possible)(context)?;
    // A page is about its own dealership, whatever is marked.
    let page = state.page_dealership();
    let marked = if page.is_some() { 0 } else { state.marks.len() };
    match (action.subject, &state.queue) {
        (Subject::NewestAnswer, _) => teach::newest_answer(state).map(drop),
        (Subject::AnswerOfEvent, _) => teach::tail_answer(state).map(drop),
        (Subject::OneDealership, _) if marked > 1 => Err("one dealership at a time: clear the marks first".to_owned()),
        (Subject::Dealerships | Subject::OneDealership, _) if marked > ASKED => Ok(()),
        (Subject::Dealerships | Subject::OneDealership, _) => {
            let marks = state.marks.iter().filter(|_| page.is_none());
            let alone = page.or(state.cursor.id.filter(|_| state.marks.is_empty()));
            any_allowed(context, action, marks.chain(alone).map(Target::from))
        }
        (Subject::LastDealership, _) => {
            any_allowed(context, action, state.last_dealership().map(Target::from).into_iter())
        }
        (Subject::Letters, Some(queue)) if queue.marked() <= ASKED => {
            let alone = queue.cursor().filter(|_| queue.marked() == 0);
            any_allowed(context, action, queue.marks().chain(alone).map(Target::from))
        }
        (Subject::FailedLetters, Some(queue)) if queue.counts().1 == 0 => Err("nothing went wrong".to_owned()),
        (Subject::FailedLetters, Some(queue)) if queue.counts().1 <= ASKED => {
            any_allowed(context, action, queue.troubled().map(Target::from))
        }
        (Subject::Letters | Subject::FailedLetters, _) => Ok(()),
    }
}

fn any_allowed(
    context: &ValidationContext<'_>,
    action: &RecordingAction,
    targets: impl Iterator<Item = Target>,
) -> Result<(), String> {
    let what = if action.is_about_letters() { "letter" } else { "dealership" };
    let mut last = Err(format!("there is no {what} here"));
    for (onboarding, letter) in targets.filter_map(|target| target.find(context.rows)) {
        last = action.allowed(&context.dry_run(onboarding, letter));
        if last.is_ok() {
            break;
        }
    }
    last
}
