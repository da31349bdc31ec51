//! The tail by itself.

use chrono::{DateTime, TimeDelta};

use super::*;
use crate::domain::{Actor, Fact, LetterId};
use crate::present::time::Zone;

pub(crate) fn event(seq: u64) -> Arc<Event> {
    of(seq, if seq.is_multiple_of(2) { Fact::SlotsMissing { window: 14 } } else { Fact::Archived {} })
}

fn of(seq: u64, fact: Fact) -> Arc<Event> {
    let dealership = Some(DealershipId::from_bits(seq % 3));
    let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(seq.cast_signed());
    Arc::new(Event { seq, at, actor: Actor::person("ana"), dealership, fact })
}

fn events(seqs: impl IntoIterator<Item = u64>) -> Vec<Arc<Event>> {
    seqs.into_iter().map(event).collect()
}

fn scope(selected: Option<u64>) -> TailScope {
    let zone = Zone::Named(crate::timezone::Tz::UTC);
    TailScope { selected: selected.map(DealershipId::from_bits), since: None, zone }
}

fn all() -> TailScope {
    scope(None)
}

fn tail(seqs: impl IntoIterator<Item = u64>) -> EventTail {
    let mut tail = EventTail::default();
    tail.take_newest(&events(seqs));
    tail
}

/// So many lines down, or up.
fn step(tail: &mut EventTail, by: isize, scope: TailScope) {
    let motion = if by > 0 { Motion::Down } else { Motion::Up };
    (0..by.abs()).for_each(|_| tail.go(motion, 3, scope));
}

fn seqs(tail: &EventTail, height: usize, scope: TailScope) -> Vec<u64> {
    tail.rows(height, scope).iter().filter_map(TailRow::seq).collect()
}

fn chosen(tail: &EventTail, scope: TailScope) -> u64 {
    tail.chosen(scope).unwrap().newest.seq
}

#[test]
fn follows_holds_still_and_counts_what_arrives() {
    let mut tail = tail(1..=10);
    assert_eq!(seqs(&tail, 3, all()), [8, 9, 10]);
    step(&mut tail, -1, all());
    assert_eq!((seqs(&tail, 3, all()), chosen(&tail, all())), (vec![8, 9, 10], 9));
    tail.extend(&events([11, 12]));
    assert_eq!((seqs(&tail, 3, all()), tail.arrived(all())), (vec![8, 9, 10], (2, false)));
    step(&mut tail, -3, all());
    assert_eq!((seqs(&tail, 3, all()), chosen(&tail, all())), (vec![6, 7, 8], 6));
    step(&mut tail, 4, all());
    assert_eq!((seqs(&tail, 3, all()), chosen(&tail, all())), (vec![8, 9, 10], 10));
    step(&mut tail, 5, all());
    assert!(tail.follows());
    assert_eq!((seqs(&tail, 3, all()), tail.arrived(all())), (vec![10, 11, 12], (0, false)));
    step(&mut tail, -99, all());
    assert_eq!(seqs(&tail, 3, all()), [1, 2, 3]);
}

#[test]
fn groups_and_one_dealership() {
    let mut tail = tail(1..=12);
    tail.show(Group::Desk, false);
    assert_eq!(seqs(&tail, 3, all()), [8, 10, 12]);
    tail.only_selected = true;
    let id = DealershipId::from_bits(0);
    assert!(tail.awaits_history(Some(id)));
    assert_eq!(tail.rows(9, scope(Some(0))).len(), 0);
    tail.set_history(id, events([6, 9, 12]));
    assert_eq!(seqs(&tail, 9, scope(Some(0))), [6, 12]);
    // The cursor stood on an event that is hidden now.
    tail.only_selected = false;
    step(&mut tail, -1, all());
    assert_eq!(chosen(&tail, all()), 10);
    tail.only_selected = true;
    assert_eq!(chosen(&tail, scope(Some(0))), 6);
}

#[test]
fn what_is_counted_while_held_still_is_what_arrived_since_not_what_lies_below() {
    let mut tail = tail(1..=20);
    tail.hold(all());
    step(&mut tail, -10, all());
    assert_eq!((seqs(&tail, 3, all()), tail.arrived(all())), (vec![10, 11, 12], (0, false)));
    tail.extend(&events([21, 22]));
    assert_eq!(tail.arrived(all()), (2, false));
    // Of what is hidden nobody waits for more.
    tail.show(Group::Desk, false);
    assert_eq!(tail.arrived(all()), (1, false));
    tail.follow();
    assert_eq!(tail.arrived(all()), (0, false));
}

#[test]
fn of_more_than_is_held_it_is_said_that_there_are_more() {
    let mut tail = tail(1..=20);
    tail.hold(all());
    for first in (21..30_021).step_by(1_000) {
        tail.extend(&events(first..first + 1_000));
    }
    let (count, more) = tail.arrived(all());
    assert!(more && count < 30_000, "{count}");
}

#[test]
fn one_dealership_has_its_whole_history_however_long_ago_it_was() {
    let mut tail = tail(90_001..=90_010);
    let (id, other) = (DealershipId::from_bits(0), DealershipId::from_bits(1));
    tail.only_selected = true;
    tail.set_history(id, events([3, 60, 90_003]));
    tail.extend(&events([90_011, 90_012]));
    // What the tail got after what was read is there too.
    assert_eq!(seqs(&tail, 9, scope(Some(0))), [3, 60, 90_003, 90_006, 90_009, 90_012]);
    assert_eq!(seqs(&tail, 9, scope(Some(1))), [0; 0]);
    assert!(tail.awaits_history(Some(other)) && !tail.awaits_history(Some(id)));
    assert!(!tail.awaits_history(None), "there is no dealership whose events could come");
}

#[test]
fn an_older_start_is_put_before_what_arrived_first_and_nothing_is_doubled() {
    let mut tail = EventTail::default();
    tail.extend(&events([5, 6]));
    tail.take_newest(&events(1..=6));
    assert_eq!(seqs(&tail, 10, all()), [1, 2, 3, 4, 5, 6]);
}

#[test]
fn a_letter_grows_at_its_newest_event_and_stands_still_while_the_tail_does() {
    let letter = LetterId::from_bits(7);
    let begun = Fact::EmailBegun { letter, to: "tom@example.com".into() };
    let sent = |reply: &str| Fact::EmailSent { letter, reply: reply.into() };
    let mut tail = EventTail::default();
    tail.take_newest(&[event(1), of(2, begun), event(3)]);
    assert_eq!(seqs(&tail, 9, all()), [1, 2, 3]);
    tail.extend(&[of(4, sent("250 ok"))]);
    assert_eq!(seqs(&tail, 9, all()), [1, 3, 4]);
    assert_eq!(tail.chosen(all()).unwrap().earlier.len(), 1);
    tail.hold(all());
    tail.extend(&[of(5, sent("250 again"))]);
    assert_eq!((seqs(&tail, 9, all()), tail.arrived(all())), (vec![1, 3, 4], (1, false)));
    tail.follow();
    assert_eq!(seqs(&tail, 9, all()), [1, 3, 5]);
}

#[test]
fn days_divide_the_lines_and_take_room_of_their_own() {
    let day = 86_400;
    let mut tail = EventTail::default();
    tail.take_newest(&events([day - 2, day - 1, day + 1, day + 2]));
    let days = |rows: &[TailRow<'_>]| rows.iter().map(|row| row.seq().is_none()).collect::<Vec<_>>();
    // The log may go on above.
    assert_eq!(days(&tail.rows(4, all())), [false, true, false, false]);
    tail.go(Motion::PageUp, 4, all());
    assert_eq!(chosen(&tail, all()), day - 2);
    assert_eq!(seqs(&tail, 4, all()), [day - 2, day - 1, day + 1]);
}

/// The log that is read in pages, as the engine answers.
fn read(tail: &mut EventTail, log: &[Arc<Event>], height: usize, scope: TailScope) -> usize {
    let mut pages = 0;
    while let Some(query) = tail.wanted(height, scope) {
        let limit = query.limit.unwrap();
        let matching = log.iter().filter(|event| query.matches(event)).cloned();
        let found: Vec<_> = match query.newest {
            true => {
                let mut newest: Vec<_> = matching.rev().take(limit).collect();
                newest.reverse();
                newest
            }
            false => matching.take(limit).collect(),
        };
        tail.take_page(&query, Some(&found));
        if tail.seek == Some(Seek::Top) && tail.seek_top(height, scope) {
            tail.seek = None;
        }
        pages += 1;
        assert!(pages < 100, "it reads without an end");
    }
    pages
}

#[test]
fn of_a_long_log_only_what_is_around_the_view_is_read_and_held() {
    let log = events(1..=100_000);
    let mut tail = EventTail::default();
    tail.take_newest(&log[99_000..]);
    assert_eq!(read(&mut tail, &log, 20, all()), 0, "there is enough above");
    for _ in 0..60 {
        tail.go(Motion::PageUp, 20, all());
        read(&mut tail, &log, 20, all());
    }
    assert_eq!(chosen(&tail, all()), 100_000 - 60 * 19);
    tail.selected_from = Some(chosen(&tail, all()));
    tail.go(Motion::Top, 20, all());
    assert_eq!(read(&mut tail, &log, 20, all()), 1);
    tail.seek_top(20, all());
    assert!(tail.selected_lines(all()).is_none(), "of what lies between nothing is held");
    tail.selected_from = None;
    assert_eq!((chosen(&tail, all()), seqs(&tail, 20, all())), (1, (1..=20).collect()));
    tail.go(Motion::PageDown, 20, all());
    assert_eq!((chosen(&tail, all()), seqs(&tail, 20, all())), (20, (1..=20).collect()));
    for _ in 0..2_000 {
        tail.go(Motion::PageDown, 20, all());
        read(&mut tail, &log, 20, all());
    }
    assert_eq!(chosen(&tail, all()), 20 + 2_000 * 19);
    assert!(tail.newest_first().count() < 25_000);
    tail.follow();
    assert_eq!(seqs(&tail, 3, all()), [99_998, 99_999, 100_000]);
}

#[test]
fn what_a_filter_left_out_is_read_when_it_is_shown_again() {
    let log = events(1..=9_000);
    let mut tail = EventTail::default();
    tail.take_newest(&log[8_990..]);
    tail.show(Group::Desk, false);
    read(&mut tail, &log, 20, all());
    assert_eq!(seqs(&tail, 20, all()).len(), 20);
    tail.show(Group::Desk, true);
    assert!(matches!(tail.rows(20, all()).first(), Some(TailRow::Pending)));
    read(&mut tail, &log, 20, all());
    assert_eq!(seqs(&tail, 20, all()), (8_981..=9_000).collect::<Vec<_>>());
    // Of what never happens nothing is read twice.
    Group::ALL.into_iter().filter(|group| *group != Group::Codes).for_each(|group| tail.show(group, false));
    assert_eq!(read(&mut tail, &log, 20, all()), 1);
    assert_eq!(tail.rows(20, all()).len(), 0);
}

#[test]
fn a_span_of_time_ends_the_log() {
    let log = events(1..=19_000);
    let mut tail = EventTail::default();
    tail.take_newest(&log[18_000..]);
    let since = TailScope { since: Some(log[16_999].at), ..all() };
    tail.go(Motion::Top, 20, since);
    assert!(!tail.seek_top(20, since), "it goes on above what is held");
    // An hour more, for clocks that run behind.
    assert!(read(&mut tail, &log, 20, since) <= 3);
    assert_eq!(chosen(&tail, since), 17_000);
}

#[test]
fn a_clock_that_runs_behind_hides_nothing_of_a_span_of_time() {
    let mut log = events(1..=100);
    let minutes =
        |of: &Arc<Event>, minutes: i64| Arc::new(Event { at: of.at + TimeDelta::minutes(minutes), ..(**of).clone() });
    // Every tenth is of a machine whose clock is half an hour behind.
    for behind in log.iter_mut().step_by(10) {
        *behind = minutes(behind, -30);
    }
    let since = TailScope { since: Some(log[51].at), ..all() };
    let mut tail = EventTail::default();
    tail.take_newest(&log);
    let expected: Vec<u64> = log.iter().filter(|event| Some(event.at) >= since.since).map(|event| event.seq).collect();
    assert_eq!(seqs(&tail, 100, since), expected);
}
