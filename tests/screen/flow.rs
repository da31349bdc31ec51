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
    desk.press("r ctrl-s");
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
