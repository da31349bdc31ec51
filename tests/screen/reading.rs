//! Reading letters at the desk: those that went, and what arrived in a simulated mailbox.

use std::sync::Arc;

use cloverwatch::domain::{Obstacle, Refusal};
use cloverwatch::protocol::{Request, Response};
use cloverwatch::tui::msg::MailboxLetter;
use cloverwatch::tui::{Effect, Msg};

use crate::desk::Desk;
use crate::keys::{id, only};
use crate::population::{ago, sample};
use crate::posting::letter;

#[test]
fn the_newest_letter_is_read_and_then_those_before_it() {
    let mut desk = Desk::open((120, 30));
    desk.go_to(2).press("e l");
    let effect = only(&mut desk);
    let Effect::Ask(ticket, Request::ReadLetter { dealership: n, letter: newest, .. }) = effect else {
        panic!("{effect:?}")
    };
    assert_eq!((n, newest), (id(2), desk.world.lock().newest(id(2))));
    desk.tell(Msg::Answer(ticket, Response::Letter(letter("••••2C"))));
    desk.sees("reissue to Nakamura Ford: sending Fri 27 Mar 15:06 CDT").sees("••••2C").press("v").sees("    CLOVER-2C");
    desk.press("tab");
    let effect = only(&mut desk);
    let Effect::Ask(ticket, Request::ReadLetter { letter: older, .. }) = effect else { panic!("{effect:?}") };
    assert!(older != newest);
    let superseded = Refusal::Letter(Obstacle::Superseded(1));
    desk.tell(Msg::Answer(ticket, Response::Failed(superseded.into())));
    desk.sees("It cannot be read: no letter: code 1 is superseded").press("q");
    assert!(desk.state.reading.is_none());
    desk.go_to(9).press("e l").sees("it never had a letter");
    // From the view of all letters too.
    desk.press("M j l");
    assert!(matches!(only(&mut desk), Effect::Ask(_, Request::ReadLetter { dealership: n, .. }) if n == id(4)));
    desk.press("esc").sees("Letters");
}

#[test]
fn a_simulated_mailbox_is_read_with_its_codes_masked() {
    let mut desk = Desk::with(sample(), (120, 40), |setup| setup.mailboxes = Some(Arc::new(|_: &str| Vec::new())));
    desk.go_to(2).press("e m");
    let effect = only(&mut desk);
    let Effect::OpenMailbox(ticket, address) = &effect else { panic!("{effect:?}") };
    assert_eq!(address, "service.2@example.com");
    desk.sees("Mailbox of service.2@example.com: Nakamura Ford");
    let received = |hours, text: &str| MailboxLetter {
        from: "DataClover Onboarding <onboarding@example.com>".to_owned(),
        subject: "Your invitation".to_owned(),
        received_at: ago(hours),
        text: text.to_owned(),
    };
    // An earlier code is known by its fingerprint only, the present one inside a longer word too.
    let letters = vec![
        received(66.9, "The code:\n\n    CLOVER-2C\n\n(CLOVER-2C) \u{1b}[2J\n"),
        received(67.5, "The code:\n\n    CLOVER-2B\n"),
    ];
    let printed = format!("{:?}", Msg::Mailbox(*ticket, Ok(letters.clone())));
    assert!(!printed.contains("CLOVER"), "{printed}");
    desk.tell(Msg::Mailbox(*ticket, Ok(letters)));
    desk.sees("    ••••2C")
        .sees("(••••2C)")
        .sees("    ••••2B")
        .sees_no("CLOVER-")
        .sees("received  Fri 27 Mar 15:06 CDT");
    desk.press("v").sees("CLOVER-2C").sees("CLOVER-2B").wait(15).sees_no("CLOVER-");
    desk.press("esc e m");
    let effect = only(&mut desk);
    let Effect::OpenMailbox(ticket, _) = effect else { panic!("{effect:?}") };
    desk.tell(Msg::Mailbox(ticket, Ok(Vec::new())));
    desk.sees("nothing in it yet");
    let mut desk = Desk::open((120, 30));
    desk.go_to(2).press("e m").sees("only the demo has mailboxes that are read here");
    assert_eq!(desk.take_effects(), []);
}
