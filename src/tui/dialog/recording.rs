//! All there is to know of an action that records something, as data and functions: what its dialog is made of. Each has a
//! file in `tui/actions/`. None of them sees the whole screen, only what a dialog is made and validated by.

use std::fmt;

use super::{Dialog, DryRun, FormField, Item, Problems, ValidationContext, Watch, refusal_message};
use crate::domain::{Command, DealershipId, LetterKind, Refusal};
use crate::protocol::{Request, Status};
use crate::tui::action::Danger;
use crate::tui::theme::Tone;

/// What an action is about.
#[derive(Clone, Copy)]
pub enum Subject {
    /// Those marked, else the one under the cursor.
    Dealerships,
    /// The same, but not several at a time.
    OneDealership,
    /// The one that something was done with last, as long as the cursor was not moved; else the one under the cursor.
    LastDealership,
    /// The letters marked in the view of all letters, else the one under its cursor.
    Letters,
    /// Every letter that went wrong.
    FailedLetters,
    /// The newest answer about the dealership under the cursor, which no row of the meanings knew.
    NewestAnswer,
    /// The one of the event under the tail's cursor.
    AnswerOfEvent,
}

/// Which letters an action sends.
#[derive(Clone, Copy)]
pub enum LetterUse {
    None,
    /// It does nothing else: which one, to a dealership whose newest code has this number.
    Sends(fn(u32) -> LetterKind),
    /// One goes with the new code, unless it is switched off.
    WithCode,
    /// One answers the dealer's word, unless it is switched off.
    WordReceived,
    /// Those that it is about are tried again.
    Retried,
}

/// What the upper part of the dialog shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum DialogHead {
    /// What is known of the dealership, or the list of them.
    Dealerships,
    Corrections,
    /// Who looks after it, and who might.
    Owners,
    Opcodes,
    Appointment,
    /// What is taken back, and what is recorded for that.
    Undo,
    /// The answer, and the row that would be written.
    Answer,
}

pub struct RecordingAction {
    pub id: &'static str,
    pub title: &'static str,
    pub doc: &'static str,
    pub danger: Danger,
    pub subject: Subject,
    /// To how many at most it is done without asking.
    pub unasked: usize,
    /// Why this desk cannot do it, whatever it is about.
    pub possible: fn(&ValidationContext<'_>) -> Result<(), String>,
    /// What the rules are asked before its dialog is shown, with a stand-in for what a person has yet to type.
    pub commands: fn(&DryRun<'_>) -> Result<Vec<Command>, Refusal>,
    pub letters: LetterUse,
    pub fields: fn(&[Item], &ValidationContext<'_>) -> Vec<FormField>,
    /// What its dialog holds besides.
    pub prepare: fn(&mut Dialog, &ValidationContext<'_>),
    /// What is asked for when the dialog opens and awaits it.
    pub loads: Option<fn(DealershipId) -> Request>,
    /// What it asks for as the dialog is filled in; or everything that is wrong or missing.
    pub request: fn(&Dialog, &ValidationContext<'_>) -> Result<Request, Problems>,
    /// What is asked before it is done, once; `None`: nothing.
    pub question: fn(&Dialog) -> Option<String>,
    /// What must stay as it was shown while the dialog is open.
    pub watches: &'static [Watch],
    pub head: DialogHead,
    pub heading: fn(&Dialog) -> &'static str,
    /// The word of the button that acts.
    pub button: fn(&Dialog) -> &'static str,
    /// What follows from it that the dialog does not show otherwise.
    pub consequence: fn(&Dialog) -> &'static str,
    /// What stands now of what it changes, for the list; `None`: the newest code.
    pub standing: Option<fn(&Item) -> String>,
    /// What is said below the text that is typed; `None`: the field's hint.
    pub under_text: fn(&Dialog) -> Option<(String, Tone)>,
    /// Whether a call is over with it, where it is asked for in one.
    pub ends_call: bool,
    /// What of it cannot be undone, in words; empty: nothing, or there is nothing to undo.
    pub no_undo: &'static str,
    /// How long so many take; empty: a moment.
    pub duration: fn(usize, &Status) -> String,
}

impl RecordingAction {
    /// What most of them have in common, but for what cannot be undone: that is said of each.
    pub const fn with(no_undo: &'static str) -> Self {
        Self {
            id: "",
            title: "",
            doc: "",
            danger: Danger::Records,
            subject: Subject::Dealerships,
            unasked: 0,
            possible: |_| Ok(()),
            commands: |_| Ok(Vec::new()),
            letters: LetterUse::None,
            fields: |_, _| Vec::new(),
            prepare: |_, _| {},
            loads: None,
            request: |_, _| Err(Problems::new()),
            question: |_| None,
            watches: &[Watch::Archived],
            head: DialogHead::Dealerships,
            heading: |_| "",
            button: |_| "",
            consequence: |_| "",
            standing: None,
            under_text: |_| None,
            ends_call: false,
            no_undo,
            duration: |_, _| String::new(),
        }
    }

    pub const fn gives_code(&self) -> bool {
        matches!(self.letters, LetterUse::WithCode)
    }

    /// The letter that it sends and does nothing else.
    pub fn sends(&self, generation: u32) -> Option<LetterKind> {
        match self.letters {
            LetterUse::Sends(kind) => Some(kind(generation)),
            LetterUse::None | LetterUse::WithCode | LetterUse::WordReceived | LetterUse::Retried => None,
        }
    }

    pub const fn is_about_letters(&self) -> bool {
        matches!(self.subject, Subject::Letters | Subject::FailedLetters)
    }

    pub const fn is_about_dealerships(&self) -> bool {
        matches!(self.subject, Subject::Dealerships | Subject::OneDealership | Subject::LastDealership)
    }

    /// Whether the rules let it through.
    pub fn allowed(&self, dry_run: &DryRun<'_>) -> Result<(), String> {
        let decided = (self.commands)(dry_run).and_then(|commands| dry_run.decide(&commands));
        decided.map(drop).map_err(|refusal| refusal_message(&refusal, &dry_run.setup.keymap))
    }
}

impl PartialEq for RecordingAction {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl fmt::Debug for RecordingAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// What is said of an action that is for good.
pub const NO_UNDO: &str = "This cannot be undone.";

/// What stands for a text that is typed later.
pub const SOME_TEXT: &str = "-";
