//! What comes back: reports that letters failed or are held up.

use super::*;

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
