//! Invented dealerships in every stage, made by the rules themselves: what the tests and benches of the screen show.
#![allow(dead_code, reason = "shared by tests and benches that each use a part")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz as ZoneName;
use cloverwatch::domain::{
    Actor, Ask, Claim, Claims, CodeDigest, CodeOrigin, Command, Contact, Context, DealershipId, Event, IntentId,
    LetterCopy, LetterEnd, LetterId, Onboarding, OpcodeChoice, OpcodeOption, Outcome, Policy, ProbeResult, Profile,
    Refusal, ResponseFacts, Service, SlotCounts, SlotsResult, Timestamp, decide, evolve,
};
use cloverwatch::protocol::Committed;
use cloverwatch::timezone::Tz;

/// The moment of every picture.
pub fn now() -> Timestamp {
    at("2026-03-30T15:00:00Z")
}

/// A moment by its text.
pub fn at(text: &str) -> Timestamp {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// Hours before [`now`].
pub fn ago(hours: f64) -> Timestamp {
    now() - TimeDelta::milliseconds((hours * 3_600_000.0) as i64)
}

/// A store without a disk: what was decided, and what was folded from it.
#[derive(Default, Clone)]
pub struct World {
    pub policy: Policy,
    pub states: BTreeMap<DealershipId, Arc<Onboarding>>,
    pub events: Vec<Arc<Event>>,
    pub mails: bool,
    used: BTreeMap<CodeDigest, DealershipId>,
    names: BTreeMap<String, DealershipId>,
}

impl Claims for World {
    fn holder(&self, claim: &Claim) -> Option<DealershipId> {
        match claim {
            Claim::Code(digest) => self.used.get(digest).copied(),
            Claim::DealerCode(code) => self.names.get(&**code).copied(),
        }
    }
}

impl World {
    /// One whose dealerships get letters.
    pub fn mailing() -> Self {
        Self { mails: true, ..Self::default() }
    }

    /// Does something at a moment; what the store would tell its followers.
    pub fn run(
        &mut self,
        id: DealershipId,
        at: Timestamp,
        actor: &Actor,
        command: &Command,
    ) -> Result<Committed, Refusal> {
        let old = self.states.get(&id).cloned();
        let context = Context { now: at, policy: &self.policy, claims: self, letter: self.new_letter() };
        let facts = decide(old.as_deref(), command, &context)?;
        let mut state = old.map(|old| (*old).clone());
        let mut events = Vec::new();
        for fact in facts {
            let seq = self.events.len() as u64 + 1;
            let event = Arc::new(Event { seq, at, actor: actor.clone(), dealership: Some(id), fact });
            state = evolve(state, &event);
            self.events.push(Arc::clone(&event));
            events.push(event);
        }
        let state = Arc::new(state.unwrap());
        for digest in state.digests() {
            self.used.insert(digest, id);
        }
        self.names.insert(state.profile.dealer_code.raw().to_owned(), id);
        self.states.insert(id, Arc::clone(&state));
        Ok(Committed { events: events.into(), states: vec![state].into() })
    }

    /// The same with a log in the order in which it happened, as a store has it.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        let mut events: Vec<Event> = self.events.drain(..).map(|event| (*event).clone()).collect();
        events.sort_by_key(|event| event.at);
        let mut states: BTreeMap<DealershipId, Option<Onboarding>> = BTreeMap::new();
        for (seq, mut event) in (1..).zip(events) {
            event.seq = seq;
            let state = states.entry(event.dealership.unwrap()).or_default();
            *state = evolve(state.take(), &event);
            self.events.push(Arc::new(event));
        }
        self.states = states.into_iter().map(|(id, state)| (id, Arc::new(state.unwrap()))).collect();
        self
    }

    fn new_letter(&self) -> Option<LetterId> {
        self.mails.then(|| LetterId::from_bits(0x00c1_07e5_0000 + self.events.len() as u64))
    }

    /// The newest letter of a dealership.
    pub fn newest(&self, id: DealershipId) -> LetterId {
        self.get(id).newest_letter().expect("it had a letter").id
    }

    /// Handing over its newest letter begins.
    pub fn begin(&mut self, id: DealershipId, at: Timestamp) -> Committed {
        let letter = self.newest(id);
        self.run(id, at, &Actor::system("mail"), &Command::BeginLetter { letter }).unwrap()
    }

    /// A try of its newest letter begins and ends.
    pub fn post(&mut self, id: DealershipId, at: Timestamp, end: LetterEnd) -> Committed {
        let before = self.events.len();
        self.begin(id, at);
        let letter = self.newest(id);
        let command = Command::EndLetter { letter, end, jitter: 500 };
        self.run(id, at, &Actor::system("mail"), &command).unwrap();
        self.recorded_after(before)
    }

    /// What was recorded after so many events, as one commit.
    pub fn recorded_after(&self, before: usize) -> Committed {
        let events = self.events[before..].to_vec();
        let ids: BTreeSet<_> = events.iter().filter_map(|event| event.dealership).collect();
        Committed { events: events.into(), states: ids.into_iter().map(|id| self.get(id)).collect() }
    }

    pub fn add(&mut self, n: u64, profile: Profile, at: Timestamp) -> DealershipId {
        let id = DealershipId::from_bits(n);
        self.run(id, at, &Actor::person("ana"), &Command::Add { profile }).unwrap();
        id
    }

    pub fn all(&self) -> Vec<Arc<Onboarding>> {
        self.states.values().cloned().collect()
    }

    pub fn get(&self, id: DealershipId) -> Arc<Onboarding> {
        Arc::clone(&self.states[&id])
    }

    /// A code, generated and entered at the same moment.
    pub fn issue(&mut self, id: DealershipId, at: Timestamp, code: &str) -> Committed {
        let generation = self.get(id).generation();
        let ask = match generation {
            0 => Ask::Invite,
            seen => Ask::Reissue { seen, despite_word: true },
        };
        let command = Command::IssueCode {
            code: code.parse().unwrap(),
            generated_at: at,
            expires_at: None,
            source: CodeOrigin::Paste,
            intent: IntentId::from_bits(id.bits() << 8 | u64::from(generation)),
            ask,
            mail: true,
        };
        self.run(id, at, &Actor::person("ana"), &command).unwrap()
    }

    /// Its newest letter comes back.
    pub fn bounce(&mut self, id: DealershipId, at: Timestamp) -> Committed {
        let address = self.get(id).profile.contact.email.clone();
        let (status, reason) = ("5.1.1".to_owned(), "550 5.1.1 no such user here".to_owned());
        let letter = Some(LetterCopy { letter: self.newest(id), settled: None });
        let command = Command::Bounce { letter, address, status, reason };
        self.run(id, at, &Actor::system("bounces"), &command).unwrap()
    }

    pub fn done(&mut self, id: DealershipId, at: Timestamp) -> Committed {
        self.run(id, at, &Actor::person("ana"), &Command::ConfirmByDealer { said_at: at, mail: true }).unwrap()
    }

    pub fn look(&mut self, id: DealershipId, at: Timestamp, outcome: Outcome, opcodes: &[&str]) -> Committed {
        let services =
            opcodes.iter().map(|opcode| Service { opcode: (*opcode).into(), name: "Service".into() }).collect();
        let result = ProbeResult {
            began_at: at,
            ended_at: at,
            outcome,
            reason: match outcome {
                Outcome::Connected => "200, success".to_owned(),
                _ => "403 for this dealer".to_owned(),
            },
            unrecognised: false,
            answer: None,
            services: (outcome == Outcome::Connected).then_some(services),
        };
        self.run(id, at, &Actor::system("probe"), &Command::Observe { result }).unwrap()
    }

    /// A look whose answer no row of the meanings knows.
    pub fn puzzle(&mut self, id: DealershipId, at: Timestamp, answer: ResponseFacts) -> Committed {
        let result = ProbeResult {
            began_at: at,
            ended_at: at,
            outcome: Outcome::Unknown,
            reason: format!("unrecognised answer: {answer}"),
            unrecognised: true,
            answer: Some(answer),
            services: None,
        };
        self.run(id, at, &Actor::system("probe"), &Command::Observe { result }).unwrap()
    }

    pub fn slots(&mut self, id: DealershipId, at: Timestamp, count: u32) -> Committed {
        let result = SlotsResult { at, window: 14, slots: slot_counts(at, count) };
        self.run(id, at, &Actor::system("probe"), &Command::ObserveSlots { result }).unwrap()
    }

    pub fn person(&mut self, id: DealershipId, at: Timestamp, command: &Command) -> Committed {
        self.run(id, at, &Actor::person("ana"), command).unwrap()
    }
}

pub fn profile(n: u64, name: &str, city: &str, timezone: impl Into<Tz>, owner: Option<&str>) -> Profile {
    let timezone: Tz = timezone.into();
    let state = match timezone.name() {
        "America/New_York" => "NY",
        "America/Denver" => "CO",
        "America/Phoenix" => "AZ",
        "America/Boise" => "ID",
        "America/Los_Angeles" => "OR",
        "Pacific/Honolulu" => "HI",
        "America/Puerto_Rico" => "PR",
        _ => "TX",
    };
    Profile {
        name: name.into(),
        dealer_code: format!("xts{n:06}").into(),
        group: "Harbor Auto Group".into(),
        brand: "Ford".into(),
        city: city.into(),
        state: state.into(),
        timezone,
        contact: Contact {
            name: "Ximena Holloway".into(),
            email: format!("service.{n}@example.com").into(),
            phone: "(555) 010-0147".into(),
        },
        owner: owner.map(Into::into),
    }
}

/// The mail server took it.
pub fn sent() -> LetterEnd {
    LetterEnd::Sent { reply: "250 2.0.0 queued as 4F2A".to_owned() }
}

/// The mail server did not.
pub fn refused(reason: &str, permanent: bool) -> LetterEnd {
    LetterEnd::Refused { reason: reason.to_owned(), permanent, address: None }
}

/// Dealerships in every stage, with hostile and wide names among them.
pub fn sample() -> World {
    static SAMPLE: LazyLock<World> = LazyLock::new(make_sample);
    SAMPLE.clone()
}

fn make_sample() -> World {
    let mut world = World::mailing();
    let (central, eastern, pacific) =
        (ZoneName::America__Chicago, ZoneName::America__New_York, ZoneName::America__Los_Angeles);
    let desk: [(&str, &str, ZoneName, Option<&str>); 18] = [
        ("McAllister & Sons BMW, Inc.", "Boise", ZoneName::America__Boise, Some("ana")),
        ("Nakamura Ford", "Chicago", central, Some("ben")),
        ("Jeep of Portland", "Portland", pacific, Some("dmitri")),
        ("Chevrolet of Louisville", "Louisville", eastern, Some("chloe")),
        ("St. Clair Buick", "Spokane", pacific, Some("esi")),
        ("Coastal Mercedes-Benz", "Dallas", central, Some("dmitri")),
        ("Jansen & Sons Citroën, Inc.", "Nashville", central, Some("ben")),
        ("Vandermeer Lexus", "Portland", pacific, Some("esi")),
        ("Metro MINI", "Nashville", central, None),
        ("東京トヨタ自動車販売", "Honolulu", ZoneName::Pacific__Honolulu, Some("ana")),
        ("Evil\u{1b}]52;c;ZWNobw==\u{7} \u{202e}Motors\u{200b}\nInc.", "Reno\u{9b}31m", pacific, Some("ana")),
        ("Anders-Núñez Mercedes-Benz Service Center (North)", "Boston", eastern, Some("chloe")),
        ("Team Genesis", "Honolulu", ZoneName::Pacific__Honolulu, Some("ana")),
        ("Zielinski Honda", "Albuquerque", ZoneName::America__Denver, Some("ben")),
        ("Summit Porsche", "Tucson", ZoneName::America__Phoenix, Some("ben")),
        ("Lindqvist Lincoln", "El Paso", ZoneName::America__Denver, Some("dmitri")),
        ("Ram of Bismarck", "Bismarck", ZoneName::America__North_Dakota__Center, None),
        ("Underwood Volvo", "Houston", central, Some("ben")),
    ];
    for (n, (name, city, zone, owner)) in (1..).zip(desk) {
        world.add(n, profile(n, name, city, zone, owner), ago(24.0 * 9.0) + TimeDelta::minutes(n.cast_signed()));
    }
    let id = DealershipId::from_bits;
    // 1, 2, 10 are alive; 3 dies within the hour; 4 and 11 are dead; 5 waits; 6 waits long; 7 is overdue.
    world.issue(id(1), ago(20.0), "CLOVER-1A");
    world.issue(id(2), ago(67.5), "CLOVER-2B");
    world.issue(id(3), ago(71.4), "CLOVER-3C");
    world.issue(id(4), ago(80.0), "CLOVER-4D");
    for (n, hours) in [(1, 20.0), (2, 67.5)] {
        world.post(id(n), ago(hours), sent());
    }
    // The letters of 3 and 4 were refused: the one goes on being tried, the other is given up.
    for hours in [71.4, 71.3, 71.0, 0.3] {
        world.post(id(3), ago(hours), refused("451 4.3.0 try again later", false));
    }
    world.post(id(4), ago(80.0), refused("554 5.7.1 <service.4@example.com>: relay access denied", true));
    world.look(id(4), ago(7.9), Outcome::NotConnected, &[]);
    world.issue(id(5), ago(30.0), "CLOVER-5E");
    world.post(id(5), ago(30.0), sent());
    world.done(id(5), ago(3.2));
    world.post(id(5), ago(3.2), sent());
    world.issue(id(6), ago(60.0), "CLOVER-6F");
    world.post(id(6), ago(60.0), sent());
    world.done(id(6), ago(21.5));
    world.post(id(6), ago(21.5), sent());
    world.issue(id(7), ago(70.0), "CLOVER-7G");
    world.post(id(7), ago(70.0), sent());
    world.bounce(id(7), ago(28.0));
    world.done(id(7), ago(27.0));
    let tick = Command::Tick { probing: true };
    world.run(id(7), ago(3.0), &Actor::system("expiry"), &tick).unwrap();
    // 8 is live, 12 is confirmed only, 13 lacks its opcode, 14 has no slots, 15 is lost.
    for (n, hours) in [(8, 50.0), (12, 2.0), (13, 12.0), (14, 30.0), (15, 90.0)] {
        world.issue(id(n), ago(hours + 20.0), &format!("CLOVER-{n}X"));
        world.post(id(n), ago(hours + 20.0), sent());
        world.done(id(n), ago(hours + 1.0));
        world.post(id(n), ago(hours + 1.0), sent());
        let opcodes: &[&str] = match n {
            12 => &[],
            13 => &["TELL  US MORE", "01HYZLOF1.6"],
            _ => &["Tell Us More"],
        };
        world.look(id(n), ago(hours), Outcome::Connected, opcodes);
    }
    world.slots(id(8), ago(49.9), 140);
    world.slots(id(14), ago(29.9), 0);
    world.slots(id(15), ago(89.9), 80);
    world.look(id(15), ago(1.5), Outcome::NotConnected, &[]);
    world.look(id(15), ago(1.4), Outcome::NotConnected, &[]);
    world.issue(id(10), ago(1.0), "CLOVER-10J");
    world.issue(id(11), ago(100.0), "CLOVER-11K");
    let lost = || LetterEnd::Uncertain { reason: "the connection ended after the letter".to_owned() };
    world.post(id(11), ago(100.0), lost());
    world.post(id(11), ago(99.0), lost());
    world.look(id(11), ago(27.0), Outcome::NotConnected, &[]);
    // 16 is revoked, 17 archived, 18 snoozed.
    world.issue(id(16), ago(10.0), "CLOVER-16P");
    world.person(id(16), ago(9.0), &Command::Revoke { reason: "sent to the wrong rooftop".into() });
    world.person(id(17), ago(5.0), &Command::Archive);
    world.issue(id(18), ago(75.0), "CLOVER-18R");
    world.post(id(18), ago(75.0), sent());
    world.person(id(18), ago(2.0), &Command::Snooze { until: Some(now() + TimeDelta::hours(46)) });
    let choice = OpcodeChoice { code: "DataClover Appt".into(), option: OpcodeOption::New };
    world.person(id(5), ago(3.0), &Command::ChooseOpcode { choice, word: None });
    world.person(id(1), ago(0.5), &Command::Note { text: "wants a call on Tuesday\u{1b}[2J".into() });
    // A second code for the second dealership, so that its history has one.
    world.issue(id(2), ago(66.9), "CLOVER-2C");
    world.begin(id(2), ago(66.9));
    world
}

pub fn crowd(count: u64) -> World {
    const MAKES: [&str; 10] =
        ["Ford", "Honda", "Toyota", "Lexus", "Kia", "Buick", "Volvo", "Jeep", "Citroën", "Mercedes-Benz"];
    const PLACES: [(&str, ZoneName); 6] = [
        ("Boise", ZoneName::America__Boise),
        ("Chicago", ZoneName::America__Chicago),
        ("Portland", ZoneName::America__Los_Angeles),
        ("Boston", ZoneName::America__New_York),
        ("Tucson", ZoneName::America__Phoenix),
        ("Honolulu", ZoneName::Pacific__Honolulu),
    ];
    const FAMILIES: [&str; 12] = [
        "Nakamura",
        "Jansen & Sons",
        "Anders-Núñez",
        "McAllister",
        "Zielinski",
        "Whitcomb",
        "Lindqvist",
        "D'Amico",
        "Underwood",
        "Castellano",
        "Holloway",
        "Vandermeer",
    ];
    const OWNERS: [&str; 5] = ["ana", "ben", "chloe", "dmitri", "esi"];
    let mut world = World::default();
    let pick = |n: u64, salt: u64, of: usize| {
        let mixed = (n ^ salt.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed >> 33) % of as u64) as usize
    };
    for n in 1..=count {
        let (city, zone) = PLACES[pick(n, 1, PLACES.len())];
        let name = format!("{} {} {}", FAMILIES[pick(n, 2, 12)], MAKES[pick(n, 3, 10)], pick(n, 4, 1_000));
        let id = world.add(n, profile(n, &name, city, zone, Some(OWNERS[pick(n, 5, 5)])), ago(400.0));
        let age = pick(n, 6, 120_000) as f64 / 1_000.0;
        match pick(n, 7, 10) {
            0 => {}
            1..=4 => {
                world.issue(id, ago(age), &format!("CODE-{n}"));
            }
            5 | 6 => {
                let waited = age.min(40.0);
                world.issue(id, ago(waited + 10.0), &format!("CODE-{n}"));
                world.done(id, ago(waited));
            }
            _ => {
                world.issue(id, ago(age + 40.0), &format!("CODE-{n}"));
                world.look(id, ago(age), Outcome::Connected, &["Tell Us More"]);
                world.slots(id, ago(age), 12);
            }
        }
    }
    world
}

/// So many slots, on up to six days.
fn slot_counts(at: Timestamp, count: u32) -> SlotCounts {
    let days = count.min(6);
    let first = at.date_naive();
    SlotCounts::of((0..count).map(|number| {
        let day = first + chrono::TimeDelta::days(i64::from(number % days.max(1)) + 1);
        day.and_hms_opt(9 + number / days.max(1) / 4 % 9, number / days.max(1) % 4 * 15, 0).unwrap()
    }))
}
