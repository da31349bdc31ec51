//! The post office: its protocol, what it refuses, what it keeps, how it misbehaves.

use std::path::Path;
use std::sync::Arc;

use cloverwatch::sandbox::{self, PostSettings, SandboxSettings};
use lettre::message::MultiPart;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::smtp::{Client, invitation};
use super::{Desk, body};

const ANN: &str = "ann@example.com";

async fn letters(desk: &Desk, address: &str) -> Vec<Value> {
    desk.control(&format!("mailboxes/{address}")).await["letters"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn commands_may_come_together_and_dots_are_taken_away() {
    let desk = Desk::with_post("none", None).await;
    let mut client = Client::connect(desk.sandbox.smtp_addr().unwrap()).await;
    let extensions = client.say("EHLO x").await;
    for extension in ["PIPELINING", "SIZE 1048576", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"] {
        assert!(extensions.contains(extension), "{extensions}");
    }
    client
        .send("MAIL FROM:<desk@example.com> BODY=8BITMIME SIZE=100\r\nRCPT TO:<Ann@Example.com>\r\nrcpt to:<bob@example.com>\r\nDATA\r\n")
        .await;
    for code in ["250 2.1.0", "250 2.1.5", "250 2.1.5", "354 "] {
        let reply = client.reply().await;
        assert!(reply.starts_with(code), "{reply}");
    }
    client.send("Subject: dots\r\n\r\n..one\r\n...\r\n.x\r\n.\r\nNOOP\r\nRSET\r\nVRFY ann\r\nQUIT\r\n").await;
    for code in ["250 2.0.0 taken", "250 2.0.0", "250 2.0.0", "252 2.5.0", "221 2.0.0"] {
        let reply = client.reply().await;
        assert!(reply.starts_with(code), "{reply}");
    }
    assert_eq!(client.rest().await, "");
    for address in ["ann@example.com", "ANN@example.com", "bob@example.com"] {
        let letters = letters(&desk, address).await;
        assert_eq!(letters.len(), 1, "{address}");
        assert_eq!(letters[0]["text"], ".one\r\n..\r\nx\r\n");
    }
    assert_eq!(letters(&desk, ANN).await[0]["to"], "Ann@Example.com");
}

#[tokio::test]
async fn a_letter_is_shown_with_all_that_is_known_of_it() {
    let desk = Desk::with_post("none", None).await;
    assert!(desk.mail(ANN, &invitation(7, "K7QF-2M9X")).await.starts_with("250 "));
    let letter = letters(&desk, ANN).await.remove(0);
    for (field, value) in [
        ("id", json!(1)),
        ("sender", json!("desk@example.com")),
        ("to", json!(ANN)),
        ("from", json!("DataClover Onboarding <onboarding@example.com>")),
        ("subject", json!("DataClover: connect your Xtime")),
        ("date", json!("2026-02-25T15:00:00.000Z")),
        ("messageId", json!("7.letter@example.com")),
        ("receivedAt", json!("2026-02-25T15:00:00.000Z")),
        ("code", json!("unknown code")),
        ("read", json!(false)),
        ("html", json!("<p>Your code: <b>K7QF-2M9X</b></p>")),
    ] {
        assert_eq!(letter[field], value, "{field}");
    }
    assert!(letter["text"].as_str().unwrap().contains("\r\n    K7QF-2M9X\r\n"));
    assert!(letter["size"].as_u64().unwrap() > 500);
    desk.mail(ANN, "Subject: second\r\n\r\nno code\r\n").await;
    let boxes = desk.control("mailboxes").await;
    assert_eq!(boxes["smtp"], desk.sandbox.smtp_addr().unwrap().to_string());
    let mailbox =
        json!({"address": ANN, "dealers": [], "letters": 2, "unread": 2, "newest": "2026-02-25T15:00:00.000Z"});
    assert_eq!(boxes["mailboxes"], json!([mailbox]));
    assert_eq!((&boxes["counts"]["sessions"], &boxes["counts"]["taken"]), (&json!(2), &json!(2)));
    assert_eq!(body(desk.act("mailboxes/ann@example.com/read", json!({})).await).await, json!({"read": 2}));
    assert_eq!(desk.control("mailboxes").await["mailboxes"][0]["unread"], 0);
    let newest = desk.control("letters?newest=1").await;
    assert_eq!((&newest["letters"][0]["subject"], newest["letters"].as_array().unwrap().len()), (&json!("second"), 1));
    // What the demonstration uses.
    let post = desk.sandbox.post().unwrap();
    assert_eq!((post.mailboxes().len(), post.letters(ANN).len(), post.newest(9)[1].id), (1, 2, 1));
    assert_eq!(*post.changes().unwrap().borrow(), 2);
    for path in ["mailboxes/nobody@example.com", "mailboxes/x"] {
        assert_eq!(desk.control(path).await["code"], "x-000404");
    }
    let without = Desk::with("none").await;
    assert!(without.control("mailboxes").await["message"].as_str().unwrap().contains("--smtp"));
    assert!(without.sandbox.post().is_none() && without.sandbox.smtp_addr().is_none());
}

/// Another client than the one of these tests, with its own encodings.
#[tokio::test]
async fn a_mail_library_is_understood() {
    let desk = Desk::with_post("none", None).await;
    let port = desk.sandbox.smtp_addr().unwrap().port();
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1").port(port).build();
    for number in 0..5 {
        let text =
            format!("Guten Tag, Zoë,\n\n.\nyour invitation code, {}:\n\n    K7QF-2M9{number}\n", "long ".repeat(300));
        let letter = Message::builder()
            .from("Données <desk@example.com>".parse().unwrap())
            .to("Zoë Peña <zoe@example.com>".parse().unwrap())
            .subject("DataClover: Einladung für Zoë")
            .multipart(MultiPart::alternative_plain_html(text.clone(), format!("<p>{text}</p>")))
            .unwrap();
        let reply = transport.send(letter).await.unwrap();
        assert!(reply.is_positive());
    }
    let letters = letters(&desk, "zoe@example.com").await;
    assert_eq!(letters.len(), 5);
    for (letter, number) in letters.iter().zip((0..5).rev()) {
        let text = letter["text"].as_str().unwrap().replace("\r\n", "\n");
        assert!(text.starts_with("Guten Tag, Zoë,\n\n.\nyour"), "{text}");
        assert!(text.ends_with(&format!("K7QF-2M9{number}\n")), "{text}");
        assert_eq!(
            (&letter["subject"], &letter["code"]),
            (&json!("DataClover: Einladung für Zoë"), &json!("unknown code"))
        );
        assert_eq!(letter["from"], "Données <desk@example.com>");
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_the_reason() {
    let desk = Desk::with_post("none", None).await;
    let mut client = Client::connect(desk.sandbox.smtp_addr().unwrap()).await;
    for (line, code) in [
        ("MAIL FROM:<a@example.com>", "503 5.5.1"),
        ("EHLO", "501 5.5.4"),
        ("HELO x", "250 "),
        ("RCPT TO:<ann@example.com>", "503 5.5.1"),
        ("DATA", "503 5.5.1"),
        ("MAIL FROM:a@example.com", "501 5.1.7"),
        ("MAIL FROM:<a@example.com> SIZE=99999999", "552 5.3.4"),
        ("MAIL FROM:<a@example.com> COLOUR=red", "555 5.5.4"),
        ("MAIL FROM:<núñez@example.com>", "553 5.6.7"),
        ("MAIL FROM:<> SMTPUTF8", "250 2.1.0"),
        ("MAIL FROM:<a@example.com>", "503 5.5.1"),
        ("DATA", "554 5.5.1"),
        ("RCPT TO:<>", "501 5.1.3"),
        ("RCPT TO:<a b@example.com>", "501 5.1.3"),
        ("RCPT TO:<peña@example.com>", "250 2.1.5"),
        ("STARTTLS", "502 5.5.1"),
        ("GET / HTTP/1.1", "500 5.5.1"),
        ("RSET", "250 2.0.0"),
        ("NOOP", "250 2.0.0"),
    ] {
        let reply = client.say(line).await;
        assert!(reply.starts_with(code), "{line}: {reply}");
    }
    client.say("MAIL FROM:<a@example.com>").await;
    for number in 0..100 {
        client.say(&format!("RCPT TO:<a{number}@example.com>")).await;
    }
    assert!(client.say("RCPT TO:<a100@example.com>").await.starts_with("452 4.5.3"));
    client.say("DATA").await;
    client.send(vec![b'x'; 999]).await;
    assert!(client.say("\r\n.").await.starts_with("554 5.6.0"));
    for (letter, code) in [("Subject: x\n\nbare\n", "554 5.6.0"), ("Subject: x\r\n\r\ngood\r\n", "250 2.0.0")] {
        let reply = client.transmit("a@example.com", ANN, letter).await;
        assert!(reply.starts_with(code), "{letter}: {reply}");
    }
    let big = "0123456789\r\n".repeat(100_000);
    assert!(client.transmit("a@example.com", ANN, &big).await.starts_with("552 5.3.4"));
    assert_eq!(letters(&desk, ANN).await.len(), 1);
}

#[tokio::test]
async fn garbage_long_lines_and_sudden_ends_harm_nobody() {
    let desk = Desk::with_post("none", None).await;
    let addr = desk.sandbox.smtp_addr().unwrap();
    let mut client = Client::connect(addr).await;
    client.send(vec![b'A'; 100_000]).await;
    assert!(client.say("").await.starts_with("500 5.5.2"));
    client.send(b"\xff\xfe\x00\r\n").await;
    assert!(client.reply().await.starts_with("500 5.5.2"));
    assert!(client.say("NOOP").await.starts_with("250"));
    // Who goes on like that is shown out.
    client.send("?\r\n".repeat(100)).await;
    let rest = client.rest().await;
    assert!(rest.contains("421 4.7.0"), "{rest}");
    for cut in [
        "EHLO x\r\nMAIL FROM:<a@exam",
        "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<ann@example.com>\r\nDATA\r\nSubject: half\r\n\r\nx\r\n.",
    ] {
        let mut client = Client::connect(addr).await;
        client.send(cut).await;
        drop(client);
    }
    assert!(desk.mail(ANN, "Subject: whole\r\n\r\nx\r\n").await.starts_with("250"));
    let letters = letters(&desk, ANN).await;
    assert_eq!((letters.len(), &letters[0]["subject"]), (1, &json!("whole")));
}

/// The faults after the final dot, twice each: the letter is taken the first time, and not the second.
#[tokio::test]
async fn every_fault_of_mail_shows_in_its_way() {
    let desk = Desk::with_post("mail-deferred=100%", None).await;
    let letter = "Subject: x\r\n\r\nx\r\n";
    let set = async |spec: &'static str| {
        desk.http.post(format!("{}/faults", desk.sandbox.control_url())).body(spec).send().await.unwrap()
    };
    assert!(desk.mail(ANN, letter).await.starts_with("450 4.2.0"));
    for (spec, reply, taken) in [("mail-cut=100%", "", [true, false]), ("mail-421=100%", "421 4.3.2", [false, false])] {
        set(spec).await;
        for taken in taken {
            let before = letters(&desk, ANN).await.len();
            let said = desk.mail(ANN, letter).await;
            assert!(said.starts_with(reply) && said.is_empty() == reply.is_empty(), "{spec}: {said}");
            assert_eq!(letters(&desk, ANN).await.len(), before + usize::from(taken), "{spec}");
        }
    }
    set("mail-hang=100%").await;
    for taken in [true, false] {
        let before = letters(&desk, ANN).await.len();
        let mut client = desk.smtp().await;
        for line in ["MAIL FROM:<a@b>", "RCPT TO:<ann@example.com>", "DATA"] {
            client.say(line).await;
        }
        client.send("x\r\n.\r\n").await;
        while desk.control("stats").await["faults"]["mail-hang"] != if taken { 1 } else { 2 } {
            tokio::task::yield_now().await;
        }
        drop(client);
        assert_eq!(letters(&desk, ANN).await.len(), before + usize::from(taken));
    }
    set("mail-slow=100%:20ms").await;
    assert!(desk.mail(ANN, letter).await.starts_with("250"));
    set("mail-unknown=100%").await;
    assert!(desk.mail(ANN, letter).await.starts_with("550 5.1.1"));
    // What is wrong with an address is wrong every time.
    set("mail-unknown=30%").await;
    for number in 0..20 {
        let address = format!("a{number}@example.com");
        assert_eq!(desk.mail(&address, letter).await, desk.mail(&address, letter).await);
    }
    assert_eq!(desk.control("stats").await["total"], 0, "letters are no requests");
}

fn reports(maildir: &Path) -> Vec<String> {
    let files = std::fs::read_dir(maildir.join("new")).unwrap();
    files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

#[tokio::test]
async fn what_bounces_is_reported_to_the_sender_and_into_the_maildir() {
    let dir = tempfile::tempdir().unwrap();
    let maildir = dir.path().join("reports");
    let desk = Desk::with_post("mail-bounced=100%", Some(maildir.clone())).await;
    assert!(desk.mail("gone@example.com", &invitation(3, "K7QF-2M9X")).await.starts_with("250"));
    assert!(letters(&desk, "gone@example.com").await.is_empty());
    let reports = reports(&maildir);
    assert_eq!(reports.len(), 1);
    let told = letters(&desk, "desk@example.com").await.remove(0);
    assert_eq!((&told["sender"], &told["subject"]), (&json!(""), &json!("Undelivered mail returned to sender")));
    for words in [
        "Content-Type: multipart/report; report-type=delivery-status",
        "Final-Recipient: rfc822; gone@example.com\r\nAction: failed\r\nStatus: 5.1.1",
        "Message-ID: <3.letter@example.com>",
    ] {
        assert!(reports[0].contains(words), "{}", reports[0]);
    }
    assert!(!reports[0].contains("K7QF"), "no code comes back");
    // Nobody is told about a report.
    let mut client = desk.smtp().await;
    assert!(client.transmit("", "gone@example.com", "Subject: x\r\n\r\nx\r\n").await.starts_with("250"));
    client.send("QUIT\r\n").await;
    client.rest().await;
    let counts = desk.control("mailboxes").await["counts"].clone();
    assert_eq!((&counts["bounced"], &counts["taken"]), (&json!(2), &json!(3)));
    assert_eq!(self::reports(&maildir).len(), 1);
}

#[tokio::test]
async fn a_fault_waits_for_the_next_letter_to_a_dealership() {
    let desk = Desk::with_post("none", None).await;
    desk.act("dealers", json!({"dealerCode": "xts1", "email": ANN})).await;
    for fault in ["mail-unknown", "mail-cut", "503"] {
        assert_eq!(desk.act("dealers/xts1/next", json!({"fault": fault})).await.status(), StatusCode::OK);
    }
    let letter = "Subject: x\r\n\r\nx\r\n";
    assert!(desk.mail("bob@example.com", letter).await.starts_with("250"));
    assert!(desk.mail(ANN, letter).await.starts_with("550"));
    assert_eq!(desk.mail(ANN, letter).await, "");
    assert!(desk.mail(ANN, letter).await.starts_with("250"));
    assert_eq!(desk.control("dealers/xts1").await["next"], json!(["503"]));
}

#[tokio::test]
async fn it_takes_letters_on_loopback_only_and_ends_when_told() {
    let desk = Desk::with_post("none", None).await;
    let mut settings = SandboxSettings::new(Arc::new(desk.clock.clone()));
    settings.post = Some(PostSettings { listen: "0.0.0.0:0".parse().unwrap(), maildir: None });
    assert!(sandbox::start(settings.clone()).await.is_err_and(|error| error.to_string().contains("loopback")));
    let file = tempfile::NamedTempFile::new().unwrap();
    settings.post =
        Some(PostSettings { listen: "127.0.0.1:0".parse().unwrap(), maildir: Some(file.path().to_owned()) });
    assert!(sandbox::start(settings).await.is_err_and(|error| error.to_string().contains("maildir")));
    let (addr, client) = (desk.sandbox.smtp_addr().unwrap(), desk.smtp().await);
    desk.sandbox.shutdown().await;
    assert_eq!(client.rest().await, "");
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}
