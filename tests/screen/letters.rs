//! What the desk says of letters: the table, the detail, the view of all of them, and a mail server that fails.

use std::sync::Arc;

use chrono::TimeDelta;
use cloverwatch::domain::text::is_invisible;
use cloverwatch::domain::{Actor, Command, DealershipId, LetterEnd, LetterState};
use cloverwatch::protocol::{MailState, MailStatus, PlatformState, Request, Status};
use cloverwatch::tui::rows::{Sort, TableColumn};
use cloverwatch::tui::state::Mode;
use cloverwatch::tui::{Effect, Msg};
use parking_lot::Mutex;

use crate::desk::Desk;
use crate::pictures::{SIZES, at_every_size};
use crate::population::{World, ago, now, profile, refused, sample, sent};

fn id(n: u64) -> DealershipId {
    DealershipId::from_bits(n)
}

/// The mail server has been down for a while, and letters wait.
fn down(waiting: usize) -> Msg {
    let state = MailState::Down {
        why: "connection refused by smtp.example.com:587; is it running, and is the port right?".to_owned(),
        since: ago(0.5),
        retry_at: now() + TimeDelta::minutes(4),
    };
    let mail = MailStatus { state, waiting, in_flight: 0, last_hour: 4, ..MailStatus::default() };
    Msg::Status(Box::new(Status { platform: PlatformState::Ok, requests_per_second: 10, mail, ..Status::default() }))
}

/// So many dealerships whose letter was refused for good.
fn failures(count: u64) -> World {
    let mut world = World::mailing();
    for n in 1..=count {
        let name = format!("Dealership {n:03}");
        world.add(n, profile(n, &name, "Boise", chrono_tz::Tz::America__Boise, Some("ana")), ago(90.0));
        world.issue(id(n), ago(10.0), &format!("CLOVER-{n:03}"));
        world.post(id(n), ago(9.0), refused("554 5.7.1 no", true));
    }
    world
}

/// Whose letters are shown, from the first line on.
fn listed(desk: &Desk) -> Vec<u64> {
    desk.state.queue.as_ref().unwrap().visible().map(|row| row.of.dealership.bits()).collect()
}

/// The commands of the only effect.
#[track_caller]
fn commands(desk: &mut Desk) -> Vec<(u64, Command)> {
    let effects = desk.take_effects();
    let [Effect::Ask(_, Request::Execute(items))] = effects.as_slice() else {
        panic!("{effects:?}\n{}", desk.picture())
    };
    items.iter().map(|(id, command)| (id.bits(), command.clone())).collect()
}

#[test]
fn all_letters() {
    at_every_size("letters", |size| {
        let mut desk = Desk::open(size);
        desk.press("M");
        desk
    });
}

#[test]
fn the_mail_server_is_down() {
    at_every_size("mail_down", |size| {
        let mut desk = Desk::open(size);
        desk.tell(down(1_240));
        desk
    });
    at_every_size("letters_down", |size| {
        let mut desk = Desk::open(size);
        desk.tell(down(1));
        desk.press("M t");
        desk
    });
}

#[test]
fn one_banner_says_why_since_when_and_how_many_wait() {
    let mut desk = Desk::open((200, 40));
    desk.tell(down(1_240));
    desk.sees("The mail server fails for 30m, next try in 4m 00s, 1,240 letters wait: connection refused");
    assert_eq!(desk.picture().matches("The mail server fails").count(), 1);
    desk.sees("▲ mail fails, 1,240 due");
    let mail = MailStatus {
        state: MailState::Limited { until: now() + TimeDelta::minutes(7) },
        waiting: 3,
        ..MailStatus::default()
    };
    desk.tell(Msg::Status(Box::new(Status { platform: PlatformState::Ok, mail, ..Status::default() })));
    desk.sees_no("The mail server fails").sees("mail at its hourly limit, 3 due");
    desk.press("M").sees("as an hour may see: the next one goes in 7m 00s");
}

/// A desk whose letters become files, and one of them.
fn files(size: (u16, u16)) -> Desk {
    let mut world = World::mailing();
    world.add(1, profile(1, "Nakamura Ford", "Chicago", chrono_tz::Tz::America__Chicago, Some("ana")), ago(90.0));
    world.issue(id(1), ago(10.0), "CLOVER-1");
    world.post(id(1), ago(10.0), LetterEnd::Written { path: "/books/mail/m1.eml".to_owned() });
    Desk::with(world, size, |setup| {
        setup.mail_name = Some("dir:/books/mail".to_owned());
        setup.mails = false;
    })
}

#[test]
fn a_letter_in_a_file_is_nowhere_called_sent() {
    for size in [(200, 50), (120, 30), (80, 24)] {
        let mut desk = files(size);
        let mail = MailStatus { state: MailState::Ok, last_hour: 1, ..MailStatus::default() };
        desk.tell(Msg::Status(Box::new(Status { platform: PlatformState::Ok, mail, ..Status::default() })));
        desk.sees("mail: files").sees_no("sent").sees_no("✓");
        desk.press("enter f");
        // What does not fit is some pages down.
        let mut seen = desk.picture();
        for _ in 0..6 {
            desk.press("ctrl-d").sees_no("sent").sees_no("✓");
            seen.push_str(&desk.picture());
        }
        for words in ["✎ invitation, code 1", "nobody mailed it: pass", "written to /books/mail/m1.eml"] {
            assert!(seen.contains(words), "{words}\n{seen}");
        }
        desk.press("esc esc M").sees("1 written in the last hour").sees_no("sent");
        desk.sees("Letters are only written to files");
    }
    files((200, 50)).press("D").sees("✎ written").sees("written to a file, not mailed");
}

#[test]
fn the_lasting_banner_says_that_letters_are_only_files_and_how_to_change_it() {
    let mut desk = files((200, 50));
    desk.tell(Msg::Status(Box::new(Status { platform: PlatformState::Ok, ..Status::default() })));
    desk.sees("Letters are only written to files, nobody mails them: set transport under [mail]").sees_no("Probing");
    let mut desk = files((80, 24));
    desk.tell(Msg::Status(Box::new(Status { platform: PlatformState::Unconfigured, ..Status::default() })));
    desk.sees("Probing is off: see [xtime] in config.toml. Letters are only files: see [mail].");
    let mut desk = Desk::open((120, 30));
    desk.tell(Msg::Status(Box::new(Status { platform: PlatformState::Ok, ..Status::default() })));
    desk.sees_no("only files").sees_no("mail: files");
}

#[test]
fn the_table_is_ordered_by_what_is_wrong_with_letters() {
    let mut desk = Desk::open((160, 40));
    desk.press("D").sees("↻ failed").sees("← refused").sees("⊘ suppressed");
    desk.state.rows.set_sort(Sort::by(TableColumn::Mail, false));
    let order: Vec<u64> = (0..7).map(|place| desk.state.rows.at(place).unwrap().state.id.bits()).collect();
    assert_eq!(order, [7, 4, 11, 3, 2, 10, 16]);
    let last = desk.state.rows.at(desk.state.rows.shown() - 1).unwrap().state.id;
    assert_eq!(last, id(9), "who never had a letter comes last");
}

#[test]
fn when_a_letter_is_tried_again_is_said_where_there_is_room() {
    let mut desk = Desk::open((240, 40));
    desk.press("f").sees("↻ failed in 42m");
}

#[test]
fn the_detail_says_what_became_of_each_letter() {
    let mut desk = Desk::open((120, 50));
    desk.go_to(3).press("enter f").sees("↻ invitation, code 1, 30 Mar 07:42 PDT").sees("451 4.3.0 try again later");
    desk.sees("tried again in");
    desk.press("esc").go_to(7).press("enter f").sees("address refused: 5.1.1 (29 Mar 06:00 CDT); correct it");
    desk.sees("← invitation, code 1").sees("550 5.1.1 no such user here");
    desk.press("esc").go_to(11).press("enter f").sees("perhaps more than one copy");
    desk.press("esc").go_to(1).press("enter f").sees("reminders  next in 1d 04h, Tue 31 Mar 13:00 MDT");
    desk.happens(|world| world.person(id(1), now(), &Command::SetReminders { on: false }));
    desk.sees("reminders  off for this dealership");
    desk.press("esc").go_to(9).press("enter f").sees("no letter yet");
}

#[test]
fn the_most_urgent_letter_comes_first_and_the_cursor_stays_on_it() {
    let mut desk = Desk::open((120, 30));
    desk.press("M").sees("2 on their way, 4 went wrong");
    // Given up, in doubt, tried again, on its way, waiting.
    assert_eq!(listed(&desk), [7, 4, 11, 3, 2, 10]);
    desk.press("j j j");
    let here = desk.state.queue.as_ref().unwrap().cursor().unwrap();
    assert_eq!(here.dealership, id(3));
    // What is above the cursor goes, because a new code counts: the cursor stays.
    desk.happens(|world| world.issue(id(4), now(), "FRESH-44"));
    assert_eq!(desk.state.queue.as_ref().unwrap().cursor(), Some(here));
    assert_eq!(listed(&desk), [7, 11, 3, 2, 10, 4]);
    desk.happens(|world| world.post(id(3), now() + TimeDelta::minutes(43), sent()));
    assert!(!listed(&desk).contains(&3));
    desk.press("enter");
    assert!(desk.state.queue.is_none());
}

#[test]
fn a_letter_goes_to_its_dealership_and_leaves_what_hides_it() {
    let mut desk = Desk::open((120, 30));
    desk.press("/").write("portland").press("enter M G enter");
    assert_eq!(desk.selected(), 10);
    desk.sees("東京トヨタ自動車販売").sees("the filter hid that dealership");
}

#[test]
fn one_letter_is_tried_at_once_and_many_ask_first() {
    let mut desk = Desk::open((120, 30));
    desk.press("M j j r");
    let letter = desk.world.lock().newest(id(11));
    // Its code is dead: nobody sends it.
    desk.sees("try now: no letter: code 1 expired");
    assert_eq!(desk.take_effects(), []);
    desk.press("j r");
    let third = desk.world.lock().newest(id(3));
    assert_eq!(commands(&mut desk), [(3, Command::RetryLetter { letter: third })]);
    assert!(matches!(desk.state.mode, Mode::Desk) && letter != third);
    desk.press("k space r");
    desk.sees("try now: no letter: code 1 expired");

    let mut desk = Desk::with(failures(3), (120, 30), |_| {});
    desk.press("M R")
        .sees("Try now: 3 letters")
        .sees("invitation, failed, to service.2@example.com")
        .press("tab enter");
    assert_eq!(commands(&mut desk).len(), 3);
}

#[test]
fn the_cursor_does_not_go_with_a_letter_that_is_tried_again_and_its_old_end_is_not_told() {
    let mut desk = Desk::with(failures(4), (120, 30), |_| {});
    desk.press("M g g j r");
    let effects = desk.take_effects();
    let [Effect::Ask(work, Request::Execute(items))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((listed(&desk), items[0].0), (vec![1, 2, 3, 4], id(2)));
    // The outcome comes before the record.
    desk.tell(Msg::Outcome(*work, id(2), Ok("it is being tried now".to_owned().into())));
    desk.sees("it is being tried now").sees_no("now; letter ✗ failed");
    let here = |desk: &Desk| desk.state.queue.as_ref().unwrap().cursor().unwrap().dealership;
    desk.happens(|world| world.person(id(2), now(), &items[0].1));
    assert_eq!((listed(&desk), here(&desk)), (vec![1, 3, 4, 2], id(3)));
    desk.happens(|world| world.post(id(2), now(), sent()));
    assert_eq!((listed(&desk), here(&desk)), (vec![1, 3, 4], id(3)));
    // What happens by itself later takes the cursor with it.
    let newest = desk.world.lock().newest(id(3));
    desk.happens(|world| world.person(id(3), now(), &Command::RetryLetter { letter: newest }));
    assert_eq!((listed(&desk), here(&desk)), (vec![1, 4, 3], id(3)));
}

#[test]
fn what_cannot_be_tried_is_left_out_and_said() {
    let mut desk = Desk::open((120, 30));
    desk.press("M R").sees("left out (2), no letter: code 1 expired: Chevrolet").press("esc");
    desk.press("m a r").sees("left out").press("esc m c").sees_no("marked");
}

#[test]
fn above_25_letters_the_number_is_typed() {
    let mut desk = Desk::with(failures(40), (120, 30), |_| {});
    desk.press("M m a").sees("40 marked").press("r").sees("Try now: 40 letters").sees("type 40 to go on");
    desk.press("tab tab enter");
    assert_eq!(desk.take_effects(), []);
    desk.press("ctrl-u").write("40").press("tab tab enter");
    assert_eq!(commands(&mut desk).len(), 40);
    assert_eq!(desk.state.queue.as_ref().unwrap().marked(), 0);
}

#[test]
fn several_letters_of_one_dealership_each_have_their_answer() {
    let mut world = failures(1);
    world.person(id(1), ago(3.0), &Command::QueueLetter { kind: cloverwatch::domain::LetterKind::OpcodeGuide });
    let mut desk = Desk::with(world, (120, 30), |_| {});
    desk.press("M m a r tab enter");
    let effects = desk.take_effects();
    let [Effect::Ask(work, Request::Execute(items))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(items.iter().map(|(id, _)| id.bits()).collect::<Vec<_>>(), [1, 1]);
    desk.tell(Msg::Outcome(*work, id(1), Ok("letter is to be tried again".to_owned().into())));
    desk.sees("1 done, 0 failed, 1 under way");
    desk.tell(Msg::Outcome(*work, id(1), Err("no".to_owned())));
    desk.sees("1 done, 1 failed");
}

#[test]
fn a_letter_is_taken_back_with_a_reason() {
    let mut desk = Desk::open((120, 30));
    desk.press("M G x").sees("Do not send: 東京トヨタ自動車販売").write("wrong rooftop").press("enter enter");
    let letter = desk.world.lock().newest(id(10));
    let expected = Command::SuppressLetter { letter, reason: "wrong rooftop".to_owned() };
    assert_eq!(commands(&mut desk), [(10, expected.clone())]);
    desk.happens(|world| world.run(id(10), now(), &Actor::person("ana"), &expected).unwrap());
    assert!(!listed(&desk).contains(&10));
}

#[test]
fn a_letter_that_failed_for_good_is_tried_again_and_put_away_from_the_queue() {
    let no_mailbox = || LetterEnd::Refused {
        reason: "550 5.1.1 no such user".to_owned(),
        permanent: true,
        address: Some("5.1.1".to_owned()),
    };
    let refused = || {
        let mut world = World::mailing();
        world.add(1, profile(1, "Nakamura Ford", "Chicago", chrono_tz::Tz::America__Chicago, Some("ana")), ago(90.0));
        world.issue(id(1), ago(10.0), "CLOVER-1");
        world.post(id(1), ago(9.0), no_mailbox());
        Desk::with(world, (120, 30), |_| {})
    };
    // Whoever asks for it says that the address is right: as `mail retry` does.
    let mut desk = refused();
    desk.press("M").sees("550 5.1.1").press("r");
    let letter = desk.world.lock().newest(id(1));
    assert_eq!(commands(&mut desk), [(1, Command::RetryLetter { letter })]);
    desk.happens(|world| world.person(id(1), now(), &Command::RetryLetter { letter }));
    desk.sees("◌ queued");
    // Or it is put away: as `mail suppress` does.
    let mut desk = refused();
    desk.press("M x").sees("Do not send: Nakamura Ford").write("told by phone").press("enter enter");
    let suppress = Command::SuppressLetter { letter, reason: "told by phone".to_owned() };
    assert_eq!(commands(&mut desk), [(1, suppress.clone())]);
    desk.happens(|world| world.person(id(1), now(), &suppress));
    desk.sees("No letter is on its way, and none went wrong.");
}

#[test]
fn only_trouble_and_back() {
    let mut desk = Desk::open((120, 30));
    desk.press("M t").sees("only trouble: 4 of 6");
    assert_eq!(listed(&desk), [7, 4, 11, 3]);
    desk.press("t esc");
    assert!(desk.state.queue.is_none());
    let mut desk = Desk::with(World::default(), (120, 30), |_| {});
    desk.press("M").sees("No letter is on its way, and none went wrong.").press("enter r x R");
    assert_eq!(desk.take_effects(), []);
}

#[test]
fn the_panes_wait_while_the_letters_are_shown() {
    let mut desk = Desk::open((120, 30));
    desk.press("M :").write("reissue").press("enter").sees("go back from the letters first");
    assert!(matches!(desk.state.mode, Mode::Desk));
    desk.sees("esc dismiss").press("esc").sees("esc back").sees_no("q quit").press("?").sees("Help").press("esc");
    assert!(desk.state.queue.is_some(), "help comes back to where it was asked for");
    desk.press("q");
    assert!(desk.state.queue.is_none() && desk.take_effects().is_empty());
    desk.press(":").write("try all failed").press("enter").sees("no action has such a name");
}

#[test]
fn without_mail_and_read_only_it_says_so() {
    let mut desk = Desk::with(sample(), (120, 30), |setup| setup.mail_name = None);
    desk.sees("mail: off").press("e e").sees("no letter: mail is off");
    desk.press("M").sees("no letters are sent: set transport under [mail]").press("r");
    assert_eq!(desk.take_effects(), []);
    let mut desk = Desk::with(sample(), (120, 30), |setup| setup.read_only = true);
    for keys in ["e e", "e g", "e r", "M r", "esc M x"] {
        desk.press(keys).sees("read-only: nothing is recorded");
    }
    assert_eq!(desk.take_effects(), []);
}

#[test]
fn many_letters_follow_commits_one_by_one_and_together() {
    let mut desk = Desk::with(failures(60), (120, 30), |_| {});
    desk.press("M");
    // As the store groups them: one commit about many dealerships.
    let world = Arc::clone(&desk.world);
    let before = world.lock().events.len();
    for n in 1..=30 {
        let mut world = world.lock();
        let letter = world.newest(id(n));
        world.person(id(n), now(), &Command::RetryLetter { letter });
        world.post(id(n), now(), sent());
    }
    let committed = world.lock().recorded_after(before);
    desk.tell(Msg::Committed(committed));
    assert_eq!(desk.state.queue.as_ref().unwrap().counts(), (30, 30));
    assert_eq!(listed(&desk).first(), Some(&31));
    for n in 31..=59 {
        desk.happens(|world| {
            let letter = world.newest(id(n));
            world.person(id(n), now(), &Command::RetryLetter { letter })
        });
        desk.happens(|world| world.post(id(n), now(), sent()));
    }
    assert_eq!(listed(&desk), [60]);
    // Read anew, it is the same.
    let rows = cloverwatch::tui::rows::DealershipRows::new(
        world.lock().all(),
        Some("ana".to_owned()),
        desk.state.setup.policy.clone(),
        now(),
    );
    desk.tell(Msg::Loaded(Box::new(rows)));
    assert_eq!(listed(&desk), [60]);
    assert_eq!(world.lock().get(id(1)).newest_letter().unwrap().state, LetterState::Sent);
}

#[test]
fn what_servers_say_acts_on_no_terminal() {
    let mut world = failures(1);
    let letter = world.newest(id(1));
    world.person(id(1), ago(1.0), &Command::RetryLetter { letter });
    world.post(id(1), ago(1.0), refused("550 \u{1b}]52;c;ZWNobw==\u{7}\u{202e}no\u{9b}2J\r\nAUTH", true));
    let shared = Arc::new(Mutex::new(world));
    for size in SIZES {
        let world = shared.lock();
        let mut desk = Desk::with(failures(0), size, |_| {});
        let rows = cloverwatch::tui::rows::DealershipRows::new(world.all(), None, world.policy.clone(), now());
        drop(world);
        desk.tell(Msg::Loaded(Box::new(rows)));
        for keys in ["enter", "esc M", "x", "esc l"] {
            desk.press(keys);
            let (picture, _, bytes) = desk.draw();
            assert!(!picture.chars().any(|c| c != '\n' && is_invisible(c)), "{keys} {picture:?}");
            let text = String::from_utf8(bytes).unwrap();
            assert!(!text.contains("\u{1b}]") && !text.contains('\u{202e}') && !text.contains('\u{9b}'), "{keys}");
            assert!(!picture.contains("CLOVER-"), "{keys} {picture}");
        }
    }
}

#[test]
fn the_view_can_be_drawn_at_every_size() {
    for width in (1..=210).step_by(11) {
        for height in 1..=40 {
            let mut desk = Desk::open((width, height));
            for keys in ["M", "G", "m a R", "esc x", "esc l", "esc ?"] {
                desk.press(keys);
                desk.draw();
            }
        }
    }
}
