use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use cloverwatch::domain::{CodeOrigin, Fact, IntentId};
use cloverwatch::service::hooks::{Hook, HookTarget};
use sha2::{Digest, Sha256};

use crate::receiver::{Answer, Receiver};
use crate::world::{World, hook, later};

/// A minute lasts 6 ms.
const FAST: f64 = 10_000.0;

fn webhook(receiver: &Receiver) -> Hook {
    hook("web", HookTarget::Url { url: receiver.url.clone(), secret: Some("whsec_c2VjcmV0IGtleQ==".into()) })
}

/// HMAC-SHA256 as RFC 2104 writes it down.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let hash =
        |pad: u8, text: &[u8]| Sha256::new().chain_update(block.map(|byte| byte ^ pad)).chain_update(text).finalize();
    hash(0x5c, &hash(0x36, message)).to_vec()
}

#[tokio::test]
async fn a_call_is_signed_by_the_standard_and_begins_with_the_next_event() {
    let world = World::at_speed(1.0).await;
    let mut receiver = Receiver::answering(&[]).await;
    world.note("before").await;
    let _running = world.begun(vec![webhook(&receiver)]).await;
    world.record(Fact::Archived {}).await;
    let seq = world.note("hello").await;
    let call = receiver.call().await;
    assert_eq!((call.note(), call.body["seq"].as_u64()), ("hello", Some(seq)));
    assert_eq!(call.body["dealership"]["name"], "Sample Motors");
    let (id, timestamp) = (call.header("webhook-id"), call.header("webhook-timestamp"));
    let signed = hmac(b"secret key", format!("{id}.{timestamp}.{}", call.raw).as_bytes());
    assert_eq!(call.header("webhook-signature"), format!("v1,{}", BASE64_STANDARD.encode(signed)));
    let sent: i64 = timestamp.parse().unwrap();
    assert!((world.clock.now().timestamp() - sent).abs() < 60);
    world.kept("web", |position| position.after == seq && position.attempt.is_none()).await;
    assert!(!receiver.has_more(), "what was before, and what is not for it, is not told");
}

#[tokio::test]
async fn no_code_is_ever_told() {
    let world = World::at_speed(1.0).await;
    let mut receiver = Receiver::answering(&[]).await;
    let all = Hook { kinds: Fact::places_of("*").unwrap(), ..webhook(&receiver) };
    let _running = world.begun(vec![all]).await;
    let now = world.clock.now();
    world
        .record(Fact::InvitationIssued {
            generation: 1,
            code: "SECRET-7Q".parse().unwrap(),
            generated_at: now,
            expires_at: later(now, 72),
            source: CodeOrigin::Paste,
            intent: IntentId::from_bits(1),
        })
        .await;
    let call = receiver.call().await;
    assert_eq!(call.body["kind"], "invitation.issued");
    assert!(!call.raw.contains("SECRET"), "{}", call.raw);
}

#[tokio::test]
async fn what_fails_is_told_again_with_the_same_id_and_in_order() {
    let world = World::at_speed(FAST).await;
    let mut receiver = Receiver::answering(&[Answer::Status(500), Answer::Status(429), Answer::Status(200)]).await;
    let running = world.begun(vec![webhook(&receiver)]).await;
    world.note("one").await;
    let last = world.note("two").await;
    let first = receiver.call().await;
    for _ in 0..2 {
        let again = receiver.call().await;
        assert_eq!((again.header("webhook-id"), again.raw.as_str()), (first.header("webhook-id"), first.raw.as_str()));
    }
    let second = receiver.call().await;
    assert_eq!((first.note(), second.note()), ("one", "two"));
    assert_ne!(first.header("webhook-id"), second.header("webhook-id"));
    world.kept("web", |position| position.after == last).await;
    let progress = running.statuses()[0].progress();
    assert_eq!((progress.failed, progress.given_up), (2, 0));
}

#[tokio::test]
async fn a_hook_that_hangs_delays_only_itself_and_is_given_up_after_a_day() {
    let world = World::at_speed(FAST).await;
    let mut good = Receiver::answering(&[]).await;
    // Nobody is there any more.
    let dead = hook("dead", HookTarget::Url { url: "http://127.0.0.1:1/".to_owned(), secret: None });
    let mut silent = Receiver::answering(&[Answer::Hang; 100]).await;
    let hanging = Hook { name: "hanging".to_owned(), timeout: Duration::from_secs(600), ..webhook(&silent) };
    let running = world.begun(vec![dead, hanging, webhook(&good)]).await;
    let first = world.note("one").await;
    silent.call().await;
    for number in 0..300 {
        world.note(&number.to_string()).await;
        if number == 0 {
            assert_eq!(good.call().await.note(), "one");
        }
        assert_eq!(good.call().await.note(), number.to_string());
    }
    world.kept("dead", |position| position.after >= first).await;
    assert!(running.statuses()[0].progress().given_up > 0);
    let attempt = world.kept("hanging", |position| position.attempt.is_some()).await.attempt.unwrap();
    assert_eq!((attempt.last, attempt.failures), (first, 0));
}

#[tokio::test]
async fn a_group_is_one_call_with_a_list() {
    let world = World::at_speed(100.0).await;
    let mut receiver = Receiver::answering(&[Answer::Status(503)]).await;
    let grouped = Hook { group: Some(Duration::from_secs(60)), ..webhook(&receiver) };
    let _running = world.begun(vec![grouped]).await;
    for number in 0..5 {
        world.note(&number.to_string()).await;
    }
    let (first, again) = (receiver.call().await, receiver.call().await);
    let notes: Vec<&str> =
        first.body.as_array().unwrap().iter().map(|event| event["data"]["text"].as_str().unwrap()).collect();
    assert_eq!(notes, ["0", "1", "2", "3", "4"]);
    assert_eq!((first.header("webhook-id"), &first.raw), (again.header("webhook-id"), &again.raw));
}

#[tokio::test]
async fn a_restart_loses_nothing_and_keeps_the_id_of_what_was_begun() {
    let world = World::at_speed(1.0).await;
    let mut receiver = Receiver::answering(&[Answer::Status(500)]).await;
    let grouped = || Hook { group: Some(Duration::from_millis(10)), ..webhook(&receiver) };
    let (one, two) = (grouped(), grouped());
    let running = world.begun(vec![one]).await;
    let seq = world.note("one").await;
    let first = receiver.call().await;
    let attempt =
        world.kept("web", |position| position.attempt.as_ref().is_some_and(|a| a.failures == 1)).await.attempt.unwrap();
    assert_eq!((attempt.last, attempt.why.as_deref()), (seq, Some("it answered 500 Internal Server Error")));
    drop(running);
    world.note("while nobody was there").await;
    let world = world.restarted().await;
    let _running = world.start(vec![two]);
    let again = receiver.call().await;
    assert_eq!((again.header("webhook-id"), &again.raw), (first.header("webhook-id"), &first.raw));
    let next = receiver.call().await;
    assert_eq!(next.body[0]["data"]["text"], "while nobody was there");
}

#[tokio::test]
async fn no_minute_has_more_calls_than_allowed() {
    let world = World::at_speed(100.0).await;
    let mut receiver = Receiver::answering(&[]).await;
    let slow = Hook { per_minute: 2, ..webhook(&receiver) };
    let _running = world.begun(vec![slow]).await;
    for number in 0..5 {
        world.note(&number.to_string()).await;
    }
    let mut sent = Vec::new();
    for _ in 0..5 {
        sent.push(receiver.call().await.header("webhook-timestamp").parse::<i64>().unwrap());
    }
    assert!(sent.windows(3).all(|three| three[2] - three[0] >= 59), "{sent:?}");
}
