//! How the letters of a dealership stand: which of them matters, which is next, and what holds one back.

use cloverwatch::domain::Untrusted;

use super::*;

fn guide() -> Command {
    Command::QueueLetter { kind: LetterKind::OpcodeGuide }
}

fn retry(letter: LetterId) -> Command {
    Command::RetryLetter { letter }
}

/// Queues a letter that no server takes.
fn failed(case: &mut Case, command: Command) -> LetterId {
    case.tell(command);
    case.tell(end(case, refused(true)));
    letter(case).id
}

fn failed_code(case: &mut Case) -> LetterId {
    let paste = case.paste("CODE-1", Ask::Invite);
    failed(case, paste)
}

/// Sends the newest letter when its turn has come.
fn sent_in_turn(case: &mut Case, command: Command) -> LetterId {
    case.now += minutes(2);
    case.tell(command);
    sent(case);
    letter(case).id
}

fn is_made_good(case: &Case, id: LetterId) -> bool {
    case.state().is_made_good(case.state().letter(id).unwrap())
}

#[test]
fn a_letter_may_have_arrived_while_a_copy_is_out_that_did_not_come_back() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    assert!(!letter(&case).may_have_arrived(), "it waits");
    case.tell(begin(&case));
    assert!(letter(&case).may_have_arrived(), "it is under way");
    let mut back = case.clone();
    case.tell(end(&case, uncertain()));
    assert!(letter(&case).may_have_arrived());
    case.now += minutes(2);
    case.tell(retry(letter(&case).id));
    assert!(!letter(&case).may_have_arrived(), "whoever has it tried again has settled the copy before");
    back.tell(end(&back, LetterEnd::Sent { reply: "250".to_owned() }));
    assert!(letter(&back).may_have_arrived());
    let (address, status, reason) = ("ana@motors.example".into(), "5.2.2".to_owned(), "full".to_owned());
    let copy = cloverwatch::domain::LetterCopy { letter: letter(&back).id, settled: None };
    back.tell(Command::Bounce { letter: Some(copy), address, status, reason });
    assert_eq!((letter(&back).state, letter(&back).may_have_arrived()), (LetterState::Bounced, false));
    back.now += minutes(2);
    back.tell(retry(letter(&back).id));
    assert!(!letter(&back).may_have_arrived(), "the copy that came back is settled");
    back.tell(begin(&back));
    assert!(letter(&back).may_have_arrived());
}

#[test]
fn a_letter_that_is_under_way_or_was_taken_is_not_tried_again() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    case.tell(begin(&case));
    assert_eq!(case.refused(retry(letter(&case).id)), Refusal::LetterState(LetterState::Sending));
    case.tell(end(&case, LetterEnd::Sent { reply: "250".to_owned() }));
    assert_eq!(case.refused(retry(letter(&case).id)), Refusal::LetterState(LetterState::Sent));
}

#[test]
fn an_open_letter_keeps_back_only_one_that_says_the_same() {
    let mut case = writing();
    let invitation = failed_code(&mut case);
    assert_eq!(case.tell(guide()), ["email.queued"]);
    assert!(!letter(&case).again, "there was no guide before");
    assert_eq!(case.refused(guide()), Refusal::LetterOpen(LetterKind::OpcodeGuide));
    let mut again = case.clone();
    assert_eq!(case.tell(retry(invitation)), ["email.retried"]);
    assert_eq!(again.tell(Command::QueueLetter { kind: LetterKind::Invitation }), ["email.queued"]);
    assert!(letter(&again).again, "the code was written to it before");
    assert_eq!(again.refused(retry(invitation)), Refusal::LetterOpen(LetterKind::Invitation));
}

#[test]
fn what_is_so_already_ends_no_letter_either() {
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    case.now += hours(72);
    assert!(case.tell(Command::Assign { owner: None }).is_empty(), "nobody looks after it already");
    assert_eq!(letter(&case).state, LetterState::Queued);
    let owner = Some("ben".into());
    assert_eq!(case.tell(Command::Assign { owner }), ["owner.assigned", "email.suppressed"], "the code is dead");
}

#[test]
fn the_latest_letter_to_an_address_is_one_that_was_handed_over() {
    let mut case = invited();
    let first = letter(&case).id;
    case.tell(case.paste("CODE-2", case.reissue()));
    let to = |case: &Case, address: &str| {
        let address = Untrusted::from(address);
        case.state().latest_letter_to(&address).map(|letter| letter.id)
    };
    assert_eq!(to(&case, "ANA@motors.example"), Some(first), "the other one waits");
    assert_eq!(to(&case, "bea@motors.example"), None);
    case.now += minutes(2);
    sent(&mut case);
    assert_eq!(to(&case, "ana@motors.example"), Some(letter(&case).id));
}

#[test]
fn only_a_letter_with_the_code_that_waits_for_an_address_is_held() {
    let mut case = writing();
    case.tell(guide());
    give_address(&mut case, "");
    assert_eq!((case.state().held_letter(), case.state().attention(case.now, &case.policy)), (None, None));
    case.tell(case.paste("CODE-1", Ask::Invite));
    assert_eq!(case.state().held_letter().map(|letter| letter.kind), Some(LetterKind::Invitation));
    give_address(&mut case, "ana@motors.example");
    assert_eq!(case.state().held_letter(), None, "it goes");
}

#[test]
fn a_letter_is_made_good_by_a_later_one_of_its_code_or_kind_that_was_taken() {
    let mut case = writing();
    let (invitation, first) = (failed_code(&mut case), failed(&mut case, guide()));
    sent_in_turn(&mut case, guide());
    assert_eq!((is_made_good(&case, invitation), is_made_good(&case, first)), (false, true), "it has no code");
    let second = {
        case.now += minutes(2);
        failed(&mut case, guide())
    };
    sent_in_turn(&mut case, Command::QueueLetter { kind: LetterKind::Invitation });
    assert_eq!((is_made_good(&case, invitation), is_made_good(&case, second)), (true, false), "it is no guide");
    let mut other = writing();
    let of_first = failed_code(&mut other);
    let reissue = other.paste("CODE-2", other.reissue());
    sent_in_turn(&mut other, reissue);
    assert!(!is_made_good(&other, of_first), "that was another code");
}

#[test]
fn letters_matter_while_they_are_open_or_went_wrong_with_the_present_code() {
    let matter = |case: &Case| case.state().letters_that_matter().map(|letter| letter.id).collect::<Vec<_>>();
    let mut case = writing();
    let first = failed_code(&mut case);
    assert_eq!(matter(&case), [first]);
    let mut archived = case.clone();
    archived.tell(Command::Archive);
    assert_eq!(matter(&archived), [], "nothing of it is retried");
    case.now += minutes(2);
    case.tell(case.paste("CODE-2", case.reissue()));
    assert_eq!(matter(&case), [letter(&case).id], "the first code is of no use any more");
    sent(&mut case);
    assert_eq!(matter(&case), [], "it went well");
}

#[test]
fn we_correspond_with_whoever_was_sent_the_present_code() {
    let corresponds = |case: &Case| case.state().corresponds();
    let mut case = writing();
    case.tell(case.paste("CODE-1", Ask::Invite));
    let first = letter(&case).id;
    sent_in_turn(&mut case, guide());
    assert!(!corresponds(&case), "a guide has no code, and the code waits");
    case.now += minutes(2);
    case.tell(Command::BeginLetter { letter: first });
    case.tell(Command::EndLetter { letter: first, end: written(), jitter: 0 });
    assert!(corresponds(&case), "a file is passed on");
    case.letters = None;
    case.tell(case.paste("CODE-2", case.reissue()));
    assert!(!corresponds(&case), "that was the code before");
}

#[test]
fn the_letter_that_is_due_first_goes_first_and_not_right_after_another() {
    let apart = minutes(1);
    let next = |case: &Case| case.state().letter_to_send().map(|letter| letter.kind);
    let at = |case: &Case| case.state().next_send_at(apart, case.now);
    let mut case = writing();
    assert_eq!((next(&case), at(&case)), (None, None));
    case.tell(guide());
    let guide = letter(&case).id;
    case.now += minutes(5);
    case.tell(case.paste("CODE-1", Ask::Invite));
    assert_eq!((next(&case), at(&case)), (Some(LetterKind::OpcodeGuide), Some(case.now)));
    case.tell(Command::EndLetter { letter: guide, end: refused(false), jitter: 500 });
    assert_eq!((next(&case), at(&case)), (Some(LetterKind::Invitation), Some(case.now)), "the guide rests");
    sent(&mut case);
    assert_eq!((next(&case), at(&case)), (Some(LetterKind::OpcodeGuide), Some(case.now + apart)));
    case.tell(Command::EndLetter { letter: guide, end: refused(false), jitter: 500 });
    assert_eq!(at(&case), Some(case.now + minutes(5)), "it rests for longer than letters are apart");
    let mut nowhere = case.clone();
    give_address(&mut nowhere, "");
    assert_eq!((next(&nowhere), at(&nowhere)), (None, None));
    case.now += minutes(1) - TimeDelta::milliseconds(1);
    case.tell(Command::QueueLetter { kind: LetterKind::Invitation });
    assert_eq!(at(&case), Some(case.now + TimeDelta::milliseconds(1)));
}

#[test]
fn a_word_is_acknowledged_only_to_whom_we_write_where_that_is_set_and_asked_for() {
    let word = |mail: bool, case: &Case| Command::ConfirmByDealer { said_at: case.now, mail };
    for (mail, automatic, written_to, facts) in [
        (true, true, true, &["dealer.confirmed", "email.queued"][..]),
        (false, true, true, &["dealer.confirmed"][..]),
        (true, false, true, &["dealer.confirmed"][..]),
        (true, true, false, &["dealer.confirmed"][..]),
    ] {
        let mut case = writing();
        case.tell(case.paste("CODE-1", Ask::Invite));
        if written_to {
            sent(&mut case);
        }
        if !automatic {
            case.policy.mail.automatic = vec![LetterKind::Live];
        }
        assert_eq!(case.state().word_is_acknowledged(&case.policy.mail), automatic && written_to);
        assert_eq!(case.tell(word(mail, &case)), facts, "{mail} {automatic} {written_to}");
        assert!(!case.state().word_is_acknowledged(&case.policy.mail), "once");
    }
}

#[test]
fn an_acknowledgement_is_for_whoever_waits_for_xtime() {
    let word = |case: &mut Case| case.refused(Command::QueueLetter { kind: LetterKind::WordReceived });
    let mut case = invited();
    assert_eq!(word(&mut case), Refusal::Letter(Obstacle::NobodyWaits));
    case.tell(case.word());
    let mut connected = case.clone();
    connected.observe(Outcome::Connected);
    assert_eq!(word(&mut connected), Refusal::Letter(Obstacle::Connected));
    sent_in_turn(&mut case, Command::Note { text: "x".into() });
    case.now = start() + hours(24);
    assert_eq!(word(&mut case), Refusal::Letter(Obstacle::WaitOver));
}

#[test]
fn after_the_dealers_word_the_code_is_sent_again_when_asked_for_and_nobody_is_reminded() {
    let mut case = invited();
    case.tell(case.word());
    let obstacle = |kind| case.state().obstacle(kind, 1, case.now);
    assert_eq!(obstacle(LetterKind::Invitation), None);
    assert_eq!(obstacle(LetterKind::Reminder), Some(Obstacle::WordGiven));
    assert_eq!(case.tell(Command::QueueLetter { kind: LetterKind::Invitation }), ["email.queued"]);
}

#[test]
fn a_code_is_told_to_nobody_when_it_is_of_no_use_whatever_the_address() {
    let obstacle = |case: &Case| case.state().code_obstacle(case.now);
    let mut case = writing();
    assert_eq!(obstacle(&case), Some(Obstacle::NeverInvited));
    give_address(&mut case, "");
    case.tell(case.paste("CODE-1", Ask::Invite));
    assert_eq!(obstacle(&case), None, "by phone it can be told");
    let after = |then: fn(&mut Case)| {
        let mut case = case.clone();
        then(&mut case);
        obstacle(&case)
    };
    assert_eq!(after(|case| drop(case.tell(Command::Archive))), Some(Obstacle::Archived));
    assert_eq!(after(|case| drop(case.tell(Command::Revoke { reason: "".into() }))), Some(Obstacle::Revoked(1)));
    assert_eq!(after(|case| drop(case.observe(Outcome::Connected))), Some(Obstacle::Connected));
    assert_eq!(after(|case| case.now += hours(72)), Some(Obstacle::Expired(1)));
}

#[test]
fn a_guide_that_failed_is_no_alarm_about_whoever_is_connected() {
    let mut case = invited();
    case.observe(Outcome::Connected);
    failed(&mut case, guide());
    assert_eq!(case.state().letter_to_send(), None);
    assert_eq!(case.state().attention(case.now, &case.policy), None, "the stage says what there is to do");
}
