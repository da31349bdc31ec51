//! What the screen says of the platform as a whole: its outages in the tail.

use std::sync::Arc;

use chrono::TimeDelta;
use cloverwatch::domain::{Actor, Event, Fact};
use cloverwatch::protocol::{Committed, LeaderState, PlatformState, Status, StoreAway};
use cloverwatch::tui::Msg;
use cloverwatch::tui::state::Focus;

use crate::desk::Desk;
use crate::population::{ago, now};

/// An outage that ended just now.
fn outage(desk: &mut Desk) {
    let (failing_since, since) = (ago(2.0), now());
    let failing = Fact::PlatformFailing { why: "status 503".into(), since: failing_since, credentials: false };
    let answers = Fact::PlatformAnswers { since, failing_since, last_failed: None };
    let seq = desk.state.tail.newest().unwrap().seq;
    let event = |more, fact| {
        Arc::new(Event { seq: seq + more, at: now(), actor: Actor::system("probe"), dealership: None, fact })
    };
    let events = vec![event(1, failing), event(2, answers)];
    desk.tell(Msg::Committed(Committed { events: events.into(), states: vec![].into() }));
}

#[test]
fn an_outage_that_has_just_begun_lasts_less_than_a_minute_and_not_none() {
    let mut desk = Desk::open((160, 40));
    for (since, words) in [(now(), "Xtime fails for less than a minute, next try"), (ago(0.5), "Xtime fails for 30m,")]
    {
        let platform =
            PlatformState::Down { why: "status 503".to_owned(), since, retry_at: now() + TimeDelta::seconds(9) };
        desk.tell(Msg::Status(Box::new(Status { platform, ..Status::default() })));
        desk.sees(words);
    }
}

#[test]
fn an_outage_stands_in_the_tail_under_the_name_of_the_platform() {
    let mut desk = Desk::open((120, 40));
    outage(&mut desk);
    desk.sees("Xtime fails: status 503").sees("Xtime failed 08:00–10:00, 2h 00m");
    let before = desk.selected();
    desk.press("tab G enter").sees("this event is of no single dealership");
    assert_eq!((desk.selected(), desk.state.focus), (before, Focus::Tail));
    desk.press("o").sees_no("Xtime fails: status 503");
}

#[test]
fn who_leads_a_team_is_named_and_a_database_that_is_away_is_told_with_its_age() {
    let mut desk = Desk::open((160, 40));
    let leader = |told_at| LeaderState::Elsewhere { name: "bob@desk2".to_owned(), since: ago(2.0), told_at };
    let told = |leader, platform| Msg::Status(Box::new(Status { leader, platform, ..Status::default() }));
    // How the platform is, the one who leads knows.
    desk.tell(told(leader(None), PlatformState::Starting));
    desk.sees("bob@desk2 leads for 2h 00m").sees_no("Xtime: first look");
    let (since, retry_at) = (ago(0.5), now() + TimeDelta::seconds(9));
    desk.tell(told(leader(Some(now())), PlatformState::Down { why: "status 503".to_owned(), since, retry_at }));
    desk.sees("Xtime fails for 30m").sees_no("not heard of");
    desk.tell(told(leader(Some(ago(0.1))), PlatformState::Ok));
    desk.sees("bob@desk2 leads for 2h 00m, not heard of for 6m");
    desk.tell(told(LeaderState::Nobody { since: now() }, PlatformState::Starting));
    desk.sees("nobody leads").sees_no("Nobody has led");
    desk.tell(told(LeaderState::Nobody { since: ago(0.5) }, PlatformState::Starting));
    desk.sees("Nobody has led the team for 30m: no looks, no letters, no deadlines.");
    let leader = LeaderState::Here { since: ago(1.0) };
    let away = StoreAway { why: "db.example.com cannot be reached".to_owned(), since: ago(0.5) };
    let status = Status { leader, desks: 2, store_away: Some(away), platform: PlatformState::Ok, ..Status::default() };
    desk.tell(Msg::Status(Box::new(status)));
    desk.sees("this desk leads for 1h 00m").sees("Xtime answers");
    desk.sees("The database has not answered for 30m, nothing can be recorded: db.example.com cannot be reached");
}
