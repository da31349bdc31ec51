use chrono::DateTime;

use super::*;
use crate::domain::{Actor, Fact, Profile, ProfileField, fold};

fn minute(number: i64) -> Timestamp {
    DateTime::UNIX_EPOCH + TimeDelta::minutes(number)
}

fn id(number: u64) -> DealershipId {
    DealershipId::from_bits(number)
}

fn profile() -> Profile {
    let text = |field: ProfileField| match field {
        ProfileField::Name => "Harbor Ford",
        ProfileField::DealerCode => "hb1",
        ProfileField::Email => "hb1@example.com",
        ProfileField::Timezone => "America/New_York",
        _ => "",
    };
    Profile::read(text).unwrap()
}

/// Events of these dealerships, one a minute; the first of each adds it, the others are notes.
fn events(of: &[u64]) -> Vec<Event> {
    let mut known = Vec::new();
    let event = |(seq, number): (u64, &u64)| {
        let fact = if known.contains(number) {
            Fact::NoteAdded { text: format!("note {seq}").as_str().into() }
        } else {
            known.push(*number);
            Fact::DealershipAdded { profile: profile() }
        };
        let at = minute(seq.cast_signed());
        Event { seq, at, actor: Actor::person("ana"), dealership: Some(id(*number)), fact }
    };
    (1..).zip(of).map(event).collect()
}

/// As a dealership stood after the first events of a log.
fn folded(events: &[Event], number: u64, position: usize) -> Option<Onboarding> {
    fold(events[..position].iter().filter(|event| event.dealership == Some(id(number))))
}

/// All events, with the states after the last.
fn whole(events: &[Event], dealerships: &[u64]) -> PastLog {
    let mut log = PastLog::default();
    log.extend(events.to_vec());
    let present = dealerships.iter().filter_map(|number| folded(events, *number, events.len()));
    log.until_now(present.map(Arc::new))
}

#[test]
fn a_log_has_as_many_positions_as_events() {
    let mut log = PastLog::default();
    assert_eq!((log.len(), log.is_empty()), (0, true));
    log.extend(events(&[1, 2, 1]));
    assert_eq!((log.len(), log.is_empty()), (3, false));
}

#[test]
fn the_events_before_a_position_are_the_last_ones_in_their_order() {
    let log = whole(&events(&[1, 2, 1, 2, 1]), &[1, 2]);
    let seqs = |position, limit| log.events_before(position, limit).map(|event| event.seq).collect::<Vec<_>>();
    assert_eq!(seqs(5, 2), [4, 5]);
    assert_eq!(seqs(3, 2), [2, 3]);
    assert_eq!(seqs(3, 9), [1, 2, 3], "there are no more");
    assert_eq!(seqs(0, 9), Vec::<u64>::new());
    assert_eq!(seqs(5, 0), Vec::<u64>::new());
}

#[test]
fn a_dealership_stands_at_every_position_as_its_events_up_to_there_say() {
    // Beyond two checkpoints of one of them.
    let of: Vec<u64> = (0..300).map(|place| if place % 2 == 0 { 1 } else { 2 + place % 3 }).collect();
    let events = events(&of);
    let log = whole(&events, &[1, 2, 3, 4]);
    for position in (0..=events.len()).step_by(7).chain([127, 128, 129, 255, 256, 257, 300]) {
        for number in 1..=5 {
            let state = log.state(id(number), position);
            assert_eq!(state.as_deref(), folded(&events, number, position).as_ref(), "{number} at {position}");
        }
    }
}

#[test]
fn whom_nothing_happened_to_since_is_the_present_one_itself() {
    let events = events(&[1, 2, 1, 2, 2]);
    let present: Vec<Arc<Onboarding>> =
        [1, 2].iter().filter_map(|number| folded(&events, *number, 5)).map(Arc::new).collect();
    let mut log = PastLog::default();
    log.extend(events);
    let log = log.until_now(present.iter().cloned());
    for position in [3, 4, 5] {
        assert!(Arc::ptr_eq(&log.state(id(1), position).unwrap(), &present[0]), "at {position}");
    }
    assert!(!Arc::ptr_eq(&log.state(id(1), 2).unwrap(), &present[0]));
    assert!(Arc::ptr_eq(&log.state(id(2), 5).unwrap(), &present[1]));
}

#[test]
fn what_changed_between_two_positions_stands_as_at_the_second_one_in_either_direction() {
    let events = events(&[1, 2, 1, 3, 1, 2, 1, 3]);
    let log = whole(&events, &[1, 2, 3]);
    for (from, to, numbers) in [
        (0, 8, &[1, 2, 3][..]),
        (8, 0, &[1, 2, 3]),
        (2, 5, &[1, 3]),
        (5, 2, &[1, 3]),
        (4, 7, &[1, 2]),
        (7, 4, &[1, 2]),
        (5, 6, &[2]),
        (6, 5, &[2]),
        (4, 4, &[]),
    ] {
        let mut changes = log.changes(from, to, |_| None);
        changes.sort_by_key(|(id, _)| *id);
        let found: Vec<_> = changes.iter().map(|(id, state)| (*id, state.as_deref().cloned())).collect();
        let expected: Vec<_> = numbers.iter().map(|number| (id(*number), folded(&events, *number, to))).collect();
        assert_eq!(found, expected, "from {from} to {to}");
        let known: Vec<Arc<Onboarding>> =
            (1..=3).filter_map(|number| folded(&events, number, from)).map(Arc::new).collect();
        let mut helped = log.changes(from, to, |id| known.iter().find(|state| state.id == id));
        helped.sort_by_key(|(id, _)| *id);
        assert_eq!(helped, changes, "from {from} to {to}, with what is at hand");
    }
}

#[test]
fn an_event_of_the_platform_changes_no_dealership() {
    let mut events = events(&[1, 2]);
    events.push(Event {
        seq: 3,
        at: minute(3),
        actor: Actor::person("ana"),
        dealership: None,
        fact: Fact::NoteAdded { text: "of none".into() },
    });
    let log = whole(&events, &[1, 2]);
    assert_eq!(log.changes(2, 3, |_| None), []);
    assert_eq!(log.changes(1, 3, |_| None).len(), 1);
}

#[test]
fn it_is_known_whether_more_than_some_dealerships_were_touched() {
    let log = whole(&events(&[1, 2, 3, 3, 3, 2]), &[1, 2, 3]);
    for (most, from, to, more) in [
        (0, 2, 2, false),
        (0, 2, 3, true),
        (1, 2, 5, false),
        (1, 2, 6, true),
        (1, 6, 2, true),
        (2, 0, 3, true),
        (2, 1, 6, false),
        (3, 0, 6, false),
    ] {
        assert_eq!(log.touches_more_than(most, from, to), more, "more than {most} from {from} to {to}");
    }
}
