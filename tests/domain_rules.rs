//! The rules one by one: what the state machine does not reach, and what must never happen for any input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

use chrono::{DateTime, TimeDelta};
use cloverwatch::domain::{
    Actor, Ask, Attention, Claim, Claims, CodeOrigin, Command, Contact, Context, DealershipId, Ended, Event, Fact,
    IntentId, Look, NoClaims, Onboarding, OpcodeChoice, OpcodeOption, OpcodeState, Outcome, Policy, Profile, Refusal,
    Rhythm, Service, SlotsLook, Stage, Timestamp, cadence, decide, evolve, next_tick, pressing,
};
use proptest::prelude::*;

fn start() -> Timestamp {
    DateTime::from_timestamp(1_750_000_000, 0).unwrap()
}

fn id() -> DealershipId {
    DealershipId::from_bits(1)
}

fn hours(count: i64) -> TimeDelta {
    TimeDelta::hours(count)
}

fn profile() -> Profile {
    Profile {
        name: "Sample Motors".into(),
        dealer_code: "xts1".into(),
        group: "".into(),
        brand: "".into(),
        city: "".into(),
        state: "".into(),
        timezone: chrono_tz::America::Denver,
        contact: Contact::default(),
        owner: None,
    }
}

/// One dealership and its history.
struct Case {
    now: Timestamp,
    seq: u64,
    state: Option<Onboarding>,
    policy: Policy,
}

impl Case {
    fn new() -> Self {
        let mut case = Self { now: start(), seq: 0, state: None, policy: Policy::default() };
        case.tell(Command::Add { profile: profile() });
        case
    }

    fn try_tell(&mut self, command: &Command) -> Result<Vec<Fact>, Refusal> {
        let context = Context { now: self.now, policy: &self.policy, claims: &NoClaims };
        let facts = decide(self.state.as_ref(), command, &context)?;
        for fact in facts.clone() {
            self.seq += 1;
            let event = Event { seq: self.seq, at: self.now, actor: Actor::person("ana"), dealership: id(), fact };
            self.state = evolve(self.state.take(), &event);
        }
        Ok(facts)
    }

    /// The kinds of what comes of a command that is allowed.
    #[allow(clippy::needless_pass_by_value, reason = "so that a case reads as a list of commands")]
    fn tell(&mut self, command: Command) -> Vec<&'static str> {
        let facts = self.try_tell(&command).unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
        facts.iter().map(Fact::kind).collect()
    }

    #[allow(clippy::needless_pass_by_value, reason = "as above")]
    fn refused(&mut self, command: Command) -> Refusal {
        self.try_tell(&command).expect_err("a rule forbids it")
    }

    fn state(&self) -> &Onboarding {
        self.state.as_ref().unwrap()
    }

    fn stage(&self) -> Stage {
        self.state().stage(self.now)
    }

    fn look(&self, outcome: Outcome) -> Look {
        let (began_at, ended_at, reason) = (self.now, self.now, "as the platform said".to_owned());
        Look { began_at, ended_at, outcome, reason, unrecognised: false, services: None }
    }

    fn observe(&mut self, outcome: Outcome) -> Vec<&'static str> {
        let look = self.look(outcome);
        self.tell(Command::Observe { look })
    }

    fn shows(&mut self, rows: &[&str]) -> Vec<&'static str> {
        let services = rows.iter().map(|code| Service { opcode: (*code).into(), name: "".into() }).collect();
        let look = Look { services: Some(services), ..self.look(Outcome::Connected) };
        self.tell(Command::Observe { look })
    }

    fn slots(&mut self, count: u32) -> Vec<&'static str> {
        self.tell(Command::ObserveSlots { look: SlotsLook { at: self.now, count, days: count.min(1) } })
    }

    fn paste(&self, code: &str, ask: Ask) -> Command {
        Command::IssueCode {
            code: code.parse().unwrap(),
            generated_at: self.now,
            expires_at: None,
            source: CodeOrigin::Paste,
            intent: IntentId::from_bits(self.seq + 1_000),
            ask,
        }
    }

    fn reissue(&self) -> Ask {
        Ask::Reissue { seen: self.state().generation(), despite_word: false }
    }

    fn word(&self) -> Command {
        Command::ConfirmByDealer { said_at: self.now }
    }
}

#[test]
fn from_hour_71_to_hour_73() {
    let mut case = Case::new();
    assert_eq!(case.tell(case.paste("CODE-1", Ask::Invite)), ["invitation.issued"]);
    case.now += hours(72) - TimeDelta::milliseconds(1);
    assert_eq!((case.stage(), case.observe(Outcome::NotConnected)), (Stage::Invited, vec!["probe.changed"]));
    case.now += TimeDelta::milliseconds(1);
    assert_eq!(case.stage(), Stage::Expired, "72 hours are 72 hours");
    let early = Look { began_at: case.now - TimeDelta::milliseconds(1), ..case.look(Outcome::NotConnected) };
    assert!(case.tell(Command::Observe { look: early }).is_empty(), "that look began before the end");
    assert!(case.tell(Command::Tick { probing: true }).is_empty(), "the clock alone does not expire a code");
    assert_eq!(case.observe(Outcome::NotConnected), ["invitation.expired"]);
    assert!(case.observe(Outcome::NotConnected).is_empty(), "once");
    case.now += hours(1);
    assert_eq!(case.observe(Outcome::Connected), ["integration.confirmed"]);
    assert_eq!(case.state().invitation.as_ref().unwrap().ended.unwrap().0, Ended::Used);
    assert_eq!(case.refused(case.paste("CODE-2", case.reissue())), Refusal::Connected);
}

#[test]
fn the_second_clock() {
    let mut case = Case::new();
    assert_eq!(case.refused(case.word()), Refusal::NeverInvited);
    case.tell(case.paste("CODE-1", Ask::Invite));
    case.now += hours(1);
    let said_at = case.now + TimeDelta::minutes(6);
    assert_eq!(case.refused(Command::ConfirmByDealer { said_at }), Refusal::WordInFuture(TimeDelta::minutes(6)));
    let said_at = start() - hours(1);
    assert_eq!(case.refused(Command::ConfirmByDealer { said_at }), Refusal::WordBeforeCode(hours(1)));
    assert_eq!(case.tell(case.word()), ["dealer.confirmed"]);
    assert_eq!(case.refused(case.word()), Refusal::WordRecorded);
    assert_eq!(case.refused(case.paste("CODE-2", case.reissue())), Refusal::WordGiven);
    let attention = |case: &Case| case.state().attention(case.now, &case.policy);
    case.now += hours(20);
    assert_eq!((case.stage(), attention(&case)), (Stage::AwaitingXtime, None));
    case.now += TimeDelta::seconds(1);
    assert_eq!(attention(&case), Some(Attention::WaitingLong));
    case.now += hours(4);
    assert_eq!((case.stage(), attention(&case)), (Stage::Overdue, Some(Attention::Overdue)));
    assert_eq!(case.tell(Command::Tick { probing: true }), ["integration.overdue"]);
    assert!(case.tell(Command::Tick { probing: true }).is_empty(), "once");
    case.now += hours(100);
    assert_eq!(case.observe(Outcome::NotConnected), ["probe.changed"], "the word was given: the code does not expire");
    assert_eq!(case.tell(case.paste("CODE-2", case.reissue())), ["invitation.superseded", "invitation.issued"]);
    assert_eq!(
        (case.stage(), case.state().waited(case.now)),
        (Stage::Invited, None),
        "the word was about the old code"
    );
    // The word may still be about the first code, which was entered before the second was made.
    let said_at = case.now - hours(60);
    assert_eq!(case.tell(Command::ConfirmByDealer { said_at }), ["dealer.confirmed"]);
}

#[test]
fn a_code_that_is_taken_back_ends_the_second_clock() {
    let mut case = Case::new();
    case.tell(case.paste("CODE-1", Ask::Invite));
    case.tell(case.word());
    assert_eq!(case.tell(Command::Revoke { reason: "wrong rooftop".into() }), ["invitation.revoked"]);
    assert_eq!((case.stage(), next_tick(case.state(), false)), (Stage::Revoked, None));
    assert_eq!(case.refused(case.word()), Refusal::NoLiveCode(Stage::Revoked));
    assert_eq!(case.refused(Command::Revoke { reason: "".into() }), Refusal::NoLiveCode(Stage::Revoked));
    assert_eq!(case.tell(case.paste("CODE-2", case.reissue())), ["invitation.issued"], "nothing to supersede");
    assert_eq!(case.refused(case.paste("CODE-1", case.reissue())), Refusal::CodeUsedBefore { here: true });
}

#[test]
fn a_code_that_somebody_else_had_is_refused() {
    struct Elsewhere;
    impl Claims for Elsewhere {
        fn holder(&self, claim: &Claim) -> Option<DealershipId> {
            let taken = matches!(claim, Claim::Code(digest) if *digest == "CODE-9".parse::<cloverwatch::domain::InvitationCode>().unwrap().digest());
            taken.then(|| DealershipId::from_bits(9))
        }
    }
    let case = Case::new();
    let context = Context { now: case.now, policy: &case.policy, claims: &Elsewhere };
    let decide = |code: &str| decide(case.state.as_ref(), &case.paste(code, Ask::Invite), &context);
    assert_eq!(decide("CODE-9"), Err(Refusal::CodeUsedBefore { here: false }));
    assert_eq!(decide(" CODE-9 "), Err(Refusal::CodeUsedBefore { here: false }));
    assert_eq!(decide("code-9").unwrap().len(), 1, "codes are compared exactly");
}

#[test]
fn lost_needs_two_looks_a_minute_apart() {
    let mut case = Case::new();
    assert_eq!(case.shows(&["Tell Us More"]), ["integration.confirmed", "opcode.verified"]);
    assert_eq!((case.slots(4), case.stage()), (vec!["slots.seen"], Stage::Live));
    assert_eq!(case.observe(Outcome::NotConnected), ["probe.changed"]);
    assert_eq!((case.stage(), case.state().attention(case.now, &case.policy)), (Stage::Live, Some(Attention::Doubted)));
    case.now += TimeDelta::milliseconds(59_999);
    assert!(case.observe(Outcome::NotConnected).is_empty());
    for silent in [Outcome::OurCredentials, Outcome::Unknown] {
        assert!(case.observe(silent).is_empty());
    }
    case.now += TimeDelta::milliseconds(1);
    assert_eq!(case.observe(Outcome::NotConnected), ["integration.lost"]);
    assert_eq!(
        (case.stage(), case.state().slots, case.state().opcode_state),
        (Stage::Lost, None, OpcodeState::Unchecked)
    );
    assert!(case.observe(Outcome::NotConnected).is_empty());
    assert_eq!(case.shows(&["Tell Us More"]), ["integration.confirmed", "opcode.verified"]);
}

#[test]
fn a_connected_look_in_between_starts_the_doubt_anew() {
    let mut case = Case::new();
    case.observe(Outcome::Connected);
    case.observe(Outcome::NotConnected);
    case.now += hours(1);
    assert_eq!(case.observe(Outcome::Connected), ["probe.changed"]);
    case.now += hours(1);
    assert_eq!(case.observe(Outcome::NotConnected), ["probe.changed"], "that is a first look again");
    assert!(case.state().is_confirmed());
}

#[test]
fn opcodes_drift_and_an_empty_list_says_nothing() {
    let mut case = Case::new();
    assert_eq!(case.shows(&[]), ["integration.confirmed", "opcode.unknown"]);
    assert!(case.shows(&[]).is_empty());
    assert_eq!(case.shows(&["1"]), ["opcode.missing"]);
    assert!(case.shows(&[]).is_empty() && case.state().opcode_state == OpcodeState::Missing);
    assert_eq!((case.shows(&["TELL US MORE", "1"]), case.stage()), (vec!["opcode.near-miss"], Stage::OpcodeMissing));
    assert!(case.shows(&["1", "TELL US MORE"]).is_empty(), "the order of the list is no news");
    assert_eq!(case.shows(&["Tell Us More"]), ["opcode.verified"]);
    let look =
        Look { services: Some(vec![Service { opcode: "2".into(), name: "".into() }]), ..case.look(Outcome::Connected) };
    let facts = case.try_tell(&Command::Observe { look }).unwrap();
    assert!(matches!(facts[..], [Fact::OpcodeMissing { drifted: true, .. }]), "it had been visible");
}

#[test]
fn slots_belong_to_the_opcode_that_was_asked_for() {
    let mut case = Case::new();
    assert!(case.slots(3).is_empty(), "not connected");
    case.shows(&["Tell Us More"]);
    assert_eq!((case.slots(0), case.stage()), (vec!["slots.missing"], Stage::NoSlots));
    assert!(case.slots(0).is_empty());
    assert_eq!((case.slots(2), case.slots(9).is_empty(), case.stage()), (vec!["slots.seen"], true, Stage::Live));
    let choice = OpcodeChoice { code: "DataClover Appt".into(), option: OpcodeOption::New };
    assert_eq!(case.tell(Command::ChooseOpcode { choice: choice.clone() }), ["opcode.chosen"]);
    assert!(case.tell(Command::ChooseOpcode { choice }).is_empty());
    assert!(case.slots(5).is_empty(), "the answer was about the old choice");
    assert_eq!(case.stage(), Stage::Confirmed);
}

#[test]
fn an_unrecognised_answer_is_kept_once_and_shown() {
    let mut case = Case::new();
    case.tell(case.paste("CODE-1", Ask::Invite));
    let strange = Look { unrecognised: true, reason: "x-000042".into(), ..case.look(Outcome::Unknown) };
    assert_eq!(case.tell(Command::Observe { look: strange.clone() }), ["probe.changed"]);
    assert!(case.tell(Command::Observe { look: strange }).is_empty());
    assert_eq!(case.state().attention(case.now, &case.policy), Some(Attention::Unrecognised));
    assert_eq!(case.stage(), Stage::Invited, "never read as yes or no");
}

#[test]
fn a_saga_ends_properly_whatever_happens_meanwhile() {
    let intent = IntentId::from_bits(5);
    let request = |ask| Command::RequestCode { intent, source: CodeOrigin::Http, ask };
    let arrive = |case: &Case| Command::IssueCode {
        code: "CODE-1".parse().unwrap(),
        generated_at: case.now,
        expires_at: None,
        source: CodeOrigin::Http,
        intent,
        ask: Ask::Invite,
    };
    let fail = |refused| Command::FailCode { intent, reason: "no answer".into(), refused };
    // Connected meanwhile: the code exists at the partner, so it is on record.
    let mut case = Case::new();
    assert_eq!(case.refused(arrive(&case)), Refusal::IntentClosed);
    assert_eq!(case.tell(request(Ask::Invite)), ["invitation.requested"]);
    assert!(case.tell(request(Ask::Invite)).is_empty(), "the same request again");
    assert!(matches!(case.refused(case.paste("CODE-2", Ask::Invite)), Refusal::InFlight { .. }));
    case.observe(Outcome::Connected);
    assert_eq!(case.tell(arrive(&case)), ["invitation.issued"]);
    assert!(case.tell(arrive(&case)).is_empty(), "recorded already");
    // Archived meanwhile.
    let mut case = Case::new();
    case.tell(request(Ask::Invite));
    case.tell(Command::Archive);
    assert_eq!(case.tell(fail(false)), ["invitation.request-failed"]);
    assert!(case.tell(fail(false)).is_empty(), "the same failure again");
    assert_eq!(case.tell(arrive(&case)), ["invitation.issued"]);
    assert_eq!(case.stage(), Stage::Archived);
    // The source failed, and a person pastes a code; the other one comes too late.
    let mut case = Case::new();
    case.tell(request(Ask::Invite));
    case.tell(fail(false));
    assert_eq!(case.tell(case.paste("CODE-2", Ask::Invite)), ["invitation.issued"]);
    assert_eq!(case.refused(arrive(&case)), Refusal::IntentClosed);
    assert!(case.tell(fail(true)).is_empty());
}

#[test]
fn who_was_faster_is_told() {
    let mut case = Case::new();
    assert_eq!(
        case.refused(case.paste("CODE-1", Ask::Reissue { seen: 0, despite_word: false })),
        Refusal::NeverInvited
    );
    case.tell(case.paste("CODE-1", Ask::Invite));
    assert_eq!(case.refused(case.paste("CODE-2", Ask::Invite)), Refusal::AlreadyInvited(1));
    let seen = case.reissue();
    case.tell(case.paste("CODE-2", seen));
    case.now += TimeDelta::seconds(2);
    let refusal = case.refused(case.paste("CODE-3", seen));
    assert_eq!(refusal.to_string(), "already reissued by ana 2 s ago: code 2 is the newest");
}

#[test]
fn codes_of_another_time() {
    let mut case = Case::new();
    let issue = |generated_at, expires_at| Command::IssueCode {
        code: "CODE-1".parse().unwrap(),
        generated_at,
        expires_at,
        source: CodeOrigin::Paste,
        intent: IntentId::from_bits(1),
        ask: Ask::Invite,
    };
    let now = case.now;
    assert_eq!(case.refused(issue(now - hours(73), None)), Refusal::CodeDead(hours(1)));
    assert_eq!(case.refused(issue(now, Some(now))), Refusal::CodeDead(TimeDelta::zero()));
    let soon = TimeDelta::minutes(6);
    assert_eq!(case.refused(issue(now + soon, None)), Refusal::GeneratedInFuture(soon));
    assert_eq!(
        case.tell(issue(now - hours(80), Some(now + hours(1)))),
        ["invitation.issued"],
        "the source knows better"
    );
}

#[test]
fn the_desk_keeps_order() {
    let mut case = Case::new();
    assert_eq!(case.refused(Command::Note { text: " \n".into() }), Refusal::EmptyNote);
    let until = Some(case.now + hours(1));
    assert_eq!(case.refused(Command::Snooze { until: Some(case.now) }), Refusal::Past);
    assert_eq!(case.tell(Command::Snooze { until }), ["dealership.snoozed"]);
    assert!(case.tell(Command::Snooze { until }).is_empty());
    let owner = Some("ben".into());
    assert_eq!(case.tell(Command::Assign { owner: owner.clone() }), ["owner.assigned"]);
    assert!(case.tell(Command::Update { profile: profile() }).is_empty(), "the owner is not part of an update");
    let renamed = Profile { name: "Other Motors".into(), ..profile() };
    assert_eq!(case.tell(Command::Update { profile: renamed }), ["dealership.updated"]);
    assert_eq!(case.state().profile.owner, owner);
    assert_eq!(case.tell(Command::Archive), ["dealership.archived"]);
    assert!(case.tell(Command::Archive).is_empty());
    assert_eq!(case.refused(case.paste("CODE-1", Ask::Invite)), Refusal::Archived);
    assert!(case.observe(Outcome::Connected).is_empty() && case.state().probe.is_none());
    assert_eq!(case.tell(Command::Note { text: "called".into() }), ["note.added"]);
    assert_eq!(case.tell(Command::Unarchive), ["dealership.unarchived"]);
    assert_eq!(case.refused(Command::Unarchive), Refusal::NotArchived);
    assert_eq!(case.refused(Command::Add { profile: profile() }), Refusal::Exists);
}

fn any_moment() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        Just(Timestamp::MIN_UTC),
        Just(Timestamp::MAX_UTC),
        (-400_000_i64..400_000).prop_map(|seconds| start() + TimeDelta::seconds(seconds)),
        (-8_000_000_000_000_i64..8_000_000_000_000).prop_map(|s| DateTime::from_timestamp(s, 0).unwrap_or(start())),
    ]
}

fn any_command() -> impl Strategy<Value = Command> {
    let ask = || {
        prop_oneof![
            Just(Ask::Invite),
            (0_u32..4, any::<bool>()).prop_map(|(seen, despite_word)| Ask::Reissue { seen, despite_word })
        ]
    };
    let intent = || (0_u64..4).prop_map(IntentId::from_bits);
    let source = || prop_oneof![Just(CodeOrigin::Paste), Just(CodeOrigin::Http)];
    let outcome = prop_oneof![
        Just(Outcome::Connected),
        Just(Outcome::NotConnected),
        Just(Outcome::Unknown),
        Just(Outcome::OurCredentials)
    ];
    let services = prop::option::of(prop::collection::vec(
        prop_oneof![Just("Tell Us More"), Just("tell us more"), Just("17")]
            .prop_map(|opcode| Service { opcode: opcode.into(), name: "".into() }),
        0..3,
    ));
    prop_oneof![
        (intent(), source(), ask()).prop_map(|(intent, source, ask)| Command::RequestCode { intent, source, ask }),
        (0_u8..20, any_moment(), prop::option::of(any_moment()), source(), intent(), ask()).prop_map(
            |(code, generated_at, expires_at, source, intent, ask)| Command::IssueCode {
                code: format!("CODE-{code}").parse().unwrap(),
                generated_at,
                expires_at,
                source,
                intent,
                ask
            }
        ),
        (intent(), any::<bool>()).prop_map(|(intent, refused)| Command::FailCode {
            intent,
            reason: "no answer".into(),
            refused
        }),
        any_moment().prop_map(|said_at| Command::ConfirmByDealer { said_at }),
        (any_moment(), any_moment(), outcome, any::<bool>(), services).prop_map(
            |(began_at, ended_at, outcome, unrecognised, services)| Command::Observe {
                look: Look {
                    began_at: began_at.min(ended_at),
                    ended_at: began_at.max(ended_at),
                    outcome,
                    reason: "said so".into(),
                    unrecognised,
                    services,
                }
            }
        ),
        (any_moment(), 0_u32..3)
            .prop_map(|(at, count)| Command::ObserveSlots { look: SlotsLook { at, count, days: 1 } }),
        any::<bool>().prop_map(|probing| Command::Tick { probing }),
        prop::option::of(any_moment()).prop_map(|until| Command::Snooze { until }),
        Just(Command::Revoke { reason: "".into() }),
        Just(Command::Archive),
        Just(Command::Unarchive),
        Just(Command::ChooseOpcode { choice: OpcodeChoice { code: "17".into(), option: OpcodeOption::Existing } }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever moments come from outside: no panic, the same look twice is no news, and every event survives the journal.
    #[test]
    fn no_moment_and_no_order_of_commands_breaks_the_rules(
        commands in prop::collection::vec((any_command(), 0_i64..200_000), 0..40),
        now in any_moment(),
    ) {
        let mut case = Case::new();
        for (command, seconds) in commands {
            case.now += TimeDelta::seconds(seconds);
            let before = case.state.clone();
            let facts = case.try_tell(&command).unwrap_or_default();
            prop_assert_eq!(facts.is_empty(), case.state == before);
            let state = case.state().clone();
            for fact in facts {
                let event = Event { seq: 1, at: case.now, actor: Actor::system("probe"), dealership: id(), fact };
                let line = serde_json::to_string(&event).unwrap();
                prop_assert_eq!(&serde_json::from_str::<Event>(&line).unwrap(), &event);
                prop_assert!(!event.public(None).to_string().contains("CODE-"), "events never print a code");
                prop_assert!(!event.summary().contains("CODE-"));
            }
            if matches!(command, Command::Observe { .. } | Command::ObserveSlots { .. } | Command::Tick { .. }) {
                prop_assert_eq!(case.try_tell(&command), Ok(vec![]), "{:?}", command);
            }
            prop_assert_eq!(&case.state().version, &case.seq);
            let at = [case.now, now];
            for now in at {
                state.stage(now);
                state.attention(now, &case.policy);
                state.time_left(now);
                state.waited(now);
                state.next_deadline(now);
                pressing(&state, now);
                for last in [None, Some(case.now), Some(now)] {
                    cadence(&state, now, &case.policy, &Rhythm::default(), last);
                }
            }
            let bytes = postcard::to_stdvec(&state).unwrap();
            prop_assert_eq!(postcard::from_bytes::<Onboarding>(&bytes).unwrap(), state);
        }
    }
}
