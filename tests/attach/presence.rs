//! What a desk has in front of it, as the others are shown it.

use cloverwatch::attach::AttachedClient;
use cloverwatch::client::{EngineClient, ask};
use cloverwatch::domain::{Actor, DealershipId};
use cloverwatch::protocol::{Presence, Request};

use super::support::{Owner, within};

async fn at_desk(owner: &Owner, operator: &str) -> AttachedClient {
    owner.attach_with(|options| (options.operator, options.desk) = (operator.to_owned(), true)).await
}

fn seen(desk: u64, dealerships: &[DealershipId], action: Option<&str>) -> Presence {
    // Who it is, the owner knows from the greeting.
    let who = Actor::person("mallory");
    Presence { desk, who, dealerships: dealerships.to_vec(), action: action.map(str::to_owned) }
}

async fn present(desk: &AttachedClient, presence: Presence) {
    within(ask::<()>(desk, Request::Present(presence), &Actor::person(""))).await.unwrap();
}

async fn sees(desk: &AttachedClient, is: impl Fn(&[Presence]) -> bool) {
    let mut told = desk.subscribe();
    within(async {
        while !is(&desk.status().presences) {
            futures::StreamExt::next(&mut told).await;
        }
    })
    .await;
}

#[tokio::test]
async fn two_desks_see_what_is_in_front_of_the_other_until_it_is_left() {
    let owner = Owner::start();
    let ids = owner.add(2).await;
    let seq = owner.client.read_model().seq();
    let (ana, ben) = (at_desk(&owner, "ana").await, at_desk(&owner, "ben").await);
    present(&ana, seen(1, &ids[..1], None)).await;
    present(&ben, seen(2, &ids[..1], Some("reissue"))).await;
    for desk in [&ana, &ben] {
        sees(desk, |all| all.len() == 2).await;
    }
    let all = ana.status().presences;
    let who: Vec<_> = all.iter().map(|one| (one.desk, one.who.as_str(), one.action.as_deref())).collect();
    assert_eq!(who, [(1, "ana", None), (2, "ben", Some("reissue"))]);
    // What comes later replaces what was there, and nothing is nothing.
    present(&ana, seen(1, &ids[1..], None)).await;
    sees(&ben, |all| all.iter().any(|one| one.desk == 1 && one.dealerships == ids[1..])).await;
    present(&ana, seen(1, &[], None)).await;
    sees(&ben, |all| all.len() == 1).await;
    // A connection is one desk, whatever it says: with it goes what it showed.
    present(&ana, seen(9, &ids, Some("assign"))).await;
    sees(&ben, |all| all.iter().any(|one| one.desk == 1)).await;
    drop(ana);
    sees(&ben, |all| matches!(all, [one] if one.desk == 2)).await;
    assert_eq!(owner.client.read_model().seq(), seq, "nothing of it is recorded");
}

#[tokio::test]
async fn whoever_only_reads_is_seen_too() {
    let owner = Owner::start();
    let ids = owner.add(1).await;
    let ana = at_desk(&owner, "ana").await;
    let reader = owner.attach_with(|options| (options.read_only, options.desk) = (true, true)).await;
    present(&reader, seen(3, &ids, None)).await;
    sees(&ana, |all| all.len() == 1).await;
}
