//! Dealerships are recorded many at a time: one commit for up to a thousand, decided with what the batch itself claims.

use std::collections::HashSet;
use std::sync::Arc;

use super::Inner;
use super::inner::{Authority, MOST_TRIES};
use crate::domain::{
    Actor, Claim, Claims, Command, Context, DealershipId, Fact, Onboarding, ProfileField, Refusal, decide_in_turn,
};
use crate::protocol::{Imported, Incoming, RequestError};
use crate::store::{Append, Overlay, StoreError};

/// How many dealerships one commit takes.
const BATCH: usize = 1_000;

impl Inner {
    /// Takes in as many as one commit takes, at least one; the answers in their order.
    pub(super) async fn take_in_batch(
        &self,
        incoming: &[Incoming],
        actor: &Actor,
        update: bool,
    ) -> Result<Vec<Result<Imported, Refusal>>, RequestError> {
        self.may_record()?;
        let mut tries = 0;
        loop {
            let (decided, batch) = self.decide_batch(incoming, actor, update);
            if batch.is_empty() {
                return Ok(decided);
            }
            match self.append(Authority::Person, batch).await {
                Ok(_) => return Ok(decided),
                // Somebody else recorded something about one of them: all of this batch is decided anew.
                Err(StoreError::Conflict { .. } | StoreError::Claimed { .. }) if tries < MOST_TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Decides as many profiles as one commit takes; at least one.
    fn decide_batch(
        &self,
        incoming: &[Incoming],
        actor: &Actor,
        update: bool,
    ) -> (Vec<Result<Imported, Refusal>>, Vec<Append>) {
        let now = self.now();
        let mut claims = Overlay::on(self.read_model());
        let mut fresh = HashSet::new();
        let mut updated = HashSet::new();
        let (mut answers, mut batch) = (Vec::new(), Vec::new());
        for Incoming { profile, further_contacts, opcode, word } in incoming.iter().take(BATCH) {
            let code = profile.text_of(ProfileField::DealerCode);
            let known = claims.holder(&Claim::DealerCode(code.into())).filter(|_| update);
            // Twice in one file: the second one is decided upon what the first one made, after its commit.
            if known.is_some_and(|id| fresh.contains(&id) || updated.contains(&id)) {
                break;
            }
            let (id, state) = match known {
                Some(id) => (id, self.read_model().get(id)),
                None => (self.unused_id(&fresh), None),
            };
            let command = match &state {
                Some(state) => profile.applied_to(&state.profile).map(|profile| Command::Update { profile }),
                None => profile.new_profile().map(|profile| Command::Add { profile }),
            };
            let command = match command {
                Ok(command) => command,
                Err(problem) => {
                    answers.push(Err(Refusal::Profile(problem)));
                    continue;
                }
            };
            let contacts =
                (!further_contacts.is_empty()).then(|| Command::AddContacts { contacts: further_contacts.clone() });
            // What was recorded at the desk counts more than a file, which may be taken in again and again.
            let unchosen = state.as_ref().is_none_or(|state| state.opcode.is_none());
            let choice = opcode.clone().filter(|_| unchosen);
            let choice = choice.map(|choice| Command::ChooseOpcode { choice, word: word.clone() });
            let commands = [Some(command), contacts, choice];
            let context = Context { now, policy: &self.parts.policy, claims: &claims, letter: None };
            let decided = decide_in_turn(state.as_deref(), id, commands.iter().flatten(), actor, &context);
            let answer = decided.map(|facts| match (known, facts.is_empty()) {
                (Some(_), true) => Imported::Unchanged(id),
                (Some(_), false) => {
                    updated.insert(id);
                    batch.push(append(id, state.as_ref(), actor, now, facts));
                    Imported::Updated(id)
                }
                (None, _) => {
                    fresh.insert(id);
                    claims.set_holder(Claim::DealerCode(code.into()), Some(id));
                    batch.push(append(id, None, actor, now, facts));
                    Imported::Added(id)
                }
            });
            answers.push(answer);
        }
        (answers, batch)
    }

    fn unused_id(&self, batch: &HashSet<DealershipId>) -> DealershipId {
        loop {
            let id = self.new_dealership_id();
            if !batch.contains(&id) {
                return id;
            }
        }
    }
}

fn append(
    dealership: DealershipId,
    state: Option<&Arc<Onboarding>>,
    actor: &Actor,
    at: crate::domain::Timestamp,
    facts: Vec<Fact>,
) -> Append {
    let expected_version = state.map_or(0, |state| state.version);
    Append { dealership: Some(dealership), expected_version, actor: actor.clone(), at, facts }
}
