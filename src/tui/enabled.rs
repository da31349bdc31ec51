//! Whether an action is possible now, and the reason when it is not: shown by the footer, the palette and a toast.

use super::action::{Action, ActionScope, Danger};
use super::dialog::{allowed, letter_allowed};
use super::letters::NO_MAIL;
use super::queue::LetterRef;
use super::state::{Focus, ScreenState};
use super::teach;
use crate::engine::PlatformState;

/// What an unconfigured platform needs.
pub const NO_PLATFORM: &str = "Xtime is not configured: set client_id, client_secret and api_key under [xtime]";

/// Whether an action is possible now.
///
/// # Errors
/// Why not, in words.
pub fn can(state: &ScreenState, action: Action) -> Result<(), String> {
    let no = |words: &str| Err(words.to_owned());
    if state.setup.read_only && action.info().danger != Danger::None {
        return no("read-only: nothing is recorded");
    }
    in_the_way(state, action)?;
    match action {
        Action::Results if state.jobs.iter().all(|work| !work.is_bulk()) => no("nothing was asked for many yet"),
        Action::Unfinished if state.cut_off.is_empty() => no("nothing was cut off"),
        Action::EditProfile if state.marks.len() > 1 => no("one dealership at a time: clear the marks first"),
        Action::Check if state.setup.read_only => no("read-only: a look would be recorded"),
        Action::ClearMarks if state.marks.is_empty() => no("nothing is marked"),
        Action::Open if state.focus == Focus::Detail => no("it is open"),
        Action::TeachMeaning | Action::TeachNewest if state.setup.lessons.is_none() => no("the books are not open yet"),
        Action::TeachMeaning => teach::under_tail_cursor(state).map(drop),
        Action::TeachNewest => teach::newest_of_selected(state).map(drop),
        Action::TailJump if state.tail.chosen(state.cursor.id).is_none() => no("there is no event"),
        Action::Check if state.status.platform == PlatformState::Unconfigured => no(NO_PLATFORM),
        Action::Invite
        | Action::Reissue
        | Action::Revoke
        | Action::ConfirmWord
        | Action::Check
        | Action::Note
        | Action::EditProfile
        | Action::Assign
        | Action::Snooze
        | Action::Archive
        | Action::ChooseOpcode => on_targets(state, action),
        Action::Resend | Action::SendGuide | Action::SendWordReceived | Action::SendLive | Action::Reminders => {
            on_targets(state, action)
        }
        Action::ReadLetter | Action::QueueRead if state.setup.post.is_none() => no(NO_MAIL),
        Action::Mailbox if state.setup.mailboxes.is_none() => no("only the demo has mailboxes that are read here"),
        Action::QueueRetry | Action::QueueSuppress => on_letters(state, action),
        Action::QueueRetryFailed if state.queue.as_ref().is_some_and(|queue| queue.counts().1 == 0) => {
            no("nothing went wrong")
        }
        Action::QueueRetryFailed => on_troubled(state, action),
        Action::QueueJump | Action::QueueRead | Action::QueueMark if queue_cursor(state).is_none() => {
            no("there is no letter here")
        }
        Action::QueueClearMarks if state.queue.as_ref().is_some_and(|queue| queue.marked() == 0) => {
            no("nothing is marked")
        }
        Action::Appointment if !state.marks.is_empty() => no("one dealership at a time: clear the marks first"),
        Action::Appointment if state.status.platform == PlatformState::Unconfigured => no(NO_PLATFORM),
        Action::Reveal
        | Action::CopyCode
        | Action::CopyDealerCode
        | Action::CopyLetter
        | Action::Guide
        | Action::ReadLetter
        | Action::Mailbox
        | Action::Appointment
        | Action::Open
        | Action::Mark => match state.selected() {
            None => no("there is no dealership here"),
            Some(row) => allowed(action, &row.state, &state.setup, state.now.at),
        },
        _ => Ok(()),
    }
}

/// What belongs to the panes while the letters are in their place, and the other way round.
fn in_the_way(state: &ScreenState, action: Action) -> Result<(), String> {
    let queue = action.info().scope == ActionScope::Queue;
    let anywhere = matches!(
        action,
        Action::Quit
            | Action::Help
            | Action::Palette
            | Action::Suspend
            | Action::Redraw
            | Action::Queue
            | Action::ClearFilter
            | Action::ShowExpired
            | Action::Results
    );
    match &state.queue {
        Some(_) if !queue && !anywhere => Err("go back from the letters first".to_owned()),
        None if queue => Err("show the letters first".to_owned()),
        None if changes_table(action) && state.plan().table.is_none() => {
            let key = state.setup.keymap.first_key(Action::ClearFilter).unwrap_or_default();
            Err(format!("the table is not shown: {key} goes back to it"))
        }
        _ => Ok(()),
    }
}

/// What is seen in the table only.
const fn changes_table(action: Action) -> bool {
    matches!(
        action,
        Action::Down
            | Action::Up
            | Action::PageDown
            | Action::PageUp
            | Action::Top
            | Action::Bottom
            | Action::Mark
            | Action::MarkAll
            | Action::InvertMarks
            | Action::ClearMarks
            | Action::SortNext
            | Action::SortPrevious
            | Action::SortReverse
            | Action::SortAttention
    )
}

fn queue_cursor(state: &ScreenState) -> Option<LetterRef> {
    state.queue.as_ref()?.cursor()
}

/// One of the letters that it is about must let it through.
fn on_letters(state: &ScreenState, action: Action) -> Result<(), String> {
    let Some(queue) = &state.queue else { return Ok(()) };
    if queue.marked() > ASKED {
        return Ok(());
    }
    let under_cursor = queue.cursor().filter(|_| queue.marked() == 0);
    any_letter(state, action, queue.marks().chain(under_cursor))
}

/// One of the letters that went wrong must let it through.
fn on_troubled(state: &ScreenState, action: Action) -> Result<(), String> {
    let Some(queue) = &state.queue else { return Ok(()) };
    if queue.counts().1 > ASKED {
        return Ok(());
    }
    any_letter(state, action, queue.troubled())
}

fn any_letter(state: &ScreenState, action: Action, letters: impl Iterator<Item = LetterRef>) -> Result<(), String> {
    let mut last = Err("there is no letter here".to_owned());
    for (onboarding, letter) in letters.filter_map(|letter| letter.find(&state.rows)) {
        last = letter_allowed(action, onboarding, letter, &state.setup, state.now.at);
        if last.is_ok() {
            break;
        }
    }
    last
}

/// How many marked dealerships are asked: this is answered for every frame. Beyond that the dialog says it.
const ASKED: usize = 64;

/// One of the dealerships that it is about must let it through.
fn on_targets(state: &ScreenState, action: Action) -> Result<(), String> {
    if state.marks.len() > ASKED {
        return Ok(());
    }
    let mut last = Err("there is no dealership here".to_owned());
    let marked = state.marks.iter();
    let under_cursor = state.cursor.id.filter(|_| state.marks.is_empty());
    for row in marked.chain(under_cursor).filter_map(|id| state.rows.get(id)) {
        last = allowed(action, &row.state, &state.setup, state.now.at);
        if last.is_ok() {
            break;
        }
    }
    last
}
