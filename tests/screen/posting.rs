//! Sending letters from the desk: dialogs with a letter, what is read before it goes, and what became of it.

use chrono::TimeDelta;
use cloverwatch::domain::{Command, DealershipId, Fact, LetterKind};
use cloverwatch::protocol::{LetterText, Request, Response};
use cloverwatch::tui::msg::WorkId;
use cloverwatch::tui::reading::UNKNOWN_CODE;
use cloverwatch::tui::state::Mode;
use cloverwatch::tui::{Effect, Msg};

use crate::desk::Desk;
use crate::keys::only;
use crate::pictures::at_every_size;
use crate::population::{now, sample, sent};

fn id(n: u64) -> DealershipId {
    DealershipId::from_bits(n)
}

fn desk() -> Desk {
    Desk::open((120, 30))
}

#[track_caller]
fn command(desk: &mut Desk) -> (u64, Command) {
    let effect = only(desk);
    let Effect::Ask(_, Request::Execute(items)) = &effect else { panic!("{effect:?}") };
    assert_eq!(items.len(), 1);
    (items[0].0.bits(), items[0].1.clone())
}

/// What the engine would write.
pub fn letter(masked: &str) -> LetterText {
    LetterText {
        to: "Ximena Holloway <service.4@example.com>".to_owned(),
        subject: "Your new invitation code for DataClover".to_owned(),
        text: format!(
            "Hello Ximena,\n\nhere is the new code. The earlier one no longer counts.\n\n    {masked}\n\n\
             It ends on Thursday, 2 April 2026 at 11:00 EDT.\n\n  1. Log in to Xtime and open the dealership to \
             connect, then Configure Application.\n  2. Type the code at Input Invitation.\n"
        ),
        ..LetterText::default()
    }
}

#[track_caller]
fn preview(desk: &mut Desk) -> (WorkId, u64, LetterKind, Vec<Fact>) {
    let effect = only(desk);
    let Effect::Ask(ticket, Request::PreviewLetter { dealership: id, kind, as_if: facts, reveal: false }) = effect
    else {
        panic!("{effect:?}")
    };
    (ticket, id.bits(), kind, facts)
}

#[test]
fn the_letter_is_sent_again_only_while_its_code_lives() {
    let mut desk = desk();
    desk.go_to(1).press("e e").sees("Resend the letter to McAllister").sees("service.1@example.com");
    desk.sees("ends in 2d 04h, Wed 01 Apr 13:00 MDT").sees("Wed 01 Apr 14:00 CDT here").sees("[ Send it ]");
    // The harmless button comes first.
    desk.press("enter e e tab enter");
    assert_eq!(command(&mut desk), (1, Command::QueueLetter { kind: LetterKind::Invitation }));
    desk.go_to(2).press("e e").sees("the reissue letter is on its way already: it is");
    desk.press("esc").go_to(4).press("e e").sees("code 1 expired");
    desk.press("esc").go_to(7).press("e e").sees("no letter: address refused: 5.1.1; correct the");
    desk.press("esc").go_to(9).press("e e").sees("never invited");
    assert_eq!(desk.take_effects(), []);
}

#[test]
fn a_bulk_resend_leaves_out_whom_no_letter_may_reach() {
    let mut desk = desk();
    desk.go_to(1).press("space").go_to(4).press("space").go_to(18).press("space").go_to(6).press("space e e");
    desk.sees("Resend the letter to 2 dealerships").sees("code 1 expired: ").press("tab enter");
    let effect = only(&mut desk);
    assert!(matches!(&effect, Effect::Ask(_, Request::Execute(items)) if items.len() == 2), "{effect:?}");
}

#[test]
fn a_dialog_about_a_letter_refuses_when_the_address_or_the_code_changed() {
    let mut desk = desk();
    desk.go_to(1).press("e e");
    let mut profile = desk.world.lock().get(id(1)).profile.clone();
    profile.contact.email = "other@example.com".into();
    desk.happens(|world| world.person(id(1), now(), &Command::Update { profile }));
    desk.sees("its address was corrected meanwhile").press("tab enter").sees("other@example.com");
    desk.happens(|world| world.issue(id(1), now(), "FASTER-1"));
    desk.sees("reissued by ana meanwhile");
    assert_eq!(desk.take_effects(), []);
}

#[test]
fn the_other_letters_go_when_there_is_something_to_say() {
    let mut desk = desk();
    for (n, keys, kind) in
        [(13, "e g", LetterKind::OpcodeGuide), (5, "e w", LetterKind::WordReceived), (8, "e b", LetterKind::Live)]
    {
        desk.go_to(n).press(keys).press("tab enter");
        assert_eq!(command(&mut desk), (n, Command::QueueLetter { kind }));
    }
    desk.go_to(8).press("e g").sees("customers can book already");
    desk.go_to(1)
        .press("e w")
        .sees("nobody waits for Xtime")
        .press("esc e b")
        .sees("customers cannot book (stage invited)");
    assert_eq!(desk.take_effects(), []);
}

#[test]
fn reminders_are_switched_off_and_on_again() {
    let mut desk = desk();
    desk.go_to(1).press("e r").sees("Reminders off for McAllister").press("tab enter");
    let (n, off) = command(&mut desk);
    assert_eq!((n, &off), (1, &Command::SetReminders { on: false }));
    desk.happens(|world| world.person(id(1), now(), &off));
    desk.press("e r").sees("Reminders on again for McAllister").press("tab enter");
    assert_eq!(command(&mut desk), (1, Command::SetReminders { on: true }));
}

#[test]
fn a_letter_goes_with_a_code_unless_it_is_switched_off() {
    for (keys, mail) in
        [("", true), ("alt-l", false), ("f2", false), ("f2 alt-l", true), ("tab tab space shift-tab", false)]
    {
        let mut desk = desk();
        desk.go_to(4).press("r").sees("[x] a letter goes to service.4@example.com").paste("FRESH-44").press(keys);
        desk.press("shift-tab shift-tab shift-tab shift-tab");
        desk.sees(if mail { "[x] a letter" } else { "[ ] a letter" });
        while !desk.picture().is_empty() {
            if let Mode::Dialog(dialog) = &desk.state.mode
                && dialog.focus == cloverwatch::tui::dialog::DialogFocus::Button(1)
            {
                break;
            }
            desk.press("tab");
        }
        desk.press("enter");
        let effect = only(&mut desk);
        let Effect::Ask(_, Request::Paste(codes)) = &effect else { panic!("{effect:?}") };
        assert_eq!(codes[0].mail, mail, "{keys}");
    }
    for (keys, mail) in [("tab enter", true), ("alt-l tab enter", false)] {
        let mut desk = Desk::with_source((120, 30));
        desk.go_to(4).press("r").press(keys);
        let effect = only(&mut desk);
        assert!(matches!(&effect, Effect::Ask(_, Request::Obtain(asks)) if asks[0].mail == mail), "{effect:?}");
    }
}

#[test]
fn leaning_on_enter_leaves_the_letter_as_it_is() {
    let mut desk = desk();
    desk.go_to(4).press("r").paste("FRESH-44").press("enter enter enter").sees("[x] a letter");
}

#[test]
fn a_letter_that_was_switched_off_stays_so_when_the_dealership_changed() {
    let mut desk = desk();
    desk.go_to(4).press("r").paste("FRESH-44").press("alt-l").sees("[ ] a letter");
    desk.happens(|world| world.issue(id(4), now(), "FASTER-4"));
    desk.sees("reissued by ana meanwhile").press("shift-tab").sees("Look again");
    desk.press("tab tab tab tab tab enter").sees("old code     2:").sees("[ ] a letter");
}

#[test]
fn nobody_is_promised_a_letter_that_cannot_go() {
    let mut desk = desk();
    desk.go_to(7)
        .press("r")
        .sees("no letter    address refused: 5.1.1; correct the address first")
        .sees_no("a letter goes");
    desk.press("alt-l")
        .sees("there is no letter to switch off")
        .press("alt-p")
        .sees("no letter goes there: address refused");
    desk.press("esc").go_to(4).press("space").go_to(7).press("space r");
    desk.sees("a letter goes to 1 of them; 1 get none").press("esc");
    let mut desk = Desk::with(sample(), (120, 30), |setup| setup.mail_name = None);
    desk.go_to(4).press("r").sees("no letter    no letters are sent: set transport under [mail]");
}

#[test]
fn the_dealers_word_is_acknowledged_unless_that_is_switched_off() {
    for (keys, mail) in [("", true), ("alt-l", false)] {
        let mut desk = desk();
        desk.go_to(1).press("d").sees("a letter to service.1@example.com acknowledges it").press(keys).press("enter");
        assert!(matches!(command(&mut desk), (1, Command::ConfirmByDealer { mail: asked, .. }) if asked == mail));
    }
    // Whoever had no letter from us gets none about it.
    let mut desk = desk();
    desk.go_to(10).press("d").sees_no("acknowledges it");
}

#[test]
fn the_preview_is_the_letter_with_the_code_that_was_typed() {
    let mut desk = desk();
    desk.go_to(4).press("r").paste("FRESH-44").press("alt-p");
    let (ticket, n, kind, facts) = preview(&mut desk);
    assert_eq!((n, kind), (4, LetterKind::Reissue));
    let issued = facts.iter().find_map(|fact| match fact {
        Fact::InvitationIssued { code, generation, expires_at, .. } => Some((code.reveal(), *generation, *expires_at)),
        _ => None,
    });
    assert_eq!(issued, Some(("FRESH-44", 2, now() + TimeDelta::hours(72))));
    desk.sees("Would be sent: reissue to Chevrolet of Louisville");
    // An answer that nobody waits for any more is left alone.
    desk.tell(Msg::Answer(WorkId(9_999), Response::Letter(letter("••••XX"))));
    desk.sees_no("••••XX");
    desk.tell(Msg::Answer(ticket, Response::Letter(letter("••••44"))));
    desk.sees("••••44").sees("Your new invitation code").sees_no("FRESH-44").press("v").sees("    FRESH-44");
    desk.wait(15).sees_no("FRESH-44").press("v v esc");
    // The dialog is as it was.
    desk.sees("FRESH-44").sees("[ Reissue ]");
    assert!(desk.state.reading.is_none());
    desk.press("f2 alt-p").sees("preview: the letter is switched off");
    assert_eq!(desk.take_effects(), []);
}

#[test]
fn while_the_code_is_not_known_its_place_says_so() {
    for mut desk in [desk(), Desk::with_source((120, 30))] {
        desk.go_to(4).press("r alt-p");
        let (ticket, _, kind, facts) = preview(&mut desk);
        assert_eq!(kind, LetterKind::Reissue);
        let masked = facts.iter().find_map(|fact| match fact {
            Fact::InvitationIssued { code, .. } => Some(code.masked()),
            _ => None,
        });
        let masked = masked.unwrap();
        desk.tell(Msg::Answer(ticket, Response::Letter(letter(&masked))));
        desk.sees(UNKNOWN_CODE).sees("The code is not known before the letter goes").sees_no(&masked);
        desk.press("v").sees("the code is not known yet").sees(UNKNOWN_CODE);
    }
}

#[test]
fn each_letter_of_a_bulk_can_be_read_before_it_goes() {
    let mut desk = desk();
    desk.go_to(4)
        .press("space")
        .go_to(2)
        .press("space r")
        .paste("xts000004,FRESH-44\nxts000002,FRESH-22\n")
        .press("alt-p");
    let (_, first, ..) = preview(&mut desk);
    desk.sees("(1 of 2)").press("tab");
    let (_, second, _, facts) = preview(&mut desk);
    desk.sees("(2 of 2)");
    assert_eq!((first, second), (4, 2));
    let superseded = facts.iter().any(|fact| matches!(fact, Fact::InvitationSuperseded { generation: 2, by: 3 }));
    assert!(superseded, "it is the letter of the state after it: {facts:?}");
}

#[test]
fn a_preview_follows_the_word_and_what_is_sent_by_hand() {
    let mut desk = desk();
    desk.go_to(1).press("d ctrl-u").write("-30m").press("alt-p");
    let (.., kind, facts) = preview(&mut desk);
    assert_eq!(kind, LetterKind::WordReceived);
    let said = now() - TimeDelta::minutes(30);
    assert!(facts.iter().any(|fact| matches!(fact, Fact::DealerConfirmed { said_at, .. } if *said_at == said)));
    desk.press("esc ctrl-u").write("nonsense").press("alt-p").sees("preview: say first when the dealer finished");
    desk.press("esc esc").go_to(13).press("e g alt-p");
    let (_, n, kind, facts) = preview(&mut desk);
    assert_eq!((n, kind, facts), (13, LetterKind::OpcodeGuide, vec![]));
}

#[test]
fn a_preview_at_every_size() {
    at_every_size("letter_preview", |size| {
        let mut desk = Desk::open(size);
        desk.go_to(4).press("r").paste("FRESH-44").press("alt-p");
        let (ticket, ..) = preview(&mut desk);
        desk.tell(Msg::Answer(ticket, Response::Letter(letter("••••44"))));
        desk
    });
    at_every_size("resend", |size| {
        let mut desk = Desk::open(size);
        desk.go_to(1).press("e e");
        desk
    });
}

#[test]
fn the_tail_shows_and_hides_letters_as_a_group() {
    let mut desk = desk();
    desk.press("tab e").sees("[x] letters").press("tab tab tab space tab tab tab enter").sees("without mail");
    desk.sees_no("letter is being handed over");
}

#[test]
fn a_bulk_result_tells_of_each_code_what_became_of_its_letter() {
    for size in [(120, 30), (80, 24)] {
        let mut desk = Desk::open(size);
        desk.go_to(4).press("space").go_to(7).press("space").go_to(2).press("space r");
        desk.paste("xts000004,FRESH-44\nxts000002,FRESH-22\nxts000007,FRESH-77\n").press("shift-tab enter");
        let effect = only(&mut desk);
        let Effect::Ask(work, Request::Paste(codes)) = effect else { panic!("{effect:?}\n{}", desk.picture()) };
        for code in codes {
            let id = code.dealership;
            let command = Command::IssueCode {
                code: code.code,
                generated_at: code.generated_at,
                expires_at: None,
                source: cloverwatch::domain::CodeOrigin::Paste,
                intent: cloverwatch::domain::IntentId::from_bits(id.bits() + 900),
                ask: code.ask,
                mail: code.mail,
            };
            desk.happens(|world| world.person(id, now(), &command));
            desk.tell(Msg::Outcome(work, id, Ok("code 2 issued, ends Thu 02 Apr 11:00 EDT".to_owned().into())));
        }
        desk.sees("reissue: 3 done, 0 failed").sees("ends Thu 02 Apr 11:00 EDT; letter ◌ queued");
        desk.sees("; no letter: address ref");
        assert_eq!(desk.picture().matches("02 Apr 11:00 EDT").count(), 3, "{}", desk.picture());
        // It is told as it goes on.
        desk.happens(|world| world.post(id(4), now(), sent()));
        desk.sees("letter ✓ sent");
        let failed = crate::population::refused("554 5.7.1 relay access denied", true);
        desk.happens(|world| world.post(id(2), now(), failed));
        desk.sees("reissue: 2 done, 1 done but for the letter, 0 failed").sees("letter ✗ failed").sees("! ");
        desk.press("esc");
    }
}

#[test]
fn a_bulk_that_ends_behind_the_desk_counts_its_letters() {
    let mut desk = desk();
    desk.go_to(1).press("space").go_to(6).press("space").go_to(18).press("space e e tab enter");
    let effect = only(&mut desk);
    let Effect::Ask(work, Request::Execute(items)) = effect else { panic!("{effect:?}") };
    desk.press("enter");
    for (n, command) in items {
        desk.happens(|world| world.person(n, now(), &command));
        desk.tell(Msg::Outcome(work, n, Ok(String::new().into())));
    }
    desk.sees("resend letter: 2 done; letters: 2 queued");
}

#[test]
fn a_single_result_tells_of_its_letter_too() {
    let mut desk = desk();
    desk.go_to(1).press("e e tab enter");
    let effect = only(&mut desk);
    let Effect::Ask(work, Request::Execute(items)) = effect else { panic!("{effect:?}") };
    let (n, command) = items[0].clone();
    desk.happens(|world| world.person(n, now(), &command));
    desk.tell(Msg::Outcome(work, n, Ok(String::new().into())));
    desk.sees("McAllister & Sons BMW, Inc.: letter ◌ queued");
}
