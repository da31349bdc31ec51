//! From the queue to the end: what forbids a letter, what became of it, and when it is tried again.

use super::*;

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
    // After the last check: nothing was taken, so nothing is in doubt.
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

#[test]
fn a_letter_with_a_code_waits_for_the_server_until_the_code_ends_and_others_for_five_days() {
    let deferred = || LetterEnd::Deferred { reason: "451 4.3.0 later".to_owned() };
    let mut case = writing();
    case.tell(case.paste_for("CODE-1", hours(24 * 30)));
    case.now += hours(24 * 20);
    case.tell(end(&case, deferred()));
    assert!(letter(&case).due_at.is_some(), "its code lives");
    let mut case = writing();
    case.tell(Command::QueueLetter { kind: LetterKind::OpcodeGuide });
    case.now += hours(24 * 5 - 1);
    case.tell(end(&case, deferred()));
    assert!(letter(&case).due_at.is_some());
    case.now += hours(2);
    case.tell(end(&case, deferred()));
    assert_eq!((letter(&case).state, letter(&case).due_at), (LetterState::Failed, None));
    // Whoever has it tried again does not want it given up at once.
    case.now += hours(24);
    case.tell(Command::RetryLetter { letter: letter(&case).id });
    case.now += hours(24 * 4);
    case.tell(end(&case, deferred()));
    assert!(letter(&case).due_at.is_some());
    case.now += hours(24 + 1);
    case.tell(end(&case, deferred()));
    assert_eq!(letter(&case).due_at, None);
}
