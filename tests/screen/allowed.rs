//! What the screen shows as possible is what the rules decide: for every state that random lives of a dealership reach, for
//! every action that records something, for dealerships and for letters.

use chrono::TimeDelta;
use cloverwatch::domain::{
    Actor, AppointmentId, Ask, BookingEnd, Call, CallOutcome, CodeOrigin, Command, Context, DealershipId, IntentId,
    LetterCopy, LetterEnd, LetterId, LetterKind, Onboarding, OpcodeChoice, OpcodeOption, Outcome, Profile, ProfileEdit,
    ProfileField, Refusal, Timestamp, decide_in_turn, give_up_orphan, steps_to_obtain,
};
use cloverwatch::tui::action::Action;
use cloverwatch::tui::dialog::{DryRun, RecordingAction, Subject, Target, open};
use cloverwatch::tui::enabled::can;
use cloverwatch::tui::registry::REGISTRY;
use cloverwatch::tui::state::Setup;
use proptest::prelude::*;

use crate::desk::Desk;
use crate::population::{World, ago, now, profile, sent};

const IT: DealershipId = DealershipId::from_bits(1);
/// One that nothing happened to.
const NEW: DealershipId = DealershipId::from_bits(2);

fn world(mails: bool) -> World {
    let mut world = if mails { World::mailing() } else { World::default() };
    for (n, name) in [(1, "Nakamura Ford"), (2, "Metro MINI")] {
        world.add(n, profile(n, name, "Chicago", chrono_tz::Tz::America__Chicago, Some("ana")), ago(400.0));
    }
    world
}

fn pasted(code: &str, at: Timestamp, intent: u64, ask: Ask, source: CodeOrigin) -> Command {
    let (code, intent) = (code.parse().unwrap(), IntentId::from_bits(intent));
    Command::IssueCode { code, generated_at: at, expires_at: None, source, intent, ask, mail: true }
}

fn asked(state: &Onboarding) -> Ask {
    match state.generation() {
        0 => Ask::Invite,
        seen => Ask::Reissue { seen, despite_word: true },
    }
}

fn end_of_a_try(choice: u8) -> LetterEnd {
    let refused = |permanent, address: Option<&str>| LetterEnd::Refused {
        reason: "no".to_owned(),
        permanent,
        address: address.map(ToOwned::to_owned),
    };
    match choice % 6 {
        0 => sent(),
        1 => LetterEnd::Written { path: "/books/mail/m1.eml".to_owned() },
        2 => refused(false, None),
        3 => refused(true, None),
        4 => refused(true, Some("5.1.1")),
        _ => LetterEnd::Uncertain { reason: "no answer".to_owned() },
    }
}

/// What may happen to a dealership next.
fn command(state: &Onboarding, (what, choice): (u8, u8), at: Timestamp, step: u64) -> Option<Command> {
    let letter = state.letters().get(usize::from(choice) % state.letters().len().max(1)).map(|letter| letter.id);
    let pending = state.pending.as_ref().map(|pending| pending.intent);
    Some(match what % 20 {
        0 | 1 => pasted(&format!("CODE-{step}"), at, 10_000 + step, asked(state), CodeOrigin::Paste),
        2 => Command::RequestCode {
            intent: IntentId::from_bits(step),
            source: if choice.is_multiple_of(2) { CodeOrigin::Http } else { CodeOrigin::Command },
            ask: asked(state),
            mail: true,
        },
        3 => Command::FailCode { intent: pending?, reason: "no".to_owned(), refused: choice.is_multiple_of(3) },
        4 => pasted(&format!("CODE-{step}"), at, pending?.bits(), asked(state), CodeOrigin::Http),
        5 => Command::Revoke { reason: "".into() },
        6 | 7 => {
            Command::ConfirmByDealer { said_at: at - TimeDelta::hours([0, 1, 30][usize::from(choice) % 3]), mail: true }
        }
        8 => Command::QueueLetter { kind: LetterKind::ALL[usize::from(choice) % 6] },
        9 => Command::QueueDueLetter,
        10 => Command::BeginLetter { letter: letter? },
        11 => Command::EndLetter { letter: letter?, end: end_of_a_try(choice), jitter: 500 },
        12 => Command::Bounce {
            letter: letter.filter(|_| choice.is_multiple_of(2)).map(|letter| LetterCopy { letter, settled: None }),
            address: state.profile.contact.email.clone(),
            status: "5.1.1".to_owned(),
            reason: "no such user".to_owned(),
        },
        13 if choice.is_multiple_of(2) => Command::RetryLetter { letter: letter? },
        13 => Command::SuppressLetter { letter: letter?, reason: "no".to_owned() },
        14 => {
            let mut profile: Profile = state.profile.clone();
            profile.contact.email = ["", "one@example.com", "two@example.com"][usize::from(choice) % 3].into();
            Command::Update { profile }
        }
        15 => Command::SetReminders { on: choice.is_multiple_of(2) },
        16 if choice.is_multiple_of(3) => Command::Archive,
        16 => Command::Unarchive,
        17 => Command::RequestBooking {
            intent: IntentId::from_bits(step),
            opcode: "Tell Us More".into(),
            local: at.naive_utc(),
            vin: "".into(),
            moves: choice.is_multiple_of(2),
        },
        18 => {
            let end = match choice % 3 {
                0 => BookingEnd::Booked { id: AppointmentId::new("a1").unwrap(), read_back: false },
                1 => BookingEnd::Unknown { reason: "no answer".to_owned() },
                _ => BookingEnd::Refused { reason: "no".to_owned(), slot_taken: false },
            };
            Command::EndBooking { intent: state.booking.as_ref()?.intent, end }
        }
        _ => Command::Tick { probing: false },
    })
}

/// A life of the dealership; the moment at which it ends.
fn live(world: &mut World, steps: &[(u8, u8, u8)]) -> Timestamp {
    let mut at = ago(390.0);
    for (step, (what, choice, wait)) in (1..).zip(steps) {
        at += [TimeDelta::zero(), TimeDelta::minutes(2), TimeDelta::hours(5), TimeDelta::hours(30)]
            [usize::from(*wait) % 4];
        if what % 23 >= 20 {
            let outcome = if choice % 3 == 0 { Outcome::NotConnected } else { Outcome::Connected };
            world.look(IT, at, outcome, if choice % 2 == 0 { &["Tell Us More"] } else { &["17"] });
            world.slots(IT, at, u32::from(choice % 4));
            continue;
        }
        let state = world.get(IT);
        if let Some(command) = command(&state, (what % 23, *choice), at, step) {
            // What a rule forbids did not happen.
            let _ = world.run(IT, at, &Actor::person("ana"), &command);
        }
    }
    at
}

/// What the engine may record for an action, whatever a person types: each way as the commands of one way, one after the other.
fn ways(
    action: Action,
    state: &Onboarding,
    source: Option<CodeOrigin>,
    at: Timestamp,
) -> Result<Vec<Vec<Command>>, Refusal> {
    let fresh = IntentId::from_bits(999_999);
    let queue = |kind| vec![vec![Command::QueueLetter { kind }]];
    Ok(match action {
        Action::Invite | Action::Reissue => {
            let ask = match action {
                Action::Invite => Ask::Invite,
                _ => Ask::Reissue { seen: state.generation(), despite_word: true },
            };
            vec![match source {
                None => {
                    let issue = pasted("FRESH-CODE", at, 999_999, ask, CodeOrigin::Paste);
                    give_up_orphan(state, false).into_iter().chain([issue]).collect()
                }
                Some(source) => {
                    let asking = state.pending.as_ref().is_some_and(|open| open.failed.is_none());
                    steps_to_obtain(state, source, Some((ask, true)), fresh, asking)?
                }
            }]
        }
        Action::CallDone => calls(CallOutcome::Done, state, at),
        Action::CallWillDo => calls(CallOutcome::WillDo, state, at),
        Action::CallNoAnswer => calls(CallOutcome::NoAnswer, state, at),
        Action::CallCodeRefused => calls(CallOutcome::CodeRefused, state, at),
        Action::CallWantsCode => calls(CallOutcome::WantsCode, state, at),
        Action::CallPageNotFound => calls(CallOutcome::PageNotFound, state, at),
        Action::CallOpcodeTold => calls(CallOutcome::OpcodeTold, state, at),
        Action::CallWrongPerson => calls(CallOutcome::WrongPerson, state, at),
        Action::CallCodeTold => vec![vec![Command::TellCode { seen: state.generation(), to: None, at }]],
        Action::Revoke => vec![vec![Command::Revoke { reason: "typed".into() }]],
        Action::ConfirmWord => {
            words(state, at).map(|said_at| vec![Command::ConfirmByDealer { said_at, mail: true }]).collect()
        }
        Action::Note => vec![vec![Command::Note { text: "typed".into() }]],
        Action::Assign => {
            vec![vec![Command::Assign { owner: None }], vec![Command::Assign { owner: Some("ben".into()) }]]
        }
        Action::EditProfile => {
            let edits = vec![ProfileEdit { field: ProfileField::Email, text: "service.2@example.com".to_owned() }];
            vec![vec![Command::Correct { edits }]]
        }
        Action::Snooze => vec![vec![Command::Snooze { until: Some(at + TimeDelta::hours(1)) }]],
        // What it records depends on the events: the rule of its own says whether.
        Action::Undo => vec![Vec::new()],
        Action::Archive if state.archived_at.is_some() => vec![vec![Command::Unarchive]],
        Action::Archive => vec![vec![Command::Archive]],
        Action::ChooseOpcode => {
            let choice = OpcodeChoice { code: "17".into(), option: OpcodeOption::New };
            vec![vec![Command::ChooseOpcode { choice, word: None }]]
        }
        Action::Appointment => match &state.booking {
            Some(open) => {
                let absent = BookingEnd::Unknown { reason: "still nobody knows".to_owned() };
                vec![vec![Command::EndBooking { intent: open.intent, end: absent }]]
            }
            None => [true, false]
                .map(|moves| {
                    let opcode = state.opcode_code("Tell Us More").into();
                    vec![Command::RequestBooking {
                        intent: fresh,
                        opcode,
                        local: at.naive_utc(),
                        vin: "".into(),
                        moves,
                    }]
                })
                .to_vec(),
        },
        Action::Reminders => [true, false].map(|on| vec![Command::SetReminders { on }]).to_vec(),
        Action::Resend => queue(LetterKind::Invitation),
        Action::SendGuide => queue(LetterKind::OpcodeGuide),
        Action::SendWordReceived => queue(LetterKind::WordReceived),
        Action::SendLive => queue(LetterKind::Live),
        other => panic!("{other:?} records something, and nobody said what"),
    })
}

/// Moments at which a dealer may say that it was done.
fn words(state: &Onboarding, at: Timestamp) -> impl Iterator<Item = Timestamp> {
    let hours = (0..500).map(move |hours| at - TimeDelta::hours(hours));
    hours.chain(state.invitation.as_ref().map(|code| code.expires_at.min(at)))
}

fn calls(outcome: CallOutcome, state: &Onboarding, at: Timestamp) -> Vec<Vec<Command>> {
    let opcode = Some(OpcodeChoice { code: "17".into(), option: OpcodeOption::Existing });
    let call = |finished_at| {
        let finished_at = Some(finished_at);
        Call { outcome, at, call_back_at: None, with: None, note: None, finished_at, opcode: opcode.clone() }
    };
    words(state, at).map(|word| vec![Command::LogCall { call: call(word), mail: true }]).collect()
}

/// Whether one of these ways is open; else all that the rules say against them.
fn decided(
    state: &Onboarding,
    ways: Result<Vec<Vec<Command>>, Refusal>,
    setup: &Setup,
    at: Timestamp,
) -> Result<(), Vec<String>> {
    let letter = setup.mail_name.as_ref().map(|_| LetterId::from_bits(7));
    let context = Context { now: at, policy: &setup.policy, claims: setup.claims.as_ref(), letter };
    let mut words = Vec::new();
    for way in ways.map_err(|refusal| vec![refusal.to_string()])? {
        match decide_in_turn(Some(state), state.id, &way, &Actor::person("ana"), &context) {
            Ok(_) => return Ok(()),
            Err(refusal) => words.push(refusal.to_string()),
        }
    }
    Err(words)
}

#[track_caller]
fn same(shown: &Result<(), String>, decided: &Result<(), Vec<String>>, what: &str, state: &Onboarding) {
    match (shown, decided) {
        (Ok(()), Ok(())) => {}
        // What is to be done first is named with its key.
        (Err(shown), Err(words)) if words.iter().any(|words| shown.starts_with(words.as_str())) => {}
        _ => panic!("{what}: shown as {shown:?}, decided as {decided:?}\n{state:#?}"),
    }
}

fn recording(action: Action) -> &'static RecordingAction {
    action.recording().unwrap()
}

/// Every action that records something about dealerships; what an answer means is no dealership's: no rule decides about it.
fn about_dealerships() -> impl Iterator<Item = Action> {
    let records = REGISTRY.iter().filter_map(|info| Some((info.action, info.action.recording()?)));
    // A look is no command, though it is refused by a rule.
    let records = records.filter(|(action, recording)| recording.is_about_dealerships() && *action != Action::Check);
    records.map(|(action, _)| action)
}

/// Compares one state at one kind of desk.
fn compare(desk: &Desk, at: Timestamp) {
    let setup = &desk.state.setup;
    let state = &desk.state.rows.get(IT).unwrap().state;
    for action in about_dealerships() {
        let record = recording(action);
        let shown = record.allowed(&DryRun { state, letter: None, setup, now: at });
        same(&shown, &decided(state, ways(action, state, setup.source, at), setup, at), &format!("{action:?}"), state);
        // The dialog opens for what is possible, says the same of what is not, and leaves out with the same words.
        assert_eq!(open(record, &[IT.into()], &desk.state.context()).err(), shown.clone().err(), "{action:?}");
        if let (Err(why), Ok(dialog)) = (&shown, open(record, &[IT.into(), NEW.into()], &desk.state.context())) {
            assert_eq!(dialog.left_out, [("Nakamura Ford".to_owned(), why.clone())], "{action:?}");
        }
    }
    for letter in state.letters() {
        let id = letter.id;
        let of = Target { dealership: IT, letter: Some(id) };
        for (action, command) in [
            (Action::QueueRetry, Command::RetryLetter { letter: id }),
            (Action::QueueRetryFailed, Command::RetryLetter { letter: id }),
            (Action::QueueSuppress, Command::SuppressLetter { letter: id, reason: "typed".to_owned() }),
        ] {
            let record = recording(action);
            let shown = record.allowed(&DryRun { state, letter: Some(letter), setup, now: at });
            same(
                &shown,
                &decided(state, Ok(vec![vec![command]]), setup, at),
                &format!("{action:?} of {letter:?}"),
                state,
            );
            assert_eq!(open(record, &[of], &desk.state.context()).err(), shown.err(), "{action:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.div_ceil(4), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_as_possible_is_what_the_rules_decide(
        mails in any::<bool>(),
        steps in prop::collection::vec((any::<u8>(), any::<u8>(), any::<u8>()), 0..30),
    ) {
        let mut lived = world(mails);
        let at = live(&mut lived, &steps);
        for (source, mails) in [
            (None, true),
            (None, false),
            (Some(CodeOrigin::Http), true),
            (Some(CodeOrigin::Command), true),
        ] {
            let mut desk = Desk::with(lived.clone(), (120, 30), |setup| {
                setup.source = source;
                setup.mail_name = setup.mail_name.take().filter(|_| mails);
            });
            desk.state.now.at = at;
            compare(&desk, at);
        }
    }
}

#[test]
fn every_action_that_records_something_is_compared() {
    let state = world(true).get(IT);
    for action in about_dealerships() {
        assert!(!ways(action, &state, None, now()).unwrap().is_empty(), "{action:?}");
    }
    let of_letters =
        REGISTRY.iter().filter(|info| info.action.recording().is_some_and(RecordingAction::is_about_letters));
    let of_letters: Vec<Action> = of_letters.map(|info| info.action).collect();
    assert_eq!(of_letters, [Action::QueueRetry, Action::QueueRetryFailed, Action::QueueSuppress]);
    let answers = REGISTRY.iter().filter_map(|info| info.action.recording());
    let answers = answers.filter(|record| matches!(record.subject, Subject::NewestAnswer | Subject::AnswerOfEvent));
    assert_eq!(answers.count(), 2, "what an answer means is no dealership's: no rule decides about it");
}

#[test]
fn what_records_nothing_is_possible_for_whoever_is_archived() {
    let mut world = world(true);
    world.issue(IT, ago(1.0), "CLOVER-1");
    world.person(IT, ago(0.5), &Command::Archive);
    let mut desk = Desk::with(world, (120, 30), |_| {});
    desk.state.cursor.id = Some(IT);
    for action in
        [Action::Open, Action::Mark, Action::Reveal, Action::CopyDealerCode, Action::Guide, Action::ReadLetter]
    {
        assert_eq!(can(&desk.state, action), Ok(()), "{action:?}");
    }
    // What is copied is sent to somebody, and what is looked at is recorded.
    for action in [Action::CopyCode, Action::Check] {
        assert!(can(&desk.state, action).unwrap_err().contains("the dealership is archived"));
    }
}
