//! The tasks of the practice, a row each.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::WayStep;
use super::progress::COUNT;
use crate::domain::{CallOutcome, DealershipId, Event, Fact, Onboarding, Query, Stage};
use crate::tui::action::Action;
use crate::tui::state::{Mode, ScreenState};

/// What somebody did about a task so far.
pub struct TaskAttempt<'a> {
    pub target: DealershipId,
    /// What they recorded since it began, of whichever dealership.
    pub events: &'a [Arc<Event>],
    /// They have seen the dealership's code.
    pub revealed: bool,
    pub state: &'a ScreenState,
}

impl TaskAttempt<'_> {
    fn recorded(&self, fits: impl Fn(&Fact) -> bool) -> bool {
        self.events.iter().any(|event| event.dealership == Some(self.target) && fits(&event.fact))
    }
}

/// A task of the practice.
pub struct Task {
    pub title: &'static str,
    /// What to do, with `{who}`, `{contact}` and `{digits}` of the dealership.
    about: &'static str,
    /// Whether it can be about a dealership.
    pub fits: fn(&Onboarding, &ScreenState) -> bool,
    /// How many must fit.
    pub needs: usize,
    /// The dealership comes under the cursor; else it is to be found.
    pub is_given: bool,
    /// Whether it is done.
    pub check: fn(&TaskAttempt<'_>) -> bool,
    way: &'static [Step],
}

enum Step {
    Press(Action),
    Times(Action, usize),
    Write(&'static str),
    /// The fewest of the number's last digits that nobody else has.
    Digits,
}

const TASK: Task =
    Task { title: "", about: "", fits: |_, _| true, needs: 1, is_given: true, check: |_| false, way: &[] };

/// How many dealerships get a new code at once.
const MANY: usize = 10;

/// How many digits of their number a caller tells.
const TOLD_DIGITS: usize = 4;

const OPCODE: &str = "DC7";

/// The tasks, in their order.
pub const TASKS: [Task; COUNT] = [
    Task {
        title: "find the caller",
        about: "The phone rings. {contact}: \"my number ends in {digits}.\" Put the cursor on their dealership.",
        fits: |row, state| last_digits(row).len() == TOLD_DIGITS && state.cursor.id != Some(row.id),
        is_given: false,
        check: |attempt| matches!(attempt.state.mode, Mode::Desk) && attempt.state.cursor.id == Some(attempt.target),
        way: &[Step::Press(Action::Filter), Step::Digits, Step::Press(Action::InputAccept)],
        ..TASK
    },
    Task {
        title: "tell the step",
        about: "{contact} of {who} asks where the code goes. Open the call with them, tell the first step, tick it off.",
        fits: is_invited,
        check: |attempt| match &attempt.state.mode {
            Mode::Call(call) => call.id == attempt.target && call.steps_done(false) > 0,
            _ => false,
        },
        way: &[Step::Press(Action::Call), Step::Press(Action::CallTick)],
        ..TASK
    },
    Task {
        title: "read the code out",
        about: "{contact} of {who} has lost the letter. On the phone: show the code, read it out, and record that you did.",
        fits: is_invited,
        check: |attempt| attempt.revealed && attempt.recorded(|fact| matches!(fact, Fact::CodeTold { .. })),
        way: &[
            Step::Press(Action::Call),
            Step::Press(Action::Reveal),
            Step::Press(Action::CallCodeTold),
            Step::Press(Action::DialogSubmit),
        ],
        ..TASK
    },
    Task {
        title: "call back",
        about: "You call {who}, and nobody answers. Record it, so that the call comes back in two hours.",
        fits: is_invited,
        check: |attempt| {
            attempt.recorded(|fact| {
                matches!(fact, Fact::CallLogged { outcome: CallOutcome::NoAnswer, call_back_at: Some(_), .. })
            })
        },
        way: &[Step::Press(Action::Call), Step::Press(Action::CallNoAnswer), Step::Press(Action::DialogSubmit)],
        ..TASK
    },
    Task {
        title: "take their word",
        about: "{contact} of {who}: \"the code is entered and confirmed.\" Record it; Xtime's 24 hours start.",
        fits: is_invited,
        check: |attempt| attempt.recorded(|fact| matches!(fact, Fact::DealerConfirmed { .. })),
        way: &[Step::Press(Action::ConfirmWord), Step::Press(Action::DialogSubmit)],
        ..TASK
    },
    Task {
        title: "reissue",
        about: "The code of {who} ended unused, and they still want to connect. Give them a new one.",
        fits: is_expired,
        check: |attempt| attempt.recorded(is_new_code),
        way: &[Step::Press(Action::Reissue), Step::Press(Action::DialogSubmit)],
        ..TASK
    },
    Task {
        title: "ten codes at once",
        about: "Many codes ended unused. Hand new ones to ten of these dealerships in one go: ten, not more.",
        fits: is_expired,
        needs: MANY,
        is_given: false,
        check: |attempt| {
            let new = attempt.events.iter().filter(|event| is_new_code(&event.fact));
            let new: BTreeSet<_> = new.filter_map(|event| event.dealership).collect();
            let mut jobs = attempt.state.jobs.iter().filter(|job| job.items.len() == MANY);
            jobs.any(|job| job.items.iter().all(|item| new.contains(&item.id)))
        },
        way: &[
            Step::Press(Action::ShowExpired),
            Step::Times(Action::Mark, MANY),
            Step::Press(Action::Reissue),
            Step::Press(Action::DialogSubmit),
        ],
    },
    Task {
        title: "take over",
        about: "Whoever looks after {who} is on leave. Take the dealership over: it shall be yours.",
        fits: |row, state| is_invited(row, state) && !is_mine(row, state),
        check: |attempt| {
            attempt.recorded(|fact| match fact {
                Fact::OwnerAssigned { owner: Some(owner) } => owner.raw() == attempt.state.setup.me,
                _ => false,
            })
        },
        way: &[Step::Press(Action::Assign), Step::Press(Action::InputDown), Step::Press(Action::DialogSubmit)],
        ..TASK
    },
    Task {
        title: "put aside",
        about: "{contact} of {who} is away until tomorrow. Put the dealership out of sight for a day.",
        fits: is_invited,
        check: |attempt| attempt.recorded(|fact| matches!(fact, Fact::Snoozed { until: Some(_) })),
        way: &[Step::Press(Action::Snooze), Step::Press(Action::DialogSubmit)],
        ..TASK
    },
    Task {
        title: "the opcode",
        about: "{contact} of {who} tells you on the phone which service opcode they chose: DC7. Record it.",
        fits: |row, state| matches!(row.stage(state.now.at), Stage::Confirmed | Stage::OpcodeMissing),
        check: |attempt| {
            attempt.recorded(|fact| matches!(fact, Fact::OpcodeChosen { choice, .. } if choice.code.raw() == OPCODE))
        },
        way: &[
            Step::Press(Action::Call),
            Step::Press(Action::CallOpcodeTold),
            Step::Write(OPCODE),
            Step::Press(Action::DialogSubmit),
        ],
        ..TASK
    },
];

impl Task {
    /// What to do, about a dealership.
    pub fn worded(&self, row: &Onboarding) -> String {
        let profile = &row.profile;
        self.about
            .replace("{who}", &profile.name.screen())
            .replace("{contact}", &profile.contact.name.screen())
            .replace("{digits}", &last_digits(row))
    }

    /// The shortest way.
    pub fn steps(&self, row: &Onboarding, state: &ScreenState) -> Vec<WayStep> {
        let step = |step: &Step| match step {
            Step::Press(action) => WayStep::Press(*action, 1),
            Step::Times(action, times) => WayStep::Press(*action, *times),
            Step::Write(text) => WayStep::Write((*text).to_owned()),
            Step::Digits => WayStep::Write(fewest_digits(row, state)),
        };
        self.way.iter().map(step).collect()
    }
}

fn is_invited(row: &Onboarding, state: &ScreenState) -> bool {
    row.stage(state.now.at) == Stage::Invited && !row.is_snoozed(state.now.at)
}

fn is_expired(row: &Onboarding, state: &ScreenState) -> bool {
    row.stage(state.now.at) == Stage::Expired
}

fn is_mine(row: &Onboarding, state: &ScreenState) -> bool {
    row.profile.owner.as_ref().is_some_and(|owner| owner.raw() == state.setup.me)
}

fn is_new_code(fact: &Fact) -> bool {
    matches!(fact, Fact::InvitationRequested { .. } | Fact::InvitationIssued { .. })
}

fn last_digits(row: &Onboarding) -> String {
    let digits: Vec<char> = row.profile.contact.phone.raw().chars().filter(char::is_ascii_digit).collect();
    digits[digits.len().saturating_sub(TOLD_DIGITS)..].iter().collect()
}

/// Some of the last digits that a filter finds nobody else by; all where there are none.
fn fewest_digits(row: &Onboarding, state: &ScreenState) -> String {
    let all = last_digits(row);
    let pieces = (2..=all.len()).flat_map(|count| (0..=all.len() - count).map(move |from| (from, count)));
    let mut pieces = pieces.filter_map(|(from, count)| all.get(from..from + count));
    let finds_one =
        |piece: &&str| Query::parse(piece).is_ok_and(|query| state.rows.count_matching(&query, state.now.at) == 1);
    pieces.find(finds_one).unwrap_or(&all).to_owned()
}
