//! Two desks do the same for the same dealerships at once.

use std::sync::Arc;
use std::time::Duration;

use cloverwatch::client::ask_each;
use cloverwatch::clock::{SharedClock, WallClock};
use cloverwatch::domain::{Actor, Ask, Fact, Refusal};
use cloverwatch::protocol::{CodeRequest, EventQuery, PastedCode, Request, RequestError};
use futures::future::join;

use crate::desk::{Team, until};
use crate::simulation_support::mail::MailWorld;
use crate::simulation_support::requests::paste;

const ALL: usize = 500;

pub async fn two_desks_reissue_the_same_at_once() {
    let team = Team::new();
    let clock: SharedClock = Arc::new(WallClock::accelerated(60.0));
    let mail = MailWorld::new(Arc::clone(&clock), 1);
    // Long by a clock that runs so fast.
    let lease = Duration::from_secs(7_200);
    let one = team.desk("bob", &clock, lease, |parts| parts.outbox = Some(mail.outbox())).await;
    one.until_leading().await;
    let other = team.desk("cid", &clock, lease, |parts| parts.outbox = Some(mail.outbox())).await;
    until("it knows who leads", || other.leader().is_some()).await;
    let ids = one.add(ALL).await;
    let first = ids.iter().enumerate().map(|(place, dealership)| PastedCode {
        dealership: *dealership,
        code: format!("FIRST-{place:04}").parse().unwrap(),
        generated_at: one.engine.clock().now(),
        expires_at: None,
        ask: Ask::Invite,
        mail: false,
    });
    for pasted in paste(&one.engine, first.collect()).await {
        assert_eq!(pasted, Ok(1));
    }
    other.caught_up_with(&one).await;

    let ask = Ask::Reissue { seen: 1, despite_word: false };
    let wanted: Vec<_> = ids.iter().map(|id| CodeRequest { dealership: *id, ask, mail: true }).collect();
    let (bob, cid) = (Actor::person("bob"), Actor::person("cid"));
    let (of_bob, of_cid) = join(
        ask_each::<u32>(&one.client, Request::Obtain(wanted.clone()), &bob, |_| ()),
        ask_each::<u32>(&other.client, Request::Obtain(wanted), &cid, |_| ()),
    )
    .await;
    for (of_bob, of_cid) in of_bob.into_iter().zip(of_cid) {
        let (winner, refused) = match (of_bob, of_cid) {
            (Ok(2), Err(refused)) => ("bob", refused),
            (Err(refused), Ok(2)) => ("cid", refused),
            both => panic!("one of both: {both:?}"),
        };
        let RequestError::Refused(Refusal::InFlight { by, .. } | Refusal::AlreadyReissued { by, .. }) = &refused else {
            panic!("{refused}")
        };
        assert_eq!(by, winner, "{refused}");
    }
    assert_eq!(one.world.state.lock().made.len() + other.world.state.lock().made.len(), ALL);
    until("every letter arrived", || mail.arrived().len() >= ALL).await;
    let events = one.engine.events(EventQuery::default()).await.unwrap();
    let count = |kind: fn(&Fact) -> bool| events.iter().filter(|event| kind(&event.fact)).count();
    assert_eq!(count(|fact| matches!(fact, Fact::InvitationIssued { generation: 2, .. })), ALL);
    assert_eq!(count(|fact| matches!(fact, Fact::EmailQueued { .. })), ALL);
    let mut to: Vec<_> = mail.arrived().into_iter().map(|letter| letter.to).collect();
    to.sort();
    to.dedup();
    assert_eq!((to.len(), mail.arrived().len()), (ALL, ALL));
}
