//! Who looks elsewhere is told that something new needs them.

use cloverwatch::domain::Outcome;
use cloverwatch::tui::{Effect, Msg};

use crate::desk::Desk;
use crate::population::{World, ago, now, profile, sample};

/// Who is told of what, since the last call.
fn told(desk: &mut Desk) -> Vec<String> {
    let text = |effect| if let Effect::Notify(text) = effect { Some(text) } else { None };
    desk.take_effects().into_iter().filter_map(text).collect()
}

/// Lives of dealerships 1 to 12 of ana, all well, whose codes end in an hour and some minutes.
fn world() -> World {
    let mut world = World::default();
    for n in 1..=12 {
        let owner = if n == 12 { "ben" } else { "ana" };
        let name = format!("Dealership number {n}");
        let id = world.add(n, profile(n, &name, "Chicago", chrono_tz::America::Chicago, Some(owner)), ago(100.0));
        world.issue(id, ago(40.0), &format!("CLOVER-{n}"));
        world.look(id, ago(30.0), Outcome::Connected, &["Tell Us More"]);
        world.slots(id, ago(29.0), 80);
    }
    world
}

fn lose(desk: &mut Desk, n: u64) {
    let (id, at) = (cloverwatch::domain::DealershipId::from_bits(n), desk.now.at);
    desk.happens(|world| world.look(id, at, Outcome::NotConnected, &[]));
    desk.happens(|world| world.look(id, at + chrono::TimeDelta::minutes(2), Outcome::NotConnected, &[]));
}

#[test]
fn something_new_is_told_once_and_only_to_who_looks_elsewhere() {
    let mut desk = Desk::with(world(), (120, 30), |_| {});
    lose(&mut desk, 1);
    assert_eq!(told(&mut desk), [""; 0], "she looks at it");
    desk.tell(Msg::Focus(false));
    assert_eq!(told(&mut desk), [""; 0], "what she has seen is not new");
    lose(&mut desk, 12);
    desk.wait(2);
    assert_eq!(told(&mut desk), [""; 0], "ben looks after that one");
    lose(&mut desk, 2);
    desk.wait(2);
    assert_eq!(told(&mut desk), ["Dealership number 2: integration lost"]);
    // What comes soon after is told together, and not again.
    for n in 3..=7 {
        lose(&mut desk, n);
    }
    assert_eq!(told(&mut desk), [""; 0]);
    desk.wait(27);
    assert_eq!(told(&mut desk), [""; 0]);
    assert!(desk.state.next_face_change().is_some_and(|at| at > desk.now.face), "it is told by itself");
    desk.wait(3);
    let [text] = told(&mut desk).try_into().unwrap();
    assert!(text.starts_with("5 dealerships need you: Dealership number ") && text.ends_with(", …"), "{text}");
    desk.wait(300);
    assert_eq!(told(&mut desk), [""; 0]);
    // Whoever looks at it again has seen it.
    lose(&mut desk, 8);
    assert_eq!(told(&mut desk).len(), 1);
    desk.tell(Msg::Focus(true));
    lose(&mut desk, 9);
    desk.wait(300);
    desk.tell(Msg::Focus(false));
    desk.wait(300);
    assert_eq!(told(&mut desk), [""; 0]);
}

#[test]
fn a_code_that_is_about_to_end_is_told_by_the_clock_alone() {
    let mut desk = Desk::with(sample(), (120, 30), |setup| setup.me = "esi".to_owned());
    desk.tell(Msg::Focus(false));
    let mut all = Vec::new();
    for _ in 0..30 {
        desk.wait(3_600);
        all.extend(told(&mut desk));
    }
    assert!(all.iter().any(|text| text.contains("St. Clair Buick")), "{all:?}");
    assert!(all.iter().all(|text| !text.contains("McAllister")), "ana's: {all:?}");
}

#[test]
fn no_code_and_nothing_that_acts_is_in_what_is_told() {
    let mut desk = Desk::open((120, 30));
    desk.tell(Msg::Focus(false));
    let id = cloverwatch::domain::DealershipId::from_bits(11);
    desk.happens(|world| world.issue(id, now(), "CLOVER-SECRET"));
    desk.wait(60);
    told(&mut desk);
    desk.wait(72 * 3_600);
    let all = told(&mut desk).join("\n");
    assert!(all.contains("need you") && !all.contains("SECRET") && !all.contains('\u{1b}'), "{all:?}");
}

#[test]
fn in_the_past_and_before_there_is_anything_nothing_is_waited_for() {
    let mut desk = Desk::with(world(), (120, 30), |_| {});
    desk.tell(Msg::Focus(false));
    desk.press("T").read_past();
    lose(&mut desk, 3);
    // Nothing wakes the desk again and again for what it does not tell.
    desk.wait(60);
    assert!(desk.state.next_face_change().is_none_or(|at| at > desk.now.face));
    assert_eq!(told(&mut desk), [""; 0]);
    desk.press("esc").wait(1);
    assert_eq!(told(&mut desk).len(), 1);
}
