//! Many who append at once, and those who are told.

use std::collections::HashSet;
use std::sync::Arc;

use cloverwatch::domain::{Claim, Event, Fact};
use cloverwatch::protocol::EventQuery;
use cloverwatch::store::StoreError;
use tokio::sync::broadcast::error::TryRecvError;

use crate::place::Place;
use crate::store_support::*;

pub async fn sixty_four_writers_get_a_place_each_without_a_gap(place: Place) {
    let store = place.open().await;
    let mut commits = store.subscribe();
    let mut beside = place.beside();
    let writers = (0..64).map(|number| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut places = Vec::new();
            for version in 0..20 {
                let append = if version == 0 { added(number) } else { note(number, version) };
                let committed = store.append(vec![append]).await.unwrap();
                // Whoever was answered finds it in the read model and in the log.
                let state = store.read_model().get(id(number)).unwrap();
                assert!(state.version > version && committed.states[0].version == version + 1);
                let seq = committed.events[0].seq;
                let query = EventQuery { after: seq - 1, limit: Some(1), ..EventQuery::default() };
                assert_eq!(store.events(query).await.unwrap(), [Event::clone(&committed.events[0])]);
                places.push(seq);
            }
            assert!(places.is_sorted());
            places
        })
    });
    let (mut places, mut read) = (HashSet::new(), Vec::new());
    for writer in writers.collect::<Vec<_>>() {
        places.extend(writer.await.unwrap());
        read.extend(beside.iter_mut().flat_map(|beside| beside.poll().unwrap()));
    }
    assert_eq!(places, (1..=64 * 20).collect());
    let (_, events) = content(&*store).await;
    let mut told = Vec::new();
    while let Ok(committed) = commits.try_recv() {
        told.extend(committed.events.iter().map(|event| Event::clone(event)));
    }
    assert_eq!(told, events);
    if let Some(beside) = &mut beside {
        read.extend(beside.poll().unwrap());
        assert_eq!(read, events);
    }
    assert_folded(&*store).await;
    store.close().await.unwrap();
    assert!(matches!(store.append(vec![note(1, 20)]).await, Err(StoreError::Closed)));
    drop(store);
    drop(place);
    assert!(matches!(commits.try_recv(), Err(TryRecvError::Closed)));
}

pub async fn whoever_loses_a_race_reads_the_winner_in_the_read_model(place: Place) {
    let store = place.open().await;
    store.append(vec![added(1)]).await.unwrap();
    let writers = (0..32).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut done = 0;
            while done < 10 {
                let version = store.read_model().get(id(1)).unwrap().version;
                match store.append(vec![note(1, version)]).await {
                    Ok(_) => done += 1,
                    // Deciding anew at once must not meet the same conflict again and again.
                    Err(StoreError::Conflict { expected, .. }) => {
                        assert_eq!(expected, version);
                        assert!(store.read_model().get(id(1)).unwrap().version > version);
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(store.read_model().get(id(1)).unwrap().version, 321);
    assert_folded(&*store).await;
    store.close().await.unwrap();
}

pub async fn a_slow_subscriber_is_told_and_blocks_nobody(place: Place) {
    let store = place.open().await;
    let mut slow = store.subscribe();
    store.append((0..100).map(added).collect()).await.unwrap();
    for version in 1..=50 {
        let appends = (0..100).map(|number| store.append(vec![note(number, version)]));
        futures::future::try_join_all(appends).await.unwrap();
    }
    assert!(matches!(slow.try_recv(), Err(TryRecvError::Lagged(_))));
    let next = slow.try_recv().unwrap().events[0].seq;
    let missed = store.events(EventQuery { before: Some(next), ..EventQuery::default() }).await.unwrap();
    assert_eq!(missed.len() as u64, next - 1);
    store.close().await.unwrap();
}

pub async fn an_append_that_is_refused_takes_nobody_with_it(place: Place) {
    let store = place.open().await;
    store.append(vec![added(1), added(2)]).await.unwrap();
    let code = |number, version| append(number, version, vec![issued(1, "CODE-1")]);
    let taken = append(3, 0, vec![Fact::DealershipAdded { profile: profile("xts1") }]);
    let (one, two, three, four, five) = tokio::join!(
        store.append(vec![code(1, 1)]),
        store.append(vec![note(2, 7)]),
        store.append(vec![code(2, 1)]),
        store.append(vec![taken]),
        store.append(vec![]),
    );
    assert!(matches!(two, Err(StoreError::Conflict { expected: 7, .. })), "{two:?}");
    assert!(matches!(four, Err(StoreError::Claimed { claim: Claim::DealerCode(_), .. })), "{four:?}");
    assert!(five.unwrap().events.is_empty());
    // One of the two has the code.
    let refused = [one, three].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    assert!(matches!(refused[..], [StoreError::Claimed { claim: Claim::Code(_), .. }]), "{refused:?}");
    assert_eq!(store.read_model().seq(), 3);
    // A dealerCode that is given up is free in the same batch.
    let renamed =
        |number, version, code: &str| append(number, version, vec![Fact::DealershipUpdated { profile: profile(code) }]);
    let version = |number| store.read_model().get(id(number)).unwrap().version;
    let batch = vec![renamed(1, version(1), "xts9"), renamed(2, version(2), "xts1")];
    store.append(batch).await.unwrap();
    assert_eq!(store.read_model().by_dealer_code("xts1"), Some(id(2)));
    assert_folded(&*store).await;
    store.close().await.unwrap();
}
