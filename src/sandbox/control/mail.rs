//! What the control interface tells about letters, and about the codes that were typed because of them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::dealer::Attempt;
use super::super::partner::moment;
use super::super::post::{MailboxCounts, MailboxSummary, PostHandle, PostOfficeState, ReceivedLetter};
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
    reply::good(MailboxesDocument::of(&mailboxes, post.counts(), address, &world))
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
    reply::good(MailboxDocument::of(&address, dealers, &letters, now))
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
    reply::named(
        StatusCode::OK,
        "letters",
        letters.iter().map(|letter| HeadDocument::of(letter, now)).collect::<Vec<_>>(),
    )
}

fn no_post() -> Response {
    reply::not_found("there is no post office; `cloverwatch sandbox --smtp 127.0.0.1:2525` opens one")
}

fn dealers(world: &World, address: &str) -> Vec<String> {
    world.addresses.get(address).into_iter().flatten().map(ToString::to_string).collect()
}

documents! {
    MailboxesDocument<'a> of (mailboxes: &'a [MailboxSummary], counts: MailboxCounts, smtp: SocketAddr, world: &World) {
        counts: MailboxCounts = counts,
        mailboxes: Vec<SummaryDocument<'a>> =
            mailboxes.iter().map(|mailbox| SummaryDocument::of(mailbox, world)).collect(),
        smtp: SocketAddr = smtp,
    }

    SummaryDocument<'a> of (mailbox: &'a MailboxSummary, world: &World) {
        address: &'a str = &mailbox.address,
        dealers: Vec<String> = dealers(world, &mailbox.address),
        letters: usize = mailbox.letters,
        newest: String = moment(mailbox.newest),
        unread: usize = mailbox.unread,
    }

    MailboxDocument<'a> of (
        address: &str,
        dealers: Vec<String>,
        letters: &'a [Arc<ReceivedLetter>],
        now: DateTime<Utc>
    ) {
        address: String = address.to_lowercase(),
        dealers: Vec<String> = dealers,
        letters: Vec<HeadDocument<'a>> =
            letters.iter().map(|letter| HeadDocument::of(letter, now).with_text(letter)).collect(),
    }

    #[serde(rename_all = "camelCase")]
    HeadDocument<'a> of (letter: &'a ReceivedLetter, now: DateTime<Utc>) {
        code: &'static str = letter.standing.name(),
        date: Option<String> = letter.date.map(moment),
        from: &'a str = &letter.from,
        #[serde(skip_serializing_if = "Option::is_none")]
        html: Option<Value> = None,
        id: u64 = letter.id,
        message_id: Option<&'a str> = letter.message_id.as_deref(),
        read: bool = letter.is_read(now),
        received_at: String = moment(letter.received_at),
        sender: &'a str = &letter.sender,
        size: usize = letter.size(),
        subject: &'a str = &letter.subject,
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String> = None,
        to: &'a str = &letter.to,
    }

    AttemptsDocument<'a> of (counts: BTreeMap<&'static str, u64>, refused: Vec<AttemptDocument<'a>>) {
        counts: BTreeMap<&'static str, u64> = counts,
        refused: Vec<AttemptDocument<'a>> = refused,
    }

    /// A code that was typed in at Xtime; with the dealership where those of many are told.
    #[serde(rename_all = "camelCase")]
    pub(super) AttemptDocument<'a> of (attempt: &'a Attempt, dealer: Option<&'a str>) {
        at: String = moment(attempt.at),
        #[serde(skip_serializing_if = "Option::is_none")]
        dealer_code: Option<&'a str> = dealer,
        result: &'static str = attempt.result.name(),
        typed: &'a str = &attempt.typed,
    }
}

impl HeadDocument<'_> {
    /// The whole letter. `html` is told also where there is none.
    fn with_text(self, letter: &ReceivedLetter) -> Self {
        Self { text: Some(letter.text()), html: Some(letter.html().into()), ..self }
    }
}

/// `GET /control/attempts`: how often which result, and the newest refusals, the newest first.
pub(in super::super) async fn attempts(State(shared): State<Arc<SandboxState>>) -> Response {
    let mut world = shared.world.lock();
    let now = shared.clock.now();
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut refused = Vec::new();
    for (code, dealer) in &mut world.dealers {
        dealer.settle(now);
        for one in &dealer.state.attempts {
            *counts.entry(one.result.name()).or_default() += 1;
            if one.result.is_refusal() {
                refused.push((one.clone(), Arc::clone(code)));
            }
        }
    }
    drop(world);
    refused.sort_by(|(one, code), (other, its)| (other.at, code).cmp(&(one.at, its)));
    let newest = refused.iter().take(MOST).map(|(one, code)| AttemptDocument::of(one, Some(&**code)));
    reply::good(AttemptsDocument::of(counts, newest.collect()))
}
