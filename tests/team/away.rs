//! The database is away.

use cloverwatch::client::ask;
use cloverwatch::domain::{Ask, Command};
use cloverwatch::protocol::{CodeRequest, EventQuery, Request};
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
    let code = CodeRequest { dealership: id, ask: Ask::Invite, mail: false };
    let issued = ask::<u32>(&desk.client, Request::Obtain(vec![code]), &ana()).await.map(drop);
    let noted = desk.engine.execute(id, note("while it is away"), &ana()).await.map(drop);
    for refused in [issued, noted] {
        let why = refused.unwrap_err().to_string();
        assert!(why.contains("cannot be reached"), "{why}");
    }
    assert_eq!(desk.world.state.lock().made.len(), 0, "no code is made that cannot be recorded");
    assert_eq!(desk.state(id).profile.dealer_code.raw(), "xts00000", "the board is readable");

    server.up();
    let before = desk.engine.read_model().seq();
    let other = PostgresStore::open(&team.url, real()).await.unwrap();
    assert_eq!(other.read_model().seq(), before, "nothing was recorded");
    let elsewhere = team.desk("cid", &real(), LONG, |parts| parts.background = false).await;
    elsewhere.engine.execute(id, note("by another one"), &ana()).await.unwrap();
    until("it is told that it is back", || desk.engine.status().borrow().store_away.is_none()).await;
    desk.caught_up_with(&elsewhere).await;
    desk.engine.execute(id, note("when it is back"), &ana()).await.unwrap();
    let events = desk.engine.events(EventQuery { after: before, ..EventQuery::default() }).await.unwrap();
    let noted = |text: &str| events.iter().filter(|event| format!("{:?}", event.fact).contains(text)).count();
    assert_eq!((noted("while it is away"), noted("by another one"), noted("when it is back")), (0, 1, 1));
    assert_eq!(desk.state(id).generation(), 0, "no code was asked for later");
    assert!(desk.leads());
}
