//! The states that opening begins with.

use cloverwatch::store::postgres::PostgresOptions;
use cloverwatch::store::{PostgresStore, Store};

use crate::place::Place;
use crate::server::shared;
use crate::store_support::*;

pub async fn opening_reads_states_and_the_events_after_them(place: Place) {
    let open = async |snapshot_every| {
        let options = PostgresOptions { snapshot_every, ..PostgresOptions::default() };
        PostgresStore::open_with(&shared().url(&place.schema), clock(), options).await.unwrap()
    };
    let store = open(10).await;
    fill(&*store, 40).await;
    let expected = content(&*store).await;
    store.close().await.unwrap();
    let written: u64 = place.sql("SELECT seq FROM TEAM.snapshot_head").parse().unwrap();
    assert!(written > 0 && written <= store.read_model().seq());
    assert!(place.sql("SELECT count(*) FROM TEAM.snapshots").parse::<u64>().unwrap() > 10);

    // Those that were written are used, and the events after them.
    place.sql("BEGIN; UPDATE TEAM.events SET body = '{}' WHERE seq <= (SELECT seq FROM TEAM.snapshot_head); COMMIT");
    let store = open(1_000_000).await;
    let (seq, mut states) = store.read_model().all();
    states.sort_by_key(|state| state.id);
    assert_eq!(seq, expected.1.last().unwrap().seq);
    assert!(states.iter().map(|state| &**state).eq(expected.0.values()));
    store.append(vec![note(0, 1)]).await.unwrap();
    store.close().await.unwrap();
}

pub async fn states_in_another_form_are_made_of_the_events(place: Place) {
    let options = PostgresOptions { snapshot_every: 10, ..PostgresOptions::default() };
    let url = shared().url(&place.schema);
    let open = || PostgresStore::open_with(&url, clock(), options.clone());
    let store = open().await.unwrap();
    fill(&*store, 40).await;
    let expected = content(&*store).await;
    store.close().await.unwrap();
    for spoilt in ["UPDATE TEAM.snapshot_head SET format = 1", "UPDATE TEAM.snapshots SET state = 'x'"] {
        place.sql(spoilt);
        let store = open().await.unwrap();
        assert_eq!(content(&*store).await, expected, "{spoilt}");
        store.close().await.unwrap();
    }
    // Those of a later version are left to it.
    place.sql("UPDATE TEAM.snapshot_head SET format = 1000");
    let store = open().await.unwrap();
    store.append((100..150).map(added).collect()).await.unwrap();
    store.close().await.unwrap();
    assert_eq!(place.sql("SELECT format FROM TEAM.snapshot_head"), "1000");
}
