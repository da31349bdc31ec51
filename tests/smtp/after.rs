//! Once the server asked for the content: a reply is an answer (RFC 5321, 4.2.5 and 6.1), and only silence leaves it open.

use cloverwatch::mail::{Delivery, MailTransport, PreSendDecision};

use crate::rig::{hastily, outgoing, to};
use crate::smtp_support::{Phase, Plan, Server, ServerAction};

#[tokio::test]
async fn a_refusal_of_the_content_is_an_answer() {
    for (reply, permanent, address) in [
        ("550 5.7.1 scored as spam", true, None),
        ("552-5.3.4 too\r\n552 5.3.4 large", true, None),
        ("554 no", true, None),
        ("550 5.1.1 no such user", true, Some("5.1.1")),
        ("450 4.2.0 greylisted", false, None),
        ("452 4.2.2 mailbox full", false, None),
    ] {
        let told = to(Plan::at(Phase::End, ServerAction::say(&format!("{reply}\r\n")))).await;
        let Delivery::Refused { reason, permanent: told_permanent, address: told_address, .. } = &told.delivery else {
            panic!("{told:#?}")
        };
        assert!(reason.starts_with(&reply[..3]), "{reason}");
        assert_eq!((*told_permanent, told_address.as_deref()), (permanent, address), "{reply}");
        assert_eq!((told.asked, told.seen.complete().len(), told.seen.copies().len()), (1, 1, 0), "{reply}");
        assert_eq!(told.seen.complete()[0].content.as_deref(), Some(outgoing(1).message.as_slice()));
        assert_eq!(told.seen.connections, 1, "nobody tries twice by himself");
    }
    let told = to(Plan::at(Phase::End, ServerAction::say("451 4.3.0 disk full\r\n"))).await;
    assert!(matches!(&told.delivery, Delivery::Deferred { reason } if reason == "451 4.3.0 disk full"), "{told:#?}");
}

#[tokio::test]
async fn of_two_recipients_none_is_condemned_by_a_refusal_of_the_content() {
    for (phase, copy, address) in [
        (Phase::Data, "250 2.1.5 fine\r\n", None),
        (Phase::End, "250 2.1.5 fine\r\n", None),
        (Phase::End, "550 5.1.1 no such user\r\n", Some("5.1.1")),
    ] {
        let plan = Plan::plain(move |moment| match moment.phase {
            _ if moment.line.contains("archive@example.com") => ServerAction::say(copy),
            it if it == phase => ServerAction::say("550 5.1.1 no such user\r\n"),
            _ => ServerAction::Usual,
        });
        let server = Server::start(plan).await;
        let transport = crate::rig::transport(crate::rig::settings(&format!("smtp://127.0.0.1:{}", server.port())));
        let letter = cloverwatch::mail::OutgoingMessage { bcc: Some("archive@example.com".to_owned()), ..outgoing(1) };
        let delivery = transport.deliver(&letter, &crate::rig::Counting::new(PreSendDecision::Proceed)).await;
        let Delivery::Refused { permanent: true, address: told, .. } = &delivery else { panic!("{delivery:?}") };
        assert_eq!(told.as_deref(), address, "{phase:?} {copy}");
    }
}

#[tokio::test]
async fn a_connection_on_which_the_content_was_refused_takes_the_next_letter() {
    let server = Server::start(Plan::plain(|moment| match (moment.phase, moment.letter) {
        (Phase::End, 0) => ServerAction::say("550 5.7.1 scored as spam\r\n"),
        _ => ServerAction::Usual,
    }))
    .await;
    let transport = crate::rig::transport(crate::rig::settings(&format!("smtp://127.0.0.1:{}", server.port())));
    let check = crate::rig::Counting::new(PreSendDecision::Proceed);
    assert!(matches!(transport.deliver(&outgoing(1), &check).await, Delivery::Refused { permanent: true, .. }));
    assert!(matches!(transport.deliver(&outgoing(2), &check).await, Delivery::Sent { .. }));
    assert_eq!((server.seen().connections, server.seen().taken().len()), (1, 1));
}

#[tokio::test]
async fn a_server_that_goes_down_after_the_dot_and_says_so_has_not_taken_it() {
    for act in [ServerAction::say("421 4.3.2 going down\r\n"), ServerAction::say_and_close("421 4.3.2 going down\r\n")]
    {
        let told = to(Plan::at(Phase::End, act)).await;
        let Delivery::Down { reason } = &told.delivery else { panic!("{told:#?}") };
        assert!(reason.contains("at the end of the content: it answered 421 4.3.2"), "{reason}");
        assert_eq!((told.asked, told.seen.copies().len()), (1, 0));
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_after_the_dot_or_says_no_answer_leaves_it_open() {
    for (act, words) in [(ServerAction::Close, "the connection"), (ServerAction::say("354 more?\r\n"), "354 more?")] {
        let told = to(Plan::at(Phase::End, act)).await;
        told.is_uncertain(&["after the content began", words]);
        assert_eq!((told.seen.complete().len(), told.seen.connections), (1, 1));
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_in_the_middle_of_the_content_leaves_it_open() {
    let told = to(Plan::at(Phase::Content, ServerAction::Close)).await;
    told.is_uncertain(&["after the content began", "the connection"]);
    assert_eq!((told.seen.complete().len(), told.seen.connections), (0, 1));
}

#[tokio::test]
async fn a_server_that_says_nothing_after_the_dot_is_waited_for_only_so_long() {
    let told = hastily(Plan::at(Phase::End, ServerAction::Hang)).await;
    told.is_uncertain(&["no answer within 300ms"]);
    assert_eq!(told.seen.complete().len(), 1);
    hastily(Plan::at(Phase::Content, ServerAction::Hang)).await.is_uncertain(&["no answer within 300ms"]);
}

#[tokio::test]
async fn a_letter_larger_than_any_buffer_that_nobody_reads_is_given_up() {
    let server = Server::start(Plan::plain(|moment| match moment.phase {
        // It never reads on: the pause before the second byte is longer than the test.
        Phase::Content => ServerAction::Drip(b"2 ".to_vec(), std::time::Duration::from_secs(3_600)),
        _ => ServerAction::Usual,
    }))
    .await;
    let mut settings = crate::rig::settings(&format!("smtp://127.0.0.1:{}", server.port()));
    settings.limits.answer = crate::rig::HASTY;
    let transport = crate::rig::transport(settings);
    let mut letter = outgoing(1);
    letter.message.extend(std::iter::repeat_n(b"0123456789abcdef\r\n".as_slice(), 2_000_000).flatten());
    let check = crate::rig::Counting::new(PreSendDecision::Proceed);
    let delivery = transport.deliver(&letter, &check).await;
    assert!(matches!(&delivery, Delivery::Uncertain { reason } if reason.contains("300ms")), "{delivery:?}");
    assert_eq!(check.asked(), 1);
}

#[tokio::test]
async fn what_the_server_repeats_of_the_letter_is_not_repeated() {
    let reply = format!("554 5.6.0 I do not like your line: the code is {}\r\n", crate::rig::CODE.to_lowercase());
    let told = to(Plan::at(Phase::End, ServerAction::say(&reply))).await;
    let Delivery::Refused { reason, permanent: true, address: None, .. } = told.delivery else { panic!("{told:#?}") };
    assert_eq!(reason, "554 5.6.0 (its words repeat a secret, and are left out)");
    let reply = format!("250 2.0.0 queued: {}\r\n", crate::rig::CODE);
    let told = to(Plan::at(Phase::End, ServerAction::say(&reply))).await;
    told.is_sent(&outgoing(1));
}

#[tokio::test]
async fn a_success_in_another_alphabet_is_a_success() {
    let told =
        to(Plan::at(Phase::End, ServerAction::Say(b"250 2.0.0 Verz\xf6gert angenommen \xff\xfe\r\n".to_vec()))).await;
    told.is_sent(&outgoing(1));
}
