//! One leads.

use std::time::Duration;

use cloverwatch::store::postgres::PostgresUrl;
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

pub async fn whoever_leads_has_read_what_was_recorded_before(place: Place) {
    let server = crate::server::shared();
    let sql = |text: &str| server.sql("postgres", &text.replace("TEAM", &place.schema));
    let one = place.postgres().await;
    sql(&cloverwatch::store::postgres::roles(&place.schema));
    sql("CREATE ROLE TEAM_late LOGIN IN ROLE TEAM_desk");
    let address = server.address("postgres", &place.schema).replace("admin@", &format!("{}_late@", place.schema));
    let late = PostgresStore::open(&PostgresUrl::parse(&address).unwrap(), clock()).await.unwrap();
    // It hears of events and cannot read them for a while.
    sql("REVOKE SELECT ON TEAM.events FROM TEAM_viewer, TEAM_desk");
    one.append(vec![added(1)]).await.unwrap();
    let leads = async {
        let epoch = late.team().unwrap().try_lead("late", LONG).await.unwrap();
        (epoch.is_some(), late.read_model().seq())
    };
    let reads = async {
        while sql("SELECT leader FROM TEAM.head") != "late" {
            tokio::task::yield_now().await;
        }
        assert_eq!(late.read_model().seq(), 0);
        assert_eq!(*late.team().unwrap().leader().borrow(), None, "it is told later, too");
        sql("GRANT SELECT ON TEAM.events TO TEAM_desk");
    };
    assert_eq!(tokio::join!(leads, reads).0, (true, 1));
}
