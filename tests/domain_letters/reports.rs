//! What comes back: reports that letters failed or are held up.

use std::sync::Arc;

use cloverwatch::domain::{Concerned, DealershipId, LetterCopy, ReportedAddress, ReturnedMail, Untrusted, concerned};

use super::*;

/// The letter, as its Message-ID names it.
fn named(letter: LetterId) -> LetterCopy {
    LetterCopy { letter, settled: None }
}

#[test]
fn a_report_marks_letter_and_address_once_and_only_the_present_address() {
    let mut case = invited();
    let id = letter(&case).id;
    let bounce = |address: &str| report(Some(id), address, "5.1.1");
    assert_eq!(case.tell(bounce("forwarded@motors.example")), ["email.bounced"]);
    assert_eq!(case.state().address_refused(), None, "that was another address");
    assert_eq!(letter(&case).state, LetterState::Uncertain, "it arrived, and somebody sent it on: was it read before?");
    assert_eq!(letter(&case).words.as_deref(), Some("it came back from forwarded@motors.example: said so"));
    assert_eq!(case.state().attention(case.now, &case.policy), Some(Attention::LetterUncertain));
    assert!(case.tell(bounce("forwarded@motors.example")).is_empty(), "once");
    assert_eq!(case.tell(bounce("ana@motors.example")), ["email.bounced"]);
    assert!(case.tell(bounce("ana@motors.example")).is_empty(), "once");
    assert_eq!(letter(&case).state, LetterState::Bounced);
    assert_eq!(case.state().attention(case.now, &case.policy), Some(Attention::AddressRefused));
    case.now += hours(70);
    assert_eq!(due_letter(case.state(), &case.policy.mail, case.now), None, "no reminder to nobody");
}

fn report(letter: Option<LetterId>, address: &str, status: &str) -> Command {
    let (address, status, reason) = (address.into(), status.to_owned(), "said so".to_owned());
    Command::Bounce { letter: letter.map(named), address, status, reason }
}

fn delay(letter: LetterCopy, address: &str) -> Command {
    Command::Delay { letter, address: address.into(), status: "4.4.7".to_owned(), reason: "no answer".to_owned() }
}

#[test]
fn a_report_of_other_mail_touches_no_letter_and_only_an_address_that_leads_nowhere() {
    for unknown in [None, Some(LetterId::from_bits(99))] {
        let mut case = invited();
        for status in ["5.2.2", "5.0.0", "4.4.7"] {
            assert!(case.tell(report(unknown, "ana@motors.example", status)).is_empty(), "{status}");
        }
        assert!(case.tell(report(unknown, "old@motors.example", "5.1.1")).is_empty(), "nobody has that one");
        assert_eq!(case.tell(report(unknown, "ANA@motors.example", "5.1.1")), ["email.bounced"]);
        assert!(case.tell(report(unknown, "ana@motors.example", "5.1.1")).is_empty(), "once");
        assert_eq!(letter(&case).state, LetterState::Sent);
        assert_eq!(case.state().attention(case.now, &case.policy), Some(Attention::AddressRefused));
    }
}

fn whom(cases: &[&Case], mail: ReturnedMail, last: &[&str], original: &[&str], failed: Option<&str>) -> Concerned {
    let states: Vec<_> = cases.iter().map(|case| Arc::new(case.state().clone())).collect();
    let addresses = |texts: &[&str]| texts.iter().map(|text| Untrusted::from(*text)).collect::<Vec<_>>();
    let (last, original) = (addresses(last), addresses(original));
    let report = ReportedAddress { mail, last: &last, original: &original, failed };
    concerned(&report, &states, cases[0].now)
}

/// Two dealerships with one address; the second had the latest letter.
fn sharing() -> (Case, Case) {
    let first = invited();
    let mut second = invited_as(2);
    second.now += minutes(10);
    second.tell(Command::QueueLetter { kind: LetterKind::Invitation });
    sent(&mut second);
    (first, second)
}

fn invited_as(id: u64) -> Case {
    let mut case = writing();
    case.state.as_mut().unwrap().id = DealershipId::from_bits(id);
    case.letters = Some(100 * id);
    case.tell(case.paste("CODE-1", Ask::Invite));
    sent(&mut case);
    case
}

#[test]
fn a_report_that_returns_nothing_is_about_the_latest_letter_to_that_address_of_all() {
    let (first, second) = sharing();
    let ids = [first.state().id, second.state().id];
    let about = Some(named(letter(&second).id));
    let ana = "Ana@motors.example";
    for (failed, others) in [(Some("5.2.2"), false), (None, false), (Some("5.1.1"), true)] {
        let found = whom(&[&second, &first], ReturnedMail::Nothing, &[ana], &[], failed);
        let want = if others { vec![(ids[1], about), (ids[0], None)] } else { vec![(ids[1], about)] };
        assert_eq!((found.address.raw(), found.dealerships), (ana, want), "{failed:?}");
    }
    // Somebody else's mail: no letter, and an address only where it leads nowhere.
    let other = |failed| whom(&[&second, &first], ReturnedMail::Another, &[ana], &[], failed).dealerships;
    assert_eq!(other(Some("5.2.2")), []);
    assert_eq!(other(None), []);
    assert_eq!(other(Some("5.1.1")), [(ids[1], None), (ids[0], None)]);
    // A letter that nobody here knows is somebody else's.
    let unknown = ReturnedMail::Letter(named(LetterId::from_bits(77)));
    assert_eq!(whom(&[&first], unknown, &[ana], &[], Some("5.2.2")).dealerships, []);
    let mut later = first;
    later.now += hours(24 * 5);
    assert_eq!(whom(&[&later], ReturnedMail::Nothing, &[ana], &[], Some("5.1.1")).dealerships, [], "too long ago");
}

#[test]
fn an_address_is_not_condemned_for_another_one_behind_it() {
    let mut case = invited();
    let copy = named(letter(&case).id);
    let (bob, ana) = ("bob@gone.example", "ana@motors.example");
    for mail in [ReturnedMail::Letter(copy), ReturnedMail::Nothing] {
        let found = whom(&[&case], mail, &[bob], &[ana], Some("5.1.1"));
        assert_eq!((found.address.raw(), found.dealerships), (bob, vec![(case.state().id, Some(copy))]), "{mail:?}");
    }
    assert_eq!(whom(&[&case], ReturnedMail::Another, &[bob], &[ana], Some("5.1.1")).dealerships, []);
    assert_eq!(case.tell(report(Some(copy.letter), bob, "5.1.1")), ["email.bounced"]);
    assert_eq!((letter(&case).state, case.state().address_refused()), (LetterState::Uncertain, None));
}

#[test]
fn a_report_of_what_was_settled_undoes_no_later_try() {
    let mut case = invited();
    let id = letter(&case).id;
    let (of, ana) = (|settled| LetterCopy { letter: id, settled }, "ana@motors.example");
    let bounce = |letter, status: &str| Command::Bounce {
        letter: Some(letter),
        address: ana.into(),
        status: status.to_owned(),
        reason: "said so".to_owned(),
    };
    case.tell(bounce(of(Some(0)), "5.1.1"));
    case.now += minutes(2);
    assert_eq!(case.tell(Command::RetryLetter { letter: id }), ["email.retried"]);
    // It waits, or was not taken yet: whatever is reported is about what was before.
    let settled = |case: &mut Case| {
        for copy in [of(None), of(Some(0)), of(Some(1))] {
            for status in ["5.1.1", "5.2.2"] {
                assert!(case.tell(bounce(copy, status)).is_empty(), "{copy:?} {status}");
            }
            assert!(case.tell(delay(copy, ana)).is_empty(), "{copy:?}");
        }
        assert!(case.tell(report(None, ana, "5.1.1")).is_empty(), "somebody says that it is right");
        assert_eq!(case.state().address_refused(), None);
    };
    settled(&mut case);
    case.tell(begin(&case));
    case.tell(end(&case, refused(false)));
    settled(&mut case);
    case.now += minutes(2);
    sent(&mut case);
    // Now only what surely is about the first copy.
    assert!(case.tell(bounce(of(Some(0)), "5.1.1")).is_empty());
    assert!(case.tell(delay(of(Some(0)), ana)).is_empty());
    assert_eq!(letter(&case).state, LetterState::Sent);
    for copy in [of(None), of(Some(1))] {
        assert_eq!(case.clone().tell(bounce(copy, "5.1.1")), ["email.bounced"], "{copy:?}");
        assert_eq!(case.clone().tell(delay(copy, ana)), ["email.delayed"], "{copy:?}");
    }
}

#[test]
fn a_file_that_was_passed_on_can_come_back() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    let id = letter(&case).id;
    assert!(case.tell(report(Some(id), "ana@motors.example", "5.1.1")).is_empty(), "it never left");
    case.tell(begin(&case));
    case.tell(end(&case, written()));
    assert_eq!(case.tell(report(Some(id), "ana@motors.example", "5.1.1")), ["email.bounced"]);
}

#[test]
fn what_becomes_of_a_copy_says_nothing_of_the_letter() {
    let mut case = invited();
    let id = letter(&case).id;
    case.policy.mail.bcc = Some("Archive@example.com".into());
    assert!(case.tell(report(Some(id), "archive@example.com", "5.1.1")).is_empty());
    assert!(case.tell(delay(named(id), "archive@example.com")).is_empty());
    assert_eq!((letter(&case).state, letter(&case).delayed_at), (LetterState::Sent, None));
}

#[test]
fn a_delay_is_noted_on_the_letter_and_needs_somebody_while_its_code_waits_to_be_entered() {
    let mut case = invited();
    let id = letter(&case).id;
    let delay = delay(named(id), "ana@motors.example");
    assert_eq!(case.tell(delay.clone()), ["email.delayed"]);
    assert!(case.tell(delay.clone()).is_empty(), "mail servers say it again every few hours");
    assert_eq!((letter(&case).state, letter(&case).delayed_at), (LetterState::Sent, Some(case.now)));
    let words = "held up on its way to ana@motors.example: 4.4.7 (no answer)";
    assert_eq!(letter(&case).words.as_deref(), Some(words));
    let mut nameless = invited();
    nameless.tell(super::reports::delay(named(id), ""));
    assert_eq!(letter(&nameless).words.as_deref(), Some(words), "the letter says where it goes");
    assert_eq!(case.state().attention(case.now, &case.policy), Some(Attention::LetterHeldUp));
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
