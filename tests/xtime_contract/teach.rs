//! A row that a person teaches is in effect at once, for everything that is read.

use std::sync::Arc;

use cloverwatch::clock::{SharedClock, WallClock};
use cloverwatch::domain::{Outcome, Policy};
use cloverwatch::engine::{Engine, LeaseSettings, Pace, Parts};
use cloverwatch::store::memory::MemoryStore;
use cloverwatch::wiring::KeptNowhere;
use cloverwatch::xtime::{HttpPlatform, Platform};

use crate::intents::profile;
use crate::requests::add;
use crate::server::{Reply, Server, client};

fn unlinked() -> Reply {
    Reply::json(404, r#"{"message":"Dealer xts1 is not linked to this partner"}"#)
}

#[tokio::test]
async fn a_taught_row_is_in_effect_at_once() {
    let server = Server::answering(unlinked()).await;
    let clock: SharedClock = Arc::new(WallClock::real());
    let platform = HttpPlatform::new(server.settings(), Arc::clone(&clock)).unwrap();
    let engine = Engine::start(Parts {
        store: MemoryStore::new(),
        platform: Some(Arc::new(platform)),
        source: None,
        outbox: None,
        rules: Some(Arc::new(KeptNowhere)),
        clock,
        policy: Policy::default(),
        pace: Pace::default(),
        seed: 7,
        read_only: false,
        background: false,
        lease: LeaseSettings::of("ana"),
    });
    let added = add(&engine, vec![profile("xts1"), profile("xts2")]).await;
    let (one, other) = (added[0], added[1]);

    let checked = engine.check(one).await.unwrap();
    assert_eq!((checked.result.outcome, checked.result.unrecognised), (Outcome::Unknown, true));
    let answer = checked.events.iter().find_map(|event| event.fact.unrecognised()).unwrap();
    let draft = engine.draft_rule(one, &answer, Outcome::NotConnected).unwrap();
    assert_eq!(engine.check(one).await.unwrap().result.outcome, Outcome::Unknown, "nothing is taught yet");
    engine.teach_rule(1, one, &answer, draft.rule).await.unwrap();
    for id in [one, other] {
        assert_eq!(engine.check(id).await.unwrap().result.outcome, Outcome::NotConnected);
    }
    let again = engine.draft_rule(one, &answer, Outcome::Connected).unwrap_err().to_string();
    assert!(again.contains("row 1 of the meanings reads this answer already: not-connected"), "{again}");
    engine.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_taught_row_comes_after_the_operators_own() {
    let server = Server::answering(unlinked()).await;
    let mut settings = server.settings();
    let row = |text: &str| serde_json::from_str(text).unwrap();
    settings.meanings.insert(0, row(r#"{"message": "not linked", "means": "our-credentials"}"#));
    let (platform, _) = client(settings);
    platform.learn(row(r#"{"status": 404, "means": "not-connected"}"#));
    assert_eq!(platform.probe("xts1").await.value.outcome, Outcome::OurCredentials);
}
