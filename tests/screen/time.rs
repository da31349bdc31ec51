//! Moments on the screen, and a clock that cannot be trusted.

use chrono::TimeDelta;
use cloverwatch::domain::DealershipId;
use cloverwatch::protocol::{PlatformState, Status};
use cloverwatch::tui::Msg;
use cloverwatch::tui::state::Mode;

use crate::desk::Desk;
use crate::population::{now, sample, sent};

fn id(n: u64) -> DealershipId {
    DealershipId::from_bits(n)
}

#[test]
fn one_dealership_is_told_in_its_own_zone_and_many_in_the_operators() {
    let mut desk = Desk::open((160, 100));
    // Many: the zone is named once.
    desk.sees("Events following America/Chicago");
    // Its code died an hour before a look found it so.
    desk.go_to(11).press("enter f").sees("29 Mar 04:00 PDT").sees("(noticed 29 Mar 05:00 PDT)");
}

#[test]
fn what_was_entered_later_stands_where_it_happened() {
    let mut desk = Desk::open((160, 100));
    let said_at = now() - TimeDelta::hours(25);
    desk.happens(|world| {
        let command = cloverwatch::domain::Command::ConfirmByDealer { said_at, mail: false };
        world.person(id(2), now(), &command)
    });
    desk.go_to(2).press("enter f").sees("29 Mar 09:00 CDT").sees("(recorded 30 Mar 10:00 CDT)");
}

fn may_be_accepted(desk: &Desk) -> bool {
    matches!(&desk.state.mode, Mode::Dialog(dialog) if dialog.validation.is_ok())
}

#[test]
fn a_clock_far_from_the_platforms_is_told_and_asked_about_before_a_code_is_issued() {
    let mut desk = Desk::open((120, 40));
    let clock_skew = Some(TimeDelta::minutes(10));
    desk.tell(Msg::Status(Box::new(Status { platform: PlatformState::Ok, clock_skew, ..Status::default() })));
    desk.sees("▲ this machine's clock is 10m 00s behind Xtime's");
    desk.go_to(4).press("r").paste("FRESH-44\n").sees("I mean it");
    assert!(!may_be_accepted(&desk));
    desk.press("tab tab space");
    assert!(may_be_accepted(&desk), "{}", desk.picture());
    desk.press("esc esc");
    let clock_skew = Some(TimeDelta::minutes(-4));
    desk.tell(Msg::Status(Box::new(Status { platform: PlatformState::Ok, clock_skew, ..Status::default() })));
    desk.sees_no("this machine's clock").go_to(4).press("r").sees_no("I mean it");
}

#[test]
fn a_clock_behind_the_newest_event_is_told_by_the_minute() {
    let mut desk = Desk::open((120, 40));
    desk.sees_no("this machine's clock")
        .wait(-3 * 86_400)
        .sees("▲ this machine's clock is 2d 23h behind the newest event of the store");
    let (_, drawn, _) = desk.draw();
    let next = drawn.next_change.unwrap() - desk.now.at;
    assert!(next > TimeDelta::zero() && next <= TimeDelta::minutes(1), "{next}");
}

#[test]
fn an_event_ahead_of_the_clock_is_told_after_a_restart_too_unless_the_platform_agrees_with_the_clock() {
    let mut world = sample();
    for at in [now() + TimeDelta::days(3), now()] {
        world.person(id(16), at, &cloverwatch::domain::Command::Note { text: "called".into() });
    }
    let mut desk = Desk::with(world, (120, 40), |_| {});
    desk.sees("▲ this machine's clock is 3d 00h behind the newest event of the store: set it if it is wrong");
    let clock_skew = Some(TimeDelta::seconds(-1));
    desk.tell(Msg::Status(Box::new(Status { platform: PlatformState::Ok, clock_skew, ..Status::default() })));
    desk.sees_no("this machine's clock").go_to(4).press("r").sees_no("I mean it");
}

#[test]
fn a_code_from_a_clock_that_ran_ahead_needs_somebody_until_it_is_replaced() {
    let mut desk = Desk::open((160, 60));
    let ahead = now() + TimeDelta::days(9);
    desk.happens(|world| world.issue(id(16), ahead, "FUTURE-16"));
    desk.go_to(16).press("enter f").sees("code dated in the future").sees("at least 9d 00h too late");
    // From here on it is known that the code was there before its moment.
    let note = cloverwatch::domain::Command::Note { text: "they cannot enter it".into() };
    desk.happens(|world| world.person(id(16), now(), &note));
    desk.wait(9 * 86_400 + 3_600).sees("code dated in the future").sees("at least 9d 00h too late");
    let later = desk.now.at;
    desk.happens(|world| world.issue(id(16), later, "FRESH-16")).sees_no("code dated in the future");
}

#[test]
fn codes_that_expired_are_told_together_mine_apart_from_others() {
    let mut desk = Desk::open((120, 30));
    let tick = cloverwatch::domain::Command::Tick { probing: false };
    let later = now() + TimeDelta::hours(80);
    let expire = |desk: &mut Desk, n: u64| {
        desk.happens(|world| world.run(id(n), later, &cloverwatch::domain::Actor::system("clock"), &tick).unwrap());
    };
    expire(&mut desk, 1);
    desk.sees("a code at your dealerships expired unused: McAllister").sees("shows it");
    for n in [2, 10, 3, 18] {
        expire(&mut desk, n);
    }
    desk.sees("3 codes at dealerships of other owners expired").sees("+1");
    let told: Vec<&str> = desk.state.toasts.iter().map(|toast| toast.text.as_str()).collect();
    assert!(
        told.len() == 2 && told[0].starts_with("2 codes at your dealerships expired unused: McAllister"),
        "{told:?}"
    );
    // From wherever one is.
    desk.press("/").write("portland").press("enter M E");
    assert!(desk.state.queue.is_none());
    desk.sees("Expired").sees("Nakamura Ford");
    // Once the message is gone, the next one begins anew.
    desk.wait(16).wait(7).sees_no("expired unused: McAllister");
    desk.happens(|world| world.issue(id(9), now(), "FRESH-9"));
    desk.happens(|world| world.post(id(9), now(), sent()));
    expire(&mut desk, 9);
    desk.sees("a code at dealerships of other owners expired unused: Metro MINI");
}
