//! What happens on a day at the desk, and how many keys each takes.

use std::sync::Arc;

use chrono::TimeDelta;
use cloverwatch::domain::bulk::{Bulk, BulkItem, BulkKind};
use cloverwatch::domain::{Actor, Command, Event, Fact, Outcome, ProfileEdit, ProfileField};
use cloverwatch::protocol::{Committed, CutOff, PlatformState, Request, Status};
use cloverwatch::tui::keymap::Key;
use cloverwatch::tui::{Effect, Msg};

use crate::desk::Desk;
use crate::keys::id;
use crate::population::{World, ago, now, profile, sample, sent};

const SIZE: (u16, u16) = (120, 40);

/// Presses keys, of which there may be so many; a word that is no key is typed.
#[track_caller]
fn within(desk: &mut Desk, most: usize, way: &str) {
    let mut pressed = 0;
    for word in way.split_whitespace() {
        if Key::parse(word).is_ok() {
            desk.press(word);
            pressed += 1;
        } else {
            desk.write(word);
            pressed += word.chars().count();
        }
    }
    assert!(pressed <= most, "{way}: {pressed} keys, at most {most} are wanted");
}

#[test]
fn monday_morning_says_who_needs_us_and_why_and_what_is_next() {
    let mut desk = Desk::open(SIZE);
    within(&mut desk, 0, "");
    desk.sees("1 integration lost").sees("lost 1h 30m").sees("us: call: was it discon");
    desk.sees("1 Xtime overdue").sees("Xtime 3h late").sees("2 code expired").sees("7 need nobody now");
    assert_eq!(desk.selected(), 15, "the most urgent is under the cursor");
}

#[test]
fn my_code_does_not_work() {
    let mut desk = Desk::open(SIZE);
    desk.happens(|world| {
        let edits = vec![ProfileEdit { field: ProfileField::Phone, text: "(503) 555-0173".to_owned() }];
        world.run(id(3), now(), &Actor::person("ana"), &Command::Correct { edits }).unwrap()
    });
    // The last digits of the number that calls.
    within(&mut desk, 8, "/ 0173 enter C v");
    desk.sees("Call: Jeep of Portland").sees("CLOVER-3C").sees("C CHARLIE");
    assert_eq!(desk.take_effects(), [], "reading a code out loud records nothing by itself");
}

#[test]
fn ten_codes_are_in_the_clipboard() {
    let mut world = World::mailing();
    for n in 1..=10 {
        let name = format!("Dealership number {n}");
        world.add(n, profile(n, &name, "Chicago", chrono_tz::America::Chicago, Some("ana")), ago(200.0));
        world.issue(id(n), ago(100.0), &format!("CLOVER-{n}X"));
        world.post(id(n), ago(100.0), sent());
        world.look(id(n), ago(20.0), Outcome::NotConnected, &[]);
    }
    let mut desk = Desk::with(world, SIZE, |_| {});
    within(&mut desk, 4, "5 ctrl-a r");
    let codes: Vec<String> = (1..=10).map(|n| format!("xts{n:06},FRESH-{n}Y")).collect();
    desk.paste(&codes.join("\n")).sees("10");
    within(&mut desk, 4, "ctrl-s");
    let effects = desk.take_effects();
    let [Effect::Ask(_, Request::Paste(codes))] = effects.as_slice() else { panic!("{effects:?}\n{}", desk.picture()) };
    assert_eq!(codes.len(), 10);
}

#[test]
fn the_dealer_was_done_yesterday_and_xtime_shows_nothing() {
    let mut desk = Desk::open(SIZE);
    within(&mut desk, 2, "4 enter");
    assert_eq!(desk.selected(), 7);
    let phone = desk.world.lock().get(id(7)).profile.contact.phone.raw().to_owned();
    // What to do, whom to call, what to ask first.
    desk.sees("late").sees(&phone).sees("rooftop").sees("Configure Application");
}

#[test]
fn an_opcode_was_visible_and_is_gone() {
    let mut world = sample();
    world.look(id(8), ago(0.5), Outcome::Connected, &["SOMETHING ELSE"]);
    world.look(id(8), ago(0.4), Outcome::Connected, &["SOMETHING ELSE"]);
    let mut desk = Desk::with(world, SIZE, |_| {});
    within(&mut desk, 2, "6 O");
    assert_eq!(desk.selected(), 8);
    desk.sees("gone since").sees("tell first: press Publish").sees("it was visible before");
}

#[test]
fn xtime_is_down() {
    let mut desk = Desk::open(SIZE);
    let retry_at = now() + TimeDelta::seconds(9);
    let platform = PlatformState::Down { why: "status 503".to_owned(), since: ago(0.5), retry_at };
    desk.tell(Msg::Status(Box::new(Status { platform, ..Status::default() })));
    let seq = desk.state.tail.newest().unwrap().seq + 1;
    let fact = Fact::PlatformFailing { why: "status 503".into(), since: ago(0.5), credentials: false };
    let event = Arc::new(Event { seq, at: now(), actor: Actor::system("probe"), dealership: None, fact });
    desk.tell(Msg::Committed(Committed { events: [event].into(), states: vec![].into() }));
    within(&mut desk, 0, "");
    desk.sees("Xtime fails for 30m").sees("Xtime fails: status 503");
}

#[test]
fn a_colleague_acts_on_a_dealership_that_one_writes_about() {
    let mut desk = Desk::open(SIZE);
    desk.go_to(1);
    within(&mut desk, 1, "n");
    desk.write("she will call back");
    desk.happens(|world| {
        world.run(id(1), now(), &Actor::person("ben"), &Command::Assign { owner: Some("ben".into()) }).unwrap()
    });
    // What she did is seen at once, and what was typed is still there.
    desk.sees("she will call back").sees("ben");
}

#[test]
fn an_auditor_asks_who_was_told_a_code_and_when() {
    let mut desk = Desk::open(SIZE);
    desk.happens(|world| {
        let told = Command::TellCode { seen: 1, to: Some("Carla".into()), at: now() };
        world.run(id(1), now(), &Actor::person("ben"), &told).unwrap()
    });
    desk.go_to(1);
    within(&mut desk, 2, "enter G");
    desk.sees("ben").sees("code 1 read out by phone to Carla").sees_no("CLOVER-1A");
}

#[test]
fn a_new_hire_asks_for_help() {
    let mut desk = Desk::open(SIZE);
    within(&mut desk, 1, "?");
    desk.sees("This desk").sees("From the code to the first booking").sees("Glyphs");
}

#[test]
fn a_laptop_died_in_a_bulk() {
    let mut desk = Desk::with_source(SIZE);
    let items = [1, 2, 4].map(|n| BulkItem { id: id(n), generation: 1 }).to_vec();
    let bulk = Bulk { what: BulkKind::Reissue, at: now(), by: "ana".into(), pasted: false, items };
    desk.tell(Msg::CutOff(vec![CutOff { id: 3, bulk, left: vec![id(1), id(4)] }]));
    desk.sees("1 of 3 done, 2 left");
    within(&mut desk, 2, "enter ctrl-s");
    let effects = desk.take_effects();
    assert!(matches!(&effects[..], [Effect::Ask(_, Request::Obtain(asks))] if asks.len() == 2), "{effects:?}");
}
