//! What the control interface tells about letters, and about the codes that were typed because of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::dealer::Attempt;
use super::super::partner::moment;
use super::super::post::{PostHandle, PostOfficeState, ReceivedLetter};
use super::super::world::World;
use super::super::{SandboxState, reply};

/// How many letters or attempts one answer holds.
const MOST: usize = 500;
/// How many letters are told of when nobody says how many.
const USUAL: usize = 50;

pub(in super::super) async fn mailboxes(State(shared): State<Arc<SandboxState>>) -> Response {
    let Some((post, address)) = PostHandle::of(&shared).zip(shared.post.as_ref().map(PostOfficeState::addr)) else {
        return no_post();
    };
    let mailboxes = post.mailboxes();
    let world = shared.world.lock();
    let told = mailboxes.iter().map(|mailbox| {
        json!({
            "address": mailbox.address,
            "dealers": dealers(&world, &mailbox.address),
            "letters": mailbox.letters,
            "unread": mailbox.unread,
            "newest": moment(mailbox.newest),
        })
    });
    reply::good(json!({
        "smtp": address.to_string(),
        "counts": post.counts(),
        "mailboxes": told.collect::<Vec<_>>(),
    }))
}

pub(in super::super) async fn mailbox(
    State(shared): State<Arc<SandboxState>>,
    Path(address): Path<String>,
) -> Response {
    let Some(post) = PostHandle::of(&shared) else { return no_post() };
    let (letters, now) = (post.letters(&address), post.now());
    let dealers = dealers(&shared.world.lock(), &address.to_lowercase());
    if letters.is_empty() && dealers.is_empty() {
        return reply::not_found("no such mailbox");
    }
    let letters: Vec<Value> = letters.iter().map(|letter| whole(letter, now)).collect();
    reply::good(json!({"address": address.to_lowercase(), "dealers": dealers, "letters": letters}))
}

/// `POST /control/mailboxes/{address}/read`: somebody has looked at its letters.
pub(in super::super) async fn read(State(shared): State<Arc<SandboxState>>, Path(address): Path<String>) -> Response {
    let Some(post) = PostHandle::of(&shared) else { return no_post() };
    let letters = post.letters(&address);
    letters.iter().for_each(|letter| letter.mark_read());
    reply::named(StatusCode::OK, "read", letters.len())
}

/// `GET /control/letters`: the newest of all mailboxes.
pub(in super::super) async fn letters(
    State(shared): State<Arc<SandboxState>>,
    Query(part): Query<reply::Part>,
) -> Response {
    let Some(post) = PostHandle::of(&shared) else { return no_post() };
    let now = post.now();
    let letters = post.newest(part.newest.unwrap_or(USUAL).min(MOST));
    reply::named(StatusCode::OK, "letters", letters.iter().map(|letter| head(letter, now)).collect::<Vec<_>>())
}

fn no_post() -> Response {
    reply::not_found("there is no post office; `cloverwatch sandbox --smtp 127.0.0.1:2525` opens one")
}

fn dealers(world: &World, address: &str) -> Vec<String> {
    world.addresses.get(address).into_iter().flatten().map(ToString::to_string).collect()
}

fn head(letter: &ReceivedLetter, now: DateTime<Utc>) -> Value {
    json!({
        "id": letter.id,
        "sender": letter.sender,
        "to": letter.to,
        "from": letter.from,
        "subject": letter.subject,
        "date": letter.date.map(moment),
        "messageId": letter.message_id,
        "receivedAt": moment(letter.received_at),
        "code": letter.standing.name(),
        "read": letter.is_read(now),
        "size": letter.size(),
    })
}

fn whole(letter: &ReceivedLetter, now: DateTime<Utc>) -> Value {
    let mut value = head(letter, now);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("text".to_owned(), json!(letter.text()));
        fields.insert("html".to_owned(), json!(letter.html()));
    }
    value
}

/// A code that was typed in at Xtime.
pub(super) fn attempt(attempt: &Attempt) -> Value {
    json!({"at": moment(attempt.at), "typed": attempt.typed, "result": attempt.result.name()})
}

/// `GET /control/attempts`: how often which result, and the newest refusals, the newest first.
pub(in super::super) async fn attempts(State(shared): State<Arc<SandboxState>>) -> Response {
    let mut world = shared.world.lock();
    let now = shared.clock.now();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut refused = Vec::new();
    for (code, dealer) in &mut world.dealers {
        dealer.settle(now);
        for one in &dealer.state.attempts {
            *counts.entry(one.result.name()).or_default() += 1;
            if one.result.is_refusal() {
                refused.push((one.at, Arc::clone(code), attempt(one)));
            }
        }
    }
    drop(world);
    refused.sort_by(|one, other| (other.0, &one.1).cmp(&(one.0, &other.1)));
    let refused = refused.into_iter().take(MOST).map(|(_, code, mut value)| {
        if let Some(fields) = value.as_object_mut() {
            fields.insert("dealerCode".to_owned(), json!(&*code));
        }
        value
    });
    reply::good(json!({"counts": counts, "refused": refused.collect::<Vec<_>>()}))
}
