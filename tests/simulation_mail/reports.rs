//! What comes back: reports in a Maildir.

use cloverwatch::domain::LetterState;
use cloverwatch::engine::OutboxParts;

use crate::simulation_support::run;
use crate::{invite, letter, minutes, office};

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
