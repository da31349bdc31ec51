//! A server that means harm, or does not know what it does.

use std::time::Duration;

use cloverwatch::mail::Delivery;

use crate::rig::{hastily, outgoing, to};
use crate::smtp_support::{Phase, Plan, ServerAction};

/// At which phases, and whether the check was asked by then. The last one's letter may have arrived.
const PHASES: [(Phase, usize); 6] = [
    (Phase::Greeting, 0),
    (Phase::Ehlo, 0),
    (Phase::Mail, 0),
    (Phase::Recipient, 0),
    (Phase::Data, 1),
    (Phase::End, 1),
];

async fn at_each_phase(act: ServerAction, words: &[&str]) {
    for (phase, check) in PHASES {
        let told = to(Plan::at(phase, act.clone())).await;
        if phase == Phase::End { told.is_uncertain(words) } else { told.is_down(check, words) }
    }
}

#[tokio::test]
async fn ten_megabytes_without_the_end_of_a_line() {
    let mut flood = b"250 ".to_vec();
    flood.resize(10 << 20, b'x');
    at_each_phase(ServerAction::Say(flood), &["a line without end"]).await;
}

#[tokio::test]
async fn a_reply_of_lines_without_end() {
    at_each_phase(ServerAction::Say(b"250-more\r\n".repeat(200_000)), &["a reply without end"]).await;
}

#[tokio::test]
async fn a_reply_whose_lines_disagree() {
    at_each_phase(ServerAction::say("250-yes\r\n550 no\r\n"), &["different codes"]).await;
}

#[tokio::test]
async fn what_is_no_reply_at_all() {
    for nonsense in [&b"HTTP/1.1 400 Bad Request\r\n"[..], b"\r\n", b"\x16\x03\x01\x02\r\n", b"999 x\r\n", b"2\n"] {
        at_each_phase(ServerAction::Say(nonsense.to_vec()), &["no SMTP"]).await;
    }
}

#[tokio::test]
async fn words_that_would_act_on_a_terminal_do_not() {
    let reply = b"550 5.1.1 \x1b]52;c;ZWNobw==\x07\x1b[2J \xe2\x80\xaegro \x00\x7f\xff\xc3\x28 end\r\n".to_vec();
    // That nothing invisible is in the reason is asked of every reason.
    to(Plan::at(Phase::Recipient, ServerAction::Say(reply.clone()))).await.is_refused(
        0,
        true,
        Some("5.1.1"),
        &["550 5.1.1", "end"],
    );
    let told = to(Plan::at(Phase::End, ServerAction::Say(reply.clone()))).await;
    let Delivery::Refused { reason, .. } = &told.delivery else { panic!("{told:#?}") };
    assert!(reason.starts_with("550 5.1.1") && !reason.contains(cloverwatch::domain::text::is_invisible), "{reason}");
    to(Plan::at(Phase::Greeting, ServerAction::Say(reply))).await.is_down(0, &["550 5.1.1"]);
}

#[tokio::test]
async fn a_long_reply_is_shortened() {
    let reply = format!("550 5.1.1 {}\r\n", "word ".repeat(700));
    to(Plan::at(Phase::Recipient, ServerAction::say(&reply))).await.is_refused(0, true, Some("5.1.1"), &["word…"]);
}

#[tokio::test]
async fn an_answer_before_its_question_is_none() {
    // "Taken" is said together with "go ahead": of a letter that was not sent.
    let told = to(Plan::at(Phase::Data, ServerAction::say("354 go ahead\r\n250 2.0.0 taken\r\n"))).await;
    told.is_uncertain(&["out of turn"]);
    // "Go ahead" is said together with the answer to the recipient.
    to(Plan::at(Phase::Recipient, ServerAction::say("250 fine\r\n354 go ahead\r\n250 taken\r\n")))
        .await
        .is_down(1, &["out of turn"]);
}

#[tokio::test]
async fn an_answer_that_drips_is_waited_for_as_a_whole() {
    let drip = ServerAction::Drip(b"250-2.1.0 a very slow answer\r\n".repeat(1_000), Duration::from_millis(20));
    for (phase, check) in [(Phase::Greeting, 0), (Phase::Mail, 0), (Phase::Recipient, 0), (Phase::Data, 1)] {
        hastily(Plan::at(phase, drip.clone())).await.is_down(check, &["no answer within 300ms"]);
    }
    hastily(Plan::at(Phase::End, drip)).await.is_uncertain(&["no answer within 300ms"]);
}

#[tokio::test]
async fn an_answer_that_drips_in_time_is_an_answer() {
    let told = to(Plan::at(
        Phase::End,
        ServerAction::Drip(b"250-2.0.0 a\r\n250 2.0.0 b\r\n".to_vec(), Duration::from_millis(1)),
    ))
    .await;
    told.is_sent(&outgoing(1));
}

#[tokio::test]
async fn lines_that_end_with_a_bare_line_feed_are_read() {
    to(Plan::at(Phase::Greeting, ServerAction::say("220 old\n"))).await.is_sent(&outgoing(1));
}
