//! One leads.

use std::sync::Arc;
use std::time::Duration;

use cloverwatch::domain::Actor;
use cloverwatch::protocol::{Request, Response};
use cloverwatch::store::postgres::PostgresUrl;
use cloverwatch::store::{Leader, PostgresStore, RelayState, Store, StoreError};

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

/// A process that hears of events and cannot read them for a while.
struct Late<'a>(Arc<PostgresStore>, &'a Place);

impl<'a> Late<'a> {
    async fn open(place: &'a Place) -> Self {
        let roles = cloverwatch::store::postgres::roles("TEAM");
        place.sql(&format!("{roles}; CREATE ROLE TEAM_late LOGIN IN ROLE TEAM_desk"));
        let address = crate::server::shared().address("postgres", &place.schema);
        let address = address.replace("admin@", &format!("{}_late@", place.schema));
        let store = PostgresStore::open(&PostgresUrl::parse(&address).unwrap(), clock()).await.unwrap();
        Self(store, place)
    }

    fn blind(&self) {
        self.1.sql("REVOKE SELECT ON TEAM.events FROM TEAM_viewer, TEAM_desk");
    }

    /// Lets it read again as soon as a query says so.
    async fn sees_when(&self, query: &str, answer: &str) {
        while self.1.sql(query) != answer {
            tokio::task::yield_now().await;
        }
        let mut away = self.0.team().unwrap().away();
        let told = away.wait_for(|away| matches!(away, Some(StoreError::Database { .. }))).await.map(drop);
        assert_eq!((told.is_ok(), self.0.read_model().seq()), (true, 0));
        self.1.sql("GRANT SELECT ON TEAM.events TO TEAM_desk");
        away.wait_for(Option::is_none).await.unwrap();
    }
}

pub async fn whoever_leads_has_read_what_was_recorded_before(place: Place) {
    let (one, late) = (place.postgres().await, Late::open(&place).await);
    late.blind();
    one.append(vec![added(1)]).await.unwrap();
    let leads = async {
        let epoch = late.0.team().unwrap().try_lead("late", LONG).await.unwrap();
        (epoch.is_some(), late.0.read_model().seq())
    };
    let reads = async {
        while place.sql("SELECT leader FROM TEAM.head") != "late" {
            tokio::task::yield_now().await;
        }
        assert_eq!(*late.0.team().unwrap().leader().borrow(), None, "it is told later, too");
        late.sees_when("SELECT leader FROM TEAM.head", "late").await;
    };
    assert_eq!(tokio::join!(leads, reads).0, (true, 1));
}

pub async fn whoever_takes_a_request_has_read_what_was_recorded_before(place: Place) {
    let (one, late) = (place.postgres().await, Late::open(&place).await);
    let epoch = late.0.team().unwrap().try_lead("late", LONG).await.unwrap().unwrap();
    late.blind();
    one.append(vec![added(1)]).await.unwrap();
    one.team().unwrap().ask(&Request::CutOff, &Actor::person("ana")).await.unwrap();
    let takes = async {
        // What cannot be begun in time comes again.
        loop {
            match late.0.team().unwrap().take(epoch, LONG, &[]).await {
                Ok(taken) => break (taken.len(), late.0.read_model().seq()),
                Err(error) => assert!(matches!(error, StoreError::Unavailable { .. }), "{error}"),
            }
        }
    };
    let reads = late.sees_when("SELECT count(taken) FROM TEAM.requests", "1");
    assert_eq!(tokio::join!(takes, reads).0, (1, 1));
}

pub async fn whoever_reads_an_answer_has_read_what_was_recorded_before(place: Place) {
    let (one, late) = (place.postgres().await, Late::open(&place).await);
    let epoch = one.team().unwrap().try_lead("one", LONG).await.unwrap().unwrap();
    let asked = late.0.team().unwrap().ask(&Request::CutOff, &Actor::person("ana")).await.unwrap();
    late.blind();
    one.team().unwrap().take(epoch, LONG, &[]).await.unwrap();
    one.append_as_leader(epoch, vec![added(1)]).await.unwrap();
    one.team().unwrap().answer(asked, &[Response::Done], true).await.unwrap();
    let reads = async {
        loop {
            match late.0.team().unwrap().answers(asked, 0).await {
                Ok((answers, state)) => break (answers.len(), state, late.0.read_model().seq()),
                Err(error) => assert!(matches!(error, StoreError::Unavailable { .. }), "{error}"),
            }
        }
    };
    let sees = late.sees_when("SELECT count(*) FROM TEAM.answers", "1");
    assert_eq!(tokio::join!(reads, sees).0, (1, RelayState::Done, 1));
}
