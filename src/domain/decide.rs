//! The rules: which facts a command makes of a state, or why it is refused.

mod booking;
mod calls;
mod clocks;
mod confirmation;
mod letters;
mod service;

use std::borrow::Cow;

use super::code_steps::{living_until, needs_no_code, unused_code};
use super::command::{Ask, Claim, Command, Context};
use super::event::CodeOrigin;
use super::refusal::Refusal;
use super::{
    Actor, Contact, DealershipId, Fact, IntentId, Invitation, InvitationCode, InvitationState, LetterKind, Onboarding,
    Profile, ProfileEdit, Stage, Timestamp, Untrusted, evolve_all, owner,
};

/// Decides. An empty list means that the command is already true: nothing is to be recorded.
pub fn decide(state: Option<&Onboarding>, command: &Command, ctx: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    if let Command::Add { profile } = command {
        return add(state, profile, ctx);
    }
    let state = state.ok_or(Refusal::Unknown)?;
    let mut facts = of_known(state, command, ctx)?;
    letters::suppress_needless(state, &mut facts, ctx);
    Ok(facts)
}

fn of_known(state: &Onboarding, command: &Command, ctx: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    if let Some(answer) = of_archived(state, command) {
        return answer;
    }
    match command {
        Command::Add { .. } => Ok(vec![]),
        Command::Unarchive => Err(Refusal::NotArchived),
        Command::Archive => Ok(vec![Fact::Archived {}]),
        Command::Note { text } => note(text),
        Command::LogCall { call, mail } => calls::log(state, call, *mail, ctx),
        Command::SetCallBack { at } => Ok(calls::set_call_back(state, *at)),
        Command::TellCode { seen, to, at } => calls::tell_code(state, *seen, to.as_ref(), *at, ctx),
        Command::Update { profile } => update(state, profile, ctx),
        Command::Correct { edits } => correct(state, edits, ctx),
        Command::AddContacts { contacts } => Ok(add_contacts(state, contacts)),
        Command::Assign { owner } => Ok(assign(state, owner.as_ref())),
        Command::Snooze { until } => snooze(state, *until, ctx),
        Command::RequestCode { intent, source, ask, mail } => request(state, *intent, *source, *ask, *mail, ctx),
        Command::IssueCode { code, generated_at, expires_at, source, intent, ask, mail } => {
            let (generated_at, expires_at, mail) = (*generated_at, *expires_at, *mail);
            let new = NewCode { code, generated_at, expires_at, source: *source, intent: *intent, mail };
            issue(state, &new, *ask, ctx)
        }
        Command::FailCode { intent, reason, refused } => Ok(fail(state, *intent, reason, *refused)),
        Command::Revoke { reason } => revoke(state, reason, ctx),
        Command::ConfirmByDealer { said_at, mail } => confirmation::dealer_says_done(state, *said_at, *mail, ctx),
        Command::Observe { result } => Ok(confirmation::observe(state, result, ctx)),
        Command::ObserveSlots { result } => Ok(service::slots_seen(state, result)),
        Command::Tick { probing } => Ok(clocks::tick(state, *probing, ctx.now)),
        Command::TellMisdated => Ok(clocks::misdated(state, ctx).into_iter().collect()),
        Command::ChooseOpcode { choice, word } => service::choose(state, choice, word.as_ref()),
        Command::RequestBooking { intent, opcode, local, vin, moves } => {
            booking::request(state, *intent, opcode, *local, vin, *moves, ctx)
        }
        Command::EndBooking { intent, end } => booking::ended(state, *intent, end, ctx),
        Command::SeeAppointment { id } => Ok(booking::seen(state, id)),
        Command::QueueLetter { kind } => letters::queue(state, *kind, ctx),
        Command::QueueDueLetter => Ok(letters::queue_due(state, ctx)),
        Command::BeginLetter { letter } => letters::begin(state, letters::found(state, *letter)?, ctx),
        Command::EndLetter { letter, end, jitter } => {
            Ok(letters::ended(letters::found(state, *letter)?, end, *jitter, ctx))
        }
        Command::RetryLetter { letter } => letters::retry(state, letters::found(state, *letter)?, ctx),
        Command::SuppressLetter { letter, reason } => letters::suppress(letters::found(state, *letter)?, reason),
        // What becomes of a copy says nothing of its letter.
        Command::Bounce { address, .. } | Command::Delay { address, .. } if letters::keeps_copies(address, ctx) => {
            Ok(vec![])
        }
        Command::Bounce { letter, address, status, reason } => {
            Ok(letters::bounced(state, *letter, address, status, reason))
        }
        Command::Delay { letter, address, status, reason } => {
            Ok(letters::delayed(state, *letter, address, status, reason))
        }
        Command::SetReminders { on } => Ok(letters::set_reminders(state, *on)),
        Command::Undo { seen, commands } => put_back(state, *seen, commands, ctx),
    }
}

/// What becomes of a command because its dealership is archived; `None`: what becomes of it otherwise.
fn of_archived(state: &Onboarding, command: &Command) -> Option<Result<Vec<Fact>, Refusal>> {
    state.archived_at?;
    match command {
        Command::Unarchive => Some(Ok(vec![Fact::Unarchived {}])),
        Command::Archive => Some(Ok(vec![])),
        // What the background tasks find about an archived dealership is of no interest.
        Command::Observe { .. } | Command::ObserveSlots { .. } | Command::Tick { .. } => Some(Ok(vec![])),
        Command::TellMisdated | Command::QueueDueLetter => Some(Ok(vec![])),
        // A saga that was under way ends properly: its code exists at the partner.
        Command::IssueCode { intent, .. } | Command::FailCode { intent, .. } if is_pending(state, *intent) => None,
        Command::EndBooking { .. } | Command::EndLetter { .. } | Command::BeginLetter { .. } => None,
        Command::Bounce { .. } | Command::Delay { .. } | Command::SuppressLetter { .. } => None,
        Command::Note { .. } | Command::Undo { .. } => None,
        Command::Add { .. }
        | Command::Update { .. }
        | Command::Correct { .. }
        | Command::AddContacts { .. }
        | Command::Assign { .. }
        | Command::Snooze { .. }
        | Command::RequestCode { .. }
        | Command::IssueCode { .. }
        | Command::FailCode { .. }
        | Command::Revoke { .. }
        | Command::ConfirmByDealer { .. }
        | Command::LogCall { .. }
        | Command::SetCallBack { .. }
        | Command::TellCode { .. }
        | Command::ChooseOpcode { .. }
        | Command::RequestBooking { .. }
        | Command::SeeAppointment { .. }
        | Command::QueueLetter { .. }
        | Command::RetryLetter { .. }
        | Command::SetReminders { .. } => Some(Err(Refusal::Archived)),
    }
}

/// Decides several commands as one: each sees what those before it make of the state. All of it, or the first refusal.
pub fn decide_in_turn<'a>(
    state: Option<&Onboarding>,
    dealership: DealershipId,
    commands: impl IntoIterator<Item = &'a Command>,
    actor: &Actor,
    ctx: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    let mut after: Option<Cow<'_, Onboarding>> = state.map(Cow::Borrowed);
    let mut all = Vec::new();
    let mut commands = commands.into_iter().peekable();
    while let Some(command) = commands.next() {
        let facts = decide(after.as_deref(), command, ctx)?;
        // Nobody looks at what the last one makes of the state.
        if commands.peek().is_some() && !facts.is_empty() {
            after = evolve_all(after.map(Cow::into_owned), dealership, &facts, actor, ctx.now).map(Cow::Owned);
        }
        all.extend(facts);
    }
    Ok(all)
}

fn put_back(state: &Onboarding, seen: u64, commands: &[Command], ctx: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    if state.last_event.seq != seen {
        return Err(Refusal::RecordedMeanwhile);
    }
    let facts = decide_in_turn(Some(state), state.id, commands, &Actor::system("rules"), ctx)?;
    if facts.is_empty() { Err(Refusal::PutBackAlready) } else { Ok(facts) }
}

fn add(state: Option<&Onboarding>, profile: &Profile, ctx: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    if state.is_some() {
        return Err(Refusal::Exists);
    }
    match ctx.claims.holder(&Claim::DealerCode(profile.dealer_code.raw().into())) {
        Some(holder) => Err(Refusal::DealerCodeTaken(holder)),
        None => Ok(vec![Fact::DealershipAdded { profile: profile.clone() }]),
    }
}

fn update(state: &Onboarding, profile: &Profile, ctx: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    let profile = Profile { owner: state.profile.owner.clone(), ..profile.clone() };
    if profile == state.profile {
        return Ok(vec![]);
    }
    match ctx.claims.holder(&Claim::DealerCode(profile.dealer_code.raw().into())) {
        Some(holder) if holder != state.id => Err(Refusal::DealerCodeTaken(holder)),
        _ => Ok(vec![Fact::DealershipUpdated { profile }]),
    }
}

fn correct(state: &Onboarding, edits: &[ProfileEdit], ctx: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    let profile = state.profile.corrected(edits)?;
    let mut facts = update(state, &profile, ctx)?;
    if profile.owner != state.profile.owner {
        facts.push(Fact::OwnerAssigned { owner: profile.owner });
    }
    Ok(facts)
}

fn add_contacts(state: &Onboarding, people: &[Contact]) -> Vec<Fact> {
    let contacts = state.unknown_contacts(&state.profile.contact, people);
    if contacts.is_empty() { vec![] } else { vec![Fact::ContactsAdded { contacts }] }
}

fn assign(state: &Onboarding, wanted: Option<&Untrusted>) -> Vec<Fact> {
    let owner = wanted.and_then(|wanted| owner::read(wanted.raw()));
    if owner == state.profile.owner { vec![] } else { vec![Fact::OwnerAssigned { owner }] }
}

fn snooze(state: &Onboarding, until: Option<Timestamp>, ctx: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    match until {
        same if same == state.snoozed_until => Ok(vec![]),
        Some(until) if until <= ctx.now => Err(Refusal::Past),
        until => Ok(vec![Fact::Snoozed { until }]),
    }
}

fn note(text: &Untrusted) -> Result<Vec<Fact>, Refusal> {
    if text.raw().trim().is_empty() {
        return Err(Refusal::EmptyNote);
    }
    Ok(vec![Fact::NoteAdded { text: text.clone() }])
}

fn is_pending(state: &Onboarding, intent: IntentId) -> bool {
    state.pending.as_ref().is_some_and(|pending| pending.intent == intent)
}

/// Why a dealership is not probed, even when somebody asks for it.
pub fn needs_no_probe(state: &Onboarding) -> Option<Refusal> {
    state.archived_at.map(|_| Refusal::Archived)
}

/// The newest code, whatever became of it.
pub fn newest_code(state: &Onboarding) -> Result<&Invitation, Refusal> {
    state.invitation.as_ref().ok_or(Refusal::NeverInvited)
}

/// Somebody was faster: the code that was on the screen is not the newest any more.
fn already_reissued(newest: &Invitation, ctx: &Context<'_>) -> Refusal {
    let by = newest.issued_by.to_string();
    Refusal::AlreadyReissued { by, ago: ctx.now - newest.issued_at, generation: newest.generation }
}

/// Whether the operator may have a new code in the state that they saw.
fn may_have_code(state: &Onboarding, ask: Ask, ctx: &Context<'_>) -> Result<(), Refusal> {
    if let Some(refusal) = needs_no_code(state) {
        return Err(refusal);
    }
    match (ask, &state.invitation) {
        (Ask::Invite, None) => Ok(()),
        (Ask::Invite, Some(invitation)) => Err(Refusal::AlreadyInvited(invitation.generation)),
        (Ask::Reissue { .. }, None) => Err(Refusal::NeverInvited),
        (Ask::Reissue { seen, .. }, Some(newest)) if seen != newest.generation => Err(already_reissued(newest, ctx)),
        (Ask::Reissue { despite_word: false, .. }, Some(_)) if state.stage(ctx.now) == Stage::AwaitingXtime => {
            Err(Refusal::WordGiven)
        }
        (Ask::Reissue { .. }, Some(_)) => Ok(()),
    }
}

fn request(
    state: &Onboarding,
    intent: IntentId,
    source: CodeOrigin,
    ask: Ask,
    mail: bool,
    ctx: &Context<'_>,
) -> Result<Vec<Fact>, Refusal> {
    if let Some(pending) = &state.pending {
        return if pending.intent == intent && pending.mail != mail {
            // The same request, and something else about the letter.
            Ok(vec![Fact::InvitationRequested { intent, source, generation: pending.generation, mail }])
        } else if pending.intent == intent {
            Ok(vec![])
        } else {
            Err(pending.in_flight(ctx.now))
        };
    }
    may_have_code(state, ask, ctx)?;
    Ok(vec![Fact::InvitationRequested { intent, source, generation: state.generation() + 1, mail }])
}

struct NewCode<'a> {
    code: &'a InvitationCode,
    generated_at: Timestamp,
    expires_at: Option<Timestamp>,
    source: CodeOrigin,
    intent: IntentId,
    mail: bool,
}

fn issue(state: &Onboarding, new: &NewCode<'_>, ask: Ask, ctx: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    if state.invitation.as_ref().is_some_and(|newest| newest.intent == new.intent) {
        return Ok(vec![]);
    }
    match &state.pending {
        Some(pending) if pending.intent == new.intent => {}
        // The source failed the operator: a code taken by hand ends the wait. Whatever the source gives later comes too late.
        Some(pending) if pending.failed.is_some() && new.source == CodeOrigin::Paste => may_have_code(state, ask, ctx)?,
        Some(pending) => return Err(pending.in_flight(ctx.now)),
        None if new.source != CodeOrigin::Paste => return Err(Refusal::IntentClosed),
        None => may_have_code(state, ask, ctx)?,
    }
    // A code that arrives for a dealership that connected meanwhile is still recorded: it exists at the partner.
    unused_code(state.id, new.code, ctx.claims)?;
    if new.code.reveal() == state.profile.dealer_code.raw() {
        return Err(Refusal::CodeIsDealerCode);
    }
    if state.digests().any(|digest| digest == new.code.digest()) {
        return Err(Refusal::CodeUsedBefore { here: true });
    }
    let expires_at = living_until(new.generated_at, new.expires_at, ctx.now, ctx.policy)?;
    let generation = state.generation() + 1;
    let mut facts = Vec::with_capacity(2);
    if let Some(old) = state.invitation.as_ref().filter(|old| old.ended.is_none()) {
        facts.push(Fact::InvitationSuperseded { generation: old.generation, by: generation });
    }
    facts.push(Fact::InvitationIssued {
        generation,
        code: new.code.clone(),
        generated_at: new.generated_at,
        expires_at,
        source: new.source,
        intent: new.intent,
    });
    // A code that came for a dealership that is connected by now is on record, and not sent to anybody.
    if let Some(letter) = ctx.letter.filter(|_| new.mail && !state.is_confirmed() && state.archived_at.is_none()) {
        facts.push(letters::queued(state, letter, LetterKind::of_code(generation), generation));
    }
    Ok(facts)
}

fn fail(state: &Onboarding, intent: IntentId, reason: &str, refused: bool) -> Vec<Fact> {
    match &state.pending {
        Some(pending) if pending.intent == intent && (refused || pending.failed.as_deref() != Some(reason)) => {
            vec![Fact::InvitationRequestFailed { intent, reason: reason.into(), refused }]
        }
        _ => vec![],
    }
}

fn revoke(state: &Onboarding, reason: &Untrusted, ctx: &Context<'_>) -> Result<Vec<Fact>, Refusal> {
    match &state.invitation {
        Some(newest) if newest.state(ctx.now) == InvitationState::Live => {
            Ok(vec![Fact::InvitationRevoked { generation: newest.generation, reason: reason.clone() }])
        }
        _ => Err(Refusal::NoLiveCode(state.stage(ctx.now))),
    }
}
