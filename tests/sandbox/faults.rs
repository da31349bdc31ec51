//! Every fault over the wire, and the end of a sandbox.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use cloverwatch::sandbox::{self, SandboxSettings};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use super::{Desk, body};

#[tokio::test]
async fn every_fault_shows_in_its_way() {
    let desk = Desk::with("none").await;
    let token = desk.token().await;
    desk.open_dealer("xts1").await;
    let url = format!("{}/faults", desk.sandbox.control_url());
    let set = async |spec: &'static str| {
        let answer = desk.http.post(&url).body(spec).send().await.unwrap();
        assert_eq!(body(answer).await, json!({"faults": spec}));
    };
    set("503=100%").await;
    assert_eq!(desk.services("xts1", &token).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    set("429=100%").await;
    let retry = async || {
        let answer = desk.services("xts1", &token).await;
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        answer.headers()["retry-after"].to_str().unwrap().to_owned()
    };
    assert_eq!(retry().await, "2");
    assert_eq!(retry().await, "Wed, 25 Feb 2026 15:00:02 GMT");
    set("slow=100%:20ms").await;
    assert_eq!(desk.services("xts1", &token).await.status(), StatusCode::OK);
    set("truncated=100%").await;
    let (one, other) = (desk.services("xts1", &token).await, desk.services("xts1", &token).await);
    let (one, other) = (one.bytes().await, other.bytes().await);
    assert!(one.is_err() != other.is_err(), "one breaks the connection, one ends cleanly");
    let cleanly = one.or(other).unwrap();
    assert!(cleanly.starts_with(b"{") && serde_json::from_slice::<Value>(&cleanly).is_err());
    set("oversized=100%").await;
    assert_eq!(desk.services("xts1", &token).await.bytes().await.unwrap().len(), 16 << 20);
    set("success-false=100%").await;
    assert_eq!(body(desk.services("xts1", &token).await).await["code"], "x-000999");
    set("null-lists=100%").await;
    assert_eq!(body(desk.services("xts1", &token).await).await, json!({"success": true, "services": null}));
    set("forbidden=100%").await;
    assert_eq!(desk.services("xts1", &token).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(desk.token_call("sandbox-secret").send().await.unwrap().status(), StatusCode::OK, "not at this door");
    set("token-refused=100%").await;
    let refused = desk.token_call("sandbox-secret").send().await.unwrap();
    assert_eq!((refused.status(), body(refused).await), (StatusCode::UNAUTHORIZED, json!({"error": "access_denied"})));
    set("expired-token=100%").await;
    assert_eq!(desk.services("xts1", &token).await.status(), StatusCode::UNAUTHORIZED);
    set("none").await;
    assert_eq!(desk.services("xts1", &token).await.status(), StatusCode::UNAUTHORIZED, "it stays forgotten");
    set("hang=100%").await;
    let impatient = Client::builder().timeout(Duration::from_millis(200)).build().unwrap();
    assert!(impatient.post(desk.sandbox.invitations_url()).json(&json!({})).send().await.unwrap_err().is_timeout());
    let faults = desk.control("stats").await["faults"].clone();
    assert_eq!(faults.as_object().unwrap().len(), 11, "{faults}");
    desk.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_lost_answer_costs_no_second_code() {
    let desk = Desk::with("503=50%").await;
    let mut codes = BTreeSet::new();
    let mut lost = 0;
    for number in 0..40 {
        let dealer = format!("xts{number}");
        loop {
            let answer = desk.invite(json!({"dealerCode": dealer}), Some(&dealer)).await;
            if answer.status() == StatusCode::OK {
                codes.insert(body(answer).await["data"]["code"].as_str().unwrap().to_owned());
                break;
            }
            lost += 1;
        }
        let invitations = desk.control(&format!("dealers/{dealer}")).await["invitations"].clone();
        assert_eq!(invitations.as_array().unwrap().len(), 1);
    }
    assert!(codes.len() == 40 && lost > 10, "{lost}");
}

#[tokio::test]
async fn it_listens_on_loopback_only_and_ends_when_told() {
    let desk = Desk::with("hang=100%").await;
    let mut settings = SandboxSettings::new(Arc::new(desk.clock.clone()));
    settings.listen = "0.0.0.0:0".parse().unwrap();
    assert!(sandbox::start(settings).await.is_err_and(|error| error.to_string().contains("loopback")));
    let hanging = tokio::spawn(desk.token_call("sandbox-secret").send());
    while desk.control("stats").await["inFlight"] != 1 {
        tokio::task::yield_now().await;
    }
    let addr = desk.sandbox.addr();
    desk.sandbox.shutdown().await;
    assert_eq!(hanging.await.unwrap().unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}
