//! Where the rules turn: the last moment at which something is allowed, and the first at which it is not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod domain_rules_support;

use chrono::TimeDelta;
use cloverwatch::domain::bulk::{Bulk, BulkKind};
use cloverwatch::domain::{
    Ask, Attention, Call, CallOutcome, Claim, Claims, CodeOrigin, Command, Contact, Context, DealershipId, Fact,
    IntentId, LetterKind, OpcodeChoice, OpcodeOption, Outcome, Profile, Refusal, Stage, Timestamp, decide,
    give_up_orphan, needs_no_probe, steps_to_obtain,
};
use domain_rules_support::{Case, hours, id, profile, start};

const OPCODE: &str = "Tell Us More";
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);
const JUST: TimeDelta = TimeDelta::milliseconds(1);

fn invited() -> Case {
    let mut case = Case::new();
    case.tell(case.paste("CODE-1", Ask::Invite));
    case
}

fn live() -> Case {
    let mut case = Case::new();
    case.shows(&[OPCODE]);
    case.slots(9);
    case
}

/// A code that is said to have been generated then.
fn generated(case: &Case, at: Timestamp) -> Command {
    let Command::IssueCode { code, expires_at, source, intent, ask, mail, .. } = case.paste("CODE-1", Ask::Invite)
    else {
        unreachable!("it is a code")
    };
    Command::IssueCode { code, generated_at: at, expires_at, source, intent, ask, mail }
}

fn word(said_at: Timestamp) -> Command {
    Command::ConfirmByDealer { said_at, mail: false }
}

fn tells_code(at: Timestamp) -> Command {
    Command::TellCode { seen: 1, to: None, at }
}

#[test]
fn clocks_may_differ_by_five_minutes_and_no_more() {
    let case = Case::new();
    let ahead = case.now + TOLERANCE;
    assert_eq!(case.clone().tell(generated(&case, ahead)), ["invitation.issued"]);
    let refusal = case.clone().refused(generated(&case, ahead + JUST));
    assert_eq!(refusal, Refusal::GeneratedInFuture(TOLERANCE + JUST));

    let case = invited();
    assert_eq!(case.clone().tell(word(ahead)), ["dealer.confirmed"]);
    assert_eq!(case.clone().refused(word(ahead + JUST)), Refusal::WordInFuture(TOLERANCE + JUST));
    assert_eq!(case.clone().tell(word(start() - TOLERANCE)), ["dealer.confirmed"]);
    assert_eq!(case.clone().refused(word(start() - TOLERANCE - JUST)), Refusal::WordBeforeCode(TOLERANCE + JUST));
    assert_eq!(case.clone().tell(tells_code(ahead)), ["code.told"]);
    assert_eq!(case.clone().refused(tells_code(ahead + JUST)), Refusal::CallInFuture(TOLERANCE + JUST));
    assert_eq!(case.clone().tell(tells_code(start() - TOLERANCE)), ["code.told"]);
    let refusal = case.clone().refused(tells_code(start() - TOLERANCE - JUST));
    assert_eq!(refusal, Refusal::ToldBeforeCode(TOLERANCE + JUST));

    let mut dead = invited();
    dead.now += hours(73);
    let end = start() + hours(72);
    assert_eq!(dead.clone().tell(word(end + TOLERANCE)), ["dealer.confirmed"]);
    assert_eq!(dead.refused(word(end + TOLERANCE + JUST)), Refusal::WordAfterCode(TOLERANCE + JUST));
}

#[test]
fn a_code_is_misdated_when_it_was_recorded_more_than_five_minutes_from_now() {
    let mut case = Case::new();
    case.tell(generated(&case, start() + TOLERANCE));
    case.now = start() - TOLERANCE;
    assert!(case.tell(Command::TellMisdated).is_empty(), "so far clocks differ");
    case.now -= JUST;
    assert_eq!(case.tell(Command::TellMisdated), ["invitation.misdated"]);
}

#[test]
fn what_is_put_aside_is_back_at_its_moment_and_clocks_name_the_next_one() {
    let mut case = invited();
    let deadline = |case: &Case| case.state().next_deadline(case.now);
    assert_eq!(deadline(&case), Some(start() + hours(72)));
    let until = start() + hours(1);
    case.tell(Command::Snooze { until: Some(until) });
    let is_snoozed = |at| case.state().is_snoozed(at);
    assert_eq!((is_snoozed(until - JUST), is_snoozed(until), is_snoozed(until + JUST)), (true, false, false));
    case.tell(word(start()));
    assert_eq!((case.stage(), deadline(&case)), (Stage::AwaitingXtime, Some(start() + hours(24))));
    case.now = start() + hours(24);
    assert_eq!((case.stage(), deadline(&case)), (Stage::Overdue, None), "no clock runs any more");
}

#[test]
fn attention_follows_the_stage_and_what_was_live_before() {
    let attention = |case: &Case| case.state().attention(case.now, &case.policy);
    let mut case = invited();
    case.observe(Outcome::NotConnected);
    assert_eq!(attention(&case), None, "it was not connected before either");
    case.observe(Outcome::Connected);
    assert_eq!((case.stage(), attention(&case)), (Stage::Confirmed, None));
    case.shows(&["000200"]);
    assert_eq!(attention(&case), Some(Attention::OpcodeMissing));
    case.shows(&[OPCODE]);
    case.slots(0);
    assert_eq!(attention(&case), Some(Attention::NoSlots));
    case.slots(9);
    assert_eq!((case.stage(), attention(&case)), (Stage::Live, None));
    case.slots(0);
    assert_eq!(attention(&case), Some(Attention::LeftLive));
    case.shows(&["000200"]);
    assert_eq!(attention(&case), Some(Attention::LeftLive));
    case.shows(&[OPCODE]);
    assert_eq!((case.stage(), attention(&case)), (Stage::Confirmed, Some(Attention::LeftLive)));
    case.observe(Outcome::NotConnected);
    assert_eq!(attention(&case), Some(Attention::LeftLive), "more urgent than the doubt");
    case.now += TimeDelta::minutes(1);
    case.observe(Outcome::NotConnected);
    assert_eq!((case.stage(), attention(&case)), (Stage::Lost, Some(Attention::Lost)));
    let mut doubted = live();
    doubted.observe(Outcome::NotConnected);
    assert_eq!(attention(&doubted), Some(Attention::Doubted));
    doubted.tell(Command::Archive);
    assert_eq!((attention(&doubted), needs_no_probe(doubted.state())), (None, Some(Refusal::Archived)));
    assert_eq!(needs_no_probe(case.state()), None);
}

#[test]
fn what_a_connected_dealership_lacks_depends_on_whether_it_was_there() {
    let mut case = Case::new();
    case.shows(&["000200"]);
    assert_eq!(case.state().lacks(), Some("opcode not visible"));
    case.shows(&[OPCODE]);
    case.shows(&["000200"]);
    assert_eq!(case.state().lacks(), Some("opcode gone"));
}

#[test]
fn a_call_back_is_changed_only_where_one_was_agreed_in_a_call() {
    let at = Some(start() + hours(3));
    let mut case = invited();
    assert!(case.tell(Command::SetCallBack { at }).is_empty(), "nobody called");
    case.tell(tells_code(start()));
    assert!(case.tell(Command::SetCallBack { at }).is_empty(), "a code was read out, and nothing agreed");
    let outcome = CallOutcome::WillDo;
    let call = Call { outcome, at: start(), call_back_at: at, with: None, note: None, finished_at: None, opcode: None };
    case.tell(Command::LogCall { call, mail: false });
    assert!(case.tell(Command::SetCallBack { at }).is_empty(), "it is so already");
    assert_eq!(case.tell(Command::SetCallBack { at: None }), ["call.back-set"]);
}

#[test]
fn a_dealer_code_is_corrected_to_one_that_nobody_else_has() {
    struct Taken(DealershipId);
    impl Claims for Taken {
        fn holder(&self, claim: &Claim) -> Option<DealershipId> {
            (*claim == Claim::DealerCode("xts2".into())).then_some(self.0)
        }
    }
    let case = Case::new();
    let corrected = |code: &str, holder| {
        let profile = Profile { dealer_code: code.into(), ..profile() };
        let context = Context { now: case.now, policy: &case.policy, claims: &Taken(holder), letter: None };
        let facts = decide(case.state.as_ref(), &Command::Update { profile }, &context)?;
        Ok(facts.iter().map(Fact::kind).collect::<Vec<_>>())
    };
    let other = DealershipId::from_bits(2);
    assert_eq!(corrected("xts2", other), Err(Refusal::DealerCodeTaken(other)));
    assert_eq!(corrected("xts2", id()), Ok(vec!["dealership.updated"]), "it is its own");
    assert_eq!(corrected("xts3", other), Ok(vec!["dealership.updated"]));
    assert_eq!(corrected("xts1", other), Ok(vec![]));
}

#[test]
fn people_become_known_once() {
    let person = |email: &str| Contact { name: "Tom".into(), email: email.into(), phone: "".into() };
    let mut case = Case::new();
    let (one, other) = (person("tom@example.com"), person("tom@dealer.example"));
    let contacts = vec![one.clone(), other.clone(), one.clone()];
    let facts = case.try_tell(&Command::AddContacts { contacts }).unwrap();
    assert_eq!(facts, [Fact::ContactsAdded { contacts: vec![one.clone(), other.clone()] }]);
    assert!(case.tell(Command::AddContacts { contacts: vec![other] }).is_empty());
    assert_eq!(case.state().further_contacts.len(), 2);
    assert_eq!(case.state().unknown_contacts(&one, &[]), []);
}

fn ask_source(intent: u64, source: CodeOrigin, mail: bool) -> Command {
    Command::RequestCode { intent: IntentId::from_bits(intent), source, ask: Ask::Invite, mail }
}

#[test]
fn a_request_for_a_code_may_think_better_of_its_letter_and_no_other_comes_between() {
    let mut case = Case::new();
    let http = CodeOrigin::Http;
    assert_eq!(case.tell(ask_source(1, http, true)), ["invitation.requested"]);
    assert!(case.tell(ask_source(1, http, true)).is_empty(), "it is asked for");
    assert_eq!(case.tell(ask_source(1, http, false)), ["invitation.requested"]);
    assert!(!case.state().pending.as_ref().unwrap().mail);
    for mail in [false, true] {
        let refusal = case.refused(ask_source(2, http, mail));
        assert_eq!(refusal, Refusal::InFlight { by: "ana".to_owned(), ago: TimeDelta::zero() });
    }
}

#[test]
fn a_source_goes_on_with_its_own_open_request_and_ends_that_of_another() {
    let (http, program) = (CodeOrigin::Http, CodeOrigin::Command);
    let (first, fresh) = (IntentId::from_bits(1), IntentId::from_bits(2));
    let wanted = Some((Ask::Invite, true));
    let request = |intent, source| Command::RequestCode { intent, source, ask: Ask::Invite, mail: true };
    let mut case = Case::new();
    let steps = |case: &Case, source, wanted, asking| steps_to_obtain(case.state(), source, wanted, fresh, asking);
    assert_eq!(steps(&case, http, wanted, false), Ok(vec![request(fresh, http)]), "nothing was open");
    assert_eq!(steps(&case, http, None, false), Err(Refusal::IntentClosed), "there is nothing to go on with");
    case.tell(ask_source(1, http, true));
    assert_eq!(steps(&case, http, wanted, false), Ok(vec![request(first, http)]), "with the key that it has");
    assert_eq!(steps(&case, http, None, false), Ok(vec![]));
    assert_eq!(steps(&case, http, wanted, true), Ok(vec![request(fresh, http)]), "somebody is at that one");
    assert_eq!(steps(&case, http, None, true), Err(Refusal::IntentClosed));
    let other = steps(&case, program, wanted, false).unwrap();
    assert_eq!(other[1..], [request(fresh, program)]);
    assert!(matches!(&other[0], Command::FailCode { intent, refused: true, .. } if *intent == first), "{other:?}");
    assert_eq!(steps(&case, program, None, false), Err(Refusal::IntentClosed), "that is not its own");
    case.observe(Outcome::Connected);
    assert_eq!(steps(&case, http, wanted, false), Err(Refusal::Connected));
    case.tell(Command::Archive);
    assert_eq!(steps(&case, http, wanted, false), Err(Refusal::Archived));
}

#[test]
fn before_a_code_by_hand_a_request_is_given_up_that_nobody_works_on() {
    let mut case = Case::new();
    assert_eq!(give_up_orphan(case.state(), false), None, "there is none");
    case.tell(ask_source(1, CodeOrigin::Http, true));
    assert_eq!(give_up_orphan(case.state(), true), None, "somebody is at it");
    let given_up = give_up_orphan(case.state(), false).unwrap();
    assert!(matches!(&given_up, Command::FailCode { intent, refused: false, .. } if *intent == IntentId::from_bits(1)));
    assert!(matches!(case.refused(case.paste("CODE-1", Ask::Invite)), Refusal::InFlight { .. }));
    assert_eq!(case.tell(given_up), ["invitation.request-failed"]);
    assert_eq!(give_up_orphan(case.state(), false), None, "it failed already");
    assert_eq!(case.tell(case.paste("CODE-1", Ask::Invite)), ["invitation.issued"]);
}

#[test]
fn an_opcode_is_a_text_that_can_be_seen_of_a_hundred_characters_at_most() {
    let choose = |code: &str| Command::ChooseOpcode {
        choice: OpcodeChoice { code: code.into(), option: OpcodeOption::Existing },
        word: None,
    };
    let mut case = Case::new();
    for odd in ["17\u{200b}", "17\u{1b}", &"é".repeat(101)] {
        assert_eq!(case.refused(choose(odd)), Refusal::OddOpcode, "{odd:?}");
    }
    assert_eq!(case.refused(choose(" \t")), Refusal::EmptyOpcode);
    for good in ["17", &"é".repeat(100)] {
        assert_eq!(case.tell(choose(good)), ["opcode.chosen"], "{good:?}");
    }
}

#[test]
fn what_is_seen_of_an_opcode_is_news_once() {
    let mut case = Case::new();
    assert_eq!(case.shows(&["000200"]), ["integration.confirmed", "opcode.missing"]);
    assert!(case.shows(&["000200", "000300"]).is_empty(), "how many others there are is worth no event");
    assert_eq!(case.shows(&["TELL US MORE"]), ["opcode.near-miss"]);
    assert!(case.shows(&["TELL US MORE"]).is_empty());
    assert_eq!(case.shows(&["tell us more"]), ["opcode.near-miss"], "another one is like it");
    assert!(case.shows(&[]).is_empty(), "an empty list says nothing of it");
    assert_eq!(case.shows(&[OPCODE]), ["opcode.verified"]);
    assert!(case.shows(&[OPCODE]).is_empty());
}

#[test]
fn only_what_is_for_more_than_one_is_a_bulk_and_tells_how_far_it_came() {
    let (one, other) = (id(), DealershipId::from_bits(2));
    let bulk = |ids: &[DealershipId]| {
        let asks: Vec<_> = ids.iter().map(|id| (*id, Ask::Invite)).collect();
        Bulk::of_asks(&asks, false, start(), "ana")
    };
    assert_eq!((bulk(&[]), bulk(&[one])), (None, None));
    let both = bulk(&[one, other]).unwrap();
    assert_eq!(
        (both.what, both.progress(2), both.progress(0)),
        (BulkKind::Invite, "0 of 2 done, 2 left".to_owned(), "2 of 2 done, 0 left".to_owned(),)
    );
    assert_eq!(both.progress(1), "1 of 2 done, 1 left");
}

#[test]
fn a_letter_is_sent_again_for_many_when_one_with_the_code_was_queued_since() {
    let mut case = Case { letters: Some(0), ..Case::new() };
    case.tell(case.paste("CODE-1", Ask::Invite));
    let letter = case.state().newest_letter().unwrap().id;
    case.tell(Command::SuppressLetter { letter, reason: "by hand".to_owned() });
    let contact = Contact { email: "ana@motors.example".into(), ..Contact::default() };
    case.tell(Command::Update { profile: Profile { contact, ..profile() } });
    case.now += hours(1);
    let resend = Command::QueueLetter { kind: LetterKind::Invitation };
    let commands = [id(), DealershipId::from_bits(2)].map(|id| (id, resend.clone()));
    let bulk = Bulk::of_commands(&commands, case.now, "ana").unwrap();
    let left = |case: &Case| bulk.left(case.now, |asked| Some(case.state()).filter(|_| asked == id()));
    assert_eq!(left(&case), [id()], "what was queued before it is not of it");
    case.tell(Command::QueueLetter { kind: LetterKind::OpcodeGuide });
    assert_eq!(left(&case), [id()], "a guide has no code");
    let mut needless = case.clone();
    needless.tell(Command::Revoke { reason: "".into() });
    assert_eq!(left(&needless), [], "its code is of no use: it would be left for ever");
    case.tell(resend);
    assert_eq!(left(&case), []);
}
