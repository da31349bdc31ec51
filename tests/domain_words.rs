//! The words that scripts, settings and JSON have: what was written once is read for ever.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod domain_rules_support;

use cloverwatch::domain::bulk::BulkKind;
use cloverwatch::domain::{
    Ask, Attention, CallOutcome, Command, DealershipId, Environment, Fact, InvitationState, LetterCopy, LetterId,
    LetterKind, LetterState, OpcodeOption, OpcodeState, QuietHours, Refusal, Remedy, Stage,
};
use domain_rules_support::{Case, hours, id};

#[test]
fn what_is_recorded_as_a_word_is_shown_as_the_same_word() {
    fn same<T: serde::Serialize>(all: &[T], shown: impl Fn(&T) -> String, words: &[&str]) {
        let found: Vec<String> = all.iter().map(shown).collect();
        assert_eq!(found, words);
        for (one, word) in all.iter().zip(words) {
            assert_eq!(serde_json::to_value(one).unwrap(), *word);
        }
    }
    let bulks = [BulkKind::Invite, BulkKind::Reissue, BulkKind::Resend];
    same(&bulks, |one| one.as_str().to_owned(), &["invite", "reissue", "resend"]);
    let options = [OpcodeOption::Existing, OpcodeOption::New];
    same(&options, |one| one.as_str().to_owned(), &["existing", "new"]);
    let states =
        [OpcodeState::Unchecked, OpcodeState::Ok, OpcodeState::NearMiss, OpcodeState::Missing, OpcodeState::Unknown];
    same(&states, |one| one.as_str().to_owned(), &["unchecked", "ok", "near-miss", "missing", "unknown"]);
    let outcomes =
        ["done", "will-do", "page-not-found", "code-refused", "wants-code", "opcode-told", "no-answer", "wrong-person"];
    same(&CallOutcome::ALL, |one| one.as_str().to_owned(), &outcomes);
    let letters = ["queued", "sending", "sent", "written", "failed", "uncertain", "suppressed", "bounced"];
    same(&LetterState::ALL, |one| one.as_str().to_owned(), &letters);
    same(&LetterState::ALL, ToString::to_string, &letters);
    let kinds = ["invitation", "reissue", "reminder", "word-received", "opcode-guide", "live"];
    same(&LetterKind::ALL, |one| one.as_str().to_owned(), &kinds);
}

#[test]
fn a_word_is_read_as_what_it_was_written_for_and_another_one_as_nothing() {
    for state in LetterState::ALL {
        assert_eq!(state.as_str().parse(), Ok(state));
    }
    for kind in LetterKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
    }
    for stage in Stage::ALL {
        assert_eq!((stage.as_str().parse(), stage.to_string().as_str()), (Ok(stage), stage.as_str()));
    }
    for word in ["", "Sent", "letter", "none"] {
        assert_eq!((word.parse::<LetterState>(), word.parse::<LetterKind>()), (Err(()), Err(())), "{word}");
        assert_eq!(word.parse::<Stage>(), Err(()), "{word}");
    }
    assert_eq!(format!("{:>8}|{:<9}|", LetterState::Sent, Stage::Live), "    sent|live     |", "as wide as asked for");
}

#[test]
fn environments_and_what_became_of_a_code_have_their_words() {
    let environments = [Environment::Production, Environment::Sandbox, Environment::Demo];
    assert_eq!(environments.map(Environment::as_str), ["production", "sandbox", "demo"]);
    let states = [
        InvitationState::Live,
        InvitationState::Expired,
        InvitationState::Used,
        InvitationState::Superseded,
        InvitationState::Revoked,
    ];
    assert_eq!(states.map(InvitationState::as_str), ["live", "expired", "used", "superseded", "revoked"]);
}

#[test]
fn every_reason_to_look_at_a_dealership_has_words_of_its_own() {
    let words = [
        (Attention::Lost, "integration lost"),
        (Attention::LeftLive, "not live any more"),
        (Attention::CallBackDue, "call back now"),
        (Attention::Overdue, "Xtime overdue"),
        (Attention::Expired, "code expired"),
        (Attention::CodeWanted, "new code wanted"),
        (Attention::CodeNotObtained, "code not obtained"),
        (Attention::CodeFromFuture, "code dated in the future"),
        (Attention::AddressRefused, "address refused"),
        (Attention::LetterFailed, "letter not sent"),
        (Attention::ExpiringSoon, "code expires soon"),
        (Attention::Doubted, "answered not connected once"),
        (Attention::OpcodeMissing, "opcode not visible"),
        (Attention::NoSlots, "no slots offered"),
        (Attention::BookingUnknown, "booking without an answer"),
        (Attention::LetterUncertain, "letter uncertain"),
        (Attention::LetterHeldUp, "letter held up"),
        (Attention::Unrecognised, "unrecognised answer"),
        (Attention::WaitingLong, "waiting long for Xtime"),
    ];
    assert_eq!(words.map(|(attention, _)| attention), Attention::ALL, "the most urgent first");
    for (attention, word) in words {
        assert_eq!(attention.message(), word);
    }
}

#[test]
fn a_refusal_says_what_can_be_done_about_it_where_that_is_known() {
    let local = "2026-06-10T09:00:00".parse().unwrap();
    for (refusal, remedy) in [
        (Refusal::Archived, Some(Remedy::Unarchive)),
        (Refusal::NeverInvited, Some(Remedy::Invite)),
        (Refusal::AlreadyInvited(2), Some(Remedy::Reissue)),
        (Refusal::WordGiven, Some(Remedy::DespiteWord)),
        (Refusal::ReminderByHand, Some(Remedy::Resend)),
        (Refusal::AppointmentStands { id: "a1".to_owned(), local }, Some(Remedy::Reschedule)),
        (Refusal::Connected, None),
        (Refusal::Past, None),
    ] {
        assert_eq!(refusal.remedy(), remedy, "{refusal:?}");
    }
}

#[test]
fn the_newest_event_has_its_kind_and_the_moment_at_which_its_clock_ran_out() {
    let mut case = Case::new();
    assert_eq!(case.state().last_event.name(), "dealership.added");
    let happened = |case: &Case| (case.state().last_event.name(), case.state().last_event_happened_at());
    case.tell(case.paste("CODE-1", Ask::Invite));
    let issued_at = case.now;
    assert_eq!(happened(&case), ("invitation.issued", issued_at));
    assert_eq!(case.state().invitation.as_ref().unwrap().id(DealershipId::from_bits(1)), format!("{}-1", id()));
    let mut expired = case.clone();
    expired.now += hours(80);
    expired.tell(Command::Tick { probing: false });
    assert_eq!(happened(&expired), ("invitation.expired", issued_at + hours(72)), "noticed eight hours later");
    expired.tell(Command::Note { text: "called".into() });
    assert_eq!(happened(&expired), ("note.added", expired.now));
    case.tell(case.word());
    case.now += hours(30);
    case.tell(Command::Tick { probing: true });
    assert_eq!(happened(&case), ("integration.overdue", issued_at + hours(24)));
    // A kind of a later version.
    let mut newer = case.state().clone();
    newer.last_event.kind = u8::try_from(Fact::KINDS.len()).unwrap();
    assert_eq!((newer.last_event.name(), newer.last_event_happened_at()), ("", newer.last_event.at));
}

#[test]
fn quiet_hours_are_written_as_they_are_read_and_do_not_begin_when_they_end() {
    for text in ["21:00-08:00", "12:30-13:00", "00:00-23:59"] {
        assert_eq!(QuietHours::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(QuietHours::parse(" 9:00 - 10:00 ").unwrap().to_string(), "09:00-10:00");
    let same = QuietHours::parse("08:00-08:00").unwrap_err();
    assert!(same.contains("begins when it ends") && same.contains("none"), "{same}");
    for text in ["", "21:00", "21-08", "21:00-24:00", "21:00-08:00-09:00"] {
        assert!(QuietHours::parse(text).unwrap_err().contains("two times of the day"), "{text}");
    }
}

#[test]
fn the_copy_of_a_letter_is_named_by_it_and_by_how_often_it_was_handed_over_before() {
    let letter = LetterId::from_bits(7);
    for (settled, text) in [(None, letter.to_string()), (Some(0), letter.to_string()), (Some(3), format!("{letter} 3"))]
    {
        let copy = LetterCopy { letter, settled };
        assert_eq!(copy.to_string(), text);
        let read = text.parse::<LetterCopy>().unwrap();
        assert_eq!((read.letter, read.settled), (letter, Some(settled.unwrap_or(0))), "without a number it is none");
    }
    assert!(format!("{letter} x").parse::<LetterCopy>().is_err());
}
