//! What must never happen, whatever comes from outside and in whatever order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod domain_rules_support;

use chrono::{DateTime, TimeDelta};
use cloverwatch::domain::{
    Actor, AppointmentId, Ask, BookingEnd, Call, CallOutcome, CodeOrigin, Command, Event, IntentId, LetterCopy,
    LetterEnd, LetterId, LetterKind, Onboarding, OpcodeChoice, OpcodeOption, Outcome, ProbeResult, ProbeSchedule,
    ProbeState, Service, SlotsResult, Timestamp, cadence, pressing,
};
use domain_rules_support::{Case, id, slot_counts, start};
use proptest::prelude::*;

fn any_moment() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        Just(Timestamp::MIN_UTC),
        Just(Timestamp::MAX_UTC),
        (-400_000_i64..400_000).prop_map(|seconds| start() + TimeDelta::seconds(seconds)),
        (-8_000_000_000_000_i64..8_000_000_000_000).prop_map(|s| DateTime::from_timestamp(s, 0).unwrap_or(start())),
    ]
}

fn any_letter_command() -> impl Strategy<Value = Command> {
    let letter = || (0_u64..6).prop_map(LetterId::from_bits);
    let end = prop_oneof![
        Just(LetterEnd::Sent { reply: "250 ok".to_owned() }),
        Just(LetterEnd::Written { path: "/books/mail/m1.eml".to_owned() }),
        Just(LetterEnd::Uncertain { reason: "no answer".to_owned() }),
        (any::<bool>(), prop::option::of(Just("5.1.1".to_owned())))
            .prop_map(|(permanent, address)| LetterEnd::Refused { reason: "no".to_owned(), permanent, address }),
    ];
    prop_oneof![
        prop::sample::select(LetterKind::ALL.to_vec()).prop_map(|kind| Command::QueueLetter { kind }),
        Just(Command::QueueDueLetter),
        letter().prop_map(|letter| Command::BeginLetter { letter }),
        (letter(), end, any::<u16>()).prop_map(|(letter, end, jitter)| Command::EndLetter { letter, end, jitter }),
        letter().prop_map(|letter| Command::RetryLetter { letter }),
        letter().prop_map(|letter| Command::SuppressLetter { letter, reason: "no".to_owned() }),
        (prop::option::of(letter()), prop::option::of(any::<u16>())).prop_map(|(letter, settled)| Command::Bounce {
            letter: letter.map(|letter| LetterCopy { letter, settled }),
            address: "a@b.example".into(),
            status: "5.1.1".to_owned(),
            reason: "no such user".to_owned()
        }),
        any::<bool>().prop_map(|on| Command::SetReminders { on }),
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
        (intent(), source(), ask(), any::<bool>()).prop_map(|(intent, source, ask, mail)| Command::RequestCode {
            intent,
            source,
            ask,
            mail
        }),
        (0_u8..20, any_moment(), prop::option::of(any_moment()), source(), intent(), ask()).prop_map(
            |(code, generated_at, expires_at, source, intent, ask)| Command::IssueCode {
                code: format!("CODE-{code}").parse().unwrap(),
                generated_at,
                expires_at,
                source,
                intent,
                ask,
                mail: true,
            }
        ),
        (intent(), any::<bool>()).prop_map(|(intent, refused)| Command::FailCode {
            intent,
            reason: "no answer".into(),
            refused
        }),
        any_moment().prop_map(|said_at| Command::ConfirmByDealer { said_at, mail: true }),
        (any_moment(), any_moment(), outcome, any::<bool>(), services).prop_map(
            |(began_at, ended_at, outcome, unrecognised, services)| Command::Observe {
                result: ProbeResult {
                    began_at: began_at.min(ended_at),
                    ended_at: began_at.max(ended_at),
                    outcome,
                    reason: "said so".into(),
                    unrecognised,
                    answer: None,
                    services,
                }
            }
        ),
        (any_moment(), 0_u32..3).prop_map(|(at, count)| Command::ObserveSlots {
            result: SlotsResult { at, window: 14, slots: slot_counts(count) }
        }),
        any::<bool>().prop_map(|probing| Command::Tick { probing }),
        Just(Command::TellMisdated),
        prop::option::of(any_moment()).prop_map(|until| Command::Snooze { until }),
        (0..CallOutcome::ALL.len(), any_moment(), prop::option::of(any_moment())).prop_map(
            |(outcome, at, call_back_at)| {
                let opcode = Some(OpcodeChoice { code: "17".into(), option: OpcodeOption::Existing });
                let outcome = CallOutcome::ALL[outcome];
                let call = Call {
                    outcome,
                    at,
                    call_back_at,
                    with: Some("Carla".into()),
                    note: None,
                    finished_at: None,
                    opcode,
                };
                Command::LogCall { call, mail: true }
            }
        ),
        prop::option::of(any_moment()).prop_map(|at| Command::SetCallBack { at }),
        (0_u64..9).prop_map(|seen| Command::Undo { seen, commands: vec![Command::Unarchive, Command::Archive] }),
        (0_u32..4, any_moment()).prop_map(|(seen, at)| Command::TellCode { seen, to: None, at }),
        Just(Command::Revoke { reason: "".into() }),
        Just(Command::Archive),
        Just(Command::Unarchive),
        (intent(), any::<bool>(), any_moment()).prop_map(|(intent, moves, at)| Command::RequestBooking {
            intent,
            opcode: "17".into(),
            local: at.naive_utc(),
            vin: "".into(),
            moves
        }),
        (intent(), 0_usize..5, any_moment()).prop_map(|(intent, end, asked_at)| {
            let id = AppointmentId::new("a1").unwrap();
            let ends = [
                BookingEnd::Booked { id, read_back: true },
                BookingEnd::Refused { reason: "no".to_owned(), slot_taken: true },
                BookingEnd::Unknown { reason: "?".to_owned() },
                BookingEnd::Absent { asked_at },
                BookingEnd::GivenUp,
            ];
            Command::EndBooking { intent, end: ends[end].clone() }
        }),
        any_letter_command(),
        Just(Command::SeeAppointment { id: AppointmentId::new("a1").unwrap() }),
        Just(Command::ChooseOpcode {
            choice: OpcodeChoice { code: "17".into(), option: OpcodeOption::Existing },
            word: None,
        }),
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
                let event = Event { seq: 1, at: case.now, actor: Actor::system("probe"), dealership: Some(id()), fact };
                let line = serde_json::to_string(&event).unwrap();
                prop_assert_eq!(&serde_json::from_str::<Event>(&line).unwrap(), &event);
                prop_assert!(!event.public(None).to_string().contains("CODE-"), "events never print a code");
                prop_assert!(!event.summary().contains("CODE-"));
            }
            if matches!(command, Command::Observe { .. } | Command::ObserveSlots { .. } | Command::Tick { .. } | Command::TellMisdated) {
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
                for (at, outcome) in [(case.now, Outcome::Unknown), (now, Outcome::Connected), (now, Outcome::NotConnected)] {
                    let result = ProbeResult {
                        began_at: at,
                        ended_at: at,
                        outcome,
                        reason: String::new(),
                        unrecognised: false,
                        answer: None,
                        services: None,
                    };
                    let kept = ProbeState::after(&result, &state, None);
                    for kept in [None, Some(&kept)] {
                        let last = ProbeState::last(&state, kept, now);
                        cadence(&state, now, &case.policy, &ProbeSchedule::default(), last.as_deref());
                    }
                }
            }
            let bytes = postcard::to_stdvec(&state).unwrap();
            prop_assert_eq!(postcard::from_bytes::<Onboarding>(&bytes).unwrap(), state);
        }
    }
}
