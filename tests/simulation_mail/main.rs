//! The outbox by hand: limits, crashes between two steps, reminders, and what a command waits for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod reports;
mod server;
#[path = "../simulation_support/mod.rs"]
mod simulation_support;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use cloverwatch::clock::Clock;
use cloverwatch::domain::{Ask, Command, Letter, LetterKind, LetterState};
use cloverwatch::engine::{OutboxParts, Parts};
use cloverwatch::mail::{Delivery, MailTransport, OutgoingMessage, PreSendCheck, PreSendDecision};
use cloverwatch::protocol::MailState;
use simulation_support::desk::{Desk, hours, pasted};
use simulation_support::mail::{Hang, MailWorld};
use simulation_support::requests::paste;
use simulation_support::store::Doom;
use simulation_support::{Idle, run, start};

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

/// A desk that sends letters and does not probe, so that only letters happen.
async fn office(idle: Arc<Idle>, dealerships: usize, change: impl FnOnce(&mut Parts)) -> (Desk, Arc<MailWorld>) {
    let mut mail = None;
    let desk = Desk::open(idle, dealerships, |parts| mail = Some(furnish(parts, change))).await;
    (desk, mail.unwrap())
}

fn furnish(parts: &mut Parts, change: impl FnOnce(&mut Parts)) -> Arc<MailWorld> {
    parts.platform = None;
    parts.policy.mail.quiet = None;
    let mail = MailWorld::new(Arc::clone(&parts.clock), 3);
    parts.outbox = Some(mail.outbox());
    change(parts);
    mail
}

/// The same desk and the same mail after a crash.
fn again(desk: Desk, mail: &Arc<MailWorld>) -> Desk {
    let Desk { clock, world, store, idle, .. } = desk;
    let log = store.log();
    Desk::again(idle, clock, world, log, |parts| {
        furnish(parts, |_| ());
        parts.outbox = Some(mail.outbox());
    })
}

async fn invite(desk: &Desk, place: usize) {
    let code = pasted(desk.ids[place], &format!("CODE-{place:04}"), desk.clock.now(), Ask::Invite);
    paste(&desk.engine, vec![code]).await.remove(0).unwrap();
}

fn letter(desk: &Desk, place: usize) -> Letter {
    desk.state(place).newest_letter().unwrap().clone()
}

fn mail_state(desk: &Desk) -> MailState {
    desk.engine.status().borrow().mail.state.clone()
}

#[test]
fn an_hour_has_room_for_so_many_letters_also_after_a_restart() {
    run(async |idle| {
        let few = |parts: &mut Parts| {
            let outbox = parts.outbox.take().unwrap();
            parts.outbox = Some(OutboxParts { per_hour: 5, ..outbox });
        };
        let (desk, mail) = office(idle, 12, few).await;
        for place in 0..12 {
            invite(&desk, place).await;
        }
        desk.pass(minutes(10)).await;
        assert_eq!(mail.arrived().len(), 5);
        assert!(matches!(mail_state(&desk), MailState::Limited { until } if until > desk.clock.now()));
        let Desk { clock, world, store, idle, engine, .. } = desk;
        drop(engine);
        let desk = Desk::again(idle, clock, world, store.log(), |parts| {
            furnish(parts, |_| ());
            parts.outbox = Some(OutboxParts { per_hour: 5, ..mail.outbox() });
        });
        desk.pass(minutes(40)).await;
        assert_eq!(mail.arrived().len(), 5, "a restart is no new hour");
        desk.pass(minutes(15)).await;
        assert_eq!(mail.arrived().len(), 10);
        desk.pass(hours(1)).await;
        assert_eq!(mail.arrived().len(), 12);
    });
}

#[test]
fn a_crash_at_any_step_makes_one_more_copy_at_most_and_only_in_doubt() {
    for (hang, left, doubt) in [
        (Some(Hang::BeforeGate), 0, false),
        (Some(Hang::BeforeArrival), 0, true),
        (Some(Hang::AfterArrival), 1, true),
        (None, 1, false),
    ] {
        run(async |idle| {
            let (desk, mail) = office(idle, 1, |_| ()).await;
            mail.state.lock().hangs = hang;
            invite(&desk, 0).await;
            desk.pass(TimeDelta::seconds(30)).await;
            assert_eq!(mail.arrived().len(), left, "{hang:?}");
            mail.state.lock().hangs = None;
            let desk = again(desk, &mail);
            desk.pass(TimeDelta::seconds(30)).await;
            let state = if doubt { LetterState::Uncertain } else { LetterState::Sent };
            assert_eq!(letter(&desk, 0).state, state, "{hang:?}");
            desk.pass(minutes(20)).await;
            assert_eq!(letter(&desk, 0).state, LetterState::Sent, "{hang:?}");
            assert_eq!(mail.arrived().len(), if hang == Some(Hang::AfterArrival) { 2 } else { 1 }, "{hang:?}");
            assert!(mail.arrived().iter().all(|one| one.letter == letter(&desk, 0).id && one.code.is_some()));
        });
    }
}

#[test]
fn what_cannot_be_recorded_is_not_begun() {
    run(async |idle| {
        let (desk, mail) = office(idle, 1, |_| ()).await;
        mail.state.lock().hangs = Some(Hang::BeforeGate);
        invite(&desk, 0).await;
        desk.pass(TimeDelta::seconds(5)).await;
        let desk = again(desk, &mail);
        mail.state.lock().hangs = None;
        desk.store.set(Some(Doom::Full));
        desk.pass(minutes(5)).await;
        assert_eq!(mail.arrived().len(), 0, "the disk is full: nobody would know that it was sent");
        let tries = mail.state.lock().tries;
        assert!(tries < 15, "{tries} conversations with the server, for nothing");
        assert_eq!((mail_state(&desk), desk.engine.status().borrow().mail.last_hour), (MailState::Ok, 0));
        desk.store.set(None);
        desk.pass(minutes(1)).await;
        assert_eq!((mail.arrived().len(), letter(&desk, 0).state), (1, LetterState::Sent));
    });
}

#[test]
fn a_code_that_was_replaced_on_the_way_is_not_sent() {
    run(async |idle| {
        let (desk, mail) = office(idle, 1, |_| ()).await;
        mail.mood(|mood| mood.down = true);
        invite(&desk, 0).await;
        desk.pass(minutes(1)).await;
        let again = Ask::Reissue { seen: 1, despite_word: false };
        let code = pasted(desk.ids[0], "CODE-NEW", desk.clock.now(), again);
        paste(&desk.engine, vec![code]).await.remove(0).unwrap();
        mail.mood(|mood| mood.down = false);
        desk.pass(hours(1)).await;
        let arrived = mail.arrived();
        assert_eq!(arrived.len(), 1);
        assert_eq!(arrived[0].code.as_deref(), Some("CODE-NEW"));
        assert!(desk.kinds(0).contains(&"email.suppressed"));
    });
}

#[test]
fn an_address_that_was_corrected_while_the_letter_waited_gets_it() {
    run(async |idle| {
        let (desk, mail) = office(idle, 1, |_| ()).await;
        mail.mood(|mood| mood.down = true);
        invite(&desk, 0).await;
        desk.pass(minutes(1)).await;
        let mut profile = desk.state(0).profile.clone();
        profile.contact.email = "right@example.com".into();
        desk.execute(0, Command::Update { profile }).await.unwrap();
        mail.mood(|mood| mood.down = false);
        desk.pass(hours(1)).await;
        assert_eq!(mail.arrived().iter().map(|one| one.to.as_str()).collect::<Vec<_>>(), ["right@example.com"]);
        assert_eq!(letter(&desk, 0).to.raw(), "right@example.com");
    });
}

#[test]
fn reminders_come_by_themselves_and_after_a_long_sleep_only_the_last() {
    run(async |idle| {
        let (desk, mail) = office(idle, 2, |_| ()).await;
        invite(&desk, 0).await;
        invite(&desk, 1).await;
        desk.pass(hours(49)).await;
        let kinds = |place: usize| desk.state(place).letters().iter().map(|one| one.kind).collect::<Vec<_>>();
        assert_eq!(kinds(0), [LetterKind::Invitation, LetterKind::Reminder]);
        desk.execute(1, Command::SetReminders { on: false }).await.unwrap();
        desk.pass(hours(18)).await;
        assert_eq!((kinds(0).len(), kinds(1).len()), (3, 2));
        assert_eq!(mail.arrived().len(), 5);
    });
    run(async |idle| {
        let (desk, mail) = office(idle, 1, |_| ()).await;
        invite(&desk, 0).await;
        desk.pass(minutes(5)).await;
        // The machine slept: the wall clock jumps, the monotonic one does not.
        desk.clock.step_to(start() + hours(67));
        desk.pass(minutes(5)).await;
        assert_eq!(mail.arrived().len(), 2);
        assert_eq!(letter(&desk, 0).before, Some(6 * 3_600));
    });
}

#[test]
fn a_command_hands_over_and_says_why_what_waits() {
    run(async |idle| {
        let (desk, mail) = office(idle, 3, |parts| parts.background = false).await;
        for place in 0..3 {
            invite(&desk, place).await;
        }
        desk.pass(minutes(5)).await;
        assert!(mail.arrived().is_empty(), "nobody works in the background");
        let send = |places: &[usize]| {
            let wanted: Vec<_> = places.iter().map(|place| (desk.ids[*place], letter(&desk, *place).id)).collect();
            let engine = desk.engine.clone();
            desk.wait(async move { engine.send_now(&wanted).await })
        };
        let sent = send(&[0]).await.unwrap();
        assert_eq!((sent.len(), sent[0].letter.state, sent[0].why.as_deref()), (1, LetterState::Sent, None));
        assert_eq!(mail.arrived().len(), 1, "nothing else is sent");
        desk.execute(0, Command::QueueLetter { kind: LetterKind::Invitation }).await.unwrap();
        let sent = send(&[0]).await.unwrap();
        assert!(sent[0].why.as_deref().unwrap().contains("had a letter a moment ago"), "{sent:?}");
        mail.mood(|mood| mood.down = true);
        let sent = send(&[1, 2]).await.unwrap();
        assert_eq!(sent.iter().filter(|one| one.why.as_deref() == Some("connection refused")).count(), 2);
    });
}

/// Sends letters as a command does that waits for it: why each waits.
async fn send_now(desk: &Desk, places: impl IntoIterator<Item = usize>) -> Vec<Option<String>> {
    let wanted: Vec<_> = places.into_iter().map(|place| (desk.ids[place], letter(desk, place).id)).collect();
    let engine = desk.engine.clone();
    let sent = desk.wait(async move { engine.send_now(&wanted).await }).await.unwrap();
    sent.into_iter().map(|one| one.why).collect()
}

#[test]
fn what_a_command_waits_for_goes_through_the_one_outbox_within_its_hour() {
    run(async |idle| {
        let few = |parts: &mut Parts| parts.outbox.as_mut().unwrap().per_hour = 3;
        let (desk, mail) = office(idle, 6, few).await;
        for place in 0..6 {
            invite(&desk, place).await;
        }
        let full = Some("3 letters an hour are allowed".to_owned());
        assert_eq!(send_now(&desk, 0..6).await.iter().filter(|why| **why == full).count(), 3);
        assert_eq!(send_now(&desk, 0..6).await.iter().filter(|why| **why == full).count(), 3);
        assert_eq!((mail.arrived().len(), desk.engine.status().borrow().mail.last_hour), (3, 3));
        desk.pass(hours(1) + minutes(1)).await;
        assert_eq!(send_now(&desk, 0..6).await, vec![None; 6]);
        assert_eq!(mail.arrived().len(), 6);
    });
}

#[test]
fn what_a_command_waits_for_is_not_brought_to_a_server_that_fails() {
    run(async |idle| {
        let (desk, mail) = office(idle, 4, |_| ()).await;
        mail.mood(|mood| mood.down = true);
        invite(&desk, 0).await;
        desk.pass(TimeDelta::seconds(5)).await;
        assert!(matches!(mail_state(&desk), MailState::Down { .. }));
        for place in 1..4 {
            invite(&desk, place).await;
        }
        let tries = mail.state.lock().tries;
        let down = Some("connection refused".to_owned());
        assert_eq!(send_now(&desk, 0..4).await, vec![down.clone(); 4]);
        assert_eq!(mail.state.lock().tries, tries, "it is asked when its rest is over");
        // Somebody wants one tried now: that is one trial.
        desk.execute(2, Command::RetryLetter { letter: letter(&desk, 2).id }).await.unwrap();
        assert_eq!(send_now(&desk, 0..4).await, vec![down; 4]);
        assert_eq!(mail.state.lock().tries, tries + 1);
        mail.mood(|mood| mood.down = false);
        desk.execute(2, Command::RetryLetter { letter: letter(&desk, 2).id }).await.unwrap();
        assert_eq!(send_now(&desk, 0..4).await, vec![None; 4]);
        assert_eq!(mail.arrived().len(), 4);
    });
}

#[test]
fn a_letter_that_was_refused_and_waits_says_why_it_waits_now() {
    run(async |idle| {
        let (desk, mail) = office(idle, 2, |_| ()).await;
        mail.mood(|mood| mood.busy = 1.0);
        invite(&desk, 0).await;
        desk.pass(TimeDelta::seconds(5)).await;
        assert_eq!(letter(&desk, 0).state, LetterState::Failed);
        let refused = letter(&desk, 0).words;
        mail.mood(|mood| (mood.busy, mood.down) = (0.0, true));
        desk.pass(minutes(10)).await;
        assert_eq!(send_now(&desk, [0]).await, [Some("connection refused".to_owned())]);
        assert_eq!((letter(&desk, 0).state, letter(&desk, 0).words), (LetterState::Failed, refused));
    });
}

/// A desk without a mail server: letters become files.
struct Files;

#[async_trait]
impl MailTransport for Files {
    async fn deliver(&self, outgoing: &OutgoingMessage, pre_send: &dyn PreSendCheck) -> Delivery {
        match pre_send.check().await {
            PreSendDecision::Proceed => Delivery::Written { path: format!("/books/mail/{}.eml", outgoing.letter) },
            PreSendDecision::Abort => Delivery::Aborted,
        }
    }

    async fn check(&self) -> Result<String, String> {
        Ok("ready".to_owned())
    }

    fn name(&self) -> String {
        "dir:/books/mail".to_owned()
    }

    fn max_connections(&self) -> usize {
        1
    }

    fn mails(&self) -> bool {
        false
    }
}

#[test]
fn the_limit_of_an_hour_holds_no_letter_that_only_becomes_a_file() {
    run(async |idle| {
        let files = |parts: &mut Parts| {
            let outbox = parts.outbox.take().unwrap();
            parts.outbox = Some(OutboxParts { per_hour: 2, transport: Arc::new(Files), ..outbox });
        };
        let (desk, _) = office(idle, 5, files).await;
        for place in 0..5 {
            invite(&desk, place).await;
        }
        desk.pass(minutes(1)).await;
        assert!((0..5).all(|place| letter(&desk, place).state == LetterState::Written));
        assert_eq!(mail_state(&desk), MailState::Ok);
    });
}
