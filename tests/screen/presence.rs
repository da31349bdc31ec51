//! Who else has the same dealership in front of them, and what the others are shown of this desk.

use cloverwatch::domain::{Actor, Command, DealershipId};
use cloverwatch::protocol::{LeaderState, Presence, Request, RequestError, Response, Status};
use cloverwatch::tui::{Effect, Msg};

use crate::desk::Desk;
use crate::pictures::at_every_size;
use crate::population::{ago, now};

fn id(n: u64) -> DealershipId {
    DealershipId::from_bits(n)
}

fn at(desk: u64, who: &str, dealerships: &[u64], action: Option<&str>) -> Presence {
    let dealerships = dealerships.iter().copied().map(id).collect();
    Presence { desk, who: Actor::person(who), dealerships, action: action.map(str::to_owned) }
}

fn tell(desk: &mut Desk, presences: Vec<Presence>) {
    let status = Status { desks: 3, presences, ..desk.state.status.clone() };
    desk.tell(Msg::Status(Box::new(status)));
}

fn told(desk: &mut Desk) -> Vec<(Vec<u64>, Option<String>)> {
    let presence = |effect| match effect {
        Effect::Ask(_, Request::Present(presence)) => {
            Some((presence.dealerships.iter().map(|id| id.bits()).collect(), presence.action))
        }
        _ => None,
    };
    desk.take_effects().into_iter().filter_map(presence).collect()
}

#[test]
fn the_others_are_seen() {
    at_every_size("others", |size| {
        let mut desk = Desk::open(size);
        desk.go_to(2);
        let own = at(1, "ana", &[2], None);
        let window = at(7, "ana", &[5], None);
        let others = vec![own, at(2, "ben", &[2], None), at(3, "carla", &[2, 4], Some("reissue")), window];
        let leader = LeaderState::Elsewhere { name: "ben@desk2".to_owned(), since: ago(2.0), told_at: Some(now()) };
        desk.tell(Msg::Status(Box::new(Status { leader, ..desk.state.status.clone() })));
        tell(&mut desk, others);
        desk
    });
}

#[test]
fn a_dialog_says_who_has_one_open_for_the_same() {
    at_every_size("others_dialog", |size| {
        let mut desk = Desk::open(size);
        tell(&mut desk, vec![at(3, "carla", &[2, 4], Some("reissue")), at(2, "ben", &[4], None)]);
        desk.go_to(4).press("r");
        desk
    });
    let mut desk = Desk::open((120, 40));
    tell(&mut desk, vec![at(3, "carla", &[2, 4, 9], Some("reissue")), at(7, "ana", &[4], Some("note"))]);
    desk.go_to(4).press("space").go_to(2).press("space r").sees("carla has `reissue` open for 2 of these");
    desk.sees("you have `note` open for 1 of these in another window");
    tell(&mut desk, vec![]);
    desk.sees_no("carla");
}

#[test]
fn the_detail_and_a_call_name_them() {
    let mut desk = Desk::open((120, 40));
    tell(&mut desk, vec![at(3, "carla", &[2], Some("reissue")), at(2, "ben", &[2], None), at(7, "ana", &[2], None)]);
    desk.go_to(2).press("enter").sees("carla has `reissue` open for this").sees("ben looks at this");
    desk.sees("you look at this in another").press("C").sees("Call:").sees("ben looks at this");
    desk.happens(|world| {
        let note = Command::Note { text: "rang them".into() };
        world.run(id(2), now(), &Actor::person("ben"), &note).unwrap()
    });
    desk.sees("meanwhile").sees("ben: note: rang them");
}

#[test]
fn what_is_in_front_of_the_desk_for_a_second_the_others_are_told_once() {
    let mut desk = Desk::open((120, 40));
    desk.go_to(4).wait(10);
    assert_eq!(told(&mut desk), [], "nobody else is there");
    tell(&mut desk, vec![]);
    desk.go_to(2).go_to(4);
    assert_eq!(told(&mut desk), [], "it has to rest");
    desk.wait(1);
    assert_eq!(told(&mut desk), [(vec![4], None)]);
    desk.wait(1).wait(60);
    assert_eq!(told(&mut desk), []);
    desk.press("r").wait(1);
    assert_eq!(told(&mut desk), [(vec![4], Some("reissue".to_owned()))]);
    // A refusal is not told: nobody waits for it.
    desk.answer(|request| matches!(request, Request::Present(_)), Response::Failed(RequestError::Ending));
    assert!(desk.state.toasts.is_empty());
    desk.press("esc").wait(1);
    assert_eq!(told(&mut desk), [(vec![4], None)]);
    desk.press("C").wait(1);
    assert_eq!(told(&mut desk), [(vec![4], Some("call".to_owned()))]);
    desk.press("q").wait(1).wait(301).wait(1);
    assert_eq!(told(&mut desk), [(vec![4], None), (vec![], None)], "whoever has gone for lunch looks at nothing");
    assert_eq!(desk.state.next_face_change(), None, "and nothing wakes the desk");
    desk.press("j k").wait(1);
    assert_eq!(told(&mut desk), [(vec![4], None)]);
}

#[test]
fn what_a_colleague_changed_is_said_with_who_and_what_and_one_key_looks_again() {
    let mut desk = Desk::open((120, 40));
    desk.go_to(2).press("a").write("dmitri");
    desk.happens(|world| {
        let assign = Command::Assign { owner: Some("carla".into()) };
        world.run(id(2), now(), &Actor::person("carla"), &assign).unwrap()
    });
    desk.sees("assigned to somebody else meanwhile by carla: assigned to carla").sees("ctrl-r looks again");
    desk.press("ctrl-s ctrl-s");
    assert_eq!(told(&mut desk), []);
    // Nobody has read in no time what is new in it.
    desk.press("ctrl-r ctrl-s").sees("now with carla").sees("dmitri").sees("before this could be read");
    assert_eq!(told(&mut desk), []);
    desk.wait(1).press("ctrl-r").sees("nothing changed while").press("ctrl-s");
    assert_eq!(desk.take_effects().len(), 1);
}

#[test]
fn of_many_it_is_said_how_many_were_changed_and_by_whom() {
    let mut desk = Desk::open((120, 40));
    desk.go_to(4).press("space").go_to(2).press("space").go_to(8).press("space A");
    for (n, who) in [(4, "ben"), (8, "carla")] {
        desk.happens(|world| world.run(id(n), now(), &Actor::person(who), &Command::Archive).unwrap());
    }
    desk.sees("2 of these 3 changed (1 by ben, 1 by carla) while you were looking: nothing is done.");
}

#[test]
fn somebody_whom_nobody_knows_is_asked_for_once() {
    let mut desk = Desk::open((120, 40));
    desk.go_to(2).press("a").write("dmitry").press("ctrl-s");
    desk.sees("Nobody is called dmitry here yet: accept it again to assign anyway.");
    assert_eq!(desk.take_effects(), []);
    desk.write("x").sees_no("is called").press("ctrl-s").sees("Nobody is called dmitryx");
    desk.press("ctrl-s");
    assert_eq!(desk.take_effects().len(), 1);
}

#[test]
fn the_status_bar_says_how_many_desks_there_are_and_who_leads() {
    let mut desk = Desk::open((120, 40));
    desk.sees_no("desks").sees_no("leads");
    tell(&mut desk, vec![]);
    desk.sees("3 desks").sees("this desk leads");
    let leader = LeaderState::Here { since: ago(1.0) };
    desk.tell(Msg::Status(Box::new(Status { leader, desks: 1, ..desk.state.status.clone() })));
    desk.sees_no("leads");
}
