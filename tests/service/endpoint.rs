use std::sync::Arc;

use cloverwatch::domain::Fact;
use cloverwatch::engine::{Engine, Parts};
use cloverwatch::service::MetricsEndpoint;
use cloverwatch::store::StoreError;
use serde_json::Value;

use crate::world::World;

async fn get(address: std::net::SocketAddr, path: &str) -> (u16, String) {
    let answer = reqwest::Client::builder()
        .tls_certs_only(std::iter::empty())
        .no_proxy()
        .build()
        .unwrap()
        .get(format!("http://{address}{path}"))
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_store_that_takes_no_writes_is_no_health() {
    cloverwatch::xtime::install_crypto();
    let world = World::at_speed(1.0).await;
    let endpoint = MetricsEndpoint::bind("127.0.0.1:0".parse().unwrap(), Arc::clone(&world.clock)).await.unwrap();
    let store = endpoint.store(world.store.clone());
    let engine = Engine::start(Parts { store: Arc::clone(&store), background: true, ..world.parts() });
    let address = endpoint.address().unwrap();
    let _server = endpoint.serve(engine.clone(), Vec::new());
    let (status, body) = get(address, "/health").await;
    let health: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &health["status"], &health["leader"]), (200, &"ok".into(), &true.into()), "{body}");

    let append = cloverwatch::store::Append {
        dealership: Some(world.dealership),
        expected_version: 0,
        actor: cloverwatch::domain::Actor::person("ana"),
        at: world.clock.now(),
        facts: vec![Fact::Archived {}],
    };
    assert!(matches!(store.append(vec![append.clone()]).await, Err(StoreError::Conflict { .. })));
    assert_eq!(get(address, "/health").await.0, 200, "a conflict is no failure of the store");
    store.close().await.unwrap();
    assert!(store.append(vec![append]).await.is_err());
    let (status, body) = get(address, "/health").await;
    assert_eq!(status, 503);
    assert!(body.contains("the last write to the store failed: the store is closed"), "{body}");
    let (_, text) = get(address, "/metrics").await;
    assert!(text.contains("cloverwatch_store_append_failures_total 1\n"), "{text}");
    assert_eq!(get(address, "/").await.0, 404);
}
