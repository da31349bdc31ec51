//! A past for the demo: dealerships in mid-life, told through the same rules as everything else.
//!
//! The sandbox is asked for codes as if they had been generated days ago; its dealers have long acted on them. What they
//! said by phone, what Xtime shows of them now, and what clocks did meanwhile becomes the history of the store.

use std::collections::HashMap;

use chrono::TimeDelta;
use futures::StreamExt as _;
use futures::stream;
use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};

use super::error::DemoError;
use super::phone::{self, PhoneCall, PhoneLine, between};
use crate::domain::SlotWindow;
use crate::domain::{
    Actor, Ask, Claim, Claims, CodeDigest, CodeOrigin, Command, Context, DealershipId, Event, IntentId, InvitationCode,
    LetterEnd, LetterId, Onboarding, Outcome, Policy, ProbeResult, Profile, SlotCounts, SlotsResult, Timestamp, decide,
    evolve, opcode,
};
use crate::store::{Append, Store, StoreError};
use crate::xtime::Platform;

/// Requests to the sandbox under way at once.
const AT_ONCE: usize = 16;
/// Looks before the demo goes on without knowing: the sandbox is nasty on purpose.
const LOOKS: usize = 6;
/// Facts of so many commands in one commit.
const CHUNK: usize = 500;

const SECOND: TimeDelta = TimeDelta::seconds(1);
const MINUTE: TimeDelta = TimeDelta::minutes(1);

struct Dealer {
    id: DealershipId,
    profile: Profile,
    added_at: Timestamp,
    invited: Option<Invited>,
    share: f64,
}

struct Invited {
    at: Timestamp,
    intent: IntentId,
    code: InvitationCode,
}

impl Invited {
    fn issued_at(&self) -> Timestamp {
        self.at + SECOND
    }
}

struct Seen {
    result: ProbeResult,
    slots: Option<SlotsResult>,
}

impl Seen {
    fn is_connected(&self) -> bool {
        self.result.outcome == Outcome::Connected
    }
}

/// Who makes the past, and of what.
pub struct Past<'a> {
    pub store: &'a dyn Store,
    pub platform: &'a dyn Platform,
    pub line: &'a PhoneLine,
    /// The numbers of the process.
    pub policy: &'a Policy,
    /// The moment at which it ends.
    pub now: Timestamp,
    pub seed: u64,
}

impl Past<'_> {
    /// Writes the history of these dealerships. Returns the number of the last phone call that is in it.
    pub async fn write(&self, profiles: Vec<Profile>) -> Result<u64, DemoError> {
        let mut rng = StdRng::seed_from_u64(self.seed ^ 0x9e37_79b9_7f4a_7c15);
        let plans: Vec<_> = profiles.into_iter().map(|profile| self.plan(profile, &mut rng)).collect();
        let dealers: Vec<Dealer> = stream::iter(plans)
            .map(|(dealer, invite)| self.invite(dealer, invite))
            .buffered(AT_ONCE)
            .collect::<Vec<_>>()
            .await
            .into_iter()
            .collect::<Result<_, _>>()?;
        let (calls, last_call) = self.line.all_calls(0).await?;
        let mut calls_of: HashMap<&str, Vec<&PhoneCall>> = HashMap::new();
        for call in calls.iter().filter(|call| call.at <= self.now) {
            calls_of.entry(&call.dealer_code).or_default().push(call);
        }
        let seen: Vec<Option<Seen>> =
            stream::iter(&dealers).map(|dealer| self.look(dealer)).buffered(AT_ONCE).collect().await;

        let mut story = Vec::new();
        for (dealer, seen) in dealers.iter().zip(seen) {
            let calls = calls_of.get(dealer.profile.dealer_code.raw()).map_or(&[][..], Vec::as_slice);
            self.tell(dealer, seen, calls, &mut story);
        }
        story.sort_by_key(|line| line.0);
        self.record(story).await?;
        Ok(last_call)
    }

    /// When it was added and invited: half of the codes are alive, the others older, a few were never issued.
    fn plan(&self, profile: Profile, rng: &mut StdRng) -> (Dealer, Option<(Timestamp, IntentId)>) {
        let minutes = match rng.random_range(0..100) {
            0..5 => None,
            5..60 => Some(rng.random_range(2..72 * 60)),
            60..85 => Some(rng.random_range(72 * 60..6 * 24 * 60)),
            _ => Some(rng.random_range(6 * 24 * 60..14 * 24 * 60)),
        };
        let invited_at = minutes.map(|minutes| self.now - TimeDelta::minutes(minutes));
        let added_at = invited_at.unwrap_or(self.now) - TimeDelta::minutes(rng.random_range(10..600));
        let id = DealershipId::from_bits(rng.next_u64());
        let intent = IntentId::from_bits(rng.next_u64());
        let dealer = Dealer { id, profile, added_at, invited: None, share: rng.random_range(0.05..0.95) };
        (dealer, invited_at.map(|at| (at, intent)))
    }

    async fn invite(&self, mut dealer: Dealer, invite: Option<(Timestamp, IntentId)>) -> Result<Dealer, DemoError> {
        if let Some((at, intent)) = invite {
            let (code, zone) = (dealer.profile.dealer_code.raw(), dealer.profile.timezone.name());
            let code = self.line.invite_at(code, zone, at, &intent.to_string()).await?;
            dealer.invited = Some(Invited { at, intent, code });
        }
        Ok(dealer)
    }

    async fn look(&self, dealer: &Dealer) -> Option<Seen> {
        dealer.invited.as_ref()?;
        let code = dealer.profile.dealer_code.raw();
        for _ in 0..LOOKS {
            let result = self.platform.probe(code).await.value;
            if result.outcome == Outcome::Connected {
                let slots = self.slots(dealer).await;
                return Some(Seen { result, slots });
            }
            if result.outcome == Outcome::NotConnected {
                return Some(Seen { result, slots: None });
            }
        }
        None
    }

    async fn slots(&self, dealer: &Dealer) -> Option<SlotsResult> {
        let code = dealer.profile.dealer_code.raw();
        let opcode = self.policy.default_opcode.as_str();
        let window = SlotWindow::from_today(self.now, dealer.profile.timezone, self.policy.slot_window);
        let mut found = Vec::new();
        for range in window.ranges(self.policy.slot_range) {
            found.push(self.platform.slots(code, opcode, range.start, range.days).await.value.ok()?);
        }
        let slots = SlotCounts::of(window.merged(found).iter().map(|slot| slot.local));
        Some(SlotsResult { at: self.now, window: window.days, slots })
    }

    /// One dealership's lines of the story.
    fn tell(&self, dealer: &Dealer, seen: Option<Seen>, calls: &[&PhoneCall], story: &mut Vec<StoryLine>) {
        let owner =
            dealer.profile.owner.as_ref().map_or_else(|| Actor::system("demo"), |owner| Actor::person(owner.raw()));
        let mut lines = DealerStory { dealership: dealer.id, story };
        lines.add(dealer.added_at, &owner, Command::Add { profile: dealer.profile.clone() });
        let Some(invited) = &dealer.invited else { return };
        lines.tell_invitation(invited, &owner);
        for call in calls {
            lines.add(call.at.max(invited.issued_at()), &phone::actor(), call.command());
        }
        self.tell_waiting(invited, seen.as_ref(), calls, &mut lines);
        if let Some(seen) = seen.filter(Seen::is_connected) {
            self.tell_connection(dealer, invited, seen, calls, &mut lines);
        }
    }

    /// What was seen before it was connected, and which clocks ran out.
    fn tell_waiting(&self, invited: &Invited, seen: Option<&Seen>, calls: &[&PhoneCall], lines: &mut DealerStory<'_>) {
        let probe = Actor::system("probe");
        if self.now - invited.at > MINUTE {
            let at = invited.issued_at() + MINUTE;
            lines.add(at, &probe, Command::Observe { result: not_connected(at) });
        }
        if seen.is_some_and(Seen::is_connected) {
            return;
        }
        let over = match word_at(calls) {
            Some(word_at) => word_at + self.policy.confirm_within,
            None => invited.at + self.policy.valid_for + MINUTE,
        };
        if over >= self.now {
            return;
        }
        match word_at(calls) {
            Some(_) => lines.add(over + MINUTE, &Actor::system("clock"), Command::Tick { probing: true }),
            None => lines.add(over, &probe, Command::Observe { result: not_connected(over) }),
        }
    }

    /// How it was found to be connected, and what it shows.
    fn tell_connection(
        &self,
        dealer: &Dealer,
        invited: &Invited,
        Seen { result, slots }: Seen,
        calls: &[&PhoneCall],
        lines: &mut DealerStory<'_>,
    ) {
        let probe = Actor::system("probe");
        let from = word_at(calls).unwrap_or(invited.at) + MINUTE * 3;
        let at = between(from, (from + TimeDelta::hours(20)).min(self.now), dealer.share);
        let ok = result.services.as_ref().is_some_and(|services| {
            let wanted = chosen(calls).unwrap_or(&self.policy.default_opcode);
            opcode::is_listed(wanted, services)
        });
        lines.add(at, &probe, Command::Observe { result: ProbeResult { began_at: at, ended_at: at, ..result } });
        if let Some(result) = slots.filter(|_| ok && chosen(calls).is_none()) {
            lines.add(at + SECOND, &probe, Command::ObserveSlots { result: SlotsResult { at, ..result } });
        }
    }

    /// Decides line by line on states of its own, and records what comes of it in order of time.
    async fn record(&self, story: Vec<StoryLine>) -> Result<(), StoreError> {
        let mut ledger = Ledger::default();
        let mut batch = Vec::new();
        for (at, dealership, actor, command) in story {
            let state = ledger.states.get(&dealership);
            // Of the past only the letters with codes are told.
            let letter = match &command {
                Command::IssueCode { intent, .. } => Some(letter_of(*intent)),
                _ => None,
            };
            let context = Context { now: at, policy: self.policy, claims: &ledger, letter };
            // What the rules refuse did not happen: a dealer who says "done" twice, for instance.
            let Ok(facts) = decide(state, &command, &context) else { continue };
            if facts.is_empty() {
                continue;
            }
            let expected_version = state.map_or(0, |state| state.version);
            for fact in &facts {
                let event =
                    Event { seq: 0, at, actor: actor.clone(), dealership: Some(dealership), fact: fact.clone() };
                ledger.take(&event);
            }
            batch.push(Append { dealership: Some(dealership), expected_version, actor, at, facts });
            if batch.len() >= CHUNK {
                self.store.append(std::mem::take(&mut batch)).await?;
            }
        }
        if !batch.is_empty() {
            self.store.append(batch).await?;
        }
        Ok(())
    }
}

type StoryLine = (Timestamp, DealershipId, Actor, Command);

/// The lines of one dealership.
struct DealerStory<'a> {
    dealership: DealershipId,
    story: &'a mut Vec<StoryLine>,
}

impl DealerStory<'_> {
    fn add(&mut self, at: Timestamp, actor: &Actor, command: Command) {
        self.story.push((at, self.dealership, actor.clone(), command));
    }

    /// A code is asked for and issued, and a letter takes it there.
    fn tell_invitation(&mut self, invited: &Invited, owner: &Actor) {
        let &Invited { at, intent, .. } = invited;
        let (source, ask, mail) = (CodeOrigin::Http, Ask::Invite, true);
        self.add(at, owner, Command::RequestCode { intent, source, ask, mail });
        let code = invited.code.clone();
        let issue = Command::IssueCode { code, generated_at: at, expires_at: None, source, intent, ask, mail };
        self.add(invited.issued_at(), owner, issue);
        let (letter, mailer) = (letter_of(intent), Actor::system("mail"));
        self.add(invited.issued_at() + SECOND, &mailer, Command::BeginLetter { letter });
        let end = LetterEnd::Sent { reply: "250 2.0.0 taken".to_owned() };
        self.add(invited.issued_at() + SECOND * 2, &mailer, Command::EndLetter { letter, end, jitter: 0 });
    }
}

fn not_connected(at: Timestamp) -> ProbeResult {
    ProbeResult {
        began_at: at,
        ended_at: at,
        outcome: Outcome::NotConnected,
        reason: "not connected to us".to_owned(),
        unrecognised: false,
        answer: None,
        services: None,
    }
}

/// When the dealer said that the code was entered.
fn word_at(calls: &[&PhoneCall]) -> Option<Timestamp> {
    calls.iter().find(|call| call.is_word()).map(|call| call.at)
}

/// The letter with the code of an intent.
fn letter_of(intent: IntentId) -> LetterId {
    LetterId::from_bits(intent.bits())
}

fn chosen<'a>(calls: &[&'a PhoneCall]) -> Option<&'a str> {
    calls.iter().rev().find_map(|call| call.opcode())
}

/// States that exist only while the past is being told.
#[derive(Default)]
struct Ledger {
    states: HashMap<DealershipId, Onboarding>,
    codes: HashMap<CodeDigest, DealershipId>,
    dealer_codes: HashMap<Box<str>, DealershipId>,
}

impl Ledger {
    fn take(&mut self, event: &Event) {
        let Some(id) = event.dealership else { return };
        if let Some(state) = evolve(self.states.remove(&id), event) {
            if let Some(invitation) = &state.invitation {
                self.codes.insert(invitation.code.digest(), id);
            }
            self.dealer_codes.entry(state.profile.dealer_code.raw().into()).or_insert(id);
            self.states.insert(id, state);
        }
    }
}

impl Claims for Ledger {
    fn holder(&self, claim: &Claim) -> Option<DealershipId> {
        match claim {
            Claim::Code(digest) => self.codes.get(digest).copied(),
            Claim::DealerCode(code) => self.dealer_codes.get(code).copied(),
        }
    }
}
