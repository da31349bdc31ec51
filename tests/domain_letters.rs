//! The rules about letters: what is queued, what forbids it, what is due by itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod domain_rules_support;

use chrono::{NaiveTime, TimeDelta, TimeZone};
use chrono_tz::{America::New_York, Europe::Berlin, Tz};
use cloverwatch::domain::{
    Ask, Attention, Command, Contact, Fact, Letter, LetterEnd, LetterId, LetterKind, LetterState, MailPolicy, Obstacle,
    Outcome, Profile, ProfileEdit, ProfileField, QuietHours, Refusal, Timestamp, due_letter, next_letter_at,
};
use domain_rules_support::{Case, hours, profile, start};

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

/// A dealership with an address, at a desk that sends letters.
fn writing() -> Case {
    let mut case = Case::new();
    case.letters = Some(0);
    case.policy.mail.quiet = None;
    give_address(&mut case, "ana@motors.example");
    case
}

fn give_address(case: &mut Case, email: &str) {
    let profile = Profile { contact: Contact { email: email.into(), ..Contact::default() }, ..profile() };
    case.tell(Command::Update { profile });
}

fn letter(case: &Case) -> &Letter {
    case.state().newest_letter().unwrap()
}

fn begin(case: &Case) -> Command {
    Command::BeginLetter { letter: letter(case).id }
}

fn end(case: &Case, end: LetterEnd) -> Command {
    Command::EndLetter { letter: letter(case).id, end, jitter: 500 }
}

fn sent(case: &mut Case) {
    assert_eq!(case.tell(begin(case)), ["email.begun"]);
    assert_eq!(case.tell(end(case, LetterEnd::Sent { reply: "250".to_owned() })), ["email.sent"]);
}

fn refused(permanent: bool) -> LetterEnd {
    LetterEnd::Refused { reason: "450 busy".to_owned(), permanent, address: None }
}

fn uncertain() -> LetterEnd {
    LetterEnd::Uncertain { reason: "the connection ended".to_owned() }
}

#[test]
fn a_letter_is_queued_in_the_commit_of_its_code_and_only_if_wanted() {
    let mut case = writing();
    assert_eq!(case.tell(case.paste("CODE-1", Ask::Invite)), ["invitation.issued", "email.queued"]);
    assert_eq!((letter(&case).kind, letter(&case).generation), (LetterKind::Invitation, 1));
    let quiet = match case.paste("CODE-2", case.reissue()) {
        Command::IssueCode { code, generated_at, expires_at, source, intent, ask, .. } => {
            Command::IssueCode { code, generated_at, expires_at, source, intent, ask, mail: false }
        }
        other => other,
    };
    assert_eq!(case.tell(quiet), ["invitation.superseded", "invitation.issued", "email.suppressed"]);
    assert_eq!(letter(&case).words.as_deref(), Some("code 1 is superseded"));
    assert_eq!(
        case.tell(case.paste("CODE-3", case.reissue())),
        ["invitation.superseded", "invitation.issued", "email.queued"]
    );
    assert_eq!(letter(&case).kind, LetterKind::Reissue);
    let mut off = Case::new();
    assert_eq!(off.tell(off.paste("CODE-1", Ask::Invite)), ["invitation.issued"], "nobody sends letters");
}

#[test]
fn whatever_ends_the_code_ends_its_letter_in_the_same_commit() {
    type End = (fn(&mut Case) -> Vec<&'static str>, &'static str);
    let ends: [End; 4] = [
        (|case| case.tell(Command::Revoke { reason: "".into() }), "code 1 is revoked"),
        (|case| case.observe(Outcome::Connected), "the dealership is connected"),
        (|case| case.tell(Command::Archive), "the dealership is archived"),
        (
            |case| {
                case.now += hours(72);
                case.tell(Command::Tick { probing: false })
            },
            "code 1 expired",
        ),
    ];
    for (end, words) in ends {
        let mut case = writing();
        case.tell(case.paste("CODE-1", Ask::Invite));
        assert_eq!(end(&mut case).last(), Some(&"email.suppressed"));
        assert_eq!((letter(&case).state, letter(&case).words.as_deref()), (LetterState::Suppressed, Some(words)));
        assert_eq!(case.refused(begin(&case)), Refusal::LetterState(LetterState::Suppressed));
    }
}

#[test]
fn the_last_look_refuses_a_code_that_died_on_the_way_even_unrecorded() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    case.now += hours(72);
    assert_eq!(case.tell(begin(&case)), ["email.suppressed"]);
    let mut dying = writing();
    dying.tell(dying.paste("CODE-1", Ask::Invite));
    dying.now += hours(72) - minutes(1);
    assert_eq!(dying.tell(begin(&dying)), ["email.suppressed"], "nobody would get to enter it");
    let mut living = writing();
    living.tell(living.paste("CODE-1", Ask::Invite));
    living.now += hours(72) - minutes(1) - TimeDelta::milliseconds(1);
    assert_eq!(living.tell(begin(&living)), ["email.begun"]);
    assert_eq!(living.refused(begin(&living)), Refusal::LetterState(LetterState::Sending), "once");
}

fn written() -> LetterEnd {
    LetterEnd::Written { path: "/books/mail/m1.eml".to_owned() }
}

#[test]
fn a_letter_that_went_into_a_file_was_written_and_not_sent() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    case.tell(begin(&case));
    assert_eq!(case.tell(end(&case, written())), ["email.written"]);
    assert_eq!((letter(&case).state, letter(&case).handed), (LetterState::Written, 0), "no server had it");
    assert_eq!(letter(&case).words.as_deref(), Some("written to /books/mail/m1.eml"));
    assert_eq!(case.state().attention(case.now, &case.policy), None, "where nobody mails, that is no alarm");
    // What follows is written too: whoever passes the files on passes on the reminders.
    case.now = case.state().invitation.as_ref().unwrap().expires_at - hours(24);
    assert_eq!(case.tell(Command::QueueDueLetter), ["email.queued"]);
    case.tell(begin(&case));
    case.tell(end(&case, written()));
    assert!(case.tell(Command::QueueDueLetter).is_empty(), "each reminder once");
    let first = case.state().letters()[0].id;
    let suppress = Command::SuppressLetter { letter: first, reason: String::new() };
    assert_eq!(case.refused(suppress), Refusal::LetterState(LetterState::Written));
}

#[test]
fn a_written_letter_can_be_mailed_later_and_was_no_copy() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    case.tell(begin(&case));
    case.tell(end(&case, written()));
    case.now += minutes(2);
    assert_eq!(case.tell(Command::RetryLetter { letter: letter(&case).id }), ["email.retried"]);
    case.tell(begin(&case));
    assert_eq!(case.tell(end(&case, refused(true))), ["email.failed"], "nobody else can have it");
    assert_eq!(case.state().attention(case.now, &case.policy), Some(Attention::LetterFailed));
}

#[test]
fn a_letter_in_a_file_makes_no_failed_letter_good() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    let failed = letter(&case).id;
    case.tell(begin(&case));
    case.tell(end(&case, refused(true)));
    case.now += minutes(2);
    case.tell(Command::QueueLetter { kind: LetterKind::Invitation });
    case.tell(begin(&case));
    assert_eq!(case.tell(end(&case, written())), ["email.written"]);
    let state = case.state();
    assert!(state.is_troubled_by(state.mail.as_deref().unwrap().letter(failed).unwrap()), "nobody mailed it");
    assert_eq!(state.telling_letter().map(|letter| letter.id), Some(failed));
    assert_eq!(state.attention(case.now, &case.policy), Some(Attention::LetterFailed));
    // A mail server makes it good: the same letter once more.
    case.now += minutes(2);
    assert_eq!(case.tell(Command::RetryLetter { letter: failed }), ["email.retried"]);
    case.tell(Command::BeginLetter { letter: failed });
    let reply = LetterEnd::Sent { reply: "250".to_owned() };
    assert_eq!(case.tell(Command::EndLetter { letter: failed, end: reply, jitter: 500 }), ["email.sent"]);
    assert_eq!(case.state().attention(case.now, &case.policy), None);
}

#[test]
fn what_old_journals_call_sent_to_a_file_is_read_as_written() {
    for (reply, state) in [
        ("written to /books/mail/m1.eml", LetterState::Written),
        ("250 2.0.0 written to the queue", LetterState::Sent),
        ("250 written to /books/mail/m1.eml", LetterState::Sent),
    ] {
        let mut case = writing();
        case.tell(case.paste("CODE-1", Ask::Invite));
        case.tell(begin(&case));
        let reply = LetterEnd::Sent { reply: reply.to_owned() };
        assert_eq!(case.tell(end(&case, reply)), ["email.sent"], "as it was recorded");
        assert_eq!(letter(&case).state, state);
    }
}

#[test]
fn a_refused_letter_climbs_the_ladder_and_then_has_failed() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    for rest in [1, 5, 15, 60, 120].map(minutes) {
        assert_eq!(case.tell(end(&case, refused(false))), ["email.failed"]);
        assert_eq!(letter(&case).due_at, Some(case.now + rest), "jitter in the middle");
        assert!(matches!(case.refused(begin(&case)), Refusal::NotDue(_)));
        assert_eq!(case.state().attention(case.now, &case.policy), None, "it is still under way");
        case.now += rest;
    }
    assert_eq!(case.tell(end(&case, refused(false))), ["email.failed"]);
    assert_eq!((letter(&case).state, letter(&case).due_at), (LetterState::Failed, None));
    assert_eq!(case.state().attention(case.now, &case.policy), Some(Attention::LetterFailed));
    let retry = Command::RetryLetter { letter: letter(&case).id };
    assert_eq!(case.tell(retry.clone()), ["email.retried"]);
    assert!(case.tell(retry).is_empty(), "it is due already");
    sent(&mut case);
    assert_eq!(case.state().attention(case.now, &case.policy), None);
}

#[test]
fn jitter_moves_a_retry_by_a_tenth_at_most() {
    for (jitter, seconds) in [(0, 54), (500, 60), (1_000, 66), (u16::MAX, 66)] {
        let mut case = writing();
        case.tell(case.paste("CODE-1", Ask::Invite));
        case.tell(Command::EndLetter { letter: letter(&case).id, end: refused(false), jitter });
        assert_eq!(letter(&case).due_at, Some(case.now + TimeDelta::seconds(seconds)));
    }
}

#[test]
fn an_uncertain_letter_gets_one_more_try_and_no_third() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    case.tell(begin(&case));
    assert_eq!(case.tell(end(&case, uncertain())), ["email.uncertain"]);
    assert_eq!(letter(&case).due_at, Some(case.now + minutes(15)));
    case.now += minutes(15);
    // A refusal before DATA says nothing of the first copy, and climbs the ladder like every other.
    for rest in [1, 5, 15].map(minutes) {
        assert_eq!(case.tell(end(&case, refused(false))), ["email.uncertain"]);
        assert_eq!((letter(&case).due_at, letter(&case).handed), (Some(case.now + rest), 1));
        case.now += rest;
    }
    case.tell(begin(&case));
    assert_eq!(case.tell(end(&case, refused(false))), ["email.uncertain"], "at DATA: this one was no copy");
    assert_eq!(letter(&case).handed, 1);
    case.now += hours(2);
    case.tell(begin(&case));
    assert_eq!(case.tell(end(&case, uncertain())), ["email.uncertain"]);
    assert_eq!((letter(&case).due_at, letter(&case).handed), (None, 2));
    assert_eq!(case.state().attention(case.now, &case.policy), Some(Attention::LetterUncertain));
    case.tell(Command::QueueLetter { kind: LetterKind::Invitation });
    case.now += minutes(1);
    sent(&mut case);
    assert_eq!(case.state().attention(case.now, &case.policy), None, "the letter after it made it good");
}

#[test]
fn a_refusal_at_data_is_no_copy() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    case.tell(begin(&case));
    assert_eq!(case.tell(end(&case, refused(false))), ["email.failed"]);
    assert_eq!(letter(&case).handed, 0);
}

#[test]
fn one_letter_a_minute_to_one_dealership() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    sent(&mut case);
    assert_eq!(case.tell(Command::QueueLetter { kind: LetterKind::Reissue }), ["email.queued"]);
    assert_eq!((letter(&case).kind, letter(&case).again), (LetterKind::Invitation, true), "the same letter");
    assert_eq!(case.refused(begin(&case)), Refusal::TooSoon(minutes(1)));
    assert!(matches!(case.refused(Command::QueueLetter { kind: LetterKind::Invitation }), Refusal::LetterOpen(_)));
    // After a clock that was set back nobody knows how long ago it was.
    case.now -= hours(5);
    sent(&mut case);
}

#[test]
fn an_address_that_is_refused_stops_letters_until_it_is_corrected() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    let end_it = LetterEnd::Refused { reason: "550 5.1.1".to_owned(), permanent: true, address: Some("5.1.1".into()) };
    case.tell(end(&case, end_it));
    assert_eq!(case.state().attention(case.now, &case.policy), Some(Attention::AddressRefused));
    let obstacle = Refusal::Letter(Obstacle::AddressRefused("5.1.1".into()));
    assert_eq!(case.refused(Command::QueueLetter { kind: LetterKind::Invitation }), obstacle);
    assert_eq!(
        case.tell(case.paste("CODE-2", case.reissue())),
        ["invitation.superseded", "invitation.issued", "email.queued"],
        "it waits for an address that works"
    );
    assert_eq!(case.refused(begin(&case)), obstacle);
    give_address(&mut case, "ANA@motors.example");
    assert!(case.state().address_refused().is_some(), "the same one in other letters");
    give_address(&mut case, "bea@motors.example");
    assert_eq!(case.state().address_refused(), None);
    sent(&mut case);
}

#[test]
fn a_letter_that_waits_for_a_right_address_goes_on_after_a_correction_by_hand() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    case.tell(begin(&case));
    let end_it = LetterEnd::Refused { reason: "550 5.1.1".to_owned(), permanent: true, address: Some("5.1.1".into()) };
    case.tell(end(&case, end_it));
    case.now += minutes(5);
    let seen = case.reissue();
    case.tell(case.paste("CODE-2", seen));
    assert!(matches!(case.refused(begin(&case)), Refusal::Letter(Obstacle::AddressRefused(_))));
    let edit = |field, text: &str| ProfileEdit { field, text: text.to_owned() };
    let edits = vec![edit(ProfileField::Email, "bea@motors.example"), edit(ProfileField::Owner, "esi")];
    assert_eq!(case.tell(Command::Correct { edits }), ["dealership.updated", "owner.assigned"]);
    assert_eq!(case.tell(begin(&case)), ["email.begun"]);
    assert_eq!(case.state().profile.owner, Some("esi".into()));
    // Nothing that is so already is recorded, and nothing that is wrong.
    let edits = vec![edit(ProfileField::Owner, "esi")];
    assert!(case.tell(Command::Correct { edits }).is_empty());
    let edits = vec![edit(ProfileField::Phone, "555-0199"), edit(ProfileField::Email, "no address")];
    assert!(matches!(case.refused(Command::Correct { edits }), Refusal::Profile(_)));
}

#[test]
fn a_letter_waits_for_an_address_and_somebody_is_asked_for_one() {
    let mut case = writing();
    give_address(&mut case, "");
    assert_eq!(case.tell(case.paste("CODE-1", Ask::Invite)), ["invitation.issued", "email.queued"]);
    assert_eq!(case.state().attention(case.now, &case.policy), Some(Attention::LetterFailed));
    give_address(&mut case, "ana@motors.example");
    assert_eq!(case.state().attention(case.now, &case.policy), None);
    sent(&mut case);
}

#[test]
fn whoever_has_a_letter_tried_again_says_that_the_address_is_right() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    let end_it = LetterEnd::Refused { reason: "550 5.1.1".to_owned(), permanent: true, address: Some("5.1.1".into()) };
    case.tell(end(&case, end_it));
    assert_eq!(case.tell(Command::RetryLetter { letter: letter(&case).id }), ["email.retried"]);
    assert_eq!(case.state().address_refused(), None);
    sent(&mut case);
}

#[test]
fn what_a_later_letter_made_good_is_not_tried_again() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    let first = letter(&case).id;
    case.tell(end(&case, refused(true)));
    case.tell(Command::QueueLetter { kind: LetterKind::Invitation });
    assert!(matches!(case.refused(Command::RetryLetter { letter: first }), Refusal::LetterOpen(_)));
    sent(&mut case);
    assert_eq!(case.refused(Command::RetryLetter { letter: first }), Refusal::LetterMadeGood);
    assert_eq!(case.state().telling_letter().map(|letter| letter.state), Some(LetterState::Sent));
}

#[test]
fn a_report_marks_letter_and_address_once_and_only_the_present_address() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    sent(&mut case);
    let bounce = |address: &str, letter| Command::Bounce {
        letter,
        address: address.into(),
        status: "5.1.1".to_owned(),
        reason: "no such user".to_owned(),
    };
    let id = letter(&case).id;
    assert_eq!(case.tell(bounce("old@motors.example", Some(LetterId::from_bits(99)))), ["email.bounced"]);
    assert_eq!(letter(&case).state, LetterState::Sent, "no letter went there");
    assert_eq!(case.tell(bounce("forwarded@motors.example", Some(id))), ["email.bounced"]);
    assert_eq!(case.state().address_refused(), None, "that was another address");
    assert_eq!(letter(&case).state, LetterState::Uncertain, "it arrived, and somebody sent it on: was it read before?");
    assert_eq!(letter(&case).words.as_deref(), Some("it came back from forwarded@motors.example: no such user"));
    assert_eq!(case.state().attention(case.now, &case.policy), Some(Attention::LetterUncertain));
    assert!(case.tell(bounce("forwarded@motors.example", Some(id))).is_empty(), "once");
    assert_eq!(case.tell(bounce("ana@motors.example", Some(id))), ["email.bounced"]);
    assert!(case.tell(bounce("ana@motors.example", Some(id))).is_empty(), "once");
    assert_eq!(letter(&case).state, LetterState::Bounced);
    assert_eq!(case.state().attention(case.now, &case.policy), Some(Attention::AddressRefused));
    case.now += hours(70);
    assert_eq!(due_letter(case.state(), &case.policy.mail, case.now), None, "no reminder to nobody");
}

fn report(letter: Option<LetterId>, address: &str, status: &str) -> Command {
    let (address, status, reason) = (address.into(), status.to_owned(), "said so".to_owned());
    Command::Bounce { letter, address, status, reason }
}

#[test]
fn a_report_that_names_no_letter_is_about_the_latest_one_to_that_address() {
    let mut case = invited();
    let first = letter(&case).id;
    case.now += minutes(2);
    case.tell(Command::QueueLetter { kind: LetterKind::Invitation });
    sent(&mut case);
    for _ in 0..2 {
        case.tell(report(None, "ANA@motors.example", "5.2.2"));
    }
    assert_eq!((letter(&case).state, letter(&case).words.as_deref()), (LetterState::Bounced, Some("said so")));
    // One that names a letter which we do not know is about that one.
    let mut other = invited();
    assert_eq!(other.tell(report(Some(LetterId::from_bits(99)), "ana@motors.example", "5.2.2")), ["email.bounced"]);
    assert_eq!(letter(&other).state, LetterState::Sent);
    let earlier = case.state().letters().iter().find(|letter| letter.id == first).unwrap();
    assert_eq!(earlier.state, LetterState::Sent, "the same report twice is one");
    assert_eq!(case.state().address_refused(), None, "a full mailbox says nothing against the address");
    assert_eq!(case.state().attention(case.now, &case.policy), Some(Attention::LetterFailed));
}

#[test]
fn what_becomes_of_a_copy_says_nothing_of_the_letter() {
    let mut case = invited();
    let id = letter(&case).id;
    case.policy.mail.bcc = Some("Archive@example.com".into());
    assert!(case.tell(report(Some(id), "archive@example.com", "5.1.1")).is_empty());
    let (address, reason) = ("archive@example.com".into(), "later".to_owned());
    let delay = Command::Delay { letter: Some(id), address, status: "4.4.1".to_owned(), reason };
    assert!(case.tell(delay).is_empty());
    assert_eq!((letter(&case).state, letter(&case).delayed_at), (LetterState::Sent, None));
}

#[test]
fn a_delay_is_noted_on_the_letter_and_needs_somebody_while_its_code_waits_to_be_entered() {
    let mut case = invited();
    let id = letter(&case).id;
    let (address, reason) = ("ana@motors.example".into(), "no answer".to_owned());
    let delay = Command::Delay { letter: Some(id), address, status: "4.4.7".to_owned(), reason };
    assert_eq!(case.tell(delay.clone()), ["email.delayed"]);
    assert!(case.tell(delay.clone()).is_empty(), "mail servers say it again every few hours");
    assert_eq!((letter(&case).state, letter(&case).delayed_at), (LetterState::Sent, Some(case.now)));
    let words = "held up on its way to ana@motors.example: 4.4.7 (no answer)";
    assert_eq!(letter(&case).words.as_deref(), Some(words));
    assert_eq!(case.state().attention(case.now, &case.policy), Some(Attention::LetterUncertain));
    assert!(case.state().is_troubled_by(letter(&case)), "it is in the queue");
    let mut entered = case.clone();
    entered.tell(entered.word());
    assert_eq!(entered.state().attention(entered.now, &entered.policy), None, "it arrived after all");
    let mut again = case.clone();
    again.now += minutes(2);
    assert_eq!(again.tell(Command::RetryLetter { letter: id }), ["email.retried"]);
    sent(&mut again);
    assert_eq!(again.state().attention(again.now, &again.policy), None);
    assert_eq!(case.tell(report(Some(id), "ana@motors.example", "4.4.7")), ["email.bounced"], "the last word");
    assert!(case.tell(delay).is_empty());
}

#[test]
fn a_report_that_only_a_person_can_read_makes_its_letter_uncertain() {
    let mut case = invited();
    let id = letter(&case).id;
    assert_eq!(case.tell(report(Some(id), "", "5.0.0")), ["email.bounced"]);
    assert_eq!((letter(&case).state, letter(&case).words.as_deref()), (LetterState::Uncertain, Some("said so")));
    assert!(case.tell(report(Some(id), "", "5.0.0")).is_empty());
}

#[test]
fn a_failed_letter_that_then_becomes_a_file_was_still_mailed_by_nobody() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    let id = letter(&case).id;
    case.tell(begin(&case));
    case.tell(end(&case, refused(true)));
    case.now += minutes(2);
    case.tell(Command::RetryLetter { letter: id });
    case.tell(begin(&case));
    assert_eq!(case.tell(end(&case, written())), ["email.written"]);
    assert!(case.state().is_troubled_by(letter(&case)), "it stays in the queue");
    assert_eq!(case.state().attention(case.now, &case.policy), Some(Attention::LetterFailed));
    let mut put_away = case.clone();
    let suppress = Command::SuppressLetter { letter: id, reason: "read by phone".to_owned() };
    assert_eq!(put_away.tell(suppress), ["email.suppressed"]);
    assert_eq!(put_away.state().attention(put_away.now, &put_away.policy), None);
    case.now += minutes(2);
    case.tell(Command::RetryLetter { letter: id });
    sent(&mut case);
    assert!(!case.state().is_troubled_by(letter(&case)));
    assert_eq!(case.state().attention(case.now, &case.policy), None);
}

#[test]
fn a_server_that_takes_nothing_costs_a_letter_no_try_until_its_code_ends() {
    let deferred = || LetterEnd::Deferred { reason: "451 4.3.5 configuration".to_owned() };
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    for rest in [1, 5, 15, 60, 120, 120, 120].map(minutes) {
        assert_eq!(case.tell(end(&case, deferred())), ["email.failed"]);
        assert_eq!((letter(&case).due_at, letter(&case).refused), (Some(case.now + rest), 0));
        case.now += rest;
    }
    assert_eq!(case.state().attention(case.now, &case.policy), None, "it is still under way");
    // After the gate: nothing was taken, so nothing is in doubt.
    case.tell(begin(&case));
    assert_eq!(case.tell(end(&case, deferred())), ["email.failed"]);
    assert_eq!(letter(&case).handed, 0);
    case.now = start() + hours(72);
    assert_eq!(case.tell(begin(&case)), ["email.suppressed"]);
    // What carries no code waits as long as mail servers do.
    let mut guide = writing();
    guide.tell(Command::QueueLetter { kind: LetterKind::OpcodeGuide });
    guide.now += hours(5 * 24);
    assert_eq!(guide.tell(end(&guide, deferred())), ["email.failed"]);
    assert_eq!((letter(&guide).state, letter(&guide).due_at), (LetterState::Failed, None));
}

#[test]
fn what_no_person_sent_is_told_apart() {
    let mut case = invited();
    assert!(!letter(&case).is_automatic(), "somebody invited");
    case.now = start() + hours(48);
    case.tell(Command::QueueDueLetter);
    assert!(letter(&case).is_automatic(), "a reminder");
    sent(&mut case);
    case.now += minutes(2);
    case.tell(case.word());
    assert!(letter(&case).is_automatic(), "the acknowledgement of a word");
}

fn due(case: &Case) -> Option<u32> {
    due_letter(case.state(), &case.policy.mail, case.now).map(|due| due.before.unwrap_or_default() / 3_600)
}

fn invited() -> Case {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    sent(&mut case);
    case
}

#[test]
fn reminders_come_24_and_6_hours_before_the_end_each_once() {
    let mut case = invited();
    let policy = case.policy.mail.clone();
    assert_eq!(next_letter_at(case.state(), &policy, case.now), Some(start() + hours(48)));
    case.now = start() + hours(48) - TimeDelta::milliseconds(1);
    assert_eq!(due(&case), None);
    case.now = start() + hours(48);
    assert_eq!(due(&case), Some(24));
    assert_eq!(case.tell(Command::QueueDueLetter), ["email.queued"]);
    assert!(case.tell(Command::QueueDueLetter).is_empty(), "once");
    sent(&mut case);
    assert_eq!(next_letter_at(case.state(), &policy, case.now), Some(start() + hours(66)));
    case.now = start() + hours(66);
    assert_eq!((due(&case), case.tell(Command::QueueDueLetter)), (Some(6), vec!["email.queued"]));
    assert_eq!(next_letter_at(case.state(), &policy, case.now), None);
}

#[test]
fn after_a_clock_jump_only_the_latest_reminder() {
    let mut case = invited();
    case.now = start() + hours(70);
    assert_eq!((due(&case), case.tell(Command::QueueDueLetter)), (Some(6), vec!["email.queued"]));
    assert!(case.tell(Command::QueueDueLetter).is_empty());
    case.now = start() + hours(50);
    assert!(case.tell(Command::QueueDueLetter).is_empty(), "not even when the clock goes back");
}

#[test]
fn no_reminder_when_nobody_needs_one() {
    type Then = fn(&mut Case);
    let reasons: [(&str, Then); 6] = [
        ("the dealer's word", |case| drop(case.tell(case.word()))),
        ("connected", |case| drop(case.observe(Outcome::Connected))),
        ("revoked", |case| drop(case.tell(Command::Revoke { reason: "".into() }))),
        ("off", |case| drop(case.tell(Command::SetReminders { on: false }))),
        ("archived", |case| drop(case.tell(Command::Archive))),
        ("snoozed", |case| {
            let until = Some(case.now + hours(100));
            case.tell(Command::Snooze { until });
        }),
    ];
    for (why, then) in reasons {
        let mut case = invited();
        then(&mut case);
        case.now = start() + hours(67);
        assert_eq!((due(&case), case.state().archived_at.is_some()), (None, why == "archived"), "{why}");
        assert_eq!(next_letter_at(case.state(), &case.policy.mail, case.now), None, "{why}");
    }
    let mut unposted = writing();
    unposted.tell(unposted.paste("CODE-1", Ask::Invite));
    unposted.now = start() + hours(67);
    assert_eq!(due(&unposted), None, "the letter with the code waits still");
    let mut late = writing();
    late.now = start() + hours(70);
    let paste = late.paste("CODE-1", Ask::Invite);
    let Command::IssueCode { code, expires_at, source, intent, ask, mail, .. } = paste else { panic!("a paste") };
    late.tell(Command::IssueCode { code, generated_at: start(), expires_at, source, intent, ask, mail });
    sent(&mut late);
    assert_eq!(due(&late), None, "the letter with the code came after the moment of both");
}

#[test]
fn a_snooze_holds_a_reminder_until_it_ends() {
    let mut case = invited();
    let until = start() + hours(60);
    case.tell(Command::Snooze { until: Some(until) });
    assert_eq!(next_letter_at(case.state(), &case.policy.mail, case.now), Some(until));
    case.now = until;
    assert_eq!(due(&case), Some(24));
}

fn at(zone: Tz, text: &str) -> Timestamp {
    let wall = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    zone.from_local_datetime(&wall).earliest().unwrap().to_utc()
}

fn quiet(from: u32, until: u32) -> QuietHours {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    QuietHours { from: hour(from), until: hour(until) }
}

#[test]
fn quiet_hours_follow_the_dealerships_wall_clock() {
    let night = quiet(21, 8);
    let end = |text: &str| night.end(at(New_York, text), New_York);
    assert_eq!(end("2026-06-10 03:00"), Some(at(New_York, "2026-06-10 08:00")));
    assert_eq!(end("2026-06-10 21:00"), Some(at(New_York, "2026-06-11 08:00")));
    assert_eq!((end("2026-06-10 08:00"), end("2026-06-10 20:59")), (None, None));
    // The night that is an hour shorter, and the one that is an hour longer.
    assert_eq!(night.end(at(Berlin, "2026-03-28 22:00"), Berlin), Some(at(Berlin, "2026-03-29 08:00")));
    assert_eq!(at(Berlin, "2026-03-29 08:00") - at(Berlin, "2026-03-28 22:00"), hours(9));
    assert_eq!(night.end(at(Berlin, "2026-10-24 22:00"), Berlin), Some(at(Berlin, "2026-10-25 08:00")));
    // Quiet until an hour that daylight saving leaves out.
    assert_eq!(quiet(0, 2).end(at(New_York, "2026-03-08 01:00"), New_York), Some(at(New_York, "2026-03-08 03:00")));
    let noon = quiet(12, 13);
    assert_eq!(noon.end(at(Berlin, "2026-06-10 12:30"), Berlin), Some(at(Berlin, "2026-06-10 13:00")));
    assert_eq!((noon.end(at(Berlin, "2026-06-10 13:00"), Berlin), quiet(5, 5).end(start(), Berlin)), (None, None));
}

#[test]
fn a_reminder_at_three_in_the_morning_comes_at_eight_unless_the_code_is_dead_by_then() {
    let due_at = |generated: &str| {
        let mut case = writing();
        case.policy.mail = MailPolicy { quiet: Some(quiet(21, 8)), ..MailPolicy::default() };
        case.policy.mail.remind_before = vec![hours(6)];
        case.now = at(chrono_tz::America::Denver, generated);
        case.tell(case.paste("CODE-1", Ask::Invite));
        sent(&mut case);
        next_letter_at(case.state(), &case.policy.mail, case.now).unwrap()
    };
    let denver = |text| at(chrono_tz::America::Denver, text);
    assert_eq!(due_at("2026-06-10 09:00"), denver("2026-06-13 08:00"), "due at 3, dead at 9");
    assert_eq!(due_at("2026-06-10 08:00"), denver("2026-06-13 02:00"), "dead at 8: too late is worse than at night");
    assert_eq!(due_at("2026-06-10 16:00"), denver("2026-06-13 10:00"));
}

#[test]
fn a_reminder_that_was_slept_through_keeps_the_quiet_hours_too() {
    let denver = |text| at(chrono_tz::America::Denver, text);
    let mut case = writing();
    case.policy.mail = MailPolicy { quiet: Some(quiet(21, 8)), ..MailPolicy::default() };
    case.policy.mail.remind_before = vec![hours(24)];
    case.now = denver("2026-06-10 20:30");
    case.tell(case.paste("CODE-1", Ask::Invite));
    sent(&mut case);
    // Due at half past eight in the evening; the desk was closed until two in the night.
    case.now = denver("2026-06-13 02:00");
    assert_eq!(due(&case), None);
    assert_eq!(next_letter_at(case.state(), &case.policy.mail, case.now), Some(denver("2026-06-13 08:00")));
    // A snooze that ends at midnight ends in the quiet hours.
    let mut snoozed = writing();
    snoozed.policy = case.policy.clone();
    snoozed.now = denver("2026-06-10 20:30");
    snoozed.tell(snoozed.paste("CODE-1", Ask::Invite));
    sent(&mut snoozed);
    snoozed.tell(Command::Snooze { until: Some(denver("2026-06-13 00:00")) });
    assert_eq!(next_letter_at(snoozed.state(), &case.policy.mail, snoozed.now), Some(denver("2026-06-13 08:00")));
}

#[test]
fn the_dealers_word_is_acknowledged_and_the_news_told_once() {
    let mut case = invited();
    case.now += hours(1);
    assert_eq!(case.tell(case.word()), ["dealer.confirmed", "email.queued"]);
    assert_eq!(letter(&case).kind, LetterKind::WordReceived);
    sent(&mut case);
    case.now += hours(1);
    case.shows(&["Tell Us More"]);
    assert_eq!(due_letter(case.state(), &case.policy.mail, case.now), None, "not live yet");
    case.slots(3);
    assert_eq!(case.tell(Command::QueueDueLetter), ["email.queued"]);
    assert_eq!(letter(&case).kind, LetterKind::Live);
    assert!(case.tell(Command::QueueDueLetter).is_empty(), "once");
    case.slots(0);
    assert_eq!(letter(&case).state, LetterState::Suppressed, "it is not true any more");
    case.slots(3);
    assert!(case.tell(Command::QueueDueLetter).is_empty(), "whoever flaps is told once");
    let mut old = invited();
    old.shows(&["Tell Us More"]);
    old.slots(3);
    old.now += hours(25);
    assert!(old.tell(Command::QueueDueLetter).is_empty(), "old news");
    let mut stranger = writing();
    stranger.shows(&["Tell Us More"]);
    stranger.slots(3);
    assert!(stranger.tell(Command::QueueDueLetter).is_empty(), "nobody wrote to it before");
}

#[test]
fn old_letters_are_dropped_and_open_ones_never() {
    let mut case = invited();
    for round in 2..30 {
        case.now += minutes(2);
        case.tell(case.paste(&format!("CODE-{round}"), case.reissue()));
        if round % 2 == 0 {
            sent(&mut case);
        }
    }
    assert!(case.state().letters().len() <= 6, "{}", case.state().letters().len());
    assert!(letter(&case).is_open());
    let facts = case.try_tell(&Command::SuppressLetter { letter: letter(&case).id, reason: "ana".into() }).unwrap();
    assert!(matches!(&facts[..], [Fact::EmailSuppressed { .. }]));
}
