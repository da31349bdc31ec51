//! One leads.

use std::time::Duration;

use cloverwatch::store::{Leader, PostgresStore, Store, StoreError};

use crate::place::Place;
use crate::store_support::*;

const LONG: Duration = Duration::from_secs(3_600);

async fn leads(store: &PostgresStore, name: &str) -> Leader {
    let mut leader = store.team().unwrap().leader();
    let found = leader.wait_for(|leader| leader.as_ref().is_some_and(|leader| &*leader.name == name));
    tokio::time::timeout(Duration::from_secs(60), found).await.unwrap().unwrap().clone().unwrap()
}

pub async fn one_leads_and_its_end_is_the_next_ones_beginning(place: Place) {
    let (one, other) = (place.postgres().await, place.postgres().await);
    let epoch = one.team().unwrap().try_lead("one", LONG).await.unwrap().unwrap();
    assert_eq!(other.team().unwrap().try_lead("other", LONG).await.unwrap(), None);
    assert_eq!(leads(&other, "one").await.epoch, epoch);
    one.team().unwrap().renew(epoch, LONG).await.unwrap();
    // A clean end: at once.
    one.team().unwrap().resign(epoch).await.unwrap();
    let next = other.team().unwrap().try_lead("other", LONG).await.unwrap().unwrap();
    assert!(next > epoch);
    assert_eq!(leads(&one, "other").await.epoch, next);
    let error = one.team().unwrap().renew(epoch, LONG).await.unwrap_err();
    assert!(matches!(error, StoreError::NotLeader), "{error}");
    one.team().unwrap().resign(epoch).await.unwrap();
    assert_eq!(one.team().unwrap().try_lead("one", LONG).await.unwrap(), None, "who is over gives nothing back");
    // Killed: within its lease, by the server's clock.
    other.team().unwrap().renew(next, Duration::from_millis(50)).await.unwrap();
    drop(other);
    let mut tries = 0;
    let taken = loop {
        if let Some(epoch) = one.team().unwrap().try_lead("one", LONG).await.unwrap() {
            break epoch;
        }
        tries += 1;
        assert!(tries < 100_000, "a lease never ends");
    };
    assert!(taken > next);
}

pub async fn what_an_earlier_leader_appends_is_refused(place: Place) {
    let (one, other) = (place.postgres().await, place.postgres().await);
    let epoch = one.team().unwrap().try_lead("one", Duration::ZERO).await.unwrap().unwrap();
    one.append_as_leader(epoch, vec![added(1)]).await.unwrap();
    let next = other.team().unwrap().try_lead("other", LONG).await.unwrap().unwrap();
    // It was stopped, wakes, and does not know yet.
    let error = one.append_as_leader(epoch, vec![note(1, 1)]).await.unwrap_err();
    assert!(matches!(error, StoreError::NotLeader), "{error}");
    one.append(vec![note(1, 1)]).await.unwrap();
    crate::team::reached(&other, 2).await;
    other.append_as_leader(next, vec![note(1, 2)]).await.unwrap();
    assert_folded(&*other).await;
    // Whoever has a store alone leads always.
    let place = Place::new(crate::place::Kind::Embedded);
    let alone = place.open().await;
    assert!(alone.team().is_none());
}
