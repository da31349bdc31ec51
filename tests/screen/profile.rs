//! Who a dealership is, and who looks after it, corrected at the desk.

use cloverwatch::domain::{Actor, Command, DealershipId, ProfileEdit, ProfileField};
use cloverwatch::protocol::Request;
use cloverwatch::tui::Effect;
use cloverwatch::tui::state::Mode;

use crate::desk::Desk;
use crate::population::now;

const SIZES: [(u16, u16); 4] = [(200, 60), (120, 30), (80, 24), (40, 10)];

fn id(n: u64) -> DealershipId {
    DealershipId::from_bits(n)
}

/// Everything on the screen as one line: what is long is wrapped.
pub fn whole(desk: &Desk) -> String {
    let picture = desk.picture().replace(['│', '\n'], " ");
    picture.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn correction(desk: &mut Desk) -> Vec<ProfileEdit> {
    let effects = desk.take_effects();
    match effects.as_slice() {
        [Effect::Ask(_, Request::Execute(items))] => match items.as_slice() {
            [(_, Command::Correct { edits })] => edits.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}\n{}", desk.picture()),
    }
}

#[test]
fn an_address_is_corrected_at_the_desk_and_shown_before_and_after() {
    for size in SIZES {
        let mut desk = Desk::open(size);
        desk.go_to(1).press("p").sees("Correct McAllister").sees("Nothing changes yet");
        desk.press("tab tab ctrl-u").write("parts@example.com");
        desk.sees("e-mail: service.1@example.com →").sees("parts@example.com").press("ctrl-s").sees_no("Correct McAl");
        let edits = correction(&mut desk);
        assert_eq!(edits, [ProfileEdit { field: ProfileField::Email, text: "parts@example.com".to_owned() }]);
        let before = desk.world.lock().get(id(1)).profile.clone();
        desk.happens(|world| world.run(id(1), now(), &Actor::person("ana"), &Command::Correct { edits }).unwrap());
        let after = desk.world.lock().get(id(1)).profile.clone();
        assert_eq!(before.changes(&after).len(), 1, "{size:?}");
    }
}

#[test]
fn the_fields_that_are_said_to_be_in_view_are_and_nothing_lies_over_them() {
    for size in [(40, 10), (40, 12), (60, 16), (80, 24)] {
        let mut desk = Desk::open(size);
        desk.go_to(1).press("p");
        for _ in 0..10 {
            let picture = desk.picture();
            let Mode::Dialog(dialog) = &desk.state.mode else { panic!("{picture}") };
            let stands = |label: &str| {
                let line = |line: &str| line.trim_start_matches([' ', '│']).starts_with(label);
                picture.lines().any(line)
            };
            let seen = dialog.fields.iter().filter(|field| stands(&field.label)).count();
            let told = picture.split_once("fields ").map_or(dialog.fields.len(), |(_, words)| {
                let numbers: Vec<usize> = words.split(' ').filter_map(|word| word.parse().ok()).take(2).collect();
                numbers[1] + 1 - numbers[0]
            });
            assert_eq!(seen, told, "{size:?}\n{picture}");
            assert!(picture.contains("[ Cancel ]"), "{picture}");
            desk.press("tab");
        }
    }
}

#[test]
fn a_zone_is_written_as_people_call_it_and_shown_as_it_is_read() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(1).press("p tab tab tab tab ctrl-u").write("hawaii time");
    assert!(whole(&desk).contains("→ Pacific/Honolulu"), "{}", desk.picture());
    desk.press("tab tab tab tab ctrl-u").write("MA");
    let words = "Pacific/Honolulu is no zone of MA (America/New_York)";
    assert!(whole(&desk).contains(words), "{}", desk.picture());
    desk.press("ctrl-u").write("HI");
    assert!(!whole(&desk).contains("is no zone of"), "{}", desk.picture());
    desk.press("ctrl-s");
    let edits = correction(&mut desk);
    desk.happens(|world| world.run(id(1), now(), &Actor::person("ana"), &Command::Correct { edits }).unwrap());
    assert_eq!(desk.world.lock().get(id(1)).profile.timezone.name(), "Pacific/Honolulu");
}

#[test]
fn a_field_that_is_half_wrong_is_refused_where_it_stands_and_nothing_is_recorded() {
    for size in SIZES {
        let mut desk = Desk::open(size);
        desk.go_to(1).press("p tab tab ctrl-u").write("service at example.com").press("tab ctrl-u").write("555-0199");
        desk.press("ctrl-s");
        assert!(whole(&desk).contains("^ `service at example.com` is not a mail address"), "{}", desk.picture());
        desk.press("ctrl-u").press("ctrl-s").sees("^ is empty");
        assert_eq!(desk.take_effects(), [], "{size:?}");
        desk.write("service@example.com").press("ctrl-s");
        assert_eq!(correction(&mut desk).len(), 2, "{size:?}");
    }
}

#[test]
fn a_profile_in_which_nothing_was_changed_is_not_recorded_and_left_at_once() {
    let mut desk = Desk::open((80, 24));
    desk.go_to(1).press("p ctrl-s").sees("^ nothing was changed").press("esc").sees_no("Correct McAllister");
    assert_eq!(desk.take_effects(), []);
    desk.press("p ctrl-u").write("Other Motors").press("esc").sees("again discards").press("esc");
    assert_eq!(desk.take_effects(), []);
    // One at a time.
    desk.press("space space p").sees("one dealership at a time");
}

#[test]
fn a_profile_that_was_corrected_meanwhile_is_looked_at_again_and_ones_own_correction_stays() {
    let mut desk = Desk::open((80, 24));
    desk.go_to(1).press("p tab tab tab ctrl-u").write("555-0199");
    let edits = vec![ProfileEdit { field: ProfileField::City, text: "Boulder".to_owned() }];
    desk.happens(|world| world.run(id(1), now(), &Actor::person("ben"), &Command::Correct { edits }).unwrap());
    desk.sees("its profile was corrected meanwhile").press("ctrl-s enter").sees("Boulder").wait(1).press("ctrl-s");
    let edits = correction(&mut desk);
    assert_eq!(edits, [ProfileEdit { field: ProfileField::Phone, text: "555-0199".to_owned() }]);
}

#[test]
fn assigning_shows_the_present_owner_and_offers_those_who_are_known() {
    for size in SIZES {
        let mut desk = Desk::open(size);
        desk.go_to(2).press("a").sees("now with ben").sees("ana").press("enter");
        assert_eq!(desk.take_effects(), [], "nobody is assigned by leaning on Enter");
        desk.press("esc").go_to(2).press("a").write("dmitry");
        let new = "new owner: no other dealership has it; did you mean `dmitri`?";
        assert!(whole(&desk).contains(new), "{}", desk.picture());
        desk.press("ctrl-u").write("dmitri").sees_no("new owner").press("enter");
        let owner = Some("dmitri".into());
        let expected = Command::Assign { owner };
        assert!(
            matches!(&desk.take_effects()[..], [Effect::Ask(_, Request::Execute(items))] if items == &[(id(2), expected)])
        );
    }
}

#[test]
fn several_are_assigned_with_the_present_owner_of_each_in_view() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(4).press("space").go_to(2).press("space a").sees("with ben").sees("with chloe").press("down down");
    desk.press("enter");
    assert!(matches!(&desk.take_effects()[..], [Effect::Ask(_, Request::Execute(items))] if items.len() == 2));
}
