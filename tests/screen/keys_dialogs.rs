//! Dialogs by their keys: what they ask for, what they refuse, and bulks.

use chrono::TimeDelta;
use cloverwatch::domain::{Ask, Command, DealershipId, Outcome, Untrusted};
use cloverwatch::protocol::{CodeRequest, Request};
use cloverwatch::tui::Effect;
use cloverwatch::tui::state::Mode;

use crate::desk::Desk;
use crate::keys::{answer, id, nothing, only};
use crate::population::{crowd, now};

#[test]
fn reissue_by_paste_takes_the_code_and_when_it_was_generated() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(4).press("r").sees("Reissue Chevrolet of Louisville").sees("service.4@example.com").sees("8h 00m ago");
    desk.paste("  FRESH-44\n").press("tab ctrl-u").write("2026-03-30 09:30").sees("Thu 02 Apr 09:30 EDT");
    // Through the letter to the button that acts; nothing is done before that is pressed.
    desk.press("enter enter").sees("••••44").press("esc").sees("esc again discards").press("esc");
    nothing(&mut desk);
    assert!(matches!(desk.state.mode, Mode::Desk));

    desk.press("r").paste("FRESH-44").press("tab tab tab tab enter");
    let effect = only(&mut desk);
    let Effect::Ask(_, Request::Paste(codes)) = &effect else { panic!("{effect:?}") };
    let code = &codes[0];
    assert_eq!((code.dealership, code.code.reveal(), code.generated_at), (id(4), "FRESH-44", now()));
    assert_eq!(code.ask, Ask::Reissue { seen: 1, despite_word: false });
    answer(&mut desk, &effect, &[]);
    desk.sees("Chevrolet of Louisville: done").wait(7).sees_no("Louisville: done");
}

#[test]
fn mistakes_are_shown_while_typing_and_nothing_is_asked_for() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(4).press("r").write("ab").sees("the code has 2 characters; at least 4 are needed");
    desk.press("ctrl-u").write("CLOVER-4D").sees("this code was used before for this dealership");
    desk.press("ctrl-u").write("CLOVER-1A").sees("this code was used before for another dealership");
    desk.press("ctrl-u").write("NEW CODE").sees("white space inside");
    desk.press("ctrl-u").write("NEWCODE").press("tab ctrl-u").write("-73h").sees("this code died 1h 00m ago");
    desk.press("ctrl-u").write("in 2h").sees("generated in the future");
    desk.press("ctrl-u").write("someday").sees("`someday` is not a moment");
    desk.press("tab tab tab enter");
    nothing(&mut desk);
    assert!(matches!(desk.state.mode, Mode::Dialog(_)));
}

#[test]
fn a_dialog_says_when_its_dealership_changed_and_refuses() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(4).press("r").paste("FRESH-44");
    desk.happens(|world| world.issue(id(4), now(), "FASTER-4"));
    desk.sees("reissued by ana meanwhile: code 2 is the newest").sees("Look again");
    desk.press("tab tab tab tab");
    let before = desk.picture();
    assert!(before.contains("[ Look again ]") && !before.contains("[ Reissue ]"));
    // Looking again shows the new state; only then can it be accepted, with the new number.
    desk.press("enter").sees("old code     2:").press("tab tab tab tab enter");
    let effect = only(&mut desk);
    let Effect::Ask(_, Request::Paste(codes)) = &effect else { panic!("{effect:?}") };
    assert_eq!(codes[0].ask, Ask::Reissue { seen: 2, despite_word: false });
}

#[test]
fn a_dialog_closes_when_looking_again_shows_that_nothing_is_to_be_done() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(5).press("r");
    desk.happens(|world| world.look(id(5), now(), Outcome::Connected, &["DataClover Appt"]));
    desk.sees("connected meanwhile").press("shift-tab enter").sees("already connected; it needs no code");
    assert!(matches!(desk.state.mode, Mode::Desk));
    nothing(&mut desk);
}

#[test]
fn a_dealership_that_awaits_xtime_needs_a_word_more() {
    let mut desk = Desk::with_source((120, 30));
    desk.go_to(5).press("r").sees("would start again");
    desk.press("tab enter");
    nothing(&mut desk);
    // Refused, the keyboard is on the check box.
    desk.press("space tab tab tab enter");
    let effect = only(&mut desk);
    let Effect::Ask(_, Request::Obtain(asks)) = &effect else { panic!("{effect:?}") };
    let ask = Ask::Reissue { seen: 1, despite_word: true };
    assert_eq!(asks[0], CodeRequest { dealership: id(5), ask, mail: true });
}

#[test]
fn marks_survive_filters_are_counted_and_make_it_a_bulk() {
    let mut desk = Desk::with_source((120, 30));
    desk.go_to(11).press("space space").go_to(3).press("space");
    desk.press("/").write("portland").press("enter").sees("3 marked, 2 hidden");
    desk.press("r").sees("Reissue 3 dealerships").sees("2 of these are not shown");
    desk.press("tab enter");
    let effect = only(&mut desk);
    let Effect::Ask(_, Request::Obtain(asks)) = &effect else { panic!("{effect:?}") };
    let mut asked: Vec<u64> = asks.iter().map(|one| one.dealership.bits()).collect();
    asked.sort_unstable();
    assert_eq!(asked, [3, 4, 11]);
    desk.sees("0 done, 0 failed, 3 under way");
    answer(&mut desk, &effect, &[4]);
    desk.sees("2 done, 1 failed").sees("✗ Chevrolet of Louisville").sees("somebody was faster");
    // What failed can be tried again, as it is now.
    desk.press("tab enter").sees("Reissue Chevrolet of Louisville").press("tab enter");
    let effect = only(&mut desk);
    assert!(matches!(&effect, Effect::Ask(_, Request::Obtain(asks)) if asks.len() == 1));
    assert_eq!(desk.state.marks.iter().map(DealershipId::bits).collect::<Vec<_>>(), [4]);
}

#[test]
fn a_bulk_leaves_out_what_the_rules_refuse_and_says_why() {
    let mut desk = Desk::open((120, 30));
    desk.press("m a r").sees("left out (1), never invited; invite it first (i): Metro MINI");
    desk.sees("left out (4), already connected; it needs no code: ").sees("Reissue 12 dealerships");
}

#[test]
fn a_pasted_block_is_matched_by_dealer_code_and_wholly_checked() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(4).press("space").go_to(11).press("space r");
    desk.paste("xts000011,FRESH-11,2026-03-30 07:00\n");
    desk.sees("1 code for 2 dealerships: 1 too few");
    desk.press("tab tab tab tab enter");
    nothing(&mut desk);
    // The keyboard went back to the block.
    desk.paste("xts000004,FRESH-04\n")
        .sees("→ ••••04 02 Apr 11:00 EDT = 02 Apr 10:00 CDT")
        .sees("→ ••••11 02 Apr 07:00 PDT = 02 Apr 09:00 CDT");
    desk.press("tab tab tab tab enter");
    let effect = only(&mut desk);
    let Effect::Ask(_, Request::Paste(codes)) = &effect else { panic!("{effect:?}") };
    let codes: Vec<(u64, &str)> = codes.iter().map(|one| (one.dealership.bits(), one.code.reveal())).collect();
    assert_eq!(codes, [(11, "FRESH-11"), (4, "FRESH-04")]);
    assert!(!format!("{effect:?}").contains("FRESH"));
}

#[test]
fn above_25_the_number_must_be_typed() {
    let mut desk =
        Desk::with(crowd(120), (120, 30), |setup| setup.source = Some(cloverwatch::domain::CodeOrigin::Http));
    desk.press("8 m a r");
    let count = desk.state.marks.len();
    assert!(count > 25, "{count}");
    desk.sees(&format!("type {count} to go on")).write("26");
    desk.press("tab tab enter");
    nothing(&mut desk);
    desk.press("ctrl-u").write(&count.to_string()).press("tab tab enter");
    let effect = only(&mut desk);
    assert!(matches!(&effect, Effect::Ask(_, Request::Obtain(asks)) if asks.len() == count));
}

#[test]
fn every_recording_action_asks_for_its_command() {
    let mut desk = Desk::open((120, 30));
    let cases: [(u64, &str, Command); 9] = [
        (1, "n|call back|enter", Command::Note { text: "call back".into() }),
        (1, "a|ben|enter", Command::Assign { owner: Some("ben".into()) }),
        (1, "a|down|enter", Command::Assign { owner: Some("ana".into()) }),
        (1, "a|nobody|enter", Command::Assign { owner: None }),
        (1, "z|ctrl-u|2h|enter", Command::Snooze { until: Some(now() + TimeDelta::hours(2)) }),
        (18, "z|ctrl-u|off|enter", Command::Snooze { until: None }),
        (1, "d|ctrl-u|-30m|enter", Command::ConfirmByDealer { said_at: now() - TimeDelta::minutes(30), mail: true }),
        (1, "x|wrong one|tab|tab|enter", Command::Revoke { reason: "wrong one".into() }),
        (1, "A|tab|enter", Command::Archive),
    ];
    for (n, play, expected) in cases {
        desk.go_to(n);
        for part in play.split('|') {
            let is_key = part.len() == 1 || cloverwatch::tui::keymap::Key::parse(part).is_ok();
            if is_key {
                desk.press(part)
            } else {
                desk.write(part)
            };
        }
        let effect = only(&mut desk);
        assert!(
            matches!(&effect, Effect::Ask(_, Request::Execute(items)) if items == &[(id(n), expected.clone())]),
            "{effect:?}"
        );
    }
    desk.go_to(1).press("o shift-tab space tab");
    assert!(matches!(desk.take_effects()[..], [Effect::Ask(_, Request::Services(of))] if of == id(1)));
    desk.press("enter").write("the owner, by phone").press("enter");
    let effect = only(&mut desk);
    let Effect::Ask(_, Request::Execute(items)) = &effect else { panic!("{effect:?}") };
    let Command::ChooseOpcode { choice, word } = &items[0].1 else { panic!("{effect:?}") };
    assert_eq!(word.as_ref().map(Untrusted::raw), Some("the owner, by phone"));
    assert_eq!(choice.code, Untrusted::from("DataClover Appt"));
    assert_eq!(choice.option, cloverwatch::domain::OpcodeOption::New);
}

#[test]
fn a_suggestion_is_replaced_by_what_is_typed() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(4).press("r").paste("FRESH-44").press("tab").write("2026-03-30 09:30").sees("Thu 02 Apr 09:30 EDT");
}
