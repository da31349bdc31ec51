//! The practice of a demo: each task by its shortest way, in so many keys as it says; and what is no way.

use std::collections::BTreeSet;

use cloverwatch::domain::{Actor, CodeOrigin, Command, DealershipId, Environment, IntentId, Outcome};
use cloverwatch::protocol::Request;
use cloverwatch::tui::keymap::Key;
use cloverwatch::tui::practice::{Practice, TASKS, TaskResult};
use cloverwatch::tui::{DeskStart, Effect};

use crate::desk::Desk;
use crate::keys::{id, nothing};
use crate::pictures::at_every_size;
use crate::population::{World, ago, now, profile};

/// Forty dealerships with numbers of their own: codes that live, codes that died, and some that are connected.
fn world() -> World {
    let mut world = World::mailing();
    for n in 1..=40 {
        let name = format!("Dealership number {n}");
        let mut profile = profile(n, &name, "Chicago", chrono_tz::America::Chicago, Some("ben"));
        profile.contact.phone = format!("(201) 555-{:04}", n * 173).into();
        world.add(n, profile, ago(200.0));
        let hours = if n <= 15 { 100.0 } else { 10.0 + n as f64 };
        world.issue(id(n), ago(hours), &format!("CLOVER-{n}X"));
        match n {
            1..=15 => world.look(id(n), ago(20.0), Outcome::NotConnected, &[]),
            36..=40 => world.look(id(n), ago(2.0), Outcome::Connected, &["SOMETHING ELSE"]),
            _ => continue,
        };
    }
    world
}

fn desk(size: (u16, u16), practice: bool) -> Desk {
    Desk::with(world(), size, |setup| {
        (setup.environment, setup.source) = (Some(Environment::Demo), Some(CodeOrigin::Http));
        setup.start = if practice { DeskStart::Practice } else { DeskStart::All };
    })
}

/// The desk at a task.
fn at_task(place: usize) -> Desk {
    let mut desk = desk((120, 40), true);
    desk.press(&"f4 ".repeat(place));
    assert_eq!(open(&desk).place, Some(place));
    desk
}

fn open(desk: &Desk) -> &Practice {
    desk.state.practice.as_ref().unwrap()
}

/// Records what was asked for, as the engine does.
fn carry_out(desk: &mut Desk) {
    for effect in desk.take_effects() {
        match effect {
            Effect::Ask(_, Request::Execute(items)) => {
                for (id, command) in items {
                    desk.happens(|world| world.person(id, now(), &command));
                }
            }
            Effect::Ask(_, Request::Obtain(codes)) => {
                for code in codes {
                    let intent = IntentId::from_bits(code.dealership.bits() << 32);
                    let (source, ask, mail) = (CodeOrigin::Http, code.ask, code.mail);
                    let command = Command::RequestCode { intent, source, ask, mail };
                    desk.happens(|world| world.person(code.dealership, now(), &command));
                    let text = format!("FRESH-{}", code.dealership.bits());
                    let (code, at) = (text.parse().unwrap(), code.dealership);
                    let (generated_at, expires_at) = (now(), None);
                    let command = Command::IssueCode { code, generated_at, expires_at, source, intent, ask, mail };
                    desk.happens(|world| world.run(at, now(), &Actor::system("codes"), &command).unwrap());
                }
            }
            _ => {}
        }
    }
}

/// The way's keys one by one: a word that is no key is typed.
fn keys_of(way: &str) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for word in way.split_whitespace() {
        if let Some(times) = word.strip_prefix('×') {
            let last = keys.last().unwrap().clone();
            keys.extend(vec![last; times.parse::<usize>().unwrap() - 1]);
        } else if Key::parse(word).is_ok() {
            keys.push(word.to_owned());
        } else {
            keys.extend(word.chars().map(String::from));
        }
    }
    keys
}

#[test]
fn each_task_is_done_by_its_shortest_way_with_its_last_key() {
    let mut desk = desk((120, 40), true);
    for (place, task) in TASKS.iter().enumerate() {
        desk.sees(&format!("Practice {} of 10: {}", place + 1, task.title));
        let way = open(&desk).written_way(&desk.state.setup.keymap);
        let keys = keys_of(&way);
        for key in &keys {
            assert_eq!(
                open(&desk).result(),
                TaskResult::Open,
                "{}: {way}, before {key}\n{}",
                task.title,
                desk.picture()
            );
            desk.press(key);
            carry_out(&mut desk);
        }
        let keys = keys.len();
        let done = TaskResult::Done { keys, shortest: keys };
        assert_eq!(open(&desk).result(), done, "{}: {way}\n{}", task.title, desk.picture());
        desk.sees(&format!("Done in {keys} keys, which is the shortest way: {way}"));
        desk.press("f4");
    }
    desk.sees("Practice: 10 of 10 done in ").sees("tell the step 2/2").press("f4").sees("Practice 1 of 10");
}

#[test]
fn what_is_something_else_or_about_somebody_else_is_not_the_task() {
    let nine = format!("E {} r ctrl-s", "space ".repeat(9));
    let eleven = format!("E {} r ctrl-s", "space ".repeat(11));
    let wrong: [&[&str]; TASKS.len()] = [
        &["j", "/ 9 9 9 9 enter", "/ esc"],
        &["C", "k C space", "O"],
        &["C t ctrl-s", "k C v t ctrl-s", "v"],
        &["C w ctrl-s", "k C a ctrl-s", "C a esc"],
        &["k d ctrl-s", "C w ctrl-s", "d esc"],
        &["k r ctrl-s", "r esc", "n x ctrl-s"],
        &[&nine, &eleven, "r ctrl-s"],
        &["a x ctrl-s ctrl-s", "k a down ctrl-s", "n m i n e ctrl-s"],
        &["k z ctrl-s", "z esc", "A"],
        &["C o D C 8 ctrl-s", "C o D C 7 esc esc", "k C o D C 7 ctrl-s"],
    ];
    for (place, ways) in wrong.iter().enumerate() {
        for way in *ways {
            let mut desk = at_task(place);
            desk.press(way);
            carry_out(&mut desk);
            assert_eq!(open(&desk).result(), TaskResult::Open, "{}: {way}\n{}", TASKS[place].title, desk.picture());
        }
    }
}

#[test]
fn what_others_record_is_not_what_the_person_did() {
    let mut desk = at_task(4);
    let target = open(&desk).target().unwrap();
    desk.happens(|world| world.done(target, now()));
    assert!(matches!(open(&desk).result(), TaskResult::Done { keys: 0, .. }), "ana is who practises");
    let mut desk = at_task(8);
    let target = open(&desk).target().unwrap();
    desk.happens(|world| {
        let phone = Actor::system("phone");
        let note = Command::Snooze { until: Some(now() + chrono::TimeDelta::days(1)) };
        world.run(target, now(), &phone, &note).unwrap()
    });
    assert_eq!(open(&desk).result(), TaskResult::Open);
}

#[test]
fn when_the_dealership_goes_on_without_us_the_task_is_about_another() {
    let mut desk = at_task(5);
    let mut seen: BTreeSet<DealershipId> = BTreeSet::new();
    for _ in 0..3 {
        let target = open(&desk).target().unwrap();
        assert!(seen.insert(target));
        assert_eq!(desk.state.cursor.id, Some(target));
        desk.happens(|world| world.look(target, now(), Outcome::Connected, &["DataClover Appt"]));
    }
    desk.press("r ctrl-s");
    carry_out(&mut desk);
    assert!(matches!(open(&desk).result(), TaskResult::Done { keys: 2, shortest: 2 }));
}

#[test]
fn it_is_offered_put_away_and_gone_on_with() {
    let mut desk = desk((100, 30), false);
    desk.sees("New here?").sees("P practise").press("j P").sees("Practice 1 of 10: find the caller · 0 keys");
    desk.press("f4 f4 C").sees("Practice 3 of 10").sees("· 1 key").sees("Call: ").press("P").sees_no("Practice 3");
    // Meanwhile nothing counts.
    desk.press("esc j j j P").sees("Practice 3 of 10: read the code out · 1 key");
    desk.press(&"f4 ".repeat(8)).sees("0 of 10 done").sees("the opcode –").press("P").sees_no("0 of 10");
    nothing(&mut desk);
    // A dialog is left first: nothing that was typed is lost.
    desk.press("P f4 f4 n").write("half a note").press("f4").sees("half a note").sees("leave the dialog first");
    // Who does not want it says so once.
    let mut desk = self::desk((100, 30), false);
    desk.press("f4").sees_no("New here?").press("f4").sees("begin the practice first");
    // And where nothing is invented there is nothing to practise on.
    let mut desk = Desk::open((100, 30));
    desk.sees_no("New here?").press("P").sees("only a demo has tasks to practise");
}

#[test]
fn where_nobody_fits_it_says_so() {
    let mut desk = Desk::with(World::default(), (100, 30), |setup| {
        (setup.environment, setup.start) = (Some(Environment::Demo), DeskStart::Practice);
    });
    desk.sees("There is no dealership here for this task").press("f4").sees("Practice 2 of 10");
}

#[test]
fn the_practice_as_it_looks() {
    at_every_size("practice", |size| {
        let mut desk = desk(size, true);
        desk.press("f4 C");
        desk
    });
    at_every_size("practice_done", |size| {
        let mut desk = desk(size, true);
        desk.press("f4 f4 f4 f4 j k d ctrl-s");
        carry_out(&mut desk);
        desk
    });
    at_every_size("practice_offered", |size| desk(size, false));
}

#[test]
fn the_past_is_no_place_to_practise_and_moves_no_task() {
    let mut desk = desk((120, 40), true);
    let before = |desk: &Desk| {
        let practice = desk.state.practice.as_ref().unwrap();
        (practice.target(), practice.about.clone())
    };
    let (task, cursor) = (before(&desk), desk.state.cursor.id);
    desk.press("T").read_past();
    desk.press("{ { {");
    assert_eq!(before(&desk), task);
    desk.press("P").sees("the tasks are about the present").press("esc");
    assert_eq!((before(&desk), desk.state.cursor.id), (task, cursor));
}
