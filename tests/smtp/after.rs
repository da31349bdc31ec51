//! Once the server asked for the content, only a 2xx says that it has the letter.

use crate::rig::{hastily, parcel, to};
use crate::smtp_support::{Act, Phase, Plan};

#[tokio::test]
async fn every_other_answer_to_the_content_is_uncertain() {
    for reply in [
        "421 4.3.2 going down",
        "451 4.3.0 not now",
        "550 5.7.1 not this",
        "354 more?",
        "552-5.3.4 too\r\n552 5.3.4 large",
    ] {
        let told = to(Plan::at(Phase::End, Act::say(&format!("{reply}\r\n")))).await;
        told.is_uncertain(&["after the content began", &reply[..3], &reply[4..9]]);
        assert_eq!(
            (told.seen.complete().len(), told.seen.taken().len()),
            (1, usize::from(reply.starts_with('3'))),
            "{told:?}"
        );
        assert_eq!(told.seen.complete()[0].content.as_deref(), Some(parcel(1).message.as_slice()));
        assert_eq!(told.seen.connections, 1, "nobody tries twice by himself");
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_after_the_dot_leaves_it_open() {
    for act in [Act::Close, Act::say_and_close("421 4.3.2 going down\r\n")] {
        let told = to(Plan::at(Phase::End, act)).await;
        told.is_uncertain(&["after the content began"]);
        assert_eq!((told.seen.complete().len(), told.seen.connections), (1, 1));
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_in_the_middle_of_the_content_leaves_it_open() {
    let told = to(Plan::at(Phase::Content, Act::Close)).await;
    told.is_uncertain(&["after the content began", "the connection"]);
    assert_eq!((told.seen.complete().len(), told.seen.connections), (0, 1));
}

#[tokio::test]
async fn a_server_that_says_nothing_after_the_dot_is_waited_for_only_so_long() {
    let told = hastily(Plan::at(Phase::End, Act::Hang)).await;
    told.is_uncertain(&["no answer within 300ms"]);
    assert_eq!(told.seen.complete().len(), 1);
    hastily(Plan::at(Phase::Content, Act::Hang)).await.is_uncertain(&["no answer within 300ms"]);
}

#[tokio::test]
async fn a_letter_larger_than_any_buffer_that_nobody_reads_is_given_up() {
    use cloverwatch::mail::{Courier, Delivery, Pass};
    let server = crate::smtp_support::Server::start(Plan::plain(|moment| match moment.phase {
        // It never reads on: the pause before the second byte is longer than the test.
        Phase::Content => Act::Drip(b"2 ".to_vec(), std::time::Duration::from_secs(3_600)),
        _ => Act::Usual,
    }))
    .await;
    let mut settings = crate::rig::settings(&format!("smtp://127.0.0.1:{}", server.port()));
    settings.limits.answer = crate::rig::HASTY;
    let courier = crate::rig::courier(settings);
    let mut letter = parcel(1);
    letter.message.extend(std::iter::repeat_n(b"0123456789abcdef\r\n".as_slice(), 2_000_000).flatten());
    let gate = crate::rig::Counting::new(Pass::Go);
    let delivery = courier.deliver(&letter, &gate).await;
    assert!(matches!(&delivery, Delivery::Uncertain { reason, .. } if reason.contains("300ms")), "{delivery:?}");
    assert_eq!(gate.asked(), 1);
}

#[tokio::test]
async fn what_the_server_repeats_of_the_letter_is_not_repeated() {
    let reply = format!("554 5.6.0 I do not like your line: the code is {}\r\n", crate::rig::CODE.to_lowercase());
    let told = to(Plan::at(Phase::End, Act::say(&reply))).await;
    told.is_uncertain(&["554 5.6.0 (its words repeat a secret"]);
    let reply = format!("250 2.0.0 queued: {}\r\n", crate::rig::CODE);
    let told = to(Plan::at(Phase::End, Act::say(&reply))).await;
    told.is_sent(&parcel(1));
}

#[tokio::test]
async fn a_success_in_another_alphabet_is_a_success() {
    let told = to(Plan::at(Phase::End, Act::Say(b"250 2.0.0 Verz\xf6gert angenommen \xff\xfe\r\n".to_vec()))).await;
    told.is_sent(&parcel(1));
}
