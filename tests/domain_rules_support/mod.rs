//! One dealership and its history, in words that make a case short.
#![allow(dead_code, reason = "each test program uses its part")]

use chrono::{DateTime, TimeDelta};
use cloverwatch::domain::{
    Actor, Ask, CodeOrigin, Command, Contact, Context, DaySlots, DealershipId, Event, Fact, IntentId, LetterId,
    NoClaims, Onboarding, Outcome, Policy, ProbeResult, Profile, Refusal, Service, SlotCounts, SlotsResult, Stage,
    Timestamp, decide, evolve,
};

/// So many slots, all on one day.
pub fn slot_counts(count: u32) -> SlotCounts {
    let day = start().date_naive();
    let by_day = (count > 0).then_some(DaySlots { date: day, count }).into_iter().collect();
    SlotCounts { count, next: (count > 0).then(|| start().naive_utc()), by_day }
}

pub fn start() -> Timestamp {
    DateTime::from_timestamp(1_750_000_000, 0).unwrap()
}

pub fn id() -> DealershipId {
    DealershipId::from_bits(1)
}

pub fn hours(count: i64) -> TimeDelta {
    TimeDelta::hours(count)
}

pub fn profile() -> Profile {
    Profile {
        name: "Sample Motors".into(),
        dealer_code: "xts1".into(),
        group: "".into(),
        brand: "".into(),
        city: "".into(),
        state: "".into(),
        timezone: chrono_tz::America::Denver.into(),
        contact: Contact::default(),
        owner: None,
    }
}

/// One dealership and its history.
#[derive(Clone)]
pub struct Case {
    pub now: Timestamp,
    pub seq: u64,
    pub state: Option<Onboarding>,
    pub policy: Policy,
    /// Whether letters are sent; they are numbered from 1.
    pub letters: Option<u64>,
}

impl Case {
    pub fn new() -> Self {
        let mut case = Self { now: start(), seq: 0, state: None, policy: Policy::default(), letters: None };
        case.tell(Command::Add { profile: profile() });
        case
    }

    pub fn try_tell(&mut self, command: &Command) -> Result<Vec<Fact>, Refusal> {
        let letter = self.letters.map(|sent| LetterId::from_bits(sent + 1));
        let context = Context { now: self.now, policy: &self.policy, claims: &NoClaims, letter };
        let facts = decide(self.state.as_ref(), command, &context)?;
        let queued = |fact: &Fact| matches!(fact, Fact::EmailQueued { .. });
        self.letters = self.letters.map(|sent| sent + u64::from(facts.iter().any(queued)));
        for fact in facts.clone() {
            self.seq += 1;
            let event =
                Event { seq: self.seq, at: self.now, actor: Actor::person("ana"), dealership: Some(id()), fact };
            self.state = evolve(self.state.take(), &event);
        }
        Ok(facts)
    }

    /// The kinds of what comes of a command that is allowed.
    #[allow(clippy::needless_pass_by_value, reason = "so that a case reads as a list of commands")]
    pub fn tell(&mut self, command: Command) -> Vec<&'static str> {
        let facts = self.try_tell(&command).unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
        facts.iter().map(Fact::kind).collect()
    }

    #[allow(clippy::needless_pass_by_value, reason = "as above")]
    pub fn refused(&mut self, command: Command) -> Refusal {
        self.try_tell(&command).expect_err("a rule forbids it")
    }

    pub fn state(&self) -> &Onboarding {
        self.state.as_ref().unwrap()
    }

    pub fn stage(&self) -> Stage {
        self.state().stage(self.now)
    }

    pub fn look(&self, outcome: Outcome) -> ProbeResult {
        let (began_at, ended_at, reason) = (self.now, self.now, "as the platform said".to_owned());
        ProbeResult { began_at, ended_at, outcome, reason, unrecognised: false, answer: None, services: None }
    }

    pub fn observe(&mut self, outcome: Outcome) -> Vec<&'static str> {
        let result = self.look(outcome);
        self.tell(Command::Observe { result })
    }

    pub fn shows(&mut self, rows: &[&str]) -> Vec<&'static str> {
        let services = rows.iter().map(|code| Service { opcode: (*code).into(), name: "".into() }).collect();
        let result = ProbeResult { services: Some(services), ..self.look(Outcome::Connected) };
        self.tell(Command::Observe { result })
    }

    pub fn slots(&mut self, count: u32) -> Vec<&'static str> {
        self.tell(Command::ObserveSlots { result: SlotsResult { at: self.now, window: 14, slots: slot_counts(count) } })
    }

    pub fn paste(&self, code: &str, ask: Ask) -> Command {
        Command::IssueCode {
            code: code.parse().unwrap(),
            generated_at: self.now,
            expires_at: None,
            source: CodeOrigin::Paste,
            intent: IntentId::from_bits(self.seq + 1_000),
            ask,
            mail: true,
        }
    }

    /// A code whose end its source names.
    pub fn paste_for(&self, code: &str, life: TimeDelta) -> Command {
        let Command::IssueCode { code, generated_at, source, intent, ask, mail, .. } = self.paste(code, Ask::Invite)
        else {
            unreachable!("it is a code")
        };
        let expires_at = Some(generated_at + life);
        Command::IssueCode { code, generated_at, expires_at, source, intent, ask, mail }
    }

    pub fn reissue(&self) -> Ask {
        Ask::Reissue { seen: self.state().generation(), despite_word: false }
    }

    pub fn word(&self) -> Command {
        Command::ConfirmByDealer { said_at: self.now, mail: true }
    }
}
