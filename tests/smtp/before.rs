//! Everything that fails before the content: certain, and told apart by whom it is about.

use std::sync::Arc;

use cloverwatch::mail::{Delivery, MailTransport, PreSendDecision};

use crate::rig::{Counting, HASTY, PATIENT, hastily, outgoing, settings, to, transport};
use crate::smtp_support::{Phase, Plan, Server, ServerAction, deserted_port};

/// Until the recipient is named, every failure is about the server.
const ABOUT_THE_SERVER: [(Phase, &str); 3] =
    [(Phase::Greeting, "its greeting"), (Phase::Ehlo, "EHLO"), (Phase::Mail, "MAIL")];

#[tokio::test]
async fn a_good_server_takes_the_letter_as_it_is() {
    let told = to(Plan::good()).await;
    told.is_sent(&outgoing(1));
    assert_eq!(told.seen.verbs(0), ["EHLO", "MAIL", "RCPT", "DATA"]);
    let hello = &told.seen.lines[0].1;
    assert!(hello == "EHLO [127.0.0.1]" || hello.contains('.'), "{hello}");
}

#[tokio::test]
async fn nobody_listens() {
    let port = deserted_port().await;
    let (transport, check) =
        (transport(settings(&format!("smtp://127.0.0.1:{port}"))), Counting::new(PreSendDecision::Proceed));
    let Delivery::Down { reason } = transport.deliver(&outgoing(1), &check).await else { panic!() };
    assert!(
        reason.contains(&format!("127.0.0.1:{port}: at connecting: nobody listens there; is it running")),
        "{reason}"
    );
    assert_eq!(check.asked(), 0);
    assert_eq!(transport.check().await.unwrap_err(), reason);
}

#[tokio::test]
async fn no_such_host() {
    let settings = cloverwatch::mail::smtp::SmtpSettings {
        allow_plain: vec!["nowhere.invalid".to_owned()],
        ..settings("smtp://nowhere.invalid")
    };
    let reason = transport(settings).check().await.unwrap_err();
    assert!(
        reason.contains("nowhere.invalid:25: at connecting:") && reason.contains("name in [mail] transport"),
        "{reason}"
    );
}

#[tokio::test]
async fn refusals_before_the_recipient_are_about_the_server() {
    for (phase, word) in ABOUT_THE_SERVER {
        for (reply, remedy) in [
            ("451 4.3.0 not now\r\n", "tried again later"),
            ("550 5.7.1 not you\r\n", "; "),
            ("421 4.3.2 going down\r\n", "tried again later"),
            ("354 what?\r\n", "tried again later"),
        ] {
            let told = to(Plan::at(phase, ServerAction::say(reply))).await;
            told.is_down(0, &[word, reply.trim_end(), remedy]);
            assert_eq!(told.seen.connections, 1, "a new connection is not tried a second time");
        }
        to(Plan::at(phase, ServerAction::say_and_close("421 4.3.2 going down\r\n")))
            .await
            .is_down(0, &[word, "421 4.3.2"]);
        to(Plan::at(phase, ServerAction::Close)).await.is_down(0, &[word, "the connection"]);
        hastily(Plan::at(phase, ServerAction::Hang)).await.is_down(0, &[word, "no answer within 300ms"]);
    }
    to(Plan::at(Phase::Mail, ServerAction::say("550 5.1.8 bad sender\r\n"))).await.is_down(0, &["[mail] from"]);
}

#[tokio::test]
async fn a_refused_recipient_is_about_the_letter() {
    for (reply, permanent, address) in [
        ("450 4.2.1 greylisted\r\n", false, None),
        ("452 4.2.2 mailbox full\r\n", false, None),
        ("550 5.1.1 no such user\r\n", true, Some("5.1.1")),
        ("550-5.1.1 no such user\r\n550 5.1.1 really not\r\n", true, Some("5.1.1")),
        ("550 No such user\r\n", true, Some("550")),
        ("553 5.1.3 bad address\r\n", true, Some("5.1.3")),
        ("550 5.7.1 relaying denied\r\n", true, None),
        ("554 5.7.1 policy\r\n", true, None),
        ("550 relaying denied\r\n", true, None),
        ("550 mailbox is full\r\n", true, None),
        ("450 4.2.0 Recipient address rejected: Greylisted\r\n", false, None),
    ] {
        let told = to(Plan::at(Phase::Recipient, ServerAction::say(reply))).await;
        told.is_refused(0, permanent, address, &[&reply[..3]]);
        assert_eq!(told.seen.verbs(0), ["EHLO", "MAIL", "RCPT", "RSET"], "{reply}");
    }
}

#[tokio::test]
async fn a_recipient_refused_for_the_servers_own_trouble_is_about_the_server() {
    for reply in ["451 4.3.5 configuration problem\r\n", "450 4.7.1 too much mail\r\n", "451 slow down\r\n"] {
        let told = to(Plan::at(Phase::Recipient, ServerAction::say(reply))).await;
        told.is_deferred(0, &[reply.trim_end()]);
        assert_eq!(told.seen.verbs(0), ["EHLO", "MAIL", "RCPT", "RSET"], "{reply}");
    }
}

#[tokio::test]
async fn the_size_is_announced_and_a_letter_that_is_too_large_is_not_sent() {
    let length = outgoing(1).message.len();
    let sized = |most: usize| Plan::good().offers(&[&format!("SIZE {most}")]);
    for most in [0, length, 10 * length] {
        let told = to(sized(most)).await;
        told.is_sent(&outgoing(1));
        assert_eq!(told.seen.letters[0].parameters, format!("SIZE={length}"), "{most}");
    }
    let told = to(sized(length - 1)).await;
    told.is_refused(0, true, None, &[&format!("has {length} bytes, and the server takes at most {}", length - 1)]);
    assert_eq!(told.seen.verbs(0), ["EHLO"], "nothing was said of it");
    // It may have less room than it said.
    for reply in ["552 5.3.4 too big", "552 too big", "550 5.3.4 too big", "554 5.2.3 too big", "523 5.2.3 too big"] {
        let full = Plan::at(Phase::Mail, ServerAction::say(&format!("{reply}\r\n"))).offers(&["SIZE"]);
        to(full).await.is_refused(0, true, None, &[reply]);
    }
    // Which letter comes does not matter there.
    to(Plan::at(Phase::Mail, ServerAction::say("552 5.7.1 not you\r\n"))).await.is_down(0, &["552 5.7.1"]);
    to(Plan::at(Phase::Mail, ServerAction::say("452 4.3.4 not now\r\n"))).await.is_down(0, &["452 4.3.4"]);
}

#[tokio::test]
async fn a_copy_goes_to_whoever_keeps_one_and_its_refusal_keeps_the_letter_from_nobody() {
    for (answer, copied) in [("250 2.1.5 fine\r\n", true), ("550 5.1.1 no such user\r\n", false)] {
        let server = Server::start(Plan::plain(move |moment| match moment.line.contains("archive@example.com") {
            true => ServerAction::say(answer),
            false => ServerAction::Usual,
        }))
        .await;
        let transport = transport(settings(&format!("smtp://127.0.0.1:{}", server.port())));
        let letter = cloverwatch::mail::OutgoingMessage { bcc: Some("archive@example.com".to_owned()), ..outgoing(1) };
        let delivery = transport.deliver(&letter, &Counting::new(PreSendDecision::Proceed)).await;
        assert!(matches!(delivery, Delivery::Sent { .. }), "{copied} {delivery:?}");
        assert_eq!(server.seen().verbs(0), ["EHLO", "MAIL", "RCPT", "RCPT", "DATA"]);
        let content = server.seen().taken()[0].content.clone().unwrap();
        assert!(!String::from_utf8_lossy(&content).contains("archive@"), "it is not named in the letter");
    }
    let server = Server::start(Plan::at(Phase::Recipient, ServerAction::say("550 5.1.1 no such user\r\n"))).await;
    let transport = transport(settings(&format!("smtp://127.0.0.1:{}", server.port())));
    let letter = cloverwatch::mail::OutgoingMessage { bcc: Some("archive@example.com".to_owned()), ..outgoing(1) };
    let delivery = transport.deliver(&letter, &Counting::new(PreSendDecision::Proceed)).await;
    assert!(matches!(delivery, Delivery::Refused { .. }), "{delivery:?}");
    assert_eq!(server.seen().verbs(0), ["EHLO", "MAIL", "RCPT", "RSET"], "no copy of what its reader never gets");
}

#[tokio::test]
async fn a_server_that_gives_up_at_the_copy_gets_the_letter_without_it() {
    for act in [
        ServerAction::say("421 4.7.0 too many\r\n"),
        ServerAction::say_and_close("421 4.7.0 too many\r\n"),
        ServerAction::Close,
        ServerAction::Hang,
    ] {
        let about = act.clone();
        let plan = Plan::plain(move |moment| match moment.line.contains("archive@example.com") {
            true => about.clone(),
            false => ServerAction::Usual,
        });
        let server = Server::start(plan).await;
        let mut settings = settings(&format!("smtp://127.0.0.1:{}", server.port()));
        settings.limits.command = if matches!(act, ServerAction::Hang) { HASTY } else { PATIENT.command };
        let letter = cloverwatch::mail::OutgoingMessage { bcc: Some("archive@example.com".to_owned()), ..outgoing(1) };
        let check = Counting::new(PreSendDecision::Proceed);
        let delivery = transport(settings).deliver(&letter, &check).await;
        assert!(matches!(delivery, Delivery::Sent { .. }), "{act:?} {delivery:?}");
        assert_eq!((check.asked(), server.seen().taken().len(), server.seen().connections), (1, 1, 2), "{act:?}");
        assert_eq!(server.seen().verbs(1), ["EHLO", "MAIL", "RCPT", "DATA"]);
    }
}

#[tokio::test]
async fn a_copy_that_the_server_cannot_carry_keeps_the_letter_from_nobody() {
    for (offers, verbs) in [(&[][..], 4), (&["SMTPUTF8"][..], 5)] {
        let server = Server::start(Plan::good().offers(offers)).await;
        let transport = transport(settings(&format!("smtp://127.0.0.1:{}", server.port())));
        let letter = cloverwatch::mail::OutgoingMessage { bcc: Some("büro@example.com".to_owned()), ..outgoing(1) };
        let delivery = transport.deliver(&letter, &Counting::new(PreSendDecision::Proceed)).await;
        assert!(matches!(delivery, Delivery::Sent { .. }), "{offers:?} {delivery:?}");
        let seen = server.seen();
        assert_eq!((seen.verbs(0).len(), seen.letters[0].parameters.as_str()), (verbs, offers.concat().as_str()));
    }
}

#[tokio::test]
async fn a_lost_connection_at_the_recipient_is_about_the_server() {
    to(Plan::at(Phase::Recipient, ServerAction::say("421 4.3.2 going down\r\n"))).await.is_down(0, &["RCPT", "421"]);
    to(Plan::at(Phase::Recipient, ServerAction::Close)).await.is_down(0, &["RCPT", "the connection"]);
    to(Plan::at(Phase::Recipient, ServerAction::say("354 go ahead\r\n"))).await.is_down(0, &["RCPT", "354"]);
    hastily(Plan::at(Phase::Recipient, ServerAction::Hang)).await.is_down(0, &["RCPT", "no answer within"]);
}

#[tokio::test]
async fn a_refused_data_is_certain() {
    to(Plan::at(Phase::Data, ServerAction::say("451 4.3.0 not now\r\n"))).await.is_deferred(1, &["451 4.3.0 not now"]);
    to(Plan::at(Phase::Data, ServerAction::say("450 4.2.1 not now\r\n"))).await.is_refused(
        1,
        false,
        None,
        &["450 4.2.1"],
    );
    let told = to(Plan::at(Phase::Data, ServerAction::say("554 5.7.1 not this\r\n"))).await;
    told.is_refused(1, true, None, &["554 5.7.1 not this"]);
    assert_eq!(told.seen.verbs(0), ["EHLO", "MAIL", "RCPT", "DATA", "RSET"]);
    // Nothing of the letter was sent.
    to(Plan::at(Phase::Data, ServerAction::say("421 4.3.2 going down\r\n"))).await.is_down(1, &["DATA", "421"]);
    to(Plan::at(Phase::Data, ServerAction::say("250 fine\r\n"))).await.is_down(1, &["DATA", "250"]);
    to(Plan::at(Phase::Data, ServerAction::Close)).await.is_down(1, &["DATA", "the connection"]);
    hastily(Plan::at(Phase::Data, ServerAction::Hang)).await.is_down(1, &["DATA", "no answer within"]);
}

#[tokio::test]
async fn an_abort_takes_the_envelope_back_and_keeps_the_connection() {
    let server = Server::start(Plan::good()).await;
    let transport = transport(settings(&format!("smtp://127.0.0.1:{}", server.port())));
    let check = Counting::new(PreSendDecision::Abort);
    assert_eq!(transport.deliver(&outgoing(1), &check).await, Delivery::Aborted);
    assert_eq!(check.asked(), 1);
    let open = Counting::new(PreSendDecision::Proceed);
    assert!(matches!(transport.deliver(&outgoing(2), &open).await, Delivery::Sent { .. }));
    let seen = server.seen();
    assert_eq!(seen.verbs(0), ["EHLO", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA"]);
    assert_eq!((seen.connections, seen.taken().len()), (1, 1));
    assert_eq!(seen.taken()[0].to, "service2@dealer.test");
}

#[tokio::test]
async fn an_abort_at_a_server_that_dies_is_an_abort_all_the_same() {
    let server = Server::start(Plan::at(Phase::Reset, ServerAction::Close)).await;
    let transport = transport(settings(&format!("smtp://127.0.0.1:{}", server.port())));
    assert_eq!(transport.deliver(&outgoing(1), &Counting::new(PreSendDecision::Abort)).await, Delivery::Aborted);
}

#[tokio::test]
async fn what_the_server_does_not_offer_is_not_used() {
    let server = Server::start(Plan::good().offers(&[])).await;
    let transport = transport(settings(&format!("smtp://127.0.0.1:{}", server.port())));
    let check = Counting::new(PreSendDecision::Proceed);
    let mut letter = outgoing(1);
    letter.message.extend_from_slice("Grüße\r\n".as_bytes());
    let delivery = transport.deliver(&letter, &check).await;
    assert!(
        matches!(&delivery, Delivery::Refused { permanent: true, address: None, reason, .. } if reason.contains("8BITMIME")),
        "{delivery:?}"
    );
    let mut letter = outgoing(2);
    letter.to = "jürgen@dealer.test".to_owned();
    let delivery = transport.deliver(&letter, &check).await;
    assert!(
        matches!(&delivery, Delivery::Refused { permanent: true, address: None, reason, .. } if reason.contains("SMTPUTF8")),
        "{delivery:?}"
    );
    letter.from = "köln@example.com".to_owned();
    let delivery = transport.deliver(&letter, &check).await;
    assert!(matches!(&delivery, Delivery::Down { reason } if reason.contains("[mail] from")), "{delivery:?}");
    assert_eq!((check.asked(), server.seen().letters.len()), (0, 0));
    let told = to(Plan::good()).await;
    assert_eq!(told.seen.letters[0].parameters, "");
}

#[tokio::test]
async fn what_the_server_offers_is_used_when_the_letter_needs_it() {
    let server = Server::start(Plan::good()).await;
    let transport = transport(settings(&format!("smtp://127.0.0.1:{}", server.port())));
    let mut letter = outgoing(1);
    letter.to = "jürgen@dealer.test".to_owned();
    letter.message.extend_from_slice("Grüße\r\n".as_bytes());
    assert!(matches!(
        transport.deliver(&letter, &Counting::new(PreSendDecision::Proceed)).await,
        Delivery::Sent { .. }
    ));
    let seen = server.seen();
    assert_eq!(
        (seen.letters[0].parameters.as_str(), seen.letters[0].to.as_str()),
        ("SMTPUTF8 BODY=8BITMIME", "jürgen@dealer.test")
    );
    assert_eq!(seen.letters[0].content.as_deref(), Some(letter.message.as_slice()));
}

#[tokio::test]
async fn an_address_that_would_speak_to_the_server_never_gets_there() {
    let server = Server::start(Plan::good()).await;
    let transport = transport(settings(&format!("smtp://127.0.0.1:{}", server.port())));
    for bad in [
        "",
        "x",
        "a@b\r\nRCPT TO:<c@d.test>",
        "a@b.test>\r\nDATA",
        "a b@c.test",
        "\"a\u{0}\"@c.test",
        "a@c.test\n",
        "\"a\r\nb\"@c.test",
    ] {
        let mut letter = outgoing(1);
        letter.to = bad.to_owned();
        let check = Counting::new(PreSendDecision::Proceed);
        let delivery = transport.deliver(&letter, &check).await;
        assert!(matches!(delivery, Delivery::Refused { permanent: true, .. }), "{bad:?} {delivery:?}");
        let mut letter = outgoing(1);
        letter.from = bad.to_owned();
        assert!(matches!(transport.deliver(&letter, &check).await, Delivery::Down { .. }), "{bad:?}");
        assert_eq!(check.asked(), 0);
    }
    assert_eq!(server.seen().connections, 0);
}

#[tokio::test]
async fn a_letter_that_is_given_up_half_way_leaves_no_connection_behind() {
    let server = Server::start(Plan::plain(|moment| match (moment.phase, moment.connection) {
        (Phase::Recipient, 0) => ServerAction::Hang,
        _ => ServerAction::Usual,
    }))
    .await;
    let transport = Arc::new(transport(settings(&format!("smtp://127.0.0.1:{}", server.port()))));
    let given_up = tokio::spawn({
        let transport = Arc::clone(&transport);
        async move { transport.deliver(&outgoing(1), &Counting::new(PreSendDecision::Proceed)).await }
    });
    server.until(|seen| seen.letters.first().is_some_and(|letter| !letter.to.is_empty())).await;
    given_up.abort();
    assert!(given_up.await.unwrap_err().is_cancelled());
    server.until(|seen| seen.ended == 1).await;
    assert!(matches!(
        transport.deliver(&outgoing(2), &Counting::new(PreSendDecision::Proceed)).await,
        Delivery::Sent { .. }
    ));
    let seen = server.seen();
    assert_eq!((seen.connections, seen.taken().len()), (2, 1));
    assert_eq!(seen.letters[1].to, "service2@dealer.test");
}

#[tokio::test]
async fn the_check_goes_as_far_as_a_letter_without_one() {
    let server = Server::start(Plan::good()).await;
    let transport = transport(settings(&format!("smtp://127.0.0.1:{}", server.port())));
    let words = transport.check().await.unwrap();
    assert!(words.contains("answers, unencrypted; nobody signs in"), "{words}");
    let seen = server.until(|seen| seen.ended == 1).await;
    assert_eq!(seen.verbs(0), ["EHLO", "QUIT"]);
    assert_eq!(transport.name(), format!("smtp://127.0.0.1:{}", server.port()));
    assert_eq!(transport.max_connections(), 4);
    assert_eq!(PATIENT.command.as_secs(), 30);
}
