//! Letters that are due by themselves: reminders, quiet hours, the news; and how long letters are kept.

use super::*;

fn due(case: &Case) -> Option<u32> {
    due_letter(case.state(), &case.policy.mail, case.now).map(|due| due.before.unwrap_or_default() / 3_600)
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

fn at(zone: impl Into<Tz>, text: &str) -> Timestamp {
    let wall = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    zone.into().from_local_datetime(&wall).earliest().unwrap().to_utc()
}

fn quiet(from: u32, until: u32) -> QuietHours {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    QuietHours { from: hour(from), until: hour(until) }
}

#[test]
fn quiet_hours_follow_the_dealerships_wall_clock() {
    let night = quiet(21, 8);
    let end = |text: &str| night.end(at(New_York, text), New_York.into());
    assert_eq!(end("2026-06-10 03:00"), Some(at(New_York, "2026-06-10 08:00")));
    assert_eq!(end("2026-06-10 21:00"), Some(at(New_York, "2026-06-11 08:00")));
    assert_eq!((end("2026-06-10 08:00"), end("2026-06-10 20:59")), (None, None));
    // The night that is an hour shorter, and the one that is an hour longer.
    assert_eq!(night.end(at(Berlin, "2026-03-28 22:00"), Berlin.into()), Some(at(Berlin, "2026-03-29 08:00")));
    assert_eq!(at(Berlin, "2026-03-29 08:00") - at(Berlin, "2026-03-28 22:00"), hours(9));
    assert_eq!(night.end(at(Berlin, "2026-10-24 22:00"), Berlin.into()), Some(at(Berlin, "2026-10-25 08:00")));
    // Quiet until an hour that daylight saving leaves out.
    assert_eq!(
        quiet(0, 2).end(at(New_York, "2026-03-08 01:00"), New_York.into()),
        Some(at(New_York, "2026-03-08 03:00"))
    );
    let noon = quiet(12, 13);
    assert_eq!(noon.end(at(Berlin, "2026-06-10 12:30"), Berlin.into()), Some(at(Berlin, "2026-06-10 13:00")));
    assert_eq!(
        (noon.end(at(Berlin, "2026-06-10 13:00"), Berlin.into()), quiet(5, 5).end(start(), Berlin.into())),
        (None, None)
    );
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

#[test]
fn of_ended_letters_about_earlier_codes_the_latest_four_stay_and_open_ones_all() {
    let mut case = writing();
    case.tell(Command::QueueLetter { kind: LetterKind::OpcodeGuide });
    case.tell(case.paste("CODE-1", Ask::Invite));
    sent(&mut case);
    for round in 2..=8 {
        case.now += minutes(2);
        case.tell(case.paste(&format!("CODE-{round}"), case.reissue()));
        sent(&mut case);
    }
    let letters = case.state().letters().iter();
    assert_eq!(letters.map(|letter| letter.generation).collect::<Vec<_>>(), [0, 4, 5, 6, 7, 8]);
    assert!(case.state().letters()[0].is_open(), "the guide waits still");
}

#[test]
fn the_next_reminder_is_a_later_one_and_all_are_told_with_those_that_went_out() {
    let mut case = invited();
    let next = |case: &Case| next_letter_at(case.state(), &case.policy.mail, case.now);
    let moments = |case: &Case| reminder_moments(case.state(), &case.policy.mail, case.now);
    let (first, second) = (start() + hours(48), start() + hours(66));
    assert_eq!(moments(&case), [first, second]);
    case.now = first;
    assert_eq!((next(&case), moments(&case)), (Some(second), vec![first, second]), "the first one is due now");
    case.now = first + hours(2);
    case.tell(Command::QueueDueLetter);
    sent(&mut case);
    assert_eq!(moments(&case), [first + hours(2), second], "it went out later than it should");
    case.now += hours(1);
    case.tell(case.paste("CODE-2", case.reissue()));
    case.now += minutes(2);
    sent(&mut case);
    let expires_at = case.state().invitation.as_ref().unwrap().expires_at;
    assert_eq!(moments(&case), [expires_at - hours(24), expires_at - hours(6)], "those about the first code are over");
}

#[test]
fn nothing_is_planned_for_whoever_is_not_reminded() {
    type Then = fn(&mut Case);
    let reasons: [(&str, Then); 6] = [
        ("the dealer's word", |case| drop(case.tell(case.word()))),
        ("connected", |case| drop(case.observe(Outcome::Connected))),
        ("off", |case| drop(case.tell(Command::SetReminders { on: false }))),
        ("archived", |case| drop(case.tell(Command::Archive))),
        ("address refused", |case| {
            let (address, status, reason) = ("ana@motors.example".into(), "5.1.1".to_owned(), "unknown".to_owned());
            assert_eq!(case.tell(Command::Bounce { letter: None, address, status, reason }), ["email.bounced"]);
        }),
        ("put aside until the end", |case| {
            let until = Some(start() + hours(72));
            case.tell(Command::Snooze { until });
        }),
    ];
    for (why, then) in reasons {
        let mut case = invited();
        assert!(next_letter_at(case.state(), &case.policy.mail, case.now).is_some());
        then(&mut case);
        assert_eq!(next_letter_at(case.state(), &case.policy.mail, case.now), None, "{why}");
        assert!(reminder_moments(case.state(), &case.policy.mail, case.now).is_empty(), "{why}");
    }
}

#[test]
fn a_letter_without_the_code_is_no_reason_not_to_remind() {
    let mut case = invited();
    case.now = start() + hours(50);
    case.tell(Command::QueueLetter { kind: LetterKind::OpcodeGuide });
    sent(&mut case);
    assert_eq!(due(&case), Some(24), "the guide says nothing of the code");
    case.now += minutes(2);
    case.tell(Command::QueueLetter { kind: LetterKind::Invitation });
    assert_eq!(due(&case), Some(24), "it waits still");
    sent(&mut case);
    assert_eq!(due(&case), None, "that one had the code");
}

#[test]
fn the_news_goes_out_where_it_is_set_and_once_for_each_time_that_it_was_connected() {
    let is_due = |case: &Case| due_letter(case.state(), &case.policy.mail, case.now).map(|due| due.kind);
    let mut case = invited();
    case.observe(Outcome::Connected);
    case.now += minutes(2);
    case.tell(Command::QueueLetter { kind: LetterKind::OpcodeGuide });
    sent(&mut case);
    case.shows(&["Tell Us More"]);
    case.slots(3);
    assert_eq!(is_due(&case), Some(LetterKind::Live), "a guide is no news");
    let mut off = case.clone();
    off.policy.mail.automatic = vec![LetterKind::WordReceived];
    assert_eq!(is_due(&off), None);
    case.tell(Command::QueueDueLetter);
    case.now += minutes(2);
    sent(&mut case);
    assert_eq!(is_due(&case), None);
    for _ in 0..2 {
        case.now += minutes(2);
        case.observe(Outcome::NotConnected);
    }
    case.now += minutes(2);
    case.shows(&["Tell Us More"]);
    case.slots(3);
    assert_eq!(is_due(&case), Some(LetterKind::Live), "it was lost between");
}

#[test]
fn quiet_hours_of_one_day_begin_when_they_say() {
    let noon = quiet(12, 13);
    let end = |text: &str| noon.end(at(Berlin, text), Berlin.into());
    for text in ["2026-06-10 11:00", "2026-06-10 11:59", "2026-06-10 13:00", "2026-06-10 14:00"] {
        assert_eq!(end(text), None, "{text}");
    }
    assert_eq!(end("2026-06-10 12:00"), Some(at(Berlin, "2026-06-10 13:00")));
}
