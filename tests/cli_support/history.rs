//! Stores with a history of their own.

use std::sync::Arc;

use chrono_tz::America;
use cloverwatch::clock::{SharedClock, WallClock};
use cloverwatch::domain::{Actor, Contact, DealershipId, Fact, Profile, Timestamp};
use cloverwatch::store::postgres::PostgresUrl;
use cloverwatch::store::{Append, EmbeddedStore, PostgresStore, Store};

use super::Desk;

pub fn added(name: &str) -> Fact {
    let profile = Profile {
        name: format!("{name} Motors").into(),
        dealer_code: format!("tst{name}").into(),
        group: "".into(),
        brand: "".into(),
        city: "".into(),
        state: "".into(),
        timezone: if name == "One" { America::Chicago.into() } else { America::Los_Angeles.into() },
        contact: Contact { name: "".into(), email: "service@example.com".into(), phone: "".into() },
        owner: None,
    };
    Fact::DealershipAdded { profile }
}

/// The store of a desk, to record in it.
pub async fn store(desk: &Desk) -> Arc<dyn Store> {
    let clock: SharedClock = Arc::new(WallClock::real());
    match desk.store.starts_with("sled:") {
        true => EmbeddedStore::open(&desk.path("store"), clock).unwrap(),
        false => PostgresStore::open(&PostgresUrl::parse(&desk.store).unwrap(), clock).await.unwrap(),
    }
}

/// What was recorded of dealership number `id`, each at a moment of somebody's clock.
pub async fn recorded(desk: &Desk, id: u64, facts: Vec<(Timestamp, Fact)>) {
    let store = store(desk).await;
    for (version, (at, fact)) in (0..).zip(facts) {
        let (dealership, actor) = (Some(DealershipId::from_bits(id)), Actor::person("ana"));
        let append = Append { dealership, expected_version: version, actor, at, facts: vec![fact] };
        store.append(vec![append]).await.unwrap();
    }
    store.close().await.unwrap();
}
