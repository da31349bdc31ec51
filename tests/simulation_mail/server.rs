//! A mail server that is down, silent, unwilling or busy, and one that refuses some letters.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use cloverwatch::domain::{Command, LetterState};
use cloverwatch::engine::{OutboxParts, Parts};
use cloverwatch::mail::{Delivery, MailTransport, OutgoingMessage, PreSendCheck, PreSendDecision, RefusedBy};
use cloverwatch::protocol::MailState;

use crate::simulation_support::desk::{Desk, hours};
use crate::simulation_support::run;
use crate::{invite, letter, mail_state, minutes, office};

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
