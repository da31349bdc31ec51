//! Connections are kept, bounded and replaced.

use std::sync::Arc;
use std::time::Duration;

use cloverwatch::mail::smtp::SmtpSettings;
use cloverwatch::mail::{Delivery, MailTransport, PreSendDecision, SmtpTransport};
use futures::future::join_all;

use crate::rig::{Counting, HASTY, clock, outgoing, settings, transport};
use crate::smtp_support::{Phase, Plan, Server, ServerAction};

async fn sends(transport: &SmtpTransport, number: u64) {
    let check = Counting::new(PreSendDecision::Proceed);
    let delivery = transport.deliver(&outgoing(number), &check).await;
    assert!(matches!(delivery, Delivery::Sent { .. }), "{number}: {delivery:?}");
    assert_eq!(check.asked(), 1);
}

fn to(server: &Server) -> SmtpSettings {
    settings(&format!("smtp://127.0.0.1:{}", server.port()))
}

#[tokio::test]
async fn letters_share_a_connection_up_to_a_number() {
    let server = Server::start(Plan::good()).await;
    let transport = transport(SmtpSettings { letters_per_connection: 3, ..to(&server) });
    for number in 0..7 {
        sends(&transport, number).await;
    }
    let seen = server.until(|seen| seen.ended == 2).await;
    assert_eq!((seen.connections, seen.taken().len()), (3, 7));
    assert_eq!(seen.verbs(0).last(), Some(&"QUIT"));
    assert_eq!(seen.verbs(2), ["EHLO", "MAIL", "RCPT", "DATA"]);
}

#[tokio::test]
async fn a_connection_that_was_idle_for_too_long_is_not_used_again() {
    let server = Server::start(Plan::good()).await;
    let clock = clock();
    let transport = SmtpTransport::new(to(&server), Arc::new(clock.clone())).unwrap();
    sends(&transport, 1).await;
    clock.advance(Duration::from_secs(29));
    sends(&transport, 2).await;
    assert_eq!(server.seen().connections, 1);
    clock.advance(Duration::from_secs(30));
    sends(&transport, 3).await;
    let seen = server.until(|seen| seen.ended == 1).await;
    assert_eq!((seen.connections, seen.verbs(0).last()), (2, Some(&"QUIT")));
}

/// What a server does to a connection that waits, or at its second letter.
#[tokio::test]
async fn a_connection_that_is_dead_is_replaced_and_nobody_notices() {
    let plans = [
        // It hangs up as soon as it has answered.
        (Phase::End, 0, ServerAction::say_and_close("250 2.0.0 taken\r\n")),
        // It says good-bye while the connection waits.
        (Phase::End, 0, ServerAction::say_and_close("250 2.0.0 taken\r\n421 4.4.2 idle\r\n")),
        (Phase::Mail, 1, ServerAction::Close),
        (Phase::Mail, 1, ServerAction::say_and_close("421 4.4.2 idle\r\n")),
        (Phase::Mail, 1, ServerAction::say("451 4.3.0 enough letters for one connection\r\n")),
        (Phase::Mail, 1, ServerAction::Hang),
    ];
    for (phase, letter, act) in plans {
        let label = format!("{phase:?} {act:?}");
        let server = Server::start(Plan::plain(move |moment| {
            let hit = moment.connection == 0 && moment.phase == phase && moment.letter == letter;
            if hit { act.clone() } else { ServerAction::Usual }
        }))
        .await;
        let mut wanted = to(&server);
        wanted.limits.command = 4 * HASTY;
        let transport = transport(wanted);
        sends(&transport, 1).await;
        sends(&transport, 2).await;
        let seen = server.seen();
        assert_eq!((seen.connections, seen.taken().len()), (2, 2), "{label}");
        assert_eq!(seen.taken()[1].connection, 1, "{label}");
    }
}

#[tokio::test]
async fn a_dead_connection_is_replaced_once() {
    let server = Server::start(Plan::plain(|moment| match (moment.phase, moment.connection) {
        (Phase::Mail, 0) if moment.letter == 1 => ServerAction::Close,
        (Phase::Mail, 1..) => ServerAction::say("421 4.3.2 going down\r\n"),
        _ => ServerAction::Usual,
    }))
    .await;
    let transport = transport(to(&server));
    sends(&transport, 1).await;
    let check = Counting::new(PreSendDecision::Proceed);
    let delivery = transport.deliver(&outgoing(2), &check).await;
    assert!(matches!(&delivery, Delivery::Down { reason } if reason.contains("421 4.3.2")), "{delivery:?}");
    assert_eq!((check.asked(), server.seen().connections), (0, 2));
}

#[tokio::test]
async fn a_connection_that_dies_after_the_sender_was_named_is_not_replaced() {
    let server = Server::start(Plan::plain(|moment| match moment.phase {
        Phase::Recipient if moment.letter == 1 => ServerAction::Close,
        _ => ServerAction::Usual,
    }))
    .await;
    let transport = transport(to(&server));
    sends(&transport, 1).await;
    let delivery = transport.deliver(&outgoing(2), &Counting::new(PreSendDecision::Proceed)).await;
    assert!(matches!(&delivery, Delivery::Down { reason } if reason.contains("RCPT")), "{delivery:?}");
    sends(&transport, 3).await;
    assert_eq!((server.seen().connections, server.seen().taken().len()), (2, 2));
}

#[tokio::test]
async fn a_refused_recipient_does_not_cost_the_connection() {
    let server = Server::start(Plan::plain(|moment| match moment.phase {
        Phase::Recipient if moment.letter == 0 => ServerAction::say("550 5.1.1 no\r\n"),
        Phase::Data if moment.letter == 1 => ServerAction::say("451 4.2.0 not now\r\n"),
        _ => ServerAction::Usual,
    }))
    .await;
    let transport = transport(to(&server));
    for number in 0..2 {
        let delivery = transport.deliver(&outgoing(number), &Counting::new(PreSendDecision::Proceed)).await;
        assert!(matches!(delivery, Delivery::Refused { .. }), "{delivery:?}");
    }
    sends(&transport, 2).await;
    let seen = server.seen();
    assert_eq!((seen.connections, seen.taken().len()), (1, 1));
    assert_eq!(seen.taken()[0].to, "service2@dealer.test");
}

#[tokio::test]
async fn there_are_never_more_connections_than_allowed_and_no_letter_is_lost_or_mixed() {
    let server = Server::start(Plan::good()).await;
    let transport = transport(SmtpSettings { max_connections: 3, ..to(&server) });
    join_all((0..60).map(|number| sends(&transport, number))).await;
    let seen = server.seen();
    assert!(seen.connections <= 3, "{}", seen.connections);
    let mut recipients: Vec<_> = seen.taken().iter().map(|letter| letter.to.clone()).collect();
    recipients.sort();
    recipients.dedup();
    assert_eq!(recipients.len(), 60);
    for letter in seen.taken() {
        let number: u64 = letter.to.trim_start_matches("service").split('@').next().unwrap().parse().unwrap();
        assert_eq!(letter.content.as_deref(), Some(outgoing(number).message.as_slice()));
    }
}

#[tokio::test]
async fn a_connection_whose_letter_is_uncertain_is_not_used_again() {
    for act in [ServerAction::say("354 go on\r\n"), ServerAction::Hang, ServerAction::say("nonsense\r\n")] {
        let script = act.clone();
        let server = Server::start(Plan::plain(move |moment| match (moment.phase, moment.letter) {
            (Phase::End, 0) => script.clone(),
            _ => ServerAction::Usual,
        }))
        .await;
        let mut wanted = to(&server);
        wanted.limits.answer = 4 * HASTY;
        let transport = transport(wanted);
        let delivery = transport.deliver(&outgoing(1), &Counting::new(PreSendDecision::Proceed)).await;
        assert!(matches!(delivery, Delivery::Uncertain { .. }), "{delivery:?}");
        sends(&transport, 2).await;
        let seen = server.seen();
        assert_eq!((seen.connections, seen.letters[1].connection), (2, 1), "{act:?}");
    }
}
