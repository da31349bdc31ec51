//! What would come of a dialog as it is filled in, or everything that is wrong or missing.

use std::cell::OnceCell;

use crate::timezone::Tz;

use crate::domain::owner::{self, NOBODY};
use crate::domain::paste::{Expected, Mistake, PasteContext, PasteProblem, check_code, check_generated, match_codes};
use crate::domain::when::{parse_duration, parse_moment};
use crate::domain::{
    Ask, Claim, Claims, Command, DealershipId, FullNames, LetterId, Named, OpcodeChoice, OpcodeOption, Policy, Stage,
    Timestamp, Untrusted,
};
use crate::engine::PastedCode;
use crate::tui::action::Action;
use crate::tui::rows::DealershipRows;
use crate::tui::state::{ScreenState, Setup};
use crate::tui::tail::Group;

use super::allowed::decided;
use super::{Dialog, DialogKind, DialogRequest, FieldRole, FormField, FormProblem, Input, Item, Suggestions};

/// What a dialog is validated by.
pub struct ValidationContext<'a> {
    now: Timestamp,
    policy: &'a Policy,
    by_paste: bool,
    claims: &'a dyn Claims,
    rows: &'a DealershipRows,
    pub(super) setup: &'a Setup,
}

impl<'a> ValidationContext<'a> {
    /// The state of the screen, without the dialog itself.
    pub fn of(state: &'a ScreenState) -> Self {
        let setup = &state.setup;
        let claims: &dyn Claims = setup.claims.as_ref();
        let (now, rows) = (state.now.at, &state.rows);
        Self { now, policy: &setup.policy, by_paste: setup.source.is_none(), claims, rows, setup }
    }
}

/// When the field for the moment of generation says that the code was generated.
///
/// # Errors
/// What is wrong with it, in words.
pub fn generated_of(dialog: &Dialog, now: Timestamp, zone: Tz) -> Result<Timestamp, String> {
    match dialog.field(FieldRole::Generated) {
        None => Ok(now),
        Some(field) if field.text().trim().is_empty() => Ok(now),
        Some(field) => parse_moment(field.text(), now, &zone).map_err(|error| error.to_string()),
    }
}

/// When a code that is entered now would die.
pub fn expiry_of(dialog: &Dialog, now: Timestamp, zone: Tz, policy: &Policy) -> Option<Timestamp> {
    generated_of(dialog, now, zone).ok()?.checked_add_signed(policy.valid_for)
}

pub(super) type Problems = Vec<FormProblem>;

pub(super) fn wrong(role: FieldRole, text: impl Into<String>) -> Problems {
    vec![FormProblem { role: Some(role), id: None, text: text.into(), missing: false }]
}

pub(super) fn missing(role: FieldRole, text: impl Into<String>) -> Problems {
    vec![FormProblem { role: Some(role), id: None, text: text.into(), missing: true }]
}

impl Dialog {
    /// Judges what is filled in.
    pub fn validate(&mut self, context: &ValidationContext<'_>) {
        self.validation = self.validated(context);
    }

    fn validated(&self, context: &ValidationContext<'_>) -> Result<DialogRequest, Problems> {
        let DialogKind::Ask(action) = self.kind else {
            let groups = Group::ALL.into_iter().enumerate();
            let shown = |place| self.field(FieldRole::Group(place)).is_none_or(FormField::is_on);
            return Ok(DialogRequest::Show(groups.map(|(place, group)| (group, shown(place))).collect()));
        };
        let changed: Problems = self
            .items
            .iter()
            .filter_map(|item| Some((item, item.changed.as_ref()?)))
            .map(|(item, what)| FormProblem {
                role: None,
                id: Some(item.id),
                text: format!("{}: {what}", item.name),
                missing: false,
            })
            .collect();
        if !changed.is_empty() {
            return Err(changed);
        }
        let mut problems = Problems::new();
        let request = match action {
            Action::Invite | Action::Reissue => self.codes(action, context),
            Action::Appointment => self.appointment_request(),
            Action::EditProfile => self.correction(),
            Action::TeachMeaning | Action::TeachNewest => self.lesson(context),
            _ => self.commands(action, context),
        };
        let request = request.map_err(|more| problems.extend(more)).ok();
        if let Some(count) = self.field(FieldRole::Count).map(FormField::text)
            && count.trim() != self.items.len().to_string()
        {
            let text = format!("type {} to go on", self.items.len());
            let typed = !count.is_empty();
            problems.push(FormProblem { role: Some(FieldRole::Count), id: None, text, missing: !typed });
        }
        request.filter(|_| problems.is_empty()).ok_or(problems)
    }

    fn codes(&self, action: Action, context: &ValidationContext<'_>) -> Result<DialogRequest, Problems> {
        let despite_word = self.field(FieldRole::Despite).is_some_and(FormField::is_on);
        let mut problems = Problems::new();
        for role in [FieldRole::Despite, FieldRole::DespiteClock] {
            if self.field(role).is_some_and(|field| !field.is_on()) {
                problems.extend(missing(role, "say that you mean it"));
            }
        }
        if !context.by_paste {
            let ask = |item: &Item| (item.id, Self::ask(action, item, despite_word), self.mails_to(item));
            let asks = self.items.iter().map(ask).collect();
            return if problems.is_empty() { Ok(DialogRequest::Obtain(asks)) } else { Err(problems) };
        }
        let pasted = match self.items.as_slice() {
            [item] => self.one_code(item, context).map(|code| vec![code]),
            _ => self.many_codes(context),
        };
        let mut pasted = pasted.map_err(|more| problems.extend(more)).unwrap_or_default();
        if !problems.is_empty() {
            return Err(problems);
        }
        for (code, item) in pasted.iter_mut().zip(&self.items) {
            code.ask = Self::ask(action, item, despite_word);
            code.mail = self.mails_to(item);
        }
        Ok(DialogRequest::Paste(pasted))
    }

    /// What is asked for one of its dealerships.
    pub(super) fn ask(action: Action, item: &Item, despite_word: bool) -> Ask {
        match action {
            Action::Invite => Ask::Invite,
            _ => Ask::Reissue { seen: item.generation(), despite_word: despite_word && item.awaits_xtime() },
        }
    }

    fn one_code(&self, item: &Item, context: &ValidationContext<'_>) -> Result<PastedCode, Problems> {
        let mut problems = Problems::new();
        let generated_at = generated_of(self, context.now, item.zone).and_then(|at| {
            check_generated(at, context.now, context.policy).map_err(|wrong| wrong.to_string()).map(|()| at)
        });
        let generated_at = generated_at.map_err(|text| problems.extend(wrong(FieldRole::Generated, text))).ok();
        let context = PasteContext {
            now: context.now,
            generated_at: context.now,
            policy: context.policy,
            claims: context.claims,
            present: &|_| None,
            resolve: &|_| Named::Nobody,
        };
        let text = self.text(FieldRole::Code);
        let code = if text.trim().is_empty() {
            Err(missing(FieldRole::Code, "paste the code"))
        } else {
            check_code(item.id, text, context.now, &context).map_err(|what| wrong(FieldRole::Code, what.to_string()))
        };
        let code = code.map_err(|more| problems.extend(more)).ok();
        match (code, generated_at) {
            (Some(code), Some(generated_at)) => Ok(PastedCode {
                dealership: item.id,
                code,
                generated_at,
                expires_at: None,
                ask: Ask::Invite,
                mail: true,
            }),
            _ => Err(problems),
        }
    }

    fn many_codes(&self, context: &ValidationContext<'_>) -> Result<Vec<PastedCode>, Problems> {
        let block = self.text(FieldRole::Block);
        if block.trim().is_empty() {
            return Err(missing(FieldRole::Block, format!("paste {} codes", self.items.len())));
        }
        let generated_at = self.common_moment(context.now).map_err(|text| wrong(FieldRole::Generated, text))?;
        // Hardly ever is anything else written than the dealerCode, and all names take a moment.
        let names = OnceCell::new();
        let resolve = |name: &str| match context.claims.holder(&Claim::DealerCode(name.into())) {
            Some(id) => Named::One(id),
            None => names.get_or_init(|| FullNames::of(context.rows.iter().map(|row| &*row.state))).find(name),
        };
        let present = |id| Some(context.rows.get(id)?.state.invitation.as_ref()?.code.digest());
        let context = PasteContext {
            now: context.now,
            generated_at,
            policy: context.policy,
            claims: context.claims,
            present: &present,
            resolve: &resolve,
        };
        let expected: Vec<Expected> = self.items.iter().map(|item| Expected { id: item.id, zone: item.zone }).collect();
        let matched = match_codes(block, &expected, &context).map_err(|mistakes| self.problems(&mistakes))?;
        // What was chosen shall have a new code: its present one is none.
        if let Some(id) = matched.already.iter().find(|id| self.items.iter().any(|item| item.id == **id)) {
            let what = PasteProblem::UsedBefore { here: true };
            return Err(self.problems(&[Mistake { line: None, id: Some(*id), what }]));
        }
        Ok(matched
            .codes
            .into_iter()
            .map(|one| PastedCode {
                dealership: one.id,
                code: one.code,
                generated_at: one.generated_at,
                expires_at: None,
                ask: Ask::Invite,
                mail: true,
            })
            .collect())
    }

    /// The moment for lines without one. A wall-clock time must mean the same moment for all dealerships.
    fn common_moment(&self, now: Timestamp) -> Result<Timestamp, String> {
        let mut moments = self.items.iter().map(|item| generated_of(self, now, item.zone));
        let first = moments.next().unwrap_or(Ok(now))?;
        if moments.all(|moment| moment.as_ref() == Ok(&first)) {
            Ok(first)
        } else {
            Err("the dealerships are in different zones: write it with an offset, like 2026-03-30T14:05-05:00"
                .to_owned())
        }
    }

    fn problems(&self, mistakes: &[Mistake]) -> Problems {
        let name = |id: DealershipId| self.items.iter().find(|item| item.id == id).map(|item| item.name.as_str());
        mistakes
            .iter()
            .map(|mistake| {
                let text = match (mistake.line, mistake.id.and_then(name)) {
                    (None, Some(name)) => format!("{name}: {mistake}"),
                    _ => mistake.to_string(),
                };
                FormProblem { role: Some(FieldRole::Block), id: mistake.id, text, missing: false }
            })
            .collect()
    }

    fn about_letters(&self, command: impl Fn(LetterId) -> Command) -> DialogRequest {
        let letters = self.items.iter().filter_map(|item| Some((item.id, command(item.about.as_ref()?.0))));
        DialogRequest::Execute(letters.collect())
    }

    fn commands(&self, action: Action, context: &ValidationContext<'_>) -> Result<DialogRequest, Problems> {
        let text = self.text(FieldRole::Text).trim();
        let same = |command: Command| {
            Ok(DialogRequest::Execute(self.items.iter().map(|item| (item.id, command.clone())).collect()))
        };
        match action {
            Action::Check => Ok(DialogRequest::Check),
            Action::Resend | Action::SendGuide | Action::SendWordReceived | Action::SendLive => {
                Ok(DialogRequest::Execute(
                    self.items.iter().filter_map(|item| Some((item.id, item.sends(action)?))).collect(),
                ))
            }
            Action::Reminders => {
                let on = self.items.iter().all(Item::reminders_off);
                same(Command::SetReminders { on })
            }
            Action::QueueRetry | Action::QueueRetryFailed => {
                Ok(self.about_letters(|letter| Command::RetryLetter { letter }))
            }
            Action::QueueSuppress => {
                let reason = if text.is_empty() { "somebody took it back" } else { text };
                Ok(self.about_letters(|letter| Command::SuppressLetter { letter, reason: reason.to_owned() }))
            }
            Action::Revoke => same(Command::Revoke { reason: text.into() }),
            Action::Note if text.is_empty() => Err(missing(FieldRole::Text, "write something")),
            Action::Note => same(Command::Note { text: text.into() }),
            Action::Assign if text.is_empty() => Err(missing(
                FieldRole::Text,
                format!("write a name, or choose one with the arrows; `{NOBODY}` takes it away"),
            )),
            Action::Assign => same(Command::Assign { owner: owner::read(text) }),
            Action::Snooze => {
                let until = snooze_end(text, context.now, self.items.first().map_or(Tz::UTC, |item| item.zone));
                same(Command::Snooze { until: until.map_err(|text| wrong(FieldRole::Text, text))? })
            }
            Action::Archive if self.items.iter().all(|item| item.stage == Stage::Archived) => same(Command::Unarchive),
            Action::Archive => same(Command::Archive),
            Action::ChooseOpcode if text.is_empty() => {
                Err(missing(FieldRole::Text, "write the opcode, or choose one with the arrows"))
            }
            Action::ChooseOpcode => {
                let new = |field: &FormField| matches!(field.input, Input::Choice { chosen: 1, .. });
                let new = self.field(FieldRole::Option).is_some_and(new);
                let option = if new { OpcodeOption::New } else { OpcodeOption::Existing };
                // What was chosen from the list is taken exactly as Xtime shows it, spaces and all.
                let exact = self.suggestions.as_ref().and_then(Suggestions::chosen).map(|one| one.exact.clone());
                let choice = OpcodeChoice { code: exact.unwrap_or_else(|| Untrusted::from(text)), option };
                let word = self.text(FieldRole::Word).trim();
                same(Command::ChooseOpcode { choice, word: (!word.is_empty()).then(|| word.into()) })
            }
            Action::ConfirmWord => {
                let text = if text.is_empty() { "now" } else { text };
                let said = |item: &Item| {
                    let at = parse_moment(text, context.now, &item.zone).map_err(|error| error.to_string())?;
                    let command = Command::ConfirmByDealer { said_at: at, mail: self.mails_to(item) };
                    if let Some(row) = context.rows.get(item.id) {
                        let dry_run = decided(std::slice::from_ref(&command), &row.state, context.setup, context.now);
                        dry_run.map_err(|refusal| refusal.to_string())?;
                    }
                    Ok((item.id, command))
                };
                let commands: Result<Vec<_>, String> = self.items.iter().map(said).collect();
                commands.map(DialogRequest::Execute).map_err(|text| wrong(FieldRole::Text, text))
            }
            _ => Err(Problems::new()),
        }
    }
}

/// Whether the field of a snooze says that it ends.
pub fn ends_snooze(text: &str) -> bool {
    matches!(text, "off" | "0" | "none")
}

/// The end of a snooze: a length of time, `until` a moment, or `off`.
fn snooze_end(text: &str, now: Timestamp, zone: Tz) -> Result<Option<Timestamp>, String> {
    if ends_snooze(text) {
        return Ok(None);
    }
    if let Ok(length) = parse_duration(text) {
        return match now.checked_add_signed(length) {
            Some(until) if until > now => Ok(Some(until)),
            _ => Err("that is no length of time to wait".to_owned()),
        };
    }
    let moment = text.strip_prefix("until").unwrap_or(text).trim();
    let until =
        parse_moment(moment, now, &zone).map_err(|_| "write 2h, 1d, until 2026-03-30 14:05, or off".to_owned())?;
    if until > now { Ok(Some(until)) } else { Err("that moment is past".to_owned()) }
}
