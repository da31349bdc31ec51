use crate::domain::{Actor, Event, Fact, Onboarding, undo};
use crate::protocol::Request;
use crate::tui::dialog::{
    Dialog, DialogHead, FormProblem, Problems, RecordingAction, Subject, ValidationContext, Watch,
};

pub const ACTION: RecordingAction = RecordingAction {
    id: "undo",
    title: "undo",
    doc: "Take back what you have just recorded, or recorded last of the dealership under the cursor, while nobody acted since.",
    subject: Subject::LastDealership,
    possible,
    request: |dialog, context| request(dialog, context),
    watches: &[Watch::NewestEvent],
    head: DialogHead::Undo,
    heading: |_| "Undo at",
    button: |_| "undo it",
    consequence: |_| "Both stay in the log. A call that was made, or a letter that was not sent, stays so.",
    ..RecordingAction::with("")
};

/// What would be taken back, and what would be recorded for that.
pub struct UndoPlan {
    pub takes_back: Vec<Event>,
    pub records: Vec<Fact>,
    request: Request,
}

impl UndoPlan {
    /// Or why nothing can be; `None`: the events of the dealership are not read yet.
    pub fn of(state: &Onboarding, context: &ValidationContext<'_>) -> Option<Result<Self, String>> {
        let events: Vec<&Event> = context.tail.history(state.id)?.map(AsRef::as_ref).collect();
        let is_whole = events.last().is_some_and(|newest| newest.seq == state.last_event.seq);
        is_whole.then(|| {
            let dry_run = context.dry_run(state, None);
            let undo = undo(state, &events, &Actor::person(&context.setup.me), context.now);
            let planned = undo.and_then(|undo| Ok((dry_run.decide(std::slice::from_ref(&undo.command))?, undo)));
            let (records, undo) = planned.map_err(|refusal| refusal.to_string())?;
            let takes_back = undo.takes_back.iter().copied().cloned().collect();
            Ok(Self { takes_back, records, request: Request::Execute(vec![(state.id, undo.command)]) })
        })
    }
}

fn possible(context: &ValidationContext<'_>) -> Result<(), String> {
    let row = context.last.and_then(|id| context.rows.get(id)).ok_or("there is no dealership here")?;
    UndoPlan::of(&row.state, context).map_or(Ok(()), |plan| plan.map(drop))
}

fn request(dialog: &Dialog, context: &ValidationContext<'_>) -> Result<Request, Problems> {
    let row = dialog.items.first().and_then(|item| context.rows.get(item.id));
    let problem = |text: String, missing| vec![FormProblem { role: None, id: None, text, missing }];
    match row.and_then(|row| UndoPlan::of(&row.state, context)) {
        Some(Ok(plan)) => Ok(plan.request),
        Some(Err(why)) => Err(problem(why, false)),
        None => Err(problem("its events are still being read".to_owned(), true)),
    }
}
