//! The rules one by one, as far as the state machine does not reach.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod domain_rules_support;

use chrono::TimeDelta;
use cloverwatch::domain::{
    Ask, Attention, Call, CallOutcome, Claim, Claims, CodeOrigin, Command, Context, DealershipId, Ended, Fact,
    IntentId, OpcodeChoice, OpcodeOption, OpcodeState, Outcome, ProbeResult, Profile, Refusal, Service, Severity,
    Stage, decide, next_tick,
};
use domain_rules_support::{Case, hours, profile, start};

#[test]
fn from_hour_71_to_hour_73() {
    let mut case = Case::new();
    assert_eq!(case.tell(case.paste("CODE-1", Ask::Invite)), ["invitation.issued"]);
    case.now += hours(72) - TimeDelta::milliseconds(1);
    assert_eq!((case.stage(), case.observe(Outcome::NotConnected)), (Stage::Invited, vec!["probe.changed"]));
    case.now += TimeDelta::milliseconds(1);
    assert_eq!(case.stage(), Stage::Expired, "72 hours are 72 hours");
    let early = ProbeResult { began_at: case.now - TimeDelta::milliseconds(1), ..case.look(Outcome::NotConnected) };
    assert!(case.tell(Command::Observe { result: early }).is_empty(), "that look began before the end");
    assert!(case.tell(Command::Tick { probing: true }).is_empty(), "the clock alone does not expire a code");
    assert_eq!(case.observe(Outcome::NotConnected), ["invitation.expired"]);
    assert!(case.observe(Outcome::NotConnected).is_empty(), "once");
    case.now += hours(1);
    assert_eq!(case.observe(Outcome::Connected), ["integration.confirmed"]);
    assert_eq!(case.state().invitation.as_ref().unwrap().ended.unwrap().0, Ended::Used);
    assert_eq!(case.refused(case.paste("CODE-2", case.reissue())), Refusal::Connected);
}

#[test]
fn a_code_that_is_dated_ahead_stays_doubted_when_its_date_is_past() {
    let attention = |case: &Case| case.state().attention(case.now, &case.policy);
    for told in [false, true] {
        let mut case = Case::new();
        case.now += hours(216);
        case.tell(case.paste("CODE-1", Ask::Invite));
        assert!(case.tell(Command::TellMisdated).is_empty(), "nothing tells it from a right one");
        case.now = start() + hours(1);
        assert_eq!(attention(&case), Some(Attention::CodeFromFuture));
        if told {
            assert_eq!(case.tell(Command::TellMisdated), ["invitation.misdated"]);
            assert!(case.tell(Command::TellMisdated).is_empty(), "once");
        }
        case.now = start() + hours(217);
        assert_eq!(attention(&case), told.then_some(Attention::CodeFromFuture));
        assert!(case.tell(Command::TellMisdated).is_empty());
        case.tell(case.paste("CODE-2", case.reissue()));
        assert_eq!(attention(&case), None, "a new code ends it");
    }
}

#[test]
fn the_second_clock() {
    let mut case = Case::new();
    assert_eq!(case.refused(case.word()), Refusal::NeverInvited);
    case.tell(case.paste("CODE-1", Ask::Invite));
    case.now += hours(1);
    let said_at = case.now + TimeDelta::minutes(6);
    assert_eq!(
        case.refused(Command::ConfirmByDealer { said_at, mail: true }),
        Refusal::WordInFuture(TimeDelta::minutes(6))
    );
    let said_at = start() - hours(1);
    assert_eq!(case.refused(Command::ConfirmByDealer { said_at, mail: true }), Refusal::WordBeforeCode(hours(1)));
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
    assert_eq!(case.tell(Command::ConfirmByDealer { said_at, mail: true }), ["dealer.confirmed"]);
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
    let context = Context { now: case.now, policy: &case.policy, claims: &Elsewhere, letter: None };
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
        (case.stage(), case.state().slots.clone(), case.state().opcode_state),
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
    let result = ProbeResult {
        services: Some(vec![Service { opcode: "2".into(), name: "".into() }]),
        ..case.look(Outcome::Connected)
    };
    let facts = case.try_tell(&Command::Observe { result }).unwrap();
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
    assert_eq!(case.tell(Command::ChooseOpcode { choice: choice.clone(), word: None }), ["opcode.chosen"]);
    assert!(case.tell(Command::ChooseOpcode { choice, word: None }).is_empty());
    assert!(case.slots(5).is_empty(), "the answer was about the old choice");
    assert_eq!(case.stage(), Stage::Confirmed);
}

#[test]
fn an_unrecognised_answer_is_kept_once_and_shown() {
    let mut case = Case::new();
    case.tell(case.paste("CODE-1", Ask::Invite));
    let strange = ProbeResult { unrecognised: true, reason: "x-000042".into(), ..case.look(Outcome::Unknown) };
    assert_eq!(case.tell(Command::Observe { result: strange.clone() }), ["probe.changed"]);
    assert!(case.tell(Command::Observe { result: strange }).is_empty());
    assert_eq!(case.state().attention(case.now, &case.policy), Some(Attention::Unrecognised));
    assert_eq!(case.stage(), Stage::Invited, "never read as yes or no");
}

#[test]
fn a_saga_ends_properly_whatever_happens_meanwhile() {
    let intent = IntentId::from_bits(5);
    let request = |ask| Command::RequestCode { intent, source: CodeOrigin::Http, ask, mail: true };
    let arrive = |case: &Case| Command::IssueCode {
        code: "CODE-1".parse().unwrap(),
        generated_at: case.now,
        expires_at: None,
        source: CodeOrigin::Http,
        intent,
        ask: Ask::Invite,
        mail: true,
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
    assert_eq!(refusal.to_string(), "already reissued by ana 2s ago: code 2 is the newest");
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
        mail: true,
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
fn a_call_records_what_follows_from_it_or_nothing() {
    let mut case = Case::new();
    let call = |outcome, at| Call {
        outcome,
        at,
        call_back_at: None,
        with: Some("Carla".into()),
        note: None,
        finished_at: None,
        opcode: None,
    };
    let log = |call| Command::LogCall { call, mail: false };
    let at = case.now;
    assert_eq!(case.refused(log(call(CallOutcome::Done, at))), Refusal::NeverInvited);
    assert_eq!(case.tell(log(call(CallOutcome::NoAnswer, at))), ["call.logged"]);
    assert_eq!(case.refused(Command::TellCode { seen: 0, to: None, at }), Refusal::NeverInvited);
    case.tell(case.paste("CODE-1", Ask::Invite));
    let ahead = at + hours(1);
    assert_eq!(case.refused(log(call(CallOutcome::NoAnswer, ahead))), Refusal::CallInFuture(hours(1)));
    let past = Call { call_back_at: Some(at), ..call(CallOutcome::WillDo, at) };
    assert_eq!(case.refused(log(past)), Refusal::Past);
    assert_eq!(case.refused(log(call(CallOutcome::OpcodeTold, at))), Refusal::EmptyOpcode);
    let opcode = Some(OpcodeChoice { code: "17".into(), option: OpcodeOption::Existing });
    let told = Call { opcode, ..call(CallOutcome::OpcodeTold, at) };
    assert_eq!(case.tell(log(told)), ["opcode.chosen", "call.logged"]);
    assert_eq!(case.state().opcode.as_ref().unwrap().word, Some("Carla, by phone".into()));
    assert_eq!(case.tell(Command::TellCode { seen: 1, to: None, at }), ["code.told"]);
    assert_eq!(case.tell(log(call(CallOutcome::Done, at))), ["dealer.confirmed", "call.logged"]);
    assert_eq!(case.tell(log(call(CallOutcome::Done, at))), ["call.logged"], "the word is given once");
    let before = case.refused(Command::TellCode { seen: 1, to: None, at: at - hours(200) });
    assert!(matches!(before, Refusal::ToldBeforeCode(_)), "{before:?}");
    case.now += hours(100);
    let late = case.refused(Command::TellCode { seen: 1, to: None, at });
    assert!(matches!(late, Refusal::NoLiveCode(_)), "{late:?}");
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

#[test]
fn an_opcode_that_comes_back_is_live_only_when_slots_were_seen_again() {
    let mut case = Case::new();
    case.shows(&["Tell Us More"]);
    case.slots(9);
    assert_eq!(case.stage(), Stage::Live);
    case.shows(&["TELL US MORE"]);
    assert_eq!((case.stage(), case.state().slots.clone()), (Stage::OpcodeMissing, None));
    case.shows(&["Tell Us More"]);
    assert_eq!((case.stage(), case.state().lacks()), (Stage::Confirmed, Some("slots not looked for yet")));
    assert!(case.state().left_live_at.is_some(), "until it is live again it needs somebody");
    case.slots(1);
    assert_eq!((case.stage(), case.state().left_live_at), (Stage::Live, None));
}

#[test]
fn a_look_is_bad_while_what_was_live_is_not_whatever_it_lacks() {
    let seen = |case: &Case| case.look(Outcome::Connected).severity(case.state());
    let mut case = Case::new();
    case.shows(&["Tell Us More"]);
    assert_eq!(seen(&case), Severity::Doubtful, "it never was live");
    case.slots(9);
    assert_eq!(seen(&case), Severity::Good);
    case.slots(0);
    assert_eq!((case.stage(), seen(&case)), (Stage::NoSlots, Severity::Bad));
    case.slots(9);
    case.shows(&["TELL US MORE"]);
    assert_eq!((case.state().opcode_state, seen(&case)), (OpcodeState::NearMiss, Severity::Bad));
    case.shows(&["Tell Us More"]);
    case.slots(9);
    assert_eq!(seen(&case), Severity::Good);
}

#[test]
fn another_default_is_no_news_about_a_code_that_is_visible() {
    let mut case = Case::new();
    case.shows(&["Tell Us More"]);
    case.slots(9);
    case.policy.default_opcode = "Never There".to_owned();
    // What was assumed and seen stays; who is not there yet follows the new default.
    assert_eq!(case.state().opcode_code("Never There"), "Tell Us More");
    assert!(case.shows(&["Tell Us More"]).is_empty() && case.stage() == Stage::Live);
    assert_eq!(case.shows(&["1"]), ["opcode.missing"]);
    assert_eq!(case.state().opcode_code("Never There"), "Never There");
    let result = ProbeResult {
        services: Some(vec![Service { opcode: "1".into(), name: "".into() }]),
        ..case.look(Outcome::Connected)
    };
    let facts = case.try_tell(&Command::Observe { result }).unwrap();
    assert!(
        matches!(&facts[..], [Fact::OpcodeMissing { drifted: false, opcode, .. }] if opcode.raw() == "Never There")
    );
}

#[test]
fn events_of_before_are_still_read() {
    for (kind, data) in [
        ("opcode.chosen", r#"{"choice":{"code":"17","option":"new"}}"#),
        ("opcode.near-miss", r#"{"opcode":"17","findings":[]}"#),
        ("slots.seen", r#"{"count":4,"days":2}"#),
        ("slots.missing", "{}"),
    ] {
        let text = format!(r#"{{"kind":"{kind}","data":{data}}}"#);
        let fact: Fact = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(fact.kind(), kind);
    }
}
