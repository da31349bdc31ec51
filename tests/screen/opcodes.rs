//! What the desk shows and asks about opcodes and slots: the detail, the steps, the dialog of the choice, the status bar.

use chrono::TimeDelta;
use cloverwatch::domain::{
    Command, DealershipId, OpcodeChoice, OpcodeOption, Outcome, ProbeState, ProbeStatus, Service, SlotCounts, Untrusted,
};
use cloverwatch::protocol::{Alarm, BacklogProgress, Cause, PlatformState, Request, RequestError, Response, Status};
use cloverwatch::tui::rows::TableColumn;
use cloverwatch::tui::{Effect, Msg};

use crate::desk::Desk;
use crate::pictures::at_every_size;
use crate::population::{World, ago, crowd, now, sample};

pub fn id(n: u64) -> DealershipId {
    DealershipId::from_bits(n)
}

pub fn choose(code: &str, option: OpcodeOption, word: Option<&str>) -> Command {
    let choice = OpcodeChoice { code: code.into(), option };
    Command::ChooseOpcode { choice, word: word.map(Into::into) }
}

/// Number 8 is live on its dealer's word; 12 was live until its opcode went; 14 lacks slots.
pub fn opcodes() -> World {
    let mut world = sample();
    let word = choose("Tell Us More", OpcodeOption::Existing, Some("Pat Quill, by phone"));
    world.person(id(8), ago(49.0), &word);
    world.look(id(8), ago(48.9), Outcome::Connected, &["Tell Us More"]);
    world.slots(id(8), ago(48.8), 140);
    world.person(id(12), ago(30.0), &choose("DataClover Appt", OpcodeOption::New, Some("Ximena Holloway, mail")));
    world.look(id(12), ago(29.0), Outcome::Connected, &["DataClover Appt", "OIL10"]);
    world.slots(id(12), ago(28.9), 40);
    world.look(id(12), ago(3.0), Outcome::Connected, &["DATACLOVER APPT", "OIL10"]);
    world
}

fn look(desk: &mut Desk, n: u64, slots: &[(&str, u32)]) {
    let local = |day: &str, number: u32| {
        let text = format!("{day} {:02}:{:02}", 9 + number / 4 % 9, number % 4 * 15);
        chrono::NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M").unwrap()
    };
    let all = slots.iter().flat_map(|(day, count)| (0..*count).map(|number| local(day, number)));
    let last = ProbeState {
        dealer_code: "xts8".into(),
        at: now() - TimeDelta::minutes(4),
        outcome: Outcome::Connected,
        reason: "200, success".into(),
        since: now() - TimeDelta::days(9),
        slots: Some((now() - TimeDelta::minutes(4), SlotCounts::of(all))),
    };
    let next_at = Some(now() + TimeDelta::hours(20));
    desk.tell(Msg::Probe(id(n), ProbeStatus { last: Some(last), next_at }));
}

/// The detail, alone on the screen, scrolled to the part about the platform.
fn platform_part(n: u64, size: (u16, u16)) -> Desk {
    let mut desk = Desk::with(opcodes(), size, |_| {});
    desk.go_to(n).press("enter f");
    while !desk.picture().lines().nth(1).is_some_and(|line| line.contains("What Xtime shows")) {
        let before = desk.picture();
        desk.press("j");
        if before == desk.picture() {
            break;
        }
    }
    desk
}

#[test]
fn a_live_dealership_in_the_detail() {
    at_every_size("opcode_live", |size| {
        let mut desk = platform_part(8, size);
        let days = [("2026-03-30", 9), ("2026-03-31", 32), ("2026-04-01", 3), ("2026-04-03", 16), ("2026-04-06", 32)];
        look(&mut desk, 8, &days);
        desk
    });
}

#[test]
fn a_drifted_opcode_in_the_detail() {
    at_every_size("opcode_drift", |size| platform_part(12, size));
}

#[test]
fn a_dealership_without_slots_in_the_detail() {
    let mut desk = platform_part(14, (120, 40));
    desk.sees("not live   no slots").sees("no slot would be offered").sees("Likely causes, and what to tell");
    desk.sees("1. Configure → Resources → Capacity: type Web is not NL").sees("4. the days are closed");
}

#[test]
fn the_newest_slots_are_shown_with_their_age() {
    let mut desk = platform_part(8, (120, 50));
    desk.sees("140 slots on 6 days").sees_no("next Sun 09:00").sees("recorded 2d ago");
    look(&mut desk, 8, &[("2026-03-31", 23)]);
    desk.sees("23 slots on 1 day, next Tue 09:00 PDT").sees("seen 4m ago").sees_no("140 slots on 6 days, next");
    // A day of the window without any is there all the same.
    desk.sees("Mon 30 Mar –").sees("Sun 12 Apr –").sees("Tue 31 Mar ███████████ 23");
    desk.wait(120).sees("seen 6m ago");
    // What was seen before the choice is about another opcode.
    let other = choose("OIL10", OpcodeOption::Existing, None);
    desk.happens(|world| world.person(id(8), now(), &other)).sees_no("23 slots");
}

#[test]
fn the_steps_and_the_letter() {
    at_every_size("guide", |size| {
        let mut desk = Desk::with(opcodes(), size, |_| {});
        desk.go_to(12).press("O");
        desk
    });
}

#[test]
fn the_letter_goes_to_the_clipboard_from_the_table_and_from_the_steps() {
    let mut desk = Desk::with(opcodes(), (120, 30), |_| {});
    for keys in ["y l", "O y l"] {
        desk.go_to(12).press(keys).sees("the letter for Anders-Núñez");
        let effects = desk.take_effects();
        let [Effect::Copy(clip)] = effects.as_slice() else { panic!("{effects:?}") };
        assert!(clip.0.contains("a new service opcode, `DataClover Appt`"), "{}", clip.0);
        assert!(clip.0.contains("4. Publish the catalog"), "{}", clip.0);
        assert!(!clip.0.contains("visible"), "what we see is not for the dealer: {}", clip.0);
    }
    desk.sees("Opcode guide").press("esc").sees_no("Opcode guide");
}

#[test]
fn the_steps_follow_what_is_seen() {
    let mut desk = Desk::with(opcodes(), (120, 40), |_| {});
    desk.go_to(12).press("O").sees("[ ] 2. Set its code to `DataClover Appt`");
    desk.sees("not visible: it was visible before; did you mean `DATACLOVER APPT`?");
    desk.happens(|world| world.look(id(12), now(), Outcome::Connected, &["DataClover Appt"]));
    desk.sees("[x] 2. Set its code")
        .sees("Every step is seen to be done; not live all the same: slots not looked for yet.");
}

fn shows(desk: &mut Desk, n: u64, rows: &[(&str, &str)]) {
    let service = |(opcode, name): &(&str, &str)| Service { opcode: (*opcode).into(), name: (*name).into() };
    let asked = |request: &Request| *request == Request::Services(id(n));
    desk.answer(asked, Response::Services(rows.iter().map(service).collect()));
}

const SHOWN: [(&str, &str); 6] = [
    ("000200", "Four-wheel alignment"),
    ("01HYZLOF1.6", "Oil and filter"),
    ("DC1", "DataClover Appt"),
    ("OIL10", "Oil change"),
    ("DATACLOVER  APPT", "Online appointments"),
    ("Tell Us More", "Something else"),
];

/// The one choice that was asked for, with its word.
fn chosen(desk: &mut Desk) -> (OpcodeChoice, Option<Untrusted>) {
    let effects = desk.take_effects();
    let [Effect::Ask(_, Request::Execute(items))] = effects.as_slice() else {
        panic!("{effects:?}\n{}", desk.picture())
    };
    let Command::ChooseOpcode { choice, word } = &items[0].1 else { panic!("{effects:?}") };
    assert!(items.iter().all(|(_, command)| command == &items[0].1), "one choice for all");
    (choice.clone(), word.clone())
}

#[test]
fn what_xtime_shows_is_offered_near_misses_first() {
    at_every_size("opcode_choice", |size| {
        let mut desk = Desk::with(opcodes(), size, |_| {});
        desk.go_to(12).press("o");
        assert!(matches!(desk.take_effects()[..], [Effect::Ask(_, Request::Services(of))] if of == id(12)));
        desk.sees("Asking Xtime which opcodes");
        shows(&mut desk, 12, &SHOWN);
        desk.press("down down");
        desk
    });
}

#[test]
fn an_offered_opcode_is_taken_exactly_and_what_was_typed_stays_when_the_list_arrives() {
    let mut desk = Desk::with(opcodes(), (120, 30), |_| {});
    desk.go_to(12).press("o").write("oil");
    desk.take_effects();
    shows(&mut desk, 12, &SHOWN);
    desk.sees("2 of 6 that Xtime shows fit").sees("missing: not among the 6 opcodes").sees_no("000200");
    desk.press("down").sees("› ").sees("found: visible to us").press("up").sees("missing: not among the 6");
    desk.press("ctrl-u").write("dataclover").press("down");
    // Two spaces are shown and sent as they are.
    desk.press("enter").write("Ximena, by mail").press("enter");
    let (choice, word) = chosen(&mut desk);
    assert_eq!((choice.code.raw(), choice.option), ("DATACLOVER  APPT", OpcodeOption::New));
    assert_eq!(word.unwrap().raw(), "Ximena, by mail");
}

#[test]
fn the_way_brings_its_usual_code_unless_something_was_typed() {
    let mut desk = Desk::with(opcodes(), (120, 30), |_| {});
    desk.press("t").go_to(4).press("o").sees("Tell Us More").press("shift-tab space").sees("DataClover Appt");
    desk.press("space").sees_no("DataClover Appt").press("tab").write("OIL10").press("shift-tab space");
    desk.sees("OIL10").sees_no("DataClover Appt").press("esc esc");
    // One that has chosen gets its own choice back.
    desk.go_to(12).press("o").sees("DataClover Appt").press("shift-tab space").sees("Tell Us More");
    desk.press("space").sees_no("Tell Us More").sees("new (made for our appointments)");
}

#[test]
fn an_unknown_list_says_why_and_stops_nobody() {
    let mut desk = Desk::with(opcodes(), (120, 30), |_| {});
    desk.go_to(4).press("o");
    let (outcome, reason) = (Outcome::NotConnected, "403 for this dealer".to_owned());
    let why = RequestError::NoServices { outcome, reason };
    desk.answer(|request| *request == Request::Services(id(4)), Response::Failed(why));
    desk.sees("is not known: not-connected: 403 for this dealer").press("enter enter");
    desk.take_effects();
    desk.press("esc");
    shows(&mut desk, 4, &SHOWN);
    desk.sees_no("OIL10");
    // A list for another dealership changes nothing.
    desk.go_to(12).press("o");
    shows(&mut desk, 4, &SHOWN);
    desk.sees("Asking Xtime").sees_no("OIL10");
}

#[test]
fn one_choice_for_all_that_are_marked() {
    let mut desk = Desk::with(crowd(400), (120, 30), |_| {});
    desk.press("m a o").sees("Opcode of 400 dealerships").sees("Tell Us More");
    assert_eq!(desk.take_effects(), [], "there is no list that holds for all of them");
    desk.press("shift-tab space tab enter").write("their group, by mail").press("enter enter");
    desk.sees("type 400 to go on");
    assert_eq!(desk.take_effects(), []);
    desk.press("esc esc").press("o shift-tab space tab tab tab").write("400").press("tab tab enter");
    let (choice, word) = chosen(&mut desk);
    assert_eq!((choice.code.raw(), choice.option, word), ("DataClover Appt", OpcodeOption::New, None));
}

#[test]
fn the_table_says_what_is_lacking_to_be_live() {
    at_every_size("opcode_table", |size| {
        let mut desk = Desk::with(opcodes(), size, |_| {});
        desk.shows(TableColumn::Opcode);
        if size.0 >= 140 {
            desk.press("D");
        }
        desk
    });
    let mut desk = Desk::with(opcodes(), (200, 60), |_| {});
    desk.shows(TableColumn::Opcode);
    desk.press("D").sees("≈ DataClover Appt").sees("✓ Tell Us More · 140").sees("✓ Tell Us More · 0");
    for (n, words) in [(12, "≈ DataClover Appt"), (13, "≈ "), (14, "✓ Tell Us More · 0")] {
        desk.go_to(n);
        let picture = desk.picture();
        let line = picture.lines().find(|line| line.starts_with('›')).unwrap();
        assert!(line.contains(words), "{line}");
    }
    // What left live is right behind what was lost.
    desk.press("g g j");
    assert_eq!(desk.selected(), 12);
}

#[test]
fn the_status_bar_tells_the_backlog_and_alarms_name_one_cause() {
    at_every_size("backlog_and_alarms", |size| {
        let mut desk = Desk::open(size);
        let alarm = |cause, turned| Alarm { cause, turned, of: 10, since: ago(0.2) };
        desk.tell(Msg::Status(Box::new(Status {
            platform: PlatformState::Ok,
            requests_last_second: 10,
            requests_per_second: 10,
            waiting: 8_666,
            backlog: Some(BacklogProgress { done: 1_204, total: 9_870, expected_end: Some(ago(-4.55)) }),
            longest_wait: Some(TimeDelta::minutes(14)),
            alarms: vec![alarm(Cause::OpcodesGone, 7), alarm(Cause::SlotsGone, 6)],
            ..Status::default()
        })));
        desk
    });
    let mut desk = Desk::open((160, 40));
    let backlog = Some(BacklogProgress { done: 1, total: 2, expected_end: Some(ago(-30.0)) });
    desk.tell(Msg::Status(Box::new(Status { platform: PlatformState::Ok, backlog, ..Status::default() })));
    desk.sees("backlog 1/2, 1d more").sees_no("▲ opcode gone");
}
