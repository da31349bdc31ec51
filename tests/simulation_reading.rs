//! What the desk shows of a letter before it goes is what arrives: the real screen, the real engine, the real press.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "tests fail loudly; the desk is shared"
)]

mod simulation_support;

#[path = "screen/client.rs"]
mod client;
#[path = "screen/desk.rs"]
mod desk;
#[path = "screen/population.rs"]
mod population;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use cloverwatch::clock::Clock;
use cloverwatch::domain::{Ask, LetterKind};
use cloverwatch::engine::{OutboxParts, letter_text};
use cloverwatch::mail::{Delivery, MailTransport, OutgoingMessage, PreSendCheck, PreSendDecision};
use cloverwatch::protocol::{Request, Response};
use cloverwatch::tui::reading::UNKNOWN_CODE;
use cloverwatch::tui::rows::DealershipRows;
use cloverwatch::tui::{Effect, Msg};
use mail_parser::MessageParser;
use parking_lot::Mutex;
use population::World;
use simulation_support::desk::{Desk as Office, ana, pasted};
use simulation_support::mail::MailWorld;
use simulation_support::requests::paste;
use simulation_support::{Idle, run};

/// Keeps whatever it is handed.
#[derive(Default)]
struct KeptLetters(Mutex<Vec<(String, String)>>);

#[async_trait]
impl MailTransport for KeptLetters {
    async fn deliver(&self, outgoing: &OutgoingMessage, pre_send: &dyn PreSendCheck) -> Delivery {
        if pre_send.check().await == PreSendDecision::Abort {
            return Delivery::Aborted;
        }
        let message = MessageParser::default().parse(&outgoing.message).unwrap();
        let text = message.body_text(0).unwrap().replace("\r\n", "\n");
        self.0.lock().push((message.subject().unwrap().to_owned(), text));
        Delivery::Sent { reply: "250 ok".to_owned() }
    }

    async fn check(&self) -> Result<String, String> {
        Ok("here".to_owned())
    }

    fn name(&self) -> String {
        "a kept".to_owned()
    }

    fn max_connections(&self) -> usize {
        1
    }
}

async fn office(idle: Arc<Idle>) -> (Office, Arc<KeptLetters>) {
    let kept = Arc::new(KeptLetters::default());
    let office = Office::open(idle, 2, |parts| {
        parts.platform = None;
        let outbox = MailWorld::new(Arc::clone(&parts.clock), 1).outbox();
        parts.outbox = Some(OutboxParts { transport: Arc::clone(&kept) as _, ..outbox });
    });
    (office.await, kept)
}

/// A screen on the office as it is now.
fn screen(office: &Office) -> desk::Desk {
    let mut desk = desk::Desk::with(World::default(), (100, 60), |setup| {
        setup.policy = office.engine.policy().clone();
        setup.mail_name = office.engine.mail_name();
    });
    desk.now.at = office.clock.now();
    let rows = DealershipRows::new(
        office.engine.read_model().all().1,
        Some("ana".to_owned()),
        office.engine.policy().clone(),
        desk.now.at,
    );
    desk.tell(Msg::Loaded(Box::new(rows)));
    desk.take_effects();
    desk
}

/// Lets the engine write what the screen asks for, as the running screen does. The text of the letter.
#[track_caller]
fn write(desk: &mut desk::Desk, office: &Office) -> (LetterKind, String) {
    let mut effects = desk.take_effects();
    assert_eq!(effects.len(), 1, "{effects:?}\n{}", desk.picture());
    let Effect::Ask(ticket, Request::PreviewLetter { dealership, kind, as_if, .. }) = effects.remove(0) else {
        panic!("no preview")
    };
    let letter = letter_text(&office.engine.preview(dealership, kind, &as_if).unwrap(), false);
    let text = letter.text.clone();
    desk.tell(Msg::Answer(ticket, Response::Letter(letter)));
    (kind, text)
}

#[test]
fn the_preview_of_an_invitation_is_the_letter_that_arrives() {
    run(async |idle| {
        let (office, kept) = office(idle).await;
        let mut desk = screen(&office);
        desk.go_to(1).press("i").paste("CLOVER-77Q").press("alt-p");
        let (kind, shown) = write(&mut desk, &office);
        assert_eq!(kind, LetterKind::Invitation);
        desk.sees("••••7Q").sees("Input Invitation").sees_no("CLOVER-77Q").press("v").sees("CLOVER-77Q").press("esc");
        desk.press("tab tab tab tab enter");
        let effects = desk.take_effects();
        let [Effect::Ask(_, Request::Paste(codes))] = effects.as_slice() else {
            panic!("{effects:?}\n{}", desk.picture())
        };
        let codes = codes.clone();
        paste(&office.engine, codes).await.remove(0).unwrap();
        office.pass(TimeDelta::seconds(1)).await;
        let arrived = kept.0.lock().clone();
        let [(subject, text)] = arrived.as_slice() else { panic!("{arrived:?}") };
        assert!(text.contains("CLOVER-77Q") && !subject.contains("CLOVER-77Q"));
        assert_eq!(text.replace("CLOVER-77Q", "••••7Q").trim_end(), shown.trim_end());

        // Read afterwards, it is the same.
        let letter = office.state(0).newest_letter().unwrap().id;
        let read = letter_text(&office.engine.letter_text(office.ids[0], letter).unwrap(), false);
        assert_eq!((read.text, &read.subject), (shown, subject));
        assert_eq!(read.to, "service0@example.com");
    });
}

#[test]
fn the_preview_of_a_reissue_says_that_the_earlier_code_no_longer_counts() {
    run(async |idle| {
        let (office, kept) = office(idle).await;
        let code = pasted(office.ids[0], "CLOVER-11A", office.clock.now(), Ask::Invite);
        paste(&office.engine, vec![code]).await.remove(0).unwrap();
        office.pass(TimeDelta::hours(1)).await;
        let mut desk = screen(&office);
        // Before a code is typed its place says that it is missing, and nothing else of the letter.
        desk.go_to(1).press("r alt-p");
        let (kind, _) = write(&mut desk, &office);
        assert_eq!(kind, LetterKind::Reissue);
        desk.sees(UNKNOWN_CODE).sees_no("CODE-NOT-KNOWN-YET").press("esc");
        desk.paste("CLOVER-22B").press("alt-p");
        let (_, shown) = write(&mut desk, &office);
        desk.press("esc tab tab tab tab enter");
        let effects = desk.take_effects();
        let [Effect::Ask(_, Request::Paste(codes))] = effects.as_slice() else {
            panic!("{effects:?}\n{}", desk.picture())
        };
        let codes = codes.clone();
        paste(&office.engine, codes).await.remove(0).unwrap();
        office.pass(TimeDelta::minutes(2)).await;
        let (_, text) = kept.0.lock().last().cloned().unwrap();
        assert_eq!(text.replace("CLOVER-22B", "••••2B").trim_end(), shown.trim_end());
        // Of the first letter the code is gone.
        let first = office.state(0).letters()[0].id;
        assert!(office.engine.letter_text(office.ids[0], first).is_err());
    });
}

#[test]
fn what_is_sent_by_hand_is_read_before_as_it_arrives() {
    run(async |idle| {
        let (office, kept) = office(idle).await;
        let code = pasted(office.ids[1], "CLOVER-33C", office.clock.now(), Ask::Invite);
        paste(&office.engine, vec![code]).await.remove(0).unwrap();
        office.pass(TimeDelta::hours(2)).await;
        for (keys, kind) in
            [("e g", LetterKind::OpcodeGuide), ("d", LetterKind::WordReceived), ("e e", LetterKind::Invitation)]
        {
            if kind == LetterKind::Invitation {
                // The word that is recorded by now does not keep anybody from having the code again.
                office.pass(TimeDelta::minutes(5)).await;
            }
            let mut desk = screen(&office);
            desk.go_to(2).press(keys).press("alt-p");
            let (previewed, shown) = write(&mut desk, &office);
            assert_eq!(previewed, kind);
            desk.press("esc").press(if kind == LetterKind::WordReceived { "enter" } else { "tab enter" });
            let effects = desk.take_effects();
            let [Effect::Ask(_, Request::Execute(items))] = effects.as_slice() else {
                panic!("{effects:?}\n{}", desk.picture())
            };
            let (id, command) = items[0].clone();
            office.engine.execute(id, command, &ana()).await.unwrap();
            office.pass(TimeDelta::minutes(2)).await;
            let (_, text) = kept.0.lock().last().cloned().unwrap();
            assert_eq!(text.replace("CLOVER-33C", "••••3C").trim_end(), shown.trim_end(), "{kind}");
        }
    });
}
