//! What is refused: what, where, and what to do, and never a password.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use cloverwatch::protocol::EventQuery;
use cloverwatch::store::postgres::{PostgresUrl, roles};
use cloverwatch::store::{Fitness, PostgresStore, Store, StoreError};

use crate::place::Place;
use crate::server::{Server, shared};
use crate::store_support::*;

const LONG: Duration = Duration::from_secs(3_600);

async fn open(address: &str) -> Result<Arc<PostgresStore>, StoreError> {
    PostgresStore::open(&PostgresUrl::parse(address)?, clock()).await
}

async fn refusal(address: &str) -> String {
    let error = open(address).await.err().unwrap_or_else(|| panic!("{address} was opened")).to_string();
    assert!(!error.contains("hunter2"), "{error}");
    error
}

fn has(error: &str, words: &[&str]) {
    assert!(words.iter().all(|word| error.contains(word)), "{words:?}: {error}");
}

pub async fn what_cannot_be_opened_says_why(place: Place) {
    let server = shared();
    let port = server.port;
    let at = |user: &str, rest: &str| format!("postgres://{user}@127.0.0.1:{port}/{rest}");
    server.sql("postgres", "CREATE ROLE secret LOGIN PASSWORD 'open sesame'");
    server.sql("postgres", "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
    has(
        &refusal(&at("secret:hunter2", "postgres")).await,
        &["127.0.0.1", "password authentication failed", "PGPASSFILE"],
    );
    has(&refusal(&at("admin", "nowhere")).await, &["\"nowhere\" does not exist", "CREATE DATABASE"]);
    has(&refusal(&at("admin", "latin")).await, &["LATIN1", "UTF8"]);
    has(&refusal(&at("admin", "postgres?sslmode=verify-full")).await, &["TLS"]);
    has(&refusal("postgres://ana:hunter2@127.0.0.1:1/desk").await, &["127.0.0.1:1", "cannot be reached"]);
    has(&refusal("postgres://ana:hunter2@desk.invalid/desk").await, &["desk.invalid", "cannot be reached"]);
    has(&refusal("postgres://ana:hunter2@localhost/desk?pass=hunter2").await, &["`pass`", "postgres://USER@HOST"]);
    // Without the right to make a schema.
    let words = refusal(&at("secret:open%20sesame", &format!("postgres?schema={}", place.schema))).await;
    has(&words, &["permission denied", "administrator can grant"]);
    // Without the right to look into one.
    place.postgres().await.close().await.unwrap();
    let words = refusal(&at("secret:open%20sesame", &format!("postgres?schema={}", place.schema))).await;
    has(&words, &["permission denied for schema", "`cloverwatch store roles`"]);
}

pub async fn another_schema_is_left_alone(place: Place) {
    let address = shared().address("postgres", &place.schema);
    place.sql("CREATE SCHEMA TEAM; CREATE TABLE TEAM.events (something text)");
    has(&refusal(&address).await, &["tables of something else (`events`)", "?schema=NAME"]);
    assert_eq!(place.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'TEAM'"), "1");
    place.sql("DROP TABLE TEAM.events");
    open(&address).await.unwrap().close().await.unwrap();
    place.sql("UPDATE TEAM.schema_version SET version = 7");
    has(&refusal(&address).await, &["version 7", "Update cloverwatch"]);
}

pub async fn older_tables_are_raised_by_whoever_owns_them(place: Place) {
    let store = place.postgres().await;
    store.append(vec![added(1)]).await.unwrap();
    store.close().await.unwrap();
    place.sql(&roles("TEAM"));
    place.sql(
        "DROP VIEW TEAM.alive; ALTER TABLE TEAM.sessions DROP COLUMN presences; \
         CREATE VIEW TEAM.alive AS SELECT * FROM TEAM.sessions WHERE seen_at > clock_timestamp() - interval '15 seconds'; \
         GRANT SELECT ON TEAM.alive TO TEAM_desk; UPDATE TEAM.schema_version SET version = 1; \
         CREATE ROLE TEAM_dan LOGIN IN ROLE TEAM_desk",
    );
    let address = shared().address("postgres", &place.schema);
    let dan = address.replace("admin@", &format!("{}_dan@", place.schema));
    has(&refusal(&dan).await, &["version 1", "may not raise them to 2", "Have whoever made the store open it once"]);
    let raised = open(&address).await.unwrap();
    assert_eq!(raised.read_model().len(), 1);
    raised.close().await.unwrap();
    open(&dan).await.unwrap().close().await.unwrap();
}

pub async fn an_event_of_a_later_version_stops_the_store_in_words(place: Place) {
    let (one, other) = (place.postgres().await, place.postgres().await);
    one.append(vec![added(1)]).await.unwrap();
    crate::team::reached(&other, 1).await;
    let team = one.team().unwrap();
    let epoch = team.try_lead("one", LONG).await.unwrap().unwrap();
    let sql = "INSERT INTO TEAM.events SELECT 2, dealership, 2, gen_random_uuid(), at, 'dealership.sold', \
               replace(body::text, 'dealership.added', 'dealership.sold')::json FROM TEAM.events; \
               UPDATE TEAM.head SET seq = 2";
    place.sql(sql);
    let error = one.append(vec![note(1, 1)]).await.unwrap_err();
    has(&error.to_string(), &["event 2", "dealership.sold", "update"]);
    assert_eq!(one.read_model().seq(), 1, "it is not folded wrongly");
    has(&one.notices().concat(), &["event 2"]);
    // Nothing that is decided on it is right any more.
    let over = team.renew(epoch, LONG).await.unwrap_err();
    assert!(matches!(over, StoreError::NotLeader), "{over}");
    team.resign(epoch).await.unwrap();
    let led = team.try_lead("one", LONG).await.map(drop);
    let joined = team.join(Fitness::Prober, 1).await;
    for refused in [led, joined] {
        assert!(matches!(refused, Err(StoreError::Poisoned(_))), "{refused:?}");
    }
    let mut away = team.away();
    assert!(away.wait_for(|away| matches!(away, Some(StoreError::Poisoned(_)))).await.is_ok(), "the status says it");
    has(&refusal(&shared().address("postgres", &place.schema)).await, &["event 2", "update"]);
}

pub async fn a_viewer_reads_and_a_desk_records(place: Place) {
    let server = shared();
    let owner = place.postgres().await;
    owner.append(vec![added(1)]).await.unwrap();
    server.sql("postgres", &roles(&place.schema));
    place.sql("CREATE ROLE TEAM_ana LOGIN IN ROLE TEAM_desk; CREATE ROLE TEAM_vic LOGIN IN ROLE TEAM_viewer");
    let login = async |name: &str| {
        let address = server.address("postgres", &place.schema).replace("admin@", &format!("{}_{name}@", place.schema));
        PostgresStore::open(&PostgresUrl::parse(&address).unwrap(), clock()).await.unwrap()
    };
    let desk = login("ana").await;
    desk.append(vec![note(1, 1)]).await.unwrap();
    let epoch = desk.team().unwrap().try_lead("ana", std::time::Duration::from_secs(60)).await.unwrap().unwrap();
    desk.team().unwrap().resign(epoch).await.unwrap();
    let viewer = login("vic").await;
    assert_eq!(viewer.events(EventQuery::default()).await.unwrap().len(), 2);
    let error = viewer.append(vec![note(1, 2)]).await.unwrap_err();
    assert!(matches!(error, StoreError::Database { .. }), "{error}");
    has(&error.to_string(), &["permission denied"]);
    assert!(viewer.team().unwrap().try_lead("vic", std::time::Duration::from_secs(60)).await.is_err());
    desk.append(vec![note(1, 2)]).await.unwrap();
    crate::team::reached(&viewer, 3).await;
    let change = AssertUnwindSafe(|| place.sql("SET ROLE TEAM_ana; DELETE FROM TEAM.events"));
    let denied = std::panic::catch_unwind(change);
    assert!(denied.is_err(), "nobody removes an event");
}

pub async fn a_certificate_is_checked(place: Place) {
    let server = Server::start();
    let authority = rcgen::KeyPair::generate().unwrap();
    let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = parameters.self_signed(&authority).unwrap();
    let issuer = rcgen::Issuer::new(parameters, authority);
    let key = rcgen::KeyPair::generate().unwrap();
    let names = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = names.signed_by(&key, &issuer).unwrap();
    server.private_file("server.key", &key.serialize_pem());
    server.private_file("server.crt", &certificate.pem());
    server.configure("postgresql.conf", "ssl = on\n");
    server.down("fast");
    server.up();
    let trusted = place.dir.path().join("root.pem");
    std::fs::write(&trusted, root.pem()).unwrap();
    let port = server.port;
    let at = |host: &str, rest: &str| {
        format!("postgres://admin@{host}:{port}/postgres?schema={}&sslmode={rest}", place.schema)
    };
    let root = format!("verify-full&sslrootcert={}", trusted.display());
    let store = open(&at("localhost", &root)).await.unwrap();
    store.append(vec![added(1)]).await.unwrap();
    store.close().await.unwrap();
    has(&refusal(&at("127.0.0.1", &root)).await, &["TLS"]);
    has(&refusal(&at("localhost", "verify-full")).await, &["TLS"]);
}
