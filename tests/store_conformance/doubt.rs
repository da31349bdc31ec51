//! The connection is lost at the commit: what was appended is there once or not at all, and what is answered is true.

use std::sync::Arc;
use std::time::Duration;

use cloverwatch::protocol::EventQuery;
use cloverwatch::store::postgres::{PostgresOptions, PostgresUrl};
use cloverwatch::store::{Fitness, PostgresStore, Store, StoreError};

use crate::place::Place;
use crate::proxy::{Cut, Proxy};
use crate::server::shared;
use crate::store_support::*;

async fn through(proxy: &Proxy, place: &Place, doubt_limit: Duration) -> Arc<PostgresStore> {
    let address = format!("postgres://admin@127.0.0.1:{}/postgres?schema={}&sslmode=disable", proxy.port, place.schema);
    let options = PostgresOptions { doubt_limit, ..PostgresOptions::default() };
    PostgresStore::open_with(&PostgresUrl::parse(&address).unwrap(), clock(), options).await.unwrap()
}

/// Appends of several at once, whose transaction is cut again and again.
async fn cut_again_and_again(place: Place, cut: Cut) {
    let proxy = Proxy::to(shared().port).await;
    let store = through(&proxy, &place, Duration::from_secs(30)).await;
    let mut commits = store.subscribe();
    store.append((0..4).map(added).collect()).await.unwrap();
    for version in 1..=5 {
        proxy.cut_next(cut);
        // One of them is refused for what another one recorded with it.
        let appends = [0, 1, 2, 3, 3].map(|number| store.append(vec![note(number, version)]));
        let answers = futures::future::join_all(appends).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 4, "{answers:?}");
        for answer in answers {
            match answer {
                Ok(committed) => {
                    let number = committed.states[0].id.bits();
                    assert_eq!(committed.states[0].version, version + 1);
                    assert_eq!(store.read_model().get(id(number)).unwrap().version, version + 1);
                }
                Err(error) => assert!(matches!(error, StoreError::Conflict { .. }), "{error}"),
            }
        }
        assert_eq!(u64::from(proxy.cuts()), version);
    }
    let told: Vec<u64> = std::iter::from_fn(|| commits.try_recv().ok())
        .flat_map(|committed| committed.events.iter().map(|event| event.seq).collect::<Vec<_>>())
        .collect();
    assert!(told.into_iter().eq(1..=24), "each is told once");
    let fresh = place.postgres().await;
    assert_eq!(content(&*fresh).await, content(&*store).await);
    assert_eq!(fresh.read_model().seq(), 24);
    assert_folded(&*fresh).await;
}

pub async fn cut_on_the_way_to_the_server(place: Place) {
    cut_again_and_again(place, Cut::Before).await;
}

pub async fn cut_on_the_way_back(place: Place) {
    cut_again_and_again(place, Cut::After).await;
}

pub async fn cut_and_the_database_stays_away(place: Place) {
    let proxy = Proxy::to(shared().port).await;
    let store = through(&proxy, &place, Duration::from_millis(300)).await;
    store.append(vec![added(1)]).await.unwrap();
    let mut there = 1;
    for cut in [Cut::Before, Cut::After] {
        let version = store.read_model().get(id(1)).unwrap().version;
        proxy.cut_and_stay_away(cut);
        let error = store.append(vec![note(1, version)]).await.unwrap_err();
        assert!(matches!(error, StoreError::InDoubt { .. }), "{error}");
        let error = store.append(vec![note(1, version)]).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "what was never sent is in no doubt: {error}");
        there += u64::from(cut == Cut::After);
        proxy.come_back();
        let fresh = place.postgres().await;
        assert_eq!(fresh.read_model().seq(), there, "{cut:?}");
        // Once it is back it is known what became of it.
        let next = loop {
            let version = store.read_model().get(id(1)).unwrap().version;
            match store.append(vec![note(1, version)]).await {
                Ok(committed) => break committed,
                Err(StoreError::Unavailable { .. } | StoreError::Conflict { .. }) => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        };
        there += 1;
        assert_eq!(next.events[0].seq, there);
    }
    assert_eq!(store.events(EventQuery::default()).await.unwrap().len() as u64, there);
    assert_folded(&*store).await;
}

pub async fn a_server_that_falls_silent_keeps_nobody_from_leaving(place: Place) {
    let proxy = Proxy::to(shared().port).await;
    let store = through(&proxy, &place, Duration::from_secs(30)).await;
    store.append(vec![added(1)]).await.unwrap();
    let team = store.team().unwrap();
    team.join(Fitness::Prober, 1).await.unwrap();
    proxy.fall_silent();
    store.close().await.unwrap();
}
