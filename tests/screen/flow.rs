//! From one dealership to the next: what is asked for is seen at once, and then comes who needs us next.

use cloverwatch::domain::{Actor, Command};

use crate::desk::Desk;
use crate::keys::{answer, id, only};
use crate::population::now;

#[test]
fn what_is_asked_for_is_seen_before_anything_answers() {
    for (size, title) in
        [((120, 30), "◌ reissue: under way"), ((80, 24), "◌ reissue: under"), ((40, 10), "› ◌ Chevrolet")]
    {
        let mut desk = Desk::with_source(size);
        desk.go_to(4).sees_no("◌ Chevrolet").press("r ctrl-s").sees(title).sees("◌ Chevrolet");
        desk.press("enter").sees("◌ reissue: under way").press("esc");
        let effect = only(&mut desk);
        answer(&mut desk, &effect, &[4]);
        desk.sees_no("under way").sees_no("◌ Chevrolet");
    }
}

#[test]
fn of_many_each_is_pending_until_it_ends() {
    let mut desk = Desk::open((120, 40));
    desk.go_to(3).press("space").go_to(2).press("space a ctrl-u").write("ben").press("ctrl-s");
    let effect = only(&mut desk);
    desk.press("esc").sees("◌ Jeep of Portland").sees("◌ Nakamura Ford");
    answer(&mut desk, &effect, &[]);
    desk.sees_no("under way");
}

/// Somebody does what the cursor's dealership needs.
fn reissue(desk: &mut Desk) {
    desk.wait(1).press("r ctrl-s");
    let at = desk.state.cursor.id.unwrap();
    let effect = only(desk);
    desk.happens(|world| world.issue(at, now(), &format!("FRESH-{at}")));
    answer(desk, &effect, &[]);
}

#[test]
fn after_an_action_comes_the_next_that_needs_me() {
    let mut desk = Desk::with_source((120, 40));
    // Mine: behind it is one of chloe's, two of others, then the opcode of one of mine.
    desk.go_to(11);
    reissue(&mut desk);
    assert_eq!(desk.selected(), 13, "{}", desk.picture());
    // Who works through the list of chloe goes on in it; nothing below is hers, nor does anything above need her or me.
    desk.happens(|world| {
        world.run(id(2), now(), &Actor::person("ben"), &Command::Assign { owner: Some("chloe".into()) }).unwrap()
    });
    desk.go_to(4);
    reissue(&mut desk);
    assert_eq!(desk.selected(), 2, "{}", desk.picture());
    reissue(&mut desk);
    assert_eq!(desk.selected(), 13, "{}", desk.picture());
}

#[test]
fn what_leaves_its_place_no_more_than_before_keeps_the_cursor() {
    let mut desk = Desk::open((120, 40));
    desk.go_to(4).press("n").write("left a message").press("ctrl-s");
    let effect = only(&mut desk);
    desk.happens(|world| world.person(id(4), now(), &Command::Note { text: "left a message".into() }));
    answer(&mut desk, &effect, &[]);
    assert_eq!(desk.selected(), 4);
}

#[test]
fn a_key_that_was_meant_for_the_one_before_does_nothing_to_the_next() {
    let mut desk = Desk::with_source((120, 40));
    desk.go_to(11);
    reissue(&mut desk);
    for key in ["n", "c", "space", "z"] {
        desk.press(key).sees("the cursor went on to Team Genesis; press it again");
        assert!(desk.take_effects().is_empty() && desk.state.marks.is_empty(), "{key}");
    }
    desk.wait(1).press("n").sees("Note on Team Genesis");
}

#[test]
fn whoever_reads_the_detail_goes_on_reading_it() {
    let mut desk = Desk::with_source((80, 24));
    desk.go_to(11).press("enter");
    reissue(&mut desk);
    assert_eq!(desk.selected(), 11);
    desk.sees("Evil");
}

#[test]
fn what_failed_takes_the_cursor_nowhere() {
    let mut desk = Desk::with_source((120, 40));
    desk.go_to(4).press("r ctrl-s");
    let effect = only(&mut desk);
    answer(&mut desk, &effect, &[4]);
    // Somebody else was faster.
    desk.happens(|world| world.issue(id(4), now(), "FRESH-44"));
    assert_eq!(desk.selected(), 4);
}
