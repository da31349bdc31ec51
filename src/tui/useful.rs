//! The actions of the desk that are used most, by where the keyboard is: for the line of keys, the palette and the help.

use super::action::{Action, Action as A};
use super::state::{Focus, ScreenState};

/// The most used first.
pub fn on_desk(state: &ScreenState) -> &'static [Action] {
    match state.focus {
        _ if state.queue.is_some() => QUEUE,
        _ if state.past.is_some() => PAST,
        _ if state.rows.is_empty() => &[A::Help, A::Palette, A::Quit],
        Focus::Tail => TAIL,
        Focus::Table if !state.marks.is_empty() => MARKED,
        Focus::Detail => DETAIL,
        Focus::Table => TABLE,
    }
}

#[rustfmt::skip]
const QUEUE: &[Action] = &[
    A::QueueRetry, A::QueueJump, A::QueueSuppress, A::QueueRetryFailed, A::QueueTrouble, A::QueueRead, A::QueueMark,
];

#[rustfmt::skip]
const PAST: &[Action] = &[
    A::PastBack, A::PastForward, A::PastHourBack, A::PastHourForward, A::PastDayBack, A::PastDayForward, A::PastGo,
    A::Filter, A::NextTab, A::Open, A::Insight,
];

#[rustfmt::skip]
const TAIL: &[Action] = &[
    A::TailJump, A::Filter, A::TailNext, A::TailPrevious, A::TailPause, A::Bottom, A::TailKinds, A::TailSpan,
    A::TailOnlySelected, A::TailCopy, A::TailSelect, A::TailSave, A::TeachMeaning, A::FocusNext, A::Zoom, A::Help,
    A::Quit,
];

#[rustfmt::skip]
const MARKED: &[Action] = &[
    A::Reissue, A::Invite, A::Check, A::Assign, A::Snooze, A::ClearMarks, A::Mark, A::Palette, A::Help, A::Quit,
];

#[rustfmt::skip]
const DETAIL: &[Action] = &[
    A::Reissue, A::Invite, A::ConfirmWord, A::Check, A::Call, A::Note, A::Reveal, A::Snooze, A::ChooseOpcode, A::Guide,
    A::Appointment, A::Zoom,
];

#[rustfmt::skip]
const TABLE: &[Action] = &[
    A::Open, A::Filter, A::Reissue, A::Invite, A::ConfirmWord, A::Check, A::Call, A::Mark, A::NextTab, A::Note, A::Help,
    A::Palette, A::Quit, A::Snooze, A::ChooseOpcode, A::Guide, A::Appointment, A::Reveal, A::Queue, A::Resend,
    A::SortNext,
];
