//! What happens at the desk when somebody presses keys, and when the world moves meanwhile.

use chrono::TimeDelta;
use cloverwatch::domain::{Command, DealershipId, Outcome, ProbeStatus};
use cloverwatch::protocol::{PlatformState, Request, Status};
use cloverwatch::tui::msg::Clip;
use cloverwatch::tui::state::{Focus, Mode};
use cloverwatch::tui::{Effect, Msg};

use crate::desk::Desk;
use crate::population::{now, sample};

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
pub fn answer(desk: &mut Desk, effect: &Effect, failed: &[u64]) {
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
    desk.go_to(2).press("enter").sees("xts000002, Chicago").sees_no("! dealership");
    desk.press("esc").sees("! dealership").press("t").sees("Events").press("esc").sees("! dealership");
    desk.press("enter tab").sees("! dealership");
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
