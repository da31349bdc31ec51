//! The letters that a dialog sends: whether they can go, to whom, and as which state they are written.

use super::{Dialog, DialogKind, FieldRole, FormField, Item, LetterUse, RecordingAction, ValidationContext};
use crate::domain::{Ask, CodeOrigin, Command, DealershipId, Fact, IntentId, InvitationCode, LetterKind, Onboarding};
use crate::protocol::Request;
use crate::tui::reading::LetterCode;
use crate::tui::setup::Setup;

/// What stands for a code that is not known yet.
const STAND_IN: &str = "CODE-NOT-KNOWN-YET";

/// A code where none is known yet.
pub fn stand_in() -> Option<InvitationCode> {
    STAND_IN.parse().ok()
}

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

/// Where a letter to this dealership goes; or why none can.
pub(super) fn address(state: &Onboarding) -> Result<String, String> {
    match state.address_obstacle() {
        Some(obstacle) => Err(obstacle.to_string()),
        None => Ok(state.profile.contact.email.screen().into_owned()),
    }
}

/// Whether an action sends a letter along when that is wanted.
pub(super) fn sends_along(action: &RecordingAction, state: &Onboarding, setup: &Setup) -> bool {
    setup.mail_name.is_some()
        && match action.letters {
            LetterUse::WithCode => true,
            LetterUse::WordReceived => state.word_is_acknowledged(&setup.policy.mail),
            LetterUse::None | LetterUse::Sends(_) | LetterUse::Retried => false,
        }
}

/// The check box of the letter, when there is any letter that could go.
pub(super) fn field(action: &RecordingAction, items: &[Item]) -> Option<FormField> {
    let going = items.iter().filter(|item| item.letter.as_ref().is_some_and(Result::is_ok)).count();
    let label = match items {
        _ if going == 0 => return None,
        [item] => {
            let to = item.letter.as_ref()?.as_ref().ok()?;
            if action.gives_code() {
                format!("a letter goes to {to}")
            } else {
                format!("a letter to {to} acknowledges it")
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

    /// Whether it does nothing but send letters.
    fn only_sends(&self) -> bool {
        self.recording().is_some_and(|action| matches!(action.letters, LetterUse::Sends(_)))
    }

    /// Whether it is about letters at all.
    pub fn has_letters(&self) -> bool {
        self.only_sends() || self.items.iter().any(|item| item.letter.is_some())
    }

    /// Whether a letter goes to one of its dealerships.
    pub fn mails_to(&self, item: &Item) -> bool {
        self.mails() && item.letter.as_ref().is_some_and(Result::is_ok)
    }

    /// How many letters go with it.
    pub fn letters(&self) -> usize {
        let sends = self.only_sends();
        self.items.iter().filter(|item| sends || self.mails_to(item)).count()
    }

    /// Switches the letter off, or on again. Whether there is anything to switch.
    pub fn switch_letter(&mut self) -> bool {
        self.fields.iter_mut().find(|field| field.role == FieldRole::Mail).is_some_and(FormField::toggle)
    }

    /// The letter that it sends to the dealership on a place of its list.
    pub fn draft(&self, place: usize, context: &ValidationContext<'_>) -> Result<(DealershipId, LetterDraft), String> {
        let none = || "no letter goes with this".to_owned();
        let DialogKind::Ask(action) = self.kind else { return Err(none()) };
        let item = self.items.get(place).ok_or_else(none)?;
        let onboarding = &*context.rows.get(item.id).ok_or_else(none)?.state;
        let generation = onboarding.generation();
        if let Some(kind) = action.sends(generation) {
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
        let draft = match action.letters {
            LetterUse::WordReceived => self.acknowledgement(place, onboarding, context),
            LetterUse::WithCode => self.with_code(place, onboarding, context),
            LetterUse::None | LetterUse::Sends(_) | LetterUse::Retried => Err(none()),
        };
        Ok((item.id, draft?))
    }

    fn acknowledgement(
        &self,
        place: usize,
        onboarding: &Onboarding,
        context: &ValidationContext<'_>,
    ) -> Result<LetterDraft, String> {
        let command = match self.request() {
            Some(Request::Execute(commands)) => commands.get(place).map(|(_, command)| command),
            _ => None,
        };
        let command = command.ok_or("say first when the dealer finished")?;
        let as_if = recorded(command, onboarding, context)?;
        Ok(LetterDraft {
            kind: LetterKind::WordReceived,
            as_if,
            generation: onboarding.generation(),
            secret: LetterCode::None,
        })
    }

    fn with_code(
        &self,
        place: usize,
        onboarding: &Onboarding,
        context: &ValidationContext<'_>,
    ) -> Result<LetterDraft, String> {
        let typed = match self.request() {
            Some(Request::Paste(codes)) => codes.get(place).cloned(),
            _ => None,
        };
        let code = match &typed {
            Some(typed) => typed.code.clone(),
            None => stand_in().ok_or("no code can stand in")?,
        };
        let secret = if typed.is_some() { LetterCode::Code(code.clone()) } else { LetterCode::Unknown(code.clone()) };
        // Whether it is meant is asked before it is sent, not before it is read.
        let ask = match self.items.get(place).map_or(0, Item::generation) {
            0 => Ask::Invite,
            seen => Ask::Reissue { seen, despite_word: true },
        };
        let command = Command::IssueCode {
            code,
            generated_at: typed.as_ref().map_or(context.now, |typed| typed.generated_at),
            expires_at: None,
            source: CodeOrigin::Paste,
            intent: IntentId::from_bits(u64::MAX),
            ask: typed.as_ref().map_or(ask, |typed| typed.ask),
            mail: true,
        };
        let generation = onboarding.generation() + 1;
        let as_if = recorded(&command, onboarding, context)?;
        Ok(LetterDraft { kind: LetterKind::of_code(generation), as_if, generation, secret })
    }
}

/// What would be recorded of a command.
fn recorded(command: &Command, onboarding: &Onboarding, context: &ValidationContext<'_>) -> Result<Vec<Fact>, String> {
    context.dry_run(onboarding, None).decide(std::slice::from_ref(command)).map_err(|refusal| refusal.to_string())
}
