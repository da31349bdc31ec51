//! Taking back what somebody recorded last: which commands put back what was before, and when it is too late for that.

use super::{Actor, Command, Event, Fact, Onboarding, Refusal, Timestamp, evolve, fold, rfc3339};

/// What a note begins with that takes another one back: notes are never deleted.
const TAKEN_BACK: &str = "taken back: the note of ";

/// What is taken back, and how.
#[derive(Debug)]
pub struct Undo<'a> {
    pub takes_back: &'a [&'a Event],
    pub command: Command,
}

/// The undo of what `me` recorded last. `events` are all of the dealership, ascending, up to its present `state`.
pub fn undo<'a>(state: &Onboarding, events: &'a [&'a Event], me: &Actor, now: Timestamp) -> Result<Undo<'a>, Refusal> {
    let place = events.iter().rposition(|event| event.actor.is_person());
    let (upto, _) = events.split_at(place.map_or(0, |place| place + 1));
    let newest = upto.last().ok_or(Refusal::NothingToUndo)?;
    if newest.actor != *me {
        let (by, what) = (newest.actor.to_string(), newest.summary());
        let mine = upto.iter().any(|event| event.actor == *me);
        return Err(if mine { Refusal::ActedSince { by, what } } else { Refusal::NothingToUndo });
    }
    let at_once = |pair: &&[&Event]| matches!(pair, [one, next] if is_one_commit(one, next));
    let (earlier, takes_back) = upto.split_at(upto.len() - 1 - upto.windows(2).rev().take_while(at_once).count());
    let before = fold(earlier.iter().copied()).ok_or_else(|| Refusal::NoUndo(newest.summary()))?;
    let after = takes_back.iter().copied().fold(Some(before.clone()), evolve);
    let around = Around { before: &before, after: after.as_ref().unwrap_or(state), present: state, now };
    let mut commands = Vec::new();
    for event in takes_back {
        commands.extend(around.put_back(event)?);
    }
    if commands.is_empty() {
        return Err(Refusal::NoUndo(newest.summary()));
    }
    Ok(Undo { takes_back, command: Command::Undo { seen: state.last_event.seq, commands } })
}

/// Whether two events were recorded together, as far as they tell.
fn is_one_commit(one: &Event, next: &Event) -> bool {
    (one.seq + 1, one.at, &one.actor) == (next.seq, next.at, &next.actor)
}

/// A dealership before what is taken back, right after it, and now.
struct Around<'a> {
    before: &'a Onboarding,
    after: &'a Onboarding,
    present: &'a Onboarding,
    now: Timestamp,
}

impl Around<'_> {
    fn put_back(&self, event: &Event) -> Result<Vec<Command>, Refusal> {
        let before = self.before;
        match &event.fact {
            // Its text may be what should not have been written.
            Fact::NoteAdded { text } if !text.raw().starts_with(TAKEN_BACK) => {
                Ok(vec![Command::Note { text: format!("{TAKEN_BACK}{}", rfc3339(event.at)).into() }])
            }
            Fact::OwnerAssigned { .. } => {
                self.unchanged(|state| &state.profile.owner)?;
                Ok(vec![Command::Assign { owner: before.profile.owner.clone() }])
            }
            Fact::DealershipUpdated { .. } => {
                self.unchanged(|state| &state.profile)?;
                // Who became the contact was taken out of the others.
                let contacts = before.further_contacts.to_vec();
                let others = (*contacts != *self.after.further_contacts).then_some(Command::AddContacts { contacts });
                Ok([Command::Update { profile: before.profile.clone() }].into_iter().chain(others).collect())
            }
            Fact::Snoozed { .. } => {
                self.unchanged(|state| &state.snoozed_until)?;
                Ok(vec![Command::Snooze { until: before.snoozed_until.filter(|until| *until > self.now) }])
            }
            Fact::Archived {} => {
                self.unchanged(|state| &state.archived_at)?;
                Ok([Command::Unarchive].into_iter().chain(self.call_back()?).collect())
            }
            Fact::Unarchived {} => {
                self.unchanged(|state| &state.archived_at)?;
                Ok(vec![Command::Archive])
            }
            Fact::OpcodeChosen { .. } => {
                self.unchanged(|state| &state.opcode)?;
                let chosen = before.opcode.as_deref().ok_or(Refusal::FirstOpcode)?;
                Ok(vec![Command::ChooseOpcode { choice: chosen.choice.clone(), word: chosen.word.clone() }])
            }
            // The call itself was made, whatever is recorded of it.
            Fact::CallLogged { .. } | Fact::CallBackSet { .. } => Ok(self.call_back()?.into_iter().collect()),
            Fact::RemindersSet { on } => {
                self.unchanged(|state| state.mail.as_ref().map(|mail| mail.reminders_off))?;
                Ok(vec![Command::SetReminders { on: !on }])
            }
            // What became needless by the way stays unsent.
            Fact::EmailSuppressed { .. } => Ok(Vec::new()),
            _ => Err(Refusal::NoUndo(event.summary())),
        }
    }

    /// What puts the call-back back, where it was another one.
    fn call_back(&self) -> Result<Option<Command>, Refusal> {
        let at = self.before.call_back_at();
        if at == self.after.call_back_at() {
            return Ok(None);
        }
        self.unchanged(Onboarding::call_back_at)?;
        Ok(Some(Command::SetCallBack { at }))
    }

    /// The program may have changed it since.
    fn unchanged<'s, T: PartialEq>(&'s self, of: impl Fn(&'s Onboarding) -> T) -> Result<(), Refusal> {
        if of(self.after) == of(self.present) { Ok(()) } else { Err(Refusal::ChangedSince) }
    }
}

#[cfg(test)]
#[path = "undo_tests.rs"]
mod tests;
