//! Several processes in one database.

use std::time::Duration;

use cloverwatch::domain::Event;
use cloverwatch::protocol::EventQuery;
use cloverwatch::store::{PostgresStore, Store, StoreError};

use crate::beside::bulk;
use crate::place::Place;
use crate::server::Server;
use crate::store_support::*;

/// Waits until a process has taken in an event.
pub async fn reached(store: &PostgresStore, seq: u64) {
    let mut commits = store.subscribe();
    while store.read_model().seq() < seq {
        let told = tokio::time::timeout(Duration::from_secs(60), commits.recv()).await;
        told.expect("it is told within a minute").unwrap();
    }
}

pub async fn what_one_records_the_others_have_in_order(place: Place) {
    let (one, other) = (place.postgres().await, place.postgres().await);
    let mut told = other.subscribe();
    let batch = one.append(vec![added(1), added(2), append(3, 0, history(3))]).await.unwrap();
    let committed = told.recv().await.unwrap();
    assert!(committed.events.iter().eq(batch.events.iter()), "a batch is told as it was recorded");
    assert!(committed.states.iter().eq(batch.states.iter()));
    let last = other.append(vec![note(1, 1)]).await.unwrap().events[0].seq;
    reached(&one, last).await;
    assert_eq!(content(&*one).await, content(&*other).await);
    assert_folded(&*one).await;
    // Whoever opens later has the same.
    assert_eq!(content(&*place.postgres().await).await, content(&*one).await);
    one.close().await.unwrap();
    other.close().await.unwrap();
}

pub async fn a_conflict_with_another_process_is_in_the_own_read_model(place: Place) {
    let stores = [place.postgres().await, place.postgres().await, place.postgres().await];
    stores[0].append(vec![added(1)]).await.unwrap();
    for store in &stores {
        reached(store, 1).await;
    }
    let writers = stores.iter().map(|store| async {
        let mut done = 0;
        while done < 40 {
            let version = store.read_model().get(id(1)).unwrap().version;
            match store.append(vec![note(1, version)]).await {
                Ok(committed) => {
                    assert_eq!(committed.states[0].version, version + 1);
                    assert!(store.read_model().seq() >= committed.events[0].seq);
                    done += 1;
                }
                Err(StoreError::Conflict { actual, .. }) => {
                    assert!(store.read_model().get(id(1)).unwrap().version >= actual);
                }
                Err(error) => panic!("{error}"),
            }
        }
    });
    futures::future::join_all(writers).await;
    for store in &stores {
        reached(store, 121).await;
        assert_eq!(store.read_model().seq(), 121);
        assert_folded(&**store).await;
    }
}

pub async fn a_transaction_that_came_second_is_done_again(place: Place) {
    let store = place.postgres().await;
    // A sequence counts on when a transaction is undone.
    place.sql(
        "CREATE SEQUENCE TEAM.tries; CREATE FUNCTION TEAM.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         CASE nextval('TEAM.tries') WHEN 1 THEN RAISE 'not now' USING ERRCODE = '40001'; \
         WHEN 2 THEN RAISE 'not now' USING ERRCODE = '40P01'; ELSE RETURN NULL; END CASE; END $$; \
         CREATE TRIGGER fail BEFORE INSERT ON TEAM.events FOR EACH STATEMENT EXECUTE FUNCTION TEAM.fail()",
    );
    let committed = store.append(vec![added(1)]).await.unwrap();
    assert_eq!(committed.events[0].seq, 1);
    assert_eq!(place.sql("SELECT last_value FROM TEAM.tries"), "3");
    assert_folded(&*store).await;
}

pub async fn two_teams_in_one_database_know_nothing_of_each_other(place: Place) {
    let other = Place::new(place.kind);
    let (east, west) = (place.postgres().await, other.postgres().await);
    east.append(vec![added(1)]).await.unwrap();
    west.append(vec![added(1), note(1, 1)]).await.unwrap();
    assert_eq!((east.read_model().seq(), west.read_model().seq()), (1, 2));
    assert_eq!(place.postgres().await.read_model().seq(), 1);
}

pub async fn a_database_that_is_away_is_told_and_nothing_waits(place: Place) {
    let server = Server::start();
    let url = server.url(&place.schema);
    let store = PostgresStore::open(&url, clock()).await.unwrap();
    store.append(vec![added(1)]).await.unwrap();
    server.down("immediate");
    let error = store.append(vec![added(2)]).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains(&format!("127.0.0.1:{}", server.port)), "{error}");
    // What was read stays readable, and its age is told.
    assert_eq!(store.read_model().len(), 1);
    assert!(!store.notices().is_empty());
    assert!(store.begin_bulk(bulk(1)).await.is_err() && store.events(EventQuery::default()).await.is_err());

    server.up();
    let other = PostgresStore::open(&url, clock()).await.unwrap();
    other.append(vec![added(3)]).await.unwrap();
    reached(&store, 2).await;
    let committed = store.append(vec![note(3, 1)]).await.unwrap();
    assert_eq!(committed.events[0].seq, 3, "what was refused was not queued");
    assert_eq!(store.notices(), Vec::<String>::new());
    let expected: Vec<Event> = other.events(EventQuery::default()).await.unwrap();
    assert_eq!(store.events(EventQuery { before: Some(3), ..EventQuery::default() }).await.unwrap(), expected[..2]);
}
