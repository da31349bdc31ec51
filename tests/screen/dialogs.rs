//! What every dialog must show before something is done, at every size, and what it must not show.

use cloverwatch::domain::{CodeOrigin, DealershipId};
use cloverwatch::protocol::Request;
use cloverwatch::tui::Effect;

use crate::desk::Desk;
use crate::population::{crowd, now};

const SIZES: [(u16, u16); 5] = [(200, 60), (120, 30), (80, 24), (60, 16), (40, 10)];

#[test]
fn a_bulk_shows_contact_old_end_and_new_end_of_each_before_anything_is_pasted() {
    for source in [None, Some(CodeOrigin::Http)] {
        for size in SIZES {
            let mut desk = Desk::with(crate::population::sample(), size, |setup| setup.source = source);
            desk.go_to(4).press("space").go_to(2).press("space r");
            // What does not fit is a few pages down.
            let mut seen = desk.picture();
            for _ in 0..3 {
                desk.press("pgdn");
                seen.push_str(&desk.picture());
            }
            for words in ["xts000004", "Ximena Holloway", "30 Mar 03:00", "02 Apr 11:00 EDT", "02 Apr 10:00 CDT"] {
                assert!(seen.contains(words), "{words} {size:?} {source:?}\n{seen}");
            }
            assert!(seen.contains("about 02 Apr"), "{size:?} {source:?}\n{seen}");
        }
    }
}

#[test]
fn a_pasted_code_does_not_hide_the_end_of_the_old_one() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(4).press("space").go_to(2).press("space r");
    desk.paste("xts000004,FRESH-44\nxts000002,FRESH-22\n");
    desk.sees("••••4D ended 30 Mar 03:00 EDT → ••••44 02 Apr 11:00 EDT = 02 Apr 10:00 CDT");
}

#[test]
fn the_smallest_screen_shows_both_ends_of_a_reissue_at_once() {
    let mut desk = Desk::open((40, 10));
    desk.go_to(4).press("r").sees("Reissue Chevrolet of Louisville").sees("old end Mon 30 Mar 03:00 EDT");
    desk.sees("new end Thu 02 Apr 11:00 EDT").sees("here    Thu 02 Apr 10:00 CDT");
    desk.sees("Ximena Holloway").sees("[ Reissue ]");
}

#[test]
fn what_is_no_code_is_masked_too_once_the_keyboard_leaves_it() {
    for size in SIZES {
        let mut desk = Desk::open(size);
        desk.go_to(4).press("r").paste("SECRET-1 SECRET-2").sees("SECRET-2");
        desk.press("tab").sees_no("SECRET").sees("•••• (17 characters)");
    }
}

#[test]
fn every_bulk_above_25_asks_for_its_number() {
    for (keys, title) in [("i", "Invite"), ("r", "Reissue"), ("x", "Revoke"), ("A", "Archive"), ("n", "Note")] {
        for source in [None, Some(CodeOrigin::Http)] {
            let mut desk = Desk::with(crowd(400), (120, 30), |setup| setup.source = source);
            desk.press("m a").press(keys).sees(title).sees(" to go on");
            // Backwards from the first field is the button that does it.
            desk.press("shift-tab enter").sees(" to go on");
            assert_eq!(desk.take_effects(), [], "{title}");
            if source.is_none() || matches!(keys, "r" | "n") {
                // These miss more than the number.
                continue;
            }
            let picture = desk.picture();
            let count = picture.split("type ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
            desk.write(count).press("tab tab enter");
            assert_eq!(desk.take_effects().len(), 1, "{title} {count}\n{}", desk.picture());
        }
    }
}

const DISCARDS: &str = "again discards what was typed";

#[test]
fn a_typed_code_is_not_lost_by_leaving_once() {
    for size in SIZES {
        let mut desk = Desk::open(size);
        desk.go_to(4).press("r").paste("FRESH-44").press("esc").sees(DISCARDS).sees("[ Reissue ]");
        // Whoever goes on has it still, and is asked anew.
        desk.press("tab").sees_no(DISCARDS).press("shift-tab").sees("FRESH-44");
        desk.press("esc").sees(DISCARDS).press("esc").sees_no("[ Reissue ]");
        assert_eq!(desk.take_effects(), []);
        desk.press("r").sees("[ Reissue ]").sees_no("FRESH-44");
    }
}

#[test]
fn enter_goes_through_the_fields_to_the_button_that_acts_and_never_to_cancel() {
    for size in SIZES {
        let mut desk = Desk::open(size);
        // Two fields and the letter, then the button.
        desk.go_to(4).press("r").paste("FRESH-44").press("enter enter enter");
        assert_eq!(desk.take_effects(), [], "nothing is done before the button is pressed");
        desk.sees("[ Reissue ]").sees("••••44").press("enter").sees_no("[ Reissue ]");
        assert_eq!(desk.take_effects().len(), 1, "{size:?}");
        // Without a code it comes back to the field that misses it, however often it is pressed.
        desk.go_to(2).press("r").press("enter enter enter enter enter enter enter enter").sees("paste the code");
        assert_eq!(desk.take_effects(), [], "{size:?}");
    }
}

#[test]
fn cancel_cancels_at_once_whatever_was_typed() {
    for size in SIZES {
        for (keys, typed) in [("r", "FRESH-44"), ("n", "ring at noon"), ("x", "wrong rooftop")] {
            let mut desk = Desk::open(size);
            desk.go_to(1).press(keys).write(typed).sees("[ Cancel ]");
            // Backwards from the first field is the button that acts, and before it Cancel.
            desk.press("shift-tab shift-tab enter").sees_no("[ Cancel ]");
            assert_eq!(desk.take_effects(), [], "{keys} {size:?}");
        }
    }
}

#[test]
fn one_key_submits_from_any_field_and_every_dialog_names_it() {
    for size in SIZES {
        for submit in ["ctrl-s", "alt-enter"] {
            // The code, its moment, the letter, Cancel and the button.
            for steps in 0..5 {
                let mut desk = Desk::open(size);
                desk.go_to(4).press("r").paste("FRESH-44");
                for _ in 0..steps {
                    desk.press("tab");
                }
                desk.press(submit).sees_no("[ Reissue ]");
                assert_eq!(desk.take_effects().len(), 1, "{submit} after {steps} tabs {size:?}");
            }
        }
        for keys in ["r", "x", "d", "n", "a", "z", "A", "o", "e e", "e r"] {
            let mut desk = Desk::open(size);
            desk.go_to(1).press(keys).sees("ctrl-s submit");
        }
    }
}

#[test]
fn what_is_submitted_half_filled_moves_to_the_first_wrong_field_and_says_why() {
    let mut desk = Desk::open((80, 24));
    desk.go_to(4).press("r tab ctrl-u").write("not a time").press("tab ctrl-s").sees("^ paste the code");
    desk.write("FRESH-44").press("ctrl-s").sees("^ ");
    assert_eq!(desk.take_effects(), []);
    desk.press("ctrl-u").write("-1h").press("ctrl-s").sees_no("[ Reissue ]");
    assert_eq!(desk.take_effects().len(), 1);
}

#[test]
fn submitting_what_changed_meanwhile_only_asks_to_look_again() {
    let mut desk = Desk::open((80, 24));
    desk.go_to(4).press("r").paste("FRESH-44");
    desk.happens(|world| world.issue(DealershipId::from_bits(4), now(), "FASTER-4"));
    desk.press("ctrl-s ctrl-s").sees("[ Look again ]");
    assert_eq!(desk.take_effects(), []);
    desk.press("enter").sees("old code     2:");
}

#[test]
fn a_block_of_codes_and_a_note_are_not_lost_either() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(4).press("space").go_to(2).press("space r").paste("xts000004,FRESH-44\n");
    desk.press("esc").sees(DISCARDS).sees("1 line").press("esc").sees_no("[ Reissue 2 ]");
    desk.press("m c").go_to(2).press("n").write("ring at noon").press("ctrl-c").sees(DISCARDS).sees("ring at noon");
    desk.press("ctrl-c").sees_no("ring at noon");
    assert_eq!(desk.take_effects(), []);
}

#[test]
fn what_was_only_suggested_is_left_at_once() {
    for (keys, title) in [("r", "Reissue"), ("a", "Assign"), ("z", "Snooze"), ("n", "Note on"), ("o", "Opcode of")] {
        let mut desk = Desk::open((120, 30));
        desk.go_to(4).press(keys).sees(title).press("esc").sees_no(&format!("{title} Chevrolet"));
        // Enter on Cancel, where nothing was typed, is Cancel.
        let to_cancel = if keys == "o" { "shift-tab shift-tab shift-tab enter" } else { "shift-tab shift-tab enter" };
        desk.press(keys).press(to_cancel).sees_no(&format!("{title} Chevrolet"));
        let recorded = |effect: &Effect| !matches!(effect, Effect::Ask(_, Request::Services(_)));
        assert!(!desk.take_effects().iter().any(recorded), "{title}");
    }
    // The number above which it must be typed says itself again.
    let mut desk = Desk::with(crowd(400), (120, 30), |_| {});
    desk.press("m a A").sees(" to go on").write("4").press("esc").sees_no(" to go on");
}

#[test]
fn a_code_that_is_dead_already_is_said_to_be_dead_and_the_reason_is_whole() {
    for size in SIZES {
        let mut desk = Desk::open(size);
        desk.go_to(4).press("r").paste("FRESH-44").press("tab ctrl-u").write("-80h").sees("that code died at");
        desk.press("ctrl-s").sees_no("in 0s");
        // Whole, over as many lines as it needs.
        let picture = desk.picture().replace(['│', '\n'], " ");
        let words: Vec<&str> = picture.split_whitespace().collect();
        let whole = words.join(" ");
        assert!(whole.contains("^ this code died 8h 00m ago; generate a new one"), "{size:?}\n{}", desk.picture());
        assert_eq!(desk.take_effects(), []);
    }
}

#[test]
fn a_mistake_in_a_block_can_be_read_to_its_end_on_the_smallest_screen() {
    for size in [(80, 24), (40, 10)] {
        let mut desk = Desk::open(size);
        desk.go_to(4).press("space").go_to(2).press("space r").paste("xts000004,FRESH-44\nxts000017,FRESH-17\n");
        desk.press("ctrl-s");
        let mut seen = String::new();
        for _ in 0..6 {
            seen.push_str(&desk.picture().replace(['│', '\n'], " "));
            desk.press("pgdn");
        }
        let whole = seen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(whole.contains("but not one of those chosen"), "{size:?}\n{whole}");
    }
}

#[test]
fn the_archive_is_left_by_a_button_that_says_so_a_word_of_the_palette_and_a_key_that_is_named() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(1)
        .happens(|world| world.person(DealershipId::from_bits(1), now(), &cloverwatch::domain::Command::Archive));
    desk.press("] ] ] ] ] ] ] ] ] ] ] ] ]");
    for tab in 0..14 {
        if desk.state.rows.place(DealershipId::from_bits(1)).is_some() {
            break;
        }
        assert!(tab < 13, "no tab shows what is archived");
        desk.press("]");
    }
    desk.go_to(1).press("r").sees("take it back first (A)");
    desk.press("A").sees("Take back from the archive: McAllister").sees("[ Take back ]").sees_no("[ Archive ]");
    desk.press("esc");
    for words in ["unarchive", "take back"] {
        desk.press(":").write(words).sees("archive").press("esc");
    }
    desk.press(": ").write("unarchive").press("enter").sees("[ Take back ]").press("esc");
    desk.go_to(1);
}

#[test]
fn a_button_names_what_it_does() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(1).press("a").write("nobody").sees("[ Assign to nobody ]").press("esc esc");
    desk.go_to(18).press("z ctrl-u").write("off").sees("[ End the snooze ]").press("esc esc");
    desk.press("M G x").sees("[ Do not send ]");
}
