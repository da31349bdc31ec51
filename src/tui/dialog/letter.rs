//! The letters that a dialog sends: whether they can go, to whom, and as which state they are written.

use crate::domain::{Command, DealershipId, Fact, IntentId, LetterKind, Onboarding};
use crate::engine::PastedCode;
use crate::tui::action::Action;
use crate::tui::reading::LetterCode;
use crate::tui::state::{ScreenState, Setup};

use super::allowed::{decided, stand_in};
use super::{Dialog, DialogKind, DialogRequest, FieldRole, FormField, Item};

/// A letter before it is written.
#[derive(Debug)]
pub struct LetterDraft {
    pub kind: LetterKind,
    /// What is not recorded yet: the letter is the one of the state after it.
    pub as_if: Vec<Fact>,
    /// The number of the code that it is about.
    pub generation: u32,
    pub secret: LetterCode,
}

/// The letter that an action on the table sends by itself, to a dealership whose newest code has this number.
pub fn letter_of(action: Action, generation: u32) -> Option<LetterKind> {
    match action {
        Action::Resend if generation > 1 => Some(LetterKind::Reissue),
        Action::Resend => Some(LetterKind::Invitation),
        Action::SendGuide => Some(LetterKind::OpcodeGuide),
        Action::SendWordReceived => Some(LetterKind::WordReceived),
        Action::SendLive => Some(LetterKind::Live),
        _ => None,
    }
}

/// Where a letter to this dealership goes; or why none can.
pub(super) fn address(state: &Onboarding) -> Result<String, String> {
    match state.address_obstacle() {
        Some(obstacle) => Err(obstacle.to_string()),
        None => Ok(state.profile.contact.email.screen().into_owned()),
    }
}

/// Whether an action sends a letter along when that is wanted.
pub(super) fn sends_along(action: Action, state: &Onboarding, setup: &Setup) -> bool {
    match action {
        _ if setup.post.is_none() => false,
        Action::Invite | Action::Reissue => true,
        Action::ConfirmWord => state.word_is_acknowledged(&setup.policy.mail),
        _ => false,
    }
}

/// The check box of the letter, when there is any letter that could go.
pub(super) fn field(action: Action, items: &[Item]) -> Option<FormField> {
    let going = items.iter().filter(|item| item.letter.as_ref().is_some_and(Result::is_ok)).count();
    let label = match items {
        _ if going == 0 => return None,
        [item] => {
            let to = item.letter.as_ref()?.as_ref().ok()?;
            match action {
                Action::ConfirmWord => format!("a letter to {to} acknowledges it"),
                _ => format!("a letter goes to {to}"),
            }
        }
        _ => match items.len() - going {
            0 => "a letter goes to each".to_owned(),
            others => format!("a letter goes to {going} of them; {others} get none"),
        },
    };
    Some(FormField::check(FieldRole::Mail, label, true))
}

impl Dialog {
    /// Whether there are letters that go with it, unless they are switched off.
    pub fn sends_along(&self) -> bool {
        self.field(FieldRole::Mail).is_some()
    }

    /// Whether letters go with it, as far as they can.
    pub fn mails(&self) -> bool {
        self.field(FieldRole::Mail).is_some_and(FormField::is_on)
    }

    /// Whether it is about letters at all.
    pub fn has_letters(&self) -> bool {
        self.items.iter().any(|item| item.letter.is_some())
            || matches!(self.kind, DialogKind::Ask(action) if sends(action))
    }

    /// Whether a letter goes to one of its dealerships.
    pub(super) fn mails_to(&self, item: &Item) -> bool {
        self.mails() && item.letter.as_ref().is_some_and(Result::is_ok)
    }

    /// How many letters go with it.
    pub fn letters(&self) -> usize {
        let sends = matches!(self.kind, DialogKind::Ask(action) if sends(action));
        self.items.iter().filter(|item| sends || self.mails_to(item)).count()
    }

    /// Switches the letter off, or on again. Whether there is anything to switch.
    pub fn switch_letter(&mut self) -> bool {
        self.fields.iter_mut().find(|field| field.role == FieldRole::Mail).is_some_and(FormField::toggle)
    }

    /// The letter that it sends to the dealership on a place of its list.
    ///
    /// # Errors
    /// Why none goes, or what is missing first.
    pub fn draft(&self, place: usize, state: &ScreenState) -> Result<(DealershipId, LetterDraft), String> {
        let none = || "no letter goes with this".to_owned();
        let DialogKind::Ask(action) = self.kind else { return Err(none()) };
        let item = self.items.get(place).ok_or_else(none)?;
        let onboarding = &*state.rows.get(item.id).ok_or_else(none)?.state;
        let generation = onboarding.generation();
        if let Some(kind) = letter_of(action, generation) {
            let code = onboarding.invitation.as_ref().filter(|_| kind.carries_code());
            let secret = code.map_or(LetterCode::None, |newest| LetterCode::Code(newest.code.clone()));
            return Ok((item.id, LetterDraft { kind, as_if: Vec::new(), generation, secret }));
        }
        if self.field(FieldRole::Mail).is_some() && !self.mails() {
            return Err("the letter is switched off".to_owned());
        }
        match &item.letter {
            Some(Ok(_)) => {}
            Some(Err(why)) => return Err(format!("no letter goes there: {why}")),
            None => return Err(none()),
        }
        let draft = match action {
            Action::ConfirmWord => self.acknowledgement(place, onboarding, state),
            _ => self.with_code(action, place, item, onboarding, state),
        };
        Ok((item.id, draft?))
    }

    fn acknowledgement(
        &self,
        place: usize,
        onboarding: &Onboarding,
        state: &ScreenState,
    ) -> Result<LetterDraft, String> {
        let command = match &self.validation {
            Ok(DialogRequest::Execute(commands)) => commands.get(place).map(|(_, command)| command),
            _ => None,
        };
        let command = command.ok_or("say first when the dealer finished")?;
        let as_if = recorded(command, onboarding, state)?;
        Ok(LetterDraft {
            kind: LetterKind::WordReceived,
            as_if,
            generation: onboarding.generation(),
            secret: LetterCode::None,
        })
    }

    fn with_code(
        &self,
        action: Action,
        place: usize,
        item: &Item,
        onboarding: &Onboarding,
        state: &ScreenState,
    ) -> Result<LetterDraft, String> {
        let typed = match &self.validation {
            Ok(DialogRequest::Paste(codes)) => codes.get(place).cloned(),
            _ => None,
        };
        let secret = match &typed {
            Some(typed) => LetterCode::Code(typed.code.clone()),
            None => LetterCode::Unknown(stand_in().ok_or("no code can stand in")?),
        };
        let stand_in = || -> Result<PastedCode, String> {
            let code = stand_in().ok_or("no code can stand in")?;
            // Whether it is meant is asked before it is sent, not before it is read.
            let ask = Self::ask(action, item, true);
            let generated_at = state.now.at;
            Ok(PastedCode { dealership: item.id, code, generated_at, expires_at: None, ask, mail: true })
        };
        let code = typed.map_or_else(stand_in, Ok)?;
        let command = Command::IssueCode {
            code: code.code,
            generated_at: code.generated_at,
            expires_at: code.expires_at,
            source: crate::domain::CodeOrigin::Paste,
            intent: IntentId::from_bits(u64::MAX),
            ask: code.ask,
            mail: true,
        };
        let as_if = recorded(&command, onboarding, state)?;
        let generation = onboarding.generation() + 1;
        let kind = if generation == 1 { LetterKind::Invitation } else { LetterKind::Reissue };
        Ok(LetterDraft { kind, as_if, generation, secret })
    }
}

/// Whether an action does nothing but send a letter.
fn sends(action: Action) -> bool {
    matches!(action, Action::Resend | Action::SendGuide | Action::SendWordReceived | Action::SendLive)
}

/// What would be recorded of a command.
fn recorded(command: &Command, onboarding: &Onboarding, state: &ScreenState) -> Result<Vec<Fact>, String> {
    let commands = std::slice::from_ref(command);
    decided(commands, onboarding, &state.setup, state.now.at).map_err(|refusal| refusal.to_string())
}
