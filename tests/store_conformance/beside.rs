//! What is kept beside the events.

use std::sync::Arc;

use cloverwatch::domain::bulk::{Bulk, BulkItem, BulkKind};
use cloverwatch::domain::{Outcome, ProbeState, SlotCounts};
use cloverwatch::store::{PostgresStore, Store, StoreError};

use crate::place::Place;
use crate::store_support::*;

pub fn bulk(first: u64) -> Bulk {
    let items = (first..first + 3).map(|n| BulkItem { id: id(n), generation: 0 }).collect();
    Bulk { what: BulkKind::Invite, at: at(0), by: "ana".into(), pasted: true, items }
}

pub async fn a_number_of_a_bulk_is_never_given_again(place: Place) {
    let store = place.open().await;
    let one = store.begin_bulk(bulk(1)).await.unwrap();
    assert_eq!(store.bulks().await, [(one, bulk(1))]);
    store.end_bulk(one).await.unwrap();
    assert!(store.bulks().await.is_empty());
    let next = store.begin_bulk(bulk(7)).await.unwrap();
    assert!(next > one, "whoever still holds the first number would end another one's note");
    store.close().await.unwrap();
}

pub async fn the_note_of_a_bulk_survives_the_end_of_the_program(place: Place) {
    let store = place.open().await;
    let one = store.begin_bulk(bulk(1)).await.unwrap();
    let other = store.begin_bulk(bulk(7)).await.unwrap();
    store.close().await.unwrap();
    drop(store);
    let store = place.open().await;
    assert_eq!(store.bulks().await, [(one, bulk(1)), (other, bulk(7))]);
    store.end_bulk(one).await.unwrap();
    store.end_bulk(one).await.unwrap();
    assert_eq!(store.bulks().await, [(other, bulk(7))]);
    assert!(store.begin_bulk(bulk(9)).await.unwrap() > other);
    store.close().await.unwrap();
}

fn probed(number: u64, second: u64) -> ProbeState {
    ProbeState {
        dealer_code: format!("xts{number}").into(),
        at: at(second),
        outcome: Outcome::Connected,
        reason: format!("what probe {second} said, \u{e9}\u{202e}").into(),
        since: at(second / 2),
        slots: number.is_multiple_of(2).then(|| (at(second), SlotCounts::default())),
    }
}

pub async fn the_last_probes_survive_the_end_of_the_program(place: Place) {
    let store = place.open().await;
    for number in 0..9 {
        store.append(vec![added(number)]).await.unwrap();
        store.probes().put(id(number), probed(number, 100 + number));
    }
    store.save_probes().await.unwrap();
    store.probes().put(id(3), probed(3, 900));
    store.close().await.unwrap();
    assert!(matches!(store.save_probes().await, Err(StoreError::Closed)));
    drop(store);
    let store: Arc<dyn Store> = place.open().await;
    assert_eq!(store.probes().len(), 9);
    for number in 0..9 {
        let second = if number == 3 { 900 } else { 100 + number };
        assert_eq!(*store.probes().get(id(number)).unwrap(), probed(number, second));
    }
    store.close().await.unwrap();
}

pub async fn the_probes_of_one_are_known_to_all(place: Place) {
    let (one, other) = (place.postgres().await, place.postgres().await);
    one.probes().put(id(1), probed(1, 100));
    other.probes().put(id(2), probed(2, 300));
    one.probes().put(id(2), probed(2, 200));
    other.save_probes().await.unwrap();
    one.save_probes().await.unwrap();
    let both = |store: &PostgresStore| {
        let second = |number| store.probes().get(id(number)).map(|state| state.at);
        (second(1), second(2)) == (Some(at(100)), Some(at(300)))
    };
    let known = async {
        while !(both(&one) && both(&other)) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), known).await.unwrap();
    assert!(both(&*place.postgres().await));
}

pub async fn what_another_process_does_for_many_was_not_cut_off(place: Place) {
    let (one, other) = (place.postgres().await, place.postgres().await);
    let note = one.begin_bulk(bulk(1)).await.unwrap();
    assert_eq!(one.bulks().await, [(note, bulk(1))]);
    assert_eq!(other.bulks().await, [], "it is under way");
    place.sql("UPDATE TEAM.sessions SET seen_at = seen_at - interval '1 minute'");
    assert_eq!(other.bulks().await, [(note, bulk(1))], "killed");
    let next = one.begin_bulk(bulk(7)).await.unwrap();
    assert_eq!(other.bulks().await, [], "it was only stopped");
    one.close().await.unwrap();
    assert_eq!(other.bulks().await, [(note, bulk(1)), (next, bulk(7))]);
}
