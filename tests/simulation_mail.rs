//! The outbox by hand: outages, limits, crashes between two steps, reminders, and what comes back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails says so by panicking")]

mod simulation_support;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use cloverwatch::clock::Clock;
use cloverwatch::domain::{Ask, Command, Letter, LetterKind, LetterState};
use cloverwatch::engine::{OutboxParts, Parts};
use cloverwatch::mail::{Delivery, MailTransport, OutgoingMessage, PreSendCheck, PreSendDecision, RefusedBy};
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
fn while_the_server_is_down_one_letter_tries_and_none_is_blamed() {
    run(async |idle| {
        let (desk, mail) = office(idle, 20, |_| ()).await;
        mail.mood(|mood| mood.down = true);
        for place in 0..20 {
            invite(&desk, place).await;
        }
        desk.pass(minutes(30)).await;
        let MailState::Down { why, since, retry_at } = mail_state(&desk) else { panic!("{:?}", mail_state(&desk)) };
        assert_eq!((why.as_str(), retry_at > since), ("connection refused", true));
        assert_eq!(desk.engine.status().borrow().mail.waiting, 20);
        for place in 0..20 {
            assert_eq!(desk.kinds(place)[1..], ["invitation.issued", "email.queued"], "nothing is the letter's fault");
        }
        mail.mood(|mood| mood.down = false);
        // Whoever cannot wait says so.
        desk.execute(3, Command::RetryLetter { letter: letter(&desk, 3).id }).await.unwrap();
        desk.pass(minutes(1)).await;
        assert!((0..20).all(|place| letter(&desk, place).state == LetterState::Sent));
        assert_eq!((mail_state(&desk), mail.arrived().len()), (MailState::Ok, 20));
    });
}

#[test]
fn a_server_that_takes_letters_and_says_nothing_is_left_alone() {
    run(async |idle| {
        let (desk, mail) = office(idle, 30, |_| ()).await;
        mail.mood(|mood| mood.silent = 1.0);
        for place in 0..30 {
            invite(&desk, place).await;
        }
        desk.pass(TimeDelta::seconds(50)).await;
        assert!(matches!(mail_state(&desk), MailState::Down { .. }));
        let doubtful = (0..30).filter(|place| letter(&desk, *place).state == LetterState::Uncertain).count();
        assert!((3..=6).contains(&doubtful), "{doubtful} letters in doubt");
        mail.mood(|mood| mood.silent = 0.0);
        desk.pass(hours(1)).await;
        assert!((0..30).all(|place| letter(&desk, place).state == LetterState::Sent));
        let copies = mail.arrived();
        for place in 0..30 {
            let count = copies.iter().filter(|one| one.letter == letter(&desk, place).id).count();
            assert!((1..=2).contains(&count), "{count} copies");
        }
    });
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
fn reports_in_a_maildir_are_taken_in_once() {
    let dir = tempfile::tempdir().unwrap();
    let new = dir.path().join("new");
    std::fs::create_dir(&new).unwrap();
    run(async |idle| {
        let reports = dir.path().to_owned();
        let (desk, mail) = office(idle, 1, |parts| {
            let outbox = parts.outbox.take().unwrap();
            parts.outbox = Some(OutboxParts { reports: Some(reports), ..outbox });
        })
        .await;
        invite(&desk, 0).await;
        desk.pass(minutes(1)).await;
        assert_eq!(mail.arrived().len(), 1);
        let (letter_id, to) = (letter(&desk, 0).id, letter(&desk, 0).to);
        std::fs::write(new.join("1.hello"), "Subject: hello\r\n\r\nhello").unwrap();
        std::fs::write(new.join("2.report"), report(to.raw(), &format!("{letter_id}@example.com"))).unwrap();
        desk.pass(minutes(2)).await;
        assert_eq!(letter(&desk, 0).state, LetterState::Bounced);
        assert_eq!(&*desk.state(0).address_refused().unwrap().status, "5.1.1");
        assert_eq!(desk.kinds(0).iter().filter(|kind| **kind == "email.bounced").count(), 1);
        assert!(dir.path().join("cur/2.report:2,S").exists() && new.join("1.hello").exists());
        assert!(desk.engine.status().borrow().faults.is_empty());
    });
}

#[test]
fn what_is_somebody_elses_or_only_a_person_can_read_is_not_filed_as_read() {
    let dir = tempfile::tempdir().unwrap();
    let new = dir.path().join("new");
    std::fs::create_dir(&new).unwrap();
    run(async |idle| {
        let reports = dir.path().to_owned();
        let (desk, _) = office(idle, 5, |parts| {
            let outbox = parts.outbox.take().unwrap();
            parts.outbox = Some(OutboxParts { reports: Some(reports), ..outbox });
        })
        .await;
        for place in 0..5 {
            invite(&desk, place).await;
        }
        desk.pass(minutes(1)).await;
        let id = |place: usize| format!("{}@example.com", letter(&desk, place).id);
        let to = |place: usize| letter(&desk, place).to.raw().to_owned();
        std::fs::write(new.join("1.foreign"), report("stranger@example.org", "x@example.org")).unwrap();
        let delivered = report(&to(1), &id(1)).replace("Action: failed", "Action: delivered");
        std::fs::write(new.join("2.delivered"), delivered).unwrap();
        let unread = format!("From: MAILER-DAEMON@mx.example\r\nSubject: NDN\r\n\r\nMessage-ID: <{}>\r\n", id(0));
        std::fs::write(new.join("3.unread"), unread).unwrap();
        // It returns no headers, and is about the latest letter to that address.
        let without = report(&to(1), "x@example.org").replace("5.1.1", "5.2.2").replace("Message-ID", "X-Nothing");
        std::fs::write(new.join("4.without"), without).unwrap();
        let delay = report(&to(2), &id(2)).replace("Action: failed", "Action: delayed").replace("5.1.1", "4.4.7");
        std::fs::write(new.join("5.delay"), delay).unwrap();
        // Somebody wrote to our dealership from the mailbox that our letters come from.
        let others = "CAF1234@mail.example.net";
        std::fs::write(new.join("6.others"), report(&to(3), others).replace("5.1.1", "5.2.2")).unwrap();
        std::fs::write(new.join("7.others"), report(&to(4), others)).unwrap();
        std::fs::write(new.join("8.others"), report(&to(3), others).replace("failed", "delayed")).unwrap();
        desk.pass(minutes(2)).await;
        let mut left: Vec<_> = std::fs::read_dir(&new).unwrap().map(|file| file.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["1.foreign", "6.others", "7.others", "8.others"], "their writer looks for them");
        for place in [3, 4] {
            assert_eq!((letter(&desk, place).state, letter(&desk, place).delayed_at), (LetterState::Sent, None));
        }
        assert!(desk.state(3).address_refused().is_none() && desk.state(4).address_refused().is_some());
        assert!(dir.path().join("cur/3.unread:2,").exists(), "nobody has read it");
        assert_eq!(letter(&desk, 0).state, LetterState::Uncertain);
        assert!(letter(&desk, 0).words.unwrap().contains("only a person can read: NDN"));
        assert_eq!((letter(&desk, 1).state, desk.state(1).address_refused()), (LetterState::Bounced, None));
        assert!(letter(&desk, 2).delayed_at.is_some() && letter(&desk, 2).state == LetterState::Sent);
        assert!(desk.engine.status().borrow().faults.is_empty());
    });
}

fn report(address: &str, message_id: &str) -> String {
    format!(
        "Subject: Undelivered\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message_id}>\r\n\r\n--b--\r\n"
    )
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

#[test]
fn a_server_that_refuses_us_fails_few_letters_and_is_one_alarm() {
    run(async |idle| {
        let (desk, mail) = office(idle, 50, |_| ()).await;
        mail.mood(|mood| mood.unwilling = true);
        for place in 0..50 {
            invite(&desk, place).await;
        }
        desk.pass(minutes(2)).await;
        let failed = |desk: &Desk| (0..50).filter(|place| letter(desk, *place).state == LetterState::Failed).count();
        assert!((3..=7).contains(&failed(&desk)), "{} failed", failed(&desk));
        assert!(matches!(mail_state(&desk), MailState::Down { why, .. } if why.contains("relaying denied")));
        mail.mood(|mood| mood.unwilling = false);
        let few = failed(&desk);
        for place in 0..50 {
            if letter(&desk, place).state == LetterState::Failed {
                desk.execute(place, Command::RetryLetter { letter: letter(&desk, place).id }).await.unwrap();
            }
        }
        desk.pass(minutes(2)).await;
        assert_eq!((failed(&desk), mail.arrived().len()), (0, 50), "{few} were tried again");
    });
}

#[test]
fn a_server_that_takes_nothing_for_a_day_costs_no_letter_and_is_one_alarm() {
    run(async |idle| {
        let (desk, mail) = office(idle, 40, |_| ()).await;
        mail.mood(|mood| mood.throttled = true);
        for place in 0..40 {
            invite(&desk, place).await;
        }
        desk.pass(hours(24)).await;
        let MailState::Down { why, .. } = mail_state(&desk) else { panic!("{:?}", mail_state(&desk)) };
        assert!(why.contains("450 4.7.1 too much mail") && why.contains("costs none of them a try"), "{why}");
        assert!((0..40).all(|place| letter(&desk, place).due_at.is_some()), "none was given up");
        let tries = mail.state.lock().tries;
        assert!(tries < 120, "{tries} tries in a day keep its limit alive");
        mail.mood(|mood| mood.throttled = false);
        desk.pass(hours(3)).await;
        assert!((0..40).all(|place| letter(&desk, place).state == LetterState::Sent));
        assert_eq!((mail_state(&desk), mail.arrived().len()), (MailState::Ok, 40));
    });
}

#[test]
fn a_letter_that_the_server_never_takes_waits_until_its_code_ends() {
    run(async |idle| {
        let (desk, mail) = office(idle, 1, |_| ()).await;
        mail.mood(|mood| mood.throttled = true);
        invite(&desk, 0).await;
        desk.pass(hours(71)).await;
        assert!(letter(&desk, 0).due_at.is_some(), "{:?}", letter(&desk, 0));
        assert_eq!(mail_state(&desk), MailState::Ok, "one letter is no sign of the server");
        desk.pass(hours(3)).await;
        assert_eq!((letter(&desk, 0).state, letter(&desk, 0).due_at), (LetterState::Suppressed, None));
        assert!(desk.kinds(0).len() < 60, "{} events", desk.kinds(0).len());
    });
}

/// A server that refuses some letters for good, and takes the others.
struct Refusing {
    few: Vec<String>,
    by: RefusedBy,
}

#[async_trait]
impl MailTransport for Refusing {
    async fn deliver(&self, outgoing: &OutgoingMessage, pre_send: &dyn PreSendCheck) -> Delivery {
        if self.few.contains(&outgoing.to) {
            let reason = "552 5.2.2 mailbox full".to_owned();
            return Delivery::Refused { reason, permanent: true, address: None, by: self.by };
        }
        match pre_send.check().await {
            PreSendDecision::Proceed => Delivery::Sent { reply: "250 fine".to_owned() },
            PreSendDecision::Abort => Delivery::Aborted,
        }
    }

    async fn check(&self) -> Result<String, String> {
        Ok("ready".to_owned())
    }

    fn name(&self) -> String {
        "smtp://mail.test".to_owned()
    }

    fn max_connections(&self) -> usize {
        1
    }
}

#[test]
fn full_mailboxes_and_what_we_refuse_ourselves_say_nothing_of_the_server() {
    for by in [RefusedBy::Us, RefusedBy::Server] {
        run(async |idle| {
            let few = (0..4).map(|place| format!("service{place}@example.com")).collect();
            let refusing = |parts: &mut Parts| {
                let outbox = parts.outbox.take().unwrap();
                parts.outbox = Some(OutboxParts { transport: Arc::new(Refusing { few, by }), ..outbox });
            };
            let (desk, _) = office(idle, 5, refusing).await;
            for place in 0..5 {
                let mut profile = desk.state(place).profile.clone();
                profile.contact.email = format!("service{place}@example.com").as_str().into();
                desk.execute(place, Command::Update { profile }).await.unwrap();
                invite(&desk, place).await;
            }
            desk.pass(minutes(1)).await;
            assert!((0..4).all(|place| letter(&desk, place).state == LetterState::Failed));
            assert_eq!((letter(&desk, 4).state, mail_state(&desk)), (LetterState::Sent, MailState::Ok), "{by:?}");
        });
    }
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

#[test]
fn a_letter_in_doubt_that_is_refused_then_ends_some_day() {
    run(async |idle| {
        let (desk, mail) = office(idle, 1, |_| ()).await;
        mail.mood(|mood| mood.silent = 1.0);
        invite(&desk, 0).await;
        desk.pass(minutes(1)).await;
        assert_eq!(letter(&desk, 0).state, LetterState::Uncertain);
        mail.mood(|mood| (mood.silent, mood.busy) = (0.0, 1.0));
        desk.pass(hours(8)).await;
        let tries = desk.kinds(0).iter().filter(|kind| **kind == "email.uncertain").count();
        assert!(tries <= 8, "{tries} tries");
        assert_eq!((letter(&desk, 0).state, letter(&desk, 0).due_at), (LetterState::Uncertain, None));
        assert_eq!(mail_state(&desk), MailState::Ok, "it answers, and says that it is busy");
    });
}
