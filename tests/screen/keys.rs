//! What happens at the desk when somebody presses keys, and when the world moves meanwhile.

use chrono::TimeDelta;
use cloverwatch::domain::{Ask, Command, DealershipId, Outcome, ProbeStatus, Untrusted};
use cloverwatch::protocol::{CodeRequest, PlatformState, Request, Status};
use cloverwatch::tui::msg::Clip;
use cloverwatch::tui::state::{Focus, Mode};
use cloverwatch::tui::{Effect, Msg};

use crate::desk::Desk;
use crate::population::{crowd, now, sample};

pub fn id(n: u64) -> DealershipId {
    DealershipId::from_bits(n)
}

fn desk() -> Desk {
    Desk::open((120, 30))
}

/// The only effect that was asked for since it was last looked.
#[track_caller]
pub fn only(desk: &mut Desk) -> Effect {
    let mut effects = desk.take_effects();
    assert_eq!(effects.len(), 1, "{effects:?}\n{}", desk.picture());
    effects.remove(0)
}

#[track_caller]
pub fn nothing(desk: &mut Desk) {
    assert_eq!(desk.take_effects(), []);
}

/// The engine answers that everything asked for went well, except for some.
fn answer(desk: &mut Desk, effect: &Effect, failed: &[u64]) {
    let (work, ids): (_, Vec<DealershipId>) = match effect {
        Effect::Ask(work, Request::Execute(items)) => (*work, items.iter().map(|(id, _)| *id).collect()),
        Effect::Ask(work, Request::Obtain(items)) => (*work, items.iter().map(|item| item.dealership).collect()),
        Effect::Ask(work, Request::Paste(codes)) => (*work, codes.iter().map(|code| code.dealership).collect()),
        Effect::Ask(work, Request::Probe(ids)) => (*work, ids.clone()),
        other => panic!("{other:?}"),
    };
    for id in ids {
        let outcome = if failed.contains(&id.bits()) {
            Err("somebody was faster".to_owned())
        } else {
            Ok("done".to_owned().into())
        };
        desk.tell(Msg::Outcome(work, id, outcome));
    }
}

#[test]
fn the_cursor_moves_and_stays_on_its_dealership_when_the_order_changes() {
    let mut desk = desk();
    assert_eq!(desk.selected(), 15);
    desk.press("j j");
    assert_eq!(desk.selected(), 11);
    desk.press("s n");
    assert_eq!(desk.selected(), 11);
    desk.press("s r s p G");
    let last = desk.selected();
    desk.press("j j");
    assert_eq!(desk.selected(), last);
    desk.press("g g k");
    assert_eq!(desk.state.cursor.list.place, 0);

    // A dealership moves past the cursor: the cursor does not follow the line, but its dealership.
    desk.press("s a").go_to(5);
    desk.happens(|world| world.look(id(5), now(), Outcome::Connected, &["DataClover Appt"]));
    assert_eq!(desk.selected(), 5);
    assert!(desk.state.cursor.list.place > 9);
}

#[test]
fn when_its_dealership_leaves_the_table_the_cursor_goes_on_where_it_was() {
    let mut desk = desk();
    desk.press("5").sees("Expired 2");
    assert_eq!(desk.selected(), 11);
    desk.happens(|world| world.issue(id(11), now(), "FRESH-11"));
    assert_eq!(desk.selected(), 4);
    desk.happens(|world| world.issue(id(4), now(), "FRESH-4"));
    assert_eq!(desk.state.cursor.id, None);
    desk.sees("No dealership is at this stage.");
    desk.press("r n enter space v");
    nothing(&mut desk);
    desk.press("[");
    assert_ne!(desk.selected(), 0);
}

#[test]
fn reissue_by_paste_takes_the_code_and_when_it_was_generated() {
    let mut desk = desk();
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
    let mut desk = desk();
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
    let mut desk = desk();
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
    let mut desk = desk();
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
    let mut desk = desk();
    desk.press("m a r").sees("left out (1), never invited; invite it first (i): Metro MINI");
    desk.sees("left out (4), already connected; it needs no code: ").sees("Reissue 12 dealerships");
}

#[test]
fn a_pasted_block_is_matched_by_dealer_code_and_wholly_checked() {
    let mut desk = desk();
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
    let mut desk = desk();
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
fn what_is_not_possible_says_why() {
    let mut desk = desk();
    desk.go_to(8).press("r").sees("reissue: already connected; it needs no code");
    desk.go_to(9).press("v").sees("never invited; invite it first (i)").press("x").sees("there is no living code");
    desk.go_to(1).press("i").sees("already invited (code 1); reissue instead (r)");
    desk.tell(Msg::Status(Box::new(Status { platform: PlatformState::Unconfigured, ..Status::default() })));
    desk.press("c").sees("Xtime is not configured");
    nothing(&mut desk);
    let mut desk = Desk::with(sample(), (120, 30), |setup| setup.read_only = true);
    for keys in ["r", "i", "x", "d", "n", "a", "z", "A", "o", "c"] {
        desk.press("esc").press(keys);
        desk.sees("read-only");
        assert!(matches!(desk.state.mode, Mode::Desk), "{keys}");
    }
    nothing(&mut desk);
    desk.press("esc").sees("READ-ONLY");
}

#[test]
fn a_code_is_revealed_for_fifteen_seconds_and_copied() {
    let mut desk = desk();
    desk.go_to(1).sees_no("CLOVER-1A").press("v").sees("CLOVER");
    desk.press("enter").sees("CLOVER-1A").wait(14).sees("CLOVER-1A").wait(1).sees_no("CLOVER-1A");
    desk.press("v").sees("CLOVER-1A").press("v").sees_no("CLOVER-1A");
    // A new code is another secret.
    desk.press("v").happens(|world| world.issue(id(1), now(), "SECRET-2Z"));
    desk.sees_no("SECRET-2Z");
    desk.press("y c");
    assert_eq!(only(&mut desk), Effect::Copy(Clip("SECRET-2Z".to_owned())));
    desk.press("y d");
    assert_eq!(only(&mut desk), Effect::Copy(Clip("xts000001".to_owned())));
}

#[test]
fn the_filter_is_live_says_its_mistakes_and_can_be_taken_back() {
    let mut desk = desk();
    desk.press("/").write("owner:ana").sees("4 of 18").write(" is");
    let before = desk.state.rows.shown();
    desk.write(":").sees("^^^");
    assert_eq!(desk.state.rows.shown(), before);
    // With a mistake it is not taken.
    desk.press("enter");
    assert!(matches!(desk.state.mode, Mode::Filter(_)));
    desk.write("live").press("enter").sees("0 of 18").press("/ ctrl-u").write("ford").sees("1 of 18").press("esc");
    desk.sees("owner:ana is:live").press("esc");
    assert!(desk.state.rows.query().is_empty());
    // A clock in a filter goes on being compared.
    desk.press("/").write("expires<5h").press("enter");
    assert_eq!(desk.state.rows.shown(), 2);
    desk.wait(7 * 60);
    assert_eq!(desk.state.rows.shown(), 3);
}

#[test]
fn paste_works_in_inputs_and_does_nothing_elsewhere() {
    let mut desk = desk();
    desk.paste("rqx\nd/:").paste("q");
    nothing(&mut desk);
    assert!(matches!(desk.state.mode, Mode::Desk));
    desk.now.face += std::time::Duration::from_secs(1);
    desk.sees("pasted text is not taken for keys").press("esc /").paste("port\u{1b}[2Jland\n");
    desk.sees("port[2Jland").press("esc : ").paste("reis").sees("reissue");
    desk.press("esc").go_to(4).press("r tab tab tab").paste("NOTHING").sees_no("NOTHING");
}

#[test]
fn the_palette_finds_by_a_few_letters_and_runs_it() {
    let mut desk = desk();
    desk.go_to(1).press(":").write("snz").sees("snooze").press("enter").sees("Snooze McAllister");
    desk.press("esc : ").write("attfirst").sees("attention first");
    desk.press("esc").go_to(8).press(":").write("reissue").sees("already connected").press("enter");
    desk.sees("reissue: already connected");
    assert!(matches!(desk.state.mode, Mode::Desk));
}

#[test]
fn the_tail_follows_holds_still_and_jumps() {
    let mut desk = desk();
    desk.press("tab");
    assert_eq!(desk.state.focus, Focus::Tail);
    desk.sees("following").press("k").sees("paused");
    for n in 0..3 {
        let text = format!("note number {n}");
        desk.happens(|world| world.person(id(9), now(), &Command::Note { text: text.as_str().into() }));
    }
    desk.sees("paused, 3 new").sees_no("note number 2").press("G").sees("following").sees("note number 2");
    desk.press("k k enter");
    assert_eq!((desk.selected(), desk.state.focus), (9, Focus::Table));
    // Groups and one dealership.
    desk.press("tab e").sees("[x] codes").press("space tab tab tab tab space tab tab enter");
    desk.sees("without codes, desk").sees_no("note number 2");
    desk.press("o").sees("only Metro MINI").sees("nothing yet");
}

#[test]
fn jumping_leaves_the_filter_and_the_tab_that_hide_it() {
    let mut desk = desk();
    desk.happens(|world| world.person(id(17), now(), &Command::Note { text: "about the archived one".into() }));
    desk.press("] ] /").write("portland").press("enter tab G enter");
    assert_eq!(desk.selected(), 17);
    desk.sees("Ram of Bismarck").sees("cleared");
}

#[test]
fn the_detail_is_about_the_cursor_and_scrolls() {
    let mut desk = desk();
    desk.go_to(2).press("enter").sees("Code, 72 hours").sees("••••2C (number 2)");
    assert_eq!(desk.state.focus, Focus::Detail);
    desk.press("ctrl-d ctrl-d").sees("code 1 superseded by code 2");
    desk.happens(|world| world.person(id(2), now(), &Command::Note { text: "just heard".into() }));
    desk.press("ctrl-u ctrl-u ctrl-d").sees("just heard");
    // What can be done with a dealership can be done from here.
    desk.press("n").sees("Note on Nakamura Ford").press("esc esc");
    assert_eq!(desk.state.focus, Focus::Table);
}

#[test]
fn on_a_small_screen_the_detail_has_all_of_it_and_gives_it_back() {
    let mut desk = Desk::open((60, 16));
    desk.go_to(2).press("enter").sees("dealerCode xts000002").sees_no("Xtime due");
    desk.press("esc").sees("Xtime due").press("t").sees("Events").press("esc").sees("Xtime due");
    desk.press("enter tab").sees("Xtime due");
}

#[test]
fn clocks_move_rows_when_deadlines_pass() {
    let mut desk = desk();
    desk.go_to(3).sees("36m 00s");
    desk.wait(60).sees("35m 00s");
    desk.wait(35 * 60).sees("Expired 3").sees("Invited 3");
    assert_eq!(desk.selected(), 3);
}

#[test]
fn a_frame_is_wanted_only_when_something_visible_changes() {
    let mut desk = Desk::open((120, 30));
    desk.draw();
    desk.state.dirty = false;
    // A countdown in seconds is in view: the next second changes it, nothing else does.
    let next = desk.draw().1.next_change.unwrap();
    assert_eq!(next, now() + TimeDelta::seconds(1));
    // Without one, minutes do.
    desk.press("9");
    let next = desk.draw().1.next_change.unwrap();
    assert!(next > now() + TimeDelta::seconds(1), "{next}");
    desk.tell(Msg::Probe(id(1), ProbeStatus::default()));
    let before = desk.picture();
    desk.state.dirty = false;
    desk.wait(0);
    assert!(!desk.state.dirty);
    let status = desk.state.status.clone();
    desk.tell(Msg::Status(Box::new(status)));
    desk.tell(Msg::Probe(id(1), ProbeStatus::default()));
    assert!(!desk.state.dirty);
    assert_eq!(desk.picture(), before);
}

#[test]
fn chords_show_what_can_follow_and_end_with_escape() {
    let mut desk = desk();
    desk.press("s").sees("attention first").sees("reverse sort").press("esc").sees("r reissue");
    desk.press("s x").sees("s x is not bound");
}

#[test]
fn quit_suspend_and_redraw_are_asked_for() {
    let mut desk = desk();
    desk.press("ctrl-z ctrl-l q");
    assert_eq!(desk.take_effects(), [Effect::Suspend, Effect::Redraw, Effect::Quit]);
    // In a line of text they are letters.
    desk.press("/ q");
    nothing(&mut desk);
}

#[test]
fn check_asks_for_looks_and_shows_them() {
    let mut desk = desk();
    desk.press("c");
    let effect = only(&mut desk);
    assert!(matches!(&effect, Effect::Ask(_, Request::Probe(ids)) if ids == &[id(15)]));
    answer(&mut desk, &effect, &[]);
    desk.sees("Summit Porsche: done");
}

#[test]
fn a_store_that_fills_up_meanwhile_is_shown() {
    let mut desk = Desk::with(crate::population::World::default(), (80, 24), |_| {});
    desk.sees("cloverwatch import").press("r").sees("there is no dealership here");
    desk.happens(|world| {
        let profile = crate::population::profile(1, "First Ford", "Boise", chrono_tz::UTC, None);
        world.person(id(1), now(), &Command::Add { profile })
    });
    desk.sees("First Ford").sees_no("cloverwatch import");
    assert_eq!(desk.selected(), 1);
}

#[test]
fn what_happens_meanwhile_closes_neither_filter_nor_help_nor_palette() {
    for (open, sign) in [("/", "is:live"), (":", "is:live"), ("?", "╭─ Help")] {
        let mut desk = desk();
        desk.press(open).write("is:live");
        desk.happens(|world| world.issue(id(4), now(), "FRESH-04"));
        desk.sees(sign);
    }
}

#[test]
fn a_suggestion_is_replaced_by_what_is_typed() {
    let mut desk = desk();
    desk.go_to(4).press("r").paste("FRESH-44").press("tab").write("2026-03-30 09:30").sees("Thu 02 Apr 09:30 EDT");
}
