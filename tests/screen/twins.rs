//! Dealerships that may be one and the same, at the desk; and names written otherwise in a block of codes.

use cloverwatch::domain::{Actor, Command, DealershipId, ProfileEdit, ProfileField};
use cloverwatch::protocol::Request;
use cloverwatch::tui::Effect;

use crate::desk::Desk;
use crate::population::now;
use crate::profile::whole;

fn id(n: u64) -> DealershipId {
    DealershipId::from_bits(n)
}

pub fn correct(desk: &mut Desk, n: u64, field: ProfileField, text: &str) {
    let edits = vec![ProfileEdit { field, text: text.to_owned() }];
    desk.happens(|world| world.run(id(n), now(), &Actor::person("ana"), &Command::Correct { edits }).unwrap());
}

fn shown(desk: &Desk) -> Vec<u64> {
    let mut ids: Vec<u64> = desk.state.rows.from(0).map(|row| row.state.id.bits()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn twins_are_found_by_the_filter_and_told_in_the_details_as_profiles_change() {
    let mut desk = Desk::open((200, 60));
    desk.press("/").write("is:twin").press("enter");
    assert_eq!(shown(&desk), [0_u64; 0]);
    correct(&mut desk, 2, ProfileField::Email, "Service.1@example.com");
    desk.press("/ ctrl-u").write("is:twin").press("enter");
    assert_eq!(shown(&desk), [1, 2]);
    let name = desk.world.lock().get(id(1)).profile.name.plain().into_owned();
    desk.press("esc").go_to(2);
    let hint = format!("may be the same as {name} (xts000001):");
    desk.sees(&hint).sees("same address");
    // Whoever archives one of two has told them apart.
    desk.happens(|world| world.run(id(1), now(), &Actor::person("ana"), &Command::Archive).unwrap());
    desk.sees_no("may be the same");
    desk.happens(|world| world.run(id(1), now(), &Actor::person("ana"), &Command::Unarchive).unwrap());
    desk.sees(&hint);
    correct(&mut desk, 2, ProfileField::Email, "other@example.com");
    desk.sees_no("may be the same");
}

#[test]
fn twins_of_the_past_are_those_of_then() {
    let mut desk = Desk::open((200, 60));
    correct(&mut desk, 2, ProfileField::Email, "Service.1@example.com");
    correct(&mut desk, 2, ProfileField::Email, "other@example.com");
    desk.go_to(2).press("T").read_past();
    for (keys, is_twin) in [("", false), ("h", true), ("h", false), ("l", true), ("l", false)] {
        desk.press(keys);
        match is_twin {
            true => desk.sees("may be the same as"),
            false => desk.sees_no("may be the same as"),
        };
    }
    desk.press("h /").write("is:twin").press("enter");
    assert_eq!(shown(&desk), [1, 2]);
    desk.press("h");
    assert_eq!(shown(&desk), [0_u64; 0]);
}

#[test]
fn the_filter_finds_a_name_however_it_is_typed() {
    let mut desk = Desk::open((120, 30));
    correct(&mut desk, 3, ProfileField::Name, "D’Amico & Björk");
    correct(&mut desk, 3, ProfileField::Phone, "(503) 555-0110 x12");
    for text in ["d'amico", "DAMICO", "bjork", "\"& bjo\u{308}rk\"", "5035550110", "+1 503 555 0110", "555-0110"] {
        desk.press("/ ctrl-u").write(text).press("enter");
        assert_eq!(shown(&desk), [3], "{text}");
    }
}

#[test]
fn a_block_names_dealerships_in_any_writing_but_never_one_of_several() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(4).press("space").go_to(11).press("space r");
    desk.paste("XTS-000011,FRESH-11,2026-03-30 07:00\nxts 000004,FRESH-04\n");
    desk.press("tab tab tab tab enter");
    let effects = desk.take_effects();
    let [Effect::Ask(_, Request::Paste(codes))] = effects.as_slice() else { panic!("{effects:?}\n{}", desk.picture()) };
    let codes: Vec<(u64, &str)> = codes.iter().map(|one| (one.dealership.bits(), one.code.reveal())).collect();
    assert_eq!(codes, [(11, "FRESH-11"), (4, "FRESH-04")]);

    let mut desk = Desk::open((120, 30));
    correct(&mut desk, 5, ProfileField::Name, "XTS 000011");
    desk.go_to(4).press("space").go_to(11).press("space r");
    desk.paste("XTS 000011,FRESH-11\nxts000004,FRESH-04\n").press("tab tab tab tab enter");
    assert_eq!(desk.take_effects(), []);
    assert!(whole(&desk).contains("could be several dealerships"), "{}", desk.picture());
}
