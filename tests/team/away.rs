//! The database is away.

use cloverwatch::domain::Command;
use cloverwatch::protocol::EventQuery;
use cloverwatch::store::{PostgresStore, Store};

use crate::desk::{LONG, Team, ana, real, until};
use crate::server::Server;

pub async fn a_database_that_is_away_is_told_and_nothing_is_queued() {
    let server = Server::start();
    let team = Team { url: server.url("team"), schema: "team".to_owned() };
    let desk = team.desk("bob", &real(), LONG, |_| ()).await;
    desk.until_leading().await;
    let id = desk.add(1).await[0];
    let note = |text: &str| Command::Note { text: text.into() };
    server.down("immediate");
    until("it is told", || desk.engine.status().borrow().store_away.is_some()).await;
    let away = desk.engine.status().borrow().store_away.clone().unwrap();
    assert!(away.why.contains("cannot be reached") && away.since <= real().now(), "{away:?}");
    let refused = desk.engine.execute(id, note("while it is away"), &ana()).await.unwrap_err();
    assert!(refused.to_string().contains("cannot be reached"), "{refused}");
    assert_eq!(desk.state(id).profile.dealer_code.raw(), "xts00000", "the board is readable");
    let probed = desk.engine.check(id).await;
    assert!(probed.is_ok() || probed.unwrap_err().to_string().contains("cannot be reached"));

    server.up();
    let other = PostgresStore::open(&team.url, real()).await.unwrap();
    let before = other.read_model().seq();
    until("it is told that it is back", || desk.engine.status().borrow().store_away.is_none()).await;
    until("it has caught up", || desk.engine.read_model().seq() >= before).await;
    desk.engine.execute(id, note("when it is back"), &ana()).await.unwrap();
    let notes = desk.engine.events(EventQuery::default()).await.unwrap();
    assert!(!notes.iter().any(|event| format!("{:?}", event.fact).contains("while it is away")));
    assert!(desk.leads());
}
