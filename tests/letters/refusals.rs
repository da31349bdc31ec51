//! What is not written: a letter that would say what is not so.

use chrono::TimeDelta;
use cloverwatch::domain::{Ended, LetterKind, Obstacle, OpcodeState, Policy};
use cloverwatch::mail::LetterError;

use crate::world::{CODE, at, context, dealership, now, renderer, write};

const WITH_CODE: [LetterKind; 3] = [LetterKind::Invitation, LetterKind::Reissue, LetterKind::Reminder];

#[test]
fn no_letter_without_its_code_nor_with_a_dead_one() {
    for kind in WITH_CODE {
        for (ended, dead) in [
            (Ended::Expired, Obstacle::Expired(1)),
            (Ended::Used, Obstacle::Connected),
            (Ended::Superseded, Obstacle::Superseded(1)),
            (Ended::Revoked, Obstacle::Revoked(1)),
        ] {
            let mut state = dealership();
            state.invitation.as_mut().unwrap().ended = Some((ended, now()));
            let error = write(&state, kind).unwrap_err();
            assert_eq!(error, LetterError::Untrue(dead));
            assert!(!error.to_string().contains(CODE));
        }
        let state = dealership();
        let mut late = context(kind);
        let end = state.invitation.as_ref().unwrap().expires_at;
        late.written_at = end - TimeDelta::milliseconds(1);
        assert!(renderer().write(&state, &late, &Policy::default()).is_ok(), "{kind}: the last moment counts");
        late.written_at = end;
        let error = renderer().write(&state, &late, &Policy::default()).unwrap_err();
        assert_eq!(error, LetterError::Untrue(Obstacle::Expired(1)));
        let mut state = dealership();
        state.invitation = None;
        assert_eq!(write(&state, kind).unwrap_err(), LetterError::Untrue(Obstacle::NeverInvited));
    }
}

#[test]
fn the_others_say_only_what_is_so() {
    let mut state = dealership();
    state.invitation = None;
    state.opcode_state = OpcodeState::Missing;
    let error = write(&state, LetterKind::Live).unwrap_err();
    assert!(matches!(error, LetterError::Untrue(Obstacle::NotLive(_))), "{error}");
    assert!(write(&state, LetterKind::WordReceived).is_ok() && write(&state, LetterKind::OpcodeGuide).is_ok());
    state.confirmation.dealer_confirmed_at = None;
    assert_eq!(write(&state, LetterKind::WordReceived).unwrap_err(), LetterError::Untrue(Obstacle::NobodyWaits));
}

#[test]
fn nobody_to_write_to() {
    for address in [
        "",
        "carla",
        "carla@",
        "a@example.com,b@example.com",
        "Carla <carla@example.com>",
        "carla@example.com\nBcc: x@example.com",
    ] {
        let mut state = dealership();
        state.profile.contact.email = address.into();
        for kind in LetterKind::ALL {
            let error = write(&state, kind).unwrap_err();
            assert!(matches!(error, LetterError::Address(_)), "{address}: {error}");
            assert!(error.to_string().starts_with("the dealership's address cannot be used: "), "{error}");
        }
    }
}

#[test]
fn an_end_that_the_source_named_is_the_end_that_the_letter_names() {
    let mut state = dealership();
    state.invitation.as_mut().unwrap().expires_at = at("2022-10-02T06:30:00Z");
    let text = write(&state, LetterKind::Reminder).unwrap().revealed().text.replace('\n', " ");
    assert!(text.contains("Sunday, 2 October 2022, 02:30 EDT"), "{text}");
    assert!(text.contains("That is 36 hours and 25 minutes after it was generated."), "{text}");
    assert!(text.contains("Time left when we wrote this (Saturday, 1 October 2022, 08:30 EDT): 18 hours."), "{text}");
}
